"""A group's figures from the files that its learners handed over, and the sizes below which nothing is shown.
Nothing here ranks or names a person; a file that cannot be read is set aside and said so, and the others count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from rapport.assessment.model import LETTERS, Bank
from rapport.assessment.scoring import SCALES, score_answer, score_sitting, tables
from rapport.assessment.sitting import HandedOver, read_handed_over
from rapport.assessment.words import STRINGS
from rapport.content import ContentError, display_path
from rapport.i18n.numbers import number, signed

GROUP = 10
"""Below this many people no figure of a group is shown."""
OPEN = 25
"""Below this many everybody's recorded consent is needed, and there is no report on single incidents."""
QUARTER = 40
"""Below this many there is nothing about the bottom quarter."""
SEED, RESAMPLES = 20261125, 2000


@dataclass(frozen=True)
class Handed:
    """Files that were handed over.

    Attributes
    ----------
    people : tuple of HandedOver
        One per learner.
    set_aside : tuple of str
        A sentence for each file that does not count.
    """

    people: tuple[HandedOver, ...]
    set_aside: tuple[str, ...]


def read_folder(bank: Bank, folder: Path) -> Handed:
    """Every ``*.json`` of a folder; damaged ones are set aside, and of a learner's several files the fullest counts.

    Raises
    ------
    ContentError
        When the folder does not exist or holds no such file.
    """
    folder = Path(folder)
    paths = sorted(folder.glob("*.json"))
    if not paths:
        raise ContentError("holds no .json file; put the files that your learners saved into it.", folder)
    people: dict[str, tuple[HandedOver, Path]] = {}
    aside = []
    for path in paths:
        try:
            handed = read_handed_over(bank, path)
        except ContentError as error:
            aside.append(str(error))
            continue
        if (known := people.get(handed.learner)) is None:
            people[handed.learner] = (handed, path)
            continue
        # Of two files of one learner the fuller one counts; of equally full ones the withdrawal of consent does.
        fuller = max((known, (handed, path)), key=lambda each: (len(each[0].sittings), not each[0].consent))
        lesser = path if fuller[1] != path else known[1]
        people[handed.learner] = fuller
        aside.append(STRINGS.say("same", file=display_path(lesser), other=fuller[1].name))
    return Handed(tuple(each for each, _ in people.values()), tuple(aside))


def sittings_frame(bank: Bank, people: Sequence[HandedOver]) -> pd.DataFrame:
    """One row per sitting: ``learner``, ``consent`` (bool), ``occasion``, ``form``, and the scores of `score_sitting` (0 … 1)."""
    columns = ["learner", "consent", "occasion", "form", *SCALES, "right", "confidence", "taken", "chances"]
    rows = []
    for person in people:
        for sitting in person.sittings:
            score = score_sitting(bank, sitting.answers)
            rows.append({"learner": person.learner, "consent": person.consent, "occasion": sitting.occasion, "form": sitting.form, **score})
    return pd.DataFrame(rows, columns=columns)


def answers_frame(bank: Bank, people: Sequence[HandedOver]) -> pd.DataFrame:
    """One row per answer: ``learner``, ``consent``, ``occasion``, ``form``, what was picked, and the scores of `score_answer`."""
    rows = [
        {"learner": person.learner, "consent": person.consent, "occasion": sitting.occasion, "form": sitting.form, **vars(kept), **score_answer(bank.incident(kept.incident), kept)}
        for person in people for sitting in person.sittings for kept in sitting.answers
    ]  # fmt: skip
    return pd.DataFrame(rows)


# ---- Who may be shown -------------------------------------------------------------------------------------------


def withheld(consenting: int, handed: int, needed: int = GROUP) -> str | None:
    """Why a figure over `consenting` people is not shown, or None when it may be.

    Parameters
    ----------
    consenting : int
        People who have what the figure needs and consented; only they are ever counted.
    handed : int
        People who have what the figure needs, consenting or not.
    needed : int
        `GROUP`, `OPEN` or `QUARTER`.
    """
    if consenting < needed:
        return STRINGS.say("few", needed=number(needed), there=number(consenting))
    if consenting < OPEN and handed > consenting:
        return STRINGS.say("consent", open=number(OPEN), without=number(handed - consenting), handed=number(handed))
    return None


def _pairs(frame: pd.DataFrame, later: str) -> pd.DataFrame:
    """Sittings before the course beside those on `later`, one row per person: columns ``(scale, occasion)``."""
    found = frame[frame["occasion"].isin(["pre", later])]
    wide = found.pivot(index="learner", columns="occasion", values=["consent", *SCALES])
    for occasion in ("pre", later):
        if ("consent", occasion) not in wide:
            return pd.DataFrame(columns=pd.MultiIndex.from_product([["consent", *SCALES], ["pre", later]]))
    return wide.dropna()


def gains(frame: pd.DataFrame, later: str = "post") -> pd.DataFrame | str:
    """Mean gain of the group on every scale, or the sentence that says why it is not shown.

    Parameters
    ----------
    frame : DataFrame
        Of `sittings_frame`.
    later : str
        ``post``, ``day30`` or ``day90``, compared with ``pre`` in the people who sat both.

    Returns
    -------
    DataFrame or str
        Index `SCALES`; ``n`` (int), ``before``, ``after``, ``gain``, ``low``, ``high`` in points of 100; the interval is
        95 %, paired t (`scipy.stats.ttest_rel`). A fall is a gain in ``over_inference`` and ``brier``.
    """
    pairs = _pairs(frame, later)
    counted = pairs[pairs[("consent", "pre")].astype(bool)]
    if why := withheld(len(counted), len(pairs)):
        return why
    rows = {}
    for scale in SCALES:
        before, after = (100 * counted[(scale, occasion)].to_numpy(float) for occasion in ("pre", later))
        interval = stats.ttest_rel(after, before).confidence_interval(0.95)
        rows[scale] = {"n": len(counted), "before": before.mean(), "after": after.mean(), "gain": (after - before).mean(), "low": interval.low, "high": interval.high}
    return pd.DataFrame.from_dict(rows, orient="index").astype({"n": int})


@dataclass(frozen=True)
class Quarter:
    """The quarter of a group that scored lowest before the course; points of 100.

    Attributes
    ----------
    people, n : int
        In the quarter, in the group.
    gain, low, high : float
        Mean gain in judgement with a 95 % bootstrap interval (the quarter is chosen anew in each resample).
    group_gain : float
        Mean gain of the whole group.
    by_regression : float
        The part that regression to the mean alone would bring: ``(b − 1)(m_q − m)``, with ``b`` the slope of later on
        earlier scores in the group, ``m`` the group's mean before and ``m_q`` the quarter's.
    over_inference, over_low, over_high : float
        Change of over-inference in the quarter with its interval: a rise is the harm to watch for.
    """

    people: int
    n: int
    gain: float
    low: float
    high: float
    group_gain: float
    by_regression: float
    over_inference: float
    over_low: float
    over_high: float

    @property
    def says(self) -> str:
        """The figures with their caveat."""
        told = (
            STRINGS.say("quarter", people=number(self.people), n=number(self.n), gain=number(self.gain, 1), low=number(self.low, 1), high=number(self.high, 1)),
            STRINGS.say("group", group=number(self.group_gain, 1), regression=number(self.by_regression, 1)),
            STRINGS.say("harm", change=signed(self.over_inference, 1), low=signed(self.over_low, 1), high=signed(self.over_high, 1)),
        )
        return " ".join(told)


def bottom_quarter(frame: pd.DataFrame, later: str = "post") -> Quarter | str:
    """What happened to the quarter that scored lowest before, or the sentence that says why it is not shown."""
    pairs = _pairs(frame, later)
    counted = pairs[pairs[("consent", "pre")].astype(bool)].sort_index()
    if why := withheld(len(counted), len(pairs), QUARTER):
        return why
    before, after = (100 * counted[("judgement", occasion)].to_numpy(float) for occasion in ("pre", later))
    over = 100 * (counted[("over_inference", later)] - counted[("over_inference", "pre")]).to_numpy(float)
    size = len(counted) // 4

    def lowest(earlier: np.ndarray) -> np.ndarray:
        return np.argsort(earlier, kind="stable")[:size]

    def interval(change: np.ndarray) -> tuple[float, float]:
        found = stats.bootstrap(
            (before, change), lambda earlier, changed: changed[lowest(earlier)].mean(), paired=True, vectorized=False,
            n_resamples=RESAMPLES, method="percentile", rng=np.random.default_rng(SEED),
        ).confidence_interval  # fmt: skip
        return float(found.low), float(found.high)

    quarter = lowest(before)
    slope = stats.linregress(before, after).slope
    return Quarter(
        size, len(counted), float((after - before)[quarter].mean()), *interval(after - before), float((after - before).mean()),
        float((slope - 1) * (before[quarter].mean() - before.mean())), float(over[quarter].mean()), *interval(over),
    )  # fmt: skip


# ---- Incidents --------------------------------------------------------------------------------------------------


def _of_form(answers: pd.DataFrame, form: str, occasion: str) -> tuple[pd.DataFrame, str | None]:
    if answers.empty:
        return answers, withheld(0, 0, OPEN)
    found = answers[(answers["form"] == form) & (answers["occasion"] == occasion)]
    counted = found[found["consent"]]
    return counted, withheld(counted["learner"].nunique(), found["learner"].nunique(), OPEN)


def item_report(answers: pd.DataFrame, form: str, occasion: str = "pre") -> pd.DataFrame | str:
    """How each incident of a form worked, or the sentence that says why it is not shown.

    Parameters
    ----------
    answers : DataFrame
        Of `answers_frame`.

    Returns
    -------
    DataFrame or str
        Index incident id; ``n``; ``difficulty``, the mean credit (0 … 1, a high one is an easy incident); ``right``, the
        share that named the key's best action; ``point_biserial``, the correlation of that with the mean judgement over
        the other incidents, with its 95 % interval ``low``, ``high`` (`scipy.stats.pearsonr`, of which it is a case;
        missing when everybody or nobody was right). An interval near or below 0 calls the incident, or its key, into question.
    """
    counted, why = _of_form(answers, form, occasion)
    if why:
        return why
    credit = counted.pivot(index="learner", columns="incident", values="judgement")
    right = counted.pivot(index="learner", columns="incident", values="right").astype(bool)
    rows = {}
    for name in credit.columns:
        rest = credit.drop(columns=name).mean(axis=1)
        varies = right[name].nunique() > 1 and rest.nunique() > 1
        found = stats.pearsonr(right[name].astype(float), rest) if varies else None
        interval = found.confidence_interval(0.95) if found else (np.nan, np.nan)
        rows[name] = {
            "n": len(credit), "difficulty": credit[name].mean(), "right": right[name].mean(),
            "point_biserial": found.statistic if found else np.nan, "low": interval[0], "high": interval[1],
        }  # fmt: skip
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("incident")


def distractors(bank: Bank, answers: pd.DataFrame, form: str, occasion: str = "pre") -> pd.DataFrame | str:
    """How often each option was picked, or the sentence that says why it is not shown.

    Returns
    -------
    DataFrame or str
        One row per option and question: ``incident``, ``question`` (``reading``: ranked first, ``check``, ``best``,
        ``worst``), ``option`` (letter), ``credit`` (0 … 1; of a reading, whether it is a likeliest one), ``guess``
        (bool: by nationality), ``picked`` (int). An option that nobody picks distracts nobody.
    """
    counted, why = _of_form(answers, form, occasion)
    if why:
        return why
    rows = []
    for incident in bank.form(form):
        mine, credit = counted[counted["incident"] == incident.id], tables(incident)
        worth = {
            "reading": {LETTERS[place]: float(reading.plausible == 3) for place, reading in enumerate(incident.readings)},
            "check": credit["check"],
            "best": {letter: 2 * half for letter, half in credit["best"].items()},
            "worst": {letter: 2 * half for letter, half in credit["worst"].items()},
        }
        for question, options in worth.items():
            picks = (mine["ranking"].str[0] if question == "reading" else mine[question]).value_counts()
            over = credit["over"]["action" if question in ("best", "worst") else question]
            rows += [{"incident": incident.id, "question": question, "option": letter, "credit": value, "guess": letter in over, "picked": int(picks.get(letter, 0))} for letter, value in options.items()]
    return pd.DataFrame(rows)
