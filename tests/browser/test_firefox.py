"""What matters most, once more in Debian's Firefox: pages from a file, the policy, storage, the change of language, a case, an exercise, an explorer.
Firefox keeps a storage for each file by itself, which no other browser of these tests does."""

import os
import shutil

import firefox
import pytest
from test_handbook import CLICK_ON, COURSE, EXPLORING, STEM

from rapport.exercises import load
from rapport.exercises.checking import key
from rapport.exercises.serving import served, simulated

MISSING = "No Firefox was found, so its tests are left out: install one (Debian: apt-get install firefox-esr)."
PAGES = ["index", "about", "five-minutes", "markets", "market-de", "assessment", "localisation_bug_hunt", STEM, f"{STEM}-cards", EXPLORING, f"{STEM}.gu", f"{STEM}.lv", "about.gu"]
KEPT = "() => Object.fromEntries(Object.keys(localStorage).filter((key) => key.startsWith('rapport:')).map((key) => [key, localStorage.getItem(key)]))"


@pytest.fixture(scope="module")
def window(tmp_path_factory):
    """One Firefox for this file; without one the tests are skipped, and in CI they fail."""
    program = firefox.find_firefox()
    if program is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(MISSING)
    with firefox.running(program, tmp_path_factory.mktemp("firefox")) as browser:
        yield browser


@pytest.fixture
def page(window, built):
    """The window, its storage as good as new; after the test, its pages have complained of nothing and asked for nothing."""
    window.requests.clear()
    window.errors.clear()
    window.address = lambda name: (built.singles[0] if name == "single" else built.index.parent / f"{name}.html").as_uri()
    for name in (STEM, f"{STEM}.lv", "about", "index"):
        window.open(window.address(name))
        window.run("() => { localStorage.clear(); sessionStorage.clear(); return null; }")
    yield window
    window.heard()
    assert window.errors == [] and window.requests == []


def test_every_kind_of_page_opens_from_a_file_and_asks_for_nothing(page):
    for name in [*PAGES, "single"]:
        page.open(page.address(name))
        assert page.run("() => [document.querySelectorAll('h1').length, document.documentElement.classList.contains('js')]") == [1, True], name
        page.heard()
        assert page.errors == [] and page.requests == [], name


def test_this_browser_tells_of_requests_and_errors_and_lets_nothing_out(window, tmp_path):
    (tmp_path / "open.html").write_text("<!doctype html><title>x</title><img src='https://example.invalid/x.png'><script>window.ran = 1; console.error('heard')</script>", encoding="utf-8")
    window.errors.clear()
    window.open((tmp_path / "open.html").as_uri())
    window.heard()
    assert window.requests == ["https://example.invalid/x.png"] and window.run("() => window.ran") == 1 and "heard" in window.errors
    window.requests.clear()


@pytest.mark.parametrize("form", ["folder", "single"])
def test_a_script_put_into_a_page_by_hand_does_not_run(window, built, tmp_path, form):
    shutil.copytree(built.index.parent, tmp_path / "copy")
    path = tmp_path / "copy" / ("about.html" if form == "folder" else "single.html")
    if form == "single":
        shutil.copy(built.singles[0], path)
    put = "<script>window.ran = 1</script><img src='https://example.invalid/x.png' alt='x'><p id='put' onclick='window.ran = 2'>x</p><a id='link' href='javascript:window.ran = 3'>x</a></main>"
    path.write_text(path.read_text(encoding="utf-8").replace("</main>", put), encoding="utf-8")
    window.errors.clear()
    window.open(path.as_uri())
    window.run("() => { document.getElementById('put').click(); document.getElementById('link').click(); return null; }")
    window.heard()
    assert window.run("() => window.ran ?? null") is None
    assert len([each for each in window.errors if "Content-Security-Policy" in each]) == 4 and window.requests == []


def test_a_choice_is_kept_when_the_page_is_opened_again_and_follows_into_another_language(page):
    page.open(page.address("about"))
    page.run("() => { document.querySelector('.theme [value=dark]').click(); return null; }")
    page.reload()
    assert page.run("() => document.documentElement.dataset.theme") == "dark"
    page.run("() => { document.querySelector('.languages [hreflang=lv]').click(); return null; }")
    page.until("() => document.documentElement.lang === 'lv' && document.readyState === 'complete'")
    assert page.run("() => [document.documentElement.dataset.theme, location.hash.includes('~')]") == ["dark", False], "what travelled in the address is taken out of it"


def test_what_is_kept_is_erased_on_request_only_and_only_ours(page):
    page.open(page.address("about"))
    page.run("() => { localStorage.setItem('rapport:x', '1'); localStorage.setItem('other', '1'); document.querySelector('[data-erase]').click(); return null; }")
    assert page.run("() => localStorage.getItem('rapport:x')") == "1", "the first press asks"
    page.run("() => { document.querySelector('[data-erase]').click(); return null; }")
    assert page.run("() => [localStorage.getItem('rapport:x'), localStorage.getItem('other')]") == [None, "1"]


@pytest.mark.parametrize("name", [STEM, "single"])
def test_a_case_is_played_to_its_end_and_is_there_again_after_a_reload_and_in_another_language(page, name):
    page.open(page.address(name))
    page.run("() => { document.querySelector('rapport-scenario .rs-start button').click(); return null; }")
    assert page.run(CLICK_ON)
    shown = "() => [document.querySelector('rapport-scenario .rs-portrait') !== null, document.querySelector('rapport-scenario').log.length]"
    ended, moves = page.run(shown)
    assert ended and moves > 4
    page.reload()
    assert page.run(shown) == [True, moves]
    if name != "single":
        kept = page.run(KEPT)
        page.run("() => { document.querySelector('.languages [hreflang=lv]').click(); return null; }")
        page.until("() => document.documentElement.lang === 'lv' && document.readyState === 'complete'")
        assert page.run(shown) == [True, moves] and page.run(KEPT).keys() >= kept.keys()


def test_an_exercise_is_failed_with_a_known_slip_and_then_solved_and_stays_so(page):
    definition = load(STEM, COURSE)
    exercise = next(each for each in definition if each.answer.kind == "number" and each.table)
    this = key(definition, exercise, simulated(definition, served(definition, 1)[0]))
    slip = next(value for _, value in this.mistakes if value is not None)
    page.open(page.address(STEM))
    answer = """(id, value) => {
      const here = document.getElementById(id);
      here.querySelector(".exercise-answer .exercise-number").value = value;
      here.querySelector(".exercise-answer").requestSubmit();
      return here.querySelector(".exercise-verdict").dataset.outcome;
    }"""
    name = f"exercise-{exercise.id}"
    assert page.run(answer, name, f"{slip:.{exercise.answer.decimals}f}") == "mistake"
    assert page.run(answer, name, f"{this.value:.{exercise.answer.decimals}f}") == "right"
    solved = "(id) => [document.getElementById(id).dataset.done, document.getElementById(id).querySelector('.exercise-solution').hidden]"
    page.reload()
    assert page.run(solved, name) == ["right", False]
    page.run("() => { document.querySelector('.languages [hreflang=lv]').click(); return null; }")
    page.until("() => document.documentElement.lang === 'lv' && document.readyState === 'complete'")
    assert page.run(solved, name) == ["right", False]


def test_the_explorer_changes_its_picture_and_its_sentence(page):
    page.open(page.address(EXPLORING))
    look = "() => [document.querySelector('rapport-explorer svg image').getAttribute('href').slice(-80), document.querySelector('rapport-explorer [role=status]').textContent]"
    before = page.run(look)
    page.run("() => { const each = document.querySelectorAll('rapport-explorer select')[2]; each.selectedIndex = 2; each.dispatchEvent(new Event('change', { bubbles: true })); return null; }")
    after = page.run(look)
    assert after[0] != before[0] and after[1] != before[1]


def test_the_hunt_keeps_its_marks(page):
    page.open(page.address("localisation_bug_hunt"))
    page.run("() => { localStorage.clear(); document.querySelector('.hunt-piece').click(); return null; }")
    page.reload()
    assert page.run("() => document.querySelectorAll('.hunt-piece[aria-pressed=true]').length") == 1
