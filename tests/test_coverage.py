"""Coverage: an idea counts only when an object of every kind it needs names it."""

import re
from pathlib import Path

import pytest

from rapport import coverage
from rapport.content import ContentError

ROOT = Path(__file__).parents[1]
MATRIX = ROOT.parent / "shared" / "course" / "coverage.md"
STEM = "10_when_it_goes_wrong"

needs_matrix = pytest.mark.skipif(not MATRIX.exists(), reason="the matrix of the source texts is not beside this checkout, so it cannot be compared")


def matrix():
    """id → (restated, what to build, modules) of the matrix that the ids come from."""
    rows = re.findall(r"^\| ((?:G[123]|L1)-[A-Z]\S*) \|(.*)\|(.*)\|\s*([^|]*?)\s*\|\s*$", MATRIX.read_text(encoding="utf-8"), re.MULTILINE)
    return {name: (restated, build, {part.strip() for part in modules.split(",")}) for name, restated, build, modules in rows}


def six_words(text):
    words = re.findall(r"[^\W\d_]+", text.lower())
    return {tuple(words[i : i + 6]) for i in range(len(words) - 5)}


def test_there_are_193_ideas_each_said_once():
    ideas, _ = coverage.read(ROOT)
    assert len(ideas) == 193
    assert len({idea.statement for idea in ideas.values()}) == 193


@needs_matrix
def test_ids_and_modules_are_those_of_the_matrix():
    ideas, _ = coverage.read(ROOT)
    assert {name: set(idea.modules) for name, idea in ideas.items()} == {name: modules for name, (_, _, modules) in matrix().items()}


@needs_matrix
def test_no_kind_that_the_matrix_asks_for_is_left_out():
    kinds = {"PB": "play", "SC": "scenario", "DS": "data", "EX": "exercise", "FN": "facilitator", "UI": "page"}
    ideas, _ = coverage.read(ROOT)
    for name, (_, build, _) in matrix().items():
        asked = {kind for short, kind in kinds.items() if re.search(rf"\b{short}\b", build)}
        assert asked <= set(ideas[name].needs), name


@needs_matrix
def test_statements_are_in_our_own_words():
    taken = six_words(MATRIX.read_text(encoding="utf-8"))
    ideas, _ = coverage.read(ROOT)
    assert {name: common for name, idea in ideas.items() if (common := six_words(idea.statement) & taken)} == {}


def test_module_10_is_complete():
    missing = [(row.id, row.kind) for row in coverage.report(ROOT, STEM) if row.state == "missing"]
    assert missing == []


def test_every_id_named_anywhere_in_the_course_exists():
    ideas, _ = coverage.read(ROOT)
    assert coverage.objects(ROOT, ideas)


# ---- A small course ---------------------------------------------------------------------------------------------

IDEAS = """\
ids:
  - {id: G1-I1, statement: A first idea of a source., needs: [play, exercise, scenario], modules: ["11"]}
  - {id: G1-I2, statement: A second idea of a source., needs: [page, facilitator], modules: ["12", "11"]}
  - {id: G1-I3, statement: A third idea of a source., needs: [play], modules: [all]}
  - {id: G1-I4, statement: A fourth idea of a source., needs: [play], modules: ["13"]}
"""
EXERCISES = "exercises:\n  - {id: share, sources: [G1-I1], mistakes: [{id: everyone}]}\n"
CASE = "id: the_case\nsources: [G1-I1]\n"
NOTEBOOK = '{"cells": [{"metadata": {"rapport": {"ids": ["G1-I2"]}}, "source": ""}]}'
QUESTION = "ask: {n}?, right: yes {n}, wrong: [a, b], because: So."


def playbook(ids="[G1-I1, G1-I3]", note="[G1-I2]"):
    review = "\n".join(f"  - {{id: q{n}, outcome: 1, {QUESTION.format(n=n)}, twin: {{{QUESTION.format(n=f'other {n}')}}}}}" for n in "abc")
    return (
        f"---\nmodule: 11_test\ntitle: T\nminutes: 60\nroles: [a]\noutcomes: [o]\nseeds: [G1-I1]\nreview:\n{review}\n"
        f"facilitator:\n  - {{title: Room, note: Do it., ids: {note}}}\n---\n\n## Card {{#card}}\n\n```card\n"
        f"trigger: t\nsteps: [s]\nwords_to_try: [w]\ndo_not: [d]\nmeasure: m\nmonday: m\nbadge: folklore\nclaim: c\nlimit: l\nids: {ids}\noutcomes: [1]\n```\n"
    )


@pytest.fixture
def course(tmp_path, monkeypatch):
    monkeypatch.setattr("rapport.simulation.SIGNALS", {})
    files = {
        "data/coverage.yaml": IDEAS, "data/sources.bib": "", "playbooks/11_test/playbook.md": playbook(),
        "playbooks/11_test/the_case.yaml": CASE, "exercises/11_test.yaml": EXERCISES, "notebooks/11_test.ipynb": NOTEBOOK,
    }  # fmt: skip

    def make(**changed):
        for name, text in (files | {key.replace("__", "/"): value for key, value in changed.items()}).items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return tmp_path

    return make


def missing(root):
    return {(row.id, row.kind) for row in coverage.report(root) if row.state == "missing"}


def test_a_course_whose_objects_name_every_idea_passes(course):
    root = course()
    rows = coverage.check(root)
    assert {row.state for row in rows} == {"covered"}
    assert {row.id for row in rows} == {"G1-I1", "G1-I2", "G1-I3"}  # the fourth belongs to a module that does not exist yet
    assert [row.objects for row in rows if row.kind == "play"][0] == ("11_test#card",)


@pytest.mark.parametrize(
    ("file", "text", "lacks"),
    [
        ("playbooks/11_test/playbook.md", playbook(ids="[G1-I3]"), ("G1-I1", "play")),
        ("playbooks/11_test/playbook.md", playbook(note="[]"), ("G1-I2", "facilitator")),
        ("playbooks/11_test/the_case.yaml", "id: the_case\nsources: []\n", ("G1-I1", "scenario")),
        ("exercises/11_test.yaml", "exercises:\n  - {id: share, sources: [G1-I1], mistakes: []}\n", ("G1-I1", "exercise")),
        ("notebooks/11_test.ipynb", '{"cells": []}', ("G1-I2", "page")),
    ],
)
def test_a_kind_that_no_object_names_is_missing(course, file, text, lacks):
    root = course()
    (root / file).write_text(text, encoding="utf-8")
    assert missing(root) == {lacks}
    with pytest.raises(ContentError, match=rf"coverage\.yaml:\d+: .*{lacks[0]} needs {lacks[1]}: no such object names it"):
        coverage.check(root)


def test_what_is_owed_is_listed_and_not_missing(course):
    root = course(**{"exercises/11_test.yaml": "exercises: []\n"})
    (root / "data/coverage.yaml").write_text(IDEAS.replace('modules: ["11"]}', 'modules: ["11"], owed: {exercise: the exercise of a later stage}}'), encoding="utf-8")
    owed = [row for row in coverage.check(root) if row.state == "owed"]
    assert [(row.id, row.kind, row.note) for row in owed] == [("G1-I1", "exercise", "the exercise of a later stage")]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("id: G1-I2", "id: G1-I1", "G1-I1 is listed twice"),
        ("id: G1-I2", "id: G9-I2", "found 'G9-I2'"),
        ("needs: [page, facilitator]", "needs: [poster]", "found 'poster'"),
        ("needs: [page, facilitator]", "needs: [page], owed: {play: somebody will write it}", "owes play, which it does not need"),
    ],
)
def test_a_faulty_list_is_told_with_its_line(course, old, new, says):
    root = course(**{"data/coverage.yaml": IDEAS.replace(old, new)})
    with pytest.raises(ContentError, match=rf"coverage\.yaml:3: .*{re.escape(says)}"):
        coverage.read(root)


def test_an_object_that_names_an_unknown_id_is_told(course):
    with pytest.raises(ContentError, match="11_test#card names G1-I9, which is not in data/coverage.yaml"):
        coverage.report(course(**{"playbooks/11_test/playbook.md": playbook(ids="[G1-I9]")}))


def test_an_unknown_module_names_the_known_ones(course):
    with pytest.raises(ContentError, match="no module is called '12_other'; there are 11_test"):
        coverage.report(course(), "12_other")
