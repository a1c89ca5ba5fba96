"""Names that CLDR keeps, in the reader's language: countries, languages, currencies, cities of time zones, weekdays, months, dates.
English is British here, so that a day comes before its month. The course's own words come from its catalogues."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_percent

from rapport.i18n import LANGUAGES, SOURCE, language

_OLD_ZONES = {"Asia/Kolkata": "Asia/Calcutta"}  # CLDR keeps the first name a zone ever had


@lru_cache
def _locale(lang: str) -> Locale:
    return Locale.parse("en_GB" if lang == SOURCE else lang)


def territory(code: str) -> str:
    """Name of a country: ``SA`` is Saudi Arabia, Saūda Arābija."""
    return _locale(language()).territories[code]


def tongue(code: str) -> str:
    """Name of a language by its code or locale (``gu_IN``); empty where CLDR has none in the reader's language."""
    plain = code.split("_")[0]
    found = _locale(language()).languages.get(plain, "")
    return "" if found == plain else found


def nameless(code: str) -> bool:
    """Whether CLDR lacks a language's name in some language of the course, so that a catalogue has to give it."""
    return any(_locale(lang).languages.get(code, code) == code for lang in LANGUAGES if lang != SOURCE)


def currency(code: str) -> str:
    """Name of a currency by its ISO code."""
    return _locale(language()).currencies[code]


def city(zone: str) -> str:
    """The place after which a time zone is called: ``America/New_York`` is New York, Ņujorka."""
    known = _locale(language()).time_zones.get(_OLD_ZONES.get(zone, zone), {})
    return known.get("city") or zone.rsplit("/", 1)[-1].replace("_", " ")


def weekdays(width: str = "wide") -> list[str]:
    """Names of the days, Monday first, as they stand within a sentence; `width` is ``wide`` or ``abbreviated``."""
    found = _locale(language()).days["format"][width]
    return [found[number] for number in range(7)]


def months() -> list[str]:
    """Names of the months as they stand in a date."""
    found = _locale(language()).months["format"]["wide"]
    return [found[number] for number in range(1, 13)]


def day_pattern() -> str:
    """A day of a month, as ``{d} {month}`` or with the language's own signs between: Latvian ``{d}. {month}``."""
    return _locale(language()).datetime_skeletons["MMMMd"].pattern.replace("MMMM", "{month}").replace("d", "{d}", 1)


def day(when: date) -> str:
    """A date in full: 25 November 2026; 2026. gada 25. novembris."""
    return format_date(when, "long", locale=_locale(language()))


def per_cent(share: float) -> str:
    """A share of a hundred, 4.1 as 4.1% or 4,1%; a Latvian no-break space stands before the sign, as the glossary has it."""
    said = format_percent(share / 100, "#,##0.#%", locale=_locale(language()))
    return said.replace("%", "\u00a0%") if language() == "lv" else said
