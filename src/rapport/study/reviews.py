"""Spaced reviews: a module's three questions come back 1, 7, 21 and 60 days after its review was first seen or it was finished.
The days are fixed: what helps is that recalls are spread; growing gaps over even ones has not been found to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

from rapport.content import ContentError
from rapport.i18n import numbers
from rapport.learner import Record
from rapport.learner.document import instant
from rapport.playbooks import Question, ReviewItem
from rapport.study.parts import Module, finished, modules
from rapport.study.words import say

DAYS = (1, 7, 21, 60)


@dataclass(frozen=True)
class Due:
    """A question to be asked now.

    Attributes
    ----------
    module : Module
    item : str
        Id of the review item.
    wording : {"item", "twin"}
        Which of its two wordings: they take turns.
    question : rapport.playbooks.Question
    day : int
        The round: 1, 7, 21 or 60; 0 when the review is seen for the first time.
    on : datetime.date
        The day it fell due.
    """

    module: Module
    item: str
    wording: Literal["item", "twin"]
    question: Question
    day: int
    on: date


@dataclass(frozen=True)
class Round:
    """One of a module's four rounds: the day of the series, its date, and whether it is behind the learner."""

    module: Module
    day: int
    on: date
    settled: bool


def local_day(at: str) -> date:
    """The calendar day of an event where this computer stands."""
    return instant(at).astimezone().date()


def written(on: date) -> str:
    """A day as it is read: ``2 March 2026``, ``2 માર્ચ 2026``, ``2026. gada 2. marts``."""
    return numbers.day(on)


def unmarked(text: str) -> str:
    """A question or answer without its Markdown, for where there is none."""
    return text.replace("**", "").replace("*", "")


def begun(record: Record, root: Path) -> dict[str, str]:
    """Modules whose reviews run, with the moment (as an event says it) from which the days are counted."""
    seen: dict[str, str] = {}
    for event in record.events():
        if (event["kind"] == "seen" and event["part"] == "review") or event["kind"] == "review":
            seen[event["module"]] = min(seen.get(event["module"], event["at"]), event["at"], key=instant)
    starts = {}
    for stem, module in modules(root).items():
        if moments := [at for at in (seen.get(stem), finished(module, record)) if at]:
            starts[stem] = min(moments, key=instant)
    return starts


def begin(record: Record, stem: str) -> None:
    """Note that the learner has seen the review of a module; its days are counted from now, unless they already are."""
    if not any(event["module"] == stem and event["part"] == "review" for event in record.events("seen")):
        record.add("seen", module=stem, part="review")


def rounds(record: Record, root: Path) -> list[Round]:
    """Every round of every module whose reviews run, by date."""
    there, found = modules(root), []
    for stem, start in begun(record, root).items():
        last = [_last(record, stem, item.id) for item in there[stem].review]
        for day in DAYS:
            on = local_day(start) + timedelta(days=day)
            found.append(Round(there[stem], day, on, all(each is not None and each >= on for each in last)))
    return sorted(found, key=lambda each: (each.on, each.module.stem))


def due(record: Record, root: Path, today: date | None = None) -> list[Due]:
    """Questions due on `today` (default: this computer's date), the longest overdue first.

    An answer settles all rounds up to its day: rounds that were missed are not made up for, as two recalls in one sitting
    are no spread.
    """
    today, there, found = today or date.today(), modules(root), []
    for stem, start in begun(record, root).items():
        for item in there[stem].review:
            last = _last(record, stem, item.id)
            waiting = [day for day in DAYS if (on := local_day(start) + timedelta(days=day)) <= today and (last is None or on > last)]
            if waiting:
                # The latest round that has come; the ones before it lapse with this answer.
                found.append(_due(record, there[stem], item, waiting[-1], local_day(start) + timedelta(days=waiting[0])))
    return sorted(found, key=lambda each: (each.on, each.module.stem))


def first(record: Record, stem: str, root: Path) -> list[Due]:
    """The questions of a module whose review is seen for the first time.

    Raises
    ------
    ContentError
        When there is no such module; the message names those there are.
    """
    there = modules(root)
    if stem not in there:
        raise ContentError(say("no_module", name=repr(stem), names=", ".join(there) or "–"))
    return [_due(record, there[stem], item, 0, date.today()) for item in there[stem].review]


def answer(record: Record, asked: Due, option: str) -> bool:
    """Keep the learner's answer to a question, and say whether it was right."""
    right = option == asked.question.right
    record.add("review", module=asked.module.stem, item=asked.item, wording=asked.wording, day=asked.day, answer=option, right=right)
    return right


def _answers(record: Record, stem: str, item: str) -> list[str]:
    return [event["at"] for event in record.events("review") if (event["module"], event["item"]) == (stem, item)]


def _last(record: Record, stem: str, item: str) -> date | None:
    return max(map(local_day, _answers(record, stem, item)), default=None)


def _due(record: Record, module: Module, item: ReviewItem, day: int, on: date) -> Due:
    twin = len(_answers(record, module.stem, item.id)) % 2 == 1
    return Due(module, item.id, "twin" if twin else "item", item.twin if twin else item, day, on)
