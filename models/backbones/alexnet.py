"""AlexNet as torchvision has it.

Source: Krizhevsky, One weird trick for parallelizing convolutional neural networks, arXiv 1404.5997: one column, no
local response normalisation.
"""

from __future__ import annotations

from torch import Tensor, nn

from models.backbones.pooling import MeansOfParts

CHANNELS, HIDDEN = (64, 192, 384, 256, 256), 4096
PARTS = 6
"""The classifier sees so many by so many places of the last picture."""
SMALLEST_PX = 63
"""Below it a pooling has nothing left to look at."""
HEAD = "classifier.6"
FEATURES = "features"


class AlexNet(nn.Module):
    """RGB pictures in, one logit per class out.

    width    how many times the channels and hidden units of the published network
    dropped  share of the classifier's inputs that are left out while it learns
    """

    def __init__(self, classes: int, width: float = 1.0, dropped: float = 0.5) -> None:
        super().__init__()
        channels = [max(1, int(each * width)) for each in CHANNELS]
        hidden = max(1, int(HIDDEN * width))
        self.features = convolutions(channels)
        self.avgpool = MeansOfParts(PARTS)
        self.classifier = nn.Sequential(
            nn.Dropout(dropped),
            nn.Linear(channels[-1] * PARTS**2, hidden),
            nn.ReLU(),
            nn.Dropout(dropped),
            nn.Linear(hidden, hidden),
            nn.ReLU(),
            nn.Linear(hidden, classes),
        )

    def forward(self, image: Tensor) -> Tensor:
        """(n, 3, height, width), sides of at least 63, to logits (n, classes)."""
        return self.classifier(self.avgpool(self.features(image)).flatten(1))  # type: ignore[no-any-return]


def convolutions(channels: list[int]) -> nn.Sequential:
    """The five convolutions and three poolings; `channels` of each convolution."""
    first, second, third, fourth, fifth = channels
    return nn.Sequential(
        nn.Conv2d(3, first, 11, 4, 2),
        nn.ReLU(),
        nn.MaxPool2d(3, 2),
        nn.Conv2d(first, second, 5, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(3, 2),
        nn.Conv2d(second, third, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(third, fourth, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(fourth, fifth, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(3, 2),
    )
