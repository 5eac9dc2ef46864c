"""The grammar of addresses: what it says comes back, what it does not know is refused with the names that it does."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.errors import BadSourceUri
from firmware_bridge.options import FolderOptions, Options, SimOptions
from firmware_bridge.sources import OPENERS
from firmware_bridge.uri import SCHEMES, SourceUri, parse_uri, path_uri, source_uri

PATHS = st.text("aZ09 /?#%&=+:;.~é漢\n\t", min_size=1).map(lambda text: "/" + text)
HOSTS = st.from_regex(r"[a-z0-9]{1,9}(\.[a-z]{2,3})?(:[1-9][0-9]{1,3})?", fullmatch=True)
NETWORK_PATHS = st.from_regex(r"(/[A-Za-z0-9%_.-]{0,5}){0,3}(\?[a-z0-9=&+/]{0,9})?", fullmatch=True)
TARGETS = {
    "camera": st.integers(0, 999).map(str) | st.from_regex(r"serial=[A-Za-z0-9._:-]{1,20}", fullmatch=True),
    "csi": st.integers(0, 9).map(str),
    "replay": PATHS,
    "v4l2": PATHS,
    "file": PATHS,
    "folder": PATHS,
    "sim": st.just(""),
}


def values_of(option: object) -> st.SearchStrategy[float | bool | str]:
    default, metadata = option.default, option.metadata  # type: ignore[attr-defined]
    if isinstance(default, bool):
        return st.booleans()
    if isinstance(default, str):
        return st.text()
    number = metadata.get("number", type(default))
    return (st.integers if number is int else st.floats)(metadata["low"], metadata["high"])


@st.composite
def uris(draw: st.DrawFn) -> SourceUri:
    scheme = draw(st.sampled_from(sorted(SCHEMES)))
    network = st.builds(lambda host, path: f"{scheme}://{host}{path}", HOSTS, NETWORK_PATHS)
    kind: type[Options] = SCHEMES[scheme].options
    options = {option.name: draw(values_of(option)) for option in fields(kind) if draw(st.booleans())}
    return SourceUri(scheme, draw(TARGETS.get(scheme, network)), kind(**options))


@given(uris())
def test_an_address_written_and_read_is_the_same(uri: SourceUri) -> None:
    assert parse_uri(str(uri)) == uri
    assert hash(parse_uri(str(uri))) == hash(uri)


@given(st.text())
def test_any_text_is_an_address_or_refused(text: str) -> None:
    with suppress(BadSourceUri):
        assert parse_uri(text).scheme in SCHEMES
    with suppress(BadSourceUri):
        assert source_uri(text).scheme in SCHEMES


def test_every_scheme_has_an_opener_and_every_opener_a_scheme() -> None:
    assert set(SCHEMES) == set(OPENERS)
    for scheme, form in SCHEMES.items():
        assert parse_uri(form.example).scheme == scheme


GOOD = {
    "camera:0": ("camera", "0"),
    "CAMERA:12?width=640&height=480": ("camera", "12"),
    "v4l2:///dev/v4l/by-path/pci-0000:00:14.0-usb": ("v4l2", "/dev/v4l/by-path/pci-0000:00:14.0-usb"),
    "http://10.0.0.7:8080/?action=stream": ("http", "http://10.0.0.7:8080/?action=stream"),
    "http://[::1]:8080/video#timeout=2": ("http", "http://[::1]:8080/video"),
    "file:///a%20b%3F.mp4?loop=1": ("file", "/a b?.mp4"),
    "folder:///images/é?fps=4&loop=yes": ("folder", "/images/é"),
    "sim:?seed=3&width=640": ("sim", ""),
    "camera:serial=A1B2-0003?exposure_ms=12.5&gain=0": ("camera", "serial=A1B2-0003"),
    "csi://1?fps=30": ("csi", "1"),
    "replay:///recordings/monday?loop=1": ("replay", "/recordings/monday"),
}


@pytest.mark.parametrize("text", GOOD)
def test_good_addresses(text: str) -> None:
    uri = parse_uri(text)
    assert (uri.scheme, uri.target) == GOOD[text]


BAD = {
    "": "not the address",
    "csi:0": "not complete",
    "csi://": "not complete",
    "camera:serial=": "not complete",
    "camera:serial=a b": "not complete",
    "camera:0?gain=1.5": "cannot be “1.5”",
    "replay://monday": "not complete",
    "C:\\pictures": "not the address",
    "folder://images": "not complete",
    "folder:///": "not complete",
    "file:///a%00b": "not complete",
    "camera:front": "not complete",
    "camera:-1": "not complete",
    "camera:0 ": "not complete",
    "sim://": "not complete",
    "http:///stream": "not complete",
    "http://host:99999/": "not complete",
    "http://host/a b": "not complete",
    "sim:?sed=3": "no option “sed”",
    "sim:?seed=3&seed=4": "given twice",
    "sim:?seed": "not complete",
    "sim:?seed=x": "cannot be “x”",
    "sim:?seed=1.5": "cannot be “1.5”",
    "sim:?blast_fraction=1.1": "cannot be “1.1”",
    "sim:?blast_fraction=nan": "cannot be “nan”",
    "folder:///a?loop=maybe": "cannot be “maybe”",
    "http://host/#width=3": "no option “width”",
}


@pytest.mark.parametrize("text", BAD)
def test_bad_addresses_say_what_is_wrong(text: str) -> None:
    with pytest.raises(BadSourceUri) as caught:
        parse_uri(text)
    assert BAD[text] in caught.value.what


def test_an_unknown_scheme_lists_the_known_ones_and_an_unknown_option_too() -> None:
    with pytest.raises(BadSourceUri) as caught:
        parse_uri("ftp://host/x")
    assert all(form.example in caught.value.remedy for form in SCHEMES.values())
    with pytest.raises(BadSourceUri) as caught:
        parse_uri("sim:?sed=3")
    assert all(option.name in caught.value.remedy for option in fields(SimOptions))


def test_a_plain_path_is_taken_to_the_letter(tmp_path: Path) -> None:
    odd = tmp_path / "a b?loop=1#%20"
    odd.mkdir()
    (odd / "x.png").touch()
    assert source_uri(str(odd)) == SourceUri("folder", str(odd), FolderOptions())
    assert source_uri(str(odd / "x.png")) == path_uri(odd / "x.png")
    assert parse_uri(str(path_uri(odd))).target == str(odd)


def test_a_plain_path_that_is_not_there_is_refused() -> None:
    with pytest.raises(BadSourceUri, match="not the address"):
        source_uri("no/such/thing")


def test_options_of_another_kind_are_refused() -> None:
    with pytest.raises(BadSourceUri, match="not an address for"):
        parse_uri("camera:0").options_as(SimOptions)


def test_a_password_is_not_shown() -> None:
    uri = parse_uri("http://admin:s3cret@cam/video")
    assert "s3cret" in str(uri)
    assert uri.shown == "http://***@cam/video"
