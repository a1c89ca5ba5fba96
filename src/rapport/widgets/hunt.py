"""A bug hunt in a notebook: the page's own HTML and script, mounted by anywidget, and the learner's report.
Checked hunts go into the learner's record, and those of earlier sessions come back from it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
import traitlets

from rapport import hunt as hunts
from rapport import learner
from rapport.hunt.page import fingerprint, render
from rapport.hunt.words import WORDS, say
from rapport.i18n import language, unmarked
from rapport.widgets.keys import OWN_KEYS

WEB = Path(__file__).parents[1] / "web"

# The HTML comes from `render`, which escapes all content; innerHTML runs no scripts.
_MOUNT = """
function render({ model, el }) {
  const box = document.createElement("div");
  box.lang = model.get("lang");
  const inert = new DOMParser().parseFromString(model.get("html"), "text/html");
  const hunt = document.importNode(inert.querySelector("rapport-hunt"), true);
  hunt.setAttribute("store", "host");
  hunt.addEventListener("keydown", ownKeys);
  hunt.state = model.get("state");
  const keep = (event) => { model.set("state", event.detail.state); model.save_changes(); };
  const follow = () => { if (JSON.stringify(model.get("state")) !== JSON.stringify(hunt.state)) hunt.state = model.get("state"); };
  hunt.addEventListener("rapport-change", keep);
  model.on("change:state", follow);
  box.append(hunt);
  el.append(box);
  return () => model.off("change:state", follow);
}
export default { render };
"""


class HuntWidget(anywidget.AnyWidget):
    """A hunt in a notebook; make it with `hunt`.

    Attributes
    ----------
    html : str
        The specimens and what the script needs (`rapport.hunt.page.render`).
    lang : str
        Language of the interface.
    state : dict
        What the page would keep: marks, whether they are checked, checked hunts.
    """

    _esm = (WEB / "hunt.js").read_text(encoding="utf-8") + OWN_KEYS + _MOUNT
    _css = (WEB / "hunt.css").read_text(encoding="utf-8")
    html = traitlets.Unicode("").tag(sync=True)
    lang = traitlets.Unicode("en").tag(sync=True)
    state = traitlets.Dict().tag(sync=True)

    def __init__(self, read: hunts.Hunt, record: learner.Record, **traits: Any):
        self._hunt, self._record = read, record
        super().__init__(**traits)
        self.observe(self._keep, names="state")

    def _keep(self, change: dict[str, Any]) -> None:
        before, after = change["old"].get("sittings", []), change["new"].get("sittings", [])
        for sitting in after[len(before) :]:
            counts = hunts.score(self._hunt, sitting["marked"])
            scores = {**counts["groups"]["open"], "aim": counts["aim"], "habits": counts["habits"]}
            self._record.add("hunt", hunt=self._hunt.id, hash=fingerprint(self._hunt), marked=sitting["marked"], scores=scores)

    def __repr__(self) -> str:
        return unmarked(say("instead", n=self._hunt.minutes))


def hunt(name: str = "localisation", root: Path | None = None) -> HuntWidget:
    """A bug hunt in the reader's language, with the learner's earlier ones behind it.

    Parameters
    ----------
    name : str
        Name of the hunt: a file of ``hunts/``.
    root : Path, optional
        Course folder; default: the one around the working folder.

    Raises
    ------
    ContentError
        An unknown hunt, or one with faults.
    """
    read, record = hunts.load(name, root), learner.open_record()
    kept = [{"marked": event["marked"]} for event in _sittings(read, record)]
    state = {"format": 1, "hash": fingerprint(read), "marked": [], "done": False, "sittings": kept}
    return HuntWidget(read, record, html=unmarked(render(read, level=4)), lang=language(), state=state)


def my_hunt(name: str = "localisation", root: Path | None = None) -> None:
    """Print what the learner's last checked hunt came to: the sentences of the page."""
    read, record = hunts.load(name, root), learner.open_record()
    found = _sittings(read, record)
    print(unmarked("\n".join(hunts.report(read, found[-1]["marked"]) if found else [WORDS["not_yet"]])))


def _sittings(read: hunts.Hunt, record: learner.Record) -> list[dict[str, Any]]:
    """Checked hunts of this very key, oldest first."""
    known = {each.id for each in read.pieces}
    return [event for event in record.events("hunt") if event["hunt"] == read.id and event["hash"] == fingerprint(read) and set(map(str, event["marked"])) <= known]
