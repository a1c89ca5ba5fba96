"""The moments in which somebody with little time looks for a card: one list in ``playbooks/moments.yaml``, named by the cards.
A course without the file has no page of moments, and its cards need name none."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from rapport.content import read_yaml

Text = Annotated[str, Field(min_length=1)]


class Moment(BaseModel):
    """One moment: its id, title, how one knows it, and whether the market sheets help in it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    title: Text
    text: Text
    markets: bool = False


class Moments(BaseModel):
    """The file: the page's title and lead, and the moments in their order."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Text
    lead: Text
    moments: Annotated[list[Moment], Field(min_length=1)]

    @model_validator(mode="after")
    def _once(self) -> Moments:
        ids = [moment.id for moment in self.moments]
        if twice := next((name for name in ids if ids.count(name) > 1), None):
            raise ValueError(f"the moment {twice!r} is listed twice; keep one.")
        return self

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(moment.id for moment in self.moments)


def load(root: Path) -> Moments | None:
    """The moments of the course in the reader's language; None where it has no ``playbooks/moments.yaml``.

    Raises
    ------
    ContentError
        For a key that is missing, unknown or wrong, or a moment listed twice.
    """
    path = root / "playbooks" / "moments.yaml"
    return read_yaml(path, Moments)[0] if path.exists() else None
