"""The small books that are committed under data/recovery and data/aurora, and their sections of data/README.md.
A maintainer calls `write_sample(root)` after a change of the simulation; tests compare both with what is committed."""

from __future__ import annotations

import re
from pathlib import Path

from rapport.content import read_text, write_text
from rapport.simulation.aurora.tables import dictionary_markdown as aurora_dictionary
from rapport.simulation.engine import simulate
from rapport.simulation.presets import PRESETS
from rapport.simulation.tables import dictionary_markdown, write_book

PRESET, SEED = "recovery_sample", 10
AURORA_PRESET, AURORA_SEED = "aurora_sample", 14
_SECTIONS = (("## The recovery book", dictionary_markdown), ("## The Aurora book", aurora_dictionary))


def write_sample(root: Path) -> None:
    """Write ``data/recovery/``, ``data/aurora/`` and their sections of ``data/README.md`` below the course folder `root`."""
    write_book(simulate(PRESETS[PRESET], SEED).book, root / "data" / "recovery")
    write_book(simulate(PRESETS[AURORA_PRESET], AURORA_SEED).book, root / "data" / "aurora")
    readme = root / "data" / "README.md"
    text = read_text(readme) if readme.exists() else "# Data\n"
    for title, make in _SECTIONS:
        text = _replaced(text, title, make())
    write_text(readme, text)


def _replaced(text: str, title: str, section: str) -> str:
    """`text` with the section of that title replaced, or added at the end."""
    if found := re.search(rf"^{re.escape(title)}\n.*?(?=^## |\Z)", text, re.DOTALL | re.MULTILINE):
        return text[: found.start()] + section + ("\n" if text[found.end() :] else "") + text[found.end() :]
    return text.rstrip("\n") + "\n\n" + section
