"""Names for the arrays that the pixel maths hands around."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
"""Shape (height, width)."""
Plane = NDArray[np.float32]
"""One value per pixel, float32, shape (height, width)."""
Field = NDArray[np.float32]
"""Three values per pixel, float32, shape (height, width, 3)."""
