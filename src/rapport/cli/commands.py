"""The commands of `rapport`, one function each; what they do lives in the rooms they call.
Heavy imports happen inside a command, so that `rapport --help` is quick."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from rapport.cli import FAILED, STOPPED, WRONG_USE, UsageError, learning, maintain, measure
from rapport.cli.words import WORDS

EXIT_CODES = "Exit codes: 0 fine, 1 content or build failed, 2 wrong use, 130 stopped with Ctrl-C."

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=EXIT_CODES,
)
new = typer.Typer(no_args_is_help=True, help="Write a valid, commented skeleton: module, scenario, exercise or session.")
app.add_typer(new, name="new", rich_help_panel="For authors")


def example(line: str) -> str:
    """The line at the foot of a command's help."""
    return f"Example: {line}"


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"rapport {version('rapport')}")
        raise typer.Exit()


@app.callback()
def rapport(
    debug: Annotated[bool, typer.Option("--debug", help="Show Python's traceback when something fails.")] = False,
    version: Annotated[bool, typer.Option("--version", help="Show the version and stop.", is_eager=True, callback=_version)] = False,
) -> None:
    """Rapport: a playbook and training course on cross-cultural customer relationships.

    Commands find the course from the folder you are in; RAPPORT_COURSE names another one.
    """


# ---- Read, learn, practise --------------------------------------------------------------------------------------


@app.command(rich_help_panel="Read, learn, practise", epilog=example("rapport build --open"))
def build(
    out: Annotated[Path | None, typer.Option(help="Folder to build into; the zip and the single files go beside it.", show_default="build/handbook or build/facilitator")] = None,
    edition: Annotated[str, typer.Option(help="learner, or facilitator: with answers, and all that is printed for a group.")] = "learner",
    to: Annotated[str, typer.Option(help="html; or pdf: besides, each module in each language as a PDF to mail or print (needs Chromium or Chrome).")] = "html",
    open_: Annotated[bool, typer.Option("--open", help="Open the handbook in the browser afterwards.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Go on: show the handbook from this machine, build again at each saved change, reload the open page.")] = False,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port for --watch; 0 takes a free one.")] = 8890,
    check_: Annotated[bool, typer.Option("--check", help="Build nothing; fail when outputs stored in the notebooks are not those of a run today.")] = False,
    no_fork: Annotated[bool, typer.Option("--no-fork", help="Start each kernel anew and make pages in this process: slower, the same bytes.")] = False,
) -> None:
    """Execute every notebook and render the handbook: a folder, one zip, and a single file per module."""
    from rapport import handbook
    from rapport.cli.progress import shown
    from rapport.content import course_root, display_path

    if edition not in handbook.EDITIONS:
        raise UsageError(f"No edition {edition!r}; there are {' and '.join(handbook.EDITIONS)}.")
    if watch and check_:
        raise UsageError("--watch builds and --check does not; choose one of them.")
    if to not in ("html", "pdf"):
        raise UsageError(f"Found format {to!r}; a handbook is built to html or pdf.")
    if to == "pdf" and (watch or check_ or edition != "learner"):
        raise UsageError("--to pdf prints the modules of the learner's edition once; leave out --watch, --check and --edition (the facilitator's sheets are printed from their pages).")
    browser = _browser() if to == "pdf" else ""
    root = course_root()
    if check_:
        from rapport.handbook.execute import stale

        with shown("Running notebooks") as progress:
            old = stale(root, progress, fork=not no_fork, kept=handbook.Kept(root))
        for path in old:
            typer.echo(f"{display_path(path)}: its stored outputs are not those of a run today; run `rapport execute {path.stem}`.", err=True)
        if old:
            raise SystemExit(FAILED)
        typer.echo("Every stored output is what a run gives today.")
        return
    with shown("Building the handbook") as progress:
        built = handbook.build(root, out, progress, edition, fork=not no_fork)
    for each in built.left_out:
        typer.echo(f"Left out {each}", err=True)
    typer.echo(f"The handbook is ready; open {display_path(built.index)}")
    if browser:
        from rapport.handbook import pdf

        with shown("Printing") as progress:
            typer.echo(pdf.told(pdf.write(built.singles, built.index.parent.parent / pdf.FOLDER, browser, progress)))
    if watch:
        from rapport.handbook.watch import watch as go_on

        go_on(root, built.index.parent, edition, port, typer.echo, fork=not no_fork, browser=open_)
    elif open_:
        import webbrowser

        webbrowser.open(built.index.resolve().as_uri())


def _browser() -> str:
    from rapport.cli.browser import find_browser

    if found := find_browser():
        return found
    raise UsageError("No Chromium or Chrome was found, and it prints the PDFs: install one (Debian: apt install chromium), or give its path in RAPPORT_CHROMIUM.")


@app.command(rich_help_panel="Read, learn, practise", epilog=example("rapport lab --port 8890"))
def lab(
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the browser.")] = True,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port on this machine; the next free one is taken if it is in use.")] = 8888,
    workspace: Annotated[Path | None, typer.Option(help="Folder of your own copies.", show_default="workspace, or RAPPORT_WORKSPACE")] = None,
    lang: learning.Language = None,
) -> None:
    """Open JupyterLab on your own copies of the notebooks; the course's own are never touched."""
    from rapport import workspace as room
    from rapport.content import course_root

    root = course_root()
    folder = workspace or room.default_folder(root)
    for sentence in room.refresh(root, folder):
        typer.echo(sentence)
    raise SystemExit(room.start_lab(root, folder, port=port, browser=browser))


@app.command(rich_help_panel="Read, learn, practise", epilog=example("rapport play the_cold_chain --place US"))
def play(
    scenario: Annotated[str, typer.Argument(help="Name of the scenario; its file without .yaml.")],
    place: Annotated[str | None, typer.Option(help="Where it is played.", show_default="the first of the case")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Which customer you meet; the same seed, the same customer.", show_default="random")] = None,
    lang: learning.Language = None,
) -> None:
    """Play a scenario in the terminal: notice, read, check, act."""
    import secrets

    from rapport import scenarios
    from rapport.cli.play import Left
    from rapport.cli.play import play as play_in_terminal
    from rapport.content import course_root

    root = course_root()
    if scenario not in scenarios.files(root):
        raise UsageError(scenarios.unknown(scenario, root))
    graph = scenarios.load(scenario, root)
    if place is not None and place not in graph["draws"]:
        raise UsageError(WORDS.say("no_place", place=repr(place), scenario=scenario, places=", ".join(graph["draws"])))
    seed = secrets.randbelow(10_000) if seed is None else seed
    walk = scenarios.begin(graph, place, seed)
    try:
        play_in_terminal(walk)
    except Left:
        typer.echo(WORDS["left_case"])
    except KeyboardInterrupt:
        typer.echo(f"\n{WORDS['left_case']}")
        raise SystemExit(STOPPED) from None
    else:
        from rapport.learner import open_record

        record = open_record()
        record.add_run(scenario, walk.run())
        for notice in record.notices:
            typer.echo(notice)
        typer.echo(WORDS.say("same_again", command=f"rapport play {scenario} --place {walk.place} --seed {seed}"))


learning.register(app)


# ---- For authors ------------------------------------------------------------------------------------------------


@app.command(rich_help_panel="For authors", epilog=example("rapport check"))
def check(release: Annotated[bool, typer.Option("--release", help="Texts that wait for their translation are faults too.")] = False) -> None:
    """Validate all content, print the policy table of every scenario and how far the translations are."""
    from rapport.cli.check import check_course
    from rapport.content import course_root

    check_course(course_root(), release)


@app.command(rich_help_panel="For authors", epilog=example("rapport execute 10_when_it_goes_wrong"))
def execute(
    stems: Annotated[list[str] | None, typer.Argument(metavar="[STEM]…", help="Notebooks to run, by name; all when none is named.", show_default=False)] = None,
) -> None:
    """Run notebooks and store their outputs; nothing else writes stored outputs."""
    from rapport.cli.progress import shown
    from rapport.content import course_root, module_stems
    from rapport.exercises.model import load
    from rapport.exercises.notebook import sync
    from rapport.handbook.execute import notebook_paths, write_outputs

    root = course_root()
    known = sorted({*module_stems(root), *(path.stem for path in notebook_paths(root))})
    if unknown := sorted(set(stems or ()) - set(known)):
        raise UsageError(f"No notebook {', '.join(map(repr, unknown))}; known are {', '.join(known) or 'none yet'}.")

    for stem in stems or known:
        if (root / "exercises" / f"{stem}.yaml").exists():
            sync(load(stem, root))
    with shown("Running notebooks") as progress:
        write_outputs(root, stems or known, progress)


@app.command(rich_help_panel="For authors", epilog=example("rapport simulate --preset aurora --customers 10_000_000 --to parquet --workers 2"))
def simulate(
    preset: Annotated[str, typer.Option(help="Which firm.")] = "recovery",
    customers: Annotated[str, typer.Option(help="How many customers; 10_000_000 is fine.", show_default="the firm's own")] = "",
    seed: Annotated[int, typer.Option(min=0, help="The same seed, the same book.")] = 1,
    to: Annotated[str, typer.Option(help="Format of the tables: csv, or parquet (needs pyarrow).")] = "csv",
    out: Annotated[Path, typer.Option(help="Folder for the tables.")] = Path("build/book"),
    workers: Annotated[int, typer.Option(min=1, help="Processes, for the Aurora books.")] = 1,
    truth: Annotated[bool, typer.Option(help="Write the hidden truth of each customer too (Aurora books).")] = False,
) -> None:
    """Write a simulated customer book. Every person in it is made up. Run again after a stop, an Aurora book goes on."""
    import dataclasses

    from rapport import simulation
    from rapport.cli import progress
    from rapport.content import display_path

    if preset not in simulation.PRESETS:
        raise UsageError(f"No preset {preset!r}; known are {', '.join(sorted(simulation.PRESETS))}.")
    if to not in ("csv", "parquet"):
        raise UsageError(f"Found format {to!r}; a book is written as csv or parquet.")
    firm = simulation.PRESETS[preset]
    if customers:
        plain = customers.replace("_", "")
        if not plain.isdecimal() or len(plain) > 9 or not 1 <= int(plain) <= 100_000_000:
            raise UsageError(f"Found {customers!r} customers; give a whole number from 1 to 100_000_000.")
        if not hasattr(firm, "customers"):
            raise UsageError(f"The book {preset} has a fixed size; leave out --customers.")
        firm = dataclasses.replace(firm, customers=int(plain))
    if isinstance(firm, simulation.Aurora):
        with progress.shown("customers") as tell:
            simulation.write_stream(firm, seed, out, format=to, workers=workers, truth=truth, progress=tell)
    else:
        if getattr(firm, "customers", 0) > 1_000_000:
            raise UsageError(f"The {preset} book is made in memory, for at most 1_000_000 customers; the preset aurora has no such bound.")
        simulation.write_book(simulation.simulate(firm, seed).book, out, to)
    typer.echo(f"The book is in {display_path(out)} (simulated, seed {seed}).")


@new.command("module", epilog=example('rapport new module 11_the_long_run'))
def new_module(name: Annotated[str, typer.Argument(help="Two digits and words: 11_the_long_run.")]) -> None:
    """Write the notebook, playbook and exercises of a new module."""
    from rapport.cli import skeletons
    from rapport.content import course_root

    _told(skeletons.module(course_root(), name))


@new.command("scenario", epilog=example("rapport new scenario the_late_invoice --module 10_when_it_goes_wrong"))
def new_scenario(
    name: Annotated[str, typer.Argument(help="Words with underscores: the_late_invoice.")],
    module: Annotated[str, typer.Option(help="The module it belongs to.")],
) -> None:
    """Write a new scenario: three personas, two decisions, four beats."""
    from rapport.cli import skeletons
    from rapport.content import course_root

    _told(skeletons.scenario(course_root(), name, module))


@new.command("session", epilog=example("rapport new session 10_when_it_goes_wrong"))
def new_session(module: Annotated[str, typer.Argument(help="The module it belongs to.")]) -> None:
    """Write a session plan of 90 minutes for whoever leads a group through a module."""
    from rapport.cli import skeletons
    from rapport.content import course_root

    _told(skeletons.session(course_root(), module))


@new.command("exercise", epilog=example("rapport new exercise share_silent --module 10_when_it_goes_wrong"))
def new_exercise(
    name: Annotated[str, typer.Argument(help="Words with underscores: share_silent.")],
    module: Annotated[str, typer.Option(help="The module it belongs to.")],
) -> None:
    """Add a new exercise, its computation and a known mistake to a module."""
    from rapport.cli import skeletons
    from rapport.content import course_root

    _told(skeletons.exercise(course_root(), name, module))


def _told(written: list[Path]) -> None:
    from rapport.content import display_path

    for path in written:
        typer.echo(f"Wrote {display_path(path)}")
    typer.echo("Next: fill in what is marked, then rapport check.")


@app.command(
    rich_help_panel="For authors",
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": ["--help"]},
    epilog=example("rapport test -k scenario -x"),
)
def test(context: typer.Context) -> None:
    """Run the test suite; further arguments go to pytest."""
    import importlib.util
    import subprocess
    import sys

    from rapport.cli.browser import browser_for_tests
    from rapport.content import course_root

    root = course_root()
    if not (root / "tests").is_dir():
        raise UsageError(f"No tests at {root}: run this in a clone of the project.")
    if importlib.util.find_spec("pytest") is None:
        raise UsageError("The test tools are not installed: run `python scripts/environment.py --test`, then this again.")
    sentence = browser_for_tests()
    if sentence:
        typer.echo(sentence, err=True)
        if os.environ.get("CI"):
            raise typer.Exit(FAILED)
    code = subprocess.call([sys.executable, "-m", "pytest", *context.args], cwd=root)
    # pytest: 0 passed, 1 failed, 2 interrupted, 3 internal error, 4 usage, 5 nothing collected.
    raise typer.Exit({0: 0, 1: FAILED, 2: FAILED, 3: FAILED, 4: WRONG_USE, 5: WRONG_USE}.get(code, FAILED))


measure.register(app)
maintain.register(app)
