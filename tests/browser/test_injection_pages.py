"""The poisoned course in a real browser: nothing of it runs, nothing is fetched, and what was written is there to be read."""

import poison
import pytest
from hypothesis import given
from poison import cleaned, made, nasty, steady

from rapport import markdown
from rapport.handbook import package

# What markup that got in would leave behind, wherever in the page a script may have put it.
LOOK = """() => {
  const own = /^(?:[a-z]+(-texts\\.[a-z]+)?\\.js|)$/;
  const bad = [];
  const whole = document.querySelectorAll("head > style").length > 0; // one file, whose policy names what is inside it by hash
  for (const each of document.querySelectorAll("*")) {
    if (whole && (each.matches("head > style") || (each.localName === "script" && !each.attributes.length))) continue;
    if (each.matches("iframe, object, embed, base, xss, portal, noscript, isindex, video, audio, animate, set, use, foreignObject, style, [style*='example.invalid'], meta[http-equiv]:not([http-equiv='Content-Security-Policy'])")) bad.push(each.outerHTML.slice(0, 200));
    if (each.localName === "script" && !(own.test(each.getAttribute("src") || "") && (each.src || each.type === "application/json"))) bad.push(each.outerHTML.slice(0, 200));
    for (const { name, value } of each.attributes) {
      if (/^on|^srcdoc$|^style$/.test(name) || (/^(?:href|src|xlink:href|action|formaction)$/.test(name) && /^\\s*(?:javascript|vbscript|data:text|file):/i.test(value)) || (name === "src" && /invalid|^x$/.test(value))) bad.push(name + "=" + value.slice(0, 100));
    }
  }
  return { bad, ran: window.ran === undefined ? null : window.ran };
}"""

PLAY = """async () => {
  for (const each of document.querySelectorAll("details")) each.open = true;
  const scenario = document.querySelector("rapport-scenario");
  const find = (selector) => scenario && scenario.querySelector(selector);
  if (find(".rs-start button")) find(".rs-start button").click();
  for (let move = 0; scenario && move < 90 && !find("[data-do]"); move += 1) {
    if (find(".rs-rank")) for (const selector of ["[data-reading=b][data-rank='1']", "[data-reading=a][data-rank='2']", "[data-sure='2']"]) find(selector).click();
    (find("[data-continue]") || find(".rs-option") || find(".rs-rank button[type=submit]")).click();
  }
  for (const exercise of document.querySelectorAll("rapport-exercise")) {
    for (const button of exercise.querySelectorAll(".exercise-draws button")) button.click();
    for (const input of exercise.querySelectorAll("input[type=radio]")) input.click();
    for (const select of exercise.querySelectorAll("select")) { select.selectedIndex = 1; select.dispatchEvent(new Event("change", { bubbles: true })); }
    for (const value of ["<img src=x onerror=window.ran=1>", "0"]) {
      for (const input of exercise.querySelectorAll("input[type=text]")) input.value = value;
      for (const form of exercise.querySelectorAll("form")) form.requestSubmit();
    }
    for (const button of exercise.querySelectorAll(".exercise-actions button[type=button]:not([hidden])")) button.click();
  }
  for (const piece of document.querySelectorAll(".hunt-piece")) piece.click();
  for (const button of document.querySelectorAll("rapport-hunt [data-do=check]")) button.click();
  const assessment = document.querySelector("rapport-assessment");
  if (assessment) assessment.querySelector(".ra-main").click();
  for (let incident = 0; assessment && incident < 12; incident += 1) {
    const one = (part, value) => { const each = assessment.querySelector(`input[data-part=${part}][value='${value}']`); each.click(); };
    for (const [letter, rank] of [["a", 1], ["b", 2], ["c", 3]]) assessment.querySelector(`input[data-letter=${letter}][value='${rank}']`).click();
    one("check", "a"); one("best", "a"); one("worst", "b"); one("sure", "3");
    assessment.querySelector("[data-do=next]").click();
  }
  const projector = document.querySelector("rapport-projector");
  if (projector) {
    const field = projector.querySelector("input");
    field.value = projector._codes ? Object.keys(projector._codes)[0] : "";
    projector.querySelector("form").requestSubmit();
    for (let move = 0; move < 60 && projector.querySelector(".rp-actions .rp-main, .rp-options button"); move += 1) {
      if (projector.querySelector("form")) break;
      (projector.querySelector(".rp-options button") || projector.querySelector(".rp-actions .rp-main")).click();
    }
  }
  for (const link of document.querySelectorAll("main a[href^='#']")) link.click();
  for (let wait = 0; wait < 500 && (!wait || document.querySelector("[data-unfinished]")); wait += 1) await new Promise((done) => setTimeout(done, 50));
  return [".rs-scores", ".exercise-verdict", ".exercise-solution p", ".hunt-note, .hunt-notes li", ".ra-table, .ra-more", "rapport-projector h2"].filter((each) => document.querySelector(each));
}"""


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """The poisoned sites on disk."""
    found = {}
    for which, files in poison.sites().items():
        found[which] = tmp_path_factory.mktemp(f"poisoned-{which}")
        for name, data in files.items():
            (found[which] / name).write_bytes(data)
    return found


@pytest.mark.parametrize("which", ["en", "lv", "facilitator"])
def test_nothing_of_a_poisoned_course_runs_or_is_fetched(folders, page_factory, which):
    page, reached = page_factory(), set()
    for path in sorted(folders[which].glob("*.html")):
        page.goto(path.as_uri())
        assert page.evaluate(LOOK) == {"bad": [], "ran": None}, path.name
        reached |= set(page.evaluate(PLAY))
        assert page.evaluate(LOOK) == {"bad": [], "ran": None}, f"{path.name}, played through"
        assert page.seen.errors == [], (path.name, page.seen.errors)
    assert page.seen.requests == []
    assert len(reached) == (6 if which == "facilitator" else 5), "cases, exercises, hunt, sitting and projector were gone through"


def test_the_look_would_find_what_got_in(folders, page_factory):
    page = page_factory()
    page.goto((folders["en"] / "about.html").as_uri())
    page.evaluate("document.querySelector('main').innerHTML += '<p onclick=x>a</p><svg><animate></animate></svg><a href=javascript:x>b</a>'")
    assert len(page.evaluate(LOOK)["bad"]) == 3


def test_nasty_texts_leave_no_markup_behind_in_the_parser_of_a_browser(page_factory):
    """What Python's parser takes for text, a browser might not: so every text goes through the browser's own too."""
    page = page_factory()
    page.goto("about:blank")
    tell = """htmls => htmls.flatMap((html) => [...new DOMParser().parseFromString(html, "text/html").querySelectorAll("*")].flatMap((each) =>
      [each.localName, ...[...each.attributes].map(({ name, value }) => name + (/^(?:href|src)$/.test(name) ? "=" + value.trim().split(":")[0].toLowerCase() : ""))]))"""
    names: set[str] = set()

    @steady
    @given(nasty)
    def look(text):
        htmls = [made(markdown.to_html, text), made(markdown.to_html, f"| {text} | b |\n|---|---|\n| {text} | $x$ |"), cleaned(text), cleaned(f"<table><tr><td>{text}</td></tr></table>")]
        names.update(page.evaluate(tell, htmls))

    look()
    assert "p" in names
    bad = {each for each in names if each in ("script", "style", "iframe", "svg", "img", "base", "object", "embed", "form", "noscript", "template") or each.startswith(("on", "style", "src", "href=javascript", "href=data", "href=vbscript", "xlink"))}
    assert not bad
    assert package.POLICY.startswith("default-src 'none'; script-src 'self';")
