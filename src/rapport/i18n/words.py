"""A table of the machinery's own words, said in the reader's language: ``STRINGS = Words(__file__, {…})``.
A pair of texts is a singular with its plural; which form stands is decided by the number set in as ``{n}``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path

from rapport import i18n

_ROOT = Path(__file__).parents[3]  # of the catalogues


def script_words(path: Path) -> dict[str, str]:
    """What a script of the page says in the reader's language, by the keys of its table; empty in English, which stands in the script."""
    if i18n.language() == i18n.SOURCE:
        return {}
    from rapport.i18n.catalogue import catalogue
    from rapport.i18n.texts import script_table

    found = catalogue(path, _ROOT)
    return {text.where: found.text(text.words) for text in script_table(path.read_text(encoding="utf-8"))}


class Words(Mapping[str, str]):
    """Words by key, each looked up in the catalogue of the file that declares them.

    Parameters
    ----------
    file : str
        ``__file__`` of the declaring module.
    table : dict
        English text by key, or a pair (singular, plural).
    """

    def __init__(self, file: str, table: dict[str, str | tuple[str, str]]):
        self._file, self._table = Path(file), table

    def __getitem__(self, key: str) -> str:
        text = self._table[key]
        if not isinstance(text, str):
            if i18n.language() != i18n.SOURCE and (found := self._catalogue().plurals.get(text[0])) is not None:
                return found[-1]
            text = text[1]
        if i18n.language() == i18n.SOURCE:
            return text
        return self._catalogue().marked(text) if i18n.marking() else self._catalogue().text(text)

    def __iter__(self) -> Iterator[str]:
        return iter(self._table)

    def __len__(self) -> int:
        return len(self._table)

    def say(self, key: str, /, **values: object) -> str:
        """The words of `key` with its ``{values}`` set in, in the form that ``n`` takes where there are two.

        A count, which is what ``n`` is, is written as `numbers.number` writes it; other values as they are given.
        """
        text = self._table[key]
        said = self[key] if isinstance(text, str) else self._counted(text, values["n"])
        if isinstance(values.get("n"), int):
            from rapport.i18n.numbers import number  # with Babel, which whoever reads facts alone does without

            values["n"] = number(values["n"])
        # in one pass: a value that has braces itself, such as the name of a column, stays as it is
        return re.sub(r"\{(\w+)\}", lambda found: str(values.get(found[1], found[0])), said)

    def forms(self, key: str) -> dict[str, str]:
        """The words of a pair in every form of the reader's language, by CLDR category; their ``{n}`` is not set in yet."""
        from rapport.i18n.catalogue import categories

        pair = self._table[key]
        if isinstance(pair, str):
            return {"other": self[key]}
        lang = i18n.language()
        if lang != i18n.SOURCE and (found := self._catalogue().plurals.get(pair[0])) is not None:
            return dict(zip(categories(lang), found))
        return {category: pair[0] if category == "one" else pair[1] for category in categories(lang)}

    def _counted(self, pair: tuple[str, str], count: object) -> str:
        if i18n.language() == i18n.SOURCE:
            return pair[0] if count == 1 else pair[1]
        return self._catalogue().counted(*pair, Decimal(str(count)))  # with its decimals: they take part in the choice

    def _catalogue(self):
        from rapport.i18n.catalogue import catalogue

        return catalogue(self._file, _ROOT)
