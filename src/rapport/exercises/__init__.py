"""Exercises: a question, its checker, its known mistakes and hints; graded on the learner's own simulated data.
`open_workbook` opens a module's exercises in a notebook, `bake` and `page.render` prepare them for the handbook."""

from rapport.exercises.values import Estimate

__all__ = ["Estimate"]
