"""The learner's record: kept whole, never lost silently, and never in the way of learning."""

import json
import os
import random
import stat
import subprocess
import sys
import time

import pytest

from rapport.content import ContentError
from rapport.learner import dump, merge, open_record, read, record_path
from rapport.learner.document import instant

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
    assert sorted(p.name for p in path.parent.iterdir() if p.suffix != ".lock") == ["record.json"]


def test_a_folder_that_cannot_be_made_does_not_stop_learning(tmp_path):
    (tmp_path / "file").write_text("in the way")
    record = open_record(tmp_path / "file" / "record.json")
    seed = record.seed
    record.add_prediction(MODULE, "rate", 1, 5)
    assert record.seed == seed and record.prediction(MODULE, "rate", 1) == 5
    assert len(record.notices) == 1 and "only until you close" in record.notices[0]


def test_a_lock_left_by_a_crash_is_no_hindrance(path):
    program = f"import os\nfrom rapport.learner.record import _lock\nfrom pathlib import Path\nwith _lock(Path({str(path)!r})): os._exit(9)"
    assert subprocess.call([sys.executable, "-c", program]) == 9
    assert path.with_name("record.json.lock").exists()
    record = open_record(path)
    record.add_attempt(MODULE, "rate", 1, "right")
    assert record.notices == [] and len(open_record(path).attempts(MODULE, "rate", 1)) == 1


def test_a_lock_that_somebody_keeps_is_told_and_learning_goes_on(path, monkeypatch):
    from filelock import FileLock

    monkeypatch.setattr("rapport.learner.record.PATIENCE", 0.1)
    path.parent.mkdir()
    record = open_record(path)
    with FileLock(path.with_name("record.json.lock")):
        record.add_attempt(MODULE, "rate", 1, "right")
    assert "locked" in record.notices[0] and len(record.attempts(MODULE, "rate", 1)) == 1 and not path.exists()


def test_the_same_changes_make_the_same_bytes_but_for_what_is_random_and_the_time(tmp_path):
    texts = []
    for name in "ab":
        record = open_record(tmp_path / name)
        record.add_attempt(MODULE, "rate", 1, "right", mistakes=[], answer=1)
        data = json.loads((tmp_path / name).read_text())
        data.update(learner="", seed=0)
        for event in data["events"]:
            assert event["at"].endswith("+00:00")
            event.update(id="", at="")
        texts.append(dump(data))
    assert texts[0] == texts[1]


def test_the_record_lies_where_it_is_named_or_beside_the_course(tmp_path, monkeypatch):
    monkeypatch.setenv("RAPPORT_RECORD", str(tmp_path / "mine.json"))
    assert record_path() == tmp_path / "mine.json"
    monkeypatch.delenv("RAPPORT_RECORD")
    monkeypatch.delenv("RAPPORT_COURSE", raising=False)
    for folder in ("exercises", "notebooks", "playbooks", "elsewhere/deep"):
        (tmp_path / folder).mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "exercises")
    assert record_path() == tmp_path / "workspace" / ".rapport" / "record.json", "where the lab keeps it too"
    (tmp_path / "workspace" / ".rapport").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "workspace")
    assert record_path() == tmp_path / "workspace" / ".rapport" / "record.json"
    monkeypatch.setenv("RAPPORT_WORKSPACE", str(tmp_path / "mine"))
    monkeypatch.chdir(tmp_path)
    assert record_path() == tmp_path / "mine" / ".rapport" / "record.json"
    (tmp_path / "elsewhere" / ".rapport").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere" / "deep")
    assert record_path() == tmp_path / "elsewhere" / ".rapport" / "record.json"
    monkeypatch.delenv("RAPPORT_WORKSPACE")
    monkeypatch.setenv("RAPPORT_COURSE", str(tmp_path))
    monkeypatch.chdir(tmp_path.parent)
    assert record_path() == tmp_path / "workspace" / ".rapport" / "record.json", "from anywhere, with the course named"
    monkeypatch.setenv("RAPPORT_COURSE", str(tmp_path / "nowhere"))
    assert record_path() == tmp_path.parent / ".rapport" / "record.json"


def test_writers_in_two_processes_lose_nothing(path):
    program = f"from rapport.learner import open_record\nr = open_record({str(path)!r})\nfor i in range(25): r.add_attempt({MODULE!r}, 'rate', 1, 'wrong')"
    workers = [subprocess.Popen([sys.executable, "-c", program]) for _ in range(2)]
    assert [worker.wait(60) for worker in workers] == [0, 0]
    assert len(open_record(path).attempts(MODULE, "rate", 1)) == 50


@pytest.mark.skipif(os.name == "nt", reason="file modes are a Unix matter")
def test_the_record_is_an_ordinary_readable_file(path):
    open_record(path).set_draw(MODULE, 1)
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


# ---- the document ----


def filled(path, *, rows=6):
    record = open_record(path)
    for number in range(rows):
        record.add_attempt(MODULE, "rate", 1, "wrong", answer=number)
    return record


def test_an_event_says_what_when_and_in_which_version_and_language(path):
    event = open_record(path).add("sitting", form="A", scores={"total": 3.5})
    assert event["kind"] == "sitting" and len(event["id"]) == 32 and event["language"] == "en" and event["version"][0].isdigit()
    assert instant(event["at"]).utcoffset().total_seconds() == 0
    assert open_record(path).events("sitting") == [event] and open_record(path).events("run") == []


def test_the_learner_is_made_once_and_says_nothing_about_the_person(path):
    record = open_record(path)
    assert len(record.learner) == 32 and int(record.learner, 16) >= 0
    assert open_record(path).learner == record.learner != open_record(path.with_name("b.json")).learner


def test_learner_and_seed_outlive_a_file_that_is_taken_away(path):
    record = filled(path)
    learner, seed = record.learner, record.seed
    path.unlink()
    record.add_attempt(MODULE, "rate", 1, "right")
    again = open_record(path)
    assert (again.learner, again.seed) == (learner, seed) and len(again.events()) == 1


def test_another_persons_file_in_its_place_keeps_its_owner(path):
    record = filled(path)
    path.unlink()
    other = filled(path, rows=1)
    record.add_attempt(MODULE, "rate", 1, "right")
    assert open_record(path).learner == other.learner


def test_what_json_cannot_say_is_kept_as_it_can(path):
    import numpy as np

    record = open_record(path)
    event = record.add("sitting", answers=(1, 2), at_once=np.int64(3), nothing=float("nan"), odd="\ud800")
    assert (event["answers"], event["at_once"], event["nothing"]) == ([1, 2], 3, None)
    assert open_record(path).events() == [event] and record.notices == []


@pytest.mark.parametrize("kind, row", [("attempt", {"module": "m"}), ("hint", {"module": "m", "exercise": "e", "seed": True, "number": 1}), ("erasure", {"ids": [1]})])
def test_an_event_that_could_not_be_read_again_is_not_taken(path, kind, row):
    with pytest.raises(ValueError, match=f"a {kind} needs"):
        open_record(path).add(kind, **row)
    assert not path.exists()


FORMAT_1 = {
    "format": 1, "seed": 77, "draws": {MODULE: 78},
    "attempts": [{"module": MODULE, "exercise": "rate", "seed": 78, "outcome": "wrong", "answer": 1.5, "mistakes": [], "at": "2026-11-20T10:00:00+00:00"}] * 2
    + [{"module": MODULE, "exercise": "rate", "seed": 78, "outcome": "right", "answer": 2, "mistakes": [], "at": "2026-11-20T10:01:00+00:00"}],
    "predictions": [{"module": MODULE, "exercise": "rate", "seed": 78, "guess": 9, "at": "2026-11-20T09:59:00+00:00"}],
    "runs": [{"scenario": "the_cold_chain", "place": "CN", "path": ["a"], "scores": [1, 0, 0, 0], "at": "2026-11-21T09:59:00+00:00"}],
}  # fmt: skip


def test_a_file_of_format_1_is_carried_over_whole_and_only_once(path, tmp_path):
    path.parent.mkdir()
    path.write_text(json.dumps(FORMAT_1))
    record = open_record(path)
    assert json.loads(path.read_text())["format"] == 1, "opening writes nothing"
    assert (record.seed, record.draw(MODULE), record.prediction(MODULE, "rate", 78)) == (77, 78, 9)
    assert [row["outcome"] for row in record.attempts(MODULE, "rate", 78)] == ["wrong", "wrong", "right"], "equal rows are not one"
    assert record.runs("the_cold_chain") == FORMAT_1["runs"]
    record.set_draw(MODULE, 80)
    assert json.loads(path.read_text())["format"] == 2 and len(open_record(path).events()) == 5
    assert open_record(path).take_in(read(json.dumps(FORMAT_1).encode())[0]) == 0, "the old file again adds nothing"


def test_merging_is_the_union_whatever_the_order(tmp_path):
    base = filled(tmp_path / "a.json", rows=3)
    (tmp_path / "b.json").write_bytes((tmp_path / "a.json").read_bytes())
    other = open_record(tmp_path / "b.json")
    base.add_attempt(MODULE, "rate", 1, "right")
    base.erase([base.events()[0]["id"]])
    other.add_run("the_cold_chain", {"place": "US", "path": [], "scores": []})
    other.erase_runs("the_cold_chain")
    other.add_run("the_cold_chain", {"place": "CN", "path": [], "scores": []})
    one, two = merge(base.data, other.data), merge(other.data, base.data)
    assert one == two == merge(one, two) == merge(one, base.data)
    assert [event["place"] for event in one["events"] if event["kind"] == "run"] == ["CN"]
    assert sum(event["kind"] == "attempt" for event in one["events"]) == 3, "three, less the erased one, and one new"
    assert base.take_in(other.data) == 2 and base.take_in(other.data) == 0
    assert open_record(base.path).events() == one["events"]


def test_merged_events_stand_in_the_order_of_time_whatever_clock_they_name(tmp_path):
    def at(moment):
        return {"id": moment[::-1], "at": moment, "kind": "tea"}

    one, two, three = "2026-03-02T09:00:00+00:00", "2026-03-02T14:40:00.500+05:30", "2026-03-02T10:00:00Z"
    documents = [{"format": 2, "draws": {}, "events": [at(moment)]} for moment in (three, two, one)]
    assert [event["at"] for event in merge(merge(*documents[:2]), documents[2])["events"]] == [one, two, three]


def test_what_was_erased_does_not_come_back(tmp_path):
    record = filled(tmp_path / "a.json", rows=2)
    before = read((tmp_path / "a.json").read_bytes())[0]
    record.erase([event["id"] for event in record.events("attempt")])
    assert record.take_in(before) == 0 and open_record(record.path).events("attempt") == []
    assert '"answer"' not in record.path.read_text(), "nor does the file still hold it"


def test_keys_of_a_later_or_another_program_stay(path):
    path.parent.mkdir()
    path.write_text(json.dumps({"format": 2, "draws": {}, "events": [], "theme": "dark"}))
    filled(path, rows=1)
    assert json.loads(path.read_text())["theme"] == "dark"


# ---- damage ----


@pytest.mark.parametrize("cut", [0.3, 0.6, 0.9, 0.999])
def test_of_a_cut_file_every_whole_entry_is_recovered_and_said(path, cut):
    whole = filled(path, rows=20)
    learner, seed, events = whole.learner, whole.seed, whole.events()
    data = path.read_bytes()[: int(path.stat().st_size * cut)]
    path.write_bytes(data)
    expected = data.count(b"}\n") + data.count(b"},\n")
    record = open_record(path)
    assert (record.learner, record.seed) == (learner, seed)
    assert record.events() == events[: len(record.events())] and len(record.events()) >= expected > 0
    assert f"{len(record.events())} entr" in record.notices[0] and "record.damaged-1.json" in record.notices[0]
    assert (path.parent / "record.damaged-1.json").read_bytes() == data
    assert open_record(path).events() == record.events() and open_record(path).notices == []


def test_an_entry_spoilt_in_the_middle_costs_only_itself(path):
    filled(path, rows=5)
    lines = path.read_text().splitlines(keepends=True)
    lines[3] = lines[3].replace('"kind"', '"ki\x00nd').replace("{", "", 1)
    path.write_text("".join(lines))
    assert [event["answer"] for event in open_record(path).events()] == [0, 1, 3, 4]


def test_a_cut_file_of_one_line_or_of_format_1_is_recovered_too(path):
    data = filled(path, rows=5).data
    path.write_text(json.dumps(data)[:-60])
    assert len(open_record(path).events()) == 4
    path.write_text(json.dumps(FORMAT_1, indent=1)[:-40])
    assert len(open_record(path).attempts(MODULE, "rate", 78)) == 3


@pytest.mark.parametrize(
    "key, value", [("learner", "Asha"), ("seed", "x"), ("draws", {"m": -1}), ("role", "boss"), ("events", {}), ("events", [{"id": "a", "at": "yesterday", "kind": "run"}])]
)
def test_a_wrong_type_is_set_aside_and_the_rest_recovered(path, key, value):
    data = {**filled(path, rows=2).data}
    data[key] = data["events"] + value if key == "events" and isinstance(value, list) else value
    path.write_text(json.dumps(data))
    record = open_record(path)
    assert len(record.events()) == (0 if value == {} else 2) and "set aside" in record.notices[0]
    assert len(record.learner) == 32 and record.seed >= 0


@pytest.mark.parametrize("foreign", ['{"cells": [], "nbformat": 4}', '{"events": [{"id": "a", "at": "2026-11-20T10:00:00Z", "kind": "run"}]}', "name,age\nA,3\n"])
def test_a_foreign_document_is_set_aside_and_nothing_taken_from_it(path, foreign):
    path.parent.mkdir()
    path.write_text(foreign)
    assert open_record(path).events() == [] and (path.parent / "record.damaged-1.json").read_text() == foreign


def test_any_damage_at_all_is_survived(path):
    whole = filled(path, rows=8).path.read_bytes()
    luck = random.Random(4)
    for _ in range(150):
        data = bytearray(whole)
        for _ in range(luck.randint(1, 4)):
            at = luck.randrange(len(data))
            data[at : at + luck.randint(0, 30)] = luck.randbytes(luck.randint(0, 5))
        document, _ = read(bytes(data))
        assert read(dump(document).encode()) == (document, True), "what is recovered is sound"


def test_writers_in_two_processes_that_find_a_damaged_file_set_it_aside_once(path):
    filled(path, rows=20)
    path.write_bytes(path.read_bytes()[:-40])
    program = f"from rapport.learner import open_record\nr = open_record({str(path)!r})\nfor i in range(10): r.add_attempt({MODULE!r}, 'rate', 2, 'wrong')"
    workers = [subprocess.Popen([sys.executable, "-c", program]) for _ in range(2)]
    assert [worker.wait(60) for worker in workers] == [0, 0]
    record = open_record(path)
    assert len(record.attempts(MODULE, "rate", 2)) == 20 and len(record.attempts(MODULE, "rate", 1)) == 19
    assert [p.name for p in path.parent.glob("*damaged*")] == ["record.damaged-1.json"]


def test_a_process_killed_while_it_writes_leaves_a_whole_record(path):
    program = f"from rapport.learner import open_record\nr = open_record({str(path)!r})\nprint('go', flush=True)\nwhile True: r.add_attempt({MODULE!r}, 'rate', 1, 'wrong')"
    for _ in range(3):
        worker = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
        worker.stdout.readline()
        time.sleep(0.3)
        worker.kill()
        worker.wait(10)
        assert read(path.read_bytes())[1]
    record = open_record(path)
    assert record.notices == [] and len(record.events()) > 3


def test_erasing_everything_takes_the_damaged_copies_along(path):
    filled(path)
    path.write_bytes(path.read_bytes()[:-30])
    record = open_record(path)
    assert {each.name for each in record.erase_everything()} == {"record.json", "record.damaged-1.json"}
    assert list(path.parent.iterdir()) == [] and record.events() == [] and open_record(path).events() == []


# ---- who ----


def test_a_role_is_one_of_four(path):
    record = open_record(path)
    assert record.role is None
    record.set_role("trainer")
    assert open_record(path).role == "trainer"
    with pytest.raises(ContentError, match="small_business"):
        record.set_role("boss")
