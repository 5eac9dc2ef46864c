"""When a control says that something has changed: Westgard's rules on a row of runs of one measure.

J. O. Westgard, P. L. Barry, M. R. Hunt, T. Groth: A multi-rule Shewhart chart for quality control in clinical
chemistry. Clin. Chem. 27 (1981) 493–501. Of their rules those that one control slide a day can use; R-4s, meant for two
controls in one run, is read over two consecutive runs. `z` is the distance from the mean in standard deviations.

    1-2s  |z| above 2                                                   a warning
    1-3s  |z| above 3                                                   out of control: a chance error
    2-2s  two runs in a row above +2, or below −2                       out of control: a steady shift
    R-4s  one run above +2 and the next below −2, or the reverse        out of control: scatter
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

Rule = Literal["1-2s", "1-3s", "2-2s", "R-4s"]
WARNING, LIMIT = 2.0, 3.0


def broken(zs: Sequence[float]) -> tuple[Rule, ...]:
    """The rules that the last run of the row breaks, the gravest first; 1-2s only where it is the only one.

    Args:
        zs: the runs in their order, the one to judge last; empty breaks nothing.
    """
    if not zs:
        return ()
    last = zs[-1]
    before = zs[-2] if len(zs) > 1 else 0.0
    grave: list[tuple[Rule, bool]] = [
        ("1-3s", abs(last) > LIMIT),
        ("2-2s", min(last, before) > WARNING or max(last, before) < -WARNING),
        ("R-4s", max(last, before) > WARNING and min(last, before) < -WARNING),
    ]
    out = tuple(rule for rule, is_broken in grave if is_broken)
    return out or (("1-2s",) if abs(last) > WARNING else ())
