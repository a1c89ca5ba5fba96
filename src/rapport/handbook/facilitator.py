"""The pages of the facilitator's edition: session plan, managers' page, slips, cards, keys, answers and the projector view.
Slips, cards and keys are derived from the case and the exercises; only the session itself is written for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup

from rapport import exercises, hunt, markdown, scenarios
from rapport.exercises.sheet import answer_sheet
from rapport.handbook import pages, render
from rapport.handbook.facilitator_words import STRINGS, say
from rapport.handbook.pages import Module, Page, Reference
from rapport.hunt import page as hunt_page
from rapport.hunt.words import say as hunt_say
from rapport.playbooks import session
from rapport.scenarios import room
from rapport.scenarios.model import Case, Place

GUIDE = "facilitator"  # playbooks/facilitator.md: what holds for every module


@dataclass(frozen=True)
class Sheets:
    """One printed thing of a module: its page, what it is for, whether learners get it."""

    page: Page
    use: str
    hand_out: bool = False


def hunt_keys(root: Path, references: Sequence[Reference]) -> list[Page]:
    """The key of each bug hunt that a page of the edition shows."""
    found = []
    for reference in references:
        for kind, name in map(render.embed_of, reference.notebook.cells):
            if kind == "hunt":
                title = hunt_say("key", title=reference.title)
                body = Markup('<header class="opening"><h1 id="top">{}</h1></header>').format(title) + hunt_page.key_html(hunt.load(name, root))
                found.append(Page(f"{reference.name}-key", title, body, "hunt-key", mark=STRINGS["mark"]))
    return found


def module_sheets(root: Path, module: Module) -> list[Sheets]:
    """What a trainer prints or opens for one module, in the order in which it is needed."""
    plan = session.load(module.stem, root)
    cases = [scenarios.read_case(path)[0] for name, path in scenarios.files(root).items() if name in module.graphs]
    found = []
    if plan:
        found.append(Sheets(_page(module, "session", plan=plan, notes=_notes(plan, module), clock=plan.clock()), STRINGS["print_plan"]))
        found.append(Sheets(_page(module, "brief", brief=plan.front.manager), STRINGS["print_brief"], True))
    if cases:
        slips = [each for case in cases for each in _slips(case)]
        found.append(Sheets(_page(module, "slips", slips=slips), say("print_slips", n=len(slips)), True))
        found.append(Sheets(_page(module, "key", cases=[_key(case) for case in cases]), STRINGS["print_key"]))
        found.append(Sheets(_page(module, "deck", decks=[(case.title, place, _deck(case, place)) for case in cases for place in case.places]), STRINGS["print_deck"], True))
        stages = [{"title": module.graphs[case.id]["title"], "json": pages.script_json({"graph": module.graphs[case.id], "codes": _codes(case)})} for case in cases]
        found.append(Sheets(_page(module, "projector", stages=stages), STRINGS["print_projector"]))
    answered = answer_sheet(exercises.load(module.stem, root)) if module.exercises else []
    found.append(Sheets(_page(module, "answers", answered=answered, reviews=module.playbook.front.review), STRINGS["print_answers"]))
    return found


def _page(module: Module, kind: str, **told: Any) -> Page:
    title = say(kind, title=module.title)
    body = Markup(getattr(_parts(), kind)(told | {"head": title}))
    if kind == "session":
        body = pages.relink(body, pages.site_href(f"{module.stem}-{kind}"), session.session_path(module.stem, module.playbook.path.parents[2]), module)
    contents = pages.contents_of(body) if kind in ("session", "key", "answers") else []
    return Page(f"{module.stem}-{kind}", title, body, kind, contents=contents, mark=STRINGS["mark"])


def _notes(plan: session.Session, module: Module) -> list[dict[str, Any]]:
    """The trainer's preparation, and the playbook's notes for facilitators."""
    before = [{"title": STRINGS["before"], "html": Markup(markdown.to_html(plan.notes, heading_offset=1))}] if plan.notes else []
    return before + [{"title": note.title, "html": Markup(markdown.to_html(note.note))} for note in module.playbook.front.facilitator]


def guide_page(root: Path) -> Page:
    """What holds for every module, from ``playbooks/facilitator.md``."""
    front = pages.text_page(root, GUIDE, pages.site_href(GUIDE), {"main", "top"})
    body = Markup('<header class="opening"><h1 id="top">{}</h1><p class="lead">{}</p></header>').format(front["title"], Markup(markdown.inline(front["lead"]))) + front["html"]
    return Page(GUIDE, front["title"], body, "guide", front["lead"], pages.contents_of(body))


def index_page(modules: Sequence[Module], packs: Mapping[str, Sequence[Sheets]], guide: Page, further: Sequence[tuple[str, str]]) -> Page:
    """The edition's front page: what there is to print for each module, the guide, and `further` pages by title and name."""
    shown = []
    for module in modules:
        things = [{"title": sheet.page.title, "href": sheet.page.file, "use": sheet.use, "hand_out": sheet.hand_out} for sheet in packs[module.stem]]
        if plays := module.playbook.plays:
            name = pages.file_of(f"{module.stem}-cards")
            things.append({"title": pages.say("cards_of", title=module.title), "href": name, "use": say("print_cards", n=len(plays)), "hand_out": True})
        planned = any(sheet.page.kind == "session" for sheet in packs[module.stem])
        shown.append({"number": module.number, "title": module.title, "href": pages.file_of(module.stem), "things": things, "planned": planned})
    named = [{"title": title, "href": pages.file_of(name)} for title, name in further]
    body = Markup(_parts().index({"modules": shown, "guide": {"title": guide.title, "lead": guide.description, "href": guide.file}, "further": named}))
    return Page("index", STRINGS["printed"], body, "index", contents=pages.contents_of(body))


# ---- Derived from the case --------------------------------------------------------------------------------------


def _codes(case: Case) -> dict[str, dict[str, str]]:
    return {each.code: {"place": each.place, "case": each.case} for each in room.room_codes(case)}


def _slips(case: Case) -> list[dict[str, Any]]:
    """One slip for each place and persona, with the codes it answers to."""
    codes = room.room_codes(case)
    return [
        {"place": place, "sheet": room.sheet(case, persona, [place]), "codes": [(each.code, room.luck_words(case, each.luck)) for each in codes if (each.place, each.persona) == (place.id, persona)]}
        for persona in case.personas
        for place in case.places
    ]


def _key(case: Case) -> dict[str, Any]:
    """The codes of a case and one sheet for each persona."""
    places = {place.id: place for place in case.places}
    codes = [
        {"code": each.code, "city": places[each.place].city, "title": room.named(case.personas[each.persona].title, [places[each.place]]), "luck": room.luck_words(case, each.luck)}
        for each in sorted(room.room_codes(case), key=lambda each: each.code)
    ]
    sheets = [room.sheet(case, persona, case.places) for persona in case.personas]
    return {"id": case.id, "title": case.title, "codes": codes, "sheets": sheets, "luck": room.luck_words(case, case.events), "principle": room.named(case.principle, case.places)}


def _deck(case: Case, place: Place) -> dict[str, Any]:
    """What the cards of a place hold: the same for every persona, so any one of them gives it."""
    sheet = room.sheet(case, next(iter(case.personas)), [place])
    prompts = [{"notice": room.named(each.notice.prompt if each.notice else "", [place]), "read": room.named(each.read.prompt if each.read else "", [place]), "act": room.named(each.prompt, [place])} for each in case.decisions]
    return {"setting": room.named(case.setting, [place]), "opening": sheet.opening, "scenes": list(zip(sheet.scenes, prompts))}


def _parts() -> Any:
    environment = pages.environment()
    return environment.get_template("facilitator.html.j2", globals={"words": STRINGS, "tell": say}).module
