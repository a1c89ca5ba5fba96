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


CONTACTS = """customer_id,opened_at,responded_at,resolved_at,touches,reopened,escalated,complaint,channel
007,2026-01-05 09:00+01:00,2026-01-05 10:00+01:00,2026-01-06 10:00+01:00,1,0,0,1,phone
7,2026-01-07T09:00:00Z,,,2,0,1,0,phone
8,2026-02-01 09:00Z,2026-02-01 09:30Z,2026-02-02 09:00Z,3,true,0,0,email
"""


@pytest.fixture
def contacts(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "contacts.csv"
    path.write_text(CONTACTS.replace("true", "1"), encoding="utf-8")
    return path


def test_an_id_with_leading_noughts_stays_another_than_the_number(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "orders.csv").write_text("customer_id,day,amount_minor\n01,2026-01-01,5\n1,2026-01-05,5\n01,2026-05-01,5\n", encoding="utf-8")
    assert run(["metrics", "orders.csv", "--metric", "purchase_summary", "--output", "t.csv"]) == 0
    assert pd.read_csv("t.csv", dtype={"customer_id": str})[["customer_id", "frequency"]].values.tolist() == [["01", 1], ["1", 0]]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("2026-02-01 09:30Z", "2026-02-01 09:30"), "responded_at, 1 row(s) (such as '2026-02-01 09:30'): found texts that are no moments with a zone; allowed: moments written"),
        ((",3,1,0,0", ",three,1,0,0"), "touches, 1 row(s) (such as 'three'): found texts that are no numbers; allowed: whole numbers"),
        ((",3,1,0,0", ",3,maybe,0,0"), "reopened, 1 row(s) (such as 'maybe'): found texts that are no 0, 1, true or false; allowed: 0 for no, 1 for yes"),
    ],
)
def test_a_text_that_is_not_of_its_kind_is_a_fault_with_its_count(contacts, capsys, change, says):
    contacts.write_text(contacts.read_text().replace(*change))
    assert run(["metrics", "contacts.csv"]) == 1
    assert says in capsys.readouterr().err


def test_a_bad_value_far_down_a_long_file_is_a_fault_too(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    rows = "".join(f"{number},2026-01-02,5\n" for number in range(60_000))
    (tmp_path / "orders.csv").write_text(f"customer_id,day,amount_minor\n{rows}1,some day,5\n", encoding="utf-8")
    assert run(["metrics", "orders.csv"]) == 1
    assert "day, 1 row(s) (such as 'some day')" in capsys.readouterr().err
    (tmp_path / "orders.csv").write_text(f"customer_id,day,amount_minor\n{rows}1,2,3,4,5\n", encoding="utf-8")
    assert run(["metrics", "orders.csv"]) == 2
    said = capsys.readouterr().err
    assert "orders.csv: cannot be read to its end" in said and "unforeseen" not in said


def test_dates_as_text_in_a_parquet_file_are_read_too(contacts, capsys):
    duckdb.sql("COPY (SELECT * FROM read_csv('contacts.csv', all_varchar=true)) TO 'contacts.parquet' (FORMAT parquet)")
    outs = [(run(["metrics", name]), capsys.readouterr().out) for name in ("contacts.csv", "contacts.parquet")]
    assert outs[0] == outs[1] and outs[0][0] == 0 and outs[0][1].count("95% interval") == 4


def test_contacts_are_cut_to_the_period_and_what_has_no_day_is_refused(contacts, tmp_path, capsys):
    assert run(["metrics", "contacts.csv", "--metric", "reopen_rate", "--start", "2026-02-01", "--end", "2026-02-01"]) == 0
    assert "1 of 1" in capsys.readouterr().out
    (tmp_path / "failures.csv").write_text("customer_id,told_us,recovered\n1,1,0\n")
    assert run(["metrics", "failures.csv", "--start", "2026-02-01"]) == 2
    assert "failures: there is no documented day to cut a period by" in capsys.readouterr().err


def test_only_what_a_figure_needs_can_hinder_it(contacts, capsys):
    table = pd.read_csv("contacts.csv", dtype=str).drop(columns="complaint").replace({"reopened": {"1": "2"}})
    table.to_csv("contacts.csv", index=False)
    assert run(["metrics", "contacts.csv", "--metric", "escalation_rate"]) == 0
    assert "Escalation rate: 33.3%" in capsys.readouterr().out
    assert run(["metrics", "contacts.csv", "--metric", "complaint_rate"]) == 1
    assert "complaint: found no such column" in capsys.readouterr().err
    assert run(["metrics", "contacts.csv"]) == 1
    said = capsys.readouterr().err
    assert "reopened, 1 row(s)" in said and "complaint" not in said


def test_a_table_without_rows_and_a_group_that_is_not_there_are_told(contacts, tmp_path, capsys):
    assert run(["metrics", "contacts.csv", "--by", "region"]) == 2
    assert "contacts: no column 'region' to split by; there are customer_id" in capsys.readouterr().err
    contacts.write_text(CONTACTS.splitlines()[0] + "\n")
    assert run(["metrics", "contacts.csv"]) == 1
    assert "contacts.csv: contacts: fits the documented columns.\nThe table is empty." in capsys.readouterr().err
