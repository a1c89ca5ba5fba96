"""The sitting in a real browser, opened from a file with the network off: the whole of it by keyboard, and scores as in Python."""

import json
import random
import re
from pathlib import Path

import pytest

from rapport import assessment, i18n
from rapport.assessment import page as assessment_page
from rapport.assessment import score_sitting, simulated
from rapport.assessment.sitting import HandedOver, draw, new_learner, read_handed_over, to_hand_over
from rapport.handbook import package
from rapport.handbook.pages import Page
from rapport.i18n.leftovers import leftovers_in_page

ROOT = Path(__file__).parents[2]
AXE = Path(__file__).parent / "axe.min.js"
KEY = "rapport:assessment"


@pytest.fixture(scope="module")
def bank():
    return assessment.load(ROOT)


@pytest.fixture(scope="module")
def address(bank, tmp_path_factory):
    """The page as the handbook makes it."""
    folder = tmp_path_factory.mktemp("page")
    made = Page("assessment", "Assessment", assessment_page.render(bank), "reference", home="#main", footer="The end")
    for name, data in package.folder([made]).items():
        (folder / name).write_bytes(data)
    return (folder / "assessment.html").as_uri()


@pytest.fixture
def opened(page_factory, address):
    """Open the page, with something kept if wanted; what the browser complained about is checked at the end."""
    pages = []

    def make(kept=None, **options):
        page = page_factory(**options)
        page.goto(address)
        if kept is not None:
            page.evaluate("([key, text]) => localStorage.setItem(key, text)", [KEY, kept if isinstance(kept, str) else json.dumps(kept)])
            page.reload()
        pages.append(page)
        return page

    yield make
    for page in pages:
        assert (page.seen.errors, page.seen.requests) == ([], [])


def stored(page, key=KEY):
    return json.loads(page.evaluate("key => localStorage.getItem(key)", key))


def sat(bank, learner, occasion, luck, kind="careful"):
    form, incidents = draw(bank, learner, occasion)
    answers = [vars(each) for each in simulated.sitting(incidents, simulated.KINDS[kind], luck)]
    return {"occasion": occasion, "form": form, "answers": answers, "began": "2026-11-25T09:00:00Z", "ended": "2026-11-25T09:27:00Z"}


def state(bank, occasions=(), current=None, learner="0123456789abcdef" * 2, consent=False):
    luck = random.Random(1)
    return {"format": 1, "version": bank.version, "learner": learner, "consent": consent, "sittings": [sat(bank, learner, each, luck) for each in occasions], "current": current}


ANSWER = """(answer) => {
  const find = (selector) => document.querySelector("rapport-assessment " + selector);
  [...answer.ranking].forEach((letter, place) => find(`input[data-letter="${letter}"][value="${place + 1}"]`).click());
  for (const part of ["check", "best", "worst", "sure"]) find(`input[data-part="${part}"][value="${answer[part]}"]`).click();
  find("[data-do=next]").click();
}"""


# ---- scores ------------------------------------------------------------------------------------------------------


def test_random_answer_sheets_score_the_same_in_browser_and_python(opened, bank):
    page = opened()
    luck = random.Random(5)
    sheets, expected = [], []
    for number in range(300):
        learner = new_learner(luck)
        kind = list(simulated.KINDS)[number % 4]
        answers = simulated.sitting(draw(bank, learner, random.Random(number).choice(["pre", "post"]))[1], simulated.KINDS[kind], luck)
        sheets.append([vars(each) for each in answers])
        expected.append(score_sitting(bank, answers))
    got = page.evaluate(
        """sheets => {
          const payload = document.querySelector("rapport-assessment").payload;
          const key = RapportAssessment.decode(payload);
          return sheets.map((answers) => RapportAssessment.scoreSitting(key, answers, payload.confidence));
        }""",
        sheets,
    )
    assert len({each["judgement"] for each in expected}) > 100
    for one, other in zip(got, expected, strict=True):
        for scale in assessment.SCALES:
            assert one[scale] == pytest.approx(other[scale], abs=1e-12)
        assert (one["taken"], one["chances"], one["right"]) == (other["taken"], other["chances"], pytest.approx(12 * other["right"]))


def test_the_browser_looks_up_the_same_draw_as_python(opened, bank):
    page = opened()
    luck = random.Random(6)
    learners = [new_learner(luck) for _ in range(64)]
    got = page.evaluate(
        "learners => { const p = document.querySelector('rapport-assessment').payload; return learners.map((l) => p.occasions.map((o) => RapportAssessment.drawn(p, l, o.id))); }", learners
    )
    for learner, rows in zip(learners, got, strict=True):
        for occasion, row in zip(assessment.OCCASIONS, rows, strict=True):
            form, incidents = draw(bank, learner, occasion)
            assert (row["form"], row["order"]) == (form, [each.id for each in incidents])


# ---- a whole sitting, by keyboard --------------------------------------------------------------------------------


def press_to(page, test, limit=40):
    """Tab until the focused element fulfils `test`."""
    for _ in range(limit):
        page.keyboard.press("Tab")
        if page.evaluate(f"() => {{ const at = document.activeElement; return {test}; }}"):
            return
    pytest.fail(f"Tab never reached {test}")


def radio(page, value):
    """Choose `value` in the radio group that Tab has come to."""
    page.keyboard.press("Space")
    for _ in range(6):
        if page.evaluate("() => document.activeElement.value") == value:
            return
        page.keyboard.press("ArrowDown")
    pytest.fail(f"{value} is not in this group")


def answer_by_keyboard(page, answer):
    ranks = {letter: str(place + 1) for place, letter in enumerate(answer["ranking"])}
    for letter in "abc":
        press_to(page, f"at.dataset.letter === '{letter}'")
        radio(page, ranks[letter])
    press_to(page, "at.dataset.part === 'check'")
    radio(page, answer["check"])
    press_to(page, "at.dataset.part === 'best'")
    radio(page, answer["best"])
    press_to(page, "at.dataset.part === 'worst'")
    radio(page, answer["worst"])
    press_to(page, "at.dataset.part === 'sure'")
    radio(page, str(answer["sure"]))
    press_to(page, "at.dataset.do === 'next'")
    page.keyboard.press("Enter")


def test_a_whole_sitting_by_keyboard_with_a_reload_in_the_middle(opened, bank):
    page = opened()
    press_to(page, "at.dataset.begin === 'pre'")
    page.keyboard.press("Enter")
    learner = stored(page)["learner"]
    form, incidents = draw(bank, learner, "pre")
    luck = random.Random(8)
    # Moving with arrows passes over other values; what counts is what is chosen when it is sent off.
    sheet = []
    for number, incident in enumerate(incidents):
        assert page.locator("h2.ra-title").inner_text().endswith(incident.title)
        assert page.evaluate("() => document.activeElement.className") == "ra-title"
        answer = vars(simulated.answer(incident, simulated.KINDS["careful"], luck))
        answer_by_keyboard(page, answer)
        sheet.append(answer)
        kept = stored(page)
        assert (kept["current"]["answers"] if kept["current"] else kept["sittings"][0]["answers"])[-1] == answer
        if number == 5:
            assert page.locator("[role=status].ra-hidden").inner_text() == "Answer kept. Incident 7 of 12."
            page.reload()
            assert "Welcome back" in page.inner_text("rapport-assessment")
            press_to(page, "at.dataset.do === 'resume'")
            page.keyboard.press("Enter")
    kept = stored(page)
    assert kept["current"] is None
    assert [(each["occasion"], each["form"], each["answers"]) for each in kept["sittings"]] == [("pre", form, sheet)]
    scores = score_sitting(bank, [assessment.Answer(**each) for each in sheet])
    assert page.inner_text("[data-scale=judgement] strong") == f"{round(100 * scores['judgement'])} of 100"
    assert page.inner_text("[data-scale=over_inference] strong") == f"{scores['taken']} of {scores['chances']}"
    assert page.evaluate("() => document.activeElement.tagName") == "H2"


def test_a_half_given_answer_survives_a_reload(opened):
    page = opened()
    page.click("[data-begin=pre]")
    page.locator("[data-part=check]").nth(1).check()
    page.locator("[data-letter=b][value='1']").check()
    page.reload()
    page.click("[data-do=resume]")
    assert page.locator("[data-part=check]").nth(1).is_checked() and page.locator("[data-letter=b][value='1']").is_checked()


def test_nothing_is_sent_off_before_everything_is_answered(opened):
    page = opened()
    page.click("[data-begin=pre]")
    missing = page.locator(".ra-missing")
    steps = [
        ("Give every reading a number first.", lambda: [page.locator(f"[data-letter={letter}][value='{rank}']").check() for letter, rank in (("a", 2), ("b", 1), ("c", 1))]),
        ("Two readings have the same number. Give each its own.", lambda: page.locator("[data-letter=c][value='3']").check()),
        ("Choose one thing to find out first.", lambda: page.locator("[data-part=check]").first.check()),
        ("Choose a best step first.", lambda: page.locator("[data-part=best]").nth(1).check()),
        ("Choose a worst step first.", lambda: page.locator("[data-part=worst]").nth(2).check()),
        ("Say how likely it is first.", lambda: page.locator("[data-part=sure]").nth(2).check()),
    ]
    for sentence, mend in steps:
        page.click("[data-do=next]")
        assert missing.inner_text() == sentence
        assert page.evaluate("() => document.activeElement.matches('input')")
        mend()
    page.click("[data-do=next]")
    assert len(stored(page)["current"]["answers"]) == 1


def test_the_best_step_cannot_be_the_worst_and_neither_choice_is_lost(opened):
    page = opened()
    page.click("[data-begin=pre]")
    for letter, rank in (("a", 1), ("b", 2), ("c", 3)):
        page.locator(f"[data-letter={letter}][value='{rank}']").check()
    for part, value in (("check", "a"), ("best", "c"), ("worst", "c"), ("sure", "2")):
        page.locator(f"[data-part={part}][value='{value}']").check()
    page.click("[data-do=next]")
    assert page.locator(".ra-missing").inner_text() == "Your best step cannot be the worst as well. Choose another."
    assert page.locator("[data-part=best]:checked").get_attribute("value") == "c" and stored(page)["current"]["answers"] == []
    page.locator("[data-part=worst][value=b]").check()
    page.click("[data-do=next]")
    assert stored(page)["current"]["answers"][0]["worst"] == "b"


# ---- afterwards --------------------------------------------------------------------------------------------------


def test_incidents_are_explained_after_the_course_and_not_before(opened, bank):
    first = opened(state(bank, ["pre"]))
    assert first.locator("details").count() == 1  # other sittings only
    assert "The moments are not explained yet" in first.inner_text("rapport-assessment")
    after = opened(state(bank, ["pre", "post"]))
    after.evaluate("() => document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    text = after.inner_text("rapport-assessment")
    form, incidents = draw(bank, "0123456789abcdef" * 2, "post")
    for incident in incidents:
        assert incident.feedback.strip()[:60] in text
    other = bank.form("A" if form == "B" else "B")
    assert not [each.id for each in other if each.feedback.strip()[:60] in text]
    assert "Planned for 25 December 2026" in text
    done = opened(state(bank, ["pre", "post", "day30", "day90"]))
    assert "You have sat all four" in done.inner_text("rapport-assessment")


def test_the_saved_file_is_what_python_writes_and_reads(opened, bank, tmp_path):
    kept = state(bank, ["pre", "post"])
    page = opened(kept)
    page.locator("[data-do=consent]").check()
    assert stored(page)["consent"] is True
    with page.expect_download() as waiting:
        page.click("[data-do=save]")
    path = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(path)
    assert path.name == "rapport-sittings-01234567.json"
    assert path.read_text(encoding="utf-8") == to_hand_over(bank, kept["learner"], True, kept["sittings"])
    handed = read_handed_over(bank, path)
    assert isinstance(handed, HandedOver) and handed.consent and len(handed.sittings) == 2


@pytest.mark.parametrize("how", ["no JSON", "another shape", "an answer changed", "another form", "a sitting twice", "no id"])
def test_what_cannot_be_read_is_set_aside_and_said(how, opened, bank):
    kept = state(bank, ["pre"])
    if how == "an answer changed":
        kept["sittings"][0]["answers"][2]["best"] = "z"
    elif how == "another form":
        kept["sittings"][0]["form"] = "A" if kept["sittings"][0]["form"] == "B" else "B"
    elif how == "a sitting twice":
        kept["sittings"] *= 2
    elif how == "no id":
        kept["learner"] = "<img src=x onerror=alert(1)>"
    text = {"no JSON": "{", "another shape": "[1]"}.get(how) or json.dumps(kept)
    page = opened(text)
    assert "could not be read" in page.inner_text("rapport-assessment")
    assert page.evaluate("key => localStorage.getItem(key)", KEY + ":damaged") == text
    page.click("[data-begin=pre]")
    assert re.fullmatch("[0-9a-f]{32}", stored(page)["learner"])


def test_a_revised_bank_keeps_the_id_and_sets_the_answers_aside(opened, bank):
    kept = {**state(bank, ["pre"]), "version": 0}
    page = opened(kept)
    assert "have been revised" in page.inner_text("rapport-assessment")
    assert stored(page)["learner"] == kept["learner"] and stored(page)["sittings"] == []
    assert stored(page, KEY + ":earlier")["sittings"] == kept["sittings"]


# ---- for everybody -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_nothing_and_nothing_overflows_at_320_pixels(opened, bank, dark):
    for kept, click in ((None, None), (None, "[data-begin=pre]"), (state(bank, ["pre", "post"]), None)):
        page = opened(kept, width=320, dark=dark)
        if click:
            page.click(click)
            page.click("[data-do=next]")
        page.evaluate("() => document.querySelectorAll('details').forEach((each, number) => { each.open = number < 2; })")
        assert page.evaluate("() => document.documentElement.scrollWidth") <= 320
        small = page.evaluate("() => [...document.querySelectorAll('rapport-assessment :is(button, summary, label)')].filter((each) => each.getBoundingClientRect().height < 43.5).map((each) => each.outerHTML.slice(0, 80))")
        assert small == []
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate("() => axe.run('rapport-assessment', { preload: false })")
        assert len(found["passes"]) > 10, "axe looked at it"
        assert [(each["id"], each["nodes"][0]["html"][:200], each["nodes"][0]["failureSummary"]) for each in found["violations"]] == []


def test_every_control_has_a_name_of_its_own(opened):
    page = opened()
    page.click("[data-begin=pre]")
    best, worst = page.get_by_role("radio", name=re.compile("^Best ")), page.get_by_role("radio", name=re.compile("^Worst "))
    assert best.count() == worst.count() == 4
    assert page.get_by_role("progressbar").get_attribute("aria-label") == "Incident 1 of 12"


def test_without_scripts_the_page_says_what_it_needs(page_factory, address):
    page = page_factory(javascript=False)
    page.goto(address)
    text = page.inner_text("main").replace("\u00ad", "")
    assert "needs JavaScript in your browser" in text and "you rank three readings" in text


def test_when_the_browser_keeps_nothing_the_sitting_still_runs(page_factory, address):
    page = page_factory()
    page.add_init_script("Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } });")
    page.goto(address)
    assert "Your browser keeps nothing here" in page.inner_text("rapport-assessment")
    page.click("[data-begin=pre]")
    for _ in range(12):
        page.evaluate(ANSWER, {"ranking": "bca", "check": "b", "best": "a", "worst": "c", "sure": 4})
    assert "Your scores" in page.inner_text("rapport-assessment")
    assert page.seen.errors == []


def test_a_host_keeps_the_state_and_the_browser_does_not(opened, bank):
    page = opened()
    page.evaluate("key => localStorage.removeItem(key)", KEY)
    got = page.evaluate(
        """([answer, state]) => {
          const first = document.querySelector("rapport-assessment");
          const payload = first.payload;
          first.remove();
          const hosted = document.createElement("rapport-assessment");
          hosted.setAttribute("store", "host");
          hosted.state = state;
          hosted.payload = payload;
          const seen = [];
          hosted.addEventListener("rapport-change", (event) => seen.push(event.detail.state));
          document.querySelector("main").append(hosted);
          hosted.querySelector("[data-begin=post]").click();
          for (let number = 0; number < 12; number += 1) {
            const find = (selector) => hosted.querySelector(selector);
            [...answer.ranking].forEach((letter, place) => find(`input[data-letter="${letter}"][value="${place + 1}"]`).click());
            for (const part of ["check", "best", "worst", "sure"]) find(`input[data-part="${part}"][value="${answer[part]}"]`).click();
            find("[data-do=next]").click();
          }
          return [seen[seen.length - 1], localStorage.length, hosted.textContent.includes("Your scores: after the course")];
        }""",
        [{"ranking": "cab", "check": "a", "best": "d", "worst": "b", "sure": 2}, state(bank, ["pre"])],
    )
    kept, stored_here, shown = got
    assert [each["occasion"] for each in kept["sittings"]] == ["pre", "post"] and kept["current"] is None
    assert len(kept["sittings"][1]["answers"]) == 12 and kept["sittings"][1]["form"] == draw(bank, kept["learner"], "post")[0]
    assert (stored_here, shown) == (0, True)


# ---- in other languages ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["gu", "lv"])
def test_all_but_the_incidents_is_in_the_reader_s_language_and_they_say_that_they_are_english(lang, bank, page_factory, tmp_path):
    with i18n.speaking(lang, marking=True):
        made = Page("assessment", "Assessment", assessment_page.render(assessment.load(ROOT)), "reference", home="#main", footer="x", lang=lang)
    for name, data in package.folder([made]).items():
        (tmp_path / name).write_bytes(data)
    page = page_factory()
    page.goto((tmp_path / made.file).as_uri())
    seen = []

    def look(what):
        html = page.locator("rapport-assessment").evaluate("each => { const copy = each.cloneNode(true); for (const data of copy.querySelectorAll('script')) data.remove(); return copy.outerHTML; }")
        seen.append((what, html))

    look("home")
    page.locator("[data-begin=pre]").click()
    shown = page.locator(".ra-incident")
    assert shown.get_attribute("lang") == "en" and shown.inner_text().strip() in {incident.incident.strip() for incident in bank.incidents}
    look("incident")
    for part in ("rank", "check", "best", "worst"):  # what is missing is told step by step
        page.locator("[data-do=next]").click()
        look(f"missing {part}")
        if part == "rank":
            page.evaluate("() => ['a', 'b', 'c'].forEach((letter) => document.querySelector(`input[data-letter=${letter}][value='1']`).click())")
            page.locator("[data-do=next]").click()
            look("twice")
            page.evaluate("() => ['a', 'b', 'c'].forEach((letter, place) => document.querySelector(`input[data-letter=${letter}][value='${place + 1}']`).click())")
        else:
            page.locator(f"input[data-part={part}][value=a]").check()
    page.locator("[data-do=next]").click()
    look("other")
    page.locator("input[data-part=worst][value=b]").check()
    page.locator("[data-do=next]").click()
    look("sure")
    page.reload()
    look("resumed")
    for kept in (["pre"], ["pre", "post"], ["pre", "post", "day30"], ["pre", "post", "day30", "day90"]):
        page.evaluate("([key, text]) => localStorage.setItem(key, text)", [KEY, json.dumps(state(bank, kept))])
        page.reload()
        page.evaluate("() => document.querySelectorAll('rapport-assessment details').forEach((each) => { each.open = true; })")
        page.locator("[data-do=consent]").check()
        look(f"after {kept[-1]}")
    page.evaluate("key => localStorage.setItem(key, '{')", KEY)
    page.reload()
    look("damaged")
    found = {f"{what}: {each.words} | {each.around}" for what, html in seen for each in leftovers_in_page(html, lang)}
    assert not found
    assert page.seen.errors == []
