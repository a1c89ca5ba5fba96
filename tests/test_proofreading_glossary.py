"""The glossary is held against the translations: a chosen term in any of its forms, no rejected one, exceptions with a reason."""

from pathlib import Path

import pytest

from rapport.content import ContentError
from rapport.i18n.catalogue import Source
from rapport.i18n.checks import Entry, check
from rapport.proofreading import glossary, proofread

ROOT = Path(__file__).parents[1]
GLOSSARY = """\
- term: customer
  choice: klients
  forms:
    customer: [klient]
  not: [pircēj]
- term: play card; play
  choice: paņēmienu kartīte; paņēmiens
  rejected:
    spēle: a game
  forms:
    play card: [paņēmie kartīt]
    play: [paņēmie]
  not: [spēl]
- term: remedy
  choice: atlīdzinājums
  forms:
    remedy: [atlīdzinājum]
  not: [kompensācij]
- term: compensation
  choice: kompensācija
  forms:
    compensation: [kompensācij]
  except:
    The compensation of old: the title of a song
- term: own
  choice: atzīt
  unchecked: the English word has several senses
"""


@pytest.fixture
def said(tmp_path):
    """Faults of one Latvian translation of an English text, in short."""
    path = tmp_path / "locales/lv/glossary.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(GLOSSARY, encoding="utf-8")
    po = tmp_path / "locales/lv/x.po"

    def faults(words, *forms, also=("The compensation of old", "Senā dziesma")):
        entries = [Entry("lv", Source(tmp_path / "x", "page"), english, translated, "", po, 7) for english, translated in ((words, forms), (also[0], also[1:]))]
        return [fault.problem.split(";")[0] for fault in glossary.faults(tmp_path, "lv", entries)]

    return faults


@pytest.mark.parametrize(
    ("words", "forms", "says"),
    [
        ("Ask the customer.", ("Pajautājiet klientam.",), None),
        ("The Customers’ own words", ("Klientu vārdi",), None),
        ("Ask the customer.", ("Pajautājiet viņam.",), "the glossary has 'klients' for 'customer', and the translation has none of its forms (klient)"),
        ("Ask the customer.", ("Pajautājiet klientam, ne pircējam.",), "'pircēj' was rejected for 'customer' (choice: klients)"),
        ("customisation", ("pielāgošana",), None),
        ("`customer` and [this](#customer)", ("`customer` un [tas](#customer)",), None),
        ("Two play cards", ("Divas paņēmienu kartītes",), None),
        ("Two play cards", ("Divi paņēmieni",), "the glossary has 'paņēmienu kartīte"),
        ("One play", ("Viens spēles paņēmiens",), "'spēl' was rejected for 'play' (choice: paņēmienu kartīte"),
        ("remedies", ("atlīdzinājumi",), None),
        ("remedies", ("atlīdzinājumi un kompensācija",), "'kompensācij' was rejected for 'remedy' (choice: atlīdzinājums)"),
        ("a remedy, not only compensation", ("atlīdzinājums, ne tikai kompensācija",), None),
        ("{n} customers", ("{n} klientu", "{n} klients", "{n} pircēji"), "the glossary has 'klients'"),
        ("Own it.", ("Jā.",), None),
    ],
)
def test_a_translation_keeps_to_the_glossary_in_every_form(said, words, forms, says):
    found = said(words, *forms)
    assert bool(found) == bool(says) and (not says or found[0].startswith(says))


def test_an_exception_that_no_text_needs_is_told(said):
    assert said("Own it.", "Jā.", also=("The compensation of old", "Senā kompensācija")) == ["no text that begins with 'The compensation of old' needs this exception"]


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("- term: a\n  choice: [b\n", None, "not valid YAML"),
        ("- term: a\n", 1, "the key is missing"),
        ("- term: a\n  choice: b\n  forms:\n    a: [b]\n  unchecked: no\n", 5, "keep one of them"),
        ("- term: a\n  choice: b\n  forms:\n    a: []\n", 4, "empty form"),
        ("- term: a\n  choice: b\n  forms:\n    a: [b]\n- term: A\n  choice: c\n  forms:\n    A: [c]\n", 8, "has its forms in an entry above"),
        ("- term: a\n  choice: b\n  forms:\n    a: [b]\n  reject: x\n", 5, "unknown key"),
    ],
)
def test_a_broken_glossary_names_its_line(tmp_path, text, line, says):
    path = tmp_path / "locales/lv/glossary.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ContentError, match=says) as raised:
        glossary.read(tmp_path, "lv")
    assert raised.value.path == path and (line is None or raised.value.line == line)


def test_a_term_without_forms_or_a_reason_is_told_in_daily_work_and_stops_a_release(said, tmp_path):
    path = tmp_path / "locales/lv/glossary.yaml"
    path.write_text("- term: a\n  choice: b\n  unchecked: many senses\n- term: c\n  choice: d\n", encoding="utf-8")
    for folder in ("notebooks", "exercises", "playbooks"):
        (tmp_path / folder).mkdir()
    daily, release = ([str(each) for each in proofread(tmp_path, check(tmp_path), release) if "term" in str(each)] for release in (False, True))
    assert daily == ["glossary lv: 1 of 2 terms say neither their forms nor why they are unchecked; the first on line 4"]
    assert len(release) == 2 and "glossary.yaml:4: " in release[1] and "the term 'c' has neither" in release[1]


def test_the_course_keeps_to_its_glossaries():
    entries = check(ROOT).entries
    for lang in ("gu", "lv"):
        assert len(glossary.read(ROOT, lang)[0]) > 80
        assert not [str(fault) for fault in glossary.faults(ROOT, lang, [entry for entry in entries if entry.lang == lang])]


def test_a_broken_glossary_hides_neither_the_other_language_nor_the_other_checks(tmp_path):
    for folder in ("notebooks", "exercises", "playbooks", "locales/lv/playbooks", "locales/gu"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "playbooks/about.md").write_text("---\ntitle: A customer\n---\n", encoding="utf-8")
    (tmp_path / "locales/lv/playbooks/about.md.po").write_text('msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "A customer"\nmsgstr "Viens customer"\n', encoding="utf-8")
    (tmp_path / "locales/gu/glossary.yaml").write_text("- [\n", encoding="utf-8")
    (tmp_path / "locales/lv/glossary.yaml").write_text(GLOSSARY, encoding="utf-8")
    told = [(each.path.parent.name, each.path.name, each.problem[:20]) for each in proofread(tmp_path, check(tmp_path)) if isinstance(each, ContentError)]
    assert ("gu", "glossary.yaml", "not valid YAML: did ") in told
    assert ("playbooks", "about.md.po", "English is left in t") in told and ("playbooks", "about.md.po", "the glossary has 'kl") in told
