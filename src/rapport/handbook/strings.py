"""Every word the handbook's own frame says, in one table; course text is elsewhere.
A later language is another table with the same keys."""

from __future__ import annotations

LANG = "en"

STRINGS: dict[str, str] = {
    "about": "About this course",
    "action_cards": "Play cards",
    "appearance": "Appearance",
    "assessment": "Assessment",
    "breadcrumbs": "You are here",
    "cards_lead": "One card for each play. Keep them where you work; each prints on one page.",
    "cards_of": "Play cards: {title}",
    "contents": "On this page",
    "course": "Course",
    "dark": "Dark",
    "draft": "Draft, not complete",
    "erase": "Erase what this browser keeps",
    "erase_again": "Erase for good? Press once more.",
    "erase_done": "Erased. This browser keeps nothing of yours for this handbook now.",
    "erase_failed": "This browser does not let the page keep or erase anything, so nothing is kept.",
    "erase_no_script": "This button needs JavaScript. Without it nothing is kept in the first place.",
    "erase_says": "Answers, hints opened, cases played and the light or dark setting go at once. It cannot be undone.",
    "exercises": "Exercises",
    "exercises_lead": "Answer on the page: you get a reply to what you computed, and the solution once you have tried. All figures are simulated.",
    "facilitator": "If you lead a group",
    "further": "Beside the modules",
    "for_roles": "For: {roles}",
    "home": "Rapport",
    "in_words": "The chart in words",
    "light": "Light",
    "made_by": "Rapport handbook. Nothing you do here leaves your browser.",
    "minutes": "{n} min",
    "module": "Module {n}",
    "module_cards": "{n} play cards",
    "module_exercises": "{n} exercises",
    "module_open": "Open the module",
    "modules": "Modules",
    "next": "Next",
    "outcomes": "What you will be able to do",
    "pager": "Previous and next page",
    "previous": "Previous",
    "print_card": "Print this card",
    "print_says": "The case is played on screen. What you chose can be printed from its end view.",
    "review": "Three questions to keep it",
    "scenario": "Case",
    "scenario_no_script": "This case is played step by step, which needs JavaScript in your browser. Everything else on this page can be read without it.",
    "scenario_starts": "The same message, from either of them",
    "show_code": "Show the code",
    "skip": "Skip to the text",
    "sources": "Sources",
    "system": "System",
    "table": "Table",
    "your_data": "Your data in this browser",
}


def say(key: str, **values: object) -> str:
    """The words for `key` with `values` set in."""
    return STRINGS[key].format(**values)
