"""From cells to a taught stain GAN in a folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from edge.errors import BadSetting
from export.crops.kept import read_trained
from export.errors import BadCheckpoint
from export.gan.domains import stain_domains
from export.gan.kept import GanTold, write_gan
from export.gan.options import GanOptions
from export.gan.task import GanTask
from export.learning.hardware import hardware_of
from export.learning.loop import seconds_taken, train
from export.opinion.table import CellTable
from models.backbones.resnet import ResNet
from models.yang2023_mobilevitv2.gan_losses import Perception


def taught_stains(cells: CellTable, out: Path, options: GanOptions, eyes: Perception | None) -> None:
    """Teach a GAN the stains of these cells; one that was killed goes on.

    Raises:
        BadSetting: nobody compares what pictures show, though it is to count; or there are fewer films than stains.
        BadCrops: a film shows nothing that is stained.
        OtherRun: the folder holds another run.
        Diverged: the loss is no number any more.
    """
    if eyes is None and options.weights.perceptual > 0:
        remedy = "Name a trained ResNet-34 with --eyes RUN, or say --with perceptual=0."
        raise BadSetting("The perceptual loss needs a network that compares pictures.", remedy)
    stains = stain_domains(cells, options.stains, options.seed)
    task = GanTask(cells.planes, stains, options, eyes)
    weights = train(task, out, options)
    seconds = round(seconds_taken(out), 3)
    write_gan(out, weights, _told(cells, options, seconds))


def read_eyes(folder: Path, device: str) -> Perception:
    """The ResNet that was trained in a folder, by `marrowkit-export train models.backbones.resnet:resnet34`.

    Raises:
        BadCheckpoint: it holds no trained network, or one of another kind.
    """
    network = read_trained(folder).module
    if not isinstance(network, ResNet):
        remedy = "Train one: marrowkit-export train models.backbones.resnet:resnet34 RUN --with view=rgb."
        raise BadCheckpoint(f"{folder} holds a {type(network).__name__}, which is no ResNet.", remedy)
    return Perception(network).to(device)


def _told(cells: CellTable, options: GanOptions, seconds: float) -> GanTold:
    return GanTold(
        stains=options.stains,
        width=options.width,
        blocks=options.blocks,
        size_px=cells.planes.shape[-1],
        learned_from=tuple(np.unique(cells.sources).tolist()),
        steps=options.steps,
        seconds=seconds,
        hardware=hardware_of(options.device),
    )
