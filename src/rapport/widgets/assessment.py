"""The situational-judgement test in a notebook: the page's own script, mounted by anywidget, and the learner's report.
Finished sittings go into the learner's record, and those of earlier sessions come back from it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
import traitlets

from rapport import assessment, i18n, learner
from rapport.assessment.page import payload
from rapport.assessment.report import own_report
from rapport.assessment.words import STRINGS
from rapport.i18n.words import script_words
from rapport.widgets.keys import OWN_KEYS

WEB = Path(__file__).parents[1] / "web"
KEPT = ("occasion", "form", "answers", "began", "ended")

_MOUNT = """
function render({ model, el }) {
  const sitting = document.createElement("rapport-assessment");
  sitting.setAttribute("store", "host");
  sitting.setAttribute("level", "4");
  sitting.addEventListener("keydown", ownKeys);
  sitting.state = model.get("state");
  sitting.payload = model.get("payload");
  const keep = (event) => { model.set("state", event.detail.state); model.save_changes(); };
  const follow = () => { if (JSON.stringify(model.get("state")) !== JSON.stringify(sitting.state)) sitting.state = model.get("state"); };
  sitting.addEventListener("rapport-change", keep);
  model.on("change:state", follow);
  el.append(sitting);
  return () => model.off("change:state", follow);
}
export default { render };
"""


class AssessmentWidget(anywidget.AnyWidget):
    """A sitting in a notebook; make it with `sit`.

    Attributes
    ----------
    payload : dict
        What is shown and how it is scored (`rapport.assessment.page.payload`).
    state : dict
        What the page would keep: id, finished sittings, the one under way, consent.
    """

    _esm = (WEB / "assessment.js").read_text(encoding="utf-8") + OWN_KEYS + _MOUNT
    _css = (WEB / "assessment.css").read_text(encoding="utf-8")
    payload = traitlets.Dict().tag(sync=True)
    state = traitlets.Dict().tag(sync=True)

    def __init__(self, bank: assessment.Bank, record: learner.Record, **traits: Any):
        self._bank, self._record = bank, record
        super().__init__(**traits)
        self.observe(self._keep, names="state")

    def _keep(self, change: dict[str, Any]) -> None:
        before, after = change["old"].get("sittings", []), change["new"].get("sittings", [])
        for sitting in after[len(before) :]:
            answers = [assessment.Answer(**answer) for answer in sitting["answers"]]
            # The test is in English in every language of the course.
            scores = assessment.score_sitting(self._bank, answers)
            self._record.add("sitting", language=i18n.SOURCE, bank=self._bank.version, scores=scores, **{name: sitting[name] for name in KEPT})

    def __repr__(self) -> str:
        return STRINGS.say("run", n=self.payload["minutes"], page="assessment.html" if i18n.language() == i18n.SOURCE else f"assessment.{i18n.language()}.html")


def sit(root: Path | None = None) -> AssessmentWidget:
    """The sitting that is next for this learner.

    Parameters
    ----------
    root : Path, optional
        Course folder; default: the one around the working folder.

    Raises
    ------
    ContentError
        When the bank has faults.
    """
    bank, record = assessment.load(root), learner.open_record()
    kept = [{name: event[name] for name in KEPT} for event in _sittings(bank, record) if _drawn_here(bank, record.learner, event)]
    state = {"format": 1, "version": bank.version, "learner": record.learner, "consent": False, "sittings": kept, "current": None}
    return AssessmentWidget(bank, record, payload=payload(bank) | {"words": script_words(WEB / "assessment.js")}, state=state)


def my_report(root: Path | None = None) -> None:
    """Print what the learner's record says about their sittings, with how rough it is."""
    bank, record = assessment.load(root), learner.open_record()
    print("\n".join(own_report(bank, _sittings(bank, record))))


def _drawn_here(bank: assessment.Bank, learner_id: str, event: dict[str, Any]) -> bool:
    """Whether a sitting has the form and order that this learner draws; one taken in from a browser may have another's."""
    form, incidents = assessment.draw(bank, learner_id, event["occasion"])
    return event["form"] == form and [answer["incident"] for answer in event["answers"]] == [each.id for each in incidents]


def _sittings(bank: assessment.Bank, record: learner.Record) -> list[dict[str, Any]]:
    """Sittings of this version of the bank, the first of each occasion, oldest first."""
    first: dict[str, dict[str, Any]] = {}
    for event in record.events("sitting"):
        if event.get("bank") == bank.version:
            first.setdefault(event["occasion"], event)
    return list(first.values())
