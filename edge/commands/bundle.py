"""`marrowkit bundle`: show, verify, list, install and roll back model bundles."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from edge.bundle import Bundle, install, list_bundles, load_keys, open_bundle, rollback, use_bundle
from edge.bundle.installing import Prove
from edge.bundle.shelf import Shelved
from edge.commands.options import AsJson, DataDir, data_folder
from edge.commands.sheets import bundle_sheet, parity_table
from edge.runtime.choose import Choice, choose_variant, recall_choice

app = typer.Typer(help="Show, verify, list, install and roll back model bundles.", no_args_is_help=True)

BundlePath = Annotated[Path, typer.Argument(help="Folder or .mkb file.", exists=False)]


@app.command()
def show(
    name: Annotated[str | None, typer.Argument(help="Name or path. Default: the bundle in use.")] = None,
    data: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Say what a bundle is for, what it was made from, how good it is, and how it does on this device."""
    folder = data_folder(data)
    bundle = use_bundle(name, folder)
    choice = recall_choice(bundle, folder)
    if as_json:
        print(json.dumps(_described(bundle, choice), indent=2, ensure_ascii=False))
    else:
        print("\n".join(bundle_sheet(bundle, choice)))


@app.command()
def verify(path: BundlePath, data: DataDir = None) -> None:
    """Check signature, listing and every digest; change nothing."""
    bundle = open_bundle(path, load_keys(data_folder(data)))
    print(f"{_title(bundle)} is intact, signed by {bundle.key.owner} ({bundle.key.id}); digest {bundle.digest}.")


@app.command("list")
def list_command(data: DataDir = None, as_json: AsJson = False) -> None:
    """List the bundles that are installed or came with the kit."""
    shelved = list_bundles(data_folder(data))
    if as_json:
        print(json.dumps([_row(item) for item in shelved], indent=2))
    else:
        print("\n".join(_line(item) for item in shelved) or "No bundle is installed.")


@app.command("install")
def install_command(path: BundlePath, data: DataDir = None) -> None:
    """Verify a bundle, prove it on this device, and use it from now on. If anything fails, nothing changes."""
    folder = data_folder(data)
    bundle = install(path, folder, load_keys(folder), _prover(folder))
    _report(bundle, folder, "Installed")


@app.command("rollback")
def rollback_command(
    name: Annotated[str, typer.Argument(help="Name of the bundle.")],
    data: DataDir = None,
) -> None:
    """Go back, on purpose, to the version before the one in use."""
    folder = data_folder(data)
    bundle = rollback(name, folder, load_keys(folder), _prover(folder))
    _report(bundle, folder, "Back to")


def _prover(folder: Path) -> Prove:
    """Fit for use here: a station could be made of it, and one of its variants gives the signed answers."""
    # late: a station takes a second to import, and `--help` should not
    from edge.station import require_usable

    def prove(bundle: Bundle) -> None:
        require_usable(bundle, folder)
        choose_variant(bundle, folder)

    return prove


def _report(bundle: Bundle, folder: Path, what: str) -> None:
    choice = choose_variant(bundle, folder)
    print(f"{what} {_title(bundle)}; a running station takes it at its next start.")
    print("\n".join(parity_table(choice)))


def _title(bundle: Bundle) -> str:
    return f"{bundle.manifest.name} {bundle.manifest.version}"


def _described(bundle: Bundle, choice: Choice | None) -> dict[str, Any]:
    return {
        **bundle.manifest.model_dump(mode="json", exclude_none=True),
        "digest": bundle.digest,
        "path": str(bundle.path),
        "key": {"id": bundle.key.id, "owner": bundle.key.owner, "retired": bundle.key.retired},
        "parity": None if choice is None else asdict(choice),
    }


def _row(item: Shelved) -> dict[str, Any]:
    return {**asdict(item), "path": str(item.path)}


def _line(item: Shelved) -> str:
    version = "shipped" if item.version is None else str(item.version)
    return f"{'*' if item.in_use else ' '} {item.name} {version}  {item.path}"
