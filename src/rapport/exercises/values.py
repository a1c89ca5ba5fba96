"""What an answer can be: numbers, intervals, options and matched rows; how they are compared.
Reading what a learner gave lives in `rapport.exercises.reading`, writing it out in `rapport.exercises.units`."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

# A correctly rounded answer at the very edge must not fail over the last binary digit.
_SLACK = 1e-9


class Estimate(NamedTuple):
    """A number computed from data with its interval, all in the answer's unit.

    Parameters
    ----------
    value : float
        The point estimate.
    low, high : float
        Ends of the interval (95% unless the exercise says otherwise).
    """

    value: float
    low: float
    high: float


Value = float | tuple[float, float] | str | dict[str, str]


def real(raw: Any) -> float | None:
    """`raw` as a finite float, or None when it is no such number (a Boolean is none)."""
    if isinstance(raw, bool | str | bytes) or type(raw).__name__ in ("bool_", "bool"):
        return None
    try:
        number = float(raw)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def band(value: Value, tolerance: float) -> list[tuple[float, float]]:
    """Accepted range of each number in `value`: one for a number, two for an interval.

    Returns
    -------
    list of (low, high)
        Closed ranges; `value` ± `tolerance`, a hair wider so that rounding never decides.
    """
    numbers = value if isinstance(value, tuple) else (value,)
    return [(n - tolerance - _SLACK * max(1.0, abs(n)), n + tolerance + _SLACK * max(1.0, abs(n))) for n in map(float, numbers)]  # type: ignore[arg-type]


def agrees(answer: Value, value: Value, tolerance: float) -> bool:
    """Whether `answer` is accepted as `value`: within tolerance, or the same option."""
    if isinstance(value, str | dict):
        return answer == value
    numbers = answer if isinstance(answer, tuple) else (answer,)
    return all(low <= n <= high for n, (low, high) in zip(numbers, band(value, tolerance), strict=True))  # type: ignore[operator]


def apart(one: Value, other: Value, tolerance: float) -> bool:
    """Whether no answer can be accepted as both: more than two tolerances between them (in one end, for an interval)."""
    if isinstance(one, str | dict):
        return one != other
    ones, others = (value if isinstance(value, tuple) else (value,) for value in (one, other))
    return any(abs(a - b) > 2 * tolerance * (1 + _SLACK) + 4 * _SLACK * max(1.0, abs(a)) for a, b in zip(ones, others, strict=True))  # type: ignore[operator, arg-type]
