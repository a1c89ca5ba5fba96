"""Rates, retention, surveys and styles: small tables counted by hand, and the questions that sound alike but are not."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from rapport import metrics

START, END = date(2026, 1, 1), date(2026, 12, 31)


@pytest.fixture
def customers():
    """Five on 1 January, of whom one leaves; one had left before; three join, of whom one leaves again."""
    return pd.DataFrame({
        "start_day": pd.to_datetime(["2025-01-01"] * 6 + ["2026-02-01"] * 3),
        "end_day": pd.to_datetime(["2026-03-01", None, None, None, None, "2025-06-01", "2026-04-01", None, None]),
        "renewal": [1, 1, 1, 0, 0, 1, 1, 1, 1],
    })  # fmt: skip


def test_three_denominators_give_three_answers(customers):
    counted = {of: metrics.retention_rate(customers, start=START, end=END, of=of) for of in ("at_start", "ever", "average")}
    assert [(row.numerator, row.denominator) for row in counted.values()] == [(4, 5), (6, 8), (3.5, 5.5)]
    assert len({round(row.value, 3) for row in counted.values()}) == 3
    left = {of: metrics.churn_rate(customers, start=START, end=END, of=of) for of in counted}
    assert [row.numerator for row in left.values()] == [1, 2, 2]
    for of, row in counted.items():
        assert row.value + left[of].value == pytest.approx(1) and row.low + left[of].high == pytest.approx(1)


def test_only_the_eligible_count(customers):
    found = metrics.retention_rate(customers, start=START, end=END, eligible="renewal")
    assert (found.numerator, found.denominator) == (2, 3) and "renewal" in found.definition


def test_the_day_of_leaving_is_the_first_day_gone(customers):
    leaver = customers.head(1)
    assert metrics.churn_rate(leaver, start=START, end=date(2026, 3, 1)).value == 1
    assert metrics.churn_rate(leaver, start=START, end=date(2026, 2, 28)).value == 0
    assert metrics.churn_rate(leaver, start=date(2026, 3, 1), end=END).denominator == 0


def test_all_churned_and_nobody_there_are_both_answers(customers):
    gone = customers.assign(end_day=pd.Timestamp("2026-05-01"))
    assert metrics.retention_rate(gone.head(5), start=START, end=END).value == 0
    assert metrics.retention_rate(gone.head(5), start=START, end=END).high > 0
    for of in ("at_start", "ever", "average"):
        assert metrics.retention_rate(gone.head(0), start=START, end=END, of=of).refusal


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"end": START}, "the end must be later"),
        ({"of": "everyone"}, "one of at_start, ever, average"),
        ({"start": "2026-01-01"}, "give a datetime.date"),
        ({"eligible": "due"}, "no column due"),
    ],
)
def test_retention_asks_for_a_period_and_a_denominator_it_knows(customers, change, told):
    with pytest.raises(metrics.MetricError, match=told):
        metrics.retention_rate(customers, **{"start": START, "end": END} | change)


def test_leaving_before_joining_is_refused(customers):
    customers.loc[1, "end_day"] = pd.Timestamp("2024-01-01")
    with pytest.raises(metrics.MetricError, match="1 row.*end_day before their start_day"):
        metrics.churn_rate(customers, start=START, end=END)


def test_repeat_purchase_gives_everybody_the_same_time():
    orders = pd.DataFrame({
        "customer_id": ["a", "a", "b", "b", "c", "d", "d", "e", "e", "f", "f"], "amount_minor": [5, 5, 5, 5, 5, 5, -5, 5, 5, 5, 5],
        "day": pd.to_datetime(["2026-01-01", "2026-01-20", "2026-01-01", "2026-03-01", "2026-02-01", "2026-02-01", "2026-02-03",
                               "2026-12-20", "2026-12-21", "2025-06-01", "2026-01-02"]),
    })  # fmt: skip
    found = metrics.repeat_purchase_rate(orders, start=START, end=END, within_days=30)
    # a again in time, b too late, c never, d only a refund; e came too late to be followed, f is no new customer
    assert (found.numerator, found.denominator) == (1, 4)
    with pytest.raises(metrics.MetricError, match="at least that many days"):
        metrics.repeat_purchase_rate(orders, start=START, end=date(2026, 1, 10), within_days=30)


@pytest.fixture
def contacts():
    at = pd.Timestamp("2026-01-05 10:00", tz="UTC")
    return pd.DataFrame({"resolved_at": [at, at, at, at, None], "touches": [1, 1, 2, 1, 1], "reopened": [0, 1, 0, None, 0], "escalated": [0, 0, 1, 0, 0], "complaint": [True, False, False, False, True]})


def test_first_contact_resolution_says_which_cases_it_is_of(contacts):
    of_resolved, of_opened = (metrics.first_contact_resolution(contacts, of=of) for of in ("resolved", "opened"))
    assert [(row.numerator, row.denominator) for row in (of_resolved, of_opened)] == [(1, 3), (1, 4)]
    assert "1 left out" in str(of_resolved)
    with pytest.raises(metrics.MetricError, match="'resolved' or 'opened'"):
        metrics.first_contact_resolution(contacts, of="all")


def test_case_rates_count_what_their_names_say(contacts):
    assert (metrics.reopen_rate(contacts).numerator, metrics.reopen_rate(contacts).denominator) == (1, 3)
    assert metrics.escalation_rate(contacts).value == 0.2
    assert metrics.complaint_rate(contacts).value == 0.4


def test_recovery_is_of_those_who_told_us_unless_you_ask_otherwise():
    failures = pd.DataFrame({"told_us": [1, 1, 0, 0], "recovered": [1, 0, 0, 1]})
    assert (metrics.recovery_rate(failures).numerator, metrics.recovery_rate(failures).denominator) == (1, 2)
    assert metrics.recovery_rate(failures, of="failed").denominator == 4


def test_a_promise_counts_once_its_day_has_come():
    promises = pd.DataFrame({"due": pd.to_datetime(["2026-01-10", "2026-01-10", "2026-01-10", "2026-03-01", "2026-01-12"]),
                             "kept": pd.to_datetime(["2026-01-10", "2026-01-11", None, "2026-01-02", "2026-01-09"])})  # fmt: skip
    found = metrics.kept_promise_ratio(promises, as_of=date(2026, 1, 31))
    assert (found.numerator, found.denominator) == (2, 4)


def test_referral_has_two_sides():
    people = pd.DataFrame({"customer_id": [1, 2, 3, 4], "referred_by": [None, 1, 1, None]})
    assert metrics.referral_rate(people).numerator == 2
    assert metrics.referral_rate(people, of="referrers").numerator == 1


def test_fatigue_groups_people_by_how_often_they_were_written_to():
    days = ["2026-01-02", "2026-01-09", "2026-02-03", "2026-01-05", "2026-01-06", "2026-01-07"]
    messages = pd.DataFrame({"customer_id": list("aabccc"), "day": pd.to_datetime(days), "opted_out": [0, 1, 0, 0, 0, 1]})
    found = metrics.contact_fatigue(messages, most=3)
    assert [(row.labels[0][1], row.numerator, row.denominator) for row in found] == [("1", 0, 1), ("2", 1, 1), ("3", 1, 1)]
    capped = metrics.contact_fatigue(messages, most=2)
    assert [(row.numerator, row.denominator) for row in capped] == [(0, 1), (2, 2)]


def test_a_funnel_step_counts_only_after_the_steps_before_it():
    events = pd.DataFrame({"customer_id": [1, 1, 1, 2, 2, 3, 4], "step": ["b", "a", "b", "a", "c", "a", "b"], "moment": [1, 2, 3, 1, 2, 1, 1]})
    assert [(row.numerator, row.denominator) for row in metrics.funnel(events, ["a", "b", "c"])] == [(3, 4), (1, 3), (0, 1)]
    with pytest.raises(metrics.MetricError, match="at least two, each once"):
        metrics.funnel(events, ["a", "a"])


def test_ratings_off_the_scale_are_refused_and_missing_ones_counted():
    table = pd.DataFrame({"csat": [5, 4, 1, None], "nps": [10, 9, 11, None], "effort": [1.5, 2, 3, 4]})
    found = metrics.csat(table, minimum=1)
    assert (found.numerator, found.denominator) == (2, 3) and "1 left out: no answer" in str(found)
    with pytest.raises(metrics.MetricError, match="1 row.*whole number from 0 to 10"):
        metrics.nps(table)
    with pytest.raises(metrics.MetricError, match="1 row.*whole number from 1 to 7"):
        metrics.customer_effort(table)


def test_the_net_promoter_score_counts_nine_and_ten_less_nought_to_six():
    found = metrics.nps(pd.DataFrame({"nps": [10, 9, 8, 7, 6, 0, 6, 5]}), minimum=8)
    assert (found.value, found.numerator, found.denominator) == (-25, -2, 8)
    assert metrics.nps(pd.DataFrame({"nps": [10] * 29})).refusal


def test_weighting_undoes_a_silence_that_the_classes_explain():
    luck = np.random.default_rng(8)
    unhappy = luck.random(20_000) < 0.5
    rating = np.where(unhappy, luck.integers(1, 4, 20_000), luck.integers(3, 6, 20_000)).astype(float)
    silent = luck.random(20_000) < np.where(unhappy, 0.8, 0.2)
    table = pd.DataFrame({"rating": np.where(silent, np.nan, rating), "class": np.where(unhappy, "u", "h")})
    found = metrics.nonresponse_weighted(table, column="rating", classes="class")
    assert found.low < rating.mean() < found.high
    assert table.rating.mean() > found.high and f"{table.rating.mean():.3f}" in str(found)
    alone = pd.concat([table, pd.DataFrame({"rating": [4.0, np.nan], "class": ["new", "new"]})])
    assert "class new: merge classes" in metrics.nonresponse_weighted(alone, column="rating", classes="class").refusal


def test_response_styles_are_shares_of_a_persons_answers():
    answers = pd.DataFrame({"respondent_id": ["a"] * 4 + ["b"] * 4, "item": list("wxyz") * 2, "rating": [5, 5, 1, 4, 3, 3, 2, None]})
    found = metrics.response_style(answers).set_index("respondent_id")
    assert found.loc["a"].tolist() == [4, 0.75, 0.25, 0.75, 0, 0.5]
    assert found.loc["b"].tolist() == pytest.approx([3, 0, 1 / 3, 0, 2 / 3, -1 / 3])
    even = metrics.response_style(answers.fillna(2).assign(rating=lambda t: t.rating.clip(1, 4)), scale=(1, 4)).set_index("respondent_id")
    assert even.midpoint.tolist() == [0, 0] and even.loc["b", "acquiescence"] == 0.5
    with pytest.raises(metrics.MetricError, match="whole number from 1 to 4"):
        metrics.response_style(answers, scale=(1, 4))


def test_vignettes_place_a_rating_as_in_the_paper():
    # King et al. (2004): below, equal, between, equal, above; then vignettes swapped around the rating, and tied with it
    answers = pd.DataFrame({"rating": [1, 2, 3, 4, 5, 3, 3, None], "poor": [2, 2, 2, 2, 2, 4, 3, 1], "good": [4, 4, 4, 4, 4, 2, 3, 2]})
    found = metrics.vignette_scale(answers, ["poor", "good"])
    assert found.anchored_low.tolist()[:7] == [1, 2, 3, 4, 5, 1, 2]
    assert found.anchored_high.tolist()[:7] == [1, 2, 3, 4, 5, 5, 4]
    assert pd.isna(found.anchored_low.iloc[7])


def test_anchoring_turns_a_raw_ranking_that_style_had_turned_over():
    luck = np.random.default_rng(9)
    rows = []
    for market, quality, generous in (("careful", 3.4, -0.8), ("generous", 2.9, 0.9)):
        style = generous + luck.normal(0, 0.3, 600)
        said = lambda true, style=style: np.clip(np.round(true + style + luck.normal(0, 0.2, 600)), 1, 5)  # noqa: E731
        rows.append(pd.DataFrame({"market": market, "csat": said(quality + luck.normal(0, 0.5, 600)), "poor": said(2.0), "good": said(4.0)}))
    table = pd.concat(rows)
    raw = metrics.csat(table, by="market")
    assert raw["generous"].value > raw["careful"].value
    anchored = metrics.vignette_comparison(table, ["poor", "good"], by="market", rating="csat")
    assert [row.labels[0][1] for row in anchored.ranked()] == ["careful", "generous"]
    assert anchored["careful"].minus(anchored["generous"]).low > 0


def test_a_flag_that_is_neither_yes_nor_no_is_refused():
    with pytest.raises(metrics.MetricError, match="2 row.*other than 0 and 1 in escalated"):
        metrics.escalation_rate(pd.DataFrame({"escalated": [0, 1, 2, 7]}))


def test_a_missing_column_names_those_there_are_and_where_the_documented_ones_are_listed():
    with pytest.raises(metrics.MetricError, match=r"contacts: no column escalated \(found: esc\).*columns\('contacts'\)"):
        metrics.escalation_rate(pd.DataFrame({"esc": [0]}))
