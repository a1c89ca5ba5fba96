"""Working days and working time, market by market: weekends, holidays, exchanged days, clock changes.
A customer's own opening hours always come before the market's default."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rapport.facts.hours import OpeningHours, Span
from rapport.facts.markets import YEARS, Holiday, Market, UnknownFact, market as find_market

ONE_DAY = timedelta(days=1)


def holidays(market: str | Market, year: int) -> tuple[Holiday, ...]:
    """Named days of a market in one year, sorted by date, open and closed ones alike.

    Parameters
    ----------
    market : str or Market
        Such as ``"SA"``.
    year : int
        One of `YEARS`.

    Raises
    ------
    UnknownFact
        When the market or the year is not in the snapshot.
    """
    found = _market(market)
    _known(year)
    return tuple(each for each in found.holidays if each.day.year == year)


def is_working_day(market: str | Market, day: date, *, varying: bool = True) -> bool:
    """Whether offices of a market are taken to be open on a day.

    Holidays come first, then days worked in exchange, then the weekend.

    Parameters
    ----------
    market : str or Market
        Such as ``"LV"``.
    day : date
        In one of `YEARS`; of a `datetime` the date is taken as it stands.
    varying : bool, default True
        Whether to count a weekday that depends on the employer (India's Saturday). True is the careful choice
        when a customer may be waiting, False when you look for a day on which everybody is in.

    Raises
    ------
    UnknownFact
        When the market or the year is not in the snapshot.
    """
    found = _market(market)
    day = day.date() if isinstance(day, datetime) else day
    _known(day.year)
    if day in found.closed_days:
        return False
    if day in found.swap_working_days:
        return True
    return day.weekday() not in found.weekend and (varying or day.weekday() not in found.weekend_varies)


def opening_on(day: date, market: str | Market) -> tuple[Span, ...]:
    """Spans in which offices of a market are taken to be open on a day, by its default hours (assumed for teaching).

    Raises
    ------
    UnknownFact
        When the market or the year is not in the snapshot.
    """
    return _hours_on(day, None, _market(market), eve=False)


def shared_working_days(*markets: str | Market, year: int, varying: bool = True) -> list[date]:
    """Days of a year that are working days in every market named.

    Parameters
    ----------
    *markets : str or Market
        One or more, such as ``"SA", "DE"``.
    year : int
        One of `YEARS`.
    varying : bool, default True
        As in `is_working_day`.

    Returns
    -------
    list of date
        In order; empty when there is none.

    Raises
    ------
    UnknownFact
        When a market or the year is not in the snapshot.
    ValueError
        When no market is named.
    """
    if not markets:
        raise ValueError('shared_working_days: name at least one market, such as shared_working_days("SA", "DE", year=2026).')
    found = [_market(each) for each in markets]
    _known(year)
    days = (date(year, 1, 1) + timedelta(days=n) for n in range(366))
    return [day for day in days if day.year == year and all(is_working_day(each, day, varying=varying) for each in found)]


def working_time_between(
    start: datetime, end: datetime, hours: OpeningHours | None = None, *, market: str | Market | None = None
) -> timedelta:
    """Open time between two moments, on the wall clock of the one who waits.

    Parameters
    ----------
    start, end : datetime
        Aware; `end` not before `start`. They may be in any time zones.
    hours : OpeningHours, optional
        The customer's own hours, which then decide the weekdays; without them the market's default hours
        (assumed for teaching) and its weekend decide.
    market : str or Market, optional
        Whose holidays and exchanged days apply, and whose time zone where `hours` names none. Without it no day
        is a holiday, and `hours` must carry a zone.

    Returns
    -------
    timedelta
        Real elapsed time while open: a night shift across a clock change is an hour shorter or longer.

    Raises
    ------
    ValueError
        When a moment is naive, `end` is before `start`, or neither hours with a zone nor a market is given.
    UnknownFact
        When the market, or a year in between, is not in the snapshot.

    Notes
    -----
    Hours past midnight belong to the day on which they open: a shift that opens on the eve of a holiday runs to its
    end, one that would open on the holiday does not. An exchanged working day without hours of its own has those of
    the nearest open day before it.
    """
    for name, moment in (("start", start), ("end", end)):
        if moment.tzinfo is None or moment.utcoffset() is None:
            raise ValueError(
                f"working_time_between: {name} ({moment.isoformat()}) has no time zone; give an aware datetime, "
                'such as datetime(2026, 3, 7, 9, tzinfo=ZoneInfo("Asia/Riyadh")).'
            )
    if end < start:
        raise ValueError(f"working_time_between: end ({end.isoformat()}) is before start ({start.isoformat()}); swap them.")
    found = None if market is None else _market(market)
    if hours is None and found is None:
        raise ValueError("working_time_between: give the customer's hours, or a market whose default hours apply.")
    zone = _zone((hours and hours.zone) or (found.time_zone if found else ""))

    start, end = start.astimezone(timezone.utc), end.astimezone(timezone.utc)
    open_time, counted_until = timedelta(), start
    for opens, closes in sorted(_open_spans(start, end, zone, hours, found)):
        opens = max(opens, counted_until)  # spans may touch or overlap: no minute counts twice
        closes = min(closes, end)
        if opens < closes:
            open_time += closes - opens
            counted_until = closes
    return open_time


def _open_spans(
    start: datetime, end: datetime, zone: ZoneInfo, hours: OpeningHours | None, market: Market | None
) -> Iterator[tuple[datetime, datetime]]:
    """Spans in UTC that open on a local day from the eve of `start` to `end`."""
    first = start.astimezone(zone).date()
    last = max(start, end - timedelta.resolution).astimezone(zone).date()  # an end at midnight does not open a day
    day = first - ONE_DAY  # a shift of the evening before may still run
    while day <= last:
        spans = _hours_on(day, hours, market, eve=day < first)
        for opens, closes in spans:
            next_day = day + ONE_DAY if closes <= opens else day
            yield (
                datetime.combine(day, opens, zone).astimezone(timezone.utc),
                datetime.combine(next_day, closes, zone).astimezone(timezone.utc),
            )
        day += ONE_DAY


def _hours_on(day: date, hours: OpeningHours | None, market: Market | None, eve: bool) -> tuple:
    week = hours or market.opening_hours
    if eve and not any(closes <= opens for opens, closes in week.on_exchanged(day.weekday())):
        return ()  # nothing of the evening before runs past midnight; its year need not be known
    if market is None:
        return week.on(day.weekday())
    _known(day.year)
    if day in market.closed_days:
        return ()
    if day in market.swap_working_days:
        return week.on_exchanged(day.weekday())
    if hours is None and not is_working_day(market, day):
        return ()
    return week.on(day.weekday())


def _market(market: str | Market) -> Market:
    return market if isinstance(market, Market) else find_market(market)


def _known(year: int) -> None:
    if year not in YEARS:
        raise UnknownFact(f"no calendar for the year {year!r}: known are {YEARS[0]} to {YEARS[-1]}.")


def _zone(name: str) -> ZoneInfo:
    if not name:
        raise ValueError("working_time_between: the hours carry no time zone; give one to OpeningHours, or name a market.")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(f"working_time_between: {name!r} is no IANA time zone; write one such as Asia/Riyadh.") from None
