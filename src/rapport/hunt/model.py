"""A hunt as its author writes it: specimens with pieces that are sound or hold a planted defect, and known ways to go wrong.
The rules keep it fair: as many sound pieces as defects, every kind of defect there, nothing asked that the page does not show."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from rapport.content import ContentError, Document, course_root, raise_all, read_yaml
from rapport.i18n import LANGUAGES, SOURCE

Kind = Literal[
    "number", "currency", "date", "time", "plural", "name", "register", "inflection", "untranslated", "mistranslated", "truncated", "direction", "sorting", "encoding",
    "placeholder", "joined",
]  # fmt: skip
KINDS: tuple[str, ...] = get_args(Kind)
Language = Literal["en", "gu", "lv"]
WHY = 40  # words of an explanation at most: many are read one after another

_REFERENCE = re.compile(r"\[([a-z]+)\]")
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class _Declared(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Piece(_Declared):
    """Something that can be marked.

    Attributes
    ----------
    text : str
        What stands there.
    right : str
        What should stand there; a piece that has it is a planted defect, any other is sound.
    kind : str
        What is wrong, or what a sound piece might be taken for.
    why : str
        Why it is wrong and how that could be seen, or why it is right.
    needs_language : bool
        Nobody can tell without reading the language; such pieces are counted apart.
    box : bool
        Shown as the label of a button; where the button cuts it, `text` ends with …, so that it is cut for everybody.
    """

    text: Annotated[str, Field(min_length=1)]
    right: str = ""
    kind: Kind
    why: str
    needs_language: bool = False
    box: bool = False

    @property
    def defect(self) -> bool:
        return bool(self.right)

    @model_validator(mode="after")
    def _sensible(self) -> Piece:
        if self.right == self.text:
            raise ValueError("text and right are the same; a defect differs from what is right, and a sound piece has no right.")
        if (words := len(self.why.split())) > WHY:
            raise ValueError(f"the why has {words} words; at most {WHY}.")
        if self.kind == "truncated" and self.defect and not (self.box and self.text.endswith("…")):
            raise ValueError("a cut-off label has box: true and ends with …, so that it is cut also for whoever does not see the box.")
        return self


class Specimen(_Declared):
    """One text of a customer's world.

    Attributes
    ----------
    lang, look
        Its language, and what it looks like.
    original : list of str
        Lines of the English original, or of what the firm's system holds.
    fact : str
        What is right here: enough to judge every piece that does not need the language.
    lines : list of str
        The text; ``[name]`` stands for a piece.
    """

    id: Name
    lang: Language
    look: Literal["mail", "paper", "phone", "app"]
    title: str
    original: Annotated[list[str], Field(min_length=1)]
    fact: str
    lines: Annotated[list[str], Field(min_length=1)]
    pieces: Annotated[dict[Name, Piece], Field(min_length=1)]

    @model_validator(mode="after")
    def _placed(self) -> Specimen:
        named = Counter(name for line in self.lines for name in _REFERENCE.findall(line))
        if unknown := sorted(set(named) - set(self.pieces)):
            raise ValueError(f"the lines name [{unknown[0]}], which is no piece; there are {', '.join(self.pieces)}.")
        if astray := [name for name in self.pieces if named[name] != 1]:
            raise ValueError(f"[{astray[0]}] stands {named[astray[0]]} times in the lines; each piece stands there once.")
        if self.lang == SOURCE and any(piece.needs_language for piece in self.pieces.values()):
            raise ValueError("a piece of an English text has needs_language; everybody reads the English of this course.")
        return self

    def parts(self, line: str) -> list[str | tuple[str, Piece]]:
        """A line as texts and pieces with their names, in order."""
        found: list[str | tuple[str, Piece]] = []
        for at, part in enumerate(_REFERENCE.split(line)):
            if at % 2:
                found.append((part, self.pieces[part]))
            elif part:
                found.append(part)
        return found


class Condition(_Declared):
    """A share of certain pieces that was marked, between two bounds."""

    of: Literal["defects", "sound", "all"]
    lang: list[Language] = []
    kinds: list[Kind] = []
    not_kinds: list[Kind] = []
    specimens: list[str] = []
    needs_language: bool | None = None
    at_least: Annotated[float, Field(ge=0, le=1)] = 0
    at_most: Annotated[float, Field(ge=0, le=1)] = 1


class Habit(_Declared):
    """A known way to go wrong with the whole hunt: recognised when every condition holds, and told."""

    id: Name
    when: Annotated[list[Condition], Field(min_length=1)]
    says: str


class Aim(_Declared):
    """The share of defects to find, and the share of sound pieces that may not be reached by false alarms."""

    found: Annotated[float, Field(gt=0, le=1)]
    alarms: Annotated[float, Field(gt=0, le=1)]


@dataclass(frozen=True)
class Placed:
    """A piece with its id in the hunt (``specimen.piece``) and the specimen it stands in."""

    id: str
    piece: Piece
    specimen: Specimen


class Hunt(_Declared):
    """A whole hunt; `version` is raised when scores before and after a change are not comparable."""

    id: Name
    version: Annotated[int, Field(ge=1)]
    minutes: Annotated[int, Field(ge=1)]
    planted: Annotated[int, Field(ge=1)]
    aim: Aim
    specimens: Annotated[list[Specimen], Field(min_length=1)]
    habits: list[Habit]

    @property
    def pieces(self) -> list[Placed]:
        """Everything that can be marked, in reading order."""
        return [Placed(f"{specimen.id}.{name}", specimen.pieces[name], specimen) for specimen in self.specimens for line in specimen.lines for name in _REFERENCE.findall(line)]

    def chosen(self, condition: Condition) -> list[Placed]:
        """The pieces that a condition is about."""
        return [
            each
            for each in self.pieces
            if (condition.of == "all" or each.piece.defect == (condition.of == "defects"))
            and (not condition.lang or each.specimen.lang in condition.lang)
            and (not condition.kinds or each.piece.kind in condition.kinds)
            and each.piece.kind not in condition.not_kinds
            and (not condition.specimens or each.specimen.id in condition.specimens)
            and condition.needs_language in (None, each.piece.needs_language)
        ]


def files(root: Path | None = None) -> dict[str, Path]:
    """Hunts of the course, by id."""
    return {path.stem: path for path in sorted(((root or course_root()) / "hunts").glob("*.yaml"))}


def load(name: str, root: Path | None = None) -> Hunt:
    """A hunt in the reader's language, read, validated and held against every rule of `faults`.

    Raises
    ------
    ContentErrors
        Every fault, with file, line and key; for an unknown name, those there are.
    """
    there = files(root)
    if name not in there:
        raise ContentError(f"found the hunt {name!r}; there is {', '.join(there) or 'none'}.", (root or course_root()) / "hunts")
    hunt, document = read_yaml(there[name], Hunt)
    raise_all(faults(hunt, document))
    return hunt


def faults(hunt: Hunt, document: Document) -> Iterator[ContentError]:
    """What is wrong with a hunt as a whole."""
    if hunt.id != document.path.stem:
        yield document.error(f"found the id {hunt.id!r}; it is the file's name, {document.path.stem!r}.", "id")
    for name, number in Counter(specimen.id for specimen in hunt.specimens).items():
        if number > 1:
            yield document.error(f"the id {name!r} is used {number} times; give each specimen its own.", "specimens")
    pieces = hunt.pieces
    defects = [each for each in pieces if each.piece.defect]
    if len(defects) != hunt.planted:
        yield document.error(f"{len(defects)} pieces have a right text, and planted says {hunt.planted}; make them agree.", "planted")
    if len(pieces) - len(defects) < len(defects):
        yield document.error(f"{len(pieces) - len(defects)} sound pieces for {len(defects)} defects; there are at least as many, or marking everything would pay.", "specimens")
    if missing := [kind for kind in KINDS if kind not in {each.piece.kind for each in defects}]:
        yield document.error(f"no defect of kind {', '.join(missing)}; plant at least one of each.", "specimens")
    for lang in LANGUAGES:
        for said, there in (("defect", defects), ("sound piece", [each for each in pieces if not each.piece.defect])):
            if not any(each.specimen.lang == lang for each in there):
                yield document.error(f"no {said} in {lang}; each language has both.", "specimens")
    for number, specimen in enumerate(hunt.specimens):
        if all(piece.defect for piece in specimen.pieces.values()):
            yield document.error("nothing sound to tell from the defects; add a sound piece that looks odd.", "specimens", number, "pieces")
    for number, habit in enumerate(hunt.habits):
        for place, condition in enumerate(habit.when):
            where = ("habits", number, "when", place)
            if unknown := sorted(set(condition.specimens) - {specimen.id for specimen in hunt.specimens}):
                yield document.error(f"no specimen is called {unknown[0]!r}.", *where, "specimens")
            elif not hunt.chosen(condition):
                yield document.error("this condition is about no piece at all; mend its filters.", *where)
            if condition.at_least > condition.at_most or (condition.at_least, condition.at_most) == (0, 1):
                yield document.error("the condition always holds or never does; give at_least or at_most, in order.", *where)
