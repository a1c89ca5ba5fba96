"""The small book of guesses: the same seed gives the same bytes, tables hold what is declared, no market leans by design."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import fields, replace

import pytest
from pandas.testing import assert_frame_equal

from rapport.content import ContentError
from rapport.simulation import PRESETS, Preferences, describe_columns, simulate, write_book
from rapport.simulation.preferences import PREFERENCES_TABLES

FIRM = PRESETS["preferences"]


def test_the_same_seed_gives_the_same_bytes(tmp_path):
    digests = []
    for folder in ("one", "two"):
        written = write_book(simulate(FIRM, 7).book, tmp_path / folder)
        digests.append([hashlib.sha256(path.read_bytes()).hexdigest() for path in written])
    assert digests[0] == digests[1]
    other = write_book(simulate(FIRM, 8).book, tmp_path / "other")
    assert hashlib.sha256(other[0].read_bytes()).hexdigest() != digests[0][0]


def test_every_table_has_exactly_its_declared_columns_of_integers_and_words():
    book = simulate(FIRM, 1).book
    declared = describe_columns("preferences")
    assert [field.name for field in fields(book)] == list(PREFERENCES_TABLES) == list(dict.fromkeys(column.table for column in declared))
    for name in PREFERENCES_TABLES:
        table, columns = getattr(book, name), [column for column in declared if column.table == name]
        assert list(table.columns) == [column.name for column in columns]
        for column in columns:
            assert (str(table[column.name].dtype) == "int64") == (column.dtype == "int") and column.meaning
    assert book.customers.plainness.between(0, 100).all()
    assert not {"wish", "best_check"} & {column.name for column in declared}, "the truth is kept apart"


def test_no_market_and_no_role_leans_by_design():
    """Which letter leans which way, and which role, is dealt anew: over many seeds no letter is plainer than another."""
    plainest, roles = Counter(), Counter()
    for seed in range(60):
        book = simulate(replace(FIRM, customers=600), seed).book
        plainest[book.markets.market[book.markets.leaning.idxmax()]] += 1
        roles[book.customers.groupby("role").plainness.mean().idxmax()] += 1
    assert len(plainest) >= 9 and max(plainest.values()) <= 15
    assert len(roles) == 6


def test_the_shares_of_variance_are_the_planted_ones():
    shares = {"market": [], "role": []}
    for seed in range(20):
        customers = simulate(FIRM, seed).book.customers
        for column, found in shares.items():
            means = customers.groupby(column).plainness.transform("mean")
            found.append(means.var() / customers.plainness.var())
    assert sum(shares["market"]) / 20 == pytest.approx(0.20, abs=0.012)
    assert sum(shares["role"]) / 20 == pytest.approx(0.10, abs=0.012)


def test_a_changed_question_meets_the_same_people():
    one, other = simulate(FIRM, 4), simulate(replace(FIRM, asked_true=0.6), 4)
    assert_frame_equal(one.book.customers.drop(columns="asked"), other.book.customers.drop(columns="asked"))
    assert (other.book.customers.asked == other.book.customers.chose).mean() < 0.65


def test_any_number_of_customers_has_a_book():
    for customers in (1, 7, 100):
        assert len(simulate(replace(FIRM, customers=customers), 1).book.customers) == customers


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"customers": 0}, "customers: found 0"),
        ({"asked_true": 1.2}, "asked_true: found 1.2"),
        ({"market_scores": (0.0,)}, "market_scores: found 1 scores for 12 markets"),
        ({"market_share_of_variance": 0.95}, "leave a share to the person"),
    ],
)
def test_a_parameter_that_cannot_be_is_refused(change, told):
    with pytest.raises(ContentError, match=told):
        Preferences(**change)
