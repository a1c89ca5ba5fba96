"""Alphabetical order by language, against lists put in order by ICU 78 (CLDR 48)."""

import random

import pytest

from rapport import i18n
from rapport.i18n import collation

LATVIAN = """Ainaži aka ābols Ādaži Cēsis cits cx čau Čiekurkalns Čikāga Dobele dzelzs egle ēka galds ģimene hokejs iela ira iva Iva ivads izlase
yoga yva Yva īss īva kase kazas kāzas kino klāt klients kļūda Ķegums ķirsis lācis logs Lū ļaudis Ļena māja nams Nylon Nīca ņemt Ņina ola pakete pāķis
rs ŗ sala sals sāla sāls šalle šķirt tase ugune ūdens Zane zobs Zvārde Žanis žurka"""
GUJARATI = """1 ૧૦ અ અંક અંકલેશ્વર અક અમદાવાદ આ આણંદ ઇડર ઈંટ એ ઑ ઓ ક કં કઁ કંઠ કઃ કચ કમળ કર કા કાં કાક કિ ક્રમ ક્ષમા ખ ગમ ગુસ્સો ગ્રાહક ગ્લાસ ચાંદ ચાઁદ ચાદર
જમણ જ્ઞાન જ્યોત ઝાડ દુઃખ દુકાન ભાવનગર ભુજ મુંબઈ મુદત રાજકોટ વડોદરા વાંસદા શ ષ સ સંદેશ સંબંધ સબંધ સમય હ ળ A"""


@pytest.mark.parametrize(("lang", "words"), [("lv", LATVIAN.split()), ("gu", GUJARATI.split())])
def test_words_stand_in_the_order_of_the_language(lang, words):
    shuffled = random.Random(7).sample(words, len(words))
    assert shuffled != words and sorted(shuffled, key=lambda word: collation.key(word, lang)) == words


def test_the_order_is_that_of_the_reader_and_differs_between_languages():
    words = ["cirks", "čau", "cukurs"]
    assert sorted(words, key=collation.key) == ["čau", "cirks", "cukurs"], "in English an accent decides last"
    with i18n.speaking("lv"):
        assert sorted(words, key=collation.key) == ["cirks", "cukurs", "čau"]


def test_a_text_that_is_still_english_is_sorted_by_its_letters():
    with i18n.speaking("lv", marking=True):
        assert collation.key(i18n.english("Bērziņš")) == collation.key("Bērziņš")


def test_composed_and_decomposed_letters_are_the_same():
    assert collation.key("s\u030cal\u0327a", "lv") == collation.key("šaļa", "lv")
