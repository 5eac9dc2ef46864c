"""Tiny fuzzy and RBF documents, in the form in which a bundle carries them."""

from __future__ import annotations

from typing import Any

LOW_HIGH = [{"name": "low", "membership": [1, 1, 0, 0]}, {"name": "high", "membership": [0, 0, 1, 1]}]
TINY_FUZZY: dict[str, Any] = {
    "version": 1,
    "inputs": [
        {"name": "nc_ratio", "unit": "", "universe": [0.0, 0.4, 0.6, 1.0], "terms": LOW_HIGH},
        {"name": "lobes", "unit": "", "universe": [0.0, 1.0, 2.0, 6.0], "terms": LOW_HIGH},
    ],
    "output": {
        "name": "suspicion",
        "unit": "points",
        "universe": [0.0, 25.0, 50.0, 75.0, 100.0],
        "terms": [
            {"name": "calm", "membership": [1, 0.5, 0, 0, 0]},
            {"name": "alarm", "membership": [0, 0, 0, 0.5, 1]},
        ],
    },
    "rules": [
        {"id": "a", "sentence": "Much cytoplasm.", "when": [[["nc_ratio", "low"]]], "then": "calm"},
        {
            "id": "b",
            "sentence": "Little cytoplasm, one nucleus.",
            "when": [[["nc_ratio", "high"]], [["lobes", "low"]]],
            "then": "alarm",
        },
    ],
}
"""Two inputs, two rules: little cytoplasm in one nucleus alarms, much cytoplasm calms."""

TINY_RBF: dict[str, Any] = {
    "version": 1,
    "measures": ["diameter_um", "fuzzy_score"],
    "labels": ["blast", "other"],
    "centre_labels": ["blast", "other", "other"],
    "median": [12.0, 50.0],
    "scale": [3.0, 20.0],
    "limit": 6.0,
    "centres": [[1.0, 1.0], [-1.0, -1.0], [0.0, -1.0]],
    "widths": [[1.0, 1.0], [1.0, 1.0], [2.0, 2.0]],
    "weights": [[1.0, 0.0], [0.0, 1.0], [0.0, 0.5]],
    "bias": [0.1, 0.2],
    "slope": 4.0,
    "offset": [0.0, -0.3],
}
"""Three centres in two measures, one of them the fuzzy score."""
