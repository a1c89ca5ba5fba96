"""The market sheets and the page of moments in three languages, as a folder of pages: the tiny course with the real lists and catalogues."""

import shutil
from pathlib import Path

import nbformat
import tiny_course

from rapport import i18n
from rapport.handbook import moments, package, pages, parts

ROOT = Path(__file__).resolve().parents[1]
LISTS = ("moments.yaml", "markets.yaml")


def course(root: Path) -> Path:
    """The tiny course whose cards name moments, with the lists of moments and questions and their translations."""
    tiny_course.make(root)
    playbook = root / "playbooks" / tiny_course.STEM / "playbook.md"
    text = playbook.read_text(encoding="utf-8")
    text = text.replace("outcomes: [1]\n```", "outcomes: [1]\nmoments: [complaint, waiting]\n```", 1).replace("outcomes: [1]\n```", "outcomes: [1]\nmoments: [waiting]\n```")
    playbook.write_text(text, encoding="utf-8")
    for name in LISTS:
        shutil.copy(ROOT / "playbooks" / name, root / "playbooks")
        for lang in ("gu", "lv"):
            (root / "locales" / lang / "playbooks").mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / "locales" / lang / "playbooks" / f"{name}.po", root / "locales" / lang / "playbooks")
    return root


def build(root: Path, langs=i18n.LANGUAGES) -> dict[str, bytes]:
    """Every file of the site by name; notebooks are taken as they are stored."""
    executed = {path: nbformat.read(path, 4) for path in (root / "notebooks").glob("*.ipynb")}
    made = []
    for lang in langs:
        with i18n.speaking(lang, marking=True):
            made += parts.site(root, executed)
    pages.link_languages(made)
    return package.folder(made, made={moments.CARD_SET: package.card_set(root, langs)})
