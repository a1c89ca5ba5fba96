"""The named firms of the course, and which planted parameters give the data the signal that a coverage id asks for.
`Firm` makes the book of module 10, `Aurora` the full one; every other is a small book of one module, named after its file."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rapport.simulation.aurora.firm import AURORA_SIGNALS, Aurora
from rapport.simulation.firm import Firm
from rapport.simulation.incidents import Incidents
from rapport.simulation.measuring import Measuring
from rapport.simulation.preferences import Preferences
from rapport.simulation.winback import WINBACK_SIGNALS, Winback

PRESETS: dict[str, Any] = {
    "recovery": Firm(),  # what the exercises of module 10 use
    "recovery_sample": replace(  # a tenth of it, committed under data/recovery
        Firm(), customers=400, trial_cases=720, offer_cases=800, steady_cases=400, shipments_per_week=200
    ),
    "preferences": Preferences(),  # what the exercises of module 03 use
    "aurora": Aurora(),  # the full book
    "aurora_sample": Aurora(customers=400),  # a tenth of it, committed under data/aurora
    "aurora_capstone": Aurora(customers=400, markets_in_book=5),  # five markets, drawn from the seed
    "incidents": Incidents(),  # guesses about callers; what the exercises of module 00 use
    "measuring": Measuring(),  # six lettered markets: what the exercises of module 13 use
    "winback": Winback(),  # lost customers, for module 11
}

# Which planted parameters give the simulated data the signal that a coverage id asks for.
SIGNALS: dict[str, tuple[str, ...]] = {
    "G2-I4": ("second_satisfaction", "second_repurchase", "second_escalation", "second_failure_share"),
    "G2-S2-T1": ("own_satisfaction", "own_by_voice", "explain_satisfaction", "explain_by_cause"),
    "G2-S2-T2": ("own_satisfaction", "explain_satisfaction", "matched_satisfaction", "mismatched_satisfaction", "stream_satisfaction"),
    "G2-S2-T3": ("credit_repurchase", "credit_by_money", "credit_dose", "value_repurchase", "value_paid"),
    "G2-X2": ("satisfaction_lost", "repurchase_lost", "matched_satisfaction", "matched_repurchase"),
    "G2-X3": ("stream_satisfaction", "several_satisfaction", "overshoot_satisfaction", "overshoot_repurchase"),
    "G2-S2-R": ("stars_recovered", "stars_unrecovered", "review_share_recovered", "review_share_unrecovered"),
    "G2-S3-T1": ("failure_rate", "busy_failure_rate", "busy_volume", "busy_weeks"),
    "G2-S4": ("underpaid_share", "underpaid_cents", "audited_severity", "other_severity"),
    "G2-S4-T2": ("told_share", "answered_share", "slowest_answer_hours"),
    "L1-E9": ("patience_days", "late_repurchase", "late_repurchase_per_day"),
    **AURORA_SIGNALS,
}
SIGNALS |= {name: SIGNALS.get(name, ()) + parameters for name, parameters in WINBACK_SIGNALS.items()}
