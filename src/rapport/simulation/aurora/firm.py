"""Aurora Tools in full: every planted number of the large customer book, with the reason it is there.
All of them are chosen for teaching; none is an estimate about a people, a market or a real firm."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import date

from rapport.content import ContentError
from rapport.simulation.firm import Firm

TRAITS = ("voice", "money", "cause", "speed", "directness", "detail", "relationship", "formality", "privacy")
ROLES = ("buyer", "engineer", "owner", "nurse")
INDUSTRIES = ("pharmacy", "clinic", "food", "laboratory", "transport", "museum")
CATEGORIES = ("logger", "sensor", "service", "accessory")
CHANNELS = ("email", "phone", "chat", "messenger")
ADDRESSES = ("given_name", "title_surname", "full_name", "no_preference")
CONNECTIONS = ("fast", "slow", "phone_only")
CONSENT_CHANNELS = ("email", "phone", "post")
TYPES = ("persuadable", "sure_thing", "lost_cause", "put_off")
CLASSES = ("light", "moderate", "heavy")
TOPICS = ("how_to", "fault", "my_data", "thanks", "fees", "where_is_it")
REASONS = ("price", "service", "no_need", "rival")
OFFERS = ("none", "discount", "upgrade", "both")
BRANCHES = tuple(f"B{number}" for number in range(1, 9))
FREQUENCIES = (0, 1, 2, 4, 8)  # messages a month
NOTICE_DAYS = ("none", "0", "2", "7")  # days before the delivery
FOLLOW_UP_DAYS = ("none", "2", "7", "21")  # days after the first order
GESTURES = ("none", "recognition", "voucher", "both")

# Days of a book are counted from its first one; every window below lies in the calendars that the facts hold.
BEGINS, ENDS = date(2025, 1, 1), date(2026, 10, 31)
DAYS = (ENDS - BEGINS).days + 1
YEAR_TWO = (date(2026, 1, 1) - BEGINS).days  # campaigns begin here: what lies before is free of them
PROGRAMME_DAY = (date(2026, 1, 15) - BEGINS).days
STATEMENT_DAY = (date(2026, 3, 1) - BEGINS).days


@dataclass(frozen=True)
class Aurora:
    """Size, habits and planted truths of the full customer book.

    Chances are probabilities and add up (an effect is a number of points for whoever has it); scores are on their own scale;
    money is in euro cents; rates are a day of ordinary trade.
    """

    # ---- Size and place
    customers: int = 4000
    markets: tuple[str, ...] = ("AE", "BR", "CN", "DE", "IN", "JP", "KR", "LV", "NG", "SA", "SE", "US")
    markets_in_book: int = 12  # fewer: that many are drawn from the seed (a capstone uses five)
    # What happens after a failure, and what handling it does, is the recovery book's: one truth, not two.
    recovery: Firm = field(default_factory=Firm)

    # ---- People: the market says little, the role less, the person nearly everything
    market_share_of_variance: float = 0.20  # of each hidden preference; dealt anew with each seed
    role_share_of_variance: float = 0.10  # a role tells half as much again as nothing, and is still no person
    said_true_share: float = 0.85  # one question asked beats both: its answer names the truth this often
    contract_share: float = 0.60  # have a calibration contract, renewed each year
    heard_of_us_share: float = 0.25  # were sent by another customer: chains follow
    recommend_by_advocacy: float = 0.10  # who buys often recommends only a little more: two things, not one (correlation)
    tenure_months: tuple[int, int] = (10, 120)  # since the account was opened, alike likely in between
    asked_language: tuple[float, float] = (0.75, 0.13)  # ask for their own language, for the market's; the others for English
    connection_shares: tuple[float, float, float] = (0.72, 0.18, 0.10)  # as in CONNECTIONS, in every market: access belongs to a customer
    cross_border_share: float = 0.30  # of orders go to another country than the customer's: nobody is bound to a place

    # ---- What a relationship is worth
    tenure_profit_correlation: float = 0.30  # long life and profit go together loosely: neither stands for the other
    margin_cents: int = 24000  # a year
    margin_spread_cents: int = 7000  # standard deviation between customers
    loyal_share: float = 0.40  # a hidden segment of contract customers …
    loyal_retention: float = 0.90  # … renews nearly always …
    passing_retention: float = 0.64  # … the rest do not: the average of the two describes nobody, and overstates the future
    alternatives_most: int = 4  # rivals one click away, 0 to 4
    alternatives_retention: float = -0.02  # each rival above two makes a renewal less likely: loyalty has to be earned
    # ---- Promises and renewal (contract year 2026)
    promises_made: tuple[int, int] = (2, 6)
    promise_kept_share: float = 0.75  # of an average account manager; managers differ by as much as …
    promise_kept_spread: float = 0.15
    kept_retention: float = 0.24  # from no promise kept to all: the ratio drives renewal
    upsell_now: float = 0.12  # pressing for an upgrade sells this quarter …
    upsell_retention: float = -0.07  # … and costs renewals later
    upsell_base: float = 0.06

    # ---- Orders: Pareto/NBD, so that a one-time buyer can have left
    purchase_r: float = 0.9  # shape of the spread of rates between people
    purchase_alpha: float = 75.0  # days; mean rate r/α is an order in about twelve weeks
    dropout_s: float = 1.1
    dropout_beta: float = 500.0  # days; mean rate s/β of leaving for good
    spend_p: float = 4.0  # Gamma-Gamma: shape of one order's worth about a person's mean
    spend_q: float = 4.5
    spend_gamma_cents: float = 21000.0  # mean order is p·γ/(q − 1): 240 euro
    thinning: float = 1.25  # candidate orders per order; no policy may multiply a rate by more
    weekend_trade: float = 0.25  # of an ordinary day: the shop sells while offices sleep
    holiday_trade: float = 0.10  # days closed in the market's real calendar
    before_holidays_trade: float = 1.50  # a week before a run of three closed days or more, stock is laid in
    category_by_industry: float = 0.55  # what is bought follows the trade, not the flag: this share is the industry's favourite

    # ---- Loyalty programme: heavy buyers join, light and moderate ones change
    light_days: float = 150.0  # buys less often than once in so many days
    heavy_days: float = 60.0  # buys more often
    joins: tuple[float, float, float] = (0.12, 0.30, 0.65)  # light, moderate, heavy: self-selection
    programme_lift: tuple[float, float, float] = (0.15, 0.15, 0.0)  # of the rate; heavy buyers are paid for what they did anyway

    # ---- Being understood: native-language service
    native_share: float = 0.30  # of the easiest contacts are served in the customer's own language …
    native_by_complexity: float = 0.22  # … hard ones more often: so native service looks useless
    resolved_base: float = 0.80
    resolved_by_complexity: float = -0.14
    native_resolved: float = 0.08  # eight points of first-contact resolution
    # ---- Listening: acknowledgement
    acknowledged_share: float = 0.35
    acknowledged_by_severity: float = 0.20  # agents acknowledge when it is bad: so it looks harmful
    scripted_share: float = 0.45  # of acknowledgements come from a script, and do nothing
    escalated_base: float = 0.24
    escalated_by_severity: float = 0.12
    acknowledged_escalated: float = -0.12
    acknowledged_by_voice: float = -0.03  # more for who wants to be heard
    clarified_share: float = 0.55
    reopened_base: float = 0.08
    unclarified_reopened: float = 0.12  # a solution before the question comes back
    ambiguous_share: float = 0.15  # answers with a date such as 03/04 …
    ambiguous_reopened: float = 0.10  # … are asked about again
    slowest_answer_minutes: int = 1800  # open minutes of the customer; squared uniform, so many are quick
    contacts_most: int = 5  # candidates a customer; each comes about with this chance …
    contact_share: float = 0.45
    contact_severity: tuple[float, float, float] = (0.5, 0.3, 0.2)  # light, middling, severe
    # ---- Failures: how many; what they do and what handling does is the recovery book's
    failures_most: int = 2  # candidates a customer; each comes about with this chance …
    failure_share: float = 0.30  # … so that a book of 400 has some two hundred

    # ---- Transparency: a fee statement rolled out by branch
    fee_complaints: float = 0.030  # a customer and month
    statement_effect: float = -0.18  # of the complaints, relative
    statement_branches: int = 4  # of eight, drawn from the seed
    trend_per_month: float = 0.04  # one of them (drawn) has complaints that rise anyway: parallel trends break

    # ---- Trials of 2026, each by lot among those who had consented
    type_shares: tuple[float, float, float, float] = (0.25, 0.20, 0.42, 0.13)  # as in TYPES; the put-off value privacy most
    type_buys: tuple[float, ...] = (0.04, 0.24, 0.02, 0.09)  # without a personal recommendation
    type_lift: tuple[float, ...] = (0.14, 0.0, 0.0, -0.06)  # with one: sure things would have bought anyway
    type_stops: tuple[float, ...] = (0.01, 0.01, 0.02, 0.12)  # extra unsubscribing: what it costs in privacy
    stops_base: float = 0.01
    frequency_buys: tuple[float, ...] = (0.0, 0.03, 0.055, 0.04, -0.01)  # by FREQUENCIES: there is a best number of messages …
    frequency_stops: tuple[float, ...] = (0.0, 0.005, 0.012, 0.040, 0.100)  # … and a price that keeps rising
    frequency_base: float = 0.08
    where_is_it_base: float = 0.24  # ask where it is, without a notice
    notice_effect: tuple[float, ...] = (0.0, -0.05, -0.12, -0.06)  # by NOTICE_DAYS: too late helps little, too early is forgotten
    follow_up_base: float = 0.10
    follow_up_effect: tuple[float, ...] = (0.0, 0.03, 0.09, 0.04)  # by FOLLOW_UP_DAYS, on a second order
    gesture_base: float = 0.10
    recognition_effect: float = 0.05  # recognition works apart from money …
    recognition_by_relationship: float = 0.03
    voucher_effect: float = 0.04  # … and money apart from recognition
    voucher_by_money: float = 0.03
    mailing_base: float = 0.06  # a mailing without a lot: sent to whoever buys often …
    mailing_by_class: tuple[float, float, float] = (0.0, 0.08, 0.20)  # … who would have bought anyway
    mailing_effect: float = 0.01
    mailing_sent: tuple[float, float, float] = (0.15, 0.40, 0.80)
    unlawful_share: float = 0.04  # of those without consent got it all the same: the audit must find them

    # ---- Winning back (lapsed contracts; offers by lot)
    reason_shares: tuple[float, ...] = (0.32, 0.28, 0.20, 0.20)  # as in REASONS
    return_base: float = 0.26
    return_by_reason: tuple[float, ...] = (0.04, -0.05, -0.10, 0.0)  # service leavers come back less …
    return_by_tenure_year: float = 0.012  # a longer first life helps, each year
    return_handled: float = 0.10  # the complaint before leaving was handled well
    return_by_month_gone: float = -0.005  # each month of silence costs
    return_changed: float = 0.06  # visibly different treatment from the start
    offer_return: tuple[float, ...] = (0.0, 0.08, 0.07, 0.14)  # as in OFFERS: both together win most …
    discount_for_price: float = 0.08  # a discount answers who left for the price
    second_life_months: tuple[int, ...] = (12, 9, 20, 11)  # … an upgrade lives longest
    second_margin_cents: tuple[int, ...] = (2400, 1500, 2300, 1300)  # a month, by offer
    service_margin_cents: int = 500  # service leavers who return spend more each month
    offer_cost_cents: tuple[int, ...] = (0, 3000, 6000, 9000)  # … and both together earn least
    attempt_return: tuple[float, ...] = (0.0, 0.03, 0.05, 0.04, 0.01)  # 1 to 5 attempts: after three it tires
    attempt_stops: tuple[float, ...] = (0.01, 0.02, 0.05, 0.11, 0.20)

    # ---- Measuring fairly
    quality_mean: float = 6.4  # satisfaction on 0–10, before any scale is used
    quality_between_markets: float = 0.45  # standard deviation; the order is drawn from the seed
    quality_between_people: float = 1.3
    style_against_quality: float = 1.8  # points: forms of better-served languages are answered with more caution …
    style_between_people: float = 0.5  # … and persons differ too: so raw scores put the markets in a wrong order
    style_stretch_native: float = 1.25  # own-language forms draw more extreme answers …
    style_stretch_english: float = 0.85  # … English ones more middling answers
    english_form_share: float = 0.20  # of people whose language is another answer in English
    vignettes: tuple[float, float, float] = (3.0, 5.5, 8.0)  # true level of three described cases
    vignette_noise: float = 0.4
    answered_share: float = 0.45  # of those asked a day after; fewer the later
    answered_by_delay: tuple[float, float, float] = (0.0, -0.06, -0.16)  # asked after 1, 7, 30 days
    answered_by_quality: tuple[float, float] = (0.10, -0.10)  # for each standard deviation, without and with a contract:
    # the unhappy answer less in one segment and more in the other

    # ---- Consent and the customer file
    consent_given: tuple[float, float, float] = (0.68, 0.40, 0.55)  # as in CONSENT_CHANNELS
    consent_by_privacy: float = -0.10
    withdrawn_share: float = 0.14  # later take it back …
    given_again_share: float = 0.25  # … of whom some give it again
    duplicate_script_share: float = 0.06  # stand twice in the customer file, once in another script
    duplicate_order_share: float = 0.05  # … or with the parts of the name exchanged
    stale_share: float = 0.10  # leads nobody has touched for a year and a half

    def __post_init__(self) -> None:
        if not isinstance(self.customers, int) or self.customers < 1:
            raise ContentError(f"found {self.customers!r}; it must be a whole number above 0.", key="customers")
        if not 1 <= self.markets_in_book <= len(self.markets):
            raise ContentError(f"found {self.markets_in_book}; it must lie between 1 and {len(self.markets)}.", key="markets_in_book")
        for each in fields(self):
            value = getattr(self, each.name)
            if each.name in ("type_shares", "reason_shares", "connection_shares", "contact_severity"):
                if abs(sum(value) - 1) > 1e-9:
                    raise ContentError(f"found {value}, which sums to {sum(value):g}; the chances must sum to 1.", key=each.name)
            elif each.name.endswith(("_share", "_retention", "_share_of_variance")) and each.name not in _EFFECTS and not 0 <= value <= 1:
                raise ContentError(f"found {value}; a share lies between 0 and 1.", key=each.name)
        if max(self.programme_lift) > self.thinning - 1:
            raise ContentError(f"found {self.programme_lift}; no lift may exceed thinning − 1 = {self.thinning - 1:g}.", key="programme_lift")


_EFFECTS = ("alternatives_retention", "kept_retention", "upsell_retention")  # differences of a share, of either sign

# Which planted parameters give the full book the signal that a coverage id asks for.
AURORA_SIGNALS: dict[str, tuple[str, ...]] = {
    "G1-I5": ("tenure_profit_correlation", "loyal_retention", "passing_retention"),
    "G1-W0": ("alternatives_most", "alternatives_retention"),
    "G1-S1-T": ("ambiguous_share", "ambiguous_reopened"),
    "G1-S3-T": ("promise_kept_share", "promise_kept_spread", "kept_retention"),
    "G1-E6": ("duplicate_script_share", "duplicate_order_share", "stale_share"),
    "G1-E8": ("upsell_now", "upsell_retention"),
    "G2-I2": ("return_by_reason",),
    "L1-F3": ("connection_shares",),
    "G2-S1-T1": ("frequency_buys", "frequency_stops", "attempt_return", "attempt_stops"),
    "G2-S1-T6": ("return_changed",),
    "G2-S5-T1": ("acknowledged_escalated", "acknowledged_by_severity", "scripted_share"),
    "G2-S6-T1": ("return_by_tenure_year", "return_handled", "return_by_reason", "return_by_month_gone"),
    "L1-I3": ("cross_border_share",),
    "L1-E5": ("clarified_share", "unclarified_reopened"),
    "L1-E7": ("where_is_it_base", "notice_effect"),
    "L1-E17": ("category_by_industry",),
    "G3-D2": ("recommend_by_advocacy",),
    "G3-D5": ("heard_of_us_share", "recommend_by_advocacy"),
    "G3-S1-T3": ("recognition_effect", "recognition_by_relationship", "voucher_effect", "voucher_by_money"),
    "G3-S2-T2": ("follow_up_base", "follow_up_effect"),
    "G3-S3-T3": ("recognition_effect", "voucher_effect"),
}
