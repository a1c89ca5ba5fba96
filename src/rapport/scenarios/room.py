"""A case for a room: codes that name a customer without telling who it is, slips for role play, and what each choice leads to.
All of it is derived from the case, for people who play with paper or with one screen for everybody."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from string import ascii_uppercase

from rapport.i18n.numbers import quoted, signed
from rapport.scenarios.compile import LABELS, PLACEHOLDERS, drawable
from rapport.scenarios.model import AXES, Act, Case, Effects, Place, expand

CODE_LETTERS, CODE_DIGITS = "EFGHJKLMNPRSTUVWXYZ", "23456789"  # none that looks like another, and no letter of an option


@dataclass(frozen=True)
class Code:
    """What a room code stands for: the place, the persona, and the luck drawn with them (``case`` is the graph's id of both)."""

    code: str
    place: str
    persona: str
    case: str
    luck: tuple[str, ...]


@dataclass(frozen=True)
class Choice:
    """One choice as a sheet of paper tells it.

    Attributes
    ----------
    letter, text : str
        How the choice is called on the card, and its words.
    then, feedback : str
        What comes back from this customer, to be read aloud; what to say in the debrief.
    points : str
        Effects on the four sums in words and signs; empty when there are none.
    onward : tuple of (str, str)
        Condition ('' for always) and where the case goes: the number of a decision, or the heading of an ending.
    extras : tuple of (str, str, str)
        Condition, feedback and points of what is added when earlier choices or luck make it so.
    """

    letter: str
    text: str
    then: str = ""
    feedback: str = ""
    points: str = ""
    onward: tuple[tuple[str, str], ...] = ()
    extras: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True)
class Scene:
    """A decision for one customer: the choices of its four beats; ``fits`` is the reading that is right for this customer."""

    number: int
    heading: str
    scene: str
    message: str
    notice: tuple[Choice, ...]
    readings: tuple[Choice, ...]
    fits: str
    checks: tuple[Choice, ...]
    acts: tuple[Choice, ...]


@dataclass(frozen=True)
class Sheet:
    """Everything about one persona in a case, with ``endings`` as (heading, what is told)."""

    persona: str
    title: str
    portrait: str
    opening: str
    scenes: tuple[Scene, ...]
    endings: tuple[tuple[str, str], ...]


def room_codes(case: Case) -> list[Code]:
    """A code for each place, persona and luck; the same case gives the same codes, in any order of its parts but for a clash."""
    found: dict[str, Code] = {}
    for place in case.places:
        for name, (persona, luck) in drawable(case).items():
            turn = 0
            while (code := _code(f"{case.id}/{place.id}/{name}/{turn}")) in found:
                turn += 1
            found[code] = Code(code, place.id, persona, name, luck)
    return list(found.values())


def _code(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return CODE_LETTERS[digest[0] % len(CODE_LETTERS)] + CODE_DIGITS[digest[1] % len(CODE_DIGITS)]


def named(text: str, places: Iterable[Place]) -> str:
    """`text` with the names of the place set in; several places stand beside each other, parted by a stroke."""
    places = list(places)
    names = {key: " / ".join(dict.fromkeys(getattr(place, key) for place in places)) for key in PLACEHOLDERS}
    return re.sub(r"\{(\w+)\}", lambda match: names[match[1]], text)


def sheet(case: Case, persona: str, places: Iterable[Place]) -> Sheet:
    """What a case holds for one persona, its names those of `places`.

    Parameters
    ----------
    case : Case
    persona : str
        One of ``case.personas``.
    places : iterable of Place
        One for a slip, several for a sheet that serves them all.
    """
    places = list(places)

    def say(text: str | None) -> str:
        return named(text or "", places).strip()

    numbers = {decision.id: str(number) for number, decision in enumerate(case.decisions, 1)}
    where = numbers | {ending.id: quoted(say(ending.heading)) for ending in case.endings}
    setters = _setters(case)
    people = list(case.personas)
    scenes = []
    for number, decision in enumerate(case.decisions, 1):
        notice = decision.notice.options if decision.notice else []
        readings = decision.read.readings if decision.read else []
        checks = [
            Choice(
                letter, say(check.text), say(expand(check.clues, people)[persona]), say(check.feedback),
                points(expand(check.costs, people).get(persona, check.cost)),  # type: ignore[arg-type]
            )
            for letter, check in zip("abcdefgh", decision.checks)
        ]  # fmt: skip
        acts = [_act(letter, act, persona, case, setters, where, say) for letter, act in zip(ascii_uppercase, decision.acts)]
        scenes.append(
            Scene(
                number, say(decision.heading), say(decision.scene), say(decision.message),
                tuple(Choice(str(at), say(option.text), feedback=say(option.feedback)) for at, option in enumerate(notice, 1)),
                tuple(Choice(reading.id, say(reading.text)) for reading in readings),
                next((reading.id for reading in readings if persona in reading.fits), ""),
                tuple(checks), tuple(acts),
            )
        )  # fmt: skip
    endings = tuple((say(ending.heading), f"{say(ending.text)}\n\n{say(expand(ending.epilogues, people)[persona])}") for ending in case.endings)
    return Sheet(persona, say(case.personas[persona].title), say(case.personas[persona].portrait), say(case.opening), tuple(scenes), endings)


def _act(letter: str, act: Act, persona: str, case: Case, setters: Mapping[str, str], where: Mapping[str, str], say) -> Choice:
    outcome = expand(act.outcomes, list(case.personas))[persona]
    onward = []
    for route in act.routes():
        words = _condition(route.when, persona, case, setters)
        if words is not None:
            onward.append((words, where[route.go]))
            if not words:
                break
    if len({to for _, to in onward}) == 1:
        onward = [("", onward[0][1])]
    extras = [(words, say(extra.feedback), points(extra.effects)) for extra in act.also if (words := _condition(extra.when, persona, case, setters)) is not None]
    return Choice(letter, say(act.text), say(outcome.then), say(outcome.feedback), points(outcome.effects), tuple(onward), tuple(extras))  # type: ignore[attr-defined]


def points(effects: Effects) -> str:
    """Effects in words: ``Relationship +2, Fairness −1``; '' when nothing changes."""
    return ", ".join(f"{LABELS[axis]} {signed(value)}" for axis, value in zip(AXES, effects.as_tuple()) if value)


def _setters(case: Case) -> dict[str, str]:
    """Flag → the choices that raise it, as they are called on the cards: ``2B``."""
    found: dict[str, list[str]] = {}
    for number, decision in enumerate(case.decisions, 1):
        for letter, act in zip(ascii_uppercase, decision.acts):
            for flag in act.sets:
                found.setdefault(flag, []).append(f"{number}{letter}")
    return {flag: "/".join(choices) for flag, choices in found.items()}


def _condition(when: list[str], persona: str, case: Case, setters: Mapping[str, str]) -> str | None:
    """Conditions in words for one persona: '' when they hold anyway, None when they cannot."""
    parts = []
    for token in when:
        name, negated = token.removeprefix("!"), token.startswith("!")
        if name in case.personas:
            if (name == persona) == negated:
                return None
            continue
        kind = "chosen" if name in setters else "luck"
        parts.append(LABELS.say(f"{'no' if kind == 'luck' else 'not'}_{kind}" if negated else kind, what=setters.get(name) or luck_words(case, [name])))
    return ", ".join(parts)


def luck_words(case: Case, luck: Iterable[str]) -> str:
    """What events of a case are called, in quotation marks."""
    return ", ".join(quoted(case.events[name].title or name.replace("_", " ")) for name in luck)
