"""What an author writes: the YAML of a branching case as pydantic models, and the faults found by reading it.
`docs/authoring.md` explains every key; `compile.py` turns the case into the graph that is walked."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from rapport.content import ContentError, Document, parse_yaml, raise_all, read_document, read_text
from rapport.facts import MARKETS

AXES = ("relationship", "resolution", "fairness", "compliance")
LIKELIEST_PERSONA = 0.45
EFFECT_LIMIT = 3

Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Text = Annotated[str, Field(min_length=1)]
Points = Annotated[int, Field(ge=-EFFECT_LIMIT, le=EFFECT_LIMIT)]


class _Declared(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Effects(_Declared):
    """Points on the four axes, each −3 … +3; an axis left out is 0."""

    relationship: Points = 0
    resolution: Points = 0
    fairness: Points = 0
    compliance: Points = 0

    def as_tuple(self) -> tuple[int, int, int, int]:
        return (self.relationship, self.resolution, self.fairness, self.compliance)


class Place(_Declared):
    """Where the case is played: the same fault, the same personas, another name and city."""

    id: Annotated[str, Field(pattern=r"^[A-Z]{2}(_[a-z0-9]+)?$")]
    market: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    city: Text
    organisation: Text
    person: Text
    role: Text


class Persona(_Declared):
    """A person who may stand behind the same name and opening words."""

    title: Text
    portrait: Text
    weights: dict[str, Annotated[float, Field(gt=0, le=LIKELIEST_PERSONA)]]


class Event(_Declared):
    """Luck, drawn together with the persona; ``title`` is what the facilitator's sheets call it."""

    title: Text | None = None
    probability: Annotated[float, Field(gt=0, lt=1)]


class NoticeOption(_Declared):
    id: Id
    text: Text
    said: bool
    feedback: Text


class Notice(_Declared):
    """First beat: what was actually said and done?"""

    prompt: Text
    options: Annotated[list[NoticeOption], Field(min_length=2, max_length=4)]


class Reading(_Declared):
    id: Annotated[str, Field(pattern=r"^[a-c]$")]
    text: Text
    fits: Annotated[list[Id], Field(min_length=1)]


class Read(_Declared):
    """Second beat: rank three readings and say how sure you are."""

    prompt: Text
    readings: Annotated[list[Reading], Field(min_length=3, max_length=3)]
    afterwards: Text


class Check(_Declared):
    """Third beat: a question asked or a fact looked up before acting."""

    id: Id
    text: Text
    relevant: bool
    cost: Effects = Effects()
    costs: dict[str, Effects] = {}
    clues: dict[str, Text]
    feedback: Text


class Outcome(_Declared):
    """What an act does to one persona (or several)."""

    effects: Effects
    then: Text
    feedback: Text


class Extra(_Declared):
    """An addition to an outcome when earlier choices, luck or the persona make it so."""

    when: Annotated[list[str], Field(min_length=1)]
    effects: Effects
    feedback: Text


class Route(_Declared):
    when: list[str] = []
    go: Id


class Act(_Declared):
    """Fourth beat: what you do."""

    id: Id
    text: Text
    outcomes: dict[str, Outcome]
    also: list[Extra] = []
    sets: list[Id] = []
    habit: Text | None = None
    stereotype: bool = False
    next: Id | Annotated[list[Route], Field(min_length=1)]

    def routes(self) -> list[Route]:
        return [Route(go=self.next)] if isinstance(self.next, str) else self.next


class Decision(_Declared):
    id: Id
    heading: Text
    scene: Text
    message: Text | None = None
    notice: Notice | None = None
    read: Read | None = None
    checks: Annotated[list[Check], Field(max_length=3)] = []
    prompt: Text
    acts: Annotated[list[Act], Field(min_length=2, max_length=4)]


class Ending(_Declared):
    id: Id
    heading: Text
    text: Text
    epilogues: dict[str, Text]


class Compare(_Declared):
    """A decision whose choices the end view counts by place over all of a learner's runs."""

    title: Text
    decision: Id


class Case(_Declared):
    """A whole scenario file."""

    id: Id
    module: Annotated[str, Field(pattern=r"^\d{2}_[a-z0-9_]+$")]
    title: Text
    kind: Literal["case", "inclusive_default"] = "case"
    minutes: Annotated[int, Field(ge=5, le=60)]
    sources: Annotated[list[str], Field(min_length=1)]
    outcomes: Annotated[list[Annotated[int, Field(ge=1)]], Field(min_length=1)]
    principle: Text
    setting: Text
    opening: Text
    places: Annotated[list[Place], Field(min_length=1)]
    personas: Annotated[dict[Id, Persona], Field(min_length=3)]
    events: dict[Id, Event] = {}
    start: Id
    decisions: Annotated[list[Decision], Field(min_length=1)]
    endings: Annotated[list[Ending], Field(min_length=1)]
    compare: Compare | None = None

    @field_validator("personas", "events")
    @classmethod
    def _no_plus(cls, value: dict) -> dict:
        return dict(value)


def expand(table: dict[str, object], personas: list[str]) -> dict[str, object]:
    """Resolve keys such as ``"money, quiet"`` and ``else`` to one entry per persona that is named.

    Returns
    -------
    dict
        persona → value, for the personas that have one.

    Raises
    ------
    ValueError
        An unknown persona, or one named twice; the message says which and what is known.
    """
    found: dict[str, object] = {}
    rest = None
    for key, value in table.items():
        if key == "else":
            rest = value
            continue
        for name in re.split(r"\s*,\s*", key.strip()):
            if name not in personas:
                raise ValueError(f"found persona {name!r}; known are {', '.join(personas)}, and else.")
            if name in found:
                raise ValueError(f"persona {name!r} is named twice; keep one.")
            found[name] = value
    if rest is not None:
        found |= {name: rest for name in personas if name not in found}
    return found


def read_case(path: Path) -> tuple[Case, Document]:
    """Read one scenario file, raising `ContentError` with the line of every fault."""
    return case_of(parse_yaml(read_text(path), Path(path)))


def case_of(source: Document) -> tuple[Case, Document]:
    """As `read_case`, of a file that is parsed."""
    case, document = read_document(source, Case)
    raise_all(_faults(case, document))
    return case, document


def _faults(case: Case, document: Document) -> Iterator[ContentError]:
    path = Path(document.path)
    if path.stem != case.id:
        yield document.error(f"found {case.id!r} in a file called {path.name}; the id is the file's name without .yaml.", "id")
    yield from _duplicates(case, document)
    yield from _weights(case, document)
    for i, place in enumerate(case.places):
        if place.market not in MARKETS:
            yield document.error(f"found {place.market!r}; known markets are {', '.join(MARKETS)}.", "places", i, "market")
    people, decisions, endings = list(case.personas), {d.id for d in case.decisions}, {e.id for e in case.endings}
    flags = {flag for d in case.decisions for act in d.acts for flag in act.sets}
    tokens = flags | set(case.events) | set(people)
    if case.start not in decisions:
        yield document.error(f"found {case.start!r}; it must be one of the decisions: {', '.join(sorted(decisions))}.", "start")
    if case.compare and case.compare.decision not in decisions:
        yield document.error(f"found {case.compare.decision!r}; it must be one of the decisions.", "compare", "decision")
    for i, decision in enumerate(case.decisions):
        here = ("decisions", i)
        if decision.read:
            yield from _readings(decision.read, people, document, here)
        if decision.notice and sum(option.said for option in decision.notice.options) == 0:
            yield document.error("no option has said: true; one of them must be what was actually said.", *here, "notice", "options")
        for j, check in enumerate(decision.checks):
            yield from _complete(check.clues, people, document, (*here, "checks", j, "clues"))
            yield from _complete(check.costs, people, document, (*here, "checks", j, "costs"), partial=True)
        for j, act in enumerate(decision.acts):
            at = (*here, "acts", j)
            yield from _complete(act.outcomes, people, document, (*at, "outcomes"))
            for k, extra in enumerate(act.also):
                yield from _tokens(extra.when, tokens, document, (*at, "also", k, "when"))
            routes = act.routes()
            for k, route in enumerate(routes):
                place = (*at, "next") if isinstance(act.next, str) else (*at, "next", k)
                yield from _tokens(route.when, tokens, document, place)
                if route.go not in decisions | endings:
                    yield document.error(
                        f"leads to {route.go!r}, which does not exist; known are {', '.join(sorted(decisions | endings))}.", *place
                    )
            if routes[-1].when:
                yield document.error("the last route has a condition; add a final `- go: …` without `when`.", *at, "next")
    for i, ending in enumerate(case.endings):
        yield from _complete(ending.epilogues, people, document, ("endings", i, "epilogues"))


def _duplicates(case: Case, document: Document) -> Iterator[ContentError]:
    def repeated(items: list, *keys: str | int) -> Iterator[ContentError]:
        seen: set[str] = set()
        for index, item in enumerate(items):
            if item.id in seen:
                yield document.error(f"the id {item.id!r} is used twice; ids are unique here.", *keys, index, "id")
            seen.add(item.id)

    yield from repeated([*case.decisions], "decisions")
    yield from repeated([*case.endings], "endings")
    yield from repeated([*case.places], "places")
    for clash in {d.id for d in case.decisions} & {e.id for e in case.endings}:
        yield document.error(f"{clash!r} names both a decision and an ending; rename one.", "endings")
    for i, decision in enumerate(case.decisions):
        yield from repeated(decision.acts, "decisions", i, "acts")
        yield from repeated(decision.checks, "decisions", i, "checks")
        if decision.notice:
            yield from repeated(decision.notice.options, "decisions", i, "notice", "options")
        if decision.read:
            yield from repeated(decision.read.readings, "decisions", i, "read", "readings")


def _weights(case: Case, document: Document) -> Iterator[ContentError]:
    places = [place.id for place in case.places]
    for name, persona in case.personas.items():
        if set(persona.weights) != set(places):
            yield document.error(f"found weights for {', '.join(persona.weights)}; give one for each place: {', '.join(places)}.", "personas", name, "weights")
    for place in places:
        total = sum(persona.weights.get(place, 0) for persona in case.personas.values())
        if not math.isclose(total, 1, abs_tol=1e-9):
            yield document.error(f"the weights for {place} sum to {total:g}; they must sum to 1.", "personas")


def _readings(read: Read, people: list[str], document: Document, here: tuple) -> Iterator[ContentError]:
    for persona in people:
        fitting = [reading.id for reading in read.readings if persona in reading.fits]
        if len(fitting) != 1:
            yield document.error(
                f"persona {persona!r} is fitted by {len(fitting)} readings ({', '.join(fitting) or 'none'}); it must be exactly one.", *here, "read", "readings"
            )
    for i, reading in enumerate(read.readings):
        for persona in set(reading.fits) - set(people):
            yield document.error(f"found persona {persona!r}; known are {', '.join(people)}.", *here, "read", "readings", i, "fits")


def _complete(table: dict, people: list[str], document: Document, keys: tuple, partial: bool = False) -> Iterator[ContentError]:
    try:
        given = expand(table, people)
    except ValueError as error:
        yield document.error(str(error), *keys)
        return
    missing = [name for name in people if name not in given]
    if missing and not partial:
        yield document.error(f"nothing for persona {', '.join(missing)}; give each one an entry, or add else.", *keys)


def _tokens(when: list[str], known: set[str], document: Document, keys: tuple) -> Iterator[ContentError]:
    for token in when:
        if token.removeprefix("!") not in known:
            yield document.error(f"found condition {token!r}; known are the flags, events and personas {', '.join(sorted(known))}, or one with ! before it.", *keys)
