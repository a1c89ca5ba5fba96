"""The course in other languages: one gettext catalogue per source file, looked up while a text is read.
English is the source. A sentence without a translation stays English and is marked as such, so a page can say so."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

LANGUAGES = ("en", "gu", "lv")
SOURCE = "en"
_language: ContextVar[str | None] = ContextVar("language", default=None)


def language() -> str:
    """The reader's language: what `speaking` set, else ``RAPPORT_LANG``, else English.

    Raises
    ------
    ValueError
        For a language the course does not have.
    """
    return known(_language.get() or os.environ.get("RAPPORT_LANG") or SOURCE)


def known(name: str) -> str:
    """`name` when the course has that language; else a `ValueError` that lists those it has."""
    if name not in LANGUAGES:
        raise ValueError(f"found the language {name!r}; the course has {', '.join(LANGUAGES)}.")
    return name


@contextmanager
def speaking(name: str) -> Iterator[None]:
    """Everything read inside is in the language `name`."""
    token = _language.set(known(name))
    try:
        yield
    finally:
        _language.reset(token)
