"""Names and messages from the reviewed lists below ``data``: which names a market draws from, and how a name is written.
No name comes from anywhere else: a list that is missing is an error, never a fallback."""

from __future__ import annotations

import os
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import yaml

from rapport.content import ContentError, read_text

MESSAGE_LANGUAGES = ("en", "gu", "lv")


def data_folder(name: str) -> Path:
    """A folder below ``data`` of the course in ``RAPPORT_COURSE``, else of the checkout the package lies in."""
    named = os.environ.get("RAPPORT_COURSE")
    places = [Path(named)] if named else []
    places.append(Path(__file__).resolve().parents[4])
    for place in places:
        if (folder := place / "data" / name).is_dir():
            return folder
    raise ContentError(f"the folder data/{name} is missing; take it from the repository again, or set RAPPORT_COURSE.", places[0] / "data" / name)


@dataclass(frozen=True, eq=False)
class Names:
    """One list of names: parts as object arrays, index 0 native and 1 in Latin letters; ``[gender, form]`` for surnames too."""

    key: str
    language: str
    script: str
    home: tuple[str, ...]
    surname_first: bool
    given: tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]
    surname: tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]


def _forms(entries: list[str], gender: int) -> tuple[np.ndarray, np.ndarray]:
    native, latin = [], []
    for entry in entries:
        parts = [part.strip() for part in entry.split("=")]
        forms = [(part.split("/") * 2)[1 - gender] if "/" in part else part for part in parts]
        native.append(forms[0])
        latin.append(forms[-1])
    return np.array(native, dtype=object), np.array(latin, dtype=object)


@lru_cache(maxsize=None)
def name_lists() -> dict[str, Names]:
    """Every name list by its key."""
    lists = {}
    for path in sorted(data_folder("names").glob("*.yaml")):
        stored = yaml.safe_load(read_text(path))
        if path.stem == "mixtures":
            continue
        try:
            lists[path.stem] = Names(
                path.stem, stored["language"], stored["script"], tuple(stored["home"]), stored["order"] == "surname_first",
                (_forms(stored["given_f"], 1), _forms(stored["given_m"], 0)), (_forms(stored["surname"], 0), _forms(stored["surname"], 1)),
            )  # fmt: skip
        except KeyError as missing:
            raise ContentError(f"the key {missing} is missing; a name list has language, script, home, order, given_f, given_m and surname.", path) from None
    return lists


@lru_cache(maxsize=None)
def mixtures() -> dict[str, dict[str, float]]:
    """For each market the name lists it draws from and their shares, which sum to 1."""
    path, found = data_folder("names") / "mixtures.yaml", {}
    for market, parts in yaml.safe_load(read_text(path)).items():
        if unknown := [key for key in parts if key not in name_lists()]:
            raise ContentError(f"{market}: found {', '.join(unknown)}; there are lists for {', '.join(name_lists())}.", path)
        if sum(parts.values()) != 100:
            raise ContentError(f"{market}: the parts sum to {sum(parts.values())}; they must sum to 100.", path)
        found[market] = {key: part / 100 for key, part in parts.items()}
    return found


@lru_cache(maxsize=None)
def templates() -> dict[str, dict[str, tuple[str, ...]]]:
    """Message templates by language and theme."""
    found = {}
    for language in MESSAGE_LANGUAGES:
        stored = yaml.safe_load(read_text(data_folder("aurora/wording") / f"{language}.yaml"))
        found[language] = {theme: tuple(texts) for theme, texts in stored["themes"].items()}
    return found


@lru_cache(maxsize=None)
def _ascii(text: str) -> str:
    kept = unicodedata.normalize("NFKD", text.replace("ł", "l").replace("ı", "i").replace("ø", "o"))
    return "".join(letter for letter in kept.lower() if letter.isascii() and letter.isalnum()) or "x"


def write_names(
    market: np.ndarray, codes: tuple[str, ...], group: np.ndarray, gender: np.ndarray, pick: tuple[np.ndarray, np.ndarray]
) -> dict[str, np.ndarray]:
    """Names as they are written, and in the other ways in which a customer file may hold them.

    Parameters
    ----------
    market, group, gender : (rows,) int64
        Market (index into `codes`), name list (index into the sorted keys), gender of the forms of the name.
    codes : tuple of str
        Market codes.
    pick : two (rows,) float64
        In [0, 1): which given name and which surname.

    Returns
    -------
    dict of (rows,) object
        ``name``, ``script`` (ISO 15924), ``latin``, ``swapped`` (parts exchanged), ``mail`` (the part before the @).
    """
    n = len(market)
    out = {key: np.empty(n, dtype=object) for key in ("name", "script", "latin", "swapped", "mail")}
    for number, names in enumerate(name_lists().values()):
        home = np.isin(market, [codes.index(code) for code in names.home if code in codes])
        for sex in (0, 1):
            for native in (True, False):
                rows = np.flatnonzero((group == number) & (gender == sex) & (home == native))
                if not len(rows):
                    continue
                given, surname = (part[sex] for part in (names.given, names.surname))
                g, s = ((each[rows] * len(part[0])).astype(np.int64) for each, part in zip(pick, (given, surname)))
                first, last = given[1][g], surname[1][s]
                latin = first + " " + last
                form = 0 if native else 1
                parts = (surname[form][s], given[form][g]) if names.surname_first and native else (given[form][g], surname[form][s])
                gap = "" if names.script in ("Jpan", "Hans", "Kore") and native else " "
                if names.script == "Jpan" and native:
                    gap = " "  # written with a space where the parts must be told apart
                out["name"][rows] = parts[0] + gap + parts[1]
                out["swapped"][rows] = parts[1] + " " + parts[0]
                out["script"][rows] = names.script if native else "Latn"
                out["latin"][rows] = latin
                dotted = np.array([_ascii(text) for text in given[1]], dtype=object)[g] + "."
                out["mail"][rows] = dotted + np.array([_ascii(text) for text in surname[1]], dtype=object)[s]
    return out
