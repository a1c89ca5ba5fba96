"""English that was left in a text or a page of another language: what a scanner finds, not what a reader has to report.
Code, addresses, file names, formulas and what is marked ``lang="en"`` may stay; so may the words of ``locales/<language>/allowed.txt``."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from rapport.i18n import CLOSE, OPEN, SOURCE, known
from rapport.i18n.catalogue import FOLDER, CatalogueError, extract, sources

_ROOT = Path(__file__).parents[3]
_WORD = re.compile(r"[^\W\d_]+")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]+")
_FOREIGN = re.compile(r"[qwxy]", re.IGNORECASE)  # letters that Latvian words do not have
_EXTENSIONS = "csv html icalendar ics ipynb json md parquet pdf po py svg txt xlsx yaml yml zip".split()
_NO_WORDS = [
    re.compile(f"{OPEN}[^{CLOSE}]*{CLOSE}"),
    re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL),
    re.compile(r"(?<=\])\([^)\s]*\)"),
    re.compile(r"\$\$?[^$\n]+\$\$?"),
    re.compile(r"(?:https?://|www\.|doi\.org/)\S+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    re.compile(r"\{[^{}]*\}|\{\{|\}\}"),
    re.compile(rf"(?:[\w.-]+/)*[\w-]*\.(?:{'|'.join(_EXTENSIONS)})\b|(?<!\w)(?:[a-z_.-]+/)+[\w.-]*"),
    re.compile(r"\.\w+\(\)|\.\w+\[[^\]]*\]"),  # methods that a hint names
    re.compile(r"\b[a-z0-9]+(?:_[a-z0-9]+)+\b|\b[a-z]\w+(?:\.[a-z_]\w+)+\b"),  # ids, and columns of a table in the code: no word of prose is written so
    re.compile(r'"[a-z0-9_]+"|\b[a-z_0-9]+ = (?:\([^)\n]*\)|\.\.\.)|\b[a-z_0-9]+\.(?=\s{3})'),  # names of code in plain text
    re.compile(r"\*[A-Z][^*\n]*\*(?= \d)"),  # a journal with its volume
]


@dataclass(frozen=True)
class Leftover:
    """Neighbouring English words in one place: the words, the text around them, and the line of the page or text."""

    words: str
    around: str
    line: int = 1


def plain(text: str) -> str:
    """`text` without what is no language: code, links' targets, formulas, addresses, file names, placeholders; as long as it was."""
    for pattern in _NO_WORDS:
        text = pattern.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
    return text


def leftovers(text: str, lang: str, root: Path = _ROOT) -> list[Leftover]:
    """English words in a text that is to be in `lang`; for a page use `leftovers_in_page`.

    Parameters
    ----------
    text : str
        As a person reads it, or as a translation stands in its catalogue (Markdown and placeholders are understood).
    lang : str
        In Gujarati every word in Latin letters counts, in Latvian every word of the English sources and every word with q, w, x or y;
        in English nothing does. Single letters never count.

    Raises
    ------
    CatalogueError
        For a list of allowed words that cannot be read.
    """
    return list(_found(plain(text), text, lang, root, 1))


def leftovers_in_page(html: str, lang: str, root: Path = _ROOT) -> list[Leftover]:
    """English words that a reader of a page in `lang` meets: in its text, its labels and the data its scripts speak from.

    Left out are elements that name another language, ``code``, ``kbd``, ``samp``, formulas, and elements with ``translate="no"``.
    """
    reader = _Page(lang)
    reader.feed(html.replace("\u00ad", "").replace("&shy;", ""))  # where a word may be broken, it is still one word
    reader.close()
    return [found for words, line in reader.texts for found in _found(plain(words), words, lang, root, line)]


def _found(stripped: str, text: str, lang: str, root: Path, line: int) -> Iterator[Leftover]:
    if known(lang) == SOURCE:
        return
    free = allowed(root, lang)
    common = frozenset() if lang == "gu" else english_words(root)
    start = end = -1

    def close() -> Leftover:
        around = re.sub(r"\s+", " ", text[max(0, start - 40) : end + 40]).strip()
        return Leftover(text[start:end], around, line + text.count("\n", 0, start))

    for word in (_LATIN if lang == "gu" else _WORD).finditer(stripped):
        here = word[0]
        counts = len(here) > 1 and here not in free and here.lower() not in free and (lang == "gu" or here.lower() in common or bool(_FOREIGN.search(here)))
        if not counts:
            continue
        if start >= 0 and not re.search(r"\w", stripped[end : word.start()]) and "\n" not in text[end : word.start()]:
            end = word.end()
            continue
        if start >= 0:
            yield close()
        start, end = word.span()
    if start >= 0:
        yield close()


# ---- What may stay ----------------------------------------------------------------------------------------------


def words_file(root: Path, lang: str, name: str) -> frozenset[str]:
    """Words of a list of one word a line in ``locales/<lang>/``; a line that begins with # says what follows. Empty where there is no file.

    Raises
    ------
    CatalogueError
        Wrong encoding, more than a word on a line, a word that stands there twice, or words out of order between two lines that begin with #.
    """
    path = root / FOLDER / lang / name
    return _listed(path, path.stat().st_mtime_ns) if path.exists() else frozenset()


@lru_cache
def _listed(path: Path, _changed: int) -> frozenset[str]:
    data = path.read_bytes()
    try:
        lines = data.decode("utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise CatalogueError(f"not UTF-8 text (byte {error.start}); save the file as UTF-8.", path, data.count(b"\n", 0, error.start) + 1) from None
    seen: dict[str, int] = {}
    last = ""
    for number, line in enumerate(lines, 1):
        if not line or line.startswith("#"):
            last = ""
            continue
        if not re.fullmatch(r"[^\W_](?:[\w\u0a81-\u0acd\u200c\u200d’'-]*[\w\u0a81-\u0acd])?", line):
            raise CatalogueError(f"found {line!r}; a line holds one word and nothing else, or begins with # and a space.", path, number)
        if line in seen:
            raise CatalogueError(f"{line!r} stands on line {seen[line]} already; remove one.", path, number)
        if line < last:
            raise CatalogueError(f"{line!r} stands after {last!r}; words are sorted by code point.", path, number)
        seen[line] = number
        last = line
    return frozenset(seen)


def allowed(root: Path, lang: str) -> frozenset[str]:
    """Words that may stand in Latin letters in Gujarati, or as in English in Latvian: those of ``allowed.txt`` and authors' family names.

    A word listed small may be written with a capital too; one listed with a capital only so.
    """
    return words_file(root, lang, "allowed.txt") | _authors(root)


@lru_cache
def _authors(root: Path) -> frozenset[str]:
    path = root / "data" / "sources.bib"
    if not path.exists():
        return frozenset()
    lines = re.findall(r"^\s*author\s*=\s*\{(.*)\},?\s*$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return frozenset(word for line in lines for name in line.split(" and ") for word in _WORD.findall(name.split(",")[0]))


@lru_cache
def english_words(root: Path) -> frozenset[str]:
    """Every word of the English texts, in small letters; a bug hunt and the facts quote other languages, and are left out."""
    return vocabulary(text.words + " " + text.plural for source in sources(root) if source.kind not in ("hunt", "facts") for text in extract(source))


def vocabulary(texts: Iterable[str]) -> frozenset[str]:
    """Words of `texts` in small letters, without code and placeholders; single letters left out."""
    return frozenset(word.lower() for text in texts for word in _LATIN.findall(plain(text)) if len(word) > 1)


# ---- What a page says -------------------------------------------------------------------------------------------

_VOID = set("area base br col embed hr img input link meta source track wbr".split())
_SILENT = set("script style code kbd samp math template".split())
_SAID = ("title", "alt", "aria-label", "aria-description", "aria-roledescription", "aria-valuetext", "placeholder", "label", "summary")


class _Page(HTMLParser):
    def __init__(self, lang: str) -> None:
        super().__init__(convert_charrefs=True)
        self.lang = lang
        self.texts: list[tuple[str, int]] = []
        self.open: list[tuple[str, bool]] = []  # elements around, and whether they are in the page's language
        self.data = False
        self.run: list[str] = []
        self.line = 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        heard = not self.open or self.open[-1][1]
        heard = heard and found.get("lang", self.lang) == self.lang and found.get("translate") != "no"
        self._end_run(tag)
        if heard:
            said = [found[name] for name in _SAID if name in found]
            said += [found["content"]] if tag == "meta" and found.get("name") == "description" else []
            said += [found["value"]] if tag == "input" and found.get("type") in ("button", "submit", "reset") and "value" in found else []
            self.texts += [(words, self.getpos()[0]) for words in said]
        if tag == "script" and found.get("type") == "application/json":
            self.data = True
        if tag not in _VOID:
            self.open.append((tag, heard and tag not in _SILENT))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        self._end_run(tag)
        for at in range(len(self.open) - 1, -1, -1):
            if self.open[at][0] == tag:
                del self.open[at:]
                break
        self.data = False

    def handle_data(self, data: str) -> None:
        if self.data:
            try:
                self.texts += [(words, self.getpos()[0]) for words in _sentences(json.loads(data))]
            except ValueError:
                self.texts.append((data, self.getpos()[0]))
        elif not self.open or self.open[-1][1]:
            if not self.run:
                self.line = self.getpos()[0]
            self.run.append(data)

    def _end_run(self, tag: str) -> None:
        """Words across ``em`` or ``a`` are one text; a block ends it."""
        if self.run and tag not in ("a", "b", "em", "i", "strong"):
            self.texts.append(("".join(self.run), self.line))
            self.run = []

    def close(self) -> None:
        super().close()
        self._end_run("html")


def _sentences(value: Any) -> Iterator[str]:
    """Strings of a script's data that are for a reader: those with a space in them; ids and codes have none."""
    if isinstance(value, str):
        if " " in value.strip():
            yield value
    elif isinstance(value, (dict, list)):
        if isinstance(value, dict):  # names of a unit that an answer may be given in are read, never shown
            value = [inner for key, inner in value.items() if key != "names"]
        for inner in value:
            yield from _sentences(inner)
