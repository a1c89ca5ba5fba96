"""The learner's record: kept whole, never lost silently, and never in the way of learning."""

import json
import os
import stat
import subprocess
import sys

import pytest

from rapport.learner import open_record, record_path

MODULE = "10_when_it_goes_wrong"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "work" / "record.json"


def test_the_seed_is_made_once_and_kept(path):
    first = open_record(path).seed
    assert 0 <= first < 2**31
    assert open_record(path).seed == first


def test_two_learners_have_different_seeds(tmp_path):
    assert open_record(tmp_path / "a.json").seed != open_record(tmp_path / "b.json").seed


def test_opening_a_record_writes_nothing(path):
    open_record(path)
    assert not path.exists()


def test_attempts_predictions_draws_and_runs_come_back_after_reopening(path):
    record = open_record(path)
    record.set_draw(MODULE, 41)
    record.add_attempt(MODULE, "rate", 41, "mistake", answer=12.5, mistakes=["everyone"])
    record.add_attempt(MODULE, "rate", 42, "right", answer=43.0)
    record.add_prediction(MODULE, "rate", 41, 60.0)
    record.add_run("the_cold_chain", {"place": "CN", "case": "heard", "scores": [3, 2, 1, 0]})
    again = open_record(path)
    assert again.draw(MODULE) == 41 and again.draw("11_other") is None
    assert [row["outcome"] for row in again.attempts(MODULE, "rate", 41)] == ["mistake"]
    assert again.attempts(MODULE, "rate", 41)[0]["mistakes"] == ["everyone"]
    assert again.prediction(MODULE, "rate", 41) == 60.0 and again.prediction(MODULE, "rate", 42) is None
    assert again.runs("the_cold_chain")[0]["scores"] == [3, 2, 1, 0] and again.runs("another") == []


def test_two_open_records_do_not_overwrite_each_other(path):
    one, two = open_record(path), open_record(path)
    one.add_attempt(MODULE, "rate", 1, "wrong")
    two.add_attempt(MODULE, "rate", 1, "right")
    one.add_run("the_cold_chain", {"place": "US"})
    again = open_record(path)
    assert [row["outcome"] for row in again.attempts(MODULE, "rate", 1)] == ["wrong", "right"]
    assert len(again.runs()) == 1


STRANGE = ['"seed": "x"', '"seed": -5', '"seed": true', '"draws": {"10_small": "x"}', '"predictions": [{"module": "m"}]', '"predictions": 3']


@pytest.mark.parametrize(
    "damage", ["{", "[]", '{"format": 99}', '{"format": 1, "attempts": 3}', "\x00\x01", "[" * 20_000, *(f'{{"format": 1, {part}}}' for part in STRANGE)]
)
def test_a_damaged_file_is_set_aside_and_named(path, damage):
    path.parent.mkdir()
    path.write_text(damage)
    (path.parent / "record.damaged-1.json").write_text("an older one")
    record = open_record(path)
    record.add_attempt(MODULE, "rate", 1, "right")
    assert (path.parent / "record.damaged-2.json").read_text() == damage
    assert (path.parent / "record.damaged-1.json").read_text() == "an older one"
    assert "record.damaged-2.json" in record.notices[0]
    assert len(open_record(path).attempts(MODULE, "rate", 1)) == 1


def test_a_crash_while_writing_leaves_the_last_record_whole(path, monkeypatch):
    record = open_record(path)
    record.add_attempt(MODULE, "rate", 1, "right")
    before = path.read_bytes()
    monkeypatch.setattr("rapport.content.os.replace", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    record.add_attempt(MODULE, "rate", 1, "wrong")
    monkeypatch.undo()
    assert path.read_bytes() == before
    assert "No space left on device" in record.notices[0]
    assert [row["outcome"] for row in record.attempts(MODULE, "rate", 1)] == ["right", "wrong"], "learning goes on in memory"
    record.add_attempt(MODULE, "rate", 1, "broke")
    assert len(record.attempts(MODULE, "rate", 1)) == 3
    assert sorted(p.name for p in path.parent.iterdir()) == ["record.json"]


def test_a_folder_that_cannot_be_made_does_not_stop_learning(tmp_path):
    (tmp_path / "file").write_text("in the way")
    record = open_record(tmp_path / "file" / "record.json")
    seed = record.seed
    record.add_prediction(MODULE, "rate", 1, 5)
    assert record.seed == seed and record.prediction(MODULE, "rate", 1) == 5
    assert len(record.notices) == 1 and "only until you close" in record.notices[0]


def test_a_lock_left_by_a_crash_is_taken_over(path, monkeypatch):
    path.parent.mkdir()
    path.with_name("record.json.lock").write_text("")
    clock = iter(range(0, 1000, 2))
    monkeypatch.setattr("rapport.learner.time.monotonic", lambda: next(clock))
    record = open_record(path)
    record.add_attempt(MODULE, "rate", 1, "right")
    assert record.notices == [] and len(open_record(path).attempts(MODULE, "rate", 1)) == 1


def test_the_same_changes_make_the_same_bytes_but_for_seed_and_time(tmp_path):
    texts = []
    for name in "ab":
        record = open_record(tmp_path / name)
        record.add_attempt(MODULE, "rate", 1, "right", mistakes=[], answer=1)
        data = json.loads((tmp_path / name).read_text())
        assert data["attempts"][0].pop("at").endswith("+00:00")
        texts.append(json.dumps(data))
    assert texts[0] == texts[1]


def test_the_record_lies_where_it_is_named_or_beside_the_course(tmp_path, monkeypatch):
    monkeypatch.setenv("RAPPORT_RECORD", str(tmp_path / "mine.json"))
    assert record_path() == tmp_path / "mine.json"
    monkeypatch.delenv("RAPPORT_RECORD")
    for folder in ("exercises", "notebooks"):
        (tmp_path / folder).mkdir()
    monkeypatch.chdir(tmp_path / "exercises")
    assert record_path() == tmp_path / ".rapport" / "record.json"
    (tmp_path / "exercises" / ".rapport").mkdir()
    assert record_path() == tmp_path / "exercises" / ".rapport" / "record.json"


def test_writers_in_two_processes_lose_nothing(path):
    program = f"from rapport.learner import open_record\nr = open_record({str(path)!r})\nfor i in range(25): r.add_attempt({MODULE!r}, 'rate', 1, 'wrong')"
    workers = [subprocess.Popen([sys.executable, "-c", program]) for _ in range(2)]
    assert [worker.wait(60) for worker in workers] == [0, 0]
    assert len(open_record(path).attempts(MODULE, "rate", 1)) == 50


@pytest.mark.skipif(os.name == "nt", reason="file modes are a Unix matter")
def test_the_record_is_an_ordinary_readable_file(path):
    open_record(path).set_draw(MODULE, 1)
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
