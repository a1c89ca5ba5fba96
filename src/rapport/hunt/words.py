"""Every sentence that a hunt's own frame says, in one table for page, notebook and key.
What is particular to a hunt (titles, facts, explanations, habits) is written in its YAML."""

from __future__ import annotations

from typing import Final

from rapport.i18n.words import Words

# The page receives this table with the hunt, so the browser holds no sentences of its own.
WORDS: Final = Words(__file__, {
    # kinds
    "number": "Numbers",
    "currency": "Currency",
    "date": "Dates",
    "time": "Times and zones",
    "plural": "Plural forms",
    "name": "Names and address",
    "register": "Form of address (register)",
    "inflection": "Endings and gender",
    "untranslated": "Left untranslated",
    "mistranslated": "Mistranslated",
    "truncated": "Cut-off labels",
    "direction": "Direction of writing",
    "sorting": "Order of lists",
    "encoding": "Garbled letters",
    "placeholder": "Raw placeholders",
    "joined": "Sentences joined from pieces",
    "en": "English",
    "gu": "Gujarati",
    "lv": "Latvian",
    # the texts
    "original": "English original",
    "holds": "What the firm's records hold",
    "fact": "What is right here",
    "text_in": "The text ({language})",
    "no_script": "To mark pieces and have them checked, this page needs JavaScript. The notebook asks the same, and the key is in the facilitator's edition.",
    # marking
    "how": "Press a piece that you think is wrong; press it again to take the mark away. Nothing is checked before the end.",
    "marked_so_far": "Marked so far: {n} of {total} pieces.",
    "check": "Check the whole hunt",
    "again": "Hunt again, without marks",
    "unkept": "Your browser keeps nothing here. Finish in one go.",
    "changed": "The hunt has been revised since you last marked it, so it starts afresh.",
    "damaged": "What your browser had kept of this hunt could not be read. It has been set aside, and you start afresh.",
    "resumed": "Welcome back. Your marks are where you left them.",
    # the result
    "result": "Your hunt",
    "told": "Of the {defects} planted defects that can be found without Gujarati or Latvian you found {found}. Of the {sound} sound pieces beside them you marked {alarms} as wrong.",
    "told_gu": "Where Gujarati is needed: {found} of {defects} defects found, {alarms} of {sound} sound pieces marked as wrong.",
    "told_lv": "Where Latvian is needed: {found} of {defects} defects found, {alarms} of {sound} sound pieces marked as wrong.",
    "d_says": "d′ = {d}: how far apart wrong and right looked to you. 0 is what marking by chance gives, about 1 is some difference, 2 and more a clear one; marking more, or less, does not raise it by itself.",
    "aim_yes": "Both aims are reached: at least 80% of the defects found, and fewer than 10% false alarms.",
    "aim_no": "The aims are at least 80% of the defects found and fewer than 10% false alarms.",
    "group_open": "For every reader",
    "group_gu": "Needs Gujarati",
    "group_lv": "Needs Latvian",
    "group_all": "The whole hunt",
    "by_group": "Found and false alarms",
    "by_kind": "By kind",
    "by_language": "By language of the text",
    "column_found": "Found",
    "column_alarms": "False alarms",
    "column_d": "d′",
    "of": "{n} of {total}",
    "none": "none there",
    "too_few": "too few",
    "first": "Your first hunt is the fair measure ({found} of {defects} found, {alarms} of {sound} false alarms): since then you have seen the key.",
    "habit": "A known way to hunt",
    "found": "found",
    "missed": "missed",
    "alarm": "false alarm",
    "left": "rightly left alone",
    "rest": ("{n} piece you judged rightly", "{n} pieces you judged rightly"),
    "all_right": "You judged every piece of this text rightly.",
    "should_be": "Should be:",
    "needs": "needs the language",
    # the notebook
    "instead": "Localisation bug hunt, about {n} minutes: run this cell in JupyterLab, or open localisation_bug_hunt.html of the handbook",
    "not_yet": "You have not finished a hunt yet.",
    # the facilitator's key
    "key": "Key: {title}",
    "key_lead": "The {defects} planted defects with what is right, and the {sound} sound pieces. A star means that the language is needed.",
    "key_sound": "Sound:",
})  # fmt: skip

say = WORDS.say
