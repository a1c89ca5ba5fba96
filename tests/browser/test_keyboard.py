"""The handbook without a mouse: every stop of the Tab key can be seen and follows the text, and whatever can be clicked can be done with keys.
Only keys are pressed here; a selector says where the focus should be, never where to click."""

import json

import access
import pytest
from test_accessibility import HUNT, MODULE, address, opened  # noqa: F401 (the fixture, by its name)

KINDS = ["index", MODULE, f"{MODULE}-cards", "about", HUNT, "assessment", "market-in", "markets", "five-minutes"]


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", KINDS)
def test_every_stop_of_the_tab_key_is_seen_and_follows_the_text(opened, name, width):  # noqa: F811
    page = opened(name, width=width, height=700)
    there = access.walk(page)
    back = access.walk(page, "Shift+Tab")
    assert len(there) > 10 and sorted(each["name"] for each in there) == sorted(each["name"] for each in back), "the same stops on the way back"
    hidden = [each["name"] for each in there + back if not each["ring"] or each["covered"] or each["out"]]
    assert not hidden, "a stop that cannot be seen"
    assert not [each["name"] for each in there if not each["follows"]], "a stop before the one before it"
    if width == 390:  # one column: what is read first is reached first
        down = [each for each in there if each["main"]]
        assert not [(one["name"], two["name"]) for one, two in zip(down, down[1:]) if two["top"] < one["top"] - 8]


def skip(page):
    """From the top of the page to its text."""
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def press(page, selector, key="Enter"):
    """Go there by Tab, press the key, and still have the focus somewhere."""
    access.tab_to(page, selector)
    page.keyboard.press(key)
    access.whole(page)
    return access.kept(page)


def test_a_case_from_the_top_of_the_page_to_its_debrief(opened):  # noqa: F811
    page = opened(MODULE)
    page.evaluate("window.print = () => { window.printed = true; }")
    skip(page)
    access.tab_to(page, "rapport-scenario .rs-start input")
    page.keyboard.press("ArrowDown")
    assert page.locator("rapport-scenario .rs-start input").nth(1).is_checked()
    press(page, "rapport-scenario .rs-start button")
    ranked = 0
    for _ in range(100):
        if page.locator("rapport-scenario [data-do]").count():
            break
        if page.locator("rapport-scenario [data-continue]").count():
            assert page.evaluate("document.activeElement.hasAttribute('data-continue')"), "Continue has the focus"
            page.keyboard.press("Enter")
        elif page.locator("rapport-scenario .rs-rank").count():
            ranked += 1
            rank_by_keys(page)
            press(page, "rapport-scenario .rs-rank button")
        else:
            assert page.evaluate("/^H[1-6]$/.test(document.activeElement.nodeName)"), "a decision begins at its heading"
            press(page, "rapport-scenario .rs-option")
    assert ranked and page.evaluate("/^H[1-6]$/.test(document.activeElement.nodeName)"), "the debrief begins at its heading"
    access.whole(page)
    assert page.locator("rapport-scenario .rs-scores").is_visible() and page.locator("rapport-scenario .rs-portrait").is_visible()
    press(page, "rapport-scenario [data-do=print]")
    assert page.evaluate("window.printed")
    press(page, "rapport-scenario [data-do=erase]")
    page.keyboard.press("Enter")
    assert access.kept(page) and page.locator("rapport-scenario .rs-start").is_visible()


def ranks(page):
    return page.eval_on_selector_all("rapport-scenario .rs-reading", "sets => sets.map((each) => { const one = each.querySelector('input:checked'); return one && Number(one.value); })")


def rank_by_keys(page):
    """Arrow keys pass over numbers that other readings have, and change none of them; two alike are refused in words."""
    access.tab_to(page, "rapport-scenario [data-reading]")
    page.keyboard.press("Space")
    assert ranks(page) == [1, None, None]
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert ranks(page) == [1, 1, None], "what was chosen stays while a number is passed over"
    press(page, "rapport-scenario .rs-rank button")
    assert "same number" in page.locator("rapport-scenario .rs-missing").inner_text()
    assert page.evaluate("document.activeElement.name") == page.locator("rapport-scenario .rs-reading").nth(1).locator("input").first.get_attribute("name"), "the focus is on what to mend"
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert ranks(page) == [1, 3, 2], "the reading left over shows the number left over"
    page.keyboard.press("ArrowLeft")
    assert ranks(page) == [1, 2, 3]
    access.tab_to(page, "rapport-scenario [data-sure]")
    page.keyboard.press("ArrowRight")


def test_exercises_of_each_kind_are_failed_helped_and_solved(opened):  # noqa: F811
    page = opened(MODULE)
    skip(page)
    kinds = page.evaluate("[...new Set([...document.querySelectorAll('rapport-exercise')].map((each) => each.dataset.kind))]")
    assert set(kinds) == {"number", "choice", "match", "interval"}
    for kind in kinds:
        name = "#" + page.locator(f"rapport-exercise[data-kind={kind}]").first.get_attribute("id")
        accept, names, comma = page.evaluate("name => { const each = document.querySelector(name); return [each.draw.accept, each.fields.map((field) => field.name || field.value), each.data.numbers.decimal]; }", name)
        outcome = page.locator(f"{name} .exercise-verdict")
        press(page, f"{name} .exercise-main")  # nothing answered
        assert outcome.get_attribute("data-outcome") == "not_tried"
        answer(page, name, kind, accept, names, comma, wrong=True)
        press(page, f"{name} .exercise-main")
        assert outcome.get_attribute("data-outcome") in ("wrong", "mistake"), kind
        press(page, f"{name} .exercise-hints summary")
        assert page.locator(f"{name} .exercise-hints details").first.get_attribute("open") is not None
        answer(page, name, kind, accept, names, comma, wrong=False)
        press(page, f"{name} .exercise-main")
        assert outcome.get_attribute("data-outcome") == "right", kind
        assert page.locator(f"{name} .exercise-solution").is_visible()


def answer(page, name, kind, accept, names, comma, wrong):
    """Fill the answer in, going back to it from wherever the focus is."""
    form = f"{name} form.exercise-answer"
    access.tab_to(page, f"{form} :is(input, select)", key="Shift+Tab")
    first = "document.activeElement === [...document.querySelectorAll(selector)].find((each) => each.type !== 'radio' || each.checked || !document.querySelector(selector + ':checked'))"
    while not page.evaluate(f"selector => {first}", f"{form} :is(input, select)"):
        page.keyboard.press("Shift+Tab")
    if kind == "choice":
        page.keyboard.press("Space")
        for _ in names:
            here = page.evaluate("document.activeElement.value")
            if (here != accept) == wrong:
                break
            page.keyboard.press("ArrowDown")
        return
    for at in range(len(names)):
        if at:
            page.keyboard.press("Tab")
        if kind == "match":
            page.keyboard.press("Home")
            wanted = accept["rows"][names[at]]
            for _ in range(20):
                here = page.evaluate("document.activeElement.value")
                if here and (here != wanted) == wrong:
                    break
                page.keyboard.press("ArrowDown")
        else:
            page.keyboard.press("Control+A")
            middle = sum(accept[at]) / 2
            page.keyboard.type((f"{987654 + at}" if wrong else f"{middle:.6f}").replace(".", comma))


def test_a_review_question_and_the_explorer(opened):  # noqa: F811
    page = opened(MODULE)
    skip(page)
    line = page.locator("rapport-explorer .re-line")
    for number in range(page.locator("rapport-explorer select").count()):
        before = line.inner_text(), page.locator("rapport-explorer svg").get_attribute("aria-label")
        access.tab_to(page, f"rapport-explorer .re-controls > :nth-child({number + 1}) select")
        page.keyboard.press("ArrowDown")
        if (line.inner_text(), page.locator("rapport-explorer svg").get_attribute("aria-label")) == before:
            page.keyboard.press("ArrowUp")
        assert (line.inner_text(), page.locator("rapport-explorer svg").get_attribute("aria-label")) != before, number
    press(page, "rapport-explorer summary")
    assert page.locator("rapport-explorer tbody tr").first.is_visible(), "the picture as a table"
    press(page, ".review summary")
    assert page.locator(".review details[open] p").first.is_visible()


def test_a_sitting_is_begun_refused_and_goes_on(opened):  # noqa: F811
    page = opened("assessment")
    skip(page)
    press(page, "rapport-assessment [data-begin]")
    for incident in range(2):
        assert page.evaluate("document.activeElement.classList.contains('ra-title')"), "each incident begins at its heading"
        press(page, "rapport-assessment [data-do=next]")
        assert page.locator("rapport-assessment .ra-missing").inner_text(), "what is missing is said, and the focus is on it"
        for rank, letter in enumerate("abc"):
            radio(page, f"[data-letter={letter}]", str(rank + 1))
        radio(page, "[data-part=check]", "a")
        radio(page, "[data-part=best]", "a")
        radio(page, "[data-part=worst]", "b")
        radio(page, "[data-part=sure]", "3")
        press(page, "rapport-assessment [data-do=next]")
        assert page.evaluate("JSON.parse(localStorage.getItem('rapport:assessment')).current.answers.length") == incident + 1


def radio(page, part, value):
    """Reach a group of radio buttons and move to a value as arrow keys do, over every value on the way."""
    selector = f"rapport-assessment input{part}"
    for key in ("Shift+Tab", "Tab"):
        for _ in range(40):
            if page.evaluate("selector => document.activeElement.matches(selector)", selector):
                break
            page.keyboard.press(key)
    access.tab_to(page, selector)
    page.keyboard.press("Space")
    for _ in range(6):
        if page.evaluate("document.activeElement.value") == value:
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"no {value} among {part}")


def test_a_hunt_is_marked_counted_and_begun_again(opened):  # noqa: F811
    page = opened(HUNT)
    skip(page)
    press(page, "rapport-hunt .hunt-piece", "Space")
    assert page.evaluate("document.activeElement.getAttribute('aria-pressed')") == "true"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.locator("rapport-hunt [aria-pressed=true]").count() == 2
    press(page, "rapport-hunt [data-do=check]")
    assert page.evaluate("Boolean(document.activeElement.closest('.hunt-result'))"), "the result has the focus"
    press(page, "rapport-hunt [data-do=again]")
    assert page.evaluate("document.activeElement.className") == "hunt-how"


def test_language_appearance_printing_and_erasing(opened, built):  # noqa: F811
    page = opened(f"{MODULE}-cards")
    page.evaluate("window.print = () => { window.printed = true; }")
    access.tab_to(page, ".theme input")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    press(page, "[data-print]")
    assert page.evaluate("window.printed")
    access.tab_to(page, ".languages a[lang=lv]", key="Shift+Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url.partition("#")[0] == address(built, f"{MODULE}-cards", "lv")
    page.goto(address(built, "about"))
    press(page, "[data-erase]")
    assert "Press once more" in page.evaluate("document.activeElement.textContent")
    page.keyboard.press("Enter")
    assert access.kept(page) and page.evaluate("Object.keys(localStorage).length") == 0


def test_after_the_switch_of_language_the_tab_key_goes_on_where_one_reads(opened):  # noqa: F811
    page = opened(MODULE)
    page.evaluate("scrollTo({ top: scrollY + document.querySelector('#exercises').getBoundingClientRect().top - 40, behavior: 'instant' })")
    with page.expect_navigation():
        page.evaluate("document.querySelector('.languages a[lang=lv]').click()")  # on a long page nobody tabs back to the top: the strip is in view for a pointer
    page.wait_for_load_state("load")
    page.keyboard.press("Tab")
    assert page.evaluate("Boolean(document.querySelector('#exercises').compareDocumentPosition(document.activeElement) & Node.DOCUMENT_POSITION_FOLLOWING)")


def test_a_second_visit_finds_the_case_where_it_was_left(opened):  # noqa: F811
    page = opened(MODULE)
    skip(page)
    press(page, "rapport-scenario .rs-start button")
    press(page, "rapport-scenario .rs-option")
    kept = json.loads(page.evaluate("JSON.stringify(document.querySelector('rapport-scenario').state.path)"))
    page.reload()
    skip(page)
    press(page, "rapport-scenario [data-continue]")
    assert page.evaluate("document.querySelector('rapport-scenario').state.path") == kept
