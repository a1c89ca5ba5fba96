"""The glossary's page, and its terms on other pages: the first use in each section is a link that shows its definition.
Without scripts the link leads to the glossary; ``web/glossary.js`` shows the definition on hover, focus and tap."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from markupsafe import Markup, escape

from rapport import i18n, playbooks
from rapport.content import ContentError, module_stems
from rapport.i18n import collation
from rapport.i18n.words import Words
from rapport.playbooks.glossary import Glossary, Term, load, pattern

__all__ = ["PAGE", "body", "definitions", "load", "marked", "section"]

PAGE = "glossary"
STRINGS = Words(__file__, {
    "nav": "Glossary",
    "taught": "Taught in",
    "used": "Words used here",
})  # fmt: skip

# Nothing is marked in what is pressed, opened or followed, in headings, code and formulas, nor in what a script takes over.
_LEFT_ALONE = frozenset(
    "a button code pre kbd h1 h2 h3 h4 h5 h6 math script style svg summary label select textarea th cite header nav rapport-scenario rapport-exercise rapport-explorer rapport-hunt".split()
)
_LEFT_CLASSES = frozenset("sources eyebrow minutes badge in-words label".split())
_TAG = re.compile(r"<(/?)([a-zA-Z][\w-]*)([^>]*)>")


def marked(body: str, glossary: Glossary | None, address: Callable[[str], str]) -> tuple[Markup, list[Term]]:
    """HTML with its terms as links, and the terms that were found.

    Parameters
    ----------
    body : str
        HTML of a page, as the renderer makes it.
    glossary : Glossary or None
        Without one, nothing is marked.
    address : callable
        Address of a term's entry, from its id.

    Returns
    -------
    (Markup, list of Term)
        In the order of their first use.
    """
    lang = i18n.language()
    terms = [term for term in glossary.terms if lang in term.forms] if glossary else []
    if not terms:
        return Markup(body), []
    known = pattern(tuple((term.id, tuple(term.forms[lang])) for term in terms), lang)
    found: dict[str, Term] = {}
    here: set[str] = set()  # terms of this section
    english = False  # within a text that waits for its translation

    def linked(match: re.Match[str]) -> str:
        term = terms[int(str(match.lastgroup)[1:].partition("_")[0])]
        if term.id in here:
            return match[0]
        here.add(term.id)
        found.setdefault(term.id, term)
        return f'<a class="term" href="{escape(address(term.id))}" aria-describedby="says-{term.id}">{match[0]}</a>'

    def text(words: str) -> str:
        nonlocal english
        parts = re.split(f"([{i18n.OPEN}{i18n.CLOSE}])", words)
        for number, part in enumerate(parts):
            if part in (i18n.OPEN, i18n.CLOSE):
                english = part == i18n.OPEN
            elif part and not english:
                parts[number] = known.sub(linked, part)
        return "".join(parts)

    out: list[str] = []
    at, within, depth = 0, "", 0
    for tag in _TAG.finditer(body):
        words = body[at : tag.start()]
        out += [words if within else text(words), tag[0]]
        if within:
            english = _left_english(words, english)
        at, name = tag.end(), tag[2].lower()
        if within:
            depth += (name == within) * (-1 if tag[1] else 1)
            within = within if depth else ""
            continue
        if name == "h2" and not tag[1]:
            here.clear()
        if not tag[1] and (name in _LEFT_ALONE or _LEFT_CLASSES & set(_classes(tag[3]))):
            within, depth = name, 1
    return Markup("".join([*out, text(body[at:])])), list(found.values())


def _left_english(words: str, english: bool) -> bool:
    last = max(words.rfind(i18n.OPEN), words.rfind(i18n.CLOSE))
    return english if last < 0 else words[last] == i18n.OPEN


def _classes(attributes: str) -> list[str]:
    return found[1].split() if (found := re.search(r'\bclass="([^"]*)"', attributes)) else []


def definitions(terms: Sequence[Mapping[str, str]]) -> Markup:
    """What the links of `marked` are described by: hidden until a script shows it."""
    return Markup("").join(Markup('<p class="term-says" id="says-{}" role="tooltip" popover="manual"><strong>{}</strong> {}</p>\n').format(term["id"], term["term"], term["says"]) for term in terms)


def section(terms: Sequence[Mapping[str, str]]) -> Markup:
    """The entries of some terms as a part of a page that has the whole course's glossary nowhere."""
    return Markup('<h2 id="{}">{}</h2>{}').format(PAGE, STRINGS["used"], _list(terms, lambda term: Markup(""))) if terms else Markup("")


def body(glossary: Glossary, root: Path, href: Callable[[str, str], str]) -> Markup:
    """The glossary's page: its terms in the reader's alphabet, each with the module that teaches it.

    Raises
    ------
    ContentError
        For a term that names a module which the course does not have.
    """
    stems = module_stems(root)
    if wrong := next((term for term in glossary.terms if term.taught not in stems), None):
        raise ContentError(f"the term {wrong.id!r} is taught in {wrong.taught!r}, and there is no such module; there are {', '.join(stems)}.", root / "playbooks" / "glossary.yaml")
    titles = {stem: playbooks.front_matter(stem, root).title for stem in {term.taught for term in glossary.terms}}

    def taught(term: Mapping[str, str]) -> Markup:
        return Markup('<dd class="note">{} <a href="{}">{} {}</a></dd>').format(STRINGS["taught"], href(term["taught"], ""), term["taught"][:2], titles[term["taught"]])

    return Markup('<header class="opening"><h1 id="top">{}</h1><p class="lead">{}</p></header>{}').format(glossary.title, glossary.lead, _list([term.model_dump() for term in glossary.terms], taught))


def _list(terms: Sequence[Mapping[str, str]], more: Callable[[Mapping[str, str]], Markup]) -> Markup:
    entries = (Markup('<dt id="term-{}">{}</dt><dd>{}</dd>{}\n').format(term["id"], term["term"], term["says"], more(term)) for term in sorted(terms, key=lambda term: collation.key(term["term"])))
    return Markup('<dl class="glossary">\n{}</dl>').format(Markup("").join(entries))
