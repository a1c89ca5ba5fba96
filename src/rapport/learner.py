"""What one learner did: seed, draws, attempts, predictions, scenario runs; one JSON file that stays with the learner.
Each change is written whole or not at all; a damaged file is set aside and named, never overwritten."""

from __future__ import annotations

import json
import os
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rapport.content import ContentError, display_path, write_text

FORMAT = 1
_LISTS = ("attempts", "predictions", "runs", "events")


def record_path() -> Path:
    """Where the learner's record lies: ``RAPPORT_RECORD``, or the nearest ``.rapport`` folder at or above the
    working folder, or a new one beside the course (failing that, in the working folder)."""
    if named := os.environ.get("RAPPORT_RECORD"):
        return Path(named)
    here = Path.cwd().resolve()
    for folder in (here, *here.parents):
        if (folder / ".rapport").is_dir() or all((folder / part).is_dir() for part in ("notebooks", "exercises")):
            return folder / ".rapport" / "record.json"
    return here / ".rapport" / "record.json"


class Record:
    """A learner's record; open it with `open_record`.

    Attributes
    ----------
    path : Path
        The file.
    notices : list of str
        Sentences the learner should see once: a damaged file set aside, a disk that cannot be written.
    """

    def __init__(self, path: Path):
        self.path, self.notices, self._kept = Path(path), [], True
        self._data = self._read()

    # ---- what it knows ----

    @property
    def seed(self) -> int:
        """The learner's own seed (0 … 2**31 − 1), made once at random and kept."""
        if "seed" not in self._data:
            self._change(lambda data: data.setdefault("seed", secrets.randbelow(2**31)))
        return int(self._data["seed"])

    @property
    def learner(self) -> str:
        """The learner's random id, 32 hexadecimal digits, made once and kept."""
        if "learner" not in self._data:
            self._change(lambda data: data.setdefault("learner", secrets.token_hex(16)))
        return str(self._data["learner"])

    def events(self, kind: str) -> list[dict[str, Any]]:
        """What was kept under `kind`, oldest first."""
        return [row for row in self._data["events"] if row.get("kind") == kind]

    def draw(self, module: str) -> int | None:
        """Seed of the book the learner works on in `module`, if one was chosen."""
        return self._data["draws"].get(module)

    def attempts(self, module: str, exercise: str, seed: int) -> list[dict[str, Any]]:
        """Attempts at an exercise on the book of `seed`, oldest first."""
        return self._of("attempts", module, exercise, seed)

    def prediction(self, module: str, exercise: str, seed: int) -> Any:
        """The guess made before computing, or None."""
        found = self._of("predictions", module, exercise, seed)
        return found[-1]["guess"] if found else None

    def runs(self, scenario: str | None = None) -> list[dict[str, Any]]:
        """Finished scenario runs, oldest first; of one scenario when it is named."""
        return [run for run in self._data["runs"] if scenario in (None, run.get("scenario"))]

    # ---- what happens ----

    def add(self, kind: str, **row: Any) -> None:
        """Keep an event of `kind`."""
        event = {"kind": kind, **row, "at": datetime.now(UTC).isoformat(timespec="seconds")}
        self._change(lambda data: data["events"].append(event))

    def set_draw(self, module: str, seed: int) -> None:
        """Remember which book `module` is worked on with."""
        self._change(lambda data: data["draws"].update({module: int(seed)}))

    def add_attempt(self, module: str, exercise: str, seed: int, outcome: str, **more: Any) -> None:
        """Keep one attempt: its outcome, and what else is named (answer, mistakes)."""
        self._add("attempts", module=module, exercise=exercise, seed=seed, outcome=outcome, **more)

    def add_prediction(self, module: str, exercise: str, seed: int, guess: Any) -> None:
        """Keep a guess made before computing."""
        self._add("predictions", module=module, exercise=exercise, seed=seed, guess=guess)

    def add_run(self, scenario: str, run: dict[str, Any]) -> None:
        """Keep a finished scenario run (place, case, path, scores, …)."""
        self._add("runs", **{**run, "scenario": scenario})

    def erase_runs(self, scenario: str) -> None:
        """Forget every run of a scenario: the learner asked for it."""
        self._change(lambda data: data.update(runs=[run for run in data["runs"] if run.get("scenario") != scenario]))

    # ---- the file ----

    def _of(self, kind: str, module: str, exercise: str, seed: int) -> list[dict[str, Any]]:
        wanted = (module, exercise, seed)
        return [row for row in self._data[kind] if (row.get("module"), row.get("exercise"), row.get("seed")) == wanted]

    def _add(self, kind: str, **row: Any) -> None:
        row["at"] = datetime.now(UTC).isoformat(timespec="seconds")
        self._change(lambda data: data[kind].append(row))

    def _change(self, alter: Callable[[dict[str, Any]], Any]) -> None:
        """Apply `alter` to what is on disk now (another kernel may have written) and write that; go on in memory
        when it cannot be kept."""
        if not self._kept:
            alter(self._data)
            return
        try:
            with _lock(self.path):
                # Nobody's seed changes while they work, even when the file is taken away.
                self._data = {**self._read(), **({"seed": self._data["seed"]} if "seed" in self._data else {})}
                alter(self._data)
                write_text(self.path, json.dumps(self._data, ensure_ascii=False, sort_keys=True, indent=1) + "\n")
        except _NoLock as error:
            alter(self._data)
            self._lose(error)
        except ContentError as error:
            self._lose(error)

    def _lose(self, error: ContentError) -> None:
        self._kept = False
        self._notice(f"Your record cannot be kept, so this is remembered only until you close: {error}")

    def _read(self) -> dict[str, Any]:
        empty: dict[str, Any] = {"format": FORMAT, "draws": {}, **{kind: [] for kind in _LISTS}}
        try:
            data = json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return empty
        except OSError as error:
            self._notice(f"{display_path(self.path)} cannot be read ({error.strerror}); starting with an empty record, kept only until you close.")
            self._kept = False
            return empty
        except (ValueError, RecursionError):  # no JSON, or brackets without end
            data = None
        if _sound(data):
            return {**empty, **data}
        self._set_aside()
        return empty

    def _set_aside(self) -> None:
        number = 1
        while (aside := self.path.with_name(f"{self.path.stem}.damaged-{number}{self.path.suffix}")).exists():
            number += 1
        try:
            os.replace(self.path, aside)
            self._notice(f"{display_path(self.path)} could not be understood; it was set aside as {aside.name} and a new record begun.")
        except OSError as error:
            self._notice(f"{display_path(self.path)} could not be understood nor set aside ({error.strerror}).")

    def _notice(self, sentence: str) -> None:
        if sentence not in self.notices:
            self.notices.append(sentence)


def open_record(path: Path | str | None = None) -> Record:
    """The learner's record at `path` (default: `record_path`); nothing is written until something happens."""
    return Record(Path(path) if path else record_path())


class _NoLock(ContentError):
    """The record's folder cannot be written at all."""


def _seed(number: Any) -> bool:
    return type(number) is int and number >= 0


def _sound(data: Any) -> bool:
    return (
        isinstance(data, dict)
        and data.get("format") == FORMAT
        and _seed(data.get("seed", 0))
        and isinstance(data.get("draws", {}), dict)
        and all(map(_seed, data.get("draws", {}).values()))
        and all(isinstance(data.get(kind, []), list) and all(isinstance(row, dict) for row in data.get(kind, [])) for kind in _LISTS)
        and all("guess" in row for row in data.get("predictions", []))
    )


@contextmanager
def _lock(path: Path, patience: float = 3.0) -> Iterator[None]:
    """Hold ``path.lock`` while reading and writing; a lock older than `patience` seconds was left by a crash."""
    lock = path.with_name(path.name + ".lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        deadline = time.monotonic() + patience
        while True:
            try:
                os.close(os.open(lock, os.O_CREAT | os.O_EXCL))
                break
            except FileExistsError:
                if time.monotonic() > deadline:
                    lock.unlink(missing_ok=True)
                time.sleep(0.02)
    except OSError as error:
        raise _NoLock(f"cannot be written: {error.strerror}.", path) from None
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)
