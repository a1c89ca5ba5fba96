"""The statement of completion: what a learner's record shows, when, in which version and language; one text with three faces.
It reports what was done. It certifies nobody, and says so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from markupsafe import escape

from rapport.learner import DEFAULT, Record
from rapport.markdown import to_html
from rapport.study.parts import Module, modules
from rapport.study.reviews import local_day, written

LANGUAGES = {"en": "English", "gu": "Gujarati", "lv": "Latvian"}
OCCASIONS = {"pre": "before the course", "post": "after the course", "30": "after 30 days", "90": "after 90 days"}
LIMITS = (
    "The learner made this statement with the course's own program, from a file on their own computer. Nobody else has checked it, and the file can be edited: it is self-reported.",
    "It says what was done in the course. It says nothing about a person's character, and it does not certify that anybody is competent with people of any culture. "
    "No course could: people differ within every market, and the work is to notice and to ask each time.",
    "Customers, firms and figures in cases and exercises are invented or simulated.",
)
_STYLE = (
    "body{font:11pt/1.5 Georgia,serif;max-width:42rem;margin:2rem auto;padding:0 1.5rem;color:#1c1c1c;background:#fff}"
    "h1{font-size:1.6rem;line-height:1.2}h2{font-size:1.1rem;margin:1.6rem 0 .3rem;border-bottom:1px solid #999}"
    "ul{padding-left:1.2rem;margin:.3rem 0}@page{size:A4;margin:20mm}@media print{body{margin:0;padding:0;max-width:none}h2{break-after:avoid}li{break-inside:avoid}}"
)


@dataclass(frozen=True)
class Statement:
    """Title, opening lines, and sections of lines; `text`, `markdown` and `html` are its faces."""

    title: str
    opening: tuple[str, ...]
    sections: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def text(self) -> str:
        """Plain text."""
        parts = [self.title, "=" * len(self.title), "", *self.opening]
        for head, lines in self.sections:
            parts += ["", head, *(f"  - {line}" for line in lines)]
        return "\n".join(parts) + "\n"

    @property
    def markdown(self) -> str:
        """Markdown."""
        parts = [f"# {_plain(self.title)}", "", *(f"- {_plain(line)}" for line in self.opening)]
        for head, lines in self.sections:
            parts += ["", f"## {_plain(head)}", "", *(f"- {_plain(line)}" for line in lines)]
        return "\n".join(parts) + "\n"

    @property
    def html(self) -> str:
        """A page of its own for the printer: one file, no script, nothing fetched."""
        head = f'<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><title>{escape(self.title)}</title><style>{_STYLE}</style></head>\n'
        return f"{head}<body>\n{to_html(self.markdown)}\n</body>\n</html>\n"

    def _repr_html_(self) -> str:
        return to_html(self.markdown, heading_offset=2)

    def __repr__(self) -> str:
        return self.text


def statement(record: Record, root: Path, name: str | None = None) -> Statement:
    """What `record` shows of the course at `root`.

    Parameters
    ----------
    record : Record
    root : Path
    name : str, optional
        How the learner wants to be named. Default: the name of their profile, unless that is “me”.

    Returns
    -------
    Statement
        Worked out from the events alone: the same record and course give the same text.
    """
    there, events = modules(root), [event for event in record.events() if event["kind"] != "erasure"]
    name = name or (record.profile if record.profile != DEFAULT else None)
    opening = [f"Learner: {name}" if name else "Learner: (no name given)"]
    if events:
        opening += [
            f"Worked on: {_span(events[0]['at'], events[-1]['at'])}",
            f"Version of the course: {_joined(event.get('version') for event in events)}",
            f"Language: {_joined(LANGUAGES.get(event['language'], event['language']) for event in events if event.get('language'))}",
        ]
    sections = [(f"{module.number} · {module.title}", lines) for module in there.values() if (lines := tuple(_done(module, record)))]
    if sittings := tuple(_sittings(record)):
        sections.append(("Assessment", sittings))
    if not sections:
        sections = [("What was done", ("Nothing that is finished yet.",))]
    return Statement("What was done in Rapport", tuple(opening), (*sections, ("What this statement is, and what it is not", LIMITS)))


def _done(module: Module, record: Record) -> Iterable[str]:
    attempts = [event for event in record.events("attempt") if event["module"] == module.stem]
    right = {event["exercise"]: local_day(event["at"]) for event in reversed(attempts) if event["outcome"] == "right"}
    if right:
        yield f"Exercises answered rightly, on the learner's own simulated customers: {len(right)} of {len(module.exercises) or len(right)}"
        yield from (f"Exercise “{module.exercises.get(exercise, exercise)}”, right on {written(on)}" for exercise, on in sorted(right.items(), key=lambda item: (item[1], item[0])))
    given_up = {event["exercise"] for event in attempts if event["outcome"] == "given_up"} - set(right)
    if given_up:
        yield f"Exercises of which the solution was opened without a right answer before it: {len(given_up)}"
    for case, title in module.cases.items():
        if runs := record.runs(case):
            yield f"Case “{title}”, played to an end: {_times(len(runs))} ({_span(runs[0]['at'], runs[-1]['at'])})"
    if answers := [event for event in record.events("review") if event["module"] == module.stem]:
        days = sorted({local_day(event["at"]) for event in answers})
        yield f"Review questions: {sum(event['right'] for event in answers)} of {len(answers)} answers right, on {', '.join(map(written, days))}"


def _sittings(record: Record) -> Iterable[str]:
    for event in record.events("sitting"):
        occasion = OCCASIONS.get(str(event.get("occasion", "")), str(event.get("occasion") or ""))
        form = f"form {event['form']}" if event.get("form") else "a form that is not named"
        yield f"A sitting with {form}{f', {occasion}' if occasion else ''} ({written(local_day(event['at']))})"


def _times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number} times")


def _span(first: str, last: str) -> str:
    days = dict.fromkeys(written(local_day(at)) for at in (first, last))
    return " to ".join(days)


def _joined(values: Iterable[str | None]) -> str:
    return ", ".join(dict.fromkeys(value for value in values if value)) or "not noted"


def _plain(text: str) -> str:
    """`text` as Markdown that says just that: a name or a title makes no markup."""
    for mark in "\\`*_[]<>#|$":
        text = text.replace(mark, f"\\{mark}")
    return text
