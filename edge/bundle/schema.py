"""The manifest's JSON Schema, draft 2020-12, published as `manifest.schema.json` beside this file.

Written anew, after the manifest has changed, by `python -m edge.bundle.schema`.
"""

from __future__ import annotations

import json
from pathlib import Path

from edge.bundle.manifest import Manifest
from edge.durable import write_durably

PUBLISHED = Path(__file__).with_name("manifest.schema.json")


def schema_bytes() -> bytes:
    """The schema as it is published. What it cannot say, `edge.bundle.rules` does."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": "Generated from edge/bundle/manifest.py by python -m edge.bundle.schema",
        **Manifest.model_json_schema(),
    }
    return json.dumps(schema, indent=2, ensure_ascii=False).encode() + b"\n"


if __name__ == "__main__":
    write_durably(PUBLISHED, schema_bytes())
