"""What an editor looks for across the whole course: feedback that names no nation as a reason, sentences that can be read,
claims with badge, source and no size, sources that are all cited, outcomes that are practised and assessed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from rapport.content import ContentError, Document, course_root, module_stems, parse_yaml, raise_all, read_text, read_yaml
from rapport.playbooks import Playbook
from rapport.playbooks import load as load_playbook
from rapport.playbooks import playbook_path, session
from rapport.playbooks.bibliography import FILE, bibliography, cite

LANG = "en"
# Björnsson's LIX: mean words of a sentence + percentage of words longer than six letters; 20 is a children's book, 60 a statute.
LIX_OF_A_FILE = (12.0, 40.0)
LIX_OF_A_TEXT = 55.0  # of one text of at least so many words:
LONG_TEXT = 40
LONGEST_SENTENCE = 45  # words; a list within a sentence reaches this
MINUTES_OF_A_DECISION = (1.5, 4.0)

# Keys of a case or an exercise whose text tells somebody why something happened.
_FEEDBACK = {"feedback", "afterwards", "principle", "portrait", "says", "solution", "because", "hints", "epilogues"}
_PROSE = _FEEDBACK | {"text", "then", "scene", "setting", "question", "clues", "message", "opening"}
_SIZE = re.compile(r"\b(?:r|d|g|β|OR|η²?)\s*=\s*[−-]?\.?\d|\d[\d.]*\s?%|\bper ?cent\b|\b\d+(?:\.\d+)?\s+(?:points|times)\b", re.IGNORECASE)


class Allowed(BaseModel):
    """A passage in which a nation may be named, and why."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    phrase: Annotated[str, Field(min_length=3)]
    why: Annotated[str, Field(min_length=10)]


class _Nations(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    words: dict[Literal["en", "lv", "gu"], str]
    allowed: list[Allowed]


@dataclass(frozen=True)
class Passage:
    """A text of the course and where it stands."""

    path: Path
    line: int
    key: str
    text: str

    def error(self, problem: str) -> ContentError:
        return ContentError(problem, self.path, self.line, self.key)


@dataclass
class Links:
    """Where one outcome of a module is carried to work, practised and assessed: ids of cards, cases, exercises, review questions."""

    outcome: str
    plays: list[str] = field(default_factory=list)
    cases: list[str] = field(default_factory=list)
    exercises: list[str] = field(default_factory=list)
    reviews: list[str] = field(default_factory=list)


def check(root: Path | None = None) -> dict[str, int]:
    """Every check of this room; returns how much was read: ``passages`` of feedback, ``files`` of prose, ``outcomes``, ``sources``.

    Raises
    ------
    ContentErrors
        Every fault, with file, line and key.
    """
    root = root or course_root()
    passages, files = list(feedback(root)), list(prose(root))
    links = {stem: outcome_links(stem, root) for stem in _finished(root)}
    faults = [*nation_faults(root, passages), *readability_faults(files), *claim_faults(root), *source_faults(root), *option_faults(root)]
    faults += [fault for stem in links for fault in link_faults(stem, links[stem], root)]
    raise_all(faults)
    return {"passages": len(passages), "files": len({passage.path for passage in files}), "outcomes": sum(map(len, links.values())), "sources": len(bibliography(root))}


# ---- Texts ------------------------------------------------------------------------------------------------------


def feedback(root: Path) -> Iterator[Passage]:
    """Whatever tells a learner why something happened: feedback of cases and exercises, reasons of review questions."""
    for document in _documents(root):
        yield from _under(document, _FEEDBACK)
    for stem in _written(root):
        book = load_playbook(stem, root)
        for number, item in enumerate(book.front.review):
            for which, question in (("because", item), ("twin.because", item.twin)):
                yield Passage(book.path, 1, f"review.{number}.{which}", question.because)


def prose(root: Path) -> Iterator[Passage]:
    """Running text of cases, exercises, playbooks and notebooks."""
    for document in _documents(root):
        yield from _under(document, _PROSE)
    for stem in _written(root):
        path = playbook_path(stem, root)
        book = load_playbook(stem, root)
        yield Passage(path, 1, "introduction", book.intro)
        for play in book.plays:
            card = play.card
            yield Passage(path, play.line, play.id, "\n\n".join([card.trigger, *card.steps, *card.words_to_try, *card.do_not, card.measure, card.monday, card.claim, card.limit]))
    for stem in _written(root):
        if plan := session.load(stem, root):
            told = plan.front.model_dump(exclude={"module"})
            yield Passage(plan.path, 1, "session", "\n\n".join([*_leaves(told), plan.notes]))
    for path, number, source in _markdown_cells(root):
        yield Passage(path, 1, f"cell {number}", source)


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _leaves(inner)


def _documents(root: Path, stems: Iterable[str] | None = None) -> Iterator[Document]:
    """Every case and exercise file of the modules `stems` (default: all)."""
    for stem in module_stems(root) if stems is None else stems:
        for path in [*sorted((root / "playbooks" / stem).glob("*.yaml")), root / "exercises" / f"{stem}.yaml"]:
            if path.exists():
                yield parse_yaml(read_text(path), path)


def _under(document: Document, wanted: set[str]) -> Iterator[Passage]:
    def walk(value: Any, keys: tuple[str | int, ...], inside: bool) -> Iterator[Passage]:
        if isinstance(value, str):
            if inside:
                yield Passage(document.path, document.line(*keys), ".".join(map(str, keys)), value)
        elif isinstance(value, dict):
            for key, inner in value.items():
                yield from walk(inner, (*keys, key), inside or key in wanted)
        elif isinstance(value, list):
            for index, inner in enumerate(value):
                yield from walk(inner, (*keys, index), inside)

    yield from walk(document.data, (), False)


def _written(root: Path) -> list[str]:
    return [stem for stem in module_stems(root) if playbook_path(stem, root).exists()]


def _finished(root: Path) -> list[str]:
    return [stem for stem in _written(root) if not load_playbook(stem, root).front.draft]


def _markdown_cells(root: Path) -> Iterator[tuple[Path, int, str]]:
    from rapport.lessons import cells, notebook_path

    for stem in _written(root):
        if (path := notebook_path(stem, root)).exists():
            yield from ((path, cell.number, cell.source) for cell in cells(path) if not cell.code)


# ---- Nations ----------------------------------------------------------------------------------------------------


def nation_faults(root: Path, passages: list[Passage], lang: str = LANG) -> Iterator[ContentError]:
    """Feedback that names a nation, a region or its people where ``data/editing/nations.yaml`` does not allow it."""
    path = root / "data" / "editing" / "nations.yaml"
    if not path.exists():
        return
    nations, document = read_yaml(path, _Nations)
    words = "|".join(map(re.escape, nations.words.get(lang, "").split()))
    # English words stand whole and in capitals; endings change elsewhere, so there a beginning is enough.
    pattern = re.compile(rf"\b(?:{words})(?:['’]s|['’])?\b" if lang == "en" else rf"(?<!\w)(?:{words})", 0 if lang == "en" else re.IGNORECASE)
    used: set[int] = set()
    for passage in passages:
        text = _flat(passage.text)
        for index, allowed in enumerate(nations.allowed):
            if _flat(allowed.phrase) in text:
                used.add(index)
                text = text.replace(_flat(allowed.phrase), " ")
        if words and (found := pattern.search(text)):
            yield passage.error(
                f"feedback names {found[0]!r}; it explains this customer by what was said or done, never by a nation. Write the sign instead, "
                "or list the passage with its reason under `allowed` in data/editing/nations.yaml."
            )
    for index in set(range(len(nations.allowed))) - used:
        yield document.error("no feedback holds this passage any more; remove the entry.", "allowed", index)


def _flat(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


# ---- Readability ------------------------------------------------------------------------------------------------


def lix(text: str) -> tuple[float, int, int]:
    """LIX of running text, its number of words, and the words of its longest sentence.

    LIX = words ÷ sentences + 100 × words longer than six letters ÷ words (C.-H. Björnsson, *Läsbarhet*, 1968). It counts
    letters and no syllables, so it serves every language that is written with an alphabet.
    """
    plain = re.sub(r"\$[^$]*\$|`[^`]*`|\]\([^)]*\)|^\|.*\|$|^#+ .*$", ". ", text, flags=re.MULTILINE)
    sentences = [_words(part) for part in re.split(r"(?<=[.!?…])[”’\"')*_]*\s+|\n\s*\n|\n[-*\d.>]+ |: ", plain)]
    sentences = [words for words in sentences if words]
    words = [word for sentence in sentences for word in sentence]
    if not words:
        return 0.0, 0, 0
    return len(words) / len(sentences) + 100 * sum(len(word) > 6 for word in words) / len(words), len(words), max(map(len, sentences))


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+(?:['’-][^\W\d_]+)*", text)


def readability_faults(passages: list[Passage]) -> Iterator[ContentError]:
    """Files and texts outside the range that a busy reader takes in at once, and sentences that go on too long."""
    by_file: dict[Path, list[str]] = {}
    for passage in passages:
        by_file.setdefault(passage.path, []).append(passage.text)
        value, words, longest = lix(passage.text)
        if longest > LONGEST_SENTENCE:
            yield passage.error(f"a sentence has {longest} words; a reader on a busy day takes in at most {LONGEST_SENTENCE}. Make two of it.")
        elif words >= LONG_TEXT and value > LIX_OF_A_TEXT:
            yield passage.error(f"the readability index (LIX) is {value:.0f}; at most {LIX_OF_A_TEXT:.0f}. Shorter sentences and plainer words bring it down.")
    low, high = LIX_OF_A_FILE
    for path, texts in by_file.items():
        value, words, _ = lix("\n\n".join(texts))
        if words >= 200 and not low <= value <= high:
            yield ContentError(f"the readability index (LIX) of its texts is {value:.0f}; between {low:.0f} and {high:.0f} is aimed at.", path)


# ---- Claims and sources -----------------------------------------------------------------------------------------


def claim_faults(root: Path) -> Iterator[ContentError]:
    """Claim boxes in notebooks and under cards: a known badge, a source or a date, a direction without its size."""
    from rapport.lessons import CLAIM, unsupported

    known = bibliography(root)
    for where, text in _boxed(root):
        for claim in CLAIM.finditer(text):
            badge, head = claim[1], claim[0][:60]
            yield from (where.error(problem) for problem in unsupported(claim, known))
            if badge == "Legal" and not (re.search(r"\b20\d\d\b", claim[0]) and re.search(r"ask\s+(?:your\s+)?counsel", claim[0], re.IGNORECASE)):
                yield where.error(f"the claim {head!r}… is law and needs a date and the words “ask counsel”.")
            if badge != "Legal" and (size := _SIZE.search(claim[0])):
                yield where.error(f"the claim {head!r}… gives a size ({size[0]!r}); a direction in our words is all that a source carries here.")
            if badge in ("Strong", "Mixed") and not re.search(r"\*(?:Limit|So|Less|Only|But)\b", claim[0]):
                yield where.error(f"the claim {head!r}… names no limit; end it with *Limit: …* (or *So: …* where it corrects what is said).")
    for stem in _written(root):
        book = load_playbook(stem, root)
        for play in book.plays:
            if play.card.badge != "legal" and (size := _SIZE.search(play.card.claim)):
                yield ContentError(f"the claim gives a size ({size[0]!r}); a direction in our words is all that a source carries here.", book.path, play.line, play.id)


def _boxed(root: Path) -> Iterator[tuple[Passage, str]]:
    for path, number, source in _markdown_cells(root):
        yield Passage(path, 1, f"cell {number}", source), source
    for stem in _written(root):
        book = load_playbook(stem, root)
        for play in book.plays:
            yield Passage(book.path, play.line, play.id, play.notes), play.notes


def source_faults(root: Path) -> Iterator[ContentError]:
    """Sources that nothing cites: no card, notebook, playbook or page, nor any further reading."""
    from rapport.lessons import notebook_path

    cited: set[str] = set()
    for stem in _written(root):
        book = load_playbook(stem, root)
        cited |= set(book.front.further) | {name for play in book.plays for name in [*play.card.sources, *cite(play.notes)]} | set(cite(book.intro))
        if (path := notebook_path(stem, root)).exists():
            cited |= set(cite(read_text(path)))
    for path in (root / "playbooks").glob("*.md"):
        cited |= set(cite(read_text(path)))
    for source in bibliography(root).values():
        if source.id not in cited:
            yield ContentError("nothing in the course cites this entry; cite it, list it under a playbook's `further`, or remove it.", root / FILE, source.line, source.id)


# ---- Options, outcomes ------------------------------------------------------------------------------------------


def option_faults(root: Path) -> Iterator[ContentError]:
    """Options of a choice that nothing is said about when they are chosen, and cases that take longer than they say."""
    from rapport.lessons import decisions

    for document in _documents(root):
        data = document.data if isinstance(document.data, dict) else {}
        for number, exercise in enumerate(data.get("exercises") or []):
            answer = exercise.get("answer") or {}
            if answer.get("kind") == "choice":
                mistakes = exercise.get("mistakes") or []
                told = {mistake.get("option") for mistake in mistakes}
                untold = [option["id"] for option in answer.get("options") or [] if option.get("id") not in told]
                # Where a mistake is computed, the book decides which option shows it; the checker then speaks of the step.
                if len(untold) > 1 and not any("compute" in mistake for mistake in mistakes):
                    yield document.error(f"nothing is said about some of {', '.join(untold)}; every wrong option has a mistake with a sentence.", "exercises", number, "answer", "options")
        if "decisions" in data and (longest := decisions(document.path)):
            low, high = (longest * minutes for minutes in MINUTES_OF_A_DECISION)
            if not low <= data.get("minutes", 0) <= high:
                yield document.error(f"declares {data.get('minutes')} minutes; {longest} decisions on its longest way suggest {low:.0f} to {high:.0f}.", "minutes")


def outcome_links(stem: str, root: Path, book: Playbook | None = None) -> list[Links]:
    """For each outcome of a module, what carries, practises and assesses it, in the order of the playbook (`book`, where it is loaded)."""
    book = book or load_playbook(stem, root)
    found = [Links(outcome) for outcome in book.front.outcomes]

    def note(kind: str, name: str, numbers: list[int]) -> None:
        for number in numbers:
            if 1 <= number <= len(found):
                getattr(found[number - 1], kind).append(name)

    for play in book.plays:
        note("plays", play.id, list(play.card.outcomes))
    for item in book.front.review:
        note("reviews", item.id, [item.outcome])
    for document in _of_module(stem, root):
        if "decisions" in document.data:
            note("cases", str(document.data.get("id")), list(document.data.get("outcomes") or []))
        for exercise in document.data.get("exercises") or []:
            note("exercises", str(exercise.get("id")), [exercise.get("outcome", 0)])
    return found


def _of_module(stem: str, root: Path) -> list[Document]:
    return [document for document in _documents(root, [stem]) if isinstance(document.data, dict)]


def link_faults(stem: str, links: list[Links], root: Path) -> Iterator[ContentError]:
    """Outcomes that nothing carries or assesses, and cards, cases and exercises that name an outcome there is not."""
    book = load_playbook(stem, root)
    for number, link in enumerate(links, 1):
        if not link.plays and not link.cases:
            yield ContentError("no play and no case serves this outcome; name its number under `outcomes` of one, or drop it.", book.path, key=f"outcomes.{number}")
        if not link.exercises and not link.reviews:
            yield ContentError("no exercise and no review question assesses this outcome; write one, or drop it.", book.path, key=f"outcomes.{number}")
    last = len(links)
    for play in book.plays:
        if bad := [number for number in play.card.outcomes if number > last]:
            yield ContentError(f"outcome {bad[0]} does not exist; there are {last}.", book.path, play.line, f"{play.id}.outcomes")
    for document in _of_module(stem, root):
        if "decisions" in document.data and (bad := [number for number in document.data.get("outcomes") or [] if number > last]):
            yield document.error(f"outcome {bad[0]} does not exist; there are {last}.", "outcomes")
        for index, exercise in enumerate(document.data.get("exercises") or []):
            if exercise.get("outcome", 0) > last:
                yield document.error(f"outcome {exercise['outcome']} does not exist; there are {last}.", "exercises", index, "outcome")
