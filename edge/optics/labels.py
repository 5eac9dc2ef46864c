"""Walking over the cells of a label image, each in a window of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from edge.types import Labels

Number = TypeVar("Number", bound=np.generic)


@dataclass(frozen=True, slots=True)
class Window:
    """Rows `top` to `bottom` − 1 and columns `left` to `right` − 1 of an image; it may reach beyond the image."""

    top: int
    left: int
    bottom: int
    right: int

    def grown(self, by_px: int) -> Window:
        """The window with so much more on every side."""
        return Window(self.top - by_px, self.left - by_px, self.bottom + by_px, self.right + by_px)

    def square(self, reach_px: int) -> Window:
        """The square of side 2·`reach_px` around the middle of this window."""
        row, column = (self.top + self.bottom) // 2, (self.left + self.right) // 2
        return Window(row, column, row, column).grown(reach_px)

    def cut(self, image: NDArray[Number], fill: float = 0) -> NDArray[Number]:
        """A copy of this part of `image` (height, width, …), `fill` where it lies outside."""
        shape = (self.bottom - self.top, self.right - self.left, *image.shape[2:])
        out = np.full(shape, fill, image.dtype)
        self._inside(image, out)[...] = image[self.slices]
        return out

    def paste(self, patch: NDArray[np.bool_], value: int, image: NDArray[Any]) -> None:
        """Set `image` to `value` where `patch`, of this window's shape, is True; what lies outside is left away."""
        inside = self._inside(image, patch)
        image[self.slices][inside] = value

    def lay(self, values: NDArray[Number], where: NDArray[np.bool_], image: NDArray[Number]) -> None:
        """Set `image` to `values` where `where` is True, both of this window's shape."""
        inside = self._inside(image, where)
        image[self.slices][inside] = self._inside(image, values)[inside]

    @property
    def slices(self) -> tuple[slice, slice]:
        """Rows and columns of an image, as far as it has them."""
        return slice(max(0, self.top), max(0, self.bottom)), slice(max(0, self.left), max(0, self.right))

    def _inside(self, image: NDArray[Any], patch: NDArray[Any]) -> NDArray[Any]:
        """The part of `patch` that lies inside `image`."""
        rows, columns = self.slices
        height, width = image[rows, columns].shape[:2]
        top, left = max(0, -self.top), max(0, -self.left)
        return patch[top : top + height, left : left + width]


def label_windows(labels: Labels | NDArray[np.int32]) -> Iterator[tuple[int, Window]]:
    """Each label that occurs, in ascending order, with the smallest window that holds it; one pass over the image."""
    ids, rows, first, last = _runs(labels)
    count = int(ids.max(initial=0)) + 1
    low, high = np.full((count, 2), labels.size), np.full((count, 2), -1)
    for axis, begin, end in ((0, rows, rows), (1, first, last)):
        np.minimum.at(low[:, axis], ids, begin)
        np.maximum.at(high[:, axis], ids, end)
    for k in np.flatnonzero(high[:, 0] >= 0).tolist():
        yield k, Window(*low[k].tolist(), *(high[k] + 1).tolist())


def _runs(labels: Labels | NDArray[np.int32]) -> tuple[NDArray[np.intp], ...]:
    """Stretches of one label along a row: their labels, rows, first and last columns."""
    flat, width = labels.ravel(), max(labels.shape[1], 1)
    begins = np.ones(flat.size, np.bool_)
    np.not_equal(flat[1:], flat[:-1], out=begins[1:])
    begins[::width] = True
    starts = np.flatnonzero(begins)
    ends = np.append(starts[1:], flat.size)
    labelled = flat[starts] != 0
    starts, ends = starts[labelled], ends[labelled]
    rows = starts // width
    return flat[starts].astype(np.intp), rows, starts - rows * width, ends - 1 - rows * width
