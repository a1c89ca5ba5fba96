"""A small book for winning customers back: a year of trials at an invented maker of invoice software, 300 lost customers
who wait for a decision, and the consent ledger that says who may be written to. What was planted is kept apart from it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, timedelta

import numpy as np
import pandas as pd

from rapport.content import ContentError
from rapport.simulation.luck import Luck
from rapport.simulation.tables import Column

TODAY = date(2026, 11, 25)  # the day on which the 300 are decided about; the ledger ends before it
REASONS = ("price", "service", "no_need", "rival")
OFFERS = ("none", "discount", "upgrade", "both")
OFFER_PLAN = {"price": "discount", "service": "upgrade", "no_need": "none", "rival": "upgrade"}
BANDS = ("low", "middle", "high")
OPENINGS = ("cheerful", "named")
CHANNELS = ("email", "phone", "post")
MESSAGES = (1, 2, 3, 4, 5, 6)
SEGMENTS = ("Solo", "Studio", "Shop", "Agency", "Office", "Group")
HOURS = 16  # two working days at the desk
LETTERS_OUT = 3  # the hour in which the mailing goes out


@dataclass(frozen=True)
class Winback:
    """Size, habits and planted truths. Chances and shares are probabilities, money is in euro cents, tables by reason and offer are as in `REASONS` × `OFFERS`."""

    # ---- Size
    trial_cases: int = 16000  # a mean over one reason, band and offer rests on a hundred people or more
    waiting_cases: int = 300
    frequency_cases: int = 24000  # 4,000 for each number of messages
    base_cases: int = 16000  # each of the lost and the strangers, a quarter of them held out
    held_out_share: float = 0.25
    markets: tuple[str, ...] = ("AE", "BR", "CN", "DE", "IN", "JP", "KR", "LV", "NG", "SA", "SE", "US")
    audited_markets: tuple[str, str] = ("BR", "DE")  # larger, so that last year's list can be audited
    audited_share: float = 0.22

    # ---- Who left, and what they were worth
    reason_shares: tuple[float, ...] = (0.32, 0.28, 0.20, 0.20)
    band_shares: tuple[float, ...] = (0.48, 0.34, 0.18)
    band_shares_marked_down: tuple[float, ...] = (0.34, 0.36, 0.30)  # in the market that last year's list marked down …
    margin_cents: tuple[int, ...] = (900, 2300, 5600)  # a month in the first life, by band
    margin_spread: float = 0.12
    complained_share: float = 0.60

    # ---- Who comes back
    return_base: float = 0.25
    return_by_reason: tuple[float, ...] = (0.06, -0.06, -0.12, 0.0)  # whom you let down comes back less …
    return_by_band: tuple[float, ...] = (0.05, 0.0, -0.07)  # the big ones have other offers: likely is not worthwhile
    return_by_tenure_year: float = 0.010  # a longer first life helps
    return_handled: float = 0.10  # the complaint before leaving was handled well
    return_by_month_gone: float = -0.005
    return_changed: float = 0.07  # a named person, visibly different from last time
    named_return: float = 0.10  # an opening that names the old fault, for service leavers alone
    cheerful_objects: float = 0.09  # … while a cheerful one makes some of them object
    objects_base: float = 0.02
    offer_return: tuple[float, ...] = (0.0, 0.07, 0.06, 0.14)  # both together win most; no offer reaches who needs nothing
    discount_for_price: float = 0.06

    # ---- The second life
    second_months: tuple[tuple[int, ...], ...] = (
        (8, 14, 9, 10),  # price: a fair price keeps them, an upgrade was not the point
        (15, 8, 21, 10),  # service: what keeps them is that it works
        (10, 8, 10, 8),  # no need
        (14, 9, 21, 10),  # rival
    )
    second_margin: tuple[float, ...] = (1.0, 0.80, 1.0, 0.70)  # of the first life's margin, by offer
    service_margin_cents: int = 500  # service leavers who return spend more each month …
    offer_cost_cents: tuple[int, ...] = (0, 1500, 3500, 5000)  # when taken
    contact_cost_cents: int = 400  # for everybody who is written to: eight minutes of somebody's time

    # ---- How often to write
    best_messages: tuple[int, ...] = (2, 3, 4)  # one of them, drawn from the seed
    message_return: float = 0.05  # each message up to there …
    late_message_return: float = 0.010  # … and beyond
    message_stops: float = 0.008  # each message makes some object …
    late_message_stops: float = 0.035  # … and beyond, many
    first_return: float = 0.10
    worth_cents: int = 6000  # of a return, in this trial
    message_cost_cents: int = 50
    stop_cost_cents: int = 4000  # of an objection: nobody may write again, not even when there is news

    # ---- Strangers and the lost, with a group held out
    lost_won: float = 0.20
    lost_anyway: tuple[float, ...] = (0.05, 0.16)  # come back unasked: one of them, drawn from the seed
    stranger_won: float = 0.060
    stranger_anyway: float = 0.010
    worth_lost_cents: int = 11000
    worth_stranger_cents: int = 15000
    worth_spread: float = 0.30
    lost_cost_cents: int = 400
    stranger_cost_cents: int = 200

    # ---- Last year's list: it marked one of the two audited markets down, for no reason that shows in returns
    picked_by_band: tuple[float, ...] = (0.25, 0.50, 0.75)
    marked_down: float = 0.16

    # ---- The whole book of customers, segment by segment (names are dealt anew with each seed)
    segment_customers: tuple[int, ...] = (520, 500, 420, 460, 400, 300)
    segment_margin_cents: tuple[int, ...] = (90000, 12000, 50000, 44000, 30000, 20000)  # a year
    segment_leaves: tuple[float, ...] = (0.04, 0.36, 0.26, 0.17, 0.08, 0.12)
    segment_returns: tuple[float, ...] = (0.30, 0.25, 0.74, 0.08, 0.40, 0.50)  # the fourth: not the richest, not the leakiest, but gone for good

    # ---- Consent, channel by channel
    consent_given: tuple[float, float, float] = (0.85, 0.45, 0.60)
    withdrawn_share: float = 0.35
    given_again_share: float = 0.30
    objected_share: float = 0.07  # to all marketing, whatever was given before

    # ---- Two days at the desk around a mailing
    ordinary_an_hour: float = 9.0
    answers_an_hour: int = 14
    replies: int = 110
    replies_fade: float = 0.62  # of the hour before

    def __post_init__(self) -> None:
        for each in fields(self):
            if each.name.endswith("_share") and not 0 <= (share := getattr(self, each.name)) <= 1:
                raise ContentError(f"found {share}; a share lies between 0 and 1.", key=each.name)
        for name in ("reason_shares", "band_shares", "band_shares_marked_down"):
            if abs(sum(getattr(self, name)) - 1) > 1e-9:
                raise ContentError(f"found a sum of {sum(getattr(self, name)):g}; shares sum to 1.", key=name)
        if 2 * self.audited_share >= 1 or not set(self.audited_markets) < set(self.markets):
            raise ContentError(f"found {self.audited_markets} with {self.audited_share} each; two of the markets, together less than the whole.", key="audited_markets")


# Which of them give the data the signal that a coverage id asks for.
WINBACK_SIGNALS: dict[str, tuple[str, ...]] = {
    "G2-I2": ("return_by_reason",),
    "G2-S1-T1": ("message_return", "late_message_return", "message_stops", "late_message_stops"),
    "G2-S1-T6": ("return_changed",),
    "G2-S6-T1": ("return_by_reason", "return_by_band", "return_by_tenure_year", "return_handled", "return_by_month_gone"),
}


@dataclass(frozen=True)
class WinbackBook:
    """The tables, as pandas frames; the columns are those of ``describe_columns("winback")``."""

    trial: pd.DataFrame
    waiting: pd.DataFrame
    consent: pd.DataFrame
    frequency: pd.DataFrame
    bases: pd.DataFrame
    portfolio: pd.DataFrame
    desk: pd.DataFrame


@dataclass(frozen=True)
class WinbackTruth:
    """What was planted.

    Attributes
    ----------
    firm : Winback
    trial : DataFrame
        For each lost_id of the trial: ``chance`` to return, ``worth_cents`` expected of a return (offer's cost taken off).
    waiting : DataFrame
        For each lost_id that waits: ``lawful`` by e-mail (bool), ``chance`` and ``profit_cents`` expected when written to with
        the offer of `OFFER_PLAN`, opening and handling mixed as in the trial.
    best_messages : int
    marked_down_market : str
    lost_anyway : float
        Chance to come back unasked.
    segments : DataFrame
        For each segment of the book: ``customers, margin_cents, leaves, returns``.
    """

    firm: Winback
    trial: pd.DataFrame
    waiting: pd.DataFrame
    best_messages: int
    marked_down_market: str
    lost_anyway: float
    segments: pd.DataFrame


@dataclass(frozen=True)
class WinbackSimulated:
    """A book and, apart from it, its truth."""

    book: WinbackBook
    truth: WinbackTruth


TABLES = {
    "trial": "Last year's trial: lost customers who had agreed to e-mail. Offer, opening and handling were drawn by lot.",
    "waiting": "Lost customers about whom you decide on 25 November 2026. Nobody has written to them yet.",
    "consent": "The consent ledger of those who wait: events in order. An objection ends marketing on every channel.",
    "frequency": "A second trial: how many messages each lost customer got was drawn by lot.",
    "bases": "Two campaigns of one spring, each with a group held out by lot: the lost, and strangers.",
    "portfolio": "Everyone who was a customer at the beginning of last year, and what became of them.",
    "desk": "Two working days at the desk, hour by hour; a mailing went out in the third.",
}

_LOST = (
    ("market", "str", "", "market of the customer's address, two letters"),
    ("reason", "str", "", "reason given for leaving: price, service, no_need or rival"),
    ("complaint_handled", "int", "0/1", "the complaint before leaving was handled well; −1 without a complaint"),
    ("tenure_years", "int", "years", "length of the first life"),
    ("months_gone", "int", "months", "since the customer left"),
    ("band", "str", "", "margin of the first life: low, middle or high"),
    ("margin_cents", "int", "euro cents", "margin of a month of the first life"),
)
_COLUMNS = {
    "trial": (
        ("lost_id", "str", "", "L and a number; the key of this table"),
        *_LOST,
        ("picked", "int", "0/1", "stood on last year's list of whom to win back"),
        ("offer", "str", "", "drawn by lot: none, discount, upgrade or both"),
        ("opening", "str", "", "drawn by lot: cheerful (as if nothing had happened) or named (names what went wrong)"),
        ("changed", "int", "0/1", "drawn by lot: looked after by a named person, visibly otherwise than before"),
        ("returned", "int", "0/1", "came back"),
        ("objected", "int", "0/1", "objected to further messages"),
        ("second_months", "int", "months", "length of the second life, followed to its end; 0 without a return"),
        ("second_margin_cents", "int", "euro cents", "margin of a month of it; 0 without a return"),
        ("cost_cents", "int", "euro cents", "of writing to this customer, and of the offer if it was taken"),
    ),
    "waiting": (("lost_id", "str", "", "W and a number; the key of this table"), *_LOST),
    "consent": (
        ("lost_id", "str", "", "as in `waiting`"),
        ("event_no", "int", "", "1, 2, … for each customer, in order of time"),
        ("day", "str", "ISO date", "day of the event"),
        ("channel", "str", "", "email, phone or post; all for an objection"),
        ("event", "str", "", "given, withdrawn, given_again, or objected"),
    ),
    "frequency": (
        ("lost_id", "str", "", "Q and a number; the key of this table"),
        ("messages", "int", "messages", "drawn by lot: how often the firm wrote, 1 to 6"),
        ("returned", "int", "0/1", "came back"),
        ("objected", "int", "0/1", "objected to further messages"),
    ),
    "bases": (
        ("person_id", "str", "", "B and a number; the key of this table"),
        ("base", "str", "", "lost (left earlier) or stranger (never a customer)"),
        ("contacted", "int", "0/1", "drawn by lot: written to (lost) or shown the advertisement (strangers); 0 is the group held out"),
        ("customer", "int", "0/1", "became a customer, again or for the first time"),
        ("worth_cents", "int", "euro cents", "margin until they left again; 0 for who did not become a customer"),
        ("cost_cents", "int", "euro cents", "of the contact"),
    ),
    "portfolio": (
        ("customer_id", "str", "", "C and a number; the key of this table"),
        ("segment", "str", "", "plan of the customer"),
        ("margin_cents", "int", "euro cents", "margin of a year"),
        ("left", "int", "0/1", "left within the year"),
        ("came_back", "int", "0/1", "of these, came back within the year after"),
    ),
    "desk": (
        ("hour", "int", "working hours", "1 to 16; the key of this table"),
        ("ordinary", "int", "contacts", "came in without the mailing"),
        ("replies", "int", "contacts", "answers to the mailing"),
    ),
}


def columns() -> tuple[Column, ...]:
    """Every column of every table, in the order of the files."""
    return tuple(Column(table, *column) for table, declared in _COLUMNS.items() for column in declared)


def _frame(table: str, values: dict[str, np.ndarray]) -> pd.DataFrame:
    if {name for name, *_ in _COLUMNS[table]} != set(values):
        raise ValueError(f"{table}: columns {sorted(values)} are not those declared in _COLUMNS")
    return pd.DataFrame({name: np.asarray(values[name]).astype(np.int64) if dtype == "int" else values[name] for name, dtype, *_ in _COLUMNS[table]})


def _ids(letter: str, n: int) -> np.ndarray:
    return np.array([f"{letter}{number:05d}" for number in range(1, n + 1)], dtype=object)


def _words(names: tuple[str, ...], codes: np.ndarray) -> np.ndarray:
    return np.array(names, dtype=object)[codes]


def simulate_winback(firm: Winback, seed: int) -> WinbackSimulated:
    """A book for winning customers back and its truth; the same firm and seed give the same bytes."""
    luck = Luck(seed)
    down = luck.shuffled("market", 2)[0]  # which of the two audited markets last year's list marked down
    best = firm.best_messages[luck.shuffled("messages.best", len(firm.best_messages))[0]]
    anyway = firm.lost_anyway[luck.shuffled("bases.anyway", len(firm.lost_anyway))[0]]
    trial, hidden = _trial(firm, luck, firm.audited_markets[down])
    waiting, consent, planted = _waiting(firm, luck, firm.audited_markets[down])
    portfolio, segments = _portfolio(firm, luck)
    book = WinbackBook(trial, waiting, consent, _frequency(firm, luck, best), _bases(firm, luck, anyway), portfolio, _desk(firm, luck))
    return WinbackSimulated(book, WinbackTruth(firm, hidden, planted, best, firm.audited_markets[down], anyway, segments))


# ---- Who was lost -----------------------------------------------------------------------------------------------


def _lost(firm: Winback, luck: Luck, table: str, n: int, marked_down: str) -> dict[str, np.ndarray]:
    rest = (1 - 2 * firm.audited_share) / (len(firm.markets) - 2)
    market = luck.choice(f"{table}.market", tuple(firm.audited_share if each in firm.audited_markets else rest for each in firm.markets), n)
    lowly = market == firm.markets.index(marked_down)
    band = luck.choice(f"{table}.band", np.where(lowly[:, None], firm.band_shares_marked_down, firm.band_shares), n)
    margin = np.array(firm.margin_cents)[band] * (1 + firm.margin_spread * luck.normal(f"{table}.margin", n))
    complained = luck.event(f"{table}.complained", np.full(n, firm.complained_share))
    return {
        "market": market,
        "reason": luck.choice(f"{table}.reason", firm.reason_shares, n),
        "complaint_handled": np.where(complained, luck.index(f"{table}.handled", 2, n), -1),
        "tenure_years": luck.between(f"{table}.tenure", (1, 9), n),
        "months_gone": luck.between(f"{table}.gone", (2, 30), n),
        "band": band,
        "margin_cents": np.clip(np.rint(margin / 10) * 10, 200, None),
    }


def _told(firm: Winback, lost: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {**lost, "market": _words(firm.markets, lost["market"]), "reason": _words(REASONS, lost["reason"]), "band": _words(BANDS, lost["band"])}


def _chance(firm: Winback, lost: dict[str, np.ndarray], offer: np.ndarray, named: np.ndarray, changed: np.ndarray) -> np.ndarray:
    """(rows,) float64: planted chance to return."""
    reason = lost["reason"]
    offered = np.array(firm.offer_return)[offer] * (reason != REASONS.index("no_need"))
    cut = firm.discount_for_price * ((reason == 0) & np.isin(offer, (1, 3)))
    chance = (
        firm.return_base + np.array(firm.return_by_reason)[reason] + np.array(firm.return_by_band)[lost["band"]]
        + firm.return_by_tenure_year * (lost["tenure_years"] - 5) + firm.return_handled * (lost["complaint_handled"] == 1)
        + firm.return_by_month_gone * (lost["months_gone"] - 2) + firm.return_changed * changed + offered + cut
        + firm.named_return * (named & (reason == REASONS.index("service")))
    )  # fmt: skip
    return np.clip(chance, 0, 1)


def _second_life(firm: Winback, lost: dict[str, np.ndarray], offer: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(months, margin in cents a month), both (rows,) float64 and before luck."""
    months = np.array(firm.second_months)[lost["reason"], offer]
    margin = np.array(firm.second_margin)[offer] * lost["margin_cents"] + firm.service_margin_cents * (lost["reason"] == REASONS.index("service"))
    return months, margin


def _trial(firm: Winback, luck: Luck, marked_down: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    n = firm.trial_cases
    lost = _lost(firm, luck, "trial", n, marked_down)
    cell = luck.cells("trial.cells", 16, n)
    offer, named, changed = cell % 4, cell // 4 % 2 == 1, cell // 8 == 1
    chance = _chance(firm, lost, offer, named, changed)
    returned = luck.event("trial.returned", chance)
    months, margin = _second_life(firm, lost, offer)
    stayed = np.clip(np.rint(months * (0.5 + luck.uniform("trial.months", n))), 1, None)
    cents = np.clip(np.rint(margin * (1 + 0.1 * luck.normal("trial.second_margin", n)) / 10) * 10, 100, None)
    cost = np.array(firm.offer_cost_cents)[offer]
    objects = firm.objects_base + firm.cheerful_objects * (~named & (lost["reason"] == REASONS.index("service")))
    lowly = lost["market"] == firm.markets.index(marked_down)
    picked = luck.event("trial.picked", np.array(firm.picked_by_band)[lost["band"]] - firm.marked_down * lowly)
    frame = _frame(
        "trial",
        {
            "lost_id": _ids("L", n), **_told(firm, lost), "picked": picked, "offer": _words(OFFERS, offer), "opening": _words(OPENINGS, named.astype(np.int64)),
            "changed": changed, "returned": returned, "objected": luck.event("trial.objected", objects) & ~returned,
            "second_months": stayed * returned, "second_margin_cents": cents * returned, "cost_cents": firm.contact_cost_cents + cost * returned,
        },
    )  # fmt: skip
    return frame, pd.DataFrame({"lost_id": frame.lost_id, "chance": chance, "worth_cents": months * margin - cost})


# ---- Who waits, and who may be written to -----------------------------------------------------------------------


def _waiting(firm: Winback, luck: Luck, marked_down: str) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    n = firm.waiting_cases
    lost = _lost(firm, luck, "waiting", n, marked_down)
    ids = _ids("W", n)
    events: list[tuple[int, int, str, str]] = []
    in_force = np.zeros((n, len(CHANNELS)), dtype=bool)
    left = 30 * lost["months_gone"]  # days before today
    for number, channel in enumerate(CHANNELS):
        given = luck.event(f"consent.{channel}", np.full(n, firm.consent_given[number]))
        back = given & luck.event(f"consent.{channel}.back", np.full(n, firm.withdrawn_share))
        again = back & luck.event(f"consent.{channel}.again", np.full(n, firm.given_again_share))
        first = left + luck.between(f"consent.{channel}.on", (200, 900), n)  # days before today, so large is early
        second = left - luck.between(f"consent.{channel}.off", (0, 20), n)
        third = 4 + luck.index(f"consent.{channel}.renewed", 26, n)
        in_force[:, number] = given & (~back | again)
        for who in np.flatnonzero(given).tolist():
            events.append((who, int(first[who]), channel, "given"))
            if back[who]:
                events.append((who, int(second[who]), channel, "withdrawn"))
            if again[who]:
                events.append((who, int(third[who]), channel, "given_again"))
    objected = luck.event("consent.objected", np.full(n, firm.objected_share))
    events += [(who, int(1 + who % 3), "all", "objected") for who in np.flatnonzero(objected).tolist()]
    events.sort(key=lambda event: (event[0], -event[1], CHANNELS.index(event[2]) if event[2] in CHANNELS else 3))
    who = np.array([event[0] for event in events])
    starts = np.flatnonzero(np.concatenate([[True], who[1:] != who[:-1]]))
    consent = _frame(
        "consent",
        {
            "lost_id": ids[who],
            "event_no": np.arange(len(who)) - np.repeat(starts, np.diff(np.append(starts, len(who)))) + 1,
            "day": np.array([(TODAY - timedelta(days=event[1])).isoformat() for event in events], dtype=object),
            "channel": np.array([event[2] for event in events], dtype=object),
            "event": np.array([event[3] for event in events], dtype=object),
        },
    )
    offer = np.array([OFFERS.index(OFFER_PLAN[reason]) for reason in REASONS])[lost["reason"]]
    ways = [(np.full(n, named), np.full(n, changed)) for named in (False, True) for changed in (False, True)]
    chance = sum(_chance(firm, lost, offer, *way) for way in ways) / len(ways)
    months, margin = _second_life(firm, lost, offer)
    profit = chance * (months * margin - np.array(firm.offer_cost_cents)[offer]) - firm.contact_cost_cents
    planted = pd.DataFrame({"lost_id": ids, "lawful": in_force[:, 0] & ~objected, "chance": chance, "profit_cents": profit})
    return _frame("waiting", {"lost_id": ids, **_told(firm, lost)}), consent, planted


# ---- How often, whom else, with how many hands ------------------------------------------------------------------


def frequency_chances(firm: Winback, best: int, messages: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Planted chances to return and to object after so many messages, each (rows,) float64."""
    early, late = np.minimum(messages, best), np.clip(messages - best, 0, None)
    returns = firm.first_return + firm.message_return * (early - 1) + firm.late_message_return * late
    return returns, firm.message_stops * early + firm.late_message_stops * late


def _frequency(firm: Winback, luck: Luck, best: int) -> pd.DataFrame:
    n = firm.frequency_cases
    messages = 1 + luck.cells("messages.cells", len(MESSAGES), n)
    returns, stops = frequency_chances(firm, best, messages)
    draw = luck.uniform("messages.outcome", n)  # nobody does both
    return _frame("frequency", {"lost_id": _ids("Q", n), "messages": messages, "returned": draw < returns, "objected": draw >= 1 - stops})


def _bases(firm: Winback, luck: Luck, anyway: float) -> pd.DataFrame:
    n = firm.base_cases
    lost = np.arange(2 * n) < n
    contacted = ~luck.event("bases.held_out", np.full(2 * n, firm.held_out_share))
    chance = np.where(lost, np.where(contacted, firm.lost_won, anyway), np.where(contacted, firm.stranger_won, firm.stranger_anyway))
    customer = luck.event("bases.customer", chance)
    mean = np.where(lost, firm.worth_lost_cents, firm.worth_stranger_cents)
    worth = np.clip(np.rint(mean * (1 + firm.worth_spread * luck.normal("bases.worth", 2 * n)) / 10) * 10, 100, None)
    cost = np.where(lost, firm.lost_cost_cents, firm.stranger_cost_cents)
    return _frame(
        "bases",
        {
            "person_id": _ids("B", 2 * n), "base": _words(("stranger", "lost"), lost.astype(np.int64)), "contacted": contacted, "customer": customer,
            "worth_cents": worth * customer, "cost_cents": cost * contacted,
        },
    )  # fmt: skip


def _portfolio(firm: Winback, luck: Luck) -> tuple[pd.DataFrame, pd.DataFrame]:
    names = np.array(SEGMENTS, dtype=object)[luck.shuffled("portfolio.names", len(SEGMENTS))]
    segment = np.repeat(np.arange(len(SEGMENTS)), firm.segment_customers)
    n = len(segment)
    margin = np.array(firm.segment_margin_cents)[segment] * (1 + 0.2 * luck.normal("portfolio.margin", n))
    left = luck.event("portfolio.left", np.array(firm.segment_leaves)[segment])
    back = left & luck.event("portfolio.back", np.array(firm.segment_returns)[segment])
    frame = _frame(
        "portfolio",
        {"customer_id": _ids("C", n), "segment": names[segment], "margin_cents": np.clip(np.rint(margin / 100) * 100, 100, None), "left": left, "came_back": back},
    )
    planted = {"segment": names, "customers": firm.segment_customers, "margin_cents": firm.segment_margin_cents, "leaves": firm.segment_leaves, "returns": firm.segment_returns}
    return frame, pd.DataFrame(planted)


def desk_means(firm: Winback) -> np.ndarray:
    """(HOURS, 2) float64: planted means of ordinary contacts and of replies, hour by hour."""
    weights = [firm.replies_fade ** (hour - LETTERS_OUT) if hour >= LETTERS_OUT else 0.0 for hour in range(1, HOURS + 1)]
    return np.array([(firm.ordinary_an_hour, firm.replies * weight / sum(weights)) for weight in weights])


def _desk(firm: Winback, luck: Luck) -> pd.DataFrame:
    means = desk_means(firm)
    came = [np.clip(np.rint(means[:, i] + np.sqrt(means[:, i]) * luck.normal(f"desk.{name}", HOURS)), 0, None) for i, name in enumerate(("ordinary", "replies"))]
    return _frame("desk", {"hour": np.arange(1, HOURS + 1), "ordinary": came[0], "replies": came[1]})
