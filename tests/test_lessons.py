"""Notebooks against the template: sections in order, minutes that fit what is in them, claims with sources."""

import json
from pathlib import Path

import pytest

from rapport import lessons
from rapport.content import ContentError

ROOT = Path(__file__).parents[1]
STEM = "10_when_it_goes_wrong"

QUESTION = "ask: {n}?, right: yes {n}, wrong: [a, b], because: So."
REVIEW = "\n".join(f"  - {{id: q{n}, outcome: 1, {QUESTION.format(n=n)}, twin: {{{QUESTION.format(n=f'other {n}')}}}}}" for n in "abc")
PLAYBOOK = f"---\nmodule: 11_test\ntitle: A test\nminutes: 33\nroles: [a]\noutcomes: [o]\nseeds: [G1-I1]\nreview:\n{REVIEW}\n---\n"
SOURCES = """\
@misc{seen-2014, author = {Roe, R.}, title = {A study}, year = 2014, seen = {abstract}}
@misc{unread-1999, author = {Poe, P.}, title = {Another}, year = 1999, seen = {citation}}
"""
# Two decisions on the longest way: luck is not counted, and the way past `last` is shorter.
CASE = """start: first
events: {luck: {probability: 0.3}}
decisions:
- {id: first, acts: [{next: luck}, {next: done}]}
- {id: luck, acts: [{next: [{when: [a], go: last}, {go: aside}]}]}
- {id: last, acts: [{next: done}]}
- {id: aside, acts: [{next: done}]}
"""
EXERCISES = "exercises:\n  - {id: share, minutes: 4}\n  - {id: effect, minutes: 6}\n"
MINUTES = {
    "moment": 1, "outcomes": 1, "idea": 2, "predict": 3, "data": 4, "replies": 1, "scenario": 5, "exercises": 6,
    "play": 3, "incident": 3, "review": 3, "sources": 1,
}  # fmt: skip
EXTRA = {"scenario": {"scenario": "the_case"}, "exercises": {"today": ["share"]}, "data": {"explorer": "frames"}, "review": {"review": "11_test"}}


def text(source, **marks):
    return {"cell_type": "markdown", "source": source, "metadata": {"rapport": marks} if marks else {}}


def code(source, **marks):
    return {"cell_type": "code", "source": source, "metadata": {"rapport": marks} if marks else {}}


def good():
    cells = [text("# A test")]
    for name in lessons.SECTIONS:
        cells.append(text(f"## {name}", section=name, minutes=MINUTES[name], **EXTRA.get(name, {})))
    return cells


@pytest.fixture
def course(tmp_path):
    files = {"data/sources.bib": SOURCES, "playbooks/11_test/playbook.md": PLAYBOOK, "playbooks/11_test/the_case.yaml": CASE, "exercises/11_test.yaml": EXERCISES}
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    (tmp_path / "notebooks").mkdir()

    def write(cells):
        (tmp_path / "notebooks/11_test.ipynb").write_text(json.dumps({"cells": cells}), encoding="utf-8")
        return tmp_path

    return write


def told(root):
    return "\n".join(str(fault) for fault in lessons.faults("11_test", root))


def test_module_10_fits_the_template():
    assert lessons.check(ROOT) >= 1
    assert [part.name for part in lessons.parts(STEM, ROOT)] == list(lessons.SECTIONS)


def test_a_notebook_that_fits_has_no_faults(course):
    assert told(course(good())) == ""


def test_a_draft_is_not_held_against_the_template(course):
    root = course([text("# Something")])
    with pytest.raises(ContentError, match="the first cell must be the heading"):
        lessons.check(root)
    (root / "playbooks/11_test/playbook.md").write_text(PLAYBOOK.replace("minutes: 33", "draft: true\nminutes: 33"), encoding="utf-8")
    assert lessons.check(root) == 0


def changed(index, **marks):
    cells = good()
    cells[index]["metadata"]["rapport"] |= marks
    return cells


NUMBER = {name: index for index, name in enumerate(lessons.SECTIONS, 1)}


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ([text("# Another title"), *good()[1:]], "the first cell must be the heading '# A test'"),
        ([good()[0], *good()[2:]], "found the sections outcomes, idea"),
        ([good()[0], good()[2], good()[1], *good()[3:]], "each once and in this order"),
        (changed(NUMBER["moment"], minutes=2), "the sections declare 34 minutes, the playbook 33"),
        (changed(NUMBER["incident"], minutes=12), "'incident' declares 12 minutes; its text, charts, decisions and exercises suggest about 3"),
        (changed(NUMBER["scenario"], minutes=2), "'scenario' declares 2 minutes; its text, charts, decisions and exercises suggest about 5"),
        (changed(NUMBER["exercises"], today=["share", "effect"]), "'exercises' declares 6 minutes; its text, charts, decisions and exercises suggest about 10"),
        (changed(NUMBER["exercises"], today=["nobody"]), "names nobody; there are share, effect"),
        (changed(NUMBER["idea"], section="ideas"), "cell 4: rapport.section: found 'ideas'"),
        (changed(NUMBER["idea"], minute=3), "cell 4: rapport.minute: found 3"),
        ([*good(), text("Read <b>this</b>")], "cell 14: found '<b>'; Markdown cells hold no HTML"),
        ([*good(), text("[Poe](#source-nobody-1)")], "cell 14: source 'nobody-1' is not in data/sources.bib"),
        ([*good(), text("> **Strong** · It helps.")], "badged Strong and links no source whose abstract was seen"),
        ([*good(), text("> **Mixed** · It helps.\n>\n> [Poe 1999](#source-unread-1999)")], "rests on a source that was not seen"),
        ([*good(), code("\n".join(f"a{n} = {n}" for n in range(17)))], "cell 14: the code has 17 lines"),
    ],
)
def test_what_does_not_fit_is_told_with_its_cell(course, cells, says):
    assert says in told(course(cells))


def test_a_claim_with_a_seen_source_and_a_formula_with_signs_are_fine(course):
    assert told(course([*good(), text("> **Strong** · It helps.\n>\n> [Roe 2014](#source-seen-2014)\n\n$c < m \\times n$ and $a > b$ and `<b>`")])) == ""


def test_longer_text_takes_more_minutes(course):
    cells = good()
    cells[NUMBER["idea"]]["source"] += " word" * 1600
    assert "'idea' declares 2 minutes; its text, charts, decisions and exercises suggest about 10" in told(course(cells))


def test_a_file_that_is_no_notebook_is_told(course):
    root = course([])
    (root / "notebooks/11_test.ipynb").write_text("cells", encoding="utf-8")
    assert "not a notebook" in told(root)
