"""Who the customers of the full book are: what a book draws once (`Setting`), and the people of one block (`Folk`).
Nothing here depends on a policy, on chunks or on workers: a block of people follows from the seed and its number."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import fsum, sqrt

import numpy as np

from rapport.simulation.aurora import clocks, wording
from rapport.simulation.aurora.firm import (
    ADDRESSES, BRANCHES, CHANNELS, CONSENT_CHANNELS, DAYS, INDUSTRIES, ROLES, TRAITS, YEAR_TWO, Aurora,
)  # fmt: skip
from rapport.simulation.luck import BLOCK, Luck
from rapport.simulation.people import People

LANGUAGES = ("ar", "de", "en", "es", "fil", "gu", "ha", "hi", "ig", "ja", "ko", "lv", "ml", "pt", "ru", "sv", "tr", "ur", "yo", "zh")
AGENTS = 24
STEP = 128  # thousandths of a day's trade; a power of two, for the division


@dataclass(frozen=True, eq=False)
class Setting:
    """What a book draws once, from the seed alone.

    Attributes
    ----------
    markets : tuple of int
        Which of the firm's markets are in this book.
    leanings, role_leanings : (markets, traits), (roles, traits) float64
        The part of each preference that goes with the market and with the role.
    quality : (markets,) float64
        True service quality, as a difference from the mean on 0–10.
    style : (languages,) float64
        Points by which forms in a language are answered above or below the truth.
    has_statement, has_trend : (branches,) bool
        Branches with the fee statement; the one of them whose complaints rise anyway.
    reliability : (agents,) float64
        Share of promises that the account manager keeps.
    underpaid : int
        Market that gets less for equal failures.
    patience : int
        Days up to which waiting for a refund costs nothing.
    trades : (markets, days + 1) int64
        Trade up to each day.
    near_day : (markets, steps of `STEP`) int64
        The last day by whose morning a market's trade has not passed so many steps: where to begin to look for a day.
    """

    markets: tuple[int, ...]
    leanings: np.ndarray
    role_leanings: np.ndarray
    quality: np.ndarray
    style: np.ndarray
    has_statement: np.ndarray
    has_trend: np.ndarray
    reliability: np.ndarray
    underpaid: int
    patience: int
    trades: np.ndarray
    near_day: np.ndarray


def _spread(shares: list[float], order: list[int]) -> np.ndarray:
    """Evenly spaced scores in the given order, mean 0 and variance 1 under the shares."""
    total = fsum(shares)
    mean = fsum(share * rank for share, rank in zip(shares, order)) / total
    deviation = sqrt(fsum(share * (rank - mean) ** 2 for share, rank in zip(shares, order)) / total)
    return np.array([(rank - mean) / (deviation or 1.0) if share else 0.0 for share, rank in zip(shares, order)])


def make_setting(firm: Aurora, seed: int) -> Setting:
    """What the book of this seed has in common for all its customers."""
    luck, count = Luck(seed), len(firm.markets)
    chosen = tuple(sorted(luck.shuffled("aurora.markets", count)[: firm.markets_in_book]))
    shares = [1.0 if index in chosen else 0.0 for index in range(count)]
    leanings = np.array([_spread(shares, luck.shuffled(f"people.leaning.{name}", count)) for name in TRAITS]).T
    roles = np.array([_spread([1.0] * len(ROLES), luck.shuffled(f"people.role.{name}", len(ROLES))) for name in TRAITS]).T
    score = _spread(shares, luck.shuffled("aurora.quality", count))
    # A language's forms are answered with the more caution, the better the markets it belongs to are served.
    style = np.zeros(len(LANGUAGES))
    names = wording.name_lists()
    for number, language in enumerate(LANGUAGES):
        homes = [firm.markets.index(code) for code in names[language].home if code in firm.markets]
        if homes and language != "en":
            style[number] = -firm.style_against_quality * fsum(score[home] for home in homes) / len(homes)
    branches = luck.shuffled("aurora.statement", len(BRANCHES))
    place = np.empty(len(BRANCHES), dtype=np.int64)
    place[branches] = np.arange(len(BRANCHES))
    trades = clocks.trades(firm)
    audited = [firm.markets.index(code) for code in firm.recovery.audited_markets if code in firm.markets]
    return Setting(
        markets=chosen,
        leanings=leanings,
        role_leanings=roles,
        quality=firm.quality_between_markets * score,
        style=style,
        has_statement=place < firm.statement_branches,
        has_trend=place == 0,
        reliability=np.clip(firm.promise_kept_share + firm.promise_kept_spread * luck.normal("aurora.reliability", AGENTS), 0.2, 1.0),
        underpaid=audited[luck.shuffled("equity.market", len(audited))[0]] if audited else -1,
        patience=firm.recovery.patience_days[luck.shuffled("refund.patience", len(firm.recovery.patience_days))[0]],
        trades=trades,
        near_day=np.array([np.searchsorted(each[1:], np.arange(0, trades.max(), STEP), side="right") for each in trades]),
    )


def day_reached(setting: Setting, market: np.ndarray, traded: np.ndarray) -> np.ndarray:
    """(rows,) int64: the day on which a market's trade passes an amount in thousandths of an ordinary day."""
    flat, ends = setting.near_day.ravel(), setting.trades[:, 1:].ravel()  # flat look-ups cost half of those with two indices
    day = flat[market * setting.near_day.shape[1] + traded // STEP]
    begin = market * DAYS
    late = np.flatnonzero(ends[begin + day] <= traded)
    while len(late):
        day[late] += 1
        late = late[ends[begin[late] + day[late]] <= traded[late]]
    return day


@dataclass(frozen=True, eq=False)
class Folk:
    """The people of one block, one row each; see `Aurora` for what the numbers mean.

    ``first`` is the index of the block's first customer; days are counted from the book's first; ``consent`` is
    (rows, channels, 4): days of giving, withdrawing, giving again (−9999 where it did not happen), and 0.
    """

    first: int
    n: int
    market: np.ndarray
    role: np.ndarray
    traits: np.ndarray
    need: np.ndarray
    wants_detail: np.ndarray
    people: People
    contract: np.ndarray
    loyal: np.ndarray
    tenure: np.ndarray
    opened: np.ndarray
    margin: np.ndarray
    alternatives: np.ndarray
    rate: np.ndarray
    leaves_after: np.ndarray
    mean_order: np.ndarray
    first_day: np.ndarray
    kind_of_buyer: np.ndarray
    quality: np.ndarray
    style: np.ndarray
    stretch: np.ndarray
    english_form: np.ndarray
    advocacy: np.ndarray
    referrer: np.ndarray
    branch: np.ndarray
    manager: np.ndarray
    language: np.ndarray
    address: np.ndarray
    channel: np.ndarray
    connection: np.ndarray
    industry: np.ndarray
    hours: np.ndarray
    names: dict[str, np.ndarray]
    consent: np.ndarray

    def clock_groups(self):
        """(market, hours, rows) for every kind of clock among these people."""
        for market in np.unique(self.market):
            for hours in range(len(clocks.HOURS)):
                yield int(market), hours, np.flatnonzero((self.market == market) & (self.hours == hours))


def grid(values: np.ndarray) -> np.ndarray:
    """Steps of 2**−20: what a processor's last digit may change is rounded away."""
    return np.rint(values * 1048576) / 1048576


@lru_cache(maxsize=None)
def _mixtures(codes: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The name lists a market draws from as (markets, parts) indices, (markets, parts − 1) edges of their shares, and the
    language (index) of each list and of each market's largest part; places that a market does not need are never reached."""
    lists, mixtures = wording.name_lists(), wording.mixtures()
    keys, most = list(lists), max(map(len, mixtures.values()))
    parts, edges = np.zeros((len(codes), most), dtype=np.int64), np.full((len(codes), most - 1), np.inf)
    for row, code in enumerate(codes):
        parts[row, : len(mixtures[code])] = [keys.index(key) for key in mixtures[code]]
        edges[row, : len(mixtures[code]) - 1] = np.cumsum(list(mixtures[code].values()))[:-1]
    at_home = np.array([LANGUAGES.index(lists[key].language) for key in keys])
    return parts, edges, at_home, np.array([at_home[keys.index(max(mixtures[code], key=mixtures[code].get))] for code in codes])


def make_folk(firm: Aurora, setting: Setting, luck: Luck, rows: int, names: str = "all", channels: int = len(CONSENT_CHANNELS)) -> Folk:
    """The first `rows` people of the block that `luck` is bound to.

    ``names`` are made in ``all`` ways, as ``written``, or ``none``; consent for the first so many ``channels``.
    """
    n, block = rows, luck.block
    normal, event, index = luck.normal, luck.event, luck.index
    market = np.array(setting.markets)[index("people.market", len(setting.markets), n)]
    role = index("people.role", len(ROLES), n)
    by_market, by_role = firm.market_share_of_variance, firm.role_share_of_variance
    own = sqrt(1 - by_market - by_role)
    leanings = (setting.leanings * sqrt(by_market)).T, (setting.role_leanings * sqrt(by_role)).T
    # One trait behind the other in memory, as everybody below takes a trait at a time.
    traits = np.array([leanings[0][i][market] + leanings[1][i][role] + own * normal(f"people.{name}", n) for i, name in enumerate(TRAITS)]).T
    taste, value = traits[:, :4], normal("people.value", n)
    strongest = taste.argmax(axis=1)
    other = (strongest + 1 + index("people.need_other", 3, n)) % 4
    said = event("people.need_true", np.full(n, firm.said_true_share))
    need = np.where(said, strongest, other)
    wants_detail = (traits[:, 5] > 0) == event("people.detail_true", np.full(n, firm.said_true_share))
    voice, money, cause, speed = taste.T
    after = firm.recovery
    effects = {
        "own_effect": after.own_satisfaction + after.own_by_voice * voice,
        "explain_effect": after.explain_satisfaction + after.explain_by_cause * cause,
        "matched_effect": after.matched_satisfaction + after.matched_by_speed * speed,
        "stream_effect": after.stream_satisfaction + after.stream_by_cause * cause,
        "credit_effect": after.credit_repurchase + after.credit_by_money * money,
    }
    people = People(market, taste, value, need, effects, setting.leanings[:, :4])

    low, high = firm.tenure_months
    tenure = luck.between("people.tenure", firm.tenure_months, n)
    spread = sqrt(((high - low + 1) ** 2 - 1) / 12) or 1.0
    rho = firm.tenure_profit_correlation
    worth = rho * (tenure - (low + high) / 2) / spread + sqrt(1 - rho * rho) * normal("people.margin", n)
    opened = DAYS - (tenure * 365) // 12
    rate = (grid(luck.stream("orders.rate").standard_gamma(firm.purchase_r, n)) + 2.0**-20) / firm.purchase_alpha
    dropout = (grid(luck.stream("orders.dropout").standard_gamma(firm.dropout_s, n)) + 2.0**-20) / firm.dropout_beta
    leaves_after = grid(luck.stream("orders.leaves").standard_exponential(n)) / dropout
    mean_order = firm.spend_p * firm.spend_gamma_cents / (grid(luck.stream("orders.worth").standard_gamma(firm.spend_q, n)) + 2.0**-20)
    start = np.clip(opened, 0, YEAR_TWO - 1)
    first_day = start + (luck.uniform("orders.first", n) * (YEAR_TWO - start)).astype(np.int64)

    put_off = firm.type_shares[3]
    score = 0.6 * traits[:, 8] + 0.8 * normal("people.type", n)  # who values privacy is put off more often
    edges = np.array([_quantile(put_off)])
    rest = tuple(share / (1 - put_off) for share in firm.type_shares[:3])
    kind = np.where(score > edges[0], 3, luck.choice("people.type_rest", rest, n))

    parts, edges, at_home, main = _mixtures(firm.markets)
    pick = luck.uniform("people.list", n)
    group = parts[market, sum((pick >= edge[market]).astype(np.int64) for edge in edges.T)]
    english = LANGUAGES.index("en")
    which, (own_share, local_share) = luck.uniform("people.language", n), firm.asked_language
    language = np.where(which < own_share, at_home[group], np.where(which < own_share + local_share, main[market], english))
    english_form = (language == english) | event("people.form", np.full(n, firm.english_form_share))
    form = np.where(english_form, english, language)
    written = {}
    if names != "none":
        picks = luck.uniform("people.given", n), luck.uniform("people.surname", n)
        written = wording.write_names(market, firm.markets, group, index("people.gender", 2, n), picks, other_forms=names == "all")

    formal = traits[:, 7] + 0.6 * normal("people.address", n)
    address = np.where(formal > 0.5, ADDRESSES.index("title_surname"), np.where(formal > -0.2, ADDRESSES.index("full_name"), ADDRESSES.index("given_name")))
    address = np.where(event("people.no_address", np.full(n, 0.12)), ADDRESSES.index("no_preference"), address)
    advocacy = firm.recommend_by_advocacy * np.clip((rate * firm.purchase_alpha - firm.purchase_r) / sqrt(firm.purchase_r), -2, 3)
    advocacy = advocacy + sqrt(1 - firm.recommend_by_advocacy**2) * normal("people.advocacy", n)
    return Folk(
        first=block * BLOCK,
        n=n,
        market=market,
        role=role,
        traits=traits,
        need=need,
        wants_detail=wants_detail,
        people=people,
        contract=event("people.contract", np.full(n, firm.contract_share)),
        loyal=event("people.loyal", np.full(n, firm.loyal_share)),
        tenure=tenure,
        opened=opened,
        margin=np.rint((firm.margin_cents + firm.margin_spread_cents * worth) / 100) * 100,
        alternatives=index("people.alternatives", firm.alternatives_most + 1, n),
        rate=rate,
        leaves_after=leaves_after,
        mean_order=mean_order,
        first_day=first_day,
        kind_of_buyer=kind,
        quality=firm.quality_mean + setting.quality[market] + firm.quality_between_people * normal("people.quality", n),
        style=np.where(english_form, 0.0, setting.style[form]) + firm.style_between_people * normal("people.style", n),
        stretch=np.where(english_form, firm.style_stretch_english, firm.style_stretch_native),
        english_form=english_form,
        advocacy=advocacy,
        referrer=_referrers(firm, luck, advocacy),
        branch=index("people.branch", len(BRANCHES), n),
        manager=index("people.manager", AGENTS, n),
        language=language,
        address=address,
        channel=index("people.channel", len(CHANNELS), n),
        connection=luck.choice("people.connection", firm.connection_shares, n),
        industry=index("people.industry", len(INDUSTRIES), n),
        hours=luck.choice("people.hours", clocks.HOURS_SHARES, n),
        names=written,
        consent=_consent(firm, luck, opened, traits[:, 8], channels),
    )


def _quantile(share: float) -> float:
    """Standard normal point above which `share` lies."""
    from statistics import NormalDist

    return round(NormalDist().inv_cdf(1 - share), 6)


def _referrers(firm: Aurora, luck: Luck, advocacy: np.ndarray) -> np.ndarray:
    """Row of who sent each customer, −1 for none: of two earlier customers the one who recommends more readily."""
    n = len(advocacy)
    sent = luck.event("people.sent", np.full(n, firm.heard_of_us_share)) & (np.arange(n) > 0)
    one, two = ((luck.uniform(f"people.sent_by_{name}", n) * np.arange(n)).astype(np.int64) for name in ("one", "two"))
    return np.where(sent, np.where(advocacy[one] >= advocacy[two], one, two), -1)


def _consent(firm: Aurora, luck: Luck, opened: np.ndarray, privacy: np.ndarray, channels: int) -> np.ndarray:
    n = len(opened)
    days = np.full((n, channels, 3), -9999, dtype=np.int64)
    start = np.maximum(opened, 0)
    for number, channel in enumerate(CONSENT_CHANNELS[:channels]):
        given = luck.event(f"consent.{channel}", np.clip(firm.consent_given[number] + firm.consent_by_privacy * privacy, 0.02, 0.98))
        on = start + luck.index(f"consent.{channel}.on", 90, n)
        back = given & luck.event(f"consent.{channel}.back", np.full(n, firm.withdrawn_share))
        off = on + 20 + luck.index(f"consent.{channel}.off", 300, n)
        again = back & luck.event(f"consent.{channel}.again", np.full(n, firm.given_again_share))
        days[:, number, 0] = np.where(given, on, -9999)
        days[:, number, 1] = np.where(back, off, -9999)
        days[:, number, 2] = np.where(again, off + 30 + luck.index(f"consent.{channel}.renewed", 60, n), -9999)
    return days


def has_consent(folk: Folk, channel: int, day: np.ndarray | int) -> np.ndarray:
    """(rows,) bool: consent for the channel is in force on the day."""
    given, back, again = folk.consent[:, channel].T
    in_force = (given >= 0) & (given <= day)
    withdrawn = (back >= 0) & (back <= day)
    renewed = (again >= 0) & (again <= day)
    return in_force & (~withdrawn | renewed)
