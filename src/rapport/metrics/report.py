"""A file of your own, measured: held against the documented columns, then every figure that its columns allow.
Files are read by DuckDB in place, so they may be larger than memory; a text becomes its documented type here, or a fault that says which cannot."""

from __future__ import annotations

import difflib
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from rapport.metrics import orders as order_tables
from rapport.metrics import own_data, rates, retention, surveys
from rapport.metrics.engines import quoted
from rapport.metrics.own_data import Column, Fault, Report
from rapport.metrics.own_words import WORDS, say
from rapport.metrics.result import Metric, MetricError, Metrics

SUFFIXES = {".parquet": "read_parquet", ".csv": "read_csv", ".tsv": "read_csv"}
REBUY_DAYS = 90
CUT_BY = {"contacts": "opened_at", "promises": "due", "messages": "day"}  # orders and customers stay whole: their figures look at what was before


@dataclass(frozen=True)
class Asked:
    """What is wanted of a file.

    Parameters
    ----------
    start, end : date, optional
        The period; defaults to the first and last day of the orders or promises. Contacts, promises and messages are cut to it.
    by : str, optional
        Column whose groups get a figure each, where a metric has groups.
    minimum : int, optional
        Below this n a figure is refused (default: each metric's own bound).
    """

    start: date | None = None
    end: date | None = None
    by: str | None = None
    minimum: int | None = None

    def more(self, *, by: bool = True) -> dict[str, Any]:
        return ({"by": self.by} if by and self.by else {}) | ({"minimum": self.minimum} if self.minimum is not None else {})


@dataclass(frozen=True)
class Offer:
    """One figure (or table) that a documented table allows: its name, the columns it needs, whether it needs a period."""

    name: str
    table: str
    needs: tuple[str, ...]
    make: Callable[[Any, Asked], Any]
    period: str = ""  # "end", or "start and end"


def _rebuy(table: Any, asked: Asked) -> Metric:
    return retention.repeat_purchase_rate(table, start=asked.start, end=asked.end, within_days=REBUY_DAYS, **asked.more(by=False))  # type: ignore[arg-type]


OFFERS: tuple[Offer, ...] = (
    Offer("repeat_purchase_rate", "orders", ("customer_id", "day", "amount_minor"), _rebuy, "start and end"),
    Offer("orders_per_period", "orders", ("customer_id", "day", "amount_minor"), lambda table, asked: order_tables.orders_per_period(table, end=asked.end), "end"),
    Offer("cohort_table", "orders", ("customer_id", "day", "amount_minor"), lambda table, asked: order_tables.cohort_table(table, end=asked.end), "end"),
    Offer("rfm", "orders", ("customer_id", "day", "amount_minor"), lambda table, asked: order_tables.rfm(table, end=asked.end), "end"),
    Offer("purchase_summary", "orders", ("customer_id", "day", "amount_minor"), lambda table, asked: order_tables.purchase_summary(table, end=asked.end), "end"),
    Offer("retention_rate", "customers", ("start_day", "end_day"), lambda table, asked: retention.retention_rate(table, start=asked.start, end=asked.end, **asked.more()), "start and end"),
    Offer("churn_rate", "customers", ("start_day", "end_day"), lambda table, asked: retention.churn_rate(table, start=asked.start, end=asked.end, **asked.more()), "start and end"),
    Offer("referral_rate", "customers", ("customer_id", "referred_by"), lambda table, asked: rates.referral_rate(table, **asked.more())),
    Offer("first_contact_resolution", "contacts", ("resolved_at", "touches", "reopened"), lambda table, asked: rates.first_contact_resolution(table, **asked.more())),
    Offer("reopen_rate", "contacts", ("resolved_at", "reopened"), lambda table, asked: rates.reopen_rate(table, **asked.more())),
    Offer("escalation_rate", "contacts", ("escalated",), lambda table, asked: rates.escalation_rate(table, **asked.more())),
    Offer("complaint_rate", "contacts", ("complaint",), lambda table, asked: rates.complaint_rate(table, **asked.more())),
    Offer("recovery_rate", "failures", ("told_us", "recovered"), lambda table, asked: rates.recovery_rate(table, **asked.more())),
    Offer("kept_promise_ratio", "promises", ("due", "kept"), lambda table, asked: rates.kept_promise_ratio(table, as_of=asked.end, **asked.more()), "end"),  # type: ignore[arg-type]
    Offer("csat", "surveys", ("csat",), lambda table, asked: surveys.csat(table, **asked.more())),
    Offer("nps", "surveys", ("nps",), lambda table, asked: surveys.nps(table, **asked.more())),
    Offer("customer_effort", "surveys", ("effort",), lambda table, asked: surveys.customer_effort(table, **asked.more())),
    Offer("response_rate", "surveys", ("answered",), lambda table, asked: surveys.response_rate(table, **asked.more())),
    Offer("contact_fatigue", "messages", ("customer_id", "day", "opted_out"), lambda table, asked: rates.contact_fatigue(table, **asked.more(by=False))),
)  # fmt: skip
TABLES = tuple(dict.fromkeys(offer.table for offer in OFFERS))
LONG = ("cohort_table", "rfm", "purchase_summary", "orders_per_period")  # tables of many rows: made only when asked for by name


def open_file(path: Path, names: Mapping[str, str] | None = None) -> Any:
    """A file as a DuckDB relation with your columns under the documented names.

    Parameters
    ----------
    path : Path
        Parquet or CSV; read in place.
    names : mapping of str to str, optional
        Documented name to your column's name.

    Raises
    ------
    MetricError
        A missing file, another ending, a file that is not what its ending says, or a column to map that is not there.
    """
    import duckdb

    if path.suffix.lower() not in SUFFIXES:
        raise MetricError(say("other_ending", path=path, ending=path.suffix or WORDS["no_ending"], endings=", ".join(SUFFIXES)))
    if not path.is_file():
        raise MetricError(say("is_folder" if path.is_dir() else "no_file", path=path))
    if not path.stat().st_size:
        raise MetricError(say("empty_file", path=path))
    connection = duckdb.connect(config={"temp_directory": tempfile.gettempdir()})
    reader = SUFFIXES[path.suffix.lower()]
    # Types are not guessed from a sample: 007 stays an id, and a bad date in the last line is a fault and no failure.
    as_text = {"all_varchar": True, "header": True} if reader == "read_csv" else {}
    try:
        table = getattr(connection, reader)(str(path), **as_text)
        table.limit(1).aggregate("count(*)").fetchall()  # counts a row and shows none: times with a zone would need pytz
    except duckdb.Error as error:
        raise MetricError(say("unreadable", path=path, format=path.suffix[1:].upper(), error=str(error).splitlines()[0])) from None
    if names:
        covered = [name for name, yours in names.items() if name in table.columns and name != yours and yours in table.columns]
        if covered:  # yours takes the place of a column that has the documented name already
            table = table.select(*(column for column in table.columns if column not in covered))
        return own_data.rename(table, **{name: yours for name, yours in names.items() if name != yours})
    return table


def kind_of(path: Path, table: Any) -> str:
    """Which documented table a file is: by its name, else by its columns.

    Raises
    ------
    MetricError
        When neither tells; names the tables there are.
    """
    stem = path.stem.lower()
    if stem in TABLES:
        return stem
    there = set(table.columns)
    required = {kind: {column.name for column in own_data.columns(kind) if column.required} for kind in TABLES}
    fitting = [kind for kind in TABLES if required[kind] <= there]
    closest = [kind for kind in fitting if len(required[kind]) == max(len(required[each]) for each in fitting)]
    if len(closest) == 1:
        return closest[0]
    why = "fits_several" if fitting else "fits_none"
    raise MetricError(say(why, path=path, tables=", ".join(TABLES[:-1]), last=TABLES[-1], fitting=", ".join(fitting), columns=", ".join(table.columns), option="--table"))


# For each documented kind the words for texts that are none and for what is allowed, an example, and the types to try: SQL type and the pattern of its texts.
_READ: dict[str, tuple[str, str, str, tuple[tuple[str, str], ...]]] = {
    "date": ("no_date", "no_date_allowed", "2026-06-30", (("DATE", r"\d{4}-\d\d-\d\d([ T]00:00(:00([.]0+)?)?)?"),)),
    "moment": (
        "no_moment", "no_moment_allowed", "2026-06-30 14:05+02:00",
        (("TIMESTAMPTZ", r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d.*(Z|UTC|[+-]\d\d(:?\d\d)?)"),),
    ),
    "whole": ("no_whole", "whole_allowed", "", (("BIGINT", r"[+-]?\d{1,18}"), ("DOUBLE", ".*"))),
    "flag": ("no_flag", "not_binary_allowed", "", (("BOOLEAN", "(?i)true|false"), ("BIGINT", r"[+-]?\d{1,18}"), ("DOUBLE", ".*"))),
}  # fmt: skip


def held(table: Any, kind: str, wanted: Sequence[str] = ()) -> tuple[Any, Report]:
    """The table with its texts in their documented types, and everything about it that hinders a figure.

    A documented column that is missing is no fault while some figure can do without it; with `wanted` figures only their
    columns matter.

    Returns
    -------
    (relation, Report)
        All faults at once; a column whose texts are faulty is not in the relation.
    """
    there = list(table.columns)
    expected = own_data.columns(kind)
    table, spoilt = _in_types(table, expected)
    told = {fault.column for fault in spoilt}
    found = own_data.validate(table, kind)
    free = [name for name in there if name not in {column.name for column in expected}]
    faults = [*spoilt, *(_mapped(fault, there, free) for fault in found.faults if fault.column not in told)]
    offers = [offer for offer in OFFERS if offer.table == kind]
    needed = {name for offer in offers if offer.name in wanted for name in offer.needs}
    possible = any(set(offer.needs) <= set(there) for offer in offers)
    faults = [fault for fault in faults if (fault.column in needed if wanted else not fault.absent or not possible)]
    order = {column.name: place for place, column in enumerate(expected)}
    return table, Report(kind, tuple(sorted(faults, key=lambda fault: order.get(fault.column, -1))), found.notes)


def _in_types(table: Any, expected: Sequence[Column]) -> tuple[Any, list[Fault]]:
    """Text columns in their documented types, and the faults of those that hold something else; one pass counts for all."""
    types = dict(zip(table.columns, map(str, table.types), strict=True))
    texts = [column for column in expected if types.get(column.name) == "VARCHAR" and column.kind in _READ]
    if not texts:
        return table, []
    misses = {
        column.name: [
            f"trim({quoted(column.name)}) <> '' AND NOT (regexp_full_match(trim({quoted(column.name)}), '{pattern}') AND try_cast(trim({quoted(column.name)}) AS {sql}) IS NOT NULL)"
            for sql, pattern in _READ[column.kind][3]
        ]
        for column in texts
    }  # fmt: skip
    counts = iter(table.aggregate(", ".join(f"count(*) FILTER ({miss})" for each in misses.values() for miss in each)).fetchall()[0])
    made, faults = {name: quoted(name) for name in table.columns}, []
    for column in texts:
        fault, allowed, example, tries = _READ[column.kind]
        missed = [next(counts) for _ in tries]
        best = min(range(len(tries)), key=lambda place: missed[place])
        if missed[best]:
            some = table.filter(misses[column.name][best]).project(quoted(column.name)).limit(3).fetchall()
            where = say("such_as", values=", ".join(sorted({repr(value) for (value,) in some})))
            faults.append(Fault(column.name, missed[best], where, say(fault, yes="true", no="false"), say(allowed, example=example), WORDS[f"{fault}_mend"]))
            del made[column.name]
        else:
            made[column.name] = f"try_cast(trim({quoted(column.name)}) AS {tries[best][0]})"
    return table.project(", ".join(f"{sql} AS {quoted(name)}" for name, sql in made.items()) or "1 AS nothing"), faults


def _mapped(fault: Fault, there: Sequence[str], free: Sequence[str]) -> Fault:
    """A fault of a missing column in the command's own words; `free` are columns that stand for nothing yet."""
    if not fault.absent:
        return fault
    near = difflib.get_close_matches(fault.column, free, 1, 0.52)
    return replace(fault, found=say("absent", columns=", ".join(there)), mend=say("absent_mend", call=f"--map {fault.column}={near[0] if near else WORDS['yours']}"))


def within(table: Any, kind: str, asked: Asked) -> Any:
    """The rows of the period that was asked for, by UTC where the table holds moments.

    Raises
    ------
    MetricError
        When a period is asked of a table that has no day to cut it by.
    """
    if not (asked.start or asked.end) or kind in ("orders", "customers"):
        return table
    column = CUT_BY.get(kind)
    if column not in table.columns:
        raise MetricError(say("no_cut_column" if column else "no_cut_day", table=kind, column=column, start="--start", end="--end"))
    day = f"({quoted(column)} AT TIME ZONE 'UTC')::DATE" if kind == "contacts" else f"{quoted(column)}::DATE"
    ends = [f"{day} {sign} DATE '{bound}'" for sign, bound in ((">=", asked.start), ("<=", asked.end)) if bound]
    return table.filter(" AND ".join(ends))


def with_period(table: Any, kind: str, asked: Asked) -> Asked:
    """`asked` with the period that the file itself gives, where none was named: first and last day of its orders or promises."""
    column = {"orders": "day", "promises": "due"}.get(kind)
    if column is None or column not in table.columns or (asked.start and asked.end):
        return asked
    first, last = table.aggregate(f'min("{column}")::DATE, max("{column}")::DATE').fetchall()[0]
    return replace(asked, start=asked.start or first, end=asked.end or last) if first else asked


def measure(table: Any, kind: str, asked: Asked, wanted: Sequence[str] = ()) -> Iterator[tuple[str, Metric | Metrics | Any | str]]:
    """Every figure that a checked table allows, or those `wanted`; what cannot be made comes as a sentence that says why.

    Yields
    ------
    (name, result)
        A `Metric`, several of them, a DuckDB relation for a long table, or a sentence.

    Raises
    ------
    MetricError
        For a name that this table does not offer, a column to split by that is not there, or a period that cannot be cut.
    """
    offers = [offer for offer in OFFERS if offer.table == kind]
    if unknown := [name for name in wanted if name not in {offer.name for offer in offers}]:
        raise MetricError(say("no_metric", table=kind, metric=repr(unknown[0]), metrics=", ".join(offer.name for offer in offers)))
    if asked.by and asked.by not in table.columns:
        raise MetricError(say("no_split", table=kind, column=repr(asked.by), columns=", ".join(table.columns)))
    table = within(table, kind, asked)
    for offer in offers:
        if offer.name not in wanted if wanted else offer.name in LONG:
            continue
        lacking = [column for column in offer.needs if column not in table.columns]
        missing = [f"--{part}" for part in ("start", "end") if part in offer.period and getattr(asked, part) is None]
        if lacking:
            yield offer.name, say("needs_column", columns=", ".join(lacking))
        elif missing:
            yield offer.name, say("needs_days" if len(missing) > 1 else "needs_day", option=missing[0], first=missing[0], second=missing[-1], example=date(2026, 1, 1))
        elif offer.name == "repeat_purchase_rate" and asked.end - asked.start < timedelta(REBUY_DAYS):  # type: ignore[operator]
            yield offer.name, say("needs_longer", days=REBUY_DAYS)
        else:
            made = offer.make(table, asked)
            yield offer.name, made.order(", ".join(f'"{column}"' for column in made.columns[:2])) if offer.name in LONG else made
