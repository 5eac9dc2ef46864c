"""`marrowkit-export build` and `card`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from edge.bundle.opened import MANIFEST
from edge.bundle.parse import parse_manifest
from edge.errors import BadSetting
from export.building.build import Workbench, archive_name, build
from export.building.reading import build_spec, merged, of_training, read_toml
from export.building.said import fields_said
from export.commands.bundles import KeyFile
from export.keys import read_private_key
from export.report.card import card_markdown

Source = Annotated[
    str | None,
    typer.Option(
        "--from", help="A room of `models`, package.module:factory, timm:NAME, an .onnx, or a trained folder."
    ),
]
Spec = Annotated[Path | None, typer.Option("--spec", help="build.toml; what is said by --with goes before it.")]
Out = Annotated[Path, typer.Option("--out", help="New folder for the bundle, its card and its report.")]
With = Annotated[
    list[str] | None,
    typer.Option("--with", help="A field of build.toml, such as picture.size_px=128 or labels=L1,L2; may be repeated."),
]


def build_command(key: KeyFile, out: Out, source: Source = None, spec: Spec = None, said: With = None) -> None:
    """From a trained network to a signed bundle whose 8-bit variants say what it says, with card and report."""
    told = build_spec(_fields(source, {} if spec is None else read_toml(spec), fields_said(said or ())))
    bench = Workbench(told, read_private_key(key), out, _say)
    bundle = build(bench)
    print(f"{out / archive_name(told)}: {bundle.manifest.name} {bundle.manifest.version}, digest {bundle.digest}.")
    print(f"Look at {out / 'report.html'}, then: marrowkit bundle install {out / archive_name(told)}")


def card_command(
    bundle: Annotated[Path, typer.Argument(help="Folder of a packed bundle.")],
    out: Annotated[Path | None, typer.Option(help="Markdown file. Default: standard output.")] = None,
) -> None:
    """Write a bundle's model card from its manifest."""
    card = card_markdown(parse_manifest(_manifest(bundle)))
    if out is None:
        print(card, end="")
    else:
        out.write_text(card, "utf-8")


def _fields(source: str | None, spec: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
    """What is said over the specification over what a training folder says of itself."""
    named = source or str(spec.get("network", {}).get("source", ""))
    trained = of_training(Path(named)) if named else {}
    if not trained:
        return merged(spec, merged(said, {"network": {"source": source}}))
    spec = merged(spec, {"network": {"source": trained["network"]["source"]}})
    return merged(merged(trained, spec), said)


def _manifest(bundle: Path) -> bytes:
    try:
        return (bundle / MANIFEST).read_bytes()
    except OSError as error:
        raise BadSetting(f"{bundle} holds no {MANIFEST}.", "Name the folder of a packed bundle.") from error


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
