"""Exercises: a question, its checker, its known mistakes and hints; graded on the learner's own simulated data.
`open_workbook` opens a module's exercises in a notebook; `bake` and `page.render` prepare them for the handbook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rapport.exercises.values import Estimate

if TYPE_CHECKING:
    from rapport.exercises.checking import Key, Verdict, check, clashes, key
    from rapport.exercises.model import Exercise, Workbook, load
    from rapport.exercises.notebook import sync
    from rapport.exercises.page import bake, render
    from rapport.exercises.serving import Sweep, prove, serve, served, sweep
    from rapport.exercises.session import Session, open_workbook

_HOMES = {
    "checking": ("Key", "Verdict", "check", "clashes", "key"),
    "model": ("Exercise", "Workbook", "load"),
    "notebook": ("sync",),
    "page": ("bake", "render"),
    "serving": ("Sweep", "prove", "serve", "served", "sweep"),
    "session": ("Session", "open_workbook"),
}
__all__ = ["Estimate", *sorted(name for names in _HOMES.values() for name in names)]


def __getattr__(name: str) -> Any:
    """Load a room's parts when they are first asked for: an exercise's functions need only `Estimate`."""
    from importlib import import_module

    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"rapport.exercises.{home}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
