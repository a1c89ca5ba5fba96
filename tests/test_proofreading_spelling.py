"""Spelling: what the dictionaries and the lists of accepted words do not have is told with its file and line."""

import os
from pathlib import Path

import pytest

from rapport.content import ContentError
from rapport.i18n.checks import check
from rapport.proofreading import proofread, spelling

ROOT = Path(__file__).parents[1]
HEAD = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'


@pytest.fixture
def dictionaries():
    if missing := spelling.missing():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"not installed: {', '.join(missing)} (Debian: apt-get install {spelling.INSTALL})")


@pytest.fixture
def course(tmp_path):
    for folder in ("notebooks", "exercises", "playbooks", "locales/lv/playbooks"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "playbooks/about.md").write_text("---\ntitle: The customer\n---\n\nA sentense of Ines, with `dfx.heda()`.\n", encoding="utf-8")
    (tmp_path / "locales/lv/playbooks/about.md.po").write_text(HEAD + 'msgid "The customer"\nmsgstr "Kliants no rīta"\n', encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("lang", "text", "unknown"),
    [
        ("lv", "Pajautājiet klientam {person}, `kods` un [saite](#xyz).", []),
        ("lv", "Pajautajiet klientam.", ["Pajautajiet"]),
        ("gu", "ગ્રાહકને પૂછો; {person}ને, {city}માં.", []),
        ("gu", "ગ્રાહકનએ પૂછો.", ["ગ્રાહકનએ"]),
        ("gu", "ગ્રાહકોને, ગ્રહાકને", ["ગ્રહાકને"]),
        ("en", "The customer’s colour, the 12th; lead's.", []),
        ("en", "The customer's color.", ["color"]),
    ],
)
def test_a_word_is_right_when_the_dictionary_or_a_list_has_it(dictionaries, lang, text, unknown):
    assert list(spelling.unknown([text], lang, ROOT)) == unknown


def test_unknown_words_name_file_and_line_and_an_accepted_one_does_not(dictionaries, course):
    def told():
        return [(each.path.name, each.line, each.problem.split("'")[1]) for each in proofread(course, check(course)) if isinstance(each, ContentError)]

    assert told() == [("about.md", 5, "sentense"), ("about.md", 5, "Ines"), ("about.md.po", 5, "Kliants")]
    for lang, words in (("en", "Ines\nsentense\n"), ("lv", "Kliants\n")):
        (course / "locales" / lang).mkdir(exist_ok=True)
        (course / "locales" / lang / spelling.FILE).write_text(words, encoding="utf-8")
    assert told() == []
    (course / "locales/lv" / spelling.FILE).write_text("Kliants\nAnna\n", encoding="utf-8")
    assert [(each.path.name, each.line) for each in proofread(course, check(course)) if isinstance(each, ContentError)] == [("words.txt", 2)]


def test_without_dictionaries_it_says_so_and_a_release_fails(monkeypatch, course):
    monkeypatch.setattr(spelling, "missing", lambda *_: ["lv_LV"])
    (daily,) = [each for each in proofread(course, check(course)) if "spelling" in str(each)]
    assert daily.startswith("spelling: not looked at; lv_LV not installed (Debian: apt-get install hunspell")
    (release,) = [each for each in proofread(course, check(course), release=True) if "spelling" in str(each)]
    assert isinstance(release, ContentError)


def test_the_course_is_spelled_right_in_all_its_languages(dictionaries):
    found = [str(each) for each in proofread(ROOT, check(ROOT)) if isinstance(each, ContentError)]
    assert not found
