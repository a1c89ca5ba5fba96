"""What a playbook looks like in a notebook: one card, the review questions, the list of sources.
Each is a small object with an HTML face (classes only, no styles or scripts) and a plain-text face."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from markupsafe import escape

from rapport import i18n
from rapport.content import course_root, read_text
from rapport.i18n import collation
from rapport.i18n.words import Words
from rapport.markdown import LABELS as BADGES
from rapport.markdown import inline, to_html
from rapport.playbooks import Play, Question, front_matter, load
from rapport.playbooks.bibliography import Source, bibliography, cite


@dataclass(frozen=True)
class Shown:
    """Something to look at: HTML where there is a browser, text elsewhere."""

    html: str
    text: str

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return self.text


LABELS = Words(__file__, {
    "trigger": "When", "steps": "Steps", "words_to_try": "Words to try", "do_not": "Do not", "measure": "Measure",
    "monday": "On Monday", "limit": "Limit", "answer": "Show the answer", "right": "Right", "twin": "The same point, asked another way",
    "rests_on": "What this module rests on", "further": "Further reading",
})  # fmt: skip


def card(stem: str, name: str, root: Path | None = None) -> Shown:
    """A play card of module `stem`."""
    root = root or course_root()
    play = load(stem, root).play(name)
    return Shown(card_html(play, bibliography(root)), _card_text(play))


def card_html(play: Play, known: dict[str, Source], *, level: int = 3, anchor: str = "") -> str:
    """HTML of one card: a section with the card's id (or `anchor`, where cards of several modules meet); headings begin at `level`."""
    c = play.card
    listed = "".join(
        f'<h{level + 1}>{escape(LABELS[key])}</h{level + 1}><{tag} class="{key.replace("_", "-")}">{"".join(f"<li>{inline(item)}</li>" for item in items)}</{tag}>'
        for key, tag, items in (("steps", "ol", c.steps), ("words_to_try", "ul", c.words_to_try), ("do_not", "ul", c.do_not))
    )
    closing = "".join(f'<p class="{key}"><strong>{escape(LABELS[key])}</strong> {inline(getattr(c, key))}</p>' for key in ("measure", "monday"))
    sources = "; ".join(str(escape(known[name].short)) for name in c.sources)
    claim = (
        f'<div class="claim" role="note" data-badge="{c.badge}"><p><strong class="badge">{escape(BADGES[c.badge])}</strong> {inline(c.claim)}</p>'
        f'<p class="source">{sources + ". " if sources else ""}<em>{inline(c.limit)}</em></p></div>'
    )
    notes = f'<div class="notes">{to_html(play.notes, heading_offset=level)}</div>' if play.notes else ""
    return (
        f'<section class="play" id="{anchor or play.id}"><h{level}>{inline(play.title)}</h{level}>'
        f'<p class="trigger"><strong>{escape(LABELS["trigger"])}</strong> {inline(c.trigger)}</p>{listed}{notes}{closing}{claim}</section>'
    )


def _card_text(play: Play) -> str:
    c = play.card
    lines = [play.title.upper(), f"{LABELS['trigger']}: {c.trigger}", ""]
    lines += [f"{number}. {step}" for number, step in enumerate(c.steps, 1)]
    lines += ["", f"{LABELS['words_to_try']}:", *(f"  {words}" for words in c.words_to_try), f"{LABELS['do_not']}:", *(f"  {item}" for item in c.do_not)]
    lines += [f"{LABELS['measure']}: {c.measure}", f"{LABELS['monday']}: {c.monday}", f"[{c.badge}] {c.claim} {c.limit}"]
    return "\n".join(lines).replace("**", "")


def review(stem: str, root: Path | None = None) -> Shown:
    """The three review questions of a module, each with its twin; answers open on request."""
    items = front_matter(stem, root).review
    html = "".join(
        f'<li id="review-{item.id}">{question_html(item)}<details class="twin"><summary>{escape(LABELS["twin"])}</summary>{question_html(item.twin)}</details></li>'
        for item in items
    )
    text = "\n\n".join(f"{number}. {_question_text(item)}" for number, item in enumerate(items, 1))
    return Shown(f'<section class="review"><ol>{html}</ol></section>', text)


def question_html(question: Question) -> str:
    """HTML of a question, its options, and the answer behind a `details`."""
    options = "".join(f"<li>{inline(option)}</li>" for option in question.options())
    return (
        f'<p class="ask">{inline(question.ask)}</p><ul class="options">{options}</ul>'
        f"<details><summary>{escape(LABELS['answer'])}</summary><p><strong>{escape(LABELS['right'])}:</strong> {inline(question.right)}</p><p>{inline(question.because)}</p></details>"
    )


def _question_text(question: Question) -> str:
    return "\n".join([question.ask, *(f"   - {option}" for option in question.options())])


def sources(stem: str, root: Path | None = None) -> Shown:
    """The sources a module rests on, then its further reading."""
    root = root or course_root()
    used, further = module_sources(stem, root)
    html, text = "", []
    for title, group in ((LABELS["rests_on"], used), (LABELS["further"], further)):
        html += f'<h3>{escape(title)}</h3><ul class="sources">{"".join(source_html(source) for source in group)}</ul>'
        text += [title, *(f"- {source.text}" for source in group), ""]
    return Shown(f"<section>{html}</section>", "\n".join(text).strip())


def module_sources(stem: str, root: Path) -> tuple[list[Source], list[Source]]:
    """Sources named by cards or linked in the notebook, and those only listed as further reading; by author and year."""
    book, known = load(stem, root), bibliography(root)
    notebook = root / "notebooks" / f"{stem}.ipynb"
    linked = cite(read_text(notebook)) if notebook.exists() else []
    names = {name for play in book.plays for name in play.card.sources} | {name for name in linked if name in known}
    return _sorted(known, names), _sorted(known, set(book.front.further) - names)


def _sorted(known: dict[str, Source], names: Iterable[str]) -> list[Source]:
    return sorted((known[name] for name in names), key=lambda source: ([collation.key(name) for name in source.families], source.year))


def source_html(source: Source) -> str:
    """One entry of a list of sources, with the id that claims link to."""
    foreign = "" if i18n.language() == i18n.SOURCE else f' lang="{i18n.SOURCE}"'  # a reference is quoted as it was published
    return f'<li id="source-{source.id}"{foreign}>{source.html}</li>'
