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
from rapport.cli.words import WORDS, say

if TYPE_CHECKING:
    from rapport.learner import Record
    from rapport.study import Due

PANEL = "Read, learn, practise"
KINDS = ("attempt", "hint", "solution", "prediction", "run", "seen", "review", "sitting", "hunt", "reflection", "goal", "erasure")
Replace = Annotated[bool, typer.Option("--yes", help="Do not ask; replace a file that exists.")]


def _speak(name: str | None) -> None:
    from rapport import i18n

    i18n.language()  # what RAPPORT_LANG says must hold too
    if name is not None:
        i18n.speak(name)


Language = Annotated[
    str | None,
    typer.Option("--lang", help="Language of this command: en, gu or lv.", show_default="RAPPORT_LANG, else en", is_eager=True, callback=_speak, expose_value=False),
]


def me(
    someone_else: Annotated[str | None, typer.Option("--someone-else", metavar="NAME", help="From now on NAME learns at this computer.", show_default=False)] = None,
    export: Annotated[Path | None, typer.Option(metavar="FILE", help="Write your whole record to FILE, as JSON.", show_default=False)] = None,
    xapi: Annotated[Path | None, typer.Option(metavar="FILE", help="Write it as xAPI 1.0.3 statements.", show_default=False)] = None,
    merge: Annotated[Path | None, typer.Option(metavar="FILE", help="Take in another record of yours: an export, or one that was set aside.", show_default=False)] = None,
    erase: Annotated[bool, typer.Option("--erase", help="Erase your record for good.")] = False,
    yes: Replace = False,
    lang: Language = None,
) -> None:
    """Say who learns here, where the record lies and what it holds; hand it out, take one in, or erase it."""
    from rapport import learner

    if sum(map(bool, (someone_else, export, xapi, merge, erase))) > 1:
        raise UsageError(WORDS["one_at_a_time"])
    if someone_else is not None:
        learner.become(someone_else)
    record = _open()
    if export:
        _write(export, learner.dump(_begun(record).data), record, yes)
        typer.echo(WORDS["export_says"])
    elif xapi:
        from rapport import study
        from rapport.content import course_root

        told = study.statements(_begun(record), course_root())
        _write(xapi, json.dumps(told, ensure_ascii=False, indent=1) + "\n", record, yes)
        typer.echo(say("xapi_says", n=len(told)))
    elif merge:
        _merge(record, merge, yes)
    elif erase:
        _erase(record, yes)
    else:
        _tell(record)


def review(
    module: Annotated[str | None, typer.Argument(metavar="[MODULE]", help="Only this module; one that has not begun yet begins now.", show_default=False)] = None,
    lang: Language = None,
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
        typer.echo(say("first_meeting", days=", ".join(map(str, study.DAYS[:-1])), last=study.DAYS[-1]))
    else:
        due = [each for each in study.due(record, root) if module in (None, each.module.stem)]
    if due:
        right = 0
        try:
            for number, each in enumerate(due, 1):
                right += _ask(record, each, say("of", n=number, total=len(due)))
        except (Left, KeyboardInterrupt) as gone:
            typer.echo(f"\n{WORDS['left_review']}")
            if isinstance(gone, KeyboardInterrupt):
                raise SystemExit(STOPPED) from None
        else:
            typer.echo(f"\n{study.WORDS.say('score', right=right, n=len(due))} {say('kept_in', file=display_path(record.path))}")
    elif start:
        typer.echo(study.WORDS["nothing_due"])
    for sentence in _ahead(record, root):
        typer.echo(sentence)
    _notices(record)


def calendar(
    out: Annotated[Path, typer.Option(help="File to write.")] = Path("rapport-reviews.ics"),
    yes: Replace = False,
    lang: Language = None,
) -> None:
    """Write your reviews to a calendar file; every calendar program can take it in."""
    from rapport import study
    from rapport.content import course_root

    root, record = course_root(), _open()
    coming = study.rounds(record, root)
    if not coming:
        raise UsageError(" ".join([WORDS["no_days"], *_ahead(record, root)]))
    _write(out, study.calendar(record, root).decode(), record, yes)
    typer.echo(say("days_written", n=len(coming), modules=len({each.module.stem for each in coming})))


def path(
    role: Annotated[str | None, typer.Option(help="agent, account_manager, small_business or trainer; remembered.", show_default="the one you chose")] = None,
    lang: Language = None,
) -> None:
    """Show the way through the course for your role: what is there, what follows, where you are."""
    from rapport import study
    from rapport.content import ContentError, course_root

    root, record = course_root(), _open()
    if role is None and record.role is None:
        roles = study.read_paths(root).roles.items()
        typer.echo(f"{WORDS['which_role']}\n" + "\n".join(f"  rapport path --role {name:<16} {each.title}. {each.who}" for name, each in roles))
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
    lang: Language = None,
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
        raise UsageError(say("faces", file=repr(out.name), faces=", ".join(faces)))
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

    who = say("you_are", name=record.profile, file=display_path(record.path))
    typer.echo(who if record.path.exists() else f"{who} {WORDS['not_begun']}")
    counts = Counter(event["kind"] for event in record.events())
    for kind in KINDS:
        if counts[kind]:
            typer.echo(f"  {counts[kind]:>5}  {WORDS[kind]}")
    if other := sum(number for kind, number in counts.items() if kind not in KINDS):
        typer.echo(f"  {other:>5}  {WORDS['other']}")
    if record.role:
        typer.echo(say("your_role", role=record.role))
    others = [each.name for each in profiles() if each.path != record.path]
    typer.echo(say("others", names=", ".join(others)) if others else WORDS["nobody_else"])
    typer.echo(WORDS["me_ends"])
    _notices(record)


def _merge(record: Record, file: Path, yes: bool) -> None:
    from rapport.content import ContentError, display_path
    from rapport.learner import read

    try:
        data = file.read_bytes()
    except OSError as error:
        raise ContentError(say("unread", why=error.strerror), file) from None
    other, sound = read(data)
    if not other["events"] and not sound:
        raise ContentError(WORDS["no_record"], file)
    if not sound:
        typer.echo(say("damaged", file=display_path(file), n=len(other["events"])), err=True)
    if record.path.exists() and other.get("learner") not in (None, record.learner) and not yes:
        if not typer.confirm(say("yours_named" if other.get("profile") else "yours", file=display_path(file), name=other.get("profile"))):
            typer.echo(WORDS["not_taken_in"])
            return
    new = record.take_in(other)
    typer.echo(say("taken_in", n=new, old=len(other["events"]) - new))
    _notices(record)


def _erase(record: Record, yes: bool) -> None:
    from rapport.content import display_path

    entries = len(record.events())
    if not record.files:
        typer.echo(WORDS["nothing_to_erase"])
        return
    if not yes and not typer.confirm(say("erase", name=record.profile, n=entries)):
        typer.echo(WORDS["not_erased"])
        return
    for path in record.erase_everything():
        typer.echo(say("gone", file=display_path(path)))
    typer.echo(WORDS["not_touched"])


def _write(file: Path, text: str, record: Record, yes: bool) -> None:
    from rapport.content import display_path, write_bytes

    if file.resolve() == record.path.resolve():
        raise UsageError(say("record_itself", file=display_path(file)))
    if file.exists() and not yes:
        raise UsageError(say("exists", file=display_path(file)))
    write_bytes(file, text.encode("utf-8"))
    typer.echo(say("wrote", file=display_path(file)))
    _notices(record)


def _ask(record: Record, asked: Due, where: str) -> bool:
    """Ask one question and tell what is right and why; the answer is kept at once."""
    from rapport import study
    from rapport.cli.play import _answer, _input

    options = asked.question.options()
    when = study.WORDS.say("day", n=asked.day) if asked.day else study.WORDS["first_time"]
    typer.echo(f"\n{where} · {asked.module.title} · {when}\n{study.unmarked(asked.question.ask)}")
    for number, option in enumerate(options, 1):
        typer.echo(f"  {number}  {study.unmarked(option)}")
    while True:
        given = _answer(_input, say("one_to_or_q", n=len(options)))
        if given.isdecimal() and 1 <= int(given) <= len(options):
            break
        typer.echo(say("type_number", found=given, n=len(options)))
    right = study.answer(record, asked, options[int(given) - 1])
    verdict = study.WORDS["right"] if right else study.WORDS.say("not_right", right=study.unmarked(asked.question.right))
    typer.echo(f"{verdict} {study.unmarked(asked.question.because)}")
    return right


def _ahead(record: Record, root: Path) -> list[str]:
    """Sentences on what comes next."""
    from rapport import study
    from rapport.study.parts import modules

    coming = [each for each in study.rounds(record, root) if not each.settled and each.on > date.today()]
    said = [f"{study.WORDS.say('next', title=coming[0].module.title, n=coming[0].day, date=study.written(coming[0].on))} {WORDS['writes_all']}"] if coming else []
    waiting = [stem for stem in modules(root) if stem not in study.begun(record, root)]
    if waiting:
        said.append(say("waiting", names=", ".join(waiting), first=waiting[0]))
    return said


def _notices(record: Record) -> None:
    for sentence in record.notices:
        typer.echo(sentence, err=True)
    record.notices.clear()
