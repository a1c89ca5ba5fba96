"""Soft hyphens and spaces without a break: where they go by language, and everything that they leave alone."""

import unicodedata

import pytest

from rapport import i18n
from rapport.i18n import typesetting
from rapport.i18n.typesetting import NO_BREAK, SOFT_HYPHEN


def shown(words, lang):
    return typesetting.text(words, lang).replace(SOFT_HYPHEN, "·").replace(NO_BREAK, "_")


@pytest.mark.parametrize(
    ("lang", "words", "divided"),
    [
        ("en", "organisation counterfactual relationship", "organ·isa·tion coun·ter·fac·tual rela·tion·ship"),
        ("en", "cards of a case", "cards of a case"),
        ("lv", "atvainojas pārstāvis nepieciešams", "at·vai·no·jas pār·stā·vis ne·pie·cie·šams"),
        ("lv", "četrsimt četrpadsmit", "četrsimt četr·pa·dsmit"),
        ("gu", "જવાબદારી કાર્યક્રમોમાં સ્પષ્ટીકરણ", "જવા·બ·દારી કાર્ય·ક્ર·મોમાં સ્પષ્ટી·ક·રણ"),
        ("en", "&nbsp;organisation&thinsp;is &counterfactual; more&counterfactual", "&nbsp;organ·isa·tion&thinsp;is &counterfactual; more&coun·ter·fac·tual"),
        ("gu", "ગ્રાહક responsibility", "ગ્રાહક respons·ib·il·ity"),
    ],
)
def test_long_words_are_divided_as_the_language_does(lang, words, divided):
    assert shown(words, lang) == divided


GUJARATI = """જવાબદારી વિશ્વસનીયતા વ્યાવસાયિક પ્રતિષ્ઠાનો આંતરરાષ્ટ્રીય સંસ્કૃતિઓ સ્પષ્ટીકરણ કાર્યક્રમોમાં સ્વીકારવાની જરૂરિયાત ગ્રાહકસંબંધો પરિસ્થિતિમાં
માર્ગદર્શિકા ઇન્સ્ટ્રુમેન્ટ્સમાં ટેમ્પરેચરલૉગર અર્થઘટન ક્વૉલિટીમાંથી નિષ્ણાતોએ દુઃખદાયક જ્ઞાનપૂર્વક શ્રેષ્ઠતમ દ્વિભાષીપણું ઉત્તરદાયિત્વ મહત્ત્વપૂર્ણ"""


@pytest.mark.parametrize("word", GUJARATI.split())
def test_gujarati_is_divided_at_the_borders_of_written_syllables_only(word):
    parts = typesetting.hyphenated(word, "gu").split(SOFT_HYPHEN)
    assert "".join(parts) == word
    for before, after in zip(parts, parts[1:]):
        assert unicodedata.category(after[0]) == "Lo", "a part begins with a letter, never with a vowel sign or another sign on a letter"
        assert before[-1] not in "\u0acd\u200c\u200d", "no conjunct is torn"


def test_most_long_gujarati_words_can_be_divided():
    divided = [word for word in GUJARATI.split() if SOFT_HYPHEN in typesetting.hyphenated(word, "gu")]
    assert len(divided) > 0.8 * len(GUJARATI.split())


@pytest.mark.parametrize(
    "token",
    ["https://example.org/organisation", "organisation@example.org", "data/recovery/failures.csv", "is_working_day", "{organisation}", "RESPONSIBILITY", "10_when_it_goes_wrong", "&thetasymbol;"],
)
def test_addresses_names_of_files_and_placeholders_stay_whole(token):
    assert typesetting.text(f"See {token} here", "en") == f"See {token} here"


@pytest.mark.parametrize(
    ("lang", "words", "joined"),
    [
        ("en", "after 30 minutes or 5 customers, at 60 %", "after 30_minutes or 5 customers, at 60_%"),
        ("lv", "līdz 25. novembrim, 30 minūtes, 95 %, J. Bērziņš", "līdz 25._novembrim, 30_minūtes, 95_%, J._Bērziņš"),
        ("lv", "Sākas 2026. Tad beidzas.", "Sākas 2026. Tad beidzas."),
        ("gu", "30 મિનિટમાં, 5 લોકો", "30_મિનિટમાં, 5 લોકો"),
        ("en", "a 5 metre rope and 30 minuteness", "a 5 metre rope and 30 minuteness"),
    ],
)
def test_a_number_stays_with_its_unit(lang, words, joined):
    assert shown(words, lang).replace("·", "") == joined


PAGE = """<!doctype html><html lang="lv"><head><title>Atvainojamies</title><style>.atvainojamies{}</style></head><body>
<p title="atvainojamies" class="x">Mēs atvainojamies <code>atvainojamies</code> <kbd>atvainojamies</kbd> <a href="https://atvainojamies.lv/">atvainojamies</a></p>
<pre>atvainojamies <b>atvainojamies</b></pre><img alt="atvainojamies" src="data:,"><math><mi>atvainojamies</mi></math>
<p lang="en">An organisation<br>of organisation</p><p>atvainojamies</p>
<select><option>atvainojamies</option></select><textarea>atvainojamies</textarea><input value="atvainojamies">
<script type="application/json">{"a": "atvainojamies", "b": "1 < 2 </p>"}</script><!-- atvainojamies --></body></html>"""


def test_only_running_text_is_touched_in_the_language_of_its_element():
    made = typesetting.page(PAGE, "lv")
    assert made.replace(SOFT_HYPHEN, "") == PAGE
    divided = typesetting.hyphenated("atvainojamies", "lv")
    assert divided != "atvainojamies" and made.count(divided) == 3, "in the first paragraph, its link and the last one"
    assert made.count(typesetting.hyphenated("organisation", "en")) == 2


@pytest.mark.parametrize("inside", ["a < b </scripts> organisation", "</ script>organisation", "<b>organisation</b>", "<!-- organisation -->"])
def test_what_looks_like_an_end_does_not_end_a_block_of_data(inside):
    page = f"<SCRIPT type=x>{inside}</script\n><p>organisation</p><script>organisation"
    assert typesetting.page(page, "en").replace(SOFT_HYPHEN, "·") == f"<SCRIPT type=x>{inside}</script\n><p>organ·isa·tion</p><script>organ·isa·tion"


def test_english_that_is_left_is_marked_and_divided_as_english():
    opened, closed = i18n.OPEN, i18n.CLOSE
    html = f'<p title="{opened}A title{closed}">{opened}An <em>organisation</em> waits{closed}</p><p>Mēs atvainojamies</p>'
    made = typesetting.page(html, "lv")
    assert made.replace(SOFT_HYPHEN, "") == '<p title="A title"><span lang="en">An </span><em><span lang="en">organisation</span></em><span lang="en"> waits</span></p><p>Mēs atvainojamies</p>'
    assert typesetting.hyphenated("organisation", "en") in made


def test_data_for_a_script_is_set_but_for_names_and_what_is_to_stay():
    given = {"id": "compensation_first", "next": "a/act@money", "label": f"Atvainojamies {i18n.OPEN}organisation{i18n.CLOSE}", "person": "Atvainojamies Kalniņa", "n": [1, None, True]}
    made = typesetting.data(given, "lv", keep=lambda key: key == "person")
    label = f"{typesetting.hyphenated('Atvainojamies', 'lv')} {typesetting.hyphenated('organisation', 'en')}"
    assert made == given | {"label": label}
