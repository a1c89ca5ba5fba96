"""Results kept from build to build: used while what they were made from is unchanged, made again otherwise."""

import json
import os
import time

import pytest
import tiny_course

from rapport.handbook import execute, kept
from rapport.handbook.kept import Kept


@pytest.fixture
def course(tmp_path):
    return tiny_course.make(tmp_path)


def entries(root):
    return sorted((root / kept.FOLDER).glob("*.json"))


def test_a_result_holds_while_its_files_do(course):
    read = str(course / "playbooks/index.md")
    store = Kept(course)
    key = store.key("run", "a notebook")
    assert store.get(key) is None
    store.put(key, {"made": 1}, [read, "/etc/hostname"], time.time() + 1)
    assert Kept(course).get(key) == {"made": 1}
    assert json.loads(entries(course)[0].read_text().split("\n", 1)[1])["reads"].keys() == {"playbooks/index.md"}
    (course / "playbooks/about.md").write_text("---\ntitle: Other\n---\n")
    assert Kept(course).get(key) == {"made": 1}, "a file that was not read does not matter"
    (course / "playbooks/index.md").write_text("---\ntitle: Other\n---\n")
    assert Kept(course).get(key) is None


def test_data_the_lock_and_new_files_count_for_every_result(course):
    key = Kept(course).key("run", "x")
    (course / "data/new.csv").write_text("a\n1\n")
    second = Kept(course).key("run", "x")
    (course / "data/new.csv").write_text("a\n2\n")
    third = Kept(course).key("run", "x")
    (course / "requirements.lock").write_text("numpy==1\n")
    assert len({key, second, third, Kept(course).key("run", "x"), Kept(course).key("run", "y")}) == 5


@pytest.mark.parametrize("damage", ("", "not json", "0" * 64 + "\n{}", None))
def test_a_damaged_entry_is_made_again(course, damage):
    store = Kept(course)
    key = store.key("run", "x")
    store.put(key, [1], [], time.time())
    text = entries(course)[0].read_text()
    entries(course)[0].write_text(text[: len(text) - 4] if damage is None else damage)
    assert Kept(course).get(key) is None
    store.put(key, [1], [], time.time())
    assert Kept(course).get(key) == [1]


def test_a_file_saved_while_the_work_was_done_leaves_nothing_behind(course):
    store, began = Kept(course), time.time() - 1
    (course / "playbooks/index.md").write_text("---\ntitle: Saved\n---\n")
    store.put(store.key("run", "x"), 1, [str(course / "playbooks/index.md")], began)
    assert entries(course) == []


def test_a_place_that_cannot_be_written_costs_nothing_but_time(course):
    (course / "build").write_text("in the way")
    store = Kept(course)
    store.put(store.key("run", "x"), 1, [], time.time())
    assert store.get(store.key("run", "x")) is None


def test_what_nobody_asked_for_in_a_month_is_forgotten(course):
    store = Kept(course)
    for name in ("old", "new"):
        store.put(store.key("run", name), name, [], time.time())
    for path in entries(course):
        os.utime(path, (time.time() - 40 * 86_400,) * 2)
    assert store.get(store.key("run", "new")) == "new"
    store.forget()
    assert [path.stem for path in entries(course)] == [store.key("run", "new")]


def test_a_notebook_runs_again_when_something_it_read_has_changed(course, monkeypatch):
    path = course / f"notebooks/{tiny_course.STEM}.ipynb"
    ran = []
    real = execute.run_notebook
    monkeypatch.setattr(execute, "run_notebook", lambda *args, **options: ran.append(1) or real(*args, **options))

    def build():
        return execute.run_all(course, [path], kept=Kept(course))[path]

    first = build()
    assert execute.to_text(build()) == execute.to_text(first) and len(ran) == 1
    notebook = execute.read_notebook(path)
    notebook.cells[3].source += "\nprint(open(__import__('os').environ['RAPPORT_COURSE'] + '/playbooks/index.md').read())"
    path.write_text(execute.to_text(notebook))
    build()
    build()
    assert len(ran) == 2
    (course / "playbooks/index.md").write_text("---\ntitle: Other words\n---\n")
    assert "Other words" in execute.to_text(build()) and len(ran) == 3


def test_a_sentence_does_not_run_the_code_again_and_a_cited_source_does(course, monkeypatch):
    path = course / f"notebooks/{tiny_course.STEM}.ipynb"
    notebook = execute.read_notebook(path)
    notebook.cells[3].source += "\nprint(len(open(__import__('os').environ['RAPPORT_COURSE'] + '/notebooks/01_tiny.ipynb').read()) > 0)"
    path.write_text(execute.to_text(notebook))
    ran = []
    real = execute.run_notebook
    monkeypatch.setattr(execute, "run_notebook", lambda *args, **options: ran.append(1) or real(*args, **options))

    def build(sentence):
        notebook.cells[1].source += sentence
        path.write_text(execute.to_text(notebook))
        time.sleep(0.05)
        return execute.to_text(execute.run_all(course, [path], kept=Kept(course))[path])

    build("")
    assert "One more sentence." in build("\n\nOne more sentence.") and len(ran) == 1
    build("\n\n[Another](#source-another-2001)")
    assert len(ran) == 2
