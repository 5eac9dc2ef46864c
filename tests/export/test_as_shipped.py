"""A bundle is measured as the kit runs it, on the sets that are there."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import cv2
import pytest
from typer.testing import CliRunner

from edge.station import StationOptions, open_station
from export.as_shipped import found_where_none_are, systems_of
from export.opinion.opinions import FUSED, NETWORK, RBF
from tests.cases import painted_frame


def test_the_figures_are_of_the_station_itself(tmp_path: Path) -> None:
    with closing(open_station(None, tmp_path, StationOptions())) as station:
        examined = systems_of(station)
        assert examined.session is station.network.session
        assert examined.thresholds == {
            FUSED: station.jury.fusion.threshold,
            NETWORK: station.jury.roles.network_threshold,
            RBF: station.jury.roles.rbf_threshold,
        }


def test_fields_without_white_cells_are_counted(tmp_path: Path) -> None:
    folder = tmp_path / "other" / "red_cells"
    folder.mkdir(parents=True)
    for seed in range(2):
        picture = painted_frame(seed, 0, (640, 480)).pixels
        cv2.imwrite(str(folder / f"{seed}.png"), picture[..., ::-1])
    with closing(open_station(None, tmp_path / "state", StationOptions())) as station:
        found = list(found_where_none_are(station, tmp_path))
    assert [(each.on, each.n) for each in found] == [("other/red_cells", 2)]
    assert found[0].value == 0


def test_the_command_says_everything_in_tables(drawn_sets: Path, tmp_path: Path) -> None:
    from export.__main__ import app

    told = CliRunner().invoke(app, ["as-shipped", "--data", str(drawn_sets), "--state", str(tmp_path)])
    assert told.exit_code == 0, told.output
    assert "| nucleus Dice | wbc_masks, odd half |" in told.output
    assert "| measured on | system | AUC |" in told.output


def test_a_folder_without_sets_is_an_error(tmp_path: Path) -> None:
    from export.__main__ import app

    told = CliRunner().invoke(app, ["as-shipped", "--data", str(tmp_path)])
    assert told.exit_code != 0
    assert "holds none of" in str(told.exception)


@pytest.mark.parametrize("name", ["no-such-bundle"])
def test_a_bundle_that_is_not_there_is_an_error(name: str, drawn_sets: Path, tmp_path: Path) -> None:
    from export.__main__ import app

    arguments = ["as-shipped", "--data", str(drawn_sets), "--state", str(tmp_path), "--bundle", name]
    assert CliRunner().invoke(app, arguments).exit_code != 0
