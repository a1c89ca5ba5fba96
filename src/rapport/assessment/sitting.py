"""A sitting: on which occasion which form is sat and in what order, drawn from the learner's random id; its file to hand over.
The draw is a table of sixteen rows, so that Python and the browser look the same row up and neither computes it."""

from __future__ import annotations

import hashlib
import json
import random
import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rapport.assessment.model import FORMS, Bank, Incident
from rapport.assessment.scoring import Answer
from rapport.content import ContentError, read_text

OCCASIONS = {"pre": 0, "post": 1, "day30": 0, "day90": 1}
"""Occasion → which of the learner's two forms: the first drawn (0) or the other (1)."""
DAYS = {"day30": 30, "day90": 90}
EXPLAINED = ("post", "day90")
"""Occasions after which the incidents are explained: never the first sitting of a form that is sat again within the course."""
LEARNER = re.compile(r"^[0-9a-f]{32}\Z")
FILE_FORMAT, FILE_KIND, FILE_LIMIT = 1, "rapport-sittings", 1_000_000


def draws(bank: Bank) -> list[dict[str, Any]]:
    """The table of draws: for each last digit of a learner's id the order of forms, and of incidents on each occasion.

    Returns
    -------
    list of dict
        Sixteen rows ``{occasion: {"form": "A", "order": [incident ids]}}``; form A comes first in eight of them.
    """
    return [{occasion: dict(zip(("form", "order"), _row(bank, digit, occasion))) for occasion in OCCASIONS} for digit in range(16)]


def _row(bank: Bank, digit: int, occasion: str) -> tuple[str, list[str]]:
    form = FORMS[(digit + OCCASIONS[occasion]) % 2]
    # Shuffled by hash: the same on every machine and version of Python.
    order = sorted((incident.id for incident in bank.form(form)), key=lambda name: hashlib.sha256(f"{digit} {occasion} {name}".encode()).hexdigest())
    return form, order


def draw(bank: Bank, learner: str, occasion: str) -> tuple[str, list[Incident]]:
    """Form and incidents, in their order, that `learner` sits on `occasion`.

    Parameters
    ----------
    learner : str
        The learner's random id, 32 hexadecimal digits.
    occasion : str
        One of `OCCASIONS`.

    Raises
    ------
    ValueError
        For an id or an occasion that is none.
    """
    if not LEARNER.match(learner):
        raise ValueError(f"found learner {learner!r}; 32 hexadecimal digits")
    if occasion not in OCCASIONS:
        raise ValueError(f"found occasion {occasion!r}; one of {', '.join(OCCASIONS)}")
    form, order = _row(bank, int(learner[-1], 16), occasion)
    return form, [bank.incident(name) for name in order]


def new_learner(luck: random.Random) -> str:
    """A random id, for simulated learners."""
    return f"{luck.getrandbits(128):032x}"


# ---- The file that a learner hands over -------------------------------------------------------------------------


class _Kept(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class KeptSitting(_Kept):
    """A finished sitting; scores are not kept, they are worked out from the answers."""

    occasion: Literal["pre", "post", "day30", "day90"]
    form: Literal["A", "B"]
    answers: list[Answer]
    began: str = ""
    ended: str = ""


class HandedOver(_Kept):
    """What a learner hands to the trainer: a random id, consent to group figures, sittings."""

    format: Literal[1]
    kind: Literal["rapport-sittings"]
    version: int
    learner: Annotated[str, Field(pattern=LEARNER.pattern.replace(r"\Z", "$"))]
    consent: bool
    sittings: list[KeptSitting]


def to_hand_over(bank: Bank, learner: str, consent: bool, sittings: list[dict[str, Any]]) -> str:
    """The text of the file to hand over; the page writes the same."""
    made = {"format": FILE_FORMAT, "kind": FILE_KIND, "version": bank.version, "learner": learner, "consent": consent, "sittings": sittings}
    return json.dumps(HandedOver.model_validate(made).model_dump(), ensure_ascii=False, indent=1) + "\n"


def read_handed_over(bank: Bank, path: Path) -> HandedOver:
    """A handed-over file, checked to the last answer.

    Raises
    ------
    ContentError
        For anything that is not such a file or not of this bank, with what was found.
    """
    path = Path(path)
    try:
        if path.stat().st_size > FILE_LIMIT:
            raise ContentError("is larger than any such file can be; ask for the file that the page saves.", path)
    except OSError as error:
        raise ContentError(f"cannot be read: {error.strerror}.", path) from None
    text = read_text(path)
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise ContentError("is not JSON, or only part of it; ask for the file once more.", path) from None
    if not isinstance(data, dict) or data.get("kind") != FILE_KIND:
        raise ContentError("is JSON, but not a file of sittings; ask for the one that the assessment page saves.", path)
    if data.get("format") != FILE_FORMAT or data.get("version") != bank.version:
        raise ContentError(
            f"is of format {data.get('format')!r}, version {data.get('version')!r}; this bank is version {bank.version}. Read it with the course it was made with.", path
        )
    try:
        handed = HandedOver.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        raise ContentError(f"found {str(first.get('input'))[:60]!r}; {first['msg']}.", path, key=".".join(map(str, first["loc"]))) from None
    seen: set[str] = set()
    for number, sitting in enumerate(handed.sittings):
        key = f"sittings.{number}"
        if sitting.occasion in seen:
            raise ContentError(f"{sitting.occasion!r} was sat twice; a file holds each occasion once.", path, key=key)
        seen.add(sitting.occasion)
        form, expected = draw(bank, handed.learner, sitting.occasion)
        if sitting.form != form or sorted(answer.incident for answer in sitting.answers) != sorted(incident.id for incident in expected):
            raise ContentError(f"the answers are not those to form {form}, which this learner was given on this occasion.", path, key=key)
        for place, answer in enumerate(sitting.answers):
            if problem := answer.problem(bank.incident(answer.incident)):
                raise ContentError(f"found {problem}.", path, key=f"{key}.answers.{place}")
    return handed
