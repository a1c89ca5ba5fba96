"""One chart style for the course: a message as title, direct labels, intervals, and a text alternative on every figure.
Colours are the page's own (`COLOURS`); figures are made without pyplot, so the same call gives the same bytes anywhere."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib
import matplotlib.style
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import Collection
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, fontManager
from matplotlib.patheffects import withStroke
from matplotlib.ticker import ScalarFormatter
from PIL import Image

from rapport.i18n.numbers import marks, number

COLOURS = {
    "ink": "#1d2733",  # titles, values
    "muted": "#55626f",  # subtitles, axes
    "line": "#d8dee4",  # grid, rules
    "surface": "#ffffff",
    "accent": "#0b5f73",  # what the message is about
    "contrast": "#b9541a",  # what it is set against
    "third": "#7a4a86",
    "quiet": "#8794a1",  # context: everybody else, "none", "before"
}
"""Named colours, hex. Text colours reach 4.5:1 on ``surface``, marks 3:1; accent and contrast also differ in grey."""

PIXELS_PER_INCH = 120  # CSS pixels: a figure 5.4 inches wide is shown 648 px wide, and can be read at half of that on a phone …
SHARPNESS = 2  # … and drawn with twice as many dots, for sharp screens and print

STYLE: dict[str, Any] = {
    # The first ships with matplotlib, the second with the course: the same glyphs on every machine, Gujarati among them.
    "font.family": ["DejaVu Sans", "Noto Sans Gujarati"],
    "font.size": 10,
    "text.color": COLOURS["ink"],
    "axes.edgecolor": COLOURS["line"],
    "axes.labelcolor": COLOURS["muted"],
    "axes.labelsize": 9.5,
    "axes.facecolor": COLOURS["surface"],
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.axisbelow": True,
    "grid.color": COLOURS["line"],
    "grid.linewidth": 0.8,
    "figure.facecolor": COLOURS["surface"],
    "xtick.color": COLOURS["muted"],
    "ytick.color": COLOURS["muted"],
    "xtick.labelcolor": COLOURS["muted"],
    "ytick.labelcolor": COLOURS["ink"],
    "xtick.labelsize": 9.5,
    "ytick.labelsize": 10,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "axes.unicode_minus": True,
}

for _font in sorted((Path(__file__).parent / "fonts").glob("*.ttf")):
    fontManager.addfont(_font)


@contextmanager
def _style() -> Iterator[None]:
    """The course's settings over matplotlib's defaults, whatever the reader has set for themselves."""
    before = dict(dict.items(matplotlib.rcParams))  # in one go: their own copy is made key by key
    dict.update(matplotlib.rcParams, _settings())  # of the dictionary below: what is in it was checked once, and a chart does this a dozen times
    try:
        yield
    finally:
        dict.update(matplotlib.rcParams, before)


@cache
def _settings() -> dict[str, Any]:
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(STYLE)
        return {name: value for name, value in dict.items(matplotlib.rcParams) if name not in matplotlib.style.core.STYLE_BLACKLIST}


def figure(title: str, subtitle: str = "", *, width: float = 5.4, height: float = 3.3, panels: int = 1) -> tuple[Figure, Any]:
    """An empty figure whose title is its message.

    Parameters
    ----------
    title : str
        The message, one sentence; wrapped to the width.
    subtitle : str
        What is measured, its unit, and where the data come from.
    width, height : float
        Size in inches; 1 inch is shown as 120 CSS pixels.
    panels : int
        Number of axes side by side, sharing the vertical axis.

    Returns
    -------
    (Figure, Axes) or (Figure, ndarray of Axes)
        One pair of axes, or an array of `panels` of them.
    """
    with _style():
        fig = Figure(figsize=(width, height))
        FigureCanvasAgg(fig)
        used = 0.12
        for text, size, weight, shade, leading in ((title, 13, "bold", "ink", 0.245), (subtitle, 9.5, "normal", "muted", 0.19)):
            if text:
                lines = _wrapped(fig, text, FontProperties(family=STYLE["font.family"], size=size, weight=weight), width - 0.24)
                fig.text(0.12 / width, 1 - used / height, "\n".join(lines), size=size, weight=weight, color=COLOURS[shade], va="top", linespacing=1.25)
                used += len(lines) * leading + 0.04
        fig.set_layout_engine("constrained", rect=(0.0, 0.0, 1.0, 1 - used / height), w_pad=0.12, h_pad=0.08)
        axes = fig.subplots(1, panels, sharey=True)
        for ax in np.atleast_1d(axes):
            ax.grid(True, axis="both")
            for axis in (ax.xaxis, ax.yaxis):
                axis.set_major_formatter(_Ticks())
    return fig, axes


def retitled(fig: Figure, title: str) -> bool:
    """Whether `title` takes as many lines as the one that `fig` has; if so, it stands there now."""
    there = fig.texts[0]
    with _style():
        lines = _wrapped(fig, title, there.get_fontproperties(), fig.get_figwidth() - 0.24)
    if fits := len(lines) == len(there.get_text().splitlines()):
        there.set_text("\n".join(lines))
    return fits


class _Ticks(ScalarFormatter):
    """The numbers along an axis with the reader's decimal mark; not grouped, since years are numbers as well."""

    def __call__(self, x: float, pos: int | None = None) -> str:
        return super().__call__(x, pos).replace(".", marks()["decimal"])


def _wrapped(fig: Figure, text: str, font: FontProperties, room: float) -> list[str]:
    """`text` on as few lines as `room` inches allow, the lines about equally long."""
    words, measure = text.split(), fig.canvas.get_renderer().get_text_width_height_descent
    # A line is as wide as its words and the spaces between them: no letter of the fonts moves nearer to a space, or joins across one.
    wide = {word: measure(word, font, ismath=False)[0] for word in {" ", *words}}

    def greedy(limit: float) -> list[str]:
        lines, width = [], 0.0
        for word in words:
            width += wide[" "] + wide[word]
            if lines and width / fig.dpi <= limit:
                lines[-1] += f" {word}"
            else:
                lines, width = [*lines, word], wide[word]
        return lines

    lines, widest = greedy(room), max((wide[word] for word in words), default=0) / fig.dpi
    while widest <= room * 0.97 and len(tighter := greedy(room * 0.97)) == len(lines) > 1:
        lines, room = tighter, room * 0.97
    return lines


def dots(
    ax: Axes,
    labels: Sequence[str],
    values: Sequence[float],
    low: Sequence[float] | None = None,
    high: Sequence[float] | None = None,
    *,
    colours: Sequence[str] | str = "accent",
    texts: Sequence[str] | None = None,
    decimals: int = 1,
) -> None:
    """One row for each label, from the top: a dot, its interval, its value written beside it.

    Parameters
    ----------
    ax : Axes
        From `figure`.
    labels : sequence of str
        Row names.
    values, low, high : sequence of float
        Estimates and interval ends, in the unit of the axis.
    colours : str or sequence of str
        Names in `COLOURS` (or hex), one for all rows or one for each.
    texts : sequence of str, optional
        What is written at each row instead of the value.
    decimals : int
        Decimals of the written value.
    """
    rows = np.arange(len(labels))
    shades = [colour(name) for name in ([colours] * len(labels) if isinstance(colours, str) else colours)]
    with _style():
        if low is not None and high is not None:
            ax.hlines(rows, low, high, colors=shades, linewidth=3, alpha=0.45)
        ax.scatter(values, rows, s=62, c=shades, zorder=3)
        for row, value in enumerate(values):
            text = texts[row] if texts is not None else number(value, decimals)
            write(ax, value, row, text, colour_name=shades[row], dy=8, ha="center")
        ax.set_yticks(rows, labels)
        ax.set_ylim(len(labels) - 0.45, -0.65)
        ax.grid(False, axis="y")


def line(ax: Axes, x: Sequence[float], y: Sequence[float], low=None, high=None, *, label: str = "", colour_name: str = "accent", at: int = -1) -> None:
    """A line with points, its interval as a band, and its name written beside point `at` instead of a legend."""
    shade, x, y = colour(colour_name), np.asarray(x), np.asarray(y)
    with _style():
        if low is not None and high is not None:
            ax.fill_between(x, low, high, color=shade, alpha=0.15, linewidth=0)
        ax.plot(x, y, color=shade, linewidth=2.2, marker="o", markersize=5.5)
        ax.grid(False, axis="x")
        if label:
            write(ax, x[at], y[at], label, colour_name=colour_name, dx=9, ha="left", va="center")


def write(ax: Axes, x: float, y: float, text: str, *, colour_name: str = "ink", dx: float = 0, dy: float = 0, **kwargs: Any) -> None:
    """Words at a point of the data, moved by `dx`, `dy` points: the label sits on what it names."""
    shade = colour(colour_name)
    if shade == COLOURS["quiet"]:  # strong enough for a mark, too pale for words
        shade = COLOURS["muted"]
    halo = [withStroke(linewidth=2.5, foreground=COLOURS["surface"])]  # words stay readable across a grid line
    with _style():
        options = {"size": 9.5, "weight": "bold", "annotation_clip": False, "path_effects": halo} | kwargs
        ax.annotate(text, (x, y), (dx, dy), textcoords="offset points", color=shade, **options)


def reference(ax: Axes, x: float, text: str = "") -> None:
    """A dashed upright line at `x`, named at its foot: no change, the starting level, the planted value."""
    with _style():
        ax.axvline(x, color=COLOURS["muted"], linewidth=1.1, linestyle=(0, (4, 3)), zorder=1)
        if text:
            ax.annotate(text, (x, 0), (4, 4), xycoords=("data", "axes fraction"), textcoords="offset points", color=COLOURS["muted"], size=9)


def colour(name: str) -> str:
    """Hex value of a named colour; a hex value is returned as it is.

    Raises
    ------
    ValueError
        For a name that is not in `COLOURS`.
    """
    if name.startswith("#"):
        return name
    if name not in COLOURS:
        raise ValueError(f"no colour is called {name!r}; the course uses {', '.join(COLOURS)}.")
    return COLOURS[name]


def png(fig: Figure) -> bytes:
    """`fig` as PNG; the same figure gives the same bytes (no date, no program name inside)."""
    return packed(picture(fig))


def packed(image: Image.Image) -> bytes:
    """The PNG of a `picture`; its large even areas are pressed better, and sooner, the usual way than the library's, which is meant for photographs."""
    out = io.BytesIO()
    image.save(out, "PNG", dpi=(PIXELS_PER_INCH * SHARPNESS,) * 2, compress_level=4, compress_type=zlib.Z_DEFAULT_STRATEGY)
    return out.getvalue()


def picture(fig: Figure, ground: Any = None) -> Image.Image:
    """The picture of `png`, for whoever packs it in another way: RGB, since a chart covers its surface.

    `Figure.savefig` draws everything a first time without a picture; here the layout settles and is drawn in one go.
    Upon a `ground` only what is animated is drawn.
    """
    with _sharp(fig) as canvas:
        if ground is None:
            canvas.draw()
        else:
            canvas.restore_region(ground)
            for artist in sorted((each for part in (*fig.axes, fig) for each in part.get_children() if each.get_animated()), key=Artist.get_zorder):
                fig.draw_artist(artist)
        return Image.frombytes("RGB", canvas.get_width_height(physical=True), canvas.buffer_rgba(), "raw", "RGBX")


def ground(fig: Figure) -> Any:
    """What many pictures of `fig` have in common, for `picture`: all but what is animated. The layout settles, with room for that too."""
    with _sharp(fig) as canvas:
        canvas.draw()
        return canvas.copy_from_bbox(fig.bbox)


@contextmanager
def _sharp(fig: Figure) -> Iterator[FigureCanvasAgg]:
    """The canvas of `fig` with as many dots as a picture has."""
    before = fig.dpi
    with _style():
        fig.set_dpi(PIXELS_PER_INCH * SHARPNESS)
        try:
            yield fig.canvas
        finally:
            fig.set_dpi(before)


def plotted(fig: Figure) -> list[dict[str, Any]]:
    """What a figure shows, as data: for each axes its lines, point clouds, bars, tick labels and words.

    Numbers are rounded to six significant digits, so that two machines agree; this is what a regression run compares.
    """
    return [
        {
            "lines": [_rounded(item.get_xydata()) for item in ax.lines],
            "points": [_rounded(_positions(item)) for item in ax.collections],
            "bars": [_rounded([bar.get_x(), bar.get_y(), bar.get_width(), bar.get_height()]) for bar in ax.patches],
            "rows": [label.get_text() for label in ax.get_yticklabels()] if ax.get_yticks().size < 40 else [],
            "words": [text.get_text() for text in ax.texts],
        }
        for ax in fig.axes
    ]


def _positions(item: Collection) -> Any:
    """Where a collection is drawn: its offsets if it has any, else the corners of its paths."""
    offsets = np.ma.filled(item.get_offsets(), np.nan)
    if len(offsets) and np.any(offsets):
        return offsets
    return [path.vertices for path in item.get_paths()]


def _rounded(values: Any) -> Any:
    if isinstance(values, list | tuple):
        return [_rounded(value) for value in values]
    array = np.asarray(values, dtype=float)
    return float(f"{array:.6g}") + 0.0 if array.ndim == 0 else [_rounded(value) for value in array]


def show(fig: Figure, alt: str) -> None:
    """Show `fig` in a notebook with `alt` as its text alternative.

    Parameters
    ----------
    fig : Figure
        From `figure`.
    alt : str
        One or two sentences that say what the figure shows, with its main numbers, for who cannot see it.

    Raises
    ------
    ValueError
        When `alt` says too little to stand for the figure.
    """
    if len(alt.split()) < 6:
        raise ValueError(f"the text alternative {alt!r} is too short: say in a sentence what the chart shows, with its main numbers.")
    from IPython.display import display

    width, height = (round(inches * PIXELS_PER_INCH) for inches in fig.get_size_inches())
    alt = " ".join(alt.split())
    display(
        {"image/png": png(fig), "text/plain": f"[Chart] {alt}"},
        metadata={"image/png": {"alt": alt, "width": width, "height": height}, "rapport": {"plotted": plotted(fig)}},
        raw=True,
    )
