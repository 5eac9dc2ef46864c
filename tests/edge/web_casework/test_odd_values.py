"""Values that JSON has and nobody can mean: every route says so in words, and none of them breaks."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any, NamedTuple

import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.web import WebParts
from edge.web.fit import unfit
from edge.words import FAULTS
from tests.visits import API, CASE, good, visiting

FIRST = {"case_id": "1", "number": "1", "cell_id": "1", "control_id": "1", "run": "1", "operator_id": "1"}
HUGE = str(2**63)
ODD_JSON = {
    "beyond 64 bits": HUGE,
    "far below": str(-(2**63) - 1),
    "10^400": "1" + 400 * "0",
    "10^5000": "1" + 5000 * "0",
    "NaN": "NaN",
    "infinite": "-Infinity",
    "too large to be finite": "1e999",
    "half a letter": '"\\ud800"',
    "the other half": '"a\\udfffb"',
    "half a letter in a name": '{"\\ud800": 1}',
    "deep": 2000 * "[" + 2000 * "]",
}
"""As it is sent."""
ODD_TEXT = (HUGE, "-" + HUGE, "1" * 400, "nan", "inf", "-inf", "1e999", "%ED%A0%80", "%00", "%FF", "٣", "")
"""In an address."""


class Route(NamedTuple):
    """Something that can be asked, and what a body of it looks like."""

    method: str
    path: str
    body: Any
    named: tuple[str, ...]


def routes(client: TestClient) -> Iterator[Route]:
    described = good(client.get("/openapi.json"))
    schemas = described["components"]["schemas"]
    for path, methods in described["paths"].items():
        for method, route in methods.items():
            if path not in ("/live.mjpg", f"{API}/events"):
                named = tuple(each["name"] for each in route.get("parameters", ()) if each["in"] == "query")
                yield Route(method, path, _example(route, schemas), named)


def _example(route: Mapping[str, Any], schemas: Mapping[str, Any]) -> Any:
    body = route.get("requestBody", {}).get("content", {}).get("application/json")
    if body is None:
        return None
    schema = body["schema"]
    (part, *_) = schema.get("oneOf", schema.get("anyOf", [schema]))
    return schemas[part["$ref"].split("/")[-1]]["examples"][0] if "$ref" in part else {}


def with_odd(body: Any, odd: str) -> Iterator[str]:
    """The body with each of its values in turn replaced; the odd value alone, and in a list of its own."""
    yield odd
    yield f'{{"more": [{{"deeper": {odd}}}]}}'
    for name in body or ():
        changed = deepcopy(body)
        changed[name] = "HERE"
        yield json.dumps(changed).replace('"HERE"', odd)


def assert_said(answer: Any, about: object) -> None:
    assert answer.status_code < 500, (about, answer.text)
    if answer.status_code >= 400:
        said = answer.json()
        assert said["detail"], about
        assert said["remedy"], about


@pytest.mark.parametrize("odd", ODD_JSON.values(), ids=ODD_JSON.keys())
@pytest.mark.usefixtures("counted", "amina")
def test_no_route_takes_them_in_a_body(client: TestClient, odd: str) -> None:
    asked = 0
    for route in routes(client):
        for body in with_odd(route.body, odd) if route.body is not None else ():
            path = route.path.format(**{name: FIRST.get(name, "1") for name in _places(route.path)})
            answer = client.request(route.method, path, content=body, headers={"Content-Type": "application/json"})
            assert (answer.status_code, answer.json()["code"]) == (422, "web.invalid"), (route, body[:80])
            assert_said(answer, (route, body[:80]))
            asked += 1
    assert asked >= 60


@pytest.mark.parametrize("odd", ODD_TEXT)
@pytest.mark.usefixtures("counted", "amina")
def test_no_address_breaks_by_them(parts: WebParts, client: TestClient, odd: str) -> None:
    asked = 0
    for route in routes(client):
        for place in _places(route.path):
            filled = {name: FIRST.get(name, "1") for name in _places(route.path)} | {place: odd}
            assert_said(client.request(route.method, route.path.format(**filled), json=route.body), (route, place))
            asked += 1
        path = route.path.format(**{name: FIRST.get(name, "1") for name in _places(route.path)})
        for name in route.named if route.method == "get" else ():
            assert_said(client.request(route.method, f"{path}?{name}={odd}"), (route, name))
            asked += 1
    assert asked >= 60


def _places(path: str) -> list[str]:
    return [part[1:-1] for part in path.split("/") if part.startswith("{")]


@pytest.mark.parametrize("name", [b"\xff\xfe.png", b"\xed\xa0\x80.png", b"..\x00.png", b"a" * 5000])
@pytest.mark.parametrize("scale", [b"nan", b"1e999", b"1" * 400, b"\xed\xa0\x80"])
def test_nor_does_a_form(client: TestClient, counted: None, name: bytes, scale: bytes) -> None:
    parts = [
        b'Content-Disposition: form-data; name="um_per_px"\r\n\r\n' + scale,
        b'Content-Disposition: form-data; name="picture"; filename="' + name + b'"\r\n\r\nno picture',
    ]
    body = b"".join(b"--x\r\n" + part + b"\r\n" for part in parts) + b"--x--\r\n"
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    assert_said(client.post(f"{CASE}/fields", content=body, headers=kind), name)
    assert_said(client.post(f"{CASE}/fields", content=body.replace(scale, b"0.2"), headers=kind), name)


def test_what_is_fit_passes_through_whole(client: TestClient) -> None:
    note = "größer 😀 كبير \u2067\\ud800"
    good(client.post(f"{API}/cases", json={"pseudonym": "A-17", "note": note}), 201)
    assert good(client.get(f"{API}/cases"))[0]["note"] == note


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)
ODD = st.sampled_from([2**63, -(2**63) - 1, 10**40, float("nan"), float("inf"), "\ud800", "x\udfff", {"\udabc": 1}])


@given(value=JSON)
def test_plain_json_is_fit(value: Any) -> None:
    assert unfit(json.dumps(value).encode()) is None
    assert unfit(json.dumps(value, ensure_ascii=False).encode()) is None


@given(value=st.recursive(ODD, lambda inner: st.tuples(JSON, inner).map(list) | st.fixed_dictionaries({"a": inner})))
def test_an_odd_value_is_found_wherever_it_is(value: Any) -> None:
    assert unfit(json.dumps(value).encode()) in {"number", "text"}


@settings(max_examples=200)
@given(content=st.binary(max_size=60))
def test_what_is_no_json_is_left_to_whoever_reads_it(content: bytes) -> None:
    try:
        json.loads(content)
    except ValueError:
        assert unfit(content) is None


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_it_is_said_in_the_readers_language(parts: WebParts, language: str) -> None:
    with visiting(parts) as client:
        headers = {"Content-Type": "application/json", "Accept-Language": language}
        said = client.post(f"{API}/cases", content=b'{"pseudonym": NaN}', headers=headers).json()
    assert said["detail"] != FAULTS["web.invalid"].text
    assert said["errors"] == [{"place": "body", "kind": "number"}]
