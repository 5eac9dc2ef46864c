"""What a built bundle says of itself."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib import metadata
from typing import Any

from edge.bundle.manifest import CLASSIFIER
from export.building.outcome import Outcome
from export.together.net import members_of

MAKERS = ("torch", "onnx", "onnxruntime", "openvino", "nncf")
"""Libraries whose versions decide what a build gives."""


def manifest_fields(outcome: Outcome, variants: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Everything that a packer does not add by itself; `variants` as `export.variants` gives them."""
    spec, (first, *others) = outcome.spec, outcome.spec.positive
    members = members_of(spec.network.source, spec.network.settings)
    return {
        "kind": CLASSIFIER,
        "name": spec.name,
        "version": spec.version,
        "title": spec.title,
        "intended_use": spec.intended_use.model_dump(mode="json", exclude_none=True),
        "labels": list(spec.labels),
        "positive_label": first,
        **({"also_positive": others} if others else {}),
        **({"members": list(members)} if members else {}),
        "lymphoid_labels": list(spec.lymphoid),
        "urgent_labels": list(spec.urgent),
        "preprocessing": spec.picture.inputs.model_dump(mode="json"),
        "thresholds": {
            "positive": spec.call.threshold,
            "abstain": list(spec.call.doubtful),
            "network": spec.call.threshold,
        },
        "calibration": outcome.calibration.model_dump(mode="json"),
        "stain_reference": {},
        "variants": [dict(each) for each in variants],
        "training": {
            "data": [each.model_dump(mode="json", exclude_none=True) for each in spec.training.data],
            "terms": spec.training.terms,
            "made_with": _made_with(),
        },
        "metrics": [asdict(each) for each in outcome.figures()],
        "limits": list(spec.warnings),
    }


def _made_with() -> str:
    found = {name: _version(name) for name in MAKERS}
    told = ", ".join(f"{name} {version}" for name, version in found.items() if version)
    return f"marrowkit-export build, {told}, Python {platform.python_version()}"


def _version(name: str) -> str | None:
    return next((each.version for each in metadata.distributions(name=name)), None)
