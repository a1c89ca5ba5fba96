"""Turn a case into the finite acyclic graph that is walked: every option, for every customer who may stand there,
with its effects, clue, feedback and score worked out. The walkers (Python, browser) only follow and add."""

from __future__ import annotations

import hashlib
import itertools
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any

from rapport.content import ContentError, Document, raise_all, texts_with
from rapport.i18n.words import Words
from rapport.scenarios.model import AXES, EFFECT_LIMIT, Case, Check, Decision, Effects, Extra, Route, expand

FORMAT = 1
DRAWS = 256
LABELS = Words(__file__, {
    "relationship": "Relationship", "resolution": "Resolution", "fairness": "Fairness", "compliance": "Compliance",
    "sure_1": "just a guess", "sure_2": "leaning", "sure_3": "fairly sure", "sure_4": "sure", "sure_5": "nearly certain",
    "chosen": "after {what}", "not_chosen": "without {what}", "luck": "if luck strikes: {what}", "no_luck": "unless luck strikes: {what}",
})  # fmt: skip
CONFIDENCE = (("sure_1", 1 / 3), ("sure_2", 0.5), ("sure_3", 0.65), ("sure_4", 0.8), ("sure_5", 0.95))
RANK_CREDIT = (1.0, 0.5, 0.0)
PLACEHOLDERS = ("person", "organisation", "city", "role")
_HOLE = re.compile(r"\{([^{}]*)\}")
NOTHING = (0, 0, 0, 0)

Graph = dict[str, Any]


def compile_case(case: Case, document: Document, named: str | None = None) -> Graph:
    """Compile a validated case.

    Parameters
    ----------
    case, document
        What `model.read_case` returns; the document gives errors their lines.
    named : str, optional
        The ``hash`` of the case in another language, which this one shall have as well.

    Returns
    -------
    dict
        JSON-ready graph. ``nodes`` maps node id to beat, texts and options; each option has an ``outcome`` (index
        into ``outcomes``) and a ``next`` (node id), each one value for everybody or a list in the order of
        ``cases[…]["index"]``: see `edge`. ``draws`` maps a place to 256 case ids (``persona`` or
        ``persona+event``) in the declared proportions. ``hash`` is of the content: equal graphs, equal hash.

    Raises
    ------
    ContentError
        A cycle, an unreachable decision or ending, an unknown placeholder, or effects that leave −3 … +3
        when additions apply.
    """
    raise_all(_structure(case, document))
    raise_all(_placeholders(document))
    builder = _Builder(case, document)
    nodes = builder.build()
    raise_all(builder.errors)
    graph: Graph = {
        "format": FORMAT,
        "id": case.id,
        "module": case.module,
        "title": case.title,
        "kind": case.kind,
        "minutes": case.minutes,
        "setting": case.setting,
        "opening": case.opening,
        "principle": case.principle,
        "sources": case.sources,
        "axes": list(AXES),
        "axis_labels": [LABELS[axis] for axis in AXES],
        "confidence": [LABELS[name] for name, _ in CONFIDENCE],
        "places": [place.model_dump() for place in case.places],
        "personas": {name: {"title": p.title, "portrait": p.portrait} for name, p in case.personas.items()},
        "cases": {
            name: {"index": index, "persona": persona, "events": list(events)} for index, (name, (persona, events)) in enumerate(builder.cases.items())
        },
        "weights": {place.id: case_weights(case, place.id) for place in case.places},
        "draws": {place.id: draw_table(case, place.id) for place in case.places},
        "start": builder.first(case.start, frozenset()),
        "nodes": nodes,
        "outcomes": builder.outcomes,
        "compare": case.compare.model_dump() if case.compare else None,
        "events": {name: {"probability": event.probability} for name, event in case.events.items()},
    }
    return graph | {"hash": named or hashlib.sha256(json.dumps(graph, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:16]}


def edge(graph: Graph, option: dict[str, Any], case: str) -> tuple[int, str]:
    """Index of the outcome, and id of the next node, that an option has for a case id."""
    index = graph["cases"][case]["index"]
    outcome, following = option["outcome"], option["next"]
    return (outcome[index] if isinstance(outcome, list) else outcome, following[index] if isinstance(following, list) else following)


def case_weights(case: Case, place: str) -> dict[str, float]:
    """Probability of every case id (persona and luck) at a place; they sum to 1."""
    weights = {}
    for name, (persona, struck) in drawable(case).items():
        weight = case.personas[persona].weights[place]
        for event, declared in case.events.items():
            weight *= declared.probability if event in struck else 1 - declared.probability
        weights[name] = weight
    return weights


def draw_table(case: Case, place: str) -> list[str]:
    """256 case ids in the declared proportions (largest remainders), in an order fixed by case and place."""
    shares = {name: weight * DRAWS for name, weight in case_weights(case, place).items()}
    counts = {name: int(share) for name, share in shares.items()}
    by_remainder = sorted(shares, key=lambda name: (counts[name] - shares[name], name))
    for name in by_remainder[: DRAWS - sum(counts.values())]:
        counts[name] += 1
    deck = [name for name in sorted(counts) for _ in range(counts[name])]
    order = sorted(range(DRAWS), key=lambda i: hashlib.sha256(f"{case.id}/{place}/{i}".encode()).digest())
    return [deck[i] for i in order]


def drawable(case: Case) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Case id → (persona, events that strike): everything that luck decides before the first word."""
    names = sorted(case.events)
    subsets = [struck for size in range(len(names) + 1) for struck in itertools.combinations(names, size)]
    return {"+".join((persona, *struck)): (persona, struck) for persona in case.personas for struck in subsets}


class _Builder:
    """Multiplies a case out over customers, luck, checks made and flags that still matter.

    What an option does is worked out once for all the nodes that offer it; only what follows it depends on every flag.
    """

    def __init__(self, case: Case, document: Document):
        self.case, self.document = case, document
        self.people = list(case.personas)
        self.cases = drawable(case)
        self.decisions = {decision.id: decision for decision in case.decisions}
        self.endings = {ending.id: ending for ending in case.endings}
        self.needed = _flags_needed(case)
        self.asked = {decision.id: [(_asked(act.also), _asked(act.routes())) for act in decision.acts] for decision in case.decisions}
        self.rankings, self.questions, self.reactions, self.targets = map(cache, (self._rankings, self._questions, self._reactions, self._targets))
        self.outcomes: list[dict[str, Any]] = []
        self._index: dict[tuple, int] = {}
        self.nodes: dict[str, dict[str, Any]] = {}
        self.errors: list[ContentError] = []

    # Node ids: decision/beat, then +checks made, then @flags set earlier that this or a later decision asks for.

    def _name(self, decision: Decision, beat: str, flags: str, done: Iterable[str] = ()) -> str:
        return f"{decision.id}/{beat}" + "".join(f"+{check}" for check in sorted(done)) + flags

    def _kept(self, decision: str, flags: frozenset[str]) -> str:
        kept = sorted(flags & self.needed[decision])
        return f"@{','.join(kept)}" if kept else ""

    def _beats(self, decision: Decision) -> list[str]:
        return [beat for beat, there in (("notice", decision.notice), ("read", decision.read), ("check", decision.checks)) if there] + ["act"]

    def first(self, target: str, flags: frozenset[str]) -> str:
        """Id of the node on which a decision (or an ending) begins."""
        if target in self.endings:
            return f"{target}/end"
        decision = self.decisions[target]
        return self._name(decision, self._beats(decision)[0], self._kept(target, flags))

    def _outcome(self, effects: tuple[int, ...] = NOTHING, **told: Any) -> int:
        told = {key: value for key, value in told.items() if value not in (None, "", False)}
        content = (effects, *sorted(told.items()))
        if content not in self._index:
            self._index[content] = len(self.outcomes)
            self.outcomes.append({"effects": list(effects)} | told)
        return self._index[content]

    def _for_cases(self, outcomes: dict[str, int]) -> int | list[int]:
        """Outcomes that only the persona decides, in the order of the cases."""
        return _once([outcomes[persona] for persona, _ in self.cases.values()])

    def build(self) -> dict[str, dict[str, Any]]:
        """All nodes that can be reached, in order of discovery."""
        waiting = [(self.case.start, frozenset[str]())]
        seen = set()
        while waiting:
            target, flags = waiting.pop(0)
            start = self.first(target, flags)
            if start in seen:
                continue
            seen.add(start)
            waiting += self._end(target) if target in self.endings else self._decision(target, flags)
        return self.nodes

    def _end(self, target: str) -> list:
        ending = self.endings[target]
        told = expand(ending.epilogues, self.people)
        self.nodes[f"{target}/end"] = {
            "beat": "end",
            "decision": target,
            "heading": ending.heading,
            "text": ending.text,
            "epilogues": {name: told[persona] for name, (persona, _) in self.cases.items()},
            "options": [],
        }
        return []

    def _decision(self, target: str, flags: frozenset[str]) -> list[tuple[str, frozenset[str]]]:
        decision, kept = self.decisions[target], self._kept(target, flags)
        beats = self._beats(decision)
        following = dict(zip(beats, beats[1:]))
        for beat in beats[:-1]:
            after = self._name(decision, following[beat], kept)
            getattr(self, f"_{beat}")(decision, kept, after)
        return self._act(decision, kept, flags & self.needed[target])

    def _node(self, decision: Decision, beat: str, flags: str, done: Iterable[str] = (), **more: Any) -> dict[str, Any]:
        node = {"beat": beat, "decision": decision.id, "heading": decision.heading, "kind": "choice", **more, "options": []}
        if beat == self._beats(decision)[0] and not done:
            node |= {"text": decision.scene} | ({"message": decision.message} if decision.message else {})
        self.nodes[self._name(decision, beat, flags, done)] = node
        return node

    def _option(self, node: dict[str, Any], name: str, label: str, outcome: int | list[int], to: str | list[str], **more: Any) -> None:
        node["options"].append({"id": name, "label": label, **more, "outcome": outcome, "next": to})

    def _notice(self, decision: Decision, flags: str, after: str) -> None:
        node = self._node(decision, "notice", flags, prompt=decision.notice.prompt)
        for option in decision.notice.options:
            outcome = self._outcome(feedback=option.feedback, said=1 if option.said else 0)
            self._option(node, option.id, option.text, outcome, after)

    def _read(self, decision: Decision, flags: str, after: str) -> None:
        read = decision.read
        node = self._node(decision, "read", flags, prompt=read.prompt)
        node |= {"kind": "rank", "afterwards": read.afterwards, "readings": [{"id": reading.id, "label": reading.text} for reading in read.readings]}
        for name, label, outcome in self.rankings(decision.id):
            self._option(node, name, label, outcome, after)

    def _rankings(self, decision: str) -> list[tuple[str, str, int | list[int]]]:
        """Id, label and outcome of every way to rank the readings of a decision, with every confidence."""
        readings, found = self.decisions[decision].read.readings, []
        right = {persona: reading.id for reading in readings for persona in reading.fits}
        for ranking in itertools.permutations(reading.id for reading in readings):
            for step, (sure, probability) in enumerate(CONFIDENCE, start=1):
                outcomes = {}
                for persona in self.people:
                    place = ranking.index(right[persona])
                    brier = (probability - (place == 0)) ** 2
                    told = {"credit": RANK_CREDIT[place], "calibration": round(1 - brier, 4), "ranked": place + 1}
                    outcomes[persona] = self._outcome(fits=right[persona], **told)
                found.append((f"{''.join(ranking)}-{step}", f"{' > '.join(ranking)}, {LABELS[sure]}", self._for_cases(outcomes)))
        return found

    def _check(self, decision: Decision, flags: str, after: str) -> None:
        for done, questions, leaving in self.questions(decision.id):
            node = self._node(decision, "check", flags, done, checks=len(decision.checks))
            last = len(done) + 1 == len(decision.checks)
            for check, outcome in questions:
                following = after if last else self._name(decision, "check", flags, (*done, check.id))
                self._option(node, check.id, check.text, outcome, following, relevant=check.relevant)
            self._option(node, "go", "", leaving, after)

    def _questions(self, name: str) -> list[tuple[tuple[str, ...], list[tuple[Check, int | list[int]]], int]]:
        """By the checks of a decision that have been made: those that are left, with their outcomes, and the outcome of leaving."""
        checks, found = self.decisions[name].checks, []
        relevant = {check.id for check in checks if check.relevant}
        leaving = {"available": 1} if relevant else {}
        told = {check.id: (expand(check.clues, self.people), expand(check.costs, self.people)) for check in checks}
        for size in range(len(checks)):
            for done in itertools.combinations(told, size):
                left = []
                for check in (check for check in checks if check.id not in done):
                    clues, costs = told[check.id]
                    counted = {"check": 1} if check.relevant and not relevant & set(done) else {}
                    counted |= {} if check.relevant else {"idle": 1}
                    counted |= leaving if size + 1 == len(checks) else {}
                    said = {"feedback": check.feedback, **counted}
                    left.append((check, self._for_cases({who: self._outcome(costs.get(who, check.cost).as_tuple(), clue=clues[who], **said) for who in self.people})))
                found.append((done, left, self._outcome(**leaving)))
        return found

    def _act(self, decision: Decision, kept: str, flags: frozenset[str]) -> list[tuple[str, frozenset[str]]]:
        node = self._node(decision, "act", kept, prompt=decision.prompt)
        onward = []
        for position, act in enumerate(decision.acts):
            later, (by_reaction, by_route) = flags | set(act.sets), self.asked[decision.id][position]
            targets = self.targets(decision.id, position, later & by_route)
            begins = {target: self.first(target, later) for target in dict.fromkeys(targets)}
            onward += [(target, later) for target in begins]
            outcome = self.reactions(decision.id, position, flags & by_reaction)
            self._option(node, act.id, act.text, outcome, _once([begins[target] for target in targets]))
        return onward

    def _reactions(self, name: str, position: int, flags: frozenset[str]) -> int | list[int]:
        """Outcomes of an act in each case, where of the flags that its additions ask for `flags` are set."""
        act, outcomes = self.decisions[name].acts[position], []
        told = expand(act.outcomes, self.people)
        for case, (persona, events) in self.cases.items():
            base = told[persona]
            extras = [extra for extra in act.also if holds(extra.when, flags | {persona, *events})]
            effects = _add(base.effects, *(extra.effects for extra in extras))
            if any(abs(points) > EFFECT_LIMIT for points in effects):
                self.errors.append(
                    self.document.error(
                        f"for {case} with {', '.join(sorted(flags)) or 'no flags'} the effects add up to {list(effects)}; "
                        f"each axis must stay within −{EFFECT_LIMIT} … +{EFFECT_LIMIT}.",
                        "decisions", list(self.decisions).index(name), "acts", position,
                    )
                )  # fmt: skip
            feedback = " ".join((base.feedback.strip(), *(extra.feedback.strip() for extra in extras)))
            outcomes.append(self._outcome(effects, text=base.then, feedback=feedback, habit=act.habit, stereotype=act.stereotype))
        return _once(outcomes)

    def _targets(self, name: str, position: int, flags: frozenset[str]) -> list[str]:
        """What an act leads to in each case, where of the flags that its routes ask for `flags` are set."""
        routes = self.decisions[name].acts[position].routes()
        return [next(route.go for route in routes if holds(route.when, flags | {persona, *events})) for persona, events in self.cases.values()]


def _once(values: list) -> Any:
    """What is the same for every case is written once."""
    return values[0] if len(set(values)) == 1 else values


def holds(when: list[str], true: frozenset[str] | set[str]) -> bool:
    """Whether every condition holds: a name that is true, or ``!name`` that is not."""
    for token in when:
        if (token[1:] in true) if token[0] == "!" else (token not in true):
            return False
    return True


def _add(*effects: Effects) -> tuple[int, ...]:
    return tuple(sum(points) for points in zip(*(each.as_tuple() for each in effects)))


def _asked(conditional: Sequence[Extra | Route]) -> frozenset[str]:
    return frozenset(token.removeprefix("!") for each in conditional for token in each.when)


def _flags_needed(case: Case) -> dict[str, frozenset[str]]:
    """Flags that each decision or a later one asks for; others need not multiply the graph."""
    flags = frozenset(flag for each in case.decisions for act in each.acts for flag in act.sets)
    acts = {each.id: each.acts for each in case.decisions}

    @cache
    def needed(name: str) -> frozenset[str]:
        here = acts.get(name, [])  # an ending asks for nothing
        routes = [route for act in here for route in act.routes()]
        return flags & _asked([*routes, *(extra for act in here for extra in act.also)]).union(*(needed(route.go) for route in routes))

    return {name: needed(name) for name in acts}


def _structure(case: Case, document: Document) -> Iterator[ContentError]:
    """Cycles, and decisions or endings that no path reaches."""
    by_id = {decision.id: decision for decision in case.decisions}
    position = {decision.id: index for index, decision in enumerate(case.decisions)}
    leads = {name: sorted({route.go for act in decision.acts for route in act.routes()}) for name, decision in by_id.items()}
    finished: set[str] = set()
    trail: list[str] = []
    found: list[ContentError] = []

    def visit(name: str) -> None:
        if name in trail:
            loop = " → ".join([*trail[trail.index(name) :], name])
            found.append(document.error(f"the case runs in a circle ({loop}); a case must come to an end, so break it.", "decisions", position[trail[-1]]))
            return
        if name in finished or name not in by_id:
            finished.add(name)
            return
        trail.append(name)
        for following in leads[name]:
            visit(following)
        trail.pop()
        finished.add(name)

    visit(case.start)
    yield from found
    for index, decision in enumerate(case.decisions):
        if decision.id not in finished:
            yield document.error(f"no path from {case.start!r} reaches the decision {decision.id!r}; route to it or remove it.", "decisions", index)
    for index, ending in enumerate(case.endings):
        if ending.id not in finished:
            yield document.error(f"no path from {case.start!r} reaches the ending {ending.id!r}; route to it or remove it.", "endings", index)


def _placeholders(document: Document) -> Iterator[ContentError]:
    for keys, text in texts_with(document.data, _HOLE):
        for name in _HOLE.findall(text):
            if name not in PLACEHOLDERS:
                yield document.error(f"found {{{name}}}; known are {', '.join(f'{{{known}}}' for known in PLACEHOLDERS)}.", *keys)
