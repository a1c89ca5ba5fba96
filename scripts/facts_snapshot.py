"""Makes ``data/facts/*.json`` from holidays, Babel and our reviewed statements; needs the ``test`` extra.
``python scripts/facts_snapshot.py`` writes the files, ``--check`` only says which differ and which corrections are needless."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import babel
import holidays
import phonenumbers
from babel import Locale
from babel.core import get_global
from babel.dates import format_date, format_time, get_period_names
from babel.numbers import format_currency, format_decimal, get_territory_currencies
from pydantic import BaseModel, ConfigDict, Field

from rapport.content import ContentError, read_yaml, write_text
from rapport.facts import MARKETS, YEARS, OpeningHours

FOLDER = Path(__file__).resolve().parents[1] / "data" / "facts"
CONSENT_LABEL = "Training rule, ask counsel"
MONTHS = "January February March April May June July August September October November December".split()
DAY_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
HOLIDAYS, BABEL, PHONES = f"holidays {holidays.__version__}", f"Babel {babel.__version__}", f"phonenumbers {phonenumbers.__version__}"
EXAMPLE_DAY, EXAMPLE_TIME, EXAMPLE_NUMBER = date(2026, 3, 7), time(17, 30), Decimal("1234567.89")
# Babel knows a numbering system's separators but prints Latin digits in all of them.
OWN_DIGITS = {"arab": "٠١٢٣٤٥٦٧٨٩", "deva": "०१२३४५६७८९", "gujr": "૦૧૨૩૪૫૬૭૮૯"}
NEVER_ALONE = {"LV": {"Labor Day": "Darba svētki"}}  # a name that never has a day to itself cannot be paired by example
NAMELESS = {"fuv": "Nigerian Fulfulde"}  # CLDR counts its speakers and has no name for it
PLURAL_SAMPLE = [*range(201), 1000, 1_000_000]


# ---- What people wrote --------------------------------------------------------------------------------------------


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Statement(_Strict):
    source: str
    status: Literal["reviewed", "assumed for teaching"]


class NameOrderStatement(Statement):
    order: Literal["surname_first", "given_first", "varies"]
    text: str


class TextStatement(Statement):
    text: str


class ConsentStatement(Statement):
    act: str
    rule: str
    note: str = ""


class ReviewedMarket(_Strict):
    locales: list[str] = Field(min_length=1)
    zones: list[str] = Field(min_length=1)
    also: dict[str, Literal["open", "closed"]] = {}
    unsettled: dict[str, str] = {}
    weekend: list[Literal[DAY_NAMES]] | None = None
    weekend_varies: list[Literal[DAY_NAMES]] = []
    name_order: NameOrderStatement
    address: TextStatement
    postal: TextStatement
    consent: ConsentStatement
    opening_hours: dict[str, str]
    opening_hours_note: str = ""


class Reviewed(_Strict):
    snapshot: str
    islamic_names: list[str]
    markets: dict[str, ReviewedMarket]


class Correction(_Strict):
    id: str
    market: str | None = None
    fields: list[str]
    library: str
    ours: str
    reason: str
    check: Literal["weekend", "provisional", "closed", "unsettled", "digits", "times"] | None = None


class Corrections(_Strict):
    corrections: list[Correction]


@dataclass(frozen=True)
class Written:
    """Both files as read: the reviewed statements and the corrections."""

    reviewed: Reviewed
    corrections: list[Correction]

    def note(self, market: str, field: str) -> str:
        """Why we differ from the library in a field, empty where we do not."""
        found = [each for each in self.corrections if each.market == market and field in each.fields]
        return " ".join(f"Library: {each.library}. {each.reason}" for each in found)


def read_written(folder: Path = FOLDER) -> Written:
    """Read and check ``reviewed.yaml`` and ``corrections.yaml``; faults are `ContentError` with file and line."""
    reviewed, document = read_yaml(folder / "reviewed.yaml", Reviewed)
    corrections, _ = read_yaml(folder / "corrections.yaml", Corrections)
    if unlike := set(reviewed.markets) ^ set(MARKETS):
        raise document.error(f"the markets are not the twelve of rapport.facts.MARKETS: {', '.join(sorted(unlike))}.", "markets")
    for code, stated in reviewed.markets.items():
        try:
            OpeningHours.parse(stated.opening_hours)
        except ValueError as error:
            raise document.error(str(error), "markets", code, "opening_hours") from None
    return Written(reviewed, corrections.corrections)


# ---- What the libraries say -----------------------------------------------------------------------------------------


def _calendar(code: str, category: str = "public", language: str | None = None, estimated: bool = False) -> holidays.HolidayBase:
    """Holidays of the covered years; the language is always named, or the machine's own would decide."""
    cls = getattr(holidays, code)
    options: dict[str, Any] = {"years": YEARS, "categories": (category,), "language": language or cls.default_language}
    if issubclass(cls, holidays.groups.IslamicHolidays):
        options["islamic_show_estimated"] = estimated
    return cls(**options)


def library_weekend(code: str) -> list[str]:
    """The weekend `holidays` reckons with in every covered year."""
    calendar = _calendar(code)
    return [DAY_NAMES[day] for day in sorted(calendar.weekend)]


def library_holidays(code: str) -> list[dict[str, Any]]:
    """Public holidays as the library gives them, ``provisional`` where its own wording says so."""
    calendar = getattr(holidays, code)(years=YEARS, categories=("public",), language="en_US")
    return [{"day": day.isoformat(), "provisional": "estimated" in name} for day, name in sorted(calendar.items())]


def _named_days(code: str, category: str) -> list[dict[str, str]]:
    """One row for each name of each day, English and local side by side."""
    english, local = (_calendar(code, category, language) for language in ("en_US", _own_language(code)))
    rows = []
    for day, name in sorted(english.items()):
        for one, own in _pairs(code, category, name, local[day]):
            rows.append({"day": day.isoformat(), "name": _british(code, one), "local": own})
    return rows


def _pairs(code: str, category: str, english: str, local: str) -> list[tuple[str, str]]:
    """Several names of one day, paired; the library sorts them in each language by itself, so days with one name teach the pairs."""
    ones, owns = english.split("; "), local.split("; ")
    if len(ones) == 1 or len(ones) != len(owns):
        return [(english, local)]
    taught = _single_names(code, category)
    pairs = [(one, taught.get(one)) for one in ones]
    open_ones, open_owns = [one for one, own in pairs if own is None], [own for own in owns if own not in dict(pairs).values()]
    if len(open_ones) > 1 or len(open_ones) != len(open_owns):
        return [(english, local)]
    return [(one, own or open_owns[0]) for one, own in pairs]


@lru_cache
def _single_names(code: str, category: str) -> dict[str, str]:
    cls = getattr(holidays, code)
    options: dict[str, Any] = {"years": range(2001, 2036), "categories": (category,)}
    if issubclass(cls, holidays.groups.IslamicHolidays):
        options["islamic_show_estimated"] = False
    english, local = cls(language="en_US", **options), cls(language=_own_language(code), **options)
    return {name: local[day] for day, name in english.items() if "; " not in name} | NEVER_ALONE.get(code, {})


def _own_language(code: str) -> str:
    """Language of the local names: India's are Gujarati, the language of the course's edition; the others the library's default."""
    return "gu" if code == "IN" else getattr(holidays, code).default_language


def _british(code: str, name: str) -> str:
    """British spelling outside the United States, and no date that reads as two different days."""
    name = name if code == "US" else name.replace("Labor", "Labour")
    return re.sub(r"(\d\d)/(\d\d)/(\d{4})", lambda found: f"{int(found[2])} {MONTHS[int(found[1]) - 1]} {found[3]}", name)


def make_holidays(code: str, stated: ReviewedMarket, written: Written) -> list[dict[str, Any]]:
    """Named days of a market with ``kind``, ``closed``, ``provisional`` and ``why``."""
    snapshot, words = written.reviewed.snapshot, written.reviewed.islamic_names
    rows = []
    for kind, state in {"public": "closed", **stated.also}.items():
        marked = _calendar(code, kind, "en_US", estimated=True).items()
        estimated = {(day.isoformat(), name.split(" (")[0]) for day, names in marked for name in names.split("; ") if "estimated" in name}
        for each in _named_days(code, kind):
            islamic = any(word in each["name"] for word in words)
            moved = "(observed)" in each["name"] and each["day"][:4] in stated.unsettled
            why = (
                "The date follows the moon and may move by a day or two."
                if islamic and each["day"] > snapshot
                else "The library only estimated this date."
                if (each["day"], each["name"].split(" (")[0]) in estimated
                else "The exchange of days for this year was not settled."
                if moved
                else ""
            )
            rows.append({**each, "kind": kind, "closed": state == "closed", "provisional": bool(why), "why": why})
    return sorted(rows, key=lambda row: (row["day"], row["kind"], row["name"]))


def _format_facts(tag: str, code: str) -> dict[str, tuple[Any, str]]:
    """Formats of one locale, as field to (value, status)."""
    locale = Locale.parse(tag)
    money = get_territory_currencies(code)[0]
    pattern = locale.time_formats["short"].pattern
    clock = format_time(EXAMPLE_TIME, "short", locale=locale)
    if locale.language == "ko":
        short, full = (get_period_names(width, "format", locale)["pm"] for width in ("abbreviated", "wide"))
        clock = clock.replace(short, full)
    dates = {length: format_date(EXAMPLE_DAY, length, locale=locale) for length in ("short", "medium", "long")}
    dates |= {f"{length}_pattern": locale.date_formats[length].pattern for length in ("short", "medium", "long")}
    rules = locale.plural_form.rules
    categories = [each for each in ("zero", "one", "two", "few", "many") if each in rules] + ["other"]
    plurals = [
        {
            "category": category,
            "rule": rules.get(category, "every other number"),
            "numbers": [number for number in PLURAL_SAMPLE if locale.plural_form(number) == category][:6],
        }
        for category in categories
    ]
    digits, digits_status = _digits(tag, locale)
    return {
        "dates": (dates, "library"),
        "times": ({"short": clock, "short_pattern": pattern}, "library"),
        "numbers": (
            {"example": format_decimal(EXAMPLE_NUMBER, locale=locale), "pattern": locale.decimal_formats[None].pattern},
            "library",
        ),
        "currency": (
            {
                "code": money,
                "example": format_currency(EXAMPLE_NUMBER, money, locale=locale),
                "pattern": locale.currency_formats["standard"].pattern,
            },
            "library",
        ),
        "digits": (digits, digits_status),
        "plurals": (plurals, "library"),
        "direction": (locale.text_direction, "library"),
    }


def _digits(tag: str, locale: Locale) -> tuple[dict[str, str], str]:
    system = locale.other_numbering_systems.get("native", "latn")
    stored = {"default": locale.default_numbering_system, "native_system": "latn", "native": ""}
    if system not in OWN_DIGITS:  # Latin, or Chinese numerals, with which nobody writes an amount digit by digit
        return {**stored, "example": format_decimal(EXAMPLE_NUMBER, locale=locale)}, "library"
    example = format_decimal(EXAMPLE_NUMBER, locale=locale, numbering_system=system)
    digits = OWN_DIGITS[system]
    return {**stored, "native_system": system, "native": digits, "example": example.translate(str.maketrans("0123456789", digits))}, "reviewed"


def _languages(code: str) -> list[dict[str, Any]]:
    english = Locale("en")
    spoken = get_global("territory_languages")[code]
    rows = [
        {
            "code": tag,
            "name": english.languages.get(tag) or NAMELESS.get(tag, tag),
            "share": entry["population_percent"],
            "official": str(entry["official_status"] or "") in ("official", "de_facto_official"),
        }
        for tag, entry in spoken.items()
        if entry["population_percent"] >= 1 and "_" not in tag
    ]
    return sorted(rows, key=lambda row: (-row["share"], row["code"]))[:8]


def _phone(code: str) -> dict[str, str]:
    """How a number is written: country code, and a fixed line's number in both forms with its digits masked, so that nobody dials it."""
    number = phonenumbers.example_number_for_type(code, phonenumbers.PhoneNumberType.FIXED_LINE)
    national = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    trunk = len(re.sub(r"\D", "", national)) - len(phonenumbers.national_significant_number(number))
    kept = iter(range(len(national)))
    prefix = f"+{number.country_code}"
    abroad = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL).removeprefix(prefix)
    masked = re.sub(r"\d", lambda digit: digit[0] if next(kept) < trunk else "x", national)
    return {"code": prefix, "international": prefix + re.sub(r"\d", "x", abroad), "national": masked}


def _clock_changes(zone: str) -> bool:
    clock = ZoneInfo(zone)
    return any(
        datetime(year, 1, 1, tzinfo=clock).utcoffset() != datetime(year, month, 1, tzinfo=clock).utcoffset()
        for year in YEARS
        for month in range(1, 13)
    )


# ---- Both together ----------------------------------------------------------------------------------------------------


def make_market(code: str, written: Written) -> dict[str, Any]:
    """One market's file as plain data."""
    stated = written.reviewed.markets[code]
    main = Locale.parse(stated.locales[0])
    facts: dict[str, dict[str, Any]] = {}

    def put(field: str, value: Any, source: str, status: str, note: str = "") -> None:
        corrected = written.note(code, field)
        note, status = " ".join(filter(None, [note, corrected])), "reviewed" if corrected and status == "library" else status
        facts[field] = {"value": value, "source": source, "as_of": written.reviewed.snapshot, "status": status}
        if note:
            facts[field]["note"] = note

    ours = "Our own table"
    put("name", Locale("en").territories[code], BABEL, "library")
    put("local_name", main.territories[code], BABEL, "library")
    put("locales", stated.locales, ours, "reviewed")
    several = "The market has several zones; ask where the customer is." if stated.zones[1:] else ""
    put("time_zone", stated.zones[0], ours, "assumed for teaching" if several else "reviewed", several)
    put("time_zones", stated.zones, ours, "reviewed", "The main zones, not all of them." if several else "")
    put("clock_changes", any(map(_clock_changes, stated.zones)), "IANA time zone data", "library")
    weekend = (stated.weekend, ours, "reviewed") if stated.weekend else (library_weekend(code), HOLIDAYS, "library")
    put("weekend", *weekend)
    put("weekend_varies", stated.weekend_varies, ours, "reviewed")
    put("week_start", DAY_NAMES[main.first_week_day], BABEL, "library")
    swaps = sorted(day.isoformat() for day in getattr(_calendar(code), "weekend_workdays", ()) if day.year in YEARS)
    put("swap_working_days", swaps, HOLIDAYS, "library")
    put("unsettled", stated.unsettled, ours, "reviewed")
    put(
        "holidays",
        make_holidays(code, stated, written),
        HOLIDAYS,
        "library",
        "National days only; regions and firms have their own. Which of them close an office, and which dates are provisional, is reviewed.",
    )
    for tag in stated.locales:
        for kind, (value, status) in _format_facts(tag, code).items():
            put(f"{kind}.{tag}", value, BABEL, status)
    shares = "Estimates that overlap and leave out many residents; ask which language a person prefers."
    put("languages", _languages(code), BABEL, "library", shares)
    put("phone", _phone(code), PHONES, "library", "Digits are masked with x. A number says nothing reliable about where its owner is.")
    for field in ("name_order", "address", "postal"):
        statement = getattr(stated, field)
        put(field, statement.model_dump(exclude={"source", "status"}), statement.source, statement.status)
    consent = stated.consent
    rule = {"act": consent.act, "rule": consent.rule, "note": consent.note, "label": CONSENT_LABEL}
    put("consent", rule, consent.source, consent.status, consent.note)
    put("opening_hours", stated.opening_hours, ours, "assumed for teaching", stated.opening_hours_note)
    return {"code": code, "facts": facts}


def make_snapshot(written: Written | None = None) -> dict[str, str]:
    """Text of every market's file, by market."""
    written = written or read_written()
    return {code: _dump(make_market(code, written)) + "\n" for code in MARKETS}


def _dump(value: Any, indent: str = "") -> str:
    """JSON with sorted keys and one line for whatever fits on one, so that a moved holiday is a changed line."""
    line = json.dumps(value, ensure_ascii=False, sort_keys=True)
    if not isinstance(value, dict | list):
        return line
    nested = any(isinstance(each, dict) for each in (value.values() if isinstance(value, dict) else value))
    if not nested and (len(line) <= 120 or "day" in value):
        return line
    inner = indent + " "
    if isinstance(value, dict):
        parts = [f"{inner}{json.dumps(key, ensure_ascii=False)}: {_dump(value[key], inner)}" for key in sorted(value)]
        return "{\n" + ",\n".join(parts) + f"\n{indent}}}"
    return "[\n" + ",\n".join(inner + _dump(each, inner) for each in value) + f"\n{indent}]"


# ---- Does each correction still differ from the library? ----------------------------------------------------------------


def still_needed(correction: Correction, snapshot: dict[str, str]) -> bool:
    """Whether the library still says otherwise than our snapshot; only for a correction that has a check."""
    code = correction.market
    facts = {field: fact["value"] for field, fact in json.loads(snapshot[code])["facts"].items()}
    if correction.check == "weekend":
        return library_weekend(code) != facts["weekend"]
    if correction.check == "provisional":
        ours = {row["day"] for row in facts["holidays"] if row["provisional"]}
        return bool(ours - {row["day"] for row in library_holidays(code) if row["provisional"]})
    if correction.check == "closed":
        ours = {row["day"] for row in facts["holidays"] if row["closed"]}
        return bool(ours - {row["day"] for row in library_holidays(code)})
    if correction.check == "unsettled":
        return bool(facts["unsettled"]) and not {day[:4] for day in facts["swap_working_days"]} & set(facts["unsettled"])
    if correction.check == "times":
        return all(format_time(EXAMPLE_TIME, "short", locale=field.split(".")[1]) != facts[field]["short"] for field in correction.fields)
    return all(
        format_decimal(EXAMPLE_NUMBER, locale=field.split(".")[1], numbering_system=facts[field]["native_system"]) != facts[field]["example"]
        for field in correction.fields
    )


def main(arguments: list[str]) -> int:
    """Write the snapshot, or with ``--check`` compare it; 0 when all is well, 1 when something differs."""
    if arguments not in ([], ["--check"]):
        print("usage: python scripts/facts_snapshot.py [--check]", file=sys.stderr)
        return 2
    try:
        written = read_written()
        snapshot = make_snapshot(written)
        needless = [each.id for each in written.corrections if each.check and not still_needed(each, snapshot)]
        changed = []
        for code, text in snapshot.items():
            path = FOLDER / f"{code}.json"
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                changed.append(path.name)
                if not arguments:
                    write_text(path, text)
    except ContentError as error:
        print(error, file=sys.stderr)
        return 1
    done = "differ" if arguments else "written"
    print(f"{done}: {', '.join(changed) or 'none'}; corrections now needless: {', '.join(needless) or 'none'}")
    return 1 if needless or (arguments and changed) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
