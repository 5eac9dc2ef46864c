from __future__ import annotations

import json
from pathlib import Path

import pytest

from edge.bundle.keys import load_keys, merge, parse_keys
from edge.errors import BadSetting
from export.keys import key_list, trusted_key
from tests.tiny import KEY, OTHER_KEY, trusting

OURS = trusted_key(KEY, "the tests")
LIST = json.loads(key_list(OURS))


def test_shipped_keys_and_the_operators_are_believed(tmp_path: Path) -> None:
    shipped = load_keys(None)
    assert load_keys(tmp_path) == shipped
    trusting(tmp_path, KEY)
    (tmp_path / "keys" / "more.json").write_bytes(key_list(trusted_key(OTHER_KEY, "another")))
    assert set(load_keys(tmp_path)) == {*shipped, OURS.id, trusted_key(OTHER_KEY, "").id}


def test_retired_outweighs_not_retired_in_either_order() -> None:
    retired = parse_keys(json.dumps({"keys": [{**LIST["keys"][0], "retired": True}]}).encode(), "x")[0]
    assert merge([OURS, retired])[OURS.id].retired
    assert merge([retired, OURS])[OURS.id].retired


@pytest.mark.parametrize(
    "change",
    [
        {"id": "ed25519:0000000000000000"},
        {"public": "AAAA"},
        {"public": "*"},
        {"owner": ""},
        {"retired": "no"},
        {"surprise": 1},
    ],
    ids=str,
)
def test_a_list_that_makes_no_sense_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(BadSetting, match=r"keys\.json"):
        parse_keys(json.dumps({"keys": [{**LIST["keys"][0], **change}]}).encode(), "keys.json")


def test_an_unreadable_list_is_named(tmp_path: Path) -> None:
    (tmp_path / "keys" / "mine.json").mkdir(parents=True)
    with pytest.raises(BadSetting, match=r"mine\.json"):
        load_keys(tmp_path)
