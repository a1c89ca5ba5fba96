"""A policy is an intervention: what the firm does, put in the place of what it did.
The same seed under two policies gives the same people and the same luck, so an effect is a subtraction."""

from __future__ import annotations

from dataclasses import dataclass, field

from rapport.content import ContentError
from rapport.simulation.aurora.firm import FOLLOW_UP_DAYS, FREQUENCIES, GESTURES, NOTICE_DAYS, OFFERS
from rapport.simulation.handling import Design

ALLOWED: dict[str, tuple] = {
    "language": ("as_is", "native", "other"),
    "acknowledgement": ("as_is", "sincere", "script", "none"),
    "clarify": ("as_is", "always", "never"),
    "promises": ("as_is", "kept", "broken"),
    "upsell": ("by_lot", "pressed", "left"),
    "programme": ("as_is", "off", "everyone"),
    "statement": ("as_is", "nowhere", "everywhere"),
    "recommendations": ("by_lot", "nobody", "everyone", "persuadables"),
    "frequency": ("by_lot", *map(str, FREQUENCIES)),
    "notice": ("by_lot", *NOTICE_DAYS),
    "follow_up": ("by_lot", *FOLLOW_UP_DAYS),
    "gesture": ("by_lot", *GESTURES),
    "mailing": ("as_is", "nobody", "everyone"),
    "winback": ("by_lot", *OFFERS, "by_reason"),
    "survey_delay": (1, 7, 30),
}


@dataclass(frozen=True)
class Policy:
    """What the firm does; the default leaves everything as it happened (agents chose, or the lot decided).

    Parameters
    ----------
    language : {'as_is', 'native', 'other'}
        Who answers: whoever did, always somebody in the customer's own language, never.
    acknowledgement : {'as_is', 'sincere', 'script', 'none'}
    clarify : {'as_is', 'always', 'never'}
        Whether a question comes before the solution.
    recovery : Design
        How failures are handled, and in how many update streams.
    promises : {'as_is', 'kept', 'broken'}
    upsell : {'by_lot', 'pressed', 'left'}
    programme : {'as_is', 'off', 'everyone'}
        Loyalty programme of 2026.
    statement : {'as_is', 'nowhere', 'everywhere'}
        Clear fee statement: in the branches that have it, in none, in all.
    recommendations : {'by_lot', 'nobody', 'everyone', 'persuadables'}
    frequency, notice, follow_up, gesture : 'by_lot' or an arm
        ``frequency`` in messages a month, ``notice`` and ``follow_up`` in days, as text.
    mailing : {'as_is', 'nobody', 'everyone'}
    winback : {'by_lot', 'none', 'discount', 'upgrade', 'both', 'by_reason'}
        ``by_reason`` gives a discount to who left for the price and an upgrade to the others.
    survey_delay : {1, 7, 30}
        Days from the occasion to the survey.

    Raises
    ------
    ContentError
        When a value is not allowed; the message names those that are.
    """

    language: str = "as_is"
    acknowledgement: str = "as_is"
    clarify: str = "as_is"
    recovery: Design = field(default_factory=Design)
    promises: str = "as_is"
    upsell: str = "by_lot"
    programme: str = "as_is"
    statement: str = "as_is"
    recommendations: str = "by_lot"
    frequency: str = "by_lot"
    notice: str = "by_lot"
    follow_up: str = "by_lot"
    gesture: str = "by_lot"
    mailing: str = "as_is"
    winback: str = "by_lot"
    survey_delay: int = 7

    def __post_init__(self) -> None:
        for name, allowed in ALLOWED.items():
            if (found := getattr(self, name)) not in allowed:
                raise ContentError(f"found {found!r}; allowed are {', '.join(map(repr, allowed))}.", key=f"policy.{name}")
        if not isinstance(self.recovery, Design):
            raise ContentError(f"found {self.recovery!r}; give a Design, such as Design(owned=True).", key="policy.recovery")
