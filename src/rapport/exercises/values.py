"""What an answer can be: numbers, intervals, options and matched rows; how they are compared and written out.
Reading a learner's answer lives in `rapport.exercises.reading`."""

from __future__ import annotations

from typing import NamedTuple


class Estimate(NamedTuple):
    """A number computed from data with its interval, all in the answer's unit.

    Parameters
    ----------
    value : float
        The point estimate.
    low, high : float
        Ends of the interval (95 % unless the exercise says otherwise).
    """

    value: float
    low: float
    high: float
