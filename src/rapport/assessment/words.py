"""What the assessment says about scores, to a learner and to who leads a group; `LABELS` are the scales, `WORDS` the occasions.
The incidents are English in every language: a translated test is another test."""

from __future__ import annotations

from rapport.i18n.words import Words

LABELS = Words(__file__, {
    "judgement": "Judgement", "reading": "Reading", "checking": "Checking", "acting": "Acting", "over_inference": "Over-inference (less is better)",
    "brier": "Calibration, Brier (less is better)",
})  # fmt: skip
WORDS = Words(__file__, {"pre": "Before", "post": "After", "day30": "30 days", "day90": "90 days"})
STRINGS = Words(__file__, {
    "english": "The twelve moments are in English in every language of the course. In a translation that nobody has tried out they would be another test.",
    "run": "Twelve moments with customers, about {n} minutes: run this cell in JupyterLab, or open {page} of the handbook",
    "none": "You have not finished a sitting yet.",
    "sitting": "{occasion}: judgement {judgement} of 100 (reading {reading}, checking {checking}, acting {acting}).",
    "taken": ("A guess by nationality taken {n} time of {chances}.", "A guess by nationality taken {n} times of {chances}."),
    "said": "You said {said} on average and named the key's best step in {right}; Brier {brier} of 100.",
    "from_to": "From the first sitting ({first}) to the latest ({latest}):",
    "chance": "{scale}: {before}, then {after}. On twelve incidents that may be chance ({low} to {high}).",
    "better": "{scale}: {before}, then {after}; better by more than chance among incidents would do ({low} to {high}).",
    "worse": "{scale}: {before}, then {after}; worse by more than chance among incidents would do ({low} to {high}).",
    "rough": "Twelve incidents are few. Of simulated people who learnt nothing, nine in ten came out less than {spread} points apart from one form to the other.",
    "authors": "The key is the authors'; no panel has met about it.",
    # The two forms side by side
    "nobody": "Unknown. Nobody has handed over a sitting.",
    "unknown": "Unknown. Form A was sat by {a} and form B by {b} people before the course; the question needs {needed} for each.",
    "no_answer": "The figures are no answer.",
    "figures": "Form B minus form A is {difference} points of 100 ({level} interval {low} to {high}, margin ±{margin}); the spreads stand at {ratio} to one ({from} to {to}, accepted {least} to {most}).",
    "unknown_verdict": "unknown", "shown_verdict": "shown", "not_shown_verdict": "not shown",
    "parallel": "Equal means and equal spreads, within the margins.",
    "not_parallel": "Not shown to be parallel.",
    "so": "Compare people only in the order in which half sat each form first, and look for the incidents that are too easy or too hard.",
    # A group
    "same": "{file}: the same learner as {other}, which holds at least as much; that one counts.",
    "few": "Not shown: it needs {needed} people who sat and consented; there are {there}.",
    "consent": "Not shown: below {open} people it needs everybody's consent, and {without} of {handed} did not give it.",
    "quarter": "The {people} of {n} people who scored lowest before the course gained {gain} points of 100 in judgement ({low} to {high}).",
    "group": "The whole group gained {group}. On top of that, about {regression} would be expected from regression to the mean alone: whoever is chosen for a low score had bad luck among other things, and luck does not repeat. Only a comparison group tells the rest apart.",
    "harm": "Their over-inference changed by {change} points ({low} to {high}); a rise would be a harm.",
})  # fmt: skip
