"""Spelling of the English sources and of every settled translation, by Hunspell and the dictionaries of the system.
Names and words that a dictionary lacks stand in ``locales/<language>/words.txt``, each once somebody has read it in its sentence."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from rapport.i18n.leftovers import allowed, plain, words_file

FILE = "words.txt"
DICTIONARIES = {"en": "en_GB", "gu": "gu_IN", "lv": "lv_LV"}
INSTALL = "hunspell hunspell-en-gb hunspell-gu hunspell-lv"
"""Debian's packages of the program and the dictionaries."""
_WORDS = {
    "en": re.compile(r"[A-Za-z\u00c0-\u024f]+(?:[’'][A-Za-z\u00c0-\u024f]+)*"),  # a quoted word in another script is not English
    "gu": re.compile(r"[\u0a81-\u0ae3\u200c\u200d]+"),
    "lv": re.compile(r"[A-Za-z\u00c0-\u024f]+"),
}
# Debian's Gujarati dictionary is a list of words with few of their endings, and without a word that begins with પ; and Hunspell would split
# at vowel signs, which are marks and no letters, if it were not told.
_ENDINGS = {"en": ("'s",), "gu": tuple("એ ઓ ઓએ ઓના ઓની ઓનું ઓને ઓનો ઓમાં ઓથી થી ના નાં ની નું ને નો માં માંથી માંના માંની માંનું ય".split())}
_SIGNS = {"gu": "".join(map(chr, range(0x0A81, 0x0AE4))) + "\u200c\u200d"}


def missing(langs: Iterable[str] = tuple(DICTIONARIES)) -> list[str]:
    """What is not installed: the program, or dictionaries by name."""
    if shutil.which("hunspell") is None:
        return ["hunspell"]
    return [DICTIONARIES[lang] for lang in langs if lang not in _installed()]


@lru_cache
def _installed() -> dict[str, Path]:
    """Where the dictionaries are, without their endings; Hunspell itself knows the places of the system."""
    said = subprocess.run(["hunspell", "-D"], input="", capture_output=True, text=True, encoding="utf-8", check=False)
    paths = [Path(line.strip()) for line in f"{said.stderr}\n{said.stdout}".splitlines()]
    return {lang: path for lang, name in DICTIONARIES.items() for path in paths if path.name == name and path.with_suffix(".dic").exists()}


def unknown(texts: Iterable[str], lang: str, root: Path) -> dict[str, list[str]]:
    """Words of `texts` that neither the dictionary nor the course's lists have, each with the texts in which it stands.

    Parameters
    ----------
    texts : iterable of str
        Texts of the language `lang`; code, links' targets, addresses, placeholders and single letters are left aside.

    Raises
    ------
    CatalogueError
        For a broken list of words.
    RuntimeError
        When Hunspell does not answer.
    """
    where: dict[str, list[str]] = {}
    for text in texts:
        for word in _WORDS[lang].findall(plain(text)):
            if len(word) > 1:
                where.setdefault(word.replace("’", "'"), []).append(text)
    accepted = words_file(root, lang, FILE) | allowed(root, lang)
    endings = _ENDINGS.get(lang, ())
    stems = {word: {word, *(word.removesuffix(ending) for ending in endings)} - {""} for word in where}
    right = _right({stem for found in stems.values() for stem in found}, lang) | accepted | frozenset(endings)
    return {word: found for word, found in where.items() if not stems[word] & right and word.lower() not in accepted}


def _right(words: set[str], lang: str) -> set[str]:
    """Those of `words` that the dictionary has."""
    with tempfile.TemporaryDirectory() as folder:
        dictionary = _installed()[lang]
        if lang in _SIGNS:
            rules = dictionary.with_suffix(".aff").read_text(encoding="utf-8-sig")
            dictionary = Path(folder) / dictionary.name
            dictionary.with_suffix(".aff").write_text(f"{rules}\nWORDCHARS {_SIGNS[lang]}\n", encoding="utf-8")
            shutil.copyfile(_installed()[lang].with_suffix(".dic"), dictionary.with_suffix(".dic"))
        asked = "\n".join(sorted(words))
        said = subprocess.run(["hunspell", "-d", str(dictionary), "-i", "utf-8", "-l"], input=asked, capture_output=True, text=True, encoding="utf-8", check=False)
    if said.returncode:
        raise RuntimeError(f"hunspell -d {dictionary.name} failed: {said.stderr.strip()[:200]}")
    return words - set(said.stdout.split())
