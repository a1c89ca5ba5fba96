"""What somebody marked, counted: found of planted, false alarms of sound, by kind and language, and d′.
Everything is worked out beforehand as sets of pieces and tables (`tables`), so that the browser only counts and looks up."""

from __future__ import annotations

from collections.abc import Iterable
from statistics import NormalDist
from typing import Any

from rapport import i18n
from rapport.hunt.model import KINDS, Hunt, Placed
from rapport.hunt.words import WORDS, say

GROUPS = ("open", "gu", "lv", "all")
"""Rows of the first table: what everybody can judge, what needs Gujarati, what needs Latvian, the whole hunt."""


def z_scores(total: int) -> list[float]:
    """Normal quantiles of the corrected rates for 0, 1 … `total` of `total`.

    The rate of ``k`` of ``n`` is taken as ``(k + 0.5) / (n + 1)``: the log-linear correction, which keeps a perfect or an empty
    row finite and is made whatever the counts are (Hautus 1995, *Behavior Research Methods, Instruments, & Computers* 27, 46–51).

    Returns
    -------
    list of float
        Length ``total + 1``, rounded to 6 decimals.
    """
    return [round(NormalDist().inv_cdf((k + 0.5) / (total + 1)), 6) for k in range(total + 1)]


def d_prime(found: int, defects: int, alarms: int, sound: int) -> float:
    """How far apart defects and sound pieces looked to somebody: ``z(H) − z(F)``.

    Parameters
    ----------
    found, defects : int
        Defects marked, of those there are.
    alarms, sound : int
        Sound pieces marked, of those there are.

    Returns
    -------
    float
        0 where marks fall on both alike. Signal detection with equal variances (Green & Swets 1966, *Signal Detection Theory and
        Psychophysics*), both rates corrected as in `z_scores`.

    Raises
    ------
    ValueError
        For counts that are no part of their totals.
    """
    if not (0 <= found <= defects and 0 <= alarms <= sound):
        raise ValueError(f"found {found} of {defects} and {alarms} of {sound}; counts lie between 0 and their total.")
    return z_scores(defects)[found] - z_scores(sound)[alarms]


def _row(name: str, label: str, pieces: list[Placed]) -> dict[str, Any]:
    defects, sound = ([each.id for each in pieces if each.piece.defect == wanted] for wanted in (True, False))
    return {"id": name, "label": label, "defects": defects, "sound": sound}


def tables(hunt: Hunt) -> dict[str, Any]:
    """What counting needs, as sets of pieces.

    Returns
    -------
    dict
        ``groups``, ``kinds`` and ``languages``: rows with ``id``, ``label``, ``defects`` and ``sound`` (ids); the groups ``open``
        and ``all`` also have ``z`` with the quantiles of `z_scores` for ``defects`` and ``sound``. ``habits``: ``id``, ``says`` and ``when``, a list
        of ``pieces`` (ids), ``at_least`` and ``at_most`` (shares). ``aim``: shares.
    """
    pieces = hunt.pieces
    wanted = {
        "open": [each for each in pieces if not each.piece.needs_language],
        **{lang: [each for each in pieces if each.piece.needs_language and each.specimen.lang == lang] for lang in ("gu", "lv")},
        "all": pieces,
    }
    groups = [_row(name, WORDS[f"group_{name}"], found) for name, found in wanted.items()]
    for row in (groups[0], groups[-1]):  # the others are too few for a rate
        row["z"] = {part: z_scores(len(row[part])) for part in ("defects", "sound")}
    return {
        "groups": groups,
        "kinds": [_row(kind, WORDS[kind], [each for each in pieces if each.piece.kind == kind]) for kind in KINDS],
        "languages": [_row(lang, WORDS[lang], [each for each in pieces if each.specimen.lang == lang]) for lang in i18n.LANGUAGES],
        "habits": [
            {
                "id": habit.id,
                "says": i18n.unmarked(habit.says.strip()),
                "when": [{"pieces": [each.id for each in hunt.chosen(condition)], "at_least": condition.at_least, "at_most": condition.at_most} for condition in habit.when],
            }
            for habit in hunt.habits
        ],
        "aim": {"found": hunt.aim.found, "alarms": hunt.aim.alarms},
    }


def score(hunt: Hunt, marked: Iterable[str]) -> dict[str, Any]:
    """Counts of what was marked.

    Parameters
    ----------
    hunt : Hunt
    marked : iterable of str
        Ids of pieces (``specimen.piece``).

    Returns
    -------
    dict
        ``groups``, ``kinds`` and ``languages``: by id ``found``, ``defects``, ``alarms``, ``sound``, for the groups ``open`` and ``all`` also ``d_prime``;
        ``aim``: whether both parts of the aim are reached among the pieces that need no second language; ``habits``: ids of those recognised.

    Raises
    ------
    ValueError
        For an id that is no piece of this hunt.
    """
    marks, known = set(marked), tables(hunt)
    if unknown := sorted(marks - {each.id for each in hunt.pieces}):
        raise ValueError(f"{unknown[0]!r} is no piece of {hunt.id}")
    counted = {
        part: {
            row["id"]: {
                "found": len(marks & set(row["defects"])),
                "defects": len(row["defects"]),
                "alarms": len(marks & set(row["sound"])),
                "sound": len(row["sound"]),
            }
            for row in known[part]
        }
        for part in ("groups", "kinds", "languages")
    }
    for name in ("open", "all"):
        counted["groups"][name]["d_prime"] = d_prime(**counted["groups"][name])
    first = counted["groups"]["open"]
    return {
        **counted,
        "aim": first["found"] >= hunt.aim.found * first["defects"] and first["alarms"] < hunt.aim.alarms * first["sound"],
        "habits": [habit["id"] for habit in known["habits"] if all(_holds(condition, marks) for condition in habit["when"])],
    }


def _holds(condition: dict[str, Any], marks: set[str]) -> bool:
    share = len(marks & set(condition["pieces"])) / len(condition["pieces"])
    return condition["at_least"] <= share <= condition["at_most"]


def number(value: float) -> str:
    """`value` with one decimal, as the reader's language writes it."""
    from babel.numbers import format_decimal

    return format_decimal(round(value, 1) + 0.0, "0.0;−0.0", locale=i18n.language())


def report(hunt: Hunt, marked: Iterable[str]) -> list[str]:
    """What the page says above its tables, one sentence a line, in the reader's language: counts, d′, the aim, habits."""
    found = score(hunt, marked)
    first = found["groups"]["open"]
    lines = [say("told", **first), say("d_says", d=number(first["d_prime"])), WORDS["aim_yes" if found["aim"] else "aim_no"]]
    for name in ("gu", "lv"):
        lines.append(say(f"told_{name}", **found["groups"][name]))
    says = {habit["id"]: habit["says"] for habit in tables(hunt)["habits"]}
    return lines + [says[name] for name in found["habits"]]
