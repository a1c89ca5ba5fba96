"""What orders tell: cohort table, recency-frequency-monetary scores, purchase summary, orders per period.
Any engine in, the same kind out, lazily where the engine is lazy. Ties go by customer id; money is whole minor units."""

from __future__ import annotations

from datetime import date
from typing import Any

import narwhals as nw

from rapport.metrics import engines
from rapport.metrics.rates import day_number
from rapport.metrics.refusals import say
from rapport.metrics.result import MetricError

DAY, AMOUNT = "rapport_day", "rapport_amount"


def purchases(orders: Any, end: date, *, refunds: bool = False, money: bool = False) -> Any:
    """Orders up to `end` that count as purchases: ``customer_id``, ``amount_minor`` and the day as an integer.

    Left out: rows without customer or day, later than `end`, with a negative ``amount_minor``, or marked ``refunded``. With
    `refunds`, negative rows stay, for sums of money; with `money`, amounts in several currencies are refused.
    """
    frame = engines.wrap(orders)
    engines.require(frame, "orders", "customer_id", "day", "amount_minor")
    kinds = frame.collect_schema()
    amount = kinds["amount_minor"]
    if not amount.is_integer():
        raise MetricError(say("amount_not_whole", table="orders", column="amount_minor", type=amount))
    last = day_number(end, "end")
    # first the columns needed, then the day: engines carry less
    extra = [name for name, wanted in (("refunded", True), ("currency", money)) if wanted and name in kinds]
    frame = engines.add_day(frame.select("customer_id", "day", "amount_minor", *extra), "day", DAY, "orders")
    real = ~nw.col("customer_id").is_null() & ~nw.col("amount_minor").is_null() & (nw.col(DAY) <= last)
    if not refunds:
        real = real & (nw.col("amount_minor") >= 0)
    if "refunded" in extra:
        real = real & ~engines.flag(frame, "refunded")
    frame = frame.filter(real)
    if "currency" in extra:
        one_currency(frame)
    return frame


def cohort_table(orders: Any, *, end: date, period: str = "month") -> Any:
    """How many of those who began in the same period bought again, period by period.

    Parameters
    ----------
    orders : frame
        The documented columns of ``orders``.
    end : date
        Later orders are left out. The last period is cut short unless `end` is its last day.
    period : {'day', 'week', 'month', 'quarter', 'year'}
        Weeks begin on Monday.

    Returns
    -------
    frame of the same kind
        One row per cohort and age that has a customer: ``cohort`` (date, first day of the period of the first purchase),
        ``age`` (periods since; 0 is the first), ``customers`` (who bought at that age), ``cohort_size``, ``share``
        (customers / cohort_size). Rows in no promised order.

    Raises
    ------
    MetricError
        For a missing column, amounts that are no integers, or days that are no dates.
    """
    frame = purchases(orders, end)
    if engines.engine(frame) == "duckdb":
        return engines.duckdb_cohorts(frame, period)
    if engines.engine(frame) == "pandas":
        table = engines.pandas_cohorts(frame, DAY, period)
    else:
        spell = engines.period_of(frame, period, DAY, "spell")
        seen = spell.select("customer_id", "spell").unique()
        began = seen.group_by("customer_id").agg(nw.col("spell").min().alias("first_spell"))
        ages = seen.join(began, on="customer_id", how="inner").with_columns((nw.col("spell") - nw.col("first_spell")).alias("age"))
        table = ages.group_by("first_spell", "age").agg(nw.len().alias("customers")).with_columns(nw.col("customers").cast(nw.Int64))
    sizes = table.filter(nw.col("age") == 0).select("first_spell", nw.col("customers").alias("cohort_size"))
    table = table.join(sizes, on="first_spell", how="inner")
    table = engines.add_period_start(table, "first_spell", period, "cohort")
    return engines.native(table.select("cohort", nw.col("age").cast(nw.Int64), "customers", "cohort_size", (nw.col("customers") / nw.col("cohort_size")).alias("share")))


def rfm(orders: Any, *, end: date, groups: int = 5) -> Any:
    """Recency, frequency and money of each customer, with scores from 1 to `groups` (the best).

    Parameters
    ----------
    orders : frame
        The documented columns of ``orders``, in one currency.
    end : date
        Day on which recency is measured; later orders are left out.
    groups : int
        Number of score groups of nearly equal size, 2 to 9; 5 for the usual quintiles.

    Returns
    -------
    frame of the same kind
        ``customer_id``, ``recency_days`` (since the last purchase), ``frequency`` (purchases, refunds aside), ``monetary_minor``
        (their sum less refunds), ``recency_score``, ``frequency_score``, ``monetary_score``. A score is
        1 + ⌊(rank − 1)·groups / customers⌋, where customers rank from worst to best and ties go by customer id, so
        two engines never put a customer in different groups.

    Raises
    ------
    MetricError
        As `cohort_table`; and for several currencies or another number of groups.
    """
    if groups not in range(2, 10):
        raise MetricError(say("groups_range", metric="rfm", found=f"groups={groups!r}"))
    frame = purchases(orders, end, refunds=True, money=True)
    last = day_number(end, "end")
    if engines.engine(frame) == "duckdb":
        return engines.duckdb_rfm(frame, last, groups)
    if engines.engine(frame) == "pandas":
        people = engines.pandas_rfm(frame, DAY, last)
    else:
        real = nw.col("amount_minor") >= 0
        bought, counted = nw.when(real).then(nw.col(DAY)), nw.when(real).then(nw.lit(1)).otherwise(nw.lit(0))
        frame = frame.with_columns(bought.alias("bought"), counted.cast(nw.Int64).alias("counted"))
        people = frame.group_by("customer_id").agg(nw.col("bought").max(), nw.col("counted").sum(), nw.col("amount_minor").sum())
        people = people.filter(nw.col("counted") > 0).select(
            "customer_id", (last - nw.col("bought")).cast(nw.Int64).alias("recency_days"),
            nw.col("counted").cast(nw.Int64).alias("frequency"), nw.col("amount_minor").cast(nw.Int64).alias("monetary_minor"),
        )  # fmt: skip
    scores = {"recency_score": ("recency_days", True), "frequency_score": ("frequency", False), "monetary_score": ("monetary_minor", False)}
    return engines.native(engines.add_scores(people, scores, "customer_id", groups))


def purchase_summary(orders: Any, *, end: date) -> Any:
    """What the purchase models need of each customer, counted in days.

    Parameters
    ----------
    orders : frame
        The documented columns of ``orders``, in one currency; the first purchase in it is taken as the customer's first.
    end : date
        End of the calibration period; later orders are left out.

    Returns
    -------
    frame of the same kind, all columns integers but the id
        ``customer_id``; ``frequency``, days with a purchase after the first day; ``recency_days``, from the first purchase to the
        last; ``age_days``, from the first purchase to `end`; ``repeat_minor``, money of the purchases after the first day
        (refunds aside). Divide by 7 for weeks; mean repeat spend is ``repeat_minor / frequency`` where frequency > 0.

    Notes
    -----
    The statistics x, t_x and T of Fader, Hardie & Lee (2005), *Marketing Science* 24(2), 275–284.
    """
    frame = purchases(orders, end, money=True)
    last = day_number(end, "end")
    if engines.engine(frame) == "duckdb":
        return engines.duckdb_summary(frame, last)
    if engines.engine(frame) == "pandas":
        return engines.native(engines.pandas_summary(frame, DAY, last))
    days = frame.group_by("customer_id", DAY).agg(nw.col("amount_minor").sum().alias(AMOUNT))
    begun = days.group_by("customer_id").agg(nw.col(DAY).min().alias("first_day"), nw.col(DAY).max().alias("last_day"), nw.len().alias("days"), nw.col(AMOUNT).sum().alias("total"))
    first = days.join(begun.select("customer_id", "first_day"), left_on=["customer_id", DAY], right_on=["customer_id", "first_day"], how="inner").select("customer_id", nw.col(AMOUNT).alias("first_minor"))
    people = begun.join(first, on="customer_id", how="inner")
    return engines.native(people.select(
        "customer_id", (nw.col("days").cast(nw.Int64) - 1).alias("frequency"), (nw.col("last_day") - nw.col("first_day")).cast(nw.Int64).alias("recency_days"),
        (last - nw.col("first_day")).cast(nw.Int64).alias("age_days"), (nw.col("total") - nw.col("first_minor")).cast(nw.Int64).alias("repeat_minor"),
    ))  # fmt: skip


def orders_per_period(orders: Any, *, end: date, period: str = "month") -> Any:
    """Orders, customers and money in each period that has any.

    Parameters
    ----------
    orders : frame
        The documented columns of ``orders``, in one currency.
    end, period
        As in `cohort_table`.

    Returns
    -------
    frame of the same kind
        ``period`` (date, first day), ``orders``, ``customers``, ``amount_minor`` (less refunds). A period without a row had no
        order and no refund.
    """
    frame = purchases(orders, end, refunds=True, money=True)
    real = nw.col("amount_minor") >= 0
    frame = engines.period_of(frame, period, DAY, "spell").with_columns(
        nw.when(real).then(nw.lit(1)).otherwise(nw.lit(0)).cast(nw.Int64).alias("counted")
    )
    money = frame.group_by("spell").agg(nw.col("counted").sum(), nw.col("amount_minor").sum())
    people = frame.filter(real).select("spell", "customer_id").unique().group_by("spell").agg(nw.len().alias("customers"))
    table = money.join(people, on="spell", how="left")
    table = engines.add_period_start(table, "spell", period, "period")
    return engines.native(table.select(
        "period", nw.col("counted").cast(nw.Int64).alias("orders"), nw.col("customers").fill_null(0).cast(nw.Int64),
        nw.col("amount_minor").cast(nw.Int64),
    ))  # fmt: skip


def one_currency(frame: Any) -> None:
    """Refuse a table in which sums of money would add different currencies."""
    found = sorted(str(row["currency"]) for row in engines.rows(frame.select("currency").unique()))
    if len(found) > 1:
        raise MetricError(say("several_currencies", table="orders", currencies=", ".join(found)))
