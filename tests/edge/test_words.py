"""Every reason in the code has words, every word has a reason, and their figures fit."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

import edge
from edge.types import Reason
from edge.words import FAULTS, WORDS, say
from firmware_bridge.errors import Fault, ScopeFault
from tests.untranslated import branches

SOURCES = sorted(Path(edge.__file__).parent.rglob("*.py"))


def reasons_in_code() -> Iterator[ast.Call]:
    """`Reason("code", …)` calls; a code that is worked out (`Reason(each["code"], …)`) is somebody else's."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Reason":
                yield node


def codes_in_code() -> set[str]:
    """Every string in `edge` that is a code with words, or stands where a reason's code belongs."""
    first = [call.args[0] for call in reasons_in_code() if call.args]
    written = {str(node.value) for node in first if isinstance(node, ast.Constant)}
    return written | {text for text in _strings() if text in WORDS}


def _strings() -> Iterator[str]:
    for path in SOURCES:
        if path.name == "words.py":
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def places(template: str) -> set[str]:
    """The names in the braces."""
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_every_code_has_words() -> None:
    assert codes_in_code() - set(WORDS) == set()


def test_every_word_is_used() -> None:
    assert set(WORDS) - codes_in_code() == set()


def test_words_use_only_figures_that_the_reason_gives() -> None:
    for call in reasons_in_code():
        if len(call.args) == 2 and isinstance(call.args[0], ast.Constant) and isinstance(call.args[1], ast.Dict):
            keys = call.args[1].keys
            if None in keys:  # {**values, …}
                continue
            given = {key.value for key in keys if isinstance(key, ast.Constant)}
            words = WORDS[str(call.args[0].value)]
            assert places(words.text) | places(words.remedy) <= given, call.args[0].value


@pytest.mark.parametrize("code", sorted(WORDS))
def test_words_are_sentences(code: str) -> None:
    words = WORDS[code]
    assert words.text.endswith(".")
    assert not words.remedy or words.remedy.endswith(".")


@pytest.mark.parametrize("code", sorted(WORDS))
def test_words_can_be_said(code: str) -> None:
    words = WORDS[code]
    figures = dict.fromkeys(places(words.text) | places(words.remedy), 3)
    said = say(Reason(code, figures))
    assert "{" not in str(said)
    assert str(said).startswith(said.text)


def reachable() -> set[str]:
    """Codes of the faults that a page can meet: of every last branch, and of what is raised itself besides.

    Not those of stages and boards, which `serve` moves none of, nor those of a command alone.
    """
    kinds = set(branches(Fault)) - set(branches(ScopeFault)) - {ScopeFault}
    kinds = {kind for kind in kinds if _of_kit(kind)}
    last = {kind for kind in kinds if not any(map(_of_kit, kind.__subclasses__()))}
    return {kind.code for kind in kinds if kind in last or kind.__name__ in _raised()}


def _of_kit(kind: type[Fault]) -> bool:
    """Defined by the kit, and not by a command, a test or the workshop."""
    module = kind.__module__
    return module.startswith(("edge.", "firmware_bridge.")) and not module.startswith("edge.commands")


def _raised() -> set[str]:
    """The names of faults that are raised anywhere but in a command."""
    paths = [path for path in SOURCES if "commands" not in path.parts]
    nodes = (node for path in paths for node in ast.walk(ast.parse(path.read_text("utf-8"))))
    return {node.func.id for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}


def test_every_fault_that_a_page_can_meet_has_general_words() -> None:
    assert reachable() - set(FAULTS) == set()
    assert {"bundle", "engine.missing", "target.full", "source.lost", "web.404", "internal"} <= reachable()


def test_the_kit_moves_no_stage() -> None:
    """Where this fails, faults of stages and boards want general words too. A recording logs the place of a stage: what
    goes wrong with that is told as a recording that has stopped."""
    used = {name for path in SOURCES for name in re.findall(r"firmware_bridge\.(scope\.\w+)", path.read_text("utf-8"))}
    assert used <= {"scope.aid", "scope.sharpness", "scope.memory"}


def test_general_words_are_those_of_faults_that_exist() -> None:
    assert set(FAULTS) <= {kind.code for kind in branches(Fault)}


@pytest.mark.parametrize("code", FAULTS)
def test_general_words_end_like_sentences_and_have_a_remedy(code: str) -> None:
    assert FAULTS[code].text.endswith(".")
    assert FAULTS[code].remedy.endswith(".")
    assert not re.search(r"[{}]", str(FAULTS[code]))
