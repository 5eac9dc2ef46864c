"""Mean, least and most of three channels, pixel by pixel: numpy's reductions over a last axis of three are slow."""

from __future__ import annotations

from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.optics.planes import Plane

Number = TypeVar("Number", np.uint8, np.float32)


def mean_channel(image: NDArray[np.float32]) -> Plane:
    """Mean of the channels of a float32 (height, width, 3) image; shape (height, width)."""
    return np.asarray(cv2.transform(image, np.full((1, 3), 1 / 3, np.float32)), np.float32)


def least_channel(image: NDArray[Number]) -> NDArray[Number]:
    """The least of the channels at each pixel; shape (height, width)."""
    first, second, third = cv2.split(image)
    return np.asarray(cv2.min(cv2.min(first, second), third), image.dtype)


def most_channel(image: NDArray[Number]) -> NDArray[Number]:
    """The greatest of the channels at each pixel; shape (height, width)."""
    first, second, third = cv2.split(image)
    return np.asarray(cv2.max(cv2.max(first, second), third), image.dtype)
