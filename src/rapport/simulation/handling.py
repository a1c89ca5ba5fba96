"""What agents do after a failure, and what comes of it: the one account that every book of failures uses.
A `Design` puts a policy in the place of the agents' habits; people and luck stay as they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rapport.content import ContentError
from rapport.simulation.firm import REMEDIES, STREAMS, Firm
from rapport.simulation.luck import Luck
from rapport.simulation.people import People, respond


@dataclass(frozen=True)
class Design:
    """How every answered failure is handled; ``None`` leaves a part to the agents, as it happened.

    Parameters
    ----------
    owned, explained : bool, optional
        Own the fault (else an excuse); explain the cause at length.
    remedy : {'none', 'matched', 'mismatched'}, optional
    streams : {0, 1, 2}, optional
        Streams of progress updates.
    """

    owned: bool | None = None
    explained: bool | None = None
    remedy: str | None = None
    streams: int | None = None

    def __post_init__(self) -> None:
        for name, allowed in (("owned", (True, False)), ("explained", (True, False)), ("remedy", REMEDIES), ("streams", STREAMS)):
            found = getattr(self, name)
            if found is not None and found not in allowed:
                raise ContentError(f"found {found!r}; allowed are None, {', '.join(map(repr, allowed))}.", key=f"recovery.{name}")


def handle(
    firm: Firm, luck: Luck, people: People, who: np.ndarray, severity: np.ndarray, lowly: np.ndarray, patience: int, design: Design | None = None
) -> dict[str, np.ndarray]:
    """Complaints, answers, compensation, refunds and outcomes of failures.

    Parameters
    ----------
    firm, luck, people
    who, severity : (rows,) int64
        Index of the customer; severity 1 to 3.
    lowly : (rows,) bool
        In the market that is paid less.
    patience : int
        Days for which waiting for a refund costs nothing.
    design : Design, optional
        What is done instead of the agents' habits.

    Returns
    -------
    dict of (rows,) arrays
        The columns of a table of failures, codes not yet words, satisfaction not yet rounded; and ``repurchase`` and
        ``escalation``, the chances behind ``repurchased`` and ``escalated``.
    """
    n, step, value = len(who), severity - 1, people.value[who]
    told = luck.event("failures.told", firm.told_share + firm.told_by_severity * step + firm.told_by_voice * people.taste[who, 0])
    answered = told & luck.event("failures.answered", np.full(n, firm.answered_share))
    hours = 1 + np.floor(firm.slowest_answer_hours * luck.uniform("failures.hours", n) ** 2)
    owned = answered & luck.event("failures.owned", firm.owned_share + firm.owned_by_severity * step)
    explained = answered & luck.event("failures.explained", np.full(n, firm.explained_share))
    remedy = luck.choice("failures.remedy", firm.remedy_shares, n) * answered
    streams = luck.choice("failures.streams", firm.stream_shares, n) * answered
    second = answered & luck.event("failures.second", np.full(n, firm.second_failure_share))

    paid = answered & luck.event("failures.paid", firm.paid_share + firm.value_paid * value + firm.underpaid_share * lowly)
    amount = np.array(firm.paid_cents)[step] * (1 + firm.paid_spread * luck.normal("failures.amount", n)) + firm.underpaid_cents * lowly
    compensation = np.clip(np.rint(amount / 50) * 50, 100, None) * paid
    refunded = answered & luck.event("failures.refunded", np.full(n, firm.refund_share))
    days = luck.between("failures.refund_days", (1, firm.refund_days_most), n)

    if design is not None:  # an intervention on what agents do; whom it reaches, and everybody's luck, stay the same
        owned, explained = (answered & getattr(design, name) if getattr(design, name) is not None else chosen
                            for name, chosen in (("owned", owned), ("explained", explained)))  # fmt: skip
        remedy = remedy if design.remedy is None else answered * REMEDIES.index(design.remedy)
        streams = streams if design.streams is None else answered * design.streams

    felt = respond(firm, luck, "failures", people, who, severity, owned=owned, explained=explained, remedy=remedy, streams=streams, second=second)
    late = np.clip(days - patience, 0, None) * refunded
    chance = (
        felt["repurchase"]
        + people.effects["credit_effect"][who] * paid * firm.paid_dose
        + (firm.late_repurchase + firm.late_repurchase_per_day * late) * (late > 0)
    )
    by_owned, by_explained, by_matched, by_stream = firm.recovered_effects
    settled = (
        firm.recovered_base + by_owned * owned + by_explained * explained + by_matched * (remedy == 1) + by_stream * (streams > 0)
        + firm.recovered_by_severity * step + firm.recovered_second * second
    )  # fmt: skip
    recovered = answered & luck.event("failures.recovered", settled)
    reviews = np.where(recovered, firm.review_share_recovered, np.where(told, firm.review_share_unrecovered, firm.review_share_silent))
    kinds = np.where(recovered[:, None], firm.stars_recovered, np.where(told[:, None], firm.stars_unrecovered, firm.stars_silent))
    stars = (1 + luck.choice("failures.stars", kinds, n)) * luck.event("failures.review", reviews)
    return felt | {
        "told": told,
        "answered": answered,
        "answer_hours": np.where(answered, hours, -1),
        "owned": owned,
        "explained": explained,
        "remedy": remedy,
        "streams": streams,
        "compensation_cents": compensation,
        "refund_days": np.where(refunded, days, -1),
        "second": second,
        "recovered": recovered,
        "repurchase": chance,
        "repurchased": luck.event("failures.repurchased", chance),
        "escalated": told & luck.event("failures.escalated", felt["escalation"]),
        "stars": stars,
    }
