"""A learner's events as statements of the Experience API (xAPI 1.0.3), for whoever wants to hand them to a learning record store.
Nothing is sent: the statements are written to a file, and the actor is a random number without name or address."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from rapport import i18n
from rapport.learner import Record
from rapport.learner.document import Event
from rapport.study.parts import Module, modules

BASE = "https://rapport.example"  # a reserved name: the ids are stable, and nothing lives there
_ADL = "http://adlnet.gov/expapi"
# kind → (verb, how it reads, type of the activity); verbs of the ADL vocabulary where it has one
_VERBS = {
    "attempt": (f"{_ADL}/verbs/answered", "answered", f"{_ADL}/activities/question"),
    "prediction": (f"{BASE}/verbs/predicted", "predicted", f"{_ADL}/activities/question"),
    "hint": (f"{_ADL}/verbs/asked", "asked", f"{BASE}/activity-types/hint"),
    "solution": (f"{_ADL}/verbs/experienced", "experienced", f"{BASE}/activity-types/solution"),
    "run": (f"{_ADL}/verbs/completed", "completed", f"{_ADL}/activities/simulation"),
    "seen": (f"{_ADL}/verbs/experienced", "experienced", f"{_ADL}/activities/lesson"),
    "review": (f"{_ADL}/verbs/answered", "answered", f"{_ADL}/activities/question"),
    "sitting": (f"{_ADL}/verbs/completed", "completed", f"{_ADL}/activities/assessment"),
    "hunt": (f"{_ADL}/verbs/completed", "completed", f"{_ADL}/activities/assessment"),
    "reflection": (f"{BASE}/verbs/wrote", "wrote", f"{BASE}/activity-types/reflection"),
    "goal": (f"{BASE}/verbs/wrote", "wrote", f"{BASE}/activity-types/goal"),
}
_OTHER = (f"{_ADL}/verbs/experienced", "experienced")
_TOLD = ("id", "at", "kind", "version", "language")  # said by the statement's own properties


def statements(record: Record, root: Path) -> list[dict[str, Any]]:
    """Every event as an xAPI statement; an erased one as the statement that voids it.

    Parameters
    ----------
    record : Record
    root : Path
        The course, for the titles of activities.

    Returns
    -------
    list of dict
        In the order of the record, with English names whatever the learner reads: a store compares them. A statement's id follows from learner and event, so exporting twice, or after a merge,
        gives a store nothing to count double. What a learner wrote freely is among the responses.
    """
    with i18n.speaking(i18n.SOURCE):
        there = modules(root)
    told = []
    for event in record.events():
        ids = event["ids"] if event["kind"] == "erasure" else [None]
        told += [_statement(record, event, there, gone) for gone in ids]
    return told


def _statement(record: Record, event: Event, there: dict[str, Module], gone: str | None) -> dict[str, Any]:
    own = UUID(record.learner)
    statement: dict[str, Any] = {
        "id": str(uuid5(own, event["id"] if gone is None else f"{event['id']}/{gone}")),
        "actor": {"objectType": "Agent", "account": {"homePage": BASE, "name": record.learner}},
        "timestamp": event["at"],
    }
    if gone is not None:
        voided = {"id": f"{_ADL}/verbs/voided", "display": {"en": "voided"}}
        return {**statement, "verb": voided, "object": {"objectType": "StatementRef", "id": str(uuid5(own, gone))}}
    verb, reads, kind = _VERBS.get(event["kind"], (*_OTHER, f"{BASE}/activity-types/{_slug(event['kind'])}"))
    path, name, module = _activity(event, there)
    statement["verb"] = {"id": verb, "display": {"en": reads}}
    statement["object"] = {"objectType": "Activity", "id": f"{BASE}/{path}", "definition": {"type": kind, "name": {"en": name}}}
    if result := _result(event):
        statement["result"] = result
    context: dict[str, Any] = {"platform": "Rapport"}
    if event.get("version"):
        context["revision"] = event["version"]
    if event.get("language"):
        context["language"] = event["language"]
    if module:
        context["contextActivities"] = {"parent": [_module(module, there)]}
    return {**statement, "context": context}


def _activity(event: Event, there: dict[str, Module]) -> tuple[str, str, str | None]:
    """Path of the activity's id, its name, and the stem of its module."""
    stem = event.get("module") if isinstance(event.get("module"), str) else None
    module = there.get(stem) if stem else None
    kind = event["kind"]
    if kind in ("attempt", "prediction", "hint", "solution"):
        title = module.exercises.get(event["exercise"], event["exercise"]) if module else event["exercise"]
        path = f"modules/{_slug(stem)}/exercises/{_slug(event['exercise'])}"
        part = {"hint": (f"/hints/{event.get('number')}", f"{title}: hint {event.get('number')}"), "solution": ("/solution", f"{title}: the solution")}
        more, name = part.get(kind, ("", title))
        return path + more, name, stem
    if kind == "run":
        case = event["scenario"]
        home = next((each for each in there.values() if case in each.cases), None)
        return f"cases/{_slug(case)}", home.case_titles[case] if home else case, home and home.stem
    if kind == "review":
        return f"modules/{_slug(stem)}/review/{_slug(event['item'])}/{_slug(event['wording'])}", f"Review question: {event['item']}", stem
    if kind == "seen":
        return f"modules/{_slug(stem)}/{_slug(event['part'])}", f"{module.title if module else stem}: {event['part']}", stem
    if kind == "sitting":
        form = str(event.get("form") or "unnamed")
        return f"assessment/{_slug(form)}", f"Assessment, form {form}", None
    if kind == "hunt":
        return f"hunts/{_slug(event['hunt'])}", f"Bug hunt: {event['hunt']}", None
    name = {"reflection": "An incident of one's own", "goal": "A goal of one's own"}.get(kind, kind)
    return (f"modules/{_slug(stem)}/" if stem else "") + f"{_slug(kind)}", name, stem


def _module(stem: str, there: dict[str, Module]) -> dict[str, Any]:
    title = there[stem].title if stem in there else stem
    return {"objectType": "Activity", "id": f"{BASE}/modules/{_slug(stem)}", "definition": {"type": f"{_ADL}/activities/module", "name": {"en": title}}}


def _result(event: Event) -> dict[str, Any]:
    """Success where it was right or wrong, the response where one was given, and all that is left as extensions."""
    kind, result = event["kind"], {}
    if kind == "attempt" and event["outcome"] in ("right", "wrong", "mistake"):
        result["success"] = event["outcome"] == "right"
    elif kind == "review":
        result["success"] = event["right"]
    elif kind in ("run", "sitting", "hunt"):
        result["completion"] = True
    given = next((event[key] for key in ("answer", "guess", "text") if event.get(key) not in (None, "")), None)
    if given is not None:
        result["response"] = given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)
    rest = {key: value for key, value in event.items() if key not in (*_TOLD, "answer", "guess", "text")}
    if rest:
        result["extensions"] = {f"{BASE}/extensions/{_slug(key)}": value for key, value in rest.items()}
    return result


def _slug(text: Any) -> str:
    """`text` as a part of an IRI: what is neither letter, digit nor one of ``-_.~`` becomes a hyphen."""
    return "".join(letter if letter.isalnum() or letter in "-_.~" else "-" for letter in str(text)) or "-"
