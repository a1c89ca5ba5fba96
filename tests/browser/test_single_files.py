"""Each module as one file on a telephone: opened alone, by touch, with no network and nothing kept."""

import shutil

import pytest
from test_cardset_page import NOTHING_KEPT
from test_handbook import sideways

HEAVIEST = 4_000_000  # bytes; what a mail still takes with room to spare


@pytest.fixture(scope="module")
def singles(built):
    return built.singles


def test_there_is_one_for_each_module_and_language_and_it_can_be_mailed(singles):
    assert len(singles) >= 15 and len(singles) % 3 == 0
    assert {path.name: path.stat().st_size for path in singles if path.stat().st_size > HEAVIEST} == {}


def test_each_opens_alone_by_touch_and_keeps_nothing(singles, page_factory, tmp_path):
    for single in singles:
        page = page_factory(width=390, height=844, touch=True, is_mobile=True)
        page.add_init_script(NOTHING_KEPT)
        alone = shutil.copy(single, tmp_path / "download (1).html")
        page.goto(alone.as_uri())
        assert sideways(page) <= 0, single.name
        leaving = page.evaluate("[...document.querySelectorAll('a[href]')].map((each) => each.getAttribute('href')).filter((each) => !/^(#|https?:|mailto:)/.test(each))")
        assert leaving == [], single.name
        looks = page.evaluate("[...document.querySelectorAll('main a:not([href])')].filter((each) => getComputedStyle(each).color !== getComputedStyle(each.parentElement).color).map((each) => each.textContent)")
        assert looks == [], f"{single.name}: what leads nowhere does not look like a link"
        for case in range(page.locator("rapport-scenario").count()):
            scenario = page.locator("rapport-scenario").nth(case)
            scenario.locator(".rs-start button").first.tap()
            scenario.locator(".rs-option, [data-continue], .rs-rank").first.wait_for()
        exercise = page.locator("rapport-exercise:has(input[type=text])").first
        exercise.locator("input[type=text]").first.fill("1")
        exercise.evaluate("each => each.querySelector('form.exercise-answer').requestSubmit()")
        exercise.locator(".exercise-verdict[data-outcome]").first.wait_for()
        page.locator(".main-nav a").nth(1).tap()
        page.wait_for_function("location.hash === '#cards'")
        assert page.seen.errors == [] and page.seen.requests == [], single.name
        page.close()


@pytest.mark.parametrize("lang", ["en", "gu", "lv"])
def test_without_scripts_text_and_cards_can_be_read_and_it_says_what_cannot_be_done(singles, page_factory, lang):
    single = next(path for path in singles if path.suffixes == ([".html"] if lang == "en" else [f".{lang}", ".html"]))
    page = page_factory(width=390, height=844, touch=True, is_mobile=True, javascript=False)
    page.goto(single.as_uri())
    assert page.locator(".play").first.is_visible() and page.locator(".scenario-still").first.is_visible()
    assert page.locator("html").get_attribute("lang") == lang and sideways(page) <= 0
