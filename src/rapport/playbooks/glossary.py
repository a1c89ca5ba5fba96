"""The words of the course's trade, each with a plain definition: ``playbooks/glossary.yaml``.
A course without the file has no glossary, and its pages mark no terms."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from rapport import i18n
from rapport.content import read_yaml

Text = Annotated[str, Field(min_length=1)]


class Term(BaseModel):
    """One term: what it is called, what it means, which module teaches it, and by which words it is known in a text.

    ``forms`` gives those words by language. English ones are taken as they are, and their plural; of other languages,
    which decline, each word of a form is the beginning of a word: ``kontro kart`` finds *kontroles kartē* too.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    term: Text
    says: Text
    taught: Text
    forms: dict[Text, Annotated[list[Text], Field(min_length=1)]]

    @model_validator(mode="after")
    def _known(self) -> Term:
        if unknown := set(self.forms) - set(i18n.LANGUAGES):
            raise ValueError(f"{self.id} has forms in {', '.join(sorted(unknown))}; the languages are {', '.join(i18n.LANGUAGES)}.")
        if i18n.SOURCE not in self.forms:
            raise ValueError(f"{self.id} has no English forms; add `en:` with the words that stand for it in a text.")
        return self


class Glossary(BaseModel):
    """The file: the page's title and lead, and the terms."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Text
    lead: Text
    terms: Annotated[tuple[Term, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _once(self) -> Glossary:
        ids = [term.id for term in self.terms]
        if twice := next((name for name in ids if ids.count(name) > 1), None):
            raise ValueError(f"the term {twice!r} is listed twice; keep one.")
        owners: dict[tuple[str, str], str] = {}
        for term in self.terms:
            for lang, forms in term.forms.items():
                for form in forms:
                    if (other := owners.setdefault((lang, form.lower()), term.id)) != term.id:
                        raise ValueError(f"the form {form!r} ({lang}) stands under {other!r} and under {term.id!r}; a word has one definition.")
        return self


def load(root: Path) -> Glossary | None:
    """The glossary in the reader's language; None where the course has no ``playbooks/glossary.yaml``.

    Raises
    ------
    ContentError
        For a key that is missing, unknown or wrong, a term listed twice, or a word that two terms claim.
    """
    path = root / "playbooks" / "glossary.yaml"
    return read_yaml(path, Glossary)[0] if path.exists() else None


@lru_cache(maxsize=16)
def pattern(terms: tuple[tuple[str, tuple[str, ...]], ...], lang: str) -> re.Pattern[str]:
    """One expression for all words of all terms, the longest first; the group that matched is named ``t`` and the term's place."""
    words = sorted(((form, place) for place, (_, forms) in enumerate(terms) for form in forms), key=lambda pair: (-len(pair[0]), pair))
    parts = []
    for number, (form, place) in enumerate(words):
        parts.append(f"(?P<t{place}_{number}>{_form(form, lang)})")
    before = r"\w" if lang == i18n.SOURCE else _LETTER
    return re.compile(f"(?<![{before}-])(?:{'|'.join(parts)})", re.IGNORECASE)  # where no word begins, none of them is tried


_LETTER = r"\w\u0a80-\u0aff"  # vowel signs of Gujarati are no letters to Python


def _form(form: str, lang: str) -> str:
    words = [re.escape(word) for word in form.split()]
    if lang == i18n.SOURCE:
        return r"\s+".join(words) + r"(?:e?s)?(?![\w-])"
    return r"\s+".join(rf"{word}[{_LETTER}]*" for word in words)
