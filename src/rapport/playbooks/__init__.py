"""Reads a module's playbook: front matter, play cards, review questions, facilitator notes; the bibliography is next door.
A card is a `## Title {#card-id}` with a fenced `card` block of YAML, and Markdown after it; docs/authoring.md shows one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from rapport.content import ContentError, course_root, module_stems, parse_yaml, raise_all, read_front, read_markdown, translated, validate
from rapport.i18n import collation
from rapport.i18n.words import Words
from rapport.playbooks import moments
from rapport.playbooks.bibliography import Source, bibliography

WORDS = Words(__file__, {"no_card": "no play card is called {name}; there are {names}.", "no_playbook": "module {name} has no playbook; modules with one: {names}."})
WORDS_ON_A_PAGE = 340  # about what one printed A4 page holds at the card's type size; a large table takes more
Text = Annotated[str, Field(min_length=1)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
Badge = Literal["strong", "mixed", "folklore", "legal"]


class _Declared(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Card(_Declared):
    """The fenced ``card`` block of a play: what it is for, what to do, how sure we are."""

    trigger: Text
    steps: Annotated[list[Text], Field(min_length=1, max_length=6)]
    words_to_try: Annotated[list[Text], Field(min_length=1)]
    do_not: Annotated[list[Text], Field(min_length=1)]
    measure: Text
    monday: Text
    badge: Badge
    claim: Text
    sources: list[Name] = []
    limit: Text
    ids: Annotated[list[Text], Field(min_length=1)]
    outcomes: Annotated[list[Annotated[int, Field(ge=1)]], Field(min_length=1)]
    moments: list[Name] = []


class Question(_Declared):
    """One question to recall, with the right answer, tempting wrong ones, and why."""

    ask: Text
    right: Text
    wrong: Annotated[list[Text], Field(min_length=2, max_length=3)]
    because: Text

    def options(self) -> list[str]:
        """Right and wrong answers in alphabetical order, so that the place gives nothing away."""
        return sorted([self.right, *self.wrong], key=collation.key)


class ReviewItem(Question):
    """A question for the spaced reviews, and its twin: the same point in another moment and other words."""

    id: Name
    outcome: Annotated[int, Field(ge=1)]
    twin: Question

    @model_validator(mode="after")
    def _reworded(self) -> ReviewItem:
        if self.ask == self.twin.ask or self.right == self.twin.right:
            raise ValueError("the twin repeats the question or its answer; put the same point in another moment and other words.")
        return self


class FacilitatorNote(_Declared):
    """A note for whoever leads a group; ``ids`` name the ideas of ``data/coverage.yaml`` it serves."""

    title: Text
    note: Text
    ids: list[Text] = []


class Front(_Declared):
    """Front matter of ``playbook.md``. A ``draft`` is checked like the rest, but need not carry its ideas yet."""

    module: Text
    title: Text
    draft: bool = False
    minutes: Annotated[int, Field(ge=15, le=240)]
    roles: Annotated[list[Text], Field(min_length=1)]
    outcomes: Annotated[list[Text], Field(min_length=1, max_length=6)]
    seeds: Annotated[list[Text], Field(min_length=1)]
    review: Annotated[list[ReviewItem], Field(min_length=3, max_length=3)]
    facilitator: list[FacilitatorNote] = []
    further: list[Name] = []


def count_words(*parts: str) -> int:
    """Words of several texts, counted between spaces: a pattern of letters would cut Gujarati words at their vowel signs."""
    return sum(any(sign.isalnum() for sign in word) for part in parts for word in part.split())


@dataclass(frozen=True)
class Play:
    """A play card: id and title from its heading, the validated block, the Markdown below it, its line in the file."""

    id: str
    title: str
    card: Card
    notes: str
    line: int

    @property
    def words(self) -> int:
        """Number of words on the printed card."""
        card = self.card
        return count_words(self.title, card.trigger, *card.steps, *card.words_to_try, *card.do_not, card.measure, card.monday, card.claim, card.limit, self.notes)


@dataclass(frozen=True)
class Playbook:
    """A module's playbook: front matter, the Markdown before the first card, the cards in order."""

    path: Path
    front: Front
    intro: str
    plays: tuple[Play, ...]

    def play(self, name: str) -> Play:
        """The card called `name`; an unknown one is a `ContentError` that lists those there are."""
        for play in self.plays:
            if play.id == name:
                return play
        raise ContentError(WORDS.say("no_card", name=repr(name), names=", ".join(play.id for play in self.plays)), self.path)


def playbook_path(stem: str, root: Path | None = None) -> Path:
    """``playbooks/<stem>/playbook.md`` of the course."""
    return (root or course_root()) / "playbooks" / stem / "playbook.md"


def load(stem: str, root: Path | None = None) -> Playbook:
    """Read and validate one playbook.

    Parameters
    ----------
    stem : str
        The module, such as ``10_when_it_goes_wrong``.
    root : Path, optional
        Course folder; found from the working folder when left out.

    Raises
    ------
    ContentError
        With file, line and key, for each fault an author can make.
    """
    root = root or course_root()
    path = _there(stem, root)
    front, body, body_line = read_markdown(path, Front)
    known = bibliography(root)
    _check_module(front, stem, path)
    intro, plays, errors = _plays(body, body_line, path)
    errors += list(_faults(front, plays, known, path))
    errors += list(_moment_faults(plays, moments.load(root), path))
    raise_all(errors)
    return Playbook(path, front, intro, tuple(plays))


def front_matter(stem: str, root: Path | None = None) -> Front:
    """Title, review questions and what else stands before the cards; errors as of `load`, but the cards are not read."""
    path = _there(stem, root or course_root())
    front = read_front(path, Front)
    _check_module(front, stem, path)
    return front


def _there(stem: str, root: Path) -> Path:
    path = playbook_path(stem, root)
    if not path.exists():
        raise ContentError(WORDS.say("no_playbook", name=repr(stem), names=", ".join(_stems(root)) or "–"), path)
    return path


def _check_module(front: Front, stem: str, path: Path) -> None:
    if front.module != stem:
        raise ContentError(f"module is {front.module!r}, the folder is {stem!r}; write the folder's name.", path, 2, "module")


def _stems(root: Path) -> list[str]:
    return [stem for stem in module_stems(root) if playbook_path(stem, root).exists()]


_HEADING = re.compile(r"^## (?P<title>.+?)(?:\s*\{#(?P<id>[^}]*)\})?\s*$")
_BLOCK = re.compile(r"^```card[ \t]*\n(?P<yaml>.*?)^```[ \t]*$\n?", re.MULTILINE | re.DOTALL)


def _plays(body: str, body_line: int, path: Path) -> tuple[str, list[Play], list[ContentError]]:
    """Cut the body at its second-level headings (outside fenced blocks) and read each card."""
    lines, heads, fenced = body.splitlines(keepends=True), [], False
    for number, text in enumerate(lines):
        fenced ^= text.startswith("```")
        if not fenced and _HEADING.match(text.rstrip("\n")):
            heads.append(number)
    plays: list[Play] = []
    errors: list[ContentError] = []
    for head, end in zip(heads, [*heads[1:], len(lines)]):
        line = body_line + head
        match = _HEADING.match(lines[head].rstrip("\n"))
        assert match is not None
        try:
            plays.append(_play(match["title"], match["id"], "".join(lines[head + 1 : end]), line, path))
        except ContentError as error:
            errors.append(error)
    return "".join(lines[: heads[0]] if heads else lines).strip(), plays, errors


def _play(title: str, name: str | None, text: str, line: int, path: Path) -> Play:
    if not name or not re.fullmatch(r"[a-z][a-z0-9-]*", name):
        raise ContentError(f"the card {title!r} needs an id of small letters, digits and hyphens: ## {title} {{#its-id}}.", path, line)
    blocks = list(_BLOCK.finditer(text))
    if len(blocks) != 1:
        raise ContentError(f"the card {title!r} has {len(blocks)} blocks that begin with ```card; it needs exactly one.", path, line)
    block = blocks[0]
    first = line + 1 + text[: block.start("yaml")].count("\n")
    card = validate(translated(parse_yaml(block["yaml"], path, first_line=first), "card"), Card)
    return Play(name, title, card, (text[: block.start()] + text[block.end() :]).strip(), line)


def _faults(front: Front, plays: list[Play], known: dict[str, Source], path: Path) -> Iterator[ContentError]:
    """What single fields cannot show: repeated ids, unknown or unread sources, a card longer than a page."""
    seen: dict[str, int] = {}
    for play in plays:
        if play.id in seen:
            yield ContentError(f"the card id {play.id!r} is used twice (first on line {seen[play.id]}); give this card another.", path, play.line)
        seen.setdefault(play.id, play.line)
        if play.words > WORDS_ON_A_PAGE:
            yield ContentError(f"the card {play.id!r} has {play.words} words; a printed page holds {WORDS_ON_A_PAGE}. Shorten it.", path, play.line)
        yield from _source_faults(play, known, path)
    for name in front.further:
        if name not in known:
            yield ContentError(f"source {name!r} is not in data/sources.bib; add it there or correct the id.", path, key="further")
    for number, item in enumerate(front.review):
        if item.outcome > len(front.outcomes):
            yield ContentError(f"outcome {item.outcome} does not exist; there are {len(front.outcomes)}.", path, key=f"review.{number}.outcome")


def _moment_faults(plays: list[Play], listed: moments.Moments | None, path: Path) -> Iterator[ContentError]:
    """Each card belongs to a moment of the list, where the course has one; a card of no moment is not found in a hurry."""
    there = listed.ids if listed else ()
    for play in plays:
        if listed and not play.card.moments:
            yield ContentError(f"the card {play.id!r} names no moment, so nobody in a hurry finds it; add moments, one or more of {', '.join(there)}.", path, play.line, "moments")
        for name in play.card.moments:
            if name not in there:
                allowed = f"playbooks/moments.yaml lists {', '.join(there)}" if listed else "the course has no playbooks/moments.yaml"
                yield ContentError(f"the card {play.id!r} names the moment {name!r}; {allowed}. Use one of the list, or add it there.", path, play.line, "moments")


def _source_faults(play: Play, known: dict[str, Source], path: Path) -> Iterator[ContentError]:
    badge, names = play.card.badge, play.card.sources
    if not names and badge != "folklore":
        yield ContentError(f"the card {play.id!r} claims {badge!r} without a source; name one, or use the badge folklore.", path, play.line, "sources")
    for name in names:
        if name not in known:
            yield ContentError(f"source {name!r} is not in data/sources.bib; add it there or correct the id.", path, play.line, "sources")
        elif known[name].seen == "citation" or (known[name].seen == "law") != (badge == "legal"):
            needed = "a law" if badge == "legal" else "a source whose abstract was seen"
            yield ContentError(
                f"the badge {badge!r} needs {needed}; {name!r} is marked seen: {known[name].seen}. Use another source or badge, or list it under further.",
                path, play.line, "sources",
            )  # fmt: skip
