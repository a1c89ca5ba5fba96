"""The win-back book: the same seed gives the same bytes, what was planted can be found again, and the answer that comes to
mind first is wrong in the direction the lesson says."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from rapport.content import ContentError
from rapport.simulation import PRESETS, Policy, describe_columns, simulate, write_book
from rapport.simulation.winback import MESSAGES, TODAY, Winback, frequency_chances

FIRM = PRESETS["winback"]


@pytest.fixture(scope="module")
def one():
    return simulate(FIRM, 11)


@pytest.fixture(scope="module")
def pooled():
    """Trials of ten seeds together, with the profit of each letter in euros."""
    trial = pd.concat([simulate(FIRM, seed).book.trial for seed in range(10)])
    return trial.assign(profit=(trial.second_months * trial.second_margin_cents - trial.cost_cents) / 100)


def sums(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path):
    for name, seed in (("a", 5), ("b", 5), ("c", 6)):
        write_book(simulate(FIRM, seed).book, tmp_path / name)
    assert sums(tmp_path / "a") == sums(tmp_path / "b")
    assert sums(tmp_path / "a")["trial.csv"] != sums(tmp_path / "c")["trial.csv"]


def test_every_column_is_declared_and_holds_whole_numbers_or_words(one):
    declared = describe_columns("winback")
    for table in {column.table for column in declared}:
        frame = getattr(one.book, table)
        columns = [column for column in declared if column.table == table]
        assert list(frame.columns) == [column.name for column in columns]
        for column in columns:
            assert column.meaning and not frame[column.name].isna().any()
            assert frame[column.name].dtype == np.int64 if column.dtype == "int" else frame[column.name].map(type).eq(str).all()


def test_the_ledger_runs_forward_ends_before_today_and_gives_again_only_what_was_withdrawn(one):
    ledger = one.book.consent
    assert ledger.day.max() < TODAY.isoformat()
    assert (ledger.groupby("lost_id").day.apply(lambda days: days.is_monotonic_increasing)).all()
    said = ledger[ledger.event != "objected"].groupby(["lost_id", "channel"]).event.agg(tuple)
    assert set(said) == {("given",), ("given", "withdrawn"), ("given", "withdrawn", "given_again")}
    assert (ledger[ledger.event == "objected"].channel == "all").all()


def test_offers_openings_and_handling_are_dealt_evenly(one):
    assert one.book.trial.groupby(["offer", "opening", "changed"]).size().nunique() == 1


def test_naming_the_fault_brings_back_more_of_those_who_were_let_down_and_of_nobody_else(pooled):
    back = pooled.groupby([pooled.reason == "service", "opening"]).returned.mean().unstack()
    gain = back["named"] - back["cheerful"]
    assert gain[True] == pytest.approx(FIRM.named_return, abs=0.015)
    assert gain[False] == pytest.approx(0, abs=0.01)
    service = pooled[(pooled.reason == "service") & (pooled.returned == 0)].groupby("opening").objected.mean()
    assert service["cheerful"] - service["named"] == pytest.approx(FIRM.cheerful_objects, abs=0.01)


def test_visibly_different_handling_helps(pooled):
    back = pooled.groupby("changed").returned.mean()
    assert back[1] - back[0] == pytest.approx(FIRM.return_changed, abs=0.01)


def test_a_handled_complaint_time_and_tenure_move_returns_as_planted(pooled):
    complained = pooled[pooled.complaint_handled >= 0].groupby("complaint_handled").returned.mean()
    assert complained[1] - complained[0] == pytest.approx(FIRM.return_handled, abs=0.015)
    assert np.polyfit(pooled.months_gone, pooled.returned, 1)[0] == pytest.approx(FIRM.return_by_month_gone, abs=0.001)
    assert np.polyfit(pooled.tenure_years, pooled.returned, 1)[0] == pytest.approx(FIRM.return_by_tenure_year, abs=0.003)


def test_the_offer_that_wins_most_earns_least(pooled):
    by = pooled.groupby("offer")[["returned", "profit"]].mean()
    assert by.returned.idxmax() == "both" and by.profit.idxmin() == "both" and by.profit.idxmax() == "upgrade"


def test_each_reason_has_its_own_best_offer(pooled):
    best = pooled.groupby(["reason", "offer"]).profit.mean().unstack().idxmax(axis=1)
    assert (best["price"], best["service"], best["rival"]) == ("discount", "upgrade", "upgrade")
    assert best["no_need"] == "none"


def test_service_leavers_return_less_and_spend_more_a_month(pooled):
    by = pooled.groupby("reason").returned.mean()
    assert by["service"] < by["price"]
    spent = pooled[(pooled.returned == 1) & (pooled.offer == "none")].assign(more=lambda t: t.second_margin_cents - t.margin_cents).groupby("reason").more.mean()
    assert spent["service"] - spent["price"] == pytest.approx(FIRM.service_margin_cents, rel=0.1)


@pytest.mark.parametrize("best", FIRM.best_messages)
def test_the_balance_of_messages_is_highest_at_the_planted_number(best):
    returns, stops = frequency_chances(FIRM, best, np.array(MESSAGES))
    euros = FIRM.worth_cents * returns - FIRM.message_cost_cents * np.array(MESSAGES) - FIRM.stop_cost_cents * stops
    assert MESSAGES[int(euros.argmax())] == best
    assert returns.argmax() == len(MESSAGES) - 1 and stops.argmin() == 0  # neither extreme alone shows it


def test_the_score_sorts_by_address_and_returns_do_not():
    gaps, returned = [], []
    for seed in range(12):
        simulated = simulate(FIRM, seed)
        down, other = simulated.truth.marked_down_market, next(m for m in FIRM.audited_markets if m != simulated.truth.marked_down_market)
        by = simulated.book.trial.groupby(["band", "market"])[["picked", "returned"]].mean()
        gaps.append(np.mean([by.picked[band, other] - by.picked[band, down] for band in ("low", "middle", "high")]))
        returned.append(np.mean([by.returned[band, other] - by.returned[band, down] for band in ("low", "middle", "high")]))
    assert np.mean(gaps) == pytest.approx(FIRM.marked_down, abs=0.015)
    assert np.mean(returned) == pytest.approx(0, abs=0.015)


def test_which_market_is_marked_down_is_drawn_from_the_seed():
    assert {simulate(FIRM, seed).truth.marked_down_market for seed in range(12)} == set(FIRM.audited_markets)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"reason_shares": (0.5, 0.5, 0.5, 0.0)}, "shares sum to 1"),
        ({"withdrawn_share": 1.4}, "between 0 and 1"),
        ({"audited_share": 0.6}, "less than the whole"),
    ],
)
def test_a_firm_that_cannot_be_is_refused(change, says):
    with pytest.raises(ContentError, match=says):
        replace(FIRM, **change)


def test_a_policy_is_refused():
    with pytest.raises(ContentError, match="for the full book"):
        simulate(Winback(), 1, Policy())
