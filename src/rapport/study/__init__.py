"""What the course and one learner's record say together: the path of a role, reviews due, a statement of completion, xAPI.
Everything is worked out anew from the events; nothing of it is kept."""

from rapport.study.agenda import calendar
from rapport.study.paths import Path, Step, path, read_paths
from rapport.study.reviews import DAYS, Due, Round, answer, begin, begun, due, first, rounds, unmarked, written
from rapport.study.statement import Statement, statement
from rapport.study.words import WORDS
from rapport.study.xapi import statements

__all__ = [
    "DAYS", "WORDS", "Due", "Path", "Round", "Statement", "Step", "answer", "begin", "begun", "calendar", "due", "first", "path", "read_paths", "rounds",
    "statement", "statements", "unmarked", "written",
]  # fmt: skip
