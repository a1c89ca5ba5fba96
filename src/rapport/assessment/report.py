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
from rapport.assessment.words import LABELS as SCALE_NAMES
from rapport.assessment.words import STRINGS
from rapport.assessment.words import WORDS as OCCASION_NAMES
from rapport.i18n.numbers import number, percent, signed


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
        kind = "chance" if self.low <= 0 <= self.high else "better" if better else "worse"
        return STRINGS.say(kind, scale=SCALE_NAMES[self.scale], before=number(self.before), after=number(self.after), low=signed(self.low), high=signed(self.high))


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
        return [STRINGS["none"]]
    lines = []
    for occasion, rows in found.items():
        score = mean_scores(rows)
        points = {name: number(100 * score[name]) for name in ("judgement", "reading", "checking", "acting", "brier")}
        told = [
            STRINGS.say("sitting", occasion=OCCASION_NAMES[occasion], **points),
            STRINGS.say("taken", n=score["taken"], chances=score["chances"]),
            STRINGS.say("said", said=percent(100 * score["confidence"]), right=percent(100 * score["right"]), **points),
        ]
        lines.append(" ".join(told))
    occasions = list(found)
    if len(occasions) > 1:
        lines.append(STRINGS.say("from_to", first=OCCASION_NAMES[occasions[0]].lower(), latest=OCCASION_NAMES[occasions[-1]].lower()))
        lines += [change(found[occasions[0]], found[occasions[-1]], scale).says for scale in SCALE_NAMES]
    lines.append(f"{STRINGS.say('rough', spread=number(100 * spread(bank)))} {STRINGS['authors']}")
    return lines
