"""Waiting counted in the customer's working hours: a calendar table is joined twice and subtracted, so that no engine
needs to know a clock. Shares within a target and quantiles of the wait, with those still waiting not forgotten."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any

import narwhals as nw
import numpy as np

from rapport.i18n.numbers import number, percent
from rapport.metrics import engines
from rapport.metrics.intervals import level
from rapport.metrics.rates import By, gathered, ones, share, tally, too_few
from rapport.metrics.refusals import say
from rapport.metrics.result import Metric, MetricError, Metrics
from rapport.metrics.words import WORDS

_CALENDAR = ("utc_day", "minute_from", "minute_to", "open_before", "is_open")


def working_minutes(table: Any, calendar: Any, *, begin: str, finish: str, key: str = "market", name: str = "working_minutes") -> Any:
    """The table with the open minutes between two moments.

    Parameters
    ----------
    table : frame
        A column `key`, and two columns of moments with a zone.
    calendar : frame of the same engine, or pandas
        From `rapport.facts.calendar_table` with the same `key`.
    begin, finish : str
        Columns of the moments; seconds are dropped.
    key : str
        Whose hours count: ``market`` or ``customer_id``.
    name : str
        Column to add.

    Returns
    -------
    frame of the same kind
        With `name`: whole minutes, negative when `finish` lies before `begin`; missing where a moment is missing, or the
        calendar does not reach.
    """
    frame = engines.wrap(table)
    engines.require(frame, "table", key, begin, finish)
    for column in (begin, finish):
        frame = engines.add_minute(frame, column, f"rapport_minute_{column}")
        frame = _open_until(frame, calendar, key, f"rapport_minute_{column}", f"rapport_open_{column}")
    wait = nw.col(f"rapport_open_{finish}") - nw.col(f"rapport_open_{begin}")
    extra = [f"rapport_{what}_{column}" for what in ("minute", "open") for column in (begin, finish)]
    return engines.native(engines.with_whole(frame, name, wait).drop(*extra))


def _open_until(frame: Any, calendar: Any, key: str, minute: str, name: str) -> Any:
    """With `name`: open minutes of the calendar before each moment. Equal joins by day, since not every engine joins as-of."""
    stretches = engines.like(calendar, frame)
    engines.require(stretches, "calendar", key, *_CALENDAR)
    moments = frame.filter(~nw.col(minute).is_null() & ~nw.col(key).is_null()).select(key, minute).unique()
    moments = moments.with_columns(nw.col(minute).cast(nw.Int64)).with_columns((nw.col(minute) // (24 * 60)).alias("utc_day"))
    met = moments.join(stretches.select(key, *_CALENDAR), on=[key, "utc_day"], how="inner")
    met = met.filter((nw.col("minute_from") <= nw.col(minute)) & (nw.col(minute) < nw.col("minute_to")))
    met = met.select(key, minute, (nw.col("open_before") + (nw.col(minute) - nw.col("minute_from")) * nw.col("is_open")).alias(name))
    return frame.join(met, on=[key, minute], how="left")


def answered_within(
    contacts: Any, calendar: Any, *, minutes: int, as_of: datetime, begin: str = "opened_at", finish: str = "responded_at",
    key: str = "market", by: By = None, minimum: int = 1, confidence: float = 0.95,
) -> Metric | Metrics:
    """Share of cases answered (or, with ``finish="resolved_at"``, solved) within so many working minutes.

    Parameters
    ----------
    contacts : frame
        Columns `key`, `begin` and `finish` (missing while it has not happened).
    calendar
        As in `working_minutes`.
    minutes : int
        The target, in the customer's open minutes.
    as_of : datetime with a zone
        Now, so to speak. A case still waiting past the target is a miss; one waiting for less is not known yet and left out.
    by, minimum, confidence
        As in `rapport.metrics.rates.share`.

    Raises
    ------
    MetricError
        When a case lies outside the calendar.
    """
    frame, waited = _waits(contacts, calendar, as_of, begin, finish, key)
    done = ~waited.is_null()
    overdue = nw.col("rapport_so_far").fill_null(0) > minutes
    done_as = {"responded_at": "answered", "resolved_at": "solved"}.get(finish, "done")
    said = {"column": finish, "minutes": number(minutes), "whose": key, "moment": f"{as_of:%Y-%m-%d %H:%M %Z}"}
    return share(
        frame, WORDS.say(f"{done_as}_within", **said), WORDS.say(f"{done_as}_says", **said),
        done & (waited.fill_null(0) <= minutes), known=done | overdue, eligible=~nw.col("rapport_so_far").is_null(), by=by, minimum=minimum, confidence=confidence, missing="in_time_still",
    )  # fmt: skip


def working_wait(
    contacts: Any, calendar: Any, *, as_of: datetime, quantile: float = 0.5, begin: str = "opened_at", finish: str = "responded_at",
    key: str = "market", by: By = None, minimum: int = 1, confidence: float = 0.95,
) -> Metric | Metrics:
    """Working hours within which a share of the cases was answered: the median wait by default.

    Parameters
    ----------
    contacts, calendar, as_of, begin, finish, key
        As in `answered_within`.
    quantile : float
        Above 0 and below 1: 0.5 for the median, 0.9 for the wait that nine in ten do not exceed.

    Returns
    -------
    Metric or Metrics
        In hours. Cases still waiting count as longer than all others; when the quantile falls among them it is refused.

    Notes
    -----
    Interval from order statistics, free of a distribution: Conover, *Practical Nonparametric Statistics* (3rd ed. 1999), 3.2.
    """
    from scipy import stats

    if not 0 < quantile < 1:
        raise MetricError(say("quantile_range", metric="working_wait", quantile=repr(quantile), example="0.5"))
    frame, waited = _waits(contacts, calendar, as_of, begin, finish, key)
    keys = [by] if isinstance(by, str) else list(by or ())
    real = frame.filter(~nw.col("rapport_so_far").is_null()).with_columns(waited.fill_null(-1).alias("rapport_wait"))
    # few distinct minutes stand for many cases: their counts are all that leaves the engine
    groups: dict[tuple, list[tuple[int, int]]] = {}
    for labels, row in tally(real, [*keys, "rapport_wait"], n=ones()):
        groups.setdefault(labels[:-1], []).append((int(labels[-1][1]), row["n"]))
    about = WORDS.say("waited_says", share=percent(100 * quantile), column=finish, whose=key)
    results = []
    for labels, pairs in sorted(groups.items()) or [((), [])]:
        open_cases = sum(count for wait, count in pairs if wait < 0)
        waits = sorted((wait, count) for wait, count in pairs if wait >= 0)
        total = np.cumsum([count for _, count in waits], dtype=np.int64) if waits else np.array([], dtype=np.int64)
        n = int(total[-1] if len(total) else 0) + open_cases
        at = lambda rank: waits[int(np.searchsorted(total, rank))][0] / 60 if len(total) and rank <= total[-1] else math.inf  # noqa: B023, E731
        tail = (1 - level(confidence)) / 2
        value = at(max(1, math.ceil(quantile * n))) if n else math.nan
        low = at(max(1, int(stats.binom.ppf(tail, n, quantile)))) if n else math.nan
        high = at(min(n, int(stats.binom.ppf(1 - tail, n, quantile)) + 1)) if n else math.nan
        why = too_few(n, minimum) or (WORDS["waited_unknown"] if math.isinf(value) else "")
        notes = (WORDS.say("waiting", count=number(open_cases)),) if open_cases else ()
        results.append(Metric(WORDS["waited"], value, low, high, math.nan, math.nan, n, about, "mean", confidence, labels, False, notes, why))
    return gathered(results, by)


def _waits(contacts: Any, calendar: Any, as_of: datetime, begin: str, finish: str, key: str) -> tuple[Any, nw.Expr]:
    """The frame with ``rapport_so_far`` (open minutes up to `as_of`), and the wait as an expression."""
    if as_of.tzinfo is None:
        raise MetricError(say("no_zone", name="as_of", example="datetime(2026, 6, 30, tzinfo=timezone.utc)"))
    frame = engines.wrap(contacts)
    engines.require(frame, "contacts", key, begin, finish)
    frame = engines.wrap(working_minutes(engines.native(frame), calendar, begin=begin, finish=finish, key=key, name="rapport_waited"))
    now = int(as_of.timestamp()) // 60
    frame = engines.add_minute(engines.add_minute(frame, begin, "rapport_begun"), finish, "rapport_ended")
    frame = frame.with_columns((nw.col("rapport_begun") * 0 + now).alias("rapport_now"))
    frame = _open_until(frame, calendar, key, "rapport_now", "rapport_at_now")
    frame = _open_until(frame, calendar, key, "rapport_begun", "rapport_at_begin")
    begun, ended = (nw.col(f"rapport_{what}").fill_null(now + 1) <= now for what in ("begun", "ended"))
    so_far = nw.when(begun).then(nw.col("rapport_at_now") - nw.col("rapport_at_begin"))
    frame = engines.with_whole(frame, "rapport_so_far", so_far)
    waited = nw.when(ended).then(nw.col("rapport_waited"))
    ((_, row),) = tally(frame, None, outside=ones(begun & (nw.col("rapport_so_far").is_null() | (ended & nw.col("rapport_waited").is_null()))), backward=ones(begun & ended & (nw.col("rapport_ended").fill_null(now) < nw.col("rapport_begun").fill_null(0))))
    if row["outside"]:
        raise MetricError(say("outside_calendar", table="contacts", count=row["outside"], key=key, function="facts.calendar_table", day="as_of"))
    if row["backward"]:
        raise MetricError(say("answered_before_asked", table="contacts", count=row["backward"], finish=finish, begin=begin))
    return frame, waited
