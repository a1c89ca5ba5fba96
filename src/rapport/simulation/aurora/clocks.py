"""Days and minutes of a market for whole columns at once: trade by day, local time stamps, the customer's open minutes.
The calendars, weekends and time zones are those of `rapport.facts`; a test compares the two minute by minute."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np

from rapport import facts
from rapport.simulation.aurora.firm import BEGINS, DAYS, Aurora

# Opening hours belong to a customer: most keep the market's usual ones (assumed for teaching), some do not.
HOURS = ("", "mon-sun 08:00-20:00", "mon-thu 10:00-16:00")
HOURS_SHARES = (0.70, 0.20, 0.10)
CALENDAR_DAYS = DAYS + 60  # an answer may come after the book's last day
CALENDAR = [BEGINS + timedelta(days=number) for number in range(CALENDAR_DAYS)]
DAY = 1440


@dataclass(frozen=True, eq=False)
class Clock:
    """Open spans of one kind of hours in one market, in minutes since the book's first midnight UTC.

    Attributes
    ----------
    opens, closes, before : (spans,) int64
        Opening and closing; open minutes before the span.
    offset : (spans,) int64
        Minutes the wall clock is ahead of UTC on that day.
    """

    opens: np.ndarray
    closes: np.ndarray
    before: np.ndarray
    offset: np.ndarray

    def open_minutes(self, moment: np.ndarray) -> np.ndarray:
        """Open minutes from the beginning of the book to `moment` (UTC minutes)."""
        span = np.searchsorted(self.opens, moment, side="right") - 1
        inside = np.minimum(moment, self.closes[span]) - self.opens[span]
        return np.where(span < 0, 0, self.before[span] + inside)

    def moment(self, minutes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """When so many open minutes have passed: (UTC minutes, offset of the wall clock)."""
        span = np.clip(np.searchsorted(self.before, minutes, side="left") - 1, 0, None)
        return self.opens[span] + minutes - self.before[span], self.offset[span]


def hours_text(market: str, kind: int) -> str:
    """Hours as they stand in the book, in the form `facts.OpeningHours.parse` reads (days, then spans; parts by semicolon)."""
    return HOURS[kind] or str(facts.market(market).opening_hours).lower().replace("–", "-")


def parse_hours(text: str, zone: str = "") -> facts.OpeningHours:
    """Opening hours from `hours_text`."""
    return facts.OpeningHours.parse(dict(part.split(" ", 1) for part in text.split("; ")), zone)


@lru_cache(maxsize=None)
def offsets(market: str) -> np.ndarray:
    """(CALENDAR_DAYS,) int64: minutes the wall clock is ahead of UTC at noon of each local day."""
    noon = datetime(BEGINS.year, BEGINS.month, BEGINS.day, 12, tzinfo=ZoneInfo(facts.market(market).time_zone))
    return np.array([(noon + timedelta(days=day)).utcoffset() // timedelta(minutes=1) for day in range(CALENDAR_DAYS)])


@lru_cache(maxsize=None)
def clock(market: str, kind: int) -> Clock:
    """The clock of a market for one of `HOURS`."""
    found, hours, ahead = facts.market(market), parse_hours(hours_text(market, kind)), offsets(market)
    spans = {
        exchanged: [[[at.hour * 60 + at.minute for at in span] for span in on(weekday)] for weekday in range(7)]
        for exchanged, on in ((False, hours.on), (True, hours.on_exchanged))
    }
    rows = [
        (number, opens, closes)
        for number, day in enumerate(CALENDAR) if day not in found.closed_days
        for opens, closes in spans[day in found.swap_working_days][day.weekday()]
    ]  # fmt: skip
    number, opens, closes = np.array(rows, dtype=np.int64).T
    midnight, length = number * DAY - ahead[number], closes - opens
    return Clock(midnight + opens, midnight + closes, np.cumsum(length) - length, ahead[number])


@lru_cache(maxsize=None)
def trade(market: str, weekend: float, holiday: float, before: float) -> np.ndarray:
    """(DAYS + 1,) int64: trade up to each day, in thousandths of an ordinary day; whole numbers, so sums are exact."""
    found = facts.market(market)
    days = CALENDAR[: DAYS + 20]
    shut = [day in found.closed_days for day in days]
    idle = [shut[number] or (day not in found.swap_working_days and day.weekday() in found.weekend) for number, day in enumerate(days)]
    weight = [1000 * (holiday if shut[number] else weekend if idle[number] else 1) for number in range(DAYS)]
    for number in range(DAYS):
        run = idle[number : number + 3]
        if all(run) and any(shut[number : number + 3]) and not (number and idle[number - 1]):
            for day in range(max(0, number - 7), number):
                weight[day] *= before
    return np.concatenate([[0], np.cumsum(np.rint(weight).astype(np.int64))])


def trades(firm: Aurora) -> np.ndarray:
    """(markets, DAYS + 1) int64: `trade` of every market of the firm."""
    return np.array([trade(market, firm.weekend_trade, firm.holiday_trade, firm.before_holidays_trade) for market in firm.markets])


_DAYS = np.array([(BEGINS + timedelta(days=number)).isoformat() for number in range(-4000, CALENDAR_DAYS + 1500)], dtype=object)


def dates(day: np.ndarray) -> np.ndarray:
    """ISO dates of days counted from the book's first; an empty word where the day is below −3999."""
    if len(day) and -3999 <= day.min() and day.max() < len(_DAYS) - 4000:
        return _DAYS[day + 4000]
    return np.where(day < -3999, "", _DAYS[np.clip(day + 4000, 0, len(_DAYS) - 1)])


_CLOCK = np.array([f"T{minute // 60:02d}:{minute % 60:02d}" for minute in range(DAY)], dtype=object)


def stamps(local: np.ndarray, offset: np.ndarray) -> np.ndarray:
    """ISO date, time and zone offset of local minutes since the book's first local midnight."""
    ahead = np.unique(offset)
    text = np.array([f"{'+' if each >= 0 else '-'}{abs(each) // 60:02d}:{abs(each) % 60:02d}" for each in ahead.tolist()], dtype=object)
    if not len(local):
        return np.empty(0, dtype=object)
    return dates(local // DAY) + _CLOCK[local % DAY] + text[np.searchsorted(ahead, offset)]
