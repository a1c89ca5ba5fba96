"""The card set as a telephone opens it: from a file, by touch, with no network and nothing kept; three taps to any card in any language."""

from pathlib import Path

import pytest
from access import faults
from test_handbook import pages_in, sideways

from rapport import i18n, playbooks
from rapport.content import module_stems
from rapport.handbook import package
from rapport.playbooks import moments

ROOT = Path(__file__).resolve().parents[2]
NOTHING_KEPT = "for (const name of ['localStorage', 'sessionStorage']) Object.defineProperty(window, name, { get() { throw new DOMException('no', 'SecurityError'); } });"
FIRST = "10-own-fix-explain-prevent"


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """The card set, alone in a folder, as somebody saved it."""
    path = tmp_path_factory.mktemp("downloads") / "cards (1).html"
    path.write_bytes(package.card_set(ROOT, i18n.LANGUAGES))
    return path


@pytest.fixture
def opened(saved, page_factory):
    """Open it on a telephone that keeps nothing; after the test nothing was complained of or asked for."""
    pages = []

    def open_set(at="", keeps=False, **options):
        page = page_factory(**{"width": 390, "height": 844, "touch": True, "is_mobile": True, "locale": "en-GB"} | options)
        if not keeps:
            page.add_init_script(NOTHING_KEPT)
        page.goto(saved.as_uri() + at)
        pages.append(page)
        return page

    yield open_set
    for page in pages:
        assert page.seen.errors == [] and page.seen.requests == []


def here(page, what=""):
    return page.locator(f".set.here .view.here {what}".strip())


def at(page, name):
    """Wait until a view is shown, by its address."""
    page.wait_for_function("name => { const view = document.querySelector('.set.here .view.here'); return (view.id || view.querySelector('.play').id).replace(/\\.(gu|lv)$/, '') === name; }", arg=name)


def play(page):
    """Id of the card in view, without its language."""
    return here(page, ".play").get_attribute("id").removesuffix(".gu").removesuffix(".lv")


def speak(page, lang):
    page.locator(f".tongue label[lang={lang}]").tap()


# ---- Three taps ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", i18n.LANGUAGES)
def test_any_card_is_three_taps_away_under_each_of_its_moments_and_back_leads_back(opened, lang):
    with i18n.speaking(lang):
        titles = {moment.id: moment.title for moment in moments.load(ROOT).moments}
        cards = [(f"{stem[:2]}-{each.id}", each) for stem in module_stems(ROOT) for each in playbooks.load(stem, ROOT).plays]
    page = opened()
    if lang != "en":
        speak(page, lang)  # the first tap of three, for somebody whose telephone speaks another language
    for name, card in cards:
        for moment in card.card.moments:
            here(page, f'.pick a[href="#{moment}"]').tap()
            at(page, moment)
            assert here(page, "> h2").inner_text().replace("\u00ad", "").replace("\u00a0", " ") == titles[moment]
            here(page, f'.moment-cards a[href="#{name}"]').tap()
            at(page, name)
            assert here(page, "h2").first.text_content().replace("\u00ad", "").replace("\u00a0", " ") == card.title
            box = here(page, "h2").first.bounding_box()
            assert 40 < box["y"] < 200 and box["height"] > 0, "its title is in view, under the strip"
            page.go_back()
            at(page, moment)
            page.go_back()
            at(page, "top")


def test_a_moment_that_lies_below_the_first_screen_is_one_swipe_away_and_all_can_be_hit_with_a_thumb(opened):
    page = opened()
    heights = page.evaluate("[...document.querySelectorAll('.set.here .view.here a, .tongue label, .set.here .find input')].map((each) => each.getBoundingClientRect().height)")
    assert len(heights) > 15 and min(heights) >= 44
    assert here(page, ".pick").first.evaluate("each => each.getBoundingClientRect().bottom") < 2 * 844


@pytest.mark.parametrize(("locale", "lang"), [("gu-IN", "gu"), ("lv-LV", "lv"), ("de-DE", "en")])
def test_it_speaks_the_language_of_the_telephone_first(opened, locale, lang):
    page = opened(locale=locale)
    assert page.evaluate("document.documentElement.lang") == lang and page.locator(".set.here").get_attribute("lang") == lang
    assert page.locator(f".tongue input[value={lang}]").is_checked()


def test_an_address_with_a_language_opens_that_card_in_it_and_a_wrong_one_the_moments(opened):
    assert play(opened(f"#{FIRST}")) == FIRST
    page = opened(f"#{FIRST}.lv")
    assert play(page) == FIRST and page.locator(".set.here").get_attribute("lang") == "lv"
    assert here(opened("#no-such-card"), ".pick").count()
    assert here(opened("#%E0%A4%A"), ".pick").count()


def test_a_language_chosen_is_kept_where_something_can_be_kept(opened, saved):
    page = opened(keeps=True)
    speak(page, "gu")
    page.goto("about:blank")
    page.goto(saved.as_uri())
    assert page.locator(".set.here").get_attribute("lang") == "gu"


# ---- Back, place and language ------------------------------------------------------------------------------------------


def test_the_language_changes_under_a_card_and_back_does_not_change_it_again(opened):
    page = opened()
    here(page, '.pick a[href="#complaint"]').tap()
    here(page, f'.moment-cards a[href="#{FIRST}"]').tap()
    at(page, FIRST)
    speak(page, "lv")
    assert play(page) == FIRST and page.evaluate("document.documentElement.lang") == "lv" and page.title().endswith(" · Rapport")
    page.go_back()
    at(page, "complaint")
    assert here(page, "> h2").text_content() == "Sūdzība"


def test_back_finds_the_place_that_was_left_and_a_tap_begins_at_the_top(opened):
    page = opened(height=500)
    page.evaluate("scrollTo({ top: 420, behavior: 'instant' })")
    page.wait_for_function("scrollY === 420")
    page.wait_for_timeout(100)
    here(page, '.pick a[href="#sending"]').tap()
    at(page, "sending")
    assert page.evaluate("scrollY") == 0
    page.go_back()
    at(page, "top")
    page.wait_for_function("scrollY === 420")
    here(page, '.pick a[href="#number"]').tap()
    at(page, "number")
    assert page.evaluate("scrollY") == 0 and page.evaluate("document.activeElement.textContent").replace("\u00ad", "") == "A number on the table"


# ---- Finding -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("lang", "typed", "card"), [
    ("en", "GROVELLING", "Acknowledge, without grovelling"),
    ("en", "refund kept", "A refund promise, kept"),
    ("lv", "atvainojiet", "Atzīt notikušo bez zemošanās"),
    ("lv", "zemosanas", "Atzīt notikušo bez zemošanās"),
    ("gu", "માફ કરશો", "જે બન્યું તે કબૂલો, કરગર્યા વગર"),
])  # fmt: skip
def test_a_card_is_found_while_one_types_and_tapped(opened, lang, typed, card):
    page = opened()
    speak(page, lang)
    here(page, ".find input").fill(typed)
    assert not here(page, ".ways").is_visible() and here(page, ".found").inner_text()[0].isdigit()
    assert here(page, ".results a").first.text_content().replace("\u00ad", "").replace("\u00a0", " ") == card
    here(page, ".results a").first.tap()
    here(page, ".play").wait_for()
    assert here(page, ".play h2").text_content().replace("\u00ad", "").replace("\u00a0", " ") == card
    page.go_back()
    at(page, "top")
    assert here(page, ".results a").count(), "what was found is still there"


def test_nothing_found_says_what_to_try_and_an_empty_field_brings_the_moments_back(opened):
    page = opened()
    here(page, ".find input").fill("<img src=x> zeppelin")
    assert here(page, ".results a").count() == 0 and "Try fewer" in here(page, ".found").inner_text() and page.locator("img").count() == 0
    here(page, ".find input").fill("")
    assert here(page, ".ways").is_visible() and here(page, ".found").inner_text() == ""


def test_word_forms_are_asked_for_where_a_page_brings_them(opened):
    page = opened()
    page.evaluate("() => { window.rapportWords = (text, lang) => text.toLowerCase().split(/[^a-z]+/).filter(Boolean).map((word) => word.replace(/(ies|y)$/, 'i') + lang); }")
    here(page, ".find input").fill("apology")
    assert here(page, ".results a").count()


# ---- Without scripts, on paper, for everybody ----------------------------------------------------------------------------


def test_without_scripts_everything_is_there_and_the_language_can_be_chosen(opened):
    page = opened(javascript=False, keeps=True)
    assert page.locator(".set[lang=en] .play").first.is_visible() and not page.locator(".set[lang=gu] .play").first.is_visible()
    speak(page, "gu")
    assert page.locator(".set[lang=gu] .play").last.is_visible() and not page.locator(".set[lang=en] .play").first.is_visible()
    page.locator('.set[lang=gu] .pick a[href="#complaint.gu"]').tap()
    page.locator(f'section[id="complaint.gu"] a[href="#{FIRST}.gu"]').tap()
    box = page.locator(f'[id="{FIRST}.gu"] h2').bounding_box()
    assert 0 < box["y"] < 844 and not page.locator(".find").first.is_visible() and not page.locator("[data-print-page]").first.is_visible()


@pytest.mark.parametrize("lang", i18n.LANGUAGES)
def test_the_longest_cards_print_on_one_page_each(opened, lang):
    page = opened()
    speak(page, lang)
    longest = page.evaluate("[...document.querySelectorAll('.set.here .play')].sort((one, other) => other.textContent.length - one.textContent.length).slice(0, 3).map((each) => each.id)")
    for name in longest:
        page.evaluate("name => { location.hash = name; }", name.removesuffix(f".{lang}"))
        here(page, ".play").wait_for()
        assert pages_in(page.pdf(format="A4", prefer_css_page_size=False)) == 1, name


def test_axe_finds_no_fault_in_any_view(opened):
    page = opened(keeps=True)
    found = faults(page, "moments")
    here(page, ".find input").fill("promise")
    found += faults(page, "found")
    here(page, ".find input").fill("")
    here(page, '.pick a[href="#waiting"]').tap()
    at(page, "waiting")
    found += faults(page, "a moment")
    here(page, ".moment-cards a").first.tap()
    here(page, ".play").wait_for()
    found += faults(page, "a card")
    speak(page, "gu")
    assert found + faults(page, "a card in Gujarati") == []


@pytest.mark.parametrize("lang", i18n.LANGUAGES)
def test_no_view_scrolls_sideways_at_320_px(opened, lang):
    page = opened(width=320)
    speak(page, lang)
    views = page.evaluate("[...document.querySelectorAll('.set.here .view')].map((each) => each.id || each.querySelector('.play').id)")
    assert len(views) > 60
    for name in views:
        page.evaluate("async (name) => { location.hash = name; await new Promise((done) => addEventListener('hashchange', done, { once: true })); }", name.removesuffix(f".{lang}")) if name != "top" and not name.startswith("top.") else None
        assert sideways(page) <= 0, name


# ---- Another browser ----------------------------------------------------------------------------------------------------------


def test_in_firefox_too_a_moment_a_card_another_language_and_back(saved, tmp_path):
    import firefox

    program = firefox.find_firefox()
    if program is None:
        pytest.skip("No Firefox was found.")
    seen = "() => { const view = document.querySelector('.set.here .view.here'); return [document.documentElement.lang, view.id || view.querySelector('.play').id]; }"
    is_at = "(where) => { const view = document.querySelector('.set.here .view.here'); return (view.id || view.querySelector('.play').id) === where; }"
    with firefox.running(program, tmp_path) as window:
        window.open(saved.as_uri())
        assert window.run(seen) == ["en", "top"]
        window.run("""() => { document.querySelector('.set.here .pick a[href="#complaint"]').click(); return null; }""")
        window.until(is_at, "complaint")
        window.run(f"""() => {{ document.querySelector('.set.here .view.here a[href="#{FIRST}"]').click(); return null; }}""")
        window.until(is_at, FIRST)
        window.run("() => { document.querySelector('.tongue input[value=lv]').click(); return null; }")
        assert window.run(seen) == ["lv", f"{FIRST}.lv"]
        window.run("() => { history.back(); return null; }")
        window.until(is_at, "complaint.lv")
        window.open("about:blank")
        window.open(saved.as_uri())
        assert window.run(seen) == ["lv", "top.lv"], "a file keeps its own language here"
        window.heard()
        assert window.errors == [] and window.requests == []
