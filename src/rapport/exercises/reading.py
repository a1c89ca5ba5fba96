"""Reading what a learner gave as an answer: kindly where it is clear, with a sentence where it is not.
`number` follows the same rules as `readNumber` in ``web/answers.js``; one table of cases tests both."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rapport.exercises import units
from rapport.exercises.values import Value, real
from rapport.exercises.words import say
from rapport.i18n import numbers

if TYPE_CHECKING:
    from rapport.exercises.model import Answer

# First digit of the decimal scripts read besides ASCII (full-width digits fold under NFKC).
_ZEROS = (0x0660, 0x06F0, 0x0966, 0x09E6, 0x0A66, 0x0AE6)
_DIGITS = {zero + n: str(n) for zero in _ZEROS for n in range(10)}
_FOLD = {**_DIGITS, 0x2212: "-", 0x2013: "-", 0x2019: "'", 0x066B: ".", 0x066C: "'"}
_BLANK = re.compile(r"[\s\ufeff]+")  # a byte-order mark comes along when a figure is copied from some files
_NUMBER = re.compile(r"([^\d.,]*?)((?:\d[\d\s'.,]*|[.,]\d+))(.*)", re.ASCII | re.DOTALL)


@dataclass(frozen=True)
class Unread:
    """An answer that is none: ``outcome`` is ``not_tried`` or ``broke``, ``message`` says why."""

    outcome: str
    message: str


def _not_tried() -> Unread:
    return Unread("not_tried", say("not_tried_says"))


def _broke(message: str) -> Unread:
    return Unread("broke", message)


def number(text: str, unit: str = "") -> float | Unread:
    """A number out of `text`: decimal comma or point, spaces, a sign, the unit asked for.

    One comma before three digits (``1,234``) is what the reader's language makes of it: decimals where it writes a
    decimal comma, else thousands. One point is the decimal mark in every language, as in code.

    Parameters
    ----------
    text : str
        What was typed, such as ``"12,5 %"``.
    unit : str
        Unit of the answer; anything else beside the number is refused.
    """
    shown = _BLANK.sub(" ", text).strip()
    if shown in ("", "...", "…"):
        return _not_tried()
    folded = _BLANK.sub(" ", unicodedata.normalize("NFKC", shown).translate(_FOLD)).strip()
    match = _NUMBER.fullmatch(folded)
    before, body, after = match.groups() if match else ("", "", "")
    if not match or "nan" in before.lower():
        return _broke(say("not_a_number", text=shown, example=_example()))
    signs, before = re.findall(r"[+-]", before), re.sub(r"[+\-\s]", "", before)
    if len(signs) > 1:
        return _broke(say("not_a_number", text=shown, example=_example()))
    known = {"", *units.names(unit)}
    if before.lower() not in known or after.strip().lower() not in known or (before and after.strip()):
        return _broke(say("wrong_unit", text=shown, unit=units.name(unit) or say("plain_number")))
    if (plain := _plain(body.strip())) is None:
        return _broke(say("ambiguous", text=shown, example=_example()))
    return -float(plain) if "-" in signs else float(plain)


def _example() -> str:
    """A number in the reader's language whose separators leave no doubt."""
    return f"1234{numbers.marks()['decimal']}5"


def doubtful(text: str) -> str:
    """Key of the sentence that says how a separator before three digits was read; '' where nobody could read it otherwise."""
    found = re.fullmatch(r"[^\d.,]*[1-9]\d{0,2}([.,])\d{3}[^\d.,]*", unicodedata.normalize("NFKC", text).translate(_FOLD))
    return "" if not found else "thousands_read" if found[1] == "," and numbers.marks()["decimal"] == "." else "decimals_read"


def _plain(body: str) -> str | None:
    """`body` as Python writes it, or None when its separators leave a doubt."""
    body = re.sub(r"(?<=\d)[.,]$", "", body)
    last = max(body.rfind("."), body.rfind(","))
    mark = body[last] if last >= 0 else ""
    whole, part = (body[:last], body[last + 1 :]) if mark else (body, "")
    if mark and mark in whole:  # the same mark twice separates thousands
        whole, part = body, ""
    elif mark == "," and numbers.marks()["decimal"] == "." and re.fullmatch(r"[1-9]\d{0,2}", whole) and len(part) == 3:
        whole, part = body, ""  # 1,234: a thousand to an English reader, one and a bit to a Latvian one
    groups = set(re.findall(r"\D", whole))
    if groups and not (len(groups) == 1 and re.fullmatch(r"\d{1,3}(\D\d{3})+|\d{1,2}(\D\d{2})+\D\d{3}", whole)):  # 1,234,567 or 12,34,567
        return None
    if part and not part.isdigit():
        return None
    return f"{re.sub('[^0-9]', '', whole) or '0'}.{part or '0'}"


def read(raw: Any, answer: Answer) -> Value | Unread:
    """What the learner gave, as the kind of value `answer` asks for, or why it is none.

    A function without parameters is called; what it raises is reported.
    """
    if raw is None or raw is ...:
        return _not_tried()
    if callable(raw) and not isinstance(raw, type):
        try:
            raw = raw()
        except Exception as error:  # whatever the learner's own code raises is theirs to hear of
            return _broke(say("function_stopped", error=f"{type(error).__name__}: {error}"))
        if raw is None or raw is ...:
            return _not_tried()
    return {"number": _number, "interval": _interval, "choice": _choice, "match": _match}[answer.kind](raw, answer)


def _number(raw: Any, answer: Answer) -> float | Unread:
    if isinstance(raw, str):
        return number(raw, answer.unit)
    if isinstance(raw, tuple) and hasattr(raw, "value"):
        raw = raw.value
    kind = type(raw).__name__
    if kind == "tuple" and len(raw) == 2 and all(type(part) is int for part in raw):
        return _broke(say("comma_in_code", example=f"{raw[0]}{numbers.marks()['decimal']}{raw[1]}"))
    if kind in ("DataFrame", "Series", "Index", "ndarray", "list", "tuple", "dict", "set") and getattr(raw, "shape", True) != ():
        return _broke(say("one_number_of", kind=kind))
    if kind in ("bool", "bool_"):  # numpy's is one as well
        return _broke(say("not_true_false"))
    if (found := real(raw)) is None:
        if str(raw).lower() in ("nan", "inf", "-inf", "<na>", "nat"):
            return _broke(say("no_finite", value=raw))
        return _broke(say("one_number", kind=kind))
    return found


def _interval(raw: Any, answer: Answer) -> tuple[float, float] | Unread:
    if isinstance(raw, str):
        raw = re.split(rf"\s*(?:;|\bto\b|{re.escape(_between())}|…|\.\.\.)\s*", raw.strip().strip("[]()")) if raw.strip() not in ("", "...", "…") else []
        if not raw:
            return _not_tried()
    elif isinstance(raw, tuple) and hasattr(raw, "low") and hasattr(raw, "high"):
        raw = (raw.low, raw.high)
    elif isinstance(raw, Mapping) or not hasattr(raw, "__iter__") or getattr(raw, "ndim", 1) != 1:
        return _broke(f"{say('two_numbers')} {say('this_is', kind=type(raw).__name__)}")
    ends = list(raw)
    if ends and all(end is None or end is ... for end in ends):
        return _not_tried()
    if len(ends) != 2:
        return _broke(f"{say('two_numbers')} {say('found_values', n=len(ends))}")
    read_ends = [_broke(say("two_numbers")) if end is None or end is ... else _number(end, answer) for end in ends]
    for end in read_ends:
        if isinstance(end, Unread):
            return _broke(say("two_numbers")) if end.outcome == "not_tried" else end
    low, high = sorted(read_ends)  # type: ignore[type-var]
    return low, high  # type: ignore[return-value]


def _between() -> str:
    """What stands between the ends of an interval in the reader's language: ``to``."""
    return say("range", low="\0", high="\0").split("\0")[1].strip()


def _choice(raw: Any, answer: Answer) -> str | Unread:
    ids = {option.id.lower(): option.id for option in answer.options}
    if not isinstance(raw, str):
        return _broke(say("one_option", options=_listed(ids.values()), kind=type(raw).__name__))
    if raw.strip() in ("", "...", "…"):
        return _not_tried()
    found = ids.get(raw.strip().strip("().:").strip().lower())
    return found if found is not None else _broke(say("no_option", text=raw.strip(), options=_listed(ids.values())))


def _match(raw: Any, answer: Answer) -> dict[str, str] | Unread:
    rows = [row.id for row in answer.rows]
    if not isinstance(raw, Mapping):
        return _broke(say("a_dictionary", example=f"{{{rows[0]!r}: {answer.options[0].id!r}}}", kind=type(raw).__name__))
    if strange := [key for key in raw if key not in rows]:
        return _broke(say("no_row", row=repr(strange[0]), rows=_listed(rows)))
    read_rows: dict[str, str] = {}
    for row, option in raw.items():
        found = _not_tried() if option is None or option is ... else _choice(option, answer)
        if isinstance(found, str):
            read_rows[row] = found
        elif found.outcome == "broke":
            return _broke(say("in_row", row=repr(row), says=found.message))
    return read_rows or _not_tried()


def _listed(ids: Any) -> str:
    return ", ".join(repr(each) for each in ids)
