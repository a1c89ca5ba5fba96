"""What is known of a market, as frozen records, and how they are read from the snapshot in ``data/facts``.
Every field carries where it comes from, when, and how far it may be trusted."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from rapport import i18n
from rapport.facts.hours import DAYS, OpeningHours

MARKETS = ("JP", "AE", "SA", "IN", "LV", "DE", "BR", "US", "NG", "CN", "KR", "SE")
YEARS = range(2025, 2029)
STATUSES = ("library", "reviewed", "assumed for teaching")


class UnknownFact(LookupError):
    """A market or a year that the snapshot does not hold; the message names those it does."""


class FactsError(Exception):
    """The snapshot in ``data/facts`` is missing or damaged; the message names the file and what to do."""


@dataclass(frozen=True)
class Provenance:
    """Where one field comes from: source (library and version, or the statement's), date, status, and a note."""

    source: str
    as_of: date
    status: str
    note: str = ""


@dataclass(frozen=True)
class Holiday:
    """A day with a name.

    Parameters
    ----------
    day : date
        The day.
    name, local : str
        Name in the reader's language and in the market's own.
    kind : str
        ``public``, or the category it has where it is none: ``de_facto``, ``bank``, ``optional``.
    closed : bool
        Whether offices are taken to be shut.
    provisional : bool
        Whether the date may still move; ``why`` then says why.
    english : str
        Its name in English, the same in every language: what code asks for.
    """

    day: date
    name: str
    local: str
    kind: str
    closed: bool
    provisional: bool
    why: str = ""
    english: str = ""


@dataclass(frozen=True)
class Language:
    """A language spoken in a market; ``share`` is CLDR's estimate in per cent of people (shares overlap)."""

    code: str
    name: str
    share: float
    official: bool


@dataclass(frozen=True)
class Plural:
    """One plural category: CLDR's rule text and the first whole numbers that fall in it."""

    category: str
    rule: str
    numbers: tuple[int, ...]


# eq=False: two markets or formats are the same record or they are not; it also makes them usable as keys.
@dataclass(frozen=True, eq=False)
class Formats:
    """How a locale writes dates, times, numbers and money; patterns are CLDR's.

    Each mapping holds ``*_pattern`` and the rendered example: `dates` of 7 March 2026 (``short``, ``medium``, ``long``),
    `times` of 17:30, `numbers` of 1234567.89, `currency` of 1234567.89 with ``code`` (ISO 4217); `digits` holds
    ``default`` and ``native_system`` (CLDR numbering systems), ``native`` (ten digits; empty where they are Latin) and
    ``example`` in native digits.
    """

    locale: str
    direction: str
    dates: Mapping[str, str]
    times: Mapping[str, str]
    numbers: Mapping[str, str]
    currency: Mapping[str, str]
    digits: Mapping[str, str]
    plurals: tuple[Plural, ...]


@dataclass(frozen=True)
class NameOrder:
    """`order` is ``surname_first``, ``given_first`` or ``varies`` in the market's own text; `text` says more."""

    order: str
    text: str


@dataclass(frozen=True)
class AddressForms:
    """Forms of address, as a fact about the language; the person is always asked."""

    text: str


@dataclass(frozen=True)
class Phone:
    """How a telephone number is written: country code ``+91``, from abroad and from within, digits masked with ``x``."""

    code: str
    international: str
    national: str


@dataclass(frozen=True)
class Postal:
    """How an address on an envelope is written; ask the person for theirs as they write it."""

    text: str


@dataclass(frozen=True)
class Consent:
    """A rule on outreach for training: `act`, the `rule` to teach, a `note` on doubt, and `label` to show with it."""

    act: str
    rule: str
    note: str
    label: str


@dataclass(frozen=True, eq=False)
class Market:
    """The facts of one market.

    Parameters
    ----------
    code : str
        ISO 3166 code, such as ``"SA"``.
    name, local_name : str
        In the reader's language and in the market's first locale.
    time_zone : str
        IANA zone used when nothing else is known; `time_zones` holds all main zones.
    clock_changes : bool
        Whether the clocks change in the years covered.
    weekend, weekend_varies : frozenset of int
        Weekdays (Monday is 0) on which offices are shut, and those on which it depends on the employer.
    week_start : int
        First day of the week in a printed calendar.
    swap_working_days : tuple of date
        Weekend days that are worked in exchange for another day.
    holidays : tuple of Holiday
        Sorted by date; one date may carry several.
    unsettled : mapping of int to str
        Years whose calendar is not complete, with the reason.
    formats : mapping of str to Formats
        By locale; the first is the market's default.
    languages : tuple of Language
        Largest first.
    opening_hours : OpeningHours
        A default, assumed for teaching: opening hours belong to a customer.
    provenance : mapping of str to Provenance
        By field; fields of a locale as ``dates.lv_LV``.
    """

    code: str
    name: str
    local_name: str
    time_zone: str
    time_zones: tuple[str, ...]
    clock_changes: bool
    weekend: frozenset[int]
    weekend_varies: frozenset[int]
    week_start: int
    swap_working_days: tuple[date, ...]
    holidays: tuple[Holiday, ...]
    unsettled: Mapping[int, str]
    formats: Mapping[str, Formats]
    languages: tuple[Language, ...]
    name_order: NameOrder
    address: AddressForms
    phone: Phone
    postal: Postal
    consent: Consent
    opening_hours: OpeningHours
    provenance: Mapping[str, Provenance]

    @cached_property
    def closed_days(self) -> frozenset[date]:
        """Dates of the holidays on which offices are taken to be shut."""
        return frozenset(each.day for each in self.holidays if each.closed)


def market(code: str) -> Market:
    """The facts of one market, its texts and names in the reader's language; local names stay as they are.

    Parameters
    ----------
    code : str
        One of `MARKETS`, such as ``"SA"``.

    Raises
    ------
    UnknownFact
        When the market is not among the twelve.
    FactsError
        When its file is missing or damaged.
    """
    if code not in MARKETS:
        raise UnknownFact(f"unknown market {code!r}: known are {', '.join(sorted(MARKETS))}.")
    return _read(facts_folder() / f"{code}.json", i18n.language(), i18n.marking())


def facts_folder() -> Path:
    """``data/facts`` of the course named by ``RAPPORT_COURSE``, else of the checkout the package lies in."""
    named = os.environ.get("RAPPORT_COURSE")
    places = [Path(named)] if named else []
    places.append(Path(__file__).resolve().parents[3])
    for place in places:
        if (folder := place / "data" / "facts").is_dir():
            return folder
    raise FactsError(f"no facts found: {places[0] / 'data' / 'facts'} is missing; set RAPPORT_COURSE to a course folder that has it.")


@lru_cache(maxsize=64)
def _read(path: Path, lang: str, marking: bool) -> Market:
    restore = "take the file from the repository again, or run scripts/facts_snapshot.py"
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        return _build(stored if lang == i18n.SOURCE else _translated(stored, path, lang, marking))
    except OSError as error:
        raise FactsError(f"{path}: cannot be read ({error.strerror}); {restore}.") from None
    except json.JSONDecodeError as error:
        raise FactsError(f"{path}:{error.lineno}: not valid JSON ({error.msg}); {restore}.") from None
    except KeyError as error:
        raise FactsError(f"{path}: the key {error} is missing; {restore}.") from None
    except (AttributeError, TypeError, ValueError) as error:
        raise FactsError(f"{path}: a value is not of the kind expected ({error}); {restore}.") from None


def _translated(stored: dict[str, Any], path: Path, lang: str, marking: bool) -> dict[str, Any]:
    """A market's file in another language, from the one catalogue of the folder and from CLDR."""
    from rapport.i18n import names
    from rapport.i18n.catalogue import catalogue
    from rapport.i18n.texts import snapshot

    found = catalogue(path.parent, path.parents[2], lang)
    stored = snapshot(stored, found.marked if marking else found.text)
    stored["facts"]["name"]["value"] = names.territory(stored["code"])
    return stored


def _build(stored: dict[str, Any]) -> Market:
    facts = stored["facts"]

    def value(field: str) -> Any:
        return facts[field]["value"]

    def formats(locale: str) -> Formats:
        kinds = {kind: MappingProxyType(value(f"{kind}.{locale}")) for kind in ("dates", "times", "numbers", "currency", "digits")}
        plurals = tuple(Plural(each["category"], each["rule"], tuple(each["numbers"])) for each in value(f"plurals.{locale}"))
        return Formats(locale=locale, direction=value(f"direction.{locale}"), plurals=plurals, **kinds)

    zone = value("time_zone")
    return Market(
        code=stored["code"],
        name=value("name"),
        local_name=value("local_name"),
        time_zone=zone,
        time_zones=tuple(value("time_zones")),
        clock_changes=value("clock_changes"),
        weekend=_weekdays(value("weekend")),
        weekend_varies=_weekdays(value("weekend_varies")),
        week_start=DAYS.index(value("week_start").lower()),
        swap_working_days=tuple(map(date.fromisoformat, value("swap_working_days"))),
        holidays=tuple(Holiday(**{"english": each["name"], **each, "day": date.fromisoformat(each["day"])}) for each in value("holidays")),
        unsettled=MappingProxyType({int(year): why for year, why in value("unsettled").items()}),
        formats=MappingProxyType({locale: formats(locale) for locale in value("locales")}),
        languages=tuple(Language(**each) for each in value("languages")),
        name_order=NameOrder(**value("name_order")),
        address=AddressForms(**value("address")),
        phone=Phone(**value("phone")),
        postal=Postal(**value("postal")),
        consent=Consent(**value("consent")),
        opening_hours=OpeningHours.parse(value("opening_hours"), zone),
        provenance=MappingProxyType({field: _provenance(fact) for field, fact in facts.items()}),
    )


def _weekdays(names: list[str]) -> frozenset[int]:
    return frozenset(DAYS.index(name.lower()) for name in names)


def _provenance(fact: dict[str, Any]) -> Provenance:
    return Provenance(fact["source"], date.fromisoformat(fact["as_of"]), fact["status"], fact.get("note", ""))
