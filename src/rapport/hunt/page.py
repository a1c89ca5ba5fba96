"""A hunt as HTML: specimens readable without scripts, and what the script needs, with the key encoded.
Page and notebook show the same HTML; the script turns its pieces into buttons."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from babel import Locale
from markupsafe import Markup, escape

from rapport import i18n
from rapport.hunt.model import Hunt, Piece, Specimen
from rapport.hunt.scoring import tables
from rapport.hunt.words import WORDS, say
from rapport.i18n import unmarked
from rapport.markdown import inline

FORMAT = 1


def payload(hunt: Hunt) -> dict[str, Any]:
    """What the script needs besides the HTML.

    Returns
    -------
    dict
        ``format``, ``hunt``, ``hash`` of everything a sitting depends on; ``words`` in the reader's language and its ``decimal`` sign; ``key``: base64 of
        JSON with ``pieces`` (id → ``defect``, ``label`` of its kind, ``right``, ``why``, ``needs``) and `scoring.tables`.
    """
    pieces = {
        each.id: {
            "defect": each.piece.defect, "label": unmarked(WORDS[each.piece.kind]), "right": each.piece.right, "why": unmarked(each.piece.why.strip()), "needs": each.piece.needs_language,
        }
        for each in hunt.pieces
    }  # fmt: skip
    key = {"pieces": pieces, **tables(hunt)}
    return {
        "format": FORMAT,
        "hunt": hunt.id,
        "hash": fingerprint(hunt),
        "words": {name: unmarked(text) for name, text in WORDS.items()} | {"rest_forms": _forms("rest")},
        "decimal": Locale.parse(i18n.language()).number_symbols["latn"]["decimal"],
        # Encoded, so that a glance at the source or a search of the page does not give the key away.
        "key": base64.b64encode(unmarked(json.dumps(key, ensure_ascii=False, sort_keys=True, separators=(",", ":"))).encode()).decode(),
    }


def _forms(name: str, most: int = 12) -> list[str]:
    """A counted sentence for 0, 1 … `most`, so that no plural rule lives in the browser."""
    return [unmarked(say(name, n=n)) for n in range(most + 1)]


def render(hunt: Hunt, level: int = 3) -> Markup:
    """The element with its specimens; headings are of `level`.

    Needs ``hunt.js`` (classic, deferred) and ``hunt.css`` of `rapport.web` on the page.
    """
    shown = Markup("\n").join(_specimen(hunt, number, specimen, level) for number, specimen in enumerate(hunt.specimens, 1))
    data = Markup(json.dumps(payload(hunt), ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"))
    return Markup(
        '<rapport-hunt data-hunt="{id}" level="{level}">\n<script type="application/json">{data}</script>\n<p class="hunt-offline">{no_script}</p>\n<div class="hunt-specimens">\n{shown}\n</div>\n</rapport-hunt>'
    ).format(id=hunt.id, level=level, data=data, no_script=WORDS["no_script"], shown=shown)


def _specimen(hunt: Hunt, number: int, specimen: Specimen, level: int) -> Markup:
    name = f"hunt-{hunt.id}-{specimen.id}"
    heading = Markup('<h{level} id="{name}">{number}. {title} <span class="hunt-lang">{language}</span></h{level}>').format(
        level=level, name=name, number=number, title=Markup(inline(specimen.title)), language=WORDS[specimen.lang]
    )
    original = Markup("").join(Markup("<p>{}</p>").format(line) for line in specimen.original)
    text = Markup("").join(Markup("<p>{}</p>").format(Markup("").join(_part(specimen, part) for part in specimen.parts(line))) for line in specimen.lines)
    label = WORDS["holds" if specimen.lang == i18n.SOURCE else "original"]
    return Markup(
        '<section class="hunt-specimen" data-specimen="{id}" data-look="{look}" aria-labelledby="{name}">\n{heading}\n<div class="hunt-pair">\n'
        '<div class="hunt-original"><p class="hunt-label">{label}</p><div lang="en">{original}</div></div>\n'
        '<div class="hunt-side"><p class="hunt-label">{text_in}</p><div class="hunt-text" lang="{lang}" dir="ltr">{text}</div></div>\n</div>\n'
        '<p class="hunt-fact"><strong>{fact}.</strong> {says}</p>\n</section>'
    ).format(
        id=specimen.id, look=specimen.look, name=name, heading=heading, label=label, original=original, text_in=say("text_in", language=WORDS[specimen.lang]), lang=specimen.lang,
        text=text, fact=WORDS["fact"], says=Markup(inline(specimen.fact.strip())),
    )  # fmt: skip


def _part(specimen: Specimen, part: str | tuple[str, Piece]) -> Markup:
    if isinstance(part, str):
        return escape(part)
    name, piece = part
    box = Markup(' class="hunt-box"') if piece.box else ""
    return Markup('<span data-piece="{}.{}"{}>{}</span>').format(specimen.id, name, box, piece.text)


# ---- The facilitator's key --------------------------------------------------------------------------------------


def key_html(hunt: Hunt) -> Markup:
    """The key to print: each specimen with its defects, what is right and why, and its sound pieces by their words."""
    defects = sum(each.piece.defect for each in hunt.pieces)
    sections = []
    for number, specimen in enumerate(hunt.specimens, 1):
        rows = Markup("").join(
            Markup('<li><span lang="{lang}">{text}</span> → <span lang="{lang}">{right}</span>{star} <em>{kind}.</em> {why}</li>').format(
                lang=specimen.lang, text=_isolated(piece.text), right=_isolated(piece.right), star=" *" if piece.needs_language else "", kind=WORDS[piece.kind], why=Markup(inline(piece.why.strip()))
            )
            for piece in specimen.pieces.values()
            if piece.defect
        )
        sound = Markup(" · ").join(
            Markup('<span lang="{}">{}</span>{}').format(specimen.lang, _isolated(piece.text), " *" if piece.needs_language else "") for piece in specimen.pieces.values() if not piece.defect
        )
        sections.append(
            Markup('<section class="hunt-key"><h2>{}. {} ({})</h2><ul>{}</ul><p>{} {}</p></section>').format(
                number, Markup(inline(specimen.title)), WORDS[specimen.lang], rows, WORDS["key_sound"], sound
            )
        )
    lead = say("key_lead", defects=defects, sound=len(hunt.pieces) - defects)
    return Markup('<p class="lead">{}</p><div class="hunt-keys">{}</div>').format(lead, Markup("").join(sections))


def _isolated(text: str) -> Markup:
    """A piece in a sentence of another language: set apart, so that its own direction disturbs nothing around it, but shown from left to right as in its text."""
    return Markup('<bdi dir="ltr">{}</bdi>').format(text)


def fingerprint(hunt: Hunt) -> str:
    """Short hash of everything a sitting depends on: pieces, texts, key."""
    told = [[each.id, each.piece.text, each.piece.right] for each in hunt.pieces]
    return hashlib.sha256(json.dumps([hunt.version, told], ensure_ascii=False).encode()).hexdigest()[:16]
