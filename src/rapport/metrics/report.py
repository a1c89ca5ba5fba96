"""A file of your own, measured: held against the documented columns, then every figure that its columns allow.
Files are read by DuckDB in place, so they may be larger than memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from rapport.metrics import orders as order_tables
from rapport.metrics import own_data, rates, retention, surveys
from rapport.metrics.result import Metric, MetricError, Metrics

SUFFIXES = {".parquet": "read_parquet", ".csv": "read_csv", ".tsv": "read_csv"}
REBUY_DAYS = 90


@dataclass(frozen=True)
class Asked:
    """What is wanted of a file.

    Parameters
    ----------
    start, end : date, optional
        The period; `end` defaults to the last day of the orders or promises.
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
    Offer("first_contact_resolution", "contacts", ("resolved_at", "touches"), lambda table, asked: rates.first_contact_resolution(table, **asked.more())),
    Offer("reopen_rate", "contacts", ("reopened",), lambda table, asked: rates.reopen_rate(table, **asked.more())),
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
        raise MetricError(f"{path}: found a file ending in {path.suffix or 'nothing'}; allowed are {', '.join(SUFFIXES)}.")
    if not path.is_file():
        raise MetricError(f"{path}: {'is a folder' if path.is_dir() else 'there is no such file'}; name a Parquet or CSV file.")
    if not path.stat().st_size:
        raise MetricError(f"{path}: the file is empty; it needs at least a line with the names of its columns.")
    connection = duckdb.connect()
    try:
        table = getattr(connection, SUFFIXES[path.suffix.lower()])(str(path))
        table.limit(1).aggregate("count(*)").fetchall()  # counts a row and shows none: times with a zone would need pytz
    except duckdb.Error as error:
        raise MetricError(f"{path}: cannot be read as {path.suffix[1:].upper()}: {str(error).splitlines()[0]}") from None
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
    why = f"its columns fit {', '.join(fitting)}" if fitting else f"its columns ({', '.join(table.columns)}) fit none of them"
    raise MetricError(f"{path}: is it {', '.join(TABLES[:-1])} or {TABLES[-1]}? Its name does not say, and {why}. Say so with --table.")


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
        For a name that this table does not offer.
    """
    offers = [offer for offer in OFFERS if offer.table == kind]
    if unknown := [name for name in wanted if name not in {offer.name for offer in offers}]:
        raise MetricError(f"{kind} have no metric {unknown[0]!r}; there are {', '.join(offer.name for offer in offers)}.")
    for offer in offers:
        if offer.name not in wanted if wanted else offer.name in LONG:
            continue
        lacking = [column for column in offer.needs if column not in table.columns]
        missing = [f"--{part}" for part in ("start", "end") if part in offer.period and getattr(asked, part) is None]
        if lacking:
            yield offer.name, f"left out: needs the column {', '.join(lacking)}."
        elif missing:
            yield offer.name, f"left out: needs {' and '.join(missing)} (a date, such as {date(2026, 1, 1)})."
        elif offer.name == "repeat_purchase_rate" and asked.end - asked.start < timedelta(REBUY_DAYS):  # type: ignore[operator]
            yield offer.name, f"left out: needs at least {REBUY_DAYS} days between start and end."
        else:
            made = offer.make(table, asked)
            yield offer.name, made.order(", ".join(f'"{column}"' for column in made.columns[:2])) if offer.name in LONG else made
