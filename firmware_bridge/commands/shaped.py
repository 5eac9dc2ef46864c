"""Commands with many options take them as one frozen object, whose fields the command line shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, Field, fields
from functools import wraps
from inspect import Parameter, Signature
from typing import Any, TypeVar, get_type_hints

T = TypeVar("T")


def takes(options: type[T]) -> Callable[[Callable[[T], None]], Callable[..., None]]:
    """Make a command of a function of these options: a dataclass whose fields are annotated as typer's parameters."""
    hints = get_type_hints(options, include_extras=True)
    parameters = [_parameter(each, hints[each.name]) for each in fields(options)]  # type: ignore[arg-type]

    def command_of(action: Callable[[T], None]) -> Callable[..., None]:
        @wraps(action)
        def command(**values: Any) -> None:
            action(options(**values))

        command.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
        command.__annotations__ = hints
        return command

    return command_of


def _parameter(field: Field[Any], hint: Any) -> Parameter:
    default = Parameter.empty if field.default is MISSING else field.default
    return Parameter(field.name, Parameter.KEYWORD_ONLY, default=default, annotation=hint)
