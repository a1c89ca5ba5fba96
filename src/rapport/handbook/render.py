"""A notebook as the body of a page: prose, figures with text alternatives, clean tables, code one click away.
Everything is escaped that is not made as HTML here; nothing here names a public address."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

from rapport import i18n, markdown
from rapport.content import ContentError
from rapport.handbook.execute import BAKED
from rapport.handbook.strings import STRINGS

TEMPLATES = Path(__file__).parent / "templates"

Embed = Callable[[Any], str]
"""Makes the HTML that stands on the page in place of a cell; called with the cell."""


@dataclass
class Context:
    """What a notebook's page needs besides the notebook.

    Attributes
    ----------
    path : Path
        The notebook, for messages.
    embeds : mapping of str to callable
        By kind: what replaces a cell marked with that kind (see `embed_of`).
    ids : set of str
        Ids used on the page so far.
    sections : dict of int to (str, float)
        Name and minutes of a section, by the number of the cell that opens it; filled from the notebook.
    after : mapping of str to str
        HTML that follows the cell that opens a section, by the section's name.
    """

    path: Path
    embeds: Mapping[str, Embed] = field(default_factory=dict)
    ids: set[str] = field(default_factory=set)
    sections: dict[int, tuple[str, float]] = field(default_factory=dict)
    after: Mapping[str, str] = field(default_factory=dict)


def notebook_html(notebook: Any, context: Context) -> str:
    """HTML of all cells of an executed notebook, headings pushed down below the page's own title.

    Raises
    ------
    ContentError
        For a figure without a text alternative, an output that brings styles or scripts of its own, a
        stored error, or a cell that shows a widget the page has no counterpart for.
    """
    from nbformat import NotebookNode

    cells = [NotebookNode(cell, metadata=NotebookNode(cell.metadata, number=number)) for number, cell in enumerate(notebook.cells, 1)]
    context.sections |= _sections(cells, context)
    for cell in cells:
        _check_outputs(cell, context)
    return "".join(_cell(cell, context) for cell in cells)


def _cell(cell: Any, context: Context) -> str:
    if cell.cell_type != "code":
        return _prose(cell, context) if cell.cell_type == "markdown" else str(escape(cell.source))
    kind, _ = embed_of(cell)
    if kind in context.embeds:
        return context.embeds[kind](cell)
    if kind == "hidden":
        return ""
    shown = "".join(["\n", *(_output(output, cell, context) for output in cell.outputs)]) if cell.outputs else ""
    code = f'\n<details class="code"><summary>{escape(STRINGS["show_code"])}</summary>\n<pre class="source"><code>{highlight(cell.source)}</code></pre>\n</details>' if _shows_code(cell) else ""
    return f'<div class="cell">{shown}{code}\n</div>\n'


def _output(output: Any, cell: Any, context: Context) -> str:
    """HTML of the first kind of `SHOWN` that an output has; what is said on stderr is for whoever runs the notebook."""
    if output.output_type == "error":
        raise _fault(context, cell, "the stored output is an error; mend the cell and run the notebook again.")
    if output.output_type == "stream":
        return f'<pre class="output">{ansi_classes(output.text)}</pre>\n' if output.name == "stdout" else ""
    data = output.data
    kind = next((kind for kind in SHOWN if kind in data), "")
    if kind == "image/png":
        return _picture(output, kind, cell, context)
    if kind == "text/html":
        return clean_output(data[kind], lambda problem: _fault(context, cell, problem), context.ids)
    if kind == "text/markdown":
        return f'<div class="output-text">{markdown.to_html(data[kind], heading_offset=2, ids=context.ids)}</div>\n'
    return f'<pre class="output">{ansi_classes(data[kind])}</pre>\n' if kind else ""


def _sections(cells: list[Any], context: Context) -> dict[int, tuple[str, float]]:
    opening: dict[str, int] = {}
    minutes: dict[str, float] = {}
    for cell in cells:
        about = cell.metadata.get("rapport", {})
        if name := about.get("section"):
            if not isinstance(name, str) or not _SECTION.fullmatch(name):
                raise _fault(context, cell, f"found the section {name!r}; its name is small letters, digits and hyphens.")
            if not isinstance(about.get("minutes", 0), (int, float)):
                raise _fault(context, cell, f"found {about['minutes']!r} for minutes; give a number.")
            opening.setdefault(name, cell.metadata["number"])
            minutes[name] = minutes.get(name, 0) + about.get("minutes", 0)
    return {number: (name, minutes[name]) for name, number in opening.items()}


def embed_of(cell: Any) -> tuple[str, str]:
    """What stands on the page in place of a cell: kind and name, from the cell's metadata.

    ``{"rapport": {"scenario": "the_cold_chain"}}`` or the tag ``rapport-scenario: the_cold_chain`` gives
    ``("scenario", "the_cold_chain")``; a cell without either gives ``("", "")``.
    """
    for kind, name in dict(cell.metadata.get("rapport", {})).items():
        if kind in EMBEDS and name:
            return kind, name if isinstance(name, str) else ""
    for tag in cell.metadata.get("tags", []):
        match = re.fullmatch(r"rapport-([a-z]+)(?:\s*:\s*(\S+))?", tag)
        if match and match[1] in EMBEDS:
            return match[1], match[2] or ""
    return "", ""


def baked(cell: Any) -> str:
    """What a build asked a cell's object to be on a page (see `execute.BAKED`)."""
    for output in cell.outputs:
        if BAKED in output.get("data", {}):
            return output.data[BAKED]
    raise ContentError(f"cell {cell.metadata['number']} shows an explorer, but the object it shows has no form for a page; end the cell with the explorer.")


SHOWN = ("image/png", "text/html", "text/markdown", "text/plain")
"""Kinds of outputs that a page can show; of several in one output the first."""
EMBEDS = ("scenario", "explorer", "exercises", "hunt", "hidden")
"""Kinds a cell can be marked with; ``hidden`` leaves the cell out of the page."""


def highlight(source: str) -> str:
    """Python `source` as HTML with a class for each kind of token."""
    from pygments import highlight as coloured
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import PythonLexer

    return coloured(source.strip("\n"), PythonLexer(), HtmlFormatter(nowrap=True, classprefix="tok-")).rstrip("\n")


def ansi_classes(text: str) -> str:
    """Terminal text as escaped HTML; its sixteen colours become classes, finer ones are dropped."""
    if "\x1b" not in text:
        return str(escape(text.rstrip("\n")))
    from nbconvert.filters.ansi import ansi2html  # takes long to import, and what a course shows hardly ever has colours

    return ansi2html(re.sub(r"\x1b\[(?:[\d;]*;)?[34]8;(?:5;\d+|2;\d+;\d+;\d+)[\d;]*m", "", text.rstrip("\n")))


# ---- Outputs of a cell ------------------------------------------------------------------------------------------

_TABLE = {"table", "thead", "tbody", "tfoot", "tr", "th", "td", "caption"}
_ALLOWED = _TABLE | set("p div span section strong em b i small sub sup code pre br hr ul ol li dl dt dd details summary h3 h4 h5 h6".split())
_ATTRIBUTES = {"class", "role", "lang", "dir", "title", "colspan", "rowspan", "scope", "open", "id", "data-badge"}
_SECTION = re.compile(r"[a-z][a-z0-9-]*")
_NUMBER = re.compile(r"^[\s(\[]*[−+-]?[€$£¥₹]?\s?\d[\d\s,.'’]*\s?%?(?:\s*(?:to|–|,)\s*[−+-]?\d[\d,.]*\s?%?)?[)\]\s]*$|^(?:NaN|–|—)$")

_NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_ARIA = re.compile(r"aria-[a-z]+")


def clean_output(html: str, fault: Callable[[str], ContentError], ids: set[str] | None = None) -> str:
    """HTML that a cell showed, rebuilt from known elements and attributes only.

    pandas' tables become plain tables in a frame that scrolls; its style sheet and borders go.

    Parameters
    ----------
    html : str
        What the object's ``_repr_html_`` gave.
    fault : callable
        Makes the error for a problem, with its place.
    ids : set of str, optional
        Ids used on the page so far; an id that is taken is left out, the others are added.
    """
    taken = set() if ids is None else ids
    foreign = i18n.language() != i18n.SOURCE
    from bs4 import BeautifulSoup, NavigableString, Tag

    soup = BeautifulSoup(html, "html.parser")
    if frames := soup.find_all("table", class_="dataframe"):
        for style in soup.find_all("style"):
            style.decompose()
        for row in (row for frame in frames for row in frame.find_all("tr", style=True)):
            del row["style"]

    def rebuilt(node: Any) -> str:
        if isinstance(node, Tag):
            if node.name not in _ALLOWED:
                raise fault(f"the output has a <{node.name}>; a page may show text and tables only.")
            if "style" in node.attrs:
                raise fault('the output has a style="…" attribute, which no page allows; use a class of the page (docs/authoring.md).')
            kept = {name: node.attrs[name] for name in node.attrs if name in _ATTRIBUTES or _ARIA.fullmatch(name)}
            if (name := kept.get("id")) in taken:
                del kept["id"]
            elif name:
                taken.add(name)
            if node.name in ("th", "td") and _NUMBER.match(node.get_text()):
                kept["class"] = [*kept.get("class", []), "num"]
            if foreign and node.name in ("th", "td") and _NAME.fullmatch(node.get_text()) and node.find_parent("table", class_="dataframe"):
                kept |= {"lang": i18n.SOURCE, "translate": "no"}  # names of columns and values as the code writes them
            if node.name == "th" and "scope" not in kept:
                kept["scope"] = "col" if node.find_parent("thead") else "row"
            if node.name == "th" and not node.get_text(strip=True):
                node.name = "td"  # an empty heading cell would be announced as a heading without words
                kept.pop("scope", None)
            attributes = "".join(f' {name}="{escape(" ".join(value) if isinstance(value, list) else value)}"' for name, value in sorted(kept.items()))
            inner = "".join(map(rebuilt, node.children))
            if node.name in ("br", "hr"):
                return f"<{node.name}{attributes}>"
            made = f"<{node.name}{attributes}>{inner}</{node.name}>"
            return f'<div class="table" role="group" aria-label="{escape(STRINGS["table"])}" tabindex="0">{made}</div>' if node.name == "table" else made
        if type(node) is NavigableString:
            return str(escape(str(node)))
        return ""  # comments and the like

    return "".join(map(rebuilt, soup.children))


def _picture(output: Any, kind: str, cell: Any, context: Context) -> Markup:
    about = output.get("metadata", {}).get(kind, {})
    alt = str(about.get("alt", "")).strip()
    if not alt:
        raise _fault(context, cell, "the figure has no text alternative; show it with rapport.charts.show(fig, alt=…).")
    data = "".join(output.data[kind].split())
    size = Markup(' width="{}" height="{}"').format(about["width"], about.get("height")) if about.get("width") else ""
    figure = Markup('<figure class="chart"><img src="data:{};base64,{}" alt="{}"{}></figure>\n').format(kind, data, alt, size)
    return figure + Markup('<details class="in-words"><summary>{}</summary><p>{}</p></details>\n').format(STRINGS["in_words"], alt)


def _check_outputs(cell: Any, context: Context) -> None:
    if cell.cell_type != "code" or embed_of(cell)[0]:
        return
    for output in cell.outputs:
        kinds = set(output.get("data", {}))
        if kinds and not kinds.intersection(SHOWN):
            raise _fault(context, cell, f"the output is {', '.join(sorted(kinds))}; a page can show PNG, HTML, Markdown or text.")
        if output.get("metadata", {}).get("widget") or "application/vnd.jupyter.widget-view+json" in kinds:
            raise _fault(
                context, cell, "the cell shows a widget, which a page cannot run; mark the cell with what replaces it, such as the tag 'rapport-scenario: NAME'."
            )


def _shows_code(cell: Any) -> bool:
    """Code is worth a look where it computes; a cell that only shows a section of the course's text has none to offer."""
    shows_text = any(str(output.get("data", {}).get("text/html", "")).lstrip().startswith("<section") for output in cell.outputs)
    return bool(cell.source.strip()) and not shows_text


def _prose(cell: Any, context: Context) -> str:
    kind, _ = embed_of(cell)
    number = cell.metadata["number"]
    try:
        html = markdown.to_html(cell.source, heading_offset=0, ids=context.ids)
    except ContentError as error:
        raise _fault(context, cell, error.problem) from None
    if number in context.sections and (head := re.match(r'<h2 id="([^"]+)">(.*?)</h2>', html, re.DOTALL)):
        # A section is found by its name in the template, whatever its heading says and in whatever language.
        name, minutes = context.sections[number]
        context.ids.discard(head[1])
        context.ids.add(name)
        time = f'\n<p class="minutes">{escape(STRINGS.say("minutes", n=f"{minutes:g}"))}</p>' if minutes else ""
        html = f'<h2 id="{name}">{head[2]}</h2>{time}{html[head.end():]}{context.after.get(name, "")}'
    return f"{html}{context.embeds[kind](cell)}" if kind in context.embeds else html


def _fault(context: Context, cell: Any, problem: str) -> ContentError:
    return ContentError(problem, context.path, key=f"cell {cell.metadata['number']}")
