"""`/api/v1/bundles`: the bundles on this kit, and which of them answers now."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field

from edge.bundle.offered import Offered
from edge.web.api.problem_shapes import FaultShape, problems
from edge.web.api.who import By, Reader
from edge.web.moments import Hint
from edge.web.parts import WebParts
from edge.web.problems import fault_shape
from edge.words import Translate


class BundleShape(BaseModel):
    """A bundle as its signed manifest tells; what cannot be used has a `fault`, and neither title nor classes."""

    ask: str = Field(description="what to ask for it by, in a re-analysis", examples=["marrowkit-default"])
    name: str = Field(examples=["marrowkit-default"])
    version: int | None
    current: bool = Field(description="whether it is the one that examines fields now")
    in_use: bool = Field(description="whether the kit takes this version of that name")
    installed_hint: Hint | None = Field(description="when it was installed; null for one that came with the kit")
    title: str | None
    classes: list[str] = Field(description="the labels that it gives to cells")
    blasts: list[str] = Field(description="those that count as blasts")
    specimens: list[str]
    stains: list[str]
    fault: FaultShape | None


def bundles_router(parts: WebParts) -> APIRouter:
    """The bundles."""
    routes = APIRouter(prefix="/api/v1/bundles", tags=["kit"])

    @routes.get("", responses=problems("bundle.damaged", "setting", "session.none"))
    def bundles(translate: Reader, _: By) -> list[BundleShape]:
        """Every bundle that is installed or came with the kit, verified now, by name and version."""
        return [_shape(each, parts.bundle.digest, translate) for each in parts.casework.offered()]

    return routes


def _shape(bundle: Offered, current: str, translate: Translate) -> BundleShape:
    manifest, fault = bundle.manifest, bundle.fault
    use = None if manifest is None else manifest.intended_use
    return BundleShape(
        ask=bundle.ask,
        name=bundle.name,
        version=bundle.version,
        current=manifest is not None and bundle.digest == current,
        in_use=bundle.in_use,
        installed_hint=bundle.installed_hint,
        title=None if manifest is None else manifest.title,
        classes=[] if manifest is None else list(manifest.labels),
        blasts=[] if manifest is None else sorted(manifest.positives),
        specimens=[] if use is None else list(use.specimens),
        stains=[] if use is None else list(use.stains),
        fault=None if fault is None else FaultShape(**fault_shape(fault, translate)),
    )
