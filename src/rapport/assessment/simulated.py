"""Simulated learners: those who guess by nationality, who pick at random, who are careful, who are expert.
They test the scoring and fill the trainers' notebooks; nothing about them was measured on people."""

from __future__ import annotations

import math
import random
from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from statistics import quantiles

from rapport.assessment.model import LETTERS, Bank, Incident
from rapport.assessment.scoring import CONFIDENCE, Answer, score_sitting
from rapport.assessment.sitting import HandedOver, draws, new_learner


@dataclass(frozen=True)
class Habit:
    """How a simulated learner answers.

    Attributes
    ----------
    sense : float
        Weight of the key's worth in a choice: option ``i`` is picked with probability proportional to
        ``exp(sense × worth_i)``; 0 is a pick at random.
    guess : float
        Probability of taking a guess by nationality wherever one is on offer, before anything else is weighed.
    sure : float or None
        Mean stated confidence, 0 … 1; None: any step alike.
    avoids : bool
        Never takes a guess by nationality: has learnt which options are unwelcome, whatever `sense` they have otherwise.
    """

    sense: float
    guess: float = 0.0
    sure: float | None = None
    avoids: bool = False


KINDS = {
    "guesser": Habit(sense=0.6, guess=0.85, sure=0.85),
    "random": Habit(sense=0.0),
    "avoider": Habit(sense=0.0, avoids=True),
    "careful": Habit(sense=1.0, sure=0.6),
    "expert": Habit(sense=2.5, sure=0.85),
}
"""Kinds of simulated learner; the numbers are chosen for teaching and testing."""


def answer(incident: Incident, habit: Habit, luck: random.Random) -> Answer:
    """One simulated answer."""
    readings, checks, actions = incident.worths
    among_readings, among_checks, among_actions = incident.guesses
    reading = _pick(readings, among_readings, habit, luck)
    second = _weighed(readings, (reading,), habit.sense, luck)
    ranking = LETTERS[reading] + LETTERS[second] + LETTERS[3 - reading - second]
    check = _pick(checks, among_checks, habit, luck)
    best = _pick(actions, among_actions, habit, luck)
    worst = _weighed(actions, (best,), -habit.sense, luck)
    if habit.sure is None:
        sure = luck.randrange(len(CONFIDENCE))
    else:
        off = [abs(step - luck.gauss(habit.sure, 0.12)) for step in CONFIDENCE]
        sure = off.index(min(off))
    return Answer(incident.id, ranking, LETTERS[check], LETTERS[best], LETTERS[worst], sure + 1)


def sitting(incidents: Sequence[Incident], habit: Habit, luck: random.Random) -> list[Answer]:
    """A simulated sitting of `incidents`."""
    return [answer(incident, habit, luck) for incident in incidents]


def cohort(bank: Bank, size: int, seed: int, *, gain: float = 0.35, harder: float = 0.0, consent: float = 1.0, occasions: Sequence[str] = ("pre", "post")) -> list[HandedOver]:
    """A simulated group with its files.

    Parameters
    ----------
    size : int
    seed : int
    gain : float
        How much a person's `Habit.sense` grows over the course, on average.
    harder : float
        Taken off everybody's sense on form B: forms of unequal difficulty.
    consent : float
        Share of people who consent to group figures.
    occasions : sequence of str
        Of `sitting.OCCASIONS`.

    Returns
    -------
    list of HandedOver
        People differ in sense (lognormal around 0.8), in how often they guess by nationality, and in what they learn.
    """
    luck = random.Random(f"cohort {seed}")
    drawn = [{occasion: (each["form"], [bank.incident(name) for name in each["order"]]) for occasion, each in row.items()} for row in draws(bank)]
    people = []
    for _ in range(size):
        learner, sense, guess = new_learner(luck), math.exp(luck.gauss(math.log(0.8), 0.5)), luck.betavariate(1.2, 4)
        learnt, sure = max(0.0, luck.gauss(gain, 0.3)), luck.uniform(0.5, 0.85)
        kept = []
        for occasion, (form, incidents) in drawn[int(learner[-1], 16)].items():
            later = occasion != "pre"
            habit = Habit(max(0.0, sense + learnt * later - harder * (form == "B")), guess * (0.6 if later else 1.0), sure)
            answers = sitting(incidents, habit, luck)
            if occasion in occasions:
                kept.append({"occasion": occasion, "form": form, "answers": answers})
        people.append(HandedOver(format=1, kind="rapport-sittings", version=bank.version, learner=learner, consent=luck.random() < consent, sittings=kept))
    return people


@lru_cache(maxsize=4)
def _spread(bank_json: str, people: int) -> float:
    bank, luck = Bank.model_validate_json(bank_json), random.Random("spread")
    forms, apart = [bank.form(form) for form in "AB"], []
    for _ in range(people):
        one, other = (score_sitting(bank, sitting(form, KINDS["careful"], luck))["judgement"] for form in forms)
        apart.append(abs(one - other))
    return quantiles(apart, n=10)[-1]


def spread(bank: Bank, people: int = 1000) -> float:
    """How far apart two sittings of one person come without any learning: the distance in judgement between forms A and
    B that nine in ten simulated careful learners stay below, 0 … 1."""
    return _spread(bank.model_dump_json(), people)


def _pick(worths: tuple[int, ...], guesses: tuple[int, ...], habit: Habit, luck: random.Random) -> int:
    if guesses and luck.random() < habit.guess:
        return luck.choice(guesses)
    return _weighed(worths, guesses if habit.avoids else (), habit.sense, luck)


def _weighed(worths: tuple[int, ...], out: tuple[int, ...], sense: float, luck: random.Random) -> int:
    """A place that is not in `out`, by worth; the draw is that of `Random.choices`, which takes longer over a single one."""
    left, chances = _chances(worths, out, sense)
    return left[bisect(chances, luck.random() * chances[-1], 0, len(left) - 1)]


@lru_cache(maxsize=4096)  # a simulated group meets the same few patterns ten thousands of times
def _chances(worths: tuple[int, ...], out: tuple[int, ...], sense: float) -> tuple[list[int], list[float]]:
    left = [place for place in range(len(worths)) if place not in out]
    return left, list(accumulate([math.exp(sense * worths[place]) for place in left]))
