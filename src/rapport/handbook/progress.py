"""The page "My progress" and the statement to print: what the scripts need to tell a learner's record, and what stands without them.
The record is the browser's (``web/record.js``); which days and which lines follow from it is ``web/progress.js``, after `rapport.study`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from markupsafe import Markup

from rapport import i18n, study
from rapport.i18n import numbers, typesetting
from rapport.i18n.words import Words
from rapport.playbooks import Question

PAGE = "progress"
STATEMENT = "statement"
STRINGS = Words(__file__, {
    "title": "My progress",
    "lead": "What you have done, what comes back today, and where to go on. It is read from this browser and goes nowhere.",
    "no_script": "This page is filled by a script, from what your browser keeps. With JavaScript it shows which exercises you have right, which cases you have played and how many of their endings you have found, and which review questions are due today; it also saves your record to a file, takes one in, and prints a statement. Without JavaScript nothing is kept. The modules are listed below.",
    "nothing_yet": "Nothing is kept yet. Try an exercise or play a case, and it will be listed here.",
    "go_on": "Go on where you stopped: {title}",
    "half_played": "Half played: {title}",
    # reviews
    "reviews": "Review questions due today",
    "reviews_say": "Each module's three questions come back 1, 7, 21 and 60 days after you first looked at them or finished the module.",
    "of": "{n} of {total}",
    "answer": "Answer",
    "choose": "Choose one first.",
    "next_question": "Next question",
    "done": "Done",
    # modules
    "modules": "Modules",
    "role": "Whose path do you follow?",
    "all_modules": "All modules",
    "exercises_state": "Exercises: {right} of {total} right, {tried} tried, {open} open",
    "cases_state": "Cases: {played} of {total} played",
    "details": "Exercises and cases",
    "right": "right",
    "tried": "tried",
    "given_up": "solution opened",
    "open": "open",
    "not_played": "not played yet",
    "played": ("played {n} time", "played {n} times"),
    "endings": "endings found: {found} of {total}",
    "cards": "Cards: {title}",
    "review_due": ("Review: {n} question due today", "Review: {n} questions due today"),
    "review_next": "Review: next on {date}",
    "review_over": "Review: all four rounds are behind you",
    "review_waits": "Review: begins the day after you look at the three questions",
    # the record
    "record": "Your record",
    "where": "It lies in this browser on this device, and nowhere else. Other people who use this browser can read it. Clearing the browser's data removes it, so save a file now and then.",
    "holds": ("It holds {n} entry.", "It holds {n} entries."),
    "export": "Save my record to a file",
    "export_says": "The file holds all that you did, also what you wrote freely. In Jupyter or the terminal it is taken in with: `rapport me --merge FILE`",
    "exported": "Saved as {name}. Look in your downloads.",
    "import": "Take in a file",
    "import_says": "A file saved here, in another browser, or with: `rapport me --export FILE`. What is here already stays; what you erased stays erased.",
    "taken_in": "New entries: {n}. Here already: {old}.",
    "damaged_file": "The file is damaged. What could be read of it:",
    "no_record": "This file is no record of this course, and nothing was taken from it.",
    "older": "This file was written by an early version. Take it in with `rapport me --merge FILE`, save it with `rapport me --export FILE`, and take in that one.",
    "newer_file": "This file was written by a newer version of the course, and nothing was taken from it. Use the newer handbook.",
    "yours": "This file belongs to another record{name}. Take it in only if it is your own.",
    "take_it": "It is mine, take it in",
    "leave_it": "Leave it",
    "left": "Nothing was taken in.",
    # what went wrong
    "unkept": "This browser keeps nothing here, or its store is full: what you do now is gone when you close the page. Save your record to a file before.",
    "apart": "This browser keeps a store of its own for each file. Go from page to page by the handbook's links: they take your record along. A page opened in another way knows only what was done on it.",
    "newer": "The record in this browser was written by a newer version of this handbook. It is left as it is; what you do here is not kept.",
    "aside": "Something that this browser had kept could not be read. It was set aside, and the rest goes on.",
    "aside_save": "Save what was set aside ({name})",
    # the statement
    "statement_link": "Statement of what you did, to print",
    "statement_lead": "One page, made here from your record. Print it, or save it as a file from the print window.",
    "statement_no_script": "The statement is made by a script from what your browser keeps, so it needs JavaScript. It would say which exercises you answered rightly and when, which cases you played to an end, and how many review questions you answered.",
    "name": "Your name, as it should stand on the page",
    "keep_name": "Keep this name in my record",
    "print": "Print the statement",
})  # fmt: skip
say = STRINGS.say

Href = Callable[[str, str], str]


def data(root: Path, modules: Sequence[Any], href: Href) -> dict[str, Any]:
    """What the scripts of both pages need, in the reader's language.

    Parameters
    ----------
    root : Path
    modules : sequence of handbook.pages.Module
        Those of the handbook, with the titles of their exercises, and the titles and endings of their cases.
    href : callable

    Returns
    -------
    dict
        ``modules`` (see `_module`), ``roles`` (paths by role), ``titles`` (of modules by number), ``days`` of a review's rounds, ``dates``
        (a pattern for each month), ``numbers`` (marks), ``words`` and ``study`` (each text in its forms by plural category).
    """
    paths = study.read_paths(root) if (root / "playbooks" / "paths.yaml").exists() else None
    roles = {role: {"title": each.title, "who": each.who, "why": each.why, "also": each.also, "legs": [[leg.module, leg.part] for leg in each.modules]} for role, each in paths.roles.items()} if paths else {}
    found = {
        "modules": [_module(module, href) for module in modules],
        "roles": roles,
        "titles": dict(paths.modules) if paths else {},
        "words": {key: STRINGS.forms(key) for key in STRINGS},
        "study": {key: study.WORDS.forms(key) for key in study.WORDS},
    }
    set_found = typesetting.data(found, i18n.language(), keep=lambda key: key in ("stem", "href", "cards_href", "id", "ends", "number"))
    return set_found | {"days": list(study.DAYS), "dates": dates(), "numbers": numbers.marks()}


def dates() -> list[str]:
    """How a day is written, by month: ``{d} March {y}``, as `study.written` writes it."""
    return [study.written(date(2001, month, 11)).replace("2001", "{y}").replace("11", "{d}") for month in range(1, 13)]


def _module(module: Any, href: Href) -> dict[str, Any]:
    return {
        "stem": module.stem, "number": module.number, "title": module.title, "href": href(module.stem, ""),
        "cards_href": href(f"{module.stem}-cards", "") if module.playbook.plays else "",
        "exercises": [{"id": name, "title": title, "href": href(module.stem, f"exercise-{name}")} for name, title in module.exercise_titles.items()],
        "cases": [{"id": name, "title": graph["title"], "ends": list(graph["ends"])} for name, graph in module.graphs.items()],
        "review": [{"id": item.id, "item": _question(item), "twin": _question(item.twin)} for item in module.playbook.front.review],
    }  # fmt: skip


def _question(question: Question) -> dict[str, Any]:
    return {"ask": study.unmarked(question.ask), "options": [study.unmarked(option) for option in question.options()], "right": study.unmarked(question.right), "because": study.unmarked(question.because)}


def body(found: dict[str, Any], href: Href, erase: Markup) -> Markup:
    """The page of progress, from `data`; `erase` is the part that erases what the browser keeps."""
    return Markup(_parts().progress(_json(found), found["modules"], href(STATEMENT, ""), erase))


def statement_body(found: dict[str, Any]) -> Markup:
    """The page of the statement, from `data`."""
    return Markup(_parts().statement(_json(found | {"modules": [{**module, "review": []} for module in found["modules"]], "roles": {}})))


def _json(value: Any) -> Markup:
    from rapport.handbook.pages import script_json

    return script_json(value)


def _parts() -> Any:
    from rapport.handbook.pages import environment

    return environment().get_template("progress.html.j2", globals={"words": STRINGS, "study": study.WORDS}).module
