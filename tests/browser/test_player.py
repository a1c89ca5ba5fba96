"""The scenario player in a real browser, opened from a file with the network off: it walks as Python walks."""

import json
import random
from pathlib import Path

import access
import pytest

from rapport import scenarios
from rapport.scenarios.compile import edge
from rapport.scenarios.walk import begin, follow

WEB = Path(__file__).parents[2] / "src/rapport/web"
SMALL = Path(__file__).parents[1] / "fixtures/playbooks/10_small_course/small_case.yaml"
COURSE = Path(__file__).parents[2]
FILES = [SMALL, *sorted(COURSE.glob("playbooks/*/*.yaml"))]
AXE = Path(__file__).parent / "axe.min.js"
KEY = "rapport:scenario:"
BEGIN = ".rs-start button"
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:"


@pytest.fixture(scope="module", params=FILES, ids=lambda path: path.stem)
def graph(request):
    return scenarios.compile_scenario(request.param)


@pytest.fixture(scope="module")
def small():
    return scenarios.compile_scenario(SMALL)


def write_page(folder, graph, name="case.html", attributes='seed="0"'):
    """A page as the handbook makes it: the strict policy, one classic script, the graph as data."""
    for part in ("record.js", "player.js", "player.css"):
        (folder / part).write_bytes((WEB / part).read_bytes())
    data = json.dumps(graph, ensure_ascii=False).replace("<", "\\u003c")
    path = folder / name
    path.write_text(
        f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{graph["title"]}</title>
<meta http-equiv="Content-Security-Policy" content="{POLICY}"><meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="player.css"><script defer src="record.js"></script><script defer src="player.js"></script></head><body><main><h1>A page</h1><h2>Part</h2>
<rapport-scenario {attributes}><script type="application/json">{data}</script><p>This case needs JavaScript.</p></rapport-scenario></main></body></html>""",
        encoding="utf-8",
    )
    return path


@pytest.fixture
def opened(page_factory, tmp_path):
    """Open a graph's page; what the browser complained about is checked at the end."""
    pages = []

    def make(graph, attributes='seed="0"', **options):
        page = page_factory(**options)
        page.goto(write_page(tmp_path, graph, attributes=attributes).as_uri())
        pages.append(page)
        return page

    yield make
    for page in pages:
        assert (page.seen.errors, page.seen.requests) == ([], [])


SPOKEN = """() => {
  const player = document.querySelector("rapport-scenario"), spoken = { en: [], page: [] };
  const walker = document.createTreeWalker(player, NodeFilter.SHOW_TEXT, (node) => (node.parentElement.closest("script") ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT));
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const marked = node.parentElement.closest("[lang]");
    spoken[marked && player.contains(marked) && marked.lang === "en" ? "en" : "page"].push(node.textContent.trim());
  }
  return spoken;
}"""


def test_a_case_that_waits_for_its_translation_is_marked_as_english_and_the_player_s_own_words_are_not(opened, small):
    def said(value):
        if isinstance(value, dict):
            return [each for key, inner in value.items() if key != "words" for each in said(inner)]
        return [each for inner in value for each in said(inner)] if isinstance(value, list) else [value] if isinstance(value, str) and len(value) > 20 else []

    page = opened(small | {"said": "en"})
    own = page.evaluate("() => document.querySelector('.rs-start button').textContent")
    texts, seen = set(said(small["nodes"])), {"en": set(), "page": set()}
    page.locator(BEGIN).first.click()
    for _ in range(40):
        for kind, words in page.evaluate(SPOKEN).items():
            seen[kind] |= set(words)
        if page.locator("rapport-scenario [data-do]").count():
            break
        page.evaluate(MOVES, 1)
        access.whole(page)
    assert len(texts & seen["en"]) > 5 and own not in seen["en"]
    assert not texts & seen["page"]


def stored(page, graph):
    text = page.evaluate("key => localStorage.getItem(key)", KEY + graph["id"])
    return text and json.loads(text)


def runs(page, graph):
    """The finished runs of a case in the learner's record."""
    return page.evaluate("id => RapportRecord.runs(id)", graph["id"])


MOVES = """limit => {
  const find = (selector) => document.querySelector("rapport-scenario " + selector);
  for (let move = 0; move < limit && !find("[data-do]"); move += 1) {
    const rank = find(".rs-rank");
    if (rank) for (const selector of ["[data-reading=b][data-rank='1']", "[data-reading=a][data-rank='2']", "[data-sure='2']"]) find(selector).click();
    (find("[data-continue]") || find(".rs-option") || find(".rs-rank button[type=submit]")).click();
  }
  return Boolean(find("[data-do]"));
}"""


def move(page):
    """One move on what is shown: Continue, a ranking, or the first option."""
    page.evaluate(MOVES, 1)
    access.whole(page)


def play_to_end(page):
    assert page.evaluate(MOVES, 80), "the case did not end in 80 moves"
    access.whole(page)


# ---- the browser walks as Python walks ---------------------------------------------------------------------------


def test_every_edge_of_every_customer_gives_the_same_in_browser_and_python(opened, graph):
    page = opened(graph)
    place = graph["places"][0]["id"]
    edges, expected = [], []
    for name, node in graph["nodes"].items():
        for option in node["options"]:
            for case in graph["cases"]:
                index, following = edge(graph, option, case)
                outcome = graph["outcomes"][index]
                edges.append([name, case, option["id"]])
                expected.append([following, outcome["effects"], outcome.get("check", 0), outcome.get("available", 0), outcome.get("calibration")])
    got = page.evaluate(
        """([edges, place]) => {
          const graph = document.querySelector("rapport-scenario").graph;
          return edges.map(([node, which, option]) => {
            const before = { ...RapportPlayer.begin(graph, place, 0), node: node, case: which };
            const after = RapportPlayer.step(graph, before, option);
            return [after.node, after.scores, after.check, after.available, after.calibration.length ? after.calibration[0] : null];
          });
        }""",
        [edges, place],
    )
    assert len(got) == len(edges) > 100
    wrong = [edge for edge, one, other in zip(edges, got, expected) if one != other]
    assert wrong == []


def test_a_thousand_seeded_walks_agree_with_python_step_by_step(opened, graph):
    page = opened(graph)
    walks, expected = [], []
    for seed in range(1000):
        luck = random.Random(seed)
        place = luck.choice(graph["places"])
        walk = begin(graph, place["id"], seed)
        steps = []
        while not walk.ended:
            walk.step(luck.choice(walk.options()))
            steps.append([walk.node, list(walk.scores), walk.checks, walk.available, walk.calibration[-1] if walk.calibration else None])
        walks.append([place["id"], seed, list(walk.path)])
        texts = [fill(row["text"], place) + "|" + fill(row["feedback"], place) for row in walk.log]
        expected.append([walk.case, steps, texts])
    got = page.evaluate(
        """walks => {
          const graph = document.querySelector("rapport-scenario").graph;
          return walks.map(([place, draw, path]) => {
            let walk = RapportPlayer.begin(graph, place, draw);
            const which = walk.case, steps = [];
            for (const option of path) {
              walk = RapportPlayer.step(graph, walk, option);
              const sums = walk.calibration;
              steps.push([walk.node, walk.scores, walk.check, walk.available, sums.length ? sums[sums.length - 1] : null]);
            }
            return [which, steps, walk.log.map((row) => row.text + "|" + row.feedback)];
          });
        }""",
        walks,
    )
    for walk, one, other in zip(walks, got, expected, strict=True):
        assert one == other, f"walk {walk}"
    ends = {steps[-1][0] for _, steps, _ in expected}
    assert ends == {name for name, node in graph["nodes"].items() if node["beat"] == "end"}


def fill(text, place):
    for name in ("person", "organisation", "city", "role"):
        text = text.replace("{" + name + "}", place[name])
    return text


def test_an_option_that_is_not_on_offer_is_refused(opened, small):
    page = opened(small)
    told = page.evaluate(
        """() => { const graph = document.querySelector("rapport-scenario").graph;
          try { RapportPlayer.step(graph, RapportPlayer.begin(graph, graph.places[0].id, 0), "nonsense"); return "no error"; } catch (error) { return error.message; } }"""
    )
    assert "no option nonsense" in told


def path_to(graph, end, case):
    """Shortest path of a customer to an ending, or None."""
    waiting, seen = [(graph["start"], [])], set()
    while waiting:
        node, path = waiting.pop(0)
        if node == end:
            return path
        if node in seen:
            continue
        seen.add(node)
        waiting += [(edge(graph, option, case)[1], [*path, option["id"]]) for option in graph["nodes"][node]["options"]]
    return None


def test_every_ending_is_shown_with_its_epilogue_and_the_persons_portrait(opened, graph):
    place = graph["places"][0]
    for end, node in graph["nodes"].items():
        if node["beat"] != "end":
            continue
        case, path = next((case, path) for case in graph["cases"] if case in graph["draws"][place["id"]] and (path := path_to(graph, end, case)) is not None)
        page = opened(graph, attributes=f'seed="{graph["draws"][place["id"]].index(case)}"')
        state = {"format": 1, "graph": graph["hash"], "place": place["id"], "draw": graph["draws"][place["id"]].index(case), "path": path[:-1], "runs": []}
        page.evaluate("([key, text]) => localStorage.setItem(key, text)", [KEY + graph["id"], json.dumps(state)])
        page.reload()
        if page.locator("[data-continue]").count():
            page.click("[data-continue]")
        page.click(f'.rs-option[data-option="{path[-1]}"]')
        page.click("[data-continue]")
        text = " ".join(page.inner_text("rapport-scenario").split())
        persona = graph["personas"][graph["cases"][case]["persona"]]
        for told in (node["heading"], persona["title"]):
            assert fill(told, place) in text
        assert plain(fill(node["epilogues"][case], place)) in text
        assert runs(page, graph)[0]["scores"] == follow(begin(graph, place["id"], state["draw"]), path).scores


def plain(markdown):
    return " ".join(markdown.replace("*", "").split())


# ---- playing -----------------------------------------------------------------------------------------------------


def press_until(page, selector, key="Tab", limit=60):
    """Press a key until the focused element matches; that is all a keyboard can do."""
    for _ in range(limit):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press(key)
    pytest.fail(f"the keyboard does not reach {selector}")


def test_the_case_is_played_to_its_end_with_the_keyboard_alone(opened, graph):
    page = opened(graph)
    press_until(page, ".rs-start input")
    press_until(page, ".rs-start button")
    page.keyboard.press("Enter")
    for _ in range(150):
        if page.locator("[data-do]").count():
            break
        if page.locator("[data-continue]").count():
            press_until(page, "[data-continue]", limit=1)  # it has the focus already
            page.keyboard.press("Enter")
        elif page.locator(".rs-rank").count():
            press_until(page, "[data-reading=a]")
            page.keyboard.press("Space")
            press_until(page, "[data-reading=b]")
            page.keyboard.press("ArrowRight")
            press_until(page, "[data-sure]")
            page.keyboard.press("Space")
            press_until(page, ".rs-rank button")
            page.keyboard.press("Enter")
        else:
            assert page.evaluate("/^H[1-6]$/.test(document.activeElement.nodeName)"), "a new decision begins at its heading"
            press_until(page, ".rs-option")
            page.keyboard.press("Enter")
    access.whole(page)
    assert page.locator(".rs-scores dt").all_inner_texts() == graph["axis_labels"]
    assert len(runs(page, graph)) == 1


def test_effects_stay_hidden_until_the_end_and_then_add_up(opened, graph):
    page = opened(graph)
    page.click(BEGIN)
    while not page.locator("[data-do]").count():
        shown = page.inner_text("rapport-scenario")
        assert not any(f"{axis} {sign}" in shown for axis in graph["axis_labels"] for sign in "+−")
        move(page)
    run = runs(page, graph)[0]
    numbers = [int(text.replace("−", "-")) for text in page.locator(".rs-number").all_inner_texts()]
    walk = follow(begin(graph, run["place"], run["draw"]), run["path"])
    assert numbers == run["scores"] == walk.scores
    assert (run["check"], run["available"]) == (walk.checks, walk.available)
    assert run["calibration"] == pytest.approx(sum(walk.calibration) / len(walk.calibration))
    assert len(page.locator(".rs-log > li").all()) == len(walk.path)
    shown = " ".join(" ".join(page.locator(".rs-log").all_inner_texts()).split())
    place = next(place for place in graph["places"] if place["id"] == run["place"])
    for row in walk.log:
        assert plain(fill(row["feedback"], place)) in shown


def test_feedback_is_announced_and_continue_has_the_focus(opened, small):
    page = opened(small)
    page.click(BEGIN)
    region = page.locator('.rs-outcome[role="status"][aria-live="polite"]')
    page.evaluate("document.querySelector('.rs-outcome').marked = true")
    assert region.inner_text() == ""
    page.locator(".rs-option").first.click()
    assert "Yes." in region.inner_text()
    assert page.evaluate("document.querySelector('.rs-outcome').marked"), "the region was there before its words"
    assert page.evaluate("document.activeElement.hasAttribute('data-continue')")


def test_settling_without_a_ranking_or_a_confidence_says_what_is_missing(opened, small):
    page = opened(small)
    page.click(BEGIN)
    move(page)
    move(page)
    page.click(".rs-rank button[type=submit]")
    assert page.inner_text(".rs-missing") == "Give every reading a number first."
    page.check("[data-reading=a][data-rank='1']")
    page.check("[data-reading=b][data-rank='1']")
    assert page.is_checked("[data-reading=a][data-rank='1']"), "what was chosen stays"
    page.click(".rs-rank button[type=submit]")
    assert page.inner_text(".rs-missing") == "Two readings have the same number. Give each its own."
    page.check("[data-reading=a][data-rank='3']")
    assert page.is_checked("[data-reading=c][data-rank='2']"), "the last number goes to the last reading"
    page.click(".rs-rank button[type=submit]")
    assert page.inner_text(".rs-missing") == "Say how sure you are first."
    page.check("[data-sure='5']")
    page.click(".rs-rank button[type=submit]")
    assert stored(page, small)["path"] == ["again", "bca-5"]


def test_another_customer_is_the_next_draw_and_the_same_customer_is_not(opened, small):
    page = opened(small, attributes='seed="7" place="SE"')
    assert page.is_checked("input[value=SE]")
    page.click(BEGIN)
    play_to_end(page)
    page.click("[data-do=same]")
    assert (stored(page, small)["place"], stored(page, small)["draw"]) == ("SE", 7)
    play_to_end(page)
    page.click("[data-do=again]")
    assert (stored(page, small)["place"], stored(page, small)["draw"]) == ("SE", 8)
    play_to_end(page)
    page.click("[data-do=other]")
    assert (stored(page, small)["place"], stored(page, small)["draw"]) == ("LV", 9)
    play_to_end(page)
    cells = page.locator(".rs-table tfoot td").all_inner_texts()
    assert cells == ["1", "3"]  # Riga, Malmö
    assert sum(int(text) for text in page.locator(".rs-table tbody td").all_inner_texts()) == 4


def test_without_a_seed_the_first_draw_is_this_browsers_own_and_stays_so(opened, small):
    page = opened(small, attributes="")
    page.click(BEGIN)
    draw = stored(page, small)["draw"]
    page.evaluate("key => localStorage.removeItem(key)", KEY + small["id"])
    page.reload()
    page.click(BEGIN)
    assert stored(page, small)["draw"] == draw


def test_the_transcript_prints_the_case_alone(opened, small):
    page = opened(small)
    page.click(BEGIN)
    play_to_end(page)
    page.evaluate("window.print = () => { window.printed = true; }")
    page.click("[data-do=print]")
    page.emulate_media(media="print")
    assert page.evaluate("window.printed")
    assert not page.is_visible("h1") and page.locator(".rs-log").first.is_visible() and not page.is_visible(".rs-actions")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.is_visible("h1")


# ---- what is kept -----------------------------------------------------------------------------------------------


def test_a_reload_resumes_where_the_learner_stopped(opened, graph):
    page = opened(graph)
    page.click(BEGIN)
    for _ in range(3):
        move(page)
    before = stored(page, graph)
    assert before["path"]
    page.reload()
    assert "Welcome back" in page.inner_text(".rs-note")
    assert stored(page, graph) == before
    play_to_end(page)
    page.reload()
    assert page.locator(".rs-scores").count() == 1 and len(runs(page, graph)) == 1, "an ended run is shown again, not counted again"


def test_a_changed_graph_restarts_politely_and_keeps_the_ended_runs(opened, small, tmp_path):
    page = opened(small)
    page.click(BEGIN)
    play_to_end(page)
    page.click("[data-do=again]")
    move(page)
    page.goto(write_page(tmp_path, small | {"hash": "0000000000000000"}).as_uri())
    assert "has been revised" in page.inner_text(".rs-note")
    state = stored(page, small)
    assert (state["path"], state["graph"], len(runs(page, small))) == ([], "0000000000000000", 1)
    assert page.evaluate("document.querySelector('rapport-scenario').log") == [], "old runs are no log of the new graph"
    page.click(BEGIN)
    play_to_end(page)
    assert len(runs(page, small)) == 2


def test_a_damaged_stored_value_is_set_aside(opened, small):
    page = opened(small)
    broken = ["{not json", "[]", "7", '"text"', "{}", '{"format": 2}', '{"format": 1, "path": [], "runs": [null]}']
    fields = (("XX", 0, []), ("LV", -1, []), ("LV", 0, ["nonsense"]), ("LV", 0, [None]), ("constructor", 0, []))
    broken += [json.dumps({"format": 1, "graph": small["hash"], "place": place, "draw": draw, "path": path, "runs": []}) for place, draw, path in fields]
    for kept in broken:
        page.evaluate("([key, text]) => localStorage.setItem(key, text)", [KEY + small["id"], kept])
        page.reload()
        assert "set aside" in page.inner_text(".rs-note"), kept
        assert page.evaluate("key => localStorage.getItem(key)", KEY + small["id"] + ":damaged") == kept
    page.click(BEGIN)
    play_to_end(page)
    assert len(runs(page, small)) == 1


def test_a_kept_run_that_makes_no_sense_does_not_stop_the_case(opened, small):
    """A run with a place or a choice that never was: not counted, or the whole value set aside; never a dead page."""
    page = opened(small)
    run = {"graph": small["hash"], "place": small["places"][0]["id"], "draw": 0, "case": "x", "path": [], "scores": [0, 0, 0, 0], "remedy": {}}
    strange = [{"place": "XX"}, {"place": "constructor"}, {"draw": None}, {"draw": "a"}, {"path": [7]}, {"case": None}, {"remedy": {"option": 1, "label": 7}}, {"remedy": {"label": [1]}}, {"graph": "old", "place": "XX"}]
    for change in strange:
        kept = {"format": 1, "graph": small["hash"], "place": None, "draw": 0, "path": [], "runs": [{**run, **change}]}
        page.evaluate("([key, text]) => localStorage.setItem(key, text)", [KEY + small["id"], json.dumps(kept)])
        page.reload()
        page.click(BEGIN)
        play_to_end(page)
        assert runs(page, small)[-1]["path"], change


def test_erasing_takes_two_presses_and_leaves_nothing_of_the_case(opened, small):
    page = opened(small)
    page.click(BEGIN)
    play_to_end(page)
    page.click("[data-do=erase]")
    assert stored(page, small)
    page.click("[data-do=erase]")
    assert stored(page, small) is None
    assert "is erased" in page.inner_text(".rs-note") and page.is_visible(BEGIN)
    page.reload()
    assert page.is_visible(BEGIN) and page.locator(".rs-note").count() == 0


def test_a_browser_that_keeps_nothing_still_plays_and_says_so(page_factory, tmp_path, small):
    page = page_factory()
    page.add_init_script("Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('refused', 'SecurityError'); } });")
    page.goto(write_page(tmp_path, small).as_uri())
    assert "keeps nothing" in page.inner_text(".rs-note")
    page.click(BEGIN)
    play_to_end(page)
    assert page.seen.errors == []


def test_the_host_is_told_of_every_change_and_can_hand_a_state_back(opened, small):
    page = opened(small, attributes='seed="3" store="host"')
    page.evaluate("addEventListener('rapport-change', (event) => { window.told = event.detail; })")
    page.click(BEGIN)
    move(page)
    told = page.evaluate("window.told")
    assert told["state"]["path"] == ["again"]
    assert list(told["log"][0]) == ["run", "market", "persona", "step", "node", "beat", "decision", "option", "label", "effects", "feedback", "text"]
    assert told["log"][0]["persona"] is None, "who it is stays open until the end"
    assert page.evaluate("localStorage.length") == 0
    page.evaluate("state => { document.querySelector('rapport-scenario').state = state; }", told["state"] | {"path": []})
    assert page.locator(".rs-option").count() == 2 and page.evaluate("window.told.state.path.length") == 1, "handing over sends no event"
    play_to_end(page)
    told = page.evaluate("window.told")
    walk = follow(begin(small, "LV", 3), told["state"]["runs"][0]["path"])
    assert [row["option"] for row in told["log"]] == walk.path and {row["persona"] for row in told["log"]} == {walk.case.split("+")[0]}


# ---- for everybody ----------------------------------------------------------------------------------------------


def test_nothing_scrolls_sideways_at_320_pixels(opened, graph):
    page = opened(graph, width=320, height=640)
    wide = "document.documentElement.scrollWidth > 320"
    assert not page.evaluate(wide)
    page.click(BEGIN)
    while not page.locator("[data-do]").count():
        assert not page.evaluate(wide), page.inner_text(".rs-subtitle")
        move(page)
    assert not page.evaluate(wide)


def test_targets_are_at_least_44_pixels_high(opened, small):
    page = opened(small, width=320, height=640)

    def heights():
        return page.locator("rapport-scenario :is(button, label, summary)").evaluate_all("all => all.map((one) => one.getBoundingClientRect().height)")

    seen = heights()
    page.click(BEGIN)
    while not page.locator("[data-do]").count():
        seen += heights()
        move(page)
    seen += heights()
    assert len(seen) > 40 and min(seen) >= 44


def test_with_reduced_motion_nothing_moves(opened, small):
    page = opened(small, reduced_motion=True)
    page.click(BEGIN)
    moving = "[...document.querySelectorAll('rapport-scenario *')].some((one) => getComputedStyle(one).animationName !== 'none')"
    assert not page.evaluate(moving)
    move(page)
    assert not page.evaluate(moving)


def test_content_cannot_bring_markup_in(opened, small):
    text = '<img src=x onerror="window.hurt=1"> **bold** *slanted* </script><script>window.hurt=1</script>'
    page = opened(small | {"setting": text, "opening": text, "title": text})
    assert page.locator("rapport-scenario img").count() == 0
    assert page.inner_text(".rs-title") == text
    assert page.locator(".rs-prose strong").inner_text() == "bold" and page.locator(".rs-prose em").inner_text() == "slanted"
    assert page.evaluate("window.hurt") is None


def test_a_graph_that_cannot_be_read_is_said_in_a_sentence(opened, small):
    page = opened({"title": "x", "format": 9})
    assert page.inner_text("rapport-scenario").startswith("This case cannot be shown")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_in_any_view_of_a_run(opened, small, dark):
    page = opened(small, dark=dark)
    axe = AXE.read_text(encoding="utf-8")
    page.evaluate(f"{axe}; undefined")
    check = """async () => (await axe.run("rapport-scenario", { preload: false, runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }))
      .violations.map((one) => one.id + ": " + one.nodes[0].html.slice(0, 120) + " " + one.nodes[0].failureSummary)"""
    seen = {}
    seen["start"] = page.evaluate(check)
    page.click(BEGIN)
    for _ in range(40):
        view = "end" if page.locator("[data-do]").count() else page.inner_text(".rs-now") + (" told" if page.locator("[data-continue]").count() else "")
        if view not in seen:
            seen[view] = page.evaluate(check)
        if view == "end":
            break
        move(page)
    assert {view: found for view, found in seen.items() if found} == {}
    assert {"start", "Notice", "Notice told", "Read", "Check", "Check told", "Act", "Act told", "end"} <= set(seen)
