"""Working time through a calendar table is working time by the clock; those still waiting are not forgotten."""

from datetime import date, datetime, timezone

import numpy as np
import pandas as pd
import pytest

from rapport import facts, metrics

MARKETS = ("SA", "DE", "JP", "BR", "IN")


@pytest.fixture(scope="module")
def calendar():
    return facts.calendar_table(MARKETS, start=date(2026, 1, 1), end=date(2026, 12, 30))


def cases(*rows) -> pd.DataFrame:
    market, opened, answered = zip(*rows, strict=True)
    return pd.DataFrame({"market": market, "opened_at": pd.to_datetime(opened, utc=True), "responded_at": pd.to_datetime(answered, utc=True)})


def test_the_calendar_tiles_every_day_and_crosses_no_midnight(calendar):
    for _, part in calendar.groupby("market"):
        assert (part.minute_from.iloc[1:].to_numpy() == part.minute_to.iloc[:-1].to_numpy()).all()
        assert part.minute_to.iloc[-1] - part.minute_from.iloc[0] == 364 * 1440
        open_minutes = ((part.minute_to - part.minute_from) * part.is_open).cumsum()
        assert (part.open_before.iloc[1:].to_numpy() == open_minutes.iloc[:-1].to_numpy()).all()
    assert (calendar.minute_from // 1440 == calendar.utc_day).all() and ((calendar.minute_to - 1) // 1440 == calendar.utc_day).all()


def test_the_calendar_gives_the_minutes_that_facts_count_by_the_clock(calendar):
    luck = np.random.default_rng(10)
    begin = pd.to_datetime("2026-01-02", utc=True) + pd.to_timedelta(luck.integers(0, 340 * 1440, 250), "min")
    table = pd.DataFrame({"market": luck.choice(MARKETS, 250), "opened_at": begin, "responded_at": begin + pd.to_timedelta(luck.integers(0, 14 * 1440, 250), "min")})
    found = metrics.working_minutes(table, calendar, begin="opened_at", finish="responded_at")
    by_clock = [facts.working_time_between(row.opened_at.to_pydatetime(), row.responded_at.to_pydatetime(), market=row.market).total_seconds() / 60 for row in table.itertuples()]
    assert found.working_minutes.tolist() == by_clock and 0 < np.mean(np.array(by_clock) == 0) < 0.5


def test_a_customers_own_hours_decide():
    night = facts.OpeningHours.parse({"mon-fri": "22:00-06:00"}, "Asia/Tokyo")
    calendar = facts.calendar_table({"C1": ("JP", night), "C2": "JP"}, start=date(2026, 6, 1), end=date(2026, 6, 30), key="customer_id")
    table = cases(("JP", "2026-06-08T12:00Z", "2026-06-08T16:00Z"), ("JP", "2026-06-08T12:00Z", "2026-06-08T16:00Z")).assign(customer_id=["C1", "C2"])
    found = metrics.working_minutes(table, calendar, begin="opened_at", finish="responded_at", key="customer_id")
    assert found.working_minutes.tolist() == [180, 0]


def test_the_friday_of_one_market_is_the_sunday_of_another(calendar):
    # Thursday evening in Riyadh to Sunday morning: two of the days between are the weekend there
    table = cases(("SA", "2026-06-11T14:00Z", "2026-06-14T07:00Z"), ("DE", "2026-06-11T14:00Z", "2026-06-14T07:00Z"))
    sa, de = metrics.working_minutes(table, calendar, begin="opened_at", finish="responded_at").working_minutes
    assert sa < de


NOW = datetime(2026, 6, 30, 12, tzinfo=timezone.utc)


def test_a_case_past_its_target_is_a_miss_although_nobody_has_answered(calendar):
    table = cases(
        ("DE", "2026-06-22T08:00Z", "2026-06-22T09:00Z"),  # in time
        ("DE", "2026-06-22T08:00Z", "2026-06-29T09:00Z"),  # late
        ("DE", "2026-06-22T08:00Z", None),  # waiting, and late already
        ("DE", "2026-06-30T11:30Z", None),  # waiting, and not late yet
        ("DE", "2026-06-22T08:00Z", "2026-07-02T09:00Z"),  # answered after we look: waiting and late
        ("DE", "2026-07-01T08:00Z", None),  # not opened yet
    )
    found = metrics.answered_within(table, calendar, minutes=480, as_of=NOW)
    assert (found.numerator, found.denominator) == (1, 4)
    assert "1 left out: still waiting, within the target" in str(found)


def test_the_median_wait_counts_those_still_waiting_as_longer(calendar):
    rows = [("DE", "2026-06-22T08:00Z", f"2026-06-22T{8 + hours:02d}:00Z") for hours in (1, 2, 3)]
    assert metrics.working_wait(cases(*rows), calendar, as_of=NOW).value == 2
    waiting = [("DE", "2026-06-22T08:00Z", None)] * 2
    assert metrics.working_wait(cases(*rows, *waiting), calendar, as_of=NOW).value == 3
    found = metrics.working_wait(cases(*rows, *waiting, *waiting), calendar, as_of=NOW)
    assert "cannot be told yet" in found.refusal and "4 still waiting" in str(found.notes)
    assert metrics.working_wait(cases(*rows), calendar, as_of=NOW, quantile=0.9).value == 3


def test_ninety_five_of_a_hundred_median_intervals_hold_the_true_median():
    from rapport.metrics import worktime

    luck = np.random.default_rng(11)
    flat = pd.DataFrame({"market": ["X"], "utc_day": [0], "minute_from": [0], "minute_to": [1440], "open_before": [0], "is_open": [1]})
    held = 0
    for _ in range(60):
        waits = luck.exponential(300, 41).clip(0, 1200).astype(int)
        table = pd.DataFrame({"market": "X", "opened_at": pd.Timestamp(0, tz="UTC"), "responded_at": pd.to_datetime(waits, unit="m", utc=True)})
        found = worktime.working_wait(table, flat, as_of=datetime(1970, 1, 1, 23, tzinfo=timezone.utc))
        held += found.low <= 300 * np.log(2) / 60 <= found.high
    assert held >= 53


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (cases(("XX", "2026-06-22T08:00Z", None)), "1 case.*outside the calendar"),
        (cases(("DE", "2025-06-22T08:00Z", None)), "outside the calendar"),
        (cases(("DE", "2026-06-22T08:00Z", "2026-06-21T08:00Z")), "responded_at before opened_at"),
        (cases(("DE", "2026-06-22T08:00Z", None)).assign(opened_at=pd.Timestamp("2026-06-22")), "needs its zone"),
    ],
)
def test_cases_that_cannot_be_timed_are_refused(table, told, calendar):
    with pytest.raises(metrics.MetricError, match=told):
        metrics.answered_within(table, calendar, minutes=60, as_of=NOW)


def test_now_must_have_a_zone_and_a_quantile_lie_between(calendar):
    with pytest.raises(metrics.MetricError, match="time without a zone"):
        metrics.answered_within(cases(("DE", "2026-06-22T08:00Z", None)), calendar, minutes=60, as_of=datetime(2026, 6, 30))
    with pytest.raises(metrics.MetricError, match="between 0 and 1"):
        metrics.working_wait(cases(("DE", "2026-06-22T08:00Z", None)), calendar, as_of=NOW, quantile=50)


def test_a_calendar_asks_for_somebody_known_and_an_end_after_the_start():
    with pytest.raises(ValueError, match="name at least one"):
        facts.calendar_table([], start=date(2026, 1, 1), end=date(2026, 2, 1))
    with pytest.raises(ValueError, match="an end not before the start"):
        facts.calendar_table(["SA"], start=date(2026, 2, 1), end=date(2026, 1, 1))
    with pytest.raises(facts.UnknownFact, match="XX"):
        facts.calendar_table(["XX"], start=date(2026, 1, 1), end=date(2026, 2, 1))
