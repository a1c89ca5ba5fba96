"""A simulated firm whose truth is known: `simulate(PRESETS["aurora"], seed)` gives a book and, apart from it, its truth.
The parameters are chosen for teaching and are no estimates about peoples."""

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

__all__ = [
    "DISCLAIMER", "PRESETS", "SIGNALS", "Aurora", "AuroraBook", "AuroraSimulated", "AuroraTruth", "Book", "Column", "Design", "Firm", "Incidents",
    "IncidentsBook", "Measuring", "MeasuringBook", "MeasuringSimulated", "MeasuringTruth", "Policy", "Preferences", "PreferencesBook",
    "PreferencesTruth", "Simulated", "Truth", "Winback", "WinbackBook",
    "WinbackSimulated", "WinbackTruth", "data_package", "describe_columns", "dictionary_markdown", "read_stream", "simulate",
    "write_book", "write_stream",
]  # fmt: skip
