"""The learner's own copies: `refresh` lays them out and never overwrites an edited one, `start_lab` opens JupyterLab there.
The course's notebooks stay as they are; record, settings and kernels of the workspace are its own."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from rapport import i18n
from rapport.content import ContentError, display_path, write_bytes, write_text
from rapport.i18n.words import Words

FORMAT = 1
FOLDERS = ("notebooks", "exercises")
OWN = ".rapport"  # record, manifest and JupyterLab's settings, inside the workspace
WORDS = Words(__file__, {
    "updated": "{file} was updated to the course's newer version; you had not changed it.",
    "beside": "{file} is yours and stays; the course's newer version lies beside it as {name}.",
    "fresh": "Your own copies ({n}) are in {folder}.",
    "anew": "{file} could not be understood and is made anew; all your files stay.",
    "course_itself": "this is the course itself; a workspace is a folder of its own, so name another one.",
    "unread": "cannot be read: {why}.",
    "waits": "This notebook has not been translated yet; its text is in English.",
    "switch": "the language of this copy: en, gu or lv",
})  # fmt: skip

_NOTIFICATIONS = "@jupyterlab/apputils-extension:notification"
_LAB_CONFIG = {
    "ServerApp": {"answer_yes": True},  # Ctrl-C closes at once, without a question
    "LabApp": {
        "news_url": None,
        "check_for_updates_class": "jupyterlab.handlers.announcements.NeverCheckForUpdate",
        "extension_manager": "readonly",  # the other one asks a package index
        "custom_css": True,
    },
}
_LAB_SETTINGS = {_NOTIFICATIONS: {"fetchNews": "false", "checkForUpdates": False}}
FONTS = {"400": "NotoSansGujarati-Regular.woff2", "600 700": "NotoSansGujarati-Bold.woff2"}
# Gujarati letters whatever fonts the computer has; all others stay in JupyterLab's own, which its variables name after it.
_FACES = "".join(
    f'@font-face {{ font-family: "Noto Sans Gujarati"; font-weight: {weight}; src: url("{name}") format("woff2"); unicode-range: U+0A80-0AFF, U+200C-200D, U+25CC; }}\n' for weight, name in FONTS.items()
)
_TEXT, _CODE = 'system-ui, -apple-system, blinkmacsystemfont, "Segoe UI", helvetica, arial, sans-serif', 'menlo, consolas, "DejaVu Sans Mono", monospace'
_CSS = f"""{_FACES}body {{
  --jp-content-font-family: "Noto Sans Gujarati", {_TEXT};
  --jp-ui-font-family: "Noto Sans Gujarati", {_TEXT};
  --jp-code-font-family: "Noto Sans Gujarati", {_CODE};
}}
"""
# What a learner's shell may say about another Jupyter must not reach this one.
_FOREIGN = ("JUPYTER_PATH", "JUPYTER_CONFIG_PATH", "JUPYTERLAB_DIR", "JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR", "RAPPORT_SEED")


def default_folder(root: Path) -> Path:
    """``RAPPORT_WORKSPACE``, else ``workspace`` in the course folder (which git ignores)."""
    return Path(os.environ.get("RAPPORT_WORKSPACE") or root / "workspace")


def refresh(root: Path, folder: Path) -> list[str]:
    """Lay out or update the copies of notebooks and workbooks in the reader's language.

    Those in English lie in ``notebooks`` and ``exercises``, those in another language in a folder of its own, such as
    ``gu/notebooks``. Copies in the other languages, and the one record, stay as they are.

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
        raise ContentError(WORDS["course_itself"], folder)
    said: list[str] = []
    manifest = _read_manifest(folder, said)
    fresh = 0
    for name, data in _handed_out(root):
        copy = folder / name
        entry, now = manifest.setdefault(name, {}), _hash(data)
        there = _hash(copy.read_bytes()) if copy.exists() else None
        if there is None or there == entry.get("given") != now:
            write_bytes(copy, data)
            entry["given"] = now
            fresh += there is None
            if there:
                said.append(WORDS.say("updated", file=display_path(copy)))
        elif there == now:
            entry["given"] = now
        elif now not in (entry.get("given"), entry.get("offered")):
            beside = _beside(copy, entry.get("offered"))
            write_bytes(beside, data)
            entry["offered"] = now
            said.append(WORDS.say("beside", file=display_path(copy), name=beside.name))
    write_text(folder / OWN / "manifest.json", json.dumps({"format": FORMAT, "copies": manifest}, indent=1, sort_keys=True) + "\n")
    if fresh:
        said.insert(0, WORDS.say("fresh", n=fresh, folder=display_path(folder)))
    return said


def _handed_out(root: Path) -> Iterator[tuple[str, bytes]]:
    """Every copy in the reader's language: its place in the workspace, and its bytes."""
    lang = i18n.language()
    for source in [path for name in FOLDERS for path in sorted((root / name).glob("*.ipynb"))]:
        name = source.relative_to(root).as_posix()
        yield (name, source.read_bytes()) if lang == i18n.SOURCE else (f"{lang}/{name}", _spoken(source, root).encode())


def _spoken(path: Path, root: Path) -> str:
    """A notebook in the reader's language: without the outputs of the English one, and with a switch in its first cell of code,
    so that its kernel speaks as its text does whichever language JupyterLab was started in."""
    from nbformat.v4 import new_markdown_cell

    from rapport.handbook import execute
    from rapport.handbook.strings import STRINGS
    from rapport.i18n.catalogue import Source, catalogue, extract

    notebook = execute.in_language(execute.read_notebook(path), path)
    texts = path.with_suffix(".yaml") if path.parent.name == "exercises" else path
    asked = extract(Source(texts, "notebook" if texts == path else "exercises"))
    notice = STRINGS["draft_language"] if 2 * len(catalogue(texts, root).entries) > len(asked) else WORDS["waits"]
    first = next((cell for cell in notebook.cells if cell.cell_type == "code"), None)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    if first is not None:
        first.source = f'from rapport.i18n import speak\n\nspeak("{i18n.language()}")  # {WORDS["switch"]}\n\n{first.source}'
    notebook.cells.insert(1, new_markdown_cell(f"*{notice}*", id="rapport-language"))
    return execute.to_text(notebook)


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
        said.append(WORDS.say("anew", file=display_path(path)))
        return {}
    except OSError as error:
        raise ContentError(WORDS.say("unread", why=error.strerror), path) from None


def environment(root: Path, folder: Path) -> dict[str, str]:
    """Environment for JupyterLab and its kernels: this course, this workspace's record, settings of its own, the reader's language."""
    own = Path(folder).resolve() / OWN
    kept = {name: value for name, value in os.environ.items() if name not in _FOREIGN}
    return kept | {
        "RAPPORT_COURSE": str(Path(root).resolve()),
        "RAPPORT_RECORD": str(own / "record.json"),
        "RAPPORT_LANG": i18n.language(),
        "JUPYTER_CONFIG_DIR": str(own / "jupyter"),
        "JUPYTER_DATA_DIR": str(own / "jupyter" / "data"),
        "JUPYTER_RUNTIME_DIR": str(own / "jupyter" / "runtime"),
        "JUPYTER_PREFER_ENV_PATH": "1",
        "IPYTHONDIR": str(own / "ipython"),
    }


def lab_command(folder: Path, *, port: int = 8888, browser: bool = True) -> list[str]:
    """The command that starts JupyterLab in the workspace; it opens the first notebook in the reader's language."""
    folder = Path(folder).resolve()
    place = "notebooks" if i18n.language() == i18n.SOURCE else f"{i18n.language()}/notebooks"
    first = next(iter(sorted((folder / place).glob("[0-9]*.ipynb"))), None)
    return [
        sys.executable,
        "-m",
        "jupyterlab",
        f"--ServerApp.root_dir={folder}",
        f"--ServerApp.port={port}",
        f"--ServerApp.open_browser={browser}",
        # In a container there is often nobody but root; the server listens on this machine only.
        *(["--ServerApp.allow_root=True"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []),
        *([f"--LabApp.default_url=/lab/tree/{place}/{first.name}"] if first else []),
    ]


def write_settings(folder: Path) -> None:
    """JupyterLab's settings for this workspace: no news, no update checks, no question at Ctrl-C, and a font for Gujarati."""
    own = Path(folder) / OWN / "jupyter"
    for name, values in (("jupyter_lab_config.json", _LAB_CONFIG), ("labconfig/default_setting_overrides.json", _LAB_SETTINGS)):
        write_text(own / name, json.dumps(values, indent=1, sort_keys=True) + "\n")
    write_text(own / "custom" / "custom.css", _CSS)
    for name in FONTS.values():
        write_bytes(own / "custom" / name, (Path(__file__).parent / "fonts" / name).read_bytes())


def start_lab(root: Path, folder: Path, *, port: int = 8888, browser: bool = True) -> int:
    """Run JupyterLab in `folder` until it is closed; returns its exit code (0 after Ctrl-C)."""
    write_settings(folder)
    process = subprocess.Popen(lab_command(folder, port=port, browser=browser), env=environment(root, folder), cwd=Path(folder))
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue  # JupyterLab heard it too and is closing its kernels
