"""Pictures at another size, the same numbers as the kit's OpenCV gives: what a network learns from is what it is shown.

Products of matrices, so that every engine takes them within a graph, at every size.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def resized(planes: Tensor, size_px: int) -> Tensor:
    """Square planes (n, channels, s, s) at a size: (n, channels, size_px, size_px).

    Smaller as `cv2.INTER_AREA`, larger as `cv2.INTER_LINEAR`, as `edge.decide.views.show_cells` does.
    """
    kept = planes.shape[-1]
    if size_px == kept:
        return planes
    if size_px > kept:
        return functional.interpolate(planes, (size_px, size_px), mode="bilinear", align_corners=False)
    by = overlaps(kept, size_px, planes.device)
    return by @ planes @ by.T


def overlaps(lines: int, parts: int, device: torch.device | None = None) -> Tensor:
    """How much of each of so many equal parts each line fills, (parts, lines); rows add up to 1.

    Counted in parts of a line, so that nothing is rounded: a line is `parts` long, a part is `lines` long.
    """
    line, part = torch.arange(lines, device=device) * parts, torch.arange(parts, device=device)[:, None] * lines
    shared = torch.minimum(line + parts, part + lines) - torch.maximum(line, part)
    return shared.clamp_min(0) / lines
