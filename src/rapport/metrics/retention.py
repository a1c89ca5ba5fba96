"""Who stays, who leaves, who buys again: each under an explicit start, end and eligibility, since three denominators
give three answers to what sounds like one question."""

from __future__ import annotations

from datetime import date
from typing import Any

import narwhals as nw

from rapport.metrics import engines
from rapport.metrics.intervals import event_rate, level
from rapport.metrics.rates import NEVER, By, day_number, fraction, gathered, ones, share, tally, too_few
from rapport.metrics.refusals import say
from rapport.metrics.result import Metric, MetricError, Metrics
from rapport.metrics.words import WORDS

DENOMINATORS = ("at_start", "ever", "average")


def retention_rate(
    customers: Any, *, start: date, end: date, of: str = "at_start", eligible: str | None = None, by: By = None,
    minimum: int = 1, confidence: float = 0.95,
) -> Metric | Metrics:
    """Share of customers still there at the end of a period.

    Parameters
    ----------
    customers : frame
        Date columns ``start_day`` (first day as a customer) and ``end_day`` (first day no longer one; missing for those
        who stay). Somebody is a customer on a day when start_day ≤ day < end_day.
    start, end : date
        The period; both days are looked at.
    of : {'at_start', 'ever', 'average'}
        Denominator. ``at_start``: customers on the day `start` (those who joined later cannot flatter the figure).
        ``ever``: everybody who was a customer on `start` or joined up to `end`. ``average``: 1 less the leavers per mean of
        the numbers at start and end, the common dashboard figure, which is a ratio and may fall below 0.
    eligible : str, optional
        A 0/1 column: only these customers count at all, such as those whose contract came up for renewal.
    by, minimum, confidence
        As in `rapport.metrics.rates.share`.

    Raises
    ------
    MetricError
        When `end` is not after `start`, for another `of`, a missing column, or an end_day before its start_day.
    """
    return _stayed(customers, start, end, of, eligible, by, minimum, confidence, stay=True)


def churn_rate(
    customers: Any, *, start: date, end: date, of: str = "at_start", eligible: str | None = None, by: By = None,
    minimum: int = 1, confidence: float = 0.95,
) -> Metric | Metrics:
    """Share of customers who left within a period; arguments as in `retention_rate`, of which it is the complement.

    With ``of="average"`` it is leavers per mean number of customers, with the exact interval of a Poisson rate.
    """
    return _stayed(customers, start, end, of, eligible, by, minimum, confidence, stay=False)


def _stayed(customers: Any, start: date, end: date, of: str, eligible: str | None, by: By, minimum: int, confidence: float, stay: bool) -> Metric | Metrics:
    if of not in DENOMINATORS:
        raise MetricError(say("no_such_denominator", found=f"of={of!r}", names=", ".join(DENOMINATORS)))
    first, last = day_number(start, "start"), day_number(end, "end")
    if last <= first:
        raise MetricError(say("end_not_later", start=start, end=end))
    frame = engines.wrap(customers)
    engines.require(frame, "customers", "start_day", "end_day", *([eligible] if eligible else []))
    came, went = engines.temporary(frame, "came", "went")
    frame = engines.add_day(engines.add_day(frame, "start_day", came, "customers"), "end_day", went, "customers")
    joined, left = nw.col(came).fill_null(NEVER), nw.col(went).fill_null(NEVER)
    here = engines.flag(frame, eligible) if eligible else nw.lit(True)
    gone = left <= last
    at_start = here & (joined <= first) & (left > first)
    ever = here & (joined <= last) & (left > first)
    valid, invalid = (left >= joined) | (joined == NEVER), say("end_before_start", end="end_day", start="start_day")
    name = WORDS["retention" if stay else "churn"]
    known = of if of in ("average", "at_start") else "ever"
    definition = WORDS.say(f"{'stayed' if stay else 'left'}_{known}", start=start, end=end) + (f" {WORDS.say('only', column=eligible)}" if eligible else "")
    if of != "average":
        return share(
            frame, name, definition, ~gone if stay else gone, eligible=at_start if of == "at_start" else ever,
            by=by, minimum=minimum, confidence=confidence, valid=valid, invalid=invalid,
        )  # fmt: skip
    level(confidence)
    sums = {"left": ones(ever & gone), "begin": ones(at_start), "finish": ones(ever & ~gone), "bad": ones(~valid), "people": ones(ever)}
    results = []
    for labels, row in tally(frame, by, **sums):
        if row["bad"]:
            raise MetricError(say("rows_at_fault", name=name, count=row["bad"], what=invalid))
        mean = (row["begin"] + row["finish"]) / 2
        if not mean:
            nothing = float("nan")
            results.append(Metric(name, nothing, nothing, nothing, row["left"], mean, 0, definition, "ratio", confidence, labels, refusal=too_few(0, 1)))
            continue
        low, high = event_rate(row["left"], mean, confidence)
        value = row["left"] / mean
        if stay:
            value, low, high = 1 - value, 1 - high, 1 - low
        notes = (WORDS["passing"],)
        results.append(Metric(name, value, low, high, mean - row["left"] if stay else row["left"], mean, row["people"], definition, "ratio", confidence, labels, False, notes, too_few(row["people"], minimum)))
    return gathered(results, by)


def repeat_purchase_rate(orders: Any, *, start: date, end: date, within_days: int, minimum: int = 1, confidence: float = 0.95) -> Metric:
    """Share of new customers who buy again within so many days of their first purchase.

    Parameters
    ----------
    orders : frame
        The documented columns of ``orders``: all orders there are, also before `start`, so that a first purchase is a first.
        Refunds (negative or ``refunded``) are no purchases; several on one day are one.
    start, end : date
        Customers count whose first purchase lies from `start` to `end` less `within_days`, so that all had the same time;
        purchases after `end` are not looked at.
    within_days : int
        At least 1.
    """
    from rapport.metrics.orders import DAY, purchases

    first, last = day_number(start, "start"), day_number(end, "end")
    if within_days < 1 or last - within_days < first:
        raise MetricError(say("period_too_short", start=start, end=end, days=within_days))
    bought = purchases(orders, end)
    begun = bought.group_by("customer_id").agg(nw.col(DAY).min().alias("first_day"))
    paired = bought.select("customer_id", DAY).join(begun, on="customer_id", how="inner")
    again = nw.when((nw.col(DAY) > nw.col("first_day")) & (nw.col(DAY) <= nw.col("first_day") + within_days)).then(nw.lit(1)).otherwise(nw.lit(0))
    people = paired.with_columns(again.alias("again")).group_by("customer_id").agg(nw.col("first_day").min(), nw.col("again").max())
    window = (nw.col("first_day") >= first) & (nw.col("first_day") <= last - within_days)
    ((_, row),) = tally(people, None, n=ones(window), hits=ones(window & (nw.col("again") == 1)))
    about = WORDS.say("repurchase_says", days=within_days, start=start, end=end)
    return fraction(WORDS["repurchase"], about, row["hits"], row["n"], minimum=minimum, confidence=confidence)
