"""What customers buy and what the firm sends them: campaigns (by lot and not), the loyalty programme, orders.
Orders are candidates that a thinning keeps or drops, so a policy changes which are kept and nobody's luck."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from rapport import facts
from rapport.simulation.aurora.firm import (
    CATEGORIES, DAYS, FOLLOW_UP_DAYS, FREQUENCIES, GESTURES, NOTICE_DAYS, OFFERS, PROGRAMME_DAY, YEAR_TWO, Aurora,
)  # fmt: skip
from rapport.simulation.aurora.people import Folk, Setting, day_reached, grid, has_consent
from rapport.simulation.aurora.policy import Policy
from rapport.simulation.luck import Luck

CAMPAIGNS = ("recommendations", "frequency", "notice", "follow_up", "gesture", "mailing")
VIA = ("shop", *CAMPAIGNS)
# Rates of exchange, per 100 euro; fixed for the whole book and chosen for teaching.
PER_100_EURO = {"EUR": 100, "JPY": 16200, "AED": 425, "SAR": 435, "INR": 9800, "BRL": 620, "USD": 116, "NGN": 168000, "CNY": 825, "KRW": 168000, "SEK": 1100}
NO_MINOR_UNIT = ("JPY", "KRW")

Columns = dict[str, np.ndarray]


@lru_cache(maxsize=None)
def currencies(markets: tuple[str, ...]) -> tuple[str, ...]:
    """Currency of each market's default locale."""
    return tuple(next(iter(facts.market(code).formats.values())).currency["code"] for code in markets)


def buyer_class(firm: Aurora, folk: Folk) -> np.ndarray:
    """(rows,) int64: index into `CLASSES`, by the true rate of ordering."""
    return (folk.rate > 1 / firm.light_days).astype(np.int64) + (folk.rate > 1 / firm.heavy_days)


def _arm(luck: Luck, name: str, arms: tuple, n: int, chosen: str) -> np.ndarray:
    by_lot = luck.index(f"{name}.arm", len(arms), n)
    return by_lot if chosen == "by_lot" else np.full(n, [str(arm) for arm in arms].index(chosen))


def campaigns(firm: Aurora, folk: Folk, luck: Luck, policy: Policy, whole: bool = True) -> tuple[Columns, dict[str, tuple[np.ndarray, np.ndarray]]]:
    """Who was sent what in 2026, and what came of it; unless ``whole`` only what orders follow from: ``who, campaign, day, bought, buys``.

    Returns
    -------
    columns : dict of (entries,) arrays
        ``who, campaign, day, arm`` (word), ``by_lot, bought, asked, stopped``; and ``buys``, ``asks``, ``stops``, the chances behind them.
    asked : (asks now, could ask) for each customer, as (rows,) bool arrays, in a dict under ``notice``
    """
    n = folk.n
    kind = folk.kind_of_buyer
    none = np.zeros(n)
    parts: list[tuple] = []

    def sent(name, start, arm, words, by_lot, who, buys, stops, asks=none):
        day = start + luck.index(f"{name}.day", 20, n) if np.isscalar(start) else start
        bought = luck.event(f"{name}.bought", buys)
        kept = np.flatnonzero(who)
        columns = (np.full(len(kept), CAMPAIGNS.index(name)), day[kept], bought[kept], buys[kept])
        if not whole:
            parts.append((kept, *columns))
            return None
        stopped = luck.event(f"{name}.stopped", stops)
        asked = luck.event(f"{name}.asked", asks)
        more = (np.array(words, dtype=object)[arm], np.full(n, int(by_lot)), asked, stopped, asks, stops)
        parts.append((kept, *columns, *(column[kept] for column in more)))
        return asked & who

    consent = has_consent(folk, 0, YEAR_TWO)
    lot = policy.recommendations == "by_lot"
    arm = luck.index("recommendations.arm", 2, n)
    arm = {"by_lot": arm, "nobody": 0 * arm, "everyone": 0 * arm + 1, "persuadables": (kind == 0).astype(np.int64)}[policy.recommendations]
    buys, lift, stops = (np.array(values)[kind] for values in (firm.type_buys, firm.type_lift, firm.type_stops))
    sent("recommendations", YEAR_TWO + 30, arm, ("plain", "personal"), lot, consent, buys + lift * arm, firm.stops_base + stops * arm)

    arm = _arm(luck, "frequency", FREQUENCIES, n, policy.frequency)
    buys, stops = firm.frequency_base + np.array(firm.frequency_buys)[arm], np.array(firm.frequency_stops)[arm]
    sent("frequency", YEAR_TWO + 70, arm, [str(each) for each in FREQUENCIES], policy.frequency == "by_lot", consent, buys, stops)

    arm = _arm(luck, "notice", NOTICE_DAYS, n, policy.notice)
    asks = firm.where_is_it_base + np.array(firm.notice_effect)[arm]
    asked = sent("notice", YEAR_TWO + 110, arm, NOTICE_DAYS, policy.notice == "by_lot", consent, none, none, asks)
    could = consent & luck.event("notice.asked", np.full(n, firm.where_is_it_base + max(firm.notice_effect))) if whole else None

    arm = _arm(luck, "follow_up", FOLLOW_UP_DAYS, n, policy.follow_up)
    buys = firm.follow_up_base + np.array(firm.follow_up_effect)[arm]
    sent("follow_up", folk.first_day + 1, arm, FOLLOW_UP_DAYS, policy.follow_up == "by_lot", np.ones(n, bool), buys, none)

    arm = _arm(luck, "gesture", GESTURES, n, policy.gesture)
    recognised, paid = arm % 2 == 1, arm >= 2  # as in GESTURES
    buys = firm.gesture_base + (firm.recognition_effect + firm.recognition_by_relationship * folk.traits[:, 6]) * recognised
    buys = buys + (firm.voucher_effect + firm.voucher_by_money * folk.traits[:, 1]) * paid
    sent("gesture", YEAR_TWO + 150, arm, GESTURES, policy.gesture == "by_lot", consent, buys, none)

    group = buyer_class(firm, folk)
    chosen = luck.event("mailing.sent", np.array(firm.mailing_sent)[group])
    chosen = {"as_is": chosen, "nobody": chosen & False, "everyone": chosen | True}[policy.mailing]
    consenting = has_consent(folk, 0, YEAR_TWO + 190)
    allowed = consenting | luck.event("mailing.unlawful", np.full(n, firm.unlawful_share))
    arm = (chosen & allowed).astype(np.int64)
    buys = firm.mailing_base + np.array(firm.mailing_by_class)[group] + firm.mailing_effect * arm
    sent("mailing", np.full(n, YEAR_TWO + 190), arm, ("not_sent", "sent"), False, np.ones(n, bool), buys, none)

    names = ("who", "campaign", "day", "bought", "buys", "arm", "by_lot", "asked", "stopped", "asks", "stops")
    return {name: np.concatenate(column) for name, column in zip(names, zip(*parts))}, {"notice": (asked, could)}


def joins(firm: Aurora, folk: Folk, luck: Luck, policy: Policy) -> np.ndarray:
    """(rows,) bool: member of the loyalty programme of 2026; heavy buyers join more often."""
    chose = luck.event("programme.joins", np.array(firm.joins)[buyer_class(firm, folk)])
    return {"as_is": chose, "off": chose & False, "everyone": chose | True}[policy.programme]


def orders(firm: Aurora, setting: Setting, folk: Folk, luck: Luck, joined: np.ndarray, sent: Columns | None) -> Columns:
    """Orders of these customers, sorted by customer and day.

    The first comes on ``folk.first_day``. Later ones follow a Pareto/NBD process in days of trade: weekends, holidays and
    the weeks before long closures of the market's real calendar stretch or shorten a day; who has left for good orders no
    more, save in answer to a campaign. Members of the programme order more from `PROGRAMME_DAY` on.

    Returns
    -------
    dict of (orders,) arrays
        ``who, day, via, cents, category, abroad``.
    """
    n = folk.n
    trades = setting.trades
    per_day = trades[:, -1] / DAYS  # thousandths
    begun = trades[folk.market, folk.first_day + 1]
    left = trades[folk.market, -1] - begun
    ordinary = per_day[folk.market]
    left = np.minimum(left, np.floor(folk.leaves_after * ordinary))  # who has left for good orders no more
    count = luck.stream("orders.count").poisson(firm.thinning * folk.rate * left / ordinary)
    who = np.repeat(np.arange(n), count)
    position = (luck.uniform("orders.when", len(who)) * left[who]).astype(np.int64)
    day = day_reached(setting, folk.market[who], begun[who] + position)
    lift = np.array(firm.programme_lift)[buyer_class(firm, folk)] * joined
    rate = 1 + lift[who] * (day >= PROGRAMME_DAY)
    kept = luck.uniform("orders.kept", len(who)) * firm.thinning < rate
    worth = luck.stream("orders.cents").standard_gamma(firm.spend_p, len(who))
    what = luck.uniform("orders.what", len(who))

    none = np.zeros(n, dtype=np.int8)
    pieces = [(np.arange(n) * 4096 + folk.first_day, none, luck.stream("first.cents").standard_gamma(firm.spend_p, n), luck.uniform("first.what", n))]
    later = np.flatnonzero(kept)
    pieces.append(((who * 4096 + day)[later], np.zeros(len(later), dtype=np.int8), worth[later], what[later]))
    if sent is not None:
        sold = np.flatnonzero(sent["bought"])
        worth = luck.stream("campaigns.cents").standard_gamma(firm.spend_p, (n, len(CAMPAIGNS)))
        what = luck.uniform("campaigns.what", n * len(CAMPAIGNS)).reshape(n, -1)
        who, which = sent["who"][sold], sent["campaign"][sold]
        ordered_on = np.minimum(sent["day"][sold] + 3 + 12 * (which == CAMPAIGNS.index("follow_up")), DAYS - 1)
        pieces.append((who * 4096 + ordered_on, (which + 1).astype(np.int8), worth[who, which], what[who, which]))
    when, via, worth, what = (np.concatenate(column) for column in zip(*pieces))
    sort = np.argsort(when, kind="stable")
    when, via, worth, what = (column[sort] for column in (when, via, worth, what))
    who = when >> 12
    what *= 1024
    abroad = np.floor(what)  # one number decides two things: its upper digits this …
    kind = what - abroad  # … and its lower ones what is bought
    cents = np.maximum(np.rint(grid(worth) * folk.mean_order[who] / firm.spend_p / 10) * 10, 10)
    favourite = kind < firm.category_by_industry
    rest = ((kind - firm.category_by_industry) / (1 - firm.category_by_industry) * len(CATEGORIES)).astype(np.int64)
    return {
        "who": who,
        "day": when & 4095,
        "via": via,
        "cents": cents.astype(np.int64),
        "category": np.where(favourite, (folk.industry % len(CATEGORIES))[who], np.minimum(rest, len(CATEGORIES) - 1)),
        "abroad": (abroad / 1024 < firm.cross_border_share).astype(np.int64),
    }


def numbered(who: np.ndarray) -> np.ndarray:
    """1, 2, … within each run of the same customer; `who` is sorted."""
    if not len(who):
        return np.zeros(0, dtype=np.int64)
    runs = np.bincount(who)
    return np.arange(1, len(who) + 1) - np.repeat(np.cumsum(runs) - runs, runs)


def local_money(firm: Aurora, folk: Folk, who: np.ndarray, cents: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(currency words, whole minor units of it) for amounts in euro cents."""
    codes = currencies(firm.markets)
    market = folk.market[who]
    rate = np.array([PER_100_EURO[code] for code in codes])[market]
    unit = np.array([10_000 if code in NO_MINOR_UNIT else 100 for code in codes])[market]
    return np.array(codes, dtype=object)[market], np.rint(cents * rate / unit).astype(np.int64)


def lapses(firm: Aurora, folk: Folk, luck: Luck, policy: Policy, left: np.ndarray, consent: np.ndarray) -> Columns:
    """Contracts that ended in the last three years, the offers made by lot, returns and the second life.

    Parameters
    ----------
    left : (rows,) int64
        Day of the lapse; below −1094 or above the book's last day for who is not among them.
    consent : (rows,) bool
        E-mail may be sent on the day of the offer.
    """
    n = folk.n
    tenure_years = (left - folk.opened) // 365
    reason = luck.choice("lapse.reason", firm.reason_shares, n)
    complained = luck.event("lapse.complained", np.full(n, 0.5))
    handled = luck.event("lapse.handled", np.full(n, 0.5))
    offered_on = np.maximum(YEAR_TWO + 32, left + 60)
    reached = consent & (offered_on < DAYS)
    months = (offered_on - left) // 30
    by_lot = luck.index("lapse.offer", len(OFFERS), n)
    if policy.winback == "by_reason":
        by_lot = np.where(reason == 0, OFFERS.index("discount"), OFFERS.index("upgrade"))
    elif policy.winback != "by_lot":
        by_lot = np.full(n, OFFERS.index(policy.winback))
    offer = by_lot * reached
    attempts = (1 + luck.index("lapse.attempts", len(firm.attempt_return), n)) * reached
    changed = reached & luck.event("lapse.changed", np.full(n, 0.5))
    tries = np.maximum(attempts, 1) - 1
    chance = (
        firm.return_base
        + np.array(firm.return_by_reason)[reason]
        + firm.return_by_tenure_year * tenure_years
        + firm.return_handled * (complained & handled)
        + firm.return_by_month_gone * months
        + firm.return_changed * changed
        + np.array(firm.offer_return)[offer]
        + firm.discount_for_price * ((reason == 0) & np.isin(offer, (1, 3)))
        + np.array(firm.attempt_return)[tries] * reached
    )
    chance = np.clip(chance, 0, 1) * reached  # whom nobody may write to is not asked back
    returned = luck.event("lapse.returned", chance)
    length = np.rint(np.array(firm.second_life_months)[offer] * (0.5 + luck.uniform("lapse.second_life", n)))
    margin = np.array(firm.second_margin_cents)[offer] + firm.service_margin_cents * (reason == 1) + 200 * luck.normal("lapse.margin", n)
    margin = np.maximum(np.rint(margin / 10) * 10, 100)
    mean_margin = np.array(firm.second_margin_cents)[offer] + firm.service_margin_cents * (reason == 1)
    cost = np.array(firm.offer_cost_cents)[offer]
    rows = np.flatnonzero((left >= -1094) & (left < DAYS))
    columns = {
        "day": left, "reason": reason, "handled": np.where(complained, handled, -1), "tenure_years": tenure_years, "months": np.where(reached, months, -1),
        "reached": reached, "offered_on": np.where(reached, offered_on, -9999), "offer": offer, "attempts": attempts, "changed": changed, "returned": returned,
        "length": length * returned, "margin": margin * returned, "cost": cost * returned,
        "stopped": reached & luck.event("lapse.stopped", np.array(firm.attempt_stops)[tries]),
        "chance": chance, "value": chance * (np.array(firm.second_life_months)[offer] * mean_margin - cost),
    }  # fmt: skip
    return {"who": rows} | {name: column[rows] for name, column in columns.items()}
