"""Walk a compiled graph: step by step, by a chooser, or from a saved path. Nothing is worked out here but sums."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from rapport.content import ContentError
from rapport.i18n.words import Words
from rapport.scenarios.compile import Graph, edge

WORDS = Words(__file__, {"no_place": "found place {place}; the case is played in {places}."})


@dataclass
class Walk:
    """One learner's way through a case.

    Attributes
    ----------
    node : str
        Where the learner stands.
    case : str
        Who is met: persona, and the luck drawn with it.
    draw : int
        The row of the place's table that brought this customer.
    scores : list of int
        Running sums on the graph's axes.
    checks, available, idle : int
        Relevant checks made, decisions that offered one, and questions asked that could not help.
    calibration : list of float
        One number 0 … 1 per reading (1 − squared error of the stated confidence).
    log : list of dict
        One row per choice, with the columns that `log_frame` and the browser's log share.
    """

    graph: Graph
    place: str
    case: str
    draw: int = 0
    node: str = ""
    scores: list[int] = field(default_factory=lambda: [0, 0, 0, 0])
    checks: int = 0
    available: int = 0
    idle: int = 0
    calibration: list[float] = field(default_factory=list)
    path: list[str] = field(default_factory=list)
    log: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.node = self.node or self.graph["start"]

    @property
    def ended(self) -> bool:
        return self.graph["nodes"][self.node]["beat"] == "end"

    def options(self) -> list[str]:
        """Ids of the options at this node, in their order; empty at the end."""
        return [option["id"] for option in self.graph["nodes"][self.node]["options"]]

    def step(self, option_id: str) -> dict[str, Any]:
        """Take an option and return its outcome.

        Raises
        ------
        ContentError
            When the option does not exist at this node; the message names those that do.
        """
        node = self.graph["nodes"][self.node]
        option = next((each for each in node["options"] if each["id"] == option_id), None)
        if option is None:
            allowed = ", ".join(self.options()) if len(self.options()) < 12 else "a ranking and a confidence such as abc-3"
            raise ContentError(f"no option {option_id!r} at {self.node}; {'allowed: ' + allowed if allowed else 'the case has ended'}.")
        index, following = edge(self.graph, option, self.case)
        outcome = self.graph["outcomes"][index]
        self.scores = [total + points for total, points in zip(self.scores, outcome["effects"])]
        self.checks += outcome.get("check", 0)
        self.available += outcome.get("available", 0)
        self.idle += outcome.get("idle", 0)
        if "calibration" in outcome:
            self.calibration.append(outcome["calibration"])
        self.log.append(
            {
                "step": len(self.log) + 1,
                "node": self.node,
                "beat": node["beat"],
                "decision": node["decision"],
                "option": option_id,
                "label": option["label"],
                "effects": list(outcome["effects"]),
                "text": outcome.get("text") or outcome.get("clue", ""),
                "feedback": outcome.get("feedback", ""),
            }
        )
        self.path.append(option_id)
        self.node = following
        return outcome


    def run(self) -> dict[str, Any]:
        """The finished walk as a record keeps it: the same keys as the player's ``runOf``."""
        compared = self.graph["compare"] or {}
        remedy = next((row for row in reversed(self.log) if row["beat"] == "act" and row["decision"] == compared.get("decision")), None)
        return {
            "graph": self.graph["hash"], "place": self.place, "draw": self.draw, "case": self.case, "path": list(self.path), "scores": list(self.scores),
            "check": self.checks, "available": self.available, "calibration": sum(self.calibration) / len(self.calibration) if self.calibration else None,
            "remedy": {"option": remedy["option"], "label": remedy["label"]} if remedy else {}, "ending": self.node,
        }  # fmt: skip


def begin(graph: Graph, place: str | None = None, draw: int = 0) -> Walk:
    """A walk with the customer of row `draw` of the place's table (taken modulo its length).

    Raises
    ------
    ContentError
        An unknown place; the message names those that are known.
    """
    place = place or graph["places"][0]["id"]
    if place not in graph["draws"]:
        raise ContentError(WORDS.say("no_place", place=repr(place), places=", ".join(graph["draws"])))
    table = graph["draws"][place]
    return Walk(graph, place, table[draw % len(table)], draw)


def follow(walk: Walk, path: Iterable[str]) -> Walk:
    """Take the options of a saved path."""
    for option in path:
        walk.step(option)
    return walk


def play_out(walk: Walk, choose: Callable[[Walk], str]) -> Walk:
    """Go on until the case ends, asking `choose` at each node."""
    while not walk.ended:
        walk.step(choose(walk))
    return walk
