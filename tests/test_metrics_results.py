"""Results: they say what they are, show as a table without inline styles, and refuse comparisons that would mislead."""

import math
import re

import numpy as np
import pandas as pd
import pytest

from rapport import metrics
from rapport.metrics.intervals import difference, event_rate, net_share, wilson


def cases(market="LV", n=40, yes=12):
    return pd.DataFrame({"escalated": [1] * yes + [0] * (n - yes), "market": market})


def test_a_result_knows_its_parts_and_prints_as_one_line():
    found = metrics.escalation_rate(cases())
    assert (found.numerator, found.denominator, found.n, found.value) == (12, 40, 40, 0.3)
    assert found.interval == wilson(12, 40)
    assert str(found) == "Escalation rate: 30.0% (95% interval 18.1 to 45.4%), 12 of 40; n = 40. Cases taken higher up or outside, of all cases."


def test_a_group_says_whose_figure_it_is_and_rows_left_out_are_told():
    table = cases().assign(escalated=lambda t: t.escalated.where(t.index > 4))
    found = metrics.escalation_rate(table, by="market")["LV"]
    assert found.label == "market LV" and found.n == 35
    assert str(found).endswith("5 left out: not recorded.")
    with pytest.raises(KeyError, match="no group 'JP'; there are: market LV"):
        metrics.escalation_rate(table, by="market")["JP"]


def test_a_notebook_sees_a_table_with_no_style_and_no_markup_from_the_data():
    table = cases(market="<b onclick=x>LV</b>")
    html = metrics.escalation_rate(table, by="market")._repr_html_()
    assert html.count("<tr>") == 2 and "<caption>" in html and 'scope="row"' in html
    assert "style=" not in html and "<b onclick" not in html and "&lt;b onclick" in html
    assert metrics.escalation_rate(table)._repr_html_().count("<td>") == 5


@pytest.mark.parametrize(("yes", "n", "low", "high"), [(0, 25, 0.0, 0.1332), (25, 25, 0.8668, 1.0)])
def test_nought_and_a_hundred_per_cent_keep_an_interval(yes, n, low, high):
    found = metrics.escalation_rate(cases(n=n, yes=yes))
    assert found.interval == pytest.approx((low, high), abs=1e-3) and found.low < found.high


def test_nobody_in_the_denominator_is_refused_and_not_divided_by():
    found = metrics.escalation_rate(cases(n=0, yes=0))
    assert math.isnan(found.value) and "Nobody is in the denominator" in str(found)


def test_a_figure_below_the_bound_is_not_stated():
    found = metrics.escalation_rate(cases(n=9, yes=3), minimum=10)
    assert math.isnan(found.value) and math.isnan(found.low) and found.n == 9
    assert "not stated. n = 9 is fewer than the 10 asked for." in str(found)
    assert "not stated" in found._repr_html_()
    with pytest.raises(metrics.InvalidComparison, match="is not stated"):
        found.minus(metrics.escalation_rate(cases()))


def test_behaviour_may_be_ranked_and_subtracted_across_markets():
    table = pd.concat([cases("JP", 40, 4), cases("LV", 40, 12)])
    found = metrics.escalation_rate(table, by="market")
    assert [row.label for row in found] == ["market JP", "market LV"]
    assert [row.label for row in found.ranked()] == ["market LV", "market JP"]
    gap = found["LV"].minus(found["JP"])
    assert gap.value == pytest.approx(0.2) and gap.low < 0.2 < gap.high and "market LV less market JP" in str(gap)


def test_the_difference_of_shares_is_newcombes_published_example():
    # Newcombe (1998), table II, case (a): 56/70 and 48/80, method 10
    gap = difference((56 / 70, *wilson(56, 70)), (48 / 80, *wilson(48, 80)))
    assert gap == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)


@pytest.mark.parametrize("measure", [metrics.nps, metrics.csat, metrics.customer_effort])
@pytest.mark.parametrize("apart", ["market", "language", "country"])
def test_raw_ratings_are_not_ranked_across_markets_or_languages(measure, apart):
    table = pd.DataFrame({"nps": [9, 4] * 40, "csat": [5, 2] * 40, "effort": [6, 2] * 40, apart: ["x"] * 40 + ["y"] * 40})
    found = measure(table, by=apart)
    with pytest.raises(metrics.InvalidComparison, match=f"not compared across {apart}.*vignette_comparison"):
        found.ranked()
    with pytest.raises(metrics.InvalidComparison, match="may be style"):
        found["x"].minus(found["y"])


def test_raw_ratings_of_one_market_may_be_compared_over_time():
    table = pd.DataFrame({"nps": [9, 9, 4, 8] * 40, "market": "JP", "wave": ["spring"] * 80 + ["autumn"] * 80})
    found = metrics.nps(table, by=["market", "wave"])
    assert found["JP", "autumn"].minus(found["JP", "spring"]).value == 0
    assert len(found.ranked()) == 2


def test_different_measures_or_levels_are_not_subtracted():
    first = metrics.escalation_rate(cases())
    with pytest.raises(metrics.InvalidComparison, match="defined differently"):
        first.minus(metrics.complaint_rate(cases().rename(columns={"escalated": "complaint"})))
    with pytest.raises(metrics.InvalidComparison, match="levels"):
        first.minus(metrics.escalation_rate(cases(), confidence=0.9))


def test_the_net_promoter_interval_has_width_even_when_all_agree():
    for counts in ((30, 0), (0, 30), (0, 0)):
        low, high = net_share(*counts, 30)
        assert -1 <= low < high <= 1 and low <= (counts[0] - counts[1]) / 30 <= high
    assert net_share(400, 0, 400)[0] > net_share(30, 0, 30)[0]


def test_ninety_five_of_a_hundred_net_promoter_intervals_hold_the_truth():
    luck = np.random.default_rng(7)
    held = 0
    for up, _, down in luck.multinomial(100, [0.4, 0.4, 0.2], 800):
        low, high = net_share(up, down, 100)
        held += low <= 0.2 <= high
    assert 0.925 < held / 800 < 0.975


def test_the_interval_of_an_event_rate_is_the_exact_one():
    assert event_rate(10, 1) == pytest.approx((4.795, 18.390), abs=1e-3)  # Garwood's table
    assert event_rate(0, 2) == pytest.approx((0, 3.6889 / 2), abs=1e-4)


def test_importing_the_metrics_is_light_and_every_name_is_there():
    import subprocess
    import sys

    heavy = ("numpy", "pandas", "scipy", "narwhals", "duckdb", "statsmodels", "pydantic", "pyspark", "polars")
    code = f"import sys, rapport.metrics; print([name for name in {heavy!r} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    for name in metrics.__all__:
        assert callable(getattr(metrics, name)) and re.match(r"[a-zA-Z_]+$", name), name
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        metrics.nonsense  # noqa: B018


CODE = re.compile(r"(?<![A-Za-z])(market|wave|outcome|treated|after|stage|branch|LV|JP)(?![A-Za-z])|\w+_\w+|\w+ ~ [\w *+]+|\w+:\w+")


@pytest.mark.parametrize("lang", ["gu", "lv"])
def test_a_figure_and_a_refusal_are_in_the_reader_s_language(lang):
    from datetime import date

    from rapport import i18n
    from rapport.i18n.leftovers import leftovers, leftovers_in_page

    table = pd.concat([cases("JP", 4000, 1234), cases("LV", 40, 12)])
    rated = pd.DataFrame({"nps": [9, 4, None, 8] * 20, "csat": [5, 2, 3, 1] * 20, "effort": [6, 2, None, 4] * 20, "answered": [1, 0, 1, 0] * 20, "market": ["JP", "LV"] * 40})
    people = pd.DataFrame({"customer_id": range(40), "start_day": date(2025, 1, 1), "end_day": [date(2026, 2, 1)] * 15 + [None] * 25, "referred_by": [1, None] * 20})
    period = {"start": date(2026, 1, 1), "end": date(2026, 6, 30)}
    trial = pd.DataFrame({"outcome": np.arange(80) % 7, "treated": [0, 1] * 40, "after": [0, 0, 1, 1] * 20, "stage": np.arange(80) % 5})
    with i18n.speaking(lang):
        rate = metrics.escalation_rate(table, by="market")
        told = [
            rate, rate["LV"].minus(rate["JP"]), metrics.escalation_rate(cases(n=9, yes=3), minimum=10), metrics.escalation_rate(cases(n=0, yes=0)),
            metrics.nps(rated), metrics.csat(rated), metrics.customer_effort(rated), metrics.response_rate(rated), metrics.referral_rate(people), metrics.referral_rate(people, of="referrers"),
            *(metrics.retention_rate(people, **period, of=of) for of in ("at_start", "average")), *(metrics.churn_rate(people, **period, of=of) for of in ("at_start", "average")),
            metrics.difference_in_differences(trial, outcome="outcome", treated="treated", after="after"), metrics.pre_trend(trial, outcome="outcome", treated="treated", time="stage"),
            metrics.cohen_kappa(["a", "b", "a", "b"], ["a", "b", "b", "b"]), metrics.cohen_kappa(["a"], ["a"]), metrics.kaplan_meier([3, 5, 8, 9], [1, 0, 1, 1]), metrics.log_rank([3, 5, 8, 9], [1, 0, 1, 1], ["a", "b", "a", "b"]),
            metrics.kept_promise_ratio(pd.DataFrame({"due": [date(2026, 1, 5)] * 4, "kept": [date(2026, 1, 4), None] * 2}), as_of=date(2026, 2, 1)),
        ]  # fmt: skip
        refused = []
        for one, other in ((rate["LV"], metrics.escalation_rate(cases(), confidence=0.9)), (metrics.nps(rated), rate["JP"]), tuple(metrics.nps(rated, by="market")), (told[2], told[2])):
            with pytest.raises(metrics.InvalidComparison) as error:
                one.minus(other)
            refused.append(str(error.value))
        said = [str(each) for each in told] + refused
        shown = [each._repr_html_() for each in told if hasattr(each, "_repr_html_")]
    assert [(line, found.words) for line in said for found in leftovers(CODE.sub(" ", line), lang)] == []
    assert [found.around for html in shown for found in leftovers_in_page(CODE.sub(" ", html), lang)] == []
    assert ("4 000" if lang == "lv" else "4,000") in said[0].replace("\u00a0", " ")
    assert lang == "gu" or not re.search(r"\d\.\d", " ".join(said)), "a decimal point in Latvian"
