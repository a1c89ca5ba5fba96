"""What happens between customers and the firm: contacts with their waits, failures and recoveries, promises, renewals.
Everything is drawn for all candidates first; a policy then decides which come about and how they end."""

from __future__ import annotations

import numpy as np

from rapport.simulation.aurora import clocks
from rapport.simulation.aurora.firm import BRANCHES, DAYS, STATEMENT_DAY, TOPICS, YEAR_TWO, Aurora
from rapport.simulation.aurora.people import AGENTS, Folk, Setting
from rapport.simulation.aurora.policy import Policy
from rapport.simulation.aurora.trade import Columns
from rapport.simulation.handling import handle
from rapport.simulation.luck import Luck

MONTHS = tuple(range(0, DAYS - 27, 30))  # thirty-day months of fee complaints
PLAIN_TOPICS = 4  # the first of TOPICS; fees and where_is_it come about in ways of their own


def contacts(
    firm: Aurora, setting: Setting, folk: Folk, luck: Luck, policy: Policy, notice_day: np.ndarray, asked: tuple[np.ndarray, np.ndarray]
) -> Columns:
    """Contacts of these customers in order of customer and time.

    Parameters
    ----------
    notice_day : (rows,) int64
        Day of the delivery that a notice was about.
    asked : two (rows,) bool
        Who asks where it is, and who might under another policy.

    Returns
    -------
    dict of (contacts,) arrays
        Columns of the table, and ``resolves, escalates, reopens``: the chances behind the outcomes.
    """
    n, most = folk.n, firm.contacts_most
    start = np.maximum(folk.opened, 0)
    came = luck.event("contacts.came", np.full(n * most, firm.contact_share))
    plain = np.flatnonzero(came)
    who = plain // most
    day = start[who] + (luck.uniform("contacts.day", n * most)[plain] * (DAYS - start[who])).astype(np.int64)
    topic = luck.index("contacts.topic", PLAIN_TOPICS, n * most)[plain]

    months = len(MONTHS)
    treated = {"as_is": setting.has_statement, "nowhere": setting.has_statement & False, "everywhere": setting.has_statement | True}[policy.statement]
    month = np.tile(np.arange(months), n)
    person = np.repeat(np.arange(n), months)
    trend = 1 + firm.trend_per_month * np.arange(months) * setting.has_trend[:, None]  # (branches, months)
    after = np.array(MONTHS) >= STATEMENT_DAY
    rate = firm.fee_complaints * trend
    now = rate * (1 + firm.statement_effect * after * treated[:, None])
    draw = luck.uniform("fees.came", n * months)
    maybe = np.flatnonzero(draw < (rate * max(1.0, 1 + firm.statement_effect))[folk.branch[person], month])
    fee_who, fee_month = person[maybe], month[maybe]
    fee_now = draw[maybe] < now[folk.branch[fee_who], fee_month]
    fee_day = np.array(MONTHS)[fee_month] + luck.index("fees.day", 30, len(maybe))

    now_asks, might_ask = asked
    notice = np.flatnonzero(might_ask)
    who = np.concatenate([who, fee_who, notice])
    day = np.minimum(np.concatenate([day, fee_day, notice_day[notice]]), DAYS - 1)
    topic = np.concatenate([topic, np.full(len(fee_who), TOPICS.index("fees")), np.full(len(notice), TOPICS.index("where_is_it"))])
    present = np.concatenate([np.ones(len(plain), bool), fee_now, now_asks[notice]])
    m = len(who)

    minute = 420 + luck.index("contacts.minute", 780, m)
    complexity = 1 + luck.index("contacts.complexity", 3, m)
    severity = 1 + luck.choice("contacts.severity", firm.contact_severity, m)
    native = luck.event("contacts.native", firm.native_share + firm.native_by_complexity * (complexity - 1))
    native = {"as_is": native, "native": native | True, "other": native & False}[policy.language]
    acknowledged = luck.event("contacts.acknowledged", firm.acknowledged_share + firm.acknowledged_by_severity * (severity - 1))
    scripted = luck.event("contacts.scripted", np.full(m, firm.scripted_share))
    kind = np.where(acknowledged, np.where(scripted, 2, 1), 0)  # none, sincere, script
    kind = kind if policy.acknowledgement == "as_is" else np.full(m, ("none", "sincere", "script").index(policy.acknowledgement))
    clarified = luck.event("contacts.clarified", np.full(m, firm.clarified_share))
    clarified = {"as_is": clarified, "always": clarified | True, "never": clarified & False}[policy.clarify]
    ambiguous = luck.event("contacts.ambiguous", np.full(m, firm.ambiguous_share))
    wait = 2 + np.floor((firm.slowest_answer_minutes - 2) * luck.uniform("contacts.wait", m) ** 2).astype(np.int64)

    resolves = firm.resolved_base + firm.resolved_by_complexity * (complexity - 1) + firm.native_resolved * native
    escalates = (
        firm.escalated_base
        + firm.escalated_by_severity * (severity - 1)
        + (firm.acknowledged_escalated + firm.acknowledged_by_voice * folk.traits[who, 0]) * (kind == 1)
    )
    reopens = firm.reopened_base + firm.unclarified_reopened * ~clarified + firm.ambiguous_reopened * ambiguous
    resolves, escalates, reopens = (np.clip(chance, 0, 1) for chance in (resolves, escalates, reopens))
    columns = {
        "who": who, "day": day, "topic": topic, "complexity": complexity, "severity": severity, "native": native, "kind": kind, "clarified": clarified,
        "ambiguous": ambiguous, "wait": wait, "minute": minute, "channel": np.where(luck.event("contacts.usual", np.full(m, 0.8)), folk.channel[who], luck.index("contacts.channel", 4, m)),
        "agent": (folk.market[who] * 2 + luck.index("contacts.agent", 2, m)) % AGENTS, "resolved": luck.event("contacts.resolved", resolves),
        "escalated": luck.event("contacts.escalated", escalates), "reopened": luck.event("contacts.reopened", reopens),
        "resolves": resolves, "escalates": escalates, "reopens": reopens,
        "text": luck.uniform("contacts.text", m), "number": 2 + luck.index("contacts.units", 18, m),
    }  # fmt: skip
    kept = np.flatnonzero(present)
    kept = kept[np.lexsort((minute[kept], day[kept], who[kept]))]
    columns = {name: column[kept] for name, column in columns.items()}
    return columns | _times(firm, folk, columns)


def _times(firm: Aurora, folk: Folk, contact: Columns) -> Columns:
    """When a contact began and was answered, as local minutes with the offset of the wall clock."""
    who, m = contact["who"], len(contact["who"])
    begun, ahead = contact["day"] * clocks.DAY + contact["minute"], np.zeros(m, dtype=np.int64)
    answered, then = np.zeros(m, dtype=np.int64), np.zeros(m, dtype=np.int64)
    market, hours = folk.market[who], folk.hours[who]
    for each in np.unique(market):
        code = firm.markets[each]
        for kind in range(len(clocks.HOURS)):
            rows = np.flatnonzero((market == each) & (hours == kind))
            if len(rows):
                clock = clocks.clock(code, kind)
                ahead[rows] = clocks.offsets(code)[contact["day"][rows]]
                answered[rows], then[rows] = clock.moment(clock.open_minutes(begun[rows] - ahead[rows]) + contact["wait"][rows])
    return {"begun": begun, "ahead": ahead, "answered": answered + then, "then": then}


def failures(firm: Aurora, setting: Setting, folk: Folk, luck: Luck, policy: Policy) -> Columns:
    """Failures and what was done about them; what handling does is the recovery book's `handle`."""
    n = folk.n
    rows = np.flatnonzero(luck.event("failures.came", np.full(n * firm.failures_most, firm.failure_share)))
    who = rows // firm.failures_most
    start = np.maximum(folk.first_day[who], 0)
    day = start + (luck.uniform("failures.day", n * firm.failures_most)[rows] * (DAYS - start)).astype(np.int64)
    lowly = folk.market[who] == setting.underpaid
    shares = np.where(lowly[:, None], firm.recovery.audited_severity, firm.recovery.other_severity)
    severity = 1 + luck.choice("failures.severity", shares, len(who))
    handled = handle(firm.recovery, luck, folk.people, who, severity, lowly, setting.patience, policy.recovery)
    m = len(who)
    columns = {
        "who": who, "day": day, "severity": severity,
        "kind": luck.choice("failures.kind", firm.recovery.kind_shares, m),
        "fault": luck.choice("failures.fault", firm.recovery.fault_shares, m),
    } | handled  # fmt: skip
    sort = np.lexsort((day, who))
    return {name: column[sort] for name, column in columns.items()}


def promises(firm: Aurora, setting: Setting, folk: Folk, luck: Luck, policy: Policy, renewal: np.ndarray) -> Columns:
    """Promises in the year before the renewal of 2026; `renewal` is its day, below 0 for who has none."""
    n, high = folk.n, firm.promises_made[1]
    made = luck.between("promises.made", firm.promises_made, n)
    number = np.tile(np.arange(high), n)
    who = np.repeat(np.arange(n), high)
    kept = luck.event("promises.kept", setting.reliability[folk.manager[who]])
    kept = {"as_is": kept, "kept": kept | True, "broken": kept & False}[policy.promises]
    given = renewal[who] - 20 - luck.index("promises.given", 300, n * high)
    due = given + 2 + luck.index("promises.due", 14, n * high)
    rows = np.flatnonzero((number < made[who]) & (renewal[who] >= 0))
    sort = rows[np.lexsort((given[rows], who[rows]))]
    ratio = np.bincount(who[rows], kept[rows], minlength=n) / np.maximum(np.bincount(who[rows], minlength=n), 1)
    return {"who": who[sort], "given": given[sort], "due": due[sort], "kept": kept[sort], "ratio": ratio}


def renewal_days(folk: Folk, years: int) -> np.ndarray:
    """(rows, years) int64: the day on which each contract year ends."""
    return folk.opened[:, None] + 365 * np.arange(1, years + 1)


def renewals(firm: Aurora, folk: Folk, luck: Luck, policy: Policy, setting: Setting) -> tuple[Columns, Columns, np.ndarray]:
    """Renewals of the yearly contract, the promises before that of 2026, and the day of each lapse (99999: none).

    Renewals before 2026 follow the hidden segment and the rivals at hand; that of 2026 also the promises kept and
    whether an upgrade was pressed upon the customer (by lot).
    """
    n, years = folk.n, firm.tenure_months[1] // 12 + 1
    day = renewal_days(folk, years)
    due = folk.contract[:, None] & (day < DAYS)
    last = (day >= YEAR_TWO) & due
    base = np.where(folk.loyal, firm.loyal_retention, firm.passing_retention)
    base = base + firm.alternatives_retention * (folk.alternatives - firm.alternatives_most / 2)
    pressed = luck.event("renewals.pressed", np.full(n, 0.5))
    pressed = {"by_lot": pressed, "pressed": pressed | True, "left": pressed & False}[policy.upsell]
    draw = luck.uniform("renewals.renewed", n * years).reshape(n, years)
    earlier = draw < np.clip(base, 0, 1)[:, None]
    alive = np.cumprod(np.where(due & ~last, earlier, True), axis=1).astype(bool)
    still = np.concatenate([np.ones((n, 1), bool), alive[:, :-1]], axis=1)  # renewed every time before
    at_stake = last & still
    final = np.where(at_stake.any(axis=1), day[np.arange(n), at_stake.argmax(axis=1)], -1)
    promised = promises(firm, setting, folk, luck, policy, final)
    chance = base + firm.kept_retention * (promised["ratio"] - firm.promise_kept_share) + firm.upsell_retention * pressed
    chance = np.clip(chance, 0, 1)
    renewed = np.where(last, draw < chance[:, None], earlier)
    rows, year = np.nonzero(due & still)
    sold = luck.event("renewals.sold", firm.upsell_base + firm.upsell_now * pressed)
    stake = at_stake[rows, year]
    ended = ~renewed[rows, year]
    left = np.full(n, 99999, dtype=np.int64)
    left[rows[ended]] = day[rows[ended], year[ended]]
    table = {
        "who": rows, "year": year + 1, "day": day[rows, year], "renewed": renewed[rows, year], "at_stake": stake,
        "pressed": np.where(stake, pressed[rows], -1), "sold": np.where(stake, sold[rows], -1),
        "made": np.where(stake, np.bincount(promised["who"], minlength=n)[rows], -1),
        "kept": np.where(stake, np.bincount(promised["who"], promised["kept"], minlength=n)[rows], -1),
        "chance": np.where(stake, chance[rows], 0.0),
    }  # fmt: skip
    return table, promised, left


def branch_names(folk: Folk) -> np.ndarray:
    """Branch of each customer, as a word."""
    return np.array(BRANCHES, dtype=object)[folk.branch]
