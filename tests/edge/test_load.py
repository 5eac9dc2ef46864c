"""`marrowkit load`: pictures are counted rightly, and the ratio is that of the medians."""

from __future__ import annotations

import asyncio
import json
from itertools import pairwise

import pytest

from edge.__main__ import main
from edge.commands.load import ADDRESS, LoadReport, _sheet, _spread
from edge.commands.viewers import PICTURE, Seen, view


@pytest.mark.parametrize("cuts", [(3,), (17, 18, 19), (40, 41, 90), tuple(range(1, 200, 7))])
def test_pictures_are_counted_however_they_are_cut(cuts: tuple[int, ...]) -> None:
    stream = PICTURE.join([b"HTTP/1.1 200 OK\r\n\r\n", *[b"x" * 31] * 5, b""])

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        edges = [0, *[cut for cut in cuts if cut < len(stream)], len(stream)]
        for begin, end in pairwise(edges):
            writer.write(stream[begin:end])
            await writer.drain()
            await asyncio.sleep(0)
        writer.close()

    async def watched() -> Seen:
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        async with server:
            seen = Seen()
            await view(server.sockets[0].getsockname()[1], seen)
        await asyncio.sleep(0)
        return seen

    assert asyncio.run(watched()) == Seen(6, len(stream))


def test_the_port_is_read_off_what_serve_says() -> None:
    found = ADDRESS.search("Marrowkit is at http://127.0.0.1:40123/ (Ctrl+C stops it).")
    assert found is not None
    assert found[1] == "40123"


def test_the_sheet_says_what_was_measured() -> None:
    assert _spread([100.0, 300.0, 200.0, 400.0, 500.0])[0] == 300.0
    report = LoadReport(8, 20, (480.0, 610.0), (552.0, 700.0), 1.15, (5.4, 5.9), 2, 0.3)
    sheet = "\n".join(_sheet(report))
    for told in ("480 ms", "552 ms", "1.15", "5.4 to 5.9", "8 viewers"):
        assert told in sheet


@pytest.mark.slow
def test_a_short_run_measures_both(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["marrowkit", "load", "--viewers", "2", "--fields", "2", "--blocks", "1", "--json"])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 0
    report = json.loads(capsys.readouterr().out)
    assert report["fields"] == 2
    assert report["ratio"] == pytest.approx(report["watched_ms"][0] / report["alone_ms"][0], rel=0.01)
    assert report["pictures_per_s"][0] > 0.2
