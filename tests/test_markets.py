"""The market sheets and the page of moments: facts in three languages, what a day is for the browser, questions, cards by moment."""

import re
from datetime import date, timedelta

import pytest
import small_site
from bs4 import BeautifulSoup
from small_site import ROOT

from rapport import facts, i18n, playbooks
from rapport.content import ContentError, module_stems
from rapport.facts.sheet import GROUPS, RAISED, fact_sheet, raised
from rapport.handbook import markets, moments
from rapport.i18n import names
from rapport.i18n.catalogue import Source, extract
from rapport.playbooks import moments as listed

# What a reader of Gujarati or Latvian meets in Latin letters although it is no English sentence: names of laws, libraries and formats.
ALIKE = {"Holi", "{name} {share}", "{city} ({offset})", "{year}: {days}", "{years}: {why}"}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return small_site.course(tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="module")
def site(course):
    """The files as they are read: without soft hyphens, and with plain spaces."""
    return {name: data.replace(b"\xc2\xad", b"").replace(b"\xc2\xa0", b" ") for name, data in small_site.build(course).items()}


# ---- Names and texts in the reader's language ----------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["gu", "lv"])
def test_every_text_of_the_snapshot_has_a_translation_of_its_own(lang):
    from rapport.i18n.catalogue import catalogue

    folder = ROOT / "data" / "facts"
    texts = [text.words for text in extract(Source(folder, "facts"))]
    found = catalogue(folder, ROOT, lang)
    assert len(texts) > 200 and [words for words in texts if words not in found.entries] == []
    assert [words for words in texts if found.entries[words] == words and words not in ALIKE] == []


@pytest.mark.parametrize("lang", i18n.LANGUAGES)
@pytest.mark.parametrize("code", facts.MARKETS)
def test_countries_cities_languages_and_currencies_have_names(code, lang):
    english = facts.market(code)
    with i18n.speaking(lang):
        market = facts.market(code)
        said = [market.name, *(names.city(zone) for zone in market.time_zones), *(each.name for each in market.languages)]
        said += [names.currency(formats.currency["code"]) for formats in market.formats.values()]
    assert all(said) and not any(each in zone for each in said if "/" in each for zone in market.time_zones)
    if lang == "gu":
        assert [each for each in said if not re.search("[\u0a80-\u0aff]", each)] == []
    assert (market.name != english.name) == (lang != "en")
    assert [each.local for each in market.holidays] == [each.local for each in english.holidays]
    assert [each.day for each in market.holidays] == [each.day for each in english.holidays]


@pytest.mark.parametrize("lang", ["gu", "lv"])
@pytest.mark.parametrize("code", facts.MARKETS)
def test_a_sheet_has_no_english_sentence_left(code, lang):
    english = fact_sheet(code)
    with i18n.speaking(lang, marking=True):
        sheet = fact_sheet(code)
    told = [row[key] for row in sheet["rows"] for key in ("label", "value", "standing", "source", "note")] + [day[key] for day in sheet["holidays"] for key in ("name", "mark", "why", "date")]
    assert [text for text in told if i18n.OPEN in text] == []
    said = {row[key] for row in english["rows"] if row["group"] != "format" for key in ("label", "standing", "note") if row[key]} | {day["name"] for day in english["holidays"]}
    assert [text for text in told if text in said - ALIKE] == []


def test_a_day_made_of_another_name_or_a_date_is_put_together_in_each_language():
    def of(code, day):
        return next(each.name for each in facts.market(code).holidays if each.day == day)

    moved, observed, alternative = ("CN", date(2025, 2, 3)), ("US", date(2026, 7, 3)), ("KR", date(2026, 3, 2))
    for code, day in (moved, observed, alternative):
        assert re.search(r"substituted|observed|Alternative", of(code, day))
    with i18n.speaking("lv"):
        assert of(*observed) == "Neatkarības diena (pārcelta brīvdiena)" and of(*alternative) == "Aizstājoša brīvdiena: Neatkarības kustības diena"
    swapped = next(each for each in facts.market("LV").holidays if "substituted from 17 January 2026" in each.name)
    with i18n.speaking("lv"):
        assert of("LV", swapped.day) == "Brīvdiena pārceltas dienas vietā (2026. gada 17. janvāris)"
    with i18n.speaking("gu"):
        assert "17 જાન્યુઆરી, 2026" in of("LV", swapped.day)


def test_where_the_reader_s_language_is_the_local_one_a_day_has_its_local_name():
    with i18n.speaking("lv"):
        assert "Līgo diena" in {each.name for each in facts.market("LV").holidays} and "Vasaras saulgriežu vakars" in {each.name for each in facts.market("SE").holidays}


def test_dates_weekdays_and_shares_are_written_as_the_language_writes_them():
    day = date(2026, 11, 25)
    assert names.day(day) == "25 November 2026" and names.weekdays()[2] == "Wednesday" and names.per_cent(4.1) == "4.1%"
    with i18n.speaking("lv"):
        assert names.day(day) == "2026. gada 25. novembris" and names.weekdays()[2] == "trešdiena" and names.per_cent(4.1) == "4,1\u00a0%"
        assert names.day_pattern().format(d=25, month=names.months()[10]) == "25. novembris"
    with i18n.speaking("gu"):
        assert names.day(day) == "25 નવેમ્બર, 2026" and names.weekdays("abbreviated")[2] == "બુધ"


# ---- What a day is, for the browser --------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", facts.MARKETS)
def test_every_day_in_the_page_is_what_the_calendar_says(code):
    market, data = facts.market(code), markets.now_data(facts.market(code))
    first = date.fromisoformat(data["first"])
    assert first + timedelta(days=len(data["days"]) - 1) == date.fromisoformat(data["last"]) == date(facts.YEARS[-1], 12, 31)
    for number, letter in enumerate(data["days"]):
        day, kind = first + timedelta(days=number), data["kinds"][letter]
        assert bool(kind["spans"]) == facts.is_working_day(market, day), day
        assert kind["ask"] <= bool(kind["spans"]) and all(0 <= opens < closes < 1440 for opens, closes in kind["spans"]), day


def test_exchanged_days_doubtful_saturdays_and_half_fridays_are_told_apart():
    def kind(code, day):
        data = markets.now_data(facts.market(code))
        return data["kinds"][data["days"][(day - date.fromisoformat(data["first"])).days]]

    assert kind("CN", date(2026, 2, 14)) == {"spans": ((540, 1080),), "ask": False}  # a Saturday that is worked
    assert kind("IN", date(2026, 11, 28)) == {"spans": ((600, 1110),), "ask": True}  # a Saturday, by employer
    assert kind("BR", date(2026, 2, 16))["ask"]  # Carnival, optional
    assert kind("AE", date(2026, 11, 27))["spans"] == ((480, 720),) and kind("SA", date(2026, 11, 27))["spans"] == ()


def test_named_days_that_follow_each_other_under_one_name_are_one():
    with i18n.speaking("en"):
        sheet = fact_sheet("SA")
    runs = markets.named_runs([day for day in sheet["holidays"] if day["year"] == "2027"])
    fitr = [run for run in runs if run["name"] == "Eid al-Fitr Holiday"]
    assert len(fitr) == 1 and fitr[0]["until"] > fitr[0]["iso"] and fitr[0]["when"].startswith("Tuesday, 9 March 2027 – ")
    days = [day["iso"] for day in sheet["holidays"] if day["year"] == "2027"]
    assert min(run["iso"] for run in runs) == days[0] and max(run["until"] for run in runs) == days[-1]


# ---- Questions -----------------------------------------------------------------------------------------------------------


def test_a_market_s_facts_raise_the_questions_that_belong_to_them():
    assert {"employer_weekend", "moon", "two_scripts", "name_order"} <= raised(facts.market("IN"))
    assert "own_weekend" in raised(facts.market("SA")) and "own_weekend" not in raised(facts.market("AE"))
    assert {"several_zones", "clock_changes"} <= raised(facts.market("US")) and "exchanged_days" in raised(facts.market("LV"))
    assert raised(facts.market("DE")) == {"clock_changes"}
    assert {name for code in facts.MARKETS for name in raised(facts.market(code))} == set(RAISED)


def test_every_sheet_asks_what_is_for_everybody_and_no_question_is_left_out():
    sheets = markets.load(ROOT)
    asked = {code: sheets.of(facts.market(code)) for code in facts.MARKETS}
    assert all(len(each["every_customer"]) >= 6 and each["because_of_market"] for each in asked.values())
    shown = {question.id for each in asked.values() for group in each.values() for question in group}
    assert shown == {question.id for question in sheets.questions}


@pytest.mark.parametrize(("change", "says"), [
    (("when: [two_scripts]", "when: [two_alphabets]"), r"markets\.yaml:\d+: questions\.\d+\.when\.0: found 'two_alphabets'"),
    (("    when: [own_weekend]\n", ""), "no question is asked when own_weekend"),
    (("lead:", "leed:"), "unknown key"),
])  # fmt: skip
def test_a_fault_in_the_questions_is_told(tmp_path, change, says):
    root = small_site.course(tmp_path)
    path = root / "playbooks" / "markets.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace(*change), encoding="utf-8")
    with pytest.raises(ContentError, match=says):
        markets.load(root)


# ---- Pages ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", facts.MARKETS)
def test_a_sheet_shows_every_fact_with_its_standing_and_source(site, code):
    page = BeautifulSoup(site[f"market-{code.lower()}.html"], "html.parser")
    sheet = fact_sheet(code)
    rows = page.select(".facts > div")
    assert len(rows) == sum(not row["locale"] for row in sheet["rows"]) and all(row.select_one(".origin .standing") for row in rows)
    text = page.get_text(" ")
    assert all(row["value"].replace("\u00a0", " ") in text for row in sheet["rows"] if row["field"] != "plurals")
    assert all(page.find(id=group) for group in (*GROUPS, "now", "next", "questions"))
    assert "1 January 2025 to 31 December 2028, and nothing after that" in text
    assert "ask counsel" in text and not re.search("[\U0001f1e6-\U0001f1ff]", text)


def test_pages_of_sheets_and_moments_are_the_same_bytes_each_time_and_name_no_day_of_the_build(course, site):
    again, once_more = small_site.build(course), small_site.build(course)
    assert {name: data for name, data in once_more.items() if again[name] != data} == {}
    assert not [name for name, data in site.items() if name.startswith("market") and str(date.today()).encode() in re.sub(rb'"named":\{[^}]*\}|data-until="[^"]*"', b"", data)]


@pytest.mark.parametrize("lang", ["gu", "lv"])
@pytest.mark.parametrize("name", ["markets", "five-minutes", *(f"market-{code.lower()}" for code in facts.MARKETS)])
def test_what_is_still_english_on_a_page_is_the_tiny_course_s_own_text(site, name, lang):
    page = BeautifulSoup(site[f"{name}.{lang}.html"], "html.parser")
    main = page.find("main")
    for link in main.select(".moment-cards li"):
        link.decompose()  # cards of a course without translations
    assert [span.get_text() for span in main.select('[lang="en"]')] == []
    for node in main.select("script, [lang]"):
        node.decompose()
    allowed = re.compile(r"\b(?:JavaScript|Babel|CLDR|IANA|UTC|holidays|phonenumbers|Library|Rapport|Tiny|about|Europe/Bucharest)\b")
    words = re.findall(r"\b(?:the|and|of|is|are|ask|closed|open|day|with|from)\b", allowed.sub("", main.get_text(" ")), re.IGNORECASE)
    assert words == []


def test_a_case_leads_to_the_sheets_of_its_markets(course, tmp_path):
    graph = {"places": [{"market": "CN"}, {"market": "US"}, {"market": "CN"}]}
    from rapport.handbook.pages import market_links

    links = market_links(graph, course)
    assert [(link["title"], link["href"]) for link in links] == [("China", "../playbooks/markets.yaml#CN"), ("United States", "../playbooks/markets.yaml#US")]
    assert market_links(graph, tmp_path) == []


# ---- Moments ---------------------------------------------------------------------------------------------------------------


def test_every_card_of_the_course_belongs_to_a_moment_and_every_moment_has_cards():
    known = listed.load(ROOT)
    named = [name for stem in module_stems(ROOT) for play in playbooks.load(stem, ROOT).plays for name in play.card.moments]
    assert set(named) == set(known.ids)
    assert all(play.card.moments for stem in module_stems(ROOT) for play in playbooks.load(stem, ROOT).plays)


def test_from_the_front_page_it_is_moment_then_card(site):
    front = BeautifulSoup(site["index.html"], "html.parser")
    picked = {link.get_text(): link["href"] for link in front.select(".pick a")}
    assert picked == {"A complaint": "five-minutes.html#complaint", "Somebody is waiting": "five-minutes.html#waiting"}  # no moment without cards
    page = BeautifulSoup(site["five-minutes.html"], "html.parser")
    section = page.find(id="waiting").parent
    assert [link["href"] for link in section.select(".moment-cards a")] == ["01_tiny-cards.html#say-so", "01_tiny-cards.html#say-when"]
    assert BeautifulSoup(site["01_tiny-cards.html"], "html.parser").find(id="say-when")
    assert page.find(id="silence") is None


@pytest.mark.parametrize(("change", "says"), [
    (("moments: [waiting]", "moments: [boredom]"), r"playbook\.md:\d+: moments: the card 'say-when' names the moment 'boredom'; playbooks/moments\.yaml lists first-contact"),
    (("moments: [waiting]\n", ""), "the card 'say-when' names no moment"),
])  # fmt: skip
def test_a_card_of_no_moment_is_refused(tmp_path, change, says):
    root = small_site.course(tmp_path)
    path = root / "playbooks" / "01_tiny" / "playbook.md"
    path.write_text(path.read_text(encoding="utf-8").replace(*change), encoding="utf-8")
    with pytest.raises(ContentError, match=says):
        playbooks.load("01_tiny", root)


def test_a_course_without_the_lists_has_neither_page_and_its_cards_may_name_no_moment(tmp_path):
    root = small_site.course(tmp_path)
    for name in small_site.LISTS:
        (root / "playbooks" / name).unlink()
    with pytest.raises(ContentError, match="the course has no playbooks/moments.yaml"):
        playbooks.load("01_tiny", root)
    path = root / "playbooks" / "01_tiny" / "playbook.md"
    path.write_text(re.sub(r"moments: .*\n", "", path.read_text(encoding="utf-8")), encoding="utf-8")
    site = small_site.build(root, ("en",))
    assert not [name for name in site if name.startswith(("market-", "five-minutes"))] and b"five-minutes" not in site["index.html"]


def test_a_moment_listed_twice_is_told(tmp_path):
    root = small_site.course(tmp_path)
    path = root / "playbooks" / "moments.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("id: silence", "id: waiting"), encoding="utf-8")
    with pytest.raises(ContentError, match="the moment 'waiting' is listed twice"):
        listed.load(root)


def test_the_words_of_the_page_are_in_the_reader_s_language():
    with i18n.speaking("lv"):
        assert listed.load(ROOT).title == "Man ir piecas minūtes" and moments.STRINGS["nav"] == "Piecas minūtes" and markets.load(ROOT).questions[0].ask.startswith("Kurā")


def test_a_text_may_link_to_a_sheet_or_a_moment_and_a_market_that_is_none_is_told(course):
    from rapport.handbook.pages import relink, site_href

    path, href = course / "playbooks" / "index.md", site_href("index")
    html = '<a href="markets.yaml#SA">a</a> <a href="../markets.yaml">b</a> <a href="moments.yaml#complaint">c</a>'
    assert re.findall(r'href="([^"]+)"', relink(html, href, path)) == ["market-sa.html", "markets.html", "five-minutes.html#complaint"]
    with pytest.raises(ContentError, match="'markets.yaml#FR' leads nowhere"):
        relink('<a href="markets.yaml#FR">d</a>', href, path)
