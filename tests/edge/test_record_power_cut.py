"""A writer is killed again and again in mid-stream; whatever it acknowledged is there afterwards, with its pictures."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import cv2

from edge.record import NewCase, Record

WRITER = """
import sys
from pathlib import Path
from edge.record import Record
from tests.cases import PaintedExaminer, painted_frame

record = Record(Path(sys.argv[1]))
examiner = PaintedExaminer()
for seed in range(int(sys.argv[2]), 10_000):
    frame = painted_frame(seed, 2, (200, 150))
    record.add_field(1, frame, examiner.examine(frame))
    print(frame.digest, flush=True)
"""
KILL_AFTER_S = (0.0, 0.002, 0.011, 0.017)
ROOT = Path(__file__).parents[2]


def test_acknowledged_fields_survive_being_killed(tmp_path: Path) -> None:
    record = Record(tmp_path)
    record.begin_case(NewCase("A-17", "marrow", "wright-giemsa"))
    record.close()
    acknowledged: list[str] = []
    for turn, pause_s in enumerate(KILL_AFTER_S):
        acknowledged += _write_until_killed(tmp_path, 1000 * turn, pause_s)
        _all_there(tmp_path, acknowledged)
    assert len(acknowledged) >= 3 * len(KILL_AFTER_S)


def _write_until_killed(folder: Path, first_seed: int, pause_s: float) -> list[str]:
    command = [sys.executable, "-c", WRITER, str(folder), str(first_seed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as writer:
        assert writer.stdout is not None
        lines = [writer.stdout.readline() for _ in range(3)]
        time.sleep(pause_s)
        writer.kill()
        rest = writer.stdout.read()
    return [line for line in ("".join(lines) + rest).split("\n") if len(line) == 64]


def _all_there(folder: Path, acknowledged: list[str]) -> None:
    record = Record(folder)
    rows = {row.frame_digest: row for row in record.fields(1)}
    assert set(acknowledged) <= set(rows)
    assert [row.number for row in record.fields(1)] == list(range(1, len(rows) + 1))
    for row in rows.values():
        assert len(record.document(1, row.number)["cells"]) == row.counts.nucleated
        assert cv2.imread(str(record.picture(row.image))) is not None
        assert cv2.imread(str(record.picture(row.cell_labels)), cv2.IMREAD_UNCHANGED) is not None
    record.close()
