"""Exporters print, log and warn about other libraries; none of it is for the person who builds a bundle."""

from __future__ import annotations

import io
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout

QUARRELS = (FutureWarning, DeprecationWarning)
"""What one library says of another's age; every other warning is left to be heard."""


@contextmanager
def quiet() -> Iterator[None]:
    """Within: no prints, no log lines below an error, no quarrels. Errors rise as ever."""
    before, silent = logging.root.manager.disable, logging.NullHandler()
    # With a handler in place `logging.warning` does not install one of its own for the rest of the process.
    logging.root.addHandler(silent)
    logging.disable(logging.WARNING)
    try:
        with redirect_stdout(io.StringIO()), warnings.catch_warnings():
            for category in QUARRELS:
                warnings.simplefilter("ignore", category)
            yield
    finally:
        logging.disable(before)
        logging.root.removeHandler(silent)
