"""How often a field is known again, and how often one is that was never there: on a simulated slide and real images.

A false match takes cells out of a count, a missed one counts a few twice; so limits are set by the false ones.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import cv2
import numpy as np
import typer

from edge.again import Album, Overlap, Signature, signature_of
from edge.types import Pixels
from firmware_bridge.imagefile import read_image
from firmware_bridge.sim.body import Body, Pose
from firmware_bridge.sim.slide.terrain import Terrain
from firmware_bridge.sources.sim import SimSource
from firmware_bridge.uri import parse_uri

Point = tuple[float, float]
TURNS = ((3.0, 1.0), (10.0, 1.1), (45.0, 1.0), (90.0, 1.25), (180.0, 1.0))
"""Degrees and zooms that a hand with a phone, or a camera put on anew, brings about."""
TURNED_CROP = 0.6
"""Side of what is seen over its picture's: 4 to 3, it holds no corner of the picture however it is turned."""
OVERLAPS = (0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1.0)
UM_PER_PX = 0.22
SIM = f"sim:?slide=1&width=640&height=480&um_per_px={UM_PER_PX}"
SIM_UM = 640 * UM_PER_PX, 480 * UM_PER_PX
"""Half as fine as a camera's, for a slide takes long to paint; a signature is coarser still."""
SETS = (
    "bccd/images",
    "blast_fields",
    "fields",
    "marrow_plasma/images",
    "other/leukaemia_fields_unlabelled",
    "other/malaria",
    "other/red_cells",
    "smear_boxes/images",
    "taleqani/benign",
    "taleqani/pre",
    "taleqani/pro",
)
CROP = 0.55
"""Side of a crop over its image's."""
OFF, OFF_PX = 1.5, 2.5
"""Places of the grid, or pixels of a small crop, by which an offset may be off and the match still be right."""
NEIGHBOURS = 40
CASE = 50


@dataclass
class Rate:
    """How many of some pairs were matched rightly and wrongly."""

    pairs: int = 0
    right: int = 0
    wrong: int = 0

    def add(self, found: Sequence[Overlap], true: tuple[Point, Point] | None) -> None:
        """Count one pair; `true`: a point of the earlier field, and where the new one has it; None where it has not."""
        self.pairs += 1
        for overlap in found[:1]:
            near = true is not None and _near(overlap, *true)
            self.right += near
            self.wrong += not near

    def __str__(self) -> str:
        return f"{self.right:5d} of {self.pairs:5d} matched, {self.wrong} wrongly"


class Stage:
    """A simulated microscope that is where it is told to be, at once."""

    def __init__(self, seed: int) -> None:
        self._now_s = 0.0
        self._body = Body(Pose(), lambda: self._now_s)
        self._land = Terrain(seed)
        self._source = SimSource(parse_uri(f"{SIM}&seed={seed}"), self._body, lambda: self._now_s, lambda _: None)

    def look(self, x_um: float, y_um: float, away_um: float = 0.0, lamp: float = 1.0) -> Pixels:
        """The picture at a place, so far from focus and of such brightness."""
        self._body.go(Pose(x_um, y_um, self._land.height_um(x_um, y_um) + away_um, lamp), 1e9)
        self._now_s += 1.0
        picture = self._source.read()
        if picture is None:
            raise RuntimeError("the simulated microscope has no end")
        return picture.pixels


def command(
    data: Annotated[Path, typer.Option(help="Folder of the real images.")] = Path("../shared/data"),
    each: Annotated[int, typer.Option(help="Pairs per overlap.")] = 24,
) -> None:
    """Print the rates of matches, right and wrong, and the time that a case of 50 fields takes."""
    random = np.random.default_rng(0)
    typer.echo("simulated slide, the same place seen again with another focus (±0.8 µm) and lamp (0.7–1.1):")
    stage = Stage(1)
    for share in OVERLAPS:
        typer.echo(f"  overlap {share:4.0%}  {_slide(stage, share, each, random)}")
    for angle, zoom in TURNS:
        typer.echo(f"  {angle:4.0f}° × {zoom:<4} {_turned(stage, angle, zoom, each, random)}")
    typer.echo(f"  elsewhere     {_elsewhere(stage, random)}")
    typer.echo(f"  {_timed(stage, random)}")
    for name in SETS:
        paths = list(_pictures(data / name))
        pictures = [read_image(path) for path in paths]
        typer.echo(f"{name}, crops of one image, the second with other light, blur, noise and JPEG:")
        for share in OVERLAPS[:-1]:
            typer.echo(f"  overlap {share:4.0%}  {_crops(pictures[:each], share, random)}")
        typer.echo("\n".join(_strangers(paths, pictures)))


def _slide(stage: Stage, share: float, each: int, random: np.random.Generator) -> Rate:
    rate = Rate()
    for k in range(each):
        x, y = random.uniform(0, 20000, 2)
        dx, dy = _moves(share, k, *SIM_UM)
        album = Album({1: signature_of(stage.look(x, y))})
        away, lamp = random.uniform(-0.8, 0.8), random.uniform(0.7, 1.1)
        found = album.overlaps(signature_of(stage.look(x + dx, y + dy, away, lamp)))
        rate.add(found, ((0.0, 0.0), (-dx / UM_PER_PX, -dy / UM_PER_PX)))
    return rate


def _turned(stage: Stage, angle: float, zoom: float, each: int, random: np.random.Generator) -> Rate:
    rate = Rate()
    for _ in range(each):
        picture = stage.look(*random.uniform(0, 20000, 2))
        height, width = picture.shape[:2]
        matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, zoom)
        turned = np.asarray(cv2.warpAffine(picture, matrix, (width, height)), np.uint8)
        album = Album({1: signature_of(_middle(picture))})
        middle = TURNED_CROP * width / 2, TURNED_CROP * height / 2
        rate.add(album.overlaps(signature_of(_worse(_middle(turned), random))), (middle, middle))
    return rate


def _middle(picture: Pixels) -> Pixels:
    height, width = (round(TURNED_CROP * side) for side in picture.shape[:2])
    top, left = (picture.shape[0] - height) // 2, (picture.shape[1] - width) // 2
    return np.ascontiguousarray(picture[top : top + height, left : left + width])


def _elsewhere(stage: Stage, random: np.random.Generator, fields: int = 60) -> Rate:
    places = random.permutation(400)[:fields]
    signatures = [signature_of(stage.look(400.0 * (k % 20), 400.0 * (k // 20))) for k in places.tolist()]
    return _all_pairs(signatures)


def _timed(stage: Stage, random: np.random.Generator) -> str:
    signatures = [signature_of(stage.look(400.0 * k, 9000)) for k in range(CASE)]
    sizes = [len(signature.to_bytes()) for signature in signatures]
    album = Album(dict(enumerate(signatures)))
    new = stage.look(200.0, 9000)
    times = []
    for _ in range(7):
        began_s = time.perf_counter()
        album.overlaps(signature_of(new))
        times.append(1000 * (time.perf_counter() - began_s))
    return f"a case of {CASE} fields: {np.median(times):.0f} ms, {np.mean(sizes) / 1000:.0f} kB kept per field"


def _crops(pictures: Sequence[Pixels], share: float, random: np.random.Generator) -> Rate:
    rate = Rate()
    for k, picture in enumerate(pictures):
        height, width = (int(CROP * side) for side in picture.shape[:2])
        dx, dy = (int(each) for each in _moves(share, k, width, height, signed=False))
        dx, dy = min(dx, picture.shape[1] - width), min(dy, picture.shape[0] - height)
        album = Album({1: signature_of(picture[:height, :width])})
        second = _worse(picture[dy : dy + height, dx : dx + width], random)
        rate.add(album.overlaps(signature_of(second)), ((0.0, 0.0), (-dx, -dy)))
    return rate


def _worse(pixels: Pixels, random: np.random.Generator) -> Pixels:
    """The same once more, as a camera would see it another time."""
    seen = pixels * random.uniform(0.75, 1.1) * random.uniform(0.95, 1.05, 3)
    blurred = cv2.GaussianBlur(seen, (0, 0), 0.1 + random.uniform(0, 0.004) * max(pixels.shape))
    noisy = np.clip(blurred + random.normal(0, 4, pixels.shape), 0, 255).astype(np.uint8)
    coded = cv2.imencode(".jpg", noisy, [cv2.IMWRITE_JPEG_QUALITY, 85])[1]
    return np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)


def _strangers(paths: Sequence[Path], pictures: Sequence[Pixels]) -> Iterator[str]:
    """Different images: each match is named, for some sets hold fields that do overlap, and a person must look."""
    signatures = [signature_of(picture) for picture in pictures]
    yield f"  different images: {len(paths) * (len(paths) - 1) // 2} pairs, matched:"
    for k, signature in enumerate(signatures):
        for found in Album(dict(enumerate(signatures[:k]))).overlaps(signature):
            told = f"share {found.share:.2f}, correlation {found.correlation:.2f}, certainty {found.certainty:.0f}"
            yield f"    {paths[k].name} and {paths[found.field].name}: {told}"


def _all_pairs(signatures: Sequence[Signature]) -> Rate:
    """Every pair once; each match is wrong."""
    rate = Rate()
    for k, signature in enumerate(signatures):
        album = Album(dict(enumerate(signatures[:k])))
        found = album.overlaps(signature)
        matched = {overlap.field for overlap in found}
        for other in range(k):
            rate.add([each for each in found if each.field == other] if other in matched else (), None)
    return rate


def _moves(share: float, turn: int, width: float, height: float, signed: bool = True) -> tuple[float, float]:
    """A move after which so much of a field is still seen: along x, along y, or along both."""
    both = 1 - float(np.sqrt(share))
    x, y = ((1 - share, 0.0), (0.0, 1 - share), (both, both))[turn % 3]
    sign = -1 if signed and turn % 2 else 1
    return sign * x * width, sign * y * height


def _near(overlap: Overlap, before: Point, now: Point) -> bool:
    (found,) = overlap.here([before])
    return bool(np.all(np.abs(found - now) <= max(OFF * overlap.accuracy_px, OFF_PX)))


def _pictures(folder: Path) -> Iterator[Path]:
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in {".jpg", ".png", ".bmp"})
    yield from found[:: max(1, len(found) // NEIGHBOURS)]
