"""The same function as a trained MobileViTv2, in fewer and simpler steps: what engines are given to run.

All of it is exact in real numbers, and within 1e-5 in float32:

- Batch norms become part of the convolutions before them.
- Two 1 × 1 convolutions with nothing between them are one: the last of a block and the first of the next.
- The last convolution and the classifier are one matrix, applied after the mean.
- What happens between pictures and transformers is in `places.py`.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from models.yang2023_mobilevitv2.net import InvertedResidual, MobileViTBlock, MobileViTv2
from models.yang2023_mobilevitv2.places import Transformers, after_norm


class Deployed(nn.Module):
    """Layers in a row, from pictures to logits."""

    def __init__(self, layers: Iterable[nn.Module]) -> None:
        super().__init__()
        self.layers = nn.Sequential(*layers)

    def forward(self, image: Tensor) -> Tensor:
        """(n, 3, height, width) to logits (n, classes)."""
        return self.layers(image)  # type: ignore[no-any-return]


class Residual(nn.Sequential):
    """Layers whose result is added to what they were given."""

    def forward(self, picture: Tensor) -> Tensor:
        """(n, channels, height, width) to the same shape."""
        return picture + super().forward(picture)  # type: ignore[no-any-return,no-untyped-call]


def deployed(network: MobileViTv2) -> Deployed:
    """A network for evaluation that gives the logits of `network`; it shares no weights with it."""
    with torch.no_grad():
        return Deployed(merged(_layers(copy.deepcopy(network).eval()))).eval()


def merged(layers: Iterable[nn.Module]) -> list[nn.Module]:
    """The layers with 1 × 1 convolutions that follow each other made one; a mean over the picture goes before them."""
    done: list[nn.Module] = []
    for layer in layers:
        if isinstance(layer, nn.AdaptiveAvgPool2d) and done and pointwise(done[-1]):
            done.insert(-1, layer)
        elif pointwise(layer) and done and pointwise(done[-1]):
            done.append(product(cast(nn.Conv2d, done.pop()), cast(nn.Conv2d, layer)))
        else:
            done.append(layer)
    return done


def pointwise(layer: nn.Module) -> bool:
    """Whether it is a matrix applied to each pixel."""
    return isinstance(layer, nn.Conv2d) and (layer.kernel_size, layer.stride, layer.groups) == ((1, 1), (1, 1), 1)


def product(first: nn.Conv2d, second: nn.Conv2d) -> nn.Conv2d:
    """One pointwise convolution for two."""
    one, other = _matrix(first), _matrix(second)
    offset = other @ _offset(first) + _offset(second)
    return matrix_layer(other @ one, offset)


def matrix_layer(weights: Tensor, offset: Tensor) -> nn.Conv2d:
    """The pointwise convolution of a matrix (outputs, inputs) and an offset (outputs,), as float32."""
    outputs, inputs = weights.shape
    layer = nn.Conv2d(inputs, outputs, 1)
    layer.weight.copy_(weights[:, :, None, None])
    layer.bias.copy_(offset)  # type: ignore[union-attr]  # it has one
    return layer


def _matrix(layer: nn.Conv2d) -> Tensor:
    return layer.weight[:, :, 0, 0].double()


def _offset(layer: nn.Conv2d) -> Tensor:
    return torch.zeros(layer.out_channels, dtype=torch.double) if layer.bias is None else layer.bias.double()


def _layers(network: MobileViTv2) -> Iterator[nn.Module]:
    yield from folded(network.stem)
    for stage in cast(Iterable[nn.Sequential], network.stages):
        for block in stage:
            yield from BLOCKS[type(block)](block)
    head = cast(nn.Linear, network.head.fc)
    yield nn.AdaptiveAvgPool2d(1)
    yield matrix_layer(head.weight, head.bias)
    yield nn.Flatten()


def folded(layer: nn.Module) -> list[nn.Module]:
    """A convolution with its batch norm in it, and its activation where there is one."""
    parts = cast(Any, layer)
    one = fuse_conv_bn_eval(parts.conv, parts.bn)
    return [one, nn.SiLU()] if hasattr(parts, "act") else [one]


def _residual(block: InvertedResidual) -> list[nn.Module]:
    layers = [*folded(block.conv1_1x1), *folded(block.conv2_kxk), *folded(block.conv3_1x1)]
    return [Residual(*layers)] if block.added else layers


def _vit(block: MobileViTBlock) -> list[nn.Module]:
    narrow = matrix_layer(_matrix(block.conv_1x1), _offset(block.conv_1x1))
    back = cast(nn.Conv2d, folded(block.conv_proj)[0])
    return [*folded(block.conv_kxk), narrow, Transformers(block.transformer), after_norm(block.norm, back)]


BLOCKS: Mapping[type[nn.Module], Callable[[Any], list[nn.Module]]] = {
    InvertedResidual: _residual,
    MobileViTBlock: _vit,
}
