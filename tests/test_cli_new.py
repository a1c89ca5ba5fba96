"""`rapport new`: skeletons are valid, commented, and never overwrite."""

import shutil
from pathlib import Path

import pytest

from rapport.cli import run

ROOT = Path(__file__).parents[1]


@pytest.fixture
def course(tmp_path, monkeypatch) -> Path:
    """A course with sources and coverage, and no module yet."""
    for name in ("notebooks", "playbooks", "exercises"):
        (tmp_path / name).mkdir()
    (tmp_path / "data").mkdir()
    shutil.copy(ROOT / "data/coverage.yaml", tmp_path / "data")
    (tmp_path / "data/sources.bib").touch()
    for name in ("index", "about"):
        (tmp_path / "playbooks" / f"{name}.md").write_text("---\ntitle: A small course\nlead: For tests.\n---\n\nOne page.\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RAPPORT_COURSE", str(tmp_path))
    monkeypatch.setenv("RAPPORT_RECORD", str(tmp_path / "record.json"))
    return tmp_path


def files(course: Path) -> dict[str, bytes]:
    return {path.relative_to(course).as_posix(): path.read_bytes() for path in sorted(course.rglob("*")) if path.is_file()}


def test_a_new_module_with_a_scenario_and_an_exercise_passes_the_check(course, capsys):
    assert run(["new", "module", "77_first_steps"]) == 0
    assert run(["check"]) == 0, capsys.readouterr().err
    assert run(["new", "scenario", "the_first_case", "--module", "77_first_steps"]) == 0
    assert run(["new", "exercise", "second_question", "--module", "77_first_steps"]) == 0
    assert run(["check"]) == 0, capsys.readouterr().err
    told = capsys.readouterr().out
    assert "the_first_case: expected score" in told and "2 exercises" in told
    assert set(files(course)) >= {
        "notebooks/77_first_steps.ipynb",
        "playbooks/77_first_steps/playbook.md",
        "playbooks/77_first_steps/the_first_case.yaml",
        "exercises/77_first_steps.yaml",
        "exercises/77_first_steps.py",
        "exercises/77_first_steps.ipynb",
    }


def test_a_new_exercise_can_be_answered_rightly_and_its_mistake_is_known(course):
    from rapport.exercises import open_workbook

    run(["new", "module", "77_first_steps"])
    workbook = open_workbook("77_first_steps", seed=10)
    means = workbook.book.trial.groupby("owned").satisfaction_after.mean()
    assert workbook.check("first_question", means[1] - means[0]).outcome == "right"
    assert workbook.check("first_question", means[1]).outcome == "mistake"
    assert workbook.check("first_question", ...).outcome == "not_tried"


def test_a_new_scenario_can_be_played(course):
    from rapport import scenarios

    run(["new", "module", "77_first_steps"])
    run(["new", "scenario", "the_first_case", "--module", "77_first_steps"])
    walk = scenarios.play_out(scenarios.begin(scenarios.load("the_first_case", course), draw=3), lambda walk: walk.options()[0])
    assert walk.ended and walk.checks


def test_a_new_notebook_keeps_to_the_template_and_runs(course):
    from rapport import lessons
    from rapport.handbook.execute import read_notebook, run_notebook

    run(["new", "module", "77_first_steps"])
    assert [str(fault) for fault in lessons.faults("77_first_steps", course)] == []
    path = course / "notebooks" / "77_first_steps.ipynb"
    assert run_notebook(read_notebook(path), path, course).cells[-1].outputs


def test_skeletons_explain_themselves_in_comments(course):
    run(["new", "module", "77_first_steps"])
    run(["new", "scenario", "the_first_case", "--module", "77_first_steps"])
    for path in (course / "playbooks" / "77_first_steps").iterdir():
        assert "docs/authoring.md" in path.read_text(encoding="utf-8")
    assert "@" not in (course / "playbooks" / "77_first_steps" / "the_first_case.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (["module", "77_first_steps"], "belongs to 77_first_steps"),
        (["module", "77_another"], "belongs to 77_first_steps"),
        (["module", "First Steps"], "two digits and small letters"),
        (["module", "78_last_steps\n"], "two digits and small letters"),
        (["module", "٧٨_last_steps"], "two digits and small letters"),
        (["module", "78_2026"], "two digits and small letters"),
        (["module", "../78_up"], "two digits and small letters"),
        (["scenario", "the_first_case", "--module", "77_first_steps"], "is there already"),
        (["scenario", "another", "--module", "78_nowhere"], "known are 77_first_steps"),
        (["scenario", "The Case", "--module", "77_first_steps"], "small letters"),
        (["scenario", "the_case\n", "--module", "77_first_steps"], "small letters"),
        (["scenario", "../the_case", "--module", "77_first_steps"], "small letters"),
        (["scenario", "true", "--module", "77_first_steps"], "means something else"),
        (["exercise", "class", "--module", "77_first_steps"], "means something else"),
        (["exercise", "first_question", "--module", "77_first_steps"], "is there already"),
        (["exercise", "9th", "--module", "77_first_steps"], "begins with a letter"),
    ],
)
def test_what_is_there_is_never_overwritten(course, capsys, command, says):
    run(["new", "module", "77_first_steps"])
    run(["new", "scenario", "the_first_case", "--module", "77_first_steps"])
    before = files(course)
    assert run(["new", *command]) == 2
    assert says in capsys.readouterr().err
    assert files(course) == before


def test_an_exercise_is_not_added_where_it_would_end_up_in_another_list(course, capsys):
    run(["new", "module", "77_first_steps"])
    path = course / "exercises" / "77_first_steps.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "notes:\n  - id: x\n", encoding="utf-8")
    before = files(course)
    assert run(["new", "exercise", "second_question", "--module", "77_first_steps"]) == 1
    assert "last key of the file" in capsys.readouterr().err
    assert files(course) == before


def test_an_exercise_whose_function_name_is_taken_is_refused(course, capsys):
    run(["new", "module", "77_first_steps"])
    path = course / "exercises" / "77_first_steps.py"
    path.write_text(path.read_text(encoding="utf-8") + "\n\ndef silent(book):\n    return 1\n", encoding="utf-8")
    assert run(["new", "exercise", "silent", "--module", "77_first_steps"]) == 2
    assert "has a function silent already" in capsys.readouterr().err
