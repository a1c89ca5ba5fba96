"""Numbers with their units, as a question, an answer and its solution write them, in the form that the number takes.
An author names a unit in the YAML; the words for it stand here, because they must agree with a number in every language."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from rapport.i18n import language, numbers
from rapport.i18n.words import Words

LABELS: Final = Words(__file__, {
    "contacts": ("{n} contact", "{n} contacts"),
    "customers": ("{n} customer", "{n} customers"),
    "failures": ("{n} failure", "{n} failures"),
    "hours": ("{n} hour", "{n} hours"),
    "points": ("{n} point", "{n} points"),
    "stars": ("{n} star", "{n} stars"),
    "per cent": ("{n} per cent", "{n} per cent"),
    "percentage points": ("{n} percentage point", "{n} percentage points"),
})  # fmt: skip
SPELLED = tuple(name for name in LABELS if not name.startswith("per"))
KNOWN = ("", "%", *numbers.CURRENCIES, *SPELLED)
"""What ``unit`` may be in the YAML of an exercise."""


def forms(unit: str) -> dict[str, str]:
    """How a number stands with `unit`, by plural category of the number: ``{"one": "{n} point", "other": "{n} points"}``."""
    if unit in LABELS:
        return LABELS.forms(unit)
    if unit in numbers.CURRENCIES:
        return {"other": numbers.amount_form(unit)}
    return {"other": numbers.percent_form() if unit == "%" else f"{{n}} {unit}".rstrip()}


def of_distance(unit: str) -> str:
    """The unit of a difference between two numbers in `unit`: percentages differ by percentage points."""
    return "percentage points" if unit == "%" else unit


def name(unit: str) -> str:
    """`unit` as a word by itself: ``points``, ``€``, ``%``."""
    return forms(unit)["other"].replace("{n}", "").strip()


def names(unit: str) -> list[str]:
    """Everything that may stand beside a number typed in `unit`, in lower case: all its forms, and its English name."""
    known = [unit, *forms(unit).values(), *(("percent", "pct", *forms("per cent").values(), "per cent") if unit == "%" else ())]
    return list(dict.fromkeys(form.replace("{n}", "").strip().lower() for form in known))


def written(value: float, decimals: int, unit: str) -> str:
    """A number with its unit: ``43.2%``, ``−€12``, ``5 hours``; ``43,2 %`` in Latvian."""
    return numbers.measured(value, decimals, _form(value, decimals, unit))


def written_range(low: float, high: float, decimals: int, unit: str, words: str) -> str:
    """Two numbers as `words` join them (``{low} to {high}``): a sign that stands first stands at both, one that follows stands once."""
    form = _form(high, decimals, unit)
    each, whole = ("{n}", form) if form.startswith("{n}") else (form, "{n}")
    ends = {"low": numbers.measured(low, decimals, each), "high": numbers.measured(high, decimals, each)}
    for end, text in ends.items():
        words = words.replace(f"{{{end}}}", text)
    return whole.replace("{n}", words)


def _form(value: float, decimals: int, unit: str) -> str:
    from rapport.i18n.catalogue import plural_category

    known = forms(unit)
    return known.get(plural_category(language(), Decimal(f"{abs(value):.{decimals}f}")), known["other"])
