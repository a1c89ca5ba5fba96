"""The market sheets of the handbook: one page for each market, and their index. Facts come from the snapshot, questions from
``playbooks/markets.yaml``; whether somebody is in now is looked up in the browser, in days that were worked out here."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from markupsafe import Markup
from pydantic import BaseModel, ConfigDict, Field, model_validator

from rapport import facts
from rapport.content import read_yaml
from rapport.facts import Market
from rapport.facts.calendar import opening_on
from rapport.facts.sheet import GROUPS, RAISED, STRINGS as sheet_words, fact_sheet, hours, raised
from rapport.i18n import names
from rapport.i18n.words import Words

INDEX = "markets"
STRINGS = Words(__file__, {
    "ask_before": "Questions to ask this customer",
    "because_of_market": "Because of what this sheet says",
    "calendar_covers": "The calendar covers {first} to {last}, and nothing after that. Dates that follow the moon, and exchanged days, may still move.",
    "calendar_day": "Day",
    "calendar_holiday": "Name",
    "calendar_mark": "Office",
    "calendar_of": "All named days of {year}",
    "calendar_title": "Days with a name, {year}",
    "every_customer": "Whoever the customer is",
    "group_calendar": "Week and calendar",
    "group_clock": "Clock",
    "group_format": "How it is written",
    "group_law": "Law",
    "group_person": "Languages and names",
    "group_post": "Telephone and post",
    "lead": "What is known of calendar, clock, formats and rules, with its source. Nothing here says what a person is like: that is what the questions are for.",
    "markets_nav": "Markets",
    "next_days": "Next days with a name",
    "next_no_script": "The next days are picked out by JavaScript. Without it, open the year below.",
    "now": "Now",
    "now_no_script": "What time it is there, and whether it is open, needs JavaScript. The usual hours are in the table.",
    "now_note": "Usual hours are assumed for teaching. Your customer's own hours come first.",
    "print_sheet": "Print this sheet",
    "sheet_of": "Market sheet: {name}",
    "usual_hours": "Usual hours, on the clock of {city}",
    "written_in": "Written in {language}",
})  # fmt: skip
say = STRINGS.say

Text = Annotated[str, Field(min_length=1)]
Href = Callable[[str, str], str]


class Question(BaseModel):
    """A question to ask a customer, why, and which facts raise it (none: it stands on every sheet)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    ask: Text
    because: Text
    when: list[Literal[RAISED]] = []  # type: ignore[valid-type]


class Sheets(BaseModel):
    """``playbooks/markets.yaml``: title and lead of the index, and the questions."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Text
    lead: Text
    questions: Annotated[list[Question], Field(min_length=1)]

    @model_validator(mode="after")
    def _every_fact_asked(self) -> Sheets:
        asked = {name for question in self.questions for name in question.when}
        if silent := [name for name in RAISED if name not in asked]:
            raise ValueError(f"no question is asked when {silent[0]}; add one with when: [{silent[0]}].")
        return self

    def of(self, market: Market) -> dict[str, list[Question]]:
        """Questions for any customer, and those that the facts of `market` raise."""
        there = raised(market)
        return {
            "every_customer": [each for each in self.questions if not each.when],
            "because_of_market": [each for each in self.questions if set(each.when) & there],
        }


def load(root: Path) -> Sheets | None:
    """What the sheets say beside the facts, in the reader's language; None where the course has no ``playbooks/markets.yaml``.

    Raises
    ------
    ContentError
        For a key that is missing, unknown or wrong, or a fact that no question asks about.
    """
    path = root / "playbooks" / "markets.yaml"
    return read_yaml(path, Sheets)[0] if path.exists() else None


def page_of(code: str) -> str:
    """Name of a market's page: ``market-sa``."""
    return f"market-{code.lower()}"


def in_order() -> list[Market]:
    """All markets by their names in the reader's language."""
    return sorted(map(facts.market, facts.MARKETS), key=lambda market: unicodedata.normalize("NFD", market.name).casefold())


def index_body(sheets: Sheets, href: Href) -> Markup:
    """The index: every market with its name there, the time and whether it is open now."""
    listed = [_head(market) | {"href": href(page_of(market.code), ""), "now": _json(now_data(market))} for market in in_order()]
    return Markup(_parts().markets(sheets, listed))


def sheet_body(market: Market, sheets: Sheets, href: Href) -> Markup:
    """A market's page: now, next days, questions, then every fact with its status and source."""
    sheet = fact_sheet(market)
    rows = [row for row in sheet["rows"] if not row["locale"]]
    view = _head(market) | {
        "marks": {kind: sheet_words[kind] for kind in ("closed", "ask")},
        "now": _json(now_data(market)),
        "hours": hours_table(market),
        "city": names.city(market.time_zone),
        "years": {year: named_runs([day for day in sheet["holidays"] if day["year"] == str(year)]) for year in facts.YEARS},
        "covers": say("calendar_covers", first=names.day(date(facts.YEARS[0], 1, 1)), last=names.day(date(facts.YEARS[-1], 12, 31))),
        "holidays_note": market.provenance["holidays"].note,
        "zone": market.time_zone,
        "questions": sheets.of(market),
        "groups": {group: _notes_once([row for row in rows if row["group"] == group]) for group in GROUPS if group != "format"},
        "written": written(market, sheet),
        "index_href": href(INDEX, ""),
    }
    return Markup(_parts().market(view))


def named_runs(days: list[dict[str, str]]) -> list[dict[str, str]]:
    """Named days with those that follow each other under one name as one: ``iso`` and ``until``, ``when`` in words, and the rest of a day."""
    runs: list[dict[str, str]] = []
    for day in days:
        last = next((run for run in reversed(runs) if run["name"] == day["name"]), None)
        same = last and all(last[key] == day[key] for key in ("local", "kind", "why"))
        said = f"{day['weekday']}, {day['date']}"
        if last and same and date.fromisoformat(day["iso"]) - date.fromisoformat(last["until"]) == timedelta(days=1):
            last |= {"until": day["iso"], "when": f"{last['from']} – {said}"}
        else:
            runs.append(day | {"until": day["iso"], "from": said, "when": said})
    return runs


def _notes_once(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """Rows in which a note that repeats the one before is left out."""
    return [row | {"note": "" if before and before["note"] == row["note"] else row["note"]} for before, row in zip([None, *rows], rows)]


def written(market: Market, sheet: dict[str, Any]) -> dict[str, Any]:
    """Formats side by side: a row for each kind, a column for each locale. Plural forms are for whoever programs, and are left out."""
    tags = [tag.replace("_", "-") for tag in market.formats]
    rows: dict[str, dict[str, str]] = {}
    shown = [row for row in sheet["rows"] if row["locale"] and row["field"] != "plurals"]
    for row in shown:
        rows.setdefault(row["label"], {})[row["locale"]] = row["value"]
    heads = [{"tag": tag, "name": names.tongue(tag.replace("-", "_")), "direction": formats.direction} for tag, formats in zip(tags, market.formats.values())]
    notes = list(dict.fromkeys(row["note"] for row in shown if row["note"]))
    origins = list(dict.fromkeys(f"{row['standing']}: {row['source']}" for row in shown))
    return {"heads": heads, "rows": {label: [values.get(tag, "") for tag in tags] for label, values in rows.items()}, "notes": notes, "origins": origins}


def hours_table(market: Market) -> list[dict[str, str]]:
    """The usual week, a row a day in the order of the market's printed week; a day that varies by employer says so."""
    order = [(market.week_start + step) % 7 for step in range(7)]
    return [
        {
            "day": names.weekdays()[day],
            "hours": ", ".join(f"{opens:%H:%M}–{closes:%H:%M}" for opens, closes in market.opening_hours.on(day)) or sheet_words["closed"],
            "note": sheet_words["ask"] if day in market.weekend_varies else "",
        }
        for day in order
    ]


def now_data(market: Market) -> dict[str, Any]:
    """What the browser needs to say whether it is open: for every day of the calendar a letter, for every letter its hours.

    Returns
    -------
    dict
        ``zones`` (id and city), ``first`` and ``last`` (ISO dates; ``says_first`` and ``says_last`` in words), ``days`` (a string, one letter a day), ``kinds`` (by letter the
        spans in minutes and whether one has to ask), ``named`` (by ISO date the names of the day), ``unsettled`` (years), and the
        words of a date: ``weekdays``, ``months``, ``pattern``.
    """
    first, last = date(facts.YEARS[0], 1, 1), date(facts.YEARS[-1], 12, 31)
    named: dict[str, list[str]] = {}
    for each in market.holidays:
        if each.closed or each.day not in market.closed_days:  # where something closes the day, only that
            named.setdefault(each.day.isoformat(), []).append(each.name)
    optional = {each.day for each in market.holidays if not each.closed}
    letters: dict[tuple, str] = {}
    days = ""
    for day in (first + timedelta(days=n) for n in range((last - first).days + 1)):
        spans = tuple((opens.hour * 60 + opens.minute, closes.hour * 60 + closes.minute) for opens, closes in opening_on(day, market))
        ask = bool(spans) and (day in optional or day.weekday() in market.weekend_varies)
        days += letters.setdefault((spans, ask), chr(ord("a") + len(letters)))
    return {
        "zones": [{"id": zone, "city": names.city(zone)} for zone in market.time_zones],
        "first": first.isoformat(),
        "last": last.isoformat(),
        "says_first": names.day(first),
        "says_last": names.day(last),
        "days": days,
        "kinds": {letter: {"spans": spans, "ask": ask} for (spans, ask), letter in letters.items()},
        "named": {day: ", ".join(dict.fromkeys(said)) for day, said in named.items()},
        "unsettled": list(market.unsettled),
        "weekdays": names.weekdays(),
        "months": names.months(),
        "pattern": names.day_pattern(),
    }


def _head(market: Market) -> dict[str, Any]:
    tag, formats = next(iter(market.formats.items()))
    return {
        "code": market.code,
        "name": market.name,
        "title": say("sheet_of", name=market.name),
        "local_name": market.local_name,
        "lang": tag.replace("_", "-"),
        "direction": formats.direction,
        "usual": hours(market.opening_hours),
    }


def _json(value: Any) -> Markup:
    from rapport.handbook.pages import script_json

    return script_json(value)


def _parts() -> Any:
    from rapport.handbook.pages import environment

    return environment().get_template("markets.html.j2", globals={"words": STRINGS, "say_of": say}).module
