"""A simulated firm whose truth is known: `simulate(PRESETS["recovery"], seed)` gives a book and, apart from it, its truth.
The parameters are chosen for teaching and are no estimates about peoples."""

from rapport.simulation.engine import Simulated, Truth, simulate
from rapport.simulation.firm import DISCLAIMER, PRESETS, SIGNALS, Firm
from rapport.simulation.tables import Book, Column, describe_columns, dictionary_markdown, write_book

__all__ = [
    "DISCLAIMER", "PRESETS", "SIGNALS", "Book", "Column", "Firm", "Simulated", "Truth",
    "describe_columns", "dictionary_markdown", "simulate", "write_book",
]  # fmt: skip
