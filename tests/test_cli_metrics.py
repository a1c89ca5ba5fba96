"""`rapport metrics FILE`: a file of one's own, held against the documented columns and measured in place."""

import json

import duckdb
import pandas as pd
import pytest

from rapport.cli import run
from rapport.metrics import repeat_purchase_rate, rfm


@pytest.fixture
def orders():
    days = ["2025-01-03", "2025-02-01", "2025-01-10", "2025-06-01", "2025-01-20", "2025-12-30"]
    return pd.DataFrame({"customer_id": ["a", "a", "b", "b", "c", "d"], "day": pd.to_datetime(days).date, "amount_minor": [500, 700, 900, -200, 100, 300], "currency": "EUR"})


@pytest.fixture
def file(tmp_path, orders, monkeypatch):
    monkeypatch.chdir(tmp_path)
    orders.to_parquet("orders.parquet", index=False)
    return "orders.parquet"


def test_a_file_is_measured_over_the_period_it_holds_and_says_so_in_honest_lines(file, orders, capsys):
    assert run(["metrics", file]) == 0
    told = capsys.readouterr().out
    expected = repeat_purchase_rate(orders, start=orders.day.min(), end=orders.day.max(), within_days=90)
    assert str(expected) in told and "1 of 3" in told and "1 of 6 rows are refunds" in told


def test_a_csv_with_columns_of_its_own_names_is_mapped(file, orders, capsys, tmp_path):
    orders.rename(columns={"customer_id": "Kunde", "day": "Datum", "amount_minor": "Betrag"}).to_csv("export.csv", index=False)
    assert run(["metrics", "export.csv", "--table", "orders", "--map", "customer_id=Kunde", "--map", "day=Datum", "--map", "amount_minor=Betrag"]) == 0
    assert "1 of 3" in capsys.readouterr().out


def test_a_mapped_column_takes_the_place_of_one_that_has_the_documented_name(file, orders, capsys):
    orders.assign(other=orders.amount_minor.abs()).to_csv("orders.csv", index=False)
    assert run(["metrics", "orders.csv", "--map", "amount_minor=other"]) == 0
    assert "refunds" not in capsys.readouterr().out


def test_a_table_is_written_whole_sorted_and_the_same_each_time(file, orders, capsys, tmp_path):
    for name in ("one.csv", "two.csv", "three.parquet"):
        assert run(["metrics", file, "--metric", "rfm", "--output", name]) == 0
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()
    written, ours = pd.read_csv("one.csv"), rfm(orders, end=orders.day.max())
    assert written.customer_id.is_monotonic_increasing
    assert written.set_index("customer_id").frequency.to_dict() == ours.set_index("customer_id").frequency.to_dict()
    assert duckdb.sql("select count(*) from 'three.parquet'").fetchall() == [(3 + 1,)]


def test_figures_are_written_as_json_with_numerator_denominator_and_definition(file, capsys, tmp_path):
    assert run(["metrics", file, "--output", "figures.json"]) == 0
    (row,) = json.loads((tmp_path / "figures.json").read_text())
    assert (row["numerator"], row["denominator"], row["n"]) == (1, 3, 3) and "bought again" in row["definition"]


def test_contacts_are_measured_by_group_and_what_a_file_lacks_is_left_out_in_a_sentence(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    pd.DataFrame({"customer_id": [1, 2, 3], "answered": [1, 1, 0], "nps": [9, 3, None], "market": ["LV", "SE", "LV"]}).to_csv("surveys.csv", index=False)
    assert run(["metrics", "surveys.csv", "--by", "market", "--metric", "response_rate", "--metric", "csat"]) == 0
    told = capsys.readouterr().out
    assert "[market LV]" in told and "1 of 2" in told and "csat: left out: needs the column csat." in told
    assert run(["metrics", "surveys.csv", "--metric", "nps"]) == 0
    assert "Net promoter score: not stated. n = 2 is fewer than the 30 asked for." in capsys.readouterr().out


def test_retention_without_a_period_says_which_days_it_needs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    pd.DataFrame({"customer_id": [1, 2], "start_day": ["2025-01-01", "2025-01-01"], "end_day": ["2025-06-01", None]}).to_csv("customers.csv", index=False)
    assert run(["metrics", "customers.csv"]) == 0
    assert "retention_rate: left out: needs --start and --end" in capsys.readouterr().out
    assert run(["metrics", "customers.csv", "--start", "2025-01-01", "--end", "2025-12-31", "--metric", "retention_rate"]) == 0
    assert "1 of 2" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("write", "command", "code", "says"),
    [
        (None, ["gone.csv"], 2, "gone.csv: there is no such file"),
        (("notes.txt", b"x"), ["notes.txt"], 2, "found a file ending in .txt; allowed are .parquet, .csv, .tsv"),
        (("empty.csv", b""), ["empty.csv"], 2, "empty.csv: the file is empty"),
        (("bad.parquet", b"no parquet at all"), ["bad.parquet"], 2, "bad.parquet: cannot be read as PARQUET"),
        (("what.csv", b"a,b\n1,2\n"), ["what.csv"], 2, "what.csv: is it orders, customers, contacts"),
        (("orders.csv", b"customer_id,when\n1,2025-01-01\n"), ["orders.csv"], 1, "amount_minor: found no such column"),
        (("orders.csv", b"customer_id,day,amount_minor\n1,2025-01-01,1.5\n,2025-01-02,3\n"), ["orders.csv"], 1, "customer_id, 1 row(s)"),
        (("orders.csv", b"customer_id,day,amount_minor\n1,2025-01-01,15\n"), ["orders.csv", "--metric", "nps"], 2, "orders have no metric 'nps'; there are repeat_purchase_rate"),
        (("orders.csv", b"customer_id,day,amount_minor\n1,2025-01-01,15\n"), ["orders.csv", "--end", "31.12.2025"], 2, "Found --end '31.12.2025'; a day is written year-month-day"),
        (("orders.csv", b"customer_id,day,amount_minor\n1,2025-01-01,15\n"), ["orders.csv", "--map", "day"], 2, "Found --map 'day'; write the documented name"),
        (("orders.csv", b"customer_id,day,amount_minor\n1,2025-01-01,15\n"), ["orders.csv", "--map", "day=Datum"], 2, "Datum"),
        (("orders.csv", b"customer_id,day,amount_minor\n1,2025-01-01,15\n"), ["orders.csv", "--table", "bills"], 2, "No documented table 'bills'"),
        (("orders.csv", b"customer_id,day,amount_minor\n1,2025-01-01,15\n"), ["orders.csv", "--output", "x.xls"], 2, "figures are written as .json"),
    ],
)
def test_bad_input_gives_one_clear_message(tmp_path, monkeypatch, capsys, write, command, code, says):
    monkeypatch.chdir(tmp_path)
    if write:
        (tmp_path / write[0]).write_bytes(write[1])
    assert run(["metrics", *command]) == code
    told = capsys.readouterr()
    assert says in told.err and "Traceback" not in told.err and not told.out.startswith("Repeat")


def test_all_faults_are_told_at_once(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "orders.csv").write_text("customer_id,day,amount_minor,refunded\n1,2025-01-01,1.5,7\n,2025-01-02,3,0\n")
    assert run(["metrics", "orders.csv"]) == 1
    told = capsys.readouterr().err
    assert "customer_id" in told and "amount_minor" in told and "refunded" in told
