"""What follows from a record: reviews on their days, calendar, path, statement, xAPI; each from events alone."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from icalendar import Calendar
from ralph.models.xapi.base.statements import BaseXapiStatement
from tiny_course import STEM, make

from rapport import i18n, scenarios, study
from rapport.content import ContentError, parse_yaml, read_yaml
from rapport.exercises.model import ExerciseFile
from rapport.learner import ROLES, open_record
from rapport.playbooks import load
from rapport.study.parts import modules

ROOT = Path(__file__).parents[1]
TEN = "10_when_it_goes_wrong"
START = date(2026, 3, 2)


@pytest.fixture
def root(tmp_path):
    return make(tmp_path / "course")


@pytest.fixture
def record(tmp_path):
    return open_record(tmp_path / "record.json")


@pytest.fixture
def clock(monkeypatch):
    """Sets the moment of coming events to noon, `days` after `START`, where this computer stands."""
    from datetime import UTC, datetime, time

    now = [START]

    class Clock(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.combine(now[0], time(12)).astimezone(UTC)

    monkeypatch.setattr("rapport.learner.record.datetime", Clock)

    def at(days):
        now[0] = START + timedelta(days)
        return now[0]

    return at


def take(record, root, today, right=True):
    """Answer everything that is due; returns (round, wording) of the first item."""
    asked = study.due(record, root, today)
    for each in asked:
        study.answer(record, each, each.question.right if right else each.question.wrong[0])
    return (asked[0].day, asked[0].wording) if asked else None


def test_nothing_is_due_before_a_review_has_begun(record, root):
    assert study.begun(record, root) == {} and study.due(record, root) == [] and study.rounds(record, root) == []


def test_a_review_comes_back_on_four_fixed_days_and_its_wordings_take_turns(record, root, clock):
    study.begin(record, STEM)
    study.begin(record, STEM)
    assert len(record.events("seen")) == 1
    came = {day: asked for day in range(0, 120) if (asked := take(record, root, clock(day)))}
    assert came == {1: (1, "item"), 7: (7, "twin"), 21: (21, "item"), 60: (60, "twin")}
    assert len(record.events("review")) == 12 and all(each.settled for each in study.rounds(record, root))


def test_answers_of_the_first_meeting_count_as_the_first_wording(record, root, clock):
    for each in study.first(record, STEM, root):
        study.answer(record, each, each.question.right)
    assert [event["day"] for event in record.events("review")] == [0, 0, 0]
    assert take(record, root, clock(0)) is None and take(record, root, clock(1)) == (1, "twin")


def test_rounds_that_were_missed_are_not_crammed_into_one_day(record, root, clock):
    study.begin(record, STEM)
    assert take(record, root, clock(30)) == (21, "item"), "one round, the latest that has come"
    assert study.due(record, root, clock(30)) == [] and study.due(record, root, clock(59)) == []
    assert take(record, root, clock(60)) == (60, "twin")


def test_a_wrong_answer_neither_brings_the_days_forward_nor_puts_them_off(record, root, clock):
    study.begin(record, STEM)
    days = [day for day in range(0, 70) if take(record, root, clock(day), right=False)]
    assert days == [1, 7, 21, 60] and not any(event["right"] for event in record.events("review"))


def test_a_question_left_out_stays_due_alone(record, root, clock):
    study.begin(record, STEM)
    today = clock(1)
    left = study.due(record, root, today)[1]
    for each in study.due(record, root, today):
        if each.item != left.item:
            study.answer(record, each, each.question.right)
    assert [each.item for each in study.due(record, root, today)] == [left.item]
    assert not study.rounds(record, root)[0].settled


def test_a_finished_module_begins_its_review_by_itself(record, clock):
    module = modules(ROOT)[TEN]
    exercises = list(module.exercises)
    for name in exercises[:-1]:
        record.add_attempt(TEN, name, 1, "right")
    record.add_run("the_cold_chain", {"place": "CN", "path": [], "scores": []})
    record.add_attempt(TEN, exercises[-1], 1, "wrong")
    assert study.begun(record, ROOT) == {}, "one exercise is still open"
    clock(3)
    record.add_attempt(TEN, exercises[-1], 2, "given_up")
    assert [each.on for each in study.rounds(record, ROOT)] == [START + timedelta(3 + day) for day in study.DAYS]


def test_of_a_module_in_which_nothing_was_done_no_file_is_read(record, root, clock, monkeypatch):
    """So that a notebook's last cell, in which reviews are asked for, need not read the whole course."""
    for name in ("read_text", "front_matter"):
        monkeypatch.setattr(f"rapport.study.parts.{name}", lambda what, *_: pytest.fail(f"{what} was read"))
    record.add_attempt("10_some_other", "e", 1, "right")
    record.add_run("some_other", {"place": "CN", "path": [], "scores": []})
    assert study.due(record, root, clock(9)) == [] and study.rounds(record, root) == []


def test_a_module_keeps_the_language_it_was_asked_for_in(tmp_path):
    with i18n.speaking("lv"):
        latvian = modules(ROOT)[TEN]
        whole = load(TEN, ROOT)
        workbook = read_yaml(ROOT / "exercises" / f"{TEN}.yaml", ExerciseFile)[0]
        titles = {each.id: each.title for each in workbook.exercises}
        case = scenarios.load("the_cold_chain", ROOT)["title"]
    english = modules(ROOT)[TEN]
    assert latvian.title == whole.front.title != english.title and latvian.review == whole.front.review != english.review
    assert latvian.exercises == titles != english.exercises and latvian.case_titles == {"the_cold_chain": case} != english.case_titles


def test_merged_records_count_from_the_earlier_beginning(tmp_path, root, clock):
    one, two = open_record(tmp_path / "1.json"), open_record(tmp_path / "2.json")
    clock(5)
    study.begin(one, STEM)
    clock(2)
    study.begin(two, STEM)
    one.take_in(two.data)
    assert study.rounds(one, root)[0].on == START + timedelta(3)


def test_an_unknown_module_is_told_with_those_there_are(record, root):
    with pytest.raises(ContentError, match=f"there are {STEM}"):
        study.first(record, "99_none", root)


# ---- calendar ----


def test_the_calendar_has_a_day_for_each_round_and_the_same_bytes_each_time(record, root, clock):
    study.begin(record, STEM)
    data = study.calendar(record, root)
    assert data == study.calendar(open_record(record.path), root)
    entries = Calendar.from_ical(data).walk("VEVENT")
    assert [entry["DTSTART"].dt for entry in entries] == [START + timedelta(day) for day in (1, 7, 21, 60)]
    assert len({str(entry["UID"]) for entry in entries}) == 4 and "Tiny & <small>" in entries[0]["SUMMARY"]
    assert record.learner.encode() not in data and all(len(line) <= 75 for line in data.split(b"\r\n"))


def test_an_entry_keeps_its_id_while_others_come_and_go(record, root, clock):
    study.begin(record, STEM)
    before = [str(entry["UID"]) for entry in Calendar.from_ical(study.calendar(record, root)).walk("VEVENT")]
    take(record, root, clock(8))
    assert [str(entry["UID"]) for entry in Calendar.from_ical(study.calendar(record, root)).walk("VEVENT")] == before


# ---- paths ----


def test_every_role_has_its_path_through_the_course(record):
    ways = {role: [step.number for step in study.path(record, ROOT, role).steps] for role in ROLES}
    everything = [f"{number:02}" for number in range(15)]
    assert ways["account_manager"] == ways["trainer"] == everything
    assert ways["agent"] == ["00", "02", "03", "04", "05", "06", "09", "10", "13", "14"]
    assert ways["small_business"] == ["00", "01", "02", "04", "06", "07", "08", "09", "10", "11", "12", "14"]
    parts = {role: {step.number for step in study.path(record, ROOT, role).steps if step.part} for role in ROLES}
    assert parts == {"agent": {"13"}, "small_business": {"14"}, "account_manager": set(), "trainer": set()}
    assert study.path(record, ROOT, "trainer").also


def test_a_path_says_what_is_there_what_follows_and_where_you_are(record):
    mine = study.path(record, ROOT, "agent")
    there = {step.number for step in mine.steps if step.stem}
    assert there == {stem[:2] for stem in modules(ROOT)} & {step.number for step in mine.steps}
    ten = next(step for step in mine.steps if step.number == "10")
    assert ten.title == "When it goes wrong" and not ten.finished
    record.add_run("the_cold_chain", {"place": "CN", "path": [], "scores": []})
    for name in modules(ROOT)[TEN].exercises:
        record.add_attempt(TEN, name, 1, "right")
    assert next(step for step in study.path(record, ROOT, "agent").steps if step.number == "10").finished
    assert "finished" in study.path(record, ROOT, "agent").text and f'href="{TEN}.ipynb"' in mine._repr_html_()


def test_the_role_chosen_before_is_followed_and_an_unknown_one_named(record):
    with pytest.raises(ContentError, match="no role is chosen yet; the roles are agent"):
        study.path(record, ROOT)
    record.set_role("small_business")
    assert study.path(record, ROOT).role == "small_business"
    with pytest.raises(ContentError, match="found the role 'pilot'"):
        study.path(record, ROOT, "pilot")


@pytest.mark.parametrize(
    "change, told",
    [
        (lambda data: data["roles"].pop("trainer"), "roles: the role 'trainer' has no path"),
        (lambda data: data["roles"]["agent"]["modules"].append({"module": "77"}), "roles.agent.modules.1.module: found the module '77'"),
        (lambda data: data["roles"]["agent"]["modules"].append({"module": "01"}), "is on this path twice"),
        (lambda data: data["roles"].update(boss=data["roles"]["agent"]), "found 'boss'"),
        (lambda data: [each.update(modules=[{"module": "02"}]) for each in data["roles"].values()], f"'{STEM}' is on nobody's path"),
    ],
)
def test_a_faulty_path_is_named(root, change, told):
    import yaml

    data = {"modules": {"01": "Tiny", "02": "Later"}, "roles": {role: {"title": role, "who": "x", "why": "y", "modules": [{"module": "01"}]} for role in ROLES}}
    file = root / "playbooks" / "paths.yaml"
    file.write_text(yaml.safe_dump(data))
    assert study.read_paths(root).modules["01"] == "Tiny"
    change(data)
    file.write_text(yaml.safe_dump(data))
    with pytest.raises(ContentError) as error:
        study.read_paths(root)
    assert told in str(error.value) and f"{file.name}:" in str(error.value)
    assert parse_yaml(file.read_text(), file).lines


# ---- statement ----


def busy(record):
    record.add_attempt(TEN, "remedy_match", 4, "wrong", answer={"a": "b"}, mistakes=["money"])
    record.add_attempt(TEN, "remedy_match", 4, "right", answer={"a": "c"})
    record.add_attempt(TEN, "overshoot", 4, "given_up")
    record.add_prediction(TEN, "own_effect", 4, 3.5)
    record.add("hint", module=TEN, exercise="remedy_match", seed=4, number=1)
    record.add("solution", module=TEN, exercise="overshoot", seed=4)
    for place in ("CN", "US"):
        record.add_run("the_cold_chain", {"place": place, "case": "heard", "path": ["a", "b"], "scores": [1, -2, 0, 3]})
    study.begin(record, TEN)
    for each, right in zip(study.first(record, TEN, ROOT), (True, True, False)):
        study.answer(record, each, each.question.right if right else each.question.wrong[0])
    record.add("sitting", form="A", occasion="pre", answers=[{"read": "bac", "sure": 3}], scores={"total": 31.5})
    record.add("reflection", module=TEN, text="A pump stopped, and nobody rang.")
    record.add("goal", text="In eight of ten cases I name the hour.")
    record.add("something/new", empty=None, list=[], deep={"a": {}}, words="")
    return record


def test_the_statement_says_what_was_shown_when_and_in_which_version_and_language(record, clock):
    text = study.statement(busy(record), ROOT, "Asha Rao").text
    for line in (
        "Learner: Asha Rao", "Worked on: 2 March 2026\n", "Version of the course: 0.", "Language: English", "simulated customers: 1 of 12",
        "Exercise “What was lost, and what gives it back?”, right on 2 March 2026", "solution was opened without a right answer before it: 1",
        "Case “The cold chain”, played to an end: twice (2 March 2026)", "Review questions: 2 of 3 answers right, on 2 March 2026",
        "A sitting with form A, before the course (2 March 2026)", "self-reported", "does not certify",
    ):  # fmt: skip
        assert line in text
    assert "culturally competent" not in text.lower() and "pump" not in text, "and no text that was written freely"


def test_the_statement_names_the_day_of_the_first_right_answer_and_all_days_of_a_case(record, clock):
    for day in (0, 5):
        clock(day)
        record.add_attempt(TEN, "remedy_match", day, "right")
        record.add_run("the_cold_chain", {"place": "CN", "path": [], "scores": []})
    text = study.statement(record, ROOT).text
    assert "gives it back?”, right on 2 March 2026" in text and "twice (2 March 2026 to 7 March 2026)" in text
    assert "Worked on: 2 March 2026 to 7 March 2026" in text


def test_the_statement_is_the_same_each_time_and_has_three_faces(record, clock):
    one, two = study.statement(busy(record), ROOT), study.statement(open_record(record.path), ROOT)
    assert (one.text, one.markdown, one.html) == (two.text, two.markdown, two.html)
    assert one.markdown.startswith("# What was done in Rapport\n") and "<h2" in one.html and "@page" in one.html and "<script" not in one.html
    assert one.text.count("  - ") == one.markdown.count("\n- ") - len(one.opening)


def test_a_name_makes_no_markup(record):
    made = study.statement(record, ROOT, "<b>*A*</b> [x](y)")
    assert "&lt;b&gt;*A*&lt;/b&gt; [x](y)" in made.html and "<b>" not in made.html and "<em>" not in made.html
    assert "Nothing that is finished yet." in made.text


# ---- xAPI ----


def test_every_event_is_a_statement_that_a_strict_validator_accepts(record):
    busy(record).erase_runs("the_cold_chain")
    told = study.statements(record, ROOT)
    assert len(told) == len(record.events()) + 1, "one for each event, and two for the erasure of two runs"
    for statement in told:
        BaseXapiStatement.model_validate(json.loads(json.dumps(statement)))
    assert len({statement["id"] for statement in told}) == len(told)


def test_the_validator_would_refuse_what_is_wrong(record):
    record.add_attempt(TEN, "remedy_match", 4, "right")
    good = study.statements(record, ROOT)[0]
    for key, bad in (("actor", {"objectType": "Agent"}), ("timestamp", "yesterday"), ("verb", {"id": "answered"}), ("extra", 1), ("result", {"success": "yes"})):
        with pytest.raises(ValueError):
            BaseXapiStatement.model_validate({**good, key: bad})


def test_statements_name_no_person_and_keep_their_ids(tmp_path, record):
    record = open_record(tmp_path / "record-asha.json")
    record._profile = "Asha Rao"
    first = study.statements(busy(record), ROOT)
    assert "Asha" not in json.dumps(first)
    assert {json.dumps(each["actor"]) for each in first} == {json.dumps({"objectType": "Agent", "account": {"homePage": "https://rapport.example", "name": record.learner}})}
    record.add_attempt(TEN, "own_effect", 4, "right")
    again = study.statements(record, ROOT)
    assert again[: len(first)] == first and len(again) == len(first) + 1
    voided = record.events("run")[0]["id"]
    ran = next(each["id"] for each, event in zip(again, record.events()) if event["id"] == voided)
    record.erase([voided])
    assert [each["object"]["id"] for each in study.statements(record, ROOT) if each["object"]["objectType"] == "StatementRef"] == [ran]


def test_success_is_said_only_where_there_was_right_and_wrong(record):
    told = dict(zip((event["kind"] for event in busy(record).events()), study.statements(record, ROOT)))
    assert told["review"]["result"]["success"] is False and told["review"]["context"]["language"] == "en"
    assert "success" not in told["run"]["result"] and told["run"]["result"]["completion"] is True
    assert told["goal"]["result"]["response"].startswith("In eight") and told["prediction"]["result"]["response"] == "3.5"
    assert "success" not in told["attempt"].get("result", {}), "the last attempt was given up"
