"""The last hand on a finished page: what is still English marked as such, soft hyphens, and spaces at which no line may break.
Sources stay plain; only running text is touched, by the language of the element that it stands in."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from rapport import i18n

SOFT_HYPHEN, NO_BREAK = "\u00ad", "\u00a0"
SHORTEST = 8
"""Words with fewer letters are not divided."""
_PATTERNS = {"en": {"lang": "en_GB"}, "lv": {"lang": "lv_LV"}, "gu": {"filename": str(Path(__file__).parent / "patterns" / "hyph_gu.dic")}}
_AT_EDGE = {"en": (3, 3), "lv": (2, 3), "gu": (2, 2)}
"""Fewest letters before and after a hyphen; in Gujarati syllables."""
_NOT_BEFORE = {"lv": re.compile("[rlļmnņj][bcčdfgģhkķlļmnņprsštvzž]", re.IGNORECASE)}
"""No Latvian syllable begins like that, whatever the patterns say: četr-simt, not čet-rsimt."""
_JOINERS = "\u200c\u200d"
_WORD = re.compile(rf"[^\W\d_\u0a80-\u0aff]{{{SHORTEST},}}|[\u0a80-\u0aff{_JOINERS}]{{{SHORTEST},}}")
_TOKEN = re.compile(rf"&#?\w+;|[^\s&]{{{SHORTEST},}}")
"""What may have a word to divide in it; entities are passed over as wholes."""
_NO_PROSE = re.compile(r"[/@\\_{}=]|\w\.\w|\d")
"""What stands in addresses, file names, placeholders, codes and times, none of which is divided."""
_UNITS = {
    "en": r"per cent|percent|points?|minutes?|hours?|days?|weeks?|months?|years?|degrees?|euros?|a\.m\.|p\.m\.",
    "lv": r"procent\w*|punkt\w*|minūt\w*|stund\w*|dien\w*|nedēļ\w*|mēne\w*|gad\w*|grād\w*|eiro",
    "gu": r"(?:ટકા|પોઇન્ટ|મિનિટ|કલાક|દિવસ|અઠવાડિય|મહિન|વર્ષ|અંશ|યુરો)[\u0a80-\u0aff]*",
}
_SIGNS = r"%|‰|€|£|\$|₹|°C|km|kg|g|m|cm|mm|min|h|s|EUR|USD|GBP|INR"
_END = r"(?![\w\u0a80-\u0aff])"
# Each begins with the space, not with what is before it: so it is looked for at spaces alone.
_BREAKS = {lang: [(re.compile(rf"[ \n](?<=\d.)(?=(?:{_SIGNS}|{units}){_END})", re.DOTALL), NO_BREAK)] for lang, units in _UNITS.items()}
_BREAKS["lv"] += [(re.compile(r"[ \n](?<=\d\..)(?=[a-zāčēģīķļņšūž])", re.DOTALL), NO_BREAK), (re.compile(r"(?<![\w.])([A-ZĀČĒĢĪĶĻŅŠŪŽ]\.)[ \n](?=[A-ZĀČĒĢĪĶĻŅŠŪŽ][a-zāčēģīķļņšūž])"), rf"\1{NO_BREAK}")]


# ---- Words ------------------------------------------------------------------------------------------------------


def text(words: str, lang: str) -> str:
    """A text of `lang` with soft hyphens in long words and no-break spaces where the language wants them.

    Words with a digit, a slash or another sign of an address or a code in them stay whole. HTML entities are kept.
    """
    for pattern, joined in _BREAKS[lang]:
        words = pattern.sub(joined, words)

    def divided(token: re.Match[str]) -> str:
        return token[0] if token[0].startswith("&") or _NO_PROSE.search(token[0]) else _WORD.sub(lambda word: hyphenated(word[0], lang), token[0])

    return _TOKEN.sub(divided, words)


@lru_cache(maxsize=50_000)
def hyphenated(word: str, lang: str) -> str:
    """`word` with soft hyphens at the places where `lang` may divide it.

    Gujarati is divided between syllables as written: never before a vowel sign or another sign that stands on a letter,
    never within a conjunct. A word of another script than the language's is divided as English, or in Gujarati not at all.
    """
    gujarati = any("\u0a80" <= sign <= "\u0aff" for sign in word)
    if gujarati != (lang == "gu"):
        if gujarati:
            return word
        lang = "en"
    if word.isupper():
        return word
    first, last = _AT_EDGE[lang]
    starts = _syllables(word) if lang == "gu" else list(range(len(word)))
    if len(starts) <= first + last:
        return word
    allowed = set(starts[first : len(starts) - last + 1])
    if wrong := _NOT_BEFORE.get(lang):
        allowed -= {at for at in allowed if wrong.match(word, at)}
    places = [0, *(place for place in _patterns(lang).positions(word) if place in allowed), len(word)]
    return SOFT_HYPHEN.join(word[one:other] for one, other in zip(places, places[1:]))


def _syllables(word: str) -> list[int]:
    """Where a syllable begins: at a letter that no virama or joiner ties to the one before it."""
    return [at for at, sign in enumerate(word) if unicodedata.category(sign) == "Lo" and (at == 0 or word[at - 1] not in "\u0acd" + _JOINERS)]


@lru_cache
def _patterns(lang: str) -> Any:
    from pyphen import Pyphen

    return Pyphen(left=1, right=1, **_PATTERNS[lang])


# ---- Pages ------------------------------------------------------------------------------------------------------

_RAW = ("script", "style", "title", "textarea", "option", "select", "svg", "math", "pre", "code", "kbd", "samp")
# What stands in one of these may be megabytes of data: it is gone through from `<` to `<`, not sign by sign.
_PIECE = re.compile(rf"[^<]+|<!--.*?-->|<({'|'.join(_RAW)})\b[^>]*>[^<]*(?:<(?!/\1\s*>)[^<]*)*</\1\s*>|<[^>]*>|<", re.DOTALL | re.IGNORECASE)
_ESCAPED = re.compile(r"(?<!\\)((?:\\\\)*)\\ue00[01]")  # a sign as JSON writes it; a backslash of the text itself is doubled there
_ELEMENT = re.compile(r"<(/?)([a-zA-Z][\w-]*)")
_MARK = re.compile(f"([{i18n.OPEN}{i18n.CLOSE}])")
_MARKED = re.compile(f"{i18n.OPEN}(.*?){i18n.CLOSE}", re.DOTALL)
_FOR_THE_PROGRAM = re.compile(r"[a-z0-9_/@+,-]*")  # a name, such as first_words/act@flag
_LANG = re.compile(r'\slang="([a-z]+)')
_EMPTY = frozenset("area base br col embed hr img input link meta source track wbr".split())


def page(html: str, lang: str) -> str:
    """HTML set for reading: English marked with ``lang="en"``, soft hyphens and no-break spaces in the text between tags.

    Parameters
    ----------
    html : str
        A page or a part of one, well nested, with the signs of `i18n.OPEN` and `i18n.CLOSE` around what is still English.
    lang : str
        Language of what no element inside names another for.

    Returns
    -------
    str
        Attributes, code, formulas, pictures, lists to choose from and data blocks are as they were, but for those signs, which are gone.
    """
    return "".join(_set(html, lang))


def _set(html: str, lang: str) -> Iterator[str]:
    spoken, english = [("", lang)], False
    for match in _PIECE.finditer(html):
        piece = match[0]
        if match[1]:
            # a sentence may begin before a piece of code and end after it, and a mark may stand inside
            english = _left_open(piece, english) if match[1].lower() in ("code", "kbd", "samp", "math") else english
            piece = i18n.unmarked(piece)
            yield _ESCAPED.sub(r"\1", piece) if "\\ue00" in piece else piece
        elif piece[0] == "<":
            if (element := _ELEMENT.match(piece)) and element[2].lower() not in _EMPTY and not piece.endswith("/>"):
                _step(spoken, bool(element[1]), element[2].lower(), piece)
            yield i18n.unmarked(piece)
        else:
            for part in _MARK.split(piece):
                if part in (i18n.OPEN, i18n.CLOSE):
                    english = part == i18n.OPEN
                elif english and part.strip():
                    yield f'<span lang="en">{text(part, "en")}</span>'
                else:
                    yield text(part, spoken[-1][1])


def _step(spoken: list[tuple[str, str]], closing: bool, name: str, tag: str) -> None:
    """Keep the stack of open elements and their languages."""
    if not closing:
        named = _LANG.search(tag)
        spoken.append((name, named[1] if named and named[1] in i18n.LANGUAGES else spoken[-1][1]))
    elif spoken[-1][0] == name:
        spoken.pop()
    elif any(name == each for each, _ in spoken):
        while spoken.pop()[0] != name:
            pass


def _left_open(piece: str, before: bool) -> bool:
    at = max(piece.rfind(i18n.OPEN), piece.rfind(i18n.CLOSE))
    return before if at < 0 else piece[at] == i18n.OPEN


def data(value: Any, lang: str, keep: Callable[[str], bool] = lambda key: False) -> Any:
    """`value` (of JSON) with every text in it set as `text` does; English between its signs as English, without them.

    Parameters
    ----------
    value : dict, list, str or number
    lang : str
    keep : callable
        Says of a key whether what stands under it stays as it is.
    """
    if isinstance(value, dict):
        return {key: each if keep(key) else data(each, lang, keep) for key, each in value.items()}
    if isinstance(value, list):
        return [data(each, lang, keep) for each in value]
    if not isinstance(value, str) or _FOR_THE_PROGRAM.fullmatch(value):
        return value
    parts = _MARKED.split(value)
    return "".join(text(part, "en" if number % 2 else lang) for number, part in enumerate(parts))
