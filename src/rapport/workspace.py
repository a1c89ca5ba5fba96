"""The learner's own copies: `refresh` lays them out and never overwrites an edited one, `start_lab` opens JupyterLab there.
The course's notebooks stay as they are; record, settings and kernels of the workspace are its own."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

from rapport.content import ContentError, display_path, write_bytes, write_text

FORMAT = 1
FOLDERS = ("notebooks", "exercises")
OWN = ".rapport"  # record, manifest and JupyterLab's settings, inside the workspace

_NOTIFICATIONS = "@jupyterlab/apputils-extension:notification"
_LAB_CONFIG = {
    "ServerApp": {"answer_yes": True},  # Ctrl-C closes at once, without a question
    "LabApp": {
        "news_url": None,
        "check_for_updates_class": "jupyterlab.handlers.announcements.NeverCheckForUpdate",
        "extension_manager": "readonly",  # the other one asks a package index
    },
}
_LAB_SETTINGS = {_NOTIFICATIONS: {"fetchNews": "false", "checkForUpdates": False}}
# What a learner's shell may say about another Jupyter must not reach this one.
_FOREIGN = ("JUPYTER_PATH", "JUPYTER_CONFIG_PATH", "JUPYTERLAB_DIR", "JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR", "RAPPORT_SEED")


def default_folder(root: Path) -> Path:
    """``RAPPORT_WORKSPACE``, else ``workspace`` in the course folder (which git ignores)."""
    return Path(os.environ.get("RAPPORT_WORKSPACE") or root / "workspace")


def refresh(root: Path, folder: Path) -> list[str]:
    """Lay out or update the copies of notebooks and workbooks.

    A copy that is as it was handed out follows the course. An edited one stays; a newer course version is laid
    beside it as ``name.new.ipynb``, once. "Edited" means that its bytes differ from those handed out, which the
    manifest in ``.rapport/manifest.json`` remembers.

    Parameters
    ----------
    root : Path
        The course.
    folder : Path
        The workspace; made when it does not exist.

    Returns
    -------
    list of str
        One sentence for everything that happened and matters to the learner.

    Raises
    ------
    ContentError
        When `folder` is the course itself, or cannot be written.
    """
    root, folder = Path(root), Path(folder)
    if folder.resolve() == root.resolve() or any(folder.resolve() == (root / name).resolve() for name in FOLDERS):
        raise ContentError("this is the course itself; a workspace is a folder of its own, so name another one.", folder)
    said: list[str] = []
    manifest = _read_manifest(folder, said)
    fresh = 0
    for source in [path for name in FOLDERS for path in sorted((root / name).glob("*.ipynb"))]:
        name = source.relative_to(root).as_posix()
        data, copy = source.read_bytes(), folder / name
        entry, now = manifest.setdefault(name, {}), _hash(data)
        there = _hash(copy.read_bytes()) if copy.exists() else None
        if there is None or there == entry.get("given") != now:
            write_bytes(copy, data)
            entry["given"] = now
            fresh += there is None
            if there:
                said.append(f"{display_path(copy)} was updated to the course's newer version; you had not changed it.")
        elif there == now:
            entry["given"] = now
        elif now not in (entry.get("given"), entry.get("offered")):
            beside = _beside(copy, entry.get("offered"))
            write_bytes(beside, data)
            entry["offered"] = now
            said.append(f"{display_path(copy)} is yours and stays; the course's newer version lies beside it as {beside.name}.")
    write_text(folder / OWN / "manifest.json", json.dumps({"format": FORMAT, "copies": manifest}, indent=1, sort_keys=True) + "\n")
    if fresh:
        said.insert(0, f"Your own copies ({fresh}) are in {display_path(folder)}.")
    return said


def _beside(copy: Path, offered: str | None) -> Path:
    """Where a newer version goes: over an earlier offer that nobody touched, else to a free name."""
    number = 1
    while True:
        beside = copy.with_name(f"{copy.stem}.new{'' if number == 1 else number}{copy.suffix}")
        if not beside.exists() or _hash(beside.read_bytes()) == offered:
            return beside
        number += 1


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _read_manifest(folder: Path, said: list[str]) -> dict[str, dict[str, str]]:
    path = folder / OWN / "manifest.json"
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return {str(name): dict(entry) for name, entry in found["copies"].items()}
    except FileNotFoundError:
        return {}
    except (ValueError, KeyError, TypeError, AttributeError):
        # Without it every copy counts as edited, so nothing can be lost.
        said.append(f"{display_path(path)} could not be understood and is made anew; all your files stay.")
        return {}
    except OSError as error:
        raise ContentError(f"cannot be read: {error.strerror}.", path) from None


def environment(root: Path, folder: Path) -> dict[str, str]:
    """Environment for JupyterLab and its kernels: this course, this workspace's record, settings of its own."""
    own = Path(folder).resolve() / OWN
    kept = {name: value for name, value in os.environ.items() if name not in _FOREIGN}
    return kept | {
        "RAPPORT_COURSE": str(Path(root).resolve()),
        "RAPPORT_RECORD": str(own / "record.json"),
        "JUPYTER_CONFIG_DIR": str(own / "jupyter"),
        "JUPYTER_DATA_DIR": str(own / "jupyter" / "data"),
        "JUPYTER_RUNTIME_DIR": str(own / "jupyter" / "runtime"),
        "JUPYTER_PREFER_ENV_PATH": "1",
        "IPYTHONDIR": str(own / "ipython"),
    }


def lab_command(folder: Path, *, port: int = 8888, browser: bool = True) -> list[str]:
    """The command that starts JupyterLab in the workspace; it opens the first notebook."""
    folder = Path(folder).resolve()
    first = next(iter(sorted((folder / "notebooks").glob("[0-9]*.ipynb"))), None)
    return [
        sys.executable,
        "-m",
        "jupyterlab",
        f"--ServerApp.root_dir={folder}",
        f"--ServerApp.port={port}",
        f"--ServerApp.open_browser={browser}",
        # In a container there is often nobody but root; the server listens on this machine only.
        *(["--ServerApp.allow_root=True"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []),
        *([f"--LabApp.default_url=/lab/tree/notebooks/{first.name}"] if first else []),
    ]


def write_settings(folder: Path) -> None:
    """JupyterLab's settings for this workspace: no news, no update checks, no question at Ctrl-C."""
    own = Path(folder) / OWN / "jupyter"
    for name, values in (("jupyter_lab_config.json", _LAB_CONFIG), ("labconfig/default_setting_overrides.json", _LAB_SETTINGS)):
        write_text(own / name, json.dumps(values, indent=1, sort_keys=True) + "\n")


def start_lab(root: Path, folder: Path, *, port: int = 8888, browser: bool = True) -> int:
    """Run JupyterLab in `folder` until it is closed; returns its exit code (0 after Ctrl-C)."""
    write_settings(folder)
    process = subprocess.Popen(lab_command(folder, port=port, browser=browser), env=environment(root, folder), cwd=Path(folder))
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue  # JupyterLab heard it too and is closing its kernels
