"""The book of guesses: the same seed gives the same bytes, its declared columns are the real ones, the planted truth can be
recovered, and the quick answers are wrong in the direction that the lesson says."""

from dataclasses import fields, replace

import numpy as np
import pandas as pd
import pytest

from rapport.content import ContentError
from rapport.simulation import PRESETS, Incidents, describe_columns, simulate, write_book

FIRM = PRESETS["incidents"]
SEEDS = range(100, 120)


@pytest.fixture(scope="module")
def many():
    return [simulate(FIRM, seed) for seed in SEEDS]


def test_the_same_seed_writes_the_same_bytes_and_another_seed_does_not(tmp_path):
    sums = [write_book(simulate(FIRM, seed).book, tmp_path / name)[-1].read_text() for name, seed in (("a", 7), ("b", 7), ("c", 8))]
    assert sums[0] == sums[1] != sums[2]


def test_every_column_is_declared_with_its_type(many):
    book, declared = many[0].book, pd.DataFrame(describe_columns("incidents"))
    for field in fields(book):
        table, rows = getattr(book, field.name), declared[declared.table == field.name]
        assert list(table.columns) == list(rows["name"])
        assert all((table[c].dtype == np.int64) == (kind == "int") for c, kind in zip(rows["name"], rows.dtype))
    assert declared.meaning.str.len().min() > 5


def test_every_call_is_guessed_once_by_each_colleague_and_right_says_so(many):
    book = many[0].book
    merged = book.guesses.merge(book.calls[["call_id", "wanted_writing"]])
    assert len(merged) == 4 * FIRM.customers and not merged.duplicated(["call_id", "guesser"]).any()
    assert ((merged.guess == merged.wanted_writing) == (merged.right == 1)).all()


def test_wishes_follow_the_planted_chances(many):
    off = [each.book.calls.wanted_writing.mean() - each.truth.chance.mean() for each in many]
    assert abs(np.mean(off)) < 3.3 * 0.5 / np.sqrt(FIRM.customers * len(many))
    asked = np.mean([each.book.guesses.right[each.book.guesses.guesser == "asks"].mean() for each in many])
    assert asked == pytest.approx(FIRM.answer_true, abs=0.005)


def test_the_plain_comparison_says_that_accents_matter_and_the_fair_one_does_not(many):
    plain, fair = [], []
    for each in many:
        wish = each.book.calls.groupby("accent_noted").wanted_writing.mean()
        plain.append(wish[1] - wish[0])
        within = each.book.calls.groupby(["line", "accent_noted"]).wanted_writing.mean().unstack()
        fair.append((within[1] - within[0]).mean())
    assert min(plain) > 0.06 and abs(np.mean(fair)) < 0.012


def test_an_accent_that_matters_would_be_found():
    """The fair comparison is able to fail: with a planted effect it shows one."""
    book = simulate(replace(FIRM, accent_wish=0.05, customers=60_000), 1).book
    within = book.calls.groupby(["line", "accent_noted"]).wanted_writing.mean().unstack()
    assert (within[1] - within[0]).mean() == pytest.approx(0.05, abs=0.02)


def test_the_surest_colleague_is_the_worst_and_the_one_who_asks_the_best(many):
    for each in many:
        g = each.book.guesses.assign(brier=(each.book.guesses.sure_percent / 100 - each.book.guesses.right) ** 2)
        mean = g.groupby("guesser")[["sure_percent", "brier"]].mean()
        assert list(mean.brier.sort_values().index) == ["asks", "always_half", "first_impression", "prefix"]
        assert mean.sure_percent["prefix"] > mean.sure_percent["first_impression"]


def test_which_market_leans_which_way_is_dealt_anew(many):
    assert len({each.truth.market_chance.idxmax() for each in many}) >= 6
    assert all(each.truth.market_chance.mean() == pytest.approx(0.5) for each in many)


@pytest.mark.parametrize(
    ("key", "value"), [("customers", 0), ("poor_line_share", 1.2), ("impression_shares", (0.5, 0.6)), ("market_lean", 0.4)]
)
def test_a_parameter_that_cannot_be_is_named(key, value):
    with pytest.raises(ContentError, match=key):
        replace(Incidents(), **{key: value})


def test_a_seed_that_is_none_is_refused():
    with pytest.raises(ContentError, match="seed"):
        simulate(FIRM, -1)
