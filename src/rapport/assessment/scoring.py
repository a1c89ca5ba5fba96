"""Scores of an answer and of a sitting: partial credit, over-inference as a scale of its own, calibration by Brier.
Everything that can be picked is worked out beforehand (`tables`), so that the browser only looks up and adds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations
from typing import Any

from pydantic import ConfigDict

from rapport.assessment.model import LETTERS, Bank, Incident, chances

RANKINGS = tuple("".join(order) for order in permutations("abc"))
CONFIDENCE = (0.25, 0.4, 0.6, 0.8, 0.95)
"""What the five steps of confidence stand for: the chance that one's best action is the key's. One of four is 0.25."""

CHECK_CREDIT = {2: 1.0, 1: 0.5, 0: 0.0}
BEST_CREDIT = {3: 1.0, 2: 0.5, 1: 0.0, 0: 0.0}
WORST_CREDIT = {0: 1.0, 1: 0.5, 2: 0.0, 3: 0.0}

SCALES = ("judgement", "reading", "checking", "acting", "over_inference", "brier")
"""Scales of a sitting, each 0 … 1. More is better in the first four; less is better in `over_inference` and `brier`."""


@dataclass(frozen=True)
class Answer:
    """What somebody answered to one incident.

    Attributes
    ----------
    incident : str
    ranking : str
        Letters of the readings, likeliest first: ``"bca"``.
    check, best, worst : str
        Letters; `best` and `worst` differ.
    sure : int
        Step of confidence, 1 … 5.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")  # of a file, see `sitting.HandedOver`

    incident: str
    ranking: str
    check: str
    best: str
    worst: str
    sure: int

    def problem(self, incident: Incident) -> str | None:
        """Why this is no answer to `incident`, or None."""
        if self.ranking not in RANKINGS:
            return f"ranking {self.ranking!r}; an order of abc"
        if self.check not in LETTERS[: len(incident.checks)]:
            return f"check {self.check!r}; one of {', '.join(LETTERS[: len(incident.checks)])}"
        if self.best not in LETTERS or self.worst not in LETTERS or self.best == self.worst:
            return f"best {self.best!r}, worst {self.worst!r}; two different letters of {', '.join(LETTERS)}"
        if type(self.sure) is not int or not 1 <= self.sure <= len(CONFIDENCE):
            return f"sure {self.sure!r}; 1 to {len(CONFIDENCE)}"
        return None


def reading_credit(plausible: Sequence[int], ranking: str) -> float:
    """Share of the pairs that the key orders which `ranking` puts in the same order, 0 … 1.

    With ``C`` the pairs of readings of unequal plausibility that the ranking orders as the key does, and ``P`` all pairs
    of unequal plausibility, the credit is ``C / P``. Readings that the key holds equally good make no pair, so either
    order of them earns the same.
    """
    return _credit(tuple(plausible), ranking)


@lru_cache(maxsize=1024)  # of a few dozen keys and six rankings
def _credit(plausible: tuple[int, ...], ranking: str) -> float:
    pairs = [(one, other) for one in range(3) for other in range(3) if plausible[one] > plausible[other]]
    return sum(ranking.index(LETTERS[one]) < ranking.index(LETTERS[other]) for one, other in pairs) / len(pairs)


def tables(incident: Incident) -> dict[str, Any]:
    """All credits of an incident, by what is picked.

    Returns
    -------
    dict
        ``reading`` (ranking → credit), ``check``, ``best`` and ``worst`` (letter → credit; best and worst are halves of
        the credit for acting), ``right`` (the best action), ``over`` (the letters that act on nationality alone, for
        ``reading``, ``check`` and ``action``) and ``chances`` (in how many of these three such a letter is on offer).
    """
    readings, checks, actions = incident.worths
    return {
        "reading": {ranking: _credit(readings, ranking) for ranking in RANKINGS},
        "check": {letter: CHECK_CREDIT[worth] for letter, worth in zip(LETTERS, checks)},
        # Half each: the two add up to the credit for acting.
        "best": {letter: BEST_CREDIT[worth] / 2 for letter, worth in zip(LETTERS, actions)},
        "worst": {letter: WORST_CREDIT[worth] / 2 for letter, worth in zip(LETTERS, actions)},
        "right": LETTERS[actions.index(3)],
        "over": {part: [LETTERS[place] for place in places] for part, places in zip(("reading", "check", "action"), incident.guesses)},
        "chances": chances(incident),
    }


@lru_cache(maxsize=1)
def brier_table() -> list[list[float]]:
    """Squared error of each step of confidence: ``[when wrong, when right]``.

    ``(p − o)²`` with ``p`` the stated chance and ``o`` 1 when the action picked as best is the key's, else 0
    (Brier 1950, *Monthly Weather Review* 78, 1–3, for one of two outcomes).
    """
    return [[round(p**2, 10), round((1 - p) ** 2, 10)] for p in CONFIDENCE]


def score_answer(incident: Incident, answer: Answer) -> dict[str, Any]:
    """Scores of one answer.

    Returns
    -------
    dict
        ``reading``, ``checking`` and ``acting`` (0 … 1); ``judgement``, their mean; ``taken`` of ``chances`` (guesses by
        nationality picked: as likeliest reading, as check, as best action); ``right`` (bool), ``confidence`` (0 … 1),
        ``brier`` (0 … 1).

    Raises
    ------
    ValueError
        When the answer is none to this incident.
    """
    if problem := answer.problem(incident):
        raise ValueError(f"{answer.incident}: {problem}")
    (readings, checks, actions), (by_reading, by_check, by_action) = incident.worths, incident.guesses
    likeliest, check, best, worst = map(LETTERS.index, (answer.ranking[0], answer.check, answer.best, answer.worst))
    reading, checking = _credit(readings, answer.ranking), CHECK_CREDIT[checks[check]]
    acting = BEST_CREDIT[actions[best]] / 2 + WORST_CREDIT[actions[worst]] / 2
    right = actions[best] == 3
    return {
        "incident": incident.id,
        "reading": reading,
        "checking": checking,
        "acting": acting,
        "judgement": (reading + checking + acting) / 3,
        "taken": (likeliest in by_reading) + (check in by_check) + (best in by_action),
        "chances": chances(incident),
        "right": right,
        "confidence": CONFIDENCE[answer.sure - 1],
        "brier": brier_table()[answer.sure - 1][right],
    }


def score_sitting(bank: Bank, answers: Iterable[Answer]) -> dict[str, float]:
    """Scores of a sitting: the mean over its incidents of each scale, and what they are made of.

    Returns
    -------
    dict of str to float
        `SCALES`; ``over_inference`` is the guesses by nationality taken as a share of those on offer; also ``taken``,
        ``chances``, ``right`` (share of best actions that are the key's) and ``confidence`` (mean). ``confidence``
        minus ``right`` is over-confidence.

    Raises
    ------
    ValueError
        Without answers, or for one that does not fit its incident.
    """
    return mean_scores([score_answer(bank.incident(answer.incident), answer) for answer in answers])


def mean_scores(rows: list[Mapping[str, Any]]) -> dict[str, float]:
    """Scores of a sitting from those of its answers (see `score_sitting`)."""
    if not rows:
        raise ValueError("a sitting without answers has no scores")
    mean = {name: sum(row[name] for row in rows) / len(rows) for name in ("judgement", "reading", "checking", "acting", "brier", "right", "confidence")}
    taken, offered = (sum(row[name] for row in rows) for name in ("taken", "chances"))
    return {**mean, "over_inference": taken / offered if offered else 0.0, "taken": taken, "chances": offered}
