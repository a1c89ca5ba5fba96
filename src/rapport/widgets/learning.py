"""The learner's record in a notebook: who learns here, reviews that are due, the path, the statement, a text worth keeping.
Made of ipywidgets; nothing is written before a button is pressed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import ipywidgets
from markupsafe import escape

from rapport import study
from rapport.content import ContentError, course_root
from rapport.i18n.words import Words
from rapport.learner import Finding, Record, become, open_record, profiles, screen
from rapport.markdown import inline
from rapport.widgets.keys import KeyGuard

_WRAP = "<style>.rapport-options label{height:auto!important;white-space:normal;line-height:1.4;margin:.2rem 0}</style>"
KINDS = ("reflection", "goal")
WORDS = Words(__file__, {
    "instead": "Run this cell in JupyterLab.",
    # who learns here
    "me_instead": "Who learns here: run this cell in JupyterLab, or type: `rapport me`",
    "a_name": "a name, any name",
    "i_am": "I am",
    "i_am_name": "I am {name}",
    "someone_else": "I am someone else",
    "now": "From now on {name} learns here. Restart the notebook's kernel and run it again, so that its exercises are theirs too.",
    "you_are": "You are {name}.",
    "holds": "Your record holds:",
    "attempts": ("{n} attempt", "{n} attempts"),
    "cases": ("{n} case", "{n} cases"),
    "answers": ("{n} review answer", "{n} review answers"),
    "lies": "It lies in {path} and nowhere else.",
    # reviews
    "review_instead": "Reviews: run this cell in JupyterLab, or type: `rapport review`",
    "answer": "Answer",
    "choose": "Choose one first.",
    "next_question": "Next question",
    "done": "Done",
    "of": "{n} of {total}",
    # a text of one's own
    "keep_instead": "A text of your own: run this cell in JupyterLab.",
    "reflection": "Your incident, without anything by which the customer could be known",
    "goal": "Your goal: by when, what, in how many of your cases, how you will see it, who asks you about it",
    "stays": "It stays on this computer; you need not keep it at all.",
    "keep": "Keep it",
    "anyway": "Keep it as it is",
    "erase": "Erase what I kept here",
    "empty": "There is nothing in the field yet.",
    "not_kept": "Not kept yet.",
    "change_it": "Change what could tell who the customer is and press Keep it again, or keep it as it is if nobody can be known by it.",
    "looks_like_e-mail address": "“{text}” looks like an e-mail address.",
    "looks_like_telephone number": "“{text}” looks like a telephone number.",
    "looks_like_number": "“{text}” looks like a number.",
    "looks_like_name": "“{text}” looks like a name.",
    "kept": "Kept.",
    "erased": "Erased.",
    "kept_so_far": ("Kept here so far: {n} text.", "Kept here so far: {n} texts."),
    "no_kind": "found the kind {kind}; a text of one's own is one of {kinds}.",
})  # fmt: skip
say = WORDS.say


class _Box(ipywidgets.VBox):
    """A box that keeps its keys from JupyterLab's commands, and says something where there is no browser."""

    instead = "instead"  # key of what stands where there is no browser

    def __init__(self, *children: ipywidgets.Widget):
        self.said = _said()
        super().__init__([*children, self.said, KeyGuard()])

    def tell(self, *sentences: str, record: Record | None = None) -> None:
        """Show sentences below, with what the record has to say."""
        notices = list(record.notices) if record else []
        if record:
            record.notices.clear()
        self.said.value = f'<div role="status">{"".join(f"<p>{escape(each)}</p>" for each in (*sentences, *notices))}</div>'

    def __repr__(self) -> str:
        return WORDS[self.instead]


def _said() -> ipywidgets.HTML:
    return ipywidgets.HTML('<div role="status"></div>')


def _button(label: str, act: Callable[[], None]) -> ipywidgets.Button:
    button = ipywidgets.Button(description=label, layout=ipywidgets.Layout(width="auto"))
    button.on_click(lambda _: act())
    return button


class Me(_Box):
    """Who learns here and where the record lies; a button for each other learner, and a field for a new one."""

    instead = "me_instead"

    def __init__(self):
        self.about, self.others = ipywidgets.HTML(), ipywidgets.HBox(layout=ipywidgets.Layout(flex_flow="row wrap"))
        self.name = ipywidgets.Text(placeholder=WORDS["a_name"], description=WORDS["i_am"], layout=ipywidgets.Layout(width="20rem"))
        super().__init__(self.about, self.others, ipywidgets.HBox([self.name, _button(WORDS["someone_else"], lambda: self.become(self.name.value))]))
        self._show()

    def become(self, name: str) -> None:
        """From now on `name` learns here."""
        try:
            now = become(name)
        except ContentError as error:
            self.tell(str(error))
            return
        self.name.value = ""
        self._show()
        self.tell(say("now", name=now.name))

    def _show(self) -> None:
        record = open_record()
        counts = Counter(event["kind"] for event in record.events() if event["kind"] in ("attempt", "run", "review"))
        holds = ", ".join(say(key, n=counts[kind]) for key, kind in (("attempts", "attempt"), ("cases", "run"), ("answers", "review")))
        who = str(escape(say("you_are"))).replace("{name}", f"<strong>{escape(record.profile)}</strong>")
        where = str(escape(say("lies"))).replace("{path}", f"<code>{escape(str(record.path))}</code>")
        self.about.value = f"<p>{who} {escape(WORDS['holds'])} {escape(holds)}.<br>{where}</p>"
        self.others.children = [
            _button(say("i_am_name", name=each.name), lambda name=each.name: self.become(name)) for each in profiles() if each.path != record.path
        ]
        self.tell(record=record)


class Review(_Box):
    """Review questions one at a time: choose, answer, read why; make it with `review_due`."""

    instead = "review_instead"

    def __init__(self, record: Record, root: Path, module: str | None = None):
        self.record, self.root, self.module = record, root, module
        self.asked, self.waiting, self.right = 0, [], 0
        self.ask, self.options = ipywidgets.HTML(), ipywidgets.RadioButtons(layout=ipywidgets.Layout(width="auto", max_width="44rem"))
        self.options.add_class("rapport-options")
        # One button for both, so that whoever works with the keyboard keeps their place.
        self.go_on = _button(WORDS["answer"], lambda: self.follow() if self.options.disabled else self.answer())
        super().__init__(ipywidgets.HTML(_WRAP), self.ask, self.options, self.go_on)
        if module is not None and module not in study.begun(record, root):
            self.waiting = study.first(record, module, root)
        else:
            self.waiting = [each for each in study.due(record, root) if module in (None, each.module.stem)]
        self.total = len(self.waiting)
        self.follow()

    def answer(self) -> None:
        """Keep the chosen answer and show why."""
        if self.options.value is None:
            self.tell(WORDS["choose"])
            return
        each = self.waiting.pop(0)
        if not each.day:
            study.begin(self.record, each.module.stem)
        right = study.answer(self.record, each, self.options.value)
        self.right += right
        self.options.disabled = True
        self.go_on.description = WORDS["next_question" if self.waiting else "done"]
        told = [study.WORDS["right"] if right else study.WORDS.say("not_right", right=study.unmarked(each.question.right)), study.unmarked(each.question.because)]
        self.tell(*told, *([] if self.waiting else self._end()), record=self.record)

    def follow(self) -> None:
        """Show the next question, or what comes when."""
        if not self.waiting:
            self.ask.value = ""
            self.options.layout.display = self.go_on.layout.display = "none"
            self.tell(study.WORDS["nothing_due"], *self._ahead(), record=self.record)
            return
        each = self.waiting[0]
        self.asked += 1
        when = study.WORDS.say("day", n=each.day) if each.day else study.WORDS["first_time"]
        self.ask.value = f"<p><small>{escape(say('of', n=self.asked, total=self.total))} · {escape(each.module.title)} · {escape(when)}</small><br>{inline(each.question.ask)}</p>"
        self.options.options = [(study.unmarked(option), option) for option in each.question.options()]
        self.options.value, self.options.disabled = None, False
        self.go_on.description = WORDS["answer"]
        self.tell(record=self.record)

    def _end(self) -> list[str]:
        return [study.WORDS.say("score", right=self.right, n=self.total), *self._ahead()]

    def _ahead(self) -> list[str]:
        coming = [each for each in study.rounds(self.record, self.root) if not each.settled and self.module in (None, each.module.stem)]
        return [study.WORDS.say("next", title=coming[0].module.title, n=coming[0].day, date=study.written(coming[0].on))] if coming else []


class Keep(_Box):
    """A field for a text of one's own; looked through for what could tell who a customer is before it is kept."""

    instead = "keep_instead"

    def __init__(self, record: Record, kind: str, module: str | None, prompt: str, root: Path):
        self.record, self.kind, self.module, self.root = record, kind, module, root
        self.field = ipywidgets.Textarea(layout=ipywidgets.Layout(width="auto", max_width="44rem", height="9rem"))
        self.anyway = _button(WORDS["anyway"], lambda: self.keep(anyway=True))
        self.remove = _button(WORDS["erase"], self.erase)
        self.anyway.layout.display = "none"
        label = ipywidgets.HTML(f"<p>{escape(prompt)}. {escape(WORDS['stays'])}</p>")
        super().__init__(label, self.field, ipywidgets.HBox([_button(WORDS["keep"], self.keep), self.anyway, self.remove]))
        self._show()

    def keep(self, anyway: bool = False) -> list[Finding]:
        """Keep the text, unless something in it could tell who a customer is and `anyway` is not said; what was found."""
        text = self.field.value.strip()
        found = [] if anyway else screen(text, self.root)
        self.anyway.layout.display = "" if found else "none"
        if not text:
            self.tell(WORDS["empty"])
        elif found:
            listed = " ".join(say(f"looks_like_{each.kind}", text=each.text) for each in found)
            self.tell(f"{WORDS['not_kept']} {listed}", WORDS["change_it"])
        else:
            self.record.add(self.kind, text=text, **({"module": self.module} if self.module else {}))
            self.field.value = ""
            self._show(WORDS["kept"])
        return found

    def erase(self) -> None:
        """Forget every text of this kind and module."""
        self.record.erase(event["id"] for event in self._own())
        self._show(WORDS["erased"])

    def _own(self) -> list[dict]:
        return [event for event in self.record.events(self.kind) if event.get("module") == self.module]

    def _show(self, *said: str) -> None:
        kept = len(self._own())
        self.remove.layout.display = "" if kept else "none"
        self.tell(*said, *([say("kept_so_far", n=kept)] if kept else []), record=self.record)


def me() -> Me:
    """Who learns here, where the record lies, and “I am someone else”."""
    return Me()


def review_due(module: str | None = None, root: Path | None = None, record: Record | None = None) -> Review:
    """The review questions that are due, to answer one at a time.

    Parameters
    ----------
    module : str, optional
        Stem of a module: only its questions. Where its review has not begun, it begins with the first answer.
    root, record : optional
        Course folder and learner's record, where not the usual ones.

    Raises
    ------
    ContentError
        An unknown module; the message names those there are.
    """
    return Review(record or open_record(), root or course_root(), module)


def keep(kind: Literal["reflection", "goal"], module: str | None = None, prompt: str | None = None, root: Path | None = None, record: Record | None = None) -> Keep:
    """A field in which the learner may keep a text of their own.

    Parameters
    ----------
    kind : {"reflection", "goal"}
        An incident of their own, or a goal.
    module : str, optional
        Stem of the module it belongs to.
    prompt : str, optional
        What to write, where the usual prompt does not say it.
    root, record : optional
        Course folder and learner's record, where not the usual ones.

    Raises
    ------
    ContentError
        For another kind.
    """
    if kind not in KINDS:
        raise ContentError(say("no_kind", kind=repr(kind), kinds=", ".join(KINDS)))
    return Keep(record or open_record(), kind, module, prompt or WORDS[kind], root or course_root())


def path(role: str | None = None, root: Path | None = None) -> study.Path:
    """The way through the course for `role` (default: the one chosen before); naming one chooses it."""
    record = open_record()
    mine = study.path(record, root or course_root(), role)
    if role:
        record.set_role(role)
    return mine


def statement(name: str | None = None, root: Path | None = None) -> study.Statement:
    """What you did in the course, when and in which version; ``.text``, ``.markdown`` and ``.html`` are its faces."""
    return study.statement(open_record(), root or course_root(), name)
