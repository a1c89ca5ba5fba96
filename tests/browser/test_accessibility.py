"""No fault that axe knows of, on any page and in any state, light and dark, in three languages; and pages that need no mouse, no motion and no script.
What is told here is what `playbooks/accessibility.md` tells the reader."""

import access
import pytest

from rapport.i18n import LANGUAGES

MODULE = "10_when_it_goes_wrong"  # holds every kind of piece: case, explorer, exercises of each kind, review questions
HUNT = "localisation_bug_hunt"


def pages_of(built, lang):
    return [path for path in built.pages if (path.suffixes == [".html"] if lang == "en" else f".{lang}." in path.name)]


def address(built, name, lang="en"):
    return (built.index.parent / (f"{name}.html" if lang == "en" else f"{name}.{lang}.html")).as_uri()


@pytest.fixture
def opened(built, page_factory):
    """Open a page by name and language; after the test, none has complained."""
    pages = []

    def open_page(name, lang="en", **options):
        page = page_factory(**options)
        page.goto(address(built, name, lang))
        pages.append(page)
        return page

    yield open_page
    for page in pages:
        assert page.seen.errors == [] and page.seen.requests == []


# ---- axe: every page, every theme, every language ----------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
def test_axe_finds_nothing_on_any_page_in_any_theme(built, page_factory, lang):
    page, found = page_factory(), []
    paths = pages_of(built, lang) + [path for path in built.singles if (path.suffixes == [".html"]) == (lang == "en")][:1]
    for path in paths:
        page.goto(path.as_uri())
        access.unfold(page)
        found += access.faults(page)
    assert len(paths) > 20 and not found, "\n".join(found)


def test_axe_would_find_a_fault_in_each_theme(opened):
    page = opened("about")
    page.evaluate("document.querySelector('main').append(Object.assign(document.createElement('img'), { src: 'data:,' }))")
    assert [each.split(": ")[1] for each in access.faults(page)] == ["image-alt"]
    page = opened("about")
    sheet = "document.adoptedStyleSheets = [Object.assign(new CSSStyleSheet())]; document.adoptedStyleSheets[0].replaceSync('h1 { color: color-mix(in srgb, var(--text) 20%, var(--bg)) !important; }')"
    page.evaluate(sheet)
    assert [each.split(": ")[0].rsplit(", ", 1)[1] for each in access.faults(page)] == access.THEMES


@pytest.mark.parametrize("lang", LANGUAGES)
def test_axe_finds_nothing_on_paper_or_on_a_phone_with_the_contents_open(opened, lang):
    found = []
    for name in ("index", MODULE, f"{MODULE}-cards", "market-in"):
        page = opened(name, lang, width=390)
        access.unfold(page)
        found += access.faults(page, "contents open on a phone", ".rail" if page.locator(".rail").count() else None)
        page.emulate_media(media="print")
        found += access.faults(page, "print", "main", themes=["light"])
    assert not found, "\n".join(found)


# ---- axe: every state --------------------------------------------------------------------------------------------

CASE = """async (until) => {
  const find = (selector) => document.querySelector("rapport-scenario " + selector);
  const at = { told: "[data-continue]", asked: ".rs-rank", missing: ".rs-rank", again: ".rs-again", end: "[data-do]" }[until];
  if (find(".rs-start button")) find(".rs-start button").click();
  for (let move = 0; move < 90 && !find(at); move += 1) {
    if (find(".rs-rank")) for (const selector of ["[data-reading=b][data-rank='1']", "[data-reading=a][data-rank='2']", "[data-sure='2']"]) find(selector).click();
    (find("[data-continue]") || find(".rs-option") || find(".rs-rank button[type=submit]")).click();
  }
  if (until === "missing") find(".rs-rank button[type=submit]").click();
  if (until === "again") find(".rs-again").open = true;
  return Boolean(find(at));
}"""

# Every exercise of the page: an answer of this kind in its fields, sent off.
ANSWER = """(how) => {
  const mid = ([low, high]) => (low + high) / 2;
  for (const each of document.querySelectorAll("rapport-exercise")) {
    const form = each.querySelector("form.exercise-answer");
    const accept = each.draw.accept;
    const slip = each.draw.mistakes.find((one) => one.accept);
    const given = how === "right" ? accept : how === "mistake" && slip ? slip.accept : null;
    const write = (number) => number.toFixed(6).replace(".", each.data.numbers.decimal);
    [...form.querySelectorAll("input[type=text]")].forEach((field, at) => { field.value = how === "empty" ? "" : how === "broke" ? "?" : given ? write(mid(given[at])) : write(-987654.321); });
    for (const radio of form.querySelectorAll("input[type=radio]")) radio.checked = how !== "empty" && how !== "broke" && (given ? radio.value === given : true);
    for (const select of form.querySelectorAll("select")) {
      select.value = how === "empty" || how === "broke" ? "" : how === "right" ? accept.rows[select.name] : select.options[1].value;
      select.dispatchEvent(new Event("change"));
    }
    form.requestSubmit();
    if (how === "solution") each.giveUp();
    if (how === "hint") each.querySelector(".exercise-hints details").open = true;
  }
  return [...document.querySelectorAll(".exercise-verdict")].map((verdict) => verdict.dataset.outcome);
}"""

SITTING = """(incidents) => {
  const find = (selector) => document.querySelector("rapport-assessment " + selector);
  if (find("[data-begin]")) find("[data-begin]").click();
  for (let done = 0; done < incidents && find("form"); done += 1) {
    const parts = {};
    for (const input of document.querySelectorAll("rapport-assessment form input")) (parts[input.name] = parts[input.name] || []).push(input);
    let rank = 0;
    for (const [name, inputs] of Object.entries(parts)) inputs[name.includes("-rank-") ? rank++ : name.endsWith("-worst") ? 1 : 0].click();
    find("form").requestSubmit();
  }
  return document.querySelectorAll("rapport-assessment form").length;
}"""


@pytest.mark.parametrize("lang", LANGUAGES)
def test_axe_finds_nothing_in_any_state_of_a_case(opened, lang):
    page = opened(MODULE, lang)
    found = access.faults(page, "before the start", "rapport-scenario")
    for state in ("told", "again", "asked", "missing", "end"):
        assert page.evaluate(CASE, state), state
        found += access.faults(page, f"case: {state}", "rapport-scenario")
    page.evaluate("document.querySelector('[data-do=other]').click()")
    assert page.evaluate(CASE, "end")
    access.whole(page)
    assert page.locator("rapport-scenario tfoot td").count() > 1
    found += access.faults(page, "case: second run", "rapport-scenario")
    page.reload()
    found += access.faults(page, "case: kept and opened again", "rapport-scenario")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_axe_finds_nothing_in_any_state_of_an_exercise(opened, lang):
    page, found = opened(MODULE, lang), []
    kinds = {each.get_attribute("data-kind") for each in page.locator("rapport-exercise").all()}
    assert len(kinds) >= 3
    expected = {"empty": "not_tried", "broke": "broke", "wrong": "wrong", "mistake": "mistake", "hint": None, "right": "right", "solution": None}
    for how, outcome in expected.items():
        outcomes = page.evaluate(ANSWER, how)
        assert outcome is None or outcome in outcomes, (how, outcomes)
        assert how != "right" or set(outcomes) == {"right"}, outcomes
        found += access.faults(page, f"exercises: {how}", "rapport-exercise")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_axe_finds_nothing_in_a_hunt_a_sitting_or_a_moved_explorer(opened, lang):
    page = opened(HUNT, lang)
    page.evaluate("for (const piece of [...document.querySelectorAll('.hunt-piece')].slice(0, 30)) piece.click()")
    found = access.faults(page, "hunt: marked", "rapport-hunt")
    page.locator("rapport-hunt [data-do=check]").click()
    access.unfold(page)
    found += access.faults(page, "hunt: counted", "rapport-hunt")
    page = opened("assessment", lang)
    assert page.evaluate(SITTING, 1) == 1
    found += access.faults(page, "sitting: an incident", "rapport-assessment")
    page.evaluate("document.querySelector('rapport-assessment form').requestSubmit()")
    found += access.faults(page, "sitting: something is missing", "rapport-assessment")
    assert page.evaluate(SITTING, 99) == 0
    access.unfold(page)
    found += access.faults(page, "sitting: ended", "rapport-assessment")
    page = opened(MODULE, lang)
    for control in page.locator("rapport-explorer select").all():
        control.select_option(index=1)
    access.unfold(page)
    found += access.faults(page, "explorer: moved", "rapport-explorer")
    assert not found, "\n".join(found)
