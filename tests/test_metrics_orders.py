"""Orders: tables counted by hand, ties, refunds, and the dirt of real exports, on pandas, Polars and DuckDB alike."""

from datetime import date

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest

from rapport import metrics

END = date(2026, 6, 30)


def orders(*rows, **more) -> pd.DataFrame:
    """Rows of (customer, ISO date or None, amount)."""
    who, days, amounts = zip(*rows, strict=True) if rows else ((), (), ())
    return pd.DataFrame({"customer_id": pd.Series(who, dtype=object if not rows else None), "day": pd.to_datetime(pd.Series(days, dtype="datetime64[s]")), "amount_minor": np.array(amounts, dtype="int64")}).assign(**more)


def everywhere(table: pd.DataFrame) -> list:
    polars = pl.from_pandas(table).with_columns(pl.col("day").cast(pl.Date))
    return [table, polars, polars.lazy(), duckdb.connect().from_arrow(polars.to_arrow())]


def records(result, *keys) -> list[tuple]:
    if isinstance(result, pl.LazyFrame):
        result = result.collect()
    if isinstance(result, pl.DataFrame):
        rows = result.rows(named=True)
    elif isinstance(result, pd.DataFrame):
        rows = result.to_dict("records")
    else:
        rows = [dict(zip(result.columns, row, strict=True)) for row in result.fetchall()]
    return sorted(tuple(str(row[key])[:10] if key in ("cohort", "period") else row[key] for key in keys) for row in rows)


HAND = (
    ("a", "2026-01-05", 100), ("a", "2026-01-05", 50), ("a", "2026-03-01", 200), ("b", "2026-01-31", 10), ("b", "2026-02-01", 20),
    ("c", "2026-02-10", 70), ("c", "2026-02-12", -70), ("d", "2026-07-01", 999), (None, "2026-01-01", 5), ("e", None, 5), ("f", "2026-02-01", -5),
)  # fmt: skip


def test_the_cohort_table_is_the_one_counted_by_hand():
    for table in everywhere(orders(*HAND)):
        found = records(metrics.cohort_table(table, end=END), "cohort", "age", "customers", "cohort_size", "share")
        assert found == [("2026-01-01", 0, 2, 2, 1.0), ("2026-01-01", 1, 1, 2, 0.5), ("2026-01-01", 2, 1, 2, 0.5), ("2026-02-01", 0, 1, 1, 1.0)]


def test_the_purchase_summary_is_the_one_counted_by_hand():
    for table in everywhere(orders(*HAND)):
        found = records(metrics.purchase_summary(table, end=END), "customer_id", "frequency", "recency_days", "age_days", "repeat_minor")
        assert found == [("a", 1, 55, 176, 200), ("b", 1, 1, 150, 20), ("c", 0, 0, 140, 0)]


def test_recency_frequency_and_money_are_those_counted_by_hand():
    for table in everywhere(orders(*HAND)):
        found = records(metrics.rfm(table, end=END, groups=3), "customer_id", "recency_days", "frequency", "monetary_minor", "recency_score", "frequency_score", "monetary_score")
        # the refund of c takes its money back but not its purchase; f only ever gave back
        assert found == [("a", 121, 3, 350, 3, 3, 3), ("b", 149, 2, 30, 1, 2, 2), ("c", 140, 1, 0, 2, 1, 1)]


def test_orders_per_period_are_those_counted_by_hand():
    for table in everywhere(orders(*HAND)):
        found = records(metrics.orders_per_period(table, end=END), "period", "orders", "customers", "amount_minor")
        assert found == [("2026-01-01", 3, 2, 160), ("2026-02-01", 2, 2, 15), ("2026-03-01", 1, 1, 200)]


def test_weeks_begin_on_monday():
    for table in everywhere(orders(("a", "2026-06-07", 1), ("a", "2026-06-08", 1), ("b", "2026-06-14", 1))):
        assert records(metrics.orders_per_period(table, end=END, period="week"), "period", "orders") == [("2026-06-01", 1), ("2026-06-08", 2)]


def test_ties_go_by_customer_id_whatever_the_order_of_rows():
    table = orders(*((name, "2026-06-01", 100) for name in ("b", "ક", "a", "Ž", "Z")))
    expected = [("Z", 1, 1), ("a", 2, 2), ("b", 3, 3), ("Ž", 4, 4), ("ક", 5, 5)]
    for shuffled in (table, table.iloc[::-1], table.sample(frac=1, random_state=1)):
        for each in everywhere(shuffled.reset_index(drop=True)):
            assert records(metrics.rfm(each, end=END), "customer_id", "recency_score", "monetary_score") == expected


def test_an_order_given_back_whole_counts_for_nothing():
    table = orders(("a", "2026-01-01", 100), ("a", "2026-02-01", 100), ("b", "2026-01-01", 100), refunded=[False, True, True])
    for each in everywhere(table):
        assert records(metrics.purchase_summary(each, end=END), "customer_id", "frequency") == [("a", 0)]


def test_huge_numbers_as_ids_stay_apart():
    big = 2**62
    for table in everywhere(orders((big, "2026-01-01", 10**12), (big + 1, "2026-01-02", 10**12), (big + 1, "2026-01-03", 10**12))):
        assert records(metrics.rfm(table, end=END, groups=2), "customer_id", "frequency", "monetary_minor", "monetary_score") == [(big, 1, 10**12, 1), (big + 1, 2, 2 * 10**12, 2)]


@pytest.mark.parametrize("measure", [metrics.rfm, metrics.purchase_summary, metrics.cohort_table, metrics.orders_per_period])
def test_an_empty_table_gives_an_empty_table(measure):
    table = orders(("a", "2027-01-01", 1))
    for each in everywhere(table):
        found = measure(each, end=END)
        assert records(found, "customer_id" if measure in (metrics.rfm, metrics.purchase_summary) else "amount_minor" if measure is metrics.orders_per_period else "age") == []
    assert len(measure(orders(), end=END)) == 0


def test_one_customer_with_one_order_is_enough():
    for table in everywhere(orders(("a", "2026-06-30", 0))):
        assert records(metrics.rfm(table, end=END), "recency_days", "frequency", "monetary_minor", "recency_score") == [(0, 1, 0, 1)]
        assert records(metrics.cohort_table(table, end=END), "share") == [(1.0,)]


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda t: t.drop(columns="day"), "no column day"),
        (lambda t: t.assign(amount_minor=t.amount_minor / 100), "whole number of minor units"),
        (lambda t: t.assign(day="1 March"), "pandas.to_datetime"),
        (lambda t: t.assign(day=5), "convert"),
        (lambda t: t.assign(day=t.day.dt.tz_localize("Asia/Tokyo")), "whose clock"),
        (lambda t: t.assign(currency=["EUR", "JPY"]), "EUR, JPY; minor units of different currencies"),
        (lambda t: t.assign(Day=1), "differ only in case"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_a_sentence(spoil, told):
    with pytest.raises(metrics.MetricError, match=told):
        metrics.rfm(spoil(orders(("a", "2026-01-01", 1), ("b", "2026-01-01", 1))), end=END)


def test_a_period_or_a_number_of_groups_nobody_knows_is_refused():
    for table in everywhere(orders(("a", "2026-01-01", 1))):
        with pytest.raises(metrics.MetricError, match="day, week, month, quarter, year"):
            metrics.cohort_table(table, end=END, period="fortnight")
        with pytest.raises(metrics.MetricError, match="from 2 to 9"):
            metrics.rfm(table, end=END, groups=1)


def test_duckdb_is_not_run_before_it_is_asked():
    connection = duckdb.connect()
    connection.execute("CREATE TABLE o AS SELECT 'a' AS customer_id, DATE '2026-01-01' AS day, 5 AS amount_minor")
    lazily = metrics.purchase_summary(connection.table("o"), end=END)
    connection.execute("INSERT INTO o VALUES ('b', DATE '2026-01-02', 7)")
    assert records(lazily, "customer_id") == [("a",), ("b",)]
