"""What a kit's people set, with what holds where nobody has set anything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from edge.casework.books import Books
from edge.decide.limits import Limits
from edge.errors import BadSetting
from edge.record.steps import Doing

Cells = Annotated[int, Field(ge=10, le=5000)]
ControlPolicy = Literal["off", "warn", "block"]


class Settings(BaseModel):
    """All of them.

    target_provisional, target_full   cells of a provisional and a full count
    control_policy     what happens where the control slide is due or out of its limits
    operator_required  whether cases are shown and counted only for somebody who has signed in
    auto_capture       whether the page captures good steady frames by itself
    objective          what a new case begins with
    session_idle_min   minutes without a request after which somebody is signed out
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kit_name: Annotated[str, Field(max_length=60)] = "Marrowkit"
    target_provisional: Cells = 200
    target_full: Cells = 500
    control_policy: ControlPolicy = "warn"
    operator_required: bool = False
    auto_capture: bool = False
    objective: Annotated[str, Field(max_length=40)] = "100x oil"
    session_idle_min: Annotated[int, Field(ge=1, le=1440)] = 480

    @model_validator(mode="after")
    def _ordered(self) -> Settings:
        if self.target_provisional > self.target_full:
            raise ValueError("target_provisional is above target_full")
        return self

    @property
    def limits(self) -> Limits:
        """What decisions are held against."""
        return Limits(provisional_cells=self.target_provisional, full_cells=self.target_full)


class SettingsBook:
    """Settings as they are kept."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def all(self) -> Settings:
        """What holds now. A setting that this version no longer knows is left where it is.

        How a page looks, sounds and speaks is no setting of the kit: it belongs to each screen.
        """
        kept = self._books.station.settings()
        return Settings(**{name: value for name, value in kept.items() if name in Settings.model_fields})

    def change(self, changes: Mapping[str, Any], by: str) -> Settings:
        """Change some; in the kit's audit log.

        Raises:
            BadSetting: there is no such setting, or no such value of it.
        """
        with self._books.database.writing():
            before = self.all()
            after = _valid({**before.model_dump(), **changes})
            news = {name: value for name, value in after.model_dump().items() if getattr(before, name) != value}
            olds = {name: getattr(before, name) for name in news}
            if news:
                self._books.station.set(news)
                self._books.steps.add(None, Doing(kind="settings", operator=by, before=olds, after=news))
        return after


def _valid(values: Mapping[str, Any]) -> Settings:
    try:
        return Settings(**values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "settings"
        raise BadSetting(f"{where}: {first['msg']}.", "Choose another value.") from error
