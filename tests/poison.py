"""A course in which every text that an author, a translator or a table of one's own could write holds a known payload."""

import itertools
import json
import shutil
import tempfile
from functools import cache
from io import BytesIO
from pathlib import Path

import nbformat
import pandas as pd
import pytest
import tiny_course
import yaml
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from rapport import i18n
from rapport.content import ContentError
from rapport.handbook import moments, package, pages, parts, render
from rapport.i18n import catalogue, texts
from rapport.i18n.words import Words

ROOT = Path(__file__).resolve().parents[1]
STEM = "00_start_here"
LISTS = ("playbooks/index.md", "playbooks/about.md", "playbooks/accessibility.md", "playbooks/facilitator.md", "playbooks/moments.yaml", "playbooks/markets.yaml", "playbooks/paths.yaml")
ASSESSMENT = {"title", "incident", "text", "feedback", "says"}


def payloads() -> list[str]:
    """The list in ``payloads.txt``, its signs for line end, tab and NUL put in."""
    lines = (Path(__file__).parent / "payloads.txt").read_text(encoding="utf-8").splitlines()
    return [line.replace("\\n", "\n").replace("\\t", "\t").replace("\\0", "\0") for line in lines if line and not line.startswith("# ")]


nasty = st.lists(st.one_of(st.sampled_from(payloads()), st.text(max_size=12), st.sampled_from(list("<>\"'&`/=\\{}$*_[]()!|#\0\n\t ") + ["--", "]]>", "&lt;", "\ue000", "\ue001", "\\u003c"])), max_size=6).map("".join)
"""Texts made of payloads, odd signs and whatever else there is."""
steady = settings(derandomize=True, database=None, deadline=None, max_examples=150, suppress_health_check=list(HealthCheck))
"""The same examples each time, and nothing kept between runs."""


def made(make, *arguments):
    """What `make` gives; a text that it refuses by name is as safe as one that it shows."""
    try:
        return make(*arguments)
    except ContentError:
        return ""


def cleaned(html):
    return made(render.clean_output, html, lambda problem: ContentError(problem, "x.ipynb"))


class Poison:
    """A change of texts: each gets the next payload after it.

    Parameters
    ----------
    short : bool
        Put the payload in the place of the text, for what may have so many words only.
    braces, formulas : bool
        Whether payloads with ``{``, which places of numbers are written in, or ``$`` are among them.
    """

    def __init__(self, short: bool = False, braces: bool = True, formulas: bool = False):
        chosen = [each for each in payloads() if (braces or not set("{}") & set(each)) and (formulas or not each.startswith("$")) and not set("\0\n") & set(each)]
        self._next, self._count, self.short, self.put = itertools.cycle(chosen), itertools.count(), short, []

    def __call__(self, text: str, line: int = 1, where: str = "") -> str:
        payload = next(self._next)
        self.put.append(payload)
        return f"{f'Word {next(self._count)}' if self.short else text} {payload}"


def course(root: Path) -> Path:
    """Module 00, every list, the hunt, the assessment and the facts, all of them poisoned, in English and in Latvian."""
    for folder in ("notebooks", "exercises", "locales"):
        (root / folder).mkdir(parents=True)
    shutil.copytree(ROOT / "playbooks" / STEM, root / "playbooks" / STEM)
    for name in (*LISTS, f"exercises/{STEM}.yaml", f"exercises/{STEM}.py"):
        shutil.copy(ROOT / name, root / name)
    for name in ("hunts", "assessment", "data"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("aurora", "recovery"))
    for source in catalogue.sources(root):
        _poison(source)
    bank = root / "assessment" / "incidents.yaml"
    bank.write_text(_yaml(texts.tree(_read(bank), ASSESSMENT, _spare(Poison()))), encoding="utf-8")
    nbformat.write(notebook(), root / "notebooks" / f"{STEM}.ipynb")
    nbformat.write(_hunt(), root / "notebooks" / "localisation_bug_hunt.ipynb")
    translate(root, "lv")
    return root


def _spare(poison: Poison) -> Poison:
    """`poison` for a bank whose incidents have a fixed number of words, and whose options may not be told by their length."""

    def change(text: str, line: int = 1, where: str = "") -> str:
        if where.endswith(".text"):
            return f"{text}<img/src=x/onerror=window.ran=1>"
        made = poison("", line, where).strip()
        return f"{text.rsplit(' ', 1)[0]} {made.replace(' ', '' if '](' in made else '/')}"

    return change


def _read(path: Path):
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def _yaml(data) -> str:
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=10_000)


def _poison(source: catalogue.Source) -> None:
    path, kind = source.path, source.kind
    poison = Poison(braces=kind not in ("exercises", "scenario"))
    if kind == "facts":
        for each in sorted(path.glob("*.json")):
            stored = json.loads(each.read_text(encoding="utf-8"))
            each.write_text(json.dumps(texts.snapshot(stored, poison), ensure_ascii=False), encoding="utf-8")
    elif kind in texts.KEYS:
        path.write_text(_yaml(texts.tree(_read(path), texts.KEYS[kind], poison)), encoding="utf-8")
    elif kind in ("playbook", "page"):
        front, body, _ = catalogue.split_front(path.read_text(encoding="utf-8"))
        short = Poison(short=True)
        cards = texts.markdown(body, poison)
        start = 0
        while (at := cards.find("```card\n", start)) >= 0:
            end = cards.index("\n```", at + 8)
            card = _yaml(texts.tree(yaml.safe_load(cards[at + 8 : end]), texts.KEYS["card"], short))
            cards, start = f"{cards[: at + 8]}{card.rstrip()}{cards[end:]}", at + 8 + len(card)
        path.write_text(f"---\n{_yaml(texts.tree(yaml.safe_load(front), texts.KEYS['front'], poison))}---\n{cards}", encoding="utf-8")


def notebook():
    """Prose with every payload, and every kind of output that shows what somebody else wrote."""
    from rapport.metrics import own_data

    every = payloads()
    frame = pd.DataFrame({each: [other, f"{other}!"] for each, other in zip(every, reversed(every))})
    report = own_data.validate(pd.DataFrame({"customer_id": ["a"], "step": ["x"], **{each: [each] for each in every}}), "events")
    twice = own_data.validate(pd.DataFrame({"customer_id": every * 2, "start_day": every * 2, "market": every * 2}), "customers")
    show = [tiny_course.shown(each._repr_html_()) for each in (frame, report, twice)]
    text = "\n".join(every)
    return tiny_course.notebook(
        new_markdown_cell("# Title"),
        *(new_markdown_cell(f"## Part {number}\n\nText {each}\n\n- {each}\n\n| A | B |\n|---|---|\n| 1 | {each.replace('|', '')} |\n\n> **Mixed** {each}") for number, each in enumerate(every) if "$" not in each and "\0" not in each),
        new_code_cell("play()", metadata={"rapport": {"scenario": "sorry_what_did_you_say"}}),
        *show,
        new_code_cell(f"# {every[0]}\nprint('{every[0]}')", outputs=[new_output("stream", name="stdout", text=text)]),
        new_code_cell("it", outputs=[new_output("execute_result", data={"text/plain": text}, execution_count=1)]),
        *(new_code_cell("it", outputs=[new_output("display_data", data={"text/markdown": each})]) for each in every if "$" not in each),
        *(tiny_course.figure(each) for each in every if each.strip()),
    )


def _hunt():
    made = tiny_course.notebook(new_markdown_cell("# Hunt " + payloads()[0]), new_code_cell("hunt", metadata={"rapport": {"hunt": "localisation"}}))
    made.metadata["rapport"] = {"page": "reference"}
    return made


def translate(root: Path, lang: str) -> None:
    """A catalogue for each file, every text of it translated by itself with a payload after it."""
    from babel.messages.catalog import Catalog
    from babel.messages.pofile import write_po

    for source in catalogue.sources(root):
        poison = Poison(braces=source.kind not in ("exercises", "scenario"), short=source.kind == "playbook")
        made = Catalog(locale=lang)
        for text in catalogue.extract(source):
            made.add(text.words, string=poison(text.words))
        path = catalogue.po_path(source.path, root, lang)
        path.parent.mkdir(parents=True, exist_ok=True)
        out = BytesIO()
        write_po(out, made, width=0)
        path.write_bytes(out.getvalue())


def site(root: Path, lang: str, edition: str = "learner") -> list[pages.Page]:
    """All pages of a language; notebooks are taken as they are stored."""
    executed = {path: nbformat.read(path, 4) for path in sorted((root / "notebooks").glob("*.ipynb"))}
    with i18n.speaking(lang, marking=True):
        return parts.site(root, executed, edition)


def _poisoned_words(patch: pytest.MonkeyPatch) -> None:
    """Every word of the machinery itself gets a payload too, as a translator could write it."""
    poison, said = Poison(), Words.__getitem__
    patch.setattr(Words, "__getitem__", lambda self, key: poison(said(self, key)))


def _files(root: Path, lang: str, edition: str = "learner") -> dict[str, bytes]:
    made = site(root, lang, edition)
    pages.link_languages(made)
    return package.folder(made, package.FACILITATOR if edition == "facilitator" else (), {moments.CARD_SET: package.card_set(root, list(dict.fromkeys(["en", lang])))})


@cache
def sites() -> dict[str, dict[str, bytes]]:
    """Files of the poisoned course, each set checked: the learner's edition in English (``en``) and, with poisoned words, in Latvian (``lv``); the facilitator's."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        root = Path(folder).resolve() / "course"
        patch.setenv("RAPPORT_COURSE", str(root))
        course(root)
        found = {"en": _files(root, "en"), "facilitator": _files(root, "en", "facilitator")}
        _poisoned_words(patch)
        return found | {"lv": _files(root, "lv")}
