"""Whatever pieces a stream arrives in, the same bodies come out, and nothing grows without bound."""

from __future__ import annotations

import pickle
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.errors import SourceLost
from firmware_bridge.multipart import MAX_HEADER_BYTES, MultipartParser, State, boundary_of

BOUNDARY = b"frame"
BODIES = st.lists(st.binary(max_size=200).filter(lambda body: b"--frame" not in body), max_size=6)
CUTS = st.lists(st.integers(0, 2000), max_size=12)


def pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    ends = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    return [data[start:end] for start, end in pairwise(ends)]


def stream(bodies: list[bytes], with_length: bool, end: bytes, dashes: bytes = b"") -> bytes:
    parts = b""
    for body in bodies:
        length = f"Content-Length: {len(body)}".encode() + end if with_length else b""
        headers = b"Content-Type: image/jpeg" + end + length + end
        parts += b"--" + dashes + BOUNDARY + end + headers + body + end
    return parts + b"--" + dashes + BOUNDARY + b"--" + end


def fed(parser: MultipartParser, chunks: list[bytes]) -> list[bytes]:
    return [body for chunk in chunks for body in parser.feed(chunk)]


@given(BODIES, CUTS, st.booleans(), st.sampled_from([b"\r\n", b"\n"]), st.sampled_from([b"", b"--"]))
def test_any_chunking_gives_the_same_bodies(
    bodies: list[bytes], cuts: list[int], with_length: bool, end: bytes, dashes: bytes
) -> None:
    parser = MultipartParser(BOUNDARY)
    got = fed(parser, pieces(b"preamble" + end + stream(bodies, with_length, end, dashes), cuts))
    # without a length, line ends and dashes before the next boundary cannot be told from the body's own
    tail = b"" if with_length else b"\r\n-"
    assert [body.rstrip(tail) for body in got] == [body.rstrip(tail) for body in bodies]
    assert parser.state is State.ENDED


def held_bytes(parser: MultipartParser) -> int:
    """All that a parser keeps."""
    return len(pickle.dumps(parser))


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_garbage_neither_crashes_nor_grows(chunks: list[bytes]) -> None:
    parser = MultipartParser(BOUNDARY, max_part_bytes=100)
    for chunk in chunks:
        try:
            parser.feed(chunk)
        except SourceLost:
            return
        assert held_bytes(parser) <= max(MAX_HEADER_BYTES, 100 + 2 * len(BOUNDARY)) + 300


@pytest.mark.parametrize(
    "data",
    [
        b"--frame\r\nContent-Length: 99999999999\r\n\r\n",
        b"--frame\r\nContent-Length: 101\r\n\r\n",
        b"--frame\r\n\r\n" + b"x" * 200,
        b"--frame\r\n" + b"x" * (MAX_HEADER_BYTES + 1),
    ],
)
def test_what_is_too_long_is_refused_at_once(data: bytes) -> None:
    with pytest.raises(SourceLost):
        MultipartParser(BOUNDARY, max_part_bytes=100).feed(data)


def test_a_wrong_length_costs_one_picture_not_the_stream() -> None:
    parser = MultipartParser(BOUNDARY)
    wrong = b"--frame\r\nContent-Length: 3\r\n\r\nlonger\r\n"
    assert parser.feed(wrong + stream([b"next"], True, b"\r\n")) == [b"lon", b"next"]


def test_nothing_comes_after_the_end() -> None:
    parser = MultipartParser(BOUNDARY)
    parser.feed(b"--frame--\r\n")
    held = held_bytes(parser)
    assert parser.feed(stream([b"late" * 1000], True, b"\r\n")) == []
    assert held_bytes(parser) == held


@pytest.mark.parametrize(
    ("content_type", "boundary"),
    [
        ("multipart/x-mixed-replace; boundary=frame", b"frame"),
        ('multipart/x-mixed-replace;boundary="--frame"', b"frame"),
        ("multipart/x-mixed-replace", None),
        ("image/jpeg", None),
        ("", None),
    ],
)
def test_boundary_of(content_type: str, boundary: bytes | None) -> None:
    assert boundary_of(content_type) == boundary
