"""The cells network of a bundle that there is, taken over as it was signed: bytes, test vectors and what they allow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from edge.bundle import Bundle, use_bundle
from edge.bundle.tensors import read_vectors
from edge.commands.options import data_folder
from edge.errors import BadSetting
from export.variants import SHIPPED, BuiltVariants


@dataclass(frozen=True, slots=True)
class KeptCells:
    """A bundle, verified, whose cells network is in every form that is shipped."""

    bundle: Bundle

    @classmethod
    def of(cls, name: str) -> KeptCells:
        """By the bundle's name or path.

        Raises:
            BadSetting: it finds no cells by itself, or lacks a form.
            BundleFault: see `edge.bundle.use_bundle`.
        """
        bundle = use_bundle(name, data_folder(None))
        there = {each.name for each in bundle.manifest.variants if "cells" in each.files}
        if not there.issuperset(SHIPPED):
            what = f"The bundle {name!r} has no cells network as {' and '.join(SHIPPED)}."
            raise BadSetting(what, "Name one that train-default made, such as marrowkit-default.")
        return cls(bundle)

    @property
    def said(self) -> str:
        """Whose it is, for those who read the bundle."""
        manifest = self.bundle.manifest
        return f"the cells network of {manifest.name} {manifest.version}"

    @property
    def network_8(self) -> bytes:
        """In 8 bits, as ONNX."""
        return self.bundle.read(self.bundle.manifest.variant("onnx-int8").files["cells"])

    def beside(self, built: BuiltVariants) -> BuiltVariants:
        """With what was built of the other networks."""
        vectors = read_vectors(self.bundle.read(self.bundle.manifest.vectors["cells"]))
        return BuiltVariants(
            {**built.files, **self._files()},
            [self._with_cells(entry) for entry in built.variants],
            {**built.vectors, "cells": vectors},
        )

    def _files(self) -> dict[str, bytes]:
        """Each variant's are a folder of their own: a graph may have its weights beside it."""
        inside = [f"{name}/cells." for name in SHIPPED]
        return {path: self.bundle.read(path) for path in self.bundle.manifest.files if path.startswith(tuple(inside))}

    def _with_cells(self, entry: dict[str, Any]) -> dict[str, Any]:
        signed = self.bundle.manifest.variant(entry["name"])
        return {
            **entry,
            "files": {**entry["files"], "cells": signed.files["cells"]},
            "tolerance": {**entry["tolerance"], "cells": signed.tolerance["cells"]},
        }
