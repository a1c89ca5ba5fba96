"""The bibliography: read with its faults and lines, and set for pages and terminals."""

import re
from pathlib import Path

import pytest

from rapport.content import ContentError
from rapport.playbooks.bibliography import bibliography, cite

ROOT = Path(__file__).parents[1]
GOOD = "@article{roe-2014,\n  author = {Roe, R. and de Doe, D. L.},\n  title = {A Study of NPS: what it is},\n  journal = {A Journal},\n  volume = 1,\n  year = 2014,\n  seen = {abstract},\n}\n"


def read(tmp_path, text):
    (tmp_path / "data").mkdir(exist_ok=True)
    (tmp_path / "data/sources.bib").write_text(text, encoding="utf-8")
    return bibliography(tmp_path)


def test_an_entry_keeps_its_authors_year_and_title_as_written(tmp_path):
    source = read(tmp_path, "% a comment\n\n" + GOOD)["roe-2014"]
    assert (source.families, source.year, source.seen, source.line) == (("Roe", "de Doe"), 2014, "abstract", 3)
    assert "A Study of NPS: what it is" in source.text and "<em>A Journal</em>" in source.html and "\n" not in source.html


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("  year = 2014,\n", "", r"sources.bib:1: roe-2014.year: the field is missing"),
        ("year = 2014", "year = {in press}", "found 'in press'; a year has four digits"),
        ("seen = {abstract}", "seen = {skimmed}", "roe-2014.seen: found 'skimmed'; it is one of abstract, law, citation"),
        ("  author = {Roe, R. and de Doe, D. L.},\n", "", "roe-2014.author: the field is missing"),
        ("roe-2014", "Roe_2014", "an id is small letters, digits and hyphens"),
        ("@article", "@blogpost", "sources.bib:1: roe-2014: found the type @blogpost, which no style sets"),
        ("  title = {A Study of NPS: what it is},", "  title = {A Study,", "sources.bib:.*not valid BibTeX"),
    ],
)
def test_a_faulty_entry_is_told_with_file_line_and_field(tmp_path, old, new, says):
    assert old in GOOD
    with pytest.raises(ContentError, match=says):
        read(tmp_path, GOOD.replace(old, new))


def test_all_faults_are_told_at_once_and_an_entry_listed_twice_is_refused(tmp_path):
    with pytest.raises(ContentError) as told:
        read(tmp_path, GOOD.replace("seen = {abstract}", "seen = {x}") + GOOD.replace("roe-2014", "poe-2015").replace("year = 2014", "year = 15"))
    assert "found 'x'" in str(told.value) and "found '15'" in str(told.value)
    with pytest.raises(ContentError, match="repeated bibliography entry: roe-2014; keep one"):
        read(tmp_path, GOOD + GOOD)


@pytest.mark.parametrize(
    ("authors", "named"),
    [
        ("Poe, P.", "Poe 2014"),
        ("Roe, R. and Doe, D. L.", "Roe & Doe 2014"),
        ("de Matos, C. A. and Henrique, J. L. and Rossi, C. A. V.", "de Matos, Henrique & Rossi 2014"),
        ("Edström, A. and Nylander, B. and Molin, J. and Ahmadi, Z. and Sörqvist, P.", "Edström et al. 2014"),
        ("{European Union}", "European Union 2014"),
    ],
)
def test_a_claim_names_its_source_by_family_names_and_year(tmp_path, authors, named):
    assert read(tmp_path, GOOD.replace("Roe, R. and de Doe, D. L.", authors))["roe-2014"].short == named


def test_the_course_s_own_entries_read_and_carry_no_markup_but_italics():
    for source in bibliography(ROOT).values():
        assert set(re.findall(r"<(\w+)", source.html)) <= {"em"} and "{" not in source.text


def test_links_to_sources_are_found_in_their_order():
    assert cite("[B](#source-b-2) and [A](#source-a-1), again [B](#source-b-2), [x](#card)") == ["b-2", "a-1"]
