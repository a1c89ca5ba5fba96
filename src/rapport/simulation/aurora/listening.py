"""What the firm is told and what it writes down: surveys with vignettes, the consent ledger, messages, the customer file.
Scores pass through each person's way of using a scale before anybody sees them."""

from __future__ import annotations

import numpy as np

from rapport.simulation.aurora.firm import CONSENT_CHANNELS, DAYS, TOPICS, YEAR_TWO, Aurora
from rapport.simulation.aurora.people import LANGUAGES, Folk
from rapport.simulation.aurora.policy import Policy
from rapport.simulation.aurora.trade import Columns
from rapport.simulation.aurora.wording import MESSAGE_LANGUAGES, templates
from rapport.simulation.luck import Luck

WAVES = (YEAR_TWO - 50, YEAR_TWO + 130)
DELAYS = (1, 7, 30)
SCALE_MIDDLE = 5.0
EVENTS = ("given", "withdrawn", "given_again", "objected")
SOURCES = ("order form", "telephone", "trade fair")
DEFECTS = ("none", "other_script", "parts_exchanged", "stale")


def surveys(firm: Aurora, folk: Folk, luck: Luck, policy: Policy) -> Columns:
    """Two waves of surveys, a row for everyone asked; who did not answer has −1 in the scores.

    A score is ``middle + stretch · (truth − middle) + style``, rounded and kept on its scale; the three vignettes are
    described cases whose truth is the same for everybody, so they show how a person uses the scale.
    """
    n, waves = folk.n, len(WAVES)
    who, wave = np.repeat(np.arange(n), waves), np.tile(np.arange(waves), n)
    m = n * waves
    delay = DELAYS.index(policy.survey_delay)
    true = folk.quality[who] + 0.5 * luck.normal("surveys.moment", m)
    distance = (folk.quality - firm.quality_mean) / firm.quality_between_people
    slope = np.array(firm.answered_by_quality)[folk.contract.astype(np.int64)]
    chance = np.clip((firm.answered_share + firm.answered_by_delay[delay] + slope * distance)[who], 0.02, 0.98)
    answered = luck.event("surveys.answered", chance)

    def marked(level: np.ndarray, low: int, high: int, scale: float) -> np.ndarray:
        styled = SCALE_MIDDLE + folk.stretch[who] * (level - SCALE_MIDDLE) + folk.style[who]
        return np.where(answered, np.clip(np.rint(low + styled * scale), low, high), -1).astype(np.int64)

    columns = {
        "who": who, "wave": wave + 1, "day": np.array(WAVES)[wave] + policy.survey_delay, "answered": answered,
        "csat": marked(true, 1, 5, 0.4), "recommend": marked(true + 0.3 * folk.advocacy[who], 0, 10, 1.0),
        "effort": np.where(answered, np.clip(np.rint(8 - 0.6 * true + 0.5 * luck.normal("surveys.effort", m)), 1, 7), -1).astype(np.int64),
        "chance": chance,
    }  # fmt: skip
    for number, level in enumerate(firm.vignettes, start=1):
        columns[f"vignette_{number}"] = marked(level + firm.vignette_noise * luck.normal(f"surveys.vignette_{number}", m), 0, 10, 1.0)
    return columns


def consent_ledger(folk: Folk, luck: Luck, stops: tuple[np.ndarray, np.ndarray]) -> Columns:
    """Events of the consent ledger, by customer and day; `stops` are (who, day) of those who had enough of a campaign."""
    n, channels = folk.n, len(CONSENT_CHANNELS)
    days = folk.consent.reshape(-1)
    rows = np.flatnonzero((days >= 0) & (days < DAYS))
    who = rows // (channels * 3)
    source = luck.index("consent.source", len(SOURCES), n)[who]
    event = rows % 3
    columns = [who, days[rows], rows // 3 % channels, event, np.where(event == 1, -1, source)]
    stopped, when = stops
    objected = [stopped, when, np.zeros(len(stopped), dtype=np.int64), np.full(len(stopped), 3), np.full(len(stopped), -1)]
    columns = [np.concatenate(pair) for pair in zip(columns, objected)]
    sort = np.lexsort((columns[3], columns[2], columns[1], columns[0]))
    return dict(zip(("who", "day", "channel", "event", "source"), (column[sort] for column in columns)))


def messages(folk: Folk, contact: Columns, numbers: np.ndarray) -> Columns:
    """What was written by those who write in a language that has templates: English, Gujarati or Latvian."""
    codes = np.array([MESSAGE_LANGUAGES.index(language) if language in MESSAGE_LANGUAGES else -1 for language in LANGUAGES])
    rows = np.flatnonzero(codes[folk.language[contact["who"]]] >= 0)
    language = codes[folk.language[contact["who"][rows]]]
    found = templates()
    texts = []
    for code, topic, pick, number in zip(language.tolist(), contact["topic"][rows].tolist(), contact["text"][rows].tolist(), contact["number"][rows].tolist()):
        bank = found[MESSAGE_LANGUAGES[code]][TOPICS[topic]]
        texts.append(bank[int(pick * len(bank))].replace("{n}", str(number)))
    return {"who": contact["who"][rows], "contact": numbers[rows], "language": language, "theme": contact["topic"][rows], "text": np.array(texts, dtype=object)}


def customer_file(firm: Aurora, folk: Folk, luck: Luck) -> Columns:
    """The customer file as salespeople keep it: a record for each customer, duplicates of some, and stale leads.

    Returns
    -------
    dict of (records,) arrays
        ``who`` (truth), ``record`` (1, 2 within a customer), ``defect`` (truth), ``name``, ``mail``, ``touched`` (day), ``place``
        (in the block's file: nothing that would give a duplicate away).
    """
    n, names = folk.n, folk.names
    foreign = names["script"] != "Latn"
    other = luck.event("file.other_script", np.where(foreign, min(1.0, firm.duplicate_script_share * 2), 0.0))  # only where there is another script
    parts = ~other & luck.event("file.parts", np.full(n, firm.duplicate_order_share))
    stale = luck.event("file.stale", np.full(n, firm.stale_share))
    fresh = DAYS - 1 - luck.index("file.touched", 300, n)
    old = -luck.index("file.untouched", 700, n)
    number = folk.first + 1 + np.arange(n)
    plain = names["mail"] + "." + np.array([str(each) for each in number.tolist()], dtype=object) + "@example.com"
    office = np.array([f"office.{each}@example.org" for each in luck.index("file.office", 900_000, n).tolist()], dtype=object)
    second = np.where(luck.event("file.same_mail", np.full(n, 0.5)), plain, office)  # half the duplicates share an address
    pieces = [(np.arange(n), np.ones(n, dtype=np.int64), np.where(stale, 3, 0), names["name"], plain, np.where(stale, old, fresh))]
    for which, defect, name in ((other, 1, names["latin"]), (parts, 2, names["swapped"])):
        rows = np.flatnonzero(which)
        touched = np.maximum(fresh[rows] - 40, 0)
        pieces.append((rows, np.full(len(rows), 2), np.full(len(rows), defect), name[rows], second[rows], touched))
    columns = [np.concatenate(column) for column in zip(*pieces)]
    # Records stand in the order in which somebody happened to enter them, within the block.
    sort = np.argsort(luck.uniform("file.order", 2 * n).reshape(2, n)[columns[1] - 1, columns[0]], kind="stable")
    return dict(zip(("who", "record", "defect", "name", "mail", "touched"), (column[sort] for column in columns))) | {"place": np.arange(len(sort))}
