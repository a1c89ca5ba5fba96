"""What a browser has kept may be damaged, foreign or of another version: a page sets it aside, says nothing in the console, and works."""

import copy
import json

import pytest
from test_handbook import STEM

PAGES = {
    "scenario": STEM,
    "exercise": STEM,
    "hunt": "localisation_bug_hunt",
    "assessment": "assessment",
    "theme": "about",
}

# Leave something of every kind behind, as a learner does.
USE = """async () => {
  const scenario = document.querySelector("rapport-scenario");
  const find = (selector) => scenario && scenario.querySelector(selector);
  if (find(".rs-start button")) {
    for (const moves of [90, 4]) {
      (find("[data-do=again]") || find(".rs-start button")).click();
      for (let move = 0; move < moves && !find("[data-do]"); move += 1) {
        if (find(".rs-rank")) for (const selector of ["[data-reading=b][data-rank='1']", "[data-reading=a][data-rank='2']", "[data-sure='2']"]) find(selector).click();
        (find("[data-continue]") || find(".rs-option") || find(".rs-rank button[type=submit]")).click();
      }
    }
  }
  for (const exercise of document.querySelectorAll("rapport-exercise")) {
    for (const button of exercise.querySelectorAll(".exercise-draws button")) button.click();
    for (const input of exercise.querySelectorAll("input[type=radio]")) input.click();
    for (const select of exercise.querySelectorAll("select")) select.selectedIndex = 1;
    for (const input of exercise.querySelectorAll("input[type=text]")) input.value = "1";
    for (const form of exercise.querySelectorAll("form")) form.requestSubmit();
  }
  for (const piece of [...document.querySelectorAll(".hunt-piece")].slice(0, 3)) piece.click();
  for (const name of ["check", "again"]) for (const button of document.querySelectorAll(`rapport-hunt [data-do=${name}]`)) button.click();
  for (const piece of [...document.querySelectorAll(".hunt-piece")].slice(3, 5)) piece.click();
  const assessment = document.querySelector("rapport-assessment");
  if (assessment) assessment.querySelector(".ra-main").click();
  for (let incident = 0; assessment && incident < 14; incident += 1) {
    if (!assessment.querySelector(".ra-form")) assessment.querySelector("[data-begin]").click();
    for (const [letter, rank] of [["a", 1], ["b", 2], ["c", 3]]) assessment.querySelector(`input[data-letter=${letter}][value='${rank}']`).click();
    for (const [part, value] of [["check", "a"], ["best", "a"], ["worst", "b"], ["sure", "3"]]) assessment.querySelector(`input[data-part=${part}][value='${value}']`).click();
    if (incident < 13) assessment.querySelector("[data-do=next]").click();
  }
  const dark = document.querySelector(".theme [value=dark]");
  if (dark) dark.click();
  await new Promise((done) => setTimeout(done, 50));
  return Object.fromEntries(Object.keys(localStorage).filter((key) => key.startsWith("rapport:")).map((key) => [key, localStorage.getItem(key)]));
}"""

# Whether each part of a page can be used: what stands there, pressed.
WORKS = """() => {
  const works = {};
  const scenario = document.querySelector("rapport-scenario");
  if (scenario) works.scenario = Boolean(scenario.querySelector(".rs-start button, .rs-option, .rs-rank, [data-continue], .rs-scores"));
  for (const exercise of document.querySelectorAll("rapport-exercise")) {
    exercise.querySelector(".exercise-answer").requestSubmit();
    works.exercise = works.exercise !== false && exercise.querySelector(".exercise-verdict") !== null;
  }
  const piece = document.querySelector(".hunt-piece");
  if (piece) {
    for (const again of document.querySelectorAll("rapport-hunt [data-do=again]")) again.click();
    const before = document.querySelector(".hunt-piece").getAttribute("aria-pressed");
    document.querySelector(".hunt-piece").click();
    works.hunt = before !== document.querySelector(".hunt-piece").getAttribute("aria-pressed");
  }
  const assessment = document.querySelector("rapport-assessment");
  if (assessment) {
    const go = assessment.querySelector(".ra-form [data-do=next], [data-do=resume], [data-begin]");
    go.click();
    works.assessment = assessment.querySelector(".ra-form") !== null;
  }
  const theme = document.querySelector(".theme [value=light]");
  theme.click();
  works.theme = document.documentElement.dataset.theme === "light" && document.querySelector(".theme input:checked") !== null;
  works.clean = ({}).polluted === undefined;
  return works;
}"""

RAW = {
    "nothing": "", "no JSON": "{", "a word": "undefined", "null": "null", "a number": "0", "a text": '"x"', "true": "true", "a list": "[]", "an object": "{}", "a list of lists": "[[]]",
    "another version": '{"format": 99, "version": 99, "graph": "x", "hash": "x", "runs": [], "path": [], "draw": 0, "marked": [], "sittings": [], "attempts": []}',
    "the right version and nothing else": '{"format": 1}', "prototypes": '{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}, "format": 1}', "prototypes in lists": '[{"__proto__": {"polluted": 1}}]',
    "huge": "x" * 400_000, "a huge list": json.dumps({"format": 1, "runs": [0] * 50_000, "path": [0] * 50_000, "draw": 1e300, "attempts": [None] * 50_000, "hints": 1e300, "guess": "9" * 9999}), "signs": "\ud83d\ude00\u2028\u0000<script>",
}  # fmt: skip
WRONG = [None, 0, -1, 1e300, "", "x", "__proto__", True, [], [None], {}, {"x": None}]


def mutations(value):
    """Every way of putting something wrong in the place of one part of `value`, or of leaving it out."""

    def places(inner, path=()):
        yield path
        if isinstance(inner, (dict, list)):
            for key, part in inner.items() if isinstance(inner, dict) else enumerate(inner[:2]):
                yield from places(part, (*path, key))

    for path in places(value):
        for wrong in WRONG if path else ():
            made = copy.deepcopy(value)
            at = made
            for key in path[:-1]:
                at = at[key]
            at[path[-1]] = wrong
            yield json.dumps(made)
        if path and isinstance(path[-1], str):
            made = copy.deepcopy(value)
            at = made
            for key in path[:-1]:
                at = at[key]
            del at[path[-1]]
            yield json.dumps(made)


ELEMENTS = ("rapport-scenario", "rapport-hunt", "rapport-assessment", "rapport-exercise")
TRY = """([key, values, find]) => values.flatMap((value) => {
  localStorage.setItem(key, value);
  const made = document.adoptNode(window.fresh.querySelector(find).cloneNode(true));
  const heard = [];
  const hear = (event) => { heard.push(event.message); };
  addEventListener("error", hear);
  document.querySelector("main").append(made);
  const press = (selector) => { const each = made.querySelector(selector); if (each) each.click(); };
  press("[data-do=resume]");
  press("[data-continue], .rs-option, [data-do=again], .exercise-main, [data-do=check], .ra-form [data-do=next]");
  if (made.localName === "rapport-scenario") void made.log;
  removeEventListener("error", hear);
  if (made.textContent.length < 20 || !made.querySelector("button")) heard.push("nothing to press");
  made.remove();
  return heard.map((each) => [value.slice(0, 300), each]);
})"""


@pytest.fixture
def used(built, page_factory):
    """A page that somebody has used: the page and what it has kept."""

    def use(name):
        page = page_factory()
        page.goto((built.index.parent / f"{name}.html").as_uri())
        kept = page.evaluate(USE)
        assert page.seen.errors == [] and len(kept) > (0 if name == "about" else 1)
        return page, kept

    return use


@pytest.mark.parametrize("name", sorted(set(PAGES.values())))
def test_damaged_values_under_every_key_are_set_aside_and_the_page_works(used, name):
    page, kept = used(name)
    for what, value in RAW.items():
        page.evaluate("([keys, value]) => { localStorage.clear(); localStorage.setItem('other', 'mine'); for (const key of keys) try { localStorage.setItem(key, value); } catch (error) { /* full */ } }", [list(kept), value])
        page.reload()
        works = page.evaluate(WORKS)
        assert all(works.values()) and len(works) >= 2, (what, works)
        assert page.seen.errors == [], (what, page.seen.errors)
        assert page.evaluate("localStorage.getItem('other')") == "mine", "what other pages keep is left alone"
    page.evaluate("localStorage.clear()")


@pytest.mark.parametrize("name", sorted(set(PAGES.values()) - {"about"}))
def test_a_kept_state_with_one_part_wrong_is_used_or_set_aside(built, used, name):
    """Every part of what was kept in turn: of another type, out of range, or left out. Elements are put in anew, which is quicker than a page."""
    page, kept = used(name)
    source = (built.index.parent / f"{name}.html").read_text(encoding="utf-8")
    page.evaluate("html => { window.fresh = new DOMParser().parseFromString(html, 'text/html'); }", source)
    tried, kinds = 0, set()
    for key, text in kept.items():
        try:
            value = json.loads(text)
        except ValueError:
            continue
        if not isinstance(value, dict):
            continue
        tag = "rapport-" + key.split(":")[1]
        part = key.removeprefix("rapport:exercise:").split(":")[0].split("/")[-1]
        find = f"{tag}[data-exercise='{part}']" if tag == "rapport-exercise" else tag
        if not page.evaluate("find => !!document.querySelector(find)", find):  # the record and the place are everybody's; whatever is on the page has to live with them
            find, part = next(each for each in ELEMENTS if page.evaluate("find => !!document.querySelector(find)", each)), key
        kind = key if part == key else page.evaluate("find => document.querySelector(find).dataset.kind || find", find)
        if kind in kinds:  # one exercise of each kind
            continue
        kinds.add(kind)
        wrongs = list(mutations(value))
        tried += len(wrongs)
        assert page.evaluate(TRY, [key, wrongs, find]) == [], key
    assert tried > 20
    assert page.seen.errors == []


@pytest.mark.parametrize("carried", ["", "0", "null", "[]", '{"page": "about"}', '{"page": "about", "place": 7, "fields": 7, "stored": 7}', '{"page": "about", "place": {"ids": 1}}', '{"page": "about", "place": {"ids": [1], "into": 0}, "fields": {"main": 1}}',
                                     '{"page": "about", "place": {"ids": [["main", 1e9], [{}, null]], "into": 0.5}, "fields": {"main": [{}, [], null]}}', "{"])  # fmt: skip
def test_what_another_language_hands_over_may_be_damaged(built, page_factory, carried):
    page = page_factory()
    page.goto((built.index.parent / "about.html").as_uri())
    page.evaluate("carried => sessionStorage.setItem('rapport:carried', carried)", carried)
    page.reload()
    assert page.locator(".erase-live").is_visible(), "what comes after it on the page is set up"
    assert page.seen.errors == []
    assert page.evaluate("sessionStorage.getItem('rapport:carried')") is None


def test_erasing_leaves_other_pages_their_own(used):
    page, _ = used("about")
    page.evaluate("() => { for (const key of ['other', 'Rapport:x', 'rapport', 'xrapport:y', '__proto__x']) localStorage.setItem(key, 'mine'); localStorage.setItem('rapport:anything:at/all', '{'); sessionStorage.setItem('other', 'mine'); }")
    for _ in range(2):
        page.locator("[data-erase]").click()
    assert page.evaluate("() => [Object.keys(localStorage).sort(), sessionStorage.getItem('other')]") == [["Rapport:x", "__proto__x", "other", "rapport", "xrapport:y"], "mine"]
    assert page.seen.errors == []
