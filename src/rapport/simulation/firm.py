"""Aurora Tools, the simulated firm: every planted number with the reason it is there.
All of them are chosen for teaching; none is an estimate about a people, a market or a real firm."""

from __future__ import annotations

from dataclasses import dataclass, fields

from rapport.content import ContentError

DISCLAIMER = "Simulated: the parameters are chosen for teaching and are no estimates about peoples."

PREFERENCES = ("voice", "money", "cause", "speed")  # to be heard · to be compensated · to know why · to have it over with
KINDS = ("goods", "billing", "delivery", "attention")
FAULTS = ("firm", "courier", "nobody")
REMEDIES = ("none", "matched", "mismatched")
STREAMS = (0, 1, 2)
TRIAL_CELLS = 2 * 2 * len(REMEDIES) * len(STREAMS)  # own/excuse × explanation × remedy × update streams
YEAR_BEGINS = "2024-12-30"  # Monday of ISO week 1 of 2025; the book covers weeks 1 to 52


@dataclass(frozen=True)
class Firm:
    """Size, habits and planted truths of the simulated firm.

    Satisfaction and fairness are points on 0..100; ``*_repurchase`` and other chances are probabilities;
    money is in euro cents; hours are working hours.
    """

    # ---- Size
    customers: int = 4000
    trial_cases: int = 7200  # 200 in each of the 36 cells: a main effect is known to about a third of a point
    offer_cases: int = 8000  # 2,000 for each size of credit
    steady_cases: int = 4000  # customers to whom nothing happened
    shipments_per_week: int = 2000  # in an ordinary week; about 5,700 failures a year follow
    markets: tuple[str, ...] = ("AE", "BR", "CN", "DE", "IN", "JP", "KR", "LV", "NG", "SA", "SE", "US")
    # Two markets are larger so that their payouts can be compared: the two places of the cold chain.
    audited_markets: tuple[str, str] = ("CN", "US")
    audited_share: float = 0.22  # of the customers, each of the two; the others share the rest equally

    # ---- People: the market says little, the person nearly everything
    market_share_of_variance: float = 0.20  # of each preference; which market leans where is drawn anew with each seed
    need_said_true: float = 0.85  # chance that "what would help most?" is answered with the strongest preference
    margin_cents: int = 2600  # a month; a customer's value is spread around it
    margin_by_value: int = 1000
    margin_noise: int = 250
    tenure_months: tuple[int, int] = (3, 120)  # alike likely in between, and not related to …
    months_expected: tuple[int, int] = (10, 40)  # … the time still expected: the past is no measure of the future

    # ---- What a failure takes away (by severity 1, 2, 3)
    satisfaction_steady: float = 60.0
    satisfaction_spread: float = 8.0  # between customers, before anything happened
    mood_satisfaction: float = 7.0  # luck of the moment, which also …
    mood_repurchase: float = 0.02  # … carries over a little to buying again
    repurchase_steady: float = 0.76
    satisfaction_lost: tuple[float, float, float] = (14.0, 20.0, 27.0)
    repurchase_lost: tuple[float, float, float] = (0.17, 0.23, 0.29)
    # ---- Owning the fault: helps on average, most of all who wants to be heard
    own_satisfaction: float = 8.0
    own_by_voice: float = 5.0  # extra points for each standard deviation of voice
    own_repurchase: float = 0.05
    # ---- Explaining at length: helps who wants the cause
    explain_satisfaction: float = 4.0
    explain_by_cause: float = 4.0
    explain_repurchase: float = 0.02
    # ---- A remedy of the same kind as the loss helps; one of another kind hardly does
    matched_satisfaction: float = 12.0
    matched_by_speed: float = 3.0
    matched_repurchase: float = 0.08
    mismatched_satisfaction: float = 1.5
    mismatched_repurchase: float = 0.0
    # ---- Updates: one stream helps; a second adds nothing, and with a long explanation it is too much
    stream_satisfaction: float = 4.0
    stream_by_cause: float = 1.5
    stream_repurchase: float = 0.02
    several_satisfaction: float = -1.0
    overshoot_satisfaction: float = -9.0
    overshoot_repurchase: float = -0.05
    # ---- A second failure costs more than any single good thing brings
    second_satisfaction: float = -20.0
    second_repurchase: float = -0.24
    second_escalation: float = 0.25
    # ---- Fairness (distributive, procedural, interactional in one score) and escalation follow the same handling
    fairness_base: float = 54.0
    fairness_by_severity: float = -5.0
    fairness_of_own_effect: float = 1.5  # times what owning does for this person's satisfaction: treatment counts most here
    fairness_explained: float = 6.0
    fairness_matched: float = 12.0
    fairness_mismatched: float = 2.0
    fairness_stream: float = 4.0
    fairness_overshoot: float = -5.0
    fairness_second: float = -15.0
    fairness_noise: float = 10.0
    escalation_base: float = 0.14
    escalation_by_severity: float = 0.08
    escalation_owned: float = -0.09
    escalation_matched: float = -0.08
    escalation_stream: float = -0.04
    # The paradox follows from the above: owned and matched, satisfaction ends above its start, repurchase below.

    # ---- Money: a credit brings back who wants money, and hardly anyone else; the first euros do most
    credits_cents: tuple[int, ...] = (0, 1000, 2000, 4000)
    credit_dose: tuple[float, ...] = (0.0, 0.6, 1.0, 1.3)  # of the effect of the reference credit (20 €)
    credit_repurchase: float = 0.06
    credit_by_money: float = 0.12
    money_repurchase: float = -0.06  # who looks at the price leaves more easily, credit or none
    value_repurchase: float = 0.10  # valuable customers come back more, credit or none …
    value_paid: float = 0.15  # … and agents pay them more often: so who was paid looks more loyal than money made them

    # ---- What goes wrong, and through whom
    kind_shares: tuple[float, ...] = (0.35, 0.20, 0.30, 0.15)  # goods, billing, delivery, attention
    fault_shares: tuple[float, ...] = (0.60, 0.25, 0.15)  # firm, courier, nobody
    # ---- Complaints and answers
    told_share: float = 0.50  # of those let down in a light way; the others say nothing
    told_by_severity: float = 0.07
    told_by_voice: float = 0.04
    answered_share: float = 0.86
    slowest_answer_hours: int = 40  # answers age up to this many working hours; squared uniform, so many come early
    owned_share: float = 0.20  # agents own up more when it was bad: so who was owned up to looks less satisfied …
    owned_by_severity: float = 0.22  # … than owning made them
    explained_share: float = 0.45
    remedy_shares: tuple[float, float, float] = (0.30, 0.45, 0.25)  # none, matched, mismatched
    stream_shares: tuple[float, float, float] = (0.40, 0.35, 0.25)
    second_failure_share: float = 0.12
    recovered_base: float = 0.62
    recovered_effects: tuple[float, float, float, float] = (0.14, 0.04, 0.20, 0.05)  # owned, explained, matched, a stream
    recovered_by_severity: float = -0.08
    recovered_second: float = -0.45

    # ---- Compensation, and the gap planted between the two audited markets
    paid_share: float = 0.78
    paid_dose: float = 0.9  # what agents pay does as much as 0.9 of the reference credit, whatever the amount
    paid_spread: float = 0.15  # of the typical payment: agents differ
    paid_cents: tuple[int, int, int] = (1000, 2500, 5500)  # typical payment by severity, for any market …
    underpaid_share: float = -0.22  # … but in one of the two (drawn from the seed) fewer are paid
    underpaid_cents: int = -400  # … and less
    audited_severity: tuple[float, float, float] = (0.22, 0.33, 0.45)  # its failures are worse, which hides the gap
    other_severity: tuple[float, float, float] = (0.50, 0.32, 0.18)

    # ---- Refunds: waiting is free up to a day (drawn from the seed), then it costs
    refund_share: float = 0.75
    refund_days_most: int = 24
    patience_days: tuple[int, ...] = (5, 7, 9)
    late_repurchase: float = -0.19
    late_repurchase_per_day: float = -0.004  # after that day

    # ---- How often things go wrong: busy weeks are worse, so a plain mean of weekly rates is too low
    failure_rate: float = 0.035
    busy_weeks: tuple[int, ...] = (11, 12, 24, 25, 45, 46, 47, 48)
    busy_volume: float = 2.6  # times an ordinary week
    busy_failure_rate: float = 0.075

    # ---- Reputation: what people who review write (chances of 1 to 5 stars)
    review_share_recovered: float = 0.30
    review_share_unrecovered: float = 0.42  # disappointed people write more
    review_share_silent: float = 0.16
    stars_recovered: tuple[float, ...] = (0.04, 0.08, 0.18, 0.35, 0.35)
    stars_unrecovered: tuple[float, ...] = (0.38, 0.28, 0.19, 0.10, 0.05)
    stars_silent: tuple[float, ...] = (0.20, 0.28, 0.28, 0.17, 0.07)

    def __post_init__(self) -> None:
        for name, multiple in (("customers", 1), ("trial_cases", TRIAL_CELLS), ("offer_cases", len(self.credits_cents)), ("steady_cases", 1)):
            found = getattr(self, name)
            if found <= 0 or found % multiple:
                raise ContentError(f"found {found}; it must be above 0 and a multiple of {multiple}.", key=name)
        if missing := [market for market in self.audited_markets if market not in self.markets]:
            raise ContentError(f"{', '.join(missing)} is not among the markets {', '.join(self.markets)}; add it there.", key="audited_markets")
        for each in fields(self):
            value = getattr(self, each.name)
            if each.name.startswith("stars_") or each.name in ("remedy_shares", "stream_shares", "kind_shares", "fault_shares", "audited_severity", "other_severity"):
                if abs(sum(value) - 1) > 1e-9:
                    raise ContentError(f"found {value}, which sums to {sum(value):g}; the chances must sum to 1.", key=each.name)
            elif (each.name.endswith("_share") and each.name != "underpaid_share") or each.name == "market_share_of_variance":
                if not 0 <= value <= 1:
                    raise ContentError(f"found {value}; a share lies between 0 and 1.", key=each.name)

    def stars_mean(self, chances: tuple[float, ...]) -> float:
        """Mean number of stars under the given chances of 1 to 5."""
        return sum(stars * chance for stars, chance in enumerate(chances, start=1))
