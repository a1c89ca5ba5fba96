"""One block of the full book from (firm, seed, number, policy), and whole books put together from blocks.
A block is always drawn in full and then cut, so no row depends on how many customers, chunks or workers there are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from rapport.simulation.aurora import clocks, listening, service, trade
from rapport.simulation.aurora.firm import (
    ADDRESSES, BRANCHES, CATEGORIES, CHANNELS, CLASSES, CONNECTIONS, CONSENT_CHANNELS, DAYS, INDUSTRIES, OFFERS, REASONS, ROLES, TOPICS, TRAITS, TYPES, YEAR_TWO,
    Aurora,
)  # fmt: skip
from rapport.simulation.aurora.people import LANGUAGES, Folk, Setting, has_consent, make_folk, make_setting
from rapport.simulation.aurora.policy import Policy
from rapport.simulation.aurora.tables import ARRAYS, TABLES, AuroraBook, book_of, declared
from rapport.simulation.firm import FAULTS, KINDS, PREFERENCES, REMEDIES
from rapport.simulation.luck import BLOCK, Luck

Tables = dict[str, dict[str, np.ndarray]]

OUTCOMES = (
    "orders", "spent_cents", "bought", "unsubscribed", "contacts", "resolved", "escalated", "reopened", "satisfaction_after", "recovered", "repurchased",
    "renewed", "upgraded", "returned", "second_life_cents", "answered",
)  # fmt: skip
EXPECTED = ("bought", "unsubscribed", "resolved", "escalated", "reopened", "satisfaction_after", "repurchased", "renewed", "returned", "second_life_cents", "answered")


@dataclass(frozen=True)
class AuroraTruth:
    """What the simulation knows and an analyst does not. A checker opens it only after an answer is committed.

    Attributes
    ----------
    firm : Aurora
        The planted parameters.
    policy : Policy
        What the firm did.
    customers : DataFrame
        For each customer_id: hidden preferences, segment, rates, type, quality and way of using a scale.
    expected : DataFrame
        For each customer_id, what the outcomes come to without luck: sums of chances (satisfaction: of unrounded points).
        The difference between two policies is the planted effect.
    records : DataFrame
        For each record of the customer file: whose it is and what is wrong with it.
    markets : DataFrame
        For each market of the book: true service quality, leanings.
    languages : DataFrame
        For each language: points by which its forms are answered above or below the truth.
    statement_branches, trend_branch, underpaid_market, patience_days
        What the seed drew: branches with the fee statement, the one whose complaints rise anyway, the market that gets
        less for equal failures, the days up to which waiting for a refund costs nothing.
    """

    firm: Aurora
    policy: Policy
    customers: pd.DataFrame
    expected: pd.DataFrame
    records: pd.DataFrame
    markets: pd.DataFrame
    languages: pd.DataFrame
    statement_branches: tuple[str, ...]
    trend_branch: str
    underpaid_market: str
    patience_days: int


@dataclass(frozen=True)
class AuroraSimulated:
    """A full book and, apart from it, its truth; ``outcomes`` are what came of it for each customer.

    ``outcomes`` and ``truth.expected`` carry the same index under any policy, so that with one seed
    ``a.outcomes - b.outcomes`` is the effect on each customer.
    """

    book: AuroraBook
    truth: AuroraTruth
    outcomes: pd.DataFrame


@dataclass(frozen=True, eq=False)
class Block:
    """Tables of one block as columns, with ``truth``, ``records``, ``outcomes`` and ``expected`` likewise."""

    tables: Tables
    truth: dict[str, np.ndarray]
    records: dict[str, np.ndarray]
    outcomes: dict[str, np.ndarray]
    expected: dict[str, np.ndarray]


def words(names: tuple[str, ...]) -> np.ndarray:
    """The words as an object array, to be indexed by codes; −1 gives the last, so end with an empty word where that may be."""
    return np.array(names, dtype=object)


@lru_cache(maxsize=4)
def _setting(firm: Aurora, seed: int) -> Setting:
    # glibc gives memory back after each larger array, and asking again costs a fifth of the time of a block. Once a piece as
    # large as this has been freed it keeps what it has, up to twice as much; the piece is never touched, so it takes no room.
    np.empty(3 << 20)
    return make_setting(firm, seed)


def blocks(firm: Aurora) -> int:
    """How many blocks a book of this firm has."""
    return -(-firm.customers // BLOCK)


def make_block(firm: Aurora, seed: int, number: int, policy: Policy | None = None, tables: Iterable[str] = TABLES) -> Block:
    """Block `number` of a book: customers ``number · 4096 + 1`` and following, with all that is theirs.

    Parameters
    ----------
    firm, seed, policy
        As in `rapport.simulation.simulate`.
    number : int
        From 0 to ``blocks(firm) − 1``.
    tables : names of tables
        What is wanted. With ``("customers", "orders")`` alone the rest is not made; orders then hold those of the shop
        and of campaigns as in the full book.
    """
    policy, wanted = policy or Policy(), set(tables)
    luck, setting = Luck(seed, number), _setting(firm, seed)
    whole = bool(wanted - {"customers", "orders"})
    names = "all" if "crm" in wanted else "written" if "customers" in wanted else "none"
    folk = make_folk(firm, setting, luck, BLOCK, names, len(CONSENT_CHANNELS) if whole else 1)
    keep = min(BLOCK, firm.customers - number * BLOCK)
    ids = _customer_ids(folk.first + 1)

    sent, notice = trade.campaigns(firm, folk, luck, policy, whole)
    joined = trade.joins(firm, folk, luck, policy)
    bought = trade.orders(firm, setting, folk, luck, joined, sent)
    made: dict[str, dict] = {}
    if "customers" in wanted:
        made["customers"] = (np.arange(BLOCK), _customers(firm, folk, ids, joined))
    if "orders" in wanted:
        made["orders"] = (bought["who"], _orders(firm, folk, ids, bought))
    outcomes, expected = {}, {}
    if whole:
        _rest(firm, setting, folk, luck, policy, ids, sent, notice, made, outcomes, expected)
    _tally(outcomes, "orders", bought["who"], 1.0)
    _tally(outcomes, "spent_cents", bought["who"], bought["cents"])
    _tally(outcomes, "bought", sent["who"], sent["bought"])
    _tally(expected, "bought", sent["who"], np.clip(sent["buys"], 0, 1))

    records = made.pop("records", {})
    cut: Tables = {}
    for table, (who, columns) in made.items():
        inside = slice(None) if keep == BLOCK else np.flatnonzero(who < keep)
        cut[table] = {name: column[inside] for name, column in declared(table, columns).items()} if table in ARRAYS else columns
    if records:
        inside = records.pop("who") < keep
        records = {name: column[inside] for name, column in records.items()}
    return Block(
        {name: cut[name] for name in TABLES if name in wanted},
        {name: column[:keep] for name, column in _truth(firm, folk, ids).items()},
        records,
        {name: column[:keep] for name, column in outcomes.items()},
        {name: column[:keep] for name, column in expected.items()},
    )


_LOW = np.array([f"{number:04d}" for number in range(10_000)], dtype=object)


def _customer_ids(first: int) -> np.ndarray:
    """``C00000001`` and so on for a block, put together from halves: a block has few upper ones."""
    number = np.arange(first, first + BLOCK)
    upper = np.arange(number[0] // 10_000, number[-1] // 10_000 + 1)
    return np.array([f"C{each:04d}" for each in upper.tolist()], dtype=object)[number // 10_000 - upper[0]] + _LOW[number % 10_000]


def _tally(into: dict[str, np.ndarray], name: str, who: np.ndarray, weights: np.ndarray | float) -> None:
    each = np.bincount(who, minlength=BLOCK) * float(weights) if np.isscalar(weights) else np.bincount(who, weights, minlength=BLOCK)
    into[name] = into.get(name, 0) + each


# ---- Tables -----------------------------------------------------------------------------------------------------


@lru_cache(maxsize=None)
def _hours(markets: tuple[str, ...]) -> np.ndarray:
    return words(tuple(clocks.hours_text(market, kind) for market in markets for kind in range(len(clocks.HOURS))))


def _customers(firm: Aurora, folk: Folk, ids: np.ndarray, joined: np.ndarray) -> dict[str, np.ndarray]:
    hours = _hours(firm.markets)
    return {
        "customer_id": ids,
        "name": folk.names["name"],
        "name_script": folk.names["script"],
        "market": words(firm.markets)[folk.market],
        "language": words(LANGUAGES)[folk.language],
        "address_form": words(ADDRESSES)[folk.address],
        "channel": words(CHANNELS)[folk.channel],
        "connection": words(CONNECTIONS)[folk.connection],
        "hours": hours[folk.market * len(clocks.HOURS) + folk.hours],
        "industry": words(INDUSTRIES)[folk.industry],
        "role": words(ROLES)[folk.role],
        "branch": words(BRANCHES)[folk.branch],
        "manager": folk.manager + 1,
        "asked_need": words(PREFERENCES)[folk.need],
        "asked_style": words(("short", "in_full"))[folk.wants_detail.astype(np.int64)],
        "opened": clocks.dates(folk.opened),
        "tenure_months": folk.tenure,
        "contract": folk.contract,
        "alternatives": folk.alternatives,
        "yearly_margin_cents": folk.margin,
        "referred_by": np.append(ids, "")[folk.referrer],
        "joined_programme": joined,
    }


def _orders(firm: Aurora, folk: Folk, ids: np.ndarray, bought: trade.Columns) -> dict[str, np.ndarray]:
    currency, minor = trade.local_money(firm, folk, bought["who"], bought["cents"])
    return {
        "customer_id": ids[bought["who"]],
        "order_no": trade.numbered(bought["who"]),
        "day": clocks.dates(bought["day"]),
        "via": words(trade.VIA)[bought["via"]],
        "category": words(CATEGORIES)[bought["category"]],
        "cross_border": bought["abroad"],
        "amount_cents": bought["cents"],
        "currency": currency,
        "amount_minor": minor,
    }


def _rest(firm, setting, folk, luck, policy, ids, sent, notice, made, outcomes, expected) -> None:
    """All tables but customers and orders, put into `made`, and what they add to `outcomes` and `expected`."""
    stopped = np.flatnonzero(sent["stopped"])
    made["campaigns"] = (sent["who"], {
        "campaign": words(trade.CAMPAIGNS)[sent["campaign"]], "customer_id": ids[sent["who"]], "day": clocks.dates(sent["day"]), "arm": sent["arm"],
        "by_lot": sent["by_lot"], "bought": sent["bought"], "asked": sent["asked"], "unsubscribed": sent["stopped"],
    })  # fmt: skip
    _tally(outcomes, "unsubscribed", sent["who"], sent["stopped"])
    _tally(expected, "unsubscribed", sent["who"], np.clip(sent["stops"], 0, 1))

    renewed, promised, left = service.renewals(firm, folk, luck, policy, setting)
    stake = renewed["at_stake"]
    made["renewals"] = (renewed["who"], {
        "customer_id": ids[renewed["who"]], "year_no": renewed["year"], "day": clocks.dates(renewed["day"]), "renewed": renewed["renewed"],
        "promises_made": renewed["made"], "promises_kept": renewed["kept"], "pressed": renewed["pressed"], "upgraded": renewed["sold"],
    })  # fmt: skip
    _tally(outcomes, "renewed", renewed["who"][stake], renewed["renewed"][stake])
    _tally(outcomes, "upgraded", renewed["who"][stake], renewed["sold"][stake])
    _tally(expected, "renewed", renewed["who"][stake], renewed["chance"][stake])
    made["promises"] = (promised["who"], {
        "customer_id": ids[promised["who"]], "promise_no": trade.numbered(promised["who"]), "made": clocks.dates(promised["given"]),
        "due": clocks.dates(promised["due"]), "kept": promised["kept"],
    })  # fmt: skip

    lapsed = trade.lapses(firm, folk, luck, policy, left, has_consent(folk, 0, np.maximum(YEAR_TWO + 32, left + 60)))
    made["lapses"] = (lapsed["who"], {
        "customer_id": ids[lapsed["who"]], "day": clocks.dates(lapsed["day"]), "reason": words(REASONS)[lapsed["reason"]], "complaint_handled": lapsed["handled"],
        "tenure_years": lapsed["tenure_years"], "contactable": lapsed["reached"], "offered": clocks.dates(lapsed["offered_on"]), "months_gone": lapsed["months"],
        "offer": words(OFFERS)[lapsed["offer"]], "attempts": lapsed["attempts"], "changed": lapsed["changed"], "returned": lapsed["returned"],
        "second_life_months": lapsed["length"], "second_margin_cents": lapsed["margin"], "offer_cost_cents": lapsed["cost"], "unsubscribed": lapsed["stopped"],
    })  # fmt: skip
    _tally(outcomes, "returned", lapsed["who"], lapsed["returned"])
    _tally(outcomes, "second_life_cents", lapsed["who"], lapsed["length"] * lapsed["margin"] - lapsed["cost"])
    _tally(expected, "returned", lapsed["who"], lapsed["chance"])
    _tally(expected, "second_life_cents", lapsed["who"], lapsed["value"])
    _tally(outcomes, "unsubscribed", lapsed["who"], lapsed["stopped"])

    notice_day = np.zeros(folk.n, dtype=np.int64)
    rows = sent["campaign"] == trade.CAMPAIGNS.index("notice")
    notice_day[sent["who"][rows]] = sent["day"][rows] + 1
    came = service.contacts(firm, setting, folk, luck, policy, notice_day, notice["notice"])
    who, numbers = came["who"], trade.numbered(came["who"])
    made["contacts"] = (who, {
        "customer_id": ids[who], "contact_no": numbers, "began": clocks.stamps(came["begun"], came["ahead"]), "answered": clocks.stamps(came["answered"], came["then"]),
        "wait_minutes": came["wait"], "channel": words(CHANNELS)[came["channel"]], "language": words(LANGUAGES)[folk.language[who]], "topic": words(TOPICS)[came["topic"]],
        "complexity": came["complexity"], "severity": came["severity"], "agent": came["agent"] + 1, "native": came["native"],
        "acknowledgement": words(("none", "sincere", "script"))[came["kind"]], "clarified": came["clarified"], "ambiguous_date": came["ambiguous"],
        "resolved_first": came["resolved"], "escalated": came["escalated"], "reopened": came["reopened"],
    })  # fmt: skip
    _tally(outcomes, "contacts", who, 1.0)
    for name, chance in (("resolved", "resolves"), ("escalated", "escalates"), ("reopened", "reopens")):
        _tally(outcomes, name, who, came[name])
        _tally(expected, name, who, came[chance])
    said = listening.messages(folk, came, numbers)
    made["messages"] = (said["who"], {
        "customer_id": ids[said["who"]], "contact_no": said["contact"], "language": words(listening.MESSAGE_LANGUAGES)[said["language"]],
        "theme": words(TOPICS)[said["theme"]], "text": said["text"],
    })  # fmt: skip

    failed = service.failures(firm, setting, folk, luck, policy)
    who = failed["who"]
    points = {name: np.clip(np.rint(failed[name]), 0, 100) for name in ("satisfaction_before", "satisfaction_after")}
    made["failures"] = (who, {
        "customer_id": ids[who], "failure_no": trade.numbered(who), "day": clocks.dates(failed["day"]), "kind": words(KINDS)[failed["kind"]], "severity": failed["severity"],
        "fault": words(FAULTS)[failed["fault"]], "told_us": failed["told"], "remedy": words(REMEDIES)[failed["remedy"]], "update_streams": failed["streams"],
        "second_failure": failed["second"], **points,
        **{name: failed[name] for name in ("answered", "answer_hours", "owned", "explained", "compensation_cents", "refund_days", "recovered", "repurchased", "escalated", "stars")},
    })  # fmt: skip
    _tally(outcomes, "satisfaction_after", who, points["satisfaction_after"])
    _tally(outcomes, "recovered", who, failed["recovered"])
    _tally(outcomes, "repurchased", who, failed["repurchased"])
    _tally(expected, "satisfaction_after", who, failed["satisfaction_after"])
    _tally(expected, "repurchased", who, np.clip(failed["repurchase"], 0, 1))

    heard = listening.surveys(firm, folk, luck, policy)
    form = np.where(folk.english_form, LANGUAGES.index("en"), folk.language)
    made["surveys"] = (heard["who"], {
        "customer_id": ids[heard["who"]], "wave": heard["wave"], "day": clocks.dates(heard["day"]), "form_language": words(LANGUAGES)[form[heard["who"]]],
        **{name: heard[name] for name in ("answered", "csat", "recommend", "effort", "vignette_1", "vignette_2", "vignette_3")},
    })  # fmt: skip
    _tally(outcomes, "answered", heard["who"], heard["answered"])
    _tally(expected, "answered", heard["who"], heard["chance"])

    gone = np.flatnonzero(lapsed["stopped"])
    stops = tuple(np.concatenate([sent[a][stopped], lapsed[b][gone]]) for a, b in (("who", "who"), ("day", "offered_on")))
    ledger = listening.consent_ledger(folk, luck, (stops[0], np.minimum(stops[1] + 2, DAYS - 1)))
    made["consent"] = (ledger["who"], {
        "customer_id": ids[ledger["who"]], "event_no": trade.numbered(ledger["who"]), "day": clocks.dates(ledger["day"]),
        "channel": words(CONSENT_CHANNELS)[ledger["channel"]], "event": words(listening.EVENTS)[ledger["event"]],
        "source": words((*listening.SOURCES, ""))[ledger["source"]],
    })  # fmt: skip
    if "mail" in folk.names:
        entered = listening.customer_file(firm, folk, luck)
        who = entered["who"]
        keys = np.array([f"R{number:09d}" for number in (folk.first * 2 + 1 + entered["place"]).tolist()], dtype=object)
        made["crm"] = (who, {
            "record_id": keys, "name": entered["name"], "email": entered["mail"], "market": words(firm.markets)[folk.market[who]],
            "stage": np.where(entered["defect"] == 3, "lead", "customer"), "touched": clocks.dates(entered["touched"]),
        })  # fmt: skip
        made["records"] = {"who": who, "record_id": keys, "customer_id": ids[who], "defect": words(listening.DEFECTS)[entered["defect"]]}


def _truth(firm: Aurora, folk: Folk, ids: np.ndarray) -> dict[str, np.ndarray]:
    return {
        "customer_id": ids,
        **{name: folk.traits[:, i] for i, name in enumerate(TRAITS)},
        "loyal": folk.loyal,
        "order_rate": folk.rate,
        "leaves_after_days": folk.leaves_after,
        "mean_order_cents": folk.mean_order,
        "buyer_class": words(CLASSES)[trade.buyer_class(firm, folk)],
        "buyer_type": words(TYPES)[folk.kind_of_buyer],
        "quality": folk.quality,
        "style": folk.style,
        "stretch": folk.stretch,
        "advocacy": folk.advocacy,
        **folk.people.effects,
    }


# ---- Whole books ------------------------------------------------------------------------------------------------


def joined_columns(parts: list[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """Columns of several blocks, one behind the other."""
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def simulate_aurora(firm: Aurora, seed: int, policy: Policy | None = None) -> AuroraSimulated:
    """The whole book in memory; see `rapport.simulation.simulate`. For millions of customers use `write_stream`."""
    policy = policy or Policy()
    made = [make_block(firm, seed, number, policy) for number in range(blocks(firm))]
    book = book_of({table: joined_columns([block.tables[table] for block in made]) for table in TABLES})
    known = pd.DataFrame(joined_columns([block.truth for block in made]))
    index = pd.Index(known["customer_id"], name="customer_id")
    outcomes = pd.DataFrame(joined_columns([block.outcomes for block in made]), index=index)[list(OUTCOMES)].astype("int64")
    expected = pd.DataFrame(joined_columns([block.expected for block in made]), index=index)[list(EXPECTED)]
    setting = _setting(firm, seed)
    chosen = list(setting.markets)
    markets = {"market": [firm.markets[each] for each in chosen], "quality": firm.quality_mean + setting.quality[chosen]}
    markets |= {name: setting.leanings[chosen, i] for i, name in enumerate(TRAITS)}
    truth = AuroraTruth(
        firm, policy, known, expected, pd.DataFrame(joined_columns([block.records for block in made])), pd.DataFrame(markets),
        pd.DataFrame({"language": LANGUAGES, "style": setting.style}),
        tuple(BRANCHES[i] for i in np.flatnonzero(setting.has_statement)), BRANCHES[int(setting.has_trend.argmax())],
        firm.markets[setting.underpaid] if setting.underpaid >= 0 else "", setting.patience,
    )  # fmt: skip
    return AuroraSimulated(book, truth, outcomes)
