"""The committed snapshot against the pinned libraries, and every deliberate correction against what the library says."""

import importlib.util
import json
import re
import shutil
import sys
from pathlib import Path

import babel
import holidays
import pytest

from rapport import facts
from rapport.content import ContentError

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "data" / "facts"


def _load():
    spec = importlib.util.spec_from_file_location("facts_snapshot", ROOT / "scripts" / "facts_snapshot.py")
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


snapshot = _load()


@pytest.fixture(scope="module")
def written():
    return snapshot.read_written()


@pytest.fixture(scope="module")
def made(written):
    return snapshot.make_snapshot(written)


@pytest.mark.parametrize("library", [babel, holidays])
def test_the_libraries_are_the_pinned_ones(library):
    lock = (ROOT / "requirements-test.lock").read_text(encoding="utf-8")
    pinned = re.search(rf"^{library.__name__}==(\S+)", lock, re.MULTILINE)[1]
    assert library.__version__ == pinned, "install requirements-test.lock before comparing the snapshot"


@pytest.mark.parametrize("code", facts.MARKETS)
def test_the_committed_snapshot_is_what_the_pinned_libraries_and_our_statements_give(made, code):
    committed = (FOLDER / f"{code}.json").read_text(encoding="utf-8")
    assert committed.splitlines() == made[code].splitlines(), "run scripts/facts_snapshot.py, then read the difference line by line"


def test_the_machines_language_changes_nothing(monkeypatch, written, made):
    monkeypatch.setenv("LANGUAGE", "de")
    monkeypatch.setenv("LC_ALL", "lv_LV.UTF-8")
    assert json.dumps(snapshot.make_market("LV", written), sort_keys=True) == json.dumps(json.loads(made["LV"]), sort_keys=True)


def test_keys_are_sorted_and_every_holiday_is_one_line(made):
    for text in made.values():
        assert json.dumps(json.loads(text)) == json.dumps(json.loads(text), sort_keys=True)
        days = [line for line in text.splitlines() if '"day":' in line]
        assert len(days) == len(json.loads(text)["facts"]["holidays"]["value"])


# ---- Corrections ------------------------------------------------------------------------------------------------


CHECKED = [each for each in snapshot.read_written().corrections if each.check]


@pytest.mark.parametrize("correction", CHECKED, ids=lambda each: each.id)
def test_each_correction_still_differs_from_the_library(made, correction):
    assert snapshot.still_needed(correction, made), f"the library now agrees: remove the correction {correction.id}"


def _as_the_library_says(correction, facts):
    code = correction.market
    if correction.check == "weekend":
        facts["weekend"]["value"] = snapshot.library_weekend(code)
    elif correction.check == "provisional":
        said = {row["day"] for row in snapshot.library_holidays(code) if row["provisional"]}
        for row in facts["holidays"]["value"]:
            row["provisional"] = row["day"] in said
    elif correction.check == "closed":
        said = {row["day"] for row in snapshot.library_holidays(code)}
        facts["holidays"]["value"] = [row for row in facts["holidays"]["value"] if row["day"] in said]
    elif correction.check == "unsettled":
        facts["swap_working_days"]["value"].append("2027-01-16")
    elif correction.check == "times":
        facts["times.ko_KR"]["value"]["short"] = "PM 5:30"
    else:
        for field in correction.fields:
            facts[field]["value"]["example"] = "12,34,567.89" if code == "IN" else "1٬234٬567٫89"


@pytest.mark.parametrize("correction", CHECKED, ids=lambda each: each.id)
def test_a_correction_with_which_the_library_agrees_is_noticed(made, correction):
    file = json.loads(made[correction.market])
    _as_the_library_says(correction, file["facts"])
    assert not snapshot.still_needed(correction, {correction.market: json.dumps(file)})


def test_every_corrected_field_is_marked_reviewed_and_says_what_the_library_said(written, made):
    for correction in written.corrections:
        for field in correction.fields:
            fact = json.loads(made[correction.market])["facts"][field]
            assert correction.library in fact["note"] and fact["status"] == "reviewed", correction.id


def test_corrections_cover_what_is_known_to_be_wrong(written):
    ids = {each.id for each in written.corrections}
    assert ids >= {"india_weekend", "islamic_dates_provisional", "sweden_eves", "latvia_phone_zone", "faker_fallbacks", "gujarati_digits"}
    assert len(ids) == len(written.corrections)


@pytest.mark.parametrize("code", ["AE", "SA", "IN", "NG"])
def test_every_date_the_library_would_call_estimated_is_provisional(made, code):
    asked = getattr(holidays, code)(years=facts.YEARS, language="en_US", islamic_show_estimated=True)
    estimated = {day.isoformat() for day, name in asked.items() if "estimated" in name}
    provisional = {row["day"] for row in json.loads(made[code])["facts"]["holidays"]["value"] if row["provisional"]}
    assert estimated and estimated <= provisional


def test_no_market_without_islamic_holidays_in_the_library_has_provisional_moon_dates(made):
    for code, text in made.items():
        moon = [row for row in json.loads(text)["facts"]["holidays"]["value"] if "moon" in row["why"]]
        assert bool(moon) == issubclass(getattr(holidays, code), holidays.groups.IslamicHolidays), code


# ---- Bad input -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("reviewed.yaml", "order: surname_first", "order: backwards", r"reviewed\.yaml:\d+: markets\.CN\.name_order\.order"),
        ("reviewed.yaml", 'opening_hours: {sun-thu: "08:00-17:00"}', 'opening_hours: {sun-thu: "8-17"}', r"reviewed\.yaml:\d+: markets\.SA\.opening_hours: .*'8-17'"),
        ("reviewed.yaml", "  SA:\n", "  FR:\n", r"reviewed\.yaml:\d+: markets: .*FR, SA"),
        ("reviewed.yaml", "status: reviewed", "status: certain", r"reviewed\.yaml:\d+: markets\.\w+\.\w+\.status"),
        ("corrections.yaml", "check: weekend", "check: weather", r"corrections\.yaml:\d+: corrections\.0\.check"),
        ("corrections.yaml", "    reason:", "    because:", r"corrections\.yaml:\d+: corrections\.0\.because: unknown key"),
    ],
)
def test_a_fault_in_a_statement_names_file_line_and_key(tmp_path, file, old, new, says):
    for name in ("reviewed.yaml", "corrections.yaml"):
        shutil.copy(FOLDER / name, tmp_path / name)
    text = (FOLDER / file).read_text(encoding="utf-8")
    assert old in text
    (tmp_path / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ContentError, match=re.compile(says, re.DOTALL)):
        snapshot.read_written(tmp_path)


def test_checking_says_which_file_differs_and_writing_mends_it(monkeypatch, tmp_path, capsys):
    folder = tmp_path / "facts"
    shutil.copytree(FOLDER, folder)
    monkeypatch.setattr(snapshot, "FOLDER", folder)
    (folder / "LV.json").write_text("{}", encoding="utf-8")
    assert snapshot.main(["--check"]) == 1 and "differ: LV.json" in capsys.readouterr().out
    assert snapshot.main([]) == 0 and "written: LV.json" in capsys.readouterr().out
    assert snapshot.main(["--check"]) == 0
    assert snapshot.main(["--help-me"]) == 2
