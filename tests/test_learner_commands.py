"""The learner's commands, as typed in a terminal or a pipe, and the same in a notebook's cells."""

import io
import json
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
from tiny_course import STEM, make

from rapport import study, widgets
from rapport.cli import run
from rapport.content import ContentError
from rapport.learner import open_record, read

ROOT = Path(__file__).parents[1]


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A tiny course with the paths and signs of the real one, a record of its own, and the working folder in it."""
    root = make(tmp_path / "course")
    text = (ROOT / "playbooks" / "paths.yaml").read_text(encoding="utf-8")
    (root / "playbooks" / "paths.yaml").write_text(text, encoding="utf-8")
    (root / "data" / "screening.yaml").write_bytes((ROOT / "data" / "screening.yaml").read_bytes())
    monkeypatch.chdir(root)
    monkeypatch.setenv("RAPPORT_COURSE", str(root))
    monkeypatch.delenv("RAPPORT_RECORD", raising=False)
    monkeypatch.delenv("RAPPORT_WORKSPACE", raising=False)
    return root


@pytest.fixture
def typed(monkeypatch):
    return lambda text: monkeypatch.setattr(sys, "stdin", io.StringIO(text))


def said(capsys, *command, code=0):
    assert run(list(command)) == code
    out = capsys.readouterr()
    return out.out + out.err


@pytest.mark.parametrize("command", ["me", "review", "calendar", "path", "statement"])
def test_every_command_has_help_with_an_example(command, capsys):
    assert f"Example: rapport {command}" in " ".join(said(capsys, command, "--help").split())


# ---- me ----


def test_me_says_who_where_and_what(course, capsys):
    told = said(capsys, "me")
    assert "You are “me”. Your record: workspace/.rapport/record.json (not begun yet)" in told and "Nobody else" in told
    assert not (course / "workspace").exists(), "asking writes nothing"
    open_record().add_run("small", {"place": "LV"})
    open_record().add("tea")
    told = said(capsys, "me")
    assert "1  cases played to an end" in told and "1  other entries" in told and "not begun" not in told


def test_someone_else_learns_now_and_back_again(course, capsys):
    open_record().add_run("small", {"place": "LV"})
    assert "You are “Asha Rao”" in said(capsys, "me", "--someone-else", "Asha Rao")
    told = said(capsys, "me")
    assert "record-asha_rao.json" in told and "Others at this computer: me" in told and "cases" not in told
    assert "1  cases played" in said(capsys, "me", "--someone-else", "me")
    assert "a name here has" in said(capsys, "me", "--someone-else", "a/b", code=1)


def test_export_and_merge_carry_a_record_to_another_computer(course, capsys, typed, tmp_path, monkeypatch):
    open_record().add_run("small", {"place": "LV"})
    assert "Wrote mine.json" in said(capsys, "me", "--export", "mine.json")
    assert "exists; name another file, or add `--yes`" in said(capsys, "me", "--export", "mine.json", code=2)
    assert "is your record itself" in said(capsys, "me", "--export", "workspace/.rapport/record.json", "--yes", code=2)
    said(capsys, "me", "--export", "mine.json", "--yes")
    assert read(Path("mine.json").read_bytes()) == (open_record().data, True)
    assert "0 new entries" in said(capsys, "me", "--merge", "mine.json"), "the same record twice"
    monkeypatch.setenv("RAPPORT_RECORD", str(tmp_path / "other" / "record.json"))
    assert "1 new entry" in said(capsys, "me", "--merge", "mine.json"), "a computer on which nothing has begun yet"
    open_record().erase_everything()
    open_record().add_run("small", {"place": "US"})
    typed("n\n")
    assert "Nothing was taken in" in said(capsys, "me", "--merge", "mine.json") and len(open_record().runs()) == 1
    typed("y\n")
    assert "1 new entry" in said(capsys, "me", "--merge", "mine.json") and len(open_record().runs()) == 2
    assert "0 new entries" in said(capsys, "me", "--merge", "mine.json", "--yes")


def test_a_damaged_or_foreign_file_is_told_when_it_is_taken_in(course, capsys):
    record = open_record()
    for place in ("LV", "US"):
        record.add_run("small", {"place": place})
    data = record.path.read_bytes()
    record.erase_everything()
    Path("cut.json").write_bytes(data[:-20])
    told = said(capsys, "me", "--merge", "cut.json")
    assert "cut.json is damaged; 1 entry of it could be read" in told and "1 new entry" in told
    Path("notes.txt").write_text("milk, bread")
    assert "notes.txt: not a record of this course" in said(capsys, "me", "--merge", "notes.txt", code=1)
    assert "nowhere.json: cannot be read" in said(capsys, "me", "--merge", "nowhere.json", code=1)


def test_erasing_asks_first_and_leaves_nothing(course, capsys, typed):
    assert "no record to erase" in said(capsys, "me", "--erase")
    record = open_record()
    record.add_run("small", {"place": "LV"})
    typed("n\n")
    assert "Nothing was erased" in said(capsys, "me", "--erase") and len(open_record().runs()) == 1
    typed("")
    said(capsys, "me", "--erase", code=130)
    assert len(open_record().runs()) == 1, "no answer is no"
    typed("y\n")
    assert "record.json is gone" in said(capsys, "me", "--erase") and list(record.path.parent.iterdir()) == []
    record.path.with_name("record.damaged-1.json").write_text("{")
    assert "record.damaged-1.json is gone" in said(capsys, "me", "--erase", "--yes"), "a copy set aside is data too"


def test_xapi_is_written_to_a_file(course, capsys):
    open_record().add_run("small", {"place": "LV"})
    assert "1 statement." in said(capsys, "me", "--xapi", "x.json")
    assert json.loads(Path("x.json").read_text())[0]["actor"]["account"]["name"] == open_record().learner


def test_two_wishes_at_once_are_refused(course, capsys):
    assert "One at a time" in said(capsys, "me", "--erase", "--export", "x.json", code=2)


# ---- review, calendar, path, statement ----


def test_a_review_is_asked_answered_explained_and_comes_back(course, capsys, typed):
    told = said(capsys, "review")
    assert f"Reviews that have not begun: {STEM}" in told
    typed("9\nx\n1\n2\n3\n")
    told = said(capsys, "review", STEM)
    assert "for the first time" in told and "type a number from 1 to 3" in told and "Not quite. Right is: The fact two. It is what happened." in told
    assert len(open_record().events("review")) == 3
    tomorrow = date.today() + timedelta(1)
    assert f"day 1, on {tomorrow.day} {tomorrow:%B %Y}" in told
    assert "Nothing is due today" in said(capsys, "review")
    assert "Nothing is due today" in said(capsys, "review", STEM), "and no second first time"


def test_what_was_answered_before_leaving_is_kept(course, capsys, typed):
    for line in ("2\nq\n", "2\n"):  # left by word, and by the end of the input
        typed(line)
        open_record().erase_everything()
        assert "what you have answered is kept" in said(capsys, "review", STEM)
        assert len(open_record().events("review")) == 1


def test_a_due_review_asks_the_other_wording(course, capsys, typed, monkeypatch):
    record = open_record()
    for each in study.first(record, STEM, course):
        study.answer(record, each, each.question.right)

    class Later(date):
        @classmethod
        def today(cls):
            return date.today() + timedelta(1)

    monkeypatch.setattr("rapport.study.reviews.date", Later)
    typed("3\n3\n3\n")
    told = said(capsys, "review")
    assert told.count("And then (") == 3 and "What comes first" not in told and "day 1" in told


def test_an_unknown_module_is_named(course, capsys):
    assert f"no module '99_none' with a review; there are {STEM}" in said(capsys, "review", "99_none", code=1)
    assert open_record().events() == []


def test_the_calendar_is_written_once_there_are_days(course, capsys):
    assert "No review has begun yet" in said(capsys, "calendar", code=2)
    study.begin(open_record(), STEM)
    assert "4 days, modules: 1" in said(capsys, "calendar")
    assert Path("rapport-reviews.ics").read_bytes() == study.calendar(open_record(), course)
    assert "add `--yes`" in said(capsys, "calendar", code=2)


def test_the_path_is_chosen_once_and_remembered(course, capsys):
    assert "rapport path --role small_business" in said(capsys, "path")
    assert "found the role 'pilot'; the roles are agent (Support agent)" in said(capsys, "path", "--role", "pilot", code=2)
    assert open_record().role is None
    assert "Tiny & <small>" in said(capsys, "path", "--role", "small_business") and open_record().role == "small_business"
    assert said(capsys, "path").startswith("Small business.")


@pytest.mark.parametrize("name, begins", [("s.txt", "What was done"), ("s.md", "# What was done"), ("s.html", "<!doctype html>")])
def test_the_statement_is_printed_or_written(course, capsys, name, begins):
    assert "Learner: Asha" in said(capsys, "statement", "--name", "Asha")
    said(capsys, "statement", "--out", name)
    assert Path(name).read_text(encoding="utf-8").startswith(begins)
    assert "is written as .txt, .md, .html" in said(capsys, "statement", "--out", "s.pdf", code=2)


# ---- notebook cells ----


def test_reviews_in_a_cell_go_one_at_a_time(course):
    cell = widgets.review_due(STEM)
    assert open_record().events() == [], "showing the cell begins nothing"
    cell.go_on.click()
    assert "Choose one first" in cell.said.value and open_record().events() == []
    for number in range(3):
        assert f"{number + 1} of 3" in cell.ask.value and cell.options.value is None
        cell.options.value = cell.waiting[0].question.right if number else cell.waiting[0].question.wrong[0]
        cell.go_on.click()
        assert ("Right." if number else "Not quite. Right is: The fact one.") in cell.said.value
        assert cell.options.disabled and cell.go_on.description == ("Done" if number == 2 else "Next question")
        cell.go_on.click()
    assert "Nothing is due today" in cell.said.value and "day 1" in cell.said.value
    assert [event["right"] for event in open_record().events("review")] == [False, True, True]
    assert widgets.review_due().waiting == [] and "rapport review" in repr(cell)
    with pytest.raises(ContentError, match="no module"):
        widgets.review_due("99_none")


def test_i_am_someone_else_is_one_click(course):
    open_record().add_run("small", {"place": "LV"})
    cell = widgets.me()
    assert "1 case," in cell.about.value and cell.others.children == ()
    cell.name.value = "Zoë"
    cell.children[2].children[1].click()
    assert open_record().profile == "Zoë" and "Zoë learns here" in cell.said.value
    (back,) = cell.others.children
    assert back.description == "I am me"
    back.click()
    assert open_record().profile == "me" and len(open_record().runs()) == 1
    cell.become("<b>")
    assert "a name here has" in cell.said.value and "<b>" not in cell.said.value


def test_a_text_that_names_somebody_is_kept_only_on_a_second_word(course):
    cell = widgets.keep("reflection", STEM)
    cell.keep()
    assert "nothing in the field" in cell.said.value
    cell.field.value = "Mrs Okonkwo waited; her mail is <a.o@mill.example>."
    cell.keep()
    assert "“Okonkwo” looks like a name" in cell.said.value and "looks like an e-mail address" in cell.said.value
    assert open_record().events() == [] and cell.field.value and cell.anyway.layout.display == ""
    cell.field.value = "A buyer waited two days."
    cell.keep()
    assert [event["text"] for event in open_record().events("reflection")] == ["A buyer waited two days."] and cell.anyway.layout.display == "none"
    cell.field.value = "Mrs Okonkwo waited."
    cell.keep()
    cell.anyway.click()
    assert len(open_record().events("reflection")) == 2
    widgets.keep("reflection").field.value = "elsewhere"
    cell.remove.click()
    assert open_record().events("reflection") == [] and "Okonkwo" not in open_record().path.read_text(encoding="utf-8")
    with pytest.raises(ContentError, match="one of reflection, goal"):
        widgets.keep("diary")


def test_path_and_statement_in_a_cell(course):
    assert widgets.path("agent").role == "agent" and widgets.path().role == "agent"
    assert "<h3" in widgets.statement("Asha")._repr_html_() and "Learner: Asha" in repr(widgets.statement("Asha"))


# ---- exercises ----


def test_hints_and_solutions_of_a_session_are_kept_once_for_each_book(tmp_path):
    from small_course import BOOKS, MODULE
    from small_course import ROOT as SMALL

    from rapport.exercises import open_workbook

    record = open_record(tmp_path / "record.json")

    def opened():
        return open_workbook(MODULE, seed=3, root=SMALL, books=BOOKS, record=record)

    book = opened()
    name = next(iter(book._definition)).id
    hints = len(book._definition.exercise(name).hints)
    for _ in range(hints + 2):
        book.hint(name)
    opened().hint(name)
    assert record.hints(MODULE, name, book.seed) == list(range(1, hints + 1))
    book.solution(name)
    assert record.events("solution") == [], "shown only after an attempt"
    book.check(name, "nonsense")
    for _ in range(2):
        book.solution(name)
    assert len(record.events("solution")) == 1 and record.solution_shown(MODULE, name, book.seed)
    again = book.another()
    again.hint(name)
    assert record.hints(MODULE, name, again.seed) == [1] and record.draw(MODULE) == again.seed
