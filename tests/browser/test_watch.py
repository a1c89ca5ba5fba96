"""`rapport build --watch`: a saved change reaches the open page, a fault is told, and the files stay as a reader gets them."""

import os
import signal
import subprocess
import sys

import pytest
import tiny_course


@pytest.fixture
def watched(tmp_path):
    """A course that is being watched: its folder, the handbook, and lines said so far by name."""
    root, out = tiny_course.make(tmp_path / "course"), tmp_path / "out" / "handbook"
    code = "from rapport.cli import main\nif __name__ == '__main__': main()"
    (tmp_path / "run.py").write_text(code)
    command = [sys.executable, str(tmp_path / "run.py"), "build", "--watch", "--port", "0", "--out", str(out)]
    running = subprocess.Popen(command, cwd=tmp_path, env=os.environ | {"RAPPORT_COURSE": str(root), "PYTHONUNBUFFERED": "1"}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    yield root, out, running
    running.send_signal(signal.SIGINT)
    running.wait(30)


def said(running, words):
    """The next line with `words`."""
    for line in running.stdout:
        if words in line:
            return line
    pytest.fail(f"it ended without saying {words!r}")


def read(page):
    return page.locator("main").inner_text().replace("\u00ad", "").replace("\u00a0", " ")


def until(page, words):
    page.wait_for_function("words => document.querySelector('main')?.textContent.replaceAll('\\u00ad', '').replaceAll('\\u00a0', ' ').includes(words) ?? false", arg=words)


def test_a_saved_change_is_on_the_open_page_and_a_fault_leaves_the_last_one(watched, page_factory):
    root, out, running = watched
    address = said(running, "is shown at").split(" at ")[1].split(";")[0]
    page = page_factory(local=True)
    page.goto(f"{address}about.html")
    assert "Simulated." in read(page)
    about = root / "playbooks" / "about.md"
    text = about.read_text(encoding="utf-8")
    about.write_text(text.replace("Simulated.", "A new sentence."), encoding="utf-8")
    told = said(running, "changed (")
    assert "about.html" in told and "sw.js" not in told  # the open page before the rest
    until(page, "A new sentence.")
    assert "sw.js" in said(running, "changed (")
    about.write_text("---\nlead: no title\n---\n", encoding="utf-8")
    assert "about.md" in said(running, "title")
    page.reload()
    assert "A new sentence." in read(page)
    about.write_text(text, encoding="utf-8")
    until(page, "Simulated.")
    written = (out / "about.html").read_text(encoding="utf-8")
    assert "reloader" not in written and "connect-src" not in written and page.seen.errors == []
