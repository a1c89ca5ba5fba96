"""The card set: every play card of the course in one file for a pocket, by moment and by module, in each language of the handbook.
A telephone opens a file by itself, without its neighbours, so all languages are inside and nothing leads out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup

from rapport import i18n, playbooks
from rapport.content import module_stems
from rapport.handbook import moments
from rapport.handbook.pages import Module, environment, relink
from rapport.handbook.strings import STRINGS as frame_words
from rapport.i18n import typesetting
from rapport.i18n.words import Words
from rapport.playbooks import moments as listed_moments
from rapport.playbooks import show
from rapport.playbooks.bibliography import bibliography

FILE = moments.CARD_SET
STRINGS = Words(__file__, {
    "all": "All moments",
    "find": "Find a card",
    "for_moments": "It also helps here:",
    "found": ("{n} card", "{n} cards"),
    "lead": "Pick the moment you are in, then the card. All of it is in this one file and needs no connection.",
    "modules": "Module by module",
    "none": "No card has these words. Try fewer of them, or one that the customer used.",
})  # fmt: skip


def anchor(name: str) -> str:
    """Id of a place of the set in the reader's language: English goes without a language, ``10-own-it.gu`` has one."""
    return name if i18n.language() == i18n.SOURCE else f"{name}.{i18n.language()}"


def has_cards(root: Path) -> bool:
    """Whether the course has a module with cards, so that there is a set."""
    return bool(_modules(root))


def document(root: Path, langs: Sequence[str], *, policy: str, assets: str, scripts: str) -> str:
    """The set as one HTML document, set for reading.

    Parameters
    ----------
    root : Path
    langs : sequence of str
        Languages it holds, English first; English is shown where a browser asks for none of them.
    policy, assets, scripts : str
        As for `pages.html_of`.

    Raises
    ------
    ContentError
        For whatever is wrong in a playbook or the list of moments.
    """
    sets = []
    for lang in langs:
        with i18n.speaking(lang, marking=True):
            sets.append({"lang": lang, "name": i18n.NAMES[lang], "language": frame_words["language"], "html": _set(root)})
    return typesetting.page(str(_parts().document(sets, Markup(policy), Markup(assets), Markup(scripts))), i18n.SOURCE)


def _set(root: Path) -> Markup:
    """Everything in the reader's language."""
    modules, listed = _modules(root), listed_moments.load(root)
    picked = moments.shown(listed, modules, _href) if listed else []
    titles = {moment["id"]: moment for moment in picked}
    shelves = [
        {
            "at": anchor(module.number),
            "title": f"{module.number} {module.title}",
            "cards": [
                {
                    "title": play.title,
                    "trigger": play.card.trigger,
                    "href": _href(f"{module.stem}-cards", play.id),
                    "html": _card(module, play, root),
                    "moments": [titles[name] for name in play.card.moments if name in titles],
                }
                for play in module.playbook.plays
            ],
        }
        for module in modules
    ]
    return Markup(_parts().one_set(picked, shelves, json.dumps(STRINGS.forms("found"), ensure_ascii=False)))


def _card(module: Module, play: playbooks.Play, root: Path) -> Markup:
    at = anchor(f"{module.number}-{play.id}")
    return relink(show.card_html(play, bibliography(root), level=2, anchor=at), _href, module.playbook.path, module)


def _href(page: str, name: str = "") -> str:
    """Moments, modules and cards are in the set; any other page is out of reach."""
    if page == moments.PAGE:
        return f"#{anchor(name or 'top')}"
    if page.endswith("-cards"):
        return f"#{anchor(f'{page[:2]}-{name}' if name else page[:2])}"
    return ""


def _modules(root: Path) -> list[Module]:
    """Modules with a notebook and cards, as far as the set looks at them."""
    paths = {stem: root / "notebooks" / f"{stem}.ipynb" for stem in module_stems(root)}
    found = (Module(stem, playbooks.load(stem, root), path, None, {}, "", {}) for stem, path in paths.items() if path.exists())
    return [module for module in found if module.playbook.plays]


def _parts() -> Any:
    return environment().get_template("cardset.html.j2", globals={"words": STRINGS, "at": anchor, "pick": lambda: moments.STRINGS["pick"]}).module
