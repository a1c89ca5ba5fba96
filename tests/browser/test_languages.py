"""The handbook in three languages: the switch loses nothing, no label is cut off at 320 px, hyphens are for the eye alone."""

from pathlib import Path

import access
import pytest

from rapport.i18n import LANGUAGES

CLIPPED = (Path(__file__).parent / "clipped.js").read_text(encoding="utf-8")
MODULE = "10_when_it_goes_wrong"

BEGIN = """() => {
  const find = (selector) => document.querySelector(selector);
  find("rapport-scenario .rs-start button").click();
  find("rapport-scenario .rs-option").click();
  find("rapport-scenario [data-continue]").click();
  find("rapport-scenario [data-reading=b][data-rank='1']").click();
  find("rapport-scenario [data-sure='2']").click();
  const fields = [...document.querySelectorAll("rapport-exercise[data-kind=number] .exercise-answer .exercise-number")];
  fields[0].value = "12.5";
  fields[1].value = "1";
  fields[1].form.requestSubmit();
  const select = document.querySelectorAll("rapport-explorer select")[2];
  select.selectedIndex = 2;
  select.dispatchEvent(new Event("change", { bubbles: true }));
  find("main details.code").open = true;
}"""
STATE = """() => ({
  kept: document.querySelector("rapport-scenario").state,
  ranks: [...document.querySelectorAll("rapport-scenario input")].map((each) => each.checked),
  typed: [...document.querySelectorAll("rapport-exercise .exercise-answer .exercise-number")].map((each) => each.value),
  verdicts: [...document.querySelectorAll("rapport-exercise")].map((each) => each.querySelector(".exercise-verdict")?.dataset.outcome || ""),
  explorer: [...document.querySelectorAll("rapport-explorer select")].map((each) => each.value),
  open: [...document.querySelectorAll("main details")].map((each) => each.open),
})"""
PLACE = """() => {
  const edge = document.querySelector(".languages").offsetHeight + 8;
  const shown = [...document.querySelectorAll("main :is(h2, h3, p, li, figure, tr, label)")].filter((each) => each.checkVisibility());
  return [[...document.querySelectorAll("main h2[id]")].filter((each) => each.getBoundingClientRect().top <= edge).pop()?.id, shown.findIndex((each) => each.getBoundingClientRect().bottom > edge)];
}"""


def switch(page, lang):
    with page.expect_navigation():
        page.locator(f".languages a[lang={lang}]").click()
    page.wait_for_load_state("load")
    page.wait_for_timeout(300)  # fonts, and the place once more after them
    assert page.evaluate("document.documentElement.lang") == lang


def address(built, name, lang="en"):
    return (built.index.parent / (f"{name}.html" if lang == "en" else f"{name}.{lang}.html")).as_uri()


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("target", ["#data", "rapport-explorer .re-line", "rapport-scenario .rs-rank", "#exercises"])
def test_the_switch_keeps_place_case_answers_and_explorer(built, page_factory, width, target):
    page = page_factory(width=width)
    page.goto(address(built, MODULE))
    page.evaluate(BEGIN)
    page.evaluate("target => scrollTo({ top: scrollY + document.querySelector(target).getBoundingClientRect().top + 40, behavior: 'instant' })", target)
    before, place = page.evaluate(STATE), page.evaluate(PLACE)
    assert before["kept"]["path"] and before["typed"][:2] == ["12.5", "1"] and any(before["ranks"]) and any(before["verdicts"]) and place[0]
    for lang in ("lv", "gu", "en"):
        switch(page, lang)
        assert page.evaluate(STATE) == before, lang
        section, block = page.evaluate(PLACE)
        assert section == place[0] and abs(block - place[1]) <= 1, (lang, section, block, place)
    assert page.seen.errors == []


def test_at_the_top_the_switch_stays_at_the_top_and_without_scripts_it_leads_to_the_page(built, page_factory):
    page = page_factory()
    page.goto(address(built, "index"))
    switch(page, "gu")
    assert page.evaluate("scrollY") == 0 and page.url == address(built, "index", "gu")
    plain = page_factory(javascript=False)
    plain.goto(address(built, "about"))
    plain.locator(".languages a[lang=lv]").click()
    assert plain.url == address(built, "about", "lv")


def test_the_place_is_not_taken_to_another_page(built, page_factory):
    page = page_factory()
    page.goto(address(built, MODULE))
    page.evaluate("sessionStorage.setItem('rapport:carried', JSON.stringify({ page: 'about', place: { ids: [['exercises', 0]], into: 0 }, fields: {}, stored: {} }))")
    page.reload()
    assert page.evaluate("scrollY") == 0 and page.evaluate("sessionStorage.getItem('rapport:carried')") is None
    page.evaluate("sessionStorage.setItem('rapport:carried', '{broken')")
    page.reload()
    assert page.seen.errors == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_copied_and_found_has_no_soft_hyphens(built, page_factory, lang):
    page = page_factory(permissions=["clipboard-read", "clipboard-write"])
    page.goto(address(built, MODULE, lang))
    text = page.evaluate("[...document.querySelectorAll('main > p')].map((each) => each.textContent).find((text) => text.includes('\\u00ad'))")
    word = next(word for word in text.split() if "\u00ad" in word).strip(".,;:!?()“”„")
    assert page.evaluate("word => window.find(word)", word.replace("\u00ad", "")), "the browser finds the word as one types it"
    page.evaluate("text => getSelection().selectAllChildren([...document.querySelectorAll('main > p')].find((each) => each.textContent === text))", text)
    got = page.evaluate("""() => new Promise((done) => {
      document.addEventListener("copy", (event) => done([event.clipboardData.getData("text/plain"), event.clipboardData.getData("text/html")]), { once: true });
      document.execCommand("copy");
    })""")
    assert got[0].split() == text.replace("\u00ad", "").split() and "\u00ad" not in got[1] and word.replace("\u00ad", "") in got[1]


def test_no_label_read_out_has_a_soft_hyphen_in_it(built, page_factory):
    page = page_factory()
    page.goto(address(built, MODULE, "lv"))
    page.evaluate(BEGIN)
    labels = page.evaluate("[...document.querySelectorAll('*')].flatMap((each) => [...each.attributes].map((attribute) => attribute.value))")
    assert len(labels) > 500 and not [label for label in labels if "\u00ad" in label]


# ---- Nothing is cut off -----------------------------------------------------------------------------------------

STEP = """() => {
  const find = (selector) => document.querySelector("rapport-scenario " + selector);
  if (find(".rs-rank")) for (const selector of ["[data-reading=b][data-rank='1']", "[data-reading=a][data-rank='2']", "[data-sure='2']"]) find(selector).click();
  (find("[data-continue]") || find(".rs-option") || find(".rs-start button") || find(".rs-rank button[type=submit]")).click();
  return Boolean(find("[data-do]"));
}"""
ANSWER = """() => {
  for (const each of document.querySelectorAll("rapport-exercise")) {
    const form = each.querySelector("form.exercise-answer");
    for (const field of form.querySelectorAll("input[type=text]")) field.value = "1";
    if (form.querySelector("input[type=radio]")) form.querySelector("input[type=radio]").checked = true;
    for (const select of form.querySelectorAll("select")) { select.selectedIndex = select.options.length - 1; select.dispatchEvent(new Event("change")); }
    form.requestSubmit();
    form.querySelector(".exercise-actions button[type=button]").click();
  }
}"""


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_label_is_cut_off_on_any_page_at_320_px_whatever_is_open_played_or_answered(built, page_factory, lang):
    names = [path.name for path in built.pages if (path.suffixes == [".html"]) == (lang == "en") and (lang == "en" or f".{lang}." in path.name)]
    assert len(names) >= 10
    faults = []
    page = page_factory(width=320, height=700)
    for name in names:
        page.goto((built.index.parent / name).as_uri())
        page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
        faults += [(name, "as it opens", each) for each in page.evaluate(CLIPPED)]
        # A case that waits for its translation is the English one in every language.
        if page.locator("rapport-scenario").count() and (lang == "en" or name.startswith(MODULE)):
            for step in range(90):
                ended = page.evaluate(STEP)
                access.whole(page)
                faults += [(name, f"step {step} of the case", each) for each in page.evaluate(CLIPPED.replace("(document.body, NodeFilter", "(document.querySelector('rapport-scenario'), NodeFilter"))]
                if ended:
                    break
            assert ended, "the case was played to its end"
            page.evaluate(ANSWER)
            page.wait_for_timeout(100)
            faults += [(name, "answered", each) for each in page.evaluate(CLIPPED)]
    assert faults == []


def test_a_cut_off_label_and_an_overlap_would_be_found(built, page_factory):
    page = page_factory(width=320)
    page.goto(address(built, "about"))
    assert page.evaluate(CLIPPED) == []
    page.evaluate("""() => {
      const main = document.querySelector("main");
      const add = (tag, text, style) => { const each = Object.assign(document.createElement(tag), { textContent: text }); Object.assign(each.style, style); main.append(each); };
      add("button", "A label of some length", { width: "60px", overflow: "hidden", whiteSpace: "nowrap" });
      add("button", "A label of some length", { width: "60px", whiteSpace: "nowrap", marginInlineStart: "100px" });
      add("button", "One", { position: "absolute", top: "300px", left: "20px" });
      add("button", "Other", { position: "absolute", top: "310px", left: "30px" });
      add("p", "Atvainojamies".repeat(9), { overflowWrap: "normal", whiteSpace: "nowrap" });
    }""")
    found = " ".join(page.evaluate(CLIPPED))
    assert all(each in found for each in ("beyond its box", "clipped", "overlap", "beyond the page", "scrolls sideways"))
