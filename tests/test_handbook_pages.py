"""The handbook as pages and files: safe, complete, the same bytes each time, and never half in place."""

import copy
import errno
import hashlib
import re
import shutil
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import pytest
import tiny_course
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output, new_raw_cell
from tiny_course import STEM

from rapport import charts, handbook
from rapport.content import ContentError
from rapport.handbook import execute, package, pages, parts, render, verify


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return tiny_course.make(tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="module")
def executed(course):
    return execute.run_all(course, execute.notebook_paths(course), for_page=True)


@pytest.fixture(scope="module")
def site(course, executed):
    return package.folder(parts.site(course, executed))


@pytest.fixture
def ready(monkeypatch, executed):
    """Builds without waiting for a kernel: the notebooks have been run."""
    monkeypatch.setattr(execute, "run_languages", lambda root, wanted, progress=None, **_: dict.fromkeys(wanted, executed))


def body(path, *cells):
    """HTML of a notebook's cells with their stored outputs."""
    return render.notebook_html(tiny_course.notebook(*cells), render.Context(path / "x.ipynb"))


# ---- Notebooks that are no modules ------------------------------------------------------------------------------


def beside(path, *cells, **about):
    """A notebook beside the modules, as read after a run."""
    notebook = tiny_course.notebook(*cells)
    notebook.metadata["rapport"] = about
    return {path / "notebooks" / "book.ipynb": notebook}


def test_a_reference_notebook_is_a_page_linked_from_the_first_and_others_are_not(course, executed, tmp_path):
    cells = (new_markdown_cell("# Meet the book"), new_markdown_cell("## Orders\n\n[The module](01_tiny.ipynb)"))
    (course / "notebooks/book.ipynb").touch()
    try:
        for kind, kinds, there in [("reference", ("reference",), True), ("trainer", ("reference",), False), ("trainer", ("reference", "trainer"), True), ("none", ("reference", "trainer"), False)]:
            found = pages.read_references(course, executed | beside(course, *cells, page=kind), kinds)
            assert [each.name for each in found] == ["book"] * there
        site = package.folder(parts.site(course, executed | beside(course, *cells, page="reference")))
    finally:
        (course / "notebooks/book.ipynb").unlink()
    page = site["book.html"].decode()
    assert page.count("<h1") == 1 and "Meet the book" in page and '<a href="01_tiny.html">The module</a>' in page
    assert '<a href="book.html">Meet the book</a>' in site["index.html"].decode()


@pytest.mark.parametrize("cells, about, says", [
    ((new_markdown_cell("# A"),), {}, "found None; a notebook that is no module has the metadata"),
    ((new_markdown_cell("# A"),), {"page": "learner"}, "found 'learner'"),
    ((new_markdown_cell("A"),), {"page": "reference"}, "cell 1: the first cell must be a heading"),
])  # fmt: skip
def test_a_notebook_that_does_not_say_where_it_belongs_is_refused(course, cells, about, says):
    (course / "notebooks/book.ipynb").touch()
    try:
        with pytest.raises(ContentError, match=says):
            pages.read_references(course, beside(course, *cells, **about))
    finally:
        (course / "notebooks/book.ipynb").unlink()


# ---- Cells ------------------------------------------------------------------------------------------------------


def test_a_figure_carries_its_text_alternative_and_without_one_the_build_stops(tmp_path):
    html = body(tmp_path, tiny_course.figure('Rises "fast" & far.'))
    assert 'alt="Rises &#34;fast&#34; &amp; far."' in html and html.count("<figure") == 1
    with pytest.raises(ContentError, match=r"x\.ipynb: cell 2: the figure has no text alternative"):
        body(tmp_path, new_markdown_cell("Look:"), tiny_course.figure(alt=""))


def test_pandas_tables_lose_their_styles_and_keep_their_cells(tmp_path):
    html = body(tmp_path, tiny_course.shown(
        '<div><style scoped>.dataframe{}</style><table border="1" class="dataframe"><thead><tr style="text-align: right;"><th></th><th>kind</th><th>n</th></tr></thead>'
        "<tbody><tr><th>0</th><td>&lt;i&gt;late&lt;/i&gt;</td><td>1,234.5</td></tr></tbody></table></div>"
    ))  # fmt: skip
    assert "style" not in html and "border" not in html
    assert '<th scope="col">kind</th>' in html and "&lt;i&gt;late&lt;/i&gt;" in html and '<td class="num">1,234.5</td>' in html
    assert '<div class="table" role="group" aria-label="Table" tabindex="0"><table class="dataframe">' in html


@pytest.mark.parametrize(
    "html, said",
    [
        ('<p style="color:red">x</p>', "style="),
        ("<script>alert(1)</script>", "<script>"),
        ('<img src="https://example.org/x.png">', "<img>"),
        ("<style>p{}</style><p>x</p>", "<style>"),
        ("<iframe></iframe>", "<iframe>"),
    ],
)
def test_an_output_that_brings_styles_scripts_or_pictures_of_its_own_is_refused(tmp_path, html, said):
    with pytest.raises(ContentError, match=f"cell 1: the output has a.*{re.escape(said)}"):
        body(tmp_path, tiny_course.shown(html))


def test_handlers_and_links_in_an_output_are_dropped_or_refused(tmp_path):
    assert "onclick" not in body(tmp_path, tiny_course.shown('<p onclick="x()">text</p>'))
    with pytest.raises(ContentError, match="<a>"):
        body(tmp_path, tiny_course.shown('<a href="javascript:x()">text</a>'))


def test_a_claim_in_an_output_keeps_its_badge(tmp_path):
    assert '<div class="claim" data-badge="mixed" role="note">' in body(tmp_path, tiny_course.shown('<div class="claim" role="note" data-badge="mixed">x</div>'))


def test_terminal_colours_become_classes_and_text_is_escaped(tmp_path):
    text = "\x1b[31mred\x1b[0m \x1b[38;5;208mfine\x1b[0m \x1b[38;2;1;2;3mfiner\x1b[0m <b>"
    html = body(tmp_path, new_code_cell("p()", outputs=[new_output("stream", name="stdout", text=text)]))
    assert '<span class="ansi-red-fg">red</span> fine finer &lt;b&gt;' in html and "style" not in html


def test_of_an_output_the_richest_kind_is_shown_and_what_was_said_on_stderr_is_not(tmp_path):
    kinds = {"text/plain": "plain < 1", "text/markdown": "*marked*", "text/html": "<p>built</p>"}
    html = body(tmp_path, *(new_code_cell("", outputs=[new_output("display_data", data={kind: kinds[kind] for kind in list(kinds)[:number]})]) for number in (1, 2, 3)))
    assert html == "".join(f'<div class="cell">\n{shown}\n</div>\n' for shown in ('<pre class="output">plain &lt; 1</pre>\n', '<div class="output-text"><p><em>marked</em></p>\n</div>\n', "<p>built</p>"))
    said = [new_output("stream", name=name, text=name) for name in ("stdout", "stderr")]
    assert body(tmp_path, new_code_cell("", outputs=said)) == '<div class="cell">\n<pre class="output">stdout</pre>\n\n</div>\n'


def test_a_page_leaves_the_notebook_as_it_was(tmp_path):
    notebook = tiny_course.notebook(new_markdown_cell("# A"), tiny_course.figure("Rises."), new_raw_cell("<raw>"))
    before = copy.deepcopy(notebook)
    assert render.notebook_html(notebook, render.Context(tmp_path / "x.ipynb")).endswith("</div>\n&lt;raw&gt;")
    assert notebook == before


def test_code_is_one_click_away_and_coloured_by_class(tmp_path):
    html = body(tmp_path, new_code_cell("x = '<b>'  # why"))
    assert '<details class="code"><summary>' in html and "&lt;b&gt;" in html and '<span class="tok-c1"># why</span>' in html


def test_a_stored_error_a_widget_and_an_unknown_kind_of_output_stop_the_build(tmp_path):
    error = new_output("error", ename="ValueError", evalue="no", traceback=["no"])
    widget = new_output("display_data", data={"application/vnd.jupyter.widget-view+json": {"model_id": "1"}, "text/plain": "W()"})
    strange = new_output("display_data", data={"application/pdf": "x"})
    for output, said in ((error, "stored output is an error"), (widget, "shows a widget"), (strange, "application/pdf")):
        with pytest.raises(ContentError, match=f"cell 1: .*{said}"):
            body(tmp_path, new_code_cell("f()", outputs=[output]))


def test_a_section_is_found_by_its_name_and_says_its_minutes(tmp_path):
    html = body(
        tmp_path,
        new_markdown_cell("## Der Gedanke", metadata={"rapport": {"section": "idea", "minutes": 3}}),
        new_markdown_cell("### Mehr", metadata={"rapport": {"section": "idea", "minutes": 2}}),
    )
    assert '<h2 id="idea">Der Gedanke</h2>\n<p class="minutes">5 min</p>' in html and "<h3" in html


def test_a_bad_formula_names_notebook_and_cell(tmp_path):
    with pytest.raises(ContentError, match=r"x\.ipynb: cell 1: the formula \$x_1_2\$"):
        body(tmp_path, new_markdown_cell("So $x_1_2$."))


def test_an_explorer_is_baked_from_the_object_its_cell_shows(tmp_path, monkeypatch):
    root = tiny_course.make(tmp_path, new_code_cell("'the object'", metadata={"rapport": {"explorer": "one"}}), new_code_cell("1 + 1"))
    path = execute.notebook_paths(root)[0]
    code = "from IPython.display import display\ndisplay({%r: f'<p>{_}</p>'}, raw=True)" % execute.BAKED
    monkeypatch.setattr(execute, "_BAKE", code)
    ran = execute.run_notebook(execute.read_notebook(path), path, root, for_page=True)
    assert len(ran.cells) == 2 and render.baked(ran.cells[0]) == "<p>the object</p>"
    stored = execute.run_notebook(execute.read_notebook(path), path, root)
    assert execute.BAKED not in execute.to_text(stored)


# ---- Pages ------------------------------------------------------------------------------------------------------


class Tags(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def html_files(site):
    return {name: data.decode() for name, data in site.items() if name.endswith(".html")}


def test_the_site_has_its_pages_and_every_link_leads_somewhere(site):
    names = [name for name in site if name.endswith(".html")]
    assert names == ["index.html", f"{STEM}.html", f"{STEM}-cards.html", "about.html", "search.html", "progress.html", "statement.html"]
    module = site[f"{STEM}.html"].decode()
    assert f'href="{STEM}-cards.html#say-so"' in module and 'href="#source-known-2004"' in module and 'id="source-known-2004"' in module
    assert f'href="{STEM}.html"' in site[f"{STEM}-cards.html"].decode() and 'href="#say-when"' in site[f"{STEM}-cards.html"].decode()


def test_every_page_has_a_language_a_strict_policy_and_nothing_from_elsewhere(site):
    for name, html in html_files(site).items():
        tags = Tags(html).found
        assert ("html", {"lang": "en"}) in tags
        policy = next(attrs["content"] for tag, attrs in tags if attrs.get("http-equiv") == "Content-Security-Policy")
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;")
        assert "base-uri 'none'" in policy and "form-action 'none'" in policy and "unsafe" not in policy
        head, _, _ = html.partition("</head>")
        assert head.index("Content-Security-Policy") < head.index("<link") < head.index("<script"), "the policy comes before what it rules"
        for tag, attrs in tags:
            loaded = attrs.get("src") or (attrs.get("href") if tag == "link" else None)
            assert loaded is None or loaded in site or loaded.startswith("data:"), (name, loaded)
            assert not {"style", "onclick", "onload"} & set(attrs), (name, tag)


def test_no_file_of_the_handbook_names_a_public_address_to_load_from(site):
    asks = re.findall(r"fetch\(.*", site[package.KEEPER].decode())
    assert len(asks) == 2 and asks[0].startswith("fetch(name, { integrity: ") and asks[1].startswith("fetch(request);")  # names on its list, and what a page asked for
    for name, data in site.items():
        if name == package.KEEPER:
            continue
        text = data.decode(errors="ignore")
        if name == "minisearch.js":
            text = text.replace("    fetch(key, initial) {", "").replace("this._index.fetch(term, createMap)", "")  # a method of its map
        assert not re.search(r"@import|url\(\s*['\"]?(?:https?:)?//|\bfetch\(|XMLHttpRequest|importScripts|<script[^>]+https?:|cdn|unpkg|jsdelivr", text, re.IGNORECASE), name


def test_content_cannot_bring_markup_into_a_page(site):
    for html in html_files(site).values():
        assert "<script>alert(1)" not in html and "<small>" not in html and "<b>courier</b>" not in html
    assert "Tiny &amp; &lt;small&gt;" in site["index.html"].decode()


def test_the_one_file_form_allows_its_own_scripts_by_hash_and_links_to_nothing_outside(course, executed):
    module = pages.read_module(course, STEM, executed[course / f"notebooks/{STEM}.ipynb"], pages.read_exercises(course, STEM))
    html = package.single_file(pages.single_page(course, pages.module_body(module, course))).decode()
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', html)[1]
    assert "'self'" not in policy and "unsafe" not in policy
    for element in ("script", "style"):
        for text in re.findall(rf"<{element}>(.*?)</{element}>", html, re.DOTALL):
            digest = package._hash(text)
            assert digest in policy, f"an inline {element} is not allowed by the policy"
    local = [attrs["href"] for tag, attrs in Tags(html).found if tag == "a" and not attrs["href"].startswith("http")]
    assert local and all(link.startswith("#") for link in local)
    assert 'id="say-so"' in html and 'id="about"' in html


def test_a_link_that_leads_nowhere_is_named(course, executed):
    module = pages.read_module(course, STEM, executed[course / f"notebooks/{STEM}.ipynb"], ("", {}))
    with pytest.raises(ContentError, match=r"the link '\.\./data/x\.csv' leads nowhere"):
        pages.relink('<a href="../data/x.csv">x</a>', pages.site_href(STEM), module.notebook_path, module)


@pytest.mark.parametrize(
    "change, said",
    [
        (('lang="en"', ""), "no lang"),
        (("<main", '<p style="color:red">x</p><main'), "inline styles"),
        (("<main", '<p onclick="x()">x</p><main'), "event handlers"),
        (("<main", '<img src="https://example.org/x.png" alt="x"><main'), "would send a request"),
        (("<main", '<img src="//example.org/x.png" alt="x"><main'), "would send a request"),
        (("<main", '<img src="../../secret.png" alt="x"><main'), "is not part of the handbook"),
        (("<main", '<img src="data:x" alt=" "><main'), "no text alternative"),
        (("<main", '<script>alert(1)</script><main'), "inline <script>"),
        (("<main", '<iframe></iframe><main'), "<iframe>"),
        (("<main", '<p id="main">x</p><main'), "used twice"),
        (("<main", '<a href="nowhere.html">x</a><main'), "leads nowhere"),
        (("<main", '<a href="#nowhere">x</a><main'), "leads nowhere"),
        (("<main", '<p aria-labelledby="nowhere">x</p><main'), "that a label names"),
        (("<main", "<h1>x</h1><main"), "2 headings of the first level"),
        (("Content-Security-Policy", "X"), "no content-security policy"),
        (("script-src 'self'", "script-src 'self' 'unsafe-inline'"), "is not strict (unsafe-)"),
        (("script-src 'self'", "script-src *"), "is not strict (*)"),
        (("; base-uri 'none'", ""), "is not strict (base-uri 'none')"),
        (("<head>", '<head><script src="page.js"></script>'), "comes too late"),
        (("<main", '<meta http-equiv="refresh" content="0;url=x"><main'), 'http-equiv="refresh"'),
        (("<main", '<script src="data:text/javascript,1"></script><main'), "would send a request"),
        (("<main", '<svg><animate attributeName="href"></animate></svg><main'), "<animate> is not allowed"),
        (("<main", '<svg><a xlink:href="javascript:x">x</a></svg><main'), "would send a request"),
        (("<main", '<a href="javascript:x()">x</a><main'), "leads nowhere"),
        (("<main", '<noscript><p>x</p></noscript><main'), "<noscript> is not allowed"),
    ],
)  # fmt: skip
def test_a_finished_page_with_a_fault_is_refused(site, change, said):
    html = html_files(site)
    files = [name for name in site if name not in html]
    found = {name: verify.findings(text) for name, text in html.items()}
    verify.verify(found, files)
    found["about.html"] = verify.findings(html["about.html"].replace(*change, 1))
    with pytest.raises(ContentError, match=re.escape(said)):
        verify.verify(found, files)


def test_page_and_charts_share_their_colours_and_both_dark_blocks_agree():
    css = (package.WEB / "style.css").read_text(encoding="utf-8")
    light, by_system, by_choice = (dict(re.findall(r"--([\w-]+): (#\w+)", block)) for block in re.findall(r":root[^{]*\{([^}]*)\}", css)[:3])
    assert by_system == by_choice and set(by_system) <= set(light)
    shared = {"text": "ink", "muted": "muted", "line": "line", "surface": "surface", "accent": "accent", "focus": "contrast"}
    assert {name: light[name] for name in shared} == {name: charts.COLOURS[colour] for name, colour in shared.items()}


def test_high_contrast_is_the_same_by_the_systems_setting_and_by_choice():
    css = (package.WEB / "style.css").read_text(encoding="utf-8")
    by_system, by_choice = (dict(re.findall(r"--([\w-]+): ([^;]+)", block)) for block in re.findall(r":root[^{]*\{([^}]*light-dark[^}]*)\}", css))
    dark = dict(re.findall(r"--([\w-]+): (#\w+)", re.findall(r":root[^{]*\{([^}]*)\}", css)[1]))
    assert by_system == by_choice and set(by_system) == set(dark)


@pytest.mark.parametrize("block, least", [(0, 4.5), (1, 4.5), (3, 7), (4, 7)])
def test_text_colours_reach_double_a_contrast_on_page_and_surface_and_treble_a_where_it_is_asked_for(block, least):
    css = (package.WEB / "style.css").read_text(encoding="utf-8")
    blocks = re.findall(r":root[^{]*\{([^}]*)\}", css)
    if block < 3:
        tokens = dict(re.findall(r"--([\w-]+): (#\w+)", blocks[block]))
    else:  # one block holds both: light-dark(one, other)
        tokens = {name: (light, dark)[block - 3] for name, light, dark in re.findall(r"--([\w-]+): light-dark\((#\w+), (#\w+)\)", blocks[3])}

    def luminance(colour):
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    def contrast(one, two):
        light, dark = sorted((luminance(one), luminance(two)), reverse=True)
        return (light + 0.05) / (dark + 0.05)

    for name in ("text", "muted", "accent", "good", "bad", "warn"):
        for ground in ("bg", "surface", "accent-soft") if name == "text" else ("bg", "surface"):
            assert contrast(tokens[name], tokens[ground]) >= least, (name, ground)
    assert contrast(tokens["accent-text"], tokens["accent"]) >= least
    assert contrast(tokens["focus"], tokens["bg"]) >= 3
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


# ---- Files ------------------------------------------------------------------------------------------------------


def everything(folder):
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_two_builds_give_the_same_bytes(course, tmp_path):
    first = handbook.build(course, tmp_path / "one" / "handbook")
    handbook.build(course, tmp_path / "two" / "handbook")
    assert everything(tmp_path / "one") == everything(tmp_path / "two")
    assert first.index.exists() and len(first.pages) == 7 and [path.name for path in first.singles] == [f"{STEM}.html"] and first.cards.exists()
    with zipfile.ZipFile(first.zip) as archive:
        assert archive.testzip() is None and "rapport-handbook/index.html" in archive.namelist()
        assert {name.split("/", 1)[1] for name in archive.namelist()} == set(everything(first.index.parent))


def test_a_rebuild_replaces_the_folder_as_a_whole(course, tmp_path, ready):
    out = tmp_path / "handbook"
    handbook.build(course, out)
    (out / "left-over.html").write_text("old", encoding="utf-8")
    handbook.build(course, out)
    assert not (out / "left-over.html").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["handbook", "rapport-handbook.zip", "single"], "nothing is left of the staging"


def test_a_folder_with_other_things_in_it_is_never_replaced(course, tmp_path, ready):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear", encoding="utf-8")
    with pytest.raises(ContentError, match="holds files that the handbook build did not make"):
        handbook.build(course, tmp_path / "mine")
    assert (tmp_path / "mine" / "letter.txt").read_text(encoding="utf-8") == "dear"
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(ContentError, match="is not a folder"):
        handbook.build(course, tmp_path / "file")


def test_the_folder_one_is_in_is_never_replaced(course, tmp_path, ready, monkeypatch):
    """Neither as `.` nor from inside the last handbook: the shell would be left in a folder that is gone."""
    out = tmp_path / "handbook"
    handbook.build(course, out)
    monkeypatch.chdir(out)
    for named in (out, Path(".")):
        with pytest.raises(ContentError, match="is the folder you are in"):
            handbook.build(course, named)
    assert (out / "index.html").exists()


@pytest.mark.parametrize("in_the_way", ["rapport-handbook.zip/mine.txt", "single"])
def test_something_in_the_way_beside_the_handbook_is_found_before_anything_is_replaced(course, tmp_path, ready, in_the_way):
    out = tmp_path / "handbook"
    handbook.build(course, out)
    (out / "left-over.html").write_text("old", encoding="utf-8")
    shutil.rmtree(tmp_path / "single")
    (tmp_path / "rapport-handbook.zip").unlink()
    (tmp_path / in_the_way).parent.mkdir(exist_ok=True)
    (tmp_path / in_the_way).write_text("mine", encoding="utf-8")
    with pytest.raises(ContentError, match="What stood here before is unchanged"):
        handbook.build(course, out)
    assert (out / "left-over.html").exists() and (tmp_path / in_the_way).read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("failure", [OSError(errno.ENOSPC, "No space left on device"), OSError(errno.EROFS, "Read-only file system"), KeyboardInterrupt()])
@pytest.mark.parametrize("moment", ["_write", "rename"])
def test_the_last_good_handbook_stays_when_writing_fails_or_is_stopped(course, tmp_path, ready, monkeypatch, failure, moment):
    out = tmp_path / "handbook"
    handbook.build(course, out)
    before = everything(tmp_path)
    monkeypatch.setattr(package, "unchanged", lambda *_: False)  # else there would be nothing to write
    calls = []

    def broken(*arguments):
        calls.append(arguments)
        if len(calls) == 2:
            raise failure
        return real(*arguments)

    place = package if moment == "_write" else package.os
    real = getattr(place, moment)
    monkeypatch.setattr(place, moment, broken)
    with pytest.raises(KeyboardInterrupt if isinstance(failure, KeyboardInterrupt) else ContentError) as caught:
        handbook.build(course, out)
    assert len(calls) >= 2
    if isinstance(failure, OSError):
        assert failure.strerror in str(caught.value) and "unchanged" in str(caught.value)
    monkeypatch.undo()
    assert everything(tmp_path) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["handbook", "rapport-handbook.zip", "single"]


def test_the_last_good_handbook_stays_when_a_notebook_fails(tmp_path):
    root = tiny_course.make(tmp_path / "course")
    out = tmp_path / "build" / "handbook"
    handbook.build(root, out)
    before = everything(out.parent)
    tiny_course.make(root, new_code_cell("1 / 0"))
    with pytest.raises(handbook.NotebookError, match="cell 1: ZeroDivisionError"):
        handbook.build(root, out)
    assert everything(out.parent) == before


def test_a_course_without_notebooks_says_how_to_begin(tmp_path):
    root = tiny_course.make(tmp_path)
    (root / "notebooks" / f"{STEM}.ipynb").unlink()
    with pytest.raises(ContentError, match="no notebook to make a handbook from"):
        handbook.build(root, tmp_path / "out")


def test_progress_is_told_to_the_end(course, tmp_path, ready):
    told = []
    handbook.build(course, tmp_path / "handbook", lambda *each: told.append(each))
    assert told[-1][1] == told[-1][2] and [done for _, done, _ in told] == sorted(done for _, done, _ in told)


def test_a_language_whose_catalogue_cannot_be_read_is_left_out_and_the_others_are_made(tmp_path):
    from rapport.handbook.assembly import languages

    from rapport import handbook

    course = tiny_course.make(tmp_path / "course")
    for lang, data in (("gu", 'msgid "About"\nmsgstr "વિશે"\n'.encode()), ("lv", b'msgid "About"\nmsgstr "Par\xff"\n')):
        po = course / f"locales/{lang}/playbooks/about.md.po"
        po.parent.mkdir(parents=True)
        po.write_bytes(b'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n' + data)
    assert languages(course)[0] == ("en", "gu")
    built = handbook.build(course, tmp_path / "out" / "handbook")
    names = {path.name for path in built.pages}
    assert {"about.html", "about.gu.html"} <= names and "about.lv.html" not in names
    assert len(built.left_out) == 1 and built.left_out[0].startswith("lv: ") and "about.md.po:6: not UTF-8 text" in built.left_out[0]


def test_while_one_writes_a_language_whose_catalogue_breaks_keeps_its_pages_and_is_told(tmp_path):
    from rapport.handbook import parts, watch
    from rapport.handbook.workshop import Workshop

    course, out = tiny_course.make(tmp_path / "course"), tmp_path / "out" / "handbook"
    po = course / "locales/gu/playbooks/about.md.po"
    po.parent.mkdir(parents=True)
    head = b'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'
    po.write_bytes(head + 'msgid "About"\nmsgstr "વિશે"\n'.encode())
    with Workshop(parts.WORK) as shop:
        changed, left_out = watch.rebuild(course, out, "learner", shop)
        assert {"about.html", "about.gu.html"} <= set(changed) and left_out == ()
        before = (out / "about.gu.html").read_bytes()
        po.write_bytes(head + b'msgid "About"\nmsgstr "\xff"\n')
        assert watch.rebuild(course, out, "learner", shop, only=["gu"])[0] == []  # the page that is looked at, first
        _, left_out = watch.rebuild(course, out, "learner", shop)
    assert len(left_out) == 1 and "about.md.po:6: not UTF-8 text" in left_out[0]
    assert (out / "about.gu.html").read_bytes() == before
