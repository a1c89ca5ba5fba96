"""What the program says about reviews, the path and the statement, in the terminal and in a notebook alike.
What only one of the two says stands there."""

from __future__ import annotations

from rapport.i18n.words import Words

WORDS = Words(__file__, {
    # reviews
    "first_time": "first time",
    "day": "day {n}",
    "right": "Right.",
    "not_right": "Not quite. Right is: {right}",
    "score": ("{right} of {n} right.", "{right} of {n} right."),
    "nothing_due": "Nothing is due today.",
    "next": "Next: {title}, day {n}, on {date}.",
    "no_module": "no module {name} with a review; there are {names}.",
    # the calendar
    "entry": "Rapport: three questions on “{title}” (day {n})",
    "entry_says": "About three minutes. In the course folder: `rapport review`. Module {number}.",
    # the path
    "finished": "finished",
    "is_next": "next",
    "there": "there",
    "follows": "follows",
    "and_also": "and {also}",
    "no_such_role": "found the role {role}; the roles are {roles}.",
    "no_role": "no role is chosen yet; the roles are {roles}.",
    # the statement
    "statement": "What was done in Rapport",
    "learner": "Learner: {name}",
    "no_name": "(no name given)",
    "worked_on": "Worked on: {days}",
    "version": "Version of the course: {version}",
    "language": "Language: {language}",
    "assessment": "Assessment",
    "done": "What was done",
    "nothing": "Nothing that is finished yet.",
    "what_it_is": "What this statement is, and what it is not",
    "self_reported": "The learner made this statement with the course's own program, from a file on their own computer. Nobody else has checked it, and the file can be edited: it is self-reported.",
    "no_certificate": "It says what was done in the course. It says nothing about a person's character, and it does not certify that anybody is competent with people of any culture. No course could: people differ within every market, and the work is to notice and to ask each time.",
    "invented": "Customers, firms and figures in cases and exercises are invented or simulated.",
    "exercises_right": "Exercises answered rightly, on the learner's own simulated customers: {n} of {total}",
    "exercise_right": "Exercise “{title}”, right on {date}",
    "given_up": "Exercises of which the solution was opened without a right answer before it: {n}",
    "case_played": "Case “{title}”, played to an end: {times} ({days})",
    "once": "once",
    "twice": "twice",
    "times": ("{n} time", "{n} times"),
    "answers": "Review questions: {right} of {n} answers right, on {dates}",
    "sitting": "A sitting with form {form} ({date})",
    "sitting_when": "A sitting with form {form}, {occasion} ({date})",
    "sitting_unnamed": "A sitting with a form that is not named ({date})",
    "sitting_unnamed_when": "A sitting with a form that is not named, {occasion} ({date})",
    "pre": "before the course",
    "post": "after the course",
    "30": "after 30 days",
    "90": "after 90 days",
    "span": "{first} to {last}",
    "not_noted": "not noted",
    "English": "English",
    "Gujarati": "Gujarati",
    "Latvian": "Latvian",
})  # fmt: skip

say = WORDS.say
