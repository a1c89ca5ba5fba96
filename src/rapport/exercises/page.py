"""Exercises for a page without a kernel: several draws baked with accepted and mistaken ranges, rendered as HTML.
The browser compares; what would give an answer away travels encoded, and everything readable reads without scripts."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from html.parser import HTMLParser
from typing import Any

from markupsafe import escape

from rapport import i18n
from rapport.content import ContentError
from rapport.exercises import units
from rapport.exercises.checking import Key, asks_percent, filled, planted
from rapport.exercises.model import Exercise, Mistake, Workbook
from rapport.exercises.serving import clashes_on, key_on, served, table_on
from rapport.exercises.tables import table_text, text_html
from rapport.exercises.values import Value, band
from rapport.exercises.words import MARKS, WORDS, asked, say
from rapport.i18n import language, numbers, typesetting, unmarked
from rapport.markdown import inline, to_html

Tree = str | list[Any]


def bake(definition: Workbook, exercise: Exercise | str, seeds: Iterable[int]) -> list[dict[str, Any]]:
    """What the page needs to ask and judge an exercise on each of `seeds`.

    Parameters
    ----------
    definition : Workbook
    exercise : Exercise or str
        One of its exercises, or its id.
    seeds : iterable of int
        Seeds of the books, each of which can be served.

    Returns
    -------
    list of dict
        Per seed: ``seed``; ``table`` (``title``, ``columns``, ``rows`` as text) or None; ``accept`` (ranges
        ``[[low, high]]``, one per number, an option id, or ``{"rows", "pass"}``); ``mistakes`` (``id``, ``says`` as a
        tree, ``accept`` or ``when``); ``fraction``; ``after`` and ``solution`` (trees); ``truth``, ``value`` (plain
        numbers for the learner's own distances, or None); ``within`` (for a guess at an interval). A tree is a list of texts and
        ``[tag, attributes, children]``, made from Markdown, so that the page builds it without parsing HTML.

    Raises
    ------
    ContentError
        When a seed cannot be served.
    """
    exercise = definition.exercise(exercise) if isinstance(exercise, str) else exercise
    says = [_set(mistake.says) for mistake in exercise.mistakes]  # the same on every book
    draws = []
    for seed in seeds:
        if clash := next((each for each in clashes_on(definition, seed) if each.exercise == exercise.id), None):
            raise ContentError(f"seed {seed} cannot be served: in {exercise.id}, {clash.first} and {clash.second} lie too near. Ask `serve` for a seed.")
        draws.append(_draw(definition, key_on(definition, exercise, seed), seed, says))
    return draws


def _draw(definition: Workbook, this: Key, seed: int, says: list[list[Tree]]) -> dict[str, Any]:
    exercise = this.exercise
    return {
        "seed": seed,
        "table": table_text(table_on(definition, exercise.table, seed), unmarked(exercise.title), definition.words) if exercise.table else None,
        "accept": _accept(this, this.value),
        "mistakes": [{"id": mistake.id, "says": said, **_recognised(this, mistake, value)} for (mistake, value), said in zip(this.mistakes, says, strict=True)],
        "fraction": asks_percent(this),
        "after": [part for text in planted(this) for part in _set(text)],
        "solution": _set(filled(exercise.solution, this)),
        "truth": this.truth if isinstance(this.truth, float) and exercise.answer.kind == "number" else None,
        "value": this.value if isinstance(this.value, float) else None,
        "within": list(this.value) if isinstance(this.value, tuple) else None,
    }


def _accept(this: Key, value: Value) -> Any:
    answer = this.exercise.answer
    if isinstance(value, dict):
        return {"rows": value, "pass": answer.passing}
    return value if isinstance(value, str) else [list(ends) for ends in band(value, answer.tolerance or 0)]


def _recognised(this: Key, mistake: Mistake, value: Value | None) -> dict[str, Any]:
    if mistake.when:
        return {"when": {"option": mistake.when.option, "at_least": mistake.when.at_least}}
    return {"accept": _accept(this, value if value is not None else "")}


# ---- Markdown as a tree -----------------------------------------------------------------------------------------


class _Grower(HTMLParser):
    """Builds the tree of `tree` from HTML that `rapport.markdown` made."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root: list[Any] = []
        self.open: list[list[Any]] = [self.root]
        self.english = False  # within a text that is still English

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node: list[Any] = [tag, {name: value or "" for name, value in attrs}, []]
        self.open[-1].append(node)
        if tag not in ("br", "hr", "img"):
            self.open.append(node[2])

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].append([tag, {name: value or "" for name, value in attrs}, []])

    def handle_endtag(self, tag: str) -> None:
        if len(self.open) > 1:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if not data.strip() and len(self.open) == 1:
            return
        for part in re.split(f"([{i18n.OPEN}{i18n.CLOSE}])", data):
            if part in (i18n.OPEN, i18n.CLOSE):
                self.english = part == i18n.OPEN
            elif part:
                self.open[-1].append(["span", {"lang": i18n.SOURCE}, [part]] if self.english and part.strip() else part)


def tree(html: str) -> list[Tree]:
    """HTML as nested lists: texts and ``[tag, attributes, children]``."""
    grower = _Grower()
    grower.feed(html)
    grower.close()
    return grower.root


def _set(text: str) -> list[Tree]:
    """Markdown as a tree, set for reading: nobody reads it again once it is encoded."""
    return tree(typesetting.page(to_html(text), language()))


# ---- HTML -------------------------------------------------------------------------------------------------------


def render(definition: Workbook, draws: int = 5, start: int = 1, level: int = 3, only: Sequence[str] | None = None) -> str:
    """HTML of a module's exercises, each an element that reads without JavaScript and is answered with it.

    Parameters
    ----------
    definition : Workbook
    draws : int
        How many books to bake.
    start : int
        Seed from which served seeds are sought.
    level : int
        Heading level of each exercise's title.
    only : sequence of str, optional
        Ids of the exercises to render, in this order; default all.

    Returns
    -------
    str
        Needs ``answers.js`` (classic, deferred) and ``answers.css`` of `rapport.web` on the page.
    """
    seeds = served(definition, draws, start)
    exercises = [definition.exercise(name) for name in only] if only is not None else list(definition)
    words = dict(WORDS)  # each looked up once, not for every exercise
    return "\n".join(render_exercise(definition, exercise, seeds, words, level) for exercise in exercises)


def render_exercise(definition: Workbook, exercise: Exercise, seeds: Sequence[int], words: Mapping[str, str], level: int = 3) -> str:
    """HTML of one exercise baked on `seeds`, for a page that says `words`; the first seed's table is on the page itself."""
    if exercise.answer.kind == "match" and not exercise.table:
        seeds = seeds[:1]  # nothing in it depends on the book
    baked = bake(definition, exercise, seeds)
    answer = exercise.answer
    title_id = f"exercise-{exercise.id}-title"
    parts = [
        f'<rapport-exercise id="exercise-{exercise.id}" class="exercise" data-exercise="{exercise.id}" data-kind="{answer.kind}" role="group" aria-labelledby="{title_id}">',
        f'<h{level} class="exercise-title" id="{title_id}">{inline(exercise.title)}</h{level}>',
        f'<p class="exercise-minutes">{escape(say("minutes", count=exercise.minutes))}</p>',
        f'<div class="exercise-question">{to_html(exercise.question, heading_offset=level)}</div>',
    ]
    if exercise.table:
        parts.append(f'<div class="exercise-table">{text_html(baked[0]["table"], exercise.title, frame=True)}</div>')
    if answer.rows:
        rows = "".join(f'<li data-row="{row.id}">{inline(row.text.strip())}</li>' for row in answer.rows)
        parts.append(f'<ol class="exercise-rows">{rows}</ol>')
    if answer.options:
        options = "".join(f'<li data-option="{option.id}">{inline(option.text.strip())}</li>' for option in answer.options)
        parts.append(f'<ul class="exercise-options">{options}</ul>')
    else:
        parts.append(f'<div class="exercise-form">{to_html(asked(exercise, code=False)[0])}</div>')
    parts.append(f'<p class="exercise-offline">{escape(say("offline", module=definition.module))}</p>')
    hints = [
        f'<details class="exercise-hint"><summary>{escape(say("hint", number=number, total=len(exercise.hints)))}</summary>{to_html(hint)}</details>'
        for number, hint in enumerate(exercise.hints, 1)
    ]
    parts.append(f'<div class="exercise-hints">{"".join(hints)}</div>')
    parts.append(f'<script type="application/json" data-rapport="exercise">{_payload(definition, exercise, baked, words)}</script>')
    return "\n".join([*parts, "</rapport-exercise>"])


def _payload(definition: Workbook, exercise: Exercise, baked: list[dict[str, Any]], words: Mapping[str, str]) -> str:
    answer = exercise.answer
    draws = json.dumps(baked, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    draws = i18n.unmarked(draws).encode()
    payload = {
        "format": 1,
        "module": definition.module,
        "id": exercise.id,
        "kind": answer.kind,
        "language": i18n.language(),
        "numbers": numbers.marks(),
        "unit": _unit(answer.unit),
        "distance": _unit(units.of_distance(answer.unit)),
        "decimals": answer.decimals,
        "predict": (exercise.predict or "").strip(),
        "options": {option.id: _plain(option.text) for option in answer.options},
        "hash": _hash(baked),
        "words": words,
        "marks": MARKS,
        # Encoded, so that a glance at the source or a search of the page does not give the answer away.
        "draws": base64.b64encode(draws).decode(),
    }
    # A script's text ends at the first "</"; JSON may write it otherwise.
    return json.dumps(payload, ensure_ascii=False, sort_keys=True, separators=(",", ":")).replace("<", "\\u003c")


def _hash(baked: list[dict[str, Any]]) -> str:
    """Of what is asked, in no language: attempts stay where the language is switched or a sentence mended."""
    asked = [{name: draw[name] for name in ("seed", "accept", "truth", "value", "within")} | {"mistakes": [{**each, "says": None} for each in draw["mistakes"]]} for draw in baked]
    return hashlib.sha256(json.dumps(asked, sort_keys=True, separators=(",", ":")).encode()).hexdigest()[:16]


def _unit(unit: str) -> dict[str, Any]:
    """What the page writes and reads a unit by: its forms by plural category, the names it accepts, the word by itself."""
    return {"forms": units.forms(unit), "names": units.names(unit), "name": units.name(unit)}


def _plain(markdown: str) -> str:
    """Text of one line of Markdown, for places that hold text only (the options of a list box)."""

    def text(node: Tree) -> str:
        return node if isinstance(node, str) else "".join(map(text, node[2]))

    return "".join(map(text, tree(inline(markdown.strip()))))
