"""Names and messages from the hand-made lists below ``data``: which names a market draws from, and how a name is written.
No name comes from anywhere else: a list that is missing is an error, never a fallback."""

from __future__ import annotations

import os
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from rapport.content import ContentError, parse_yaml, read_text

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


def _stored(path: Path) -> dict[str, Any]:
    return parse_yaml(read_text(path), path).data


@lru_cache(maxsize=None)
def name_lists() -> dict[str, Names]:
    """Every name list by its key."""
    lists = {}
    for path in sorted(data_folder("names").glob("*.yaml")):
        if path.stem == "mixtures":
            continue
        stored = _stored(path)
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
    for market, parts in _stored(path).items():
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
        themes = _stored(data_folder("aurora/wording") / f"{language}.yaml")["themes"]
        found[language] = {theme: tuple(texts) for theme, texts in themes.items()}
    return found


@lru_cache(maxsize=None)
def _ascii(text: str) -> str:
    kept = unicodedata.normalize("NFKD", text.replace("ł", "l").replace("ı", "i").replace("ø", "o"))
    return "".join(letter for letter in kept.lower() if letter.isascii() and letter.isalnum()) or "x"


@lru_cache(maxsize=None)
def _flat() -> dict[str, np.ndarray]:
    """All lists one behind the other, so that one look-up serves every row: parts by form, and where each list begins.

    ``given``, ``surname``, ``given_first`` and ``surname_first`` are (2, entries) object, native and in Latin letters; ``given_at``, ``given_n``, ``surname_at``
    and ``surname_n`` are (lists, 2) int64 by list and gender.
    """
    lists = list(name_lists().values())
    flat: dict[str, np.ndarray] = {}
    for part in ("given", "surname"):
        entries = [getattr(names, part)[sex] for names in lists for sex in (0, 1)]
        counts = np.array([len(native) for native, _ in entries])
        flat[part] = np.array([np.concatenate([forms[form] for forms in entries]) for form in (0, 1)], dtype=object)
        flat[f"{part}_n"] = counts.reshape(-1, 2)
        flat[f"{part}_at"] = (np.cumsum(counts) - counts).reshape(-1, 2)
        flat[f"{part}_mail"] = np.array([_ascii(text) for text in flat[part][1]], dtype=object)
    flat["turned"] = np.array([names.surname_first for names in lists])
    # Japanese is written with a space where the parts must be told apart; Chinese and Korean without.
    gaps = np.array(["" if names.script in ("Hans", "Kore") else " " for names in lists for _ in (0, 1)], dtype=object)
    for part in ("given", "surname"):  # with the gap behind it, for whichever part stands first
        flat[f"{part}_first"] = np.array([flat[part][0] + np.repeat(gaps, flat[f"{part}_n"].ravel()), flat[part][1] + " "], dtype=object)
    flat["script"] = np.array([names.script for names in lists], dtype=object)
    return flat


@lru_cache(maxsize=None)
def _homes(codes: tuple[str, ...]) -> np.ndarray:
    """(lists, markets) bool: the list is at home in the market."""
    return np.array([[code in names.home for code in codes] for names in name_lists().values()])


def write_names(
    market: np.ndarray, codes: tuple[str, ...], group: np.ndarray, gender: np.ndarray, pick: tuple[np.ndarray, np.ndarray], other_forms: bool = True
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
    other_forms : bool
        Whether to make the last three as well.

    Returns
    -------
    dict of (rows,) object
        ``name``, ``script`` (ISO 15924), ``latin``, ``swapped`` (parts exchanged), ``mail`` (the part before the @).
    """
    flat, native = _flat(), _homes(codes)[group, market]
    given, surname = (
        flat[f"{part}_at"][group, gender] + (each * flat[f"{part}_n"][group, gender]).astype(np.int64) for part, each in zip(("given", "surname"), pick)
    )
    form = np.where(native, 0, 1)
    turned = native & flat["turned"][group]
    back = np.where(turned, flat["given"][form, given], flat["surname"][form, surname])
    names = {"name": np.where(turned, flat["surname_first"][form, surname], flat["given_first"][form, given]) + back}
    names["script"] = np.where(native, flat["script"][group], "Latn")
    if other_forms:
        front = np.where(turned, flat["surname"][form, surname], flat["given"][form, given])
        names["latin"] = flat["given"][1][given] + " " + flat["surname"][1][surname]
        names["swapped"] = back + " " + front
        names["mail"] = flat["given_mail"][given] + "." + flat["surname_mail"][surname]
    return names
