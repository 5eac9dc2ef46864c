"""What is installed on this machine that some tests need."""

from __future__ import annotations

from pathlib import Path

BROWSERS = (Path("/usr/bin/chromium-headless-shell"), Path("/usr/bin/chromium"))
CHROMIUM = next((each for each in BROWSERS if each.exists()), BROWSERS[-1])
"""Without a window, if there is one: the same engine, half the time."""
