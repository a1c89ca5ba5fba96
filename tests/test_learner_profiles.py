"""Several people at one computer: a record each, and one sentence or click to say whose turn it is."""

import pytest

from rapport.content import ContentError
from rapport.learner import become, current, open_record, profiles, record_path


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("RAPPORT_RECORD", str(tmp_path / ".rapport" / "record.json"))
    return tmp_path / ".rapport"


def test_alone_you_are_me_and_nothing_is_written(home):
    assert (current().name, current().path) == ("me", home / "record.json")
    assert [each.name for each in profiles()] == ["me"] and not home.exists()


def test_each_learner_has_a_record_of_their_own(home):
    mine = open_record()
    mine.add_run("the_cold_chain", {"place": "US", "path": [], "scores": []})
    assert become("Asha  Žagata").name == "Asha Žagata"
    hers = open_record()
    assert hers.runs() == [] and hers.profile == "Asha Žagata" and hers.learner != mine.learner
    become("હેતલ")
    assert [each.name for each in profiles()] == ["me", "Asha Žagata", "હેતલ"]
    become("me")
    assert record_path() == home / "record.json" and len(open_record().runs()) == 1


@pytest.mark.parametrize("again", ["asha", "ASHA", " Asha "])
def test_names_that_some_disks_cannot_tell_apart_are_one_learner(again):
    learner = (become("Asha"), open_record().learner)[1]
    become("me")
    assert become(again).name == "Asha" and open_record().learner == learner


def test_nor_are_names_that_differ_in_capitals_of_one_language_only():
    assert become("Straße").path == become("STRASSE").path and become("Ｅva").path != become("Eva").path


@pytest.mark.parametrize("name", ["", "  ", "../x", "a/b", "a\\b", "x.y", "a_b", "con:", "a" * 41, "a\x00b", "<b>"])
def test_what_can_be_no_name_is_refused_and_nothing_changes(name, home):
    with pytest.raises(ContentError, match="a name here has"):
        become(name)
    assert current().name == "me" and not home.exists()


@pytest.mark.parametrize("damage", [b"", b"\xff\xfe", b"../../etc", b"x" * 10_000])
def test_a_damaged_note_of_whose_turn_it_is_leads_back_to_the_first(home, damage):
    become("Asha")
    (home / "record.profile").write_bytes(damage)
    assert current().path == home / "record.json"


def test_a_damaged_record_set_aside_is_nobodys(home):
    become("Asha")
    (home / "record-asha.json").write_bytes(b"{")
    open_record()
    assert (home / "record-asha.damaged-1.json").exists()
    assert [each.name for each in profiles()] == ["asha"], "the name as it was typed went with the rest; the file's is left"
