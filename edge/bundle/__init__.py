"""Model bundles: found, verified, read, installed. None holds code, none is used unverified."""

from __future__ import annotations

from edge.bundle.installing import install, rollback
from edge.bundle.keys import TrustedKey, TrustedKeys, load_keys
from edge.bundle.manifest import Manifest, Variant
from edge.bundle.opened import Bundle, open_bundle
from edge.bundle.shelf import DEFAULT_NAME, find_bundle, list_bundles, use_bundle

__all__ = [
    "DEFAULT_NAME",
    "Bundle",
    "Manifest",
    "TrustedKey",
    "TrustedKeys",
    "Variant",
    "find_bundle",
    "install",
    "list_bundles",
    "load_keys",
    "open_bundle",
    "rollback",
    "use_bundle",
]
