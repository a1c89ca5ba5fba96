"""Alphabetical order in the reader's language: Unicode's default order (pyuca), with what CLDR 48 changes for Latvian and Gujarati.
The order is the one that a browser's ``Intl.Collator`` has, so lists made in Python and in scripts agree."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from functools import lru_cache
from typing import Any
from unicodedata import normalize

from pyuca.trie import Trie

from rapport.i18n import language, unmarked

_LATVIAN = {"ā": "b", "č": "d", "ē": "f", "ģ": "h", "y": "j", "ī": "j", "ķ": "l", "ļ": "m", "ņ": "o", "ō": "p", "ŗ": "s", "š": "t", "ū": "v", "ž": "ʒ"}
"""Letters of their own, in their order, each with the letter that it stands right before: c, č, d and i, y, ī, j."""
_SIGNS = ("ં", "ઁ", "ઃ")
"""Gujarati signs on a vowel, which stand before the vowels; the first two differ as an accent does."""


def key(text: str, lang: str | None = None) -> tuple[float, ...]:
    """What to sort `text` by: ``sorted(names, key=collation.key)``.

    Parameters
    ----------
    text : str
        The signs around a text that is still English do not count.
    lang : str, optional
        ``en``, ``gu`` or ``lv``; default the reader's language.

    Returns
    -------
    tuple of float
        Letters decide first, then accents, then case. In Gujarati its own letters come before Latin ones.
    """
    return _collator(lang or language()).sort_key(unmarked(text))


def order(texts: Sequence[str]) -> list[int]:
    """Where in `texts` each stands that comes first, second … in the reader's alphabet."""
    return sorted(range(len(texts)), key=lambda number: key(texts[number]))


@lru_cache(maxsize=1)
def default() -> Any:
    """Unicode's default order, a pyuca collator; to read its table takes a quarter of a second."""
    from pyuca import Collator

    return Collator()


class _Over(Trie):
    """A table whose entries go before those of the table `under` it."""

    def __init__(self, under: Trie):
        super().__init__()
        self.under = under

    def find_prefix(self, key: list[int]) -> tuple[list[int], Any, list[int]]:
        own, found = super().find_prefix(key), self.under.find_prefix(key)
        return own if own[1] and len(own[0]) >= len(found[0]) else found


@lru_cache
def _collator(lang: str) -> Any:
    made = copy(default())
    made.table = _Over(made.table)

    def weights(sign: str) -> list[float]:
        return made.collation_elements(normalize("NFD", sign))[0]

    def put(sign: str, primary: float, second: float, third: float) -> None:
        made.table.add([ord(each) for each in normalize("NFD", sign)], [[primary, second, third]])

    if lang == "lv":
        before = {following: weights(following)[0] for following in _LATVIAN.values()}
        for number, (letter, following) in enumerate(_LATVIAN.items()):
            for sign in (letter, letter.upper()):
                put(sign, before[following] - 0.9 + number / 100, *weights(sign)[1:])
    if lang == "gu":
        latin = weights("a")[0]
        for sign in map(chr, range(0x0A85, 0x0B00)):
            primary, *others = weights(sign)
            if latin < primary < 0xFB00:  # its letters; digits and currency signs stay where they are, and unassigned signs where all of them go
                put(sign, latin - 1 + primary / 100_000, *others)
        primary, second, third = weights("ૐ")
        for sign, after, accent in zip(_SIGNS, (0.3e-5, 0.3e-5, 0.6e-5), (0, 1, 0)):
            put(sign, primary + after, second + accent, third)
    return made
