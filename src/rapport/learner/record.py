"""A learner's record on disk: events added one at a time, each change written whole or not at all, under a lock.
A damaged file is set aside and named, what reads of it is kept; when nothing can be written, learning goes on in memory."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from rapport import i18n
from rapport.content import ContentError, display_path, write_bytes, write_text
from rapport.i18n.words import Words
from rapport.learner import document as doc
from rapport.learner.profiles import DEFAULT, current

PATIENCE = 10.0  # seconds to wait for another kernel's writing; the system frees the lock of one that has crashed
WORDS = Words(__file__, {
    "not_kept": "Your record cannot be kept, so this is remembered only until you close: {why}",
    "unreadable": "{file} cannot be read ({why}); starting with an empty record, kept only until you close.",
    "aside_kept": ("{file} could not be understood; it was set aside as {aside} and what could be read of it is kept ({n} entry).", "{file} could not be understood; it was set aside as {aside} and what could be read of it is kept ({n} entries)."),
    "aside_new": "{file} could not be understood; it was set aside as {aside} and a new record begun.",
    "not_aside": "{file} could not be understood nor set aside; what you do now is kept only until you close.",
    "locked": "another program has kept it locked for {n} seconds.",
    "no_writing": "cannot be written: {why}.",
    "no_removing": "cannot be removed: {why}. Remove it by hand.",
    "no_role": "found the role {role}; the roles are {roles}.",
})  # fmt: skip
_BOOKKEEPING = ("id", "kind", "version", "language")


class Record:
    """A learner's record; open it with `open_record`.

    Attributes
    ----------
    path : Path
        The file.
    notices : list of str
        Sentences the learner should see once: a damaged file set aside, a disk that cannot be written.
    language : str
        The language in which the course is shown (BCP 47); every event says it, as it says the course's version.
    """

    def __init__(self, path: Path, profile: str = DEFAULT):
        self.path, self.notices = Path(path), []
        self._profile, self._kept = profile, True
        self._data = self._read()

    # ---- who ----

    @property
    def language(self) -> str:
        """The reader's language now: a learner may switch it in the middle of a notebook."""
        return i18n.language()

    @property
    def profile(self) -> str:
        """The name under which the learner shares this computer."""
        return str(self._data.get("profile", self._profile))

    @property
    def learner(self) -> str:
        """32 hexadecimal digits, made once at random; they say nothing about the person."""
        return str(self._made("learner"))

    @property
    def seed(self) -> int:
        """The learner's own seed (0 … 2**31 − 1), made once at random and kept."""
        return int(self._made("seed"))

    @property
    def role(self) -> str | None:
        """One of `rapport.learner.ROLES`, or None until one is chosen."""
        return self._data.get("role")

    def set_role(self, role: str) -> None:
        """Remember the role whose path the learner follows."""
        if role not in doc.ROLES:
            raise ContentError(WORDS.say("no_role", role=repr(role), roles=", ".join(doc.ROLES)))
        self._change(lambda data: data.update(role=role))

    # ---- what it knows ----

    @property
    def data(self) -> doc.Document:
        """The whole document, to be read and not changed."""
        return self._data

    def events(self, kind: str | None = None) -> list[dict[str, Any]]:
        """Everything that happened, oldest first; of one kind when it is named."""
        return [dict(event) for event in self._data["events"] if kind in (None, event["kind"])]

    def draw(self, module: str) -> int | None:
        """Seed of the book the learner works on in `module`, if one was chosen."""
        return self._data["draws"].get(module)

    def attempts(self, module: str, exercise: str, seed: int) -> list[dict[str, Any]]:
        """Attempts at an exercise on the book of `seed`, oldest first."""
        return self._of("attempt", module, exercise, seed)

    def hints(self, module: str, exercise: str, seed: int) -> list[int]:
        """Numbers of the hints seen, from 1."""
        return [row["number"] for row in self._of("hint", module, exercise, seed)]

    def solution_shown(self, module: str, exercise: str, seed: int) -> bool:
        """Whether the solution has been opened on the book of `seed`."""
        return bool(self._of("solution", module, exercise, seed))

    def prediction(self, module: str, exercise: str, seed: int) -> Any:
        """The guess made before computing, or None."""
        found = self._of("prediction", module, exercise, seed)
        return found[-1]["guess"] if found else None

    def runs(self, scenario: str | None = None) -> list[dict[str, Any]]:
        """Finished scenario runs, oldest first; of one scenario when it is named."""
        return [_row(event) for event in self._data["events"] if event["kind"] == "run" and scenario in (None, event["scenario"])]

    # ---- what happens ----

    def add(self, kind: str, /, **row: Any) -> dict[str, Any]:
        """Keep an event.

        Parameters
        ----------
        kind : str
            ``attempt``, ``hint``, ``review``, ``sitting`` …; `rapport.learner.document.NEEDED` says what a kind must hold.
        **row
            What happened, in values that JSON knows; what is not finite becomes None.

        Returns
        -------
        dict
            The event with its ``id``, ``at``, ``kind``, ``version`` of the course and ``language``.

        Raises
        ------
        ValueError
            When the row lacks what its kind needs.
        """
        if missing := doc.lacks(kind, row):
            raise ValueError(f"a {kind} needs {missing!r}, of the right type; found {row.get(missing)!r}")
        stamp = {"id": secrets.token_hex(16), "at": datetime.now(UTC).isoformat(timespec="milliseconds"), "kind": kind}
        event = {"version": _version(), "language": self.language, **doc.plain(row), **stamp}
        self._change(lambda data: data["events"].append(event))
        return dict(event)

    def add_attempt(self, module: str, exercise: str, seed: int, outcome: str, **more: Any) -> None:
        """Keep one attempt: its outcome, and what else is named (answer, mistakes)."""
        self.add("attempt", module=module, exercise=exercise, seed=seed, outcome=outcome, **more)

    def add_prediction(self, module: str, exercise: str, seed: int, guess: Any) -> None:
        """Keep a guess made before computing."""
        self.add("prediction", module=module, exercise=exercise, seed=seed, guess=guess)

    def add_run(self, scenario: str, run: dict[str, Any]) -> None:
        """Keep a finished scenario run (place, case, path, scores, …)."""
        self.add("run", **{**run, "scenario": scenario})

    def set_draw(self, module: str, seed: int) -> None:
        """Remember which book `module` is worked on with."""
        self._change(lambda data: data["draws"].update({module: int(seed)}))

    # ---- what goes ----

    def erase(self, ids: Iterable[str]) -> None:
        """Forget the events of these ids; what stays is that they are erased, so that no merge brings them back."""
        wanted = set(ids)
        self._forget(lambda event: event["id"] in wanted)

    def erase_runs(self, scenario: str) -> None:
        """Forget every run of a scenario: the learner asked for it."""
        self._forget(lambda event: event["kind"] == "run" and event["scenario"] == scenario)

    @property
    def files(self) -> list[Path]:
        """The record's file and the damaged ones set aside from it, as far as there are any."""
        return [path for path in (self.path, *sorted(self.path.parent.glob(f"{self.path.stem}.damaged-*{self.path.suffix}"))) if path.exists()]

    def erase_everything(self) -> list[Path]:
        """Remove `files`; returns what was removed.

        Raises
        ------
        ContentError
            When a file cannot be removed.
        """
        removed = self.files
        for path in (*removed, _lock_path(self.path)):
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise ContentError(WORDS.say("no_removing", why=error.strerror), path) from None
        self._data = doc.empty()
        return removed

    def take_in(self, other: doc.Document) -> int:
        """Merge another document of the same person into this one; returns how many events were new."""
        counted: list[int] = []

        def join(data: doc.Document) -> None:
            known = {event["id"] for event in data["events"]}
            data.update(doc.merge(data, {key: value for key, value in other.items() if key not in ("learner", "profile")}))
            counted.append(sum(event["id"] not in known for event in data["events"]))

        self._change(join)
        return counted[-1]

    # ---- the file ----

    def _of(self, kind: str, module: str, exercise: str, seed: int) -> list[dict[str, Any]]:
        wanted = (kind, module, exercise, seed)
        return [_row(event) for event in self._data["events"] if (event["kind"], *map(event.get, ("module", "exercise", "seed"))) == wanted]

    def _made(self, key: str) -> Any:
        if key not in self._data:
            self._change(lambda data: None)
        return self._data[key]

    def _forget(self, goes: Callable[[doc.Event], bool]) -> None:
        stamp = {"id": secrets.token_hex(16), "at": datetime.now(UTC).isoformat(timespec="milliseconds"), "kind": "erasure"}

        def forget(data: doc.Document) -> None:
            ids = [event["id"] for event in data["events"] if event["kind"] != "erasure" and goes(event)]
            if ids:
                data["events"] = [event for event in data["events"] if event["id"] not in ids] + [{**stamp, "ids": ids}]

        self._change(forget)

    def _change(self, alter: Callable[[doc.Document], Any]) -> None:
        """Apply `alter` to what is on disk now (another kernel may have written) and write that; go on in memory
        when it cannot be kept."""
        if self._kept:
            try:
                with _lock(self.path):
                    # Nobody's seed changes while they work, even when the file is taken away.
                    self._data = {**{key: self._data[key] for key in ("learner", "seed") if key in self._data}, **self._on_disk()}
                    self._alter(alter)
                    if self._kept:
                        write_text(self.path, doc.dump(self._data))
                return
            except _NoLock as error:
                self._lose(error)
            except ContentError as error:
                self._lose(error)
                return
        self._alter(alter)

    def _alter(self, alter: Callable[[doc.Document], Any]) -> None:
        self._data.setdefault("profile", self._profile)
        self._data.setdefault("learner", secrets.token_hex(16))
        self._data.setdefault("seed", secrets.randbelow(2**31))
        alter(self._data)

    def _lose(self, error: ContentError) -> None:
        self._kept = False
        self._notice(WORDS.say("not_kept", why=error))

    def _read(self) -> doc.Document:
        """What the file holds; a damaged one is seen to under the lock, once, whoever else has it open."""
        found = self._parsed()
        if found is None or found[1]:
            return found[0] if found else doc.empty()
        try:
            with _lock(self.path):
                return self._on_disk()
        except _NoLock as error:
            self._lose(error)
            return found[0]

    def _on_disk(self) -> doc.Document:
        found = self._parsed()
        if found is None:
            return doc.empty()
        data, sound = found
        if not sound:
            self._set_aside(data)
        return data

    def _parsed(self) -> tuple[doc.Document, bool] | None:
        try:
            return doc.read(self.path.read_bytes())
        except FileNotFoundError:
            return None
        except OSError as error:
            self._notice(WORDS.say("unreadable", file=display_path(self.path), why=error.strerror))
            self._kept = False
            return None

    def _set_aside(self, read: doc.Document) -> None:
        """Copy the damaged file under a free name, then write what could be read in its place: at no moment is anything lost."""
        number = 1
        while (aside := self.path.with_name(f"{self.path.stem}.damaged-{number}{self.path.suffix}")).exists():
            number += 1
        key = "aside_kept" if read != doc.empty() else "aside_new"
        try:
            write_bytes(aside, self.path.read_bytes())
            write_text(self.path, doc.dump(read))
            self._notice(WORDS.say(key, file=display_path(self.path), aside=aside.name, n=len(read["events"])))
        except (OSError, ContentError):
            self._kept = False
            self._notice(WORDS.say("not_aside", file=display_path(self.path)))

    def _notice(self, sentence: str) -> None:
        if sentence not in self.notices:
            self.notices.append(sentence)


def open_record(path: Path | str | None = None) -> Record:
    """The learner's record at `path` (default: that of whoever learns here now); a new one is written once something happens."""
    if path:
        return Record(Path(path))
    now = current()
    return Record(now.path, now.name)


class _NoLock(ContentError):
    """The record's folder cannot be written at all, or somebody holds the lock for very long."""


def _row(event: doc.Event) -> dict[str, Any]:
    return {key: value for key, value in event.items() if key not in _BOOKKEEPING}


@cache
def _version() -> str:
    try:
        return metadata.version("rapport")
    except metadata.PackageNotFoundError:
        return "unknown"


def _lock_path(path: Path) -> Path:
    return path.with_name(path.name + ".lock")


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    """Hold ``path.lock`` while reading and writing."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        held = FileLock(_lock_path(path), timeout=PATIENCE)
        held.acquire()
    except Timeout:
        raise _NoLock(WORDS.say("locked", n=f"{PATIENCE:.0f}"), path) from None
    except OSError as error:
        raise _NoLock(WORDS.say("no_writing", why=error.strerror), path) from None
    try:
        yield
    finally:
        held.release()
