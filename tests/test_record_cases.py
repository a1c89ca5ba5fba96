"""The learner's document and its reviews, by one table of cases that the browser's script is held to as well (browser/test_record.py)."""

import json
import time
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest

from rapport import study
from rapport.learner import document, open_record
from rapport.playbooks import Question, ReviewItem
from rapport.study.parts import finished

CASES = json.loads((Path(__file__).parent / "record_cases.json").read_text(encoding="utf-8"))


def named(cases):
    return [pytest.param(case, id=case["says"]) for case in cases]


@pytest.mark.parametrize(("event", "whole"), CASES["whole"])
def test_what_is_an_event(event, whole):
    assert document.whole(event) is whole


@pytest.mark.parametrize("case", named(CASES["merge"]))
def test_two_documents_in_one(case):
    assert document.merge(case["mine"], case["other"]) == case["merged"]


@pytest.mark.parametrize("case", named(CASES["read"]))
def test_what_is_read_of_a_text(case):
    assert document.read(case["text"].encode()) == (case["document"], case["sound"])


@pytest.mark.parametrize("case", named(CASES["study"]))
def test_what_follows_for_the_reviews(case, tmp_path, monkeypatch):
    monkeypatch.setenv("TZ", case["zone"])
    time.tzset()
    try:
        asked, twin = (Question(ask=f"{name}?", right=f"right {name}", wrong=["w", "v"], because="b") for name in ("one", "other"))
        there = {
            each["stem"]: SimpleNamespace(stem=each["stem"], review=tuple(ReviewItem(id=name, outcome=1, twin=twin, **asked.model_dump()) for name in each["review"]), exercises=each["exercises"], cases=each["cases"])
            for each in case["modules"]
        }
        monkeypatch.setattr("rapport.study.reviews.modules", lambda root: there)
        record = open_record(tmp_path / "record.json")
        record.take_in({**document.empty(), "events": case["events"]})
        assert [finished(module, record) for module in there.values()] == case["finished"]
        assert [[each.module.stem, each.day, each.on.isoformat(), each.settled] for each in study.rounds(record, tmp_path)] == case["rounds"]
        due = study.due(record, tmp_path, date.fromisoformat(case["today"]))
        assert [[each.module.stem, each.item, each.wording, each.day, each.on.isoformat()] for each in due] == case["due"]
    finally:
        monkeypatch.undo()
        time.tzset()
