"""The sitting for a browser: what it shows, the draws, and every credit worked out beforehand, encoded.
`payload` is what page and notebook hand to the same script; `render` is the body of the page, readable without scripts."""

from __future__ import annotations

import base64
import json
from typing import Any

from markupsafe import Markup

from rapport import i18n
from rapport.assessment.model import Bank, form_minutes
from rapport.assessment.scoring import CONFIDENCE, brier_table, tables
from rapport.assessment.simulated import spread
from rapport.assessment.sitting import DAYS, EXPLAINED, FILE_FORMAT, FILE_KIND, OCCASIONS, draws
from rapport.assessment.words import STRINGS
from rapport.i18n.numbers import number
from rapport.markdown import inline

FORMAT = 1


def payload(bank: Bank) -> dict[str, Any]:
    """What the browser needs.

    Returns
    -------
    dict
        ``format``, ``version``, ``lang`` (of all but the incidents and their feedback, which are English); ``occasions`` (id, days after the course, explained or not); ``confidence`` (percentages);
        ``draws`` (see `sitting.draws`); ``incidents`` (id → title and texts, no key); ``says``; ``file`` (head of the file to
        hand over); ``key``: base64 of JSON with ``brier`` and, by incident, `scoring.tables` and ``feedback``.
    """
    shown = [incident for form in "AB" for incident in bank.form(form)]
    key = {"brier": brier_table(), "incidents": {incident.id: {**tables(incident), "feedback": incident.feedback.strip()} for incident in shown}}
    says = {name: text.strip() for name, text in bank.says.items()}
    says["rough"] = says["rough"].replace("{spread}", number(100 * spread(bank)))
    if i18n.language() != i18n.SOURCE:
        says["english"] = STRINGS["english"]
    return {
        "format": FORMAT,
        "version": bank.version,
        "lang": i18n.language(),
        "minutes": round(max(form_minutes(bank.form(form)) for form in "AB")),
        "occasions": [{"id": name, "days": DAYS.get(name, 0), "explained": name in EXPLAINED} for name in OCCASIONS],
        "confidence": [round(100 * p) for p in CONFIDENCE],
        "draws": draws(bank),
        "incidents": {
            incident.id: {
                "title": incident.title, "incident": incident.incident.strip(),
                "readings": [each.text for each in incident.readings], "checks": [each.text for each in incident.checks], "actions": [each.text for each in incident.actions],
            } for incident in shown
        },
        "says": says,
        "file": {"format": FILE_FORMAT, "kind": FILE_KIND, "version": bank.version},
        # Encoded, so that a glance at the source or a search of the page does not give the key away.
        "key": base64.b64encode(json.dumps(key, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()).decode(),
    }  # fmt: skip


def render(bank: Bank) -> Markup:
    """Body of the page: heading, lead, and the element that the script takes over.

    The incidents are English in every language of the handbook, and the page says so: a translation would be another test, whose
    scores mean something else until people have shown that they do not.

    Needs ``assessment.js`` (classic, deferred) and ``assessment.css`` of `rapport.web` on the page.
    """
    data = json.dumps(payload(bank), ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    english = Markup('<p class="note">{}</p>').format(STRINGS["english"]) if i18n.language() != i18n.SOURCE else ""
    return Markup(
        '<header class="opening"><h1 id="top">{title}</h1><p class="lead">{lead}</p></header>\n'
        '<rapport-assessment level="2"><script type="application/json">{data}</script>\n<p>{how}</p>{english}<p class="note">{no_script}</p></rapport-assessment>'
    ).format(data=Markup(data), english=english, **{name: Markup(inline(bank.says[name].strip())) for name in ("title", "lead", "how", "no_script")})
