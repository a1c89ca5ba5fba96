"""Looks in a free text for what could tell who a customer is: addresses, telephone numbers, order numbers, names.
It warns and never changes or refuses a text; what it looks for in each language is in ``data/screening.yaml``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from rapport.content import ContentError, course_root, parse_yaml, read_text, read_yaml
from rapport.facts import MARKETS

Kind = Literal["e-mail address", "telephone number", "number", "name"]

_WORD = r"[^\W\d_][\w\u0900-\u0DFF'’-]*"  # \w has no vowel signs of Indic scripts
_CAPITAL = rf"(?=[^\W\d_])(?![a-zà-öø-ÿāčēģīķļņšūž]){_WORD}"
_MAIL = re.compile(r"[\w.+%-]+\s?(?:@|\[at\]|\(at\))\s?[\w-]+(?:\.[\w-]+)+")
_DATE = re.compile(r"\d{4}-\d\d-\d\d|\d{1,2}[./]\s?\d{1,2}[./]\s?\d{2,4}|\d{1,2}:\d\d(?:\s?[-–]\s?\d{1,2}:\d\d)?")
_LONG = re.compile(r"#\d{3,}|(?<![\w.,])(?:(?=[\w/-]*\d{3})(?=[\w/-]*[A-Z])[A-Z][\w/-]*\d\w*|\d{6,}(?:-\d+)?)(?![\w])(?![.,]\d)")


@dataclass(frozen=True)
class Finding:
    """Something in a text that could tell who a customer is: what it looks like, the words, where they begin and end."""

    kind: Kind
    text: str
    start: int
    end: int


class _Signs(BaseModel):
    """What goes with a name or a number in one language."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    before: list[str] = []  # titles that a name follows
    after: list[str] = []  # titles that follow a name
    joined: list[str] = []  # titles written in one word with the name
    leads: list[str] = []  # words such as “my customer”
    numbers: list[str] = []  # words that a number of a person's case follows
    endings: dict[str, list[str]] = {}  # case endings of names: that of the list → those met in a text
    particles: list[str] = []  # written in one word with a name
    capitals: bool = True  # whether the script has them
    not_names: list[str] = []  # listed names that are everyday words too


class _Screening(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    languages: dict[str, _Signs]


def screen(text: str, root: Path | None = None) -> list[Finding]:
    """What in `text` looks like a customer's name, e-mail address, telephone or order number.

    Parameters
    ----------
    text : str
        A learner's words, in any language.
    root : Path, optional
        Course folder, whose ``data/screening.yaml`` and ``data/names`` say what to look for.

    Returns
    -------
    list of Finding
        In the order of the text, without overlaps. An empty list is no promise that nobody can be known by the text.
    """
    root = (root or course_root()).resolve()
    dates = [match.span() for match in _DATE.finditer(text)]
    taken: list[Finding] = []
    for finding in (*_mails(text), *_numbers(text, dates, root), *_phones(text, dates), *_long_numbers(text, dates), *_names(text, root)):
        if all(finding.end <= other.start or finding.start >= other.end for other in taken):
            taken.append(finding)
    return sorted(taken, key=lambda finding: finding.start)


def file(root: Path) -> Path:
    """Where the signs are written; without it a course's texts are screened for addresses and numbers alone."""
    return root / "data" / "screening.yaml"


def check(root: Path) -> int:
    """Read what screening looks for; returns the number of languages.

    Raises
    ------
    ContentError
        For a faulty file, or an entry that is no regular expression.
    """
    signs = _signs(root.resolve())
    for language, each in signs.items():
        for key, entry in [(key, entry) for key in ("before", "after", "joined", "leads", "numbers", "particles") for entry in getattr(each, key)]:
            try:
                re.compile(entry)
            except re.error as error:
                raise ContentError(f"found {entry!r}, which is no regular expression: {error}.", file(root), key=f"languages.{language}.{key}") from None
    return len(signs)


def _mails(text: str) -> Iterator[Finding]:
    return (Finding("e-mail address", match[0], *match.span()) for match in _MAIL.finditer(text))


def _phones(text: str, dates: list[tuple[int, int]]) -> Iterator[Finding]:
    from phonenumbers import Leniency, PhoneNumberMatcher

    for region in (None, *MARKETS):
        for match in PhoneNumberMatcher(text, region, leniency=Leniency.VALID):
            if not _touches(match.start, match.end, dates):
                yield Finding("telephone number", match.raw_string, match.start, match.end)


def _numbers(text: str, dates: list[tuple[int, int]], root: Path) -> Iterator[Finding]:
    words = "|".join(word for signs in _signs(root).values() for word in signs.numbers) or "#"
    named = re.compile(rf"(?<!\w)(?:{words})\s*(?:№|#|:|(?:no|nr|num)\.?)?\s*(?=[\w/-]*\d{{3}})([\w/-]+)", re.IGNORECASE)
    for match in named.finditer(text):
        if not _touches(*match.span(1), dates):
            yield Finding("number", match[1], *match.span(1))


def _long_numbers(text: str, dates: list[tuple[int, int]]) -> Iterator[Finding]:
    return (Finding("number", match[0], *match.span()) for match in _LONG.finditer(text) if not _touches(*match.span(), dates))


def _touches(start: int, end: int, spans: list[tuple[int, int]]) -> bool:
    return any(start < last and end > first for first, last in spans)


def _names(text: str, root: Path) -> Iterator[Finding]:
    common = _common(root)
    for pattern in _patterns(root):
        for match in pattern.finditer(text):
            if match["name"] not in common:
                yield Finding("name", match["name"], *match.span("name"))
    given, family = _listed(root)
    for match in re.finditer(_WORD, text):
        opens = not text[: match.start()].rstrip(" “\"‘'(").strip() or text[: match.start()].rstrip(" “\"‘'(")[-1] in ".!?:\n"
        if match[0] in given or (match[0] in family and not (opens and match[0][0].isupper())):
            yield Finding("name", match[0], *match.span())


@lru_cache(maxsize=4)
def _signs(root: Path) -> dict[str, _Signs]:
    return read_yaml(file(root), _Screening)[0].languages if file(root).exists() else {}


@lru_cache(maxsize=4)
def _patterns(root: Path) -> list[re.Pattern[str]]:
    """Patterns in which a title or a lead shows that what stands beside it is a name."""
    made = []
    for signs in _signs(root).values():
        one = _CAPITAL if signs.capitals else _WORD
        name = rf"(?P<name>{one}(?:\s{one}){{0,2}})" if signs.capitals else rf"(?P<name>{one})"
        if signs.before:
            made.append(re.compile(rf"(?<![\w\u0900-\u0DFF])(?:{'|'.join(signs.before)})\s+{name}"))
        if signs.leads:
            made.append(re.compile(rf"(?<![\w\u0900-\u0DFF])(?i:{'|'.join(signs.leads)}),?\s+{name}"))
        if signs.after:
            made.append(re.compile(rf"(?P<name>{one})\s+(?:{'|'.join(signs.after)})(?![\w\u0900-\u0DFF])"))
        if signs.joined:
            made.append(re.compile(rf"(?<![\w\u0900-\u0DFF])(?P<name>[\w\u0900-\u0DFF]{{2,}}(?:{'|'.join(signs.joined)}))(?:{'|'.join(signs.particles)})?(?![\w\u0900-\u0DFF])"))
    return made


@lru_cache(maxsize=4)
def _listed(root: Path) -> tuple[frozenset[str], frozenset[str]]:
    """Given and family names of the course's lists, each in the forms a text may have it."""
    signs = _signs(root)
    given: set[str] = set()
    family: set[str] = set()
    for path in sorted((root / "data" / "names").glob("*.yaml")):
        names = parse_yaml(read_text(path), path).data
        own = signs.get(path.stem, _Signs())
        for key, found in (("given_f", given), ("given_m", given), ("surname", family)):
            for entry in names.get(key, []):
                for form in re.split(r"\s*[=/]\s*", str(entry)):
                    if form not in own.not_names:
                        found |= _forms(form, own)
    return frozenset(given - _common(root)), frozenset(family - _common(root))


def _common(root: Path) -> frozenset[str]:
    return frozenset(word for each in _signs(root).values() for word in each.not_names)


def _forms(name: str, signs: _Signs) -> set[str]:
    forms = {name} | {name + particle for particle in signs.particles}
    for ending, others in signs.endings.items():
        if name.endswith(ending):
            forms |= {name[: -len(ending)] + other for other in others}
            break
    return forms
