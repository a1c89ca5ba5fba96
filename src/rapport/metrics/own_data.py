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
from rapport.metrics.own_words import WORDS, say
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
    """A column whose meaning (and unit) are keys of `own_words`; `columns` puts the words in their place."""
    return Column(name=name, kind=kind, meaning=meaning, **more)


_CUSTOMER = _column("customer_id", "id", "who")
_MARKET = _column("market", "text", "market", required=False)
TABLES: dict[str, tuple[Column, ...]] = {
    "orders": (
        _column("order_id", "id", "key", unique=True, required=False),
        _CUSTOMER,
        _column("day", "date", "order_day"),
        _column("amount_minor", "whole", "amount", unit="minor_units", low=-MOST_MINOR, high=MOST_MINOR),
        _column("currency", "text", "currency", required=False),
        _column("refunded", "flag", "refunded", required=False, blank=True),
    ),
    "customers": (
        _column("customer_id", "id", "key", unique=True),
        _column("start_day", "date", "first_day"),
        _column("end_day", "date", "last_day", blank=True, after="start_day"),
        _MARKET,
        _column("referred_by", "id", "referrer", required=False, blank=True),
    ),
    "contacts": (
        _column("case_id", "id", "key", unique=True, required=False),
        _CUSTOMER,
        _column("opened_at", "moment", "opened"),
        _column("responded_at", "moment", "responded", blank=True, after="opened_at"),
        _column("resolved_at", "moment", "resolved", blank=True, after="opened_at"),
        _column("touches", "whole", "touches", unit="contacts", low=1),
        _column("reopened", "flag", "reopened"),
        _column("escalated", "flag", "escalated"),
        _column("complaint", "flag", "complaint"),
        _MARKET,
    ),
    "failures": (
        _CUSTOMER,
        _column("told_us", "flag", "told"),
        _column("recovered", "flag", "recovered"),
    ),
    "promises": (
        _CUSTOMER,
        _column("due", "date", "due"),
        _column("kept", "date", "kept", blank=True),
    ),
    "surveys": (
        _CUSTOMER,
        _column("answered", "flag", "answered", required=False),
        _column("csat", "whole", "csat", blank=True, low=1, high=5, required=False),
        _column("nps", "whole", "nps", blank=True, low=0, high=10, required=False),
        _column("effort", "whole", "effort", blank=True, low=1, high=7, required=False),
        _MARKET,
    ),
    "answers": (
        _column("respondent_id", "id", "respondent"),
        _column("item", "text", "item"),
        _column("rating", "whole", "rating", blank=True),
    ),
    "messages": (
        _CUSTOMER,
        _column("day", "date", "sent_day"),
        _column("opted_out", "flag", "opted_out", required=False),
        _column("responded", "flag", "reacted", required=False),
    ),
    "events": (
        _CUSTOMER,
        _column("step", "text", "step"),
        _column("moment", "moment", "step_moment"),
    ),
}


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: `rows` counts them, `where` names the first few, by position or by value; `absent` when the column is not there."""

    column: str
    rows: int
    where: str
    found: str
    allowed: str
    mend: str
    absent: bool = False

    def __str__(self) -> str:
        told = "fault_where" if self.rows and self.where else "fault_rows" if self.rows else "fault"
        return say(told, column=self.column, count=self.rows, where=self.where, found=self.found, allowed=self.allowed, mend=self.mend)


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

    @property
    def empty(self) -> bool:
        """Whether the table has no row."""
        return WORDS["empty_table"] in self.notes

    def raise_faults(self) -> None:
        """Raise all faults as one `MetricError`, or nothing."""
        if self.faults:
            raise MetricError(str(self))

    def __str__(self) -> str:
        return "\n".join([self._head(), *map(str, self.faults), *self.notes])

    __repr__ = __str__

    def _head(self) -> str:
        return say("fits", table=self.table) if self.ok else say("faults", table=self.table, count=len(self.faults))

    def _repr_html_(self) -> str:
        heads = [WORDS[f"head_{name}"] for name in ("column", "rows", "where", "found", "allowed", "mend")]
        body = "".join(
            "<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in (each.column, each.rows or "–", each.where or "–", each.found, each.allowed, each.mend)) + "</tr>"
            for each in self.faults
        )
        caption = escape(" ".join([self._head(), *self.notes]))
        head = "".join(f'<th scope="col">{each}</th>' for each in heads)
        return f'<table class="rapport-metric"><caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def columns(table: str) -> tuple[Column, ...]:
    """The documented columns of a table, their meanings in the reader's language.

    Raises
    ------
    MetricError
        For a table that is not documented; the message names those that are.
    """
    if table not in TABLES:
        raise MetricError(say("no_table", table=repr(table), tables=", ".join(TABLES)))
    return tuple(each.model_copy(update={"meaning": WORDS[each.meaning], "unit": each.unit and WORDS[each.unit]}) for each in TABLES[table])


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
    twins = _twins(names)
    faults = list(twins)
    for column in expected:
        if column.name not in names and column.required:
            near = difflib.get_close_matches(column.name, [name for name in names if name not in {each.name for each in expected}], 1, 0.4)
            hint = f"{column.name}={near[0]!r}" if near else f"{column.name}={WORDS['your_column']!r}"
            found, allowed = say("absent", columns=", ".join(names) or WORDS["none"]), say("absent_allowed", kind=WORDS[f"kind_{column.kind}"], meaning=column.meaning)
            faults.append(Fault(column.name, 0, "", found, allowed, say("absent_mend", call=f"rapport.metrics.rename(table, {hint})"), absent=True))
    if twins:
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
                faults.append(Fault(column.name, sum(row["rapport_times"] for row in double), say("values", values=", ".join(shown)), *(WORDS[each] for each in ("double", "double_allowed", "double_mend"))))
    order = {column.name: place for place, column in enumerate(expected)}
    faults.sort(key=lambda fault: order.get(fault.column, -1))
    return Report(kind, tuple(faults), _notes(frame, kind, sound, counts["rows"]))


def _twins(names: list[str]) -> list[Fault]:
    folded = [name.casefold() for name in names]
    return [
        Fault(name, 0, "", WORDS["twin"], WORDS["twin_allowed"], WORDS["twin_mend"])
        for place, name in enumerate(names) if folded.index(folded[place]) != place
    ]  # fmt: skip


def _typed(frame: Any, column: Column, kind: str, sound: dict[str, Any]) -> tuple[Fault | None, Any]:
    """A fault of the column's type, else its expression in `sound`: the value, a day number or a minute number."""
    dtype, name = frame.collect_schema()[column.name], column.name
    said = say("type", type=dtype)
    if column.kind in ("date", "moment"):
        made = f"rapport_{'day' if column.kind == 'date' else 'minute'}_{name}"
        try:
            frame = (engines.add_day if column.kind == "date" else engines.add_minute)(frame, name, made, kind)
        except MetricError as error:
            if column.kind == "date":
                return Fault(name, 0, "", said, WORDS["date_allowed"], str(error)), frame
            said = say("type_mixed", type=dtype) if dtype == nw.Object else said
            return Fault(name, 0, "", said, WORDS["moment_allowed"], say("moment_mend", function="pandas.to_datetime(column, utc=True)")), frame
        sound[name] = nw.col(made)
        return None, frame
    right = {
        "id": dtype.is_integer() or dtype == nw.String, "text": dtype == nw.String or dtype == nw.Object,
        "whole": dtype.is_integer() or dtype.is_float(), "flag": dtype == nw.Boolean or dtype.is_integer() or dtype.is_float(),
    }[column.kind]  # fmt: skip
    if not right:
        function = f"astype({'str' if column.kind in ('id', 'text') else 'int'!r})"
        mend = say("id_mend", function=function, limit="2**53") if column.kind == "id" and dtype.is_float() else say("type_mend", function=function)
        return Fault(name, 0, "", said, WORDS[f"{column.kind}_allowed"], mend), frame
    sound[name] = engines.blank(frame, name)
    return None, frame


def _conditions(frame: Any, column: Column, sound: dict[str, Any], as_of: date | None):
    """(rows at fault, found, allowed, what to do) for every rule of a column."""
    value, dtype = sound[column.name], frame.collect_schema()[column.name]
    absent = value.is_null()
    if not column.blank:
        yield absent, WORDS["missing"], WORDS["missing_allowed"], WORDS["missing_mend"]
    if column.kind in ("id", "text") and dtype == nw.String:
        yield ~absent & (nw.col(column.name).str.strip_chars() == ""), WORDS["empty"], WORDS["empty_allowed"], WORDS["empty_mend"]
    if column.kind == "flag" and dtype != nw.Boolean:
        yield ~absent & (value != 0) & (value != 1), WORDS["not_binary"], WORDS["not_binary_allowed"], WORDS["not_binary_mend"]
    if column.kind == "whole":
        if dtype.is_float():
            yield ~absent & ((value % 1 != 0) | (value > 2.0**53) | (value < -(2.0**53))), WORDS["fractions"], WORDS["whole_allowed"], WORDS["fractions_mend"]
            if column.name == "amount_minor":
                yield ~absent, say("decimals", type=dtype), WORDS["whole_allowed"], say("decimals_mend", round="round()", astype="astype('int64')")
        if column.low is not None:
            yield ~absent & (value < column.low), say("below", low=column.low), _range(column), WORDS["range_mend"]
        if column.high is not None:
            yield ~absent & (value > column.high), say("above", high=column.high), _range(column), WORDS["range_mend"]
    if column.kind in ("date", "moment"):
        if as_of is not None:
            last = day_number(as_of, "as_of") if column.kind == "date" else (day_number(as_of, "as_of") + 1) * 24 * 60 - 1
            yield ~absent & (value > last), say("late", day=as_of), say("late_allowed", day=as_of), WORDS["late_mend"]
        if column.after and column.after in sound:
            yield ~absent & ~sound[column.after].is_null() & (value < sound[column.after]), say("before", column=column.after), say("before_allowed", column=column.after), WORDS["before_mend"]


def _range(column: Column) -> str:
    return say("range" if None not in (column.low, column.high) else "range_up" if column.high is None else "range_down", low=column.low, high=column.high)


def _where(frame: Any, test: nw.Expr, name: str) -> str:
    """The first rows at fault: positions where rows have them, else the values."""
    if isinstance(frame, nw.DataFrame):
        met = frame.with_row_index("rapport_row").filter(test).head(5)
        return say("rows", rows=", ".join(str(row["rapport_row"]) for row in engines.rows(met.select("rapport_row"))))
    met = engines.rows(frame.filter(test).select(nw.col(name).cast(nw.String)).head(3))  # as text: DuckDB gives zoned times only with pytz
    return say("such_as", values=", ".join(sorted({str(row[name]) for row in met})))


def _notes(frame: Any, kind: str, sound: dict[str, Any], rows: int) -> tuple[str, ...]:
    if not rows:
        return (WORDS["empty_table"],)
    if kind != "orders" or "amount_minor" not in sound:
        return ()
    negative = tally(frame, None, n=ones(~sound["amount_minor"].is_null() & (sound["amount_minor"] < 0)))[0][1]["n"]
    return (say("refunds", negative=negative, rows=rows),) if negative else ()
