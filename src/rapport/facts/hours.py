"""Opening hours of a week, as an office or a customer would write them: ``{"mon-thu": "08:00-17:00", "fri": "08:00-12:00"}``.
Hours may pass midnight; they then belong to the day on which they open."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)")

Span = tuple[time, time]


@dataclass(frozen=True)
class OpeningHours:
    """When somebody is open, week after week.

    Parameters
    ----------
    week : tuple of 7 tuples of (time, time)
        Monday first; each pair is opening and closing in wall-clock time. A closing time that is not later than
        the opening time lies on the next day, so ``00:00`` to ``00:00`` is round the clock.
    zone : str
        IANA time zone of the clock on the wall; empty means the market's own.
    """

    week: tuple[tuple[Span, ...], ...]
    zone: str = ""

    @classmethod
    def parse(cls, week: Mapping[str, str], zone: str = "") -> OpeningHours:
        """Opening hours from text.

        Parameters
        ----------
        week : mapping of str to str
            Days (``"mon"``, ``"mon-fri"``, ``"sun-thu"``) to spans (``"09:00-17:00"``, ``"08:00-12:00, 13:00-17:00"``,
            ``"22:00-06:00"``, ``"00:00-24:00"``). Days left out are closed.
        zone : str, optional
            IANA time zone.

        Raises
        ------
        ValueError
            When a day or a span is not written like these, or two keys speak of the same day.
        """
        days: dict[int, tuple[Span, ...]] = {}
        for key, text in week.items():
            for day in _days(key):
                if day in days:
                    raise ValueError(f"opening hours: {DAYS[day]} is named twice; name each day once.")
                days[day] = tuple(_span(part.strip(), key) for part in text.split(","))
        return cls(tuple(days.get(day, ()) for day in range(7)), zone)

    def on(self, weekday: int) -> tuple[Span, ...]:
        """Spans that open on `weekday` (Monday is 0)."""
        return self.week[weekday]

    def on_exchanged(self, weekday: int) -> tuple[Span, ...]:
        """Spans of a weekend day that is worked in exchange: its own, else those of the nearest open day before it."""
        return next((self.week[(weekday - back) % 7] for back in range(7) if self.week[(weekday - back) % 7]), ())

    def __str__(self) -> str:
        return self.said([day.title() for day in DAYS]) or "closed"

    def said(self, days: Sequence[str]) -> str:
        """The week with its days named as in `days`, Monday first; empty when it is closed throughout."""
        # begin after a day that differs, so that Sunday to Thursday reads as one stretch
        begin = next((day for day in range(7) if self.week[day] and self.week[day] != self.week[day - 1]), 0)
        stretches: list[list[int]] = []
        for day in ((begin + step) % 7 for step in range(7)):
            if stretches and self.week[day] == self.week[stretches[-1][-1]]:
                stretches[-1].append(day)
            else:
                stretches.append([day])
        stretches = sorted(stretch for stretch in stretches if self.week[stretch[0]])
        return "; ".join(f"{_stretch(stretch, days)} {', '.join(f'{a:%H:%M}–{b:%H:%M}' for a, b in self.week[stretch[0]])}" for stretch in stretches)


def _stretch(stretch: list[int], days: Sequence[str]) -> str:
    return days[stretch[0]] if len(stretch) == 1 else f"{days[stretch[0]]}–{days[stretch[-1]]}"


def _days(key: str) -> list[int]:
    names = key.strip().lower().split("-")
    if len(names) > 2 or any(name not in DAYS for name in names):
        raise ValueError(f"opening hours: {key!r} is no day; write one of {', '.join(DAYS)}, or two with a hyphen such as mon-fri.")
    first, last = DAYS.index(names[0]), DAYS.index(names[-1])
    return [(first + step) % 7 for step in range((last - first) % 7 + 1)]


def _span(text: str, key: str) -> Span:
    match = _SPAN.fullmatch(text)
    problem = f"opening hours: {key}: {text!r} is no span of hours; write it like 09:00-17:00 (24:00 is midnight)."
    if not match:
        raise ValueError(problem)
    try:
        opens = time(int(match[1]), int(match[2]))
        closes = time(0, int(match[4])) if match[3] == "24" and match[4] == "00" else time(int(match[3]), int(match[4]))
    except ValueError:
        raise ValueError(problem) from None
    return opens, closes
