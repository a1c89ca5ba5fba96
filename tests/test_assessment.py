"""The situational-judgement test: the bank and its rules, scores by hand, draws, and simulated learners."""

import json
import math
import random
import re
from collections import Counter
from itertools import permutations
from pathlib import Path
from statistics import mean

import pytest

from rapport import assessment
from rapport.assessment import Answer, load, score_answer, score_sitting, simulated
from rapport.assessment.model import CUE, bank_path, chances, credited, form_minutes
from rapport.assessment.page import payload
from rapport.assessment.report import own_report
from rapport.assessment.scoring import CONFIDENCE, RANKINGS, SCALES, brier_table, reading_credit
from rapport.assessment.sitting import OCCASIONS, draw, draws, new_learner
from rapport.content import ContentError

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def bank():
    return load(ROOT)


# ---- the bank ----------------------------------------------------------------------------------------------------


def test_the_bank_holds_two_balanced_forms_and_a_reserve(bank):
    assert [len(bank.form(form)) for form in ("A", "B", "bank")] == [12, 12, 4]
    for key in ("market", "moment", "channel"):
        assert Counter(getattr(each, key) for each in bank.form("A")) == Counter(getattr(each, key) for each in bank.form("B"))
    assert all(25 <= form_minutes(bank.form(form)) <= 30 for form in "AB")


def test_where_the_guess_happens_to_fit_it_still_earns_nothing(bank):
    fitting = [each for each in bank.incidents if each.guess_fits]
    assert len(fitting) >= 4
    for incident in fitting:
        assert not any(credited(option) for option in incident.options if option.over_inference)


def test_no_simple_trick_beats_a_careful_learner(bank):
    """Picking by place or length, or taking whatever asks or promises a time."""
    tricks = {
        "first": lambda texts: 0,
        "last": lambda texts: len(texts) - 1,
        "longest": lambda texts: max(range(len(texts)), key=lambda place: len(texts[place])),
        "shortest": lambda texts: min(range(len(texts)), key=lambda place: len(texts[place])),
        "speaks in the first person": lambda texts: max(range(len(texts)), key=lambda place: texts[place].startswith("“")),
        "asks": lambda texts: max(range(len(texts)), key=lambda place: len(re.findall(r"\b[Aa]sk", texts[place]))),
        "names a time": lambda texts: max(range(len(texts)), key=lambda place: len(re.findall(r"\d|today|tonight|tomorrow|hour", texts[place]))),
    }
    for form in "AB":
        luck = random.Random(form)
        careful = mean(score_sitting(bank, simulated.sitting(bank.form(form), simulated.KINDS["careful"], luck))["judgement"] for _ in range(200))
        for name, trick in tricks.items():
            answers = []
            for incident in bank.form(form):
                first = trick([each.text for each in incident.readings])
                best = trick([each.text for each in incident.actions])
                ranking = "abc"[first] + "abc".replace("abc"[first], "")
                answers.append(Answer(incident.id, ranking, "abcd"[trick([each.text for each in incident.checks])], "abcd"[best], "abcd"[(best + 1) % 4], 3))
            assert score_sitting(bank, answers)["judgement"] < careful - 0.1, (form, name)


BROKEN = {
    "a nation as reason": ("She asked one thing twice. That was the sign:", "As a Japanese customer she asked twice. The sign:", r"the feedback names 'Japanese'"),
    "culture in a credited option": ("Ask him what he looks up in the manual,", "Ask about the culture of the house,", r"names 'culture'; the reason for credit"),
    "two best actions": ("{worth: 2, text: \"Send a thank-you with the brochure", "{worth: 3, text: \"Send a thank-you with the brochure", r"exactly one action has worth: 3"),
    "two good checks": ("{worth: 1, text: \"Ask whether she has any other", "{worth: 2, text: \"Ask whether she has any other", r"exactly one check has worth: 2"),
    "a guess that earns credit": ("{plausible: 1, over_inference: true, text: \"It is a no.", "{plausible: 3, over_inference: true, text: \"It is a no.", r"acts on nationality alone and earns credit"),
    "nothing to rank": ("{plausible: 1, over_inference: true, text: \"It is a no.", "{plausible: 4, over_inference: true, text: \"It is a no.", r"less than or equal to 3"),
    "an unknown market": ("market: JP\n    moment: first", "market: XX\n    moment: first", r"found market 'XX'"),
    "a short incident": ("At the end she thanks you and says she will look at it\n      with her brother, who keeps the books.", "", r"the incident has 5\d words; write 60 to 110"),
    "unequal channels": ("moment: first\n    channel: call", "moment: first\n    channel: email", r"the forms differ in channel: call 2 and 3, email 5 and 4"),
    "an id used twice": ("- id: best_price", "- id: ok_fine", r"the id 'ok_fine' is used 2 times"),
    "an unknown key": ("guess_fits: true", "guess_fit: true", r"unknown key"),
    "a text of the page is missing": ("  judgement: >-\n    The mean of the next three.\n", "", r"missing or unknown: judgement"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_fault_of_the_bank_is_named_with_its_line(what, tmp_path):
    find, put, problem = BROKEN[what]
    text = bank_path(ROOT).read_text(encoding="utf-8")
    assert find in text
    (tmp_path / "assessment").mkdir()
    bank_path(tmp_path).write_text(text.replace(find, put, 1), encoding="utf-8")
    with pytest.raises(ContentError, match=problem) as error:
        load(tmp_path)
    assert re.search(r"incidents\.yaml:\d+: \w+", str(error.value))


def test_a_right_answer_that_its_place_or_length_gives_away_is_refused(tmp_path):
    text = bank_path(ROOT).read_text(encoding="utf-8")

    def first(match):
        rows = match[2].splitlines()
        return match[1] + "\n".join(sorted(rows, key=lambda row: "worth: 3" not in row)) + "\n"

    (tmp_path / "assessment").mkdir()
    bank_path(tmp_path).write_text(re.sub(r"(    actions:\n)((?:      - .*\n)+)", first, text), encoding="utf-8")
    with pytest.raises(ContentError, match=r"form A: the best action stands at a in 12 incidents"):
        load(tmp_path)
    padded = re.sub(r'(\{worth: 3, text: ".*?)"\}', rf'\1 {"And then see to it. " * 12}"}}', text)
    bank_path(tmp_path).write_text(padded + "\n", encoding="utf-8")
    with pytest.raises(ContentError, match=r"form B: the best action is the longest in 12 incidents"):
        load(tmp_path)
    assert CUE < 6


# ---- scores by hand ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("plausible", "ranking", "credit"),
    [
        ([3, 2, 1], "abc", 1.0),
        ([3, 2, 1], "acb", 2 / 3),
        ([3, 2, 1], "bac", 2 / 3),
        ([3, 2, 1], "bca", 1 / 3),
        ([3, 2, 1], "cba", 0.0),
        ([3, 3, 1], "abc", 1.0),  # two equally good: either order of them
        ([3, 3, 1], "bac", 1.0),
        ([3, 3, 1], "acb", 0.5),
        ([3, 3, 1], "cab", 0.0),
        ([1, 3, 1], "bca", 1.0),
        ([1, 3, 1], "abc", 0.5),
    ],
)
def test_a_ranking_earns_the_share_of_pairs_put_right(plausible, ranking, credit):
    assert reading_credit(plausible, ranking) == pytest.approx(credit)


def test_an_answer_scored_by_hand(bank):
    incident = bank.incident("same_question_twice")
    # readings 1 (a guess), 3, 2; checks 1, 2, 0 (a guess), 0; actions: a guess (worst), 1, 3, 2
    assert [each.worth for each in incident.actions] == [0, 1, 3, 2] and chances(incident) == 3
    best = score_answer(incident, Answer(incident.id, "bca", "b", "c", "a", 5))
    assert (best["reading"], best["checking"], best["acting"], best["judgement"], best["taken"], best["right"]) == (1, 1, 1, 1, 0, True)
    assert best["brier"] == pytest.approx(0.05**2)
    guess = score_answer(incident, Answer(incident.id, "acb", "c", "a", "c", 4))
    assert (guess["reading"], guess["checking"], guess["acting"], guess["taken"], guess["chances"]) == (0, 0, 0, 3, 3)
    assert guess["brier"] == pytest.approx(0.64)
    partial = score_answer(incident, Answer(incident.id, "bac", "a", "d", "b", 1))
    assert partial["reading"] == pytest.approx(2 / 3)
    assert (partial["checking"], partial["acting"], partial["taken"]) == (0.5, 0.5, 0)
    assert partial["brier"] == pytest.approx(0.0625)


def test_a_sitting_is_the_mean_of_its_answers_and_over_inference_a_share_of_chances(bank):
    one, two = bank.incident("same_question_twice"), bank.incident("who_owns_this")
    answers = [Answer(one.id, "acb", "c", "a", "c", 4), Answer(two.id, "abc", "d", "b", "d", 5)]
    assert chances(two) == 2
    scores = score_sitting(bank, answers)
    assert scores["judgement"] == pytest.approx((0 + 1) / 2)
    assert (scores["taken"], scores["chances"], scores["over_inference"]) == (3, 5, pytest.approx(0.6))
    assert scores["brier"] == pytest.approx((0.64 + 0.0025) / 2)
    assert (scores["right"], scores["confidence"]) == (0.5, pytest.approx(0.875))


def test_stating_what_one_knows_is_the_best_policy_under_the_brier_score():
    for truth in CONFIDENCE:
        expected = [truth * right + (1 - truth) * wrong for wrong, right in brier_table()]
        assert min(range(len(CONFIDENCE)), key=expected.__getitem__) == CONFIDENCE.index(truth)


def test_every_possible_score_lies_between_nought_and_one(bank):
    for incident in bank.incidents:
        for ranking, check, (best, worst) in ((r, c, e) for r in RANKINGS for c in "abcd"[: len(incident.checks)] for e in permutations("abcd", 2)):
            scores = score_answer(incident, Answer(incident.id, ranking, check, best, worst, 3))
            assert all(0 <= scores[name] <= 1 for name in ("reading", "checking", "acting", "judgement", "brier"))
            assert 0 <= scores["taken"] <= scores["chances"]


@pytest.mark.parametrize(("field", "value"), [("ranking", "aab"), ("ranking", "ab"), ("check", "d"), ("check", "ab"), ("best", "e"), ("worst", "a"), ("sure", 6), ("sure", 0), ("sure", True)])
def test_an_answer_that_is_none_is_refused(bank, field, value):
    incident = bank.incident("eleven_points" if field != "check" else "we_will_tell_you")
    given = {"incident": incident.id, "ranking": "abc", "check": "a", "best": "a", "worst": "b", "sure": 3, field: value}
    with pytest.raises(ValueError, match=incident.id):
        score_answer(incident, Answer(**given))


# ---- draws -------------------------------------------------------------------------------------------------------


def test_which_form_comes_first_is_drawn_and_even(bank):
    luck = random.Random(1)
    first = Counter(draw(bank, new_learner(luck), "pre")[0] for _ in range(4000))
    assert abs(first["A"] - 2000) < 150
    assert Counter(row["pre"]["form"] for row in draws(bank)) == {"A": 8, "B": 8}


def test_a_learner_sits_both_forms_and_each_again(bank):
    learner = new_learner(random.Random(2))
    forms = {occasion: draw(bank, learner, occasion)[0] for occasion in OCCASIONS}
    assert forms["pre"] == forms["day30"] != forms["post"] == forms["day90"]
    for occasion in OCCASIONS:
        form, incidents = draw(bank, learner, occasion)
        assert sorted(each.id for each in incidents) == sorted(each.id for each in bank.form(form))
    assert draw(bank, learner, "pre")[1] != draw(bank, learner, "day30")[1]


@pytest.mark.parametrize(("learner", "occasion"), [("abc", "pre"), ("g" * 32, "pre"), ("0" * 32, "later"), ("0" * 32 + "\n", "pre")])
def test_a_draw_for_nobody_is_refused(bank, learner, occasion):
    with pytest.raises(ValueError, match="found"):
        draw(bank, learner, occasion)


# ---- simulated learners ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def seeds(bank):
    """Mean scores of twelve people of each kind, for each of forty seeds and both forms."""
    found = []
    for seed in range(40):
        for form in "AB":
            row = {}
            for kind, habit in simulated.KINDS.items():
                luck = random.Random(f"{seed} {kind}")
                sat = [score_sitting(bank, simulated.sitting(bank.form(form), habit, luck)) for _ in range(12)]
                row[kind] = {scale: mean(each[scale] for each in sat) for scale in SCALES}
            found.append(row)
    return found


def test_experts_beat_careful_people_beat_those_who_pick_at_random(seeds):
    for row in seeds:
        for scale in ("judgement", "reading", "checking", "acting"):
            assert row["expert"][scale] > row["careful"][scale] > row["random"][scale], scale


def test_guessers_by_nationality_come_out_worst_on_over_inference_and_never_beat_the_careful(seeds):
    for row in seeds:
        assert row["guesser"]["over_inference"] > 0.7
        assert row["guesser"]["over_inference"] > max(row[kind]["over_inference"] for kind in ("random", "careful", "expert")) + 0.3
        assert row["guesser"]["judgement"] < row["careful"]["judgement"] - 0.2
        assert row["guesser"]["judgement"] < row["random"]["judgement"] + 0.05


def test_knowing_only_which_options_are_unwelcome_is_not_judgement(seeds):
    for row in seeds:
        assert row["avoider"]["over_inference"] == 0
        assert row["random"]["judgement"] < row["avoider"]["judgement"] < row["careful"]["judgement"] - 0.1


def test_being_sure_of_guesses_costs_calibration(seeds):
    for row in seeds:
        assert row["expert"]["brier"] < row["careful"]["brier"] < row["guesser"]["brier"]


@pytest.mark.parametrize("out", [(), (1,), (0, 3)])
def test_a_place_is_drawn_by_worth_as_the_standard_library_draws_it(out):
    worths, one, other = (2, 0, 3, 1), random.Random(4), random.Random(4)
    left = [place for place in range(4) if place not in out]
    for sense in (0.0, 0.8, -2.5):
        weights = [math.exp(sense * worths[place]) for place in left]
        assert [simulated._weighed(worths, out, sense, one) for _ in range(500)] == [other.choices(left, weights)[0] for _ in range(500)]


def test_the_spread_told_to_learners_holds_nine_in_ten_who_learn_nothing(bank):
    told, luck = simulated.spread(bank), random.Random(9)
    apart = [abs(score_sitting(bank, simulated.sitting(bank.form("A"), simulated.KINDS["careful"], luck))["judgement"] - score_sitting(bank, simulated.sitting(bank.form("B"), simulated.KINDS["careful"], luck))["judgement"]) for _ in range(600)]
    assert 0.86 < mean(each <= told for each in apart) < 0.94


# ---- what a learner is told, what the page carries -------------------------------------------------------------


@pytest.fixture
def sat(bank):
    """A finished sitting of one learner, as a record keeps it."""
    luck = random.Random(3)
    learner = new_learner(luck)

    def sit(occasion, kind):
        form, incidents = draw(bank, learner, occasion)
        return {"occasion": occasion, "form": form, "answers": [vars(each) for each in simulated.sitting(incidents, simulated.KINDS[kind], luck)]}

    return sit


def test_a_learners_report_says_what_may_be_chance(bank, sat):
    assert own_report(bank, []) == ["You have not finished a sitting yet."]
    once = "\n".join(own_report(bank, [sat("pre", "careful")]))
    assert "Before: judgement" in once and "From the first" not in once and "no panel has met" in once
    unchanged = "\n".join(own_report(bank, [sat("pre", "careful"), sat("post", "careful")]))
    assert "On twelve incidents that may be chance" in unchanged
    learnt = "\n".join(own_report(bank, [sat("pre", "random"), sat("post", "expert")]))
    assert re.search(r"Judgement: \d+, then \d+; better by more than chance", learnt)


def test_the_key_is_not_to_be_read_in_the_page(bank):
    page = str(assessment.page.render(bank))
    for incident in bank.form("A"):
        assert incident.actions[0].text[:40] in page.replace("\\u003c", "<")
        assert incident.feedback[:40] not in page
    assert "plausible" not in page and "over_inference\":true" not in page
    assert not re.search("worth|credit|over_inf", str(payload(bank)["incidents"]))


def test_the_same_payload_each_time(bank):
    assert payload(bank) == payload(load(ROOT))


# ---- in a notebook -----------------------------------------------------------------------------------------------


@pytest.fixture
def record(tmp_path, monkeypatch):
    from rapport import learner

    monkeypatch.setenv("RAPPORT_RECORD", str(tmp_path / "record.json"))
    return learner.open_record


def finished(bank, widget, occasion, seed=1):
    """The widget's state after its script has finished a sitting on `occasion`."""
    form, incidents = draw(bank, widget.state["learner"], occasion)
    answers = [vars(each) for each in simulated.sitting(incidents, simulated.KINDS["careful"], random.Random(seed))]
    sitting = {"occasion": occasion, "form": form, "answers": answers, "began": "2026-11-25T09:00:00Z", "ended": "2026-11-25T09:27:00Z"}
    return {**widget.state, "current": None, "sittings": [*widget.state["sittings"], sitting]}


def test_a_sitting_finished_in_a_notebook_is_kept_with_its_scores_and_comes_back(bank, record, capsys):
    from rapport.widgets import my_report, sit

    widget = sit(ROOT)
    assert re.fullmatch("[0-9a-f]{32}", widget.state["learner"]) and widget.state["sittings"] == []
    widget.state = {**widget.state, "current": {"occasion": "pre", "answers": []}}
    assert record().events("sitting") == []
    widget.state = finished(bank, widget, "pre")
    (kept,) = record().events("sitting")
    assert kept["scores"]["judgement"] == pytest.approx(score_sitting(bank, [Answer(**each) for each in kept["answers"]])["judgement"])
    assert (kept["occasion"], kept["form"], kept["bank"]) == ("pre", draw(bank, widget.state["learner"], "pre")[0], bank.version)
    again = sit(ROOT)
    assert again.state["learner"] == widget.state["learner"]
    assert again.state["sittings"] == widget.state["sittings"]
    again.state = finished(bank, again, "post", 2)
    assert [each["occasion"] for each in record().events("sitting")] == ["pre", "post"]
    my_report(ROOT)
    assert "From the first sitting (before) to the latest (after):" in capsys.readouterr().out


def test_a_sitting_that_another_number_drew_is_kept_and_not_gone_on_with(bank, record):
    """A record taken in from a browser brings sittings whose draw hangs on the browser's own number."""
    from rapport.widgets import sit

    own = sit(ROOT).state["learner"]
    other = next(own[:-1] + digit for digit in "0123456789abcdef" if draw(bank, own[:-1] + digit, "pre")[0] != draw(bank, own, "pre")[0])
    form, incidents = draw(bank, other, "pre")
    answers = [vars(each) for each in simulated.sitting(incidents, simulated.KINDS["careful"], random.Random(1))]
    record().add("sitting", bank=bank.version, occasion="pre", form=form, answers=answers, began="2026-11-25T09:00:00Z", ended="2026-11-25T09:27:00Z", scores={})
    assert sit(ROOT).state["sittings"] == [] and len(record().events("sitting")) == 1


def test_a_sitting_of_an_earlier_bank_is_not_laid_beside_todays(bank, record):
    from rapport.widgets import sit

    widget = sit(ROOT)
    widget.state = finished(bank, widget, "pre")
    changed = bank.model_copy(update={"version": bank.version + 1})
    from rapport.widgets.assessment import _sittings

    assert len(_sittings(bank, record())) == 1 and _sittings(changed, record()) == []


def test_the_check_reports_the_balance(bank, capsys):
    from rapport.cli.check import _assessment

    lines = list(_assessment(ROOT))
    assert lines[0] == "28 incidents" and [line.split(":")[0].strip() for line in lines[1:]] == ["form A", "form B", "reserve"]
    assert list(_assessment(ROOT / "tests")) == []


@pytest.mark.parametrize("lang", ["gu", "lv"])
def test_in_other_languages_all_but_the_incidents_is_translated_and_the_page_says_so(lang):
    from rapport import i18n
    from rapport.handbook import pages, parts
    from rapport.i18n.leftovers import leftovers, leftovers_in_page

    with i18n.speaking(lang, marking=True):
        made = {page.name: page for page in parts.site(ROOT, {})}
    html = pages.html_in(lang, made["assessment"], policy="", assets="", scripts="")
    data = json.loads(re.search(r'<rapport-assessment level="2"><script type="application/json">(.*?)</script>', html, re.DOTALL)[1])
    assert data["lang"] == lang and data["incidents"].keys() == payload(load(ROOT))["incidents"].keys()
    assert not [found for text in data["says"].values() for found in leftovers(text, lang)]
    words = json.loads(re.search(r'id="rapport-words"[^>]*>(.*?)</script>', html, re.DOTALL)[1])["assessment"]
    assert not [found for text in words.values() for found in leftovers(text.replace("\u00ad", ""), lang)]
    assert data["says"]["english"] in html.replace("\u00ad", "").replace("\u00a0", " ")
    body = re.sub(r'<script type="application/json">.*?</script>', "", html, flags=re.DOTALL)
    assert leftovers_in_page(body, lang) == [] and i18n.OPEN not in html


@pytest.mark.parametrize("lang", ["gu", "lv"])
def test_what_is_said_of_scores_and_of_a_group_is_in_the_reader_s_language(bank, lang, sat):
    from rapport import i18n
    from rapport.assessment import cohort, parallel
    from rapport.i18n.leftovers import leftovers

    with i18n.speaking(lang):
        told = own_report(bank, []) + own_report(bank, [sat("pre", "random"), sat("post", "expert"), sat("day30", "careful")]) + own_report(bank, [sat("pre", "expert"), sat("post", "random")])
        for people, harder in ((9, 0), (48, 0), (400, 0), (400, 0.5)):
            group = simulated.cohort(bank, people, seed=7, harder=harder)
            found = parallel.compare(cohort.sittings_frame(bank, group), cohort.answers_frame(bank, group))
            told += [found if isinstance(found, str) else found.says]
            quarter = cohort.bottom_quarter(cohort.sittings_frame(bank, group), "post")
            told += [quarter if isinstance(quarter, str) else quarter.says]
        told += [cohort.withheld(9, 9, 10), cohort.withheld(20, 25, 10), parallel.compare(cohort.sittings_frame(bank, []), cohort.answers_frame(bank, []))]
    assert [(line, found.words) for line in told for found in leftovers(line, lang)] == []
    assert lang == "gu" or not re.search(r"\d\.\d", " ".join(told)), "a decimal point in Latvian"
