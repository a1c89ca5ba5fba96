"""What the learner's commands say in the terminal; their ``--help``, and what is for authors, stays English.
Sentences that a notebook says too stand with what they are about: `rapport.study.words`, `rapport.learner.record`."""

from __future__ import annotations

from rapport.i18n.words import Words

WORDS = Words(__file__, {
    # every command
    "stopped": "Stopped; nothing was changed.",
    "aborted": "Stopped.",
    "lacks": "The environment lacks {name}: run `python scripts/environment.py` (with `--test` for the test tools), then the command again.",
    "unforeseen": "Something unforeseen went wrong ({error}). Run the command with `--debug` to see where.",
    "space": "Free some space and run the command again.",
    "permission": "Choose a folder you may write to, or change its permissions.",
    "read_only": "Choose a folder you may write to.",
    "mend": "Mend that and run the command again.",
    # a case in the terminal
    "about_minutes": "About {n} minutes. Answer with the letter or number in front; q leaves.",
    "notice": "Notice", "read": "Read", "check": "Check", "act": "Act",
    "ask_or_act": "Ask or look something up first, or act now?",
    "what_do_you_do": "What do you do?",
    "go": "Act now.",
    "habit": "The habit: {habit}",
    "your_choice": "Your choice: ",
    "type_number_or_q": "Found “{found}”; type a number from 1 to {n}, or q to leave.",
    "type_number": "Found “{found}”; type a number from 1 to {n}.",
    "likeliest_first": "Likeliest first, such as {letters}: ",
    "type_letters": "Found “{found}”; type {letters} once each, the likeliest first.",
    "how_sure": "How sure are you of the first?",
    "one_to": "1 to {n}: ",
    "who_this_was": "Who this was: {who}",
    "asked_before": "You asked before acting in {n} of the {total} decisions where asking could tell you something.",
    "idle": "Questions asked that could not have helped: {n}. Each cost time or patience.",
    "fitted": "{heading}: what fitted was “{reading}” {ranked}",
    "ranked_1": "You ranked it first.", "ranked_2": "You ranked it second.", "ranked_3": "You ranked it third.",
    "calibration": "Calibration {value} of 1: how well your confidence went with your readings.",
    "left_case": "You left before the end; nothing is kept.",
    "same_again": "The same customer again: {command}",
    "no_place": "Found place {place}; {scenario} is played in {places}.",
    # the learner's record
    "one_at_a_time": "One at a time: `--someone-else`, `--export`, `--xapi`, `--merge` or `--erase`.",
    "export_says": "It holds everything you have done here, also what you wrote freely. Nobody gets it unless you hand it on.",
    "xapi_says": ("{n} statement. You are in it as a random number; what you wrote freely is among the responses. Nothing was sent.", "{n} statements. You are in them as a random number; what you wrote freely is among the responses. Nothing was sent."),
    "you_are": "You are “{name}”. Your record: {file}",
    "not_begun": "(not begun yet)",
    "attempt": "attempts at exercises", "hint": "hints seen", "solution": "solutions opened", "prediction": "guesses made before computing",
    "run": "cases played to an end", "seen": "reviews begun", "review": "review answers", "sitting": "sittings of the assessment", "hunt": "bug hunts checked",
    "reflection": "incidents of your own", "goal": "goals of your own", "erasure": "times that something was erased", "other": "other entries",
    "your_role": "Your role: {role} (`rapport path`)",
    "others": "Others at this computer: {names}",
    "nobody_else": "Nobody else has a record here.",
    "me_ends": "Somebody else learns now: `rapport me --someone-else NAME`. Erase it all: `rapport me --erase`. Nothing is ever sent.",
    "unread": "cannot be read: {why}.",
    "no_record": "not a record of this course: no entry in it could be read. Name a file that `rapport me --export` wrote, or one that was set aside.",
    "damaged": ("{file} is damaged; {n} entry of it could be read.", "{file} is damaged; {n} entries of it could be read."),
    "yours": "{file} was begun on its own, not copied from yours. Is everything in it your own work?",
    "yours_named": "{file} was begun on its own (“{name}”), not copied from yours. Is everything in it your own work?",
    "not_taken_in": "Nothing was taken in.",
    "taken_in": ("{n} new entry was taken in; {old} were here already or had been erased.", "{n} new entries were taken in; {old} were here already or had been erased."),
    "nothing_to_erase": "There is no record to erase.",
    "erase": ("Erase the record of “{name}” with its {n} entry for good? It cannot be brought back", "Erase the record of “{name}” with its {n} entries for good? It cannot be brought back"),
    "not_erased": "Nothing was erased.",
    "gone": "{file} is gone.",
    "not_touched": "Files you exported, and what a browser keeps of the handbook, are not touched. Close notebooks that are open, or they begin a new record.",
    "record_itself": "{file} is your record itself; name another file.",
    "exists": "{file} exists; name another file, or add `--yes` to replace it.",
    "wrote": "Wrote {file}",
    # reviews and their calendar
    "first_meeting": "You meet these for the first time; they come back after {days} and {last} days.",
    "left_review": "You left; what you have answered is kept, and the others will be asked again.",
    "kept_in": "Kept in {file}.",
    "one_to_or_q": "1 to {n}, or q to leave: ",
    "of": "{n} of {total}",
    "writes_all": "(`rapport calendar` writes them all)",
    "waiting": "Reviews that have not begun: {names}. A module's days are counted once it is finished, or from: `rapport review {first}`",
    "no_days": "No review has begun yet, so there are no days to write.",
    "days_written": ("{n} day, modules: {modules}. Taken in again later, an entry replaces itself.", "{n} days, modules: {modules}. Taken in again later, an entry replaces itself."),
    # path and statement
    "which_role": "Which of these is closest to your work?",
    "faces": "Found the file {file}; a statement is written as {faces}.",
})  # fmt: skip

say = WORDS.say
