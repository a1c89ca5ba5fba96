"""Catalogues: which files of the course hold text, how PO files are read, brought up to date and looked up.
``locales/<language>/<path of the source>.po`` belongs to one source file; Babel reads, merges and writes it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from io import BytesIO
from pathlib import Path

import yaml

from rapport.i18n import CLOSE, LANGUAGES, OPEN, SOURCE, language, texts
from rapport.i18n.texts import KEYS, Text

FOLDER = "locales"
_STAMP = datetime(2026, 1, 1, tzinfo=UTC)  # one date in every header: the same texts give the same bytes


class CatalogueError(Exception):
    """A PO file that cannot be used, said with its file and line.

    Attributes
    ----------
    problem : str
    path : Path
    line : int or None
    """

    def __init__(self, problem: str, path: Path, line: int | None = None):
        self.problem, self.path, self.line = problem, path, line
        super().__init__(f"{path}:{line}: {problem}" if line else f"{path}: {problem}")


@dataclass(frozen=True)
class Source:
    """A file of the course that holds text, or the folder ``data/facts`` as one; ``kind`` says how it is read."""

    path: Path
    kind: str


@dataclass(frozen=True)
class Catalogue:
    """Translations of one source file into one language.

    Attributes
    ----------
    lang : str
    entries : dict of str to str
        Settled translations by English text; fuzzy and empty ones are not among them.
    plurals : dict of str to tuple of str
        For a text with a plural its forms, in the order of the language's plural rule.
    open : set of str
        English texts that were asked for and had no translation.
    """

    lang: str
    entries: dict[str, str] = field(default_factory=dict)
    plurals: dict[str, tuple[str, ...]] = field(default_factory=dict)
    open: set[str] = field(default_factory=set)

    def text(self, words: str, line: int = 0, where: str = "") -> str:
        """The translation of `words`, or `words` themselves; a `texts.Change`."""
        if self.lang == SOURCE:
            return words
        found = self.entries.get(key(words))
        if found is None:
            self.open.add(key(words))
            return words
        before, after = words[: len(words) - len(words.lstrip())], words[len(words.rstrip()) :]  # a piece of a sentence keeps its spaces
        return f"{before}{found.strip()}{after}"

    def marked(self, words: str, line: int = 0, where: str = "") -> str:
        """As `text`, with the signs of `i18n.OPEN` and `i18n.CLOSE` around words that are still English; a `texts.Change`."""
        found = self.text(words, line, where)
        return f"{OPEN}{found}{CLOSE}" if key(words) in self.open and where not in ("code", "comment") else found

    def counted(self, words: str, plural: str, number: float | Decimal) -> str:
        """`words` or its plural in the form that `number` takes in this language (CLDR)."""
        forms = self.plurals.get(key(words))
        if self.lang == SOURCE or forms is None:
            return words if number == 1 else plural
        return forms[plural_index(self.lang, number)]


def key(words: str) -> str:
    """What a text is looked up by: its words, whatever the line breaks of its file."""
    return re.sub(r"[ \t]+", " ", words).strip()


def catalogue(path: Path, root: Path, lang: str | None = None) -> Catalogue:
    """The catalogue of the source file at `path` in `lang` (default: the reader's language); empty where there is no PO file.

    Raises
    ------
    CatalogueError
        For a PO file that cannot be read.
    """
    lang = lang or language()
    if lang == SOURCE:
        return Catalogue(SOURCE)
    po = po_path(path, root, lang)
    if not po.exists():
        return Catalogue(lang)
    return _loaded(po, lang, po.stat().st_mtime_ns)


@lru_cache(maxsize=4096)  # asked for with every word that is looked up
def po_path(path: Path, root: Path, lang: str) -> Path:
    """``locales/gu/playbooks/10_x/playbook.md.po`` for ``playbooks/10_x/playbook.md``."""
    relative = path.resolve().relative_to(root.resolve())
    return root / FOLDER / lang / relative.parent / f"{relative.name}.po"


@lru_cache(maxsize=512)
def _loaded(po: Path, lang: str, _changed: int) -> Catalogue:
    made = Catalogue(lang)
    for message in read(po, lang):
        if not message.id or message.fuzzy or not message.string:
            continue
        if isinstance(message.id, tuple):
            if all(message.string):
                made.plurals[key(message.id[0])] = tuple(message.string)
                made.entries[key(message.id[0])] = message.string[-1]
        else:
            made.entries[key(message.id)] = message.string
    return made


def read(po: Path, lang: str):
    """A PO file as Babel's catalogue.

    Raises
    ------
    CatalogueError
        Wrong encoding or a syntax error; with its line.
    """
    from babel.messages.pofile import PoFileError, read_po

    data = po.read_bytes()
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise CatalogueError(f"not UTF-8 text (byte {error.start}); save the file as UTF-8.", po, data.count(b"\n", 0, error.start) + 1) from None
    try:
        # The header may not choose another encoding or plural rule: both belong to the course.
        found = read_po(BytesIO(re.sub(r"charset=[\w-]+", "charset=utf-8", text, count=1).encode()), locale=lang, abort_invalid=True)
    except PoFileError as error:
        raise CatalogueError(f"not a valid PO file: {error.args[0] if error.args else error}.", po, getattr(error, "lineno", None)) from None
    return found


# ---- Plurals ----------------------------------------------------------------------------------------------------

CATEGORIES = ("zero", "one", "two", "few", "many", "other")


@lru_cache
def _rule(lang: str):
    from babel import Locale

    return Locale(lang).plural_form


def categories(lang: str) -> tuple[str, ...]:
    """CLDR plural categories of a language in the order in which PO files write their forms: Latvian zero, one, other."""
    return tuple(name for name in CATEGORIES if name in _rule(lang).tags | {"other"})


def plural_category(lang: str, number: float | Decimal) -> str:
    """CLDR category of `number`, such as ``one``."""
    return _rule(lang)(number)


def plural_count(lang: str) -> int:
    """How many plural forms a language has."""
    return len(categories(lang))


def plural_index(lang: str, number: float | Decimal) -> int:
    """Place of the form that `number` takes; of a Decimal the decimals count as they are written (2.0 is not 2)."""
    return categories(lang).index(_rule(lang)(number))


# ---- Extraction and merging -------------------------------------------------------------------------------------


def sources(root: Path) -> list[Source]:
    """Every file of the course that holds text, sorted by kind and path."""
    found = [Source(path, "notebook") for path in sorted((root / "notebooks").glob("*.ipynb"))]
    found += [Source(path, "exercises") for path in sorted((root / "exercises").glob("*.yaml"))]
    found += [Source(path, "page") for path in sorted((root / "playbooks").glob("*.md"))]
    found += [Source(path, "paths") for path in sorted((root / "playbooks").glob("paths.yaml"))]
    found += [Source(path, "playbook") for path in sorted((root / "playbooks").glob("*/playbook.md"))]
    found += [Source(path, "page") for path in sorted((root / "playbooks").glob("*/session.md"))]
    found += [Source(path, "scenario") for path in sorted((root / "playbooks").glob("*/*.yaml"))]
    found += [Source(root / "playbooks" / f"{kind}.yaml", kind) for kind in ("moments", "markets", "glossary") if (root / "playbooks" / f"{kind}.yaml").exists()]
    if (root / "data" / "facts").is_dir():
        found.append(Source(root / "data" / "facts", "facts"))  # one catalogue for twelve files: New Year's Day stands in nine of them
    found += [Source(path, "assessment") for path in sorted((root / "assessment").glob("*.yaml"))]
    found += [Source(path, "hunt") for path in sorted((root / "hunts").glob("*.yaml"))]
    package = root / "src" / "rapport"
    found += [Source(path, "python") for path in sorted(package.rglob("*.py")) if re.search(r"^(STRINGS|WORDS|LABELS)\b.*=\s*(Words\(__file__, )?\{", path.read_text(encoding="utf-8"), re.MULTILINE)]
    found += [Source(path, "script") for path in sorted((package / "web").glob("*.js")) if "const STRINGS = {" in path.read_text(encoding="utf-8")]
    return found


def extract(source: Source) -> list[Text]:
    """Texts of a source file in the order in which they stand there, each once."""
    found: dict[tuple[str, str], Text] = {}

    def note(words: str, line: int, where: str) -> str:
        found.setdefault((key(words), ""), Text(key(words), line, "", where))
        return words

    if source.kind == "facts":
        for path in sorted(source.path.glob("*.json")):
            texts.snapshot(json.loads(path.read_text(encoding="utf-8")), note)
        return list(found.values())
    text = source.path.read_text(encoding="utf-8")
    if source.kind == "notebook":
        for number, cell in enumerate(json.loads(text)["cells"], 1):
            words = "".join(cell["source"])
            (texts.markdown if cell["cell_type"] == "markdown" else texts.code)(words, note, number * 1000)
    elif source.kind in KEYS:
        texts.tree(_parsed(text), KEYS[source.kind], note)
    elif source.kind in ("playbook", "page"):
        front, body, _ = split_front(text)
        texts.tree(_parsed(front) or {}, KEYS["front"], note)
        for block in re.finditer(r"^```card[ \t]*\n(.*?)^```", body, re.MULTILINE | re.DOTALL):
            texts.tree(_parsed(block[1]), KEYS["card"], note)
        texts.markdown(body, note)
    else:
        for each in texts.python_table(text) if source.kind == "python" else texts.script_table(text):
            found.setdefault((key(each.words), each.plural), Text(key(each.words), each.line, key(each.plural), each.where))
    return list(found.values())


def _parsed(text: str):
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # the one the course is read with


def split_front(text: str) -> tuple[str, str, int]:
    """Front matter, body, and the line on which the body begins."""
    match = re.match(r"---[ \t]*\r?\n(.*?\n)---[ \t]*(?:\r?\n|$)", text, re.DOTALL)
    return (match[1], text[match.end() :], text[: match.end()].count("\n") + 1) if match else ("", text, 1)


def update(root: Path, langs: tuple[str, ...] = LANGUAGES) -> Iterator[tuple[Path, str] | CatalogueError]:
    """Bring every PO file up to date with its source; yields each with its new text, for the caller to write.

    A PO file that cannot be read is yielded as its error, and left as it is.

    A changed English text turns its translations fuzzy, a new one is empty, one that is gone is kept at the end as a comment.
    """
    for source in sources(root):
        wanted = extract(source)
        for lang in langs:
            if lang != SOURCE and wanted:
                po = po_path(source.path, root, lang)
                try:
                    yield po, merged(po, source.path.resolve().relative_to(root.resolve()).as_posix(), lang, wanted)
                except CatalogueError as error:
                    yield error


def merged(po: Path, name: str, lang: str, wanted: list[Text]) -> str:
    """Text of the PO file at `po` after merging the texts `wanted` of its source."""
    from babel.messages.catalog import Catalog
    from babel.messages.pofile import write_po

    template = Catalog()
    for text in wanted:
        template.add((text.words, text.plural) if text.plural else text.words, auto_comments=[text.where] if text.where else [])
    known = read(po, lang) if po.exists() else Catalog(locale=lang)
    known.update(template, update_creation_date=False)
    known.header_comment = f"# {name}: English to {lang}. `rapport translations` keeps this file in step with its source; write only msgstr."
    known.creation_date = known.revision_date = _STAMP
    known.last_translator = known.language_team = ""
    known.fuzzy = False
    known._num_plurals, known._plural_expr = plural_count(lang), _expression(lang)
    out = BytesIO()
    write_po(out, known, width=110, no_location=True, sort_output=False)
    lines = [line for line in out.getvalue().decode().splitlines() if not re.match(r'"(Project-Id-Version|Report-Msgid|POT-Creation|PO-Revision|Last-Translator|Language-Team|Generated-By)', line)]
    return "\n".join(lines).rstrip("\n") + "\n"


@lru_cache
def _expression(lang: str) -> str:
    """CLDR's rule as gettext writes it, with the forms in the order of `categories`."""
    from babel.plural import to_gettext

    return re.sub(r"^nplurals=\d+; plural=|;$", "", to_gettext(_rule(lang)))
