"""Results kept from one build to the next, each with the files it was made from: it holds while none of them has changed.
What was read is heard while the work is done (`rapport.kernels.reads`), so nobody has to list it and nothing is forgotten."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import time
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

import rapport
from rapport.content import COURSE, ContentError, write_bytes

FOLDER = "build/kept"
PACKAGE = Path(rapport.__file__).parent
DATA = {".csv", ".json", ".parquet", ".ttf"}
"""Endings of files that libraries may read without Python: all of them count for every result."""


class Kept:
    """The results kept for one course.

    Parameters
    ----------
    root : Path
        The course.
    folder : Path, optional
        Where they are kept, default ``build/kept`` in the course.
    """

    def __init__(self, root: Path, folder: Path | None = None):
        self.root, self.folder = Path(root).resolve(), folder or Path(root) / FOLDER
        self._ground: str | None = None
        self._digests: dict[str, str] = {}

    def ground(self) -> str:
        """What every result rests on: interpreter, locked versions, names of the course's files, and its data."""
        if self._ground is None:
            names = self._files()
            fonts = sorted((PACKAGE / "fonts").rglob("*.ttf"))
            lock = [self.root / "requirements.lock"]
            told = [platform.python_version(), *(path.relative_to(self.root).as_posix() for path in names)]
            told += [self._digest(str(path)) for path in [*names, *fonts, *lock] if path.suffix in DATA or path in lock]
            self._ground = _hash("\n".join(told).encode())
        return self._ground

    def everything(self) -> str:
        """Hash of all files of the course and of the package: as long as it is the same, so is a whole build."""
        files = [*self._files(), *sorted(path for path in PACKAGE.rglob("*") if path.is_file() and path.suffix != ".pyc")]
        return _hash("\n".join(f"{path} {self._digest(str(path))}" for path in files).encode())

    def _files(self) -> list[Path]:
        found = (path for folder in COURSE for path in (self.root / folder).rglob("*"))
        return sorted(path for path in found if path.is_file() and "__pycache__" not in path.parts and not any(part.startswith(".") for part in path.relative_to(self.root).parts))

    def key(self, kind: str, *parts: str) -> str:
        """Name of a result of some kind: a hash of what it is made from by value."""
        return f"{kind}-{_hash(chr(0).join([self.ground(), *parts]).encode())}"

    def get(self, key: str) -> Any | None:
        """The result kept under `key`; None where there is none, a file it was made from has changed, or it is damaged."""
        try:
            digest, _, body = (self.folder / f"{key}.json").read_bytes().partition(b"\n")
            entry = json.loads(body) if _hash(body).encode() == digest else None
            os.utime(self.folder / f"{key}.json")
            if entry and all(self._digest(self._place(name)) == kept for name, kept in entry["reads"].items()):
                return entry["result"]
        except (OSError, ValueError, KeyError, AttributeError, TypeError):
            pass
        return None

    def put(self, key: str, result: Any, reads: Iterable[str], since: float) -> None:
        """Keep a result with the files it was made from, unless one of them was written while it was made.

        Parameters
        ----------
        key : str
            From `key`.
        result : object
            Anything JSON holds.
        reads : iterable of str
            Absolute paths; files of neither course nor package do not count.
        since : float
            When the work began, in seconds as `time.time` counts them.
        """
        counted = {name: path for path in reads if (name := self._name(path))}
        if any(_written(path) >= since for path in counted.values()):
            return
        named = {name: self._digest(path) for name, path in counted.items()}
        body = json.dumps({"reads": named, "result": result}, ensure_ascii=False, sort_keys=True).encode()
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            write_bytes(self.folder / f"{key}.json", _hash(body).encode() + b"\n" + body, settle=False)
        except (OSError, ContentError):
            pass  # a full disk costs the next build some time, and this one nothing

    def forget(self, days: float = 30) -> None:
        """Remove results that no build has asked for in `days`."""
        for path in self.folder.glob("*.json"):
            with contextlib.suppress(OSError):
                if path.stat().st_mtime < time.time() - days * 86_400:
                    path.unlink()

    def _name(self, path: str) -> str | None:
        # with texts alone: thousands of times in a build
        if path.startswith(f"{PACKAGE}{os.sep}"):
            return f"rapport:{path[len(str(PACKAGE)) + 1 :].replace(os.sep, '/')}"
        inside = path[len(str(self.root)) + 1 :] if path.startswith(f"{self.root}{os.sep}") else ""
        return inside.replace(os.sep, "/") if inside.partition(os.sep)[0] in COURSE else None

    def _place(self, name: str) -> str:
        return f"{PACKAGE}{os.sep}{name[8:]}" if name.startswith("rapport:") else f"{self.root}{os.sep}{name}"

    def _digest(self, path: str) -> str:
        if path not in self._digests:
            try:
                self._digests[path] = _hash(Path(path).read_bytes())
            except OSError:
                self._digests[path] = "none"
        return self._digests[path]


def _written(path: str) -> float:
    """When a file was last written, in seconds as `time.time` counts them; 0 for one that is gone."""
    try:
        return os.stat(path).st_mtime
    except OSError:
        return 0


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@lru_cache
def machinery() -> str:
    """Hash of the code that runs notebooks and of the kernels' start, which no kernel reads."""
    files = [Path(__file__).with_name("execute.py"), *sorted((PACKAGE / "kernels").glob("*.py"))]
    return _hash(b"".join(path.read_bytes() for path in files))
