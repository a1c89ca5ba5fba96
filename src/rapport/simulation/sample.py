"""The small book that is committed under data/recovery, and the dictionary section of data/README.md.
A maintainer calls `write_sample(root)` after a change of the simulation; tests compare both with what is committed."""

from __future__ import annotations

import re
from pathlib import Path

from rapport.content import read_text, write_text
from rapport.simulation.engine import simulate
from rapport.simulation.firm import PRESETS
from rapport.simulation.tables import dictionary_markdown, write_book

PRESET, SEED = "recovery_sample", 10
_SECTION = re.compile(r"^## The recovery book\n.*?(?=^## |\Z)", re.DOTALL | re.MULTILINE)


def write_sample(root: Path) -> None:
    """Write ``data/recovery/`` and its section of ``data/README.md`` below the course folder `root`."""
    write_book(simulate(PRESETS[PRESET], SEED).book, root / "data" / "recovery")
    readme = root / "data" / "README.md"
    text = read_text(readme) if readme.exists() else "# Data\n"
    section = dictionary_markdown()
    if found := _SECTION.search(text):
        text = text[: found.start()] + section + ("\n" if text[found.end() :] else "") + text[found.end() :]
    else:
        text = text.rstrip("\n") + "\n\n" + section
    write_text(readme, text)
