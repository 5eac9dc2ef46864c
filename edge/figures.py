"""How figures are rounded wherever somebody reads them: as browsers do on the page, so that page and papers agree.

Browsers (ECMA-402, by ICU) round half away from zero, and take a number for the shortest decimal that stands for it:
6.25 is 6.3, and 1.005, which is a little less in binary, 1.01. `round` and `format` of Python go to even and by binary.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal

_ROOM = Context(prec=400)
"""Digits for any float: the largest has 309 before the point."""


def exact(value: float | Decimal) -> Decimal:
    """The shortest decimal that is this number and no other."""
    return value if isinstance(value, Decimal) else Decimal(repr(float(value)))


def rounded(value: float | Decimal, decimals: int) -> Decimal:
    """The number with so many decimals; what is not finite, as it is."""
    number = exact(value)
    return number.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP, _ROOM) if number.is_finite() else number


def shortened(value: float | Decimal, decimals: int) -> float:
    """The same as a float, for tables and messages that hold no more."""
    return float(rounded(value, decimals))


def percentage(share: float) -> Decimal:
    """A share of one in percent: the point moves, nothing is multiplied (100 · 0.285 would be 28.499999999999996)."""
    return exact(share).scaleb(2)
