"""The learner's own commands: who learns here and what is kept, reviews, calendar, path, statement.
They print and ask; what they know comes from `rapport.learner` and `rapport.study`."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rapport.cli import STOPPED, UsageError

if TYPE_CHECKING:
    from rapport.learner import Record
    from rapport.study import Due

PANEL = "Read, learn, practise"
KINDS = {
    "attempt": "attempts at exercises", "hint": "hints seen", "solution": "solutions opened", "prediction": "guesses made before computing",
    "run": "cases played to an end", "seen": "reviews begun", "review": "review answers", "sitting": "sittings of the assessment", "hunt": "bug hunts checked", "reflection": "incidents of your own",
    "goal": "goals of your own", "erasure": "times that something was erased",
}  # fmt: skip
Replace = Annotated[bool, typer.Option("--yes", help="Do not ask; replace a file that exists.")]


def me(
    someone_else: Annotated[str | None, typer.Option("--someone-else", metavar="NAME", help="From now on NAME learns at this computer.", show_default=False)] = None,
    export: Annotated[Path | None, typer.Option(metavar="FILE", help="Write your whole record to FILE, as JSON.", show_default=False)] = None,
    xapi: Annotated[Path | None, typer.Option(metavar="FILE", help="Write it as xAPI 1.0.3 statements.", show_default=False)] = None,
    merge: Annotated[Path | None, typer.Option(metavar="FILE", help="Take in another record of yours: an export, or one that was set aside.", show_default=False)] = None,
    erase: Annotated[bool, typer.Option("--erase", help="Erase your record for good.")] = False,
    yes: Replace = False,
) -> None:
    """Say who learns here, where the record lies and what it holds; hand it out, take one in, or erase it."""
    from rapport import learner

    if sum(map(bool, (someone_else, export, xapi, merge, erase))) > 1:
        raise UsageError("One at a time: --someone-else, --export, --xapi, --merge or --erase.")
    if someone_else is not None:
        learner.become(someone_else)
    record = _open()
    if export:
        _write(export, learner.dump(_begun(record).data), record, yes)
        typer.echo("It holds everything you have done here, also what you wrote freely. Nobody gets it unless you hand it on.")
    elif xapi:
        from rapport import study
        from rapport.content import course_root

        told = study.statements(_begun(record), course_root())
        _write(xapi, json.dumps(told, ensure_ascii=False, indent=1) + "\n", record, yes)
        typer.echo(f"{len(told)} statements. You are in them as a random number; what you wrote freely is among the responses. Nothing was sent.")
    elif merge:
        _merge(record, merge, yes)
    elif erase:
        _erase(record, yes)
    else:
        _tell(record)


def review(
    module: Annotated[str | None, typer.Argument(metavar="[MODULE]", help="Only this module; one that has not begun yet begins now.", show_default=False)] = None,
) -> None:
    """Answer the review questions that are due: they come back 1, 7, 21 and 60 days after you first met them."""
    from rapport import study
    from rapport.cli.play import Left
    from rapport.content import course_root, display_path

    root, record = course_root(), _open()
    start = study.begun(record, root)
    if module is not None and module not in start:
        due = study.first(record, module, root)
        study.begin(record, module)
        typer.echo(f"You meet these for the first time; they come back after {', '.join(map(str, study.DAYS[:-1]))} and {study.DAYS[-1]} days.")
    else:
        due = [each for each in study.due(record, root) if module in (None, each.module.stem)]
    if due:
        right = 0
        try:
            for number, each in enumerate(due, 1):
                right += _ask(record, each, f"{number} of {len(due)}")
        except (Left, KeyboardInterrupt) as gone:
            typer.echo("\nYou left; what you have answered is kept, and the others will be asked again.")
            if isinstance(gone, KeyboardInterrupt):
                raise SystemExit(STOPPED) from None
        else:
            typer.echo(f"\n{right} of {len(due)} right. Kept in {display_path(record.path)}.")
    elif start:
        typer.echo("Nothing is due today.")
    for sentence in _ahead(record, root):
        typer.echo(sentence)
    _notices(record)


def calendar(
    out: Annotated[Path, typer.Option(help="File to write.")] = Path("rapport-reviews.ics"),
    yes: Replace = False,
) -> None:
    """Write your reviews to a calendar file; every calendar program can take it in."""
    from rapport import study
    from rapport.content import course_root

    root, record = course_root(), _open()
    coming = study.rounds(record, root)
    if not coming:
        raise UsageError("No review has begun yet, so there are no days to write. " + " ".join(_ahead(record, root)))
    _write(out, study.calendar(record, root).decode(), record, yes)
    typer.echo(f"{len(coming)} days for {len({each.module.stem for each in coming})} of the modules. Taken in again later, an entry replaces itself.")


def path(
    role: Annotated[str | None, typer.Option(help="agent, account_manager, small_business or trainer; remembered.", show_default="the one you chose")] = None,
) -> None:
    """Show the way through the course for your role: what is there, what follows, where you are."""
    from rapport import study
    from rapport.content import ContentError, course_root

    root, record = course_root(), _open()
    if role is None and record.role is None:
        roles = study.read_paths(root).roles.items()
        typer.echo("Which of these is closest to your work?\n" + "\n".join(f"  rapport path --role {name:<16} {each.title}. {each.who}" for name, each in roles))
        return
    try:
        mine = study.path(record, root, role)
    except ContentError as error:
        raise UsageError(str(error)) from None if role else error
    if role:
        record.set_role(role)
    typer.echo(mine.text)
    _notices(record)


def statement(
    out: Annotated[Path | None, typer.Option(help="File to write: .txt, .md or .html (for the printer). Printed here when left out.", show_default=False)] = None,
    name: Annotated[str | None, typer.Option(help="How you want to be named in it.", show_default="the name you learn under")] = None,
    yes: Replace = False,
) -> None:
    """Say on paper what you did in the course, when, and in which version; self-reported, and no certificate."""
    from rapport import study
    from rapport.content import course_root

    record = _open()
    made = study.statement(record, course_root(), name)
    if out is None:
        typer.echo(made.text, nl=False)
        return
    faces = {".txt": "text", ".md": "markdown", ".html": "html"}
    if out.suffix not in faces:
        raise UsageError(f"Found the file {out.name!r}; a statement is written as {', '.join(faces)}.")
    _write(out, getattr(made, faces[out.suffix]), record, yes)


def register(app: typer.Typer) -> None:
    """Add the learner's commands to `app`."""
    lines = {me: "me --someone-else Asha", review: "review", calendar: "calendar", path: "path --role agent", statement: "statement --out statement.html"}
    for command, line in lines.items():
        app.command(rich_help_panel=PANEL, epilog=f"Example: rapport {line}")(command)


# ---- within -----------------------------------------------------------------------------------------------------


def _open() -> Record:
    from rapport.learner import open_record

    return open_record()


def _begun(record: Record) -> Record:
    """The record, with its learner's number made if there was none."""
    record.learner  # noqa: B018 - its first use makes it
    return record


def _tell(record: Record) -> None:
    from rapport.content import display_path
    from rapport.learner import profiles

    typer.echo(f"You are “{record.profile}”. Your record: {display_path(record.path)}{'' if record.path.exists() else ' (not begun yet)'}")
    counts = Counter(event["kind"] for event in record.events())
    for kind, name in KINDS.items():
        if counts[kind]:
            typer.echo(f"  {counts[kind]:>5}  {name}")
    if other := sum(number for kind, number in counts.items() if kind not in KINDS):
        typer.echo(f"  {other:>5}  other entries")
    if record.role:
        typer.echo(f"Your role: {record.role} (rapport path)")
    others = [each.name for each in profiles() if each.path != record.path]
    typer.echo(f"Others at this computer: {', '.join(others)}" if others else "Nobody else has a record here.")
    typer.echo("Somebody else learns now: rapport me --someone-else NAME. Erase it all: rapport me --erase. Nothing is ever sent.")
    _notices(record)


def _merge(record: Record, file: Path, yes: bool) -> None:
    from rapport.content import ContentError, display_path
    from rapport.learner import read

    try:
        data = file.read_bytes()
    except OSError as error:
        raise ContentError(f"cannot be read: {error.strerror}.", file) from None
    other, sound = read(data)
    if not other["events"] and not sound:
        raise ContentError("not a record of this course: no entry in it could be read. Name a file that rapport me --export wrote, or one that was set aside.", file)
    if not sound:
        typer.echo(f"{display_path(file)} is damaged; {len(other['events'])} entries of it could be read.", err=True)
    if record.path.exists() and other.get("learner") not in (None, record.learner) and not yes:
        name = f" (“{other['profile']}”)" if other.get("profile") else ""
        if not typer.confirm(f"{display_path(file)} was begun on its own{name}, not copied from yours. Is everything in it your own work?"):
            typer.echo("Nothing was taken in.")
            return
    new = record.take_in(other)
    typer.echo(f"{new} new entries were taken in; {len(other['events']) - new} were here already or had been erased.")
    _notices(record)


def _erase(record: Record, yes: bool) -> None:
    from rapport.content import display_path

    entries = len(record.events())
    if not record.files:
        typer.echo("There is no record to erase.")
        return
    if not yes and not typer.confirm(f"Erase the record of “{record.profile}” with its {entries} entries for good? It cannot be brought back"):
        typer.echo("Nothing was erased.")
        return
    for path in record.erase_everything():
        typer.echo(f"{display_path(path)} is gone.")
    typer.echo("Files you exported, and what a browser keeps of the handbook, are not touched. Close notebooks that are open, or they begin a new record.")


def _write(file: Path, text: str, record: Record, yes: bool) -> None:
    from rapport.content import display_path, write_bytes

    if file.resolve() == record.path.resolve():
        raise UsageError(f"{display_path(file)} is your record itself; name another file.")
    if file.exists() and not yes:
        raise UsageError(f"{display_path(file)} exists; name another file, or add --yes to replace it.")
    write_bytes(file, text.encode("utf-8"))
    typer.echo(f"Wrote {display_path(file)}")
    _notices(record)


def _ask(record: Record, asked: Due, where: str) -> bool:
    """Ask one question and tell what is right and why; the answer is kept at once."""
    from rapport import study
    from rapport.cli.play import _answer, _input

    options = asked.question.options()
    when = f"day {asked.day}" if asked.day else "first time"
    typer.echo(f"\n{where} · {asked.module.title} · {when}\n{study.unmarked(asked.question.ask)}")
    for number, option in enumerate(options, 1):
        typer.echo(f"  {number}  {study.unmarked(option)}")
    while True:
        given = _answer(_input, f"1 to {len(options)}, or q to leave: ")
        if given.isdecimal() and 1 <= int(given) <= len(options):
            break
        typer.echo(f"Found “{given}”; type a number from 1 to {len(options)}.")
    right = study.answer(record, asked, options[int(given) - 1])
    typer.echo(("Right. " if right else f"Not quite. Right is: {study.unmarked(asked.question.right)} ") + study.unmarked(asked.question.because))
    return right


def _ahead(record: Record, root: Path) -> list[str]:
    """Sentences on what comes next."""
    from rapport import study
    from rapport.study.parts import modules

    coming = [each for each in study.rounds(record, root) if not each.settled and each.on > date.today()]
    said = [f"Next: {coming[0].module.title}, day {coming[0].day}, on {study.written(coming[0].on)} (rapport calendar writes them all)."] if coming else []
    waiting = [stem for stem in modules(root) if stem not in study.begun(record, root)]
    if waiting:
        said.append(f"Reviews that have not begun: {', '.join(waiting)}. A module's days are counted once it is finished, or from: rapport review {waiting[0]}")
    return said


def _notices(record: Record) -> None:
    for sentence in record.notices:
        typer.echo(sentence, err=True)
    record.notices.clear()
