"""Guesses about callers: who wants it in writing, what four colleagues guessed, how sure they said they were, and the truth.
All numbers are chosen for teaching; none is an estimate about a people, a market or a way of speaking."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from rapport.content import ContentError
from rapport.simulation.firm import Firm
from rapport.simulation.luck import Luck
from rapport.simulation.tables import Column

GUESSERS = ("asks", "first_impression", "prefix", "always_half")


@dataclass(frozen=True)
class Incidents:
    """Size and planted truths of the book of guesses. Shares and chances lie between 0 and 1."""

    # ---- Size
    customers: int = 6000  # callers, one call each: a difference of two groups is known to about one and a half points
    twenty: int = 20  # incidents with a known record, few enough to score by hand
    markets: tuple[str, ...] = Firm().markets

    # ---- Who wants it in writing: the line matters, the market a little, the accent not at all
    market_lean: float = 0.15  # markets are spread evenly this far to either side of one half; dealt anew with each seed
    poor_line_share: float = 0.40
    poor_line_wish: float = 0.30  # a poor line makes the wish so much likelier than a clear one
    accent_wish: float = 0.0  # what a speaker's accent adds: nothing, and that is the lesson
    accent_noted_poor: float = 0.65  # on a poor line agents note an accent far more often, so …
    accent_noted_clear: float = 0.25  # … callers with a noted accent look as if they needed another channel

    # ---- The four who guess
    answer_true: float = 0.86  # one question is answered with the real wish this often
    asks_sure: int = 86  # percent; says what the record of asking supports
    prefix_sure: tuple[int, int] = (80, 90)  # percent, for markets that lean little and much: far surer than a lean deserves
    impression_sure: tuple[int, ...] = (55, 65, 75, 85, 95)  # percent
    impression_shares: tuple[float, ...] = (0.30, 0.25, 0.20, 0.15, 0.10)  # of the calls; most are said with little sureness
    impression_earned: tuple[float, ...] = (0.2, 0.3, 0.4)  # part of the sureness above one half that is borne out; drawn from the seed

    # ---- The twenty: of the last ten callers who said the same, so many wanted it in writing
    of_ten: tuple[int, ...] = (1, 2, 3, 4, 6, 7, 8, 9)  # five is left out: it can be called neither way

    def __post_init__(self) -> None:
        for name in ("customers", "twenty"):
            if (found := getattr(self, name)) < 1:
                raise ContentError(f"found {found}; it must be at least 1.", key=name)
        for name in ("poor_line_share", "accent_noted_poor", "accent_noted_clear", "answer_true"):
            if not 0 <= (found := getattr(self, name)) <= 1:
                raise ContentError(f"found {found}; a share lies between 0 and 1.", key=name)
        if len(self.impression_sure) != len(self.impression_shares) or abs(sum(self.impression_shares) - 1) > 1e-9:
            raise ContentError("impression_shares needs one share for each of impression_sure, and they must sum to 1.", key="impression_shares")
        if self.market_lean + self.poor_line_wish + abs(self.accent_wish) > 0.5:
            raise ContentError("market_lean, poor_line_wish and accent_wish together may not exceed one half, or a chance would leave 0 to 1.", key="market_lean")


@dataclass(frozen=True)
class IncidentsBook:
    """The tables, as pandas frames; columns are those of ``describe_columns("incidents")``.

    Attributes
    ----------
    calls : DataFrame
        One row for each call to a parcel line.
    guesses : DataFrame
        One row for each call and colleague: what was guessed before the caller's wish was known.
    twenty : DataFrame
        Twenty incidents, each with a known record of ten earlier callers who said the same.
    """

    calls: pd.DataFrame
    guesses: pd.DataFrame
    twenty: pd.DataFrame


@dataclass(frozen=True)
class IncidentsTruth:
    """What the simulation knows and an analyst does not.

    Attributes
    ----------
    firm : Incidents
        The planted parameters.
    chance : (calls,) float64
        For each call in the order of the book: the chance that this caller wants it in writing.
    market_chance : Series of float64
        For each market, the chance averaged over lines.
    earned : float
        The part of the first-impression colleague's sureness above one half that is borne out, drawn from the seed.
    """

    firm: Incidents
    chance: np.ndarray
    market_chance: pd.Series
    earned: float


@dataclass(frozen=True)
class IncidentsSimulated:
    """A book of guesses and, apart from it, its truth."""

    book: IncidentsBook
    truth: IncidentsTruth


_COLUMNS = {
    "calls": (
        ("call_id", "str", "", "L and a number; the key of this table"),
        ("market", "str", "", "market of the number that called, two letters"),
        ("line", "str", "", "clear or poor, as measured by the exchange"),
        ("accent_noted", "int", "0/1", "the agent ticked “caller has an accent”"),
        ("wanted_writing", "int", "0/1", "at the end of the call the caller chose to have the rest in writing"),
    ),
    "guesses": (
        ("call_id", "str", "", "the call, as in `calls`"),
        ("guesser", "str", "", "asks (one question first), first_impression, prefix (goes by the market of the number) or always_half"),
        ("guess", "int", "0/1", "1: this caller will want it in writing"),
        ("sure_percent", "int", "%", "how sure the colleague was of this guess, 50 to 100"),
        ("right", "int", "0/1", "the guess was what the caller chose"),
    ),
    "twenty": (
        ("incident", "int", "", "1 to 20; the key of this table"),
        ("of_ten", "int", "callers", "of the last ten callers who said the same, how many wanted it in writing"),
        ("happened", "int", "0/1", "this caller wanted it in writing"),
    ),
}


def columns() -> tuple[Column, ...]:
    """Every column of every table, in the order of the files."""
    return tuple(Column(table, *column) for table, declared in _COLUMNS.items() for column in declared)


def simulate_incidents(firm: Incidents, seed: int) -> IncidentsSimulated:
    """A book of guesses, and its truth; the same firm and seed give the same book, byte for byte.

    Parameters
    ----------
    firm : Incidents
    seed : int
        From 0 to 2**63 − 1.

    Raises
    ------
    ContentError
        When the seed is not such a number.
    """
    luck, n, markets = Luck(seed), firm.customers, np.array(firm.markets, dtype=object)
    # Leans are whole steps of 1/1000, so that no processor rounds a chance differently.
    steps = np.rint(np.linspace(-1000, 1000, len(markets)) * firm.market_lean) / 1000
    lean = steps[luck.shuffled("incidents.lean", len(markets))]
    market = luck.index("incidents.market", len(markets), n)
    poor = luck.event("incidents.line", np.full(n, firm.poor_line_share))
    accent = luck.event("incidents.accent", np.where(poor, firm.accent_noted_poor, firm.accent_noted_clear))
    chance = 0.5 + lean[market] + firm.poor_line_wish * (poor - firm.poor_line_share) + firm.accent_wish * accent
    wanted = luck.event("incidents.wish", chance)
    earned = firm.impression_earned[luck.shuffled("incidents.earned", len(firm.impression_earned))[0]]
    call = np.array([f"L{number:05d}" for number in range(1, n + 1)], dtype=object)
    book = IncidentsBook(
        calls=pd.DataFrame(
            {
                "call_id": call,
                "market": markets[market],
                "line": np.where(poor, "poor", "clear").astype(object),
                "accent_noted": accent.astype(np.int64),
                "wanted_writing": wanted.astype(np.int64),
            }
        ),
        guesses=_guesses(firm, luck, call, lean[market], wanted, earned),
        twenty=_twenty(firm, luck),
    )
    return IncidentsSimulated(book, IncidentsTruth(firm, chance, pd.Series(0.5 + lean, index=markets), earned))


def _guesses(firm: Incidents, luck: Luck, call: np.ndarray, lean: np.ndarray, wanted: np.ndarray, earned: float) -> pd.DataFrame:
    n = len(call)
    told = luck.event("incidents.answer", np.full(n, firm.answer_true))
    sure = np.array(firm.impression_sure)[luck.choice("incidents.sure", firm.impression_shares, n)]
    borne_out = luck.event("incidents.impression", 0.5 + earned * (sure - 50) / 100)
    half = luck.event("incidents.half", np.full(n, 0.5))
    said = {  # guess, and how sure
        "asks": (wanted == told, np.full(n, firm.asks_sure)),
        "first_impression": (wanted == borne_out, sure),
        "prefix": (lean > 0, np.where(np.abs(lean) * 2 > firm.market_lean, *firm.prefix_sure[::-1])),
        "always_half": (half, np.full(n, 50)),
    }
    parts = [
        pd.DataFrame(
            {
                "call_id": call,
                "guesser": np.full(n, name, dtype=object),
                "guess": guess.astype(np.int64),
                "sure_percent": percent.astype(np.int64),
                "right": (guess == wanted).astype(np.int64),
            }
        )
        for name, (guess, percent) in said.items()
    ]
    return pd.concat(parts, ignore_index=True)


def _twenty(firm: Incidents, luck: Luck) -> pd.DataFrame:
    of_ten = np.array(firm.of_ten)[luck.index("twenty.record", len(firm.of_ten), firm.twenty)]
    return pd.DataFrame(
        {
            "incident": np.arange(1, firm.twenty + 1),
            "of_ten": of_ten.astype(np.int64),
            "happened": luck.event("twenty.happened", of_ten / 10).astype(np.int64),
        }
    )
