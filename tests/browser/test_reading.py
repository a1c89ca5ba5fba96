"""Reading in other ways: by ear, at four times the size, with wider spacing, without motion, in the system's own colours, without scripts."""

import access
import pytest
from test_accessibility import CASE, HUNT, MODULE, opened, pages_of  # noqa: F401 (the fixture, by its name)
from test_handbook import sideways
from test_keyboard import KINDS
from test_languages import CLIPPED

from rapport.i18n import LANGUAGES

# ---- What is announced: through the accessibility tree, from regions that were there before -------------------------


def test_an_answer_a_guess_and_what_is_missing_are_announced(opened):  # noqa: F811
    page = opened(MODULE)
    form = page.locator("rapport-exercise[data-kind=number] form.exercise-answer").first
    field = form.locator("input").first
    said = access.announced(page, lambda: field.press("Enter"))
    assert len(said) == 1 and said[0], "nothing was typed"
    field.fill("-987654")
    said = access.announced(page, lambda: field.press("Enter"))
    assert len(said) == 1 and said[0].startswith(page.locator(".exercise-verdict strong").first.inner_text())
    guess = page.locator("rapport-exercise form.exercise-guess:visible").first
    guess.locator("input, select").first.fill("?")
    said = access.announced(page, lambda: guess.locator("button").click())
    assert len(said) == 1, "a guess that cannot be read"


def test_a_hint_is_a_part_that_says_whether_it_is_open(opened):  # noqa: F811
    page = opened(MODULE)
    page.locator(".exercise-hints summary").first.focus()

    def expanded():
        session = page.context.new_cdp_session(page)
        nodes = session.send("Accessibility.getFullAXTree")["nodes"]
        return [prop["value"]["value"] for node in nodes for prop in node.get("properties", []) if prop["name"] == "expanded" and any(each["name"] == "focused" and each["value"]["value"] for each in node["properties"])]

    assert expanded() == [False]
    page.keyboard.press("Enter")
    assert expanded() == [True]


def test_what_a_choice_leads_to_is_announced(opened):  # noqa: F811
    page = opened(MODULE)
    page.locator("rapport-scenario .rs-start button").click()
    said = access.announced(page, lambda: page.locator("rapport-scenario .rs-option").first.click())
    shown = " ".join(page.locator("rapport-scenario .rs-outcome").inner_text().replace("\u00ad", "").split())
    assert len(said) == 1 and said[0][:60] == shown[:60] and len(said[0]) > 60
    page.evaluate(CASE, "asked")
    said = access.announced(page, lambda: page.locator("rapport-scenario .rs-rank button").click())
    assert len(said) == 1 and "number" in said[0]
    page.evaluate(CASE, "end")
    said = access.announced(page, lambda: page.locator("rapport-scenario [data-do=erase]").click())
    assert any("once more" in each for each in said)


def test_the_explorer_the_hunt_the_sitting_and_erasing_speak(opened):  # noqa: F811
    page = opened(MODULE)
    line = page.locator("rapport-explorer .re-line")
    before = line.inner_text()
    control = page.locator("rapport-explorer select").last
    said = access.announced(page, lambda: control.select_option(index=control.evaluate("each => (each.selectedIndex + 1) % each.options.length")))
    assert line.inner_text() != before and [" ".join(each.split()) for each in said] == [" ".join(line.inner_text().replace("\u00ad", "").split())]
    page = opened(HUNT)
    said = access.announced(page, lambda: page.locator(".hunt-piece").first.click())
    assert len(said) == 1 and " 1 of " in said[0]
    page = opened("assessment")
    page.locator("[data-begin]").click()
    said = access.announced(page, lambda: page.locator("[data-do=next]").click())
    assert said == ["Give every reading a number first."]
    page = opened("about")
    assert any("once more" in each for each in access.announced(page, lambda: page.locator("[data-erase]").click()))
    assert any("Erased" in each for each in access.announced(page, lambda: page.locator("[data-erase]").click()))


# ---- 400 %: a page of 1280 by 1024 is 320 by 256 ---------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", KINDS)
def test_at_400_per_cent_one_scrolls_in_one_direction_and_nothing_stands_in_the_way(opened, name, lang):  # noqa: F811
    page = opened(name, lang, width=320, height=256)
    access.unfold(page)
    assert sideways(page) <= 0 and page.evaluate(CLIPPED) == []
    page.evaluate("scrollTo({ top: document.documentElement.scrollHeight / 2, behavior: 'instant' })")
    stuck = page.evaluate("""() => [...document.querySelectorAll("body *")].filter((each) => /sticky|fixed/.test(getComputedStyle(each).position) && each.checkVisibility())
      .map((each) => each.getBoundingClientRect()).filter((box) => box.bottom > 0 && box.top < innerHeight).reduce((sum, box) => sum + box.height, 0)""")
    assert stuck <= 0.2 * 256, "what stays in view leaves four fifths of it to the text"


def test_at_400_per_cent_the_case_is_played_and_each_beat_begins_in_view(opened):  # noqa: F811
    page = opened(MODULE, width=320, height=256)
    access.tab_to(page, "rapport-scenario .rs-start button")
    page.keyboard.press("Enter")
    for _ in range(100):
        access.whole(page)
        top = page.locator("rapport-scenario .rs-frame").bounding_box()["y"]
        assert -1 <= top <= 0.6 * 256, "the card begins in view"
        assert page.evaluate(CLIPPED.replace("(document.body, NodeFilter", "(document.querySelector('rapport-scenario'), NodeFilter")) == []
        if page.locator("rapport-scenario [data-do]").count():
            return
        if page.locator("rapport-scenario .rs-rank").count():
            for selector in ("[data-reading=b][data-rank='1']", "[data-reading=a][data-rank='2']", "[data-sure='2']"):
                page.locator(f"rapport-scenario {selector}").check()
            page.locator("rapport-scenario .rs-rank button").click()
        else:
            page.locator("rapport-scenario :is([data-continue], .rs-option)").first.click()
    raise AssertionError("no end in a hundred moves")


# ---- Wider spacing (WCAG 1.4.12) -----------------------------------------------------------------------------------

SPACED = "* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; } p { margin-bottom: 2em !important; }"


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("width", [320, 1280])
def test_with_wider_spacing_nothing_is_cut_off(opened, lang, width):  # noqa: F811
    for name in KINDS:
        page = opened(name, lang, width=width, bypass_csp=True)
        page.add_style_tag(content=SPACED)
        access.unfold(page)
        assert (name, page.evaluate(CLIPPED)) == (name, [])
        if name == MODULE:
            for state in ("told", "asked", "end"):
                page.evaluate(CASE, state)
                assert (state, page.evaluate(CLIPPED.replace("(document.body, NodeFilter", "(document.querySelector('rapport-scenario'), NodeFilter"))) == (state, [])
        page.context.close()


# ---- Motion, and the system's own colours ---------------------------------------------------------------------------


@pytest.mark.parametrize("still", [True, False])
def test_nothing_moves_for_a_reader_who_asks_for_stillness(opened, still):  # noqa: F811
    page = opened(MODULE, reduced_motion=still, height=400)
    page.evaluate("window.ran = []; for (const kind of ['animationstart', 'transitionrun']) document.addEventListener(kind, (event) => window.ran.push(event.type + ' ' + (event.animationName || event.propertyName)), true);")
    page.evaluate("""() => { const real = Element.prototype.scrollIntoView; Element.prototype.scrollIntoView = function (how) { if (how && how.behavior === "smooth") window.ran.push("smooth"); return real.call(this, how); }; }""")
    assert (page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto") is still
    page.evaluate(CASE, "told")
    page.wait_for_timeout(100)
    page.evaluate(CASE, "end")
    page.locator("rapport-exercise .exercise-main").first.click()
    page.wait_for_timeout(200)
    assert (page.evaluate("window.ran") == []) is still, "and the test would see what moves"


def test_in_forced_colours_every_control_has_an_edge_and_shows_what_is_chosen(opened):  # noqa: F811
    page = opened(MODULE, forced_colors="active", width=900)
    assert page.evaluate("matchMedia('(forced-colors: active)').matches")
    page.evaluate(CASE, "asked")
    bare = page.evaluate("""() => [...document.querySelectorAll("button, select, input:not(.theme input), .theme, summary")].filter((each) => each.checkVisibility()).filter((each) => {
      const style = getComputedStyle(each);
      const native = each.localName === "summary" || style.appearance !== "none" && each.localName !== "button";
      return !native && (style.borderTopStyle === "none" || parseFloat(style.borderTopWidth) < 1);
    }).map((each) => each.outerHTML.slice(0, 80))""")
    assert bare == []

    def look(selector):
        return page.locator(selector).first.screenshot()

    for box, control in ((".theme label:nth-of-type(3)", ".theme [value=dark]"), ("rapport-scenario .rs-rank-pick", "rapport-scenario [data-rank='1']"), ("rapport-exercise .exercise-option", "rapport-exercise .exercise-option input")):
        plain = look(box)
        page.locator(control).first.check(force=True)
        page.evaluate("document.activeElement.blur()")
        assert look(box) != plain, box
    page = opened(HUNT, forced_colors="active")
    edge = "each => [getComputedStyle(each).borderTopStyle, getComputedStyle(each).borderTopWidth]"
    piece = page.locator(".hunt-piece").first
    plain = piece.evaluate(edge)
    piece.click()
    assert piece.evaluate(edge) != plain


# ---- Without scripts: a book ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
def test_without_scripts_every_page_is_a_book(opened, built, lang):  # noqa: F811
    page = opened("index", lang, javascript=False)
    paths = pages_of(built, lang)
    for path in paths:
        page.goto(path.as_uri())
        assert page.locator("h1").is_visible() and len(page.locator("main").inner_text()) > 200, path.name
        if (details := page.locator("main details")).count():
            details.first.locator("summary").first.click()
            assert details.first.locator(":scope > :not(summary)").first.is_visible(), path.name
    assert len(paths) > 20
    page = opened(MODULE, lang, javascript=False)
    assert page.locator("rapport-scenario blockquote").is_visible() and page.locator("rapport-explorer img").is_visible()
    assert page.locator("rapport-explorer table").first.is_visible() or page.locator("rapport-explorer details").count()
    assert all(each.inner_text() for each in page.locator("rapport-exercise .exercise-question").all())
