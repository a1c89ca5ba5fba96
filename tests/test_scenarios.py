"""Scenarios: reading, compiling, walking, and the policy bar worked out a second way."""

import itertools
import json
import random
from pathlib import Path

import pytest

from rapport import scenarios
from rapport.content import ContentError
from rapport.scenarios import policy
from rapport.scenarios.compile import CONFIDENCE, DRAWS, compile_case, edge
from rapport.scenarios.model import expand, read_case

SMALL = Path(__file__).parent / "fixtures/playbooks/10_small_course/small_case.yaml"
COURSE = Path(__file__).parents[1]
CASES = [SMALL, *sorted(COURSE.glob("playbooks/*/*.yaml"))]


@pytest.fixture(scope="module", params=CASES, ids=lambda path: path.stem)
def graph(request):
    return scenarios.compile_scenario(request.param)


@pytest.fixture(scope="module")
def small():
    return scenarios.compile_scenario(SMALL)


def broken(tmp_path, *changes):
    """The small case with pieces of text replaced, as a file of its own."""
    text = SMALL.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, f"the fixture no longer contains {old!r}"
        text = text.replace(old, new, 1)
    path = tmp_path / "10_small_course" / "small_case.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ([("title: The parcel", "title: The parcel\ncolour: red")], "colour: unknown key"),
        ([("id: small_case", "id: other_case")], "the id is the file's name"),
        ([("module: 10_small_course", "module: 11_other")], "the module is the folder's name"),
        ([("start: words", "start: nowhere")], "found 'nowhere'; it must be one of the decisions"),
        ([("        next: remedy", "        next: remedies")], "leads to 'remedies', which does not exist"),
        ([("        next: stays\n      - id: silence", "        next: words\n      - id: silence")], "runs in a circle (words → remedy → words)"),
        ([("LV: 0.35, SE: 0.3}", "LV: 0.30, SE: 0.3}")], "the weights for LV sum to 0.95; they must sum to 1"),
        ([("LV: 0.35, SE: 0.3}", "LV: 0.5, SE: 0.3}")], "less than or equal to 0.45"),
        ([("LV: 0.35, SE: 0.3}", "LV: 0.35}")], "give one for each place: LV, SE"),
        ([("{relationship: 3, fairness: 2}", "{relationship: 4, fairness: 2}")], "less than or equal to 3"),
        ([("{relationship: 2, fairness: 2}, then: Good", "{relationship: 3, fairness: 2}, then: Good")], "the effects add up to [4, 0, 2, 0]"),
        ([(", feedback: They had said again.", "")], "feedback: the key is missing"),
        ([("feedback: They had said again.", "feedback: ''")], "at least 1 character"),
        ([("      - id: refund", "      - id: listen")], "the id 'listen' is used twice"),
        ([("          money: {effects: {resolution: 3", "          monet: {effects: {resolution: 3")], "found persona 'monet'; known are heard, money, quiet"),
        ([("clues: {else: Here is the form.}", "clues: {heard: Here is the form.}")], "nothing for persona money, quiet"),
        ([("fits: [quiet]", "fits: [money]")], "persona 'money' is fitted by 2 readings"),
        ([("said: true", "said: false")], "no option has said: true"),
        ([('[again, "!listened"]', "[rain]")], "found condition 'rain'"),
        ([("          - {go: stays}", '          - {when: [again], go: stays}')], "the last route has a condition"),
        ([('          - {when: [again, "!listened"], go: gone}\n', "")], "no path from 'words' reaches the ending 'gone'"),
        ([("{person} here", "{name} here")], "found {name}; known are {person}"),
        ([("decision: remedy", "decision: remedies")], "compare.decision: found 'remedies'"),
    ],
)  # fmt: skip
def test_a_fault_in_a_case_is_named_with_file_and_line(tmp_path, changes, told):
    path = broken(tmp_path, *changes)
    with pytest.raises(ContentError) as caught:
        scenarios.compile_scenario(path)
    assert told in str(caught.value)
    assert caught.value.line, "the message names no line"
    assert f"small_case.yaml:{caught.value.line}:" in str(caught.value)


def test_an_unreachable_decision_is_refused(tmp_path):
    text = SMALL.read_text(encoding="utf-8").replace("        next: remedy", "        next: stays")
    path = broken(tmp_path)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ContentError, match="reaches the decision 'remedy'"):
        scenarios.compile_scenario(path)


def test_shared_keys_reach_every_persona_they_name():
    assert expand({"a, b": 1, "else": 2}, ["a", "b", "c"]) == {"a": 1, "b": 1, "c": 2}
    with pytest.raises(ValueError, match="named twice"):
        expand({"a": 1, "a, b": 2}, ["a", "b"])


def test_every_option_leads_every_customer_to_a_node_that_exists(graph):
    edges = 0
    for node in graph["nodes"].values():
        for option in node["options"]:
            for case in graph["cases"]:
                outcome, following = edge(graph, option, case)
                assert following in graph["nodes"]
                assert all(-3 <= points <= 3 for points in graph["outcomes"][outcome]["effects"])
                edges += 1
    assert edges > 100


def test_every_walk_ends_and_every_node_is_reached_by_one(graph):
    reached = set()
    for case in graph["cases"]:
        frontier = {graph["start"]}
        while frontier:
            reached |= frontier
            frontier = {edge(graph, option, case)[1] for name in frontier for option in graph["nodes"][name]["options"]}
    ends = {name for name in reached if graph["nodes"][name]["beat"] == "end"}
    assert reached == set(graph["nodes"])
    assert ends and all(not graph["nodes"][name]["options"] for name in ends)


def test_every_act_tells_every_customer_what_happened_and_why(graph):
    for node in graph["nodes"].values():
        if node["beat"] == "act":
            for option in node["options"]:
                for case in graph["cases"]:
                    told = graph["outcomes"][edge(graph, option, case)[0]]
                    assert told["text"].strip() and told["feedback"].strip()


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_an_act_does_to_each_customer_what_its_file_says_where_its_conditions_hold(path):
    """The compiler works each act out once for all the nodes that offer it; here every node and customer is worked out by itself."""
    case, _ = read_case(path)
    graph, people, acts = scenarios.compile_scenario(path), list(case.personas), {(each.id, act.id): act for each in case.decisions for act in each.acts}
    for name, node in graph["nodes"].items():
        flags = set(name.partition("@")[2].split(",")) if node["beat"] == "act" else set()
        for option in node["options"] if node["beat"] == "act" else ():
            act = acts[node["decision"], option["id"]]
            for each, details in graph["cases"].items():
                true = flags | {details["persona"], *details["events"]}
                base = expand(act.outcomes, people)[details["persona"]]
                told = [base, *(extra for extra in act.also if all((token[0] == "!") != (token.strip("!") in true) for token in extra.when))]
                target = next(route.go for route in act.routes() if all((token[0] == "!") != (token.strip("!") in true | set(act.sets)) for token in route.when))
                index, following = edge(graph, option, each)
                outcome = graph["outcomes"][index]
                assert outcome["effects"] == [sum(points) for points in zip(*(what.effects.as_tuple() for what in told))]
                assert (outcome["text"], outcome["feedback"]) == (base.then, " ".join(what.feedback.strip() for what in told))
                assert graph["nodes"][following]["decision"] == target


def test_a_route_may_ask_for_what_its_own_act_sets(tmp_path):
    graph = scenarios.compile_scenario(broken(tmp_path, ("        next: remedy", "        next:\n          - {when: [listened], go: stays}\n          - {go: remedy}")))
    options = {option["id"]: option for node in graph["nodes"].values() if node["beat"] == "act" and node["decision"] == "words" for option in node["options"]}
    assert options["listen"]["next"] == "stays/end" and options["refund"]["next"].startswith("remedy/")


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_question_tells_each_customer_s_clue_and_costs_what_its_file_says(path):
    case, _ = read_case(path)
    graph, people, checks = scenarios.compile_scenario(path), list(case.personas), {(each.id, check.id): check for each in case.decisions for check in each.checks}
    for name, node in graph["nodes"].items():
        done = [] if node["beat"] != "check" else name.partition("@")[0].split("+")[1:]
        for option in node["options"] if node["beat"] == "check" else ():
            check = checks.get((node["decision"], option["id"]))
            relevant = any(checks[node["decision"], each].relevant for each in done)
            for each, details in graph["cases"].items():
                outcome = graph["outcomes"][edge(graph, option, each)[0]]
                if check is None:
                    assert option["id"] == "go" and not any(outcome["effects"]) and "clue" not in outcome
                    continue
                assert outcome["clue"] == expand(check.clues, people)[details["persona"]] and outcome["feedback"] == check.feedback
                assert tuple(outcome["effects"]) == expand(check.costs, people).get(details["persona"], check.cost).as_tuple()
                assert outcome.get("check", 0) == (check.relevant and not relevant) and outcome.get("idle", 0) == (not check.relevant)


def test_draws_keep_the_declared_proportions(graph):
    for place, table in graph["draws"].items():
        assert len(table) == DRAWS
        for case, weight in graph["weights"][place].items():
            assert abs(table.count(case) / DRAWS - weight) < 1 / DRAWS
        shares = {}
        for case, weight in graph["weights"][place].items():
            persona = graph["cases"][case]["persona"]
            shares[persona] = shares.get(persona, 0) + weight
        assert max(shares.values()) <= 0.45 + 1e-9
        assert len(shares) >= 3


def test_a_case_compiles_to_the_same_bytes_twice_and_another_case_to_another_hash(tmp_path, small):
    again = scenarios.compile_scenario(SMALL)
    assert json.dumps(again) == json.dumps(small)
    changed = scenarios.compile_scenario(broken(tmp_path, ("Too fast.", "Far too fast.")))
    assert changed["hash"] != small["hash"]


def test_reading_is_scored_for_rank_and_confidence(small):
    node = small["nodes"]["words/read"]
    assert len(node["options"]) == 30
    by_id = {option["id"]: option for option in node["options"]}
    sure_right = small["outcomes"][edge(small, by_id["abc-5"], "heard")[0]]
    sure_wrong = small["outcomes"][edge(small, by_id["bac-5"], "heard")[0]]
    assert sure_right["credit"] == 1 and sure_wrong["credit"] == 0.5
    assert sure_right["calibration"] == pytest.approx(1 - (1 - CONFIDENCE[4][1]) ** 2, abs=1e-4)
    assert sure_wrong["calibration"] == pytest.approx(1 - CONFIDENCE[4][1] ** 2, abs=1e-4)
    assert sum(sure_right["effects"]) == 0


def test_a_walk_adds_effects_check_credit_and_a_log_row_for_each_step(small):
    walk = scenarios.begin(small, "LV")
    walk.case = "heard+again"
    scenarios.follow(walk, ["again", "abc-4", "ask", "go", "listen", "go", "call"])
    assert walk.ended and walk.node == "stays/end"
    assert walk.scores == [3 - 1 + 3, 0, 4, 0]
    assert (walk.checks, walk.available) == (1, 2)
    assert [row["option"] for row in walk.log] == walk.path
    assert walk.log[4]["feedback"] == "They had said again."


def test_an_addition_and_a_route_depend_on_what_was_done_before(small):
    unheard = scenarios.begin(small, "LV")
    unheard.case = "heard+again"
    scenarios.follow(unheard, ["again", "abc-4", "go", "refund", "go", "call"])
    assert unheard.node == "gone/end"
    assert unheard.log[-1]["effects"] == [2, 0, 2, 0]


def test_asking_everything_still_counts_one_check_for_a_decision(small):
    walk = scenarios.begin(small, "LV")
    scenarios.follow(walk, ["again", "abc-1", "form", "ask", "listen", "ask", "boss", "silence"])
    assert (walk.checks, walk.available, walk.idle) == (2, 2, 2)


def test_an_option_or_place_that_does_not_exist_names_those_that_do(small):
    with pytest.raises(ContentError, match="allowed: again, angry"):
        scenarios.begin(small, "SE").step("zzz")
    with pytest.raises(ContentError, match="played in LV, SE"):
        scenarios.begin(small, "XX")
    with pytest.raises(ContentError, match="known are"):
        scenarios.load("no_such_case")


# ---- the policy bar, worked out a second way: every plan, every customer, by plain walking ----


def _value(graph, case, checks, acts):
    """Score of one customer for a plan: which check (or none) per decision, and which act given the clues heard."""
    walk, heard = scenarios.begin(graph, next(iter(graph["draws"]))), []
    walk.case = case
    asked = {}
    while not walk.ended:
        node = graph["nodes"][walk.node]
        if node["beat"] == "check":
            queue = asked.setdefault(node["decision"], list(checks(node["decision"])))
            outcome = walk.step(queue.pop(0) if queue else "go")
            heard.append(outcome.get("clue", "")) if "clue" in outcome else None
        elif node["beat"] == "act":
            walk.step(acts(node["decision"], walk.node, tuple(heard)))
        else:
            walk.step(walk.options()[0])
    return sum(walk.scores)


def _plans(graph):
    """Every assignment of an act to every act node."""
    nodes = [name for name, node in graph["nodes"].items() if node["beat"] == "act"]
    choices = [[option["id"] for option in graph["nodes"][name]["options"]] for name in nodes]
    return [dict(zip(nodes, plan)) for plan in itertools.product(*choices)]


def test_the_policies_equal_a_search_through_every_plan(small):
    rows = {row.place: row for row in scenarios.policy_table(small)}
    plans = _plans(small)
    for place, weights in small["weights"].items():
        by_plan = [{case: _value(small, case, lambda _: [], lambda _d, node, _h, p=plan: p[node]) for case in weights} for plan in plans]
        totals = [sum(weights[case] * values[case] for case in weights) for values in by_plan]
        assert rows[place].always_the_same == pytest.approx(max(totals))

        shares = {}
        for case, weight in weights.items():
            persona = small["cases"][case]["persona"]
            shares[persona] = shares.get(persona, 0) + weight
        likeliest = max(sorted(shares), key=shares.get)
        own = [sum(weights[c] * v[c] for c in weights if small["cases"][c]["persona"] == likeliest) for v in by_plan]
        assert rows[place].by_nationality == pytest.approx(max(t for t, o in zip(totals, own) if o == pytest.approx(max(own))))

        # with the clue of "ask" every persona is known, so the best plan is the best one for each persona (over luck)
        best = 0
        for checks, name in ((["ask"], "check_first"), (["ask", "form"], None)):
            if name:
                for persona in small["personas"]:
                    mine = [c for c in weights if small["cases"][c]["persona"] == persona]
                    best += max(sum(weights[c] * _value(small, c, lambda _: checks, lambda _d, node, _h, p=plan: p[node]) for c in mine) for plan in plans)
                assert getattr(rows[place], name) == pytest.approx(best)
        # asking everything costs the irrelevant question (−4) twice more
        assert rows[place].ask_everything == pytest.approx(rows[place].check_first - 8)


def test_random_play_has_the_expected_score_that_is_computed(small):
    rows = {row.place: row for row in scenarios.policy_table(small)}
    rng = random.Random(5)
    scores = []
    for draw in range(DRAWS * 40):
        walk = scenarios.play_out(scenarios.begin(small, "LV", draw), lambda walk: rng.choice(walk.options()))
        scores.append(sum(walk.scores))
    mean = sum(scores) / len(scores)
    error = (sum((s - mean) ** 2 for s in scores) / len(scores) ** 2) ** 0.5
    assert abs(mean - rows["LV"].at_random) < 4 * error + 0.1


def test_every_case_of_the_course_clears_the_policy_bar(graph):
    rows = scenarios.policy_table(graph)
    assert list(scenarios.policy_faults(graph, rows)) == []
    for row in rows:
        ways = {"by_nationality", "at_random"} if graph["kind"] == "inclusive_default" else set(row.lead)
        assert min(row.lead[way] for way in ways) >= policy.MARGIN - 1e-9


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ([("cost: {relationship: -2, resolution: -2}", "cost: {}")] * 2, "leads “ask everything” by"),
        ([("relevant: true", "relevant: false")] * 2, "leads “always the same” by 0.000"),
        ([("kind: case", "kind: inclusive_default")], "needs its default to tie"),
    ],
)
def test_a_case_below_the_bar_is_refused_with_the_figures(tmp_path, changes, told):
    text = SMALL.read_text(encoding="utf-8").replace("minutes: 5", "minutes: 5\nkind: case")
    for old, new in changes:
        text = text.replace(old, new, 1)
    path = broken(tmp_path)
    path.write_text(text, encoding="utf-8")
    graph = scenarios.compile_scenario(path)
    faults = list(scenarios.policy_faults(graph, scenarios.policy_table(graph)))
    assert any(told in fault for fault in faults), faults


def test_an_option_that_is_worse_for_everyone_must_name_its_habit(tmp_path):
    worse = "{effects: {relationship: -3, resolution: -3}, then: No., feedback: No.}"
    option = f"      - id: shrug\n        text: Shrug.\n        outcomes:\n          else: {worse}\n        next: remedy\n"
    path = broken(tmp_path, ("      - id: refund\n", option + "      - id: refund\n"))
    graph = scenarios.compile_scenario(path)
    assert any("'shrug' is worse than" in fault for fault in policy.policy_faults(graph, []))
    path = broken(tmp_path, ("      - id: refund\n", option.replace("text: Shrug.", "text: Shrug.\n        habit: Waiting.") + "      - id: refund\n"))
    graph = scenarios.compile_scenario(path)
    assert not any("shrug" in fault for fault in policy.policy_faults(graph, []))


def test_a_decision_with_one_option_left_is_refused(tmp_path):
    text = SMALL.read_text(encoding="utf-8")
    words, rest = text.split("  - id: remedy\n", 1)
    words = words.replace("{effects: {relationship: -2, resolution: -2}, then", "{effects: {relationship: -3, resolution: -3, fairness: -3}, then")
    words = words.replace("      - id: listen\n", "      - id: gift\n        text: Give.\n        outcomes:\n          else: {effects: {relationship: 3, resolution: 3, fairness: 3}, then: Ah., feedback: Ah.}\n        sets: [listened]\n        next: remedy\n      - id: listen\n", 1)  # fmt: skip
    path = broken(tmp_path)
    path.write_text(words + "  - id: remedy\n" + rest, encoding="utf-8")
    case, document = read_case(path)
    faults = list(policy.policy_faults(compile_case(case, document), []))
    assert any("only 1 option is left" in fault for fault in faults), faults


def test_an_inclusive_default_passes_when_guessing_loses_and_the_default_ties(tmp_path):
    """Asking everyone the same neutral question is right for all; the act by guess is better for the likeliest only."""
    text = """
id: small_case
module: 10_small_course
title: Dinner
kind: inclusive_default
minutes: 5
sources: [G2-S2]
outcomes: [1]
principle: Ask everyone the same.
setting: A dinner.
opening: See you on Friday.
places: [{id: AE, market: AE, city: Dubai, organisation: Firm, person: Sam, role: buyer}]
personas:
  one: {title: One, portrait: One., weights: {AE: 0.4}}
  two: {title: Two, portrait: Two., weights: {AE: 0.3}}
  three: {title: Three, portrait: Three., weights: {AE: 0.3}}
start: invite
decisions:
  - id: invite
    heading: Invite
    scene: You plan.
    prompt: What do you do?
    acts:
      - id: neutral
        text: Ask everyone one neutral question.
        outcomes: {else: {effects: {relationship: 2}, then: Fine., feedback: Fine.}}
        next: done
      - id: guess
        text: Book by guess.
        outcomes:
          one: {effects: {relationship: 3}, then: Ah., feedback: Luck.}
          else: {effects: {relationship: -3}, then: Oh., feedback: A guess.}
        next: done
endings: [{id: done, heading: Done, text: Done., epilogues: {else: Done.}}]
"""
    path = broken(tmp_path)
    path.write_text(text, encoding="utf-8")
    graph = scenarios.compile_scenario(path)
    rows = scenarios.policy_table(graph)
    assert list(scenarios.policy_faults(graph, rows)) == []
    assert rows[0].always_the_same == pytest.approx(2) and rows[0].by_nationality == pytest.approx(0.4 * 3 - 0.6 * 3)


def test_a_finished_walk_is_kept_with_the_keys_of_the_player(tmp_path, monkeypatch):
    from rapport.learner import open_record

    graph = scenarios.load("the_cold_chain", Path(__file__).parents[1])
    walk = scenarios.play_out(scenarios.begin(graph, "US", 7), lambda walk: walk.options()[-1])
    run = walk.run()
    assert (run["place"], run["draw"], run["graph"], run["path"]) == ("US", 7, graph["hash"], walk.path)
    assert scenarios.follow(scenarios.begin(graph, run["place"], run["draw"]), run["path"]).scores == run["scores"]
    assert run["remedy"]["option"] == next(row["option"] for row in walk.log if row["decision"] == "remedy" and row["beat"] == "act")
    record = open_record(tmp_path / "record.json")
    record.add_run("the_cold_chain", run)
    assert open_record(tmp_path / "record.json").runs("the_cold_chain")[0]["path"] == walk.path
