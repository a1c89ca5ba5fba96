"""How a course folder is found, read and validated: YAML and front matter with line numbers, atomic writes.
Every mistake an author can make becomes a `ContentError` that names file, line or key, and what to do."""

from __future__ import annotations

import copyreg
import os
import re
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote

import yaml
from pydantic import BaseModel, ValidationError

from rapport import i18n

COURSE = ("notebooks", "playbooks", "exercises", "hunts", "assessment", "data", "locales")
"""Folders of a course that hold content."""
MODULE_STEM = re.compile(r"^[0-9]{2}_[a-z0-9_]+\Z")


class ContentError(Exception):
    """Something in the course folder is wrong, said so that its author can mend it.

    Parameters
    ----------
    problem : str
        One sentence: what was found, what is allowed, what to do.
    path : Path or str, optional
        The file at fault.
    line : int, optional
        Line in that file, counted from 1.
    key : str, optional
        Dotted path of the key at fault, such as ``decisions.2.acts.0.effects``.
    """

    def __init__(self, problem: str, path: Path | str | None = None, line: int | None = None, key: str | None = None):
        self.problem, self.path, self.line, self.key = problem, path, line, key
        where = "" if path is None else f"{display_path(path)}:{line}: " if line else f"{display_path(path)}: "
        super().__init__(f"{where}{f'{key}: ' if key else ''}{problem}")

    def __reduce__(self) -> Any:
        return copyreg.__newobj__, (type(self), *self.args), self.__dict__  # a copy for another process, whatever a subclass asks for


class ContentErrors(ContentError):
    """Several mistakes found in one reading; ``errors`` holds each, the message one line for each."""

    def __init__(self, errors: Iterable[ContentError]):
        self.errors = list(errors)
        Exception.__init__(self, "\n".join(str(error) for error in self.errors))
        first = self.errors[0]
        self.problem, self.path, self.line, self.key = first.problem, first.path, first.line, first.key


def raise_all(errors: Iterable[ContentError]) -> None:
    """Raise nothing, the one error, or a `ContentErrors` of all of them."""
    found = [each for error in errors for each in getattr(error, "errors", [error])]
    if found:
        raise found[0] if len(found) == 1 else ContentErrors(found)


def display_path(path: Path | str) -> str:
    """Path relative to the working folder where that is shorter, with forward slashes."""
    try:
        return Path(path).resolve().relative_to(Path.cwd().resolve()).as_posix()
    except ValueError:
        return Path(path).as_posix()


def course_root(start: Path | None = None) -> Path:
    """Folder that holds ``notebooks``, ``playbooks`` and ``exercises``.

    Looks at ``RAPPORT_COURSE``, then upwards from `start` (default: the working folder), then at the
    checkout the package runs from.

    Raises
    ------
    ContentError
        When no such folder is found.
    """
    named = os.environ.get("RAPPORT_COURSE")
    here = Path(named or start or Path.cwd()).resolve()
    places = [here] if named else [here, *here.parents, Path(__file__).resolve().parents[2]]
    for place in places:
        if all((place / folder).is_dir() for folder in ("notebooks", "playbooks", "exercises")):
            return place
    raise ContentError(
        f"no course found at {here}: a course folder holds notebooks/, playbooks/ and exercises/. "
        "Run the command inside one, or set RAPPORT_COURSE to its path."
    )


def closed(root: Path) -> Path:
    """`root`, after a look that no file or folder of the course is a link to somewhere outside it.

    Raises
    ------
    ContentError
        For each that is; what it leads to would be read, and run, as if it belonged to the course.
    """
    inside = os.path.join(os.path.realpath(root), "")

    def found() -> Iterable[ContentError]:
        for top in COURSE:
            for folder, folders, files in os.walk(root / top):
                for path in (os.path.join(folder, name) for name in ("", *folders, *files)):
                    if (os.path.islink(path.rstrip(os.sep)) or os.path.isdir(path)) and not os.path.realpath(path).startswith(inside):
                        yield ContentError(f"is a link that leads out of the course, to {os.path.realpath(path)}; copy what it leads to into the course.", path.rstrip(os.sep))

    raise_all(sorted({str(error): error for error in found()}.values(), key=str))
    return root


# An address of a link or picture in Markdown: in brackets, after a reference's colon, or by itself between < and >.
_ADDRESS = re.compile(r"\]\(\s*<?([^\s>)]*)|\]:\s+<?([^\s>]+)|<([a-zA-Z]+:[^\s>]*)>")
_LINKED = re.compile(r"\]\(|\]:|<")  # what an address stands behind
_OUTWARD = re.compile(r"file:|[a-z]:[\\/]|[\\/]|[^?#]*[\\\0]", re.IGNORECASE)


def outward(text: str, path: Path) -> str | None:
    """The first address in Markdown `text` of the file at `path` that leads to a file outside the course; None where there is none.

    That is what begins with a slash, a drive letter or ``file:``, holds a backslash or NUL, or climbs above the course with ``..``.
    """
    for match in _ADDRESS.finditer(text):
        address = next(filter(None, match.groups()), "")
        plain = unquote(address)
        if _OUTWARD.match(plain) or (".." in plain and _climbs(plain.split("#")[0], path)):
            return address
    return None


def _climbs(address: str, path: Path) -> bool:
    root = next((place for place in Path(path).absolute().parents if all((place / folder).is_dir() for folder in ("notebooks", "playbooks", "exercises"))), None)
    return root is not None and not Path(os.path.normpath(Path(path).absolute().parent / address)).is_relative_to(root)


def outward_says(address: str) -> str:
    """What is wrong with such an address, and what to write."""
    return f"the link {address!r} leads out of the course; link to a file of the course by its relative address, or to the web."


def module_stems(root: Path) -> list[str]:
    """Stems of all modules in the course, sorted: ``['10_when_it_goes_wrong', …]``."""
    names = {path.name for path in (root / "playbooks").iterdir() if path.is_dir()}
    names |= {path.stem for path in (root / "notebooks").glob("*.ipynb")}
    return sorted(name for name in names if MODULE_STEM.match(name))


# ---- YAML with line numbers -------------------------------------------------------------------------------------


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Safe loader with YAML 1.2 booleans (``no`` is a word, as in Norway) and no duplicate keys."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))


@dataclass(frozen=True)
class Document:
    """A parsed YAML text, its file, and the line of every key in it."""

    data: Any
    path: Path
    lines: dict[tuple[str | int, ...], int]

    def line(self, *keys: str | int) -> int:
        """Line (from 1) of the deepest part of `keys` that exists in the file."""
        for depth in range(len(keys), -1, -1):
            if (found := self.lines.get(tuple(keys[:depth]))) is not None:
                return found
        return 1

    def error(self, problem: str, *keys: str | int) -> ContentError:
        """A `ContentError` at the line of `keys`."""
        return ContentError(problem, self.path, self.line(*keys), ".".join(map(str, keys)) or None)


def read_text(path: Path) -> str:
    """Text of a UTF-8 file; a missing or undecodable one is a `ContentError`."""
    try:
        return Path(path).read_text(encoding="utf-8-sig")  # some editors begin a file with a mark
    except FileNotFoundError:
        raise ContentError("the file does not exist.", path) from None
    except UnicodeDecodeError as error:
        raise ContentError(f"not UTF-8 text (byte {error.start}); save the file as UTF-8.", path) from None
    except OSError as error:
        raise ContentError(f"cannot be read: {error.strerror}.", path) from None


def parse_yaml(text: str, path: Path, first_line: int = 1) -> Document:
    """Parse YAML `text` that begins on `first_line` of `path`."""
    offset = first_line
    lines: dict[tuple[str | int, ...], int] = {}
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return Document({}, path, {(): offset})
        _note_lines(node, (), lines, offset, path)
        return Document(loader.construct_document(node), path, lines)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise ContentError(
            f"not valid YAML: {error.problem or error.context}; check indentation, quotes and colons near here.",
            path,
            mark.line + offset if mark else None,
        ) from None
    except yaml.YAMLError as error:
        raise ContentError(f"not valid YAML: {str(error).splitlines()[0]}.", path) from None
    except RecursionError:
        raise ContentError("the YAML is nested too deeply, or an alias (*) contains itself; write it out flat.", path) from None
    finally:
        loader.dispose()


def _note_lines(node: yaml.Node, keys: tuple, lines: dict, offset: int, path: Path) -> None:
    lines.setdefault(keys, node.start_mark.line + offset)
    if isinstance(node, yaml.MappingNode):
        for key_node, value in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                line = key_node.start_mark.line + offset
                raise ContentError("a key must be one word; put a text that begins with { or [ in quotes.", path, line, ".".join(map(str, keys)) or None)
            inner = (*keys, key_node.value)
            if inner in lines:
                line = key_node.start_mark.line + offset
                raise ContentError(f"the key is written twice (first on line {lines[inner]}); keep one.", path, line, ".".join(map(str, inner)))
            lines[inner] = key_node.start_mark.line + offset
            _note_lines(value, inner, lines, offset, path)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            _note_lines(value, (*keys, index), lines, offset, path)


Model = TypeVar("Model", bound=BaseModel)


def validate(document: Document, model: type[Model]) -> Model:
    """`document` as a pydantic `model`; every fault, and every link that leads out of the course, becomes a `ContentError` with its line."""
    raise_all(document.error(outward_says(address), *keys) for keys, text in texts_with(document.data, _LINKED) if (address := outward(text, document.path)))
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        raise_all([_explain(document, item) for item in error.errors()])
        raise  # unreachable: a ValidationError has at least one item


def texts_with(value: Any, sign: re.Pattern[str]) -> list[tuple[tuple[str | int, ...], str]]:
    """Every text of parsed YAML that holds `sign`, with its keys as `Document.line` takes them."""
    found: list[tuple[tuple[str | int, ...], str]] = []

    def walk(value: Any, keys: tuple[str | int, ...]) -> None:
        if isinstance(value, str):
            if sign.search(value):
                found.append((keys, value))
        elif isinstance(value, dict):
            for key, inner in value.items():
                walk(inner, (*keys, str(key)))
        elif isinstance(value, list):
            for index, inner in enumerate(value):
                walk(inner, (*keys, index))

    walk(value, ())
    return found


def _explain(document: Document, item: dict[str, Any]) -> ContentError:
    keys = item["loc"]
    kind, found = item["type"], item.get("input")
    if kind == "missing":
        return document.error("the key is missing; add it.", *keys)
    if kind == "extra_forbidden":
        return document.error("unknown key; check its spelling and indentation, or remove it (docs/authoring.md lists the keys).", *keys)
    if kind == "value_error":
        return document.error(str(item["ctx"]["error"]), *keys)
    shown = repr(found) if len(repr(found)) < 80 else f"{repr(found)[:77]}…"
    return document.error(f"found {shown}; {item['msg'][0].lower()}{item['msg'][1:]}.", *keys)


def read_yaml(path: Path, model: type[Model]) -> tuple[Model, Document]:
    """Read and validate a YAML file, in the reader's language; returns the model and the document (for line numbers)."""
    return read_document(parse_yaml(read_text(path), Path(path)), model)


def read_document(document: Document, model: type[Model]) -> tuple[Model, Document]:
    """As `read_yaml`, of a file that is parsed: one that is read in several languages is parsed once."""
    document = translated(document, _kind(document.path))
    return validate(document, model), document


# ---- In the reader's language -----------------------------------------------------------------------------------


def _kind(path: Path) -> str:
    if path.parent.name == "playbooks" and path.stem in ("moments", "markets", "paths", "glossary"):
        return path.stem
    return {"assessment": "assessment", "exercises": "exercises", "hunts": "hunt"}.get(path.parent.name) or ("scenario" if path.parent.parent.name == "playbooks" else "")


def translated(document: Document, kind: str) -> Document:
    """`document` with its texts in the reader's language; `kind` is a key of ``i18n.texts.KEYS`` or empty for none."""
    if i18n.language() == i18n.SOURCE or not kind:
        return document
    from rapport.i18n import texts

    return replace(document, data=texts.tree(document.data, texts.KEYS[kind], words_of(document.path), document.line))


def words_of(path: Path, root: Path | None = None) -> Any:
    """What exchanges a text of the file at `path` for its translation (an ``i18n.texts.Change``); `root` holds ``locales``."""
    from rapport.i18n.catalogue import Catalogue, CatalogueError, catalogue

    root = root or next((place for place in Path(path).resolve().parents if all((place / folder).is_dir() for folder in ("notebooks", "playbooks", "exercises"))), None)
    try:
        found = catalogue(Path(path), root) if root else Catalogue(i18n.language())
        return found.marked if i18n.marking() else found.text
    except CatalogueError as error:
        raise ContentError(error.problem, error.path, error.line) from None


def read_markdown(path: Path, model: type[Model]) -> tuple[Model, str, int]:
    """Markdown with YAML front matter.

    Returns
    -------
    front : Model
        The validated front matter.
    body : str
        The Markdown below it.
    body_line : int
        Line of the file on which the body begins.
    """
    text = read_text(path)
    front, end = _front(text, path, model)
    body, line = text[end:], text[:end].count("\n") + 1
    if i18n.language() != i18n.SOURCE:
        from rapport.i18n import texts

        body = texts.markdown(body, words_of(Path(path)), line)
    raise_all(ContentError(outward_says(address), path, line + at) for at, words in enumerate(body.splitlines()) if (address := outward(words, Path(path))))
    return front, body, line


def read_front(path: Path, model: type[Model]) -> Model:
    """The front matter of a Markdown file alone, as `read_markdown` gives it; what stands below it is not looked at."""
    return _front(read_text(path), path, model)[0]


def _front(text: str, path: Path, model: type[Model]) -> tuple[Model, int]:
    match = re.match(r"---[ \t]*\r?\n(.*?\n)---[ \t]*(?:\r?\n|$)", text, re.DOTALL)
    if not match:
        raise ContentError("no front matter: the file begins with a line ---, YAML, and a line ---.", path, 1)
    return validate(translated(parse_yaml(match[1], Path(path), first_line=2), "front"), model), match.end()


# ---- Writing ----------------------------------------------------------------------------------------------------


def write_bytes(path: Path, data: bytes, *, settle: bool = True) -> None:
    """Write `data` whole or not at all: a temporary file beside `path`, then a rename.

    Parameters
    ----------
    path : Path
    data : bytes
    settle : bool
        Wait until the disk has it, so that not even a power cut leaves half of it; who can tell a damaged file need not wait.

    Raises
    ------
    ContentError
        When the folder cannot be written or the disk is full; what stood at `path` is untouched.
    """
    path = Path(path)
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            if settle:
                file.flush()
                os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except OSError as error:
        raise ContentError(
            f"cannot be written: {error.strerror}. Nothing was changed; free space or choose a folder you may write to.", path
        ) from None
    finally:
        if temporary and os.path.exists(temporary):
            os.unlink(temporary)


def write_text(path: Path, text: str) -> None:
    """`write_bytes` of `text` in UTF-8 with Unix line ends."""
    write_bytes(path, text.encode("utf-8"))
