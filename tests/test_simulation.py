"""What a simulated recovery book promises: the same bytes, growth without disturbance, luck shared, sound tables.
Its planted truths are in test_simulation_truth.py."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from rapport.content import ContentError
from rapport.simulation import DISCLAIMER, PRESETS, SIGNALS, Aurora, Book, Firm, Winback, describe_columns, dictionary_markdown, simulate, write_book
from rapport.simulation.luck import BLOCK, Luck
from rapport.simulation.sample import PRESET, SEED, write_sample
from rapport.simulation.tables import TABLES, frame

ROOT = Path(__file__).parents[1]
SMALL = PRESETS["recovery_sample"]


def tables(book: Book) -> dict[str, pd.DataFrame]:
    return {field.name: getattr(book, field.name) for field in fields(book)}


@pytest.fixture(scope="module")
def small() -> Book:
    return simulate(SMALL, 3).book


# ---- the same bytes ---------------------------------------------------------------------------------------------


def test_the_same_firm_and_seed_give_the_same_book_and_truth():
    one, other = simulate(SMALL, 5), simulate(SMALL, 5)
    for name, table in tables(one.book).items():
        assert_frame_equal(table, getattr(other.book, name))
    assert_frame_equal(one.truth.customers, other.truth.customers)


def test_another_seed_gives_other_people():
    assert not simulate(SMALL, 5).book.failures.equals(simulate(SMALL, 6).book.failures)


def test_the_committed_book_is_made_again_byte_for_byte(tmp_path):
    written = write_book(simulate(PRESETS[PRESET], SEED).book, tmp_path)
    assert sorted(path.name for path in written) == sorted(path.name for path in (ROOT / "data" / "recovery").iterdir())
    for path in written:
        assert path.read_bytes() == (ROOT / "data" / "recovery" / path.name).read_bytes(), f"{path.name} differs: call write_sample"


def test_the_committed_checksums_are_those_of_the_files():
    folder = ROOT / "data" / "recovery"
    lines = [line.split("  ") for line in (folder / "SHA256SUMS").read_text().splitlines()]
    assert {name for _, name in lines} == {f"{table}.csv" for table in TABLES}
    for digest, name in lines:
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest


def test_the_book_does_not_depend_on_the_processors_vector_extensions(tmp_path):
    found = np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])
    if not found:
        pytest.skip("numpy found no vector extensions on this processor beyond those it always uses, so there is nothing to switch off")
    script = (
        "import sys, numpy as np\n"
        "from numpy._core._multiarray_umath import __cpu_features__ as on\n"
        "assert not any(on[name] for name in sys.argv[2].split()), 'still on'\n"
        "from rapport.simulation import PRESETS, simulate, write_book\n"
        "from rapport.simulation.sample import PRESET, SEED\n"
        "write_book(simulate(PRESETS[PRESET], SEED).book, sys.argv[1])\n"
    )
    environment = os.environ | {"NPY_DISABLE_CPU_FEATURES": " ".join(found)}
    subprocess.run([sys.executable, "-c", script, str(tmp_path), " ".join(found)], env=environment, check=True)
    assert (tmp_path / "SHA256SUMS").read_bytes() == (ROOT / "data" / "recovery" / "SHA256SUMS").read_bytes()


# ---- growth and shared luck -------------------------------------------------------------------------------------


def test_more_rows_leave_the_earlier_rows_as_they_were():
    grown = simulate(replace(SMALL, trial_cases=720 + 36 * 200, offer_cases=800 + 4 * 2000), 3).book  # beyond a block
    before = simulate(SMALL, 3).book
    assert len(grown.trial) > BLOCK
    assert_frame_equal(grown.trial.head(720), before.trial)
    assert_frame_equal(grown.offers.head(800), before.offers)
    assert_frame_equal(grown.failures, before.failures)


def test_more_customers_leave_the_earlier_customers_as_they_were():
    grown = simulate(replace(SMALL, customers=6000), 3)
    before = simulate(SMALL, 3)
    assert_frame_equal(grown.book.customers.head(400), before.book.customers)
    assert_frame_equal(grown.truth.customers.head(400), before.truth.customers)


def test_a_changed_effect_meets_the_same_people_and_the_same_luck():
    before, after = simulate(SMALL, 3).book, simulate(replace(SMALL, own_satisfaction=SMALL.own_satisfaction + 10), 3).book
    assert_frame_equal(before.customers, after.customers)
    untouched = ["case_id", "customer_id", "severity", "asked_need", "owned", "explained", "remedy", "updates", "satisfaction_before", "repurchased"]
    assert_frame_equal(before.trial[untouched], after.trial[untouched])
    gain = after.trial.satisfaction_after - before.trial.satisfaction_after
    assert (gain[before.trial.owned == 0] == 0).all()
    assert (gain[before.trial.owned == 1][before.trial.satisfaction_after < 85] == 10).all()


def test_each_quantity_has_luck_of_its_own():
    luck = Luck(1)
    one, other = luck.uniform("one", 10_000), luck.uniform("other", 10_000)
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.04
    assert abs(np.corrcoef(one[:BLOCK], one[BLOCK : 2 * BLOCK])[0, 1]) < 0.06


# ---- sound tables -----------------------------------------------------------------------------------------------


def test_every_table_has_exactly_its_declared_columns_of_integers_and_words(small):
    declared = describe_columns()
    assert {column.table for column in declared} == set(tables(small)) == set(TABLES)
    for name, table in tables(small).items():
        columns = [column for column in declared if column.table == name]
        assert list(table.columns) == [column.name for column in columns]
        for column in columns:
            expected = "int64" if column.dtype == "int" else "str"
            assert str(table[column.name].dtype) == expected, f"{name}.{column.name}"
            assert column.meaning


def test_an_undeclared_column_is_refused():
    with pytest.raises(ValueError, match="steady"):
        frame("steady", {"customer_id": np.array(["C1"]), "satisfaction": np.array([1]), "repurchased": np.array([1]), "mood": np.array([1])})


def test_the_dictionary_in_the_readme_is_the_declared_one():
    text = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    assert dictionary_markdown() in text, "data/README.md differs: call write_sample"
    assert DISCLAIMER in text


def test_writing_the_sample_keeps_the_other_sections_of_the_readme(tmp_path):
    readme = tmp_path / "data" / "README.md"
    readme.parent.mkdir()
    readme.write_text("# Data\n\n## The recovery book\n\nold words\n\n## Facts\n\nstay\n")
    write_sample(tmp_path)
    write_sample(tmp_path)
    text = readme.read_text()
    assert "old words" not in text and "\n## Facts\n\nstay\n" in text and text.count("## The recovery book") == text.count("## The Aurora book") == 1


def test_an_unanswered_complaint_has_no_recovery(small):
    left = small.failures[small.failures.answered == 0]
    assert len(left) > 100
    assert (left.answer_hours == -1).all() and (left.refund_days == -1).all() and (left.asked_need == "not_asked").all()
    for column in ("owned", "explained", "update_streams", "compensation_cents", "second_failure", "recovered"):
        assert (left[column] == 0).all(), column
    assert (left.remedy == "none").all()


def test_only_a_complaint_can_be_answered_and_every_code_stays_in_its_range(small):
    f = small.failures
    assert (f.answered <= f.told_us).all() and (f.escalated <= f.told_us).all()
    assert f.stars.between(0, 5).all() and f.severity.between(1, 3).all() and f.answer_hours[f.answered == 1].between(1, 40).all()
    for table in (f, small.trial):
        assert table.satisfaction_after.between(0, 100).all()


def test_the_failures_of_a_week_are_those_counted_in_shipments(small):
    counted = small.failures.groupby("week").size()
    assert (counted.reindex(range(1, 53), fill_value=0).to_numpy() == small.shipments.failed.to_numpy()).all()
    assert (pd.to_datetime(small.failures.day).dt.isocalendar().week == small.failures.week).all()


def test_every_cell_of_the_trial_has_the_same_number_of_cases(small):
    assert (small.trial.groupby(["owned", "explained", "remedy", "updates"]).size() == 20).all()
    assert (small.offers.credit_cents.value_counts() == 200).all()


def test_customers_of_every_table_are_customers(small):
    known = set(small.customers.customer_id)
    for table in (small.failures, small.trial, small.offers, small.steady):
        assert set(table.customer_id) <= known
    market = small.customers.set_index("customer_id").market
    assert (market[small.failures.customer_id].to_numpy() == small.failures.market.to_numpy()).all()


def test_a_firm_with_one_customer_still_has_a_book():
    assert len(simulate(replace(SMALL, customers=1), 1).book.customers) == 1


def test_the_truth_is_not_in_the_book(small):
    columns = {column.name for column in describe_columns()}
    assert not columns & {"voice", "money", "cause", "speed", "own_effect", "credit_effect"}


def test_every_signal_names_planted_parameters():
    parameters = {field.name for firm in (Firm, Aurora, Winback) for field in fields(firm)}
    assert {name for names in SIGNALS.values() for name in names} <= parameters
    assert {"G2-I4", "G2-S2-T1", "G2-S2-R", "L1-E9"} <= set(SIGNALS)


# ---- bad input --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [-1, 2**63, 1.5, "7", True, None])
def test_a_seed_that_is_no_seed_is_named(seed):
    with pytest.raises(ContentError, match="seed .* whole number from 0"):
        simulate(SMALL, seed)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"trial_cases": 100}, "trial_cases: found 100; .* multiple of 36"),
        ({"customers": 0}, "customers: found 0"),
        ({"audited_markets": ("CN", "XX")}, "audited_markets: XX is not among"),
        ({"remedy_shares": (0.5, 0.4, 0.2)}, "remedy_shares: .*sum to 1"),
        ({"told_share": 1.4}, "told_share: found 1.4; a share"),
    ],
)
def test_a_firm_that_cannot_be_is_refused_by_name(change, message):
    with pytest.raises(ContentError, match=message):
        replace(SMALL, **change)


def test_an_unknown_format_and_a_folder_that_is_a_file_are_named(small, tmp_path):
    with pytest.raises(ContentError, match="'xlsx'.*csv or parquet"):
        write_book(small, tmp_path, "xlsx")
    (tmp_path / "taken").write_text("")
    with pytest.raises(ContentError, match="cannot be written"):
        write_book(small, tmp_path / "taken")
