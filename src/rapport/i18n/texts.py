"""Which strings of a source file are text, and how they are exchanged: one walk serves extraction and translation.
A `Change` gets every text with its line and returns what shall stand there; recording it unchanged is extraction."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from markdown_it import MarkdownIt

from rapport.i18n import SOURCE, language

Change = Callable[[str, int, str], str]
"""``change(text, line, where)`` gives the text that shall stand in its place; ``where`` says what it is, for a translator."""

# Keys whose text (or everything below them) a reader meets, by kind of file.
KEYS = {
    "scenario": set("title principle setting opening organisation person role city portrait heading scene message prompt text feedback afterwards then habit clues epilogues".split()),
    "paths": set("modules title who why part also".split()),
    "exercises": set("title question text words predict says hints solution".split()),
    "assessment": {"says"},  # its incidents are the same English test for everybody
    "hunt": set("title fact why says".split()),
    "front": set("title lead roles outcomes ask right wrong because note goal bring do say debrief when then behaviours practise praise remote".split()),
    "moments": set("title lead text more".split()),
    "markets": set("title lead ask because".split()),
    "glossary": set("title lead term says".split()),
    "card": set("trigger steps words_to_try do_not measure monday claim limit".split()),
}
_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True)
class Text:
    """One text of a source file: the English words, their plural if they have one, the line, and what it is."""

    words: str
    line: int
    plural: str = ""
    where: str = ""


def is_text(value: str) -> bool:
    """Whether `value` holds anything to translate: letters outside a formula."""
    return bool(_LETTER.search(re.sub(r"\$\$?[^$]*\$\$?", "", value)))


# ---- YAML -------------------------------------------------------------------------------------------------------


def tree(data: Any, keys: set[str], change: Change, line: Callable[..., int] = lambda *path: 1) -> Any:
    """A copy of parsed YAML with every text under one of `keys` exchanged; ``line(*path)`` gives its line."""

    def begun(value: Any, path: tuple[str | int, ...]) -> Any:
        """The code that an exercise begins with: its comments are text, what is between quotes are ids."""
        return code(value, lambda words, at, where: change(words, line(*path) + at, where) if where == "comment" else words) if isinstance(value, str) else value

    def walk(value: Any, path: tuple[str | int, ...], inside: bool) -> Any:
        if isinstance(value, str):
            return change(value, line(*path), _place(path)) if inside and is_text(value) else value
        if isinstance(value, dict):
            return {key: begun(inner, (*path, key)) if key == "starter" else walk(inner, (*path, key), _inside(inside, key, inner, keys)) for key, inner in value.items()}
        if isinstance(value, list):
            return [walk(inner, (*path, index), inside) for index, inner in enumerate(value)]
        return value

    return walk(data, (), False)


def _place(path: tuple[str | int, ...]) -> str:
    return ".".join(str(key) for key in path if not isinstance(key, int))


def _inside(inside: bool, key: Any, value: Any, keys: set[str]) -> bool:
    """A key of the list opens its text; below it, keys are names of people or numbers and all leaves are text."""
    return inside or (key in keys and not (key == "text" and not isinstance(value, str)))


# ---- Markdown ---------------------------------------------------------------------------------------------------

_ANCHOR = re.compile(r"\s*\{#[a-z][a-z0-9-]*\}\s*$")
_PARSER = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


def markdown(text: str, change: Change, first_line: int = 1) -> str:
    """Markdown with the words of each block (paragraph, heading, list item, table cell) exchanged, block by block."""
    lines = text.splitlines()
    tokens = _PARSER.parse(text)
    edits: list[tuple[int, int, list[str]]] = []
    for at, token in enumerate(tokens):
        if token.type != "inline" or not token.map or not is_text(token.content):
            continue
        start, end = token.map
        if tokens[at - 1].type in ("th_open", "td_open"):
            continue
        words = re.sub(r" *\n *", " ", token.content) if "\\\n" not in token.content else token.content
        anchor = _ANCHOR.search(words) if tokens[at - 1].type == "heading_open" else None
        plain = words[: anchor.start()] if anchor else words
        new = change(plain, first_line + start, tokens[at - 1].type.removesuffix("_open")) + (anchor[0].rstrip() if anchor else "")
        if new == words and new.count("\n") == token.content.count("\n"):
            continue
        first = token.content.split("\n")[0]
        prefix = lines[start][: lines[start].find(first)] if first in lines[start] else ""
        later = re.sub(r"[^\s>]", " ", prefix)
        parts = new.split("\n")
        edits.append((start, end, [prefix + parts[0], *(later + part for part in parts[1:])]))
    for token in tokens:
        if token.type == "tr_open" and token.map:
            start = token.map[0]
            row = _row(lines[start], lambda cell, at=start: change(cell, first_line + at, "table"))
            if row != lines[start]:
                edits.append((start, start + 1, [row]))
    for start, end, new_lines in sorted(edits, reverse=True):
        # An inline token ends where its block ends; blank lines after it are no part of it.
        while end > start + 1 and not lines[end - 1].strip(" >"):
            end -= 1
        lines[start:end] = new_lines
    return "\n".join(lines) + ("\n" if text.endswith("\n") else "")


def _row(line: str, change: Callable[[str], str]) -> str:
    cells = re.split(r"(?<!\\)\|", line)
    return "|".join(re.sub(r"^(\s*)(.*?)(\s*)$", lambda m: m[1] + (change(m[2].replace("\\|", "|")).replace("|", "\\|") if is_text(m[2]) else m[2]) + m[3], cell) for cell in cells)


# ---- The snapshot of facts ---------------------------------------------------------------------------------------

_NAMED = re.compile(r"(?P<observed>.+) \(observed\)|Alternative holiday for (?P<alternative>.+)|Day off \(substituted from (?P<date>.+)\)")
_PATTERNS = {"observed": "{name} (observed)", "alternative": "Alternative holiday for {name}", "date": "Day off (substituted from {date})"}
_STATED = {"name_order": ("text",), "address": ("text",), "postal": ("text",), "consent": ("act", "rule", "note", "label")}


def snapshot(stored: dict[str, Any], change: Change) -> dict[str, Any]:
    """A copy of a market's file in ``data/facts`` with its texts exchanged: names of days and languages, statements, notes, sources.

    Local names, patterns, codes and a library with its version are no text. A language is looked up only where CLDR has no name
    for it, and a day not at all where the reader's language is the one of its local name.
    """
    facts = {field: dict(fact) for field, fact in stored["facts"].items()}
    for field, fact in facts.items():
        if "note" in fact:
            fact["note"] = _note(fact["note"], change, field)
        if not re.fullmatch(r"\w+ [\d.]+", fact["source"]):
            fact["source"] = change(fact["source"], 1, "source")
        if field in _STATED:
            fact["value"] = {key: change(value, 1, field) if key in _STATED[field] and value else value for key, value in fact["value"].items()}
    facts["unsettled"]["value"] = {year: change(why, 1, "unsettled") for year, why in facts["unsettled"]["value"].items()}
    facts["languages"]["value"] = [each | {"name": _tongue(each["code"], each["name"], change)} for each in facts["languages"]["value"]]
    own = facts["locales"]["value"][0].split("_")[0] == language() != SOURCE  # then the local name is the right one
    facts["holidays"]["value"] = [
        each | {"english": each["name"], "name": each["local"] if own and not _NAMED.fullmatch(each["name"]) else _holiday(each["name"], change), "why": change(each["why"], 1, "provisional") if each["why"] else ""} for each in facts["holidays"]["value"]
    ]
    return {**stored, "facts": facts}


def _note(note: str, change: Change, field: str) -> str:
    """A note is what we say, then what a library says otherwise."""
    return " ".join(change(part, 1, f"note on {field.split('.')[0]}") for part in re.split(r" (?=Library: )", note) if part)


def _tongue(code: str, name: str, change: Change) -> str:
    from rapport.i18n import names

    return change(name, 1, "language") if names.nameless(code) else names.tongue(code) or name


def _holiday(name: str, change: Change) -> str:
    """The name of a day; what is made of another name or a date is put together in each language."""
    made = _NAMED.fullmatch(name)
    if not made:
        return change(name, 1, "holiday")
    kind = made.lastgroup or ""
    inner = _moved_from(made[kind]) if kind == "date" else change(made[kind], 1, "holiday")
    return change(_PATTERNS[kind], 1, "holiday").replace("{date}" if kind == "date" else "{name}", inner)


def _moved_from(written: str) -> str:
    """A date as the snapshot writes it, in the reader's language."""
    from rapport.i18n import names

    return names.day(datetime.strptime(written, "%d %B %Y").date())


# ---- Code of a notebook -----------------------------------------------------------------------------------------


def code(source: str, change: Change, first_line: int = 1) -> str:
    """A code cell with its sentences exchanged: strings with a space in them or a capital first, labels of charts and tables, and comments.

    A value set into an f-string is part of the text as it is written, ``{len(trial):,}``, and stays code. What a label is, one word
    in small letters too, its place decides: see `_labels`.
    """
    try:
        parsed = ast.parse(source)
    except SyntaxError:
        return source
    edits = [*_strings(source, parsed, change, first_line), *_comments(source, change, first_line)]
    for start, end, new in sorted(edits, reverse=True):
        source = source[:start] + new + source[end:]
    return source


def _strings(source: str, parsed: ast.AST, change: Change, first_line: int) -> Iterator[tuple[int, int, str]]:
    offset = _offsets(source)
    inner: set[int] = set()
    for node in ast.walk(parsed):
        if isinstance(node, ast.JoinedStr):
            inner |= {id(part) for part in ast.walk(node) if part is not node}
    labels = _labels(parsed)
    for node in ast.walk(parsed):
        if id(node) in inner:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and (_sentence(node.value) or id(node) in labels and _label(node.value)):
            new = change(node.value, first_line + node.lineno - 1, "code")
            if new != node.value:
                yield offset(node.lineno, node.col_offset), offset(node.end_lineno, node.end_col_offset), _quoted(new)
        elif isinstance(node, ast.JoinedStr):
            words, holes = _joined(source, node)
            said = re.sub(r"\{[^{}]*\}", "", words)
            if _sentence(said) or id(node) in labels and _label(said):
                new = change(words, first_line + node.lineno - 1, "code")
                if new != words:
                    yield offset(node.lineno, node.col_offset), offset(node.end_lineno, node.end_col_offset), _formatted(new, holes)


def _sentence(text: str) -> bool:
    """Whether a string of code is for a reader: several words, or a capital first, or a piece of a sentence with a space at its end."""
    plain = text.strip()
    if not _LETTER.search(plain) or re.search(r"[=<>_\\]", plain):
        return False
    return " " in plain or (plain[:1].isupper() and len(plain) > 2) or text != plain


def _label(text: str) -> bool:
    """Whether a string in the place of a label is a word: two letters at least, and no name of code."""
    return len(_LETTER.findall(text)) > 1 and not re.search(r"[=<>_\\]", text)


# Arguments that a reader sees, by the name of a function or method: places, then names. The names of `_SEEN_BY_NAME` hold for every call.
_SEEN: dict[str, tuple[tuple[int, ...], tuple[str, ...]]] = {
    "write": ((3,), ("text",)), "reference": ((2,), ("text",)), "dots": ((1,), ("labels", "texts")), "figure": ((0, 1), ("title", "subtitle")),
    "annotate": ((0,), ("text",)), "text": ((2,), ("s",)), "legend": ((0,), ("labels", "title")), "set_label": ((0,), ()),
    **{f"set_{name}": ((0,), ()) for name in ("xlabel", "ylabel", "title", "xticklabels", "yticklabels")},
    **{f"set_{name}": ((1,), ("labels",)) for name in ("xticks", "yticks")},
    "readable": ((1,), ("words",)), "show": ((), ("alt",)),
}  # fmt: skip
_SEEN_BY_NAME = {"label", "xlabel", "ylabel", "xticklabels", "yticklabels"}


def _labels(parsed: ast.AST) -> set[int]:
    """Ids of the strings that stand where a reader sees them, whatever they look like.

    That is in an argument of `_SEEN`, also by way of a dict or of a variable which serves for nothing else, and in a list, or among the keys or the
    values of a dict, beside a sentence: ``["1st end", "2nd"]``. A string that the code also looks something up by is none.
    """
    found: set[int] = set()
    names: list[ast.Name] = []

    def see(node: ast.AST | None) -> None:
        if isinstance(node, ast.Constant | ast.JoinedStr):
            found.add(id(node))
        elif isinstance(node, ast.List | ast.Tuple):
            for each in node.elts:
                see(each)
        elif isinstance(node, ast.Dict):
            for each in node.values:
                see(each)
        elif isinstance(node, ast.IfExp):
            see(node.body), see(node.orelse)
        elif isinstance(node, ast.BinOp):
            see(node.left), see(node.right)
        elif isinstance(node, ast.ListComp | ast.GeneratorExp):
            see(node.elt)
        elif isinstance(node, ast.Name):
            names.append(node)
        elif isinstance(node, ast.Subscript):
            see(node.value)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("list", "tuple"):
            for each in node.args:
                see(each)

    for node in ast.walk(parsed):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            places, words = _SEEN.get(name, ((), ()))
            for place in places:
                see(node.args[place] if place < len(node.args) else None)
            for keyword in node.keywords:
                if keyword.arg in words or keyword.arg in _SEEN_BY_NAME:
                    see(keyword.value)
        for group in (node.elts,) if isinstance(node, ast.List) else (node.keys, node.values) if isinstance(node, ast.Dict) else ():
            texts = [each for each in group if isinstance(each, ast.Constant) and isinstance(each.value, str)]
            if any(_sentence(each.value) for each in texts):
                found |= {id(each) for each in texts}
    done: set[str] = set()
    while names:
        name = names.pop().id
        uses = [node for node in ast.walk(parsed) if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)]
        if name not in done and len(uses) == sum(each.id == name for each in names) + 1:
            for value in _given(parsed, name):
                see(value)
        elif name not in done:  # what a name in the code is called stays a label, whatever else the dict is asked
            for value in _given(parsed, name):
                see(value if isinstance(value, ast.Dict) else None)
        done.add(name)
    looked_up = {each.value for node in ast.walk(parsed) if isinstance(node, ast.Subscript) for each in ast.walk(node.slice) if isinstance(each, ast.Constant)}
    return {id(node) for node in ast.walk(parsed) if id(node) in found and getattr(node, "value", None) not in looked_up}


def _given(parsed: ast.AST, name: str) -> Iterator[ast.AST]:
    """What a variable is set to, where that is written out: by ``=``, or by a loop over a list of values or of tuples."""
    for node in ast.walk(parsed):
        if isinstance(node, ast.Assign) and any(isinstance(target, ast.Name) and target.id == name for target in node.targets):
            yield node.value
        elif isinstance(node, ast.For | ast.comprehension):
            target, rows = node.target, node.iter
            if isinstance(target, ast.Name) and target.id == name:
                yield rows
            elif isinstance(target, ast.Tuple):
                for place, each in enumerate(target.elts):
                    if not (isinstance(each, ast.Name) and each.id == name):
                        continue
                    if isinstance(rows, ast.Call) and getattr(rows.func, "id", "") == "zip" and place < len(rows.args):
                        yield rows.args[place]
                    elif isinstance(rows, ast.List | ast.Tuple):
                        yield from (row.elts[place] for row in rows.elts if isinstance(row, ast.Tuple) and place < len(row.elts))


def _joined(source: str, node: ast.JoinedStr) -> tuple[str, list[str]]:
    """Text of an f-string with its values as they are written, and those values."""
    parts, holes = [], []
    for part in node.values:
        if isinstance(part, ast.Constant):
            parts.append(str(part.value).replace("{", "{{").replace("}", "}}"))
        elif isinstance(part, ast.FormattedValue):
            hole = "{" + ast.unparse(part.value) + ("" if part.conversion == -1 else f"!{chr(part.conversion)}")
            if isinstance(part.format_spec, ast.JoinedStr):
                hole += ":" + "".join(str(piece.value) if isinstance(piece, ast.Constant) else "{" + ast.unparse(piece.value) + "}" for piece in part.format_spec.values)
            holes.append(hole + "}")
            parts.append(holes[-1])
    return "".join(parts), holes


def _formatted(text: str, holes: list[str]) -> str:
    pieces = re.split("(" + "|".join(map(re.escape, sorted(set(holes), key=len, reverse=True))) + ")", text) if holes else [text]
    body = "".join(piece if piece in holes else piece.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") for piece in pieces)
    return f'f"""{body}"""'


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def _comments(source: str, change: Change, first_line: int) -> Iterator[tuple[int, int, str]]:
    offset = _offsets(source)
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            words = token.string.lstrip("# ").rstrip()
            if token.type == tokenize.COMMENT and " " in words and is_text(words):
                new = change(words, first_line + token.start[0] - 1, "comment")
                if new != words:
                    yield offset(token.start[0], len(token.line[: token.start[1]].encode())), offset(token.end[0], len(token.line[: token.end[1]].encode())), f"# {new}"
    except (tokenize.TokenError, IndentationError):
        return


def _offsets(source: str) -> Callable[[int | None, int | None], int]:
    """Turns Python's (line, byte column) into a place in the text."""
    lines = source.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    return lambda line, column: starts[(line or 1) - 1] + len(lines[(line or 1) - 1].encode()[: column or 0].decode()) if lines else 0


# ---- Tables of words in Python and JavaScript ------------------------------------------------------------------


def python_table(source: str, names: tuple[str, ...] = ("STRINGS", "WORDS", "LABELS")) -> list[Text]:
    """Texts of the tables called `names` in a Python file; a pair of texts is a singular with its plural."""
    found: list[Text] = []
    for node in ast.walk(ast.parse(source)):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        if not any(isinstance(target, ast.Name) and target.id in names for target in targets):
            continue
        value = node.value  # type: ignore[union-attr]
        table = next((part for part in value.args if isinstance(part, ast.Dict)), value) if isinstance(value, ast.Call) else value
        if isinstance(table, ast.Dict):
            for key, value in zip(table.keys, table.values):
                texts = value.elts if isinstance(value, ast.Tuple) else [value]
                words = [text.value for text in texts if isinstance(text, ast.Constant) and isinstance(text.value, str)]
                if words and is_text(words[0]):
                    found.append(Text(words[0], value.lineno, words[1] if len(words) > 1 else "", getattr(key, "value", "")))
    return found


@lru_cache(maxsize=32)  # every page of a language asks again for all scripts
def script_table(source: str) -> tuple[Text, ...]:
    """Texts of the table ``const STRINGS = {…}`` of a script, in the lexer of Babel."""
    from babel.messages.jslexer import tokenize as lex
    from babel.messages.jslexer import unquote_string

    head = source.find("const STRINGS = {")
    if head < 0:
        return ()
    first = source.count("\n", 0, head)
    found, depth, value, key = [], 0, False, ""
    for token in lex(source[head:]):
        if token.type == "operator" and token.value in "{}":
            depth += 1 if token.value == "{" else -1
            if depth == 0:
                break
        elif token.type == "operator" and token.value in (":", ","):
            value = token.value == ":"
        elif token.type == "name" and not value:
            key = token.value
        elif token.type in ("string", "template_string") and value:
            words = unquote_string(token.value)
            if is_text(words):
                found.append(Text(words, first + token.lineno, where=key))
    return tuple(found)
