"""Scenarios and explorers in a notebook: `play("the_cold_chain")` and `recovery_explorer(book)`.
Widgets show and keep; what is scored is in the compiled graph, what is estimated in `rapport.metrics`."""

from rapport.widgets.assessment import AssessmentWidget, my_report, sit
from rapport.widgets.explorer import Explorer, Frame, explorer_html, recovery_explorer
from rapport.widgets.scenario import LOG_COLUMNS, ScenarioWidget, play

__all__ = ["LOG_COLUMNS", "AssessmentWidget", "Explorer", "Frame", "ScenarioWidget", "explorer_html", "my_report", "play", "recovery_explorer", "sit"]
