"""Market sheets and moments in a browser: open or closed at a fixed clock, on the reader's clock, after the calendar's end, on paper."""

from datetime import datetime, timezone

import pytest
import small_site
from test_handbook import pages_in, sideways

from rapport import facts


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    for name, data in small_site.build(small_site.course(tmp_path_factory.mktemp("course"))).items():
        (folder / name).write_bytes(data)
    return folder


@pytest.fixture
def opened(site, page_factory):
    """Open a page, at a moment in UTC where one is given; after the test none has complained or asked for anything."""
    pages = []

    def open_page(name, at=None, **options):
        page = page_factory(**{"timezone_id": "Europe/Riga"} | options)
        if at:
            page.clock.install(time=datetime(*at, tzinfo=timezone.utc))
        page.goto((site / f"{name}.html").as_uri())
        pages.append(page)
        return page

    yield open_page
    for page in pages:
        assert page.seen.errors == [] and page.seen.requests == []


def now(page, zone=0):
    """State, time there, and sentences."""
    item = page.locator("rapport-market-now li").nth(zone)
    return item.get_attribute("data-state"), item.locator(".there").inner_text().replace("\u00ad", ""), item.locator(".says").inner_text().replace("\u00ad", "")


# ---- Open or closed --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "at", "state", "there", "says"), [
    # half an hour off: 06:00 UTC is 11:30 in Kolkata, a Thursday
    ("market-in", (2026, 11, 26, 6), "open", "11:30", "Open until 18:30. On your clock: Thursday, 26 November, 06:30 to 15:00."),
    ("market-in", (2026, 11, 28, 6), "ask", "11:30", "Perhaps open, until 18:30. Open or closed depends on the employer: ask."),  # a Saturday
    ("market-in", (2027, 1, 26, 6), "closed", "11:30", "Closed today: Republic Day. Next opening: Wednesday, 27 January, 10:00."),
    ("market-in", (2026, 11, 27, 14), "closed", "19:30", "Closed. Next opening: Saturday, 28 November, 10:00."),
    # Friday and Saturday are the weekend, Sunday is worked
    ("market-sa", (2026, 11, 27, 9), "closed", "12:00", "Closed. Next opening: Sunday, 29 November, 08:00."),
    ("market-sa", (2026, 11, 29, 9), "open", "12:00", "Open until 17:00."),
    # a Saturday worked in exchange, and the holiday that it pays for
    ("market-cn", (2026, 2, 14, 2), "open", "10:00", "Open until 18:00."),
    ("market-cn", (2026, 2, 17, 2), "closed", "10:00", "Closed today: Chinese New Year (Spring Festival)."),
    ("market-cn", (2027, 3, 6, 2), "closed", "10:00", "The exchanged days of 2027 are not settled, so ask."),
    # Carnival: by law the office decides
    ("market-br", (2026, 2, 16, 13), "ask", "10:00", "Perhaps open, until 18:00. Carnival: open or closed depends on the firm, ask."),
    # the minutes at which it opens and closes
    ("market-de", (2026, 11, 26, 7, 59), "closed", "08:59", "Closed. Opens today at 09:00."),
    ("market-de", (2026, 11, 26, 8), "open", "09:00", "Open until 17:00."),
    ("market-de", (2026, 11, 26, 16), "closed", "17:00", "Next opening: Friday, 27 November, 09:00."),
    # the day after the clocks went forward there
    ("market-us", (2026, 3, 9, 13, 30), "open", "09:30", "Open until 17:00. On your clock: Monday, 9 March, 15:00 to 23:00."),
    # a date that is another one there
    ("market-jp", (2026, 12, 31, 23), "closed", "08:00", "Closed today: New Year's Day."),
])  # fmt: skip
def test_it_says_whether_offices_are_open_at_that_minute(opened, name, at, state, there, says):
    found = now(opened(name, at))
    assert found[:2] == (state, there) and says in found[2]


def test_every_zone_of_a_market_has_its_own_line_and_day(opened):
    page = opened("market-us", (2026, 11, 27, 4))
    shown = page.locator("rapport-market-now li")
    assert shown.count() == 7 and [now(page, n)[1] for n in (0, 4, 6)] == ["23:00", "20:00", "18:00"]
    assert "Closed today: Thanksgiving Day" in now(page)[2]


def test_it_moves_on_with_the_minute(opened):
    page = opened("market-de", (2026, 11, 26, 7, 59, 30))
    assert now(page)[0] == "closed"
    page.clock.fast_forward(31_000)
    assert now(page)[:2] == ("open", "09:00")


def test_where_the_clocks_agree_nothing_is_said_of_the_reader_s(opened):
    assert "On your clock" not in now(opened("market-lv", (2026, 11, 26, 8)))[2]


@pytest.mark.parametrize(("lang", "over", "none"), [
    ("", "This calendar ends on 31 December 2028. Whether today is a day off, it cannot say: ask.", "There is no named day left in this calendar"),
    (".gu", "આ કેલેન્ડરનો છેલ્લો દિવસ: 31 ડિસેમ્બર, 2028.", "કોઈ તહેવાર કે ખાસ દિવસ બાકી નથી"),
    (".lv", "Šī kalendāra pēdējā diena: 2028. gada 31. decembris.", "svētku un īpašo dienu vairs nav"),
])  # fmt: skip
def test_opened_after_its_last_year_a_sheet_says_so_and_still_knows_the_time(opened, lang, over, none):
    page = opened(f"market-de{lang}", (2029, 1, 1, 11))
    state, there, says = now(page)
    assert (state, there) == ("unknown", "12:00") and over in says
    assert none in page.locator("rapport-next-days").inner_text().replace("\u00ad", "")


def test_the_last_day_of_the_calendar_looks_no_further(opened):
    state, _, says = now(opened("market-sa", (2028, 12, 31, 20)))
    assert state == "closed" and says == "Closed."


def test_before_its_first_day_a_sheet_says_so(opened):
    assert "This calendar begins on 1 January 2025." in now(opened("market-de", (2024, 6, 3, 11)))[2]


def test_the_next_named_days_begin_today_and_change_at_midnight_there(opened):
    page = opened("market-jp", (2026, 12, 31, 14, 59, 30))  # 23:59:30 in Tokyo
    first = page.locator("rapport-next-days tbody tr").first
    assert "31 December 2026" in first.inner_text().replace("\u00ad", "")
    page.clock.fast_forward(31_000)
    assert "1 January 2027" in first.inner_text().replace("\u00ad", "") and page.locator("rapport-next-days tbody tr").count() == 6


def test_in_another_language_days_and_sentences_are_its_own(opened):
    assert now(opened("market-in.lv", (2026, 11, 26, 6)))[2] == "Strādā līdz 18:30. Pēc Jūsu pulksteņa: ceturtdiena, 26. novembris, 06:30–15:00."
    assert now(opened("market-sa.gu", (2026, 11, 27, 9)))[2].startswith("બંધ. ફરી ખૂલશે: રવિવાર, 29 નવેમ્બર, 08:00.")


@pytest.mark.parametrize("locale", ["de-DE", "ar-SA", "fa-IR", "th-TH"])
def test_a_browser_with_another_calendar_or_digits_shows_the_same(opened, locale):
    assert now(opened("market-in", (2026, 11, 26, 6), locale=locale))[:2] == ("open", "11:30")


def test_the_index_shows_every_market_with_its_clock(opened):
    page = opened("markets", (2026, 11, 26, 6))
    assert page.locator("rapport-market-now li").count() == len(facts.MARKETS)


# ---- Without scripts, narrow, on paper --------------------------------------------------------------------------


def test_without_javascript_hours_and_all_days_can_be_read(opened):
    page = opened("market-sa", javascript=False)
    assert page.locator("table.hours tr").count() == 7 and "needs JavaScript" in page.locator(".sheet-now").inner_text().replace("\u00ad", "")
    page.locator("details[data-year='2027'] summary").click()
    assert page.locator("details[data-year='2027']").get_by_text("Eid al-Fitr Holiday").first.is_visible()


@pytest.mark.parametrize("lang", ["", ".gu", ".lv"])
@pytest.mark.parametrize("name", ["market-in", "market-us", "markets", "five-minutes", "index"])
def test_nothing_scrolls_sideways_on_a_small_telephone(opened, name, lang):
    assert sideways(opened(f"{name}{lang}", width=320)) <= 0


@pytest.mark.parametrize("lang", ["", ".gu", ".lv"])
def test_every_sheet_prints_on_one_page(opened, lang):
    page = opened("markets")
    for code in facts.MARKETS:
        page.goto(page.url.rsplit("/", 1)[0] + f"/market-{code.lower()}{lang}.html")
        assert pages_in(page.pdf(format="A4", prefer_css_page_size=True)) == 1, code


def test_the_button_prints_the_sheet(opened):
    page = opened("market-de")
    page.evaluate("window.print = () => { window.printed = true; }")
    page.locator("[data-print-page]").click()
    assert page.evaluate("window.printed")


def test_three_taps_lead_from_the_front_page_to_the_card(opened):
    page = opened("index", width=320, touch=True)
    page.get_by_role("link", name="A complaint").tap()
    page.locator("#complaint").locator("xpath=..").get_by_role("link", name="Say so").tap()
    page.wait_for_url("**/01_tiny-cards.html*")
    assert page.url.endswith("01_tiny-cards.html#say-so") and page.locator("#say-so").is_visible()
