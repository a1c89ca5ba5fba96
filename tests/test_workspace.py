"""The learner's workspace: copies are made, followed and never overwritten once edited."""

import json
from pathlib import Path

import pytest

from rapport import workspace
from rapport.content import ContentError

NOTEBOOK = "notebooks/10_small_course.ipynb"


@pytest.fixture
def course(tmp_path: Path) -> Path:
    root = tmp_path / "course"
    for name in ("notebooks", "exercises", "playbooks"):
        (root / name).mkdir(parents=True)
    (root / NOTEBOOK).write_text("first edition")
    (root / "exercises" / "10_small_course.ipynb").write_text("workbook")
    return root


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "workspace"


def test_a_new_workspace_holds_a_copy_of_every_notebook_and_workbook(course, folder):
    said = workspace.refresh(course, folder)
    assert (folder / NOTEBOOK).read_text() == "first edition"
    assert (folder / "exercises" / "10_small_course.ipynb").read_text() == "workbook"
    assert len(said) == 1 and "(2)" in said[0]


def test_a_second_start_changes_and_says_nothing(course, folder):
    workspace.refresh(course, folder)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert workspace.refresh(course, folder) == []
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_an_untouched_copy_follows_the_course(course, folder):
    workspace.refresh(course, folder)
    (course / NOTEBOOK).write_text("second edition")
    said = workspace.refresh(course, folder)
    assert (folder / NOTEBOOK).read_text() == "second edition"
    assert len(said) == 1 and "you had not changed it" in said[0]


def test_an_edited_copy_stays_and_the_newer_version_is_laid_beside_it_once(course, folder):
    workspace.refresh(course, folder)
    (folder / NOTEBOOK).write_text("my notes")
    assert workspace.refresh(course, folder) == []
    (course / NOTEBOOK).write_text("second edition")
    said = workspace.refresh(course, folder)
    beside = folder / "notebooks" / "10_small_course.new.ipynb"
    assert (folder / NOTEBOOK).read_text() == "my notes"
    assert beside.read_text() == "second edition"
    assert len(said) == 1 and "10_small_course.new.ipynb" in said[0]
    beside.unlink()
    assert workspace.refresh(course, folder) == []
    assert not beside.exists()


def test_an_untouched_offer_is_replaced_by_a_still_newer_version(course, folder):
    workspace.refresh(course, folder)
    (folder / NOTEBOOK).write_text("my notes")
    for edition in ("second edition", "third edition"):
        (course / NOTEBOOK).write_text(edition)
        workspace.refresh(course, folder)
    assert (folder / "notebooks" / "10_small_course.new.ipynb").read_text() == "third edition"
    assert not (folder / "notebooks" / "10_small_course.new2.ipynb").exists()


def test_an_edited_offer_stays_too(course, folder):
    workspace.refresh(course, folder)
    (folder / NOTEBOOK).write_text("my notes")
    (course / NOTEBOOK).write_text("second edition")
    workspace.refresh(course, folder)
    (folder / "notebooks" / "10_small_course.new.ipynb").write_text("more of my notes")
    (course / NOTEBOOK).write_text("third edition")
    workspace.refresh(course, folder)
    assert (folder / "notebooks" / "10_small_course.new.ipynb").read_text() == "more of my notes"
    assert (folder / "notebooks" / "10_small_course.new2.ipynb").read_text() == "third edition"


def test_a_file_of_unknown_origin_counts_as_edited(course, folder):
    (folder / "notebooks").mkdir(parents=True)
    (folder / NOTEBOOK).write_text("from last year")
    workspace.refresh(course, folder)
    assert (folder / NOTEBOOK).read_text() == "from last year"
    assert (folder / "notebooks" / "10_small_course.new.ipynb").read_text() == "first edition"


@pytest.mark.parametrize("damage", ["{", "[]", '{"copies": {"a": 3}}', "null"])
def test_a_damaged_manifest_costs_nobody_their_work(course, folder, damage):
    workspace.refresh(course, folder)
    (folder / NOTEBOOK).write_text("my notes")
    (folder / ".rapport" / "manifest.json").write_text(damage)
    said = workspace.refresh(course, folder)
    assert (folder / NOTEBOOK).read_text() == "my notes"
    assert any("manifest.json" in sentence and "stay" in sentence for sentence in said)


def test_the_course_itself_is_refused_as_a_workspace(course):
    with pytest.raises(ContentError, match="the course itself"):
        workspace.refresh(course, course)
    with pytest.raises(ContentError, match="the course itself"):
        workspace.refresh(course, course / "notebooks")


def test_a_workspace_that_cannot_be_written_gives_one_sentence(course, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(ContentError, match="cannot be written|cannot be read"):
        workspace.refresh(course, tmp_path / "file" / "workspace")


def test_the_workspace_has_its_own_record_and_settings(course, folder, monkeypatch):
    monkeypatch.setenv("RAPPORT_SEED", "10")
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", "/elsewhere")
    monkeypatch.setenv("JUPYTERLAB_SETTINGS_DIR", "/elsewhere")
    found = workspace.environment(course, folder)
    assert found["RAPPORT_COURSE"] == str(course)
    assert found["RAPPORT_RECORD"] == str(folder / ".rapport" / "record.json")
    assert found["JUPYTER_CONFIG_DIR"].startswith(str(folder))
    assert "RAPPORT_SEED" not in found and "JUPYTERLAB_SETTINGS_DIR" not in found


def test_jupyterlab_reads_that_news_and_update_checks_are_off(course, folder, monkeypatch):
    from jupyterlab.labapp import LabApp
    from jupyterlab_server.settings_utils import _get_overrides

    workspace.refresh(course, folder)
    workspace.write_settings(folder)
    for name, value in workspace.environment(course, folder).items():
        monkeypatch.setenv(name, value)
    overrides, error = _get_overrides(str(folder / "nowhere"))
    assert not error
    assert overrides["@jupyterlab/apputils-extension:notification"] == {"fetchNews": "false", "checkForUpdates": False}
    LabApp.clear_instance()
    config = json.loads((folder / ".rapport" / "jupyter" / "jupyter_lab_config.json").read_text())
    lab = LabApp(news_url=config["LabApp"]["news_url"], check_for_updates_class=config["LabApp"]["check_for_updates_class"])
    assert lab.news_url is None
    assert lab.check_for_updates_class.__name__ == "NeverCheckForUpdate"


def test_the_lab_opens_the_first_notebook_in_the_workspace(course, folder):
    workspace.refresh(course, folder)
    command = workspace.lab_command(folder, port=9999, browser=False)
    assert "--LabApp.default_url=/lab/tree/notebooks/10_small_course.ipynb" in command
    assert "--ServerApp.port=9999" in command and "--ServerApp.open_browser=False" in command
