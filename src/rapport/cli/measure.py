"""`rapport metrics FILE`: your own table held against the documented columns and measured, by DuckDB, in place."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from rapport.cli import FAILED, UsageError


def metrics(
    file: Annotated[Path, typer.Argument(help="A Parquet or CSV file; it may be larger than memory.")],
    table: Annotated[str | None, typer.Option(help="Which documented table it is.", show_default="by the file's name or columns")] = None,
    map_: Annotated[list[str] | None, typer.Option("--map", metavar="NAME=YOURS", help="Your column for a documented one; may be given several times.")] = None,
    metric: Annotated[list[str] | None, typer.Option(help="Only this figure or table; may be given several times.")] = None,
    by: Annotated[str | None, typer.Option(help="A figure for each value of this column.")] = None,
    start: Annotated[str | None, typer.Option(help="First day of the period, such as 2026-01-01.", show_default="first day in orders")] = None,
    end: Annotated[str | None, typer.Option(help="Last day of the period.", show_default="last day in orders and promises")] = None,
    minimum: Annotated[int | None, typer.Option(min=1, help="Below this n a figure is refused.", show_default="each metric's own bound")] = None,
    output: Annotated[Path | None, typer.Option(help="Also write the figures as JSON, or one table as CSV or Parquet.")] = None,
) -> None:
    """Measure a table of your own: all faults at once, then every figure that its columns allow."""
    import duckdb

    from rapport.cli.progress import shown
    from rapport.content import display_path
    from rapport.metrics import own_words, report
    from rapport.metrics.result import MetricError

    asked = report.Asked(_day(start, "--start"), _day(end, "--end"), by, minimum)
    if output is not None and output.suffix not in (".json", ".csv", ".parquet"):
        raise UsageError(f"Found --output {output}; figures are written as .json, a table as .csv or .parquet.")
    try:
        own = report.open_file(file, _names(map_ or []))
        if table is not None and table not in report.TABLES:
            raise UsageError(f"No documented table {table!r}; there are {', '.join(report.TABLES)}.")
        kind = table or report.kind_of(file, own)
        with shown(f"{kind}: holding against the documented columns") as progress:
            if unknown := [name for name in metric or () if name not in {offer.name for offer in report.OFFERS if offer.table == kind}]:
                raise MetricError(own_words.say("no_metric", table=kind, metric=repr(unknown[0]), metrics=", ".join(offer.name for offer in report.OFFERS if offer.table == kind)))
            own, checked = report.held(own, kind, tuple(metric or ()))
            if not checked.ok or checked.empty:
                typer.echo(f"{display_path(file)}: {checked}", err=True)
                raise typer.Exit(FAILED)
            for note in checked.notes:
                typer.echo(note)
            asked = report.with_period(own, kind, asked)
            results: dict[str, Any] = {}
            for number, (name, result) in enumerate(report.measure(own, kind, asked, tuple(metric or ())), 1):
                progress(name, number, 0)
                results[name] = result
    except MetricError as error:
        raise UsageError(str(error)) from None
    except duckdb.Error as error:
        raise UsageError(f"{display_path(file)}: cannot be read to its end: {str(error).splitlines()[0]}") from None
    for name, result in results.items():
        typer.echo(f"{name}: {result}" if isinstance(result, str) else _shown(name, result))
    if output is not None:
        _write(output, results)


def _shown(name: str, result: Any) -> str:
    if hasattr(result, "limit"):  # a DuckDB relation: a table of many rows
        rows = result.aggregate("count(*)").fetchall()[0][0]
        head = result.limit(5).fetchall()
        lines = [" | ".join(result.columns), *(" | ".join(map(str, row)) for row in head)]
        return f"{name}: {rows:,} rows; the first {len(head)} (write all with --output):\n" + "\n".join(lines)
    return str(result)


def _write(output: Path, results: dict[str, Any]) -> None:
    from rapport.content import display_path, write_bytes, write_text

    tables = {name: result for name, result in results.items() if hasattr(result, "limit")}
    if output.suffix == ".json":
        rows = [row for result in results.values() if not isinstance(result, str) and not hasattr(result, "limit") for row in _rows(result)]
        write_text(output, json.dumps(rows, ensure_ascii=False, indent=1, sort_keys=True) + "\n")
    elif len(tables) != 1:
        raise UsageError(f"Found {len(tables)} tables for {output}; name one with --metric ({', '.join(('cohort_table', 'rfm', 'purchase_summary', 'orders_per_period'))}).")
    else:
        import tempfile

        (result,) = tables.values()
        with tempfile.TemporaryDirectory() as folder:
            made = Path(folder) / f"table{output.suffix}"
            result.write_csv(str(made)) if output.suffix == ".csv" else result.write_parquet(str(made))
            write_bytes(output, made.read_bytes())
    typer.echo(f"Written: {display_path(output)}")


def _rows(result: Any) -> list[dict[str, Any]]:
    figures = [result] if hasattr(result, "denominator") else list(result)
    kept = ("name", "value", "low", "high", "numerator", "denominator", "n", "unit", "confidence", "definition", "refusal")
    plain = [{key: getattr(figure, key) for key in kept} | {"labels": dict(figure.labels), "notes": list(figure.notes)} for figure in figures]
    return [{key: None if value != value else value for key, value in row.items()} for row in plain]


def _names(pairs: list[str]) -> dict[str, str]:
    found = {}
    for pair in pairs:
        name, equals, yours = pair.partition("=")
        if not (name and equals and yours):
            raise UsageError(f"Found --map {pair!r}; write the documented name, an equals sign and your column: --map customer_id=Kunde.")
        found[name] = yours.strip("'\"")
    return found


def _day(text: str | None, option: str) -> date | None:
    try:
        return date.fromisoformat(text) if text is not None else None
    except ValueError:
        raise UsageError(f"Found {option} {text!r}; a day is written year-month-day, such as 2026-01-31.") from None


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command(rich_help_panel="Read, learn, practise", epilog="Example: rapport metrics orders.parquet --map customer_id=Kunde --end 2026-10-31")(metrics)
