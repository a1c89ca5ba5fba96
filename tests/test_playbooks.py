"""Playbooks: cards, reviews and sources are read and every fault an author can make is named with its line."""

import re
from pathlib import Path

import pytest

from rapport import playbooks
from rapport.content import ContentError
from rapport.playbooks import show

ROOT = Path(__file__).parents[1]
STEM = "10_when_it_goes_wrong"

SOURCES = """\
@article{seen-2014, author = {Roe, R. and Doe, D.}, title = {A study}, journal = {A Journal}, volume = 1, number = 2, pages = {3--4}, year = 2014, seen = {abstract}}
@article{unread-1999, author = {Poe, P.}, title = {Another}, journal = {A Journal}, year = 1999, seen = {citation}}
@misc{law-2011, author = {{Parliament}}, title = {A law}, howpublished = {Gazette}, year = 2011, seen = {law}}
"""

QUESTION = "ask: {n} moment?, right: {n} help, wrong: [one way, another way], because: It is so."
REVIEW = "\n".join(
    f"  - {{id: q{n}, outcome: 1, {QUESTION.format(n=n)}, twin: {{{QUESTION.format(n=f'other {n}')}}}}}" for n in ("first", "second", "third")
)
FRONT = f"""\
---
module: 11_test
title: A test
minutes: 60
roles: [agent]
outcomes: [Do a thing.]
seeds: [G1-I1]
review:
{REVIEW}
further: [unread-1999]
---

An introduction.

"""
CARD = """\
## Own it {#own-it}

```card
trigger: Something failed.
steps: [First., Second.]
words_to_try: ["“That is our fault.”"]
do_not: [Blame the courier.]
measure: Minutes to the first reply.
monday: You, Monday, ten minutes.
badge: strong
claim: Owning helps.
sources: [seen-2014]
limit: On average.
ids: [G1-I1]
outcomes: [1]
```

| A | B |
|---|---|
| 1 | 2 |
"""


@pytest.fixture
def course(tmp_path):
    for folder in ("notebooks", "playbooks/11_test", "exercises", "data"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "data/sources.bib").write_text(SOURCES, encoding="utf-8")

    def write(text):
        (tmp_path / "playbooks/11_test/playbook.md").write_text(text, encoding="utf-8")
        return tmp_path

    return write


def problem(root):
    with pytest.raises(ContentError) as caught:
        playbooks.load("11_test", root)
    return str(caught.value)


def line_of(text, part):
    return text[: text.index(part)].count("\n") + 1


def test_a_card_is_read_with_its_id_its_block_and_the_markdown_after_it(course):
    book = playbooks.load("11_test", course(FRONT + CARD))
    (play,) = book.plays
    assert (play.id, play.title, play.card.steps) == ("own-it", "Own it", ["First.", "Second."])
    assert play.notes.startswith("| A | B |") and book.intro == "An introduction."
    assert play.line == line_of(FRONT + CARD, "## Own it")


def test_a_second_level_heading_inside_a_fenced_block_begins_no_card(course):
    book = playbooks.load("11_test", course(FRONT + CARD + "\n```text\n## Not a card\n```\n"))
    assert [play.id for play in book.plays] == ["own-it"]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (" {#own-it}", "", "needs an id of small letters"),
        (" {#own-it}", " {#Own it}", "needs an id of small letters"),
        ("```card", "```yaml", "has 0 blocks"),
        ("steps: [First., Second.]", "steps: [1., 2., 3., 4., 5., 6., 7.]", "at most 6"),
        ("measure: Minutes to the first reply.\n", "", "measure: the key is missing"),
        ("badge: strong", "badge: certain", "found 'certain'"),
        ("limit: On average.", "limits: On average.", "limits: unknown key"),
        ("sources: [seen-2014]", "sources: []", "claims 'strong' without a source"),
        ("sources: [seen-2014]", "sources: [nobody-2000]", "'nobody-2000' is not in data/sources.bib"),
        ("sources: [seen-2014]", "sources: [unread-1999]", "needs a source whose abstract was seen"),
        ("sources: [seen-2014]", "sources: [law-2011]", "needs a source whose abstract was seen"),
        ("badge: strong", "badge: legal", "needs a law"),
        ("trigger: Something failed.", "trigger: Something failed: again.", "not valid YAML"),
    ],
)
def test_a_faulty_card_is_told_with_its_line(course, old, new, says):
    text = FRONT + CARD.replace(old, new)
    message = problem(course(text))
    assert says in message
    line = int(re.search(r"playbook\.md:(\d+):", message)[1])
    assert line_of(text, "## Own it") <= line <= line_of(text, "| A | B |")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("module: 11_test", "module: 12_test", "module is '12_test', the folder is '11_test'"),
        ("further: [unread-1999]", "further: [nobody-2000]", "'nobody-2000' is not in data/sources.bib"),
        ("{id: qfirst, outcome: 1", "{id: qfirst, outcome: 2", "outcome 2 does not exist"),
        ("ask: other first moment?", "ask: first moment?", "the twin repeats the question"),
        ("minutes: 60", "minutes: sixty", "found 'sixty'"),
        ("---\nmodule", "module", "no front matter"),
    ],
)
def test_faulty_front_matter_is_told(course, old, new, says):
    assert says in problem(course(FRONT.replace(old, new) + CARD))


def test_two_cards_may_not_share_an_id(course):
    assert "is used twice" in problem(course(FRONT + CARD + "\n" + CARD))


def test_a_card_longer_than_a_page_is_refused(course):
    assert "a printed page holds" in problem(course(FRONT + CARD + "word " * playbooks.WORDS_ON_A_PAGE))


def test_several_faults_are_told_at_once(course):
    message = problem(course(FRONT + CARD.replace("badge: strong", "badge: certain") + "\n" + CARD.replace("{#own-it}", "")))
    assert "found 'certain'" in message and "needs an id" in message


def test_a_module_without_a_playbook_names_those_that_have_one(course):
    with pytest.raises(ContentError, match="'12_other' has no playbook; modules with one: 11_test"):
        playbooks.load("12_other", course(FRONT + CARD))


def test_an_unknown_card_names_those_there_are(course):
    with pytest.raises(ContentError, match="no play card is called 'own'; there are own-it"):
        playbooks.load("11_test", course(FRONT + CARD)).play("own")


# ---- How they are shown -----------------------------------------------------------------------------------------


def test_a_card_is_shown_whole_in_html_and_in_text(course):
    shown = show.card("11_test", "own-it", course(FRONT + CARD))
    for part in ("Something failed.", "Second.", "That is our fault.", "Blame the courier.", "Minutes to the first reply.", "Owning helps.", "On average."):
        assert part in shown.html and part in repr(shown)
    assert 'id="own-it"' in shown.html and "Roe & Doe 2014".replace("&", "&amp;") in shown.html
    assert "<table>" in shown.html


def test_content_cannot_inject_markup_into_what_is_shown(course):
    text = (FRONT + CARD).replace("Blame the courier.", "<script>alert(1)</script>").replace("first help", "<img src=x onerror=alert(1)>")
    root = course(text)
    (root / "data/sources.bib").write_text(SOURCES.replace("A study", "<b onclick=x>A study</b>"), encoding="utf-8")
    html = show.card("11_test", "own-it", root).html + show.review("11_test", root).html + show.sources("11_test", root).html
    assert not re.search(r"<(script|img|b)\b", html) and "style=" not in html


def test_review_answers_stay_shut_until_opened(course):
    html = show.review("11_test", course(FRONT + CARD)).html
    outside = re.sub(r"<details.*?</details>", "", html, flags=re.DOTALL)
    assert html.count("<details") == 9  # an answer for each of six questions, and three twins
    assert "It is so." in html and "It is so." not in outside
    assert "first help" not in repr(show.review("11_test", course(FRONT + CARD))).split("\n")[0]


def test_the_right_answer_is_not_always_in_the_same_place():
    items = playbooks.load(STEM, ROOT).front.review
    questions = [question for item in items for question in (item, item.twin)]
    assert len({question.options().index(question.right) for question in questions}) > 1


def test_sources_that_a_notebook_links_to_join_the_list(course):
    root = course(FRONT + CARD.replace("sources: [seen-2014]", "sources: []").replace("badge: strong", "badge: folklore"))
    assert "Roe, R." not in repr(show.sources("11_test", root))
    (root / "notebooks/11_test.ipynb").write_text('{"cells": [{"source": "[Roe 2014](#source-seen-2014)"}]}', encoding="utf-8")
    assert "Roe, R." in repr(show.sources("11_test", root))
