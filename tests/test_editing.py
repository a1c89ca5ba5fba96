"""What an editor looks for: each check passes good content and fails on the fault it is there for."""

import re
from pathlib import Path

import pytest

from rapport import editing
from rapport.content import ContentError

ROOT = Path(__file__).parents[1]
STEM = "11_test"

NATIONS = """\
words: {en: "Japan Japanese Gulf", lv: "japān", gu: "જાપાન"}
allowed: []
"""
BIB = "@misc{roe-2014, author = {Roe, R.}, title = {A study}, year = 2014, seen = {abstract}}\n@misc{poe-1999, author = {Poe, P.}, title = {Another}, year = 1999, seen = {citation}}\n"
QUESTION = "ask: {n}?, right: yes {n}, wrong: [a, b], because: So."
PLAYBOOK = """\
---
module: 11_test
title: T
minutes: 60
roles: [a]
outcomes: [First thing, Second thing]
seeds: [G1-I1]
review:
{review}
further: [poe-1999]
---

## Card {{#card}}

```card
trigger: t
steps: [s]
words_to_try: [w]
do_not: [d]
measure: m
monday: m
badge: mixed
claim: It helps.
sources: [roe-2014]
limit: l
ids: [G1-I1]
outcomes: [1]
```

> **Legal** · Training rule, 25 November 2026. Ask counsel.
"""
CASE = """\
id: the_case
outcomes: [2]
minutes: 5
start: first
decisions:
  - id: first
    acts:
      - text: Ask.
        feedback: She had written the date. That was the sign.
        next: second
  - id: second
    acts: [{text: Wait., feedback: You waited., next: end}]
"""
EXERCISES = """\
exercises:
  - id: which
    outcome: 1
    answer: {kind: choice, options: [{id: a, text: A}, {id: b, text: B}, {id: c, text: C}]}
    mistakes: [{id: one, option: a, says: You took the first.}, {id: two, option: c, says: You took the last.}]
"""
NOTEBOOK = '{"cells": [{"cell_type": "markdown", "metadata": {}, "source": "SOURCE"}]}'
CLAIM = "> **Strong** · It helps.\\n>\\n> [Roe 2014](#source-roe-2014). *Limit: one study.*"


@pytest.fixture
def course(tmp_path):
    """Writes a small course with some texts exchanged; returns what the checks say about it."""
    review = "\n".join(f"  - {{id: q{n}, outcome: {o}, {QUESTION.format(n=n)}, twin: {{{QUESTION.format(n=f'other {n}')}}}}}" for n, o in zip("abc", (1, 1, 2)))
    files = {
        "data/editing/nations.yaml": NATIONS, "data/sources.bib": BIB, f"playbooks/{STEM}/playbook.md": PLAYBOOK.format(review=review),
        f"playbooks/{STEM}/the_case.yaml": CASE, f"exercises/{STEM}.yaml": EXERCISES, f"notebooks/{STEM}.ipynb": NOTEBOOK.replace("SOURCE", CLAIM),
    }  # fmt: skip

    def told(path=None, old="", new=""):
        for name, text in files.items():
            if name == path:
                assert old in text
                text = text.replace(old, new)
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text, encoding="utf-8")
        try:
            editing.check(tmp_path)
        except ContentError as error:
            return str(error)
        return ""

    return told


def test_the_course_itself_passes():
    read = editing.check(ROOT)
    assert read["passages"] > 200 and read["outcomes"] >= 5


def test_a_course_without_faults_passes(course):
    assert course() == ""


PB, CS, EX, NB, NA = f"playbooks/{STEM}/playbook.md", f"playbooks/{STEM}/the_case.yaml", f"exercises/{STEM}.yaml", f"notebooks/{STEM}.ipynb", "data/editing/nations.yaml"
LONG = " ".join(["word"] * 46)
HEAVY = " ".join(["Notwithstanding organisational considerations regarding intercultural communication, departmental representatives habitually misinterpret."] * 5)


@pytest.mark.parametrize(
    ("path", "old", "new", "says"),
    [
        # nations
        (CS, "She had written", "Japanese buyers had written", r"the_case.yaml:9: decisions.0.acts.0.feedback: feedback names 'Japanese'"),
        (EX, "You took the first.", "In the Gulf one takes the first.", r"mistakes.0.says: feedback names 'Gulf'"),
        (PB, "because: So.}}\n  - {id: qb", "because: In Japan it is so.}}\n  - {id: qb", r"review.0.twin.because: feedback names 'Japan'"),
        (NA, "allowed: []", "allowed: [{phrase: never written, why: No text needs this entry.}]", r"nations.yaml:2: allowed.0: no feedback holds this passage any more"),
        # readability
        (CS, "You waited.", LONG + ".", "a sentence has 46 words"),
        (CS, "You waited.", HEAVY.replace(",", ""), r"the readability index \(LIX\) is"),
        # claims
        (NB, "[Roe 2014](#source-roe-2014)", "Roe", "badged Strong and links no source whose abstract was seen"),
        (NB, "[Roe 2014](#source-roe-2014)", "[Roe](#source-roe-2014), [Poe](#source-poe-1999)", "rests on a source that was not seen"),
        (NB, "It helps.", "It helps 12% more.", r"gives a size \('12%'\)"),
        (NB, "*Limit: one study.*", "", "names no limit"),
        (PB, "claim: It helps.", "claim: It helps with r = .26.", r"card: the claim gives a size"),
        (PB, "Training rule, 25 November 2026. Ask counsel.", "Training rule. Ask counsel.", "is law and needs a date"),
        (PB, "25 November 2026. Ask counsel.", "25 November 2026.", "is law and needs a date and the words"),
        # sources
        (PB, "further: [poe-1999]", "further: []", r"sources.bib:2: poe-1999: nothing in the course cites this entry"),
        # options, minutes
        (EX, ", {id: two, option: c, says: You took the last.}", "", "every wrong option has a mistake with a sentence"),
        (CS, "minutes: 5", "minutes: 30", r"declares 30 minutes; 2 decisions on its longest way suggest 3 to 8"),
        # outcomes
        (CS, "outcomes: [2]", "outcomes: [1]", r"outcomes.2: no play and no case serves this outcome"),
        (PB, "id: qc, outcome: 2", "id: qc, outcome: 1", r"outcomes.2: no exercise and no review question assesses this outcome"),
        (PB, "outcomes: [1]\n```", "outcomes: [3]\n```", r"card.outcomes: outcome 3 does not exist; there are 2"),
        (CS, "outcomes: [2]", "outcomes: [2, 4]", r"the_case.yaml:2: outcomes: outcome 4 does not exist"),
        (EX, "outcome: 1", "outcome: 5", r"exercises.0.outcome: outcome 5 does not exist"),
    ],
)
def test_each_fault_is_told_with_its_place(course, path, old, new, says):
    assert re.search(says, course(path, old, new))


def test_a_passage_may_be_allowed_with_its_reason(course, tmp_path):
    course()
    passages = [editing.Passage(tmp_path / "x.yaml", 1, "k", "The note said Japanese,\n  indirect. Look at the date.")]
    assert list(editing.nation_faults(tmp_path, passages))
    allowed = 'allowed: [{phrase: "The note said Japanese, indirect.", why: It quotes the note that the case is about.}]'
    (tmp_path / "data/editing/nations.yaml").write_text(NATIONS.replace("allowed: []", allowed), encoding="utf-8")
    assert not list(editing.nation_faults(tmp_path, passages))


@pytest.mark.parametrize(("lang", "text", "found"), [("lv", "Japānā tā dara", True), ("lv", "Mēs gaidījām", False), ("gu", "જાપાનમાં એવું", True), ("gu", "અમે રાહ જોઈ", False)])
def test_nations_are_found_in_other_languages_by_their_beginnings(course, tmp_path, lang, text, found):
    course()
    passage = editing.Passage(tmp_path / "x.yaml", 1, "k", text)
    assert bool(list(editing.nation_faults(tmp_path, [passage], lang))) is found


def test_lix_is_words_of_a_sentence_plus_the_share_of_long_words():
    # 10 words in 2 sentences, 2 of them longer than six letters: 5 + 20
    assert editing.lix("We wrote on Monday morning. Nobody answered us for days.") == (5 + 20, 10, 5)
    assert editing.lix("") == (0.0, 0, 0)


def test_what_serves_an_outcome_is_listed_in_both_directions(course, tmp_path):
    course()
    first, second = editing.outcome_links(STEM, tmp_path)
    assert (first.plays, first.cases, first.exercises, first.reviews) == (["card"], [], ["which"], ["qa", "qb"])
    assert (second.plays, second.cases, second.exercises, second.reviews) == ([], ["the_case"], [], ["qc"])
