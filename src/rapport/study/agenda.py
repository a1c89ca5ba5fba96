"""The reviews as a calendar file (RFC 5545): an all-day entry for each round, to be taken into any calendar.
Taken in again, an entry replaces itself: its id follows from learner, module and round."""

from __future__ import annotations

from datetime import UTC, timedelta
from pathlib import Path
from uuid import UUID, uuid5

from rapport import i18n
from rapport.learner import Record
from rapport.learner.document import instant
from rapport.study.reviews import begun, rounds
from rapport.study.words import say

HOST = "rapport.example"  # a reserved name: nothing lives there


def calendar(record: Record, root: Path) -> bytes:
    """The calendar of every module whose reviews run; the same record gives the same bytes.

    Returns
    -------
    bytes
        An ``.ics`` file. The learner's id is not in it.
    """
    from icalendar import Calendar, Event

    agenda = Calendar()
    agenda.add("prodid", f"-//{HOST}//Rapport//{i18n.language().upper()}")
    agenda.add("version", "2.0")
    agenda.add("method", "PUBLISH")
    starts = begun(record, root)
    for each in rounds(record, root):
        entry = Event()
        entry.add("uid", f"{uuid5(UUID(record.learner), f'review/{each.module.stem}/{each.day}')}@{HOST}")
        entry.add("dtstamp", instant(starts[each.module.stem]).astimezone(UTC))
        entry.add("dtstart", each.on)
        entry.add("dtend", each.on + timedelta(days=1))
        entry.add("summary", say("entry", title=each.module.title, n=each.day))
        entry.add("description", say("entry_says", number=each.module.number))
        entry.add("transp", "TRANSPARENT")
        agenda.add_component(entry)
    return agenda.to_ical()
