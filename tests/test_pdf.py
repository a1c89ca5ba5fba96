"""Modules as PDF: the command and its refusals, and, where there is a browser, what the sheets hold."""

import os
import re
import stat

import pytest
import tiny_course

from rapport.cli.browser import find_browser
from rapport.content import ContentError
from rapport.handbook import package, pages, pdf

CHROMIUM = find_browser()


@pytest.fixture(scope="module")
def single(tmp_path_factory):
    """The one-file form of the tiny course's module."""
    import nbformat

    folder = tmp_path_factory.mktemp("single")
    root = tiny_course.make(folder / "course") or folder / "course"
    path = root / "notebooks" / f"{tiny_course.STEM}.ipynb"
    module = pages.read_module(root, tiny_course.STEM, nbformat.read(path, 4), pages.read_exercises(root, tiny_course.STEM))
    page = pages.single_page(root, pages.module_body(module, root))
    file = folder / page.file
    file.write_bytes(package.single_file(page))
    return file


def test_what_is_printed_has_no_script_and_no_answer_in_it(single):
    html, still = single.read_text(encoding="utf-8"), pdf.still(single.read_text(encoding="utf-8"))
    assert "<script" in html and "Content-Security-Policy" in html
    assert "<script" not in still and "Content-Security-Policy" not in still and '"draws"' not in still
    assert still.count("@page {") >= 2 and "<title>" in still


def test_a_title_cannot_break_out_of_the_style_sheet():
    still = pdf.still('<head><title>A "B" \\ &lt;/style&gt;</title></head>')
    assert still.count("</style>") == 1 and r'content: "A \"B\" \\ \3c /style>"' in still


def test_settled_keeps_every_offset_and_drops_date_and_machine():
    raw = b"%PDF-1.4\n1 0 obj\n<</Title (T)\n/Creator (Mozilla/5.0 \\(X11; Linux\\) Chrome/1)\n/Producer (Skia)\n/CreationDate (D:20261125221820+00'00')\n/ModDate (D:20261125221820+00'00')>>\nendobj\n%%EOF"
    made = pdf.settled(raw)
    assert len(made) == len(raw) and made.index(b"endobj") == raw.index(b"endobj") and made.index(b"/Producer") == raw.index(b"/Producer")
    assert b"2026" not in made and b"Linux" not in made and b"/Creator (Rapport)" in made


def test_a_browser_that_gives_nothing_is_named_and_what_stood_there_stays(single, tmp_path):
    broken = tmp_path / "browser"
    broken.write_text("#!/bin/sh\necho no display >&2\nexit 3\n")
    broken.chmod(broken.stat().st_mode | stat.S_IXUSR)
    out = tmp_path / "pdf"
    out.mkdir()
    (out / package.MARKER).write_text("")
    (out / "old.pdf").write_bytes(b"old")
    with pytest.raises(ContentError, match="no display.*RAPPORT_CHROMIUM"):
        pdf.write([single], out, str(broken), lambda *_: None)
    assert (out / "old.pdf").read_bytes() == b"old" and sorted(path.name for path in tmp_path.iterdir()) == ["browser", "pdf"]


def test_a_folder_of_somebody_else_is_refused_before_anything_is_printed(single, tmp_path):
    (tmp_path / "pdf").mkdir()
    (tmp_path / "pdf" / "mine.txt").write_text("")
    with pytest.raises(ContentError, match="holds files"):
        pdf.write([single], tmp_path / "pdf", "/no/browser", lambda *_: None)


@pytest.mark.parametrize(
    "arguments, words",
    [(["--to", "docx"], "html or pdf"), (["--to", "pdf", "--watch"], "leave out --watch"), (["--to", "pdf", "--edition", "facilitator"], "learner's edition"), (["--to", "pdf"], "No Chromium")],
)
def test_wrong_use_is_said_before_anything_is_built(arguments, words, monkeypatch, capsys):
    from rapport.cli import main

    monkeypatch.setenv("RAPPORT_CHROMIUM", "/no/such/browser")
    monkeypatch.setattr("rapport.handbook.build", lambda *_, **__: pytest.fail("built"))
    monkeypatch.setattr("sys.argv", ["rapport", "build", *arguments])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 2 and words in capsys.readouterr().err


@pytest.mark.skipif(not CHROMIUM, reason="no Chromium or Chrome")
def test_a_module_prints_with_bookmarks_language_and_tags_and_the_same_bytes_each_time(single, tmp_path):
    told = []
    (made,) = pdf.write([single], tmp_path / "pdf", CHROMIUM, lambda *each: told.append(each))
    again = pdf.printed(single, CHROMIUM, tmp_path)
    data = made.read_bytes()
    assert made.name == f"{tiny_course.STEM}.pdf" and told == [(f"printed {tiny_course.STEM}", 1, 1)]
    assert data == again and b"file://" not in data and os.fspath(tmp_path).encode() not in data
    catalog = re.search(rb"/Type /Catalog.*?endobj", data, re.DOTALL)[0]
    assert b"/Lang (en)" in catalog and b"/Marked true" in catalog and b"/Outlines" in catalog
    assert re.search(rb"/MediaBox \[0 0 59[45][\d.]* 84[12]", data), "A4"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pdf"], "nothing is left behind"
