"""The full customer book: every table, column, key and link declared once, and the dictionary and data package made from it.
Integers, words and ISO dates only; −1 stands for "does not apply" in a column of integers, as its meaning says."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from rapport.simulation.firm import DISCLAIMER
from rapport.simulation.tables import Column


@dataclass(frozen=True)
class AuroraBook:
    """The tables of the full book, as pandas frames; the columns are those of `describe_columns("aurora")`."""

    customers: pd.DataFrame
    orders: pd.DataFrame
    renewals: pd.DataFrame
    promises: pd.DataFrame
    contacts: pd.DataFrame
    messages: pd.DataFrame
    failures: pd.DataFrame
    surveys: pd.DataFrame
    consent: pd.DataFrame
    campaigns: pd.DataFrame
    lapses: pd.DataFrame
    crm: pd.DataFrame


TABLES = {
    "customers": "One row for each customer. Names are made up; what is stated (language, address, channel) was said by the customer.",
    "orders": "Orders in the web shop, from its opening on 1 January 2025. Each customer's first order lies in 2025.",
    "renewals": "Each time a yearly calibration contract ended; that of 2026 with promises and upselling (pressed by lot).",
    "promises": "Promises in the year before the renewal of 2026: made, due, kept.",
    "contacts": "Each time a customer turned to the firm. Agents chose how to answer, so groups are not alike.",
    "messages": "What was written in English, Gujarati or Latvian, with its theme; other languages have no text in the book.",
    "failures": "What went wrong and what was done: columns as in the recovery book.",
    "surveys": "Everyone asked in two waves, answered or not. Vignettes are three described cases, alike for everybody.",
    "consent": "The consent ledger: events in order. A channel may be used when its last event is “given” or “given_again”.",
    "campaigns": "Who was sent what in 2026 (follow-ups: 2025), by lot or not, and what came of it.",
    "lapses": "Contracts that ended in the last three years, offers to come back (by lot), returns and the second life.",
    "crm": "The customer file as salespeople keep it: with duplicates across scripts and name orders, and stale leads.",
}
KEYS = {
    "customers": ("customer_id",), "orders": ("customer_id", "order_no"), "renewals": ("customer_id", "year_no"), "promises": ("customer_id", "promise_no"),
    "contacts": ("customer_id", "contact_no"), "messages": ("customer_id", "contact_no"), "failures": ("customer_id", "failure_no"),
    "surveys": ("customer_id", "wave"), "consent": ("customer_id", "event_no"), "campaigns": ("campaign", "customer_id"), "lapses": ("customer_id",), "crm": ("record_id",),
}  # fmt: skip
LINKS = {"messages": (("customer_id", "contact_no"), "contacts")}  # besides customer_id, which every table but crm has

_ID = ("customer_id", "str", "", "the customer, as in `customers`")
_COLUMNS = {
    "customers": (
        ("customer_id", "str", "", "C and eight digits; the key of this table"),
        ("name", "str", "", "name as the customer writes it"),
        ("name_script", "str", "ISO 15924", "script of the name"),
        ("market", "str", "", "market of the customer's address, two letters"),
        ("language", "str", "ISO 639", "language the customer asked for"),
        ("address_form", "str", "", "how the customer wants to be addressed: given_name, title_surname, full_name or no_preference"),
        ("channel", "str", "", "channel the customer prefers: email, phone, chat or messenger"),
        ("connection", "str", "", "what the customer has: fast, slow or phone_only"),
        ("hours", "str", "", "opening hours on the customer's own clock; in the market's calendar"),
        ("industry", "str", "", "what the customer's firm does"),
        ("role", "str", "", "what the person does there"),
        ("branch", "str", "", "branch of Aurora Tools that serves the customer, B1 to B8"),
        ("manager", "int", "", "number of the account manager"),
        ("asked_need", "str", "", "the customer's own answer to “what would help most?”: voice, money, cause or speed"),
        ("asked_style", "str", "", "the customer's own answer to “short or in full?”"),
        ("opened", "str", "ISO date", "the account was opened"),
        ("tenure_months", "int", "months", "from then to the end of the book"),
        ("contract", "int", "0/1", "has, or had, a yearly calibration contract"),
        ("alternatives", "int", "0–4", "rivals the customer names as one click away"),
        ("yearly_margin_cents", "int", "euro cents", "margin of a year"),
        ("referred_by", "str", "", "customer who sent this one; empty for nobody"),
        ("joined_programme", "int", "0/1", "member of the loyalty programme that began on 15 January 2026"),
    ),
    "orders": (
        _ID,
        ("order_no", "int", "", "1, 2, … for each customer"),
        ("day", "str", "ISO date", "day of the order"),
        ("via", "str", "", "shop, or the campaign that brought it"),
        ("category", "str", "", "logger, sensor, service or accessory"),
        ("cross_border", "int", "0/1", "delivered to another country than the customer's"),
        ("amount_cents", "int", "euro cents", "worth of the order, at the book's fixed rates of exchange"),
        ("currency", "str", "ISO 4217", "currency of the invoice"),
        ("amount_minor", "int", "minor units", "amount of the invoice in the smallest unit of its currency (JPY and KRW have none below 1)"),
    ),
    "renewals": (
        _ID,
        ("year_no", "int", "", "which contract year ended"),
        ("day", "str", "ISO date", "day on which it ended"),
        ("renewed", "int", "0/1", "the contract went on"),
        ("promises_made", "int", "promises", "in the year before a renewal of 2026; −1 for earlier renewals, which have no ledger"),
        ("promises_kept", "int", "promises", "of those, kept in time; −1 likewise"),
        ("pressed", "int", "0/1", "drawn by lot: an upgrade was pressed upon the customer in the last quarter; −1 likewise"),
        ("upgraded", "int", "0/1", "the upgrade was sold; −1 likewise"),
    ),
    "promises": (
        _ID,
        ("promise_no", "int", "", "1, 2, … for each customer"),
        ("made", "str", "ISO date", "day the promise was made"),
        ("due", "str", "ISO date", "day it was due"),
        ("kept", "int", "0/1", "kept by then"),
    ),
    "contacts": (
        _ID,
        ("contact_no", "int", "", "1, 2, … for each customer"),
        ("began", "str", "ISO time with offset", "on the customer's wall clock"),
        ("answered", "str", "ISO time with offset", "first answer, on the customer's wall clock"),
        ("wait_minutes", "int", "open minutes", "from one to the other in the customer's own opening hours"),
        ("channel", "str", "", "channel used"),
        ("language", "str", "ISO 639", "language of the customer"),
        ("topic", "str", "", "what it was about"),
        ("complexity", "int", "1–3", "how hard it was to solve"),
        ("severity", "int", "1–3", "how bad it was for the customer"),
        ("agent", "int", "", "number of the agent"),
        ("native", "int", "0/1", "answered by somebody in the customer's own language"),
        ("acknowledgement", "str", "", "none, sincere or script: what the first answer said before any solution"),
        ("clarified", "int", "0/1", "a question was asked before the solution"),
        ("ambiguous_date", "int", "0/1", "the answer held a date such as 03/04"),
        ("resolved_first", "int", "0/1", "solved at the first contact"),
        ("escalated", "int", "0/1", "taken to someone higher up"),
        ("reopened", "int", "0/1", "came back"),
    ),
    "messages": (
        _ID,
        ("contact_no", "int", "", "the contact it belongs to, as in `contacts`"),
        ("language", "str", "ISO 639", "en, gu or lv"),
        ("theme", "str", "", "what it is about: the label of a careful reader"),
        ("text", "str", "", "the message"),
    ),
    "failures": (
        _ID,
        ("failure_no", "int", "", "1, 2, … for each customer"),
        ("day", "str", "ISO date", "the day it went wrong"),
        ("kind", "str", "", "what was lost: goods, billing (money), delivery or attention"),
        ("severity", "int", "1–3", "how bad it was for the customer: 1 light, 3 severe"),
        ("fault", "str", "", "whose doing it was: firm, courier or nobody"),
        ("told_us", "int", "0/1", "the customer complained; without that nobody could answer"),
        ("answered", "int", "0/1", "the complaint got an answer"),
        ("answer_hours", "int", "working hours", "from complaint to first answer; −1 when there was none"),
        ("owned", "int", "0/1", "the agent owned the fault instead of excusing it"),
        ("explained", "int", "0/1", "the agent explained the cause at length"),
        ("remedy", "str", "", "none, matched (of the same kind as the loss) or mismatched (of another kind)"),
        ("update_streams", "int", "0–2", "streams of progress updates; 2 means several, side by side"),
        ("compensation_cents", "int", "euro cents", "money paid on top of the remedy; 0 for nothing"),
        ("refund_days", "int", "days", "from complaint to money back; −1 when no refund was due"),
        ("second_failure", "int", "0/1", "the recovery itself went wrong"),
        ("satisfaction_before", "int", "points 0–100", "satisfaction before the failure"),
        ("satisfaction_after", "int", "points 0–100", "satisfaction 30 days after the failure"),
        ("recovered", "int", "0/1", "the customer said that the matter is settled"),
        ("repurchased", "int", "0/1", "bought again within 180 days, in any shop of ours"),
        ("escalated", "int", "0/1", "took it to someone higher up, or to a lawyer or a regulator"),
        ("stars", "int", "stars", "public review, 1–5; 0 when the customer wrote none"),
    ),
    "surveys": (
        _ID,
        ("wave", "int", "1–2", "first or second survey"),
        ("day", "str", "ISO date", "day of asking"),
        ("form_language", "str", "ISO 639", "language of the form"),
        ("answered", "int", "0/1", "whether an answer came; if not, all scores are −1"),
        ("csat", "int", "1–5", "satisfaction"),
        ("recommend", "int", "0–10", "likely to recommend"),
        ("effort", "int", "1–7", "how much effort it took; 7 is most"),
        ("vignette_1", "int", "0–10", "answer to the described case that is poor"),
        ("vignette_2", "int", "0–10", "answer to the described case in the middle"),
        ("vignette_3", "int", "0–10", "answer to the described case that is good"),
    ),
    "consent": (
        _ID,
        ("event_no", "int", "", "1, 2, … for each customer"),
        ("day", "str", "ISO date", "day of the event"),
        ("channel", "str", "", "email, phone or post"),
        ("event", "str", "", "given, withdrawn, given_again, or objected (to a campaign)"),
        ("source", "str", "", "where consent was given; empty for a withdrawal or an objection"),
    ),
    "campaigns": (
        ("campaign", "str", "", "recommendations, frequency, notice, follow_up, gesture or mailing"),
        _ID,
        ("day", "str", "ISO date", "day of the campaign for this customer"),
        ("arm", "str", "", "what the customer got; frequency in messages a month, notice and follow_up in days"),
        ("by_lot", "int", "0/1", "the arm was drawn by lot"),
        ("bought", "int", "0/1", "ordered in answer to it; the order is in `orders`"),
        ("asked", "int", "0/1", "asked where the delivery is (notice only); the contact is in `contacts`"),
        ("unsubscribed", "int", "0/1", "objected to further messages"),
    ),
    "lapses": (
        _ID,
        ("day", "str", "ISO date", "day on which the contract ended"),
        ("reason", "str", "", "reason given: price, service, no_need or rival"),
        ("complaint_handled", "int", "0/1", "the complaint before leaving was handled well; −1 without a complaint"),
        ("tenure_years", "int", "years", "length of the first life"),
        ("contactable", "int", "0/1", "consent to e-mail was in force on the day of the offer"),
        ("offered", "str", "ISO date", "day of the offer; empty for who could not be contacted"),
        ("months_gone", "int", "months", "from lapse to offer; −1 without an offer"),
        ("offer", "str", "", "drawn by lot among the contactable: none, discount, upgrade or both"),
        ("attempts", "int", "attempts", "how often the firm wrote, drawn by lot; 0 for who could not be contacted"),
        ("changed", "int", "0/1", "drawn by lot: handled by a named person in a visibly different way"),
        ("returned", "int", "0/1", "came back"),
        ("second_life_months", "int", "months", "length of the second life, followed to its end; 0 without a return"),
        ("second_margin_cents", "int", "euro cents", "margin of a month of it"),
        ("offer_cost_cents", "int", "euro cents", "what the offer cost, if taken"),
        ("unsubscribed", "int", "0/1", "objected to further messages"),
    ),
    "crm": (
        ("record_id", "str", "", "R and nine digits; the key of this table"),
        ("name", "str", "", "name as somebody typed it"),
        ("email", "str", "", "address, of a domain that exists for examples only"),
        ("market", "str", "", "two letters"),
        ("stage", "str", "", "customer or lead"),
        ("touched", "str", "ISO date", "last change by a person"),
    ),
}


def columns() -> tuple[Column, ...]:
    """Every column of every table, in the order of the files."""
    return tuple(Column(table, *column) for table, declared in _COLUMNS.items() for column in declared)


ARRAYS = {table: tuple((column[0], column[1]) for column in declared) for table, declared in _COLUMNS.items()}


def declared(table: str, values: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The columns of a table in declared order and dtype; a missing or undeclared one is an error."""
    if {name for name, _ in ARRAYS[table]} != set(values):
        raise ValueError(f"{table}: columns {sorted(values)} are not those declared in _COLUMNS")
    return {name: values[name].astype(np.int64, copy=False) if dtype == "int" else values[name].astype(object, copy=False) for name, dtype in ARRAYS[table]}


def make_frame(table: str, values: dict[str, np.ndarray]) -> pd.DataFrame:
    """A frame of a declared table, with integers and words."""
    return pd.DataFrame({name: values[name] if dtype == "int" else pd.array(values[name], dtype="str") for name, dtype in ARRAYS[table]})


def book_of(tables: dict[str, dict[str, np.ndarray]]) -> AuroraBook:
    """A book from the columns of its tables."""
    return AuroraBook(**{field.name: make_frame(field.name, tables[field.name]) for field in fields(AuroraBook)})


def data_package(paths: dict[str, list[str]] | None = None, format: str = "csv") -> str:
    """``datapackage.json``: the tables as a Frictionless tabular data package.

    Parameters
    ----------
    paths : dict of table to files, optional
        Relative to the package; by default ``<table>.csv``. Tables left out are not in the package.
    format : {'csv', 'parquet'}
    """
    paths = paths or {table: [f"{table}.{format}"] for table in TABLES}
    by_table: dict[str, list[Column]] = {}
    for column in columns():
        by_table.setdefault(column.table, []).append(column)
    resources = []
    for table, files in paths.items():
        schema: dict = {
            "fields": [
                {"name": c.name, "type": "integer" if c.dtype == "int" else "string", "description": c.meaning} | ({"unit": c.unit} if c.unit else {})
                for c in by_table[table]
            ],
            "primaryKey": list(KEYS[table]),
            "missingValues": [],
        }
        links = [{"fields": ["customer_id"], "reference": {"resource": "customers", "fields": ["customer_id"]}}] if table not in ("customers", "crm") else []
        if table in LINKS:
            names, other = LINKS[table]
            links.append({"fields": list(names), "reference": {"resource": other, "fields": list(names)}})
        if links:
            schema["foreignKeys"] = links
        kind = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}[format]
        resource = {"name": table, "path": files[0] if len(files) == 1 else files, "format": format, "mediatype": kind, "description": TABLES[table], "schema": schema}
        if format == "csv":
            resource |= {"encoding": "utf-8", "profile": "tabular-data-resource"}
        resources.append(resource)
    package = {"name": "aurora", "title": "Aurora Tools, a simulated customer book", "description": DISCLAIMER, "profile": "data-package", "resources": resources}
    return json.dumps(package, ensure_ascii=False, indent=1) + "\n"


def dictionary_markdown() -> str:
    """The data dictionary of the full book: the section that stands in ``data/README.md``."""
    lines = [
        "## The Aurora book",
        "",
        "`data/aurora/` is a customer book of Aurora Tools, the same invented firm, small enough to look through: 400 customers. " + DISCLAIMER,
        "It is `simulate(PRESETS[\"aurora_sample\"], 14).book` of `rapport.simulation`; `SHA256SUMS` holds the checksums of its files and",
        "`datapackage.json` this dictionary for programs. The truth behind it is not in these files. Names come from the hand-made lists in",
        "`data/names/`, mixed for each market as `mixtures.yaml` there declares; the messages from `data/aurora/wording/`. The Gujarati and Latvian",
        "messages and the names wait for native readers.",
    ]
    for table, about in TABLES.items():
        lines += ["", f"### aurora: {table}", "", f"{about} Key: {', '.join(f'`{name}`' for name in KEYS[table])}.", "", "| Column | Type | Unit | Meaning |", "|---|---|---|---|"]
        lines += [f"| `{c.name}` | {c.dtype} | {c.unit} | {c.meaning} |" for c in columns() if c.table == table]
    return "\n".join(lines) + "\n"
