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
from export.building.spec import USUAL_VARIANTS
from export.commands.bundles import KeyFile
from export.commands.crops import Set, settings_of
from export.keys import read_private_key
from export.report.card import card_markdown
from export.variants import RECIPES

Source = Annotated[
    str | None,
    typer.Option(
        "--from", help="A room of `models`, package.module:factory, timm:NAME, an .onnx, or a trained folder."
    ),
]
Spec = Annotated[Path | None, typer.Option("--spec", help="build.toml; what is said beside it goes before it.")]
Out = Annotated[Path, typer.Option("--out", help="New folder for the bundle, its card and its report.")]
Checkpoint = Annotated[str | None, typer.Option(help="Weights: .safetensors, or a pickle of nothing but weights.")]
Labels = Annotated[str | None, typer.Option(help="In the order of the outputs, with commas between.")]
Positive = Annotated[str | None, typer.Option(help="Those of them that count as blasts.")]
Calibration = Annotated[str | None, typer.Option(help="Folder of crops, or file of cells, that 8 bits are chosen by.")]
HeldOut = Annotated[str | None, typer.Option(help="The same with labels, never seen by calibration: for the limits.")]
Size = Annotated[int | None, typer.Option(help="Side of the picture that the network takes, pixels.")]
Scale = Annotated[float | None, typer.Option("--um-per-px", help="Micrometres per pixel of that picture.")]
View = Annotated[str | None, typer.Option(help="rgb, bgr, rgb-on-black, bgr-on-black, …")]
Mean = Annotated[str | None, typer.Option(help="Of light from 0 to 1, one per channel, with commas.")]
Std = Annotated[str | None, typer.Option(help="Likewise.")]
Name = Annotated[str | None, typer.Option(help="Of the bundle: small letters, figures, dashes.")]
Title = Annotated[str | None, typer.Option(help="As people will read it.")]
Version = Annotated[int | None, typer.Option(help="Grows with every release.")]
Terms = Annotated[str | None, typer.Option(help="What follows from the licences of the training data.")]
Warnings = Annotated[list[str] | None, typer.Option("--warning", help="A sentence that users must know; repeat it.")]
Variants = Annotated[
    str | None,
    typer.Option(help=f"With commas, of {', '.join(RECIPES)}. Default: {','.join(USUAL_VARIANTS)}."),
]
Search = Annotated[
    bool | None,
    typer.Option("--search", help="Where 8 bits break a limit, seek the layers to keep in float; takes its time."),
]


def build_command(
    key: KeyFile,
    out: Out,
    source: Source = None,
    spec: Spec = None,
    checkpoint: Checkpoint = None,
    settings: Set = None,
    labels: Labels = None,
    positive: Positive = None,
    calibration: Calibration = None,
    held_out: HeldOut = None,
    size: Size = None,
    um_per_px: Scale = None,
    view: View = None,
    mean: Mean = None,
    std: Std = None,
    name: Name = None,
    title: Title = None,
    version: Version = None,
    terms: Terms = None,
    warnings: Warnings = None,
    variants: Variants = None,
    search: Search = None,
) -> None:
    """From a trained network to a signed bundle whose 8-bit variants say what it says, with card and report."""
    flags: dict[str, Any] = {
        "name": name,
        "title": title or name,
        "version": version,
        "labels": _listed(labels),
        "positive": _listed(positive),
        "warnings": warnings,
        "network": {"checkpoint": checkpoint, "settings": settings_of(settings)},
        "picture": {
            "size_px": size,
            "um_per_px": um_per_px,
            "view": view,
            "mean": _figures(mean),
            "std": _figures(std),
        },
        "crops": {"calibration": calibration, "held_out": held_out},
        "training": {"terms": terms},
        "variants": _listed(variants),
        "search": search,
    }
    told = build_spec(_fields(source, {} if spec is None else read_toml(spec), flags))
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


def _fields(source: str | None, spec: dict[str, Any], flags: dict[str, Any]) -> dict[str, Any]:
    """Flags over the specification over what a training folder says of itself."""
    named = source or str(spec.get("network", {}).get("source", ""))
    trained = of_training(Path(named)) if named else {}
    if not trained:
        return merged(spec, merged(flags, {"network": {"source": source}}))
    spec = merged(spec, {"network": {"source": trained["network"]["source"]}})
    return merged(merged(trained, spec), flags)


def _manifest(bundle: Path) -> bytes:
    try:
        return (bundle / MANIFEST).read_bytes()
    except OSError as error:
        raise BadSetting(f"{bundle} holds no {MANIFEST}.", "Name the folder of a packed bundle.") from error


def _listed(text: str | None) -> list[str] | None:
    return None if text is None else [each.strip() for each in text.split(",")]


def _figures(text: str | None) -> list[float] | None:
    try:
        return None if text is None else [float(each) for each in text.split(",")]
    except ValueError as error:
        raise BadSetting(f"{text!r} is no list of numbers.", "Write them with commas: 0.5,0.5,0.5.") from error


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
