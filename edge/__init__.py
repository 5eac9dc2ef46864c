"""Marrowkit's runtime: from a microscope frame to a counted, explained result. Never imports torch."""

from __future__ import annotations

import os

# ONNX Runtime 1.29 and later tells its maker of every process and network, on Linux as well. It decides so while it is
# imported: its own `disable_telemetry_events` comes too late (see DECISIONS.md). So this stands before everything else.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
