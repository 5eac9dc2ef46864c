"""A taught stain GAN in a folder, and cells in the stains that it knows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

import torch
from safetensors.torch import save
from torch import Generator, Tensor

from edge.durable import write_durably
from export.errors import BadCheckpoint
from export.gan.light import pictures_of_light, with_light
from export.learning.digest import include_weights
from export.learning.run import under
from export.networks.checkpoint import load_weights, read_checkpoint
from export.opinion.table import Planes8
from models.yang2023_mobilevitv2.gan import Generator as Restains

WEIGHTS_FILE, TOLD_FILE = "generator.safetensors", "stain-gan.json"


@dataclass(frozen=True, slots=True)
class GanTold:
    """What is said of a taught GAN: its shape, what it learned from, and what that took."""

    stains: int
    width: int
    blocks: int
    size_px: int
    learned_from: tuple[str, ...]
    steps: int
    seconds: float
    hardware: str


@dataclass(frozen=True, eq=False)
class Restainer:
    """Brings a share of cells into stains that are drawn.

    share  chance of each cell, 0 to 1
    """

    generator: Restains
    share: float

    def __call__(self, planes: Planes8, random: Generator) -> Planes8:
        """Cells (n, 5, s, s), some of them in another stain; the same for the same state of `random`."""
        chosen = torch.rand(len(planes), generator=random) < self.share
        wanted = torch.randint(self.generator.domains, (len(planes),), generator=random)[chosen]
        if not chosen.any():
            return planes
        changed = planes.copy()
        some = planes[chosen.numpy()]
        device = next(self.generator.parameters()).device
        with torch.no_grad():
            made = self.generator(pictures_of_light(some).to(device), wanted.to(device))
        changed[chosen.numpy()] = with_light(some, made)
        return changed

    @cached_property
    def digest(self) -> str:
        """Of the share and the weights: a part of the fingerprint of what is taught with them."""
        digest = hashlib.sha256(str(self.share).encode())
        include_weights(digest, self.generator)
        return digest.hexdigest()


def write_gan(folder: Path, weights: Mapping[str, Tensor], told: GanTold) -> None:
    """The generator's weights, and last the file that says what they are."""
    write_durably(folder / WEIGHTS_FILE, save(under("generator", weights)))
    write_durably(folder / TOLD_FILE, json.dumps(asdict(told), indent=1, sort_keys=True).encode())


def read_restainer(folder: Path, share: float, device: str = "cpu") -> Restainer:
    """The GAN that was taught in a folder.

    Raises:
        BadCheckpoint: its training has not ended, or its files do not fit each other.
    """
    told = read_gan_told(folder)
    generator = Restains(told.stains, told.width, told.blocks)
    load_weights(generator, read_checkpoint(folder / WEIGHTS_FILE))
    return Restainer(generator.eval().to(device), share)


def read_gan_told(folder: Path) -> GanTold:
    """What is said of the GAN in a folder; raises as above."""
    file = folder / TOLD_FILE
    if not file.is_file():
        raise BadCheckpoint(f"{folder} holds no stain GAN.", "Finish its training: marrowkit-export stain-gan.")
    try:
        fields = json.loads(file.read_text("utf-8"))
        return GanTold(**{**fields, "learned_from": tuple(fields["learned_from"])})
    except (ValueError, KeyError, TypeError) as error:
        raise BadCheckpoint(f"{file} cannot be read: {error}.", "Train again, or copy the folder again.") from error
