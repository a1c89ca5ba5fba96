"""The small table from which an exercise can be worked out by hand: its words from the YAML, its numbers in the reader's way.
The page, the workbook and the answer sheet all take it from here."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from functools import cache, partial
from types import MappingProxyType
from typing import Any

from markupsafe import escape

from rapport.content import ContentError
from rapport.exercises.model import Workbook
from rapport.i18n import SOURCE, language, numbers

_WORD = re.compile(r"[^\W\d_]{2,}")
_DECIMAL = re.compile(r"([-−]?)(\d+)\.(\d+)")
_AMOUNT = re.compile(rf"([{''.join(numbers.CURRENCIES)}])(\d+)(?:\.(\d+))?")


def spoken(value: Any) -> Any:
    """What stands in a cell: a function is asked for its text in the reader's language, so that the table itself is in none."""
    return value() if callable(value) else value


def said(words: Mapping[str, str], value: Any) -> Any:
    """A heading, a category or any other value of a table, the texts among them in `words`."""
    value = spoken(value)
    return worded(words, value) if isinstance(value, str) else value


def in_words(table: Any, words: Mapping[str, str]) -> Any:
    """A new DataFrame like `table`, its headings and categories in `words`."""
    say = partial(said, words)
    return table.rename(columns=say, index=say).rename_axis(index=say).map(say)


def worded(words: Mapping[str, str], text: str) -> str:
    """What a heading or category is called: `words` by its name; in a key such as ``{low} to {high}`` each part stands for one word or number, ``{rest}`` for several."""
    if text in words:
        return words[text]
    for key, said in words.items():
        if "{" in key and (found := _pattern(key).fullmatch(text)):
            for name, part in found.groupdict().items():
                said = said.replace(f"{{{name}}}", part)
            return said
    return text


@cache
def _pattern(key: str) -> re.Pattern[str]:
    return re.compile("".join(f"(?P<{part[1:-1]}>{'.+' if part == '{rest}' else r'[^ ]+'})" if re.fullmatch(r"\{[a-z]+\}", part) else re.escape(part) for part in re.split(r"(\{[a-z]+\})", key)))


def wordless(definition: Workbook, book: Any) -> Iterator[tuple[str, str]]:
    """(exercise id, text) for every heading and category of a table that the YAML's ``words`` do not hold.

    A code (``CN``, ``C0322``, a single letter) is no word.
    """
    for exercise in definition:
        if exercise.table:
            table = definition.run(exercise.table, book)
            texts = [*table.columns, *table.index.names, *table.index, *(spoken(value) for column in table.columns for value in table[column])]
            for text in dict.fromkeys(text for text in texts if isinstance(text, str)):
                known = text in definition.words or any("{" in key and _pattern(key).fullmatch(text) for key in definition.words)
                if not known and any(not part.isupper() for part in _WORD.findall(text)):
                    yield exercise.id, text


def missing_words(definition: Workbook, book: Any) -> list[ContentError]:
    """What an author forgot to give a word for, told at the key ``words`` of the YAML."""
    from rapport.content import parse_yaml, read_text

    document = parse_yaml(read_text(definition.path), definition.path)
    found: dict[str, str] = {}
    for exercise, text in wordless(definition, book):
        found.setdefault(text, exercise)
    return [
        document.error(f"the table of {exercise} shows {text!r}, which has no word; add a line {text!r}: and what a reader shall see, so that it can be translated.", "words")
        for text, exercise in found.items()
    ]


@cache
def _readable() -> type:
    import pandas as pd

    class Readable(pd.DataFrame):
        """A DataFrame that a notebook shows as a page does; computing with it gives ordinary ones."""

        def _repr_html_(self) -> str:
            return table_html(self, "", english=self.attrs.get("english", ()))

    return Readable


def readable(table: Any, words: Mapping[str, str] | None = None, *, english: bool = False) -> Any:
    """A small DataFrame for a reader: headings and categories in `words`, numbers in the reader's way.

    Parameters
    ----------
    table : DataFrame
    words : mapping of str to str, optional
        What a column, a row or a category is called, by its name in the data.
    english : bool
        Whether the values are English in every language, as names in the code and what is said of them are: only the headings get
        their words, and what stands below is marked as English.

    Returns
    -------
    DataFrame
        The same values under their words; only its look in a notebook differs.
    """
    words = words or {}
    if not english:
        return _readable()(in_words(table, words))
    shown = _readable()(table.rename(columns=lambda name: worded(words, name)))
    shown.attrs["english"] = ("tbody",)
    return shown


def table_text(table: Any, title: str, words: Mapping[str, str] = MappingProxyType({})) -> dict[str, Any]:
    """A small DataFrame as text, in `words`: ``title``, ``columns`` and ``rows``; a named index becomes the first columns."""
    table = table.reset_index() if any(name is not None for name in table.index.names) else table
    return {"title": title, "columns": [str(said(words, column)) for column in table.columns], "rows": [[cell_text(said(words, value)) for value in row] for row in table.itertuples(index=False, name=None)]}


def cell_text(value: Any) -> str:
    """A value of a table as it is read: a number grouped and with at most four decimals, a text as it is but for the decimals and amounts it may be."""
    if isinstance(value, str):
        if found := _DECIMAL.fullmatch(value):
            return numbers.number(float(value.replace(numbers.MINUS, "-")), len(found[3]))
        if found := _AMOUNT.fullmatch(value):
            return numbers.money(float(value[1:]), found[1], len(found[3] or ""))
        return value
    if isinstance(value, bool) or not hasattr(value, "__float__"):
        return str(value)
    number = float(value)
    decimals = 0 if number != number or number == int(number) else len(f"{number:.4f}".rstrip("0").split(".")[1])
    return numbers.number(number, decimals)


def table_html(table: Any, title: str, *, frame: bool = False, english: Collection[str] = ()) -> str:
    """A small DataFrame as an HTML table with a caption; `frame` lets it scroll on a narrow page.

    What stands in the parts `english`, of ``thead`` and ``tbody``, is marked as English in every language: raw data, as the code names it.
    """
    return text_html(table_text(table, title), title, frame=frame, english=english)


def text_html(text: Mapping[str, Any], title: str, *, frame: bool = False, english: Collection[str] = ()) -> str:
    """What `table_text` made as `table_html` gives it."""
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in text["columns"])
    rows = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in text["rows"])
    first, body = (f'{part} lang="{SOURCE}" translate="no"' if part in english and language() != SOURCE else part for part in ("thead", "tbody"))
    made = f"<table>{f'<caption>{escape(title)}</caption>' if title else ''}<{first}><tr>{head}</tr></thead><{body}>{rows}</tbody></table>"
    return f'<div class="table" role="group" aria-label="{escape(title)}" tabindex="0">{made}</div>' if frame else made
