"""A simulated firm whose truth is known: `simulate(PRESETS["aurora"], seed)` gives a book and, apart from it, its truth.
The parameters are chosen for teaching and are no estimates about peoples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rapport.simulation.aurora.engine import AuroraSimulated, AuroraTruth
    from rapport.simulation.aurora.firm import Aurora
    from rapport.simulation.aurora.policy import Policy
    from rapport.simulation.aurora.stream import read_stream, write_stream
    from rapport.simulation.aurora.tables import AuroraBook, data_package
    from rapport.simulation.engine import Simulated, Truth, simulate
    from rapport.simulation.firm import DISCLAIMER, Firm
    from rapport.simulation.handling import Design
    from rapport.simulation.incidents import Incidents, IncidentsBook
    from rapport.simulation.measuring import Measuring, MeasuringBook, MeasuringSimulated, MeasuringTruth
    from rapport.simulation.preferences import Preferences, PreferencesBook, PreferencesTruth
    from rapport.simulation.presets import PRESETS, SIGNALS
    from rapport.simulation.tables import Book, Column, describe_columns, dictionary_markdown, write_book
    from rapport.simulation.winback import Winback, WinbackBook, WinbackSimulated, WinbackTruth

_HOMES = {
    "aurora.engine": ("AuroraSimulated", "AuroraTruth"),
    "aurora.firm": ("Aurora",),
    "aurora.policy": ("Policy",),
    "aurora.stream": ("read_stream", "write_stream"),
    "aurora.tables": ("AuroraBook", "data_package"),
    "engine": ("Simulated", "Truth", "simulate"),
    "firm": ("DISCLAIMER", "Firm"),
    "handling": ("Design",),
    "incidents": ("Incidents", "IncidentsBook"),
    "measuring": ("Measuring", "MeasuringBook", "MeasuringSimulated", "MeasuringTruth"),
    "preferences": ("Preferences", "PreferencesBook", "PreferencesTruth"),
    "presets": ("PRESETS", "SIGNALS"),
    "tables": ("Book", "Column", "describe_columns", "dictionary_markdown", "write_book"),
    "winback": ("Winback", "WinbackBook", "WinbackSimulated", "WinbackTruth"),
}
__all__ = sorted(name for names in _HOMES.values() for name in names)


def __getattr__(name: str) -> Any:
    """Load a book's parts when they are first asked for: most lessons do without the full book, whose engine is most of the package."""
    from importlib import import_module

    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"rapport.simulation.{home}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
