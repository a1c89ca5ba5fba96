"""The browser's scenario player in Jupyter: the same script, mounted by anywidget, with state and log as traitlets.
Ended runs go into the learner's record, and runs of earlier sessions come back from it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from rapport import i18n, learner, scenarios
from rapport.content import ContentError
from rapport.i18n.words import Words, script_words
from rapport.widgets.keys import OWN_KEYS

if TYPE_CHECKING:
    import pandas as pd

WEB = Path(__file__).parents[1] / "web"
LOG_COLUMNS = ("run", "market", "persona", "step", "node", "beat", "decision", "option", "label", "effects", "feedback", "text")
"""Columns of the log, in the browser and in `ScenarioWidget.log_frame`."""

WORDS = Words(__file__, {
    "instead": "Scenario “{title}”, about {n} minutes: run this cell in JupyterLab, or type: `rapport play {id}`",
    "no_place": "found place {place}; {scenario} is played in {places}.",
    "no_seed": "`RAPPORT_SEED` is {seed}; it must be a whole number from 0, such as 7.",
})  # fmt: skip

# anywidget loads an ES module; the player is a classic script, because pages opened from a file can load no other.
_MOUNT = """
function render({ model, el }) {
  const player = document.createElement("rapport-scenario");
  player.setAttribute("store", "host");
  player.setAttribute("level", "4");
  player.setAttribute("seed", String(model.get("seed")));
  player.lang = model.get("lang");
  player.addEventListener("keydown", ownKeys);
  if (model.get("place")) player.setAttribute("place", model.get("place"));
  player.state = model.get("state");
  player.graph = model.get("graph");
  const keep = (event) => {
    model.set("state", event.detail.state);
    model.set("log", event.detail.log);
    model.save_changes();
  };
  const follow = () => {
    if (JSON.stringify(model.get("state")) !== JSON.stringify(player.state)) player.state = model.get("state");
  };
  player.addEventListener("rapport-change", keep);
  model.on("change:state", follow);
  el.append(player);
  return () => model.off("change:state", follow);
}
export default { render };
"""


class ScenarioWidget(anywidget.AnyWidget):
    """A branching case to play in a notebook; make it with `play`.

    Attributes
    ----------
    graph : dict
        The compiled graph.
    state : dict
        What the player keeps: place, draw, path of the run under way, ended runs.
    log : list of dict
        One row per choice, with the keys `LOG_COLUMNS`; a run's persona is None until the run has ended.
    """

    _esm = (WEB / "player.js").read_text(encoding="utf-8") + OWN_KEYS + _MOUNT
    _css = (WEB / "player.css").read_text(encoding="utf-8")
    graph = traitlets.Dict().tag(sync=True)
    state = traitlets.Dict().tag(sync=True)
    log = traitlets.List().tag(sync=True)  # hides the logger that widgets carry, which nothing here uses
    lang = traitlets.Unicode("en").tag(sync=True)
    place = traitlets.Unicode("").tag(sync=True)
    seed = traitlets.Int(0).tag(sync=True)

    def __init__(self, graph: dict[str, Any], record: learner.Record | None = None, **traits: Any):
        self._record = record
        super().__init__(graph=graph | {"words": script_words(WEB / "player.js")}, lang=i18n.language(), **traits)
        self.observe(self._keep, names="state")

    def _keep(self, change: dict[str, Any]) -> None:
        before, after = change["old"].get("runs", []), change["new"].get("runs", [])
        if self._record is None:
            return
        if before and not after:
            self._record.erase_runs(self.graph["id"])
        for run in after[len(before) :]:
            self._record.add_run(self.graph["id"], run)

    def log_frame(self) -> pd.DataFrame:
        """The log as a table: one row per choice, columns `LOG_COLUMNS`.

        Returns
        -------
        DataFrame
            ``run`` and ``step`` are integers from 1; ``effects`` is a list of four integers on the axes of the graph;
            the others are strings (``persona`` is missing until the run has ended).
        """
        import pandas as pd

        return pd.DataFrame(self.log, columns=list(LOG_COLUMNS))

    def __repr__(self) -> str:
        return WORDS.say("instead", title=self.graph["title"], n=self.graph["minutes"], id=self.graph["id"])


def play(scenario: str, place: str | None = None, seed: int | None = None, root: Path | None = None) -> ScenarioWidget:
    """Play a case in the notebook.

    Parameters
    ----------
    scenario : str
        Name of the case, such as ``the_cold_chain``.
    place : str, optional
        Place offered first; the learner may take the other one.
    seed : int, optional
        Row of the draw table to begin with. Default: ``RAPPORT_SEED``, else the learner's own seed, moved on by one
        for every run in the record.
    root : Path, optional
        Course folder; default: the one around the working folder.

    Returns
    -------
    ScenarioWidget

    Raises
    ------
    ContentError
        An unknown case or place; the message names those that are known.
    """
    graph = scenarios.load(scenario, root)
    places = [each["id"] for each in graph["places"]]
    if place is not None and place not in places:
        raise ContentError(WORDS.say("no_place", place=repr(place), scenario=scenario, places=", ".join(places)))
    record = learner.open_record()
    runs = [{key: value for key, value in run.items() if key not in ("at", "scenario")} for run in record.runs(scenario) if _fits(run)]
    named = os.environ.get("RAPPORT_SEED")
    if seed is None and named:
        if not named.isdecimal():
            raise ContentError(WORDS.say("no_seed", seed=repr(named)))
        seed = int(named)
    draw = (record.seed + len(runs) if seed is None else int(seed)) % len(graph["draws"][places[0]])
    state = {"format": 1, "graph": graph["hash"], "place": None, "draw": draw, "path": [], "runs": runs}
    return ScenarioWidget(graph, record, state=state, place=place or "", seed=draw)


def _fits(run: dict[str, Any]) -> bool:
    """Whether the player can count a run of the record (a terminal or a later version may write others)."""
    return isinstance(run.get("place"), str) and isinstance(run.get("path"), list) and isinstance(run.get("scores"), list)
