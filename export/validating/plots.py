"""The answers, drawn: ROC, precision and recall, calibration, confusion."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from sklearn.metrics import precision_recall_curve, roc_curve

from export.building.marks import BINS
from export.report.plots import COLOURS, confused, confusion_of, svg
from export.validating.answers import Answers


def roc(answers: Answers) -> str:
    """Blasts called against others called, over all thresholds; the kit's own calls as a point."""
    false, true, _ = roc_curve(answers.is_blast, answers.blast_share)
    blast, called = answers.is_blast, answers.called_blast

    def draw(axes: Axes) -> None:
        axes.plot([0, 1], [0, 1], color="0.7", linewidth=1)
        axes.plot(false, true, color=COLOURS[1], linewidth=1.6)
        axes.plot(called[~blast].mean(), called[blast].mean(), "o", color=COLOURS[2], label="as the kit calls")
        axes.set(xlabel="1 − specificity", ylabel="sensitivity", xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
        axes.legend(loc="lower right", frameon=False)

    return svg(draw, 3.6)


def precision_recall(answers: Answers) -> str:
    """Precision over sensitivity; the dotted line is what calling every cell a blast would give."""
    precision, recall, _ = precision_recall_curve(answers.is_blast, answers.blast_share)

    def draw(axes: Axes) -> None:
        axes.plot(recall, precision, color=COLOURS[1], linewidth=1.6)
        axes.axhline(answers.is_blast.mean(), color="0.5", linestyle=":", linewidth=1.2)
        axes.set(xlabel="sensitivity", ylabel="precision", xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))

    return svg(draw, 3.6)


def calibration(answers: Answers) -> str:
    """How often a cell is a blast, by how probable the kit says it is."""
    share, blast = answers.blast_share, answers.is_blast
    inside = np.minimum((share * BINS).astype(np.intp), BINS - 1)
    many = np.bincount(inside, minlength=BINS)
    kept = many > 0
    said, is_one = (np.bincount(inside, each, BINS)[kept] / many[kept] for each in (share, blast))

    def draw(axes: Axes) -> None:
        axes.plot([0, 1], [0, 1], color="0.7", linewidth=1)
        axes.plot(said, is_one, color=COLOURS[1], linewidth=1.2)
        axes.scatter(said, is_one, s=80 * np.sqrt(many[kept] / many.max()), color=COLOURS[1], alpha=0.7)
        axes.set(xlabel="probability of a blast", ylabel="share that are", xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))

    return svg(draw, 3.6)


def confusion(answers: Answers) -> str:
    """What cells of each known label were called."""
    known = answers.named()
    return confusion_of(confused(known.said, known.truth, len(known.labels)), known.labels, "called by the kit")
