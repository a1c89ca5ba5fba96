"""The path of a role through the course, from ``playbooks/paths.yaml``: which modules, which of them are there, what follows.
The role is the learner's own choice and can be changed at any time."""

from __future__ import annotations

import pathlib
from dataclasses import dataclass
from typing import Annotated, Literal

from markupsafe import escape
from pydantic import BaseModel, ConfigDict, Field

from rapport.content import ContentError, Document, raise_all, read_yaml
from rapport.learner import ROLES, Record
from rapport.study.parts import finished, modules
from rapport.study.words import WORDS, say

Number = Annotated[str, Field(pattern=r"^[0-9]{2}$")]
Text = Annotated[str, Field(min_length=1)]
Role = Literal["agent", "account_manager", "small_business", "trainer"]


class _Declared(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Leg(_Declared):
    """A module of a path, and which part of it where the whole is not meant."""

    module: Number
    part: Text | None = None


class RolePath(_Declared):
    """Whom a path is for, why it is as it is, its modules in order, and what else belongs to it."""

    title: Text
    who: Text
    why: Text
    modules: Annotated[list[Leg], Field(min_length=1)]
    also: Text | None = None


class Paths(_Declared):
    """The file: titles of the modules by number, paths by role."""

    modules: dict[Number, Text]
    roles: dict[Role, RolePath]


@dataclass(frozen=True)
class Step:
    """A module on a learner's path: number, title, part, its stem where it is there, and whether the learner has finished it."""

    number: str
    title: str
    part: str | None
    stem: str | None
    finished: bool


@dataclass(frozen=True, repr=False)
class Path:
    """A role's path for one learner."""

    role: str
    title: str
    who: str
    why: str
    steps: tuple[Step, ...]
    also: str | None

    @property
    def next(self) -> Step | None:
        """The first module that is there and not finished."""
        return next((step for step in self.steps if step.stem and not step.finished), None)

    @property
    def text(self) -> str:
        """The path in plain text."""
        lines = [f"{self.title}. {self.who}", self.why, ""]
        for step in self.steps:
            state = WORDS["finished" if step.finished else "is_next" if step is self.next else "there" if step.stem else "follows"]
            lines.append(f"  {step.number}  {step.title:<42} {state}" + (f"\n      {step.part}" if step.part else ""))
        return "\n".join(lines + ([f"  {say('and_also', also=self.also)}"] if self.also else []))

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<li>{escape(step.number)} · {_linked(step)}{f' <em>({escape(step.part)})</em>' if step.part else ''}"
            f"{_state(step, step is self.next)}</li>"
            for step in self.steps
        )
        also = f"<li>{escape(self.also)}</li>" if self.also else ""
        return f'<section class="path"><p><strong>{escape(self.title)}.</strong> {escape(self.who)} {escape(self.why)}</p><ul>{rows}{also}</ul></section>'

    def __repr__(self) -> str:
        return self.text


def _state(step: Step, following: bool) -> str:
    if step.finished or following:
        return f" · {escape(WORDS['finished'])}" if step.finished else f" · <strong>{escape(WORDS['is_next'])}</strong>"
    return "" if step.stem else f" · {escape(WORDS['follows'])}"


def _linked(step: Step) -> str:
    return f'<a href="{step.stem}.ipynb">{escape(step.title)}</a>' if step.stem else str(escape(step.title))


def file(root: pathlib.Path) -> pathlib.Path:
    """Where the paths are written."""
    return root / "playbooks" / "paths.yaml"


def read_paths(root: pathlib.Path) -> Paths:
    """Read and validate the paths.

    Raises
    ------
    ContentError
        With file, line and key: a role without a path, a number without a title, a module named twice on a path,
        a module of the course that no path leads to.
    """
    paths, document = read_yaml(file(root), Paths)
    raise_all(_faults(paths, document, root))
    return paths


def _faults(paths: Paths, document: Document, root: pathlib.Path) -> list[ContentError]:
    errors = [document.error(f"the role {role!r} has no path; add one.", "roles") for role in ROLES if role not in paths.roles]
    for role, each in paths.roles.items():
        seen: set[str] = set()
        for index, leg in enumerate(each.modules):
            keys = ("roles", role, "modules", index, "module")
            if leg.module not in paths.modules:
                errors.append(document.error(f"found the module {leg.module!r}; known are {', '.join(paths.modules)}. Add its title above, or correct the number.", *keys))
            if leg.module in seen:
                errors.append(document.error(f"the module {leg.module!r} is on this path twice; keep one.", *keys))
            seen.add(leg.module)
    used = {leg.module for each in paths.roles.values() for leg in each.modules}
    errors += [document.error(f"the module {stem!r} is on nobody's path; add it to one.", "roles") for stem in modules(root) if stem[:2] not in used]
    return errors


def path(record: Record, root: pathlib.Path, role: str | None = None) -> Path:
    """The learner's path: that of `role`, else of the role in the record.

    Raises
    ------
    ContentError
        When no role is chosen, or there is no such role; the message names those there are.
    """
    paths, role = read_paths(root), role or record.role
    if role not in paths.roles:
        roles = ", ".join(f"{name} ({each.title})" for name, each in paths.roles.items())
        raise ContentError(say("no_such_role", role=repr(role), roles=roles) if role else say("no_role", roles=roles))
    mine, there = paths.roles[role], {module.number: module for module in modules(root).values()}
    steps = []
    for leg in mine.modules:
        module = there.get(leg.module)
        title = module.title if module else paths.modules[leg.module]
        steps.append(Step(leg.module, title, leg.part, module and module.stem, bool(module and finished(module, record))))
    return Path(role, mine.title, mine.who, mine.why, tuple(steps), mine.also)
