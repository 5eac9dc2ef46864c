"""The `marrowkit-export` command of the training side. A sub-command is a line here, its code in `export.commands`."""

from __future__ import annotations

from collections.abc import Mapping

from edge.commands.lazy import lazy_app, run

COMMANDS: Mapping[str, str] = {
    "build": "export.commands.build:build_command",
    "card": "export.commands.build:card_command",
    "pack": "export.commands.bundles:pack_command",
    "sign": "export.commands.bundles:sign_command",
    "archive": "export.commands.bundles:archive_command",
    "keygen": "export.commands.bundles:keygen_command",
    "train": "export.commands.crops:train_command",
    "distil": "export.commands.crops:distil_command",
    "together": "export.commands.together:together_command",
    "stain-gan": "export.commands.gan:stain_gan_command",
    "train-cells": "export.commands.train:train_cells_command",
    "train-default": "export.commands.train_default:train_default_command",
    "rates": "export.rates:command",
    "again-rates": "export.again_rates:command",
    "examine": "export.validating.examine:command",
    "measure": "export.commands.rooms:measure_command",
    "leaderboard": "export.commands.rooms:leaderboard_command",
    "validate": "export.validating.command:command",
    "as-shipped": "export.as_shipped:command",
    "stability": "export.stability:command",
    "site-gain": "export.site_gain:command",
    "quantise": "export.quantising.command:quantise_command",
    "other-cpus": "export.quantising.other_cpus:other_cpus_command",
    "bench-int8": "export.quantising.bench:command",
    "bench-fuzzy": "export.bench_fuzzy:command",
}

app = lazy_app("marrowkit-export", "From networks and rules to signed bundles.", COMMANDS)


def main() -> None:
    """Run the command line."""
    run(app)


if __name__ == "__main__":
    main()
