"""Back-translations: what waits, the sheet without English, how it comes back, and when a row is stale."""

import pytest
import yaml

from rapport.content import ContentError
from rapport.i18n.checks import check
from rapport.proofreading import backtranslation, proofread

HEAD = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'
CASE = "playbooks/10_x/the_case.yaml"


@pytest.fixture
def course(tmp_path):
    """A case and an exercise with their Latvian; the question of the exercise is not read back."""
    for folder in ("notebooks", "exercises", "playbooks/10_x"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / CASE).write_text("title: The case\nopening: What now?\n", encoding="utf-8")
    (tmp_path / "exercises/10_x.yaml").write_text("exercises:\n- question: How many?\n  solution: All of them.\n", encoding="utf-8")
    write(tmp_path, f"{CASE}.po", {"The case": "Gadījums", "What now?": "Ko tagad?"})
    write(tmp_path, "exercises/10_x.yaml.po", {"How many?": "Cik?", "All of them.": "Visi."})
    return tmp_path


def write(course, name, translations):
    po = course / "locales/lv" / name
    po.parent.mkdir(parents=True, exist_ok=True)
    po.write_text(HEAD + "\n".join(f'msgid "{english}"\nmsgstr "{latvian}"\n' for english, latvian in translations.items()), encoding="utf-8")


def entries(course):
    return check(course, ("lv",)).entries


def steps(course):
    return {each.entry.words: each.step + (" again" if each.stale else "") for each in backtranslation.waiting(course, "lv", entries(course))}


def filled(course, says):
    text, rows = backtranslation.worksheet(course, "lv", entries(course))
    sheet = course / "sheet.yaml"
    made = yaml.safe_load(text) or []
    assert len(made) == rows
    for row in made:
        row["back"] = says.get(row["text"], "")
    sheet.write_text(yaml.safe_dump(made, allow_unicode=True), encoding="utf-8")
    return sheet


def judged(course, **verdicts):
    path = backtranslation.path_of(course, "lv")
    record = yaml.safe_load(path.read_text(encoding="utf-8"))
    for rows in record.values():
        for row in rows:
            row.update(verdicts.get(row["back"].split()[0], {}))
    path.write_text(yaml.safe_dump(record, allow_unicode=True), encoding="utf-8")


def test_the_sheet_holds_cases_and_feedback_in_translation_only(course):
    text, rows = backtranslation.worksheet(course, "lv", entries(course))
    assert rows == 3
    assert [row["text"] for row in yaml.safe_load(text)] == ["Visi.", "Gadījums", "Ko tagad?"]
    assert not any(words in text for words in ("The case", "What now", "All of them", "Cik?"))


def test_a_row_waits_for_reading_then_comparing_then_settling_and_again_when_the_translation_changes(course):
    assert steps(course) == {"All of them.": "back", "The case": "back", "What now?": "back"}
    assert backtranslation.take(course, "lv", entries(course), filled(course, {"Visi.": "Everybody.", "Ko tagad?": "What do I do?"})) == 2
    assert steps(course) == {"All of them.": "verdict", "The case": "back", "What now?": "verdict"}
    judged(course, What={"verdict": "differs"})
    judged(course, **{"Everybody.": {"verdict": "same"}})
    assert steps(course) == {"The case": "back", "What now?": "settled"}
    judged(course, What={"settled": "mended: it asks what happens, not what to do"})
    assert steps(course)["What now?"] == "settled"  # said to be mended, but the translation is as it was
    write(course, f"{CASE}.po", {"The case": "Gadījums", "What now?": "Kas tagad būs?"})
    assert steps(course) == {"The case": "back", "What now?": "back again"}
    backtranslation.take(course, "lv", entries(course), filled(course, {"Kas tagad būs?": "What will happen now?", "Gadījums": "The case"}))
    row = backtranslation.read(course, "lv")[CASE]["What now?"]
    assert row.verdict is None and row.earlier == ["mended: it asks what happens, not what to do"]
    judged(course, What={"verdict": "differs", "settled": "kept: shorter would be rude"}, The={"verdict": "same"})
    assert steps(course) == {}


def test_a_changed_english_sentence_makes_its_row_wait_when_it_is_translated_again(course):
    backtranslation.take(course, "lv", entries(course), filled(course, {"Visi.": "Everybody.", "Ko tagad?": "What now?", "Gadījums": "The case"}))
    (course / CASE).write_text("title: The case\nopening: And what now?\n", encoding="utf-8")
    write(course, f"{CASE}.po", {"The case": "Gadījums", "And what now?": "Ko tagad?"})
    assert steps(course)["And what now?"] == "back"


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("a: [\n", None, "not valid YAML"),
        (f"{CASE}:\n- english: The case\n  compared: abc\n  back: x\n", 3, "found 'abc'"),
        (f"{CASE}:\n- english: The case\n  compared: 0123456789ab\n  back: x\n  verdict: nearly\n", 5, "found 'nearly'"),
        (f"{CASE}:\n- english: The case\n  compared: 0123456789ab\n  back: x\n- english: The case\n  compared: 0123456789ab\n  back: y\n", 5, "has a row already"),
        (f"{CASE}:\n- english: The case\n  compared: 0123456789ab\n  back: x\n  verdict: differs\n  settled: fine\n", 6, 'begin with "kept: " or "mended: "'),
        (f"{CASE}:\n- english: The case\n  compared: 0123456789ab\n", 2, "the key is missing"),
    ],
)
def test_a_broken_record_names_its_line(course, text, line, says):
    path = backtranslation.path_of(course, "lv")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ContentError, match=says) as raised:
        backtranslation.read(course, "lv")
    assert raised.value.path == path and (line is None or raised.value.line == line)
    assert [each for each in proofread(course, check(course, ("lv",))) if isinstance(each, ContentError)][0].path == path


def test_a_sheet_whose_translation_changed_meanwhile_is_refused_whole(course):
    sheet = filled(course, {"Visi.": "Everybody.", "Ko tagad?": "What now?"})
    write(course, f"{CASE}.po", {"The case": "Gadījums", "What now?": "Kas tagad būs?"})
    with pytest.raises(ContentError, match="no translation has the id"):
        backtranslation.take(course, "lv", entries(course), sheet)
    assert not backtranslation.path_of(course, "lv").exists()


def test_what_waits_is_told_in_daily_work_and_stops_a_release(course):
    daily, release = list(proofread(course, check(course, ("lv",)))), list(proofread(course, check(course, ("lv",)), release=True))
    assert "back-translation lv: 0 of 3 texts compared; 3 to read back, 0 to compare, 0 to settle" in daily
    assert not [each for each in daily if isinstance(each, ContentError)]
    assert [each.problem for each in release if isinstance(each, ContentError)] == ["3 texts wait for their back-translation or its verdict; a release needs every one (docs/translation.md)."]
