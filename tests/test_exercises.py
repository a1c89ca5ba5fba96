"""Exercises: what an author may write, how answers are read and judged, which books are served, what the page gets."""

import json
import shutil
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from types import SimpleNamespace

import nbformat
import numpy as np
import pandas as pd
import pytest
from small_course import BOOKS, MODULE, ROOT, tiny

from rapport.content import ContentError, course_root
from rapport.exercises import Estimate, Sweep, bake, check, clashes, key, load, open_workbook, prove, render, serve, served, sweep
from rapport.exercises.checking import reveal
from rapport.exercises.notebook import fill, generate, notebook_path, sources, sync
from rapport.exercises.reading import Unread, number
from rapport.exercises import units
from rapport.exercises.values import agrees, apart
from rapport.i18n.numbers import number as number_text
from rapport.exercises.words import WORDS
from rapport.learner import open_record

CASES = json.loads((ROOT.parent / "number_cases.json").read_text(encoding="utf-8"))
COURSE = course_root(ROOT.parents[1])
MODULES = sorted(path.stem for path in (COURSE / "exercises").glob("*.yaml"))


@pytest.fixture(scope="module")
def small():
    return load(MODULE, ROOT, BOOKS)


@pytest.fixture
def session(tmp_path):
    return open_workbook(MODULE, seed=3, root=ROOT, books=BOOKS, record=open_record(tmp_path / "record.json"))


def mistaken(this, mistake, value):
    """An answer that makes `mistake`."""
    if mistake.when:
        return {row.id: mistake.when.option for row in this.exercise.answer.rows}
    return value


# ---- what an author may write -----------------------------------------------------------------------------------


def author(tmp_path, change=lambda text: text, functions=lambda text: text):
    """A course whose YAML and Python were changed, each by one replacement."""
    folder = tmp_path / "exercises"
    shutil.copytree(ROOT / "exercises", folder)
    for suffix, altered in ((".yaml", change), (".py", functions)):
        path = folder / f"{MODULE}{suffix}"
        before = path.read_text(encoding="utf-8")
        after = altered(before)
        path.write_text(after, encoding="utf-8")
    return tmp_path


def swap(old, new):
    def change(text):
        assert old in text, f"the fixture no longer holds {old!r}"
        return text.replace(old, new, 1)

    return change


FAULTS = {
    "an unknown key": (swap("    minutes: 4", "    minutes: 4\n    colour: red"), "unknown key", "colour"),
    "a missing key": (swap("    outcome: 1\n", ""), "missing", "outcome"),
    "another module's name": (swap("module: 10_small_course", "module: 10_other"), "this is '10_small_course'", "module"),
    "an unknown book": (swap("book: tiny", "book: tinny"), "Did you mean 'tiny'", "book"),
    "an unknown function": (swap("compute: rate\n", "compute: rates\n"), "Did you mean 'rate'", "exercises.0.compute"),
    "a private function": (swap("compute: rate\n", "compute: _private\n"), "no function is called '_private'", "exercises.0.compute"),
    "an imported name": (swap("compute: rate\n", "compute: Estimate\n"), "no function is called 'Estimate'", "exercises.0.compute"),
    "an unknown mistake function": (swap("rate_of_everyone", "rate_of_everybody"), "Did you mean 'rate_of_everyone'", "exercises.0.mistakes.0.compute"),
    "a truth function that takes no truth": (swap("compute: rate_truth", "compute: rate"), "must take truth and book", "exercises.0.truth.compute"),
    "an id used twice": (swap("- id: hours", "- id: rate"), "already used on line 6", "exercises.1.id"),
    "an id that is none": (swap("- id: rate", "- id: The Rate"), "pattern", "exercises.0.id"),
    "no known mistake": (swap("      - {id: shrug, option: neither, says: There is a table to count in.}", "      []"), "no known mistake", "exercises.2.mistakes"),
    "one hint": (swap("hints: [Count., Compare.]", "hints: [Count.]"), "at least two", "exercises.2.hints"),
    "a tolerance of nothing": (swap("tolerance: 0.5", "tolerance: 0"), "greater than 0", "exercises.0.answer.tolerance"),
    "a tolerance below the last decimal": (swap("tolerance: 0.5", "tolerance: 0.04"), "at least 0.05", "exercises.0.answer.tolerance"),
    "a tolerance on a choice": (swap("      kind: choice", "      kind: choice\n      tolerance: 1"), "no tolerance", "exercises.2.answer.tolerance"),
    "no tolerance": (swap(", tolerance: 0.5", ""), "`tolerance` is missing", "exercises.0.answer"),
    "a value in a hint": (swap("Begin with who told us.", "'It is {value}.'"), "before it is earned", "exercises.0.hints.0"),
    "a truth in a mistake": (swap("You counted the ones who are not settled.", "'Not {truth}.'"), "before it is earned", "exercises.0.mistakes.1.says"),
    "a value in the question": (swap("which share is settled?", "is it {value}?"), "before it is earned", "exercises.0.question"),
    "an unknown placeholder": (swap("then take the mean: {value}", "then take the mean: {valeu}"), "unknown placeholder {valeu}", "exercises.0.solution"),
    "a starter without an answer": (swap("      failures = book.failures\n      answer = ...", "      answer = 5"), "ends with a line", "exercises.0.starter"),
    "a starter that is no Python": (swap("failures = book.failures", "failures = = book"), "not valid Python", "exercises.0.starter"),
    "an option that is none": (swap("option: neither", "option: neether"), "Did you mean 'neither'", "exercises.2.mistakes.0.option"),
    "a row with an unknown answer": (swap("A broken cup, answer: exchange", "A broken cup, answer: exchanges"), "Did you mean 'exchange'", "exercises.3.answer.rows.0.answer"),
    "a row used twice": (swap("{id: late", "{id: broken"), "used twice", "exercises.3.answer.rows.1.id"),
    "a pass above the rows": (swap("pass: 3", "pass: 5"), "1 to 4", "exercises.3.answer"),
    "a pattern that a passing answer makes": (swap("at_least: 3", "at_least: 2"), "set `at_least` above", "exercises.3.mistakes.0.when"),
    "a computed mistake of matched rows": (swap("when: {remedy: money, at_least: 3}", "compute: rate"), "exactly one of: when", "exercises.3.mistakes.0"),
    "a mistake without a sign": (swap("option: neither, ", ""), "exactly one of: compute, option", "exercises.2.mistakes.0"),
    "a kind that is none": (swap("kind: match", "kind: essay"), "essay", "exercises.3.answer.kind"),
    "a number without a truth": (swap("    truth: {compute: rate_truth, says: \"The planted share is {truth}.\"}\n", ""), "`truth` is missing", "exercises.0"),
    "a number without a table": (swap("    table: counts\n", ""), "`table` is missing", "exercises.0"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_in_the_yaml_is_named_with_its_line(name, tmp_path):
    change, says, at = FAULTS[name]
    with pytest.raises(ContentError) as caught:
        load(MODULE, author(tmp_path, change), BOOKS)
    faults = getattr(caught.value, "errors", [caught.value])
    fitting = [fault for fault in faults if says in fault.problem and at in (fault.key or "")]
    assert fitting, caught.value
    line = fitting[0].line
    assert line and fitting[0].path.name == f"{MODULE}.yaml"
    if at.startswith("exercises.") and at.count(".") > 1:
        assert line >= 5, "the line is the fault's own, not the file's beginning"


def test_several_faults_are_told_at_once(tmp_path):
    def change(text):
        return swap("hints: [Count., Compare.]", "hints: []")(swap("compute: rate\n", "compute: rates\n")(text))

    with pytest.raises(ContentError) as caught:
        load(MODULE, author(tmp_path, change), BOOKS)
    assert len(caught.value.errors) == 2 and str(caught.value).count("\n") == 1


def test_an_unknown_source_id_is_named_where_the_ids_are_known():
    with pytest.raises(ContentError, match="unknown source id 'G2-S2-T1'"):
        load(MODULE, ROOT, BOOKS, sources={"G2-S2-T9"})
    assert load(MODULE, ROOT, BOOKS, sources={"G2-S2-T1"}).module == MODULE


def test_an_unknown_module_names_the_near_one():
    with pytest.raises(ContentError, match="Did you mean '10_small_course'"):
        load("10_smal_course", ROOT, BOOKS)


@pytest.mark.parametrize(
    ("functions", "says", "line"),
    [
        (swap("def rate(book):", "def rate(book:"), "not valid Python", 18),
        (swap("import pandas as pd", "import pandas as pd\n\nraise ValueError('early')"), "cannot be run: ValueError: early", 5),
    ],
)
def test_python_that_cannot_be_run_is_named_with_its_line(functions, says, line, tmp_path):
    with pytest.raises(ContentError, match=says) as caught:
        load(MODULE, author(tmp_path, functions=functions), BOOKS)
    assert caught.value.line == line and caught.value.path.name == f"{MODULE}.py"


@pytest.mark.parametrize(
    ("change", "functions", "says"),
    [
        (None, swap('    share = told["recovered"].mean()', '    share = told["recoverd"].mean()'), "rate stopped with KeyError"),
        (None, swap('return 100 * book.failures["recovered"].mean()', 'return "many"'), "rate_of_everyone returned 'many'; it must return a number"),
        (None, swap('return 100 * book.failures["recovered"].mean()', "return book.failures"), "must return a number"),
        (None, swap('return book.failures["kind"].mode()[0]', 'return "shipping"'), "must return one of the option ids"),
        (None, swap('return hours.mean() - 1.96 * hours.std(), hours.mean() + 1.96 * hours.std()', "return 1.0"), "an interval is"),
        (None, swap("return table.round(2)", "return 5"), "counts returned int; it must return a table"),
        (None, swap("return table.round(2)", "return book.failures"), "counts returned 400 rows"),
        (None, swap("return table.round(2)", "from rapport.i18n import language; return table.assign(language=language())"), "counts makes another table for readers of another language"),
        (swap("data: [failures]", "data: [failure]"), None, "the book has no table 'failure'; it has failures"),
    ],
)
def test_prove_finds_what_only_a_run_can_show(change, functions, says, tmp_path):
    definition = load(MODULE, author(tmp_path, change or (lambda t: t), functions or (lambda t: t)), BOOKS)
    with pytest.raises(ContentError, match=says.replace("(", r"\(")):
        prove(definition)


def test_the_small_course_is_proved(small):
    prove(small)
    assert [exercise.answer.kind for exercise in small] == ["number", "interval", "choice", "match"]


def test_the_hash_changes_with_either_file(small, tmp_path):
    changed = load(MODULE, author(tmp_path, functions=swap("1.96", "1.64")), BOOKS)
    assert changed.hash != small.hash and len(small.hash) == 16


# ---- reading an answer ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "unit", "value"), CASES["read"])
def test_a_number_is_read_kindly(text, unit, value):
    assert number(text, unit) == value


@pytest.mark.parametrize(("text", "unit", "reason"), CASES["refuse"])
def test_what_is_no_clear_number_gets_a_sentence(text, unit, reason):
    found = number(text, unit)
    assert isinstance(found, Unread)
    assert found.outcome == ("not_tried" if reason == "not_tried" else "broke")
    assert found.message.startswith(WORDS["not_tried_says" if reason == "not_tried" else reason].split("{text}")[0])


UNTRIED = [None, ..., "", "...", "  "]


@pytest.mark.parametrize("answer", UNTRIED)
@pytest.mark.parametrize("name", ["rate", "hours", "which", "pairs"])
def test_dots_and_nothing_are_not_tried(session, name, answer):
    if name == "pairs" and isinstance(answer, str):
        return
    assert session.check(name, answer).outcome == "not_tried"
    assert session.record.attempts(MODULE, name, session.seed) == []


def stops():
    raise ValueError("no such column")


BROKEN = {
    "a table": ("rate", pd.DataFrame({"a": [1]}), "this is a DataFrame"),
    "a column": ("rate", pd.Series([1.0]), "this is a Series"),
    "a list": ("rate", [1.0], "this is a list"),
    "not a number": ("rate", float("nan"), "came out as nan"),
    "infinity": ("rate", np.inf, "came out as inf"),
    "pandas' missing": ("rate", pd.NA, "came out as <NA>"),
    "a word": ("rate", "forty", "is not a number"),
    "a doubtful text": ("rate", "1,23,4", "two ways"),
    "a truth value": ("rate", True, "True or False"),
    "numpy's truth value": ("rate", np.True_, "True or False"),
    "a complex number": ("rate", 1j, "this is a complex"),
    "a function that stops": ("rate", stops, "stopped with ValueError: no such column"),
    "a function that wants something": ("rate", lambda frame: 1, "stopped with TypeError"),
    "a class": ("rate", int, "this is a type"),
    "one number for an interval": ("hours", 12.0, "two ends"),
    "three numbers": ("hours", (1, 2, 3), "Found 3 values"),
    "half an interval": ("hours", (1, ...), "two ends"),
    "an interval with a hole": ("hours", (1, float("nan")), "came out as nan"),
    "a dictionary for an interval": ("hours", {"low": 1}, "This is a dict"),
    "an option that is none": ("which", "shipping", "The options are 'goods', 'billing', 'neither'"),
    "a number for an option": ("which", 2, "This is a int"),
    "an unknown row": ("pairs", {"brokn": "money"}, "'brokn' is no row"),
    "an unknown remedy": ("pairs", {"broken": "cash"}, "no option here"),
    "a list of remedies": ("pairs", ["money"], "A dictionary is asked for"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_cannot_be_judged_is_broke_with_a_helpful_sentence(session, name):
    exercise, answer, says = BROKEN[name]
    verdict = session.check(exercise, answer)
    assert (verdict.outcome, says in verdict.message) == ("broke", True), verdict


def test_answers_of_many_forms_are_right(session):
    this = session._key("rate")
    value = this.value
    for answer in (value, np.float64(value), np.array(value), f"{value:.1f} %", f"{value:.1f}".replace(".", ","), lambda: value, Estimate(value, 0, 1), round(value, 1)):
        assert session.check("rate", answer).outcome == "right", repr(answer)
    low, high = session._key("hours").value
    for answer in ((low, high), [high, low], np.array([low, high]), f"{low:.2f} to {high:.2f}", Estimate(0, low, high), f"[{low:.2f}; {high:.2f}]", (f"{low:.2f} hours", high)):
        assert session.check("hours", answer).outcome == "right", repr(answer)
    for answer in ("goods", "Goods", " (goods) ", lambda: "goods"):
        assert session.check("which", answer).outcome == "right"


# ---- judging ----------------------------------------------------------------------------------------------------


def test_a_percentage_given_as_a_share_gets_its_own_sentence(session):
    value = session._key("rate").value
    verdict = session.check("rate", value / 100)
    assert verdict.outcome == "wrong" and verdict.message == WORDS.say("fraction_says", percent="12.5", share="0.125")
    assert session.check("rate", 0.99).message == verdict.message, "the sentence does not tell whether the share was right"


def test_two_mistakes_that_data_cannot_tell_apart_are_both_named(small):
    this = key(small, small.exercise("rate"), tiny(3))
    (first, value), (second, _) = this.mistakes
    verdict = check(replace(this, mistakes=((first, value), (second, value + 0.1))), value)
    assert verdict.mistakes == ("everyone", "complement")
    assert first.says in verdict.message and second.says in verdict.message and "2 known slips" in verdict.message


def test_right_goes_before_a_mistake_that_is_as_near(small):
    this = key(small, small.exercise("rate"), tiny(3))
    assert check(replace(this, mistakes=((this.mistakes[0][0], this.value),)), this.value).outcome == "right"


def test_matched_rows_pass_with_enough_and_say_how_many(session):
    rows = {"broken": "exchange", "late": "words", "twice": "money"}
    assert session.check("pairs", rows).outcome == "right"
    verdict = session.check("pairs", {"broken": "exchange", "late": "money"})
    assert (verdict.outcome, verdict.message) == ("wrong", "1 of 4 rows agree; 3 are needed.")


@pytest.mark.parametrize(
    ("answer", "value", "tolerance", "expected"),
    [(10.5, 10.0, 0.5, True), (10.51, 10.0, 0.5, False), (-0.3, -0.1, 0.2, True), ((1.0, 2.0), (1.1, 1.9), 0.1, True), ((1.0, 2.0), (1.1, 1.8), 0.1, False), ("a", "a", 0, True)],
)
def test_agreement_is_within_the_tolerance_at_every_end(answer, value, tolerance, expected):
    assert agrees(answer, value, tolerance) is expected


@pytest.mark.parametrize(("one", "other", "expected"), [(1.0, 2.0, False), (1.0, 2.01, True), ((1.0, 5.0), (1.0, 6.5), True), ((1.0, 5.0), (1.5, 5.5), False), ("a", "a", False), ("a", "b", True)])
def test_apart_means_more_than_two_tolerances(one, other, expected):
    assert apart(one, other, 0.5) is expected


@pytest.mark.parametrize(("number_", "decimals", "text"), [(1234.56, 1, "1,234.6"), (-3, 0, "−3"), (-0.04, 1, "0.0"), (0.125, 2, "0.12")])
def test_numbers_are_written_with_a_true_minus_and_never_minus_nought(number_, decimals, text):
    assert number_text(number_, decimals) == text


def test_units_stand_where_they_are_written():
    assert [units.written(5, 0, unit) for unit in ("%", "hours", "€", "")] == ["5%", "5 hours", "€5", "5"]
    assert units.written(-5, 0, "€") == "−€5" and units.written(1, 0, "hours") == "1 hour" and units.written(1, 1, "hours") == "1.0 hours"


def test_the_planted_truth_and_the_own_error_come_only_after_the_answer_is_earned(session):
    this = session._key("rate")
    for answer in (..., "forty", 12.0, this.mistakes[0][1]):
        verdict = session.check("rate", answer)
        assert verdict.outcome != "right" and verdict.after == ()
        assert "planted" not in repr(verdict).lower() and number_text(this.value, 1) not in repr(verdict) + verdict._repr_html_()
    session.predict("rate", 70)
    after = repr(session.check("rate", this.value))
    assert "planted share is 60.0%" in after and "lies 1.9 percentage points from the planted value" in after


def test_an_interval_that_misses_the_planted_value_says_so(small):
    this = key(small, small.exercise("rate"), tiny(3))
    assert any(WORDS["holds"] in text for text in reveal(this))
    assert any(WORDS["misses"] in text for text in reveal(replace(this, truth=99.0)))


# ---- a session --------------------------------------------------------------------------------------------------


def test_hints_come_one_at_a_time(session):
    texts = [repr(session.hint("rate")) for _ in range(3)]
    assert texts[0].startswith("Hint 1 of 2: Begin") and "Divide" not in texts[0]
    assert texts[1].startswith("Hint 2 of 2") and "all 2 hints" in texts[2]


def test_a_guess_is_shown_back_after_the_answer_and_fixed_by_the_first_attempt(session):
    value = session._key("rate").value
    assert "in place of the dots" in repr(session.predict("rate", ...))
    assert "could not be read" in repr(session.predict("rate", "many"))
    session.predict("rate", "50 %")
    session.predict("rate", "70 %")
    session.check("rate", 1.0)
    assert "stays" in repr(session.predict("rate", value))
    assert "you said 70.0%" in repr(session.check("rate", value))
    session.predict("hours", 12)
    assert "inside the interval" in repr(session.check("hours", session._key("hours").value))
    session.predict("which", "billing")
    assert "“Billing & more”: another answer" in repr(session.check("which", "goods"))


def test_the_solution_shows_after_an_attempt_and_counts_as_given_up(session):
    assert "Try once first" in repr(session.solution("rate"))
    session.check("rate", ...)
    assert "Try once first" in repr(session.solution("rate"))
    session.check("rate", 12)
    assert "planted share is 60.0%" in repr(session.solution("rate"))
    session.solution("rate")
    outcomes = [row["outcome"] for row in session.record.attempts(MODULE, "rate", session.seed)]
    assert outcomes == ["wrong", "given_up"]


def test_a_changed_book_does_not_change_the_grading(session):
    value = session._key("rate").value
    session.book.failures["recovered"] = 1
    session.book.failures.loc[:300, "told_us"] = 0
    assert session._key("rate").value == value and len(session.table("rate")) == 2
    assert session.table("rate")["settled"].tolist()[1] != 266


def test_another_draw_is_another_served_book_and_is_remembered(session, small, tmp_path):
    other = session.another()
    assert other.seed == serve(small, session.seed + 1) != session.seed
    assert other._key("rate").value != session._key("rate").value
    assert open_workbook(MODULE, root=ROOT, books=BOOKS, record=open_record(session.record.path)).seed == other.seed


def test_the_seed_comes_from_the_call_then_the_environment_then_the_record(tmp_path, monkeypatch):
    def opened(**more):
        return open_workbook(MODULE, root=ROOT, books=BOOKS, record=open_record(tmp_path / "r.json"), **more)

    own = opened().seed
    assert own == opened().seed == serve(load(MODULE, ROOT, BOOKS), open_record(tmp_path / "r.json").seed)
    monkeypatch.setenv("RAPPORT_SEED", "3")
    assert opened().seed == 3 and opened(seed=7).seed == serve(load(MODULE, ROOT, BOOKS), 7)
    for bad in ("-1", "x", "1.5"):
        monkeypatch.setenv("RAPPORT_SEED", bad)
        with pytest.raises(ContentError, match="a seed is a whole number"):
            opened()


def test_an_unknown_exercise_names_the_near_one(session):
    with pytest.raises(ContentError, match="Did you mean 'rate'"):
        session.check("rat", 1)


def test_a_record_that_cannot_be_kept_is_said_once_with_the_verdict(tmp_path):
    (tmp_path / "file").write_text("")
    session = open_workbook(MODULE, seed=3, root=ROOT, books=BOOKS, record=open_record(tmp_path / "file" / "r.json"))
    assert "only until you close" in session.check("rate", 1).message
    assert "only until you close" not in session.check("rate", 1).message


def test_a_verdict_shows_in_html_without_style_or_script(session):
    html = session.check("rate", session._key("rate").value)._repr_html_() + session.show("rate")._repr_html_()
    assert 'class="verdict verdict-right"' in html and "<strong>back</strong>" in html
    assert "style=" not in html and "<script" not in html and " on" + "click" not in html


# ---- serving ----------------------------------------------------------------------------------------------------


def test_a_seed_on_which_values_lie_too_near_is_passed_over(small):
    refused = next(seed for seed in range(1, 100) if clashes(small, tiny(seed)))
    assert serve(small, refused) > refused and not clashes(small, tiny(serve(small, refused)))
    assert str(sweep(small, [refused, serve(small, refused)])).startswith("1 of 2 seeds turned away (50%): rate: ")


def test_a_book_without_a_finite_answer_is_not_served(small, tmp_path):
    def empty(seed):
        book = tiny(seed)
        book.book.failures["told_us"] = 0
        return book

    definition = load(MODULE, ROOT, {"tiny": empty})
    assert any((clash.exercise, clash.first, clash.second) == ("rate", "right", "right") for clash in clashes(definition, empty(1)))


def test_a_mistake_that_is_always_too_near_ends_with_its_name(tmp_path, monkeypatch):
    monkeypatch.setattr("rapport.exercises.serving.PATIENCE", 5)
    root = author(tmp_path, functions=swap('return 100 * book.failures["recovered"].mean()', "return rate(book).value + 0.2"))
    with pytest.raises(ContentError, match="no seed from 1 to 5 can be served.*rate: right and everyone"):
        serve(load(MODULE, root, BOOKS), 1)


def test_baking_refuses_a_seed_that_is_not_served(small):
    refused = next(seed for seed in range(1, 100) if any(clash.exercise == "rate" for clash in clashes(small, tiny(seed))))
    with pytest.raises(ContentError, match=f"seed {refused} cannot be served"):
        bake(small, "rate", [refused])


# ---- the page ---------------------------------------------------------------------------------------------------


def test_a_baked_draw_accepts_what_the_checker_accepts(small):
    seeds = served(small, 2)
    for baked, seed in zip(bake(small, "rate", seeds), seeds):
        this = key(small, small.exercise("rate"), tiny(seed))
        (low, high), edge = baked["accept"][0], this.exercise.answer.tolerance
        assert low == pytest.approx(this.value - edge) and high == pytest.approx(this.value + edge)
        assert baked["table"]["columns"] == ["told us", "failures", "settled", "mean hours"] and all(isinstance(cell, str) for row in baked["table"]["rows"] for cell in row)
        assert [mistake["id"] for mistake in baked["mistakes"]] == ["everyone", "complement"]
        assert baked["truth"] == 60.0 and number_text(this.value, 1) in json.dumps(baked["solution"])


def test_the_same_draws_bake_to_the_same_bytes(small):
    assert render(small, draws=2) == render(load(MODULE, ROOT, BOOKS), draws=2)


def test_the_page_reads_without_scripts_and_gives_no_answer_away(small):
    html = render(small, draws=2)
    this = key(small, small.exercise("rate"), tiny(served(small, 1)[0]))
    assert html.count("<details") == 8 and html.count("<table>") == 3 and "<math" in html
    assert number_text(this.value, 1) not in html and this.mistakes[0][0].says not in html and "take the mean" not in html
    assert "style=" not in html and html.count("</script>") == 4


def test_content_cannot_break_out_of_the_page(tmp_path):
    def change(text):
        text = swap("title: How many came **back**?", "title: \"</script><img src=x onerror=alert(1)>\"")(text)
        return swap("text: Goods}", "text: \"</script><b>Goods\"}")(text)

    html = render(load(MODULE, author(tmp_path, change), BOOKS), draws=1)
    assert "<img" not in html and "<b>" not in html and html.count("</script>") == 4


# ---- the workbook -----------------------------------------------------------------------------------------------


def test_the_workbook_follows_the_yaml_and_is_written_only_when_it_differs(tmp_path):
    definition = load(MODULE, author(tmp_path), BOOKS)
    assert sync(definition) and not sync(definition)
    nbformat.validate(nbformat.read(notebook_path(definition), as_version=4))
    changed = load(MODULE, author(tmp_path / "changed", swap("which share is settled?", "which part is settled?")), BOOKS)
    assert sources(generate(changed)) != sources(generate(definition))


def test_an_answer_filled_in_stands_in_its_cell_only(small):
    filled = {cell.id: cell.source for cell in fill(generate(small), {"rate": 43.5}).cells}
    assert "answer = 43.5\n\nworkbook.check(\"rate\", answer)" in filled["rate-answer"]
    assert "answer = ..." in filled["hours-answer"]


# ---- every exercise of the course -------------------------------------------------------------------------------

DEFINITIONS = {module: load(module, COURSE) for module in MODULES}
EXERCISES = [(module, exercise.id) for module, definition in DEFINITIONS.items() for exercise in definition]
MISTAKES = [(module, exercise.id, mistake.id) for module, definition in DEFINITIONS.items() for exercise in definition for mistake in exercise.mistakes]


@pytest.fixture(scope="module")
def sessions(tmp_path_factory):
    return {module: open_workbook(module, seed=1, root=COURSE, record=open_record(tmp_path_factory.mktemp("record") / "r.json")) for module in MODULES}


def test_the_course_has_exercises():
    assert MODULES and all(len(definition.exercises) >= 6 for definition in DEFINITIONS.values())


@pytest.mark.parametrize(("module", "name"), EXERCISES)
def test_untouched_is_not_tried(sessions, module, name):
    scope = {"book": sessions[module].book, "workbook": sessions[module]}
    exec(DEFINITIONS[module].exercise(name).starter, scope)  # noqa: S102
    assert sessions[module].check(name, scope["answer"]).outcome == "not_tried"


@pytest.mark.parametrize(("module", "name"), EXERCISES)
def test_the_right_answer_is_right_and_shows_the_planted_truth(sessions, module, name):
    this = sessions[module]._key(name)
    verdict = sessions[module].check(name, this.value)
    assert verdict.outcome == "right"
    assert not any(sign in repr(verdict) for sign in ("{value}", "{truth}", "{low}", "{high}", "{interval}"))
    if this.exercise.truth:
        assert any(this.exercise.truth.says.split("{truth}")[0].strip() in text for text in verdict.after)


@pytest.mark.parametrize(("module", "name", "slip"), MISTAKES)
def test_each_known_mistake_is_named_and_gives_nothing_away(sessions, module, name, slip):
    this = sessions[module]._key(name)
    mistake, value = next(pair for pair in this.mistakes if pair[0].id == slip)
    verdict = sessions[module].check(name, mistaken(this, mistake, value))
    assert (verdict.outcome, verdict.mistakes) == ("mistake", (slip,))
    if isinstance(this.value, float):
        assert number_text(this.value, this.exercise.answer.decimals) not in verdict.message and verdict.after == ()


@pytest.mark.parametrize(("module", "name"), EXERCISES)
def test_something_far_off_is_wrong(sessions, module, name):
    this = sessions[module]._key(name)
    kind, far = this.exercise.answer.kind, 1e9
    if kind == "choice":
        others = {option.id for option in this.exercise.answer.options} - {this.value} - {value for _, value in this.mistakes}
        answer = min(others, default=None)
    else:
        answer = {"number": far, "interval": (-far, far), "match": {this.exercise.answer.rows[0].id: this.value[this.exercise.answer.rows[0].id]} if kind == "match" else None}[kind]
    assert sessions[module].check(name, answer).outcome == ("wrong" if answer is not None else "not_tried")


def swept(module, first, last):
    """In a process of its own, so that two halves run at once."""
    return sweep(load(module, COURSE), range(first, last + 1))


@pytest.mark.parametrize("module", MODULES)
def test_every_function_runs_and_at_most_a_tenth_of_200_seeds_is_turned_away(module, capsys):
    prove(DEFINITIONS[module])
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        one, other = pool.map(swept, [module] * 2, (1, 101), (100, 200))
    found = Sweep(one.tried + other.tried, one.turned_away + other.turned_away, one.reasons + other.reasons)
    with capsys.disabled():
        print(f"\n{module}: {found}")
    assert found.tried == 200 and found.rejection_rate <= 0.1, str(found)


@pytest.mark.parametrize("module", MODULES)
def test_the_committed_workbook_is_what_the_yaml_asks_for(module):
    committed = nbformat.read(notebook_path(DEFINITIONS[module]), as_version=4)
    assert sources(committed) == sources(generate(DEFINITIONS[module])), "generate it again with rapport.exercises.sync"


def executed(notebook, folder, monkeypatch):
    """The texts that the cells of a workbook showed, by cell id."""
    from nbclient import NotebookClient

    monkeypatch.setenv("RAPPORT_RECORD", str(folder / "record.json"))
    monkeypatch.setenv("RAPPORT_SEED", "1")
    monkeypatch.setenv("RAPPORT_COURSE", str(COURSE))
    done = NotebookClient(notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(folder)}}).execute()
    return {cell.id: "".join(out.get("data", {}).get("text/plain", "") for out in cell.get("outputs", [])) for cell in done.cells}


@pytest.mark.parametrize("module", MODULES)
@pytest.mark.parametrize("state", ["untouched", "right"])
def test_the_workbook_runs(module, state, sessions, tmp_path, monkeypatch):
    answers = {exercise.id: sessions[module]._key(exercise.id).value for exercise in DEFINITIONS[module]} if state == "right" else {}
    shown = executed(fill(generate(DEFINITIONS[module]), answers), tmp_path, monkeypatch)
    expected = "… Not tried yet" if state == "untouched" else "✓ Right"
    assert [name for name in (exercise.id for exercise in DEFINITIONS[module]) if not shown[f"{name}-answer"].startswith(expected)] == []


def test_a_simulated_book_made_elsewhere_serves_as_well():
    definition = load(MODULE, ROOT, {"tiny": lambda seed: SimpleNamespace(book=tiny(seed).book, truth=tiny(seed).truth)})
    assert serve(definition, 3) == 3
