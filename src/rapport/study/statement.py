"""The statement of completion: what a learner's record shows, when, in which version and language; one text with three faces.
It reports what was done. It certifies nobody, and says so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from markupsafe import escape

from rapport import i18n
from rapport.learner import DEFAULT, Record
from rapport.markdown import to_html
from rapport.study.parts import Module, modules
from rapport.study.reviews import local_day, written
from rapport.study.words import WORDS, say

LANGUAGES = {"en": "English", "gu": "Gujarati", "lv": "Latvian"}
OCCASIONS = ("pre", "post", "30", "90")
LIMITS = ("self_reported", "no_certificate", "invented")
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
    lang: str = i18n.SOURCE

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
        head = f'<!doctype html>\n<html lang="{self.lang}">\n<head><meta charset="utf-8"><title>{escape(self.title)}</title><style>{_STYLE}</style></head>\n'
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
    opening = [say("learner", name=name or WORDS["no_name"])]
    if events:
        opening += [
            say("worked_on", days=_span(events[0]["at"], events[-1]["at"])),
            say("version", version=_joined(event.get("version") for event in events)),
            say("language", language=_joined(_language(event["language"]) for event in events if event.get("language"))),
        ]
    sections = [(f"{module.number} · {module.title}", lines) for module in there.values() if (lines := tuple(_done(module, record)))]
    if sittings := tuple(_sittings(record)):
        sections.append((WORDS["assessment"], sittings))
    if not sections:
        sections = [(WORDS["done"], (WORDS["nothing"],))]
    return Statement(WORDS["statement"], tuple(opening), (*sections, (WORDS["what_it_is"], tuple(WORDS[limit] for limit in LIMITS))), i18n.language())


def _done(module: Module, record: Record) -> Iterable[str]:
    attempts = [event for event in record.events("attempt") if event["module"] == module.stem]
    right = {event["exercise"]: local_day(event["at"]) for event in reversed(attempts) if event["outcome"] == "right"}
    if right:
        yield say("exercises_right", n=len(right), total=len(module.exercises) or len(right))
        yield from (say("exercise_right", title=module.exercises.get(exercise, exercise), date=written(on)) for exercise, on in sorted(right.items(), key=lambda item: (item[1], item[0])))
    given_up = {event["exercise"] for event in attempts if event["outcome"] == "given_up"} - set(right)
    if given_up:
        yield say("given_up", n=len(given_up))
    for case in module.cases:
        if runs := record.runs(case):
            yield say("case_played", title=module.case_titles[case], times=_times(len(runs)), days=_span(runs[0]["at"], runs[-1]["at"]))
    if answers := [event for event in record.events("review") if event["module"] == module.stem]:
        days = sorted({local_day(event["at"]) for event in answers})
        yield say("answers", right=sum(event["right"] for event in answers), n=len(answers), dates=", ".join(map(written, days)))


def _sittings(record: Record) -> Iterable[str]:
    for event in record.events("sitting"):
        occasion = str(event.get("occasion") or "")
        said = "sitting" if event.get("form") else "sitting_unnamed"
        told = {"form": event.get("form"), "occasion": WORDS[occasion] if occasion in OCCASIONS else occasion, "date": written(local_day(event["at"]))}
        yield say(f"{said}_when" if occasion else said, **told)


def _times(number: int) -> str:
    return {1: WORDS["once"], 2: WORDS["twice"]}.get(number) or say("times", n=number)


def _language(name: str) -> str:
    return WORDS[LANGUAGES[name]] if name in LANGUAGES else name


def _span(first: str, last: str) -> str:
    days = dict.fromkeys(written(local_day(at)) for at in (first, last))
    return say("span", first=next(iter(days)), last=list(days)[-1]) if len(days) > 1 else next(iter(days))


def _joined(values: Iterable[str | None]) -> str:
    return ", ".join(dict.fromkeys(value for value in values if value)) or WORDS["not_noted"]


def _plain(text: str) -> str:
    """`text` as Markdown that says just that: a name or a title makes no markup."""
    for mark in "\\`*_[]<>#|$":
        text = text.replace(mark, f"\\{mark}")
    return text
