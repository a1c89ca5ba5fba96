"""Bad input: each case of `broken/cases.yaml` gives one clear message, the right exit code and no traceback,
and what stood before still stands; so do a full disk, a read-only folder and Ctrl-C."""

import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from rapport.cli import run
from rapport.content import ContentError

ROOT = Path(__file__).parents[1]
CASES = yaml.safe_load((Path(__file__).parent / "broken" / "cases.yaml").read_text(encoding="utf-8"))
RAPPORT = [sys.executable, "-c", "from rapport.cli import main; main()"]


@pytest.fixture(scope="session")
def whole_course(tmp_path_factory) -> Path:
    """A small course without a fault."""
    root = tmp_path_factory.mktemp("course")
    for name in ("notebooks", "playbooks", "exercises", "data"):
        (root / name).mkdir()
    shutil.copy(ROOT / "data/coverage.yaml", root / "data")
    (root / "data/sources.bib").touch()
    for name in ("index", "about"):
        (root / "playbooks" / f"{name}.md").write_text("---\ntitle: A small course\nlead: For tests.\n---\n\nOne page.\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        patch.setenv("RAPPORT_COURSE", str(root))
        assert run(["new", "module", "77_first_steps"]) == 0
        assert run(["new", "scenario", "the_first_case", "--module", "77_first_steps"]) == 0
        assert run(["check"]) == 0
    return root


LIGHT = """{"cells": [{"cell_type": "markdown", "id": "a", "metadata": {}, "source": "# First steps"},
 {"cell_type": "code", "execution_count": null, "id": "b", "metadata": {}, "outputs": [], "source": "1 + 1"}],
 "metadata": {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}, "nbformat": 4, "nbformat_minor": 5}
"""


@pytest.fixture(scope="session")
def light_course(whole_course, tmp_path_factory) -> Path:
    """The course with a notebook of one small cell and no exercises, so that it builds quickly; its handbook built once."""
    root = tmp_path_factory.mktemp("light") / "course"
    shutil.copytree(whole_course, root)
    (root / "notebooks" / "77_first_steps.ipynb").write_text(LIGHT, encoding="utf-8")
    for path in (root / "exercises").iterdir():
        path.unlink()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAPPORT_COURSE", str(root))
        assert run(["build"]) == 0
    return root


def copied(source: Path, folder: Path, monkeypatch) -> Path:
    root = folder / "course"
    shutil.copytree(source, root)
    monkeypatch.chdir(root)
    monkeypatch.setenv("RAPPORT_COURSE", str(root))
    monkeypatch.delenv("RAPPORT_DEBUG", raising=False)
    return root


@pytest.fixture
def course(whole_course, tmp_path, monkeypatch) -> Path:
    """A copy that a test may break, and the folder the command runs in."""
    return copied(whole_course, tmp_path, monkeypatch)


@pytest.fixture
def built(light_course, tmp_path, monkeypatch) -> Path:
    """A copy of the light course with its last good handbook."""
    return copied(light_course, tmp_path, monkeypatch)


def handbook(course: Path) -> dict[str, bytes]:
    """Every file that a reader gets, by its path; what the build keeps for itself is not among them."""
    return {path.relative_to(course).as_posix(): path.read_bytes() for path in sorted((course / "build").rglob("*")) if path.is_file() and path.parent.name != "kept"}


def break_it(course: Path, case: dict) -> int:
    """Apply a case's replacement; the line of what was replaced."""
    path = course / case["file"]
    data, find = path.read_bytes(), case["find"].encode()
    put = bytes.fromhex(case["put_bytes"]) if "put_bytes" in case else case["put"].encode()
    assert find in data, f"{case['id']}: the course no longer holds {case['find']!r}"
    path.write_bytes(data.replace(find, put, 1))
    return data[: data.index(find)].count(b"\n") + 1


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_bad_input_gives_one_clear_message(case, capsys, request):
    course = request.getfixturevalue("built" if case["command"] == ["build"] else "course")
    line = break_it(course, case) if "file" in case else 0
    before = handbook(course)
    code = run(case["command"])
    said = capsys.readouterr().err
    assert code == case.get("exit", 1), said
    for part in case["says"]:
        assert part.replace("{line}", str(line)) in said
    assert "Traceback" not in said and 'File "' not in said
    assert "unforeseen" not in said
    assert handbook(course) == before


def test_the_course_without_a_fault_passes(course, capsys):
    assert run(["check"]) == 0, capsys.readouterr().err


def command(course: Path, *arguments: str, **more) -> subprocess.CompletedProcess:
    return subprocess.run([*RAPPORT, *arguments], cwd=course, capture_output=True, text=True, timeout=120, check=False, **more)


def clear(found: subprocess.CompletedProcess) -> None:
    assert "Traceback" not in found.stderr and "unforeseen" not in found.stderr, found.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="file size limits are a POSIX matter")
def test_a_full_disk_leaves_the_last_good_handbook(built):
    before = handbook(built)
    about = built / "playbooks" / "about.md"  # what stays as it was is not written again, so something must change
    about.write_text(about.read_text(encoding="utf-8") + "\nOne more sentence.\n", encoding="utf-8")

    def nearly_full():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000))

    found = command(built, "build", preexec_fn=nearly_full)
    assert found.returncode == 1
    assert "cannot be written" in found.stderr or "File too large" in found.stderr
    clear(found)
    assert handbook(built) == before


@pytest.mark.skipif(not shutil.which("mount") or not hasattr(os, "geteuid") or os.geteuid() != 0, reason="mounting needs root")
@pytest.mark.parametrize("options", ["size=64k", "ro"])
def test_a_tiny_or_read_only_disk_is_named_in_one_sentence(built, tmp_path, capsys, options):
    place = tmp_path / "disk"
    place.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)], capture_output=True, check=False).returncode:
        pytest.skip("no permission to mount a small disk here")
    try:
        assert run(["build", "--out", str(place / "handbook")]) == 1
        said = capsys.readouterr().err
        assert f"{place / 'handbook'}: the handbook cannot be written here: " in said
        assert ("No space left" if "size" in options else "Read-only") in said
        assert list(place.iterdir()) == []
    finally:
        subprocess.run(["umount", str(place)], check=False)


@pytest.mark.skipif(sys.platform == "win32" or (hasattr(os, "geteuid") and os.geteuid() == 0), reason="permissions do not bind root or Windows")
def test_a_folder_without_permission_is_named_in_one_sentence(built):
    (built / "build").chmod(0o555)
    try:
        found = command(built, "build")
    finally:
        (built / "build").chmod(0o755)
    assert found.returncode == 1 and "Permission denied" in found.stderr
    clear(found)


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is sent differently there")
def test_ctrl_c_in_a_build_changes_nothing_and_says_so(built):
    path, running = built / "notebooks" / "77_first_steps.ipynb", built / "running"
    path.write_text(LIGHT.replace("1 + 1", f"import pathlib, time; pathlib.Path('{running}').touch(); time.sleep(60)"), encoding="utf-8")
    before = handbook(built)
    process = subprocess.Popen([*RAPPORT, "build"], cwd=built, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
    try:
        deadline = time.monotonic() + 60
        while not running.exists() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        # As the terminal does it: to every process of the group.
        os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=30)
    finally:
        process.kill()
    assert process.returncode == 130, said
    assert "Stopped; nothing was changed." in said and "Traceback" not in said
    assert handbook(built) == before
    assert not list((built / "build").glob(".*"))


def test_debug_lets_the_traceback_through(course):
    break_it(course, next(case for case in CASES if case["id"] == "dangling_next"))
    with pytest.raises(ContentError, match="which does not exist"):
        run(["--debug", "check"])


def test_a_reader_that_goes_away_is_no_fault_of_the_command(course):
    found = subprocess.run(f"{sys.executable} -c 'from rapport.cli import main; main()' check | true", shell=True, cwd=course, capture_output=True, text=True, check=False)
    assert found.stderr == ""
