"""Numbers, percentages, amounts, dates, lists and quotations as the reader's language writes them, out of CLDR by way of Babel.
Digits are Latin in every language, and the minus sign is a true one; where the course departs from CLDR, it says so here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, time
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time
from babel.lists import format_list
from babel.numbers import get_currency_symbol

from rapport.i18n import language

MINUS, MISSING = "−", "–"
CURRENCIES = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY", "₹": "INR"}
"""Signs that stand for a currency by themselves, with the code that CLDR knows it by."""
# What the course's texts decided against CLDR, so that a page is of one piece (locales/<language>/glossary.yaml): Latvian parts the
# per cent sign with a no-break space; Gujarati dates have no comma; the hour has no nought before it.
_PERCENT = {"en": "{n}%", "gu": "{n}%", "lv": "{n}\u00a0%"}
_DAY = {"en": "long", "gu": "d MMMM y", "lv": "long"}
_CLOCK = {"en": "H:mm", "gu": "H:mm", "lv": "H.mm"}
_QUOTES = {"en": ("“", "”"), "gu": ("“", "”"), "lv": ("„", "”")}


@lru_cache
def _locale(lang: str) -> Locale:
    return Locale.parse({"en": "en_GB"}.get(lang, lang))


def _here() -> Locale:
    return _locale(language())


def number(value: Any, decimals: int = 0) -> str:
    """``7,200.5`` in English, ``7 200,5`` in Latvian, ``12,34,567`` in Gujarati.

    Parameters
    ----------
    value : number
        Anything that ``float`` takes; what is missing (NaN) is written ``–``.
    decimals : int
        Places after the decimal mark, all of them written; rounded as Python's format does.

    Returns
    -------
    str
        Thousands are parted at four digits already, by a no-break space in Latvian; never ``−0``.
    """
    if value != value:
        return MISSING
    digits = f"{abs(value):.{decimals}f}"
    written = _here().decimal_formats[None].apply(Decimal(digits), _here(), force_frac=(decimals, decimals), numbering_system="latn")
    return f"{MINUS}{written}" if value < 0 and digits.strip("0.") else written


def signed(value: float, decimals: int = 0) -> str:
    """As `number`, with a plus sign where the value is above nought: ``+2``, ``−1``, ``0``."""
    written = number(value, decimals)
    return f"+{written}" if value > 0 and written.strip("0.,") else written


def percent(value: float, decimals: int = 0) -> str:
    """A value that is in per cent already: ``57.4%``, in Latvian ``57,4 %``."""
    return measured(value, decimals, _PERCENT[language()])


def money(value: float, currency: str = "EUR", decimals: int = 2) -> str:
    """An amount in whole units of `currency` (a code or a sign): ``€7,200.50``, in Latvian ``7 200,50 €``."""
    return measured(value, decimals, amount_form(currency))


def percent_form() -> str:
    """Where the per cent sign stands: ``{n}%``; a form for `measured`."""
    return _PERCENT[language()]


def amount_form(currency: str) -> str:
    """Where the sign of `currency` (a code or a sign) stands: ``€{n}`` or ``{n} €``; a form for `measured`."""
    before, after = _here().currency_formats["standard"].pattern.split(";")[0].split("#", 1)
    sign = currency if currency in CURRENCIES else get_currency_symbol(currency, _here())
    after = after[after.rfind("0") + 1 :]
    return f"{before}{{n}}{after}".replace("¤", sign)


def measured(value: float, decimals: int, form: str) -> str:
    """`value` in a form such as ``{n} hours``, its minus sign before everything: ``−€5``."""
    written = number(value, decimals)
    return f"{MINUS}{form.replace('{n}', written[1:])}" if written.startswith(MINUS) else form.replace("{n}", written)


def day(on: date) -> str:
    """A date with its year: ``25 November 2026``, ``25 નવેમ્બર 2026``, ``2026. gada 25. novembris``."""
    return format_date(on, _DAY[language()], locale=_here())


def day_and_month(on: date) -> str:
    """A date without its year: ``25 November``, ``25. novembris``."""
    return format_skeleton("MMMMd", on, locale=_here())


def clock(at: time) -> str:
    """A time of day, of 24 hours: ``8:25``, in Latvian ``8.25``."""
    return format_time(at, _CLOCK[language()], locale=_here())


def listed(items: Iterable[str]) -> str:
    """``a, b and c``."""
    return format_list(list(items), locale=_here())


def quoted(text: str) -> str:
    """`text` in quotation marks: “…”, in Latvian „…”."""
    first, last = _QUOTES[language()]
    return f"{first}{text}{last}"


def marks() -> dict[str, Any]:
    """What a script needs to write numbers as `number` does: ``decimal``, ``group``, ``sizes`` (last group, the others), ``quotes``."""
    symbols = _here().number_symbols["latn"]
    return {"decimal": symbols["decimal"], "group": symbols["group"], "sizes": list(_here().decimal_formats[None].grouping), "quotes": list(_QUOTES[language()])}
