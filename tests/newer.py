"""A later bundle than the painted one."""

from __future__ import annotations

from dataclasses import replace

from edge.decide.model import Model
from edge.types import Examination, Frame
from tests.cases import MODEL, PaintedExaminer

NEWER = replace(MODEL, ref=replace(MODEL.ref, version=4, digest="beef" * 16), title="Painted anew")


class Newer:
    """A later bundle, which calls every cell a blast."""

    model: Model = NEWER

    def __init__(self) -> None:
        self.frames: list[Frame] = []
        self.closed = False

    def examine(self, frame: Frame) -> Examination:
        self.frames.append(frame)
        found = PaintedExaminer().examine(frame)
        cells = tuple(replace(each, label="blast", probability={"blast": 1.0}) for each in found.cells)
        return replace(found, cells=cells, bundle=NEWER.ref)

    def close(self) -> None:
        self.closed = True
