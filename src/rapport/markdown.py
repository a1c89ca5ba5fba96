"""Course Markdown to HTML: tables, formulas as MathML, claim boxes, heading ids.
Raw HTML is text here and links are screened, so content cannot inject markup, script or style."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from html import unescape
from xml.etree.ElementTree import Element

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markupsafe import escape

from rapport.content import ContentError
from rapport.i18n import CLOSE, OPEN
from rapport.i18n.words import Words

BADGES = ("strong", "mixed", "folklore", "legal")
LABELS = Words(__file__, {"strong": "Strong", "mixed": "Mixed", "folklore": "Folklore", "legal": "Legal", "table": "Table"})
_SAFE_LINK = re.compile(r"^(?:https?:|mailto:|[./?\w%-][^:#]*(?:#|$)|#)", re.IGNORECASE)
MATHML = frozenset(
    "math mrow mi mn mo mtext mspace ms mfrac msqrt mroot msub msup msubsup munder mover munderover mmultiscripts "
    "mprescripts none mtable mtr mtd mstyle mpadded mphantom menclose".split()
)
_MATHML_ATTRIBUTES = frozenset(
    "display stretchy fence separator form lspace rspace linethickness mathvariant columnalign rowspacing columnspacing "
    "minsize maxsize symmetric movablelimits accent accentunder displaystyle scriptlevel width height depth notation".split()
)
_EXPLICIT_ID = re.compile(r"\s*\{#([a-z][a-z0-9-]*)\}\s*$")


def to_html(text: str, *, heading_offset: int = 0, ids: set[str] | None = None) -> str:
    r"""HTML of course Markdown.

    Parameters
    ----------
    text : str
        CommonMark with tables, ``$…$`` and ``$$…$$`` formulas, ``## Heading {#stable-id}``, and claim
        boxes: a block quote that opens with a bold **Strong**, **Mixed**, **Folklore** or **Legal**.
        Raw HTML is shown as the text it is.
    heading_offset : int
        Levels to push headings down (1 makes ``#`` an ``h2``); never below ``h6``.
    ids : set of str, optional
        Ids already used on the page; the ones made here are added, so several texts share a page.

    Returns
    -------
    str
        HTML without ``style`` attributes, event handlers, raw HTML or script links.

    Raises
    ------
    ContentError
        For a formula that is not LaTeX this course can show.
    """
    used: set[str] = set() if ids is None else ids
    tokens = _parser().parse(text)
    _headings(tokens, heading_offset, used)
    _claims(tokens)
    _tables(tokens)
    _links(tokens)
    return _parser().renderer.render(tokens, _parser().options, {})


def inline(text: str) -> str:
    """HTML of one line of Markdown, without the paragraph around it."""
    tokens = _parser().parseInline(text)
    _links(tokens)
    return _parser().renderer.render(tokens, _parser().options, {})


def slug(text: str, used: set[str] | None = None) -> str:
    """An id from `text`: lower case, hyphens, unique among `used` (to which it is added)."""
    plain = unicodedata.normalize("NFKD", text).lower()
    base = re.sub(r"[^\w]+|_+", "-", "".join(c for c in plain if not unicodedata.combining(c))).strip("-") or "section"
    name, number = base, 2
    while used is not None and name in used:
        name, number = f"{base}-{number}", number + 1
    if used is not None:
        used.add(name)
    return name


def formula(latex: str, *, display: bool = False) -> str:
    """MathML of a LaTeX formula, rebuilt from known elements and attributes only.

    Raises
    ------
    ContentError
        When `latex` cannot be converted.
    """
    from latex2mathml.converter import convert_to_element

    try:
        root = convert_to_element(latex, display="block" if display else "inline")
    except Exception as error:  # the library raises many kinds for one thing: LaTeX it cannot read
        raise ContentError(f"the formula ${latex}$ cannot be shown ({type(error).__name__}); simplify its LaTeX.") from None
    return _mathml(root)


def _mathml(element: Element) -> str:
    if element.tag not in MATHML:
        raise ContentError(f"a formula may not make <{element.tag}>; simplify its LaTeX.")
    if (element.text or "").startswith("\\"):
        raise ContentError(f"a formula uses {element.text}, which is not known here; use another LaTeX command.")
    kept = "".join(f' {name}="{escape(unescape(value))}"' for name, value in element.items() if name in _MATHML_ATTRIBUTES)
    inner = str(escape(unescape(element.text or ""))) + "".join(map(_mathml, element))
    return f"<{element.tag}{kept}>{inner}</{element.tag}>"


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    from mdit_py_plugins.dollarmath import dollarmath_plugin

    parser = MarkdownIt("commonmark", {"html": False, "linkify": False, "typographer": False}).enable(["table", "strikethrough"])
    parser.validateLink = lambda address: bool(_SAFE_LINK.match(address.strip()))  # type: ignore[method-assign]
    # Without digits or spaces at the dollar signs, "$5 and $6" stays money.
    parser.use(dollarmath_plugin, allow_labels=False, allow_space=False, allow_digits=False, double_inline=True)
    parser.core.ruler.before("inline", "marks", _marks)
    parser.add_render_rule("math_inline", lambda _self, tokens, i, *_: formula(tokens[i].content))
    parser.add_render_rule("math_inline_double", lambda _self, tokens, i, *_: formula(tokens[i].content, display=True))
    parser.add_render_rule("math_block", lambda _self, tokens, i, *_: f'<div class="formula">{formula(tokens[i].content.strip(), display=True)}</div>\n')
    parser.add_render_rule("table_wrap", lambda _self, tokens, i, *_: tokens[i].content)
    return parser


def _marks(state: StateCore) -> None:
    """Marks of English that is left in a text count as punctuation, so that emphasis beside them is still emphasis."""
    for token in state.tokens:
        if token.type == "inline":
            token.content = token.content.replace(OPEN, f"&#{ord(OPEN)};").replace(CLOSE, f"&#{ord(CLOSE)};")


def _headings(tokens: Sequence[Token], offset: int, used: set[str]) -> None:
    for opening, content, closing in zip(tokens, tokens[1:], tokens[2:]):
        if opening.type != "heading_open":
            continue
        if (explicit := _EXPLICIT_ID.search(content.content)) and content.children:
            last = content.children[-1]
            last.content = _EXPLICIT_ID.sub("", last.content)
            name = explicit[1]
            used.add(name)
        else:
            name = slug("".join(child.content for child in content.children or []), used)
        opening.attrSet("id", name)
        opening.tag = closing.tag = f"h{min(6, int(opening.tag[1]) + offset)}"


def _claims(tokens: list[Token]) -> None:
    """Turn a block quote that opens with a bold badge word into an aside."""
    for start, token in enumerate(tokens):
        if token.type != "blockquote_open" or start + 2 >= len(tokens) or tokens[start + 2].type != "inline":
            continue
        children = [child for child in tokens[start + 2].children or [] if child.type != "text" or child.content.strip(OPEN)]
        if len(children) < 3 or children[0].type != "strong_open" or children[1].type != "text":
            continue
        word = children[1].content.strip(" .:·").lower()
        badge = next((name for name in BADGES if word in (name, LABELS[name].lower())), None)
        if badge is None:
            continue
        end = next(i for i in range(start, len(tokens)) if tokens[i].type == "blockquote_close" and tokens[i].level == token.level)
        token.tag = tokens[end].tag = "aside"
        token.attrs = {"class": "claim", "role": "note", "data-badge": badge}
        children[0].attrSet("class", "badge")
        children[1].content = children[1].content.strip(" .:·")
        after = next((child for child in children[3:4] if child.type == "text"), None)
        if after:  # the separator after the badge is drawn by the style sheet
            after.content = " " + after.content.lstrip(" ·:—-")


def _tables(tokens: list[Token]) -> None:
    """Scrolling frame around each table; alignment as a class, as no page allows `style` attributes."""
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token.type == "th_open" and not tokens[at + 1].content.strip():
            token.tag = tokens[at + 2].tag = "td"  # an empty heading cell would be announced as a heading without words
        if token.type in ("th_open", "td_open") and (style := str(token.attrs.pop("style", ""))):
            token.attrSet("class", style.removeprefix("text-align:"))
        if token.type in ("table_open", "table_close"):
            frame = Token("table_wrap", "", 0)
            frame.content = f'<div class="table" role="group" aria-label="{escape(LABELS["table"])}" tabindex="0">\n' if token.nesting == 1 else "</div>\n"
            tokens.insert(at if token.nesting == 1 else at + 1, frame)
            at += 1
        at += 1


def _links(tokens: Sequence[Token]) -> None:
    for token in tokens:
        for child in token.children or []:
            if child.type == "link_open" and str(child.attrs.get("href", "")).lower().startswith("http"):
                child.attrSet("rel", "noopener noreferrer")
            elif child.type == "image" and re.match(r"[a-z]+:|//", str(child.attrs.get("src", "")).lower()):
                # A picture from elsewhere would be a request: show its description instead.
                child.type, child.tag = "text", ""
