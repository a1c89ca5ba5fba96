"""The learner's document: one JSON object whose events are only ever added; read, carried over, recovered, merged, written.
Only values here, no files, so that a browser can do the same with what it keeps."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

FORMAT = 2
ROLES = ("agent", "account_manager", "small_business", "trainer")
Event = dict[str, Any]
Document = dict[str, Any]

# What an event of a kind must hold for somebody to be able to use it; other kinds and further keys are free.
NEEDED: dict[str, dict[str, type | tuple[type, ...]]] = {
    "attempt": {"module": str, "exercise": str, "seed": int, "outcome": str},
    "prediction": {"module": str, "exercise": str, "seed": int, "guess": object},
    "hint": {"module": str, "exercise": str, "seed": int, "number": int},
    "solution": {"module": str, "exercise": str, "seed": int},
    "run": {"scenario": str},
    "seen": {"module": str, "part": str},
    "review": {"module": str, "item": str, "wording": str, "day": int, "right": bool},
    "reflection": {"text": str},
    "goal": {"text": str},
    "hunt": {"hunt": str, "hash": str, "marked": list},
    "erasure": {"ids": list},
}
_LISTS = {"attempts": "attempt", "predictions": "prediction", "runs": "run"}  # format 1: list → kind
_FIRST = ("format", "profile", "learner", "seed", "role", "draws")  # before the events, so that a cut file still says whose it is


def empty() -> Document:
    """A document in which nothing has happened yet; `learner` and `seed` are made when something does."""
    return {"format": FORMAT, "draws": {}, "events": []}


def instant(at: str) -> datetime:
    """The moment that an event's ``at`` names (ISO 8601 with its distance from UTC)."""
    moment = datetime.fromisoformat(at)
    if moment.tzinfo is None:
        raise ValueError(f"{at!r} does not say how far it is from UTC")
    return moment


def lacks(kind: str, row: dict[str, Any]) -> str | None:
    """What keeps `row` from being an event of `kind`: the name of the first key that is missing or of a wrong type, or None."""
    for key, wanted in NEEDED.get(kind, {}).items():
        value = row.get(key)
        if key not in row or not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
            return key
    if kind == "erasure" and not all(isinstance(each, str) for each in row["ids"]):
        return "ids"
    return None


def whole(event: Any) -> bool:
    """Whether something is an event that can be kept and used."""
    if not isinstance(event, dict) or not all(isinstance(event.get(key), str) and event[key] for key in ("id", "at", "kind")):
        return False
    try:
        instant(event["at"])
    except ValueError:
        return False
    return lacks(event["kind"], event) is None


def read(data: bytes) -> tuple[Document, bool]:
    """The document in the bytes of a file, of either format.

    Returns
    -------
    document : dict
        In format 2. Of a damaged file: whatever reads as whole.
    sound : bool
        Whether that is everything the file held.
    """
    try:
        found = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):  # no text, no JSON, or brackets without end
        return _scraped(data.decode("utf-8", "replace")), False
    if not isinstance(found, dict) or found.get("format") not in (1, FORMAT):
        return empty(), False
    return _checked(found)


def _checked(found: dict[str, Any]) -> tuple[Document, bool]:
    """Keep what is sound of a parsed document, and say whether all of it was."""
    first = found["format"] == 1
    lists = ("events",) if not first else tuple(_LISTS)
    document = {key: value for key, value in found.items() if key not in lists and _head(key, value)}
    sound = len(document) == sum(key not in lists for key in found) and all(isinstance(found.get(name, []), list) for name in lists)
    rows = {name: found[name] for name in lists if isinstance(found.get(name), list)}
    events = list(_carried(rows)) if first else rows.get("events", [])
    good = list({event["id"]: event for event in events if whole(event)}.values())
    return {**empty(), **document, "format": FORMAT, "events": good}, sound and len(good) == len(events)


def _head(key: str, value: Any) -> bool:
    match key:
        case "learner":
            return isinstance(value, str) and re.fullmatch(r"[0-9a-f]{32}", value) is not None
        case "seed":
            return _seed(value)
        case "profile":
            return isinstance(value, str) and bool(value)
        case "role":
            return value in ROLES
        case "draws":
            return isinstance(value, dict) and all(map(_seed, value.values()))
    return True


def _seed(number: Any) -> bool:
    return type(number) is int and number >= 0


def _carried(lists: dict[str, list[Any]]) -> Iterator[Event]:
    """Rows of format 1 as events. An id comes from what the row holds, so carrying the same file over twice adds nothing;
    equal rows of one file are told apart by counting them."""
    seen: dict[str, int] = {}
    for name, rows in lists.items():
        for row in rows:
            text = json.dumps([name, row], ensure_ascii=False, sort_keys=True)
            seen[text] = number = seen.get(text, 0) + 1
            digest = hashlib.sha256(f"{number} {text}".encode("utf-8", "replace")).hexdigest()[:32]
            yield {**row, "id": digest, "kind": _LISTS[name]} if isinstance(row, dict) else {}


def _scraped(text: str) -> Document:
    """What can be read of a text that is no JSON any more: its head, and every whole event."""
    document = {"format": FORMAT}
    begins = min((at for name in ("events", *_LISTS) if (at := text.find(f'"{name}"')) >= 0), default=len(text))
    for key, value in re.findall(r'"(learner|profile|role|seed|draws)"\s*:\s*("(?:[^"\\]|\\.)*"|\d+|\{[^{}]*\})', text[:begins]):
        try:
            document[key] = json.loads(value)
        except ValueError:
            continue
    rows = {name: list(_objects(text, match.end())) for name in ("events", *_LISTS) if (match := re.search(rf'"{name}"\s*:\s*\[', text))}
    carried = list(_carried({name: found for name, found in rows.items() if name in _LISTS}))
    return _checked({**document, "events": rows.get("events", []) + carried})[0]


def _objects(text: str, at: int, patience: int = 1000) -> Iterator[Any]:
    """JSON objects of the list that begins at `at`; over a broken one it goes on with the next that opens on a line."""
    decoder = json.JSONDecoder()
    while patience:
        at = re.compile(r"[\s,]*").match(text, at).end()  # type: ignore[union-attr]
        if text[at : at + 1] == "]":
            return
        try:
            found, at = decoder.raw_decode(text, at)
            yield found
        except (ValueError, RecursionError):
            patience -= 1
            following = re.compile(r"\n\s*(?=\{)").search(text, at + 1)
            if not following:
                return
            at = following.end()


def erased(events: Iterable[Event]) -> set[str]:
    """Ids that an erasure among `events` keeps from coming back."""
    return {each for event in events if event["kind"] == "erasure" for each in event["ids"]}


def merge(mine: Document, other: Document) -> Document:
    """Both documents in one: every event once, by its id, in the order of time.

    What either side has erased stays erased. Profile, learner, seed, role and draws are those of `mine` where it has them.
    """
    events = {event["id"]: event for event in [*other["events"], *mine["events"]]}
    gone = erased(events.values())
    kept = [event for event in events.values() if event["kind"] == "erasure" or event["id"] not in gone]
    joined = {**other, **mine, "draws": {**other["draws"], **mine["draws"]}}
    return {**joined, "events": sorted(kept, key=lambda event: (instant(event["at"]), event["id"]))}


def plain(value: Any) -> Any:
    """`value` as JSON has it: no tuples, no numpy numbers, no NaN (None stands for it), no broken characters."""
    text = json.dumps(value, ensure_ascii=False, default=lambda each: each.item() if hasattr(each, "item") else str(each))
    return json.loads(text.encode("utf-8", "replace").decode(), parse_constant=lambda _: None)


def dump(document: Document) -> str:
    """The document as text: the head first, then an event a line. The same document gives the same text."""
    keys = [key for key in _FIRST if key in document] + sorted(document.keys() - {*_FIRST, "events"})
    head = json.dumps({key: document[key] for key in keys}, ensure_ascii=False, allow_nan=False)
    rows = [json.dumps(_ordered(event), ensure_ascii=False, allow_nan=False) for event in document["events"]]
    return f'{head[:-1]}, "events": [' + ("\n" + ",\n".join(rows) + "\n" if rows else "") + "]}\n"


def _ordered(event: Event) -> Event:
    return {key: event[key] for key in ("id", "at", "kind", *sorted(event.keys() - {"id", "at", "kind"}))}
