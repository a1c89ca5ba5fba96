"""The course's bibliography, ``data/sources.bib``: BibTeX, read and set by pybtex, each entry with what was seen of it.
A direction may be claimed only from an abstract (or, under the badge legal, a law); the rest is further reading."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal, get_args

from rapport.content import ContentError, course_root, raise_all, read_text
from rapport.i18n.words import Words

Seen = Literal["abstract", "law", "citation"]
SEEN: tuple[str, ...] = get_args(Seen)
FILE = "data/sources.bib"
STRINGS = Words(__file__, {"others": "{name} et al."})
_ENTRY = re.compile(r"^@(\w+)\s*\{\s*([^,\s]+)\s*,", re.MULTILINE)
_NAME = re.compile(r"[a-z][a-z0-9-]*")


@dataclass(frozen=True)
class Source:
    """One entry of the bibliography.

    Attributes
    ----------
    id : str
        What claims link to, such as ``roschk-2014``.
    families : tuple of str
        Family names of the authors, in their order.
    year : int
    seen : str
        How far it was read: ``abstract`` (or the publisher's page), ``law``, or only the ``citation``.
    html, text : str
        The entry set for a page and for a terminal, when it is first asked for.
    line : int
        Its line in the file.
    """

    id: str
    families: tuple[str, ...]
    year: int
    seen: str
    line: int = 1
    _entry: Any = field(default=None, repr=False, compare=False)

    @property
    def short(self) -> str:
        """How a claim names it: ``Roschk & Gelbrich 2014``, from four authors on ``Edström et al. 2022``."""
        *before, last = self.families
        named = STRINGS.say("others", name=self.families[0]) if len(self.families) > 3 else f"{', '.join(before)} & {last}" if before else last
        return f"{named} {self.year}"

    @cached_property
    def html(self) -> str:
        return self._set[0]

    @cached_property
    def text(self) -> str:
        return self._set[1]

    @cached_property
    def _set(self) -> tuple[str, str]:
        return _faces(self._entry)


def bibliography(root: Path | None = None) -> dict[str, Source]:
    """Sources of the course by id, in the order of the file.

    Raises
    ------
    ContentErrors
        An entry that cannot be read, lacks a field, is listed twice, or does not say what was seen of it; with its line.
    """
    path = (root or course_root()) / FILE
    text = read_text(path)
    return {source.id: source for source in _sources(text, path)}


def cite(text: str) -> list[str]:
    """Ids of the sources that Markdown `text` links to, as in ``[Name 2014](#source-roschk-2014)``, in order."""
    return list(dict.fromkeys(re.findall(r"\]\(#source-([a-z0-9-]+)\)", text)))


@lru_cache(maxsize=4)  # every card and claim of a page asks again
def _sources(text: str, path: Path) -> tuple[Source, ...]:
    from pybtex.database import BibliographyDataError
    from pybtex.database.input.bibtex import Parser
    from pybtex.exceptions import PybtexError
    from pybtex.scanner import PybtexSyntaxError

    lines = {match[2]: text.count("\n", 0, match.start()) + 1 for match in _ENTRY.finditer(text)}
    try:
        entries = Parser().parse_string(text).entries  # by name, pybtex would look for it among all installed packages
    except PybtexSyntaxError as error:
        raise ContentError(f"not valid BibTeX: {error}; check braces and commas near here.", path, error.lineno) from None
    except BibliographyDataError as error:
        raise ContentError(f"{str(error)[0].lower()}{str(error)[1:]}; keep one.", path, max(lines.values(), default=1)) from None
    except PybtexError as error:
        raise ContentError(f"not valid BibTeX: {error}.", path) from None
    raise_all(fault for name, entry in entries.items() for fault in _faults(name, entry, path, lines.get(name, 1)))
    return tuple(
        Source(name, tuple(_family(person) for person in entry.persons["author"]), int(entry.fields["year"]), entry.fields["seen"], lines.get(name, 1), entry)
        for name, entry in entries.items()
    )


def _faults(name: str, entry: Any, path: Path, line: int) -> Iterator[ContentError]:
    from pybtex.style.formatting.unsrt import Style as Unsorted

    def error(problem: str, key: str | None = None) -> ContentError:
        return ContentError(problem, path, line, f"{name}.{key}" if key else name)

    if not _NAME.fullmatch(name):
        yield error("an id is small letters, digits and hyphens, such as roschk-2014.")
    if not hasattr(Unsorted, f"get_{entry.type}_template"):
        yield error(f"found the type @{entry.type}, which no style sets; take article, book, incollection, inproceedings, techreport, online or misc.")
    if not entry.persons.get("author"):
        yield error("the field is missing; name the authors, joined by “and” (a body in double braces).", "author")
    for key in ("title", "year", "seen"):
        if not entry.fields.get(key):
            yield error("the field is missing; add it.", key)
    for key, form, example in (("url", r"https?://\S+", "https://…"), ("doi", r"10\.\d+/\S+", "10.1000/182")):
        if (value := entry.fields.get(key)) and not re.fullmatch(form, value):
            yield error(f"found {value!r}; write it as {example}.", key)
    if (year := entry.fields.get("year")) and not re.fullmatch(r"\d{4}", year):
        yield error(f"found {year!r}; a year has four digits.", "year")
    if (seen := entry.fields.get("seen")) and seen not in SEEN:
        yield error(f"found {seen!r}; it is one of {', '.join(SEEN)}.", "seen")


def _family(person: Any) -> str:
    return " ".join([*person.prelast_names, *person.last_names]).replace("{", "").replace("}", "")


def _faces(entry: Any) -> tuple[str, str]:
    """An entry set by pybtex's plain style with its title as it is written, for pages and for terminals."""
    style, writers = setters()
    made = style.format_entry("", entry).text
    html, plain = (re.sub(r'<span class="bibtex-protected">(.*?)</span>', r"\1", made.render(writer)).replace("\n", " ") for writer in writers)
    return html, plain


@lru_cache(maxsize=1)
def setters() -> tuple[Any, tuple[Any, Any]]:
    """pybtex's style, and what writes for a page and for a terminal; to find them takes a while."""
    from html import unescape

    from markupsafe import escape
    from pybtex.plugin import find_plugin
    from pybtex.style.formatting.unsrt import Style as Unsorted
    from pybtex.style.template import field, sentence

    class Style(Unsorted):
        def format_title(self, entry: Any, which_field: str, as_sentence: bool = True) -> Any:
            title = field(which_field)
            return sentence[title] if as_sentence else title

    class Pages(find_plugin("pybtex.backends", "html")):  # type: ignore[misc]
        """pybtex's HTML, which escapes texts, with addresses escaped too and none but the web's."""

        @staticmethod
        def format_href(url: str, text: str, external: bool = False) -> str:
            return f'<a href="{escape(unescape(url))}">{text}</a>' if url.startswith(("https://", "http://")) else text

    return Style(name_style="lastfirst", abbreviate_names=True), (Pages(), find_plugin("pybtex.backends", "plaintext")())
