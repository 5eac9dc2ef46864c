"""The inverse of a 3 × 3 matrix in a graph, by Cramer's rule, with a guard where there is none.

ONNX knows no inverse of matrices, and torch's stops the training at a singular one. The cofactors are three cross
products, their gradient is exact, and the determinant that divides them is kept away from 0.
"""

from __future__ import annotations

import torch
from torch import Tensor

LEAST = 1e-2
"""Least |det W|; unit stain vectors of blood films have about 0.3."""


def inverse(matrix: Tensor) -> Tensor:
    """W⁻¹ where |det W| is at least `LEAST`, else the cofactors over ± `LEAST`; (3, 3) to (3, 3)."""
    first, second, third = matrix.unbind(1)
    crossed = torch.stack([cross(second, third), cross(third, first), cross(first, second)])
    return crossed / guarded((first * crossed[0]).sum())


def guarded(determinant: Tensor) -> Tensor:
    """The determinant, at least `LEAST` away from 0 on its own side; 0 counts as positive."""
    side = torch.where(determinant < 0, -torch.ones_like(determinant), torch.ones_like(determinant))
    return torch.where(determinant.abs() < LEAST, LEAST * side, determinant)


def cross(one: Tensor, other: Tensor) -> Tensor:
    """The cross product of two vectors, (3,)."""
    return one.roll(-1) * other.roll(-2) - one.roll(-2) * other.roll(-1)
