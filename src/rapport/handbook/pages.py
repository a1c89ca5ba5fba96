"""From a course and its executed notebooks to pages: what each page holds, where links lead, and the frame around it.
The same pieces make the folder of pages and the one-file form of a module."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape
from pydantic import BaseModel, ConfigDict

from rapport import assessment, facts, hunt, i18n, markdown, playbooks
from rapport.assessment import page as assessment_page
from rapport.content import ContentError, read_markdown
from rapport.handbook import glossary, markets, moments, progress, render, search
from rapport.handbook.strings import STRINGS, say
from rapport.hunt import page as hunt_page
from rapport.i18n import typesetting
from rapport.i18n.words import script_words as words_of_script
from rapport.playbooks import moments as listed_moments
from rapport.playbooks import show
from rapport.playbooks.bibliography import bibliography


ACCESSIBILITY = "accessibility"  # name of a text of the course and of its page


class Front(BaseModel):
    """Front matter of ``playbooks/index.md``, ``playbooks/about.md`` and ``playbooks/accessibility.md``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    lead: str = ""


@dataclass(frozen=True)
class Module:
    """What a module's pages are made from."""

    stem: str
    playbook: playbooks.Playbook
    notebook_path: Path
    notebook: Any
    graphs: Mapping[str, Any]
    exercises: str
    exercise_titles: Mapping[str, str]

    @property
    def title(self) -> str:
        return self.playbook.front.title

    @property
    def number(self) -> str:
        return self.stem[:2]

    @property
    def card_ids(self) -> list[str]:
        return [play.id for play in self.playbook.plays]


@dataclass(frozen=True)
class Reference:
    """A notebook that is no module and has a page of its own; its title is its first heading."""

    name: str
    title: str
    notebook_path: Path
    notebook: Any


@dataclass
class Page:
    """One page before it is written: its frame's values and its body."""

    name: str
    title: str
    body: Markup
    kind: str = ""
    description: str = ""
    contents: list[dict[str, str]] = field(default_factory=list)
    nav: list[dict[str, Any]] = field(default_factory=list)
    crumbs: list[dict[str, str]] = field(default_factory=list)
    previous: dict[str, str] | None = None
    next: dict[str, str] | None = None
    home: str = field(default_factory=lambda: file_of("index"))
    footer: str = ""
    footer_links: list[dict[str, str]] = field(default_factory=list)
    mark: str = ""
    lang: str = field(default_factory=i18n.language)
    languages: list[dict[str, Any]] = field(default_factory=list)
    tools: list[dict[str, Any]] = field(default_factory=list)
    sections: list[dict[str, str]] = field(default_factory=list)  # what the search finds here (search.sections)
    loads: list[str] = field(default_factory=list)  # scripts and styles of this page alone

    @property
    def file(self) -> str:
        """Name of the file: `name` with the language before its ending, which English goes without."""
        return file_of(self.name, self.lang)


TOOLS = (search.PAGE, progress.PAGE)
"""Pages that every page links to in the strip at its top, in this order."""
APART = (search.PAGE, "progress", "statement")
"""Kinds of pages that stand outside the order of reading."""
Exercises = tuple[str, Mapping[str, str]]
"""HTML of a module's exercises, and title by id."""
_HREF = re.compile(r'href="(?<=\shref=")([^"]*)"')  # begins with what is looked for, so that it is found quickly in pages with large pictures
Href = Callable[[str, str], str]
"""``href(page, anchor)``: address of an anchor ('' for the top) on a page named without its ending; '' when out of reach."""


def read_module(root: Path, stem: str, notebook: Any, exercises: Exercises) -> Module:
    """One module with its executed notebook and its exercises.

    Raises
    ------
    ContentError
        For whatever is wrong in its playbook or scenarios.
    """
    from rapport import scenarios

    graphs = {name: scenarios.compile_scenario(file) for name, file in scenarios.files(root).items() if file.parent.name == stem}
    return Module(stem, playbooks.load(stem, root), root / "notebooks" / f"{stem}.ipynb", notebook, graphs, *exercises)


def read_exercises(root: Path, stem: str) -> Exercises:
    """The exercises of a module as HTML, and their titles by id; nothing for a module that has none.

    Raises
    ------
    ContentError
        For whatever is wrong in them.
    """
    from rapport import exercises
    from rapport.exercises import page as exercise_page

    if not (root / "exercises" / f"{stem}.yaml").exists():
        return "", {}
    workbook = exercises.load(stem, root)
    return exercise_page.render(workbook), {each.id: each.title for each in workbook}


def read_references(root: Path, executed: Mapping[Path, Any], kinds: tuple[str, ...] = ("reference",)) -> list[Reference]:
    """The notebooks among `executed` that are no modules and have a page, by name.

    Parameters
    ----------
    kinds : tuple of str
        Which pages are wanted: ``reference``, ``trainer`` (see `lessons.belongs`).

    Raises
    ------
    ContentError
        For a notebook that does not say where it belongs, or does not begin with a heading.
    """
    from rapport import lessons

    found = []
    for path in sorted((root / "notebooks").glob("*.ipynb")):
        if path not in executed or lessons.belongs(path, executed[path]) not in kinds:
            continue
        head = re.match(r"# (.+)", executed[path].cells[0].source if executed[path].cells else "")
        if not head:
            raise ContentError("the first cell must be a heading '# Title'; it is the page's title.", path, key="cell 1")
        found.append(Reference(path.stem, head[1].strip(), path, executed[path]))
    return found


# ---- Where links lead -------------------------------------------------------------------------------------------


def file_of(page: str, lang: str | None = None) -> str:
    """File of a page in a language (default: the reader's): ``about.html``, ``about.gu.html``."""
    lang = lang or i18n.language()
    return f"{page}.html" if lang == i18n.SOURCE else f"{page}.{lang}.html"


def site_href(current: str) -> Href:
    """Addresses as seen from the page `current` of the folder form."""

    def href(page: str, anchor: str = "") -> str:
        if page == current:
            return f"#{anchor}" if anchor else "#main"
        return f"{file_of(page)}{f'#{anchor}' if anchor else ''}"

    return href


def single_href(stem: str, terms: Sequence[str] = ()) -> Href:
    """Addresses within the one file of a module, which explains `terms` (ids) of the glossary; other modules are out of its reach."""
    tops = {stem: "module", f"{stem}-cards": "cards", "about": "about", "index": "main"}
    there = {(glossary.PAGE, f"term-{term}") for term in terms}
    return lambda page, anchor="": f"#{anchor or tops[page]}" if page in tops or (page, anchor) in there else ""


def relink(html: str, href: Href, path: Path, module: Module | Body | None = None) -> Markup:
    """Turn each address as an author writes it into one of the page.

    Authors link to files of the course (``../exercises/10_x.ipynb``, ``playbook.md#card``), to ``#card-id``,
    ``#source-id`` and headings of the same text, and to the web.

    Raises
    ------
    ContentError
        For an address that no page answers to.
    """
    from html import unescape

    cards = module.card_ids if module else ()

    def resolve(address: str) -> str:
        if re.match(r"(?:https?|mailto):", address, re.IGNORECASE):
            return address
        file, _, anchor = address.partition("#")
        name = Path(file)
        if not file:
            if module and anchor in cards:
                return href(f"{module.stem}-cards", anchor)
            return href(module.stem, anchor) if module else f"#{anchor}"
        if name.suffix == ".ipynb":
            return href(name.stem, anchor or ("exercises" if name.parent.name == "exercises" else ""))
        if name.name == "playbook.md" and (stem := name.parent.name or (module.stem if module else "")):
            return href(f"{stem}-cards", anchor)
        if name.name == "markets.yaml" and (not anchor or anchor in facts.MARKETS):
            return href(markets.page_of(anchor) if anchor else markets.INDEX, "")
        if name.name == "moments.yaml":
            return href(moments.PAGE, anchor)
        if name.name == "glossary.yaml":
            return href(glossary.PAGE, anchor and f"term-{anchor}")
        if name.suffix == ".md" and name.stem in ("about", "accessibility", "index", "facilitator"):
            return href(name.stem, anchor)
        raise ContentError(f"the link {address!r} leads nowhere on a page; link to a notebook, a playbook, a #card-id, a #source-id or the web.", path)

    def rewritten(match: re.Match[str]) -> str:
        address = resolve(unescape(match[1]))
        return str(Markup('href="{}"').format(address)) if address else ""

    return Markup(_HREF.sub(rewritten, html))


# ---- Bodies -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Body:
    """What every form of a module shows, with addresses as authors write them; what JSON holds.

    Attributes
    ----------
    stem, title : str
    html : str
        The notebook, and what it leaves out.
    cards : str
        The play cards as they follow the notebook, one heading lower than on a page of their own.
    terms : list of dict
        Terms of the glossary in `html`: ``id``, ``term``, ``says``.
    ids, card_ids : list of str
        Ids in `html`; those of the cards.
    """

    stem: str
    title: str
    html: str
    cards: str
    terms: list[dict[str, str]]
    ids: list[str]
    card_ids: list[str]


def module_body(module: Module, root: Path) -> Body:
    """The notebook with its scenario and exercises in place; what it leaves out follows at the end.

    Raises
    ------
    ContentError
        For a case that is not there, and whatever `render.notebook_html` refuses.
    """
    ids = {"main", "module", "glossary", "cards", "about", "your-data", "facilitator"} | {play.id for play in module.playbook.plays}
    placed: set[str] = set()

    def scenario(cell: Any) -> str:
        name = render.embed_of(cell)[1]
        if name not in module.graphs:
            raise ContentError(f"no scenario {name!r} in this module; there are {', '.join(module.graphs) or 'none'}.", module.notebook_path)
        graph = module.graphs[name]
        set_graph = typesetting.data(graph, i18n.language(), keep=lambda key: key == "person")
        setting, opening = (_filled(graph[text], graph["places"][0]) for text in ("setting", "opening"))
        if i18n.language() != i18n.SOURCE and i18n.OPEN in json.dumps(graph, ensure_ascii=False):
            set_graph["said"] = i18n.SOURCE  # the player marks what the case says, and speaks itself in the page's language
        return _parts().scenario(graph, setting, opening, script_json(set_graph), market_links(graph, root))

    def exercises(cell: Any) -> str:
        placed.add("exercises")
        return f'<p class="note">{escape(STRINGS["exercises_lead"])}</p>{module.exercises}'

    embeds: dict[str, render.Embed] = {"scenario": scenario, "explorer": render.baked} | ({"exercises": exercises} if module.exercises else {})
    context = render.Context(module.notebook_path, embeds, ids, after={"outcomes": _parts().outcomes(_outcomes(module, root))})
    body = _without_title(render.notebook_html(module.notebook, context))
    rest = ""
    if module.exercises and "exercises" not in placed:
        rest += f'<h2 id="exercises">{escape(STRINGS["exercises"])}</h2><p>{escape(STRINGS["exercises_lead"])}</p>{module.exercises}'
    marked = {mark for cell in module.notebook.cells for mark in cell.metadata.get("rapport", {})}
    if "review" not in marked:
        rest += f'<h2 id="review">{escape(STRINGS["review"])}</h2>{show.review(module.stem, root).html}'
    if "sources" not in marked:
        rest += f'<h2 id="sources">{escape(STRINGS["sources"])}</h2>{show.sources(module.stem, root).html}'
    if module.playbook.front.facilitator:
        rest += str(_parts().facilitator(module.playbook.front.facilitator))
    relink(rest, site_href(module.stem), module.playbook.path, module)  # a fault in it is one of the playbook
    view = module_view(module, lambda page, _: f"../playbooks/{module.stem}/playbook.md") | {"notebook_html": Markup(body), "rest_html": Markup(rest)}
    html, terms = glossary.marked(str(_parts().module_body(view)), glossary.load(root), lambda term: f"../playbooks/glossary.yaml#{term}")
    explained = [{"id": term.id, "term": str(term.term), "says": str(term.says)} for term in terms]
    return Body(module.stem, module.title, html, cards_html(module, root, level=3), explained, sorted(ids), module.card_ids)


def linked(body: Body, root: Path, href: Href) -> Markup:
    """A module's body with the addresses of one form; what leads to sheets out of its reach is left out."""
    html = body.html if href(markets.INDEX, "") else re.sub(r'<p class="note market-links">.*?</p>\n', "", body.html)
    return relink(html, href, root / "notebooks" / f"{body.stem}.ipynb", body)


def market_links(graph: Mapping[str, Any], root: Path) -> list[dict[str, str]]:
    """The sheets of the markets that a case plays in: name and address as an author writes it; none where the course has no sheets."""
    if not markets.load(root):
        return []
    return [{"title": facts.market(code).name, "href": f"../playbooks/markets.yaml#{code}"} for code in dict.fromkeys(place["market"] for place in graph["places"])]


def _outcomes(module: Module, root: Path) -> list[dict[str, Any]]:
    """What serves each outcome of a module: kind, title and address (as an author writes it) of cards, cases, exercises, review questions."""
    from rapport.editing import outcome_links

    plays = {play.id: play.title for play in module.playbook.plays}
    shown = []
    for link in outcome_links(module.stem, root, module.playbook):
        things = [("kind_play", plays[name], f"#{name}") for name in link.plays]
        things += [("kind_case", module.graphs[name]["title"], "#scenario") for name in link.cases if name in module.graphs]
        things += [("kind_exercise", module.exercise_titles[name], "#exercises") for name in link.exercises if name in module.exercise_titles]
        things += [("kind_review", "", "#review")] * bool(link.reviews)
        shown.append({"outcome": link.outcome, "things": [{"kind": STRINGS[kind], "title": title, "href": address} for kind, title, address in things]})
    return shown


def module_view(module: Module, href: Href) -> dict[str, Any]:
    """What the index and the head of a module page say about a module."""
    front = module.playbook.front
    return {
        "number": module.number, "draft": front.draft, "title": front.title, "minutes": front.minutes, "roles": ", ".join(front.roles), "outcomes": front.outcomes,
        "href": href(module.stem, ""), "cards_href": href(f"{module.stem}-cards", ""), "cards": len(module.playbook.plays),
        "exercises": len(module.exercise_titles), "graphs": [graph["title"] for graph in module.graphs.values()],
    }  # fmt: skip


def reference_body(reference: Reference, href: Href) -> Markup:
    """A notebook that is no module, from its heading to its end."""
    context = render.Context(reference.notebook_path, {"explorer": render.baked, "hunt": lambda cell: _hunt(cell, reference.notebook_path)}, {"main", "top"})
    body = _without_title(render.notebook_html(reference.notebook, context))
    head = Markup('<header class="opening"><h1 id="top">{}</h1></header>').format(reference.title)
    return head + relink(body, href, reference.notebook_path)


def _hunt(cell: Any, path: Path) -> str:
    return hunt_page.render(hunt.load(render.embed_of(cell)[1], path.parents[1]))


def _without_title(body: str) -> str:
    return re.sub(r"^\s*<h1[^>]*>.*?</h1>\s*", "", body, count=1, flags=re.DOTALL)


def cards_html(module: Module, root: Path, level: int = 2) -> str:
    """All play cards of a module, each with a stable id and a button that prints it alone; addresses as authors write them."""
    known = bibliography(root)
    intro = markdown.to_html(module.playbook.intro, heading_offset=1) if module.playbook.intro else ""
    cards = [_parts().printable(play.id, Markup(show.card_html(play, known, level=level))) for play in module.playbook.plays]
    return f'<div class="cards-intro">{intro}</div>{"".join(cards)}'


def text_page(root: Path, name: str, href: Href, ids: set[str], offset: int = 0) -> dict[str, Any]:
    """``playbooks/<name>.md``: title, lead and HTML."""
    path = root / "playbooks" / f"{name}.md"
    front, text, _ = read_markdown(path, Front)
    return {"title": front.title, "lead": front.lead, "html": relink(markdown.to_html(text, heading_offset=offset, ids=ids), href, path)}


# ---- Pages ------------------------------------------------------------------------------------------------------


def front_pages(root: Path, modules: Sequence[Module], further: Sequence[tuple[str, str]]) -> list[Page]:
    """The index, the page by moments, and the page of the search, whose lists wait for all pages (`search.list_all`).

    Parameters
    ----------
    root : Path
    modules : sequence of Module
        Only their playbooks and the titles of their cases and exercises are looked at.
    further : sequence of (str, str)
        Title and name of the pages that the index names besides modules.
    """
    href = site_href("index")
    front = text_page(root, "index", href, {"main", "top", "modules"})
    sheets, listed = markets.load(root), listed_moments.load(root)
    named = [{"title": title, "href": href(name, "")} for title, name in further]
    if sheets:
        named.append({"title": sheets.title, "href": href(markets.INDEX, "")})
    picked = {"title": listed.title, "moments": moments.shown(listed, modules, href)} if listed else None
    body = Markup(_parts().index_body(front, [module_view(module, href) for module in modules], named, picked))
    pages = [Page("index", STRINGS["home"], body, "index", front["lead"], contents_of(body))]
    if listed:
        here = site_href(moments.PAGE)
        take = moments.CARD_SET if any(module.playbook.plays for module in modules) else ""
        body = moments.body(listed, moments.shown(listed, modules, here), here(markets.INDEX, "") if sheets else "", take)
        pages.append(Page(moments.PAGE, listed.title, body, "moments", listed.lead))
    pages.append(Page(search.PAGE, search.STRINGS["title"], search.body(root), search.PAGE, loads=search.loads()))
    return pages


def progress_pages(root: Path, modules: Sequence[Module]) -> list[Page]:
    """The page of the learner's progress, and the statement to print; of `modules` as `front_pages` takes them, with the endings of their cases."""
    words, href = progress.STRINGS, site_href(progress.PAGE)
    found = progress.data(root, modules, href)  # for both: neither links to itself there
    body, statement = progress.body(found, href, _parts().erase()), progress.statement_body(found)
    return [Page(progress.PAGE, words["title"], body, "progress", words["lead"]), Page(progress.STATEMENT, words["statement_link"], statement, "statement", words["statement_lead"])]


def module_pages(root: Path, module: Module, made: Body) -> list[Page]:
    """A module's own page, and that of its cards."""
    body = linked(made, root, site_href(module.stem))
    pages = [Page(module.stem, module.title, body + glossary.definitions(made.terms), "module", "", contents_of(body))]
    if module.playbook.plays:
        name = f"{module.stem}-cards"
        head = Markup('<header class="opening"><h1>{}</h1><p class="lead">{}</p></header>').format(say("cards_of", title=module.title), STRINGS["cards_lead"])
        contents = [{"id": play.id, "title": play.title} for play in module.playbook.plays]
        pages.append(Page(name, say("cards_of", title=module.title), head + relink(cards_html(module, root), site_href(name), module.playbook.path, module), "cards", STRINGS["cards_lead"], contents))
    return pages


def reference_page(reference: Reference) -> Page:
    """The page of a notebook that is no module."""
    body = reference_body(reference, site_href(reference.name))
    return Page(reference.name, reference.title, body, "reference", "", contents_of(body))


def assessment_pages(root: Path) -> list[Page]:
    """The page of the assessment, where the course has one."""
    if not assessment.bank_path(root).exists():
        return []
    bank = assessment.load(root)
    return [Page("assessment", bank.says["title"], assessment_page.render(bank), "reference", bank.says["lead"])]


def glossary_pages(root: Path) -> list[Page]:
    """The glossary, where the course has one."""
    listed = glossary.load(root)
    return [Page(glossary.PAGE, listed.title, glossary.body(listed, root, site_href(glossary.PAGE)), "glossary", listed.lead)] if listed else []


def about_page(root: Path) -> Page:
    """What is what, what is simulated, and where a learner's data are."""
    front = text_page(root, "about", site_href("about"), {"main", "about", "your-data"})
    head = Markup('<header class="opening"><h1 id="about">{}</h1><p class="lead">{}</p></header>').format(front["title"], Markup(markdown.inline(front["lead"])))
    body = head + front["html"] + _parts().erase()
    return Page("about", front["title"], body, "about", front["lead"], contents_of(body))


def accessibility_pages(root: Path) -> list[Page]:
    """What was tested for readers with a keyboard, a screen reader or enlarged text; none where the course has no such text."""
    if not (root / "playbooks" / f"{ACCESSIBILITY}.md").exists():
        return []
    front = text_page(root, ACCESSIBILITY, site_href(ACCESSIBILITY), {"main", "top"})
    head = Markup('<header class="opening"><h1 id="top">{}</h1><p class="lead">{}</p></header>').format(front["title"], Markup(markdown.inline(front["lead"])))
    body = head + front["html"]
    return [Page(ACCESSIBILITY, front["title"], body, "about", front["lead"], contents_of(body))]


def market_pages(root: Path) -> list[Page]:
    """The index of the market sheets, then a page for each market in the order of the index; none where the course has no sheets."""
    sheets = markets.load(root)
    if not sheets:
        return []
    made = [Page(markets.INDEX, sheets.title, markets.index_body(sheets, site_href(markets.INDEX)), "markets", sheets.lead)]
    for market in markets.in_order():
        name = markets.page_of(market.code)
        body = markets.sheet_body(market, sheets, site_href(name))
        made.append(Page(name, market.name, body, "market", "", contents_of(body)))
    return made


def single_page(root: Path, made: Body) -> Page:
    """A module with its cards and the notes about the course, as one page that links to nothing outside itself."""
    href = single_href(made.stem, [term["id"] for term in made.terms])
    body = linked(made, root, href)
    cards = relink(made.cards, href, root / "playbooks" / made.stem / "playbook.md", made)
    front = text_page(root, "about", href, {*made.ids, "your-data"}, offset=1)
    sections = Markup('{}<h2 id="cards">{}</h2>{}{}<h2 id="about">{}</h2>{}{}{}').format(
        body, STRINGS["action_cards"], cards, glossary.section(made.terms), front["title"], front["html"], _parts().erase(), glossary.definitions(made.terms)
    )
    titles = {"module": made.title, "cards": STRINGS["action_cards"], "about": STRINGS["about"]}
    nav = [{"href": f"#{anchor}", "title": title, "current": False} for anchor, title in titles.items()]
    return Page(made.stem, made.title, sections, "module", "", contents_of(sections), nav, home="#main", footer=STRINGS["made_by"])


def contents_of(body: str) -> list[dict[str, str]]:
    """Second-level headings of `body`, in order: id and title."""
    heads = re.findall(r'<h2[^>]*\bid="([^"]+)"[^>]*>(.*?)</h2>', body, re.DOTALL)
    return [{"id": name, "title": Markup(title).striptags()} for name, title in heads]


def html_of(page: Page, *, policy: str, assets: str, scripts: str) -> str:
    """The whole HTML document of a page.

    Parameters
    ----------
    page : Page
    policy : str
        The content-security policy as a ``meta`` element.
    assets, scripts : str
        Elements for the head (styles, the early script) and for the end of the body.
    """
    return environment().get_template("base.html.j2").render(
        page=page, version=version("rapport"), policy=Markup(policy), assets=Markup(assets), scripts=Markup(scripts), words=script_json(script_words())
    )


def html_in(lang: str, page: Page, **parts: str) -> str:
    """`html_of` a page in its language, set for reading, English that is left in it marked as such."""
    with i18n.speaking(lang, marking=True):
        return typesetting.page(html_of(page, **parts), lang)


def script_words() -> dict[str, dict[str, str]]:
    """What the scripts say in the reader's language, by script and key; empty in English, which stands in the scripts."""
    if i18n.language() == i18n.SOURCE:
        return {}
    web = Path(__file__).parents[1] / "web"
    return {path.stem: typesetting.data(found, i18n.language()) for path in sorted(web.glob("*.js")) if (found := words_of_script(path))}


def script_json(value: Any) -> Markup:
    """JSON for a data block in a page: no ``<`` in it, so nothing can close the block."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"))


def frame(pages: list[Page], modules: Sequence[Any]) -> None:
    """Navigation, breadcrumbs, previous and next for the pages of the folder form."""
    stems = {module.stem: module for module in modules}
    reading = [page for page in pages if page.kind not in APART]
    for page in pages:
        href = site_href(page.name)
        page.nav = [{"href": href(module.stem, ""), "number": module.number, "title": module.title, "lang": "en" if i18n.OPEN in module.title else "", "current": page.name.removesuffix("-cards") == module.stem} for module in modules]
        there = {other.name for other in pages}
        beside = {moments.PAGE: (moments.PAGE, moments.STRINGS["nav"]), markets.INDEX: ("market", markets.STRINGS["markets_nav"]), glossary.PAGE: (glossary.PAGE, glossary.STRINGS["nav"])}
        page.nav += [{"href": href(name, ""), "title": title, "current": page.name.startswith(start)} for name, (start, title) in beside.items() if name in there]
        page.nav.append({"href": href("about", ""), "title": STRINGS["about"], "current": page.name == "about"})
        page.tools = [{"href": href(name, ""), "name": name, "title": tool.title, "current": page.name == name} for name in TOOLS for tool in pages if tool.name == name]
        page.footer = STRINGS["made_by"]
        page.footer_links = [{"href": href(other.name, ""), "title": other.title} for other in pages if other.name == ACCESSIBILITY]
        if page.name != "index":
            page.crumbs = [{"href": file_of("index"), "title": STRINGS["course"]}]
            stem = page.name.removesuffix("-cards")
            if stem != page.name:
                page.crumbs.append({"href": href(stem, ""), "title": stems[stem].title})
            if page.kind == "market":
                page.crumbs.append({"href": href(markets.INDEX, ""), "title": markets.STRINGS["markets_nav"]})
            page.crumbs.append({"href": "", "title": STRINGS["action_cards"] if stem != page.name else page.title})
    for before, after in zip(reading, reading[1:]):
        before.next = {"href": file_of(after.name), "title": after.title}
        after.previous = {"href": file_of(before.name), "title": before.title}


def link_languages(pages: list[Page], langs: Sequence[str] = ()) -> None:
    """Give every page the switch to the same page in other languages: in `langs`, where all of them are known, else in those among `pages`."""
    for page in pages:
        there = {lang: file_of(page.name, lang) for lang in langs} or {other.lang: other.file for other in pages if other.name == page.name}
        if len(there) > 1:
            page.languages = [{"lang": lang, "name": i18n.NAMES[lang], "href": there[lang], "current": lang == page.lang} for lang in i18n.LANGUAGES if lang in there]


def _filled(text: str, place: Mapping[str, str]) -> str:
    """Names of the place and its person set into a text of the case, as the player does it."""
    return re.sub(r"\{(person|organisation|city|role)\}", lambda match: place[match[1]], text)


def _parts() -> Any:
    return environment().get_template("parts.html.j2").module


@lru_cache(maxsize=1)
def environment() -> Any:
    """The templates of the pages, with the words of the frame and the filters for Markdown."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(loader=FileSystemLoader(render.TEMPLATES / "pages"), autoescape=True, undefined=StrictUndefined, trim_blocks=False)
    made.globals |= {"strings": STRINGS, "say": say}
    made.filters |= {
        "md": lambda text: Markup(markdown.to_html(text, heading_offset=3)),
        "md_inline": lambda text: Markup(markdown.inline(text)),
    }
    return made
