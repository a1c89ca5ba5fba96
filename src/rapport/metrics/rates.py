"""Shares of cases, promises and customers, each with its Wilson interval: first contact, reopening, escalation, complaint, recovery,
kept promises, referral, contact fatigue, funnel. `share` is the one computation behind them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import narwhals as nw

from rapport.i18n.numbers import number
from rapport.metrics import engines
from rapport.metrics.intervals import level, wilson
from rapport.metrics.refusals import say
from rapport.metrics.result import Metric, MetricError, Metrics
from rapport.metrics.words import WORDS

By = str | Sequence[str] | None
NEVER = 10**9  # a day that does not come, for dates that are missing


def share(
    frame: Any, name: str, definition: str, hit: nw.Expr, *, known: nw.Expr | None = None, eligible: nw.Expr | None = None, by: By = None, minimum: int = 1,
    confidence: float = 0.95, self_report: bool = False, missing: str = "", valid: nw.Expr | None = None, invalid: str = "",
) -> Metric | Metrics:
    """Share of eligible rows for which `hit` is true, over everybody or by group.

    Parameters
    ----------
    frame : narwhals frame
    name, definition : str
        As in `Metric`.
    hit : boolean expression, never missing
    known : boolean expression, never missing
        Whether `hit` is known; where it is not, rows leave both sides of the fraction and are counted in a note.
    eligible : boolean expression, optional
        Rows of the denominator; all by default.
    by : str or sequence of str, optional
        Columns of the groups; the result is then `Metrics`.
    minimum : int
        Fewer rows than this and the figure is refused.
    confidence : float
        Level of the Wilson interval.
    self_report : bool
        As in `Metric`.
    missing : str
        What it means that `hit` is not known, for the note, such as ``"unanswered"``.
    valid, invalid : boolean expression and str
        A check of every row and what to say when rows fail it.
    """
    level(confidence)
    counted = eligible if eligible is not None else nw.lit(True)
    sure = known if known is not None else nw.lit(True)
    parts = {"base": counted & sure, "hits": counted & sure & hit, "left": counted & ~sure}
    if valid is not None:
        parts["bad"] = ~valid
    results = []
    for labels, row in tally(frame, by, **{key: ones(part) for key, part in parts.items()}):
        if row.get("bad"):
            raise MetricError(say("rows_at_fault", name=name, count=row["bad"], what=invalid))
        hits, n = row["hits"], row["base"]
        notes = (left_out(row["left"], missing or "not_recorded"),) if row["left"] else ()
        results.append(fraction(name, definition, hits, n, labels=labels, minimum=minimum, confidence=confidence, notes=notes, self_report=self_report))
    return gathered(results, by)


def fraction(
    name: str, definition: str, hits: int, n: int, *, labels: tuple[tuple[str, str], ...] = (), minimum: int = 1,
    confidence: float = 0.95, notes: tuple[str, ...] = (), self_report: bool = False,
) -> Metric:
    """A share of counts with its Wilson interval, refused below `minimum`."""
    low, high = wilson(hits, n, confidence) if n else (float("nan"),) * 2
    value = hits / n if n else float("nan")
    return Metric(
        name, value, low, high, hits, n, n, definition, "share", confidence, labels, self_report, notes, too_few(n, minimum)
    )  # fmt: skip


def too_few(n: int, minimum: int) -> str:
    """Why `n` is not enough; empty when it is."""
    if n == 0:
        return WORDS["nobody"]
    return WORDS.say("too_few", found=number(n), minimum=number(minimum)) if n < minimum else ""


def left_out(count: int, why: str) -> str:
    """The note on rows left out; `why` is a key of `WORDS`."""
    return WORDS.say("left_out", count=number(count), why=WORDS[why])


def ones(condition: nw.Expr | None = None) -> nw.Expr:
    """1 in the rows for which a condition is true (all rows by default), else 0: something every engine can sum."""
    one = nw.lit(1, dtype=nw.Int64)
    return one if condition is None else nw.when(condition).then(one).otherwise(nw.lit(0, dtype=nw.Int64))


def tally(frame: Any, by: By, **terms: nw.Expr) -> list[tuple[tuple[tuple[str, str], ...], dict[str, Any]]]:
    """Sums of row-wise terms over everybody or by group: (labels, sums) in order of the labels. One query."""
    keys = [by] if isinstance(by, str) else list(by or ())
    engines.require(frame, "table", *keys)
    names = dict(zip(terms, engines.temporary(frame, *terms), strict=True))  # columns first: pandas groups no expressions
    wide = frame.select(*(nw.col(key) for key in keys), *(term.alias(names[each]) for each, term in terms.items()))
    sums = [nw.col(name).sum() for name in names.values()]
    found = engines.rows(wide.group_by(keys).agg(*sums) if keys else wide.select(*sums))
    labelled = [(tuple((key, "missing" if row[key] is None else str(row[key])) for key in keys), {each: row[name] or 0 for each, name in names.items()}) for row in found]
    return sorted(labelled, key=lambda pair: pair[0])


def gathered(results: list[Metric], by: By) -> Metric | Metrics:
    """One figure, or the figures of all groups."""
    return Metrics(tuple(results)) if by else results[0]


def _of_flag(table: Any, kind: str, column: str, name: str, definition: str, by: By, minimum: int, confidence: float, eligible: str = "") -> Any:
    frame = engines.wrap(table)
    engines.require(frame, kind, column, *([eligible] if eligible else []))
    return share(
        frame, name, definition, engines.flag(frame, column), known=engines.known(frame, column), by=by, minimum=minimum, confidence=confidence,
        eligible=engines.flag(frame, eligible) if eligible else None, valid=binary(frame, column), invalid=not_binary(column),
    )  # fmt: skip


def binary(frame: Any, column: str) -> nw.Expr:
    """Whether a flag is 0, 1 or missing."""
    if frame.collect_schema()[column] == nw.Boolean:
        return nw.lit(True)
    value = engines.blank(frame, column).fill_null(0)
    return (value == 0) | (value == 1)


def not_binary(column: str) -> str:
    """The sentence for a flag that is neither 0 nor 1."""
    return say("flag_not_binary", column=column)


def first_contact_resolution(contacts: Any, *, of: str = "resolved", by: By = None, minimum: int = 1, confidence: float = 0.95) -> Metric | Metrics:
    """Share of cases solved in one contact and not reopened.

    Parameters
    ----------
    contacts : frame
        Columns ``resolved_at`` (missing while open), ``touches`` (contacts the customer needed) and ``reopened``.
    of : {'resolved', 'opened'}
        Denominator: cases solved so far, or all cases, where those still open count as not solved at first contact.
    by, minimum, confidence
        As in `rapport.metrics.rates.share`.

    Raises
    ------
    MetricError
        For a missing column, another `of`, or a flag that is neither 0 nor 1.
    """
    frame = engines.wrap(contacts)
    engines.require(frame, "contacts", "resolved_at", "touches", "reopened")
    if of not in ("resolved", "opened"):
        raise MetricError(say("no_such_of", metric="first_contact_resolution", found=f"of={of!r}", one="'resolved'", other="'opened'"))
    resolved = ~nw.col("resolved_at").is_null()
    once = resolved & engines.flag(frame, "touches") & ~engines.flag(frame, "reopened")
    told = engines.known(frame, "touches", "reopened")
    return share(
        frame, WORDS["first_contact"], WORDS[f"first_contact_{of}"],
        once, known=told if of == "resolved" else told | ~resolved, eligible=resolved if of == "resolved" else None, by=by, minimum=minimum, confidence=confidence,
        valid=binary(frame, "reopened"), invalid=not_binary("reopened"),
    )  # fmt: skip


def reopen_rate(contacts: Any, *, by: By = None, minimum: int = 1, confidence: float = 0.95) -> Metric | Metrics:
    """Share of solved cases (``resolved_at`` is there) that were opened again (``reopened``)."""
    frame = engines.wrap(contacts)
    engines.require(frame, "contacts", "resolved_at", "reopened")
    return share(
        frame, WORDS["reopen"], WORDS["reopen_says"], engines.flag(frame, "reopened"), known=engines.known(frame, "reopened"),
        eligible=~nw.col("resolved_at").is_null(), by=by, minimum=minimum, confidence=confidence,
        valid=binary(frame, "reopened"), invalid=not_binary("reopened"),
    )  # fmt: skip


def escalation_rate(contacts: Any, *, by: By = None, minimum: int = 1, confidence: float = 0.95) -> Metric | Metrics:
    """Share of cases that went to someone higher up or outside (``escalated``)."""
    return _of_flag(contacts, "contacts", "escalated", WORDS["escalation"], WORDS["escalation_says"], by, minimum, confidence)


def complaint_rate(contacts: Any, *, by: By = None, minimum: int = 1, confidence: float = 0.95) -> Metric | Metrics:
    """Share of cases that are complaints (``complaint``)."""
    return _of_flag(contacts, "contacts", "complaint", WORDS["complaint"], WORDS["complaint_says"], by, minimum, confidence)


def recovery_rate(failures: Any, *, of: str = "told_us", by: By = None, minimum: int = 1, confidence: float = 0.95) -> Metric | Metrics:
    """Share of failures that ended with the customer content (``recovered``).

    Parameters
    ----------
    failures : frame
        Columns ``recovered`` and ``told_us`` (0/1 or boolean).
    of : {'told_us', 'failed'}
        Denominator: failures we were told of, and so had a chance to put right; or everything that failed.
    by, minimum, confidence
        As in `rapport.metrics.rates.share`.
    """
    if of not in ("told_us", "failed"):
        raise MetricError(say("no_such_of", metric="recovery_rate", found=f"of={of!r}", one="'told_us'", other="'failed'"))
    return _of_flag(
        failures, "failures", "recovered", WORDS["recovery"], WORDS[f"recovery_{of}"], by, minimum, confidence,
        eligible="told_us" if of == "told_us" else "",
    )  # fmt: skip


def kept_promise_ratio(promises: Any, *, as_of: date, by: By = None, minimum: int = 1, confidence: float = 0.95) -> Metric | Metrics:
    """Share of promises kept by the day they were due.

    Parameters
    ----------
    promises : frame
        Date columns ``due`` and ``kept`` (missing when not, or not yet, kept).
    as_of : date
        Promises due later than this are left out: their time has not come. What was kept after it is not yet known.
    by, minimum, confidence
        As in `rapport.metrics.rates.share`.
    """
    frame = engines.wrap(promises)
    engines.require(frame, "promises", "due", "kept")
    due, kept = engines.temporary(frame, "due", "kept")
    frame = engines.add_day(engines.add_day(frame, "due", due, "promises"), "kept", kept, "promises")
    end = day_number(as_of, "as_of")
    deadline, done = nw.col(due).fill_null(NEVER), nw.col(kept).fill_null(NEVER)
    return share(
        frame, WORDS["promise"], WORDS.say("promise_says", day=as_of), (done <= deadline) & (done <= end),
        eligible=deadline <= end, by=by, minimum=minimum, confidence=confidence,
    )  # fmt: skip


def referral_rate(customers: Any, *, of: str = "arrivals", by: By = None, minimum: int = 1, confidence: float = 0.95) -> Metric | Metrics:
    """Share of customers who came through, or gave, a recommendation.

    Parameters
    ----------
    customers : frame
        Columns ``customer_id`` (unique) and ``referred_by`` (a customer_id, missing for the others).
    of : {'arrivals', 'referrers'}
        Those who were recommended to us, or those who recommended us to at least one customer in the table.
    by, minimum, confidence
        As in `rapport.metrics.rates.share`; groups are those of the customer counted.
    """
    frame = engines.wrap(customers)
    engines.require(frame, "customers", "customer_id", "referred_by")
    if of == "arrivals":
        hit, about = ~nw.col("referred_by").is_null(), WORDS["referral_arrivals"]
    elif of == "referrers":
        (seen,) = engines.temporary(frame, "seen")
        givers = frame.filter(~nw.col("referred_by").is_null()).select(nw.col("referred_by").alias("customer_id")).unique()
        frame = frame.join(givers.with_columns(nw.lit(1).alias(seen)), on="customer_id", how="left")
        hit, about = ~nw.col(seen).is_null(), WORDS["referral_referrers"]
    else:
        raise MetricError(say("no_such_of", metric="referral_rate", found=f"of={of!r}", one="'arrivals'", other="'referrers'"))
    return share(frame, WORDS["referral"], about, hit, by=by, minimum=minimum, confidence=confidence)


def contact_fatigue(messages: Any, *, outcome: str = "opted_out", period: str = "month", most: int = 8, minimum: int = 1, confidence: float = 0.95) -> Metrics:
    """Outcome by how often a customer was written to in the same period.

    Parameters
    ----------
    messages : frame
        Columns ``customer_id``, ``day`` (date) and the outcome, 0/1 or boolean, such as ``opted_out`` or ``responded``.
    outcome : str
        Column of the outcome; a customer and period counts when it is 1 for any message in it.
    period : {'day', 'week', 'month', 'quarter', 'year'}
        Calendar period; weeks begin on Monday.
    most : int
        Customers written to this often or more form one group.

    Returns
    -------
    Metrics
        One row per number of messages; compare with care: who is written to more was seldom drawn by lot.
    """
    frame = engines.wrap(messages)
    engines.require(frame, "messages", "customer_id", "day", outcome)
    spell, sent, hit = engines.temporary(frame, "spell", "sent", "hit")
    frame = engines.add_period(frame, "day", period, spell, "messages")
    bad = tally(frame, None, bad=ones(~binary(frame, outcome)))[0][1]["bad"]
    if bad:
        raise MetricError(say("rows_at_fault", name="contact_fatigue", count=bad, what=not_binary(outcome)))
    value = nw.when(engines.flag(frame, outcome)).then(nw.lit(1)).otherwise(nw.lit(0))
    frame = frame.filter(~nw.col("customer_id").is_null() & ~nw.col(spell).is_null()).with_columns(value.alias(hit))
    spells = frame.group_by("customer_id", spell).agg(nw.len().alias(sent), nw.col(hit).max().alias("any_hit"))
    capped = spells.with_columns(nw.when(nw.col(sent) >= most).then(nw.lit(most)).otherwise(nw.col(sent)).cast(nw.Int64).alias("messages"))
    about = WORDS.say(f"fatigue_{period}", outcome=outcome, most=number(most))
    found = share(capped, WORDS["fatigue"], about, nw.col("any_hit") == 1, by="messages", minimum=minimum, confidence=confidence)
    return Metrics(tuple(sorted(found.rows, key=lambda row: int(row.labels[0][1]))))


def funnel(events: Any, steps: Sequence[str], *, confidence: float = 0.95) -> Metrics:
    """Customers who reach each step after all the steps before it.

    Parameters
    ----------
    events : frame
        Columns ``customer_id``, ``step`` and ``moment`` (date or time; anything that sorts in time).
    steps : sequence of str
        In order, at least two, each once. A customer reaches a step at its first event not earlier than the step before.

    Returns
    -------
    Metrics
        One row per step, labelled with its place and name: customers who reached it, of those who reached the one before (the
        first: of all customers with an event).
    """
    steps = list(steps)
    if len(steps) < 2 or len(set(steps)) < len(steps):
        raise MetricError(say("steps_not_two", metric="funnel", steps=steps))
    frame = engines.wrap(events)
    engines.require(frame, "events", "customer_id", "step", "moment")
    frame = frame.filter(~nw.col("customer_id").is_null() & ~nw.col("moment").is_null()).select("customer_id", "step", "moment")
    reached = [f"reached_{place}" for place in range(len(steps))]
    for place, step in enumerate(steps):
        here = nw.col("step") == step
        if place:
            here = here & ~nw.col(reached[place - 1]).is_null() & (nw.col("moment") >= nw.col(reached[place - 1]))
        frame = frame.with_columns(nw.when(here).then(nw.col("moment")).alias("candidate"))
        frame = frame.with_columns(nw.col("candidate").min().over("customer_id").alias(reached[place])).drop("candidate")
    people = frame.group_by("customer_id").agg(*(nw.col(each).min() for each in reached))
    (_, counts), = tally(people, None, everybody=ones(), **{each: ones(~nw.col(each).is_null()) for each in reached})
    before, results = counts["everybody"], []
    for place, (step, each) in enumerate(zip(steps, reached, strict=True)):
        about = WORDS["funnel_says"]
        n = counts[each]
        results.append(fraction(WORDS["funnel"], about, n, before, labels=(("step", f"{place + 1} {step}"),), confidence=confidence))
        before = n
    return Metrics(tuple(results))


def day_number(day: date, name: str) -> int:
    """Days since 1970-01-01 of a date argument."""
    if not isinstance(day, date):
        raise MetricError(say("no_day", name=name, found=repr(day), type="datetime.date", example="date(2026, 6, 30)"))
    return day.toordinal() - date(1970, 1, 1).toordinal()
