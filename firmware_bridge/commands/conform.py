"""`marrowkit-bridge conform`: does a board keep the contract?"""

from __future__ import annotations

from contextlib import closing
from typing import Annotated

import typer

from firmware_bridge.boards import DIALECTS
from firmware_bridge.boards.dialect import Dialect
from firmware_bridge.conform import Finding, wait_awake, which_board
from firmware_bridge.conform import conform as tried
from firmware_bridge.conform.bench import Bench
from firmware_bridge.errors import BadScopeSettings
from firmware_bridge.transport import Transport, open_transport


def conform(
    port: Annotated[str, typer.Argument(help="Serial port, tcp://host:port, or sim:BOARD.")],
    board: Annotated[str, typer.Option(help=f"One of {', '.join(DIALECTS)}; found out if left out.")] = "",
    baud: Annotated[int, typer.Option(min=1200, help="Speed of the serial port.")] = 115_200,
    step: Annotated[
        float | None, typer.Option(min=1e-4, max=1000.0, help="Size of the small moves, in steps or millimetres.")
    ] = None,
) -> None:
    """Try a board against the contract of PROTOCOL.md. It moves a little: lift the objective first."""
    with closing(open_transport(port, baud)) as transport:
        dialect = _named(board, transport) if board else which_board(transport)
        print(f"{port}: {dialect.title}", flush=True)
        findings = [_shown(finding) for finding in tried(Bench(transport, dialect, step))]
    failed = [each for each in findings if each.outcome == "FAIL"]
    kept = sum(each.outcome == "pass" for each in findings)
    print(f"{kept} of {len(findings)} clauses kept, {len(failed)} broken, {len(findings) - kept - len(failed)} skipped")
    raise typer.Exit(1 if failed else 0)


def _named(board: str, transport: Transport) -> Dialect:
    if board not in DIALECTS:
        raise BadScopeSettings(f"There is no kind of board “{board}”.", f"There are {', '.join(DIALECTS)}.")
    wait_awake(transport)
    return DIALECTS[board]


def _shown(finding: Finding) -> Finding:
    clause = finding.clause
    print(f"{finding.outcome}  {clause.name:10} {clause.rule:50} {finding.seen}", flush=True)
    if finding.outcome == "FAIL":
        print(f"      fix: {clause.fix}", flush=True)
    return finding
