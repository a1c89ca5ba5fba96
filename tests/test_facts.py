"""Facts of the twelve markets as a reader of the snapshot meets them: records, calendars, working time, the sheet."""

import json
import random
import subprocess
import sys
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from rapport import facts
from rapport.facts.markets import facts_folder

SNAPSHOT = date(2026, 11, 22)


def at(zone, *when):
    return datetime(*when, tzinfo=ZoneInfo(zone))


def hours(value):
    return value / timedelta(hours=1)


# ---- Records ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", facts.MARKETS)
def test_every_field_says_where_it_comes_from_when_and_how_far_to_trust_it(code):
    market = facts.market(code)
    kinds = ("dates", "times", "numbers", "currency", "digits", "plurals", "direction")
    fields = {"name", "local_name", "locales", "time_zone", "time_zones", "clock_changes", "weekend", "weekend_varies", "week_start"}
    fields |= {"swap_working_days", "unsettled", "holidays", "languages", "name_order", "address", "phone", "postal", "consent", "opening_hours"}
    fields |= {f"{kind}.{locale}" for locale in market.formats for kind in kinds}
    assert set(market.provenance) == fields
    for field, origin in market.provenance.items():
        assert origin.source and origin.as_of == SNAPSHOT and origin.status in facts.STATUSES, field


@pytest.mark.parametrize("code", facts.MARKETS)
def test_every_market_is_complete_for_every_year(code):
    market = facts.market(code)
    assert market.code == code and market.name and market.local_name and market.languages and market.weekend
    assert ZoneInfo(market.time_zone) and market.time_zones[0] == market.time_zone
    assert {each.day.year for each in market.holidays} == set(facts.YEARS)
    assert list(market.holidays) == sorted(market.holidays, key=lambda each: each.day)
    assert all(each.name and each.local and bool(each.why) == each.provisional for each in market.holidays)
    assert market.name_order.order in ("surname_first", "given_first", "varies") and market.name_order.text


@pytest.mark.parametrize("code", facts.MARKETS)
def test_law_is_labelled_a_training_rule_and_hours_an_assumption(code):
    market = facts.market(code)
    assert market.consent.label == "Training rule, ask counsel" and market.consent.rule and market.consent.act
    assert market.provenance["opening_hours"].status == "assumed for teaching"


@pytest.mark.parametrize("code", facts.MARKETS)
def test_forms_of_address_end_in_asking_the_person(code):
    text = facts.market(code).address.text.lower()
    assert "ask" in text and "store the answer" in text


def test_an_unknown_market_names_those_known():
    with pytest.raises(facts.UnknownFact, match=r"unknown market 'FR': known are AE, BR, .*, US") as caught:
        facts.market("FR")
    assert isinstance(caught.value, LookupError)


@pytest.mark.parametrize("ask", [lambda: facts.holidays("SA", 2031), lambda: facts.is_working_day("SA", date(2024, 12, 31)), lambda: facts.shared_working_days("SA", year=2030)])
def test_an_unknown_year_names_those_known(ask):
    with pytest.raises(facts.UnknownFact, match="known are 2025 to 2028"):
        ask()


def test_a_course_without_facts_of_its_own_uses_the_checkouts(monkeypatch, tmp_path):
    monkeypatch.setenv("RAPPORT_COURSE", str(tmp_path))
    assert facts_folder().parts[-2:] == ("data", "facts") and facts_folder().is_dir()
    (tmp_path / "data" / "facts").mkdir(parents=True)
    assert facts_folder() == tmp_path / "data" / "facts"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"code": "SA",\n "facts": ', r"SA\.json:2: not valid JSON"),
        ('{"code": "SA"}', r"SA\.json: the key 'facts' is missing"),
        ('{"code": "SA", "facts": []}', r"SA\.json: a value is not of the kind expected"),
        (None, r"SA\.json: cannot be read"),
    ],
)
def test_a_damaged_snapshot_names_the_file_and_what_to_do(monkeypatch, tmp_path, text, says):
    folder = tmp_path / "data" / "facts"
    folder.mkdir(parents=True)
    if text is not None:
        (folder / "SA.json").write_text(text, encoding="utf-8")
    monkeypatch.setenv("RAPPORT_COURSE", str(tmp_path))
    with pytest.raises(facts.FactsError, match=says + ".*facts_snapshot.py"):
        facts.market("SA")


def test_reading_facts_needs_neither_the_generators_libraries_nor_heavy_ones():
    code = "import sys; from rapport import facts; facts.market('LV'); print([m for m in ('holidays', 'babel', 'yaml', 'pydantic', 'numpy') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


# ---- Formats: the traps of the twelve ------------------------------------------------------------------------------


def test_the_same_short_date_means_two_days_in_nigeria_and_the_united_states():
    assert facts.market("NG").formats["en_NG"].dates["short"] == "07/03/2026"
    assert facts.market("US").formats["en_US"].dates["short"] == "3/7/26"


def test_latvian_takes_zero_for_0_and_10_to_20_and_one_for_21():
    plurals = {each.category: each for each in facts.market("LV").formats["lv_LV"].plurals}
    assert list(plurals) == ["zero", "one", "other"]
    assert plurals["zero"].numbers[:3] == (0, 10, 11) and plurals["one"].numbers[:3] == (1, 21, 31)
    assert "n mod 100" in plurals["one"].rule


def test_gujarati_groups_by_lakh_counts_0_as_one_and_has_digits_of_its_own():
    gujarati = facts.market("IN").formats["gu_IN"]
    assert gujarati.numbers["example"] == "12,34,567.89"
    assert gujarati.digits["example"] == "૧૨,૩૪,૫૬૭.૮૯" and len(gujarati.digits["native"]) == 10
    assert gujarati.plurals[0].numbers == (0, 1)


def test_arabic_runs_right_to_left_with_six_plurals():
    arabic = facts.market("SA").formats["ar_SA"]
    assert arabic.direction == "rtl" and len(arabic.plurals) == 6


def test_only_four_markets_change_their_clocks():
    assert {code for code in facts.MARKETS if facts.market(code).clock_changes} == {"LV", "DE", "SE", "US"}


def test_latvian_time_is_rigas():
    assert facts.market("LV").time_zone == "Europe/Riga"


@pytest.mark.parametrize("code", facts.MARKETS)
def test_no_english_holiday_name_carries_a_date_that_reads_as_two_days(code):
    assert not [each.name for each in facts.market(code).holidays if "/" in each.name]


# ---- Working days ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "days"),
    [("JP", 244), ("AE", 250), ("SA", 251), ("IN", 246), ("LV", 250), ("DE", 254), ("BR", 252), ("US", 250), ("NG", 248), ("CN", 248), ("KR", 245), ("SE", 251)],
)
def test_working_days_of_2026_are_those_measured(code, days):
    # measured from the library: Sweden's 254 less the three eves that offices shut; India's without Saturdays
    assert len(facts.shared_working_days(code, year=2026, varying=False)) == days


def test_indias_saturdays_count_unless_left_out():
    saturday = date(2026, 7, 4)
    assert facts.is_working_day("IN", saturday) and not facts.is_working_day("IN", saturday, varying=False)
    assert not facts.is_working_day("IN", date(2026, 7, 5))
    assert len(facts.shared_working_days("IN", year=2026)) == 296


@pytest.mark.parametrize(
    ("pair", "days"),
    [("SA-DE", 198), ("SA-LV", 193), ("SA-IN", 194), ("US-SA", 194), ("AE-LV", 238), ("JP-LV", 233), ("IN-LV", 236), ("CN-LV", 234)],
)
def test_pairs_share_the_days_measured(pair, days):
    found = facts.shared_working_days(*pair.split("-"), year=2026, varying=False)
    assert len(found) == days and found == sorted(set(found))


def test_all_twelve_are_open_together_on_147_days():
    assert len(facts.shared_working_days(*facts.MARKETS, year=2026)) == 147


def test_two_latvian_saturdays_are_shared_with_india_when_saturdays_count():
    extra = set(facts.shared_working_days("IN", "LV", year=2026)) - set(facts.shared_working_days("IN", "LV", year=2026, varying=False))
    assert extra == {date(2026, 1, 17), date(2026, 6, 27)}


@pytest.mark.parametrize("day", [date(2026, 1, 4), date(2026, 2, 14), date(2026, 10, 10)])
def test_chinas_exchanged_weekend_days_are_worked(day):
    assert day.weekday() >= 5 and facts.is_working_day("CN", day)
    assert not facts.is_working_day("CN", day + timedelta(days=7 if day.weekday() == 5 else 6 + 1))


def test_saudi_friday_and_saturday_are_the_weekend():
    week = [date(2026, 11, 1) + timedelta(days=n) for n in range(7)]  # Sunday to Saturday
    assert [facts.is_working_day("SA", day) for day in week] == [True] * 5 + [False] * 2


def test_swedish_eves_are_closed_though_not_public():
    eves = {each.day: each for each in facts.holidays("SE", 2026) if each.kind == "de_facto"}
    assert set(eves) == {date(2026, 6, 19), date(2026, 12, 24), date(2026, 12, 31)}
    assert all(each.closed and not facts.is_working_day("SE", day) for day, each in eves.items())


def test_carnival_is_listed_but_leaves_the_day_open():
    carnival = [each for each in facts.holidays("BR", 2026) if each.name == "Carnival"]
    assert carnival and all(not each.closed and facts.is_working_day("BR", each.day) for each in carnival)


@pytest.mark.parametrize("code", ["AE", "SA", "IN", "NG"])
@pytest.mark.parametrize("year", [2027, 2028])
def test_every_eid_to_come_is_provisional(code, year):
    eids = [each for each in facts.holidays(code, year) if "Eid" in each.name]
    assert len(eids) >= 2 and all(each.provisional and "moon" in each.why for each in eids)


def test_fixed_dates_are_not_provisional():
    assert not [each for each in facts.market("SA").holidays if each.provisional and each.name.startswith(("Founding", "National"))]
    assert not [each for each in facts.market("JP").holidays if each.provisional]
    named = {each.name: each for each in facts.holidays("IN", 2027) if each.day == date(2027, 8, 15)}
    assert not named["Independence Day"].provisional and named["Prophet's Birthday"].provisional


def test_years_whose_exchanged_days_are_not_announced_are_marked():
    assert {code for code in facts.MARKETS if facts.market(code).unsettled} == {"CN", "LV"}
    assert set(facts.market("CN").unsettled) == {2027, 2028}
    assert all(each.provisional for each in facts.holidays("CN", 2027) if "(observed)" in each.name)


def test_sharing_with_nobody_is_refused():
    with pytest.raises(ValueError, match="at least one market"):
        facts.shared_working_days(year=2026)


# ---- Working time -----------------------------------------------------------------------------------------------------


NINE_TO_FIVE = facts.OpeningHours.parse({"mon-fri": "09:00-17:00"})
NIGHT = facts.OpeningHours.parse({"mon-sun": "22:00-06:00"})


def test_time_is_counted_only_while_open():
    start, end = at("Europe/Riga", 2026, 3, 5, 16), at("Europe/Riga", 2026, 3, 6, 10)  # Thursday to Friday
    assert hours(facts.working_time_between(start, end, NINE_TO_FIVE, market="LV")) == 2


def test_a_saudi_weekend_does_not_count_and_a_saudi_sunday_does():
    start, end = at("Asia/Riyadh", 2026, 11, 5, 16), at("Asia/Riyadh", 2026, 11, 8, 9)  # Thursday to Sunday
    assert hours(facts.working_time_between(start, end, market="SA")) == 2


def test_the_clock_is_that_of_the_one_who_waits():
    start, end = at("America/New_York", 2026, 3, 4, 3), at("America/New_York", 2026, 3, 4, 4)  # 11 to 12 in Riyadh
    assert hours(facts.working_time_between(start, end, market="SA")) == 1
    assert hours(facts.working_time_between(start, end, market="US")) == 0


def test_a_holiday_is_closed_even_to_the_customers_own_hours():
    start, end = at("Europe/Berlin", 2026, 4, 30, 17), at("Europe/Berlin", 2026, 5, 4, 9)  # over 1 May, a Friday
    assert facts.working_time_between(start, end, NINE_TO_FIVE, market="DE") == timedelta(0)
    without_market = facts.OpeningHours(NINE_TO_FIVE.week, "Europe/Berlin")
    assert hours(facts.working_time_between(start, end, without_market)) == 8


def test_the_customers_own_saturday_counts_where_the_markets_does_not():
    start, end = at("Europe/Berlin", 2026, 3, 7, 8), at("Europe/Berlin", 2026, 3, 7, 20)
    shop = facts.OpeningHours.parse({"mon-sat": "10:00-14:00"})
    assert facts.working_time_between(start, end, market="DE") == timedelta(0)
    assert hours(facts.working_time_between(start, end, shop, market="DE")) == 4


def test_an_exchanged_saturday_has_the_hours_of_the_day_before():
    day = date(2026, 1, 17)
    start, end = at("Europe/Riga", 2026, 1, 17), at("Europe/Riga", 2026, 1, 18)
    assert day.weekday() == 5 and hours(facts.working_time_between(start, end, market="LV")) == 8
    assert facts.working_time_between(start + timedelta(days=7), end + timedelta(days=7), market="LV") == timedelta(0)


@pytest.mark.parametrize(("evening", "length"), [((2026, 3, 28), 7), ((2026, 10, 24), 9), ((2026, 11, 7), 8)])
def test_a_night_shift_follows_the_change_of_clocks(evening, length):
    start = at("Europe/Stockholm", *evening, 20)
    end = at("Europe/Stockholm", *evening, 12) + timedelta(days=1)
    assert hours(facts.working_time_between(start, end, NIGHT, market="SE")) == length


def test_a_day_across_a_change_of_clocks_has_its_ordinary_length():
    start, end = at("America/New_York", 2026, 3, 6, 9), at("America/New_York", 2026, 3, 9, 17)  # clocks change on the 8th
    assert hours(facts.working_time_between(start, end, NINE_TO_FIVE, market="US")) == 16


def test_the_hour_that_happens_twice_is_told_apart():
    around = facts.OpeningHours.parse({"mon-sun": "00:00-24:00"}, "Europe/Berlin")
    start = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"), fold=0)
    end = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"), fold=1)
    assert hours(facts.working_time_between(start, end, around)) == 1


def test_a_night_shift_is_found_from_its_far_side_and_stops_before_a_holiday():
    start, end = at("Europe/Berlin", 2026, 3, 11, 1), at("Europe/Berlin", 2026, 3, 11, 12)
    assert hours(facts.working_time_between(start, end, NIGHT, market="DE")) == 5
    eve, after = at("Europe/Berlin", 2026, 4, 30, 20), at("Europe/Berlin", 2026, 5, 2, 12)  # 1 May between
    assert hours(facts.working_time_between(eve, after, NIGHT, market="DE")) == 8


def test_hours_that_overlap_count_once():
    doubled = facts.OpeningHours.parse({"mon-fri": "09:00-13:00, 12:00-17:00"}, "Asia/Tokyo")
    start, end = at("Asia/Tokyo", 2026, 3, 4), at("Asia/Tokyo", 2026, 3, 5)
    assert hours(facts.working_time_between(start, end, doubled)) == 8


def test_round_the_clock_is_real_time():
    around = facts.OpeningHours.parse({"mon-sun": "00:00-24:00"}, "Europe/Riga")
    start, end = at("UTC", 2026, 3, 27, 5), at("UTC", 2026, 4, 2, 7)
    assert facts.working_time_between(start, end, around) == end - start


def test_the_same_moment_twice_is_no_time_and_the_year_may_end_at_midnight():
    moment = at("Asia/Seoul", 2026, 3, 4, 10)
    assert facts.working_time_between(moment, moment, market="KR") == timedelta(0)
    start, end = at("Asia/Seoul", 2028, 12, 29, 17), at("Asia/Seoul", 2029, 1, 1)
    assert hours(facts.working_time_between(start, end, market="KR")) == 1
    assert hours(facts.working_time_between(at("Asia/Seoul", 2025, 1, 1), at("Asia/Seoul", 2025, 1, 3), market="KR")) == 9


def test_working_time_agrees_with_counting_minutes():
    chance = random.Random(7)
    for code, week in [("LV", NINE_TO_FIVE), ("SE", NIGHT), ("SA", None), ("US", NIGHT), ("CN", None)]:
        market = facts.market(code)
        zone, used = ZoneInfo(market.time_zone), week or market.opening_hours
        start = datetime(2026, chance.choice([3, 10]), chance.randint(20, 28), chance.randint(0, 23), 17, tzinfo=timezone.utc)
        minutes = chance.randint(2000, 9000)

        def is_open(moment):
            local = moment.astimezone(zone)
            clock = local.time().replace(second=0, fold=0)
            for back in (0, 1):
                day = local.date() - timedelta(days=back)
                if day in market.closed_days:
                    continue
                exchanged = day in market.swap_working_days
                if week is None and not exchanged and day.weekday() in market.weekend:
                    continue
                for opens, closes in used.on_exchanged(day.weekday()) if exchanged else used.on(day.weekday()):
                    over = closes <= opens
                    if (back == 0 and opens <= clock and (over or clock < closes)) or (back == 1 and over and clock < closes):
                        return True
            return False

        counted = sum(is_open(start + timedelta(minutes=n)) for n in range(minutes))
        assert facts.working_time_between(start, start + timedelta(minutes=minutes), week, market=code) == timedelta(minutes=counted), code


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (lambda: facts.working_time_between(datetime(2026, 3, 4), at("UTC", 2026, 3, 5), market="SA"), "start .* has no time zone"),
        (lambda: facts.working_time_between(at("UTC", 2026, 3, 4), datetime(2026, 3, 5), market="SA"), "end .* has no time zone"),
        (lambda: facts.working_time_between(at("UTC", 2026, 3, 5), at("UTC", 2026, 3, 4), market="SA"), "is before start"),
        (lambda: facts.working_time_between(at("UTC", 2026, 3, 4), at("UTC", 2026, 3, 5)), "customer's hours, or a market"),
        (lambda: facts.working_time_between(at("UTC", 2026, 3, 4), at("UTC", 2026, 3, 5), NINE_TO_FIVE), "no time zone"),
        (lambda: facts.working_time_between(at("UTC", 2026, 3, 4), at("UTC", 2026, 3, 5), facts.OpeningHours(NINE_TO_FIVE.week, "Riga")), "no IANA time zone"),
    ],
)
def test_working_time_refuses_what_has_no_answer(ask, says):
    with pytest.raises(ValueError, match=says):
        ask()


def test_working_time_outside_the_calendar_names_the_years_known():
    with pytest.raises(facts.UnknownFact, match="2025 to 2028"):
        facts.working_time_between(at("UTC", 2028, 12, 30), at("UTC", 2029, 1, 4), market="SA")


# ---- Opening hours ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("week", "shown"),
    [
        ({"sun-thu": "08:00-17:00"}, "Sun–Thu 08:00–17:00"),
        ({"mon-thu": "08:00-17:00", "fri": "08:00-12:00"}, "Mon–Thu 08:00–17:00; Fri 08:00–12:00"),
        ({"sat": "10:00-12:00, 13:00-15:00"}, "Sat 10:00–12:00, 13:00–15:00"),
        ({"mon-sun": "00:00-24:00"}, "Mon–Sun 00:00–00:00"),
        ({}, "closed"),
    ],
)
def test_opening_hours_read_as_they_were_written(week, shown):
    assert str(facts.OpeningHours.parse(week)) == shown


@pytest.mark.parametrize(
    ("week", "says"),
    [
        ({"monday": "09:00-17:00"}, "'monday' is no day"),
        ({"mon-wed-fri": "09:00-17:00"}, "is no day"),
        ({"mon": "9-17"}, "mon: '9-17' is no span"),
        ({"mon": "09:00-25:00"}, "is no span"),
        ({"mon-fri": "09:00-17:00", "fri": "09:00-12:00"}, "fri is named twice"),
    ],
)
def test_opening_hours_refuse_what_they_cannot_read(week, says):
    with pytest.raises(ValueError, match=says):
        facts.OpeningHours.parse(week)


# ---- The sheet ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", facts.MARKETS)
def test_the_sheet_is_text_with_a_status_and_a_source_on_every_row(code):
    sheet = facts.fact_sheet(code)
    assert json.loads(json.dumps(sheet)) == sheet
    for row in sheet["rows"]:
        assert row["label"] and row["value"] and row["source"] and row["status"] in facts.STATUSES, row
        assert all(isinstance(value, str) for value in row.values())
    assert len({(row["label"], row["locale"]) for row in sheet["rows"]}) == len(sheet["rows"])
    assert len(sheet["holidays"]) == len(facts.market(code).holidays)


def test_the_sheet_marks_what_may_move_and_what_is_not_closed():
    marks = {(row["iso"], row["name"]): row["mark"] for row in facts.fact_sheet("SA")["holidays"]}
    assert marks["2027-03-09", "Eid al-Fitr Holiday"] == "closed, the date may move"
    assert marks["2027-09-23", "National Day Holiday"] == "closed"
    assert {row["mark"] for row in facts.fact_sheet("BR")["holidays"] if row["name"] == "Carnival"} == {"open or closed: ask"}
    assert any(row["label"] == "Calendar not settled" and row["value"].startswith("2027, 2028") for row in facts.fact_sheet("CN")["rows"])


def test_the_sheet_of_an_unknown_market_names_those_known():
    with pytest.raises(facts.UnknownFact, match="known are"):
        facts.fact_sheet("XX")
