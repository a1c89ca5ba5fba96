"""The data explorer of service recovery: a recovery design on one side, what the trial measured on the other.
Live it is made of ipywidgets; for a page its pictures and sentences are worked out beforehand, from the same call."""

from __future__ import annotations

import base64
import html
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING, Any

import ipywidgets
from PIL import Image

from rapport import charts, metrics
from rapport.i18n.numbers import number, series
from rapport.i18n.words import Words
from rapport.widgets.keys import KeyGuard

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

LABELS = Words(__file__, {
    "outcome": "Result to look at", "owned": "First words", "remedy": "Remedy", "explained": "Explanation", "updates": "Updates",
    "fairness": "Fairness", "satisfaction_after": "Satisfaction afterwards", "repurchased": "Bought again", "escalated": "Escalated",
    "points": "points of 100", "repurchased_unit": "% within 180 days", "escalated_unit": "% of cases",
    "owned_1": "own the fault", "owned_0": "give an excuse",
    "remedy_matched": "matched to the loss", "remedy_mismatched": "of another kind", "remedy_none": "none",
    "explained_0": "short", "explained_1": "long",
    "updates_0": "none", "updates_1": "one stream", "updates_2": "several streams",
    "with_matched": "remedy matched to the loss", "with_mismatched": "remedy of another kind", "with_none": "no remedy",
    "told_0": "short explanation", "told_1": "long explanation",
    "stream_0": "no updates", "stream_1": "one stream of updates", "stream_2": "several streams of updates",
    "line": "{design}. {label}: {value} {unit} (95% interval {low} to {high}, n = {n}; simulated).",
    "alt": "{label} in {unit}, with no, one and several streams of updates: short explanation {short}; long explanation {long}. Ringed: {chosen}.",
    "title": "{label}: {first}, {remedy}", "subtitle": "{unit}, 95% intervals, simulated trial", "axis": "updates",
    "as_table": "The six designs as a table", "result": "Result", "interval": "95% interval", "range": "{low} to {high}", "yours": "{n} ← yours",
    "lab": "Run this cell in JupyterLab to change the design.",
})  # fmt: skip
OUTCOMES = {"fairness": ("points", "mean"), "satisfaction_after": ("points", "mean"), "repurchased": ("repurchased_unit", "share"), "escalated": ("escalated_unit", "share")}
"""Result → key of its unit, and how it is estimated."""
CONTROLS = {"outcome": tuple(OUTCOMES), "owned": ("1", "0"), "remedy": ("matched", "mismatched", "none"), "explained": ("0", "1"), "updates": ("0", "1", "2")}
"""Control → its values, in the order shown. Only what a trial varied is a control."""
PICTURED = ("outcome", "owned", "remedy")  # what chooses the picture; the other two choose the point in it
START = {"outcome": "fairness", "owned": "1", "remedy": "matched", "explained": "0", "updates": "1"}
SIZE = (6.4, 3.3)


@dataclass(frozen=True)
class Frame:
    """One setting of the controls and all that is shown for it.

    Attributes
    ----------
    choice : dict of str
        Control → value.
    picture : str
        Name of the picture among `Explorer.pictures`.
    mark : (float, float)
        Where the chosen design lies in the picture, in shares of its width and height from the top left.
    line : str
        The result in one sentence, with interval and n.
    alt : str
        Text alternative of the picture with its mark.
    """

    explorer: Explorer
    choice: dict[str, str]
    picture: str
    mark: tuple[float, float]
    line: str
    alt: str

    @property
    def png(self) -> bytes:
        """The picture with the chosen design ringed."""
        return self.explorer._drawn(self.picture, _point(self.choice))

    @property
    def table(self) -> pd.DataFrame:
        """The six designs of the picture: updates, explanation, value, low, high, n, chosen (bool)."""
        import pandas as pd

        return pd.DataFrame(self.rows())

    def rows(self) -> list[dict[str, Any]]:
        """The rows of `table`."""
        return [
            {"updates": option("updates", updates), "explanation": option("explained", explained)}
            | self.explorer.estimate({**self.choice, "explained": explained, "updates": updates})._asdict()
            | {"chosen": (explained, updates) == _point(self.choice)}
            for explained, updates in product(CONTROLS["explained"], CONTROLS["updates"])
        ]


class Explorer(ipywidgets.VBox):
    """Recovery design against outcome, over a book's trial; make it with `recovery_explorer`.

    Attributes
    ----------
    trial : DataFrame
        ``owned, explained`` (0/1), ``remedy`` (none, matched, mismatched), ``updates`` (0, 1, 2 streams), and the
        columns named in `OUTCOMES`.
    """

    def __init__(self, trial: pd.DataFrame):
        missing = sorted({*OUTCOMES, "owned", "explained", "remedy", "updates"} - set(trial.columns))
        if missing:
            raise ValueError(f"the trial has no column {', '.join(missing)}; the explorer needs a book with a recovery trial.")
        self.trial = trial
        self._groups = {
            (str(owned), str(remedy), str(explained), str(updates)): rows
            for (owned, remedy, explained, updates), rows in trial.groupby(["owned", "remedy", "explained", "updates"])
        }
        wanted = {(c["owned"], c["remedy"], c["explained"], c["updates"]) for c in _choices()}
        if gaps := sorted(wanted - {key for key, rows in self._groups.items() if len(rows) > 1}):
            raise ValueError(f"the trial has fewer than two cases of {len(gaps)} designs, such as {', '.join(gaps[0])}; take a larger trial.")
        self._estimates: dict[tuple[str, ...], metrics.Interval] = {}
        self._grounds: dict[str, dict[Figure, Any]] = {outcome: {} for outcome in OUTCOMES}  # one for each number of lines that a title takes
        self._marks: dict[str, dict[tuple[str, str], tuple[float, float]]] = {}
        self.controls = {
            name: ipywidgets.Dropdown(
                options=[(option(name, value), value) for value in values], value=START[name], description=LABELS[name],
                style={"description_width": "9rem"}, layout=ipywidgets.Layout(width="24rem", max_width="100%"),
            )
            for name, values in CONTROLS.items()
        }  # fmt: skip
        self.shown = ipywidgets.HTML()
        for control in self.controls.values():
            control.observe(lambda _: self._show(), names="value")
        super().__init__([*self.controls.values(), self.shown, KeyGuard()])
        self._show()

    def estimate(self, choice: dict[str, str]) -> metrics.Interval:
        """Mean or share (in %) of the outcome under a design, with its 95% interval and n."""
        key = tuple(choice[name] for name in ("outcome", "owned", "remedy", "explained", "updates"))
        if key not in self._estimates:
            values = self._groups[key[1:]][key[0]]
            if OUTCOMES[key[0]][1] == "share":
                share = metrics.proportion_interval(values)
                self._estimates[key] = metrics.Interval(share.value * 100, share.low * 100, share.high * 100, share.n)
            else:
                self._estimates[key] = metrics.mean_interval(values)
        return self._estimates[key]

    def frame(self, choice: dict[str, str] | None = None) -> Frame:
        """What is shown for a setting of the controls (default: the one set now)."""
        choice = choice or {name: control.value for name, control in self.controls.items()}
        picture = "/".join(choice[name] for name in PICTURED)
        if picture not in self._marks:
            self._drawn(picture, _point(choice))
        return Frame(self, choice, picture, self._marks[picture][_point(choice)], self._line(choice), self._alt(choice))

    def frames(self) -> Iterator[Frame]:
        """Every setting of the controls, in a fixed order."""
        return (self.frame(choice) for choice in _choices())

    def pictures(self) -> dict[str, bytes]:
        """Picture name → PNG without a mark: all that a page needs besides the frames' sentences and marks."""
        names = dict.fromkeys("/".join(choice[name] for name in PICTURED) for choice in _choices())
        return {name: self._drawn(name, None) for name in names}

    def _line(self, choice: dict[str, str]) -> str:
        found, outcome = self.estimate(choice), choice["outcome"]
        ends = {"value": number(found.value, 1), "low": number(found.low, 1), "high": number(found.high, 1), "n": found.n}
        return LABELS.say("line", design=_design(choice), label=LABELS[outcome], unit=_unit(outcome), **ends)

    def _alt(self, choice: dict[str, str]) -> str:
        def said(explained: str) -> str:
            return series(number(self.estimate({**choice, "explained": explained, "updates": each}).value, 1) for each in CONTROLS["updates"])

        chosen = ", ".join((LABELS["told_" + choice["explained"]], LABELS["stream_" + choice["updates"]]))
        return LABELS.say("alt", label=LABELS[choice["outcome"]], unit=_unit(choice["outcome"]), short=said("0"), long=said("1"), chosen=chosen)

    @lru_cache(maxsize=64)  # noqa: B019 - an explorer lives as long as its notebook
    def _drawn(self, picture: str, ring: tuple[str, str] | None) -> bytes:
        """A picture as PNG, with one of its points ringed or, packed smaller, none; notes where its points lie."""
        outcome, owned, remedy = picture.split("/")
        base = {"outcome": outcome, "owned": owned, "remedy": remedy}
        title = LABELS.say("title", label=LABELS[outcome], first=option("owned", owned), remedy=LABELS[f"with_{remedy}"])
        fig = next((fig for fig in self._grounds[outcome] if charts.retitled(fig, title)), None)
        if new := fig is None:
            fig = self._figure(outcome, title)
        ax = fig.axes[0]
        for artist in (*ax.collections, *ax.lines, *ax.texts):  # another design's
            artist.remove()
        spots, last = {}, {}
        for explained, shade, shift in (("0", "accent", -0.06), ("1", "contrast", 0.06)):
            found = [self.estimate({**base, "explained": explained, "updates": each}) for each in CONTROLS["updates"]]
            x = [number + shift for number in range(3)]
            ax.vlines(x, [each.low for each in found], [each.high for each in found], colors=charts.colour(shade), linewidth=3, alpha=0.4)
            charts.line(ax, x, [each.value for each in found], colour_name=shade)
            last[explained] = (x[-1], found[-1].value, shade)
            spots |= {(explained, each): (x[number], found[number].value) for number, each in enumerate(CONTROLS["updates"])}
        above = max(last, key=lambda explained: last[explained][1])
        for explained, (x, y, shade) in last.items():  # names beside the lines' ends, one up and one down, so that they never meet
            charts.write(ax, x, y, LABELS[f"told_{explained}"], colour_name=shade, dx=11, dy=7 if explained == above else -7, ha="left", va="center")
        if ring:
            ax.scatter(*spots[ring], s=260, facecolors="none", edgecolors=charts.COLOURS["ink"], linewidths=2, zorder=5)
        for artist in (fig.texts[0], *ax.collections, *ax.lines, *ax.texts):
            artist.set_animated(True)
        if new:
            self._grounds[outcome][fig] = charts.ground(fig)  # the layout settles, and with it where the marks lie
        width, height = fig.canvas.get_width_height()
        across = {key: ax.transData.transform(spot) for key, spot in spots.items()}
        self._marks[picture] = {key: (round(x / width, 4), round(1 - y / height, 4)) for key, (x, y) in across.items()}
        drawn = charts.picture(fig, self._grounds[outcome][fig])
        return charts.packed(drawn) if ring else _small(drawn)

    def _figure(self, outcome: str, title: str) -> Figure:
        """A figure with all that the designs have in common for an outcome."""
        fig, ax = charts.figure(title, LABELS.say("subtitle", unit=_unit(outcome)), width=SIZE[0], height=SIZE[1])
        every = [self.estimate({**choice, "outcome": outcome}) for choice in _choices() if choice["outcome"] == outcome]
        ax.set_xlim(-0.3, 3.05)
        ax.set_xticks(range(3), [option("updates", each) for each in CONTROLS["updates"]])
        ax.set_ylim(min(each.low for each in every) - 1, max(each.high for each in every) + 1)  # one scale for all designs
        ax.set_xlabel(LABELS["axis"])
        return fig

    def _show(self) -> None:
        frame = self.frame()
        picture = base64.b64encode(frame.png).decode()
        width, height = (round(inches * charts.PIXELS_PER_INCH) for inches in SIZE)
        self.shown.value = (
            f'<p role="status">{html.escape(frame.line)}</p>'
            f'<img alt="{html.escape(frame.alt)}" width="{width}" height="{height}" style="max-width:100%;height:auto" src="data:image/png;base64,{picture}">'
            f"<details><summary>{html.escape(LABELS['as_table'])}</summary>{_table_html(frame)}</details>"
        )

    def __repr__(self) -> str:
        return f"[Explorer] {self._line({name: control.value for name, control in self.controls.items()})} {LABELS['lab']}"


def recovery_explorer(book: Any) -> Explorer:
    """Recovery design against outcome, over ``book.trial``.

    Parameters
    ----------
    book : object
        Anything with a ``trial`` table, such as ``simulate(PRESETS["recovery"], seed).book``.

    Returns
    -------
    Explorer
        A widget; ``frame()`` gives the twin of what it shows (sentence, picture, table), ``frames()`` all of them.

    Raises
    ------
    ValueError
        When the trial lacks a column, or a design has fewer than two cases.
    """
    return Explorer(book.trial)


def explorer_html(explorer: Explorer) -> str:
    """The explorer for a page without a kernel: readable as it stands, changed by ``web/explorer.js``.

    Returns
    -------
    str
        A ``rapport-explorer`` element: the starting picture, its sentence and table as HTML, and every picture,
        sentence and mark as data. No inline style, no script that runs.
    """
    pictures = {name: base64.b64encode(png).decode() for name, png in explorer.pictures().items()}
    frame = explorer.frame(START)
    width, height = (round(inches * charts.PIXELS_PER_INCH) for inches in SIZE)
    data = {
        "format": 1, "width": width, "height": height, "start": START,
        "controls": [{"name": name, "label": LABELS[name], "options": [[value, option(name, value)] for value in values]} for name, values in CONTROLS.items()],
        "pictured": list(PICTURED), "pictures": pictures, "head": _head(),
        "frames": {_key(each.choice): {"mark": each.mark, "line": each.line, "alt": each.alt, "rows": _rows(each)} for each in explorer.frames()},
    }  # fmt: skip
    text = json.dumps(data, ensure_ascii=False, sort_keys=True).replace("<", "\\u003c")
    return (
        f'<rapport-explorer><script type="application/json">{text}</script>'
        f'<figure class="re-figure"><img alt="{html.escape(frame.alt)}" width="{width}" height="{height}" src="data:image/png;base64,{pictures[frame.picture]}">'
        f"<figcaption>{html.escape(frame.line)}</figcaption></figure>{_table_html(frame)}</rapport-explorer>"
    )


def _small(image: Image.Image) -> bytes:
    """A picture as PNG with a palette of 64 colours: a page holds two dozen of them."""
    out = io.BytesIO()
    image.quantize(64, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(out, "PNG", compress_level=6)
    return out.getvalue()


def _choices() -> Iterator[dict[str, str]]:
    names = list(CONTROLS)
    return (dict(zip(names, values)) for values in product(*(CONTROLS[name] for name in names)))


def _point(choice: dict[str, str]) -> tuple[str, str]:
    """Which point of its picture a design is."""
    return choice["explained"], choice["updates"]


def _key(choice: dict[str, str]) -> str:
    return "/".join(choice[name] for name in CONTROLS)


def option(control: str, value: str) -> str:
    """What an option of a control is called."""
    return LABELS[value if control == "outcome" else f"{control}_{value}"]


def _unit(outcome: str) -> str:
    return LABELS[OUTCOMES[outcome][0]]


def _design(choice: dict[str, str]) -> str:
    words = ", ".join((option("owned", choice["owned"]), LABELS[f"with_{choice['remedy']}"], LABELS[f"told_{choice['explained']}"], LABELS[f"stream_{choice['updates']}"]))
    return words[0].upper() + words[1:]


def _head() -> list[str]:
    return [LABELS["updates"], LABELS["explained"], LABELS["result"], LABELS["interval"], "n"]


def _rows(frame: Frame) -> list[list[str]]:
    return [
        [row["updates"], row["explanation"], number(row["value"], 1), LABELS.say("range", low=number(row["low"], 1), high=number(row["high"], 1)), LABELS.say("yours", n=row["n"]) if row["chosen"] else number(row["n"])]
        for row in frame.rows()
    ]


def _table_html(frame: Frame) -> str:
    head = "".join(f'<th scope="col">{html.escape(title)}</th>' for title in _head())
    body = "".join("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in _rows(frame))
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
