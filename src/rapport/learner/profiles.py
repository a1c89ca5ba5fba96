"""Who learns at this computer: a record of their own for each, and a small file beside them that says whose turn it is.
The first one is called “me” and keeps the plain file name; nobody is asked for a name unless they share."""

from __future__ import annotations

import glob
import os
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from rapport.content import ContentError, course_root, write_text
from rapport.i18n import collation
from rapport.i18n.words import Words
from rapport.learner.document import read

DEFAULT = "me"
WORDS = Words(__file__, {"no_name": "found the name {name}; a name here has 1 to {longest} letters, digits, spaces, hyphens or apostrophes."})
LONGEST = 40  # letters of a name; also keeps the file name short enough in every script


@dataclass(frozen=True)
class Profile:
    """A learner at this computer: the name they chose, and the file of their record."""

    name: str
    path: Path


def home() -> Path:
    """File of the first profile: ``RAPPORT_RECORD``; else in the nearest ``.rapport`` folder at or above the working folder; else in
    the workspace of the course, where the lab keeps it too; where no course is found, in a new folder in the working folder."""
    if named := os.environ.get("RAPPORT_RECORD"):
        return Path(named)
    here = Path.cwd().resolve()
    for folder in (here, *here.parents):
        if all((folder / part).is_dir() for part in ("notebooks", "playbooks", "exercises")):
            break  # the course itself: nobody learns in its own notebooks
        if (folder / ".rapport").is_dir():
            return folder / ".rapport" / "record.json"
    try:
        folder = Path(os.environ.get("RAPPORT_WORKSPACE") or course_root() / "workspace")
    except ContentError:
        folder = here
    return folder.resolve() / ".rapport" / "record.json"


def record_path() -> Path:
    """File of whoever learns here now."""
    return current().path


def current() -> Profile:
    """Whoever learns here now; “me” unless somebody else has said so."""
    try:
        name = _pointer().read_text(encoding="utf-8").strip()
        path = _file(name)
    except (OSError, ValueError, ContentError):
        name, path = DEFAULT, home()
    return Profile(_named(path) or name, path)


def profiles() -> list[Profile]:
    """Everybody with a record here, “me” first, then by name; whoever learns now is among them even before the first entry."""
    base = home()
    files = base.parent.glob(f"{glob.escape(base.stem)}-*{base.suffix}") if base.parent.is_dir() else []
    own = [path for path in files if "." not in path.stem[len(base.stem) :]]
    found = {path: Profile(_named(path) or path.stem[len(base.stem) + 1 :].replace("_", " "), path) for path in sorted(own)}
    if base.exists():
        found[base] = Profile(_named(base) or DEFAULT, base)
    now = current()
    found.setdefault(now.path, now)
    return sorted(found.values(), key=lambda each: (each.path != base, collation.key(each.name)))


def become(name: str) -> Profile:
    """From now on `name` learns here; a new name begins a new record.

    Raises
    ------
    ContentError
        When the name cannot be one, or the folder cannot be written.
    """
    from rapport.learner.record import Record

    path = _file(name)
    write_text(_pointer(), " ".join(name.split()) + "\n")
    Record(path, " ".join(name.split())).learner  # noqa: B018 - its first use begins the record
    return current()


def _pointer() -> Path:
    return home().with_suffix(".profile")


def _named(path: Path) -> str | None:
    try:
        return read(path.read_bytes())[0].get("profile")
    except OSError:
        return None


def _file(name: str) -> Path:
    """The file of a profile: the same for names that differ in capitals or spaces only, as some disks cannot tell them apart."""
    plain = unicodedata.normalize("NFC", " ".join(name.split()).casefold())
    if not plain or len(plain) > LONGEST or not all(unicodedata.category(letter)[0] in "LMN" or letter in " -'’\u200c\u200d" for letter in plain):
        raise ContentError(WORDS.say("no_name", name=repr(name), longest=LONGEST))
    base = home()
    return base if plain == DEFAULT else base.with_name(f"{base.stem}-{plain.replace(' ', '_')}{base.suffix}")
