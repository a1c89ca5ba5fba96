"""The course in other languages: one gettext catalogue per source file, looked up while a text is read.
English is the source. A sentence without a translation stays English and is marked as such, so a page can say so."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

LANGUAGES = ("en", "gu", "lv")
NAMES = {"en": "English", "gu": "ગુજરાતી", "lv": "Latviešu"}
SOURCE = "en"
OPEN, CLOSE = "\ue000", "\ue001"
"""Around an English text that has no translation yet, while a page is made: signs that no text of the course uses."""
_language: ContextVar[str | None] = ContextVar("language", default=None)
_marking: ContextVar[bool] = ContextVar("marking", default=False)


class UnknownLanguage(ValueError):
    """A language that the course does not have; the message lists those it has."""


def language() -> str:
    """The reader's language: what `speaking` set, else ``RAPPORT_LANG`` (which `speak` sets), else English.

    Raises
    ------
    UnknownLanguage
    """
    return known(_language.get() or os.environ.get("RAPPORT_LANG") or SOURCE)


def known(name: str) -> str:
    """`name` when the course has that language; else an `UnknownLanguage`."""
    if name not in LANGUAGES:
        raise UnknownLanguage(f"found the language {name!r}; the course has {', '.join(f'{each} ({NAMES[each]})' for each in LANGUAGES)}.")
    return name


def speak(name: str) -> None:
    """From now on this program speaks `name`, and so does what it starts: the switch in a notebook's first cell.

    Raises
    ------
    UnknownLanguage
    """
    os.environ["RAPPORT_LANG"] = known(name)


@contextmanager
def speaking(name: str, marking: bool = False) -> Iterator[None]:
    """Everything read inside is in the language `name`; with `marking`, what is still English stands between `OPEN` and `CLOSE`."""
    tokens = _language.set(known(name)), _marking.set(marking)
    try:
        yield
    finally:
        _language.reset(tokens[0])
        _marking.reset(tokens[1])


def marking() -> bool:
    """Whether English texts without a translation are to be marked."""
    return _marking.get()


def english(text: str) -> str:
    """A text that stays English in every language, marked as such while a page in another one is made."""
    return f"{OPEN}{text}{CLOSE}" if marking() and language() != SOURCE else text


def unmarked(text: str) -> str:
    """`text` without the signs around what is still English."""
    return text.replace(OPEN, "").replace(CLOSE, "")
