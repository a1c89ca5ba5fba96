"""English left in texts and pages of another language is found, and what may stay in Latin letters is not taken for it."""

from pathlib import Path

import pytest

from rapport.i18n.catalogue import CatalogueError
from rapport.i18n.leftovers import allowed, leftovers, leftovers_in_page, plain, words_file

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    ("lang", "text", "found"),
    [
        ("gu", "ગ્રાહકને પૂછો, then wait, પછી લખો.", ["then wait"]),
        ("gu", "`df.head()`, [જુઓ](#what-this-is), {person}ને, $n < m$, a@b.example, exercises/{module}.ipynb: https://example.org/x", []),
        ("gu", "Rapport અને JupyterLabમાં; વિકલ્પ A; [de Matos, Henrique & Rossi](#source)", []),
        ("gu", "rapport", ["rapport"]),
        ("gu", "\ue000Still English\ue001 અને more", ["more"]),
        ("lv", "Pajautājiet klientam, then wait for klients.", ["then wait for"]),
        ("lv", "Tie to no klienta risks, bet man it kā „Tarn Instruments”: bez procentiem.", []),
        ("lv", "Mean of the customers", ["Mean of the customers"]),
        ("lv", "Lietojiet query vai Xylophone.", ["query", "Xylophone"]),
        ("lv", "Chen Rui raksta; {len(trial):,} kļūmes, `mean` un .item(), .loc[…]", []),
        ("gu", "first_impression અને book.trial, own.mean: the first", ["the first"]),
        ("lv", "Kolonna half_day ir book.calls tabulā. always", ["always"]),
        ("en", "Whatever it says.", []),
    ],
)
def test_english_words_are_found_and_what_may_stay_is_not(lang, text, found):
    assert [each.words for each in leftovers(text, lang)] == found


def test_a_text_without_what_is_no_language_keeps_its_length_and_lines():
    text = "a `b c`\n[d](e f) {g}\n$h$ i@j.k"
    assert len(plain(text)) == len(text) and plain(text).split() == ["a", "[d](e", "f)"]


PAGE = """<!doctype html><html lang="lv"><head><title>Refund</title><meta name="description" content="Wait here">
<script>const neverMind = "the script itself";</script><script type="application/json">{"id":"own_the_fault","say":["Try again"],"n":1}</script></head>
<body><p>Labi <em>then</em> what <code>df.head()</code></p><p lang="en">This is marked <b>as English</b></p>
<nav><a lang="gu" href="x">ગુજરાતી and more</a></nav><img alt="A chart" src="x"><input placeholder="Your answer"><button aria-label="Close this">x</button>
<span translate="no">Keep this</span><p>Labi<br>beigas</p>
<p>Last
 sentence</p></body></html>"""


def test_a_page_is_read_as_its_reader_meets_it():
    found = leftovers_in_page(PAGE, "lv")
    assert [each.words for each in found] == ["Refund", "Wait here", "Try again", "then what", "chart", "Your answer", "Close this", "Last", "sentence"]
    assert [each.line for each in found] == [1, 1, 2, 3, 4, 4, 4, 6, 7]
    assert found[3].around == "Labi then what"
    assert leftovers_in_page("<p>ગ્રાહક</p><p>customer", "gu")[0].words == "customer"
    assert leftovers_in_page("<p>ગ્રાહક</p><p>cus\u00adtom&shy;er", "gu")[0].words == "customer"
    assert leftovers_in_page(PAGE, "en") == []


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        (b"alpha\nbeta\n\n# others\nalfa\n", 0, ""),
        ("ગ્રાહક\nમાર્ટાને\nસી-આઈ\n".encode(), 0, ""),
        (b"alpha\n\xff\n", 2, "not UTF-8 text"),
        (b"alpha beta\n", 1, "found 'alpha beta'; a line holds one word"),
        (b"beta\nalpha\n", 2, "'alpha' stands after 'beta'"),
        (b"alpha\n# more\nalpha\n", 3, "'alpha' stands on line 1 already"),
        (b"alpha,\n", 1, "found 'alpha,'"),
    ],
)
def test_a_list_of_words_is_sorted_and_a_broken_one_names_its_line(tmp_path, text, line, says):
    path = tmp_path / "locales/lv/allowed.txt"
    path.parent.mkdir(parents=True)
    path.write_bytes(text)
    if says:
        with pytest.raises(CatalogueError, match=says) as raised:
            words_file(tmp_path, "lv", "allowed.txt")
        assert (raised.value.path, raised.value.line) == (path, line)
    else:
        assert len(words_file(tmp_path, "lv", "allowed.txt")) == 3
    assert words_file(tmp_path, "gu", "allowed.txt") == frozenset()


def test_authors_of_the_bibliography_may_stand_in_latin_letters():
    assert {"Roschk", "Gelbrich", "de", "Matos", "Russ", "Eft", "Grégoire"} <= allowed(ROOT, "gu")
    assert not {"and", "author"} & allowed(ROOT, "gu")
