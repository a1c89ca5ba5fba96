"""What one learner may be told: each sitting's scores, what changed since the first, and how rough that is.
A change is held against its interval over incidents; twelve of them carry no verdict on a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rapport.assessment.model import Bank
from rapport.assessment.scoring import Answer, mean_scores, score_answer
from rapport.assessment.sitting import OCCASIONS

SCALE_NAMES = {"judgement": "Judgement", "reading": "Reading", "checking": "Checking", "acting": "Acting", "over_inference": "Over-inference (less is better)", "brier": "Calibration, Brier (less is better)"}
OCCASION_NAMES = {"pre": "before", "post": "after", "day30": "30 days", "day90": "90 days"}


@dataclass(frozen=True)
class Change:
    """A scale at two sittings of one person.

    Attributes
    ----------
    before, after, change : float
        Points of 100.
    low, high : float
        95 % interval of the change over incidents such as these (Welch's t, the two forms being different incidents).
    """

    scale: str
    before: float
    after: float
    change: float
    low: float
    high: float

    @property
    def says(self) -> str:
        """The change in a sentence."""
        better = self.change < 0 if self.scale in ("over_inference", "brier") else self.change > 0
        if self.low <= 0 <= self.high:
            return f"{SCALE_NAMES[self.scale]}: {self.before:.0f}, then {self.after:.0f}. On twelve incidents that may be chance ({self.low:+.0f} to {self.high:+.0f})."
        return f"{SCALE_NAMES[self.scale]}: {self.before:.0f}, then {self.after:.0f}; {'better' if better else 'worse'} by more than chance among incidents would do ({self.low:+.0f} to {self.high:+.0f})."


def scored(bank: Bank, sittings: Sequence[Mapping[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Scores of every answer, by occasion; a later sitting of an occasion replaces an earlier one.

    Parameters
    ----------
    sittings : sequence of mapping
        As the record or a handed-over file keeps them: ``occasion``, ``answers``.
    """
    latest = {}
    for sitting in sittings:
        answers = [Answer(**answer) for answer in sitting["answers"]]
        latest[sitting["occasion"]] = [score_answer(bank.incident(answer.incident), answer) for answer in answers]
    return {occasion: latest[occasion] for occasion in OCCASIONS if occasion in latest}


def change(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]], scale: str) -> Change:
    """What one scale did from one sitting to another, with its interval.

    The interval treats the incidents of both sittings as a sample of such incidents, so it says how much of the change
    the choice of incidents alone could make; it knows nothing about practice or a good day.
    """
    one, other = (_values(rows, scale) for rows in (before, after))
    if np.ptp(one) == 0 and np.ptp(other) == 0:  # no spread, no interval
        low, high = (other.mean() - one.mean(),) * 2
    else:
        from scipy import stats

        low, high = stats.ttest_ind(other, one, equal_var=False).confidence_interval(0.95)
    return Change(scale, *(100 * float(value) for value in (one.mean(), other.mean(), other.mean() - one.mean(), low, high)))


def _values(rows: Sequence[Mapping[str, Any]], scale: str) -> np.ndarray:
    if scale == "over_inference":
        return np.array([row["taken"] / row["chances"] for row in rows if row["chances"]], float)
    return np.array([row[scale] for row in rows], float)


def own_report(bank: Bank, sittings: Sequence[Mapping[str, Any]]) -> list[str]:
    """What a learner may read about themself, one sentence a line.

    The changes compare the first sitting with the latest one.
    """
    from rapport.assessment.simulated import spread

    found = scored(bank, sittings)
    if not found:
        return ["You have not finished a sitting yet."]
    lines = []
    for occasion, rows in found.items():
        score = mean_scores(rows)
        lines.append(
            f"{OCCASION_NAMES[occasion].capitalize()}: judgement {100 * score['judgement']:.0f} of 100 (reading {100 * score['reading']:.0f}, checking {100 * score['checking']:.0f}, "
            f"acting {100 * score['acting']:.0f}). A guess by nationality taken {score['taken']} times of {score['chances']}. "
            f"You said {100 * score['confidence']:.0f} % on average and named the key's best step in {100 * score['right']:.0f} %; Brier {100 * score['brier']:.0f} of 100."
        )
    occasions = list(found)
    if len(occasions) > 1:
        lines.append(f"From the first sitting ({OCCASION_NAMES[occasions[0]]}) to the latest ({OCCASION_NAMES[occasions[-1]]}):")
        lines += [change(found[occasions[0]], found[occasions[-1]], scale).says for scale in SCALE_NAMES]
    lines.append(
        f"Twelve incidents are few. Of simulated people who learnt nothing, nine in ten came out less than {100 * spread(bank):.0f} points apart from one form to the other. "
        "The key is the authors'; no panel has met about it."
    )
    return lines
