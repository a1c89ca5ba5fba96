"""Widgets: what the notebook sees of a scenario and of the data explorer, without a browser."""

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from rapport import charts, learner, metrics, widgets
from rapport.content import ContentError
from rapport.scenarios.walk import begin
from rapport.widgets.explorer import CONTROLS, OUTCOMES, START

FIXTURES = Path(__file__).parent / "fixtures"


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course with the small case, and a record of its own."""
    for folder in ("notebooks", "exercises", "playbooks/10_small_course"):
        (tmp_path / folder).mkdir(parents=True)
    case = "playbooks/10_small_course/small_case.yaml"
    (tmp_path / case).write_bytes((FIXTURES / case).read_bytes())
    monkeypatch.setenv("RAPPORT_RECORD", str(tmp_path / "record.json"))
    monkeypatch.delenv("RAPPORT_SEED", raising=False)
    return tmp_path


def played(widget, place="LV", draw=0):
    """State and log as the browser sends them after a whole run."""
    walk = begin(widget.graph, place, draw)
    while not walk.ended:
        walk.step(walk.options()[0])
    run = {
        "graph": widget.graph["hash"], "place": place, "draw": draw, "case": walk.case, "path": walk.path, "scores": walk.scores,
        "check": walk.checks, "available": walk.available, "calibration": 0.5, "remedy": {"option": "call", "label": "Call."},
    }  # fmt: skip
    persona = walk.case.split("+")[0]
    rows = [{"run": 1, "market": place, "persona": persona} | {key: row[key] for key in widgets.LOG_COLUMNS if key in row} for row in walk.log]
    state = {"format": 1, "graph": widget.graph["hash"], "place": place, "draw": draw, "path": walk.path, "runs": [*widget.state["runs"], run]}
    return state, rows, run


def test_the_log_frame_has_the_logs_rows_in_declared_columns(course):
    case = widgets.play("small_case", seed=3, root=course)
    assert list(case.log_frame().columns) == list(widgets.LOG_COLUMNS) and case.log_frame().empty
    state, rows, _ = played(case)
    case.state, case.log = state, rows
    frame = case.log_frame()
    assert list(frame.columns) == list(widgets.LOG_COLUMNS)
    assert frame.to_dict("records") == [{key: row[key] for key in widgets.LOG_COLUMNS} for row in rows]


def test_an_ended_run_goes_into_the_learners_record_once_and_comes_back_next_time(course):
    case = widgets.play("small_case", seed=3, root=course)
    state, rows, run = played(case)
    case.state = state | {"runs": [], "path": state["path"][:-1]}
    assert learner.open_record().runs("small_case") == []
    case.state = state
    case.state = state | {"place": None, "path": []}
    kept = learner.open_record().runs("small_case")
    assert [each["path"] for each in kept] == [run["path"]]
    again = widgets.play("small_case", root=course)
    assert again.state["runs"] == [run]
    assert again.seed == (learner.open_record().seed + 1) % 256, "one run in the record, so the next customer"


def test_erasing_in_the_player_erases_the_record(course):
    case = widgets.play("small_case", seed=3, root=course)
    case.state, _, _ = played(case)
    learner.open_record().add_run("another_case", {"place": "LV", "path": [], "scores": []})
    case.state = case.state | {"runs": [], "path": [], "place": None}
    assert learner.open_record().runs("small_case") == []
    assert len(learner.open_record().runs("another_case")) == 1


def test_a_run_of_another_shape_in_the_record_is_left_out(course):
    learner.open_record().add_run("small_case", {"place": "LV", "note": "from elsewhere"})
    assert widgets.play("small_case", seed=1, root=course).state["runs"] == []


def test_the_seed_comes_from_the_call_then_the_environment_then_the_learner(course, monkeypatch):
    assert widgets.play("small_case", root=course).seed == learner.open_record().seed % 256
    monkeypatch.setenv("RAPPORT_SEED", "11")
    assert widgets.play("small_case", root=course).seed == 11
    assert widgets.play("small_case", seed=300, root=course).seed == 300 % 256
    monkeypatch.setenv("RAPPORT_SEED", "eleven")
    with pytest.raises(ContentError, match="RAPPORT_SEED. is 'eleven'; it must be a whole number"):
        widgets.play("small_case", root=course)


def test_an_unknown_case_or_place_names_those_that_are_known(course):
    with pytest.raises(ContentError, match="no scenario 'nothing'; known are small_case"):
        widgets.play("nothing", root=course)
    with pytest.raises(ContentError, match="found place 'DE'; small_case is played in LV, SE"):
        widgets.play("small_case", place="DE", root=course)


def test_the_widget_runs_the_players_own_script_and_says_in_text_how_to_play(course):
    case = widgets.play("small_case", place="SE", seed=1, root=course)
    assert case.place == "SE"
    web = Path(widgets.__file__).parents[1] / "web"
    assert case._esm.startswith((web / "player.js").read_text(encoding="utf-8")), "one player, not two"
    assert case._esm.count("export default") == 1 and "import " not in case._esm.split("function render")[1]
    data, _ = case._repr_mimebundle_()
    assert "The parcel" in data["text/plain"] and "rapport play small_case" in data["text/plain"]
    json.dumps(case.graph)


# ---- the explorer -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def book():
    luck = np.random.default_rng(7)
    n = 36 * 12
    cells = np.arange(n) % 36
    trial = pd.DataFrame({"owned": cells % 2, "explained": cells // 2 % 2, "updates": cells // 4 % 3, "remedy": np.array(["none", "matched", "mismatched"])[cells // 12]})
    trial["fairness"] = 40 + 20 * trial["owned"] + luck.integers(0, 10, n)
    trial["satisfaction_after"] = luck.integers(30, 70, n)
    trial["repurchased"] = luck.integers(0, 2, n)
    trial["escalated"] = luck.integers(0, 2, n)
    return SimpleNamespace(trial=trial)


@pytest.fixture(scope="module")
def explorer(book):
    return widgets.recovery_explorer(book)


def test_every_setting_shows_the_interval_that_metrics_computes(book, explorer):
    frames = list(explorer.frames())
    assert len(frames) == len({tuple(frame.choice.items()) for frame in frames}) == 4 * 2 * 3 * 2 * 3
    for frame in frames[::7]:
        design = book.trial
        for name in ("owned", "explained", "updates"):
            design = design[design[name] == int(frame.choice[name])]
        design = design[design["remedy"] == frame.choice["remedy"]]
        outcome = frame.choice["outcome"]
        if OUTCOMES[outcome][1] == "mean":
            expected = metrics.mean_interval(design[outcome])
        else:
            expected = metrics.Interval(*(100 * each for each in metrics.proportion_interval(design[outcome])[:3]), len(design))
        assert f"{expected.value:.1f}" in frame.line and f"{expected.low:.1f} to {expected.high:.1f}, n = {expected.n}" in frame.line
        chosen = frame.table[frame.table["chosen"]]
        assert chosen[["value", "low", "high", "n"]].to_numpy().tolist() == [list(expected)]
        assert len(frame.table) == 6
        assert all(0 < share < 1 for share in frame.mark)


def test_turning_a_control_changes_sentence_picture_and_table(explorer):
    before = explorer.shown.value
    explorer.controls["owned"].value = "0"
    try:
        assert explorer.shown.value != before
        assert "Give an excuse" in explorer.shown.value and "Give an excuse" in repr(explorer)
        assert f'alt="{explorer.frame().alt}"' in explorer.shown.value
        assert explorer.frame().png != explorer.frame(START).png
    finally:
        explorer.controls["owned"].value = START["owned"]
    assert explorer.shown.value == before


def test_the_page_form_carries_every_frame_and_brings_no_style_or_running_script(explorer):
    made = widgets.explorer_html(explorer)
    text = made.split('<script type="application/json">')[1].split("</script>")[0]
    data = json.loads(text)
    assert len(data["frames"]) == 144 and len(data["pictures"]) == 24
    for frame in explorer.frames():
        baked = data["frames"]["/".join(frame.choice[name] for name in CONTROLS)]
        assert (baked["line"], tuple(baked["mark"])) == (frame.line, frame.mark)
    assert " style=" not in made and made.count("<script") == 1 and "<img alt=" in made


def test_the_same_book_gives_the_same_picture_byte_for_byte(book, explorer):
    assert widgets.recovery_explorer(book).frame(START).png == explorer.frame(START).png


def test_a_picture_upon_what_it_shares_with_others_is_the_picture_drawn_whole(book, monkeypatch):
    upon, seen = charts.picture, []

    def both(fig, ground=None):
        image = upon(fig, ground)
        moving = [artist for artist in (*fig.texts, *fig.axes[0].get_children()) if artist.get_animated()]
        for artist in moving:
            artist.set_animated(False)
        seen.append(image.tobytes() == upon(fig).tobytes())
        for artist in moving:
            artist.set_animated(True)
        return image

    monkeypatch.setattr(charts, "picture", both)
    explorer = widgets.recovery_explorer(book)
    for changes in ({"remedy": "none", "explained": "1"}, {"owned": "0"}, {"outcome": "repurchased"}, {"outcome": "repurchased", "owned": "0", "updates": "2"}):
        assert explorer.frame(START | changes).png
    assert seen == [True] * 5


def test_a_book_that_the_explorer_cannot_use_is_refused_in_a_sentence(book):
    with pytest.raises(ValueError, match="no column fairness"):
        widgets.recovery_explorer(SimpleNamespace(trial=book.trial.drop(columns="fairness")))
    with pytest.raises(ValueError, match="fewer than two cases of 12 designs"):
        widgets.recovery_explorer(SimpleNamespace(trial=book.trial[book.trial["updates"] < 2]))
