"""Calendars, working time, formats, names and consent rules of twelve markets, from the snapshot in ``data/facts``.
`market("SA")` is the way in; nothing here knows a customer, and nothing here says what a person is like."""

from rapport.facts.calendar import holidays, is_working_day, opening_on, shared_working_days, working_time_between
from rapport.facts.hours import OpeningHours
from rapport.facts.markets import (
    MARKETS,
    STATUSES,
    YEARS,
    AddressForms,
    Consent,
    FactsError,
    Formats,
    Holiday,
    Language,
    Market,
    NameOrder,
    Phone,
    Plural,
    Postal,
    Provenance,
    UnknownFact,
    market,
)
from rapport.facts.sheet import fact_sheet
from rapport.facts.table import calendar_table

__all__ = [
    "MARKETS",
    "STATUSES",
    "YEARS",
    "AddressForms",
    "Consent",
    "FactsError",
    "Formats",
    "Holiday",
    "Language",
    "Market",
    "NameOrder",
    "OpeningHours",
    "Phone",
    "Plural",
    "Postal",
    "Provenance",
    "UnknownFact",
    "calendar_table",
    "fact_sheet",
    "holidays",
    "is_working_day",
    "market",
    "opening_on",
    "shared_working_days",
    "working_time_between",
]
