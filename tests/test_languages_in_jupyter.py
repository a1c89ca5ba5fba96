"""Module 10 as a learner gets it in JupyterLab in another language: copies laid out, run, answered wrongly and rightly; no English in what comes out."""

import json
import re
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell

from rapport import assessment, i18n, study, workspace
from rapport.cli import run
from rapport.content import ContentError
from rapport.exercises import key, load, serve
from rapport.exercises.notebook import fill
from rapport.exercises.serving import simulated
from rapport.handbook import execute
from rapport.i18n.leftovers import leftovers, leftovers_in_page
from rapport.learner import open_record
from rapport.playbooks.show import card

ROOT = Path(__file__).parents[1]
MODULE = "10_when_it_goes_wrong"
LANGS = [lang for lang in i18n.LANGUAGES if lang != i18n.SOURCE]

ASKED = (
    "workbook.show('recovery_rate')", "workbook.predict('recovery_rate', '?')", "workbook.predict('recovery_rate', 40)", "workbook.solution('recovery_rate')",
    "workbook.hint('recovery_rate')", "workbook.check('recovery_rate', '1 2 3 4')", "workbook.check('recovery_rate', 1)", "workbook.check('own_effect', 3)",
    "workbook.check('remedy_match', {'r99': 'money'})", "workbook.check('refund_speed', '99')", "workbook.solution('recovery_rate')", "workbook.another()",
)  # fmt: skip
SEEN = (
    "from rapport.widgets import me, path, play, statement\nme()", "statement()", "path('agent')",
    f"from rapport.playbooks.show import card\ncard('{MODULE}', 'own-fix-explain-prevent')",
)  # fmt: skip
WRONG = (
    ("workbook.show('recovery_rat')", "recovery_rate"), ("open_workbook('10_when_it_goes')", MODULE),
    ("from rapport.widgets import play; play('the_cold')", "the_cold_chain"), ("from rapport.widgets import play; play('the_cold_chain', place='99')", "CN, US"),
)  # fmt: skip


def copies(lang, folder):
    with i18n.speaking(lang):
        workspace.refresh(ROOT, folder)
    return {part: folder / lang / part / f"{MODULE}.ipynb" for part in workspace.FOLDERS}


def executed(notebook, path, monkeypatch):
    """Run as JupyterLab does in an English environment: only the switch in the first cell can make it speak."""
    monkeypatch.setenv("RAPPORT_LANG", "en")
    monkeypatch.setattr(execute, "normalise", lambda ran: ran)  # the state of widgets is wanted too
    return execute.run_notebook(notebook, path, ROOT)


def shown(ran, lang):
    """(place, words) of everything English: prose, streams, texts and HTML without raw data, words of charts, text of widgets."""

    def found(place, text):
        text = re.sub(r"\w*_\w*|\bbook\.\w+|\[(?:Chart|Explorer)\]", " ", text)  # ids and code; what stands for a picture where there is none
        listed = leftovers_in_page(re.sub(r'<table[^>]*class="dataframe">.*?</table>', "", text, flags=re.DOTALL), lang) if "<" in text else leftovers(text, lang)
        return [(place, each.words, each.around) for each in listed]

    english = []
    for number, cell in enumerate(ran.cells):
        if cell.cell_type == "markdown":
            english += found(f"cell {number}", cell.source)
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            english += found(f"output of cell {number}", data.get("text/html") or data.get("text/plain") or output.get("text") or "")
            about = output.get("metadata", {})
            english += found(f"alt of cell {number}", about.get("image/png", {}).get("alt", ""))
            for axes in about.get("rapport", {}).get("plotted", []):
                english += [each for words in axes["rows"] + axes["words"] for each in found(f"chart of cell {number}", words)]
    for model in ran.metadata.get("widgets", {}).get("application/vnd.jupyter.widget-state+json", {}).get("state", {}).values():
        if model["model_name"] != "LayoutModel":
            english += [each for name, value in model["state"].items() if name[0] != "_" for each in _texts(f"{model['model_name']}.{name}", value, found)]
    return english


def _texts(place, value, found):
    if isinstance(value, str):
        return found(place, value) if " " in value.strip() else []
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [each for name, part in inner for each in _texts(f"{place}.{name}", part, found)]


@pytest.mark.parametrize("lang", LANGS)
def test_the_lesson_runs_and_says_nothing_in_english(lang, tmp_path, monkeypatch):
    path = copies(lang, tmp_path)["notebooks"]
    notebook = nbformat.read(path, 4)
    assert f'speak("{lang}")' in next(cell.source for cell in notebook.cells if cell.cell_type == "code")
    assert not any(cell.get("outputs") for cell in notebook.cells), "no picture with English words in it"
    notebook.cells += [new_code_cell(each) for each in SEEN]
    ran = executed(notebook, path, monkeypatch)
    (player,) = [
        model["state"] for model in ran.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"].values() if "graph" in model["state"]
    ]
    assert player["lang"] == lang and player["graph"]["words"]["begin"] and not leftovers(player["graph"]["words"]["begin"], lang)
    allowed = {"me"}  # the first profile's name, which can be typed
    assert [each for each in shown(ran, lang) if each[1] not in allowed] == []


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", ["meet_aurora", "assessment_cohort", "assessment_forms", "assessment"])
def test_a_notebook_of_tables_runs_and_says_nothing_in_english(name, lang, tmp_path, monkeypatch):
    with i18n.speaking(lang):
        workspace.refresh(ROOT, tmp_path)
    path = tmp_path / lang / "notebooks" / f"{name}.ipynb"
    notebook = nbformat.read(path, 4)
    for cell in notebook.cells:  # the sitting's incidents are English, and marked so by its script
        cell.source = re.sub(r"\bsit\(\)", "None", cell.source)
    ran = executed(notebook, path, monkeypatch)
    incidents = {incident.id for incident in assessment.load(ROOT).incidents}
    allowed = {"alpha", "point_biserial", "difficulty", "right"}  # as the text of the notebook names columns of the code
    assert [each for each in shown(ran, lang) if each[1] not in allowed | incidents] == []
    if lang == "lv" and name == "meet_aurora":
        words = " ".join(output["data"]["text/html"] for cell in ran.cells for output in cell.get("outputs", []) if "text/html" in output.get("data", {}))
        assert not re.search(r"\d\.\d", words), "a decimal point in a Latvian table"


@pytest.mark.parametrize("lang", LANGS)
def test_the_workbook_is_answered_wrongly_and_rightly_and_says_nothing_in_english(lang, tmp_path, monkeypatch):
    path = copies(lang, tmp_path)["exercises"]
    definition = load(MODULE, ROOT)
    seed = serve(definition, int(execute.SEED))
    answers = {exercise.id: key(definition, exercise, simulated(definition, seed)).value for exercise in definition}
    notebook = fill(nbformat.read(path, 4), answers)
    notebook.cells += [new_code_cell(each) for each in ASKED]
    notebook.cells += [new_code_cell(f"try:\n    {each}\nexcept Exception as error:\n    print(error)") for each, _ in WRONG]
    ran = executed(notebook, path, monkeypatch)
    verdicts = [output["data"]["text/html"] for cell in ran.cells for output in cell.get("outputs", []) if "verdict-right" in output.get("data", {}).get("text/html", "")]
    assert len(verdicts) == len(definition.exercises)
    for cell, (_, named) in zip(ran.cells[-len(WRONG) :], WRONG):
        assert named in cell.outputs[0]["text"]
    allowed = {"str", "int", "float", "list", "dict", "tuple"}  # Python's own words for what was given
    assert [each for each in shown(ran, lang) if each[1] not in allowed] == []


def test_the_scanner_of_this_test_finds_english(tmp_path):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("Before you compute, what do you expect?"), new_code_cell("1")])
    notebook.cells[1].outputs = [nbformat.v4.new_output("stream", text="Your guess is kept.")]
    notebook.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {"a": {"model_name": "HTMLModel", "state": {"value": "<p>Nothing is due today.</p>", "_x": "no text"}}}}}
    for lang in LANGS:
        assert {place.split()[0] for place, *_ in shown(notebook, lang)} == {"cell", "output", "HTMLModel.value"}


@pytest.mark.parametrize("lang", LANGS)
def test_an_unknown_card_is_named_in_the_reader_s_language(lang):
    with i18n.speaking(lang), pytest.raises(ContentError) as error:
        card(MODULE, "99", ROOT)
    assert "'99'" in str(error.value) and "own-fix-explain-prevent" in str(error.value) and not leftovers(str(error.value).split("'99'")[1].split(":")[0], lang)


# ---- Switching --------------------------------------------------------------------------------------------------


def test_another_language_is_laid_beside_and_edited_copies_stay(tmp_path):
    workspace.refresh(ROOT, tmp_path)
    mine = tmp_path / "notebooks" / f"{MODULE}.ipynb"
    mine.write_text("my notes", encoding="utf-8")
    for lang in LANGS:
        copies(lang, tmp_path)
        own = tmp_path / lang / "exercises" / f"{MODULE}.ipynb"
        own.write_text(f"my answers in {lang}", encoding="utf-8")
    for lang in LANGS:
        with i18n.speaking(lang):
            assert workspace.refresh(ROOT, tmp_path) == []
            assert f"/lab/tree/{lang}/notebooks/" in " ".join(workspace.lab_command(tmp_path))
            assert workspace.environment(ROOT, tmp_path)["RAPPORT_LANG"] == lang
            assert workspace.environment(ROOT, tmp_path)["RAPPORT_RECORD"] == str(tmp_path / ".rapport" / "record.json"), "one record for all languages"
        assert (tmp_path / lang / "exercises" / f"{MODULE}.ipynb").read_text(encoding="utf-8") == f"my answers in {lang}"
    assert mine.read_text(encoding="utf-8") == "my notes"


def test_a_notebook_that_waits_says_so(tmp_path):
    copies("lv", tmp_path)
    waits = nbformat.read(tmp_path / "lv" / "notebooks" / "13_measuring_fairly.ipynb", 4)
    with i18n.speaking("lv"):
        assert workspace.WORDS["waits"] in waits.cells[1].source
        assert study.WORDS["nothing_due"] != "Nothing is due today."


# ---- The terminal -----------------------------------------------------------------------------------------------


@pytest.fixture
def record(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RAPPORT_COURSE", str(ROOT))
    monkeypatch.setenv("RAPPORT_RECORD", str(tmp_path / "record.json"))
    monkeypatch.delenv("RAPPORT_LANG", raising=False)
    return open_record()


@pytest.mark.parametrize("lang", LANGS)
def test_commands_answer_in_the_language_asked_for_and_keep_one_record(lang, record, capsys, monkeypatch, tmp_path):
    record.add_run("the_cold_chain", {"place": "CN"})
    record.add("review", module=MODULE, item="paradox", wording="item", day=0, answer="x", right=True)
    for command in (["me"], ["review", MODULE], ["path"], ["path", "--role", "agent"], ["statement"], ["calendar", "--out", "days.ics"], ["me", "--export", "out.json"], ["me", "--merge", "out.json"]):
        monkeypatch.setattr("sys.stdin", __import__("io").StringIO("9\n1\nq\n"))
        assert run([*command, "--lang", lang]) == 0
        said = re.sub(r"rapport [\w -]*|--\w+|\S*/\S*|\w*_\w*|“me”|„me”", " ", "".join(capsys.readouterr()))
        assert [each.words for each in leftovers(said, lang) if each.words not in ("agent", "trainer", "days", "NAME")] == [], command
    from icalendar import Calendar

    entries = Calendar.from_ical((tmp_path / "days.ics").read_bytes()).walk("VEVENT")
    assert entries and all(not leftovers(str(entry["summary"]), lang) for entry in entries)
    assert run(["me"]) == 0 and "You are “me”" in capsys.readouterr().out, "the language was for that command alone"


@pytest.mark.parametrize("lang", LANGS)
def test_a_case_in_the_terminal_speaks_and_its_run_counts_in_every_language(lang, record, capsys, monkeypatch):
    monkeypatch.setenv("RAPPORT_LANG", lang)
    monkeypatch.setattr("sys.stdin", __import__("io").StringIO("nonsense\n" + "1\nabc\n3\n" * 200))
    assert run(["play", "the_cold_chain", "--place", "US", "--seed", "3"]) == 0
    said = re.sub(r"rapport play .*|abc", " ", capsys.readouterr().out)
    assert [each.words for each in leftovers(said, lang) if each.words != "nonsense"] == []
    (run_kept,) = open_record().runs("the_cold_chain")
    monkeypatch.setenv("RAPPORT_LANG", "en")
    from rapport import scenarios

    assert run_kept["graph"] == scenarios.load("the_cold_chain", ROOT)["hash"]
    assert [event["language"] for event in open_record().events("run")] == [lang]


def test_an_unknown_language_is_one_sentence(record, capsys, monkeypatch):
    assert run(["me", "--lang", "fr"]) == 2
    assert "Found the language 'fr'; the course has en (English), gu" in capsys.readouterr().err
    monkeypatch.setenv("RAPPORT_LANG", "fr")
    assert run(["lab", "--no-browser"]) == 2
    assert "Found the language 'fr'" in capsys.readouterr().err


def test_xapi_names_stay_english_and_say_the_language_of_each_event(record, monkeypatch):
    monkeypatch.setenv("RAPPORT_LANG", "lv")
    record.add_run("the_cold_chain", {"place": "CN"})
    (told,) = study.statements(record, ROOT)
    assert told["context"]["language"] == "lv" and told["object"]["definition"]["name"] == {"en": "The cold chain"}
    assert json.dumps(told)
