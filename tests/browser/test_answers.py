"""Exercises on a page opened from a file, network off, strict policy: asked, failed, helped, solved, remembered."""

import json
from pathlib import Path

import pytest
from small_course import BOOKS, MODULE, ROOT, tiny

from rapport import i18n
from rapport.content import course_root
from rapport.exercises import key, load, render, served, units
from rapport.exercises.serving import simulated
from rapport.exercises.words import WORDS
from rapport.i18n import numbers
from rapport.i18n.numbers import number as number_text

WEB = Path(__file__).parents[2] / "src/rapport/web"
CASES = json.loads((ROOT.parent / "number_cases.json").read_text(encoding="utf-8"))
COURSE = course_root(WEB)
MODULES = sorted(path.stem for path in (COURSE / "exercises").glob("*.yaml"))
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:"
BODY = "body{margin:0;padding:1rem;background:Canvas;color:CanvasText;font-family:sans-serif} :root{color-scheme:light dark}"


def write_page(folder, html, name="page.html"):
    """A page as the handbook makes it: the strict policy, one classic script, the exercises as HTML."""
    for part in ("record.js", "answers.js", "answers.css"):
        (folder / part).write_bytes((WEB / part).read_bytes())
    (folder / "body.css").write_text(BODY, encoding="utf-8")
    path = folder / name
    path.write_text(
        f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Exercises</title>
<meta http-equiv="Content-Security-Policy" content="{POLICY}"><meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="body.css"><link rel="stylesheet" href="answers.css"><script defer src="record.js"></script><script defer src="answers.js"></script></head>
<body><main><h1>A page</h1><h2>Exercises</h2>{html}</main></body></html>""",
        encoding="utf-8",
    )
    return path.as_uri()


@pytest.fixture(scope="module")
def small():
    return load(MODULE, ROOT, BOOKS)


@pytest.fixture(scope="module")
def html(small):
    return render(small, draws=2)


@pytest.fixture
def keys(small):
    return {exercise.id: key(small, exercise, tiny(served(small, 1)[0])) for exercise in small}


@pytest.fixture
def page(page_factory, tmp_path, html):
    """The small course in a new browser profile; whatever happens, the page asked for nothing and complained of nothing."""
    page = page_factory()
    page.goto(write_page(tmp_path, html))
    yield page
    assert page.seen.errors == [] and page.seen.requests == []


def exercise(page, name):
    return page.locator(f"#exercise-{name}")


def answer(page, name, *texts):
    """Fill the fields of an exercise and press Enter in the last, or Check."""
    here = exercise(page, name)
    fields = here.locator(".exercise-answer .exercise-number")
    for index, text in enumerate(texts):
        fields.nth(index).fill(text)
    fields.nth(len(texts) - 1).press("Enter")
    return here.locator(".exercise-status")


def outcome(page, name):
    return exercise(page, name).locator(".exercise-verdict").get_attribute("data-outcome")


def give(page, this, value):
    """Answer as Python would: a number, an interval, an option, or rows."""
    here = exercise(page, this.exercise.id)
    if isinstance(value, str):
        here.locator(f'input[value="{value}"]').check()
        here.get_by_role("button", name=WORDS["check"]).click()
    elif isinstance(value, dict):
        for row, option in value.items():
            here.locator(f'select[name="{row}"]').select_option(option)
        here.get_by_role("button", name=WORDS["check"]).click()
    else:
        ends = value if isinstance(value, tuple) else (value,)
        answer(page, this.exercise.id, *(f"{end:.6f}" for end in ends))


# ---- reading ----


def test_the_browser_reads_every_number_as_python_does(page):
    cases = [(text, units.names(unit)) for text, unit, _ in CASES["read"]]
    read = page.evaluate("cases => cases.map(([text, names]) => RapportAnswers.readNumber(text, names, '.'))", cases)
    assert [(case[0], found.get("value", found)) for case, found in zip(CASES["read"], read)] == [(case[0], case[2]) for case in CASES["read"]]
    cases = [(text, units.names(unit)) for text, unit, _ in CASES["refuse"]]
    refused = page.evaluate("cases => cases.map(([text, names]) => RapportAnswers.readNumber(text, names, '.').broke)", cases)
    assert [(case[0], found) for case, found in zip(CASES["refuse"], refused)] == [(case[0], case[2]) for case in CASES["refuse"]]


def test_the_browser_settles_a_doubt_by_the_language_as_python_does(page):
    for text, unit, values, said in CASES["by_language"]:
        for lang, value in values.items():
            with i18n.speaking(lang):
                given = [text, units.names(unit), numbers.marks()["decimal"]]
            found = page.evaluate("([text, names, decimal]) => [RapportAnswers.readNumber(text, names, decimal).value, RapportAnswers.doubtful(text, decimal)]", given)
            assert found == [value, said[lang]], (text, lang)


@pytest.mark.parametrize("lang", i18n.LANGUAGES)
def test_the_browser_writes_numbers_and_units_as_python_does(page, lang):
    cases = [(1234567.891, 2), (-3, 0), (-0.04, 1), (0.5, 1), (999.96, 1), (-1234.5, 1), (21, 0), (12.1, 1), (1, 0), (11, 0), (1, 1), (1.21, 2)]
    with i18n.speaking(lang):
        marks, written = numbers.marks(), [numbers.number(n, d) for n, d in cases]
        assert page.evaluate("([cases, marks]) => cases.map(([n, d]) => RapportAnswers.numberText(n, d, marks))", [cases, marks]) == written
        for unit in units.KNOWN:
            made = page.evaluate("([cases, forms, marks, lang]) => cases.map(([n, d]) => RapportAnswers.measured(n, d, forms, marks, lang))", [cases, units.forms(unit), marks, lang])
            assert made == [units.written(n, d, unit) for n, d in cases]


# ---- the way through an exercise ----


def test_an_exercise_is_failed_with_a_known_slip_and_then_solved(page, keys):
    this = keys["rate"]
    here = exercise(page, "rate")
    assert here.get_by_role("button", name=WORDS["show_solution"]).is_hidden()
    status = answer(page, "rate", f"{this.mistakes[0][1]:.1f}".replace(".", ",") + " %")
    assert outcome(page, "rate") == "mistake" and this.mistakes[0][0].says in status.inner_text().replace("\u00ad", "")
    assert number_text(this.value, 1) not in here.inner_text() and "Planted" not in here.inner_text()
    answer(page, "rate", f"{this.value:.1f}")
    assert outcome(page, "rate") == "right"
    shown = here.locator(".exercise-solution").inner_text()
    assert f"the answer is {number_text(this.value, 1)}%" in shown and "The planted share is 60.0%." in shown and "take the mean" in shown


def test_a_guess_is_shown_back_and_the_own_error_told(page, keys):
    here, this = exercise(page, "rate"), keys["rate"]
    here.get_by_label("Before you compute").fill("many")
    here.get_by_role("button", name=WORDS["keep_guess"]).click()
    assert "is not a number" in here.locator(".exercise-guess-note").inner_text()
    here.get_by_label("Before you compute").fill("70 %")
    here.get_by_label("Before you compute").press("Enter")
    assert "Your guess: 70.0%" in here.locator(".exercise-guess-note").inner_text()
    assert page.evaluate("document.activeElement.name") == "answer"
    answer(page, "rate", f"{this.value:.1f}")
    shown = here.locator(".exercise-solution").inner_text()
    assert f"you said 70.0%: {70 - this.value:.1f} percentage points from the answer" in shown
    assert f"lies {abs(round(this.value, 1) - 60):.1f} percentage points from the planted value" in shown


@pytest.mark.parametrize(("text", "kind", "says"), [("", "not_tried", "Nothing to check"), ("forty", "broke", "“forty” is not a number"), ("1,23,4", "broke", "two ways"), ("12 hours", "broke", "(%)"), ("0,4", "wrong", "in per cent"), ("−3", "wrong", "does not agree")])
def test_what_is_no_answer_gets_a_sentence_and_only_judged_answers_count(page, text, kind, says):
    status = answer(page, "rate", text)
    assert outcome(page, "rate") == kind and says in status.inner_text()
    field = exercise(page, "rate").locator('input[name="answer"]')
    assert (field.get_attribute("aria-invalid") == "true") == (kind != "wrong")
    assert exercise(page, "rate").locator(".exercise-attempts").inner_text() == (WORDS["attempts"].format(count=1) if kind == "wrong" else "")
    assert page.evaluate("document.activeElement.name") == "answer"


def test_half_an_interval_is_asked_back_and_ends_may_come_in_any_order(page, keys):
    status = answer(page, "hours", "12", "")
    assert outcome(page, "hours") == "broke" and WORDS["two_numbers"] in status.inner_text()
    assert page.evaluate("document.activeElement.name") == "high"
    low, high = keys["hours"].value
    answer(page, "hours", f"{high:.2f}", f"{low:.2f} hours")
    assert outcome(page, "hours") == "right"


def test_markup_in_what_is_typed_stays_text(page):
    status = answer(page, "rate", "<img src=x onerror=alert(1)>")
    assert "<img src=x" in status.inner_text() and page.locator("img").count() == 0


def test_the_solution_shows_after_an_attempt_and_takes_the_focus(page, keys):
    here = exercise(page, "which")
    give(page, keys["which"], "neither")
    here.get_by_role("button", name=WORDS["show_solution"]).click()
    assert "the answer is “Goods”" in here.locator(".exercise-solution").inner_text()
    assert page.evaluate("document.activeElement.className") == "exercise-solution-title"
    assert here.get_by_role("button", name=WORDS["show_solution"]).is_hidden() and here.get_attribute("data-done") == "given_up"


def test_hints_come_one_by_one(page):
    hints = exercise(page, "rate").locator("details")
    assert [hints.nth(i).is_visible() for i in range(2)] == [True, False]
    hints.nth(0).locator("summary").click()
    hints.nth(1).wait_for(state="visible")
    assert hints.nth(0).inner_text().endswith("Begin with who told us.")


def test_a_formula_is_shown_as_mathml(page):
    assert page.evaluate("document.querySelector('#exercise-rate math mfrac').namespaceURI") == "http://www.w3.org/1998/Math/MathML"


# ---- remembering and another draw ----


def test_attempts_guess_and_hints_survive_a_reload_and_belong_to_their_draw(page, keys):
    here = exercise(page, "rate")
    here.get_by_label("Before you compute").fill("70")
    here.get_by_role("button", name=WORDS["keep_guess"]).click()
    answer(page, "rate", "12")
    answer(page, "rate", f"{keys['rate'].value:.1f}")
    here.locator("summary").first.click()
    here.locator("details").nth(1).wait_for(state="visible")
    page.reload()
    assert outcome(page, "rate") == "right" and "Attempts on this draw: 2" in here.inner_text()
    assert "you said 70.0%" in here.locator(".exercise-solution").inner_text() and here.locator("details").nth(1).is_visible()
    first_table = here.locator("table").inner_text()
    here.get_by_role("button", name=WORDS["another"]).click()
    assert "Draw 2 of 2" in here.inner_text() and "Attempts" not in here.inner_text() and here.locator(".exercise-solution").is_hidden()
    assert here.locator("table").inner_text() != first_table and here.locator('input[name="answer"]').input_value() == ""
    assert page.evaluate("document.activeElement.className") == "exercise-draw"
    page.reload()
    assert "Draw 2 of 2" in here.inner_text()
    assert sorted(page.evaluate("Object.keys(localStorage)")) == ["rapport:exercise:10_small_course/rate:draw", "rapport:record"]


def test_the_second_draw_has_its_own_right_answer(page, small, keys):
    second = key(small, small.exercise("rate"), tiny(served(small, 2)[1]))
    exercise(page, "rate").get_by_role("button", name=WORDS["another"]).click()
    give(page, second, second.value)
    assert outcome(page, "rate") == "right"


def test_a_changed_exercise_forgets_old_attempts(page, tmp_path, html):
    answer(page, "rate", "12")
    payload = page.evaluate("JSON.parse(document.querySelector('#exercise-rate script').textContent).hash")
    page.goto(write_page(tmp_path, html.replace(payload, "0" * 16)))
    assert "Attempts" not in exercise(page, "rate").inner_text()


def test_without_storage_everything_works_and_says_that_nothing_is_kept(page_factory, tmp_path, html, keys):
    page = page_factory()
    page.add_init_script("Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no', 'SecurityError'); }})")
    page.goto(write_page(tmp_path, html))
    give(page, keys["rate"], keys["rate"].value)
    assert outcome(page, "rate") == "right" and WORDS["unkept"] in exercise(page, "rate").inner_text()
    assert page.seen.errors == []


def test_damaged_storage_starts_afresh(page, tmp_path, html, keys):
    answer(page, "rate", "12")
    strange = ({"guess": 5}, {"guess": None}, {"hints": "x"}, {"done": "yes"}, {"last": 7, "guess": {}})
    wrong_kinds = [json.dumps({"attempts": ["wrong"], "guess": "", "hints": 1, "done": "", "last": ["12"], **each}) for each in strange]
    for damage in ("{", '"x"', "null", '{"attempts": 3}', '{"attempts": ["wrong"]}', *wrong_kinds):
        page.evaluate("damage => Object.keys(localStorage).forEach((key) => localStorage.setItem(key, damage))", damage)
        page.reload()
        assert "Attempts" not in exercise(page, "rate").inner_text()
    give(page, keys["rate"], keys["rate"].value)
    assert outcome(page, "rate") == "right"


# ---- for everyone ----


def test_without_javascript_question_table_options_and_hints_can_be_read(page_factory, tmp_path, html, keys):
    page = page_factory(javascript=False)
    page.goto(write_page(tmp_path, html))
    text = page.locator("main").inner_text()
    for part in ("which share is settled?", "told us", "Billing & more", "A broken cup", "Hint 2 of 2", "needs JavaScript"):
        assert part in text
    page.locator("summary").first.click()
    assert "Begin with who told us." in page.locator("main").inner_text()


def test_the_keyboard_alone_suffices(page, keys):
    page.locator("h1").evaluate("node => { node.tabIndex = -1; node.focus(); }")

    def tab_to(selector, most=40):
        for _ in range(most):
            page.keyboard.press("Tab")
            if page.evaluate("selector => document.activeElement.matches(selector)", selector):
                outline = page.evaluate("getComputedStyle(document.activeElement.closest('.exercise-option') || document.activeElement).outlineWidth")
                assert outline == "3px", f"no visible focus on {selector}"
                return
        raise AssertionError(f"Tab never reached {selector}")

    tab_to("#exercise-rate .exercise-guess input")
    page.keyboard.type("70")
    page.keyboard.press("Enter")
    page.keyboard.type("12")
    page.keyboard.press("Enter")
    assert outcome(page, "rate") == "wrong"
    tab_to("#exercise-rate .exercise-actions button:nth-of-type(2)")
    page.keyboard.press("Enter")
    assert exercise(page, "rate").locator(".exercise-solution").is_visible()
    tab_to("#exercise-rate summary")
    page.keyboard.press("Enter")
    tab_to("#exercise-which input[type=radio]")
    page.keyboard.press("Space")
    tab_to("#exercise-which .exercise-main")
    page.keyboard.press("Enter")
    assert outcome(page, "which") == "right"
    tab_to("#exercise-pairs select")
    page.keyboard.type("Exch")
    tab_to("#exercise-pairs .exercise-main")
    page.keyboard.press("Enter")
    assert outcome(page, "pairs") == "wrong" and "1 of 4 rows" in exercise(page, "pairs").inner_text()


def test_verdicts_are_announced_and_never_by_colour_alone(page, keys):
    status = exercise(page, "rate").locator(".exercise-status")
    assert status.get_attribute("role") == "status"
    answer(page, "rate", "12")
    assert "✗ Not yet" in status.inner_text()
    give(page, keys["rate"], keys["rate"].value)
    assert "✓ Right" in status.inner_text()


@pytest.mark.parametrize("dark", [False, True])
def test_a_narrow_screen_needs_no_sideways_scrolling_and_targets_are_large(page_factory, tmp_path, html, keys, dark):
    page = page_factory(width=320, dark=dark, touch=True)
    page.goto(write_page(tmp_path, html))
    for this in keys.values():
        give(page, this, this.value)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    sizes = page.evaluate(
        """() => [...document.querySelectorAll('rapport-exercise :is(button, .exercise-number, select, summary, .exercise-option)')]
        .filter((node) => node.offsetParent).map((node) => [node.className || node.tagName, node.getBoundingClientRect().height])"""
    )
    assert sizes and [size for size in sizes if size[1] < 43.9] == []


# ---- every exercise of the course ----


@pytest.fixture(scope="module")
def course_html():
    return {module: render(load(module, COURSE), draws=1) for module in MODULES}


@pytest.mark.parametrize("module", MODULES)
def test_the_page_judges_right_answers_and_known_mistakes_as_python_does(page_factory, tmp_path, module, course_html):
    definition = load(module, COURSE)
    book = simulated(definition, served(definition, 1)[0])
    page = page_factory()
    page.goto(write_page(tmp_path, course_html[module]))
    for asked in definition:
        this = key(definition, asked, book)
        for mistake, value in this.mistakes:
            give(page, this, {row.id: mistake.when.option for row in asked.answer.rows} if mistake.when else value)
            assert outcome(page, asked.id) == "mistake", f"{asked.id}: {mistake.id}"
        give(page, this, this.value)
        assert outcome(page, asked.id) == "right", asked.id
        assert exercise(page, asked.id).locator(".exercise-solution").is_visible()
    assert page.seen.errors == [] and page.seen.requests == []
