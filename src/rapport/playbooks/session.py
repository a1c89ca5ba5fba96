"""Reads `playbooks/<stem>/session.md`: how a trainer runs a module with a group in ninety minutes.
What can be worked out from case and exercises (slips, cards, keys) is not in it; the facilitator's edition derives it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

from rapport.content import ContentError, course_root, module_stems, read_markdown
from rapport.playbooks import WORDS_ON_A_PAGE, count_words, playbook_path

MINUTES = 90
Text = Annotated[str, Field(min_length=1)]


class _Declared(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Step(_Declared):
    """A stretch of the session: its minutes, what the trainer does, and words to open it with."""

    minutes: Annotated[int, Field(ge=1, le=45)]
    title: Text
    do: Text
    say: Text | None = None


class Moment(_Declared):
    """A moment that may turn difficult: how it shows, words to use, what to do after them."""

    when: Text
    say: Text
    then: Text


class Brief(_Declared):
    """One page for the managers of those who come: what for, what to look for, and how to help."""

    goal: Text
    behaviours: Annotated[list[Text], Field(min_length=2, max_length=2)]
    practise: Text
    praise: Text

    @property
    def words(self) -> int:
        """Number of words on the printed page."""
        return count_words(self.goal, *self.behaviours, self.practise, self.praise)


class Front(_Declared):
    """Front matter of ``session.md``."""

    module: Text
    goal: Text
    bring: list[Text] = []
    plan: Annotated[list[Step], Field(min_length=3, max_length=12)]
    debrief: Annotated[list[Text], Field(min_length=3, max_length=10)]
    moments: Annotated[list[Moment], Field(min_length=2, max_length=8)]
    manager: Brief
    remote: Text

    @field_validator("plan")
    @classmethod
    def _ninety(cls, plan: list[Step]) -> list[Step]:
        if (total := sum(step.minutes for step in plan)) != MINUTES:
            raise ValueError(f"the minutes of the plan sum to {total}; a session has {MINUTES}, so add or take {abs(MINUTES - total)}.")
        return plan

    @field_validator("manager")
    @classmethod
    def _one_page(cls, manager: Brief) -> Brief:
        if manager.words > WORDS_ON_A_PAGE:
            raise ValueError(f"the manager's brief has {manager.words} words; a printed page holds {WORDS_ON_A_PAGE}. Shorten it.")
        return manager


@dataclass(frozen=True)
class Session:
    """A module's session: front matter, and the Markdown below it for the trainer's preparation."""

    path: Path
    front: Front
    notes: str

    def clock(self) -> list[tuple[int, int, Step]]:
        """Each step with the minute at which it begins and ends."""
        ends = [sum(step.minutes for step in self.front.plan[: number + 1]) for number in range(len(self.front.plan))]
        return [(end - step.minutes, end, step) for end, step in zip(ends, self.front.plan)]


def session_path(stem: str, root: Path | None = None) -> Path:
    """``playbooks/<stem>/session.md`` of the course."""
    return playbook_path(stem, root).with_name("session.md")


def load(stem: str, root: Path | None = None) -> Session | None:
    """Read and validate a module's session; None when the module has none.

    Raises
    ------
    ContentError
        With file, line and key, for each fault an author can make.
    """
    path = session_path(stem, root)
    if not path.exists():
        return None
    front, body, _ = read_markdown(path, Front)
    if front.module != stem:
        raise ContentError(f"found {front.module!r}, the folder is {stem!r}; write the folder's name.", path, 2, "module")
    return Session(path, front, body.strip())


def missing(root: Path | None = None) -> list[str]:
    """Stems of the modules that have a playbook and no session."""
    root = root or course_root()
    return [stem for stem in module_stems(root) if playbook_path(stem, root).exists() and not session_path(stem, root).exists()]
