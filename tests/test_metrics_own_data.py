"""Own data: every fault is told at once, with column, rows, what was found, what is allowed and how to mend it."""

from datetime import date

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest

from rapport import metrics

NOW = date(2026, 11, 22)


@pytest.fixture
def good():
    return {
        "orders": pd.DataFrame({"order_id": [1, 2], "customer_id": ["ક", "b"], "day": pd.to_datetime(["2026-01-01", "2026-02-01"]), "amount_minor": [500, 700], "currency": "EUR"}),
        "customers": pd.DataFrame({"customer_id": [2**62, 2**62 + 1], "start_day": pd.to_datetime(["2026-01-01"] * 2), "end_day": pd.to_datetime(["2026-02-01", None])}),
        "surveys": pd.DataFrame({"customer_id": ["a", "b"], "nps": [10, np.nan], "csat": [np.nan, np.nan]}),
        "promises": pd.DataFrame({"customer_id": pd.Categorical(["a", "b"]), "due": [date(2026, 1, 1)] * 2, "kept": [None, date(2026, 1, 2)]}),
        "contacts": pd.DataFrame({
            "customer_id": ["a", "b"], "opened_at": pd.to_datetime(["2026-01-01 10:00"] * 2, utc=True), "responded_at": pd.to_datetime(["2026-01-01 11:00", None], utc=True),
            "resolved_at": pd.to_datetime([None, None], utc=True), "touches": [1, 2], "reopened": [0, 1], "escalated": [True, False], "complaint": [0, 0],
        }),
    }  # fmt: skip


@pytest.mark.parametrize("kind", ["orders", "customers", "surveys", "promises", "contacts"])
def test_a_table_that_fits_has_no_fault(kind, good):
    report = metrics.validate(good[kind], kind, as_of=NOW)
    assert report.ok and str(report) == f"{kind}: fits the documented columns."
    report.raise_faults()


DIRTY = pd.DataFrame({
    "order_id": [1, 1, 2, 3, 4], "customer_id": ["a", "b", None, " ", "e"], "day": pd.to_datetime(["2026-01-01", "2030-01-01", None, "2026-01-02", "2026-01-02"]),
    "amount_minor": [10**13, -20, 3, 4, 5], "refunded": [0, 2, 1, 0, 0],
})  # fmt: skip


def test_all_faults_are_told_at_once_with_rows_and_remedy():
    report = metrics.validate(DIRTY, "orders", as_of=NOW)
    told = {(fault.column, fault.found): (fault.rows, fault.where) for fault in report.faults}
    assert told == {
        ("order_id", "the same value in several rows"): (2, "values 1"),
        ("customer_id", "missing values"): (1, "rows 2"),
        ("customer_id", "empty text"): (1, "rows 3"),
        ("day", "missing values"): (1, "rows 2"),
        ("day", "dates after 2026-11-22"): (1, "rows 1"),
        ("amount_minor", "numbers above 1000000000000"): (1, "rows 0"),
        ("refunded", "numbers other than 0 and 1"): (1, "rows 1"),
    }
    assert all(fault.allowed and fault.mend for fault in report.faults)
    assert report.notes == ("1 of 5 rows are refunds (negative): they reduce money and are no purchases.",)
    with pytest.raises(metrics.MetricError) as raised:
        report.raise_faults()
    assert str(raised.value).count("\n") == 8


def test_the_same_faults_are_found_in_polars_and_duckdb():
    expected = [(fault.column, fault.rows, fault.found) for fault in metrics.validate(DIRTY, "orders", as_of=NOW).faults]
    polars = pl.from_pandas(DIRTY).with_columns(pl.col("day").cast(pl.Date))
    for table in (polars, polars.lazy(), duckdb.connect().from_arrow(polars.to_arrow())):
        report = metrics.validate(table, "orders", as_of=NOW)
        assert [(fault.column, fault.rows, fault.found) for fault in report.faults] == expected
    assert "such as 2030-01-01" in str(report)


def test_a_column_under_another_name_is_asked_for_and_can_be_mapped(good):
    mine = good["orders"].rename(columns={"customer_id": "customer", "day": "Datum"})
    faults = metrics.validate(mine, "orders").faults
    assert [fault.column for fault in faults] == ["customer_id", "day"]
    assert "rename(table, customer_id='customer')" in faults[0].mend
    assert metrics.validate(metrics.rename(mine, customer_id="customer", day="Datum"), "orders").ok
    with pytest.raises(metrics.MetricError, match="no column Kunde"):
        metrics.rename(mine, customer_id="Kunde")


@pytest.mark.parametrize(
    ("kind", "column", "values", "found"),
    [
        ("orders", "amount_minor", [1.5, 2.0], "fractions"),
        ("orders", "amount_minor", [1.0, 2.0], "decimals"),
        ("orders", "amount_minor", ["1", "2"], "String"),
        ("orders", "customer_id", [1.0, 2.0], "Float64"),
        ("orders", "day", ["1 May", "2 May"], "String"),
        ("orders", "day", pd.to_datetime(["2026-01-01"] * 2, utc=True), "UTC"),
        ("customers", "end_day", pd.to_datetime(["2025-01-01", None]), "a time before start_day"),
        ("contacts", "opened_at", [pd.Timestamp("2026-01-01 10:00+02:00"), pd.Timestamp("2026-01-01 10:00+09:00")], "mixed time zones"),
        ("contacts", "opened_at", pd.to_datetime(["2026-01-01"] * 2), "time_zone=None"),
        ("contacts", "responded_at", pd.to_datetime(["2026-01-01 09:59", None], utc=True), "a time before opened_at"),
        ("contacts", "opened_at", pd.to_datetime(["2026-11-23", None], utc=True), "dates after 2026-11-22"),
        ("contacts", "touches", [0, 1], "numbers below 1"),
        ("contacts", "reopened", ["yes", "no"], "String"),
        ("surveys", "nps", [11.0, np.inf], "numbers above 10"),
        ("surveys", "nps", pd.array([11, None], dtype="Int64"), "numbers above 10"),
    ],
)
def test_each_kind_of_fault_is_found(kind, column, values, found, good):
    report = metrics.validate(good[kind].assign(**{column: values}), kind, as_of=NOW)
    assert any(fault.column == column and found in fault.found for fault in report.faults), str(report)


def test_columns_that_differ_only_in_case_are_a_fault(good):
    assert "SQL engines" in str(metrics.validate(good["orders"].assign(Day=1), "orders"))


def test_an_empty_table_says_so_and_an_undocumented_one_is_refused(good):
    assert "The table is empty." in str(metrics.validate(good["orders"].head(0), "orders"))
    with pytest.raises(metrics.MetricError, match="no documented table 'order'; there are orders, customers"):
        metrics.validate(good["orders"], "order")


def test_the_report_is_a_table_without_styles_or_markup_from_the_data():
    html = metrics.validate(DIRTY.rename(columns={"customer_id": "<script>"}), "orders")._repr_html_()
    assert "<table" in html and "style=" not in html and "<script>" not in html


def test_what_passes_the_check_can_be_measured(good):
    assert len(metrics.rfm(good["orders"], end=NOW)) == 2
    assert metrics.retention_rate(good["customers"], start=date(2026, 1, 1), end=NOW).value == 0.5
    assert metrics.first_contact_resolution(good["contacts"], of="opened").n == 2
    assert metrics.kept_promise_ratio(good["promises"], as_of=NOW).n == 2
    assert metrics.nps(good["surveys"], minimum=1).value == 100


def test_every_documented_column_says_what_it_means():
    for kind in ("orders", "customers", "contacts", "failures", "promises", "surveys", "answers", "messages", "events"):
        for column in metrics.columns(kind):
            assert column.meaning and column.name == column.name.lower()
