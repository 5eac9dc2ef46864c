"""Batch norms as part of the convolutions before them, as engines calculate them: what is rounded is then the same."""

from __future__ import annotations

import copy
from collections import Counter
from typing import Any

from torch import fx, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from export.errors import NotQuantisable


def folded(module: nn.Module) -> nn.Module:
    """The same function of a network for evaluation, every batch norm that follows a convolution folded into it.

    Raises:
        NotQuantisable: its steps cannot be followed, so that nobody knows which convolution a norm follows.
    """
    if not any(isinstance(each, nn.BatchNorm2d) for each in module.modules()):
        return module
    traced = _followed(module)
    uses = Counter(node.target for node in traced.graph.nodes if node.op == "call_module")
    for node in tuple(traced.graph.nodes):
        norm = _called(node, traced)
        convolution = _called(node.args[0], traced) if isinstance(norm, nn.BatchNorm2d) else None
        if isinstance(convolution, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d) and _alone(node, uses):
            traced.set_submodule(str(node.args[0].target), fuse_conv_bn_eval(convolution, norm))
            node.replace_all_uses_with(node.args[0])
            traced.graph.erase_node(node)
    traced.delete_all_unused_submodules()
    traced.recompile()
    return traced.eval()


def _called(node: object, traced: fx.GraphModule) -> nn.Module | None:
    """The module that a step is a call of, if it is one."""
    called = isinstance(node, fx.Node) and node.op == "call_module"
    return traced.get_submodule(str(node.target)) if called else None  # type: ignore[attr-defined]


def _alone(norm: fx.Node, uses: Counter[Any]) -> bool:
    """Neither the norm nor the convolution before it serves anything else."""
    before = norm.args[0]
    return isinstance(before, fx.Node) and len(before.users) == uses[before.target] == uses[norm.target] == 1


def _followed(module: nn.Module) -> fx.GraphModule:
    try:
        return fx.symbolic_trace(copy.deepcopy(module).eval())
    except (fx.proxy.TraceError, TypeError, RuntimeError) as error:
        what = f"{type(module).__name__} cannot be followed step by step: {str(error).splitlines()[0]}"
        remedy = "Write its form for engines, without batch norms (`export.quantising.deployable.FORMS`)."
        raise NotQuantisable(what, remedy) from error
