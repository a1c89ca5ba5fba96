"""The bank of incidents: its shape, what each incident must be, and whether the two forms are balanced.
The rules keep the key honest: no credit for a nation as reason, no right answer to be known by its place or its length."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from rapport import facts
from rapport.content import ContentError, Document, course_root, raise_all, read_yaml

FORMS = ("A", "B")
PER_FORM = 12
LETTERS = tuple("abcd")
WORDS = (60, 110)  # of an incident
CUE = 5  # of twelve: how often the right answer may stand at one place, or be the longest or the shortest
MINUTES = (25, 30)
WORDS_A_MINUTE, DECIDING = 160, 0.7  # reading speed; minutes for the five answers to an incident

Moment = Literal["first", "service", "failure", "outreach", "leaving", "feedback"]
Channel = Literal["email", "chat", "call", "meeting"]


class _Declared(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Reading(_Declared):
    """A reading of the incident; a larger `plausible` fits the text better, equal ones are equally good."""

    text: str
    plausible: Annotated[int, Field(ge=1, le=3)]
    over_inference: bool = False


class Check(_Declared):
    """Something to find out before acting: worth 2 (would change the next step), 1 (some use) or 0."""

    text: str
    worth: Annotated[int, Field(ge=0, le=2)]
    over_inference: bool = False


class Action(_Declared):
    """A first step: worth 3 (the best), 2 (reasonable), 1 (poor) or 0 (the worst)."""

    text: str
    worth: Annotated[int, Field(ge=0, le=3)]
    over_inference: bool = False


class Incident(_Declared):
    """A moment with a customer and what is asked about it.

    Attributes
    ----------
    over_inference
        Of an option: it acts on where somebody comes from and on nothing else. It never earns credit.
    guess_fits : bool
        That guess happens to be true of this person, and still earns nothing: nothing in the text supports it.
    """

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    form: Literal["A", "B", "bank"]
    market: str
    moment: Moment
    channel: Channel
    topics: Annotated[list[Annotated[str, Field(pattern=r"^[0-9]{2}$")]], Field(min_length=1)]
    title: str
    incident: str
    readings: Annotated[list[Reading], Field(min_length=3, max_length=3)]
    checks: Annotated[list[Check], Field(min_length=3, max_length=4)]
    actions: Annotated[list[Action], Field(min_length=4, max_length=4)]
    guess_fits: bool = False
    feedback: str

    @model_validator(mode="after")
    def _keyed(self) -> Incident:
        if problem := next(_problems(self), None):
            raise ValueError(problem)
        return self

    @property
    def options(self) -> list[Reading | Check | Action]:
        """Everything that can be picked, in the order shown."""
        return [*self.readings, *self.checks, *self.actions]

    @cached_property
    def worths(self) -> tuple[tuple[int, ...], ...]:
        """What readings, checks and actions are worth, in the order shown: their `plausible` or `worth`."""
        return tuple(each.plausible for each in self.readings), tuple(each.worth for each in self.checks), tuple(each.worth for each in self.actions)

    @cached_property
    def guesses(self) -> tuple[tuple[int, ...], ...]:
        """Places of the guesses by nationality among readings, checks and actions."""
        return tuple(tuple(place for place, each in enumerate(part) if each.over_inference) for part in (self.readings, self.checks, self.actions))

    @cached_property
    def chances(self) -> int:
        """In how many of the three questions a guess by nationality is on offer (0 … 3)."""
        return sum(map(bool, self.guesses))


def _problems(incident: Incident) -> Iterator[str]:
    words = len(incident.incident.split())
    if not WORDS[0] <= words <= WORDS[1]:
        yield f"the incident has {words} words; write {WORDS[0]} to {WORDS[1]}."
    if incident.market not in facts.MARKETS:
        yield f"found market {incident.market!r}; one of {', '.join(facts.MARKETS)}."
    plausible = [reading.plausible for reading in incident.readings]
    if max(plausible) != 3 or len(set(plausible)) == 1:
        yield "at least one reading has plausible: 3, and at least one has less; otherwise there is nothing to rank."
    if [check.worth for check in incident.checks].count(2) != 1:
        yield "exactly one check has worth: 2."
    worths = [action.worth for action in incident.actions]
    if worths.count(3) != 1 or worths.count(0) != 1:
        yield "exactly one action has worth: 3 (the best) and exactly one worth: 0 (the worst)."
    if not any(action.over_inference for action in incident.actions):
        yield "at least one action acts on nationality alone (over_inference: true); without it the scale has nothing to see."
    for option in incident.options:
        if option.over_inference and credited(option):
            yield f"{option.text[:50]!r}… acts on nationality alone and earns credit; lower its worth."


def credited(option: Reading | Check | Action) -> bool:
    """Whether picking `option` (a reading as the likeliest, an action as the best) earns anything by itself."""
    if isinstance(option, Reading):
        return option.plausible == 3
    return option.worth >= (2 if isinstance(option, Action) else 1)


class Bank(_Declared):
    """The whole bank.

    Attributes
    ----------
    version : int
        Raised whenever a text or the key changes so that scores before and after are not comparable.
    says : dict of str
        What the page says around the incidents, by key (Markdown of one paragraph).
    nations : dict of str to list of str
        Words for countries, peoples and “culture”, which credited options and feedback do without.
    """

    version: Annotated[int, Field(ge=1)]
    date: str
    says: dict[str, str]
    nations: dict[str, list[str]]
    incidents: Annotated[list[Incident], Field(min_length=1)]

    def form(self, name: str) -> list[Incident]:
        """The incidents of a form, in the bank's order."""
        return [incident for incident in self.incidents if incident.form == name]

    def incident(self, name: str) -> Incident:
        """The incident with the id `name`; `KeyError` when there is none."""
        return self._by_id[name]

    @cached_property
    def _by_id(self) -> dict[str, Incident]:
        return {incident.id: incident for incident in self.incidents}


def bank_path(root: Path | None = None) -> Path:
    """``assessment/incidents.yaml`` of the course."""
    return (root or course_root()) / "assessment" / "incidents.yaml"


def load(root: Path | None = None) -> Bank:
    """The bank of the course, read, validated and held against every rule of `faults`.

    Raises
    ------
    ContentErrors
        Every fault, with file, line and key.
    """
    bank, document = read_yaml(bank_path(root), Bank)
    raise_all(faults(bank, document))
    return bank


# ---- The bank as a whole ----------------------------------------------------------------------------------------


SAYS = {
    "title", "lead", "how", "pre", "post", "day30", "day90", "no_feedback", "meaning", "rough", "judgement", "reading", "checking", "acting", "over_inference", "calibration",
    "consent", "hand_over", "no_script",
}  # fmt: skip


def faults(bank: Bank, document: Document) -> Iterator[ContentError]:
    """What is wrong with the bank as a whole, or betrays its key."""
    if missing := sorted(SAYS - set(bank.says)) + sorted(set(bank.says) - SAYS):
        yield document.error(f"missing or unknown: {', '.join(missing)}; the page says exactly {', '.join(sorted(SAYS))}.", "says")
    for name, number in Counter(incident.id for incident in bank.incidents).items():
        if number > 1:
            yield document.error(f"the id {name!r} is used {number} times; give each incident its own.", "incidents")
    yield from _named_nations(bank, document)
    for form in FORMS:
        yield from (document.error(f"form {form}: {problem}", "incidents") for problem in _form_faults(bank.form(form)))
    if len(bank.form("A")) == len(bank.form("B")) == PER_FORM:
        yield from (document.error(problem, "incidents") for problem in _balance_faults(bank))


def _named_nations(bank: Bank, document: Document) -> Iterator[ContentError]:
    words = [word for group in bank.nations.values() for word in group]
    if absent := sorted({incident.market for incident in bank.incidents} - set(bank.nations)):
        yield document.error(f"no words for {', '.join(absent)}; list the names of each market's country and people.", "nations")
    if not words:
        return
    named = re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})\b", re.IGNORECASE)
    for number, incident in enumerate(bank.incidents):
        places = [("incidents", number, part, index) for part in ("readings", "checks", "actions") for index in range(len(getattr(incident, part)))]
        for place, option in zip(places, incident.options):
            if credited(option) and (found := named.search(option.text)):
                yield document.error(f"an option that earns credit names {found[0]!r}; the reason for credit is something this person said or did.", *place)
        if found := named.search(incident.feedback):
            yield document.error(f"the feedback names {found[0]!r}; explain this person by what was there to be seen.", "incidents", number, "feedback")


def _form_faults(form: list[Incident]) -> Iterator[str]:
    if len(form) != PER_FORM:
        yield f"{len(form)} incidents; a form has {PER_FORM}."
        return
    if len({incident.market for incident in form}) != PER_FORM:
        yield "two incidents share a market; a form has each of the twelve once."
    for what, right in (("readings", 3), ("checks", 2), ("actions", 3), ("actions", 0)):
        picked = [[option for option in getattr(incident, what) if (option.plausible if what == "readings" else option.worth) == right] for incident in form]
        label = "worst action" if right == 0 else {"readings": "likeliest reading", "checks": "best check", "actions": "best action"}[what]
        places = Counter(getattr(incident, what).index(option) for incident, found in zip(form, picked) for option in found)
        place, number = places.most_common(1)[0]
        if number > CUE:
            yield f"the {label} stands at {LETTERS[place]} in {number} incidents; at most {CUE}, or its place gives it away."
        for extreme, choose in (("longest", max), ("shortest", min)):
            number = sum(choose(getattr(incident, what), key=lambda option: len(option.text)) in found for incident, found in zip(form, picked))
            if number > CUE:
                yield f"the {label} is the {extreme} in {number} incidents; at most {CUE}, or its length gives it away."
    minutes = form_minutes(form)
    if not MINUTES[0] <= minutes <= MINUTES[1]:
        yield f"about {minutes:.0f} minutes; a sitting takes {MINUTES[0]} to {MINUTES[1]}."


def _balance_faults(bank: Bank) -> Iterator[str]:
    first, second = (bank.form(form) for form in FORMS)
    for key in ("market", "moment", "channel"):
        counts = [Counter(getattr(incident, key) for incident in form) for form in (first, second)]
        if counts[0] != counts[1]:
            unequal = sorted(name for name in counts[0] | counts[1] if counts[0][name] != counts[1][name])
            yield f"the forms differ in {key}: {', '.join(f'{name} {counts[0][name]} and {counts[1][name]}' for name in unequal)}; make them equal."
    chances_a, chances_b = (sum(chances(incident) for incident in form) for form in (first, second))
    if abs(chances_a - chances_b) > 3:
        yield f"form A offers {chances_a} guesses by nationality, form B {chances_b}; at most three apart."
    fits = [sum(incident.guess_fits for incident in form) for form in (first, second)]
    if not fits[0] == fits[1] > 0:
        yield f"the guess happens to fit in {fits[0]} incidents of form A and {fits[1]} of form B; equal, and at least one."


def chances(incident: Incident) -> int:
    """In how many of the three questions a guess by nationality is on offer (0 … 3)."""
    return incident.chances


def form_minutes(form: Iterable[Incident]) -> float:
    """What a sitting takes: its words at 160 a minute, and 0.7 minutes of deciding for each incident."""
    form = list(form)
    words = sum(len(text.split()) for incident in form for text in (incident.incident, *(option.text for option in incident.options)))
    return words / WORDS_A_MINUTE + DECIDING * len(form)


def balance(bank: Bank) -> list[str]:
    """The balance report: a line for each form, and one for the reserve."""
    lines = []
    for form in (*FORMS, "bank"):
        found = bank.form(form)
        counts = {key: Counter(getattr(incident, key) for incident in found) for key in ("moment", "channel")}
        told = "; ".join(", ".join(f"{name} {number}" for name, number in sorted(counts[key].items())) for key in counts)
        name = "reserve" if form == "bank" else f"form {form}"
        lines.append(
            f"  {name}: {len(found)} incidents, {len({each.market for each in found})} markets, about {form_minutes(found):.0f} minutes; {told}; "
            f"{sum(map(chances, found))} guesses by nationality on offer, which happen to fit in {sum(each.guess_fits for each in found)} incidents"
        )
    return lines
