"""What a simulated book holds: every table and column declared once, the dictionary written from it,
and the writing of a book as files with checksums. Integers and strings only, so bytes agree on any processor."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from rapport.content import ContentError, write_bytes, write_text
from rapport.simulation.firm import DISCLAIMER

if TYPE_CHECKING:
    from rapport.simulation.aurora.tables import AuroraBook
    from rapport.simulation.measuring import MeasuringBook


class Column(NamedTuple):
    """One column of a table: `dtype` is ``int`` (int64) or ``str``; `unit` is empty where there is none."""

    table: str
    name: str
    dtype: str
    unit: str
    meaning: str


@dataclass(frozen=True)
class Book:
    """The tables of one simulated firm, as pandas frames; the columns are those of `describe_columns`."""

    customers: pd.DataFrame
    failures: pd.DataFrame
    trial: pd.DataFrame
    offers: pd.DataFrame
    steady: pd.DataFrame
    shipments: pd.DataFrame


TABLES = {
    "customers": "One row for each customer.",
    "failures": "Everything that went wrong in the year, as it happened: agents chose what to do, so groups are not alike.",
    "trial": "A randomised trial: owning or excuse × explanation × remedy × update streams, 36 cells of equal size.",
    "offers": "A second randomised trial: after a failure was put right, a credit of €0, €10, €20 or €40.",
    "steady": "Customers to whom nothing happened in the same half-year: what is usual without a failure.",
    "shipments": "What was shipped and what went wrong, week by week; `failures` lists the same failures one by one.",
}

_SEVERITY = ("severity", "int", "1–3", "how bad it was for the customer: 1 light, 3 severe")
_NEED = ("asked_need", "str", "", "the customer's own answer to “what would help most?”: voice, money, cause or speed")
_BEFORE = ("satisfaction_before", "int", "points 0–100", "satisfaction before the failure")
_AFTER = ("satisfaction_after", "int", "points 0–100", "satisfaction 30 days after the failure")
_REPURCHASED = ("repurchased", "int", "0/1", "bought again within 180 days")
_ESCALATED = ("escalated", "int", "0/1", "took it to someone higher up, or to a lawyer or a regulator")
_REMEDY = ("remedy", "str", "", "none, matched (of the same kind as the loss) or mismatched (of another kind)")
_CUSTOMER = ("customer_id", "str", "", "the customer, as in `customers`")

_COLUMNS = {
    "customers": (
        ("customer_id", "str", "", "C and a number; the key of this table"),
        ("market", "str", "", "market of the customer's address, two letters"),
        ("tenure_months", "int", "months", "time since the first order"),
        ("monthly_margin_cents", "int", "euro cents", "margin this customer brings in a month"),
        ("months_expected", "int", "months", "how long the firm expects the customer to stay, if nothing drives them away"),
    ),
    "failures": (
        ("failure_id", "str", "", "F and a number; the key of this table"),
        _CUSTOMER,
        ("market", "str", "", "market of the customer's address, as in `customers`"),
        ("day", "str", "ISO date", "the day it went wrong"),
        ("week", "int", "ISO week 1–52", "week of that day, as in `shipments`"),
        ("kind", "str", "", "what was lost: goods, billing (money), delivery or attention"),
        _SEVERITY,
        ("fault", "str", "", "whose doing it was: firm, courier or nobody"),
        ("told_us", "int", "0/1", "the customer complained; without that nobody could answer"),
        _NEED[:3] + ("the customer's own answer to “what would help most?”; “not_asked” where nobody answered the complaint",),
        ("answered", "int", "0/1", "the complaint got an answer"),
        ("answer_hours", "int", "working hours", "from complaint to first answer; −1 when there was none"),
        ("owned", "int", "0/1", "the agent owned the fault instead of excusing it"),
        ("explained", "int", "0/1", "the agent explained the cause at length"),
        _REMEDY,
        ("update_streams", "int", "0–2", "streams of progress updates; 2 means several, side by side"),
        ("compensation_cents", "int", "euro cents", "money paid on top of the remedy; 0 for nothing"),
        ("refund_days", "int", "days", "from complaint to money back; −1 when no refund was due"),
        ("second_failure", "int", "0/1", "the recovery itself went wrong"),
        _BEFORE,
        _AFTER,
        ("recovered", "int", "0/1", "the customer said that the matter is settled"),
        _REPURCHASED,
        _ESCALATED,
        ("stars", "int", "stars", "public review, 1–5; 0 when the customer wrote none"),
    ),
    "trial": (
        ("case_id", "str", "", "T and a number; the key of this table"),
        _CUSTOMER,
        ("market", "str", "", "market of the customer's address, as in `customers`"),
        _SEVERITY,
        _NEED,
        ("owned", "int", "0/1", "drawn by lot: 1 owned the fault, 0 gave an excuse"),
        ("explained", "int", "0/1", "drawn by lot: 1 explained the cause at length"),
        ("remedy", "str", "", "drawn by lot: none, matched (of the same kind as the loss) or mismatched (of another kind)"),
        ("updates", "int", "0–2", "drawn by lot: streams of progress updates; 2 means several, side by side"),
        ("fairness", "int", "points 0–100", "how fair the customer found the handling"),
        _BEFORE,
        _AFTER,
        _REPURCHASED,
        _ESCALATED,
    ),
    "offers": (
        ("offer_id", "str", "", "O and a number; the key of this table"),
        _CUSTOMER,
        _NEED,
        ("credit_cents", "int", "euro cents", "drawn by lot: the credit given"),
        _REPURCHASED,
    ),
    "steady": (
        _CUSTOMER,
        ("satisfaction", "int", "points 0–100", "satisfaction in the same survey"),
        _REPURCHASED,
    ),
    "shipments": (
        ("week", "int", "ISO week 1–52", "week of 2025; the key of this table"),
        ("shipments", "int", "shipments", "shipped in the week"),
        ("failed", "int", "shipments", "shipments with a failure, whether or not the customer told us"),
    ),
}


def describe_columns(book: str = "recovery") -> tuple[Column, ...]:
    """Every column of every table of a book, in the order of the files: ``recovery``, ``aurora``, or a module's small one by its preset."""
    if book == "aurora":
        from rapport.simulation.aurora.tables import columns  # late: it builds on this module

        return columns()
    if book in ("incidents", "measuring", "preferences", "winback"):
        from importlib import import_module  # late: they build on this module

        return import_module(f"rapport.simulation.{book}").columns()
    if book != "recovery":
        raise ContentError(f"found {book!r}; the books are recovery, aurora, incidents, measuring, preferences and winback.", key="book")
    return tuple(Column(table, *column) for table, columns in _COLUMNS.items() for column in columns)


def frame(table: str, values: dict[str, np.ndarray]) -> pd.DataFrame:
    """A declared table from its columns, in declared order and dtype; a missing or undeclared column is an error."""
    declared = [column for column in describe_columns() if column.table == table]
    if {column.name for column in declared} != set(values):
        raise ValueError(f"{table}: columns {sorted(values)} are not those declared in _COLUMNS")
    return pd.DataFrame({c.name: values[c.name].astype(np.int64) if c.dtype == "int" else values[c.name] for c in declared})


def dictionary_markdown() -> str:
    """The data dictionary of a recovery book: the section that stands in ``data/README.md``."""
    lines = [
        "## The recovery book",
        "",
        "`data/recovery/` is a small book of Aurora Tools, an invented maker of temperature loggers. " + DISCLAIMER,
        "It is `simulate(PRESETS[\"recovery_sample\"], 10).book` of `rapport.simulation`; `SHA256SUMS` holds the checksums of its files.",
        "The truth behind it is not in these files. Module 10 uses the same tables, ten times the size, with a seed for each learner.",
    ]
    for table, about in TABLES.items():
        lines += ["", f"### {table}", "", about, "", "| Column | Type | Unit | Meaning |", "|---|---|---|---|"]
        lines += [f"| `{c.name}` | {c.dtype} | {c.unit} | {c.meaning} |" for c in describe_columns() if c.table == table]
    return "\n".join(lines) + "\n"


def write_book(book: Book | AuroraBook | MeasuringBook, folder: Path | str, format: str = "csv") -> list[Path]:
    """Write every table of `book` into `folder`, and ``SHA256SUMS`` beside them.

    Parameters
    ----------
    book : Book, AuroraBook or MeasuringBook
        Of the full book a ``datapackage.json`` is written too.
    folder : Path or str
        Made when it does not exist; files of the same names are replaced, each whole.
    format : {'csv', 'parquet'}
        CSV is UTF-8 with commas, a header and Unix line ends. Parquet needs pyarrow or fastparquet.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    ContentError
        When the format is unknown, its library is missing, or the folder cannot be written.
    """
    folder = Path(folder)
    written, sums = [], []
    for field in fields(book):
        table = getattr(book, field.name)
        if format == "csv":
            data = table.to_csv(index=False, lineterminator="\n").encode()
        elif format == "parquet":
            try:
                data = table.to_parquet(index=False)
            except ImportError:
                raise ContentError("Parquet needs the library pyarrow, which is not installed; install it or write csv.", key="format") from None
        else:
            raise ContentError(f"found {format!r}; a book is written as csv or parquet.", key="format")
        written.append(folder / f"{field.name}.{format}")
        write_bytes(written[-1], data)
        sums.append(f"{hashlib.sha256(data).hexdigest()}  {written[-1].name}\n")
    if hasattr(book, "orders"):
        from rapport.simulation.aurora.tables import data_package

        text = data_package({field.name: [f"{field.name}.{format}"] for field in fields(book)}, format)
        written.append(folder / "datapackage.json")
        write_text(written[-1], text)
        sums.append(f"{hashlib.sha256(text.encode()).hexdigest()}  datapackage.json\n")
    write_text(folder / "SHA256SUMS", "".join(sums))
    return [*written, folder / "SHA256SUMS"]
