"""A case with its corrected documents and its steps: as it is now, or as one of its versions was signed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from edge.casework.answers import answered
from edge.casework.books import Books
from edge.casework.counting import corrected
from edge.casework.history import corrections_of
from edge.casework.models import Models
from edge.casework.results import CaseResult, Results, figures_of, manual_sum
from edge.document import Document
from edge.errors import NotRecorded
from edge.record.case_life import Fact, Signature
from edge.record.steps import Step


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A case at one moment. `documents` are those of its counted fields, by number, after corrections."""

    result: CaseResult
    documents: Mapping[int, Document]
    steps: tuple[Step, ...]


class Snapshots:
    """Cases now and as they were."""

    def __init__(self, books: Books, models: Models, results: Results) -> None:
        self._books, self._models, self._results = books, models, results

    def of(self, case_id: int, version: int | None = None) -> Snapshot:
        """A case as it holds; with a version, as that was signed.

        Raises:
            NotRecorded: there is no such case, or nobody has signed that version of it.
            CaseOfControl: it holds a control slide's run.
        """
        with self._books.database.alone():
            case = self._books.case(case_id)
            if version is None:
                return self._now(case_id)
            signed = [each for each in self._books.life.signatures(case_id) if each.version == version]
            if not signed:
                what = f"Nobody has signed version {version} of case {case.pseudonym}."
                raise NotRecorded(what, "Choose one from the list of its versions.")
            return self._now(case_id) if version == case.version else self._then(case_id, signed[0])

    def _now(self, case_id: int) -> Snapshot:
        result, documents = self._results.with_documents(case_id)
        return Snapshot(result, documents, self._books.steps.of(case_id))

    def _then(self, case_id: int, signature: Signature) -> Snapshot:
        content = json.loads(signature.content)
        log = self._books.steps.of(case_id)
        steps = tuple(step for step in log if step.number <= signature.step)
        digests = tuple(content["bundle"]["digests"])
        model = self._models.of(digests[-1] if digests else None)
        numbers = {field["number"] for field in content["fields"]}
        documents = {
            number: corrected(document, number, corrections_of(steps), model.roles)
            for number, document in self._books.record.counted_by_number(case_id)
            if number in numbers
        }
        figures, facts = figures_of(content["figures"]), _facts(content, steps)
        answer = self._books.life.facts(case_id).get("answer")
        if answer is not None and answered(answer.value, log, signature.version).version == signature.version:
            facts["answer"] = answer
        rows = [row for row in self._books.record.fields(case_id) if row.number in numbers]
        said = {name: content["case"][name] for name in ("objective", "note", "version")}
        result = CaseResult(
            case=replace(self._books.record.case(case_id), state="signed", **said),
            fields=tuple(self._results.shown(row, documents.get(row.number), model) for row in rows),
            figures=figures,
            manual=manual_sum(facts.get("manual"), figures.counts, model),
            model=model,
            bundles=digests,
            signature=signature,
            facts=facts,
        )
        return Snapshot(result, documents, steps)


def _facts(content: Mapping[str, Any], steps: Iterable[Step]) -> dict[str, Fact]:
    """What was said of the case then; consent is of the case, not of a version."""
    kept = {kind: content[kind] for kind in ("manual", "control") if content[kind] is not None}
    facts = {kind: Fact(each["value"], each["operator"], each["when"]) for kind, each in kept.items()}
    finished = [step for step in steps if step.kind == "finish"]
    return {**facts, "finished": Fact({}, finished[-1].operator, finished[-1].clock_hint)}
