"""The glossary: what the file may hold, which words are found in a text of each language, and what a page makes of them."""

import json
import re

import pytest
import tiny_course

from rapport import i18n
from rapport.content import ContentError, course_root, write_text
from rapport.handbook import glossary, pages
from rapport.playbooks.glossary import load, pattern

ROOT = course_root()

FILE = """title: Words
lead: What they mean.
terms:
  - id: late
    term: late parcel
    says: A parcel that is <not> there.
    taught: 01_tiny
    forms: {en: [late parcel, parcel], gu: [પાર્સલ], lv: [kavē sūtīj]}
  - id: apple
    term: apple
    says: A fruit.
    taught: 01_tiny
    forms: {en: [apple]}
"""


@pytest.fixture
def course(tmp_path):
    root = tiny_course.make(tmp_path) or tmp_path
    write_text(root / "playbooks" / "glossary.yaml", FILE)
    return root


def found(root, html, lang="en"):
    with i18n.speaking(lang):
        made, terms = glossary.marked(html, load(root), lambda term: f"glossary.html#term-{term}")
    return re.findall(r'<a class="term" href="glossary.html#term-(\w+)" aria-describedby="says-\1">(.*?)</a>', made), [term.id for term in terms]


# ---- The file ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change, said",
    [
        (("id: apple", "id: late"), "'late' is listed twice"),
        (("en: [apple]", "en: [Parcel]"), "stands under 'late' and under 'apple'"),
        (("en: [apple]", "fr: [pomme], en: [apple]"), "has forms in fr"),
        (("en: [apple]", "lv: [ābol]"), "no English forms"),
        (("says: A fruit.", "says: ''"), "says"),
        (("title: Words", "name: Words"), "name"),
    ],
)
def test_a_faulty_file_says_what_is_wrong_and_where(course, change, said):
    write_text(course / "playbooks" / "glossary.yaml", FILE.replace(*change))
    with pytest.raises(ContentError, match=re.escape(said)) as fault:
        load(course)
    assert "glossary.yaml" in str(fault.value)


def test_a_term_names_a_module_of_the_course(course):
    write_text(course / "playbooks" / "glossary.yaml", FILE.replace("taught: 01_tiny", "taught: 99_gone", 1))
    with pytest.raises(ContentError, match="99_gone.*01_tiny"):
        pages.glossary_pages(course)


def test_a_course_without_the_file_marks_nothing_and_has_no_page(tmp_path):
    root = tiny_course.make(tmp_path) or tmp_path
    assert load(root) is None and pages.glossary_pages(root) == []
    assert glossary.marked("<p>parcel</p>", None, str) == ("<p>parcel</p>", [])


# ---- What is found in a text ------------------------------------------------------------------------------------


def test_the_first_use_in_each_section_is_marked_and_the_words_stay(course):
    html = "<p>A late parcel, two parcels.</p><h2>Parcel</h2><p>Parcels, <em>apples</em>; apple.</p>"
    assert found(course, html) == ([("late", "late parcel"), ("late", "Parcels"), ("apple", "apples")], ["late", "apple"])
    made, _ = glossary.marked(html, load(course), str)
    assert re.sub(r"</?a\b[^>]*>", "", made) == html


@pytest.mark.parametrize(
    "html",
    ["<h3>parcel</h3>", '<a href="#x">the parcel <em>late parcel</em></a>', "<code>parcel</code>", "<button>a parcel</button>", "<math><mi>parcel</mi></math>", '<img alt="parcel">',
     "<rapport-scenario><div><div>parcel</div></div> parcel</rapport-scenario>", "<details><summary>parcel</summary></details>", '<script type="application/json">{"a": "parcel"}</script>',
     '<ul class="note sources"><li>parcel</li></ul>', "<p>parcelling, non-parcel, parcel-post</p>"],
)  # fmt: skip
def test_what_is_pressed_followed_headings_code_and_parts_of_words_are_left_alone(course, html):
    assert found(course, html) == ([], [])
    assert found(course, f"{html}<p>parcel</p>")[0] == [("late", "parcel")], "and what comes after is seen"


def test_words_of_another_language_are_found_by_their_beginnings(course):
    assert found(course, "<p>Par kavētu sūtījumu un kavētiem sūtījumiem.</p>", "lv")[0] == [("late", "kavētu sūtījumu")]
    assert found(course, "<p>આ પાર્સલને જુઓ.</p>", "gu")[0] == [("late", "પાર્સલને")]
    assert found(course, "<p>એપાર્સલ</p>", "gu")[0] == []


def test_english_that_waits_for_its_translation_is_not_explained_in_another_language(course):
    html = f"<p>{i18n.OPEN}Tas <em>kavēts sūtījums</em>{i18n.CLOSE} un kavēts sūtījums</p>"
    made, terms = [], []
    with i18n.speaking("lv"):
        made, terms = glossary.marked(html, load(course), str)
    assert made.count('class="term"') == 1 and made.index("term") > made.index(i18n.CLOSE) and len(terms) == 1


# ---- Pages ------------------------------------------------------------------------------------------------------


def test_the_page_lists_terms_by_the_alphabet_with_the_module_that_teaches_them_and_text_is_text(course):
    (page,) = pages.glossary_pages(course)
    assert re.findall(r'<dt id="([\w-]+)">', page.body) == ["term-apple", "term-late"]
    assert "A parcel that is &lt;not&gt; there." in page.body and 'href="01_tiny.html"' in page.body


def test_a_module_explains_its_terms_and_its_one_file_form_has_them_inside(course):
    import nbformat

    path = course / "notebooks" / f"{tiny_course.STEM}.ipynb"
    notebook = nbformat.read(path, 4)
    next(cell for cell in notebook.cells[1:] if cell.cell_type == "markdown").source += "\n\nA parcel is late."
    module = pages.read_module(course, tiny_course.STEM, notebook, ("", {}))
    made = pages.module_body(module, course)
    body = pages.module_pages(course, module, made)[0].body
    assert 'href="glossary.html#term-late"' in body and body.count('<p class="term-says" id="says-late" role="tooltip" popover="manual">') == 1
    single = pages.single_page(course, made).body
    assert 'href="#term-late"' in single and '<dt id="term-late">' in single and "glossary.html" not in single


def test_every_term_of_the_course_is_used_where_it_says_and_has_forms_in_each_language():
    texts = {}
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        texts[path.stem] = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    for path in sorted((ROOT / "playbooks").glob("*/playbook.md")):
        texts[path.parent.name] = texts.get(path.parent.name, "") + path.read_text(encoding="utf-8")
    for term in load(ROOT).terms:
        assert set(term.forms) == set(i18n.LANGUAGES), term.id
        assert term.taught in texts, term.id
        assert any(pattern(((term.id, (form,)),), "en").search(text) for text in texts.values() for form in term.forms["en"]), term.id
    glossary.body(load(ROOT), ROOT, pages.site_href("glossary"))


@pytest.mark.parametrize("lang", i18n.LANGUAGES[1:])
def test_a_terms_own_name_is_found_by_its_forms(lang):
    with i18n.speaking(lang):
        terms = load(ROOT).terms
    for term in terms:
        assert pattern(((term.id, term.forms[lang] and tuple(term.forms[lang])),), lang).search(term.term), (term.id, term.term)
