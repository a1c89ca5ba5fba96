"""What a metric gives back: a figure that knows its numerator, denominator, n, interval and definition, and what it may be compared with.
Prints as one line, shows as a table; a comparison that would mislead is refused in a sentence."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import escape
from typing import Any

from rapport.i18n.numbers import MISSING, listed, number, percent, quoted
from rapport.metrics.intervals import difference
from rapport.metrics.refusals import say
from rapport.metrics.words import WORDS

# Between people who share one of these, the same answer may mean different things on a rating scale.
SCALE_USE = ("market", "language", "country")


class MetricError(ValueError):
    """A table or an argument from which a metric cannot be computed; the message says what to do."""


class InvalidComparison(MetricError):
    """Two figures that must not be set side by side; the message says why and what to do instead."""


@dataclass(frozen=True)
class Metric:
    """One figure and all that is needed to read it.

    Parameters
    ----------
    name : str
        Such as ``"First-contact resolution"``.
    value, low, high : float
        Estimate and the ends of its confidence interval, in `unit`; all NaN when the figure is refused, the ends alone
        when it has no interval.
    numerator, denominator : float
        Whose quotient the figure is. For a mean: the sum and the count.
    n : int
        Observations behind it.
    definition : str
        Who counts above and below the line, in one sentence.
    unit : {'share', 'points', 'ratio', 'mean'}
        ``share`` is a fraction shown in per cent; ``points`` runs from −100 to 100; ``ratio`` and ``mean`` are shown as they are.
    confidence : float
        Level of the interval.
    labels : tuple of (str, str)
        Group the figure belongs to, such as ``(("market", "LV"),)``.
    self_report : bool
        Whether it comes from a rating scale that people use differently.
    notes : tuple of str
        What the reader must know, such as rows left out.
    refusal : str
        Why there is no figure; empty when there is one.
    compared : bool
        Whether it is the difference of two figures.
    """

    name: str
    value: float
    low: float
    high: float
    numerator: float
    denominator: float
    n: int
    definition: str
    unit: str = "share"
    confidence: float = 0.95
    labels: tuple[tuple[str, str], ...] = ()
    self_report: bool = False
    notes: tuple[str, ...] = ()
    refusal: str = ""
    compared: bool = False

    def __post_init__(self) -> None:
        if self.refusal:
            for end in ("value", "low", "high"):
                object.__setattr__(self, end, math.nan)

    @property
    def label(self) -> str:
        """``"market LV"``, or an empty text for a figure over everybody."""
        return ", ".join(f"{key} {value}" for key, value in self.labels)

    @property
    def interval(self) -> tuple[float, float]:
        """Ends of the confidence interval."""
        return self.low, self.high

    @property
    def margin(self) -> float:
        """Half the width of the interval, in `unit`."""
        return (self.high - self.low) / 2

    def minus(self, other: Metric) -> Metric:
        """This figure less another of the same kind, from other people, with the interval of the difference.

        Raises
        ------
        InvalidComparison
            When the two differ in name, definition or level, when one of them is refused, or when both are raw ratings of
            people who differ in market, language or country.
        """
        reason = incomparable(self, other)
        if reason:
            raise InvalidComparison(reason)
        gap, low, high = difference((self.value, self.low, self.high), (other.value, other.low, other.high))
        sides = WORDS.say("less", first=self.label or WORDS["first"], second=other.label or WORDS["second"])
        return Metric(
            WORDS.say("difference", name=self.name), gap, low, high, self.value, other.value, self.n + other.n,
            f"{sides} {self.definition}", unit="share" if self.unit == "share" else self.unit,
            confidence=self.confidence, notes=tuple(dict.fromkeys(self.notes + other.notes)), compared=True,
        )  # fmt: skip

    def __str__(self) -> str:
        where = f" [{self.label}]" if self.labels else ""
        if self.refusal:
            return f"{self.name}{where}: {WORDS['not_stated']}. {self.refusal} {self.definition}"
        ends = "" if math.isnan(self.low) else f" ({self._level()} {self._range()})"
        of = f", {WORDS.say('of', numerator=_plain(self.numerator), denominator=_plain(self.denominator))}" if self.unit != "mean" and not self.compared else ""
        notes = "".join(f" {note}" for note in self.notes)
        return f"{self.name}{where}: {self._show(self.value)}{ends}{of}; n = {number(self.n)}. {self.definition}{notes}"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return Metrics((self,))._repr_html_()

    def _show(self, value: float) -> str:
        if math.isnan(value):
            return MISSING
        if self.unit == "share":
            return percent(100 * value, 1)
        return number(value, 0 if self.unit == "points" else 3)

    def _level(self) -> str:
        return WORDS.say("interval", level=percent(100 * self.confidence))

    def _range(self) -> str:
        low = number(100 * self.low, 1) if self.unit == "share" and not math.isnan(self.low) else self._show(self.low)
        return WORDS.say("range", low=low, high=self._show(self.high))


@dataclass(frozen=True)
class Metrics:
    """The same figure for several groups, in order of their labels."""

    rows: tuple[Metric, ...]

    def __iter__(self) -> Iterator[Metric]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, key: Any) -> Metric:
        """The figure at a position, or of a group: ``result["LV"]``, ``result["LV", "phone"]``."""
        if isinstance(key, int) and not isinstance(key, bool):
            return self.rows[key]
        wanted = tuple(str(each) for each in (key if isinstance(key, tuple) else (key,)))
        for row in self.rows:
            if tuple(value for _, value in row.labels) == wanted:
                return row
        known = ", ".join(row.label for row in self.rows) or say("none")
        raise KeyError(say("no_such_group", wanted=repr(" / ".join(wanted)), known=known))

    def ranked(self) -> Metrics:
        """The groups from highest to lowest; groups with equal figures stay in order of their labels.

        Raises
        ------
        InvalidComparison
            When any two of them may not be compared.
        """
        for row in self.rows:
            for other in self.rows:
                if other is not row and (reason := incomparable(row, other)):
                    raise InvalidComparison(reason)
        return Metrics(tuple(sorted(self.rows, key=lambda row: -row.value)))

    def to_pandas(self) -> Any:
        """One row per group, as a pandas frame with the figure's parts in columns."""
        import pandas as pd

        parts = ("value", "low", "high", "numerator", "denominator", "n", "refusal")
        return pd.DataFrame([dict(row.labels) | {part: getattr(row, part) for part in parts} for row in self.rows])

    def __str__(self) -> str:
        return "\n".join(str(row) for row in self.rows) or WORDS["no_group"]

    __repr__ = __str__

    def _repr_html_(self) -> str:
        if not self.rows:
            return f'<p class="rapport-metric">{escape(WORDS["no_group"])}</p>'
        first = self.rows[0]
        keys = [key for key, _ in first.labels]
        heads = [*keys, first.name, first._level(), WORDS["numerator"], WORDS["denominator"], "n"]
        lines = []
        for row in self.rows:
            shown = WORDS["not_stated"] if row.refusal else row._show(row.value)
            ends = row.refusal if row.refusal else MISSING if math.isnan(row.low) else row._range()
            cells = [shown, ends, _plain(row.numerator), _plain(row.denominator), number(row.n)]
            body = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
            lines.append("<tr>" + "".join(f'<th scope="row">{escape(value)}</th>' for _, value in row.labels) + body + "</tr>")
        notes = dict.fromkeys(note for row in self.rows for note in row.notes)
        caption = " ".join([first.definition, *notes])
        return (
            f'<table class="rapport-metric"><caption>{escape(caption)}</caption><thead><tr>'
            + "".join(f'<th scope="col">{escape(head)}</th>' for head in heads)
            + f"</tr></thead><tbody>{''.join(lines)}</tbody></table>"
        )


def incomparable(first: Metric, second: Metric) -> str:
    """Why two figures may not be compared, in one sentence; empty when they may."""
    if (first.name, first.definition) != (second.name, second.definition):
        return WORDS.say("apart", first=quoted(first.name), second=quoted(second.name))
    if first.confidence != second.confidence:
        return WORDS.say("levels", name=first.name, first=percent(100 * first.confidence), second=percent(100 * second.confidence))
    for each in (first, second):
        if each.refusal:
            return WORDS.say("nothing", name=f"{each.name}{f' [{each.label}]' if each.labels else ''}", why=each.refusal)
    mine, theirs = dict(first.labels), dict(second.labels)
    apart = [key for key in SCALE_USE if mine.get(key) != theirs.get(key)]
    if first.self_report and apart:
        return WORDS.say("style", name=first.name, apart=listed(apart), function="vignette_comparison")
    return ""


def refuse(metric: Metric, why: str) -> Metric:
    """The same metric without its figure."""
    return replace(metric, refusal=why)


def _plain(value: float) -> str:
    """A count as it is; what is no whole number to four digits."""
    decimals = 0 if math.isnan(value) or float(value).is_integer() else max(0, 3 - math.floor(math.log10(abs(value))))
    return number(value, decimals)
