"""The columns that metrics expect, declared once, and the check of your own table against them: all faults at once,
each with column, rows, what was found, what is allowed and how to mend or map it."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Any, Literal

import narwhals as nw
from pydantic import BaseModel, ConfigDict

from rapport.metrics import engines
from rapport.metrics.rates import day_number, ones, tally
from rapport.metrics.result import MetricError

# Above this, sums over millions of rows may leave 64 bits; and no order is worth ten thousand million.
MOST_MINOR = 10**12


class Column(BaseModel):
    """One documented column.

    Parameters
    ----------
    name, meaning, unit : str
    kind : {'id', 'text', 'whole', 'flag', 'date', 'moment'}
        ``id`` is text or a whole number; ``flag`` is 0/1 or boolean; ``date`` has no time of day, ``moment`` has one, with its zone.
    required, unique, blank : bool
        Whether the column must be there, every value occur once, and a value may be missing.
    low, high : int, optional
        Least and greatest value.
    after : str
        A date or moment column of the same table that this one may not precede.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str
    kind: Literal["id", "text", "whole", "flag", "date", "moment"]
    meaning: str
    unit: str = ""
    required: bool = True
    unique: bool = False
    blank: bool = False
    low: int | None = None
    high: int | None = None
    after: str = ""


def _column(name: str, kind: str, meaning: str, **more: Any) -> Column:
    return Column(name=name, kind=kind, meaning=meaning, **more)


_CUSTOMER = _column("customer_id", "id", "who it is about")
_MARKET = _column("market", "text", "market whose hours and calendar count", required=False)
TABLES: dict[str, tuple[Column, ...]] = {
    "orders": (
        _column("order_id", "id", "key of the table", unique=True, required=False),
        _CUSTOMER,
        _column("day", "date", "day of the order, by the customer's clock"),
        _column("amount_minor", "whole", "price paid; negative for a refund", unit="minor units", low=-MOST_MINOR, high=MOST_MINOR),
        _column("currency", "text", "one code, such as EUR", required=False),
        _column("refunded", "flag", "1 when the whole order was given back; it then counts for nothing", required=False, blank=True),
    ),
    "customers": (
        _column("customer_id", "id", "key of the table", unique=True),
        _column("start_day", "date", "first day as a customer"),
        _column("end_day", "date", "first day no longer one; missing while they stay", blank=True, after="start_day"),
        _MARKET,
        _column("referred_by", "id", "customer who recommended us; missing for the others", required=False, blank=True),
    ),
    "contacts": (
        _column("case_id", "id", "key of the table", unique=True, required=False),
        _CUSTOMER,
        _column("opened_at", "moment", "the customer first wrote or called"),
        _column("responded_at", "moment", "first answer by a person; missing while there is none", blank=True, after="opened_at"),
        _column("resolved_at", "moment", "solved; missing while open", blank=True, after="opened_at"),
        _column("touches", "whole", "contacts the customer needed so far", unit="contacts", low=1),
        _column("reopened", "flag", "opened again after it was solved"),
        _column("escalated", "flag", "went to someone higher up or outside"),
        _column("complaint", "flag", "it was a complaint"),
        _MARKET,
    ),
    "failures": (
        _CUSTOMER,
        _column("told_us", "flag", "the customer told us"),
        _column("recovered", "flag", "the customer said that the matter is settled"),
    ),
    "promises": (
        _CUSTOMER,
        _column("due", "date", "day by which it was promised"),
        _column("kept", "date", "day on which it was done; missing when not", blank=True),
    ),
    "surveys": (
        _CUSTOMER,
        _column("answered", "flag", "1 when an answer came back", required=False),
        _column("csat", "whole", "satisfaction, 1–5; missing where unanswered", blank=True, low=1, high=5, required=False),
        _column("nps", "whole", "likelihood to recommend, 0–10; missing where unanswered", blank=True, low=0, high=10, required=False),
        _column("effort", "whole", "“it was easy”, 1–7; missing where unanswered", blank=True, low=1, high=7, required=False),
        _MARKET,
    ),
    "answers": (
        _column("respondent_id", "id", "who answered"),
        _column("item", "text", "which question"),
        _column("rating", "whole", "the answer", blank=True),
    ),
    "messages": (
        _CUSTOMER,
        _column("day", "date", "day it was sent"),
        _column("opted_out", "flag", "the customer asked to hear no more", required=False),
        _column("responded", "flag", "the customer answered or bought", required=False),
    ),
    "events": (
        _CUSTOMER,
        _column("step", "text", "name of the step"),
        _column("moment", "moment", "when it happened"),
    ),
}


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: `rows` counts them, `where` names the first few, by position or by value."""

    column: str
    rows: int
    where: str
    found: str
    allowed: str
    mend: str

    def __str__(self) -> str:
        rows = f", {self.rows} row(s){f' ({self.where})' if self.where else ''}" if self.rows else ""
        return f"{self.column}{rows}: found {self.found}; allowed: {self.allowed}. {self.mend}"


@dataclass(frozen=True)
class Report:
    """What a check found: `faults` that must be mended, `notes` on rows that metrics leave out by rule."""

    table: str
    faults: tuple[Fault, ...]
    notes: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether there is no fault."""
        return not self.faults

    def raise_faults(self) -> None:
        """Raise all faults as one `MetricError`, or nothing."""
        if self.faults:
            raise MetricError(str(self))

    def __str__(self) -> str:
        head = f"{self.table}: fits the documented columns." if self.ok else f"{self.table}: {len(self.faults)} fault(s)."
        return "\n".join([head, *map(str, self.faults), *self.notes])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        heads = ("Column", "Rows", "Which", "Found", "Allowed", "What to do")
        body = "".join(
            "<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in (each.column, each.rows or "–", each.where or "–", each.found, each.allowed, each.mend)) + "</tr>"
            for each in self.faults
        )
        caption = escape(" ".join([str(Report(self.table, ()) if self.ok else f"{self.table}: {len(self.faults)} fault(s)."), *self.notes]))
        head = "".join(f'<th scope="col">{each}</th>' for each in heads)
        return f'<table class="rapport-metric"><caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def columns(table: str) -> tuple[Column, ...]:
    """The documented columns of a table.

    Raises
    ------
    MetricError
        For a table that is not documented; the message names those that are.
    """
    if table not in TABLES:
        raise MetricError(f"no documented table {table!r}; there are {', '.join(TABLES)}.")
    return TABLES[table]


def rename(table: Any, **names: str) -> Any:
    """The table with your columns under the documented names: ``rename(orders, customer_id="Kunde", day="Datum")``."""
    frame = engines.wrap(table)
    engines.require(frame, "table", *names.values())
    return frame.rename({old: new for new, old in names.items()}).to_native()


def validate(table: Any, kind: str, *, as_of: date | None = None) -> Report:
    """Hold a table against the documented columns.

    Parameters
    ----------
    table : frame
        pandas, Polars, DuckDB or Spark.
    kind : str
        Which documented table it is, such as ``"orders"``.
    as_of : date, optional
        Dates and moments after this day are faults.

    Returns
    -------
    Report
        All faults at once. Columns that are not documented are left alone.
    """
    expected = columns(kind)
    frame = engines.wrap(table)
    names = [str(name) for name in frame.collect_schema()]
    faults = _twins(names)
    for column in expected:
        if column.name not in names and column.required:
            near = difflib.get_close_matches(column.name, [name for name in names if name not in {each.name for each in expected}], 1, 0.4)
            hint = f"{column.name}={near[0]!r}" if near else f"{column.name}='your column'"
            faults.append(Fault(column.name, 0, "", f"no such column (there are {', '.join(names) or 'none'})", f"{column.kind}, {column.meaning}", f"Map yours: rapport.metrics.rename(table, {hint})."))
    if any(fault.found == "the same name in another case" for fault in faults):
        return Report(kind, tuple(faults))
    checks: dict[str, tuple[Column, nw.Expr, str, str, str]] = {}
    sound: dict[str, Any] = {}
    for column in expected:
        if column.name in names:
            fault, frame = _typed(frame, column, kind, sound)
            if fault:
                faults.append(fault)
                sound.pop(column.name, None)
    for column in (each for each in expected if each.name in sound):
        for number, (test, found, allowed, mend) in enumerate(_conditions(frame, column, sound, as_of)):
            checks[f"{column.name}_{number}"] = (column, test, found, allowed, mend)
    counts = tally(frame, None, rows=ones(), **{key: ones(check[1]) for key, check in checks.items()})[0][1]
    for key, (column, test, found, allowed, mend) in checks.items():
        if counts[key]:
            faults.append(Fault(column.name, counts[key], _where(frame, test, column.name), found, allowed, mend))
    for column in expected:
        if column.unique and column.name in sound:
            again = frame.filter(~nw.col(column.name).is_null()).group_by(column.name).agg(nw.len().alias("rapport_times")).filter(nw.col("rapport_times") > 1)
            double = engines.rows(again)
            if double:
                shown = sorted(str(row[column.name]) for row in double)[:3]
                faults.append(Fault(column.name, sum(row["rapport_times"] for row in double), "values " + ", ".join(shown), "the same value in several rows", "every value once", "Keep one row of each, or merge them."))
    order = {column.name: place for place, column in enumerate(expected)}
    faults.sort(key=lambda fault: order.get(fault.column, -1))
    return Report(kind, tuple(faults), _notes(frame, kind, sound, counts["rows"]))


def _twins(names: list[str]) -> list[Fault]:
    folded = [name.casefold() for name in names]
    return [
        Fault(name, 0, "", "the same name in another case", "names that differ in more than case", "Rename or drop one: SQL engines take them for one column.")
        for place, name in enumerate(names) if folded.index(folded[place]) != place
    ]  # fmt: skip


def _typed(frame: Any, column: Column, kind: str, sound: dict[str, Any]) -> tuple[Fault | None, Any]:
    """A fault of the column's type, else its expression in `sound`: the value, a day number or a minute number."""
    dtype, name = frame.collect_schema()[column.name], column.name
    said = f"values of type {dtype}"
    if column.kind in ("date", "moment"):
        made = f"rapport_{'day' if column.kind == 'date' else 'minute'}_{name}"
        try:
            frame = (engines.add_day if column.kind == "date" else engines.add_minute)(frame, name, made, kind)
        except MetricError as error:
            if column.kind == "date":
                return Fault(name, 0, "", said, "dates", str(error)), frame
            mixed = " (perhaps mixed time zones)" if dtype == nw.Object else ""
            return Fault(name, 0, "", said + mixed, "times with a zone", "In pandas: pandas.to_datetime(column, utc=True) once you know the zone of each; a time without a zone must be given one first."), frame
        sound[name] = nw.col(made)
        return None, frame
    right = {
        "id": dtype.is_integer() or dtype == nw.String, "text": dtype == nw.String or dtype == nw.Object,
        "whole": dtype.is_integer() or dtype.is_float(), "flag": dtype == nw.Boolean or dtype.is_integer() or dtype.is_float(),
    }[column.kind]  # fmt: skip
    if not right:
        allowed = {"id": "text or whole numbers", "text": "text", "whole": "whole numbers", "flag": "0 and 1, or booleans"}[column.kind]
        lost = " Ids read as decimals have lost digits above 2**53: read the file again with that column as text." if column.kind == "id" and dtype.is_float() else ""
        return Fault(name, 0, "", said, allowed, f"Convert the column, for example in pandas with astype({'str' if column.kind in ('id', 'text') else 'int'!r}).{lost}"), frame
    sound[name] = engines.blank(frame, name)
    return None, frame


def _conditions(frame: Any, column: Column, sound: dict[str, Any], as_of: date | None):
    """(rows at fault, found, allowed, what to do) for every rule of a column."""
    value, dtype = sound[column.name], frame.collect_schema()[column.name]
    absent = value.is_null()
    if not column.blank:
        yield absent, "missing values", "a value in every row", "Fill them in, or drop these rows and say how many."
    if column.kind in ("id", "text") and dtype == nw.String:
        yield ~absent & (nw.col(column.name).str.strip_chars() == ""), "empty text", "a value", "Make it missing, or fill it in."
    if column.kind == "flag" and dtype != nw.Boolean:
        yield ~absent & (value != 0) & (value != 1), "numbers other than 0 and 1", "0 for no, 1 for yes", "Recode them."
    if column.kind == "whole":
        if dtype.is_float():
            yield ~absent & ((value % 1 != 0) | (value > 2.0**53) | (value < -(2.0**53))), "fractions, or numbers too large for decimals", "whole numbers", "Money is in minor units: multiply by 100 (or 1, or 1000: it depends on the currency), round, convert to whole numbers."
            if column.name == "amount_minor":
                yield ~absent, f"decimals ({dtype})", "whole numbers", "Convert with round() and astype('int64'): sums of decimals differ from engine to engine."
        if column.low is not None:
            yield ~absent & (value < column.low), f"numbers below {column.low}", _span(column), "Mend them, or make them missing."
        if column.high is not None:
            yield ~absent & (value > column.high), f"numbers above {column.high}", _span(column), "Mend them, or make them missing."
    if column.kind in ("date", "moment"):
        if as_of is not None:
            last = day_number(as_of, "as_of") if column.kind == "date" else (day_number(as_of, "as_of") + 1) * 24 * 60 - 1
            yield ~absent & (value > last), f"dates after {as_of}", f"dates up to {as_of}", "Mend them: a typing slip, or day and month swapped."
        if column.after and column.after in sound:
            yield ~absent & ~sound[column.after].is_null() & (value < sound[column.after]), f"a time before {column.after}", f"not earlier than {column.after}", "Mend one of the two."


def _span(column: Column) -> str:
    return f"{column.low if column.low is not None else 'any'} to {column.high if column.high is not None else 'any'}"


def _where(frame: Any, test: nw.Expr, name: str) -> str:
    """The first rows at fault: positions where rows have them, else the values."""
    if isinstance(frame, nw.DataFrame):
        met = frame.with_row_index("rapport_row").filter(test).head(5)
        return "rows " + ", ".join(str(row["rapport_row"]) for row in engines.rows(met.select("rapport_row")))
    met = engines.rows(frame.filter(test).select(nw.col(name).cast(nw.String)).head(3))  # as text: DuckDB gives zoned times only with pytz
    return "such as " + ", ".join(sorted({str(row[name]) for row in met}))


def _notes(frame: Any, kind: str, sound: dict[str, Any], rows: int) -> tuple[str, ...]:
    if not rows:
        return ("The table is empty.",)
    if kind != "orders" or "amount_minor" not in sound:
        return ()
    negative = tally(frame, None, n=ones(~sound["amount_minor"].is_null() & (sound["amount_minor"] < 0)))[0][1]["n"]
    return (f"{negative} of {rows} rows are refunds (negative): they reduce money and are no purchases.",) if negative else ()
