"""The bug hunt in a real browser, opened from files with the network off: played to its ends in three languages, counts as in Python."""

import json
import random
import re
from pathlib import Path

import access
import pytest

from rapport import hunt as hunts
from rapport import i18n
from rapport.handbook import execute, package, pages

ROOT = Path(__file__).parents[2]
AXE = Path(__file__).parent / "axe.min.js"
NOTEBOOK = ROOT / "notebooks" / "localisation_bug_hunt.ipynb"
KEY = "rapport:hunt:localisation"


@pytest.fixture(scope="module")
def hunt():
    return hunts.load("localisation", ROOT)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The page in three languages, as the handbook makes it."""
    folder, made = tmp_path_factory.mktemp("site"), []
    for lang in i18n.LANGUAGES:
        with i18n.speaking(lang, marking=True):
            reference = pages.read_references(ROOT, {NOTEBOOK: execute.in_language(execute.read_notebook(NOTEBOOK), NOTEBOOK)})[0]
            body = pages.reference_body(reference, pages.site_href(reference.name))
            made.append(pages.Page(reference.name, reference.title, body, "reference", contents=pages.contents_of(body), home="#main", footer="The end"))
    pages.link_languages(made)
    for name, data in package.folder(made).items():
        (folder / name).write_bytes(data)
    return folder


@pytest.fixture
def opened(page_factory, site):
    """Open the page in a language, with something kept if wanted; what the browser complained about is checked at the end."""
    seen = []

    def make(lang="en", kept=None, **options):
        page = page_factory(**options)
        page.goto((site / f"localisation_bug_hunt{'' if lang == 'en' else '.' + lang}.html").as_uri())
        if kept is not None:
            page.evaluate("([key, text]) => localStorage.setItem(key, text)", [KEY, kept if isinstance(kept, str) else json.dumps(kept)])
            page.reload()
        seen.append(page)
        return page

    yield make
    for page in seen:
        assert (page.seen.errors, page.seen.requests) == ([], [])


MARK = "ids => ids.forEach((id) => document.querySelector(`[data-piece='${id}']`).click())"


def check(page):
    page.click("[data-do=check]")
    access.whole(page)


def play(page, marked):
    page.evaluate(MARK, list(marked))
    check(page)


def ids(hunt, wanted=lambda each: True):
    return [each.id for each in hunt.pieces if wanted(each)]


WAYS = {
    "perfect": lambda each: each.piece.defect,
    "everything": lambda each: True,
    "nothing": lambda each: False,
    "english reader": lambda each: each.piece.defect and not each.piece.needs_language,
    "english texts": lambda each: each.piece.defect and each.specimen.lang == "en",
}


@pytest.mark.parametrize("lang", i18n.LANGUAGES)
@pytest.mark.parametrize("way", WAYS)
def test_a_hunt_says_on_the_page_what_python_reports(opened, lang, way):
    with i18n.speaking(lang):
        hunt = hunts.load("localisation", ROOT)
        marked = ids(hunt, WAYS[way])
        wanted, counts = hunts.report(hunt, marked), hunts.score(hunt, marked)
    page = opened(lang)
    play(page, marked)
    told = [text for text in page.locator(".hunt-result > p, .hunt-habit > p:not(.hunt-label)").all_inner_texts() if text in wanted or "d′" in text]
    assert told == wanted
    assert page.evaluate("document.activeElement.parentElement.className") == "hunt-result"
    notes = page.locator(".hunt-notes > ul > li")
    wrong = [each.id for each in hunt.pieces if (each.id in marked) != each.piece.defect]
    assert sorted(notes.evaluate_all("all => all.map((each) => each.dataset.note)")) == sorted(wrong)
    assert page.locator(".hunt-piece[data-outcome=found]").count() == counts["groups"]["all"]["found"]
    for name, row in [*counts["kinds"].items(), *counts["languages"].items(), *counts["groups"].items()]:
        cells = page.locator(f"tr[data-row='{name}'] td")
        digits = {int(number) for text in cells.all_inner_texts()[:2] for number in re.findall(r"\d+", text)}
        if name not in ("gu", "lv"):  # those stand in two tables
            assert {row["found"], row["defects"]} <= digits


def test_every_missed_or_wrongly_marked_piece_is_explained(opened, hunt):
    page = opened()
    play(page, ids(hunt, lambda each: not each.piece.defect))
    pieces = {each.id: each.piece for each in hunt.pieces}
    for note in page.locator(".hunt-notes > ul > li").all():
        piece = pieces[note.get_attribute("data-note")]
        text = note.inner_text().replace("\u00ad", "")
        assert piece.why.strip() in text and (piece.right in text if piece.defect else True)


def test_random_markings_count_the_same_in_browser_and_python(opened, hunt):
    luck, page = random.Random(7), opened()
    sheets = [luck.sample(ids(hunt), luck.randint(0, 88)) for _ in range(60)]
    found = page.evaluate(
        "(sheets) => { const key = RapportHunts.decode(JSON.parse(document.querySelector('rapport-hunt script').textContent)); return sheets.map((marked) => RapportHunts.score(key, marked)); }",
        sheets,
    )
    for sheet, there in zip(sheets, found):
        here = hunts.score(hunt, sheet)
        for name in ("open", "all"):
            assert there["groups"][name].pop("d_prime") == pytest.approx(here["groups"][name].pop("d_prime"), abs=1e-9)
        assert there == here


def test_marks_stay_when_the_language_is_switched_and_after_a_reload(opened):
    page = opened()
    page.evaluate(MARK, ["order.total", "help.free"])
    page.click(".languages a[lang=gu]")
    page.wait_for_url("**/*.gu.html*")
    pressed = page.locator(".hunt-piece[aria-pressed=true]")
    assert pressed.evaluate_all("all => all.map((each) => each.dataset.piece)") == ["order.total", "help.free"]
    page.click("[data-do=check]")
    page.click(".languages a[lang=lv]")
    page.wait_for_url("**/*.lv.html*")
    assert page.locator(".hunt-result").is_visible() and page.locator("[data-outcome=found].hunt-piece").count() == 2
    page.reload()
    assert page.locator("[data-outcome=found].hunt-piece").count() == 2


def test_hunting_again_begins_without_marks_and_the_first_hunt_stays_the_measure(opened, hunt):
    page = opened()
    play(page, ["order.total"])
    page.click("[data-do=again]")
    access.whole(page)
    assert page.locator("[aria-pressed=true]").count() == 0 and page.locator("[data-outcome]").count() == 0
    play(page, ids(hunt, lambda each: each.piece.defect))
    assert "(1 of 33 found, 0 of 40 false alarms)" in page.locator(".hunt-result").inner_text().replace("\u00ad", "")


def test_the_keyboard_alone_suffices(opened):
    page = opened()
    page.locator(".hunt-piece").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.locator("[aria-pressed=true]").count() == 2 and "2 of 88" in page.locator(".hunt-count").inner_text().replace("\u00ad", "")
    page.keyboard.press("Enter")
    assert page.locator("[aria-pressed=true]").count() == 1
    page.locator("[data-do=check]").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.textContent") == "Your hunt"


@pytest.mark.parametrize("kept", ["{broken", '{"format": 1}', {"format": 1, "hash": "HASH", "marked": ["no.such"], "done": False, "sittings": []}, {"format": 1, "hash": "HASH", "marked": [], "done": True, "sittings": []}])
def test_what_cannot_be_read_is_set_aside_and_said(opened, kept):
    from rapport.hunt.page import fingerprint

    if isinstance(kept, dict):
        kept = {**kept, "hash": fingerprint(hunts.load("localisation", ROOT))}
    page = opened(kept=kept)
    assert "could not be read" in page.locator(".hunt-note").inner_text().replace("\u00ad", "")
    assert page.evaluate("key => localStorage.getItem(key)", KEY + ":damaged")
    assert page.locator("[aria-pressed=true]").count() == 0


def test_a_revised_hunt_starts_afresh_and_says_so(opened):
    page = opened(kept={"format": 1, "hash": "0" * 16, "marked": ["order.total"], "done": False, "sittings": []})
    assert "has been revised" in page.locator(".hunt-note").inner_text().replace("\u00ad", "") and page.locator("[aria-pressed=true]").count() == 0


@pytest.mark.parametrize("lang", i18n.LANGUAGES)
@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_nothing_and_nothing_overflows_at_320_pixels(opened, lang, dark):
    page = opened(lang, width=320, height=700, dark=dark)
    for step in (None, ["order.total", "order.day", "tickets.yael"]):
        if step:
            page.evaluate(MARK, step)
            assert page.evaluate("document.documentElement.scrollWidth") <= 320
            check(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate("axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'], preload: false })")
        assert len(found["passes"]) > 10, "axe looked at it"
        assert [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]] == []


def test_under_a_finger_every_target_is_44_pixels_high(opened):
    page = opened(width=360, touch=True, is_mobile=True)
    assert page.evaluate("matchMedia('(pointer: coarse)').matches")
    small = "() => [...document.querySelectorAll('rapport-hunt :is(button:enabled, summary)')].filter((each) => each.checkVisibility() && each.getBoundingClientRect().height < 43.5).map((each) => each.outerHTML)"
    assert page.evaluate(small) == []
    check(page)
    assert page.evaluate(small) == [] and page.locator("rapport-hunt summary").count() > 10


@pytest.mark.parametrize("lang", ["gu", "lv"])
def test_what_is_english_in_another_language_is_marked_as_such(opened, hunt, lang):
    """Only the originals, the English texts and quotations may be English; before the check and after."""
    page = opened(lang)
    play(page, ids(hunt, lambda each: not each.piece.defect))
    left = page.evaluate("""() => {
      const walk = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT), found = [];
      while (walk.nextNode()) {
        const node = walk.currentNode;
        if (node.parentElement.closest("[lang]").lang === document.documentElement.lang && !node.parentElement.closest("script, pre, code")) found.push(node.data);
      }
      return found.join("\\n");
    }""")
    assert re.findall(r"\b(?:the|and|which|found|with|what|piece|missed|of)\b", left) == []


def test_without_scripts_the_texts_are_there_and_the_page_says_where_the_key_is(page_factory, site):
    page = page_factory(javascript=False)
    page.goto((site / "localisation_bug_hunt.html").as_uri())
    text = page.locator("main").inner_text().replace("\u00ad", "")
    assert "21 preces" in text and "facilitator's edition" in text and "What is right here" in text
    assert page.locator("rapport-hunt button").count() == 0


def test_without_storage_the_hunt_still_runs_and_says_so(page_factory, site):
    page = page_factory()
    page.add_init_script("Object.defineProperty(window, 'localStorage', { get() { throw new Error('no'); } });")
    page.goto((site / "localisation_bug_hunt.html").as_uri())
    assert "keeps nothing" in page.locator(".hunt-note").inner_text().replace("\u00ad", "")
    play(page, ["order.total"])
    assert page.locator("[data-outcome=found].hunt-piece").count() == 1


def test_a_phrase_from_right_to_left_stands_where_its_piece_says(opened):
    """The order in which the signs are painted: the number left of the Hebrew where nothing isolates it, right of it where something does."""
    page = opened()
    place = """(name) => { const node = [...document.querySelector(`[data-piece='${name}']`).childNodes].find((each) => each.nodeType === 3);
      const at = (sign) => { const range = document.createRange(); const from = node.data.indexOf(sign); range.setStart(node, from); range.setEnd(node, from + 1); return range.getBoundingClientRect().left; };
      return { digit: at(/[0-9]/.exec(node.data)?.[0] ?? "!"), letter: at(/[\\u05d0-\\u05ea\\u0621-\\u064a]/.exec(node.data)[0]) }; }"""
    yael, muhammad, thanks, reply = (page.evaluate(place, f"tickets.{name}") for name in ("yael", "muhammad", "thanks", "reply"))
    assert yael["digit"] < yael["letter"] and muhammad["digit"] > muhammad["letter"]
    assert thanks["digit"] > thanks["letter"] and reply["digit"] < reply["letter"]


def test_the_facilitators_key_is_two_pages_of_paper_and_says_that_it_holds_answers(page_factory, tmp_path):
    from rapport.handbook import facilitator

    (key,) = facilitator.hunt_keys(ROOT, pages.read_references(ROOT, {NOTEBOOK: execute.read_notebook(NOTEBOOK)}))
    key.home = "#main"
    for name, data in package.folder([key], package.FACILITATOR).items():
        (tmp_path / name).write_bytes(data)
    page = page_factory()
    page.goto((tmp_path / key.file).as_uri())
    assert page.locator(".hunt-key li").count() == 40 and "holds answers" in page.locator(".mark").inner_text().replace("\u00ad", "")
    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4", prefer_css_page_size=True))) <= 2


def test_the_host_is_told_of_every_change_and_can_hand_a_state_back(opened):
    page = opened()
    page.evaluate("""() => {
      const there = document.querySelector("rapport-hunt"), html = there.outerHTML;
      window.told = [];
      const host = new DOMParser().parseFromString(%s, "text/html").querySelector("rapport-hunt");
      const hunt = document.importNode(host, true);
      hunt.setAttribute("store", "host");
      hunt.addEventListener("rapport-change", (event) => told.push(event.detail.state));
      hunt.state = null;
      there.replaceWith(hunt);
    }""" % json.dumps(str(_rendered())))
    page.evaluate(MARK, ["order.total"])
    assert page.evaluate("told.at(-1).marked") == ["order.total"]
    page.evaluate("() => { const hunt = document.querySelector('rapport-hunt'); hunt.state = { ...told.at(-1), marked: ['help.free'] }; }")
    assert page.locator("[aria-pressed=true]").evaluate_all("all => all.map((each) => each.dataset.piece)") == ["help.free"]


def _rendered():
    from rapport.hunt.page import render

    return render(hunts.load("localisation", ROOT), level=4)
