"""The search: what of a page can be found, the page to search from, and the file of texts that it loads.
Word forms and ranking are the browser's (web/search.js); here is only text, cut at its headings."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, NamedTuple

from markupsafe import Markup
from pydantic import BaseModel, ConfigDict

from rapport import i18n
from rapport.content import read_yaml
from rapport.i18n import collation
from rapport.i18n.catalogue import FOLDER
from rapport.i18n.words import Words
from rapport.proofreading import glossary

PAGE = "search"
LOADS = ("search.css", "minisearch.js", "stemmer.js", "search.js")
"""What the page of the search loads and no other page does, besides the texts of its language."""

STRINGS = Words(__file__, {
    "all_cards": "All cards, A to Z",
    "all_pages": "All pages, A to Z",
    "lead": "It looks through everything there is to read here, also without a network. Answers, hints and what becomes of a case are left out, so that nothing is given away.",
    "no_script": "Searching needs JavaScript in your browser. Without it, look through the two lists on this page.",
    "title": "Search",
})  # fmt: skip

_PARTS = {"play": "card", "review": "review", "rapport-exercise": "exercise", "rapport-scenario": "case"}
"""Parts of a page by class or element."""
_LEFT_OUT = frozenset("script style pre svg math nav button template noscript rapport-explorer rapport-market-now".split())
_LEFT_OUT_CLASSES = frozenset(
    "exercise-hints exercise-table exercise-form exercise-offline exercise-minutes hunt-side hunt-offline outcome-links print-only print-one minutes eyebrow code term-says".split()
)
"""Answers, hints and planted faults are for whoever has worked at them; the rest is no text to look for."""
_EMPTY = frozenset("area base br col embed hr img input link meta source track wbr".split())
_INLINE = frozenset("a abbr b cite code em i kbd mark q s samp small strong sub sup".split())
_HEADING = re.compile(r"h[1-6]")
_MARK = re.compile(f"([{i18n.OPEN}{i18n.CLOSE}])")


class _Open(NamedTuple):
    """An element that is open: its name, whether it is left out, its language, which part it is, and the section that goes on after it."""

    name: str = ""
    left_out: bool = False
    lang: str = ""
    part: str = ""
    after: dict[str, Any] | None = None


class _Reader(HTMLParser):
    """Sections of a page's body. A part of its own (card, case, exercise, review) ends with its element, and the text around it goes on."""

    def __init__(self, kind: str, lang: str) -> None:
        super().__init__(convert_charrefs=True)
        self.kind, self.english = kind, False
        self.open = [_Open(lang=lang)]
        self.now = _section("", kind)
        self.found = [self.now]
        self.into, self.anchor = "text", ""  # where text goes; the anchor of a part whose heading has none

    def updatepos(self, i: int, j: int) -> int:
        """Counts no lines: nobody asks where on the page something stands."""
        return j

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _EMPTY:
            return self._write(" ")
        given = {name: value or "" for name, value in attrs}
        classes, outer = set(given.get("class", "").split()), self.open[-1]
        left_out = outer.left_out or tag in _LEFT_OUT or bool(classes & _LEFT_OUT_CLASSES) or "hidden" in given or (tag == "details" and outer.part in ("exercise", "review"))
        part = "" if left_out else _PARTS.get(tag) or next((_PARTS[name] for name in classes if name in _PARTS), "")
        self.open.append(_Open(tag, left_out, given.get("lang", outer.lang).split("-")[0], part or outer.part, self.now if part else None))
        if left_out:
            return
        if part:
            self.anchor = given.get("id", "")
        heading = bool(_HEADING.fullmatch(tag)) or tag == "dt" and self.kind == "term"
        if heading and (given.get("id") or self.anchor):
            self._begin(given.get("id") or self.anchor)
        elif "scenario-title" in classes:
            self._begin(self.now["anchor"])
        elif tag not in _INLINE:
            self._write(" ")
        if (heading or "scenario-title" in classes) and not self.now["title"]:
            self.into = "title"

    def handle_endtag(self, tag: str) -> None:
        while self.open[-1].name == tag or any(each.name == tag for each in self.open):
            closed = self.open.pop()
            if not closed.left_out and closed.name not in _INLINE:
                if self.into == "text" and _HEADING.fullmatch(closed.name):
                    self._write(":")
                self.into = "text"
                self.now, self.anchor = closed.after or self.now, "" if closed.after else self.anchor
                self._write(" ")
            if closed.name == tag:
                break

    def handle_data(self, data: str) -> None:
        for piece in _MARK.split(data):
            if piece in (i18n.OPEN, i18n.CLOSE):
                self.english = piece == i18n.OPEN
            elif not self.open[-1].left_out:
                self._write(piece)

    def _begin(self, anchor: str) -> None:
        part = self.open[-1].part
        self.now = _section(anchor, part if part in ("card", "case", "exercise") else self.kind)
        self.found.append(self.now)
        self.anchor = ""

    def _write(self, text: str) -> None:
        self.now[self.into] += text
        lang, letters = "en" if self.english else self.open[-1].lang, self.now["letters"][self.into]
        letters[lang] = letters.get(lang, 0) + len(text.strip())


def _section(anchor: str, kind: str) -> dict[str, Any]:
    return {"anchor": anchor, "kind": kind, "title": "", "text": "", "letters": {"title": {}, "text": {}}}


def sections(body: str, kind: str, lang: str) -> list[dict[str, str]]:
    """What can be found on a page: its text from heading to heading, cards, cases and exercises by themselves.

    Parameters
    ----------
    body : str
        HTML of the page, with the signs of `i18n.OPEN` and `i18n.CLOSE` around what is still English.
    kind : str
        ``market``, ``moment`` or ``term`` where the page is one of those, else ``text``. Among terms each ``dt`` is a heading.
    lang : str
        Language of the page.

    Returns
    -------
    list of dict
        ``anchor`` ('' for the top), ``kind``, ``title``, ``text``, and ``title_lang``, ``text_lang``: the language that most of it is in.
        Without answers, hints, code, and what a case tells after its opening.
    """
    reader = _Reader(kind, lang)
    reader.feed(str(body))  # of Markup every piece that the reader cuts out would be Markup again
    reader.close()
    found = []
    for each in reader.found:
        title, text = _plain(each["title"]), _plain(each["text"])
        if not text and (not title or each["kind"] == "text"):
            continue
        langs = {f"{part}_lang": max(counts, key=counts.__getitem__, default=lang) for part, counts in each["letters"].items()}
        found.append({"anchor": each["anchor"], "kind": each["kind"], "title": title, "text": text, **langs})
    return found


def _plain(text: str) -> str:
    """`text` on one line, without what is set for the eye alone."""
    return re.sub(r"\s+(?=[.,;:!?)”’])|(?<=[(“„‘])\s+", "", " ".join(text.replace("\u00ad", "").split()))


# ---- The page ---------------------------------------------------------------------------------------------------


def body(root: Path) -> Markup:
    """The page of the search, before `list_all`: the field and what a reader may type, from `typed`."""
    from rapport.handbook.pages import script_json

    return Markup(_parts().field(script_json(typed(root, i18n.language()))))


def loads() -> list[str]:
    """Files that the page of the search loads in the reader's language."""
    return [_texts_file(i18n.language()), *LOADS]  # search.js, the last, begins when it is read


def list_all(made: Sequence[Any], order: Callable[[Sequence[str]], list[int]] = collation.order) -> None:
    """Put all pages and cards in alphabetical order on the page of the search: what there is without JavaScript, and for whoever would rather look through it.

    Parameters
    ----------
    made : sequence of Page
        All pages of an edition in the reader's language; where none is the page of the search, nothing is done.
    order : callable
        Puts titles into the alphabet; for a caller that has kept what `collation.order` said of them.
    """
    from rapport.handbook.pages import site_href

    href = site_href(PAGE)
    others = [page for page in made if page.name != PAGE]
    cards = [{"title": each["title"], "where": page.title, "href": href(page.name, each["anchor"]), "lang": each["title_lang"] if each["title_lang"] != page.lang else ""} for page in others for each in page.sections if each["kind"] == "card"]
    listed = [(STRINGS["all_cards"], "cards", cards), (STRINGS["all_pages"], "pages", [{"title": page.title, "where": "", "href": href(page.name, ""), "lang": ""} for page in others])]
    ordered = [{"title": title, "id": name, "links": [links[number] for number in order([link["title"] for link in links])]} for title, name, links in listed if links]
    for page in made:
        if page.name == PAGE:
            page.body += Markup(_parts().lists(ordered))


def _parts() -> Any:
    from rapport.handbook.pages import environment

    return environment().get_template("search.html.j2", globals={"words": STRINGS}).module


# ---- The file of texts ------------------------------------------------------------------------------------------


def files(made: Sequence[Any]) -> dict[str, bytes]:
    """The texts of all pages as one script for each language that has a page of the search, by file name.

    Parameters
    ----------
    made : sequence of Page
    """
    from rapport.handbook.pages import script_json

    langs = dict.fromkeys(page.lang for page in made if page.name == PAGE)
    return {_texts_file(lang): f"globalThis.rapportTexts = {script_json(texts([page for page in made if page.lang == lang]))};\n".encode() for lang in langs}


def texts(made: Sequence[Any]) -> dict[str, Any]:
    """What web/search.js looks through: ``pages`` as [file, title], ``entries`` as [number of page, anchor, kind, title, text, languages].

    The languages, of title and text, are left out where both are the page's.
    """
    shown = [page for page in made if page.sections]
    entries = []
    for number, page in enumerate(shown):
        for each in page.sections:
            langs = [each["title_lang"], each["text_lang"]]
            entries.append([number, each["anchor"], each["kind"], each["title"], each["text"], *([langs] if set(langs) != {page.lang} else [])])
    return {"pages": [[page.file, i18n.unmarked(page.title)] for page in shown], "entries": entries}


def _texts_file(lang: str) -> str:
    return f"search-texts.{lang}.js"


class _Typed(BaseModel):
    """What ``locales/<lang>/search.yaml`` may hold."""

    model_config = ConfigDict(extra="forbid")

    passed_over: list[str] = []
    families: list[str] = []
    words: dict[str, list[str]] = {}
    places: dict[str, dict[str, list[str]]] = {}


def typed(root: Path, lang: str) -> dict[str, Any]:
    """What a reader may type, from ``locales/<lang>/search.yaml``; none of it is needed.

    Returns
    -------
    dict
        ``passed_over``: words of a question that say nothing of what is looked for. ``families``: lists of words that are one word here, the
        first for all. ``words``: what may be typed, with the beginnings of the words that the course uses instead; in a translation its
        glossary serves too, with English terms for the words they are translated by and rejected words for the chosen ones. ``places``: by
        page and anchor what a place is called besides its title; the page ``market`` is each market sheet.

    Raises
    ------
    ContentError
        For a file that holds anything else.
    """
    path = root / FOLDER / lang / "search.yaml"
    given = read_yaml(path, _Typed)[0] if path.exists() else _Typed()
    found: dict[str, list[str]] = {}
    for term in glossary.read(root, lang)[0]:
        chosen = [choice.strip() for choice in re.split("[;,]", re.sub(r"\(.*?\)", "", term.choice)) if choice.strip()]
        for said, meant in [*term.forms.items(), *((re.sub(r"\(.*?\)", "", word).strip(), chosen) for word in term.rejected)]:
            found.setdefault(said.lower(), []).extend(meant)
    for said, meant in given.words.items():
        found.setdefault(said.lower(), []).extend(meant)
    words = {said: list(dict.fromkeys(meant)) for said, meant in sorted(found.items())}
    return {"passed_over": given.passed_over, "families": [each.split() for each in given.families], "words": words, "places": given.places}
