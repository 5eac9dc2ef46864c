"""The tables of PROTOCOL.md as the code has them."""

from __future__ import annotations

from collections.abc import Sequence

from firmware_bridge.boards.dialect import Command, Dialect, Kind, Reply, Role
from firmware_bridge.boards.grbl import ALARMS, ERRORS
from firmware_bridge.boards.host import ASKING, HEARING, Phase
from firmware_bridge.conform import CLAUSES
from firmware_bridge.sim.boards.faults import KINDS

SHOWN = {"\x18": "byte 0x18", "\x85": "byte 0x85"}


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def commands(dialect: Dialect) -> str:
    return table(
        ("write", "means", "ended by", "travels", "since"), [_command(each) for each in dialect.commands.values()]
    )


def replies(dialect: Dialect) -> str:
    return table(("said", "means", "unasked it is"), [_reply(each) for each in dialect.replies.values()])


def asking() -> str:
    return table(
        ("while", "may be asked", "then"),
        [(f"{phase.value}", kind.value, after.value) for (phase, kind), after in ASKING.items()],
    )


def hearing() -> str:
    rows = [(phase.value, role.value, HEARING[phase, role].value) for phase in Phase for role in _roles(phase)]
    return table(("while", "is heard", "then"), rows)


def numbered(head: str, meanings: dict[int, str]) -> str:
    return table((head, "means"), [(str(code), words) for code, words in meanings.items()])


def contract() -> str:
    return table(("clause", "a board …", "if it does not"), [(each.name, each.rule, each.fix) for each in CLAUSES])


def faults() -> str:
    return table(("fault", "what happens"), list(KINDS.items()))


def all_tables(dialects: dict[str, Dialect]) -> list[str]:
    both = [part(dialect) for dialect in dialects.values() for part in (commands, replies)]
    return [*both, asking(), hearing(), numbered("error", ERRORS), numbered("ALARM", ALARMS), contract(), faults()]


def _command(each: Command) -> tuple[str, ...]:
    shown = " or ".join(f"`{SHOWN.get(wording, wording)}`" for wording in each.form.wordings)
    since = "" if each.since == (0, 0) else ".".join(map(str, each.since))
    travels = "" if each.kind is Kind.LINE else each.kind.value
    return (shown, each.help, ", ".join(each.ends), travels, since)


def _reply(each: Reply) -> tuple[str, ...]:
    return (" or ".join(f"`{wording}`" for wording in each.form.wordings), each.help, each.role.value)


def _roles(phase: Phase) -> list[Role]:
    return [role for at, role in HEARING if at is phase]
