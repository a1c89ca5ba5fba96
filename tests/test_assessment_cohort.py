"""A group's figures: files handed over (whole and damaged), who may be shown at which size, statistics, parallel forms."""

import json
import random
import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.weightstats import ttost_ind

from rapport.assessment import cohort, load, parallel, simulated
from rapport.assessment.sitting import HandedOver, draw, to_hand_over
from rapport.content import ContentError

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def bank():
    return load(ROOT)


@pytest.fixture(scope="module")
def fifty(bank):
    return simulated.cohort(bank, 50, 4)


def consent(people, yes):
    """The first `yes` people consent, the others do not."""
    return [person.model_copy(update={"consent": number < yes}) for number, person in enumerate(people)]


# ---- files -------------------------------------------------------------------------------------------------------


def write(folder, bank, person, name=None):
    path = folder / (name or f"{person.learner[:8]}.json")
    path.write_text(to_hand_over(bank, person.learner, person.consent, [each.model_dump() for each in person.sittings]), encoding="utf-8")
    return path


def test_files_are_read_back_as_they_were_handed_over(bank, fifty, tmp_path):
    for person in fifty[:5]:
        write(tmp_path, bank, person)
    handed = cohort.read_folder(bank, tmp_path)
    assert handed.set_aside == ()
    assert sorted(person.learner for person in handed.people) == sorted(person.learner for person in fifty[:5])
    assert {person.learner: person for person in handed.people} == {person.learner: person for person in fifty[:5]}


def spoil(**changes):
    return lambda data: data.update(changes)


def other_letter(data):
    data["sittings"][0]["answers"][3]["best"] = "e"


def named_answer(data):
    data["sittings"][0]["answers"][3]["name"] = "Anna"


def best_is_worst(data):
    data["sittings"][0]["answers"][3]["worst"] = data["sittings"][0]["answers"][3]["best"]


def short(data):
    data["sittings"][0]["answers"].pop()


def doubled(data):
    data["sittings"][0]["answers"][1] = data["sittings"][0]["answers"][0]


def other_form(data):
    data["sittings"][0]["form"] = "B" if data["sittings"][0]["form"] == "A" else "A"


def twice(data):
    data["sittings"].append(data["sittings"][0])


DAMAGED = {
    "another version of the bank": (spoil(version=99), "version 99; this bank is version 1"),
    "another format": (spoil(format=2), "is of format 2"),
    "another kind of file": (spoil(kind="notes"), "not a file of sittings"),
    "no id": (spoil(learner="Anna"), "found 'Anna'"),
    "consent that is neither": (spoil(consent="perhaps"), "consent: found 'perhaps'"),
    "an unknown key": (spoil(name="Anna"), "found 'Anna'"),
    "an unknown key of an answer": (named_answer, r"sittings.0.answers.3.name: found 'Anna'"),
    "an option that does not exist": (other_letter, r"sittings.0.answers.3: found best 'e'"),
    "best and worst alike": (best_is_worst, "two different letters"),
    "an answer missing": (short, "not those to form"),
    "an answer twice": (doubled, "not those to form"),
    "the other form": (other_form, "not those to form"),
    "an occasion twice": (twice, "'pre' was sat twice"),
}


@pytest.mark.parametrize("what", DAMAGED)
def test_a_damaged_file_is_set_aside_and_said_so(what, bank, fifty, tmp_path):
    spoiled, problem = DAMAGED[what]
    whole, path = write(tmp_path, bank, fifty[0]), write(tmp_path, bank, fifty[1], "damaged.json")
    data = json.loads(path.read_text(encoding="utf-8"))
    spoiled(data)
    path.write_text(json.dumps(data), encoding="utf-8")
    handed = cohort.read_folder(bank, tmp_path)
    assert [person.learner for person in handed.people] == [fifty[0].learner] and whole.exists()
    assert len(handed.set_aside) == 1 and "damaged.json" in handed.set_aside[0]
    assert re.search(problem, handed.set_aside[0])


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"7", b"\xff\xfe\x00", b"[" * 100_000, b'"' + b"x" * 1_100_000 + b'"'], ids=range(8))
def test_what_is_no_such_file_at_all_is_set_aside(content, bank, fifty, tmp_path):
    write(tmp_path, bank, fifty[0])
    (tmp_path / "strange.json").write_bytes(content)
    (tmp_path / "folder.json").mkdir()
    handed = cohort.read_folder(bank, tmp_path)
    assert len(handed.people) == 1 and len(handed.set_aside) == 2
    assert all("strange.json" in each or "folder.json" in each for each in handed.set_aside)


def test_an_empty_folder_is_an_error_that_says_what_to_do(bank, tmp_path):
    with pytest.raises(ContentError, match="holds no .json file; put the files"):
        cohort.read_folder(bank, tmp_path)


def test_of_two_files_of_one_learner_the_fuller_counts(bank, fifty, tmp_path):
    person = fifty[0]
    write(tmp_path, bank, person.model_copy(update={"sittings": person.sittings[:1]}), "early.json")
    write(tmp_path, bank, person, "late.json")
    handed = cohort.read_folder(bank, tmp_path)
    assert [len(each.sittings) for each in handed.people] == [2]
    assert len(handed.set_aside) == 1 and "early.json" in handed.set_aside[0]
    write(tmp_path, bank, person.model_copy(update={"consent": False}), "withdrawn.json")
    assert [each.consent for each in cohort.read_folder(bank, tmp_path).people] == [False]


# ---- who may be shown --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("handed", "consenting", "group", "items", "quarter"),
    [
        (9, 9, False, False, False),
        (10, 10, True, False, False),
        (10, 9, False, False, False),
        (11, 10, False, False, False),  # below 25 everybody's consent is needed
        (24, 24, True, False, False),
        (24, 23, False, False, False),
        (25, 25, True, True, False),
        (25, 24, False, False, False),
        (26, 25, True, True, False),  # from 25 who did not consent is left out
        (39, 39, True, True, False),
        (40, 40, True, True, True),
        (41, 40, True, True, True),
        (41, 39, True, True, False),
        (50, 9, False, False, False),
    ],
)
def test_nothing_is_shown_below_its_size_or_without_consent(bank, fifty, handed, consenting, group, items, quarter):
    people = consent(fifty[:handed], consenting)
    frame = cohort.sittings_frame(bank, people)
    gains, lowest = cohort.gains(frame), cohort.bottom_quarter(frame)
    assert isinstance(gains, pd.DataFrame) is group
    assert isinstance(lowest, cohort.Quarter) is quarter
    if group:
        assert set(gains["n"]) == {consenting}
    else:
        assert gains.startswith("Not shown: ")
    # everybody on one form, so that its size is the group's
    answers = cohort.answers_frame(bank, people).assign(form="A")
    report = cohort.item_report(answers, "A")
    assert isinstance(report, pd.DataFrame) is items
    assert isinstance(cohort.distractors(bank, answers, "A"), pd.DataFrame) is items
    if items:
        assert set(report["n"]) <= {consenting}


def test_who_did_not_consent_changes_no_figure(bank, fifty):
    with_them, without = consent(fifty, 40), consent(fifty[:40], 40)
    frames = [cohort.sittings_frame(bank, people) for people in (with_them, without)]
    pd.testing.assert_frame_equal(*map(cohort.gains, frames))
    assert cohort.bottom_quarter(frames[0]) == cohort.bottom_quarter(frames[1])


def test_who_sat_only_once_is_not_counted_in_a_gain(bank, fifty):
    people = [person.model_copy(update={"sittings": person.sittings[: 1 + (number < 12)]}) for number, person in enumerate(fifty)]
    frame = cohort.sittings_frame(bank, people)
    assert set(cohort.gains(frame)["n"]) == {12}
    assert cohort.gains(frame, "day30") == "Not shown: it needs 10 people who sat and consented; there are 0."


def test_no_figure_of_a_group_has_a_row_for_a_person(bank, fifty):
    frame, answers = cohort.sittings_frame(bank, fifty), cohort.answers_frame(bank, fifty)
    ids = {person.learner for person in fifty}
    for shown in (cohort.gains(frame), cohort.item_report(answers.assign(form="A"), "A"), cohort.distractors(bank, answers.assign(form="A"), "A")):
        assert not ids & set(shown.index.astype(str)) and "learner" not in shown.columns


def test_empty_input_is_withheld_and_no_crash(bank):
    frame, answers = cohort.sittings_frame(bank, []), cohort.answers_frame(bank, [])
    for told in (cohort.gains(frame), cohort.bottom_quarter(frame), cohort.item_report(answers, "A"), cohort.distractors(bank, answers, "B")):
        assert told.startswith("Not shown: ")
    assert parallel.compare(frame, answers).startswith("Unknown")


# ---- the figures themselves --------------------------------------------------------------------------------------


def test_a_gain_and_its_interval_by_hand():
    before, after = np.linspace(0.3, 0.8, 12), np.linspace(0.3, 0.8, 12) + np.tile([0.05, 0.15], 6)
    rows = [{"learner": f"{number}", "consent": True, "occasion": occasion, "form": "A", **dict.fromkeys(cohort.SCALES, value)} for occasion, values in (("pre", before), ("post", after)) for number, value in enumerate(values)]
    found = cohort.gains(pd.DataFrame(rows)).loc["judgement"]
    change = 100 * (after - before)
    half = stats.t.ppf(0.975, 11) * change.std(ddof=1) / np.sqrt(12)
    assert found["gain"] == pytest.approx(10) and (found["low"], found["high"]) == pytest.approx((10 - half, 10 + half))
    assert (found["before"], found["after"]) == pytest.approx((55, 65))


def test_the_interval_covers_the_planted_gain(bank):
    """With people who learn nothing, about nineteen intervals of twenty hold nought."""
    covered = 0
    for seed in range(60):
        rows, luck = [], random.Random(seed)
        for _ in range(14):
            learner = f"{luck.getrandbits(128):032x}"
            for occasion in ("pre", "post"):
                form, incidents = draw(bank, learner, occasion)
                scores = cohort.score_sitting(bank, simulated.sitting(incidents, simulated.KINDS["careful"], luck))
                rows.append({"learner": learner, "consent": True, "occasion": occasion, "form": form, **scores})
        found = cohort.gains(pd.DataFrame(rows)).loc["judgement"]
        covered += found["low"] <= 0 <= found["high"]
    assert 51 <= covered <= 60


def test_the_bottom_quarter_of_people_who_learn_nothing_seems_to_gain_and_is_told_why():
    luck = np.random.default_rng(3)
    skill = luck.normal(0.6, 0.07, 400)
    rows = [{"learner": f"{number:03}", "consent": True, "occasion": occasion, "form": "A", **dict.fromkeys(cohort.SCALES, value)} for occasion in ("pre", "post") for number, value in enumerate(skill + luck.normal(0, 0.07, 400))]
    found = cohort.bottom_quarter(pd.DataFrame(rows))
    assert (found.people, found.n) == (100, 400)
    assert found.low > 2  # a gain that is none
    assert found.gain == pytest.approx(found.group_gain + found.by_regression, abs=1.5)
    assert "regression to the mean alone" in found.says and "Only a comparison group" in found.says


def test_a_rise_of_over_inference_in_the_bottom_quarter_shows(bank):
    people = simulated.cohort(bank, 48, 11)
    worse = []
    for person in people:
        luck, sittings = random.Random(person.learner), list(person.sittings)
        _, incidents = draw(bank, person.learner, "post")
        answers = [vars(each) for each in simulated.sitting(incidents, simulated.KINDS["guesser"], luck)]
        sittings[1] = sittings[1].model_copy(update={"answers": [type(sittings[1].answers[0])(**each) for each in answers]})
        worse.append(person.model_copy(update={"sittings": sittings}))
    found = cohort.bottom_quarter(cohort.sittings_frame(bank, worse))
    assert found.over_low > 0 and found.high < 0
    assert cohort.bottom_quarter(cohort.sittings_frame(bank, people)).over_inference < 0


def test_an_incident_with_the_key_upside_down_shows_in_the_item_report(bank):
    people = simulated.cohort(bank, 160, 5)
    answers = cohort.answers_frame(bank, people)
    sound = cohort.item_report(answers, "A")
    assert (sound["point_biserial"] > 0.1).mean() > 0.8
    name = sound.index[0]
    turned = answers["incident"] == name
    upside_down = answers.assign(right=answers["right"] ^ turned, judgement=answers["judgement"].where(~turned, 1 - answers["judgement"]))
    report = cohort.item_report(upside_down, "A")
    assert report.loc[name, "point_biserial"] < -0.1
    assert report["point_biserial"].drop(name).min() > report.loc[name, "point_biserial"]


def test_the_item_report_by_hand():
    luck = np.random.default_rng(1)
    credit = luck.integers(0, 3, (30, 12)) / 2
    rows = [{"learner": f"{person}", "consent": True, "occasion": "pre", "form": "A", "incident": f"i{item:02}", "judgement": credit[person, item], "right": credit[person, item] == 1} for person in range(30) for item in range(12)]
    found = cohort.item_report(pd.DataFrame(rows), "A").loc["i03"]
    rest = np.delete(credit, 3, axis=1).mean(axis=1)
    assert found["difficulty"] == pytest.approx(credit[:, 3].mean()) and found["right"] == pytest.approx((credit[:, 3] == 1).mean())
    assert found["point_biserial"] == pytest.approx(np.corrcoef(credit[:, 3] == 1, rest)[0, 1])
    assert found["low"] < found["point_biserial"] < found["high"]
    assert stats.pointbiserialr(credit[:, 3] == 1, rest).statistic == pytest.approx(found["point_biserial"])


def test_an_incident_that_everybody_solves_has_no_correlation_and_no_warning(bank):
    answers = cohort.answers_frame(bank, simulated.cohort(bank, 60, 6))
    name = bank.form("A")[0].id
    report = cohort.item_report(answers.assign(right=answers["right"] | (answers["incident"] == name)), "A")
    assert np.isnan(report.loc[name, "point_biserial"]) and report["point_biserial"].notna().sum() == 11


def test_every_pick_is_counted_once_among_the_distractors(bank):
    people = simulated.cohort(bank, 60, 7)
    answers = cohort.answers_frame(bank, people)
    table = cohort.distractors(bank, answers, "B")
    n = answers[(answers["form"] == "B") & (answers["occasion"] == "pre")]["learner"].nunique()
    assert (table.groupby(["incident", "question"])["picked"].sum() == n).all()
    assert len(table.groupby(["incident", "question"])) == 48
    guesses = table[table["guess"] & (table["question"] != "worst")]
    assert (guesses["credit"] == 0).all()


# ---- parallel forms ----------------------------------------------------------------------------------------------


def compared(bank, size, seed, **changes):
    people = simulated.cohort(bank, size, seed, **changes)
    return parallel.compare(cohort.sittings_frame(bank, people), cohort.answers_frame(bank, people))


def test_below_a_hundred_for_each_form_the_answer_is_unknown_even_for_equal_forms(bank):
    found = compared(bank, 190, 1)
    assert min(found.n) < 100 and found.verdict == "unknown" and found.says.startswith("Unknown.")
    assert "The figures are no answer" in found.says
    assert compared(bank, 4, 1).startswith("Unknown")


def test_forms_of_equal_difficulty_are_mostly_shown_parallel_and_unequal_ones_never(bank):
    equal = [compared(bank, 420, seed).verdict for seed in range(4)]
    assert equal.count("shown") >= 3 and set(equal) <= {"shown", "not shown"}
    unequal = [compared(bank, 420, seed, harder=0.5) for seed in range(3)]
    assert {each.verdict for each in unequal} == {"not shown"}
    assert all(each.difference < -5 and each.p_equivalence > 0.05 for each in unequal)


def test_the_comparison_rests_on_known_statistics(bank):
    people = simulated.cohort(bank, 240, 2)
    frame, answers = cohort.sittings_frame(bank, people), cohort.answers_frame(bank, people)
    found = parallel.compare(frame, answers)
    first = frame[frame["occasion"] == "pre"]
    one, other = (100 * first[first["form"] == form]["judgement"] for form in "AB")
    assert found.mean == pytest.approx((one.mean(), other.mean())) and found.sd == pytest.approx((one.std(), other.std()))
    error = np.sqrt(one.var() / len(one) + other.var() / len(other))
    assert found.high - found.low == pytest.approx(2 * 1.65 * error, rel=0.01)
    assert found.sd_low < found.sd_ratio < found.sd_high and found.r_low < found.correlation < found.r_high
    assert found.both == 240 and all(0.4 < each < 1 for each in found.alpha)
    assert found.p_equivalence == pytest.approx(ttost_ind(other, one, -parallel.MARGIN, parallel.MARGIN, usevar="unequal")[0])


def test_cronbachs_alpha_by_hand():
    credit = pd.DataFrame({"a": [1, 2, 3, 4], "b": [1, 2, 3, 5], "c": [2, 2, 4, 4]}, dtype=float)
    rows = [{"learner": person, "consent": True, "occasion": "pre", "form": "A", "incident": item, "judgement": value} for item, column in credit.items() for person, value in column.items()]
    variances = [np.var(column, ddof=1) for _, column in credit.items()]
    assert parallel._alpha(pd.DataFrame(rows), "A") == pytest.approx(1.5 * (1 - sum(variances) / np.var(credit.sum(axis=1), ddof=1)))


def test_the_same_group_gives_the_same_figures(bank, fifty):
    again = simulated.cohort(bank, 50, 4)
    assert again == fifty and isinstance(again[0], HandedOver)
    frames = [cohort.sittings_frame(bank, people) for people in (again, fifty)]
    assert cohort.bottom_quarter(frames[0]) == cohort.bottom_quarter(frames[1])
    assert all(one.learner != other.learner for one, other in pairwise(fifty))
