"""The workshop: train, quantise, check parity, pack. Never installed on a kit."""

from __future__ import annotations

import os

# Before anything of ONNX Runtime's: its `transformers` puts a folder on the path that has a `models` of its own.
import models as models

# As in `edge`, for modules of the workshop that import ONNX Runtime before anything of the kit.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
