"""Catalogues: what is text, how it is exchanged and looked up, how PO files follow their source, and what is refused."""

import json
from pathlib import Path

import pytest

from rapport import i18n
from rapport.i18n import catalogue, checks, texts
from rapport.i18n.catalogue import CatalogueError

ROOT = Path(__file__).parents[1]


def recorded(walk, *args):
    found = []
    walk(*args, lambda words, line, where: (found.append((words, line, where)), words)[1])
    return found


# ---- What is text -----------------------------------------------------------------------------------------------


def test_yaml_text_is_what_stands_under_the_named_keys_and_all_leaves_below_them():
    data = {"id": "a_case", "title": "A case", "acts": [{"id": "own", "text": "Own it.", "outcomes": {"money, quiet": {"effects": {"fairness": 1}, "then": "Fine."}}}], "clues": {"else": "Noon."}}
    assert [words for words, *_ in recorded(texts.tree, data, texts.KEYS["scenario"])] == ["A case", "Own it.", "Fine.", "Noon."]
    turned = texts.tree(data, texts.KEYS["scenario"], lambda words, *_: words.upper())
    assert turned["acts"][0]["outcomes"]["money, quiet"]["then"] == "FINE." and turned["id"] == "a_case" and turned["clues"]["else"] == "NOON."


MARKDOWN = """# Title {#anchor}

A paragraph that
goes on, with `code` and $x < y$.

> **Strong** · A claim.
>
> [Roe](#source-roe-2014).

- one thing
  - another
1. first

| A | B |
|---|---|
| cell | a \\| b |

```python
not = "text"
```

$$c < m$$
"""


def test_markdown_is_exchanged_block_by_block_and_keeps_its_marks():
    found = [words for words, *_ in recorded(texts.markdown, MARKDOWN)]
    assert found == ["Title", "A paragraph that goes on, with `code` and $x < y$.", "**Strong** · A claim.", "[Roe](#source-roe-2014).", "one thing", "another", "first", "A", "B", "cell", "a | b"]
    turned = texts.markdown(MARKDOWN, lambda words, *_: f"<{words}>")
    for line in ("# <Title> {#anchor}", "<A paragraph that goes on, with `code` and $x < y$.>", "> <**Strong** · A claim.>", "  - <another>", "1. <first>", "| <cell> | <a \\| b> |", 'not = "text"', "$$c < m$$"):
        assert line in turned.splitlines()


@pytest.mark.parametrize("path", ["README.md", "docs/authoring.md", "docs/architecture.md"])
def test_walking_without_a_change_gives_the_same_text(path):
    text = (ROOT / path).read_text(encoding="utf-8")
    assert texts.markdown(text, lambda words, *_: words) == text


CODE = '''# Count the quiet ones first
rows = ["none", "matched"]
n = trial.query("owned == 1 and updates > 0")
fig, ax = charts.figure("One stream helps", f"Fairness, {len(trial):,} failures, mean {fair['mean']:.1f}")
charts.dots(ax, ["Nobody told us"], fair)
'''


def test_a_code_cell_keeps_its_code_and_exchanges_sentences_and_comments():
    found = [words for words, *_ in recorded(texts.code, CODE)]
    assert sorted(found) == sorted(["Count the quiet ones first", "One stream helps", "Fairness, {len(trial):,} failures, mean {fair['mean']:.1f}", "Nobody told us"])
    turned = texts.code(CODE, lambda words, *_: f"“{words}” \"x\"")
    compile(turned, "cell", "exec")
    assert 'query("owned == 1 and updates > 0")' in turned and "{len(trial):,}" in turned and '["none", "matched"]' in turned


@pytest.mark.parametrize(
    ("source", "labels"),
    [
        ('ax.set_xlabel("week"); ax.set(ylim=(0, 1), ylabel="share")', ["share", "week"]),
        ('charts.write(ax, x, y, "fifty-fifty", ha="center", colour_name="accent")', ["fifty-fifty"]),
        ('charts.line(ax, x, told["mean"], label="before" if early else "after", colour_name="quiet")', ["after", "before"]),
        ('ax.text(1, 2, "margin"); ax.annotate("edge", (0, 1)); ax.set_xticks([0, 1], ["none", "some"]); ax.legend(["left", "right"])', ["edge", "left", "margin", "none", "right", "some"]),
        ('for place, words in ((0, "margin"), (1, f"{n} people")):\n    charts.reference(ax, place, words)', ["margin", "{n} people"]),
        ('for name, colour in zip(["letters", "calls"], ["accent", "quiet"]):\n    charts.line(ax, x, y, label=name, colour_name=colour)', ["calls", "letters"]),
        ('charts.dots(ax, ["1st end", "2nd", "3rd"], y)', ["1st end", "2nd", "3rd"]),
        ('pd.DataFrame({name: {"people A": 1, "verdict": each.verdict} for name, each in found.items()})', ["people A", "verdict"]),
        ('names = {"own_no": "owned", "paid": "money"}\nreadable(table[list(names)], names | {"x_y": "rest"})', ["money", "owned", "rest"]),
        # names of columns and colours, and what the code looks something up by
        ('rows = ["none", "matched"]\ncharts.dots(ax, rows, fair.loc[rows])', []),
        ('wish = calls[calls.line == "poor"].groupby("market")[["mean", "sem"]].agg("sum")', []),
        ('told = {"before now": 1, "later": 2}\ntold["later"]', ["before now"]),
        ('charts.dots(ax, order, y, colours=["quiet", "accent"]); ax.set_xlabel("$x$"); ax.text(0, 0, "r"); ax.set_ylabel("day_no")', []),
    ],
)
def test_a_label_is_known_by_where_it_stands(source, labels):
    assert sorted(words for words, *_ in recorded(texts.code, source)) == labels
    turned = texts.code(source, lambda words, *_: words + "’")
    compile(turned, "cell", "exec")


def test_values_of_an_f_string_still_come_out_after_translation():
    turned = texts.code('said = f"Mean {values[\'a\']:.1f} of {n:,} people"', lambda words, *_: "Cilvēku ir {n:,}, \"vidēji\" {values['a']:.1f}")
    space = {"values": {"a": 2.25}, "n": 1200}
    exec(turned, space)
    assert space["said"] == 'Cilvēku ir 1,200, "vidēji" 2.2'


def test_every_notebook_cell_of_the_course_survives_a_walk_unchanged():
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            source = "".join(cell["source"])
            walk = texts.markdown if cell["cell_type"] == "markdown" else texts.code
            assert walk(source, lambda words, *_: words) == source
            if cell["cell_type"] == "code":
                compile(texts.code(source, lambda words, *_: words + " ‘x’"), str(path), "exec")


def test_tables_of_words_are_found_in_python_and_in_scripts():
    found = texts.python_table('STRINGS: dict = {\n"a": "One day",\n"b": ("{n} card", "{n} cards"),\n"c": "%"}\nOTHER = {"x": "no"}\n')
    assert [(each.words, each.plural, each.where) for each in found] == [("One day", "", "a"), ("{n} card", "{n} cards", "b")]
    found = texts.script_table('(function () {\n  const STRINGS = {\n    go: "Go on", minus: "−", it: "It\'s {n}",\n  };\n  const other = { no: "No" };\n})();')
    assert [(each.words, each.line, each.where) for each in found] == [("Go on", 3, "go"), ("It's {n}", 3, "it")]


# ---- Looking up -------------------------------------------------------------------------------------------------


@pytest.fixture
def course(tmp_path):
    """A course with one page, and a way to write its Latvian catalogue."""
    (tmp_path / "playbooks").mkdir()
    for name in ("notebooks", "exercises"):
        (tmp_path / name).mkdir()
    (tmp_path / "playbooks/about.md").write_text("---\ntitle: About it\n---\n\nIt costs 1,234 with {n} of [these](#card).\n", encoding="utf-8")
    return tmp_path


HEAD = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'


def write(course, body, lang="lv", data=None):
    po = course / f"locales/{lang}/playbooks/about.md.po"
    po.parent.mkdir(parents=True, exist_ok=True)
    po.write_bytes(data if data is not None else (HEAD + body).encode())
    return po


def test_a_text_is_translated_where_a_settled_entry_stands_and_stays_english_elsewhere(course):
    write(course, 'msgid "About it"\nmsgstr "Par to"\n\n#, fuzzy\nmsgid "Other"\nmsgstr "Cits"\n')
    found = catalogue.catalogue(course / "playbooks/about.md", course, "lv")
    assert (found.text("About it"), found.text("Other"), found.text("Third")) == ("Par to", "Other", "Third")
    assert found.open == {"Other", "Third"}
    assert catalogue.catalogue(course / "playbooks/about.md", course, "en").text("About it") == "About it"
    assert catalogue.catalogue(course / "playbooks/about.md", course, "gu").text("About it") == "About it"


@pytest.mark.parametrize(("number", "form"), [(0, "nulle"), (10, "nulle"), (11, "nulle"), (100, "nulle"), (1, "viens"), (21, "viens"), (2, "citi"), (22, "citi"), (1.5, "citi")])
def test_latvian_counts_with_zero_one_and_other(course, number, form):
    write(course, 'msgid "{n} card"\nmsgid_plural "{n} cards"\nmsgstr[0] "nulle"\nmsgstr[1] "viens"\nmsgstr[2] "citi"\n')
    assert catalogue.catalogue(course / "playbooks/about.md", course, "lv").counted("{n} card", "{n} cards", number) == form


def test_gujarati_counts_nought_with_one_and_english_needs_no_catalogue(course):
    write(course, 'msgid "{n} card"\nmsgid_plural "{n} cards"\nmsgstr[0] "એક"\nmsgstr[1] "ઘણા"\n', lang="gu")
    found = catalogue.catalogue(course / "playbooks/about.md", course, "gu")
    assert [found.counted("{n} card", "{n} cards", n) for n in (0, 1, 2)] == ["એક", "એક", "ઘણા"]
    assert catalogue.Catalogue("en").counted("{n} card", "{n} cards", 2) == "{n} cards"


def test_the_reader_s_language_comes_from_the_block_then_the_environment(monkeypatch):
    monkeypatch.delenv("RAPPORT_LANG", raising=False)
    assert i18n.language() == "en"
    monkeypatch.setenv("RAPPORT_LANG", "gu")
    assert i18n.language() == "gu"
    with i18n.speaking("lv"):
        assert i18n.language() == "lv"
    assert i18n.language() == "gu"
    monkeypatch.setenv("RAPPORT_LANG", "xx")
    with pytest.raises(ValueError, match="found the language 'xx'; the course has en .English., gu"):
        i18n.language()


# ---- Following the source ---------------------------------------------------------------------------------------


def updated(course):
    for po, text in catalogue.update(course, ("lv",)):
        po.parent.mkdir(parents=True, exist_ok=True)
        po.write_text(text, encoding="utf-8")
    return (course / "locales/lv/playbooks/about.md.po").read_text(encoding="utf-8")


def test_updating_adds_texts_keeps_translations_and_twice_gives_the_same_bytes(course):
    first = updated(course)
    assert 'msgid "About it"\nmsgstr ""' in first and "nplurals=3" in first and "2026" not in first
    write(course, "", data=first.replace('msgid "About it"\nmsgstr ""', 'msgid "About it"\nmsgstr "Par to"').encode())
    second = updated(course)
    assert 'msgid "About it"\nmsgstr "Par to"' in second and updated(course) == second


def test_a_changed_sentence_turns_its_translation_fuzzy_and_it_shows_english(course):
    write(course, "", data=updated(course).replace('msgid "About it"\nmsgstr ""', 'msgid "About it"\nmsgstr "Par to"').encode())
    page = course / "playbooks/about.md"
    page.write_text(page.read_text(encoding="utf-8").replace("About it", "About it all"), encoding="utf-8")
    assert '#, fuzzy\nmsgid "About it all"\nmsgstr "Par to"' in updated(course)
    assert catalogue.catalogue(page, course, "lv").text("About it all") == "About it all"
    (row,) = checks.check(course, ("lv",)).covered
    assert row.fuzzy == ("About it all",) and row.settled == 0 and not row.complete


# ---- What is refused --------------------------------------------------------------------------------------------

LINE = 'msgid "It costs 1,234 with {n} of [these](#card)."\nmsgstr "%s"\n'


@pytest.mark.parametrize(
    ("translated", "says"),
    [
        ("Tas maksā 1234 ar {n} no [šiem](#card).", ""),
        ("Tas maksā 1 234 ar {n} no [šiem](#card).", ""),
        ("તે {n} માટે ૧,૨૩૪ [આ](#card).", ""),
        ("", ""),
        ("Tas maksā 1234 ar {m} no [šiem](#card).", "the placeholders differ: the translation misses {n}"),
        ("Tas maksā 1234 ar {n} no [šiem](#karte).", "the links differ: the translation misses #card"),
        ("Tas maksā 1243 ar {n} no [šiem](#card).", "the numbers differ: 1234 missing, 1243 added"),
        ("Tas **maksā** 1234 ar {n} no [šiem](#card).", "found ** 2 times"),
        ("Tas `maksā` 1234 ar {n} no [šiem](#card).", "the codes differ"),
        ("Tas *maksā* 1234 ar {n} no [šiem](#card).", "the stars for emphasis differ"),
    ],
)
def test_a_translation_keeps_placeholders_links_marks_and_numbers(course, translated, says):
    po = write(course, 'msgid "About it"\nmsgstr "Par to"\n\n' + LINE % translated)
    faults = checks.check(course, ("lv",)).faults
    assert [fault.problem for fault in faults if says in fault.problem] == [fault.problem for fault in faults]
    assert bool(faults) == bool(says) and all(fault.path == po and fault.line == 8 for fault in faults)


@pytest.mark.parametrize(
    ("data", "says", "line"),
    [
        ((HEAD + 'msgid "About it"\nmsgstr "Par\u0101"\n').encode("utf-16"), "not UTF-8 text", 1),
        ((HEAD + 'msgid "About it"\nmsgstr "ok"\n\nmsgid "x"\n').encode() + b'msgstr "\xff"\n', "not UTF-8 text", 9),
        ((HEAD + 'msgid "Nobody wrote this"\nmsgstr "x"\n').encode(), "'Nobody wrote this' stands nowhere in about.md", 5),
        ((HEAD + 'msgid "About it"\nmsgsrt "Par to"\n').encode(), "not a valid PO file", None),
        ((HEAD + 'msgid "About it"\nmsgstr "Par to"\n\nmsgid "About it"\nmsgstr "Par šo"\n').encode(), "'About it' stands on line 5 already", 8),
        ((HEAD + LINE % "Tas maksā 1234 ar {m} no [šiem](#card).").encode(), "the placeholders differ: the translation misses {n}", 5),
    ],
)
def test_a_broken_catalogue_names_file_and_line_and_the_other_language_still_reads(course, data, says, line):
    po = write(course, "", data=data)
    write(course, 'msgid "About it"\nmsgstr "તેના વિશે"\n', lang="gu")
    covered, faults, *_ = checks.check(course)
    assert len(faults) == 1 and says in faults[0].problem and faults[0].path == po and (line is None or faults[0].line == line)
    assert [row.settled for row in covered if row.lang == "gu"] == [1]


@pytest.mark.parametrize(
    ("lang", "forms", "says"),
    [
        ("lv", ("{n} karšu", "{n} karte", "{n} kartes"), ""),
        ("lv", ("", "", ""), ""),
        ("lv", ("{n} karšu", "{n} karte", "{n} kartes", "{n} karšu"), "has 4 of 3 plural forms"),
        ("lv", ("{n} karšu", "{n} karte", ""), "has 2 of 3 plural forms; lv needs every one"),
        ("gu", ("{n} કાર્ડ", "{n} કાર્ડ"), ""),
        ("gu", ("{n} કાર્ડ",), "has 1 of 2 plural forms"),
        ("lv", ("{m} karšu", "{n} karte", "{n} kartes"), "the placeholder {m} is not in the English text"),
        ("lv", ("nevienas kartes", "viena karte", "{n} kartes"), ""),
    ],
)
def test_every_plural_form_is_there_with_placeholders_of_the_english_text(lang, forms, says):
    faults = list(checks.message_faults(("{n} card", "{n} cards"), forms, lang))
    assert bool(faults) == bool(says) and all(says in fault for fault in faults)


def test_a_number_without_its_nought_is_the_same_number():
    assert not list(checks.message_faults("an aim of .70, in v1.2 of 3.", "mērķis 0,70, 3. daļas v1.2", "lv"))
    assert list(checks.message_faults("an aim of .70", "mērķis 0,07", "lv"))


def test_a_catalogue_of_no_file_is_told(course):
    write(course, "")
    stray = course / "locales/lv/playbooks/gone.md.po"
    stray.write_text(HEAD, encoding="utf-8")
    assert [fault.path for fault in checks.check(course, ("lv",)).faults] == [stray]


def test_the_course_s_catalogues_hold_every_text_and_have_no_faults():
    covered, faults, *_ = checks.check(ROOT)
    assert not faults
    stale = [po for po, text in catalogue.update(ROOT) if not po.exists() or po.read_text(encoding="utf-8") != text]
    assert not stale, "run: rapport translations"
    assert {row.lang for row in covered} == {"gu", "lv"}


def test_reading_a_catalogue_with_an_error_raises_it(course):
    write(course, "", data=b"\xff")
    with pytest.raises(CatalogueError, match="about.md.po:1: not UTF-8"):
        catalogue.catalogue(course / "playbooks/about.md", course, "lv")


# ---- The course in a language ------------------------------------------------------------------------------------


@pytest.fixture
def spoken(tmp_path):
    """A copy of module 10 in which every Latvian entry is its English words in brackets."""
    import shutil

    for folder in ("notebooks", "exercises", "playbooks", "data"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("aurora", "recovery"))
    for source in catalogue.sources(tmp_path):
        po = catalogue.po_path(source.path, tmp_path, "lv")
        entries = {text.words: f"⟦{text.words}⟧" for text in catalogue.extract(source) if not text.plural}
        made = catalogue.merged(po, source.path.name, "lv", catalogue.extract(source))
        from babel.messages.pofile import read_po, write_po
        from io import BytesIO

        found = read_po(BytesIO(made.encode()), locale="lv")
        for message in found:
            if message.id and not isinstance(message.id, tuple):
                message.string = entries[catalogue.key(message.id)]
        out = BytesIO()
        write_po(out, found, width=0)
        po.parent.mkdir(parents=True, exist_ok=True)
        po.write_bytes(out.getvalue())
    return tmp_path


def test_cards_cases_and_exercises_are_read_in_the_language_asked_for(spoken):
    from rapport import playbooks, scenarios
    from rapport.exercises.model import load

    stem = "10_when_it_goes_wrong"
    english, walk = playbooks.load(stem, spoken), scenarios.load("the_cold_chain", spoken)
    with i18n.speaking("lv"):
        book, graph, workbook = playbooks.load(stem, spoken), scenarios.load("the_cold_chain", spoken), load(stem, spoken)
    assert [play.id for play in book.plays] == [play.id for play in english.plays]
    assert book.plays[0].title == f"⟦{english.plays[0].title}⟧" and book.plays[0].card.steps[1].startswith("⟦") and "⟦They told us⟧" in book.plays[0].notes
    assert book.front.review[0].ask.startswith("⟦") and book.intro.startswith("⟦")
    assert graph["hash"] == walk["hash"] and graph["nodes"].keys() == walk["nodes"].keys() and graph["title"] == "⟦The cold chain⟧"
    assert all(option["label"].startswith("⟦") for node in graph["nodes"].values() for option in node["options"] if node["beat"] == "act")
    assert workbook.exercises[0].question.startswith("⟦") and workbook.hash == load(stem, spoken).hash


def test_a_broken_catalogue_is_told_with_its_file_when_the_course_is_read(spoken):
    from rapport import playbooks
    from rapport.content import ContentError

    (spoken / "locales/lv/playbooks/10_when_it_goes_wrong/playbook.md.po").write_bytes(b"msgid \xff")
    assert playbooks.load("10_when_it_goes_wrong", spoken)
    with i18n.speaking("lv"), pytest.raises(ContentError, match="playbook.md.po:1: not UTF-8"):
        playbooks.load("10_when_it_goes_wrong", spoken)


def test_every_module_is_read_in_every_language_it_is_made_in():
    from rapport import playbooks, scenarios
    from rapport.content import module_stems
    from rapport.exercises.model import load
    from rapport.handbook.assembly import languages

    langs, left_out = languages(ROOT)
    assert left_out == ()
    assert langs == ("en", "gu", "lv")
    for lang in langs:
        with i18n.speaking(lang):
            assert all(playbooks.load(stem, ROOT).plays and load(stem, ROOT).exercises for stem in module_stems(ROOT))
            assert scenarios.load_all(ROOT)
