"""Every metric gives the same on pandas, Polars (eager and lazy) and DuckDB, and the same kind of table back."""

import datetime as dt
import math

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest

from rapport import facts, metrics

END = dt.date(2026, 1, 31)
NOW = dt.datetime(2026, 11, 20, 12, tzinfo=dt.timezone.utc)
ENGINES = ("polars", "polars lazy", "duckdb")


def _tables() -> dict[str, pd.DataFrame]:
    luck = np.random.default_rng(4)
    n, people = 3000, 400
    names = np.array([f"{'કલ'[k % 2]}{k:03d}" if k % 3 else f"Ž{k}" for k in range(people)], dtype=object)
    day = lambda size, spread=800: (np.datetime64("2024-01-01") + luck.integers(0, spread, size)).astype("datetime64[s]")  # noqa: E731
    orders = pd.DataFrame({"customer_id": luck.choice(names, n), "day": day(n), "amount_minor": luck.integers(-300, 5000, n), "currency": "EUR", "refunded": luck.integers(0, 20, n) == 0})
    orders.loc[::97, "customer_id"] = None
    orders.loc[5::101, "day"] = pd.NaT
    customers = pd.DataFrame({"customer_id": names, "start_day": day(people, 700), "market": luck.choice(["JP", "LV", None], people)})
    customers["end_day"] = customers.start_day + pd.to_timedelta(luck.integers(1, 900, people), "D").astype("timedelta64[s]")
    customers.loc[luck.random(people) < 0.4, "end_day"] = pd.NaT
    customers["referred_by"] = np.where(luck.random(people) < 0.2, luck.choice(names, people), None)
    customers["renewal"] = luck.integers(0, 2, people)
    opened = pd.to_datetime("2026-01-05", utc=True) + pd.to_timedelta(luck.integers(0, 300 * 1440, people), "min")
    contacts = pd.DataFrame({
        "customer_id": names, "market": luck.choice(["SA", "DE", "JP"], people), "opened_at": opened,
        "responded_at": opened + pd.to_timedelta(luck.integers(0, 6 * 1440, people), "min"), "resolved_at": opened + pd.to_timedelta(luck.integers(0, 20 * 1440, people), "min"),
        "touches": luck.integers(1, 4, people), "reopened": luck.choice([0.0, 1.0, np.nan], people), "escalated": luck.random(people) < 0.1, "complaint": luck.integers(0, 2, people),
    })  # fmt: skip
    for column, step in (("responded_at", 7), ("resolved_at", 5)):
        contacts.loc[::step, column] = pd.NaT
    failures = pd.DataFrame({"told_us": luck.integers(0, 2, people), "recovered": luck.integers(0, 2, people), "market": luck.choice(["JP", "LV"], people)})
    promises = pd.DataFrame({"due": day(people), "kept": day(people)})
    promises.loc[::4, "kept"] = pd.NaT
    rating = lambda low, high: np.where(luck.random(people) < 0.2, np.nan, luck.integers(low, high + 1, people))  # noqa: E731
    surveys = pd.DataFrame({"csat": rating(1, 5), "nps": rating(0, 10), "effort": rating(1, 7), "answered": luck.integers(0, 2, people), "market": luck.choice(["JP", "LV"], people)})
    answers = pd.DataFrame({"respondent_id": np.repeat(names, 6), "item": np.tile(list("abcdef"), people), "rating": luck.choice([1, 2, 3, 4, 5, np.nan], people * 6)})
    anchored = pd.DataFrame({"rating": rating(1, 5), "poor": luck.integers(1, 4, people), "good": luck.integers(2, 6, people), "market": luck.choice(["JP", "LV"], people)})
    messages = pd.DataFrame({"customer_id": luck.choice(names, n), "day": day(n, 200), "opted_out": luck.integers(0, 30, n) == 0})
    events = pd.DataFrame({"customer_id": luck.choice(names, n), "step": luck.choice(["visit", "quote", "order"], n), "moment": day(n)})
    calendar = facts.calendar_table(["SA", "DE", "JP"], start=dt.date(2026, 1, 1), end=dt.date(2026, 12, 30))
    return {"orders": orders, "customers": customers, "contacts": contacts, "failures": failures, "promises": promises, "surveys": surveys,
            "answers": answers, "anchored": anchored, "messages": messages, "events": events, "calendar": calendar}  # fmt: skip


TABLES = _tables()
DATES = ("day", "start_day", "end_day", "due", "kept")

CASES = {
    **{f"cohorts by {period}": (lambda t, p=period: metrics.cohort_table(t["orders"], end=END, period=p)) for period in ("day", "week", "month", "quarter", "year")},
    **{f"orders per {period}": (lambda t, p=period: metrics.orders_per_period(t["orders"], end=END, period=p)) for period in ("day", "week", "month", "quarter", "year")},
    "rfm": lambda t: metrics.rfm(t["orders"], end=END),
    "rfm in four": lambda t: metrics.rfm(t["orders"], end=END, groups=4),
    "purchase summary": lambda t: metrics.purchase_summary(t["orders"], end=END),
    "repeat purchase": lambda t: metrics.repeat_purchase_rate(t["orders"], start=dt.date(2024, 1, 1), end=END, within_days=90),
    **{f"retention {of}": (lambda t, of=of: metrics.retention_rate(t["customers"], start=dt.date(2025, 1, 1), end=dt.date(2025, 12, 31), of=of)) for of in ("at_start", "ever", "average")},
    "churn by market": lambda t: metrics.churn_rate(t["customers"], start=dt.date(2025, 1, 1), end=dt.date(2025, 12, 31), by="market", eligible="renewal"),
    "churn on average by market": lambda t: metrics.churn_rate(t["customers"], start=dt.date(2025, 1, 1), end=dt.date(2025, 12, 31), by="market", of="average"),
    "first contact": lambda t: metrics.first_contact_resolution(t["contacts"], by="market"),
    "first contact of opened": lambda t: metrics.first_contact_resolution(t["contacts"], of="opened"),
    "reopened": lambda t: metrics.reopen_rate(t["contacts"]),
    "escalated": lambda t: metrics.escalation_rate(t["contacts"], by="market"),
    "complaints": lambda t: metrics.complaint_rate(t["contacts"], by=["market", "touches"]),
    "recovered of told": lambda t: metrics.recovery_rate(t["failures"], by="market"),
    "recovered of failed": lambda t: metrics.recovery_rate(t["failures"], of="failed"),
    "promises": lambda t: metrics.kept_promise_ratio(t["promises"], as_of=dt.date(2025, 6, 30)),
    "referred": lambda t: metrics.referral_rate(t["customers"], by="market"),
    "referring": lambda t: metrics.referral_rate(t["customers"], of="referrers"),
    "fatigue": lambda t: metrics.contact_fatigue(t["messages"], period="month", most=4),
    "funnel": lambda t: metrics.funnel(t["events"], ["visit", "quote", "order"]),
    "csat": lambda t: metrics.csat(t["surveys"], by="market"),
    "effort": lambda t: metrics.customer_effort(t["surveys"]),
    "nps": lambda t: metrics.nps(t["surveys"], by="market"),
    "responses": lambda t: metrics.response_rate(t["surveys"]),
    "weighted": lambda t: metrics.nonresponse_weighted(t["surveys"], column="csat", classes=["market", "answered"]),
    "styles": lambda t: metrics.response_style(t["answers"]),
    "vignettes": lambda t: metrics.vignette_scale(t["anchored"], ["poor", "good"]),
    "anchored": lambda t: metrics.vignette_comparison(t["anchored"], ["poor", "good"], by="market"),
    "working minutes": lambda t: metrics.working_minutes(t["contacts"], t["calendar"], begin="opened_at", finish="responded_at"),
    "answered in time": lambda t: metrics.answered_within(t["contacts"], t["calendar"], minutes=480, as_of=NOW, by="market"),
    "median wait": lambda t: metrics.working_wait(t["contacts"], t["calendar"], as_of=NOW, finish="resolved_at", by="market"),
}


def on(engine: str) -> dict:
    """The tables in another engine, with real dates."""
    made = {}
    connection = duckdb.connect() if engine == "duckdb" else None
    for name, table in TABLES.items():
        polars = pl.from_pandas(table, nan_to_null=False).with_columns(pl.col(column).cast(pl.Date) for column in DATES if column in table)
        polars = polars.with_columns(pl.col(column).cast(pl.Float64) for column in polars.columns if table[column].dtype == float)
        made[name] = polars if engine == "polars" else polars.lazy() if engine == "polars lazy" else connection.from_arrow(polars.to_arrow())
    return made


def plain(result) -> pd.DataFrame:
    """Any result as a pandas frame whose rows stand in one order."""
    if isinstance(result, metrics.Metric):
        result = metrics.Metrics((result,))
    if isinstance(result, metrics.Metrics):
        return result.to_pandas().assign(said=[str(row) for row in result])
    if isinstance(result, pl.LazyFrame):
        result = result.collect()
    if isinstance(result, pl.DataFrame):
        result = pd.DataFrame(result.to_dict(as_series=False))
    elif isinstance(result, duckdb.DuckDBPyRelation):
        result = pd.DataFrame(result.pl().to_dict(as_series=False))
    elif not isinstance(result, pd.DataFrame):
        result = pd.DataFrame([row.asDict() for row in result.collect()])
    result = result.copy()
    for column in result:
        values = result[column]
        if column in ("cohort", "period") or column.endswith("_at"):
            result[column] = pd.to_datetime(values, utc=True).dt.strftime("%Y-%m-%d %H:%M")
        elif not pd.api.types.is_string_dtype(values.dropna()):
            result[column] = pd.to_numeric(values).astype(float)
    return result.sort_values(list(result.columns)).reset_index(drop=True)


@pytest.fixture(scope="module")
def engines():
    return {name: on(name) for name in ENGINES}


@pytest.fixture(scope="module")
def expected():
    return {name: plain(case(TABLES)) for name, case in CASES.items()}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("engine", ENGINES)
def test_a_metric_is_the_same_on_every_engine(case, engine, engines, expected):
    found = plain(CASES[case](engines[engine]))
    assert len(found) and not found.isna().all(axis=None)
    pd.testing.assert_frame_equal(found, expected[case], check_dtype=False, rtol=1e-9, atol=0)


def test_a_difference_between_engines_would_be_seen(expected):
    altered = expected["rfm"].copy()
    altered.loc[0, "recency_score"] += 1
    with pytest.raises(AssertionError):
        pd.testing.assert_frame_equal(altered, expected["rfm"], check_dtype=False, rtol=1e-9, atol=0)


@pytest.mark.parametrize(("engine", "kind"), [("polars", pl.DataFrame), ("polars lazy", pl.LazyFrame), ("duckdb", duckdb.DuckDBPyRelation)])
def test_a_table_comes_back_as_the_kind_it_went_in(engine, kind, engines):
    for name in ("cohorts by month", "orders per week", "rfm", "purchase summary", "styles", "vignettes", "working minutes"):
        assert isinstance(CASES[name](engines[engine]), kind), name
        assert isinstance(CASES[name](TABLES), pd.DataFrame), name


def test_whole_numbers_stay_whole_numbers_on_every_engine(engines):
    for engine in ENGINES:
        found = metrics.purchase_summary(engines[engine]["orders"], end=END)
        kinds = found.collect_schema() if engine.startswith("polars") else dict(zip(found.columns, map(str, found.types), strict=True))
        for column in ("frequency", "recency_days", "age_days", "repeat_minor"):
            assert kinds[column] in (pl.Int64, "BIGINT"), (engine, column)


def test_pandas_dates_may_be_objects_timestamps_or_arrow():
    expected = plain(metrics.rfm(TABLES["orders"], end=END))
    days = TABLES["orders"]["day"]
    for other in (days.dt.date, days.astype("datetime64[ns]"), days.astype("timestamp[us][pyarrow]")):
        pd.testing.assert_frame_equal(plain(metrics.rfm(TABLES["orders"].assign(day=other), end=END)), expected)


def test_categories_count_by_what_they_say_and_not_by_their_code():
    orders = TABLES["orders"]
    names = sorted(orders.customer_id.dropna().unique(), reverse=True)
    coded = orders.assign(customer_id=pd.Categorical(orders.customer_id, categories=[*names, "nobody"], ordered=True))
    pd.testing.assert_frame_equal(plain(metrics.rfm(coded, end=END)), plain(metrics.rfm(orders, end=END)))
    markets = TABLES["surveys"].assign(market=pd.Categorical(TABLES["surveys"].market, categories=["XX", "LV", "JP"]))
    assert str(metrics.csat(markets, by="market")) == str(metrics.csat(TABLES["surveys"], by="market"))


def test_a_calendar_in_pandas_serves_polars_and_duckdb_asks_for_its_own(engines):
    contacts = engines["polars lazy"]["contacts"]
    found = metrics.working_minutes(contacts, TABLES["calendar"], begin="opened_at", finish="responded_at")
    assert math.isclose(found.collect()["working_minutes"].sum(), TABLES["contacts"].pipe(metrics.working_minutes, TABLES["calendar"], begin="opened_at", finish="responded_at").working_minutes.sum())
    with pytest.raises(metrics.MetricError, match="same connection"):
        metrics.working_minutes(engines["duckdb"]["contacts"], TABLES["calendar"], begin="opened_at", finish="responded_at")


def test_something_that_is_no_table_is_refused_in_a_sentence():
    with pytest.raises(metrics.MetricError, match="found dict; a metric takes a pandas, Polars, DuckDB or Spark table"):
        metrics.csat({"csat": [1, 2]})
