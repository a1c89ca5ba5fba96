"""Does checking beat guessing? Ways of playing a case, their expected scores worked out exactly on the graph,
and the bar that every case must clear before it is taught."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from rapport.scenarios.compile import Graph, edge

MARGIN = 0.2
TIE = 0.05

Belief = tuple[tuple[str, float], ...]
Node = dict


@dataclass(frozen=True)
class PolicyRow:
    """Expected scores at one place, in points (sum of the four axes).

    ``lead`` maps each other policy to (check first − policy) / range.
    """

    place: str
    check_first: float
    always_the_same: float
    by_nationality: float
    at_random: float
    ask_everything: float
    best: int
    worst: int

    @property
    def range(self) -> int:
        """Best minus worst reachable score."""
        return self.best - self.worst

    @property
    def lead(self) -> dict[str, float]:
        others = ("always_the_same", "by_nationality", "at_random", "ask_everything")
        return {name: (self.check_first - getattr(self, name)) / self.range for name in others}


def policy_table(graph: Graph) -> list[PolicyRow]:
    """Play every policy at every place of the case, exactly (no sampling).

    Check first makes one relevant check per decision that has one, then the best act given what it has heard so
    far. The others make no check, except *ask everything*. None of them learns from the reactions to its acts:
    what a careful colleague could learn there would only widen the lead.
    """
    best, worst = _extremes(graph)
    rows = []
    for place, weights in graph["weights"].items():
        belief = tuple(sorted(weights.items()))
        rows.append(
            PolicyRow(
                place=place,
                check_first=_best_given(graph, belief, _one_relevant),
                always_the_same=_best_given(graph, belief, _no_check),
                by_nationality=_likeliest_plan(graph, belief),
                at_random=_random(graph, belief),
                ask_everything=_best_given(graph, belief, _every_check),
                best=best,
                worst=worst,
            )
        )
    return rows


def policy_faults(graph: Graph, rows: list[PolicyRow]) -> Iterator[str]:
    """Sentences on every bar that the case misses; none when it may be taught."""
    for row in rows:
        for name, lead in row.lead.items():
            if graph["kind"] == "inclusive_default" and name == "always_the_same":
                if abs(lead) > TIE:
                    yield f"{row.place}: a case marked inclusive_default needs its default to tie with checking first (within {TIE:.0%} of the range); found {lead:+.2f}."
            elif graph["kind"] == "inclusive_default" and name == "ask_everything":
                continue
            elif lead < MARGIN - 1e-9:
                yield (
                    f"{row.place}: checking first leads “{name.replace('_', ' ')}” by {lead:.3f} of the range ({row.check_first:.2f} against "
                    f"{getattr(row, name):.2f}, range {row.range}); it must be at least {MARGIN}. Make best acts depend more on the person, "
                    "or irrelevant questions cost more."
                )
    yield from _choice_faults(graph)


def _choice_faults(graph: Graph) -> Iterator[str]:
    """Decisions without a real choice, dominated options without a habit, too few that depend on the person."""
    value = best_values(graph)
    groups: dict[str, list[Node]] = {}
    for node in graph["nodes"].values():
        if node["beat"] == "act":
            groups.setdefault(node["decision"], []).append(node)
    personal = 0
    for decision, nodes in groups.items():
        names = [option["id"] for option in nodes[0]["options"]]
        worth = {
            name: {
                (i, case): _points(graph, _option(node, name), case) + value[edge(graph, _option(node, name), case)[1], case]
                for i, node in enumerate(nodes)
                for case in graph["cases"]
            }
            for name in names
        }
        dominated = {a: b for a in names for b in names if a != b and all(worth[a][key] < worth[b][key] for key in worth[a])}
        for a, b in dominated.items():
            told = [graph["outcomes"][edge(graph, _option(nodes[0], a), case)[0]] for case in graph["cases"]]
            if not all("habit" in outcome for outcome in told):
                yield f"decision {decision!r}: option {a!r} is worse than {b!r} for every customer, so it needs `habit:`, the common habit it stands for."
        if len(names) - len(dominated) < 2:
            yield f"decision {decision!r}: only {len(names) - len(dominated)} option is left that is not worse than another for everybody; a real choice needs two."
        tops = set()
        for case, details in graph["cases"].items():
            best = max(worth[name][0, case] for name in names)
            tops.add((details["persona"], frozenset(name for name in names if worth[name][0, case] == best)))
        shared = frozenset.intersection(*(top for _, top in tops))
        personal += not shared
    if graph["kind"] == "case" and personal * 2 < len(groups):
        yield f"the best act depends on the person in {personal} of {len(groups)} decisions; it must be at least half."


def best_values(graph: Graph) -> dict[tuple[str, str], int]:
    """Best further score from each (node, case) for someone who knows the customer."""
    return _values(graph, max)


def _values(graph: Graph, pick: Callable) -> dict[tuple[str, str], int]:
    @cache
    def value(node: str, case: str) -> int:
        options = graph["nodes"][node]["options"]
        return pick(_points(graph, o, case) + value(edge(graph, o, case)[1], case) for o in options) if options else 0

    return {(node, case): value(node, case) for node in graph["nodes"] for case in graph["cases"]}


def _extremes(graph: Graph) -> tuple[int, int]:
    high, low = _values(graph, max), _values(graph, min)
    return max(high[graph["start"], case] for case in graph["cases"]), min(low[graph["start"], case] for case in graph["cases"])


def _points(graph: Graph, option: dict, case: str) -> int:
    return sum(graph["outcomes"][edge(graph, option, case)[0]]["effects"])


def _option(node: Node, name: str) -> dict:
    return next(option for option in node["options"] if option["id"] == name)


# ---- Which options a policy considers at a node ----


def _no_check(node: Node) -> list[dict]:
    return [option for option in node["options"] if option["id"] == "go"] if node["beat"] == "check" else _options(node)


def _one_relevant(node: Node) -> list[dict]:
    if node["beat"] != "check":
        return _options(node)
    everything = sum("relevant" in option for option in node["options"])
    relevant = [option for option in node["options"] if option.get("relevant")]
    fresh = everything == node["checks"]
    return relevant if fresh and relevant else [option for option in node["options"] if option["id"] == "go"]


def _every_check(node: Node) -> list[dict]:
    return node["options"][:1] if node["beat"] == "check" else _options(node)


def _options(node: Node) -> list[dict]:
    """Notice and read move no points, so one option stands for all of them."""
    return node["options"] if node["beat"] == "act" else node["options"][:1]


def _branches(graph: Graph, node: Node, option: dict, belief: Belief) -> dict[tuple, list[tuple[str, float]]]:
    """Split a belief by what is seen next: the clue of a check, and the node one comes to."""
    split: dict[tuple, list[tuple[str, float]]] = {}
    for case, weight in belief:
        outcome, following = edge(graph, option, case)
        heard = graph["outcomes"][outcome].get("clue") if node["beat"] == "check" else None
        split.setdefault((heard, following), []).append((case, weight))
    return split


def _best_given(graph: Graph, belief: Belief, allowed: Callable[[Node], list[dict]]) -> float:
    @cache
    def value(name: str, belief: Belief) -> float:
        node = graph["nodes"][name]
        if not node["options"]:
            return 0.0
        return max(
            sum(weight * _points(graph, option, case) for case, weight in belief)
            + sum(value(following, tuple(part)) for (_, following), part in _branches(graph, node, option, belief).items())
            for option in allowed(node)
        )

    return value(graph["start"], belief)


def _likeliest_plan(graph: Graph, belief: Belief) -> float:
    """The plan that is best for the likeliest persona, played on everybody; ties go the policy's way."""
    shares: dict[str, float] = {}
    for case, weight in belief:
        persona = graph["cases"][case]["persona"]
        shares[persona] = shares.get(persona, 0.0) + weight
    likeliest = max(sorted(shares), key=lambda persona: shares[persona])

    @cache
    def value(name: str, belief: Belief) -> tuple[float, float]:
        node = graph["nodes"][name]
        if not node["options"]:
            return 0.0, 0.0
        ways = []
        for option in _no_check(node):
            gained = [(case, weight * _points(graph, option, case)) for case, weight in belief]
            later = [value(following, tuple(part)) for (_, following), part in _branches(graph, node, option, belief).items()]
            own = sum(points for case, points in gained if graph["cases"][case]["persona"] == likeliest) + sum(each[0] for each in later)
            ways.append((round(own, 9), sum(points for _, points in gained) + sum(each[1] for each in later)))
        return max(ways)

    return value(graph["start"], belief)[1]


def _random(graph: Graph, belief: Belief) -> float:
    @cache
    def value(name: str, case: str) -> float:
        options = graph["nodes"][name]["options"]
        if not options:
            return 0.0
        return sum(_points(graph, o, case) + value(edge(graph, o, case)[1], case) for o in options) / len(options)

    return sum(weight * value(graph["start"], case) for case, weight in belief)
