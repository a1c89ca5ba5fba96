"""A scenario in the terminal: prints each beat of the compiled graph, asks, and tells what came of it.
All numbers come from the graph; a run here is not kept."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from rich.console import Console
from rich.markdown import Markdown
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from rapport.cli.words import WORDS, say
from rapport.scenarios import Walk

BEATS = ("notice", "read", "check", "act")


class Left(Exception):
    """The player left before the end: they said so, or the input ended."""


def play(walk: Walk, console: Console | None = None, ask: Callable[[str], str] | None = None) -> None:
    """Play `walk` to its end.

    Parameters
    ----------
    walk : Walk
        Where to begin; it is moved along.
    console : rich.console.Console, optional
        Where to print; standard output by default.
    ask : callable, optional
        Takes a prompt and returns a line; reads standard input by default.

    Raises
    ------
    Left
        When the input ends or the player types ``q``.
    """
    console = console or Console(highlight=False, width=min(Console().width, 88))
    ask = ask or _input
    graph = walk.graph
    place = next(place for place in graph["places"] if place["id"] == walk.place)
    console.print()
    console.rule(f"[bold]{escape(graph['title'])}", style="dim")
    console.print(Markdown(_fill(graph["setting"], place)))
    console.print(f"\n[bold]{escape(place['person'])}[/], " + escape(f"{place['role']}, {place['organisation']}, {place['city']}"))
    _message(console, graph["opening"], place)
    console.print(say("about_minutes", n=graph["minutes"]), style="dim")
    readings = []
    while not walk.ended:
        node = walk.graph["nodes"][walk.node]
        outcome = _step(walk, place, console, ask)
        if node["beat"] == "read":
            readings.append((node, outcome))
    _end(walk, place, readings, console)


def _step(walk: Walk, place: dict[str, Any], console: Console, ask: Callable[[str], str]) -> dict[str, Any]:
    """Show the node, ask, take the option, tell what came of it; the graph's outcome."""
    node = walk.graph["nodes"][walk.node]
    if "text" in node:
        console.print()
        console.rule(escape(_fill(node["heading"], place)), align="left", style="dim")
        console.print(Markdown(_fill(node["text"], place)))
        if "message" in node:
            _message(console, node["message"], place)
    trail = " · ".join(f"[bold]▸ {WORDS[beat]}[/]" if beat == node["beat"] else f"[dim]{WORDS[beat]}[/]" for beat in BEATS)
    console.print(f"\n{trail}")
    default = WORDS["ask_or_act" if node["beat"] == "check" else "what_do_you_do"]
    console.print(Text(_fill(node.get("prompt", default), place), style="bold"))
    outcome = walk.step((_rank if node["kind"] == "rank" else _choose)(node, walk, place, console, ask))
    for part, style in (("clue", "italic"), ("text", ""), ("feedback", "cyan")):
        if outcome.get(part):
            console.print(Padding(Text(_fill(outcome[part], place), style=style), (0, 0, 0, 2)))
    if outcome.get("habit"):
        console.print(Padding(Text(say("habit", habit=_fill(outcome["habit"], place)), style="cyan"), (0, 0, 0, 2)))
    return outcome


def _choose(node: dict, walk: Walk, place: dict, console: Console, ask: Callable[[str], str]) -> str:
    ids = [option["id"] for option in node["options"]]
    for number, option in enumerate(node["options"], start=1):
        console.print(Padding(Text(f"{number}  {_fill(option['label'] or WORDS['go'], place)}"), (0, 0, 0, 2)))
    while True:
        answer = _answer(ask, WORDS["your_choice"])
        if answer in ids:
            return answer
        if answer.isdecimal() and 1 <= int(answer) <= len(ids):
            return ids[int(answer) - 1]
        console.print(say("type_number_or_q", found=answer, n=len(ids)), style="yellow", markup=False)


def _rank(node: dict, walk: Walk, place: dict, console: Console, ask: Callable[[str], str]) -> str:
    letters = [reading["id"] for reading in node["readings"]]
    for reading in node["readings"]:
        console.print(Padding(Text(f"{reading['id']}  {_fill(reading['label'], place)}"), (0, 0, 0, 2)))
    while True:
        answer = "".join(letter for letter in _answer(ask, say("likeliest_first", letters=" ".join(letters))).lower() if letter not in " ,>")
        if sorted(answer) == letters:
            break
        console.print(say("type_letters", found=answer, letters=", ".join(letters)), style="yellow", markup=False)
    steps = walk.graph["confidence"]
    console.print(WORDS["how_sure"], style="bold")
    for number, label in enumerate(steps, start=1):
        console.print(Padding(Text(f"{number}  {label}"), (0, 0, 0, 2)))
    while True:
        sure = _answer(ask, say("one_to", n=len(steps)))
        if sure.isdecimal() and 1 <= int(sure) <= len(steps):
            return f"{answer}-{int(sure)}"
        console.print(say("type_number", found=sure, n=len(steps)), style="yellow", markup=False)


def _end(walk: Walk, place: dict, readings: list[tuple[dict, dict]], console: Console) -> None:
    graph, node = walk.graph, walk.graph["nodes"][walk.node]
    persona = graph["personas"][graph["cases"][walk.case]["persona"]]
    console.print()
    console.rule(escape(_fill(node["heading"], place)), align="left", style="dim")
    console.print(Markdown(_fill(node["text"], place)))
    console.print(Markdown(_fill(node["epilogues"][walk.case], place)))
    console.print(f"\n[bold]{escape(say('who_this_was', who=_fill(persona['title'], place)))}[/]")
    console.print(Markdown(_fill(persona["portrait"], place)))
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for label, score in zip(graph["axis_labels"], walk.scores):
        table.add_row(escape(label), f"{score:+d}".replace("-", "−") if score else "0")
    console.print()
    console.print(table)
    console.print(say("asked_before", n=walk.checks, total=walk.available))
    if walk.idle:
        console.print(say("idle", n=walk.idle))
    for node, outcome in readings:
        fits = next(reading["label"] for reading in node["readings"] if reading["id"] == outcome["fits"])
        console.print(say("fitted", heading=node["heading"], reading=_fill(fits, place), ranked=WORDS[f"ranked_{outcome['ranked']}"]), markup=False)
        console.print(Padding(Text(_fill(node["afterwards"], place), style="cyan"), (0, 0, 0, 2)))
    if walk.calibration:
        mean = sum(walk.calibration) / len(walk.calibration)
        console.print(say("calibration", value=f"{mean:.2f}"))
    console.print(Markdown("\n" + _fill(graph["principle"], place)))


def _message(console: Console, text: str, place: dict) -> None:
    console.print(Padding(Text(_fill(text, place), style="italic"), (1, 4)))


def _fill(text: str, place: dict[str, Any]) -> str:
    for name in ("person", "organisation", "city", "role"):
        text = text.replace(f"{{{name}}}", place[name])
    return text


def _answer(ask: Callable[[str], str], prompt: str) -> str:
    try:
        answer = ask(prompt).strip()
    except EOFError:
        raise Left from None
    if answer.lower() in ("q", "quit"):
        raise Left
    return answer


def _input(prompt: str) -> str:
    """A line of standard input; the prompt is shown, and in a pipe the answer after it, so that a log reads well."""
    sys.stdout.write(prompt)
    sys.stdout.flush()
    line = sys.stdin.readline()
    if not line:
        print()
        raise EOFError
    if not sys.stdin.isatty():
        sys.stdout.write(line if line.endswith("\n") else line + "\n")
    return line
