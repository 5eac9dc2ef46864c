"""The stain deconvolution layer and what follows it: the texture network of the paper (T-CNN), or AlexNet."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.backbones.alexnet import CHANNELS, HIDDEN, AlexNet, convolutions
from models.duggal2017_sd_layer.stain import STAINS, Matrix, StainDeconvolution

FEATURES = "body.features"
"""The module that gives the last picture, before the energies are taken of it."""


class TextureNet(nn.Module):
    """AlexNet's convolutions; the classifier sees the mean of each of the last pictures, its energy, and not where.

    Source: Andrearczyk and Whelan, Using filter banks in convolutional neural networks for texture classification,
    Pattern Recognition Letters 84 (2016) 63.
    """

    def __init__(self, classes: int, width: float = 1.0, dropped: float = 0.5) -> None:
        super().__init__()
        channels = [max(1, int(each * width)) for each in CHANNELS]
        hidden = max(1, int(HIDDEN * width))
        self.features = convolutions(channels)[:-1]  # without the last pooling
        self.classifier = nn.Sequential(
            nn.Dropout(dropped),
            nn.Linear(channels[-1], hidden),
            nn.ReLU(),
            nn.Dropout(dropped),
            nn.Linear(hidden, hidden),
            nn.ReLU(),
            nn.Linear(hidden, classes),
        )

    def forward(self, picture: Tensor) -> Tensor:
        """(n, 3, height, width), sides of at least 31, to logits (n, classes)."""
        return self.classifier(energies(self.features(picture)))  # type: ignore[no-any-return]


def _begun(layer: nn.Module) -> None:
    """He's first weights: eight layers without norms pass torch's own on so faintly that nothing is learned."""
    if isinstance(layer, (nn.Conv2d, nn.Linear)):
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        nn.init.zeros_(layer.bias)  # type: ignore[arg-type]


class SDNet(nn.Module):
    """Pictures of light that passed in, one logit per class out."""

    def __init__(self, stain: nn.Module, body: nn.Module) -> None:
        super().__init__()
        self.stain, self.body = stain, body

    def forward(self, image: Tensor) -> Tensor:
        """(n, 3, height, width) to logits (n, classes)."""
        return self.body(self.stain(image))  # type: ignore[no-any-return]


BODIES: Mapping[str, type[nn.Module]] = MappingProxyType({"t-cnn": TextureNet, "alexnet": AlexNet})


def network(
    classes: int, body: str = "t-cnn", width: float = 1.0, dropped: float = 0.5, stains: Matrix = STAINS
) -> SDNet:
    """The room's network with random weights: `stain` and `body`.

    body    `t-cnn` or `alexnet`
    width   how many times the published channels
    stains  the layer's matrix before training, see `StainDeconvolution`

    Raises:
        ValueError: there is no such body.
    """
    if body not in BODIES:
        raise ValueError(f"there is no body {body!r}, only {', '.join(BODIES)}")
    return SDNet(StainDeconvolution(stains), BODIES[body](classes, width, dropped).apply(_begun))


def energies(picture: Tensor) -> Tensor:
    """The mean of each channel, (n, channels, height, width) to (n, channels)."""
    return picture.mean((2, 3))


def loss(network: nn.Module, image: Tensor, labels: Tensor, masks: Tensor) -> Tensor:
    """The paper's: mean squared error of the probabilities, over cells (n, 3, s, s) and labels (n,)."""
    probabilities = torch.softmax(network(image), 1)
    due = functional.one_hot(labels, probabilities.shape[1]).to(probabilities)
    return functional.mse_loss(probabilities, due)
