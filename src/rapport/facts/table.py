"""Opening hours as a table: when whoever is named is open, minute by minute in UTC, with the open minutes counted up.
With it, working time between two moments is two look-ups and a subtraction, in any engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

from rapport.facts.calendar import _market, _open_spans
from rapport.facts.hours import OpeningHours
from rapport.facts.markets import Market

_DAY = 24 * 60


def calendar_table(whose: Iterable[str] | Mapping[str, str | tuple[str | Market, OpeningHours]], *, start: date, end: date, key: str = "market") -> Any:
    """Open and closed stretches of each market or customer.

    Parameters
    ----------
    whose : iterable of str, or mapping
        Markets such as ``["SA", "DE"]``, with their default hours (assumed for teaching); or a mapping from a name, such as a
        customer id, to a market, or to a pair of market and the customer's own `OpeningHours`.
    start, end : date
        First and last day in UTC, both within the years of the snapshot less a day at each end.
    key : str
        Name of the first column: ``market`` or ``customer_id``.

    Returns
    -------
    pandas.DataFrame
        Columns `key` (str), and integers: ``utc_day`` (days since 1970-01-01), ``minute_from`` and ``minute_to`` (minutes since
        1970-01-01 00:00 UTC, from inclusive, to exclusive), ``open_before`` (open minutes since `start` before the stretch),
        ``is_open`` (0 or 1). The stretches of a name tile its days; none crosses midnight in UTC.

    Raises
    ------
    UnknownFact
        When a market or year is not in the snapshot.
    ValueError
        When `end` lies before `start`, or nobody is named.
    """
    import pandas as pd

    names = whose if isinstance(whose, Mapping) else {each: each for each in whose}
    if end < start or not names:
        raise ValueError(f"calendar_table: found {len(names)} name(s), {start} to {end}; name at least one, and an end not before the start.")
    first = datetime(start.year, start.month, start.day, tzinfo=timezone.utc)
    last = datetime(end.year, end.month, end.day, tzinfo=timezone.utc) + timedelta(days=1)
    rows = [row for name, kept in names.items() for row in _stretches(name, kept, first, last)]
    return pd.DataFrame(rows, columns=[key, "utc_day", "minute_from", "minute_to", "open_before", "is_open"])


def _stretches(name: str, kept: Any, first: datetime, last: datetime) -> list[tuple]:
    market, hours = kept if isinstance(kept, tuple) else (kept, None)
    market = _market(market)
    zone = ZoneInfo((hours.zone if hours and hours.zone else "") or market.time_zone)
    begin, finish = _minute(first), _minute(last)
    cuts: list[tuple[int, int]] = []  # open spans, in order, not overlapping
    for opens, closes in sorted(_open_spans(first, last, zone, hours, market)):
        a, b = max(_minute(opens), begin, cuts[-1][1] if cuts else begin), min(_minute(closes), finish)
        if a < b:
            cuts.append((a, b))
    rows, counted, at = [], 0, begin
    for a, b in [*cuts, (finish, finish)]:
        for low, high, is_open in ((at, a, 0), (a, b, 1)):
            while low < high:
                stop = min(high, (low // _DAY + 1) * _DAY)
                rows.append((name, low // _DAY, low, stop, counted, is_open))
                counted += (stop - low) * is_open
                low = stop
        at = b
    return rows


def _minute(moment: datetime) -> int:
    return int(moment.timestamp()) // 60
