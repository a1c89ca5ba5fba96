"""The glossary of a language, ``locales/<language>/glossary.yaml``, held against its translations: where the English has a term,
the translation has a form of the term chosen for it, and none that was rejected."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, RootModel

from rapport.content import ContentError, Document, parse_yaml, raise_all, read_text, validate
from rapport.i18n.catalogue import FOLDER, CatalogueError, key
from rapport.i18n.checks import Entry
from rapport.i18n.leftovers import plain

FILE = "glossary.yaml"


class Term(BaseModel):
    """One entry: what was chosen for an English term, what was rejected and why; and what of it a program can check.

    ``forms`` gives, for an English word or phrase (its plural and possessive count too), the beginnings of which the translation needs one:
    ``klient`` stands for *klientam* too, ``izdal lap`` for *izdales lapas*. ``not`` lists beginnings that it must not have. An entry without
    ``forms`` says under ``unchecked`` why, before a release at the latest. ``except`` names English texts, by their beginning, that are left out, each with its reason.
    """

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    term: str
    choice: str
    rejected: dict[str, str] = {}
    note: str = ""
    forms: dict[str, list[str]] = {}
    no: list[str] = Field([], alias="not")
    unchecked: str = ""
    apart: dict[str, str] = Field({}, alias="except")


class _Glossary(RootModel[list[Term]]):
    pass


def read(root: Path, lang: str) -> tuple[list[Term], Document]:
    """The entries of a glossary, and its document for line numbers; none where there is no file.

    Raises
    ------
    ContentError
        For a broken file, an entry that is checked and says why not, a form that is empty, an English phrase in two entries.
    """
    path = root / FOLDER / lang / FILE
    if not path.exists():
        return [], Document([], path, {})
    document = parse_yaml(read_text(path), path)
    terms = validate(document, _Glossary).root
    errors: list[ContentError] = []
    seen: dict[str, int] = {}
    for number, term in enumerate(terms):
        if term.forms and term.unchecked:
            errors.append(document.error("the entry has `forms`, by which it is checked, and `unchecked` with a reason why not; keep one of them.", number, "unchecked"))
        for english, forms in term.forms.items():
            if not forms or not all(form.strip() for form in forms):
                errors.append(document.error("the term has an empty form; write the beginning that every form of the word has.", number, "forms", english))
            if english.lower() in seen:
                errors.append(document.error(f"the English {english!r} has its forms in an entry above; put them together.", number, "forms", english))
            seen[english.lower()] = number
    raise_all(errors)
    return terms, document


def undecided(root: Path, lang: str) -> list[ContentError]:
    """Entries that neither have forms nor say why they are not checked."""
    terms, document = read(root, lang)
    return [document.error(f"the term {term.term!r} has neither `forms`, by which it is checked, nor `unchecked` with the reason; write one.", number) for number, term in enumerate(terms) if not term.forms and not term.unchecked]


def faults(root: Path, lang: str, entries: Iterable[Entry]) -> Iterator[CatalogueError | ContentError]:
    """Translations that do not keep to the glossary, and exceptions that no text needs."""
    terms, document = read(root, lang)
    phrases = sorted(((english, number) for number, term in enumerate(terms) for english in term.forms), key=lambda pair: (-len(pair[0]), pair[0]))
    needed: set[tuple[int, str]] = set()
    for entry in entries:
        text = plain(entry.words).lower()
        found: list[tuple[str, int]] = []
        for english, number in phrases:  # the longest first: "play card" is no "play"
            if english.lower().rstrip("y") in text:
                text, times = _english(english).subn(" ", text)
                if times:
                    found.append((english, number))
        excused = {form for english, number in found for form in terms[number].forms[english]}
        for english, number in found:
            term = terms[number]
            problems = []
            if not all(any(_begins(form).search(said) for form in term.forms[english]) for said in entry.forms):
                problems.append(f"the glossary has {term.choice!r} for {english!r}, and the translation has none of its forms ({', '.join(term.forms[english])})")
            problems += [f"{no!r} was rejected for {english!r} (choice: {term.choice})" for no in term.no if no not in excused and any(_begins(no).search(said) for said in entry.forms)]
            if problems and (beginning := next((each for each in term.apart if key(entry.words).startswith(each)), None)):
                needed.add((number, beginning))
            else:
                yield from (entry.fault(f"{problem}; mend it, or say in {FOLDER}/{lang}/{FILE} why not.") for problem in problems)
    for number, term in enumerate(terms):
        yield from (document.error(f"no text that begins with {each!r} needs this exception; remove it.", number, "except", each) for each in term.apart if (number, each) not in needed)


@lru_cache(maxsize=4096)
def _english(phrase: str) -> re.Pattern[str]:
    phrase = phrase.lower()
    plural = rf"(?:{re.escape(phrase)}|{re.escape(phrase[:-1])}ies)" if phrase.endswith("y") else rf"{re.escape(phrase)}(?:e?s)?"
    return re.compile(rf"(?<![\w-]){plural}(?:[’']s)?(?![\w-])")


@lru_cache(maxsize=4096)
def _begins(form: str) -> re.Pattern[str]:
    """Words that begin with the words of `form`, one after the other."""
    return re.compile(r"(?<![^\W_])(?<![\u0a81-\u0ae3])" + r"\S*\s+".join(map(re.escape, form.split())), re.IGNORECASE)
