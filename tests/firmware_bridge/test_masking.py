"""No name and no password of a camera in anything that is shown."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.errors import BadSourceUri, SourceFault, SourceLost
from firmware_bridge.masking import SECRET_WORDS, without_secrets
from firmware_bridge.sources import open_source
from firmware_bridge.uri import parse_uri

SHOWN = {
    "rtsp://admin:s3cret@10.0.0.2/live": "rtsp://***@10.0.0.2/live",
    "rtsp://admin@10.0.0.2:554/live": "rtsp://***@10.0.0.2:554/live",
    "http://admin:s3c@ret@cam/video": "http://***@cam/video",
    "http://cam/video?user=admin&pwd=s3cret&channel=1": "http://cam/video?user=***&pwd=***&channel=1",
    "http://cam/v?channel=1&Password=s3cret#timeout=2.0": "http://cam/v?channel=1&Password=***#timeout=2.0",
    "http://cam/v?a=b?accessToken=s3cret": "http://cam/v?a=b?accessToken=***",
    "http://cam/v?p%61ss=s3cret": "http://cam/v?p%61ss=***",
    "rtsp://10.0.0.2:554/user=admin_password=s3cret_channel=1.sdp": "rtsp://10.0.0.2:554/user=***",
    "rtsp://10.0.0.2/user=admin&password=s3cret&channel=1": "rtsp://10.0.0.2/user=***&password=***&channel=1",
}
PLAIN = [
    "http://10.0.0.2:8080/?action=stream",
    "http://10.0.0.2/stream?mail=a@b.example",
    "http://[fe80::1]:80/stream",
    "camera:0?width=1280&loop=1",
    "folder:///images/a=b",
    "sim:?cells=26&width=800&fps=6.0",
    "The source sim: failed in an unexpected way (KeyError(3)).",
]


@pytest.mark.parametrize(("uri", "shown"), SHOWN.items())
def test_what_is_shown_of_an_address(uri: str, shown: str) -> None:
    assert without_secrets(uri) == parse_uri(uri).shown == shown


@pytest.mark.parametrize("text", PLAIN)
def test_what_holds_no_secret_is_shown_as_it_is(text: str) -> None:
    assert without_secrets(text) == text


WORDS = st.text("abcdefghijkmnoqrtuvwxyz0123456789", min_size=1, max_size=8)
SECRETS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=12).map(
    lambda text: f"ZZ{text}ZZ"
)
"""What stands in no other part of an address."""
NAMES = st.tuples(st.text("abcABC_-.", max_size=4), st.sampled_from(SECRET_WORDS), st.text("abcABC_-.", max_size=4))


@given(name=WORDS, secret=SECRETS, path=WORDS)
def test_nothing_before_the_host_is_shown(name: str, secret: str, path: str) -> None:
    uri = f"rtsp://{name}:{quote(secret, safe='')}@10.0.0.2/{path}"
    assert without_secrets(uri) == parse_uri(uri).shown == f"rtsp://***@10.0.0.2/{path}"


@given(parts=NAMES, secret=SECRETS, before=WORDS, after=WORDS, escape=st.booleans(), upper=st.booleans())
def test_no_value_of_a_secret_name_is_shown(
    parts: tuple[str, str, str], secret: str, before: str, after: str, escape: bool, upper: bool
) -> None:
    name = "".join(parts).upper() if upper else "".join(parts)
    name = "".join(f"%{ord(each):02X}" for each in name) if escape else name
    shown = without_secrets(f"http://cam/v?{before}=1&{name}={quote(secret, safe='')}&{after}=2")
    assert shown == f"http://cam/v?{before}=1&{name}=***&{after}=2"


@given(text=st.text(), name=st.sampled_from(SECRET_WORDS))
def test_whatever_stands_around_it(text: str, name: str) -> None:
    assert "s3cretZZ" not in without_secrets(f"{text}?{name}=s3cretZZ")
    shown = without_secrets(text)
    assert without_secrets(shown) == shown


@pytest.mark.parametrize(
    "typed",
    [
        "rtsp://admin:s3/cret@10.0.0.2/live",
        "rtsp://admin:s3?cret@10.0.0.2/live",
        "rtps://admin:s3cret@10.0.0.2/live",
        "http://?password=s3cret",
        "camera:0?password=s3cret&password=s3cret",
    ],
)
def test_nor_is_it_said_what_was_mistyped(typed: str) -> None:
    with pytest.raises(BadSourceUri) as told:
        open_source(typed)
    assert "cret" not in str(told.value)


def test_a_fault_of_a_source_holds_none_wherever_its_words_come_from() -> None:
    fault: SourceFault = SourceLost(
        "Nothing at http://me:s3cret@cam/?token=s3cret any more (timed out).", "Plug it in."
    )
    assert str(fault) == "Nothing at http://***@cam/?token=*** any more (timed out). Plug it in."
    assert "s3cret" not in repr(fault)
