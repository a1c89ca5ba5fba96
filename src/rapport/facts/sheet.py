"""A market's facts as text ready to show, each with its status and source, in the reader's language.
Words about fields live here because they name the snapshot's own columns; what a course says about them does not."""

from __future__ import annotations

import unicodedata
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from rapport.facts.hours import OpeningHours
from rapport.facts.markets import YEARS, Formats, Language, Market, Plural, Provenance, market as find_market
from rapport.i18n.words import Words

GROUPS = ("calendar", "clock", "person", "post", "format", "law")
"""Parts of a sheet, in the order in which they are shown."""

RAISED = ("employer_weekend", "own_weekend", "exchanged_days", "optional_days", "moon", "several_zones", "clock_changes", "two_scripts", "several_languages", "name_order")
"""What the facts of a market may call for asking about; see `raised`."""

STRINGS = Words(__file__, {
    "and": "{first} and {last}",
    "clock_changes": "The clocks change",
    "consent": "Consent: a training rule, ask counsel",
    "currency": "Money: {code}",
    "dates": "A date: the 7th of March 2026",
    "digits": "Digits of its own",
    "digits_as_in": "{digits}, as in {example}",
    "closed": "closed",
    "each_year": "{year}: {days}",
    "ask": "open or closed: ask",
    "provisional": "the date may move",
    "languages": "Languages, by estimated share of people",
    "language": "{name} {share}",
    "language_official": "{name} {share} (official)",
    "law": "Law behind it",
    "name_order": "Order of names",
    "no": "no",
    "numbers": "A number",
    "address": "Forms of address",
    "opening_hours": "Opening hours, unless the customer says otherwise",
    "other_zones": "Other time zones",
    "phone": "Telephone number",
    "phone_value": "from abroad {international}, from within {national}",
    "plurals": "Plural forms",
    "postal": "Address on an envelope",
    "status_assumed": "assumed for teaching",
    "status_library": "from a library",
    "status_reviewed": "reviewed",
    "swaps": "Weekend days worked in exchange",
    "time_zone": "Time zone",
    "times": "The time: half past five in the afternoon",
    "unsettled": "Calendar not settled",
    "unsettled_value": "{years}: {why}",
    "week_start": "A printed week begins on",
    "weekend": "Weekend",
    "weekend_varies": "Depends on the employer",
    "zone": "{city} ({offset})",
    "zone_summer": "{city} ({offset}, in summer {summer})",
})  # fmt: skip
say = STRINGS.say
_STATUS = {"library": "status_library", "reviewed": "status_reviewed", "assumed for teaching": "status_assumed"}


def fact_sheet(market: str | Market) -> dict:
    """Everything known of a market, ready to show, in the reader's language.

    Parameters
    ----------
    market : str or Market
        Such as ``"SA"``.

    Returns
    -------
    dict
        ``code``, ``name``, ``local_name`` (str); ``rows``: list of dict with ``group`` (one of `GROUPS`), ``field``, ``locale`` (of a format, else
        empty), ``label``, ``value``, ``status`` (as in the snapshot), ``standing`` (the same in words), ``source`` with its date, and
        ``note`` (all str); ``holidays``: list of dict with ``year``, ``weekday``, ``date``, ``iso``, ``name``, ``local``, ``kind`` (``closed`` or
        ``ask``), ``mark`` (that in words, and whether the date may move) and ``why``; ``lang``, the language tag of the local names.

    Raises
    ------
    UnknownFact
        When the market is not in the snapshot.
    """
    found = market if isinstance(market, Market) else find_market(market)
    swaps = by_year(found.swap_working_days)
    rows = [
        _row(found, "calendar", STRINGS["weekend"], _weekdays(found.weekend), "weekend"),
        *([_row(found, "calendar", STRINGS["weekend_varies"], _weekdays(found.weekend_varies), "weekend_varies")] if found.weekend_varies else []),
        *([_row(found, "calendar", STRINGS["swaps"], swaps, "swap_working_days")] if swaps else []),
        *([_row(found, "calendar", STRINGS["unsettled"], _unsettled(found), "unsettled")] if found.unsettled else []),
        _row(found, "calendar", STRINGS["opening_hours"], hours(found.opening_hours), "opening_hours"),
        _row(found, "calendar", STRINGS["week_start"], _weekdays(frozenset([found.week_start])), "week_start"),
        _row(found, "clock", STRINGS["time_zone"], zone(found.time_zone), "time_zone"),
        *([_row(found, "clock", STRINGS["other_zones"], "; ".join(map(zone, found.time_zones[1:])), "time_zones")] if found.time_zones[1:] else []),
        _row(found, "clock", STRINGS["clock_changes"], _clock_changes(found), "clock_changes"),
        _row(found, "person", STRINGS["languages"], "; ".join(map(_language, found.languages)), "languages"),
        _row(found, "person", STRINGS["name_order"], found.name_order.text, "name_order"),
        _row(found, "person", STRINGS["address"], found.address.text, "address"),
        _row(found, "post", STRINGS["phone"], say("phone_value", international=found.phone.international, national=found.phone.national), "phone"),
        _row(found, "post", STRINGS["postal"], found.postal.text, "postal"),
        *(row for formats in found.formats.values() for row in _format_rows(found, formats)),
        _row(found, "law", STRINGS["consent"], found.consent.rule, "consent"),
        _row(found, "law", STRINGS["law"], found.consent.act, "consent"),
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
                "weekday": _names().weekdays()[each.day.weekday()],
                "date": _day(each.day),
                "iso": each.day.isoformat(),
                "name": each.name,
                "local": each.local,
                "kind": "closed" if each.closed else "ask",
                "mark": STRINGS["closed" if each.closed else "ask"] + (f", {STRINGS['provisional']}" if each.provisional else ""),
                "why": each.why,
            }
            for each in found.holidays
            if each.day.year in YEARS
        ],
    }


def raised(market: Market) -> frozenset[str]:
    """Which of `RAISED` the facts of a market call for asking about: its calendar, clocks, scripts, languages and names."""
    return frozenset(
        name
        for name, there in {
            "employer_weekend": market.weekend_varies,
            "own_weekend": market.weekend != frozenset((5, 6)) and not market.weekend_varies,
            "exchanged_days": market.swap_working_days,
            "optional_days": any(not each.closed for each in market.holidays),
            "moon": any(each.provisional and not each.day.year in market.unsettled for each in market.holidays),
            "several_zones": market.time_zones[1:],
            "clock_changes": market.clock_changes,
            "two_scripts": not all(unicodedata.name(sign, "").startswith("LATIN") for sign in market.local_name if sign.isalpha()),
            "several_languages": market.languages[0].share < 80,
            "name_order": market.name_order.order != "given_first",
        }.items()
        if there
    )


def hours(opening: OpeningHours) -> str:
    """Opening hours with the days in the reader's language: ``Mon–Thu 08:00–17:00; Fri 08:00–12:00``."""
    days = _names().weekdays("abbreviated")
    return opening.said(days)


def zone(name: str) -> str:
    """A time zone by its city, with its distance from UTC in winter and, where the clocks change, in summer."""
    offsets = sorted({_offset(name, month) for month in range(1, 13)})
    said = [_utc(offset) for offset in offsets]
    city = _names().city(name)
    return say("zone", city=city, offset=said[0]) if len(said) == 1 else say("zone_summer", city=city, offset=said[0], summer=said[-1])


def _offset(name: str, month: int) -> timedelta:
    found = datetime(2026, month, 15, 12, tzinfo=ZoneInfo(name)).utcoffset()
    assert found is not None
    return found


def _utc(offset: timedelta) -> str:
    minutes = round(offset.total_seconds() / 60)
    sign, minutes = ("+" if minutes >= 0 else "−"), abs(minutes)
    return f"UTC{sign}{minutes // 60}{f':{minutes % 60:02}' if minutes % 60 else ''}" if minutes else "UTC"


def _clock_changes(market: Market) -> str:
    if not market.clock_changes:
        return STRINGS["no"]
    clock = next(ZoneInfo(name) for name in market.time_zones if _offset(name, 1) != _offset(name, 7))
    noons = [datetime(year, 1, 1, 12, tzinfo=clock) + timedelta(days=n) for year in YEARS for n in range(366)]
    return by_year(tuple(dict.fromkeys(noon.date() for noon in noons if noon.utcoffset() != (noon - timedelta(days=1)).utcoffset())))


def by_year(days: tuple[date, ...]) -> str:
    """Dates in order, the year said once: ``2026: 29 March, 25 October; 2027: …``."""
    years = dict.fromkeys(day.year for day in days)
    return "; ".join(say("each_year", year=year, days=", ".join(_short(day) for day in days if day.year == year)) for year in years)


def _short(day: date) -> str:
    return _names().day_pattern().format(d=day.day, month=_names().months()[day.month - 1])


def _row(market: Market, group: str, label: str, value: str, field: str) -> dict[str, str]:
    origin: Provenance = market.provenance[field]
    return {
        "group": group,
        "field": field.partition(".")[0],
        "locale": field.partition(".")[2].replace("_", "-"),
        "label": label,
        "value": value,
        "status": origin.status,
        "standing": STRINGS[_STATUS[origin.status]],
        "source": f"{origin.source}, {_day(origin.as_of)}",
        "note": origin.note,
    }


def _format_rows(market: Market, formats: Formats) -> list[dict[str, str]]:
    tag = formats.locale
    digits = formats.digits["native"]
    return [
        _row(market, "format", STRINGS["dates"], "; ".join(formats.dates[each] for each in ("short", "medium", "long")), f"dates.{tag}"),
        _row(market, "format", STRINGS["times"], formats.times["short"], f"times.{tag}"),
        _row(market, "format", STRINGS["numbers"], formats.numbers["example"], f"numbers.{tag}"),
        _row(market, "format", say("currency", code=_names().currency(formats.currency["code"])), formats.currency["example"], f"currency.{tag}"),
        *([_row(market, "format", STRINGS["digits"], say("digits_as_in", digits=digits, example=formats.digits["example"]), f"digits.{tag}")] if digits else []),
        _row(market, "format", STRINGS["plurals"], "; ".join(map(_plural, formats.plurals)), f"plurals.{tag}"),
    ]


def _plural(plural: Plural) -> str:
    more = ", …" if len(plural.numbers) > 2 or max(plural.numbers) > 2 else ""  # 0, 1 and 2 can be all there are
    return f"{plural.category}: {', '.join(map(str, plural.numbers))}{more}"


def _weekdays(days: frozenset[int]) -> str:
    said = [_names().weekdays()[day] for day in sorted(days)]
    return said[0] if len(said) == 1 else say("and", first=", ".join(said[:-1]), last=said[-1])


def _language(language: Language) -> str:
    return say("language_official" if language.official else "language", name=language.name, share=_names().per_cent(language.share))


def _unsettled(market: Market) -> str:
    return say("unsettled_value", years=", ".join(map(str, market.unsettled)), why=next(iter(market.unsettled.values())))


def _day(day: date) -> str:
    return _names().day(day)


def _names():
    """CLDR's names, imported when a sheet is made: reading facts needs the standard library alone."""
    from rapport.i18n import names

    return names
