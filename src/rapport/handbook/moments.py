"""The page "I have five minutes": the moments of ``playbooks/moments.yaml``, and under each the cards that name it.
From the front page it is moment, card; a moment that no card names is not shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from markupsafe import Markup

from rapport.i18n.words import Words
from rapport.playbooks.moments import Moments

PAGE = "five-minutes"
CARD_SET = "cards.html"  # the file that holds all cards, see `cardset`
STRINGS = Words(__file__, {
    "markets": "Facts of their market",
    "nav": "Five minutes",
    "pick": "Which moment is it?",
    "take": "All cards in one file, for your phone",
    "take_says": "It holds every language and works without a connection. Send it to yourself, or save it from here.",
})  # fmt: skip

Href = Callable[[str, str], str]


def shown(listed: Moments, modules: Sequence[Any], href: Href) -> list[dict[str, Any]]:
    """The moments that have cards, in the order of the list: title, text, address, and the cards with theirs."""
    found = []
    for moment in listed.moments:
        cards = [
            {"title": play.title, "trigger": play.card.trigger, "module": f"{module.number} {module.title}", "href": href(f"{module.stem}-cards", play.id)}
            for module in modules
            for play in module.playbook.plays
            if moment.id in play.card.moments
        ]
        if cards:
            found.append({"id": moment.id, "title": moment.title, "text": moment.text, "markets": moment.markets, "href": href(PAGE, moment.id), "cards": cards})
    return found


def body(listed: Moments, moments: list[dict[str, Any]], markets_href: str, take_href: str) -> Markup:
    """The page: the moments to pick from, then each with its cards; the addresses of market sheets and card set are empty where the course has none."""
    from rapport.handbook.pages import environment

    return Markup(environment().get_template("moments.html.j2", globals={"words": STRINGS, "say_of": STRINGS.say}).module.moments(listed, moments, markets_href, take_href))
