"""What a translation is read for once it is settled: terms of the glossary, spelling, English left in it, what it says when read back.
For authors and translators only; readers meet none of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from rapport.content import ContentError
from rapport.i18n import LANGUAGES, SOURCE
from rapport.i18n.catalogue import FOLDER, CatalogueError
from rapport.i18n.checks import Checked, Coverage, Entry

_SHOWN = 12


def report(covered: Sequence[Coverage], root: Path) -> Iterator[str]:
    """What waits for a translator: first each text whose English changed, then new texts of files begun, last how much is not begun."""
    changed: dict[tuple[str, str], list[str]] = {}
    new: dict[tuple[str, str], list[str]] = {}
    untouched: dict[str, list[Coverage]] = {}
    for row in covered:
        name = row.path.resolve().relative_to(root.resolve()).as_posix()
        for words in row.fuzzy:
            changed.setdefault((name, words), []).append(row.lang)
        if row.settled or row.fuzzy:
            for words in row.open:
                new.setdefault((name, words), []).append(row.lang)
        elif row.open:
            untouched.setdefault(row.lang, []).append(row)
    for title, found in (("English changed", changed), ("new English", new)):
        yield from (f"{title}, waits in {' and '.join(langs)}: {name}: {_short(words)}" for (name, words), langs in list(found.items())[:_SHOWN])
        if len(found) > _SHOWN:
            rest = Counter(name for name, _ in list(found)[_SHOWN:])
            yield f"{title}: {len(found) - _SHOWN} more in {', '.join(f'{name} ({number})' for name, number in rest.items())}"
    for lang, rows in untouched.items():
        yield f"not begun in {lang}: {len(rows)} files, {sum(len(row.open) for row in rows)} texts"


def proofread(root: Path, checked: Checked, release: bool = False) -> Iterator[str | ContentError]:
    """Lines to print and faults of all settled translations; for a `release`, what is only reported in daily work is a fault too."""
    checks = [partial(_spelling, root, checked, release)]
    for lang in (lang for lang in LANGUAGES if lang != SOURCE):
        ours = [entry for entry in checked.entries if entry.lang == lang]
        checks += [partial(check, root, lang, ours, release) for check in (_leftovers, _glossary, _back_translations)]
    for check in checks:
        try:
            for each in check():
                yield ContentError(each.problem, each.path, each.line) if isinstance(each, CatalogueError) else each
        except CatalogueError as error:
            yield ContentError(error.problem, error.path, error.line)
        except ContentError as error:
            yield from getattr(error, "errors", [error])


def _spelling(root: Path, checked: Checked, release: bool) -> Iterator[str | CatalogueError | ContentError]:
    from rapport.proofreading import spelling

    if missing := spelling.missing():
        told = f"spelling: not looked at; {', '.join(missing)} not installed (Debian: apt-get install {spelling.INSTALL})"
        yield ContentError(f"{told}; a release needs it.", root / FOLDER) if release else told
        return
    for lang in LANGUAGES:
        if lang == SOURCE:
            where = {words: (source.path, None) for source, texts in checked.texts.items() for text in texts for words in (text.words, text.plural) if words}
        else:
            where = {form: (entry.po, entry.line) for entry in checked.entries if entry.lang == lang for form in entry.forms}
        for word, texts in spelling.unknown(where, lang, root).items():
            path, line = where[texts[0]]
            line = line or _line(path, word)
            more = f" (and {len(texts) - 1} times more)" if len(texts) > 1 else ""
            yield CatalogueError(f"{word!r}{more} is in no dictionary: mend it, or add it to {FOLDER}/{lang}/{spelling.FILE} where it is right.", path, line)


def _leftovers(root: Path, lang: str, entries: Sequence[Entry], release: bool) -> Iterator[CatalogueError]:
    from rapport.i18n.leftovers import leftovers

    for entry in entries:
        for form in entry.forms:
            yield from (entry.fault(f"English is left in the translation: {found.words!r}; say it in {lang}, or list a name in locales/{lang}/allowed.txt.") for found in leftovers(form, lang, root))


def _glossary(root: Path, lang: str, entries: Sequence[Entry], release: bool) -> Iterator[str | CatalogueError | ContentError]:
    from rapport.proofreading import glossary

    yield from glossary.faults(root, lang, entries)
    if undecided := glossary.undecided(root, lang):
        yield f"glossary {lang}: {len(undecided)} of {len(glossary.read(root, lang)[0])} terms say neither their forms nor why they are unchecked; the first on line {undecided[0].line}"
        if release:
            yield from undecided


def _back_translations(root: Path, lang: str, entries: Sequence[Entry], release: bool) -> Iterator[str | ContentError]:
    from rapport.proofreading import backtranslation

    compared = sum(map(backtranslation.wanted, entries))
    waiting = backtranslation.waiting(root, lang, entries)
    number = Counter(each.step for each in waiting)
    if compared:
        yield f"back-translation {lang}: {compared - len(waiting)} of {compared} texts compared" + (f"; {number['back']} to read back, {number['verdict']} to compare, {number['settled']} to settle" if waiting else "")
    told = [each for each in waiting if each.stale or each.step != "back"]
    yield from (f"  {'changed since it was read back' if each.step == 'back' else each.step + ' waits'}: {each.entry.source.path.name}: {_short(each.entry.words)}" for each in told[:_SHOWN])
    if len(told) > _SHOWN:
        yield f"  and {len(told) - _SHOWN} more"
    if waiting and release:
        yield ContentError(f"{len(waiting)} texts wait for their back-translation or its verdict; a release needs every one (docs/translation.md).", backtranslation.path_of(root, lang))


def _line(path: Path, word: str) -> int | None:
    """The first line of a file with `word`; none for the folder of facts."""
    if path.is_dir():
        return None
    lines = path.read_text(encoding="utf-8").splitlines()
    return next((number for number, line in enumerate(lines, 1) if re.search(rf"\b{re.escape(word)}\b", line)), None)


def _short(words: str) -> str:
    plain = " ".join(words.split())
    return plain if len(plain) <= 100 else f"{plain[:99]}…"
