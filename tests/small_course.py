"""The small course of the exercise tests: its folder and how its book comes about."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).parent / "fixtures"
MODULE = "10_small_course"


@dataclass(frozen=True)
class Book:
    failures: pd.DataFrame


@dataclass(frozen=True)
class Simulated:
    book: Book
    truth: dict


def tiny(seed):
    """A book of 400 failures: two thirds told us, 60 % of those are settled, hours around 12."""
    draw = np.random.default_rng(seed)
    told = (draw.random(400) < 0.66).astype(int)
    failures = pd.DataFrame(
        {
            "told_us": told,
            "recovered": told * (draw.random(400) < 0.6),
            "hours": np.round(draw.gamma(4, 3, 400), 1),
            "kind": draw.choice(["goods", "billing"], 400, p=[0.6, 0.4]),
        }
    )
    return Simulated(Book(failures), {"rate": 0.6, "hours": 12.0, "kind": "goods"})


BOOKS = {"tiny": tiny}
