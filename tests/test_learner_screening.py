"""Free text is looked through before it is kept: what is found, what is left alone, measured on lines in three languages."""

from pathlib import Path

import pytest
import yaml

from rapport.content import ContentError
from rapport.learner import screen
from rapport.learner.screening import check

ROOT = Path(__file__).parents[1]
LINES = yaml.safe_load((ROOT / "tests" / "fixtures" / "screening.yaml").read_text(encoding="utf-8"))
MISSED = {"en": 1, "lv": 1, "gu": 1}  # rare names that stand alone, in no list and beside no title
FALSE = {"en": 0, "lv": 1, "gu": 1}  # names that are meant as names, but of nobody's customer


@pytest.mark.parametrize("language", ["en", "lv", "gu"])
def test_lines_that_can_tell_who_somebody_is_draw_a_warning(language):
    missed = [text for text, kind in LINES["telling"][language] if kind not in {finding.kind for finding in screen(text, ROOT)}]
    assert len(missed) <= MISSED[language], missed


@pytest.mark.parametrize("language", ["en", "lv", "gu"])
def test_lines_that_tell_nothing_are_let_through(language):
    alarmed = [(text, found) for text in LINES["harmless"][language] if (found := screen(text, ROOT))]
    assert len(alarmed) <= FALSE[language], alarmed


def test_a_finding_names_the_words_and_where_they_stand():
    text = "Mrs Okonkwo of order 20481: ring +371 26 123 456 or write to a.okonkwo@mill.example."
    found = screen(text, ROOT)
    assert [(each.kind, each.text) for each in found] == [
        ("name", "Okonkwo"), ("number", "20481"), ("telephone number", "+371 26 123 456"), ("e-mail address", "a.okonkwo@mill.example"),
    ]  # fmt: skip
    assert all(text[each.start : each.end] == each.text for each in found)


@pytest.mark.parametrize("text", ["", " \n", "…", "૧૨", "@", "+", "#", "Mr", "શ્રી"])
def test_scraps_draw_no_warning_and_break_nothing(text):
    assert screen(text, ROOT) == []


def test_a_long_text_is_screened_at_once():
    import time

    text = "The customer had written it twice, and nobody had read it before Thursday 26 November at 14:30. " * 200
    screen("warm up", ROOT)
    start = time.process_time()
    assert screen(text, ROOT) == []
    assert time.process_time() - start < 3


def test_a_sign_that_is_no_pattern_is_named(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "screening.yaml").write_text("languages:\n  en:\n    before: ['Mr(']\n")
    with pytest.raises(ContentError, match=r"screening.yaml: languages.en.before: found 'Mr\('"):
        check(tmp_path)
    assert check(ROOT) >= 3
