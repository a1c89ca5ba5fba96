"""The command line: every command explains itself, the exit codes hold, `play` works in a terminal and in a pipe."""

import io
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rapport import cli
from rapport.cli import commands, run

ROOT = Path(__file__).parents[1]
CASE = ROOT / "tests" / "fixtures" / "playbooks" / "10_small_course" / "small_case.yaml"
COMMANDS = ["build", "lab", "play", "check", "execute", "simulate", "test", "new module", "new scenario", "new exercise"]
# Notice, rank, confidence, ask, act now, listen; ask, act now, call.
WHOLE_GAME = "1\nb a c\n2\n1\n2\n1\n1\n2\n1\n"


@pytest.fixture
def course(tmp_path, monkeypatch) -> Path:
    """A course with one small scenario."""
    for name in ("notebooks", "playbooks/10_small_course", "exercises"):
        (tmp_path / name).mkdir(parents=True)
    shutil.copy(CASE, tmp_path / "playbooks" / "10_small_course")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RAPPORT_COURSE", str(tmp_path))
    return tmp_path


def typed(monkeypatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))


# ---- Help and exit codes ----


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(command, capsys):
    assert run([*command.split(), "--help"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert f"Example: rapport {command}" in said


def test_the_example_of_every_command_is_one_that_the_command_understands():
    """Options and arguments of each example exist (it is not run)."""
    from typer.main import get_command

    group = get_command(commands.app)
    for name in COMMANDS:
        command = group
        for part in name.split():
            command = command.commands[part]
        words = command.epilog.removeprefix("Example: ").split()
        assert words[: 1 + len(name.split())] == ["rapport", *name.split()]
        command.make_context(name, words[1 + len(name.split()) :])


def test_the_help_names_every_command_and_the_exit_codes(capsys):
    assert run(["--help"]) == 0
    said = capsys.readouterr().out
    assert all(re.search(rf"\b{command.split()[0]}\b", said) for command in COMMANDS)
    assert "0 fine, 1 content or build failed, 2 wrong use, 130 stopped" in " ".join(said.split())


def test_the_version_is_the_installed_one(capsys):
    from importlib.metadata import version

    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"rapport {version('rapport')}\n"


def test_no_arguments_show_the_help_and_count_as_wrong_use(capsys):
    assert run([]) == 2
    assert "Usage: rapport" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("error", "says", "code"),
    [
        (KeyboardInterrupt(), "Stopped; nothing was changed.", 130),
        (cli.UsageError("No such thing."), "No such thing.", 2),
        (PermissionError(13, "Permission denied", "x.txt"), "x.txt: Permission denied. Choose a folder you may write to", 1),
        (OSError(28, "No space left on device", "x.txt"), "x.txt: No space left on device. Free some space", 1),
        (ModuleNotFoundError("No module named 'playwright'", name="playwright"), "The environment lacks playwright: run `python scripts/environment.py`", 1),
        (ValueError("odd"), "Something unforeseen went wrong (ValueError: odd). Run the command with `--debug`", 1),
        (SystemExit(3), "", 3),
    ],
)
def test_every_failure_becomes_a_sentence_and_an_exit_code(error, says, code):
    message, found = cli.explain(error)
    assert found == code
    assert message.startswith(says) and "Traceback" not in message


def test_a_market_or_year_that_is_not_known_names_those_that_are():
    from rapport import facts

    with pytest.raises(LookupError) as error:
        facts.market("ZZ")
    message, code = cli.explain(error.value)
    assert code == 2 and "'ZZ'" in message and "LV" in message


def test_outside_a_course_the_message_says_how_to_get_into_one(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("RAPPORT_COURSE", str(tmp_path))
    assert run(["check"]) == 1
    said = capsys.readouterr().err
    assert str(tmp_path) in said and "set RAPPORT_COURSE" in said


# ---- Play ----


def test_a_piped_game_is_played_to_its_end(course, monkeypatch, capsys):
    typed(monkeypatch, WHOLE_GAME)
    assert run(["play", "small_case", "--place", "SE", "--seed", "3"]) == 0
    said = capsys.readouterr().out
    for part in ("The parcel", "Sam", "Malmö", "▸ Notice", "▸ Read", "▸ Check", "▸ Act", "Who this was", "Relationship", "Calibration", "2 of the 2"):
        assert part in said
    assert "rapport play small_case --place SE --seed 3" in said
    from rapport.learner import open_record

    assert [run["place"] for run in open_record().runs("small_case")] == ["SE"]


def test_the_terminal_tells_the_scores_of_the_graph(course, monkeypatch, capsys):
    from rapport import scenarios

    typed(monkeypatch, WHOLE_GAME)
    run(["play", "small_case", "--place", "LV", "--seed", "5"])
    said = capsys.readouterr().out
    walk = scenarios.follow(scenarios.begin(scenarios.load("small_case", course), "LV", 5), ["again", "bac-2", "ask", "go", "listen", "ask", "go", "call"])
    assert walk.ended
    shown = [int(score.replace("−", "-")) for score in re.findall(r"^(?:Relationship|Resolution|Fairness|Compliance)\s+([+−]?\d+)", said, re.MULTILINE)]
    assert shown == walk.scores


def test_the_same_seed_meets_the_same_customer(course, monkeypatch, capsys):
    said = []
    for _ in range(2):
        typed(monkeypatch, WHOLE_GAME)
        run(["play", "small_case", "--seed", "7"])
        said.append(capsys.readouterr().out)
    assert said[0] == said[1]


def test_an_answer_that_is_none_is_asked_again(course, monkeypatch, capsys):
    typed(monkeypatch, "9\nmaybe\n1\nx y z\nb a c\n7\n2\n1\n2\n1\n1\n2\n1\n")
    assert run(["play", "small_case", "--seed", "3"]) == 0
    said = capsys.readouterr().out
    assert "Found “9”; type a number from 1 to 2" in said
    assert "Found “xyz”; type a, b, c once each" in said
    assert "Found “7”; type a number from 1 to 5" in said
    assert "Who this was" in said


@pytest.mark.parametrize("text", ["", "1\n", "1\nb a c\n", "q\n", "1\nq\n"])
def test_leaving_before_the_end_is_polite(course, monkeypatch, capsys, text):
    typed(monkeypatch, text)
    assert run(["play", "small_case", "--seed", "3"]) == 0
    said = capsys.readouterr()
    assert "You left before the end; nothing is kept." in said.out and said.err == ""


def test_ctrl_c_in_a_game_is_polite(course, monkeypatch, capsys):
    class Interrupted(io.StringIO):
        def readline(self, *_):
            raise KeyboardInterrupt

    monkeypatch.setattr(sys, "stdin", Interrupted())
    assert run(["play", "small_case", "--seed", "3"]) == 130
    assert "You left before the end" in capsys.readouterr().out


def test_every_option_of_every_beat_can_be_typed(course):
    """Random games: whatever the terminal offers, it takes."""
    import random

    from rich.console import Console

    from rapport import scenarios
    from rapport.cli.play import play

    graph = scenarios.load("small_case", course)
    dice = random.Random(1)
    seen = set()
    for seed in range(150):
        walk = scenarios.begin(graph, dice.choice(list(graph["draws"])), seed)

        def ask(prompt: str, walk=walk) -> str:
            node = graph["nodes"][walk.node]
            if prompt.startswith("Likeliest"):
                letters = [reading["id"] for reading in node["readings"]]
                return " ".join(dice.sample(letters, 3)).upper()
            number = dice.randint(1, 5 if prompt.startswith("1 to") else len(node["options"]))
            seen.add((walk.node, number))
            return str(number)

        play(walk, console=Console(file=io.StringIO()), ask=ask)
        assert walk.ended
    choices = {name: node for name, node in graph["nodes"].items() if node.get("kind") == "choice"}
    assert {(name, number) for name, node in choices.items() for number in range(1, len(node["options"]) + 1)} <= {each for each in seen if each[0] in choices}


def test_brackets_in_a_case_are_shown_as_they_are(course):
    from rich.console import Console

    from rapport import scenarios
    from rapport.cli.play import play

    graph = scenarios.load("small_case", course)
    strange = "[red]as found[/] [/sic]"
    graph = graph | {"title": strange, "axis_labels": [strange] * 4, "places": [place | {"person": strange, "role": strange} for place in graph["places"]]}
    graph["personas"] = {name: persona | {"title": strange} for name, persona in graph["personas"].items()}
    graph["nodes"] = {name: node | {"heading": strange} for name, node in graph["nodes"].items()}
    answers = {"L": "a b c", "1": "3", "Y": "1"}
    out = io.StringIO()
    play(scenarios.begin(graph), console=Console(file=out, width=200), ask=lambda prompt: answers[prompt[0]])
    shown = out.getvalue()
    assert shown.count(strange) > 10 and f"Who this was: {strange}" in shown


# ---- The other commands ----


def test_check_prints_the_policy_table(capsys):
    from rapport import scenarios
    from rapport.cli.check import policy_lines

    rows = scenarios.policy_table(scenarios.compile_scenario(CASE))
    lines = policy_lines("small_case", rows)
    assert lines[1].split("  ")[1].strip() == "place" and len(lines) == 2 + len(rows)
    for row, line in zip(rows, lines[2:]):
        assert line.split()[0] == row.place and f"{row.check_first:.2f}" in line and f"({row.lead['at_random']:.2f})" in line


def test_simulate_writes_the_same_book_twice(tmp_path, capsys):
    for name in ("one", "two"):
        assert run(["simulate", "--customers", "60", "--seed", "4", "--out", str(tmp_path / name)]) == 0
    one, two = ({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("one", "two"))
    assert one == two and "customers.csv" in one
    assert one["customers.csv"].count(b"\n") == 61
    assert "simulated" in capsys.readouterr().out


@pytest.mark.parametrize("customers", ["-5", "0", "1__0_000_000_000", "__", "9" * 5000, "12.5", "many"])
def test_a_number_of_customers_that_is_none_is_said(tmp_path, capsys, customers):
    assert run(["simulate", "--customers", customers, "--out", str(tmp_path / "book")]) == 2
    assert "give a whole number from 1" in capsys.readouterr().err
    assert not (tmp_path / "book").exists()


def test_a_pipe_that_takes_few_characters_still_gets_the_lines():
    found = subprocess.run(
        [sys.executable, "-c", "from rapport.cli import main; main()", "play", "the_cold_chain", "--seed", "1"],
        capture_output=True, stdin=subprocess.DEVNULL, env=os.environ | {"PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0", "RAPPORT_COURSE": str(ROOT)},
    )  # fmt: skip
    assert (found.returncode, found.stderr) == (0, b"")
    assert b"? Notice" in found.stdout and b"You left before the end" in found.stdout


def test_a_pipe_gets_the_result_and_no_progress(tmp_path):
    found = subprocess.run(
        [sys.executable, "-c", "from rapport.cli import main; main()", "simulate", "--customers", "20", "--out", str(tmp_path)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert found.stderr == "" and "\x1b" not in found.stdout and len(found.stdout.splitlines()) == 1


def test_progress_is_drawn_on_a_terminal_only(monkeypatch):
    from rapport.cli import progress

    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setenv("TERM", "xterm")
    for stream, drawn in ((Terminal(), True), (io.StringIO(), False)):
        monkeypatch.setattr(sys, "stderr", stream)
        with progress.shown("Running notebooks") as tell:
            tell("10_small_course.ipynb", 1, 3)
        assert ("10_small_course.ipynb" in stream.getvalue()) is drawn


@pytest.mark.parametrize(("pytest_code", "code"), [(0, 0), (1, 1), (2, 1), (4, 2), (5, 2)])
def test_test_hands_arguments_and_result_of_pytest_on(monkeypatch, pytest_code, code):
    called = []
    monkeypatch.setattr(subprocess, "call", lambda command, **_: called.append(command) or pytest_code)
    monkeypatch.setattr("rapport.cli.browser.browser_for_tests", lambda: "")
    monkeypatch.setenv("RAPPORT_COURSE", str(ROOT))
    assert run(["test", "-k", "scenario", "-x"]) == code
    assert called == [[sys.executable, "-m", "pytest", "-k", "scenario", "-x"]]


def test_a_missing_browser_is_said_in_one_sentence_and_fails_in_ci(monkeypatch, capsys):
    from rapport.cli import browser

    monkeypatch.setattr(browser, "find_browser", lambda: None)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(subprocess, "call", lambda command, **_: 0)
    monkeypatch.setenv("RAPPORT_COURSE", str(ROOT))
    monkeypatch.delenv("CI", raising=False)
    assert run(["test"]) == 0
    said = capsys.readouterr().err
    assert "are left out; install one" in said and said.count("\n") == 1
    monkeypatch.setenv("CI", "true")
    assert run(["test"]) == 1


def test_the_browser_is_fetched_from_debian_only_as_root(monkeypatch):
    from rapport.cli import browser

    fetched = []
    monkeypatch.setattr(browser, "find_browser", lambda: None)
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(subprocess, "call", lambda command, **_: fetched.append(command) or 0)
    monkeypatch.setattr("os.geteuid", lambda: 1000, raising=False)
    assert browser.browser_for_tests() and not fetched
    monkeypatch.setattr("os.geteuid", lambda: 0, raising=False)
    assert browser.browser_for_tests()
    assert [command[:2] for command in fetched] == [["apt-get", "update"], ["apt-get", "install"]]
