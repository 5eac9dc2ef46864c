"""Convolutions that answer a turned or mirrored picture with the same answer, turned or mirrored.

Channels are either scalars, which do not know where up is, or orbits of eight: one feature seen in each of the eight
ways to lay a square down. A turn of the picture turns the scalars' planes, and in an orbit also swaps the planes. A
convolution keeps to that when taps that a turn brings onto each other share one weight; it costs what an ordinary one
with as many channels costs. Source: Cohen and Welling, Group equivariant convolutional networks, ICML 2016 (p4m).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import product

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

Places = NDArray[np.intp]

ORDER = 8
_MIRROR, _QUARTER = np.array([[1, 0], [0, -1]]), np.array([[0, -1], [1, 0]])
_WAYS = tuple(
    np.linalg.matrix_power(_QUARTER, q) @ np.linalg.matrix_power(_MIRROR, m) for m in (0, 1) for q in range(4)
)
"""The symmetries of the square as matrices on (row, column) about its middle; the first changes nothing."""


@dataclass(frozen=True, slots=True)
class Channels:
    """What the channels of a picture are: first the scalars, then the orbits of eight, then the squares of four, which
    are the pixels that a shuffle spreads one channel over."""

    scalars: int = 0
    orbits: int = 0
    squares: int = 0

    @classmethod
    def mixed(cls, count: int) -> Channels:
        """About half of `count` channels in orbits, the others scalars."""
        orbits = (count + ORDER) // (2 * ORDER)
        return cls(count - ORDER * orbits, orbits)

    @property
    def count(self) -> int:
        """How many channels that makes."""
        return self.scalars + ORDER * self.orbits + 4 * self.squares

    @property
    def feature(self) -> Tensor:
        """Which feature each channel shows, (count,): channels of one orbit or square show the same one."""
        features = [(self.scalars, 1), (self.orbits, ORDER), (self.squares, 4)]
        sizes = [size for number, size in features for _ in range(number)]
        return torch.repeat_interleave(torch.arange(len(sizes)), torch.tensor(sizes, dtype=torch.long))

    @property
    def averaging(self) -> Tensor:
        """Multiplied by one value per channel it gives what no turn changes: the mean of each feature's channels,
        (count, features)."""
        of_feature = functional.one_hot(self.feature).float()
        return of_feature / of_feature.sum(0)

    def swapped(self) -> Places:
        """Where each way to lay a picture down brings each channel, (8, count)."""
        groups = [
            (np.zeros((ORDER, 1), np.intp), self.scalars),
            (_in_orbit(), self.orbits),
            (_in_square(), self.squares),
        ]
        parts, start = [np.empty((ORDER, 0), np.intp)], 0
        for within, number in groups:
            for _ in range(number):
                parts.append(within + start)
                start += within.shape[1]
        return np.concatenate(parts, axis=1)


class SymmetricConv2d(nn.Module):
    """A square convolution between channels that turn with the picture; zeros around it, so that its size is kept, or
    halved with stride 2.

    size  odd with stride 1, even with stride 2: else the result's pixels do not lie evenly about the middle
    bias  one per feature
    """

    tied: Tensor
    feature: Tensor

    def __init__(self, inputs: Channels, outputs: Channels, size: int, stride: int = 1, bias: bool = False) -> None:
        super().__init__()
        if stride not in (1, 2) or (size - stride) % 2:
            raise ValueError(f"a kernel of {size} with stride {stride} has no middle")
        self.register_buffer("tied", tied(inputs, outputs, size), persistent=False)
        self.register_buffer("feature", outputs.feature, persistent=False)
        self.weight = nn.Parameter(torch.empty(int(self.tied.max()) + 1))
        self.fan_in = inputs.count * size**2
        nn.init.normal_(self.weight, std=(2 / self.fan_in) ** 0.5)
        self.bias = nn.Parameter(torch.zeros(int(self.feature.max()) + 1)) if bias else None
        self.stride, self.padding = stride, (size - stride) // 2

    def forward(self, image: Tensor) -> Tensor:
        """(fields, inputs, height, width) to (fields, outputs, height / stride, width / stride)."""
        return functional.conv2d(image, self.kernel(), self.offset(), self.stride, self.padding)

    def kernel(self) -> Tensor:
        """The weights of every tap, (outputs, inputs, size, size)."""
        return self.weight[self.tied]

    def offset(self) -> Tensor | None:
        """The bias of every channel, (outputs,)."""
        return None if self.bias is None else self.bias[self.feature]

    def plain(self) -> nn.Conv2d:
        """The same as an ordinary convolution."""
        outputs, inputs, size, _ = self.tied.shape
        same = nn.Conv2d(inputs, outputs, size, self.stride, self.padding, bias=self.bias is not None)
        same.load_state_dict({"weight": self.kernel()} | ({} if self.bias is None else {"bias": self.offset()}))
        return same


class SymmetricNorm2d(nn.Module):
    """Batch norm per feature: the channels of an orbit share mean, spread, scale and offset."""

    feature: Tensor
    running_mean: Tensor
    running_var: Tensor

    def __init__(self, channels: Channels, momentum: float = 0.1, eps: float = 1e-5) -> None:
        super().__init__()
        self.register_buffer("feature", channels.feature, persistent=False)
        features = int(self.feature.max()) + 1
        self.weight, self.bias = nn.Parameter(torch.ones(features)), nn.Parameter(torch.zeros(features))
        self.register_buffer("running_mean", torch.zeros(features))
        self.register_buffer("running_var", torch.ones(features))
        self.momentum, self.eps = momentum, eps

    def forward(self, image: Tensor) -> Tensor:
        """(fields, channels, height, width), normalised."""
        mean, variance = self._moments(image) if self.training else (self.running_mean, self.running_var)
        scale = self.weight * torch.rsqrt(variance + self.eps)
        offset = self.bias - mean * scale
        return image * scale[self.feature].view(1, -1, 1, 1) + offset[self.feature].view(1, -1, 1, 1)

    def plain(self) -> nn.BatchNorm2d:
        """The same as an ordinary batch norm, for evaluation."""
        same = nn.BatchNorm2d(len(self.feature), eps=self.eps)
        names = ("weight", "bias", "running_mean", "running_var")
        same.load_state_dict({name: getattr(self, name)[self.feature] for name in names}, strict=False)
        return same.eval()

    def _moments(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and variance of each feature in this batch, which also move the running ones."""
        variance, mean = torch.var_mean(image, (0, 2, 3), correction=0)
        of_feature = self._averaged(mean)
        spread = self._averaged(variance + mean**2) - of_feature**2
        with torch.no_grad():
            self.running_mean.lerp_(of_feature, self.momentum)
            self.running_var.lerp_(spread, self.momentum)
        return of_feature, spread

    def _averaged(self, per_channel: Tensor) -> Tensor:
        """The mean over the channels of each feature."""
        total = torch.zeros_like(self.weight).index_add(0, self.feature, per_channel)
        return total / torch.bincount(self.feature)


def conv(inputs: Channels, outputs: Channels, size: int = 3, stride: int = 1) -> nn.Sequential:
    """A convolution that keeps the size (or halves it), batch norm, ReLU."""
    return nn.Sequential(SymmetricConv2d(inputs, outputs, size, stride), SymmetricNorm2d(outputs), nn.ReLU())


def make_plain(network: nn.Module) -> None:
    """Put ordinary layers in the place of the symmetric ones: the network answers the same, and engines know them."""
    for name, child in network.named_children():
        if isinstance(child, SymmetricConv2d | SymmetricNorm2d):
            setattr(network, name, child.plain())
        else:
            make_plain(child)


@cache
def tied(inputs: Channels, outputs: Channels, size: int) -> Tensor:
    """Which weight each tap uses, (outputs, inputs, size, size): the same where a turn brings one onto the other."""
    shape = (outputs.count, inputs.count, size, size)
    places = np.full(shape, np.prod(shape), np.intp)
    for to, source, where in zip(outputs.swapped(), inputs.swapped(), _in_kernel(size), strict=True):
        row, column = where
        moved = np.ravel_multi_index(
            (to[:, None, None, None], source[None, :, None, None], row[None, None], column[None, None]), shape
        )
        places = np.minimum(places, moved)
    return torch.from_numpy(np.unique(places, return_inverse=True)[1].reshape(shape))


def _in_orbit() -> Places:
    """The orbit's channel k is the feature as the k-th way lays it down: a further way lays it down in both, (8, 8)."""
    return np.array([[_way(further @ way) for way in _WAYS] for further in _WAYS])


def _way(matrix: NDArray[np.intp]) -> int:
    return next(k for k, each in enumerate(_WAYS) if np.array_equal(each, matrix))


def _in_square() -> Places:
    """The four pixels of a square, line by line, (8, 4)."""
    rows, columns = _moved(2)
    return (2 * rows + columns).reshape(ORDER, 4)


def _in_kernel(size: int) -> list[tuple[Places, Places]]:
    """Row and column, (size, size) each, that each way brings the taps of a kernel to."""
    return list(zip(*_moved(size), strict=True))


def _moved(size: int) -> tuple[Places, Places]:
    """Where each way brings the pixels of a square of `size`: rows and columns, (8, size, size) each."""
    middle = size - 1  # in half pixels
    pixels = np.array(list(product(range(size), repeat=2))).T
    moved = np.stack([(way @ (2 * pixels - middle) + middle) // 2 for way in _WAYS])
    return moved[:, 0].reshape(-1, size, size), moved[:, 1].reshape(-1, size, size)
