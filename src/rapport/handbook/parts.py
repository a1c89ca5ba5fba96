"""The pieces a handbook is made of, each by itself: what a process of the workshop is asked for, as plain values in and out.
A piece reads what it needs from the course, so that what it has read decides whether it still holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from babel.numbers import get_decimal_symbol
from markupsafe import Markup

from rapport import i18n, playbooks
from rapport.content import module_stems
from rapport.handbook import cardset, facilitator, package, pages, render, search
from rapport.handbook.pages import Module, Page
from rapport.handbook.verify import Found, findings
from rapport.i18n import collation, typesetting
from rapport.kernels.alone import without_engines
from rapport.playbooks.bibliography import setters

Made = dict[str, Any]
"""``pages`` (as dicts), ``single`` (a module's `pages.Body` as a dict, for its one-file form), ``told`` (what the front page says of a module), ``sheets`` and ``further``, ``cardset`` (a finished document): what JSON holds."""

KINDS = {"market": "market", "moments": "moment", "glossary": "term"}
"""What the search calls a place of a page of some kind; any other is text."""
WORK = "rapport.handbook.parts:work"


def prepare(kind: str) -> None:
    """Begin what no course decides, in the process that others are forked from: libraries, templates, patterns of hyphens.

    Parameters
    ----------
    kind : str
        A kind of work (see `work`); '' for what every kind needs.
    """
    if kind == "exercises":
        with without_engines():
            import_module("pandas")
            for name in ("rapport.exercises.page", "rapport.metrics", "rapport.simulation.engine", "rapport.simulation.presets"):
                import_module(name)
    if kind:
        return
    from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

    for name in ("bs4", "latex2mathml.converter", "mdit_py_plugins.dollarmath", "pygments.formatters", "rapport.editing"):
        import_module(name)
    shown = new_output("execute_result", {"text/html": "<table><tr><td>1 &times; 1</td></tr></table>", "text/plain": "1"}, execution_count=1)
    render.notebook_html(new_notebook(cells=[new_markdown_cell("# *Title*"), new_code_cell("1 + 1", outputs=[shown])]), render.Context(Path("notebook")))
    for name in pages.environment().list_templates():
        pages.environment().get_template(name)
    for lang in i18n.LANGUAGES:
        typesetting.page("<p>extraordinarily neparasti અસાધારણરીતે</p>", lang)
        get_decimal_symbol(lang)
    setters()
    collation.default()


def work(what: str, lang: str, *values: Any) -> Any:
    """Do one piece of work in a language: ``make``, ``exercises``, ``html`` or ``singles``, with their arguments."""
    with i18n.speaking(lang, marking=True):
        return {"make": make, "exercises": exercises, "html": html, "singles": singles}[what](*values)


def wanted(root: Path, stems: Sequence[str], edition: str) -> Iterator[tuple[str, str]]:
    """Kind and name of every piece of an edition, in reading order after the front page.

    Parameters
    ----------
    root : Path
    stems : sequence of str
        Stems of the notebooks that have been run.
    edition : str
        ``learner`` or ``facilitator``.
    """
    modules = module_stems(root)
    if edition == "facilitator":
        yield "guide", facilitator.GUIDE
    yield "markets", ""
    yield from (("module", stem) for stem in modules if stem in stems)
    yield from (("reference", stem) for stem in stems if stem not in modules)
    yield "assessment", ""
    yield "glossary", ""
    yield "about", ""


def exercises(root: Path, stem: str, langs: Sequence[str]) -> dict[str, pages.Exercises]:
    """A module's exercises in every language: what they ask and accept is worked out once."""
    made = {}
    for lang in langs:
        with i18n.speaking(lang, marking=True):
            made[lang] = pages.read_exercises(root, stem)
    return made


def make(root: Path, edition: str, kind: str, name: str, given: Any) -> Made:
    """One piece: its pages, unframed.

    Parameters
    ----------
    root : Path
    edition : str
    kind, name : str
        From `wanted`, ``front`` or ``cardset``.
    given : object
        Of a module: its executed notebook and its exercises; of a reference: its notebook; for the front page: what the other pieces tell;
        for the card set: its languages.

    Raises
    ------
    ContentError
        For whatever is wrong in what the piece is made from.
    """
    made: Made = {"pages": [], "single": None, "told": None, "sheets": [], "further": [], "cardset": None}
    if kind == "module":
        module = pages.read_module(root, name, *given)
        body = pages.module_body(module, root)
        made["pages"] = pages.module_pages(root, module, body)
        made["told"] = {"stem": name, "graphs": {each: {"title": graph["title"], "ends": [name for name, node in graph["nodes"].items() if node["beat"] == "end"]} for each, graph in module.graphs.items()}, "exercises": dict(module.exercise_titles), "title": module.title, "number": module.number}
        if edition == "facilitator":
            made["sheets"] = facilitator.module_sheets(root, module)
        else:
            made["single"] = asdict(body)
    elif kind == "reference":
        kinds = ("reference", "trainer") if edition == "facilitator" else ("reference",)
        references = pages.read_references(root, {root / "notebooks" / f"{name}.ipynb": given}, kinds)
        made["pages"] = [pages.reference_page(reference) for reference in references]
        if edition == "facilitator":
            made["pages"] += facilitator.hunt_keys(root, references)
        made["further"] = [(page.title, page.name) for page in made["pages"]]
    elif kind == "assessment":
        made["pages"] = pages.assessment_pages(root)
        made["further"] = [(page.title, page.name) for page in made["pages"]] if edition == "learner" else []
    elif kind == "cardset":
        made["cardset"] = package.card_set(root, given).decode() if cardset.has_cards(root) else None
    elif kind == "front":
        told, further, sheets = given
        modules = [_light(root, each) for each in told]
        if edition == "facilitator":
            packs = {stem: [facilitator.Sheets(page_of(sheet["page"]), sheet["use"], sheet["hand_out"]) for sheet in pack] for stem, pack in sheets.items()}
            made["pages"] = [facilitator.index_page(modules, packs, facilitator.guide_page(root), further)]
            made["pages"] += [page for page in pages.front_pages(root, modules, further) if page.name != "index"]
        else:
            made["pages"] = [*pages.front_pages(root, modules, further), *pages.progress_pages(root, modules)]
    else:
        made["pages"] = {"guide": lambda: [facilitator.guide_page(root)], "markets": lambda: pages.market_pages(root), "glossary": lambda: pages.glossary_pages(root), "about": lambda: [pages.about_page(root), *pages.accessibility_pages(root)]}[kind]()
    for page in made["pages"]:
        if not page.mark:  # what holds answers for the trainer is not for the eyes of a room
            page.sections = search.sections(page.body, KINDS.get(page.kind, "text"), page.lang)
    made["sheets"] = [asdict(sheet) for sheet in made["sheets"]]
    made["pages"] = [asdict(page) for page in made["pages"]]
    return made


def site(root: Path, executed: Mapping[Path, Any], edition: str = "learner") -> list[Page]:
    """All pages of an edition in the reader's language, made here one after the other.

    Parameters
    ----------
    root : Path
    executed : mapping of Path to nbformat.NotebookNode
        Notebooks of modules and references by their path in the course.
    """
    by_stem = {path.stem: notebook for path, notebook in executed.items() if path.parent.name == "notebooks"}
    given = {stem: (notebook, pages.read_exercises(root, stem)) if stem in module_stems(root) else notebook for stem, notebook in by_stem.items()}
    others = [make(root, edition, kind, name, given.get(name)) for kind, name in wanted(root, sorted(by_stem), edition)]
    return framed(make(root, edition, "front", "", for_front(others)), others, edition)


def for_front(others: Sequence[Made]) -> tuple[list[Any], list[Any], dict[str, Any]]:
    """What the front page is given of the other pieces: what modules tell, further pages, and sheets by module."""
    told = [made["told"] for made in others if made["told"]]
    return told, [each for made in others for each in made["further"]], {made["told"]["stem"]: made["sheets"] for made in others if made["told"]}


def _light(root: Path, told: dict[str, Any]) -> Module:
    """A module as far as a front page looks at it."""
    stem = told["stem"]
    return Module(stem, playbooks.load(stem, root), root / "notebooks" / f"{stem}.ipynb", None, told["graphs"], "", told["exercises"])


def page_of(values: dict[str, Any]) -> Page:
    """A page again, from its values."""
    return Page(**values | {"body": Markup(values["body"])})


def framed(front: Made, others: Sequence[Made], edition: str, order: Callable[[Sequence[str]], list[int]] = collation.order) -> list[Page]:
    """All pages of a language in reading order, with navigation; `order` as in `search.list_all`."""
    modules = [SimpleNamespace(**made["told"]) for made in others if made["told"]]
    first, *rest = map(page_of, front["pages"])
    made = [first]
    bodies = [[page_of(page) for page in other["pages"]] for other in others]
    if edition == "facilitator":
        guide, *bodies = bodies
        made += guide + [page_of(sheet["page"]) for other in others for sheet in other["sheets"]]
    made += rest + [page for body in bodies for page in body]
    search.list_all(made, order)
    made.sort(key=lambda page: page.kind in pages.APART)  # after everything that is read in order
    pages.frame(made, modules)
    if edition == "facilitator":
        for page in made:
            page.mark = page.mark or facilitator.STRINGS["mark"]
    return made


def html(made: Sequence[dict[str, Any]], more: Sequence[str]) -> list[tuple[str, Found]]:
    """Finished documents of several pages of the folder, with `more` assets, and what `findings` says of them."""
    documents = [package.page_html(page_of(page), tuple(more)) for page in made]
    return [(document, findings(document)) for document in documents]


def singles(bodies: Sequence[dict[str, Any]], root: Path) -> list[tuple[str, Found]]:
    """The one-file forms of several modules, from ``single`` of their pieces; checked, so that there is nothing to say of them."""
    return [(package.single_file(pages.single_page(root, pages.Body(**body))).decode(), {}) for body in bodies]
