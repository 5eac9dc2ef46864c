"""Errors in the API's documentation: the shape that every one has, and by code which status it comes with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, Field

from edge.web.statuses import status_of
from firmware_bridge.errors import Fault


class UnfitShape(BaseModel):
    """Where a value does not fit (`body.specimen`), and the kind of pydantic's error about it."""

    place: str
    kind: str


class ProblemShape(BaseModel):
    """An error as `application/problem+json` (RFC 9457), its words in the reader's language.

    `code` is stable across versions and languages.
    """

    type: str = "about:blank"
    title: str = Field(examples=["Not possible now"])
    status: int = Field(examples=[409])
    code: str = Field(examples=["case.signed"])
    detail: str = Field(examples=["This case is signed."])
    remedy: str = Field(examples=["Amend it, with a reason, to change anything."])
    errors: list[UnfitShape] = Field(default=[], description="Only with `web.invalid`.")


class FaultShape(BaseModel):
    """What is amiss with a part of an answer, and what to do."""

    code: str
    detail: str
    remedy: str


def problems(*codes: str) -> dict[int | str, dict[str, Any]]:
    """What a route may answer instead, for FastAPI's `responses`."""
    by_status: dict[int, list[str]] = defaultdict(list)
    for code in codes:
        by_status[status_of(_KINDS[code])].append(code)
    return {status: _response(known) for status, known in sorted(by_status.items())}


def as_problems(described: dict[str, Any]) -> dict[str, Any]:
    """An OpenAPI document whose errors are `application/problem+json`: FastAPI writes every model as plain JSON, and
    adds its own 422, which no route of the kit answers.
    """
    for route in (route for methods in described["paths"].values() for route in methods.values()):
        for status, response in route["responses"].items():
            if status.startswith(("4", "5")) and "content" in response:
                response["content"] = {"application/problem+json": {"schema": _PROBLEM}}
    described["components"]["schemas"] = {
        name: schema for name, schema in described["components"]["schemas"].items() if name not in _FASTAPIS
    }
    return described


_PROBLEM = {"$ref": "#/components/schemas/ProblemShape"}
_FASTAPIS = frozenset({"HTTPValidationError", "ValidationError"})


def _response(codes: list[str]) -> dict[str, Any]:
    said = ", ".join(f"`{code}`" for code in codes)
    return {"model": ProblemShape, "description": f"problem+json with code {said}"}


def _branches(kind: type[Fault]) -> Iterator[type[Fault]]:
    for branch in kind.__subclasses__():
        yield branch
        yield from _branches(branch)


_KINDS = {kind.code: kind for kind in _branches(Fault)}
