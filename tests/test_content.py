"""Content: where a fault is, said so that an author can mend it; and writing whole or not at all."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict

from rapport import content
from rapport.content import ContentError


class Sheet(BaseModel):
    model_config = ConfigDict(extra="forbid")
    title: str
    words: list[str] = []


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("title: a\nwords: [1]\n", 2, "words.0: found 1; input should be a valid string"),
        ("title: a\ncolour: red\n", 2, "colour: unknown key"),
        ("words: []\n", 1, "title: the key is missing"),
        ("title: a\n\ntitle: b\n", 3, "written twice (first on line 1)"),
        ("title: a\nwords: [b\n", 3, "not valid YAML"),
        ("", 1, "title: the key is missing"),
        ("- a\n", 1, "should be a valid dictionary"),
        ("title: a\nwords: [{{person}}]\n", 2, "words.0: a key must be one word"),
    ],
)
def test_a_fault_in_yaml_names_file_line_and_key(tmp_path, text, line, told):
    path = tmp_path / "sheet.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ContentError) as caught:
        content.read_yaml(path, Sheet)
    assert told in str(caught.value)
    assert caught.value.line == line
    assert f"sheet.yaml:{line}:" in str(caught.value)


def test_an_alias_that_contains_itself_is_a_sentence(tmp_path):
    with pytest.raises(ContentError, match="an alias .* contains itself"):
        content.parse_yaml("words: &all [*all]\n", tmp_path / "sheet.yaml")


def test_all_faults_are_told_at_once(tmp_path):
    path = tmp_path / "sheet.yaml"
    path.write_text("title: 1\nwords: [2, 3]\nother: 4\n", encoding="utf-8")
    with pytest.raises(content.ContentErrors) as caught:
        content.read_yaml(path, Sheet)
    assert len(caught.value.errors) == 4
    assert len(str(caught.value).splitlines()) == 4


def test_no_and_yes_and_dates_stay_words(tmp_path):
    path = tmp_path / "sheet.yaml"
    path.write_text("title: 2026-11-22\nwords: [no, yes, on, NO]\n", encoding="utf-8")
    sheet, _ = content.read_yaml(path, Sheet)
    assert sheet.words == ["no", "yes", "on", "NO"] and sheet.title == "2026-11-22"


def test_front_matter_lines_count_from_the_top_of_the_file(tmp_path):
    path = tmp_path / "page.md"
    path.write_text("---\ntitle: a\ncolour: red\n---\n# Body\n", encoding="utf-8")
    with pytest.raises(ContentError) as caught:
        content.read_markdown(path, Sheet)
    assert caught.value.line == 3
    path.write_text("---\ntitle: a\n---\n# Body\n", encoding="utf-8")
    front, body, line = content.read_markdown(path, Sheet)
    assert (front.title, body, line) == ("a", "# Body\n", 4)
    path.write_text("# Body\n", encoding="utf-8")
    with pytest.raises(ContentError, match="no front matter"):
        content.read_markdown(path, Sheet)


def test_a_file_that_is_missing_or_not_text_is_named(tmp_path):
    with pytest.raises(ContentError, match="gone.yaml: the file does not exist"):
        content.read_text(tmp_path / "gone.yaml")
    (tmp_path / "latin.yaml").write_bytes(b"title: caf\xe9")
    with pytest.raises(ContentError, match="not UTF-8"):
        content.read_text(tmp_path / "latin.yaml")


def test_the_course_is_found_from_inside_it_and_by_name(tmp_path, monkeypatch):
    for folder in ("notebooks", "playbooks", "exercises", "deep/er"):
        (tmp_path / folder).mkdir(parents=True)
    monkeypatch.delenv("RAPPORT_COURSE", raising=False)
    assert content.course_root(tmp_path / "deep/er") == tmp_path
    monkeypatch.setenv("RAPPORT_COURSE", str(tmp_path / "deep"))
    with pytest.raises(ContentError, match="a course folder holds notebooks/, playbooks/ and exercises/"):
        content.course_root()


def test_a_write_that_fails_leaves_what_was_there(tmp_path):
    """A file size limit stands in for a full disk; it works for root too."""
    path = tmp_path / "kept.txt"
    content.write_text(path, "good")
    code = (
        "import resource, signal, sys; from rapport.content import write_bytes, ContentError\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))\n"
        f"try: write_bytes({str(path)!r}, b'x' * 1000)\n"
        "except ContentError as error: print(error)\n"
    )
    if os.name != "posix":
        pytest.skip("file size limits need a POSIX system")
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "kept.txt: cannot be written" in told and "Nothing was changed" in told
    assert path.read_text() == "good"
    assert os.listdir(tmp_path) == ["kept.txt"]


def test_a_folder_in_the_place_of_a_file_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ContentError, match="cannot be written"):
        content.write_text(tmp_path / "file" / "inner.txt", "x")


def test_module_stems_come_from_playbooks_and_notebooks(tmp_path):
    for folder in ("playbooks/10_ten", "playbooks/not_a_module", "notebooks"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "notebooks/03_three.ipynb").write_text("{}")
    assert content.module_stems(Path(tmp_path)) == ["03_three", "10_ten"]


def test_a_mark_at_the_beginning_of_a_file_is_no_part_of_it(tmp_path):
    path = tmp_path / "page.md"
    path.write_bytes("\ufeff---\ntitle: a\n---\nBody\n".encode())
    front, body, line = content.read_markdown(path, Sheet)
    assert (front.title, body, line) == ("a", "Body\n", 4)
