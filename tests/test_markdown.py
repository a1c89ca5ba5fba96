"""Course Markdown becomes safe HTML: no content can bring its own markup, script, style or request."""

import re
from html.parser import HTMLParser

import pytest

from rapport.content import ContentError
from rapport.i18n import CLOSE, OPEN
from rapport.markdown import formula, inline, slug, to_html

PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](vbscript:a) [x](data:text/html;base64,PHNjcmlwdD4=)",
    "![x](https://example.org/pixel.png) ![x](//example.org/pixel.png)",
    '[x](https://example.org "a\\" onmouseover=alert(1)")',
    "<javascript:alert(1)>",
    "| a |\n|:-:|\n| <b style='x'>1</b> |",
    "$<script>alert(1)</script>$ and $\\text{<img src=x onerror=alert(1)>}$",
    "$\\href{javascript:alert(1)}{x}$ $\\style{color:red}{y}$ $\\class{a}{z}$",
    "```html\" onload=alert(1)\n<script>alert(1)</script>\n```",
    "# <svg onload=alert(1)> {#x\" onclick=alert(1)}",
]


class Tags(HTMLParser):
    """The tags of a text as a browser would see them."""

    def __init__(self, html: str):
        super().__init__()
        self.found: list[tuple[str, dict]] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


@pytest.mark.parametrize("payload", PAYLOADS)
def test_content_cannot_inject_markup_script_style_or_a_request(payload):
    for html in (to_html(payload), to_html(f"> **Mixed** {payload}"), inline(payload)):
        for tag, attributes in Tags(html).found:
            assert tag not in ("script", "img", "svg", "iframe", "style", "object", "link", "b"), html
            assert not [name for name in attributes if name.startswith("on") or name in ("style", "src")], html
            assert re.match(r"https://|[#.]|$", attributes.get("href", "")), html


def test_a_claim_box_carries_its_badge_as_text_and_as_data():
    html = to_html("> **Mixed** · Owning the fault helps.\n> *Limit: less clear for accidents.*")
    assert html.startswith('<aside class="claim" role="note" data-badge="mixed">')
    assert '<strong class="badge">Mixed</strong> Owning the fault helps.' in html
    assert html.rstrip().endswith("</aside>")


def test_an_ordinary_quote_stays_a_quote():
    assert to_html("> **Fourteen loggers**, all dead.").startswith("<blockquote>")


def test_headings_are_pushed_down_and_get_unique_ids_across_texts_of_a_page():
    ids: set[str] = set()
    first = to_html("# Who told us?\n\n## Who told us?", heading_offset=1, ids=ids)
    second = to_html("## Who told us?\n\n###### Deep {#kept}", heading_offset=1, ids=ids)
    assert '<h2 id="who-told-us">' in first and '<h3 id="who-told-us-2">' in first
    assert '<h3 id="who-told-us-3">' in second and '<h6 id="kept">Deep</h6>' in second


def test_an_id_is_made_from_letters_of_any_script():
    assert slug("Kā atvainoties?") == "ka-atvainoties"
    assert slug("***") == "section"


def test_formulas_become_mathml_and_money_stays_money():
    html = to_html("It cost $5 and then $6, so $\\frac{a}{b}$.\n\n$$\\sum_i x_i$$")
    assert html.count("<math") == 2 and "<mfrac>" in html and 'display="block"' in html
    assert "cost $5 and then $6" in html


def test_a_formula_that_cannot_be_read_names_itself():
    with pytest.raises(ContentError, match="x_1_2"):
        formula("x_1_2")
    with pytest.raises(ContentError, match="fracc"):
        formula("\\fracc{a}{b}")


def test_a_comparison_in_a_formula_is_escaped():
    assert "<mo>&lt;</mo>" in formula("a<b")


def test_table_alignment_is_a_class_and_the_frame_can_be_scrolled_by_keyboard():
    html = to_html("| a | b |\n|--:|---|\n| 1 | 2 |")
    assert '<td class="right">1</td>' in html and "style=" not in html
    assert re.search(r'<div class="table"[^>]*tabindex="0"[^>]*>\s*<table>', html)


@pytest.mark.parametrize("text, tag", [("**Whom? And then?**", "strong"), ('*"It is."* Sometimes.', "em")])
def test_emphasis_at_the_edge_of_a_text_left_in_english_is_emphasis(text, tag):
    for html in (to_html(f"{OPEN}{text}{CLOSE}"), inline(f"{OPEN}{text}{CLOSE}"), to_html(f"{OPEN}Before. {text}{CLOSE}")):
        assert f"<{tag}>" in html and "*" not in html and html.count(OPEN) == html.count(CLOSE) == 1
