"""What is done with hands in a notebook: `play("the_cold_chain")`, `recovery_explorer(book)`, `review_due()`, `keep("goal")`, `me()`.
Widgets show and keep; what is scored is in the compiled graph, what is estimated in `rapport.metrics`."""

from rapport.widgets.assessment import AssessmentWidget, my_report, sit
from rapport.widgets.explorer import Explorer, Frame, explorer_html, recovery_explorer
from rapport.widgets.hunt import HuntWidget, hunt, my_hunt
from rapport.widgets.learning import keep, me, path, review_due, statement
from rapport.widgets.scenario import LOG_COLUMNS, ScenarioWidget, play

__all__ = [
    "LOG_COLUMNS", "AssessmentWidget", "Explorer", "Frame", "HuntWidget", "ScenarioWidget", "explorer_html", "hunt", "keep", "me", "my_hunt", "my_report", "path", "play", "recovery_explorer", "review_due",
    "sit", "statement",
]  # fmt: skip
