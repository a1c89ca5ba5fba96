"""The record of back-translations, ``locales/<language>/backtranslation.yaml``: what a translation said to somebody who saw nothing else.
A row holds for one English text and one translation; when either changes, the row waits to be made again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, RootModel

from rapport.content import ContentError, parse_yaml, raise_all, read_text, validate, write_text
from rapport.i18n.catalogue import FOLDER, key
from rapport.i18n.checks import Entry

FILE = "backtranslation.yaml"
_HEAD = """\
# Back-translations into English, each written by somebody who saw the translation only. `rapport translations --worksheet {lang} SHEET` writes
# what waits, `rapport translations --take {lang} SHEET` brings it in. Then compare `back` with `english` here and write `verdict: same`, or
# `verdict: differs` and under `settled` what was done: "kept: …" and why, or "mended: …", which changes the translation and makes the row wait again.
"""
_SHEET_HEAD = """\
# For somebody who has not seen the English. Write under `back` what each text says in {language}, in plain English: all of it, no more, and not
# better than it is. Where two meanings are possible, write both. Leave a row empty that you did not read; the sheet may be cut into pieces.
"""
_LANGUAGES = {"gu": "Gujarati", "lv": "Latvian"}


class Row(BaseModel):
    """One compared text: the English, the hash of the translation, what it said, whether that is the same, and how a difference was settled.

    ``earlier`` keeps what was settled when the row was made before, for an earlier translation.
    """

    model_config = ConfigDict(extra="forbid")

    english: str = Field(min_length=1)
    compared: str = Field(pattern=r"^[0-9a-f]{12}$")
    back: str = Field(min_length=1)
    verdict: Literal["same", "differs"] | None = None
    settled: str | None = None
    earlier: list[str] = []


class _Record(RootModel[dict[str, list[Row]]]):
    pass


class _Filled(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: str
    text: str | list[str]
    back: str | None = None


class _Sheet(RootModel[list[_Filled]]):
    pass


@dataclass(frozen=True)
class Waiting:
    """A text that waits: for somebody to read it back (``back``), for a comparison (``verdict``), or for a decision on a difference (``settled``)."""

    lang: str
    step: Literal["back", "verdict", "settled"]
    entry: Entry
    stale: bool = False


def wanted(entry: Entry) -> bool:
    """Whether a text is read back: everything in a case, and what an exercise says to an answer (known slips, truths, solutions)."""
    return entry.source.kind == "scenario" or (entry.source.kind == "exercises" and entry.where.rpartition(".")[2] in ("says", "solution"))


def digest(entry: Entry) -> str:
    """What tells one translation from another: twelve hexadecimal digits of its hash, whatever its line breaks."""
    return hashlib.sha256("\0".join(map(key, entry.forms)).encode()).hexdigest()[:12]


def path_of(root: Path, lang: str) -> Path:
    """Where the record of a language stands."""
    return root / FOLDER / lang / FILE


def read(root: Path, lang: str) -> dict[str, dict[str, Row]]:
    """The record: rows by source file and English text.

    Raises
    ------
    ContentError
        For a broken file, a text that has two rows, a difference without what was settled.
    """
    path = path_of(root, lang)
    if not path.exists():
        return {}
    document = parse_yaml(read_text(path), path)
    found: dict[str, dict[str, Row]] = {}
    errors: list[ContentError] = []
    for source, rows in validate(document, _Record).root.items():
        for number, row in enumerate(rows):
            if key(row.english) in found.setdefault(source, {}):
                errors.append(document.error("this English text has a row already; keep the one that compares what stands in the catalogue.", source, number, "english"))
            if row.settled and row.settled.partition(":")[0] not in ("kept", "mended"):
                errors.append(document.error(f'found {row.settled[:40]!r}; begin with "kept: " or "mended: " and say what.', source, number, "settled"))
            found[source][key(row.english)] = row
    raise_all(errors)
    return found


def waiting(root: Path, lang: str, entries: Iterable[Entry]) -> list[Waiting]:
    """Texts of `lang` among the settled `entries` whose back-translation is missing, stale, not compared, or not settled."""
    record = read(root, lang)
    found = []
    for entry in entries:
        if entry.lang != lang or not wanted(entry):
            continue
        row = record.get(_source(entry, root), {}).get(key(entry.words))
        if row is None or row.compared != digest(entry):
            found.append(Waiting(lang, "back", entry, row is not None))
        elif row.verdict is None:
            found.append(Waiting(lang, "verdict", entry))
        elif row.verdict == "differs" and not (row.settled or "").startswith("kept:"):  # a mended one would have another hash
            found.append(Waiting(lang, "settled", entry))
    return found


def _source(entry: Entry, root: Path) -> str:
    return entry.source.path.resolve().relative_to(root.resolve()).as_posix()


# ---- The way of a text through two hands ------------------------------------------------------------------------


def worksheet(root: Path, lang: str, entries: Iterable[Entry]) -> tuple[str, int]:
    """A sheet with every translation that waits to be read back, without its English, and how many there are; the same translation once."""
    rows: dict[str, dict[str, Any]] = {}
    for each in waiting(root, lang, entries):
        if each.step == "back":
            forms = each.entry.forms
            rows.setdefault(digest(each.entry), {"id": digest(each.entry), "text": forms[0] if len(forms) == 1 else list(forms), "back": ""})
    return _SHEET_HEAD.format(language=_LANGUAGES[lang]) + "\n" + "\n".join(_dump([row]) for row in rows.values()), len(rows)


def take(root: Path, lang: str, entries: Iterable[Entry], sheet: Path) -> int:
    """Bring a filled sheet into the record; gives how many rows were written. Their verdicts are open; what was settled for an earlier translation moves to ``earlier``.

    Raises
    ------
    ContentError
        For a broken sheet, or a row whose translation has changed since the sheet was written.
    """
    entries = [entry for entry in entries if entry.lang == lang and wanted(entry)]
    document = parse_yaml(read_text(sheet), sheet)
    filled: dict[str, str] = {}
    errors: list[ContentError] = []
    known = {digest(entry) for entry in entries}
    for number, row in enumerate(validate(document, _Sheet).root):
        if not (row.back or "").strip():
            continue
        if row.id not in known:
            errors.append(document.error(f"no translation has the id {row.id!r} any more; write a new sheet for it.", number, "id"))
        filled[row.id] = (row.back or "").strip()
    raise_all(errors)
    record = read(root, lang)
    made: dict[str, list[Row]] = {}
    written = 0
    for entry in entries:  # in the order of the sources; rows of texts that are gone drop out
        row = record.get(_source(entry, root), {}).get(key(entry.words))
        if digest(entry) in filled and (row is None or row.compared != digest(entry) or row.back != filled[digest(entry)]):
            row = Row(english=entry.words, compared=digest(entry), back=filled[digest(entry)], earlier=[*row.earlier, *([row.settled] if row.settled else [])] if row else [])
            written += 1
        if row:
            made.setdefault(_source(entry, root), []).append(row)
    body = "".join(f"\n{_dump({source: [row.model_dump(exclude_defaults=True) for row in rows]})}" for source, rows in made.items())
    write_text(path_of(root, lang), _HEAD.format(lang=lang) + body)
    return written


class _Dumper(yaml.SafeDumper):
    """Paragraphs stay paragraphs."""


_Dumper.add_representer(str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None))


def _dump(value: Any) -> str:
    return yaml.dump(value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=140)
