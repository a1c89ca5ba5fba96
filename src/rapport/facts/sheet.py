"""A market's facts as text ready to show, each with its status and source.
Words about fields live here because they name the snapshot's own columns; what a course says about them does not."""

from __future__ import annotations

from datetime import date

from rapport.facts.markets import YEARS, Formats, Language, Market, Plural, Provenance, market as find_market

DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = "January February March April May June July August September October November December".split()


def fact_sheet(market: str | Market) -> dict:
    """Everything known of a market, ready to show.

    Parameters
    ----------
    market : str or Market
        Such as ``"SA"``.

    Returns
    -------
    dict
        ``code``, ``name``, ``local_name`` (str); ``rows``: list of dict with ``label``, ``value``, ``status``,
        ``source`` and ``note`` (all str); ``holidays``: list of dict with ``year``, ``date``, ``iso``, ``name``, ``local``
        and ``mark`` (``"closed"``, ``"open or closed: ask"``, with ``", provisional"`` where the date may move); and
        ``lang``, the language tag of the local names.

    Raises
    ------
    UnknownFact
        When the market is not in the snapshot.
    """
    found = market if isinstance(market, Market) else find_market(market)
    swaps = "; ".join(map(_long, found.swap_working_days))
    rows = [
        _row(found, "Weekend", _weekdays(found.weekend), "weekend"),
        *([_row(found, "Depends on the employer", _weekdays(found.weekend_varies), "weekend_varies")] if found.weekend_varies else []),
        *([_row(found, "Weekend days worked in exchange", swaps, "swap_working_days")] if swaps else []),
        *([_row(found, "Calendar not settled", _unsettled(found), "unsettled")] if found.unsettled else []),
        _row(found, "Opening hours, unless the customer says otherwise", str(found.opening_hours), "opening_hours"),
        _row(found, "A printed week begins on", DAY_NAMES[found.week_start], "week_start"),
        _row(found, "Time zone", found.time_zone, "time_zone"),
        *([_row(found, "Other time zones", ", ".join(found.time_zones[1:]), "time_zones")] if found.time_zones[1:] else []),
        _row(found, "Clocks change in the year", "yes" if found.clock_changes else "no", "clock_changes"),
        _row(found, "Languages, by estimated share of people", "; ".join(map(_language, found.languages)), "languages"),
        *(row for formats in found.formats.values() for row in _format_rows(found, formats)),
        _row(found, "Order of names", found.name_order.text, "name_order"),
        _row(found, "Forms of address", found.address.text, "address"),
        _row(found, "Consent", f"{found.consent.rule} ({found.consent.label}.)", "consent"),
        _row(found, "Law behind it", found.consent.act, "consent"),
    ]
    return {
        "code": found.code,
        "name": found.name,
        "local_name": found.local_name,
        "lang": next(iter(found.formats)).replace("_", "-"),
        "rows": rows,
        "holidays": [
            {
                "year": str(each.day.year),
                "date": _long(each.day),
                "iso": each.day.isoformat(),
                "name": each.name,
                "local": each.local,
                "mark": ("closed" if each.closed else "open or closed: ask") + (", provisional" if each.provisional else ""),
            }
            for each in found.holidays
            if each.day.year in YEARS
        ],
    }


def _row(market: Market, label: str, value: str, field: str) -> dict[str, str]:
    origin: Provenance = market.provenance[field]
    return {
        "label": label,
        "value": value,
        "status": origin.status,
        "source": f"{origin.source}, {_long(origin.as_of)}",
        "note": origin.note,
    }


def _format_rows(market: Market, formats: Formats) -> list[dict[str, str]]:
    tag = formats.locale
    plurals = "; ".join(map(_plural, formats.plurals))
    digits = formats.digits["native"]
    return [
        _row(market, f"7 March 2026 ({tag})", "; ".join(formats.dates[each] for each in ("short", "medium", "long")), f"dates.{tag}"),
        _row(market, f"Half past five in the afternoon ({tag})", formats.times["short"], f"times.{tag}"),
        _row(market, f"Number ({tag})", formats.numbers["example"], f"numbers.{tag}"),
        _row(market, f"Money ({tag})", formats.currency["example"], f"currency.{tag}"),
        *([_row(market, f"Digits of its own ({tag})", f"{digits}, as in {formats.digits['example']}", f"digits.{tag}")] if digits else []),
        _row(market, f"Plural forms ({tag})", plurals, f"plurals.{tag}"),
    ]


def _plural(plural: Plural) -> str:
    more = ", …" if len(plural.numbers) > 2 or max(plural.numbers) > 2 else ""  # 0, 1 and 2 can be all there are
    return f"{plural.category}: {', '.join(map(str, plural.numbers))}{more}"


def _weekdays(days: frozenset[int]) -> str:
    return " and ".join(DAY_NAMES[day] for day in sorted(days))


def _language(language: Language) -> str:
    return f"{language.name} {language.share:g} %{' (official)' if language.official else ''}"


def _unsettled(market: Market) -> str:
    return f"{' and '.join(map(str, market.unsettled))}: {next(iter(market.unsettled.values()))}"


def _long(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
