"""Commands for maintainers: pin requirements, compare with Spark, measure, remove what was built.
They run the project's own scripts in a clone, so they stand apart from what readers and authors use."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from rapport.cli import UsageError

_LOCK = ("pip", "compile", "--quiet", "--universal", "--python-version", "3.11", "--no-emit-index-url", "--no-annotate", "--no-header", "--upgrade")
_LOCKS = (("--extra", "test", "-o", "requirements-test.lock"), ("--constraint", "requirements-test.lock", "-o", "requirements.lock"))
_MORE = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": ["--help"]}


def _clone() -> Path:
    from rapport.content import course_root

    root = course_root()
    if not (root / "pyproject.toml").is_file():
        raise UsageError(f"No project at {root}: run this in a clone of it.")
    return root


def _run(command: list[str], root: Path, **environment: str) -> None:
    code = subprocess.call(command, cwd=root, env=os.environ | environment)
    if code:
        raise typer.Exit(1)


def lock() -> None:
    """Resolve pyproject.toml anew into both locks (needs uv)."""
    root, uv = _clone(), shutil.which("uv")
    if uv is None:
        raise UsageError("uv was not found: install it, then run this again.")
    for where in _LOCKS:
        _run([uv, *_LOCK, *where, "pyproject.toml"], root)


def translations(
    sheet: Annotated[Path | None, typer.Argument(help="The sheet to write or to bring in.")] = None,
    worksheet: Annotated[str | None, typer.Option(help="Write the translations of this language that wait to be read back, without their English.")] = None,
    take: Annotated[str | None, typer.Option(help="Bring a filled sheet of this language into its record of back-translations.")] = None,
) -> None:
    """Bring the catalogues in locales/ up to date with the English texts; a changed sentence turns its translations fuzzy."""
    from rapport.content import ContentError, course_root, display_path, raise_all, write_text
    from rapport.i18n.catalogue import CatalogueError, update

    root = course_root()
    if sheet or worksheet or take:
        _back_translation(root, sheet, worksheet, take)
        return
    changed, faults = 0, []
    for made in update(root):
        if isinstance(made, CatalogueError):
            faults.append(ContentError(made.problem, made.path, made.line))
            continue
        po, text = made
        if not po.exists() or po.read_text(encoding="utf-8") != text:
            write_text(po, text)
            typer.echo(f"Wrote {display_path(po)}")
            changed += 1
    if not changed:
        typer.echo("Every catalogue is up to date.")
    raise_all(faults)


def _back_translation(root: Path, sheet: Path | None, worksheet: str | None, take: str | None) -> None:
    from rapport.content import display_path, write_text
    from rapport.i18n import LANGUAGES, SOURCE
    from rapport.i18n.checks import check
    from rapport.proofreading import backtranslation

    lang = worksheet or take
    others = [each for each in LANGUAGES if each != SOURCE]
    if not sheet or not lang or (worksheet and take) or lang not in others:
        raise UsageError(f"Say one of --worksheet and --take with a language ({', '.join(others)}), and the file: rapport translations --worksheet {others[0]} sheet.yaml")
    entries = check(root, (lang,)).entries
    if take:
        typer.echo(f"{backtranslation.take(root, lang, entries, sheet)} rows brought into {display_path(backtranslation.path_of(root, lang))}; now compare them and write their verdicts.")
        return
    if sheet.exists():
        raise UsageError(f"{display_path(sheet)} is there already; choose another name, so that no filled sheet is lost.")
    text, rows = backtranslation.worksheet(root, lang, entries)
    write_text(sheet, text)
    typer.echo(f"{rows} texts to read back in {display_path(sheet)}.")


def test_spark(context: typer.Context) -> None:
    """Compare every metric with a local Spark session (needs a Java 17 runtime); further arguments go to pytest."""
    root = _clone()
    if shutil.which("java") is None:
        raise UsageError("No Java runtime was found: install Java 17 (Debian: apt install openjdk-17-jre-headless), then run this again.")
    uv = shutil.which("uv")
    pip = [uv, "pip", "install", "--python", sys.executable] if uv else [sys.executable, "-m", "pip", "install"]
    _run([*pip, "--quiet", "--constraint", "requirements-test.lock", "pyspark>=4"], root)
    _run([sys.executable, "-m", "pytest", "tests/test_metrics_spark.py", *context.args], root, RAPPORT_SPARK="1")


def benchmark(context: typer.Context) -> None:
    """Measure the metrics against their peers and write benchmarks/results.md; further arguments go to the script."""
    root = _clone()
    _run([sys.executable, "benchmarks/run.py", *context.args], root)


def clean() -> None:
    """Remove build/; notebooks, workspace and environment stay."""
    built = _clone() / "build"
    if built.exists():
        shutil.rmtree(built)
    typer.echo("build/ is gone.")


def register(app: typer.Typer) -> None:
    """Add the maintainers' commands to `app`."""
    app.command("translations", rich_help_panel="For authors", epilog="Example: rapport translations --worksheet lv sheet.yaml")(translations)
    for name, command, more in (("lock", lock, {}), ("test-spark", test_spark, _MORE), ("benchmark", benchmark, _MORE), ("clean", clean, {})):
        app.command(name, rich_help_panel="For maintainers", context_settings=more, epilog=f"Example: rapport {name}")(command)
