"""Which layers suffer most from 8 bits: each is quantised alone, and the answers are compared with the original's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tqdm import tqdm

from export.graph import load_graph
from export.quantise import Arrays, QuantiseOptions, observe, with_pairs
from export.quantising.score import Distance, distance, probabilities
from export.quantising.spared import convolutions


@dataclass(frozen=True, slots=True)
class Layer:
    """One convolution and what it costs to have it alone in 8 bits."""

    name: str
    cost: Distance


def sensitivity(
    network: bytes, calibration: Iterable[Arrays], asked: Sequence[Arrays], options: QuantiseOptions | None = None
) -> list[Layer]:
    """Every convolution of a float32 ONNX network, in order.

    calibration  inputs to take ranges from, read once
    asked        inputs to compare answers on; not those of calibration

    Raises:
        NotQuantisable: as `quantise`.
    """
    wanted = options or QuantiseOptions()
    original, observed = probabilities(network, asked), observe(network, calibration, wanted)
    graph = load_graph(network)
    found = []
    for name in tqdm(convolutions(graph), desc="sensitivity", unit="layer", disable=None):
        others = tuple(node.name for node in graph.graph.node if node.name != name)
        alone = with_pairs(network, observed, QuantiseOptions(method=wanted.method, keep=others))
        found.append(Layer(name, distance(probabilities(alone, asked), original)))
    return found


def ranked(layers: Sequence[Layer]) -> list[str]:
    """Names, the most sensitive first."""
    return [layer.name for layer in sorted(layers, key=lambda layer: (-layer.cost.divergence, layer.name))]


def table(layers: Sequence[Layer], most: int = 10) -> str:
    """The most sensitive layers as Markdown."""
    of = {layer.name: layer.cost for layer in layers}
    rows = [f"| {name} | {of[name].divergence:.2e} | {100 * of[name].changed:.2f} |" for name in ranked(layers)[:most]]
    return "\n".join(["| alone in 8 bits | divergence, nats | other class, % |", "|---|---|---|", *rows])
