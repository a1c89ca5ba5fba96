"""What an author, a translator or a table of one's own writes stays text: known payloads in every field, and nasty texts made up by the hundred."""

import json
import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import poison
import pytest
import tiny_course
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from poison import cleaned, made, nasty, steady

from rapport import markdown
from rapport.content import ContentError
from rapport.exercises import page as exercise_page
from rapport.handbook import moments, package, pages, render
from rapport.i18n import CLOSE, OPEN, typesetting
from rapport.metrics import own_data

PAYLOADS = poison.payloads()
PROSE = set("p em strong s code pre ul ol li a br hr blockquote aside div span table thead tbody tr th td h1 h2 h3 h4 h5 h6".split()) | markdown.MATHML
PROSE_ATTRIBUTES = {"class", "role", "data-badge", "tabindex", "aria-label", "id", "href", "rel", "title", "start", "display", "stretchy", "fence", "separator", "form", "lspace", "rspace", "linethickness"} | set(
    "mathvariant columnalign rowspacing columnspacing minsize maxsize symmetric movablelimits accent accentunder displaystyle scriptlevel width height depth notation".split()
)


class Read(HTMLParser):
    """Elements with their attributes, the text, and the text inside scripts."""

    def __init__(self, html: str):
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict]] = []
        self.text, self.scripts, self.others = "", [], []
        self._script = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if self._script is False and tag == "script":
            self._script = True
            self.scripts.append("")

    def handle_endtag(self, tag):
        self._script = self._script and tag != "script"

    def handle_data(self, data):
        if self._script:
            self.scripts[-1] += data
        else:
            self.text += data

    def handle_comment(self, data):
        self.others.append(data)

    handle_decl = handle_pi = unknown_decl = handle_comment


def only_prose(html: str) -> None:
    """`html` holds what Markdown makes, and nothing else."""
    read = Read(html)
    assert not read.others, html
    for tag, attributes in read.elements:
        assert tag in PROSE, (tag, html)
        assert set(attributes) <= PROSE_ATTRIBUTES, (tag, attributes, html)
        assert re.match(r"(?:https?:|mailto:|[^:]*$|[^:]*#)", attributes.get("href") or "", re.IGNORECASE), html
        assert not {"src", "style"} & set(attributes) and not [name for name in attributes if name.startswith("on")], html


# ---- Markdown, templates, blocks of data ---------------------------------------------------------------------------

AROUND = ("{}", "# {}", "- {}", "> **Mixed** {}", "| a | {} |\n|---|---|\n| {} | b |", "`{}`", "```\n{}\n```", "**{}**", "[{}](https://example.org)", "[x](https://example.org '{}')", "$x$ {}", "{}\n===")


@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize("payload", PAYLOADS)
def test_known_payloads_are_text_wherever_they_stand_in_markdown(payload, around):
    only_prose(made(markdown.to_html, around.replace("{}", payload)))
    only_prose(made(markdown.inline, around.replace("{}", payload)))


@steady
@given(nasty, st.sampled_from(AROUND))
def test_nasty_texts_are_text_wherever_they_stand_in_markdown(text, around):
    only_prose(made(markdown.to_html, around.replace("{}", text)))
    only_prose(made(markdown.inline, text))


@steady
@given(nasty)
def test_a_template_shows_any_text_as_it_is(text):
    template = pages.environment().from_string('<p title="{{ text }}">{{ text }}</p><td data-x="{{ text }}"></td>')
    read = Read(template.render(text=text))
    shown = unescape(text.replace("&", "&amp;"))
    assert [tag for tag, _ in read.elements] == ["p", "td"] and read.text == shown and not read.others
    assert read.elements[0][1] == {"title": shown} and read.elements[1][1] == {"data-x": shown}


values = st.recursive(nasty, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(nasty, inner, max_size=3), max_leaves=6)


@steady
@given(values)
def test_a_block_of_data_comes_back_as_it_was_and_cannot_end_early(value):
    block = f'<script type="application/json">{pages.script_json(value)}</script><p>after</p>'
    for html in (block, typesetting.page(block, "en"), typesetting.page(block, "lv")):
        read = Read(html)
        assert [tag for tag, _ in read.elements] == ["script", "p"] and read.text == "after" and not read.others
        marks = str.maketrans("", "", OPEN + CLOSE) if html is not block else {}
        assert json.loads(read.scripts[0]) == json.loads(json.dumps(value, ensure_ascii=False).translate(marks))


@steady
@given(nasty)
def test_setting_a_page_for_reading_changes_no_markup(text):
    before = f'<p title="x">{made(markdown.inline, text)}</p><pre>{made(markdown.inline, f"`{text}`")}</pre>'
    for lang in ("en", "gu", "lv"):
        after = [(tag, attributes) for tag, attributes in Read(typesetting.page(before, lang)).elements if not (tag == "span" and attributes == {"lang": "en"})]
        assert after == [(tag, {name: (value or "").replace(OPEN, "").replace(CLOSE, "") for name, value in attributes.items()}) for tag, attributes in Read(before).elements]


def test_the_printed_margin_is_one_string_of_its_style_sheet_whatever_is_written_there(monkeypatch):
    from rapport.handbook import facilitator_words

    for payload in [*PAYLOADS, 'a"; } * { background: url(x) }\n"', "a\n}\n*{color:red}", "\\"]:
        monkeypatch.setattr(facilitator_words, "STRINGS", {"mark": payload})
        for line in package.margin_style("en").splitlines():
            assert re.fullmatch(r'@page \w+ \{ @bottom-center \{ content: "(?:[^"\\]|\\.)*"; font: [^{}]*; \} \}', line), line


# ---- What a cell shows --------------------------------------------------------------------------------------------


def only_tables(html):
    for tag, attributes in Read(html).elements:
        assert tag in render._ALLOWED | {"div"}, html
        assert all(name in render._ATTRIBUTES | {"tabindex", "translate"} or re.fullmatch(r"aria-[a-z]+", name) for name in attributes), html


@pytest.mark.parametrize("payload", PAYLOADS)
def test_html_of_a_cell_is_rebuilt_from_known_elements_or_refused(payload):
    for html in (payload, f"<table class='dataframe'><tr><td>{payload}</td></tr></table>", f"<p title=\"{payload}\">x</p>", f"<p {payload}>x</p>", f"<p aria-{payload}>x</p>"):
        only_tables(cleaned(html))


@steady
@given(nasty)
def test_nasty_html_of_a_cell_is_rebuilt_from_known_elements_or_refused(html):
    only_tables(cleaned(html))
    only_tables(cleaned(f"<p class={html}>x</p>"))


@settings(steady, max_examples=40)  # pandas takes its time
@given(st.lists(nasty, min_size=1, max_size=4, unique=True))
def test_names_and_values_of_ones_own_data_stay_text_in_tables_and_reports(texts):
    frame = pd.DataFrame({each: [each] for each in texts})
    for shown in (frame, own_data.validate(frame, "events"), own_data.validate(pd.DataFrame({"customer_id": texts, "start_day": texts, "market": texts}), "customers")):
        html = cleaned(shown._repr_html_())
        only_tables(html)
        assert html, "nothing in it is refused, since the table was escaped"


def test_what_is_printed_and_what_a_figure_says_stay_text(tmp_path):
    root = tiny_course.make(tmp_path, *(tiny_course.figure(each) for each in PAYLOADS if each.strip()), tiny_course.shown("<p>fine</p>"))
    import nbformat

    path = root / f"notebooks/{tiny_course.STEM}.ipynb"
    html = render.notebook_html(nbformat.read(path, 4), render.Context(path))
    assert {tag for tag, _ in Read(html).elements} <= {"div", "figure", "img", "details", "summary", "p", "pre", "code", "span"}
    assert [attributes["alt"] for tag, attributes in Read(html).elements if tag == "img"] == [each.strip() for each in PAYLOADS if each.strip()]


@pytest.mark.parametrize("metadata, said", [({"section": '"><script>'}, "found the section '\"><script>'"), ({"section": "moment", "minutes": "<b>"}, "found '<b>' for minutes"), ({"section": ["x"]}, "found the section")])
def test_a_section_of_another_form_is_named(tmp_path, metadata, said):
    cell = tiny_course.notebook(new_markdown_cell("## A", metadata={"rapport": metadata}))
    with pytest.raises(ContentError, match=re.escape(f"x.ipynb: cell 1: {said}")):
        render.notebook_html(cell, render.Context(Path("x.ipynb")))


def test_an_explorers_cell_cannot_bring_markup_of_its_own_past_the_last_look(tmp_path):
    """A cell's code runs when the handbook is built; what it makes for a page is held against the same rules as everything else."""
    cell = new_code_cell("x", metadata={"number": 1}, outputs=[new_output("display_data", data={render.BAKED: "<script>window.ran=1</script><noscript>"})])
    page = pages.Page("x", "x", render.Markup(f'<h1 id="top">x</h1>{render.baked(cell)}'))
    with pytest.raises(ContentError, match="inline <script>"):
        package.folder([page])


# ---- Sources ------------------------------------------------------------------------------------------------------


def test_an_entry_of_the_bibliography_brings_no_markup_and_no_address_but_the_webs():
    from rapport.playbooks.bibliography import _sources

    plain = [re.sub(r"[{}\\%@#,$\n\0]", "", payload) for payload in PAYLOADS]
    entry = "@article{{x{2}, author = {{Known, {0}}}, title = {{{0}}}, journal = {{{0}}}, year = 2004, seen = {{abstract}}, doi = {{10.1/{1}}}}}"
    found = _sources("\n".join(entry.format(each, re.sub(r"\s", "", each), number) for number, each in enumerate(plain)), Path("x.bib"))
    assert len(found) == len(PAYLOADS)
    for source in found:
        assert {tag for tag, _ in Read(source.html).elements} <= {"em", "a"}, source.html
        assert all(set(attributes) <= {"href"} and attributes.get("href", "https://").startswith("https://") for _, attributes in Read(source.html).elements), source.html
    for field in ("url = {javascript:window.ran=1}", "doi = {10.1/x y}", "url = {file:///etc/passwd}"):
        with pytest.raises(ContentError, match="x.bib:1: x.(?:url|doi): found"):
            _sources(f"@article{{x, author = {{K, A}}, title = {{T}}, year = 2004, seen = {{abstract}}, {field}}}", Path("x.bib"))


# ---- A whole course, poisoned -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sites():
    return poison.sites()


def html_of(site):
    return {name: data.decode() for name, data in site.items() if name.endswith(".html")}


@pytest.mark.parametrize("which", ["en", "lv", "facilitator"])
def test_a_poisoned_course_makes_pages_of_the_same_elements(sites, which):
    """`package.folder` has held them against `verify`; here nothing but the machinery's own scripts is in them, and every block of data can be read."""
    for name, html in html_of(sites[which]).items():
        read = Read(html)
        assert not [each for each in read.others if not each.startswith("doctype")], name
        own = [attributes for tag, attributes in read.elements if tag == "script"]
        if name == moments.CARD_SET:  # its scripts are inside it, and named by hash in its policy
            assert own == [{}] * 2 and html.count("sha256-") == 2 + html.count("<style>")
            own, read.scripts = [], []
        assert all(re.fullmatch(r"[a-z]+(-texts\.[a-z]+)?\.js", each["src"]) if "src" in each else each.get("type") == "application/json" for each in own), name
        for block in filter(None, read.scripts):
            json.loads(block)
        assert {attributes["http-equiv"] for tag, attributes in read.elements if tag == "meta" and "http-equiv" in attributes} == {"Content-Security-Policy"}
        for tag, attributes in read.elements:
            links = [value for key, value in attributes.items() if key in ("href", "src") and value]
            assert not [each for each in links if re.match(r"\s*(?:javascript|vbscript|file):|data:text", each, re.IGNORECASE)], (name, tag)


@pytest.mark.parametrize("which", ["en", "lv"])
def test_payloads_stand_on_the_pages_as_text(sites, which):
    text = "".join(Read(html).text for html in html_of(sites[which]).values()).replace("\u00ad", "")
    missing = [each for each in PAYLOADS if not set("$\0\n`[!\\*_&{") & set(each) and " ".join(each.split()) not in " ".join(text.split())]
    assert not missing


def test_a_baked_draw_is_data_to_the_browser():
    for payload in PAYLOADS:
        nodes = json.dumps(exercise_page.tree(made(markdown.to_html, payload)))
        assert not re.search(r'\["(?:script|img|iframe|svg|style|object)"', nodes)
