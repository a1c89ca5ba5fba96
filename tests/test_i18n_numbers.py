"""Numbers, amounts, dates, lists and quotations in three languages: written as CLDR and the glossaries say, and read back as they are written."""

from __future__ import annotations

import json
import re
from datetime import date, time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from rapport import i18n
from rapport.content import ContentError
from rapport.exercises import units
from rapport.exercises.model import load
from rapport.exercises.reading import doubtful
from rapport.exercises.reading import number as read
from rapport.exercises.serving import simulated
from rapport.exercises.tables import cell_text, missing_words, readable, table_text, worded
from rapport.i18n import numbers

ROOT = Path(__file__).parents[1]
CASES = json.loads((ROOT / "tests" / "number_cases.json").read_text(encoding="utf-8"))
MODULE = "10_when_it_goes_wrong"


def in_each(make) -> dict[str, str]:
    found = {}
    for lang in i18n.LANGUAGES:
        with i18n.speaking(lang):
            found[lang] = make()
    return found


@pytest.mark.parametrize(
    ("make", "en", "gu", "lv"),
    [
        (lambda: numbers.number(7200.5, 1), "7,200.5", "7,200.5", "7\u00a0200,5"),
        (lambda: numbers.number(1234567), "1,234,567", "12,34,567", "1\u00a0234\u00a0567"),
        (lambda: numbers.number(-0.04, 1), "0.0", "0.0", "0,0"),
        (lambda: numbers.number(float("nan")), "–", "–", "–"),
        (lambda: numbers.signed(2.5, 1) + numbers.signed(-1) + numbers.signed(0), "+2.5−10", "+2.5−10", "+2,5−10"),
        (lambda: numbers.percent(57.4, 1), "57.4%", "57.4%", "57,4\u00a0%"),
        (lambda: numbers.money(-7200.5), "−€7,200.50", "−€7,200.50", "−7\u00a0200,50\u00a0€"),
        (lambda: numbers.money(1234567, "INR", 0), "₹1,234,567", "₹12,34,567", "1\u00a0234\u00a0567\u00a0₹"),
        (lambda: numbers.day(date(2026, 11, 25)), "25 November 2026", "25 નવેમ્બર 2026", "2026. gada 25. novembris"),
        (lambda: numbers.day_and_month(date(2026, 11, 25)), "25 November", "25 નવેમ્બર", "25. novembris"),
        (lambda: numbers.clock(time(8, 25)), "8:25", "8:25", "8.25"),
        (lambda: numbers.listed(["a", "b", "c"]), "a, b and c", "a, b અને c", "a, b un c"),
        (lambda: numbers.series([numbers.number(1.5, 1), numbers.number(2)]), "1.5, 2", "1.5, 2", "1,5; 2"),
        (lambda: numbers.quoted("x"), "“x”", "“x”", "„x”"),
        (lambda: units.written(1, 1, "points"), "1.0 points", "1.0 પૉઇન્ટ", "1,0 punkts"),
        (lambda: units.written(12.1, 1, "points"), "12.1 points", "12.1 પૉઇન્ટ", "12,1 punkts"),
        (lambda: units.written(1, 0, "stars"), "1 star", "1 સ્ટાર", "1 zvaigzne"),
        (lambda: units.written(-12, 0, "€"), "−€12", "−€12", "−12\u00a0€"),
        (lambda: units.written_range(-1, 2, 0, "€", "{low} to {high}"), "−€1 to €2", "−€1 to €2", "−1 to 2\u00a0€"),
        (lambda: cell_text("€20") + cell_text("42.10") + cell_text(1234.5) + cell_text(7200), "€2042.101,234.57,200", "€2042.101,234.57,200", "20\u00a0€42,101\u00a0234,57\u00a0200"),
    ],
)
def test_each_language_writes_as_it_is_written_there(make, en, gu, lv):
    assert in_each(make) == {"en": en, "gu": gu, "lv": lv}


@pytest.mark.parametrize("value", [0, 0.125, 2.675, -3, 999.96, 1234567.891, 1e9, -0.0004])
@pytest.mark.parametrize("decimals", [0, 1, 2, 4])
def test_english_is_what_python_writes_but_for_the_minus(value, decimals):
    plain = f"{value:,.{decimals}f}".replace("-", "−")
    assert numbers.number(value, decimals) == (plain if plain.strip("−0.,") else plain.lstrip("−"))


@pytest.mark.parametrize("lang", i18n.LANGUAGES)
def test_what_is_written_in_a_language_is_read_there(lang):
    @settings(max_examples=200, deadline=None, database=None, derandomize=True)
    @given(some.floats(-1e9, 1e9), some.integers(0, 4), some.sampled_from(units.KNOWN))
    def holds(value, decimals, unit):
        with i18n.speaking(lang):
            text = units.written(value, decimals, unit)
            assert read(text, unit) == pytest.approx(float(f"{value:.{decimals}f}"), abs=10**-9), text
            plain = f"{value:.{decimals}f}"
            assert read(plain, unit) == float(plain), "what Python writes is read in every language"

    holds()


@pytest.mark.parametrize(("text", "unit", "values", "said"), CASES["by_language"])
def test_a_doubt_is_settled_by_the_language_and_said(text, unit, values, said):
    for lang, value in values.items():
        with i18n.speaking(lang):
            assert read(text, unit) == value and doubtful(text) == said[lang]


def test_a_comma_in_code_gets_its_own_sentence():
    from rapport.exercises.checking import check, key

    definition = load(MODULE, ROOT)
    this = key(definition, definition.exercise("recovery_rate"), simulated(definition, 1))
    with i18n.speaking("lv"):
        assert '"57,4"' in check(this, (57, 4)).message and "Kodā" in check(this, (57, 4)).message


@pytest.mark.parametrize("lang", ["gu", "lv"])
def test_no_heading_and_no_category_of_module_10_is_english(lang):
    english = load(MODULE, ROOT)
    book = simulated(english, 1).book
    with i18n.speaking(lang):
        definition = load(MODULE, ROOT)
        for exercise in (each for each in definition if each.table):
            before, now = (table_text(each.run(exercise.table, book), "", each.words) for each in (english, definition))
            for old, new in zip(before["columns"] + sum(before["rows"], []), now["columns"] + sum(now["rows"], [])):
                assert not set(re.findall("[a-z]{4,}", old)) & set(re.findall("[a-z]{4,}", new)), (exercise.id, old)
                assert old != new or not any(letter.islower() for letter in old), (exercise.id, old)


def test_an_author_who_forgets_a_word_is_told_where(tmp_path):
    definition = load(MODULE, ROOT)
    words = {key: said for key, said in definition.words.items() if key not in ("several streams", "{low} to {high}")}
    object.__setattr__(definition, "words", words)
    found = missing_words(definition, simulated(definition, 1).book)
    assert {"several streams", "1 to 8"} <= {each.problem.split("'")[1] for each in found}
    assert all(isinstance(each, ContentError) and each.line == 5 and each.key == "words" for each in found)


def test_a_key_with_a_gap_serves_whatever_stands_there():
    assert worded({"{low} to {high}": "no {low} līdz {high}"}, "1 to 8") == "no 1 līdz 8" and worded({}, "CN") == "CN"
    assert worded({"{low} to {high}": "no {low} līdz {high}"}, "expected to stay, if kept") == "expected to stay, if kept", "a part is one word or number"
    assert worded({"Mon {rest}": "pr. {rest}"}, "Mon 17 and more") == "pr. 17 and more"


def test_a_readable_table_computes_as_any_other():
    import pandas as pd

    shown = readable(pd.DataFrame({"size": [1200], "kind": ["none"]}), {"size": "Cases", "none": "No remedy"})
    assert shown["Cases"].sum() == 1200 and type(shown[["Cases"]] * 2) is pd.DataFrame
    with i18n.speaking("lv"):
        assert "<td>1\u00a0200</td>" in shown._repr_html_() and "No remedy" in shown._repr_html_()


def test_the_ticks_of_a_chart_have_the_decimal_mark_of_the_language():
    from rapport import charts

    def ticks():
        fig, ax = charts.figure("A title of some words", width=4, height=2)
        ax.plot([0, 1], [0.5, 1.75])
        fig.canvas.draw()
        return [label.get_text() for label in ax.get_yticklabels()]

    found = in_each(ticks)
    assert "1.5" in found["en"] and "1,5" in found["lv"] and found["gu"] == found["en"]
