"""The facilitator's edition: sessions that are checked, slips and keys that agree with the case, and answers that stay in it."""

import json
import re
from types import SimpleNamespace
from functools import lru_cache
from pathlib import Path

import nbformat
import pytest
import tiny_course
from nbformat.v4 import new_markdown_cell
from typer.testing import CliRunner

from rapport import exercises, handbook, i18n, playbooks, scenarios
from rapport.cli import skeletons
from rapport.cli.commands import app
from rapport.content import ContentError, course_root, module_stems
from rapport.exercises.sheet import answer_sheet
from rapport.handbook import execute, facilitator, package, pages
from rapport.playbooks import session
from rapport.scenarios import room

COURSE = course_root(Path(__file__).parent)
CASES = {name: (scenarios.read_case(path)[0], scenarios.compile_scenario(path)) for name, path in scenarios.files(COURSE).items()}
SKELETON = (Path(skeletons.__file__).parent / "session.md").read_text(encoding="utf-8").replace("@module@", tiny_course.STEM)


@lru_cache
def the_module(stem, root=COURSE):
    """A module with its real playbook and cases, its exercises on one draw, and a notebook of one heading: nothing need be run."""
    workbook = exercises.load(stem, root)
    graphs = {name: graph for name, (case, graph) in CASES.items() if case.module == stem}
    html = exercises.render(workbook, draws=1)
    return pages.Module(stem, playbooks.load(stem, root), root / "notebooks" / f"{stem}.ipynb", tiny_course.notebook(new_markdown_cell("# Title")), graphs, html, {})


@lru_cache
def the_sheets(stem):
    """The sheets of a module by kind."""
    return {sheet.page.kind: sheet.page.body for sheet in facilitator.module_sheets(COURSE, the_module(stem))}


@pytest.fixture
def course(tmp_path):
    root = tiny_course.make(tmp_path / "course")
    (root / f"playbooks/{tiny_course.STEM}/session.md").write_text(SKELETON, encoding="utf-8")
    (root / "playbooks/facilitator.md").write_text("---\ntitle: How to lead\nlead: For all.\n---\n\n## One laptop\n\nTalk.\n", encoding="utf-8")
    return root


# ---- What an author writes --------------------------------------------------------------------------------------


def write(course, old, new):
    path = course / f"playbooks/{tiny_course.STEM}/session.md"
    assert SKELETON.count(old) >= 1
    path.write_text(SKELETON.replace(old, new, 1), encoding="utf-8")


def test_the_skeleton_is_a_session_of_ninety_minutes(course):
    plan = session.load(tiny_course.STEM, course)
    clock = plan.clock()
    assert (clock[0][0], clock[-1][1]) == (0, 90)
    assert all(end == begin for (_, end, _), (begin, _, _) in zip(clock, clock[1:]))
    assert session.missing(course) == []


@pytest.mark.parametrize(
    "old, new, says",
    [
        ("minutes: 25", "minutes: 20", r"session.md:\d+: plan: the minutes of the plan sum to 85; a session has 90, so add or take 5"),
        ("    - They name the time of the next word, and keep it.\n", "", r"session.md:\d+: manager.behaviours: "),
        ("  praise: Say", "  prais: Say", r"session.md:\d+: manager.prais: unknown key"),
        ("  - minutes: 8\n", "  - minutes: eight\n", r"session.md:\d+: plan.0.minutes: found 'eight'"),
        (f"module: {tiny_course.STEM}", "module: 02_other", r"session.md:2: module: found '02_other'"),
        ("  goal: What the people", f"  goal: {'many words ' * 200}What the people", r"session.md:\d+: manager: the manager's brief has \d+ words; a printed page holds 340"),
    ],
)
def test_what_is_wrong_in_a_session_is_told_with_file_line_and_key(course, old, new, says):
    write(course, old, new)
    with pytest.raises(ContentError, match=says):
        session.load(tiny_course.STEM, course)


def test_every_session_of_the_course_reads_and_a_missing_one_is_no_fault(course):
    assert all(session.load(stem, COURSE) or stem in session.missing(COURSE) for stem in module_stems(COURSE))
    session.session_path(tiny_course.STEM, course).unlink()
    assert session.load(tiny_course.STEM, course) is None and session.missing(course) == [tiny_course.STEM]


def test_rapport_new_session_writes_one_and_overwrites_nothing(course, monkeypatch):
    monkeypatch.setenv("RAPPORT_COURSE", str(course))
    path = session.session_path(tiny_course.STEM, course)
    path.unlink()
    assert CliRunner().invoke(app, ["new", "session", tiny_course.STEM]).exit_code == 0
    assert path.read_text(encoding="utf-8") == SKELETON
    path.write_text("mine", encoding="utf-8")
    assert CliRunner().invoke(app, ["new", "session", tiny_course.STEM]).exit_code != 0
    assert path.read_text(encoding="utf-8") == "mine"


def test_an_unknown_edition_is_wrong_use():
    result = CliRunner().invoke(app, ["build", "--edition", "trainer"])
    assert result.exit_code != 0 and "learner and facilitator" in str(result.exception)


# ---- Derived from the case, against the graph that is walked ----------------------------------------------------


@pytest.mark.parametrize("name", CASES)
def test_a_room_code_stands_for_one_customer_and_everyone_has_one(name):
    case, graph = CASES[name]
    codes = room.room_codes(case)
    assert len({each.code for each in codes}) == len(codes) == len(case.places) * len(graph["cases"])
    assert {(each.place, each.case) for each in codes} == {(place.id, which) for place in case.places for which in graph["cases"]}
    assert all(re.fullmatch("[E-Z][2-9]", each.code) for each in codes)
    assert codes == room.room_codes(scenarios.read_case(scenarios.files(COURSE)[name])[0])


def walked(case, graph, place, which):
    """Every (decision, act or check, told by the graph, decision or ending that follows) that a customer can give."""
    names = {each.id: each for each in case.places}[place].model_dump()
    for node in graph["nodes"].values():
        for option in node["options"] if node["beat"] in ("check", "act") else []:
            at = graph["cases"][which]["index"]
            index, following = (value[at] if isinstance(value, list) else value for value in (option["outcome"], option["next"]))
            outcome = graph["outcomes"][index]
            told = pages._filled(outcome.get("text") or outcome.get("clue", ""), names)
            yield node["beat"], node["decision"], option["id"], told.strip(), outcome, following


@pytest.mark.parametrize("name", CASES)
def test_a_slip_says_what_the_graph_does_for_each_customer(name):
    case, graph = CASES[name]
    numbers = {decision.id: str(number) for number, decision in enumerate(case.decisions, 1)}
    seen = 0
    for place in case.places:
        for persona in case.personas:
            sheet = room.sheet(case, persona, [place])
            where = numbers | {ending.id: f"“{room.named(ending.heading, [place])}”" for ending in case.endings}
            for which, drawn in graph["cases"].items():
                if drawn["persona"] != persona:
                    continue
                for beat, decision, option, told, outcome, following in walked(case, graph, place.id, which):
                    if option == "go":
                        continue
                    declared = case.decisions[int(numbers[decision]) - 1]
                    scene = sheet.scenes[int(numbers[decision]) - 1]
                    ids = [each.id for each in (declared.checks if beat == "check" else declared.acts)]
                    choice = (scene.checks if beat == "check" else scene.acts)[ids.index(option)]
                    assert choice.then == told
                    if beat == "act":
                        assert where[graph["nodes"][following]["decision"]] in {to for _, to in choice.onward}
                    seen += 1
    assert seen > 100


def unmarked(text):
    """Words alone: no marks of Markdown, single spaces."""
    return " ".join(text.replace("*", "").split())


@pytest.mark.parametrize("name", CASES)
def test_the_slips_on_the_page_hold_every_persona_and_clue(name):
    case, _ = CASES[name]
    sheets = the_sheets(case.module)
    plain = unmarked(pages.Markup(sheets["slips"]).striptags())
    for persona in case.personas:
        for place in case.places:
            sheet = room.sheet(case, persona, [place])
            for text in [sheet.portrait, *(choice.then for scene in sheet.scenes for choice in (*scene.checks, *scene.acts))]:
                assert unmarked(text) in plain
    titles = [room.named(each.title, case.places) for each in case.personas.values()]
    assert not any(title in plain for title in titles), "a slip that lies about does not name its persona"
    assert all(title in pages.Markup(sheets["key"]).striptags() for title in titles)
    shown = [json.loads(text) for text in re.findall(r'<script type="application/json">(.*?)</script>', sheets["projector"], re.DOTALL)]  # a module may have several cases
    assert {each.code for each in room.room_codes(case)} in [each["codes"].keys() for each in shown]


def test_conditions_are_told_for_the_person_they_hold_for():
    setters = {"fast": "2B"}
    people = SimpleNamespace(personas=("heard", "money"), events={"second_failure": SimpleNamespace(title="second failure")})
    assert room._condition(["heard"], "heard", people, setters) == ""
    assert room._condition(["!heard"], "heard", people, setters) is None
    assert room._condition(["!heard", "fast"], "money", people, setters) == "after 2B"
    assert room._condition(["!fast", "second_failure"], "money", people, setters) == "without 2B, if luck strikes: “second failure”"


# ---- Answers ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stem", sorted(path.stem for path in (COURSE / "exercises").glob("*.yaml")))
def test_the_answers_are_those_of_the_draw_they_name_and_no_learner_page_says_them(stem):
    definition = exercises.load(stem, COURSE)
    found = answer_sheet(definition)
    assert [each.exercise.id for each in found] == [each.id for each in definition]
    module = the_module(stem)
    shown = pages.Markup(module.exercises).striptags()
    for each in found:
        right = exercises.key(definition, each.exercise, definition.simulate(each.seed))
        if isinstance(right.value, float):
            assert exercises.check(right, right.value).outcome == "right"
            assert re.search(r"\d", each.right[0])
        assert each.solution.split("\n")[0][:60] not in shown and len(each.mistakes) == len(each.exercise.mistakes)


# ---- The edition ------------------------------------------------------------------------------------------------


@pytest.fixture
def ready(course, monkeypatch):
    executed = {path: nbformat.read(path, 4) for path in execute.notebook_paths(course)}
    monkeypatch.setattr(execute, "run_languages", lambda root, wanted, progress=None, **_: dict.fromkeys(wanted, executed))
    return executed


def test_the_edition_is_a_folder_and_a_zip_with_the_same_bytes_each_time(course, ready, tmp_path):
    one, two = (handbook.build(course, tmp_path / name / "facilitator", edition="facilitator") for name in ("one", "two"))
    assert one.zip.name == "rapport-facilitator.zip" and one.zip.read_bytes() == two.zip.read_bytes() and one.singles == () and one.cards is None
    names = sorted(path.name for path in one.index.parent.iterdir())
    assert names == sorted(path.name for path in two.index.parent.iterdir())
    assert all((one.index.parent / name).read_bytes() == (two.index.parent / name).read_bytes() for name in names)
    assert {f"{tiny_course.STEM}-{kind}.html" for kind in ("session", "brief", "answers", "cards")} | {"facilitator.html", f"{tiny_course.STEM}.html", "index.html"} <= set(names)
    for page in one.pages:
        html = page.read_text(encoding="utf-8")
        assert '<aside class="mark">' in html and "default-src 'none'" in html
    index = one.index.read_text(encoding="utf-8")
    assert all(f'href="{page.name}"' in index for page in one.pages if page.stem not in ("index", "about"))


def test_a_trainers_notebook_is_a_page_of_this_edition_only(course, monkeypatch, tmp_path):
    notebook = tiny_course.notebook(new_markdown_cell("# Half a day"))
    notebook.metadata["rapport"] = {"page": "trainer"}
    nbformat.write(notebook, course / "notebooks/half_a_day.ipynb")
    executed = {path: nbformat.read(path, 4) for path in execute.notebook_paths(course)}
    monkeypatch.setattr(execute, "run_languages", lambda root, wanted, progress=None, **_: dict.fromkeys(wanted, executed))
    assert (handbook.build(course, tmp_path / "f/facilitator", edition="facilitator").index.parent / "half_a_day.html").exists()
    assert not (handbook.build(course, tmp_path / "l/handbook").index.parent / "half_a_day.html").exists()


def test_nothing_of_it_reaches_the_learners_edition(course, ready, tmp_path):
    built = handbook.build(course, tmp_path / "handbook")
    files = {path.name: path.read_text(encoding="utf-8") for path in built.index.parent.iterdir() if path.suffix != ".woff2"}
    assert not {*package.FACILITATOR, "facilitator.html"} & set(files)
    front = session.load(tiny_course.STEM, course).front
    secrets = [front.goal, front.debrief[0], front.manager.goal, front.moments[0].when, "How to lead", 'class="mark"', "rapport-projector"]
    assert not [(name, secret) for name, text in files.items() for secret in secrets if secret in text]


def test_a_module_without_a_session_has_what_is_derived_and_says_so(course, ready, tmp_path):
    session.session_path(tiny_course.STEM, course).unlink()
    built = handbook.build(course, tmp_path / "facilitator", edition="facilitator")
    assert not (built.index.parent / f"{tiny_course.STEM}-session.html").exists() and (built.index.parent / f"{tiny_course.STEM}-answers.html").exists()
    assert "No session plan is written for this module yet" in built.index.read_text(encoding="utf-8")


def test_the_words_on_paper_and_on_screen_are_the_same():
    for lang in i18n.LANGUAGES:
        with i18n.speaking(lang):
            assert package.margin_style(lang).count(f'content: "{facilitator.STRINGS["mark"]}"') == 2
    template = (Path(facilitator.__file__).parent / "templates/pages/facilitator.html.j2").read_text(encoding="utf-8")
    used = set(re.findall(r"words\.(\w+)|tell\(\"(\w+)\"", template))
    source = template + Path(facilitator.__file__).read_text(encoding="utf-8")
    assert {one or other for one, other in used} <= set(facilitator.STRINGS)
    kinds = {"session", "brief", "slips", "key", "deck", "projector", "answers"}
    assert [name for name in facilitator.STRINGS if name not in kinds and not re.search(rf'words\.{name}\b|"{name}"', source)] == []


def test_reviews_are_answered_with_their_twins():
    stem = next(iter(CASES.values()))[0].module
    body = the_sheets(stem)["answers"]
    for item in playbooks.load(stem, COURSE).front.review:
        assert item.right in body.replace("&#39;", "'") and item.twin.right in body.replace("&#39;", "'")
