"""The facilitator's edition in a browser: quiet pages without faults, a projector round by keyboard, and sheets on paper."""

import re
from pathlib import Path

import access
import pytest
import tiny_course
from nbformat.v4 import new_markdown_cell

from rapport import scenarios
from rapport.content import course_root, module_stems
from rapport.handbook import facilitator, moments, package, parts
from rapport.scenarios import room

HERE = Path(__file__).parent
COURSE = course_root(HERE)
NAME = "the_cold_chain"
STEM = scenarios.files(COURSE)[NAME].parent.name
CASE = scenarios.read_case(scenarios.files(COURSE)[NAME])[0]
KINDS = ["session", "brief", "slips", "key", "deck", "projector", "answers"]


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The edition of the real course, its notebooks reduced to a heading so that nothing need be run."""
    lessons = {COURSE / "notebooks" / f"{stem}.ipynb": tiny_course.notebook(new_markdown_cell("# Title")) for stem in module_stems(COURSE)}
    made = parts.site(COURSE, lessons, "facilitator")
    out = tmp_path_factory.mktemp("build") / "facilitator"
    package.deliver(out, package.folder(made, package.FACILITATOR, {moments.CARD_SET: package.card_set(COURSE, ["en"])}), {})
    return out


@pytest.fixture
def opened(built, page_factory):
    """Open a page; after the test none has complained or asked for anything beyond its own files."""
    made = []

    def open_page(name, **options):
        page = page_factory(**options)
        page.goto((built / f"{name}.html").as_uri())
        made.append(page)
        return page

    yield open_page
    for page in made:
        assert page.seen.errors == [] and page.seen.requests == []


@pytest.mark.parametrize("name", ["index", "facilitator", *(f"{STEM}-{kind}" for kind in KINDS)])
def test_axe_finds_nothing_and_every_page_says_that_it_holds_answers(opened, name):
    page = opened(name)
    assert page.locator(".mark").inner_text().replace("\u00ad", "") == facilitator.STRINGS["mark"] and page.locator("h1").count() == 1
    access.unfold(page)
    assert access.faults(page) == []


@pytest.mark.parametrize("kind", ["session", "slips", "key", "deck", "answers"])
def test_a_page_fits_a_phone_and_paper(opened, kind):
    page = opened(f"{STEM}-{kind}", width=360)
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


def sheets_of(page):
    """Sides of paper: page objects of the PDF."""
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True)))


def test_on_paper_the_managers_page_is_one_side_and_each_slip_begins_on_its_own(opened):
    assert sheets_of(opened(f"{STEM}-brief")) == 1
    slips = len(CASE.personas) * len(CASE.places)
    page = opened(f"{STEM}-slips")
    assert page.locator(".slip").count() == slips and slips <= sheets_of(page) <= 3 * slips
    page.emulate_media(media="print")
    assert page.locator(".mark").is_hidden(), "a slip is handed out"
    for kind in ("session", "key", "answers"):
        page = opened(f"{STEM}-{kind}")
        page.emulate_media(media="print")
        assert page.locator(".mark").is_visible()


# ---- The projector ----------------------------------------------------------------------------------------------


def press_on(page, words):
    """Tab to a button and press it: keyboard only."""
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == words and page.evaluate("document.activeElement.tagName") == "BUTTON":
            return page.keyboard.press("Enter")
    raise AssertionError(f"no button {words!r} within twenty stops of the Tab key")


def begin(page, code):
    page.keyboard.press("Tab")
    page.locator("rapport-projector input").focus()
    page.keyboard.type(code.lower())
    page.keyboard.press("Enter")


def heading(page):
    return page.locator("rapport-projector h2").inner_text()


def test_an_unknown_code_is_told_and_nothing_begins(opened):
    page = opened(f"{STEM}-projector")
    begin(page, "Q1")
    assert "No customer has the code Q1" in page.locator("rapport-projector [role=alert]").inner_text()
    assert heading(page) == CASE.title


@pytest.mark.parametrize("at", [0, -1])
def test_a_round_by_keyboard_from_the_code_to_the_end(opened, at):
    code = room.room_codes(CASE)[at]
    place = next(each for each in CASE.places if each.id == code.place)
    page = opened(f"{STEM}-projector", height=720)
    begin(page, code.code)
    beats, told = 0, []
    for _ in range(120):
        if page.locator(".rp-sums").count():
            break
        assert page.evaluate("document.activeElement.tagName") == "H2", "each screen begins at its heading"
        options = page.locator(".rp-option").count()
        if not options:
            told.append(page.locator(".rp-text").inner_text())
            press_on(page, "Go on")
            continue
        beats += 1
        assert page.locator(".rp-stage").evaluate("each => each.scrollHeight") <= 720, "a beat fits the projector"
        page.keyboard.press("Tab")
        for hands in range(options):  # a number for each letter, and past its button
            page.keyboard.type(str(hands + 1))
            page.keyboard.press("Tab")
            page.keyboard.press("Tab")
        widths = [float(each.get_attribute("width")) for each in page.locator(".rp-bar-hands").all()]
        total = options * (options + 1) / 2
        assert widths == pytest.approx([100 * (hands + 1) / total for hands in range(options)])
        assert page.locator(".rp-total").inner_text() == ("1 hand" if total == 1 else f"{total:.0f} hands")
        page.locator("rapport-projector h2").focus()
        press_on(page, "Follow A")
    assert beats > 8 and page.locator(".rp-sums dd").count() == 4
    whole = " ".join(" ".join(told).split())
    assert " ".join(room.named(CASE.personas[code.persona].title, [place]).split()) in whole
    first = room.sheet(CASE, code.persona, [place]).scenes[0]
    assert " ".join(first.checks[0].then.replace("*", "").split()) in whole and " ".join(first.acts[0].then.replace("*", "").split()) in whole
    assert page.evaluate("Object.keys(localStorage).length") == 0, "nothing is kept"
    press_on(page, "Another customer")
    assert heading(page) == CASE.title


def test_one_step_back_undoes_a_choice(opened):
    page = opened(f"{STEM}-projector")
    begin(page, room.room_codes(CASE)[0].code)

    def until(selector):
        while not page.locator(selector).count():
            page.get_by_role("button", name="Go on").click()

    until(".rp-option")
    first = page.locator(".rp-prompt").inner_text()
    page.get_by_role("button", name="Follow B").click()
    page.get_by_role("button", name="Go on").click()
    assert page.locator(".rp-prompt").inner_text() != first
    for _ in range(3):  # the outcome, the first beat, the scene before it
        page.get_by_role("button", name="One step back").click()
    page.get_by_role("button", name="Go on").click()
    assert page.locator(".rp-prompt").inner_text() == first
    page.get_by_role("button", name="Follow A").click()
    assert CASE.decisions[0].notice.options[0].text.split("{")[0] in page.locator(".rp-text").inner_text()


def test_without_scripts_the_projector_page_says_what_to_use_instead(opened):
    page = opened(f"{STEM}-projector", javascript=False)
    assert "case on cards" in page.locator("rapport-projector").inner_text()
