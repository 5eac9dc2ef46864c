"""A network still in torch behind the kit's door to inference engines, so that both are measured the same way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from edge.bundle.tensors import IMAGE, LOGITS
from edge.runtime.session import Tensors
from models.marrowkit2026_cells.net import CellsNet


@dataclass(frozen=True, eq=False)
class TorchSession:
    """`edge.runtime.session.Session` around a cells network in evaluation mode."""

    network: CellsNet

    @property
    def engine(self) -> str:
        """torch and its version."""
        return f"torch {torch.__version__}"

    def run(self, inputs: Tensors) -> dict[str, NDArray[np.float32]]:
        """Logits of one batch of fields."""
        device = next(self.network.parameters()).device
        with torch.inference_mode():
            logits = self.network(torch.from_numpy(np.asarray(inputs[IMAGE], np.float32)).to(device))
        return {LOGITS: logits.cpu().numpy()}

    def close(self) -> None:
        """Nothing to free."""
