"""Terms of the glossary on a page: by mouse, keyboard, finger and without scripts; and a chart at full size on a phone."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
import small_site  # noqa: E402
import tiny_course  # noqa: E402
from test_glossary import FILE  # noqa: E402

from rapport import i18n  # noqa: E402
from rapport.content import course_root, write_text  # noqa: E402
from rapport.handbook import package, pages  # noqa: E402
from rapport.playbooks.glossary import load  # noqa: E402

HERE = Path(__file__).parent
ROOT = course_root(HERE)
LONG = FILE.replace("A parcel that is <not> there.", "A parcel that is not there. " * 6)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    import nbformat

    folder = tmp_path_factory.mktemp("site")
    root = tiny_course.make(folder / "course") or folder / "course"
    write_text(root / "playbooks" / "glossary.yaml", LONG)
    path = root / "notebooks" / f"{tiny_course.STEM}.ipynb"
    notebook = nbformat.read(path, 4)
    next(cell for cell in notebook.cells[1:] if cell.cell_type == "markdown").source += "\n\nA parcel is late, and so is an apple.\n\n" + "More. " * 400
    picture = tiny_course.figure()
    picture.outputs[0].metadata["image/png"] |= {"width": 648, "height": 400}
    picture["id"] = "cell-picture"
    notebook.cells.append(picture)
    nbformat.write(notebook, path)
    out = folder / "out"
    out.mkdir()
    for name, data in small_site.build(root, ("en",)).items():
        (out / name).write_bytes(data)
    return out


@pytest.fixture
def opened(site, page_factory):
    def open_page(name=tiny_course.STEM, **options):
        page = page_factory(**options)
        page.goto((site / f"{name}.html").as_uri())
        return page

    return open_page


def shown(page):
    return page.locator(".term-says:popover-open").all_inner_texts()


def test_hovering_shows_the_definition_which_can_be_reached_and_is_put_away_with_escape(opened):
    page = opened()
    term = page.locator("a.term").first
    assert shown(page) == []
    term.hover()
    assert len(shown(page)) == 1 and "not there" in shown(page)[0]
    page.locator("#says-late").hover()  # WCAG 1.4.13: the pointer may go onto it
    page.wait_for_timeout(600)
    assert len(shown(page)) == 1
    page.keyboard.press("Escape")
    assert shown(page) == []
    term.hover()
    page.mouse.move(5, 5)
    page.wait_for_timeout(600)
    assert shown(page) == [] and page.seen.errors == []


def test_the_keyboard_shows_it_and_reaches_the_glossary_and_readers_aloud_are_told(opened):
    page = opened()
    term = page.locator("a.term").first
    page.locator("main").focus()
    for _ in range(40):
        page.keyboard.press("Tab")
        if term.evaluate("each => each === document.activeElement"):
            break
    assert len(shown(page)) == 1
    assert page.locator("#says-late").get_attribute("role") == "tooltip" and term.get_attribute("aria-describedby") == "says-late" and term.get_attribute("title") is None
    page.mouse.move(5, 5)
    page.wait_for_timeout(600)
    assert len(shown(page)) == 1, "it stays while the term has the focus"
    page.keyboard.press("Tab")
    assert "late" not in " ".join(shown(page)), "and goes with it"
    term.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/glossary.html#term-late")


def test_the_first_tap_explains_within_a_narrow_page_and_the_second_leads_to_the_glossary(opened):
    page = opened(width=320, touch=True)
    term = page.locator("a.term").first
    term.tap()
    box = page.locator("#says-late").bounding_box()
    assert len(shown(page)) == 1 and box["x"] >= 0 and box["x"] + box["width"] <= 320
    page.locator("h1").tap()
    assert shown(page) == []
    term.tap()
    term.tap()
    page.wait_for_url("**/glossary.html#term-late")


def test_without_scripts_a_term_is_a_link(opened):
    page = opened(javascript=False)
    assert not page.locator(".term-says").first.is_visible()
    page.locator("a.term").first.click()
    page.wait_for_url("**/glossary.html#term-late")
    assert page.locator("#term-late").is_visible()


@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_nothing_with_a_definition_open_or_in_the_glossary(opened, dark):
    for name in (tiny_course.STEM, "glossary"):
        page = opened(name, dark=dark)
        if name != "glossary":
            page.locator("a.term").first.hover()
            assert len(shown(page)) == 1
        page.evaluate((HERE / "axe.min.js").read_text(encoding="utf-8"))
        found = page.evaluate("axe.run({ preload: false })")
        assert [(each["id"], each["nodes"][0]["target"]) for each in found["violations"]] == []


def test_on_paper_no_definition_covers_the_text(opened):
    page = opened()
    page.locator("a.term").first.hover()
    page.emulate_media(media="print")
    assert not page.locator("#says-late").is_visible()


def test_a_chart_that_a_phone_shows_small_can_be_read_at_full_size_and_scrolled(opened):
    page = opened(width=390)
    figure = page.locator("figure.chart").first
    button = figure.get_by_role("button", name="Larger chart")
    assert figure.locator("img").bounding_box()["width"] < 390
    button.click()
    assert figure.locator("img").bounding_box()["width"] == 648 and figure.get_attribute("tabindex") == "0"
    assert figure.evaluate("each => each.scrollWidth > each.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), "only the frame scrolls"
    figure.get_by_role("button", name="Whole chart").click()
    assert figure.get_attribute("tabindex") is None
    page.set_viewport_size({"width": 1280, "height": 800})
    figure.locator("button").wait_for(state="hidden")


@pytest.mark.parametrize("theme", ["light", "contrast"])
@pytest.mark.parametrize("lang", i18n.LANGUAGES)
def test_nothing_of_the_real_glossary_and_its_frame_is_cut_off_at_320_pixels(page_factory, tmp_path, lang, theme):
    with i18n.speaking(lang, marking=True):
        (made,) = pages.glossary_pages(ROOT)
        pages.frame([made], [])
        for name, data in (package.assets(package.SHEETS) | package.fonts() | {made.file: package.page_html(made).encode()}).items():
            (tmp_path / name).write_bytes(data)
    page = page_factory(width=320)
    page.goto((tmp_path / made.file).as_uri())
    page.evaluate("theme => { document.documentElement.dataset.theme = theme; return document.fonts.ready; }", theme)
    assert page.locator("dt").count() == len(load(ROOT).terms)
    assert page.evaluate((HERE / "clipped.js").read_text(encoding="utf-8")) == []
