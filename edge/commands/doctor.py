"""`marrowkit doctor`: is everything here that a station needs?"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

from edge.commands.checks import check_everything
from edge.commands.findings import Finding, Place
from edge.commands.options import AsJson, DataDir, data_folder

ISSUE_EXIT = 1


def doctor(
    data: DataDir = None,
    bundle: Annotated[str | None, typer.Option(help="Bundle by name or path. Default: the one in use.")] = None,
    as_json: AsJson = False,
) -> None:
    """Check this device: engines, bundle, data folder, cameras, clock, power. Exit code 1 on an ISSUE."""
    findings = tuple(check_everything(Place(data_folder(data), bundle)))
    if as_json:
        print(json.dumps([asdict(finding) for finding in findings], indent=2, ensure_ascii=False))
    else:
        print("\n".join(_line(finding) for finding in findings))
    if any(finding.level == "ISSUE" for finding in findings):
        raise typer.Exit(ISSUE_EXIT)


def _line(finding: Finding) -> str:
    remedy = f"\n{'':9}→ {finding.remedy}" if finding.remedy else ""
    return f"{finding.level:<8} {finding.check}: {finding.what}{remedy}"
