"""The command `rapport`: `main` runs it and turns every foreseeable failure into one sentence and an exit code.
The commands themselves are in `commands.py`, one function each."""

from __future__ import annotations

import errno
import os
import signal
import sys
from collections.abc import Sequence

FINE, FAILED, WRONG_USE, STOPPED = 0, 1, 2, 130


class UsageError(Exception):
    """What was typed cannot be done: says what was found and what is known. Exit code 2."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code (0 fine, 1 failed, 2 wrong use, 130 stopped)."""
    for stream in (sys.stdout, sys.stderr):
        # A pipe on Windows may take a few hundred characters only; a ? in a line is better than no line.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def run(arguments: Sequence[str]) -> int:
    """As `main`, but returns the exit code."""
    debug = "--debug" in arguments or bool(os.environ.get("RAPPORT_DEBUG"))
    spoken = os.environ.get("RAPPORT_LANG")
    # A job that a shell started in the background ignores Ctrl-C's signal; whoever sends it then still means it.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        from rapport.cli.commands import app

        code = app(list(arguments), prog_name="rapport", standalone_mode=False) or FINE
        if code == STOPPED:  # this is how Typer hands a Ctrl-C on
            raise KeyboardInterrupt
        return code
    except BaseException as error:
        if debug:
            raise
        message, code = explain(error)
        if message:
            _say(message)
        return code
    finally:  # what --lang said goes for this command
        os.environ.pop("RAPPORT_LANG", None)
        if spoken is not None:
            os.environ["RAPPORT_LANG"] = spoken


def explain(error: BaseException) -> tuple[str, int]:
    """The sentence and the exit code for a failure.

    Returns
    -------
    message : str
        What to print on stderr; empty when nothing need be said.
    code : int
        The exit code.
    """
    from typer import Abort, Exit
    from typer.exceptions import TyperException

    from rapport import i18n
    from rapport.cli.words import WORDS, say
    from rapport.content import ContentError, display_path

    if isinstance(error, i18n.UnknownLanguage):
        return f"{str(error)[0].upper()}{str(error)[1:]}", WRONG_USE
    if isinstance(error, KeyboardInterrupt):
        return WORDS["stopped"], STOPPED
    if isinstance(error, Abort):
        return WORDS["aborted"], STOPPED
    if isinstance(error, Exit):
        return "", error.exit_code
    if isinstance(error, SystemExit):
        return ("", error.code) if isinstance(error.code, int) else (str(error.code or ""), FAILED if error.code else FINE)
    if isinstance(error, UsageError):
        return str(error), WRONG_USE
    if isinstance(error, TyperException):
        # A command named without its arguments has printed its help already; then there is nothing to add.
        message, context = error.format_message(), getattr(error, "ctx", None)
        return f"{message}\nSee: {context.command_path} --help" if message and context else message, error.exit_code
    if isinstance(error, ContentError):
        return str(error), FAILED
    if isinstance(error, LookupError):
        from rapport.facts import UnknownFact

        if isinstance(error, UnknownFact):
            return str(error), WRONG_USE
    if isinstance(error, BrokenPipeError):
        # The reader of our output has gone (as in `rapport check | head`); keep Python from complaining at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return "", FAILED
    if isinstance(error, OSError) and error.strerror:
        where = f"{display_path(error.filename)}: " if error.filename else ""
        todo = {
            errno.ENOSPC: "space",
            errno.EFBIG: "space",
            errno.EDQUOT: "space",
            errno.EACCES: "permission",
            errno.EPERM: "permission",
            errno.EROFS: "read_only",
        }.get(error.errno, "mend")
        return f"{where}{error.strerror}. {WORDS[todo]}", FAILED
    if isinstance(error, ImportError) and error.name and not error.name.startswith("rapport"):
        return say("lacks", name=error.name.partition(".")[0]), FAILED
    return say("unforeseen", error=f"{type(error).__name__}: {error}"), FAILED


def _say(message: str) -> None:
    """Print `message` on stderr as it is: no markup, no wrapping, so that file:line stays clickable."""
    colour = sys.stderr.isatty() and not os.environ.get("NO_COLOR")
    print(f"\x1b[31m{message}\x1b[0m" if colour else message, file=sys.stderr)
