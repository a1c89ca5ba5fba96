"""What can be wrong in a translation although its PO file reads: placeholders, markup, links, numbers, plural forms.
`coverage` counts what is settled, fuzzy and open, for each language and file."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from rapport.i18n import LANGUAGES, SOURCE
from rapport.i18n.catalogue import FOLDER, CatalogueError, Source, extract, key, plural_count, po_path, read, sources
from rapport.i18n.texts import Text

_PLACEHOLDER = re.compile(r"\{[^{}]*\}")
_LINK = re.compile(r"\]\(([^)\s]*)\)")
_CODE = re.compile(r"`[^`]*`")
_DIGITS = str.maketrans("૦૧૨૩૪૫૬૭૮૯", "0123456789")
_NUMBER = re.compile(r"\d+(?:[.,:\u00a0\u202f ’']\d+)*")


@dataclass(frozen=True)
class Coverage:
    """How far one file is translated into one language: texts settled, fuzzy, and open; the open ones by their words."""

    lang: str
    path: Path
    settled: int
    fuzzy: tuple[str, ...]
    open: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether every text has a settled translation."""
        return not self.fuzzy and not self.open


@dataclass(frozen=True)
class Entry:
    """One settled translation: the English text, its forms (one where it has no plural), what it is, and where it stands."""

    lang: str
    source: Source
    words: str
    forms: tuple[str, ...]
    where: str
    po: Path
    line: int | None

    def fault(self, problem: str) -> CatalogueError:
        """`problem` said with the catalogue and the line of this entry."""
        return CatalogueError(problem, self.po, self.line)


class Checked(NamedTuple):
    """Coverage of every file and language, every fault in the catalogues, their settled translations, and the English; in the order of the sources.

    ``unreadable`` has, for a language with a catalogue that cannot be read, the first such fault: that language cannot be shown.
    """

    covered: list[Coverage]
    faults: list[CatalogueError]
    entries: list[Entry]
    texts: dict[Source, list[Text]]
    unreadable: dict[str, CatalogueError]


def check(root: Path, langs: tuple[str, ...] = LANGUAGES) -> Checked:
    """Read every catalogue; a broken file does not hide the others."""
    covered: list[Coverage] = []
    faults: list[CatalogueError] = []
    entries: list[Entry] = []
    unreadable: dict[str, CatalogueError] = {}
    there = {source: extract(source) for source in sources(root)}
    for lang in langs:
        if lang == SOURCE:
            continue
        known: set[Path] = set()
        for source, wanted in there.items():
            if not wanted:
                continue
            path = source.path
            po = po_path(path, root, lang)
            known.add(po)
            words = [text.words for text in wanted]
            if not po.exists():
                covered.append(Coverage(lang, path, 0, (), tuple(words)))
                continue
            try:
                found = {key(message.id[0] if isinstance(message.id, tuple) else message.id): message for message in read(po, lang) if message.id}
            except CatalogueError as error:
                faults.append(error)
                unreadable.setdefault(lang, error)
                continue
            text = po.read_text(encoding="utf-8")
            lines, twice = _lines(text)
            faults += [CatalogueError(f"{name[:60]!r} stands on line {lines[name]} already; keep one of the two.", po, line) for name, line in twice]
            for name, message in found.items():
                if name not in words:
                    faults.append(CatalogueError(f"{name[:60]!r} stands nowhere in {path.name}; run `rapport translations`, which puts it aside.", po, lines.get(name)))
                elif not message.fuzzy:
                    faults += [CatalogueError(problem, po, lines.get(name)) for problem in message_faults(message.id, message.string, lang)]
            state = {name: _state(found.get(name)) for name in words}
            entries += [
                Entry(lang, source, each.words, message.string if isinstance(message.string, tuple) else (message.string,), each.where, po, lines.get(each.words))
                for each in wanted
                if state[each.words] == "settled" and (message := found[each.words])
            ]
            covered.append(Coverage(lang, path, sum(each == "settled" for each in state.values()), *(tuple(name for name, each in state.items() if each == kind) for kind in ("fuzzy", "open"))))
        for stray in sorted((root / FOLDER / lang).rglob("*.po")) if (root / FOLDER / lang).exists() else []:
            if stray not in known:
                faults.append(CatalogueError("belongs to no file of the course; remove it, or move it to where its source went.", stray))
    return Checked(covered, faults, entries, there, unreadable)


def _state(message) -> str:
    if message is None or not (all(message.string) if isinstance(message.string, tuple) else message.string):
        return "open"
    return "fuzzy" if message.fuzzy else "settled"


def _lines(text: str) -> tuple[dict[str, int], list[tuple[str, int]]]:
    """Line of each msgid, by its words; and those that stand there a second time, which Babel would pass over in silence."""
    found: dict[str, int] = {}
    twice: list[tuple[str, int]] = []
    words, start = None, 0
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("msgid "):
            words, start = [line[6:]], number
        elif words is not None and line.startswith('"'):
            words.append(line)
        elif words is not None:
            plain = "".join(part.strip()[1:-1] for part in words).replace('\\"', '"').replace("\\n", "\n").replace("\\\\", "\\")
            if found.setdefault(key(plain), start) != start:
                twice.append((key(plain), start))
            words = None
    return found, twice


def message_faults(words: str | tuple[str, ...], translated: str | tuple[str, ...], lang: str) -> Iterator[str]:
    """Sentences on what is broken in one translation; none when it may be shown.

    Parameters
    ----------
    words : str or tuple of str
        The English text; a singular and its plural where it has one.
    translated : str or tuple of str
        The translation, or its forms. An empty one is open and has no faults.
    """
    if isinstance(words, tuple):
        forms = translated if isinstance(translated, tuple) else (translated,)
        if len(forms) != plural_count(lang) or not all(forms):
            if any(forms):
                yield f"has {sum(map(bool, forms))} of {plural_count(lang)} plural forms; {lang} needs every one."
            return
        wanted = set(_PLACEHOLDER.findall(words[-1]))
        for form in forms:
            if extra := set(_PLACEHOLDER.findall(form)) - wanted:
                yield f"the placeholder {sorted(extra)[0]} is not in the English text; it has {', '.join(sorted(wanted)) or 'none'}."
        return
    if not translated or isinstance(translated, tuple):
        return
    for name, pattern in (("placeholder", _PLACEHOLDER), ("link", _LINK), ("code", _CODE)):
        before, after = Counter(pattern.findall(words)), Counter(pattern.findall(translated))
        if before != after:
            lost, gained = sorted((before - after).elements()), sorted((after - before).elements())
            what = f"misses {', '.join(lost)}" if lost else f"has {', '.join(gained)} that the English text has not"
            yield f"the {name}s differ: the translation {what}."
    for mark in ("**", "$"):
        if words.count(mark) != translated.count(mark):
            yield f"found {mark} {translated.count(mark)} times; the English text has it {words.count(mark)} times."
    if words.replace("**", "").count("*") != translated.replace("**", "").count("*"):
        yield "the stars for emphasis differ in number from the English text."
    before, after = (Counter(_numbers(text)) for text in (words, translated))
    if before != after:
        yield f"the numbers differ: {', '.join(sorted((before - after).elements())) or 'none'} missing, {', '.join(sorted((after - before).elements())) or 'none'} added."


def _numbers(text: str) -> list[str]:
    """Numbers of a text without their separators, so that 1,234.5 and 1 234,5 and Gujarati digits agree, and .70 with 0,70."""
    plain = _LINK.sub("", _CODE.sub("", _PLACEHOLDER.sub("", text))).translate(_DIGITS)
    plain = re.sub(r"(?<![\w.])\.(?=\d)", "0.", plain)
    return [re.sub(r"\D", "", number) for number in _NUMBER.findall(plain)]
