"""What the full book promises: declared tables that hang together, real calendars, names from the lists, policies that
change what they say and nothing else. Its planted truths are in test_aurora_truth.py, its writing in test_aurora_stream.py."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import fields, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from rapport import facts
from rapport.content import ContentError
from rapport.simulation import DISCLAIMER, PRESETS, Aurora, AuroraBook, Design, Policy, describe_columns, simulate, write_book
from rapport.simulation.aurora import clocks, wording
from rapport.simulation.aurora.engine import EXPECTED, OUTCOMES, make_block
from rapport.simulation.aurora.firm import BEGINS, DAYS, TOPICS, TRAITS
from rapport.simulation.aurora.policy import ALLOWED
from rapport.simulation.aurora.tables import KEYS, TABLES, data_package
from rapport.simulation.luck import BLOCK
from rapport.simulation.sample import AURORA_PRESET, AURORA_SEED

ROOT = Path(__file__).parents[1]
SMALL = Aurora(customers=1000)


def tables(book: AuroraBook) -> dict[str, pd.DataFrame]:
    return {field.name: getattr(book, field.name) for field in fields(book)}


@pytest.fixture(scope="module")
def small():
    return simulate(SMALL, 3)


@pytest.fixture(scope="module")
def book(small):
    return small.book


# ---- the same bytes ---------------------------------------------------------------------------------------------


def test_the_committed_book_is_made_again_byte_for_byte(tmp_path):
    written = write_book(simulate(PRESETS[AURORA_PRESET], AURORA_SEED).book, tmp_path)
    assert sorted(path.name for path in written) == sorted(path.name for path in (ROOT / "data" / "aurora").iterdir() if path.is_file())
    for path in written:
        assert path.read_bytes() == (ROOT / "data" / "aurora" / path.name).read_bytes(), f"{path.name} differs: call write_sample"


def test_the_committed_checksums_are_those_of_the_files():
    folder = ROOT / "data" / "aurora"
    lines = [line.split("  ") for line in (folder / "SHA256SUMS").read_text().splitlines()]
    assert {name for _, name in lines} == {f"{table}.csv" for table in TABLES} | {"datapackage.json"}
    for digest, name in lines:
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest


def test_the_book_does_not_depend_on_the_processors_vector_extensions(tmp_path):
    found = np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])
    if not found:
        pytest.skip("numpy found no vector extensions on this processor beyond those it always uses, so there is nothing to switch off")
    script = (
        "import sys, numpy as np\n"
        "from numpy._core._multiarray_umath import __cpu_features__ as on\n"
        "assert not any(on[name] for name in sys.argv[2].split()), 'still on'\n"
        "from rapport.simulation import PRESETS, simulate, write_book\n"
        "from rapport.simulation.sample import AURORA_PRESET, AURORA_SEED\n"
        "write_book(simulate(PRESETS[AURORA_PRESET], AURORA_SEED).book, sys.argv[1])\n"
    )
    environment = os.environ | {"NPY_DISABLE_CPU_FEATURES": " ".join(found)}
    subprocess.run([sys.executable, "-c", script, str(tmp_path), " ".join(found)], env=environment, check=True)
    assert (tmp_path / "SHA256SUMS").read_bytes() == (ROOT / "data" / "aurora" / "SHA256SUMS").read_bytes()


def test_the_committed_dictionary_is_the_one_made_from_the_declaration():
    text = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    assert "### aurora: customers" in text and DISCLAIMER in text
    for column in describe_columns("aurora"):
        assert f"| `{column.name}` | {column.dtype} | {column.unit} | {column.meaning} |" in text, column


def test_more_customers_leave_the_rows_of_the_earlier_ones_as_they_were(small):
    grown = simulate(replace(SMALL, customers=BLOCK + 10), 3)
    for name, table in tables(small.book).items():
        if name not in ("crm", "campaigns"):  # these are ordered within the block, not by customer
            assert_frame_equal(getattr(grown.book, name).head(len(table)), table, obj=name)
    assert_frame_equal(grown.outcomes.head(1000), small.outcomes)
    crm = grown.book.crm[grown.book.crm.record_id.isin(small.book.crm.record_id)].reset_index(drop=True)
    assert_frame_equal(crm, small.book.crm)


def test_a_table_alone_is_the_table_of_the_whole_book(book):
    alone = make_block(SMALL, 3, 0, tables=("customers", "orders")).tables
    assert list(alone) == ["customers", "orders"]
    for name in alone:
        for column, values in alone[name].items():
            assert (values == getattr(book, name)[column].to_numpy()).all(), f"{name}.{column}"


# ---- declared tables that hang together -------------------------------------------------------------------------


def test_every_table_has_exactly_its_declared_columns_of_integers_and_words(book):
    declared = describe_columns("aurora")
    assert {column.table for column in declared} == set(tables(book)) == set(TABLES) == set(KEYS)
    for name, table in tables(book).items():
        columns = [column for column in declared if column.table == name]
        assert list(table.columns) == [column.name for column in columns]
        for column in columns:
            assert str(table[column.name].dtype) == ("int64" if column.dtype == "int" else "str"), f"{name}.{column.name}"
        assert not table.isna().any().any(), name
        assert len(table) > 100, name


def test_keys_are_keys_and_links_lead_somewhere(book):
    known = set(book.customers.customer_id)
    for name, table in tables(book).items():
        assert not table.duplicated(list(KEYS[name])).any(), name
        if "customer_id" in table:
            assert set(table.customer_id) <= known, name
    assert set(book.customers.referred_by) <= known | {""}
    both = book.messages.merge(book.contacts, on=["customer_id", "contact_no"], how="left", validate="1:1")
    assert (both.theme == both.topic).all() and (both.language_x == both.language_y).all()


def test_the_data_package_declares_what_the_tables_hold(book):
    package = json.loads(data_package())
    assert [resource["name"] for resource in package["resources"]] == list(TABLES)
    for resource in package["resources"]:
        table = getattr(book, resource["name"])
        schema = resource["schema"]
        assert [each["name"] for each in schema["fields"]] == list(table.columns)
        assert {each["type"] for each in schema["fields"]} <= {"integer", "string"} and all(each["description"] for each in schema["fields"])
        assert tuple(schema["primaryKey"]) == KEYS[resource["name"]]
        for link in schema.get("foreignKeys", []):
            assert set(link["fields"]) <= set(table.columns) and link["reference"]["resource"] in TABLES


def test_a_campaign_that_sold_has_its_order_and_nobody_else_has(book):
    sold = book.campaigns[book.campaigns.bought == 1]
    ordered = book.orders[book.orders.via != "shop"]
    assert sorted(zip(sold.campaign, sold.customer_id)) == sorted(zip(ordered.via, ordered.customer_id))


def test_a_question_about_a_delivery_is_a_contact(book):
    asked = book.campaigns[book.campaigns.asked == 1]
    contact = book.contacts[book.contacts.topic == "where_is_it"]
    assert len(asked) > 50 and sorted(asked.customer_id) == sorted(contact.customer_id)


def test_promises_agree_with_the_renewal_they_lead_to(book):
    stake = book.renewals[book.renewals.promises_made >= 0].set_index("customer_id")
    counted = book.promises.groupby("customer_id").kept.agg(["size", "sum"]).reindex(stake.index)
    assert (counted["size"] == stake.promises_made).all() and (counted["sum"] == stake.promises_kept).all()


def test_a_lapse_is_a_contract_that_was_not_renewed(book):
    ended = book.renewals[book.renewals.renewed == 0].set_index("customer_id").day
    assert ended.index.is_unique
    assert (ended.reindex(book.lapses.customer_id).to_numpy() == book.lapses.day.to_numpy()).all()
    last = book.renewals.groupby("customer_id").renewed.apply(lambda column: column.iloc[:-1].all())
    assert last.all(), "a contract went on after it had ended"


def test_money_of_an_order_is_the_same_in_both_currencies(book):
    euro = book.orders[book.orders.currency == "EUR"]
    assert len(euro) and (euro.amount_cents == euro.amount_minor).all()
    yen = book.orders[book.orders.currency == "JPY"]
    assert (yen.amount_minor / yen.amount_cents).between(1.60, 1.64).all()  # whole yen, not hundredths
    assert {market.formats[next(iter(market.formats))].currency["code"] for market in map(facts.market, facts.MARKETS)} == set(book.orders.currency)


def test_who_does_not_answer_a_survey_has_no_scores(book):
    silent = book.surveys[book.surveys.answered == 0]
    assert len(silent) and (silent[["csat", "recommend", "effort", "vignette_1", "vignette_2", "vignette_3"]] == -1).all().all()
    told = book.surveys[book.surveys.answered == 1]
    assert told.csat.between(1, 5).all() and told.recommend.between(0, 10).all() and told.effort.between(1, 7).all()


def test_consent_goes_back_and_forth_in_order(book):
    for _, events in book.consent[book.consent.event != "objected"].groupby(["customer_id", "channel"]):
        assert list(events.event) == ["given", "withdrawn", "given_again"][: len(events)]
        assert events.day.is_monotonic_increasing


def in_force(consent: pd.DataFrame, day: str) -> set[str]:
    events = consent[(consent.channel == "email") & (consent.event != "objected") & (consent.day <= day)]
    last = events.sort_values(["customer_id", "event_no"]).groupby("customer_id").event.last()
    return set(last[last != "withdrawn"].index)


def test_trials_of_2026_reach_only_who_had_consented_and_the_mailing_some_others(book):
    lots = book.campaigns[(book.campaigns.by_lot == 1) & (book.campaigns.campaign != "follow_up")]
    assert set(lots.customer_id) == in_force(book.consent, "2026-01-01")
    sent = book.campaigns[(book.campaigns.campaign == "mailing") & (book.campaigns.arm == "sent")]
    unlawful = set(sent.customer_id) - in_force(book.consent, "2026-07-10")
    assert 0 < len(unlawful) < 0.1 * len(sent)


def test_duplicates_stand_in_another_script_or_with_the_parts_exchanged(small):
    file = small.book.crm.set_index("record_id")
    records = small.truth.records.set_index("record_id")
    assert set(file.index) == set(records.index)
    true = small.book.customers.set_index("customer_id")
    for defect, rows in records.groupby("defect"):
        names, own = file.name[rows.index], true.name[rows.customer_id].to_numpy()
        assert ((names == own).mean() > 0.99) == (defect in ("none", "stale")), defect
    other = records[records.defect == "other_script"]
    assert len(other) > 10 and (true.name_script[other.customer_id] != "Latn").all()
    assert all(ord(letter) < 0x250 for name in file.name[other.index] for letter in name)
    assert (file.stage[records.index[records.defect == "stale"]] == "lead").all() and (file.touched[records.index[records.defect == "stale"]] < "2025-01-02").all()


def test_nothing_in_the_customer_file_gives_a_duplicate_away(small):
    file = small.book.crm.merge(small.truth.records, on="record_id")
    number = file.record_id.str[1:].astype(int)
    owner = file.customer_id.str[1:].astype(int)
    assert abs(np.corrcoef(number, owner)[0, 1]) < 0.1


def test_the_truth_is_not_in_the_book(small):
    columns = {column.name for column in describe_columns("aurora")}
    hidden = set(small.truth.customers.columns) - {"customer_id"}
    assert not columns & hidden and set(TRAITS) <= hidden


# ---- names ------------------------------------------------------------------------------------------------------


def test_every_name_list_has_sixty_names_or_parts_of_names():
    for key, names in wording.name_lists().items():
        parts = {*names.given[0][0], *names.given[1][0]}, {*names.surname[0][0], *names.surname[1][0]}
        assert sum(map(len, parts)) >= 60, key
        assert all(ord(letter) < 0x2000 for sex in (0, 1) for part in (names.given, names.surname) for text in part[sex][1] for letter in text), key


def test_names_come_from_the_lists_of_the_declared_mixture_of_their_market(book):
    for market, mixture in wording.mixtures().items():
        possible = set()
        for key in mixture:
            names = wording.name_lists()[key]
            for form in (0, 1):
                possible |= {part for sex in (0, 1) for each in (names.given, names.surname) for text in each[sex][form] for part in text.split()}
        for name in book.customers.name[book.customers.market == market]:
            parts = name.split()
            assert all(part in possible for part in parts) or any(name == a + b for a in possible for b in [name[len(a):]] if b in possible), (market, name)


def test_every_script_of_the_lists_is_used_and_no_market_is_one_list(book):
    assert set(book.customers.name_script) == {names.script for names in wording.name_lists().values()}
    assert all(len(mixture) > 1 for mixture in wording.mixtures().values())


def test_a_womans_surname_in_latvian_takes_its_own_form():
    names = wording.name_lists()["lv"]
    surnames = dict(zip(names.surname[1][0], names.surname[0][0]))
    assert surnames["Bērziņš"] == "Bērziņa" and surnames["Balodis"] == "Balode"


def test_a_missing_name_list_is_an_error_and_no_fallback(tmp_path, monkeypatch):
    folder = tmp_path / "data" / "names"
    folder.mkdir(parents=True)
    (folder / "mixtures.yaml").write_text("LV: {lv: 100}\n")
    monkeypatch.setenv("RAPPORT_COURSE", str(tmp_path))
    wording.name_lists.cache_clear()
    wording.mixtures.cache_clear()
    try:
        with pytest.raises(ContentError, match="LV: found lv; there are lists for"):
            wording.mixtures()
    finally:
        monkeypatch.undo()
        wording.name_lists.cache_clear()
        wording.mixtures.cache_clear()


def test_every_language_has_three_messages_for_every_theme():
    for language, themes in wording.templates().items():
        assert set(themes) == set(TOPICS), language
        assert all(len(set(texts)) == 3 for texts in themes.values())


# ---- real calendars ---------------------------------------------------------------------------------------------


def test_waits_are_those_of_the_calendar_in_the_customers_own_hours(book):
    joined = book.contacts.merge(book.customers[["customer_id", "market", "hours"]], on="customer_id").sample(300, random_state=1)
    for row in joined.itertuples():
        zone = facts.market(row.market).time_zone
        began, answered = datetime.fromisoformat(row.began), datetime.fromisoformat(row.answered)
        waited = facts.working_time_between(began, answered, clocks.parse_hours(row.hours, zone), market=row.market)
        assert waited == timedelta(minutes=row.wait_minutes), row


def test_time_stamps_carry_the_offset_of_their_market_on_that_day(book):
    from zoneinfo import ZoneInfo

    joined = book.contacts.merge(book.customers[["customer_id", "market"]], on="customer_id").sample(300, random_state=2)
    for row in joined.itertuples():
        for text in (row.began, row.answered):
            stamp = datetime.fromisoformat(text)
            assert stamp.utcoffset() == stamp.astimezone(timezone.utc).astimezone(ZoneInfo(facts.market(row.market).time_zone)).utcoffset()


def test_few_order_on_closed_days_and_many_before_a_long_closure():
    firm = Aurora(customers=4096, markets=("CN",), markets_in_book=1)
    orders = simulate(firm, 1).book.orders
    later = pd.to_datetime(orders.day[(orders.via == "shop") & (orders.order_no > 1)]).dt.date.value_counts()
    market = facts.market("CN")
    days = [BEGINS + timedelta(days=number) for number in range(30, DAYS)]
    ordinary = np.mean([later.get(day, 0) for day in days if facts.is_working_day(market, day)])
    closed = np.mean([later.get(day, 0) for day in days if day in market.closed_days])
    assert closed < 0.2 * ordinary
    golden = [datetime(2025, 9, day).date() for day in range(24, 31)]
    before = np.mean([later.get(day, 0) for day in golden if facts.is_working_day(market, day)])
    assert before > 1.2 * ordinary


# ---- policies ---------------------------------------------------------------------------------------------------


def test_every_policy_meets_the_same_people(small):
    for name, allowed in ALLOWED.items():
        other = simulate(SMALL, 3, Policy(**{name: allowed[-1]}))
        people = small.book.customers.drop(columns="joined_programme")
        assert_frame_equal(other.book.customers.drop(columns="joined_programme"), people)
        assert_frame_equal(other.truth.customers, small.truth.customers)
        assert not other.outcomes.equals(small.outcomes), f"{name} changes nothing"


def test_a_policy_leaves_what_it_does_not_touch_to_the_same_luck(small):
    native = simulate(SMALL, 3, Policy(language="native"))
    for name, table in tables(native.book).items():
        before = getattr(small.book, name)
        changed = [column for column in table if not table[column].equals(before[column])]
        assert changed == (["native", "resolved_first"] if name == "contacts" else []), name
    gained = native.outcomes.resolved - small.outcomes.resolved
    assert gained.min() >= 0 and gained.sum() > 0  # helping hurts nobody: the luck is the same


def effect(name, one, other, seed=5, firm=SMALL, **more):
    a, b = (simulate(firm, seed, Policy(**{name: value}, **more)) for value in (one, other))
    return a, a.truth.expected - b.truth.expected, a.outcomes - b.outcomes


def test_native_language_in_a_counterfactual_is_worth_the_planted_points():
    a, planted, realised = effect("language", "native", "other")
    assert np.allclose(planted.resolved, SMALL.native_resolved * a.outcomes.contacts)
    assert realised.resolved.sum() / a.outcomes.contacts.sum() == pytest.approx(SMALL.native_resolved, abs=0.015)


def test_sincere_acknowledgement_is_worth_what_it_is_to_this_person_and_a_script_nothing():
    a, planted, _ = effect("acknowledgement", "sincere", "none")
    each = SMALL.acknowledged_escalated + SMALL.acknowledged_by_voice * a.truth.customers.voice.to_numpy()
    assert np.allclose(planted.escalated, each * a.outcomes.contacts)
    _, planted, realised = effect("acknowledgement", "script", "none")
    assert (planted == 0).all().all() and (realised == 0).all().all()


def test_apologising_first_in_a_counterfactual_is_worth_the_persons_planted_effect():
    apologised, excused = (simulate(SMALL, 5, Policy(recovery=Design(owned=value))) for value in (True, False))
    answered = apologised.book.failures.groupby("customer_id").answered.sum().reindex(apologised.outcomes.index, fill_value=0)
    gain = apologised.truth.expected.satisfaction_after - excused.truth.expected.satisfaction_after
    assert np.allclose(gain, answered * apologised.truth.customers.own_effect.to_numpy())
    assert gain[answered > 0].std() > 3  # it belongs to the person


def test_promises_and_pressing_in_a_counterfactual_move_renewals_as_planted():
    a, planted, _ = effect("promises", "kept", "broken")
    stake = a.book.renewals[a.book.renewals.promises_made >= 0].groupby("customer_id").size().reindex(a.outcomes.index, fill_value=0)
    assert np.allclose(planted.renewed, SMALL.kept_retention * stake)
    _, planted, realised = effect("upsell", "pressed", "left")
    assert np.allclose(planted.renewed, SMALL.upsell_retention * stake)
    assert realised.upgraded.sum() > 0 > realised.renewed.sum()  # more this quarter, less after


def test_the_programme_in_a_counterfactual_lifts_light_and_moderate_buyers_and_no_heavy_one():
    firm = Aurora(customers=4096)
    a, _, realised = effect("programme", "everyone", "off", firm=firm)
    heavy = (a.truth.customers.buyer_class == "heavy").to_numpy()
    assert (realised.orders[heavy] == 0).all() and (realised.orders >= 0).all()
    off = simulate(firm, 5, Policy(programme="off")).book.orders
    after = off[(off.day >= "2026-01-15") & (off.via == "shop") & off.customer_id.isin(a.outcomes.index[~heavy])]
    assert realised.orders[~heavy].sum() / len(after) == pytest.approx(0.15, abs=0.035)


def test_a_later_survey_in_a_counterfactual_costs_the_planted_answers():
    a, planted, _ = effect("survey_delay", 30, 1)
    assert np.median(planted.answered) == pytest.approx(2 * (SMALL.answered_by_delay[2] - SMALL.answered_by_delay[0]))


def test_targeting_persuadables_sells_more_and_loses_fewer_than_writing_to_everyone():
    _, planted, _ = effect("recommendations", "persuadables", "everyone")
    assert planted.bought.sum() > 0 and planted.unsubscribed.sum() < 0


def test_an_offer_by_reason_earns_more_than_both_offers_for_all():
    _, planted, _ = effect("winback", "both", "by_reason", firm=Aurora(customers=4096))
    assert planted.returned.sum() > 0 > planted.second_life_cents.sum()  # wins more, earns less


def test_outcomes_are_those_of_the_tables(small):
    counted = small.book.orders.groupby("customer_id").size().reindex(small.outcomes.index, fill_value=0)
    assert (counted == small.outcomes.orders).all() and set(OUTCOMES) == set(small.outcomes) and set(EXPECTED) == set(small.truth.expected)
    for name, table, column in (("escalated", "contacts", "escalated"), ("recovered", "failures", "recovered"), ("returned", "lapses", "returned")):
        summed = getattr(small.book, table).groupby("customer_id")[column].sum().reindex(small.outcomes.index, fill_value=0)
        assert (summed == small.outcomes[name]).all(), name


# ---- bad input --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Policy(language="french"), "policy.language: found 'french'; allowed are 'as_is', 'native', 'other'"),
        (lambda: Policy(survey_delay=2), "policy.survey_delay: found 2; allowed are 1, 7, 30"),
        (lambda: Policy(recovery="kind"), "policy.recovery: .*give a Design"),
        (lambda: Design(remedy="gold"), "recovery.remedy: found 'gold'; allowed are None, 'none', 'matched'"),
        (lambda: Aurora(customers=0), "customers: found 0"),
        (lambda: Aurora(markets_in_book=13), "markets_in_book: found 13; it must lie between 1 and 12"),
        (lambda: Aurora(contract_share=1.2), "contract_share: found 1.2; a share"),
        (lambda: Aurora(type_shares=(0.5, 0.5, 0.5, 0.5)), "type_shares: .*sum to 1"),
        (lambda: Aurora(programme_lift=(0.5, 0, 0)), "programme_lift: .*thinning"),
        (lambda: simulate(PRESETS["recovery_sample"], 1, Policy()), "policy: a policy is for the full book"),
        (lambda: simulate(SMALL, -1), "seed -1 cannot be used"),
        (lambda: describe_columns("moon"), "the books are recovery, aurora, incidents, measuring, preferences and winback"),
    ],
)
def test_what_cannot_be_is_refused_by_name(make, message):
    with pytest.raises(ContentError, match=message):
        make()


def test_a_book_of_one_customer_in_one_market_is_still_a_book():
    one = simulate(Aurora(customers=1, markets=("LV",), markets_in_book=1), 1)
    assert len(one.book.customers) == 1 and len(one.outcomes) == 1


def test_a_capstone_book_has_five_markets_drawn_from_the_seed():
    drawn = {tuple(sorted(simulate(PRESETS["aurora_capstone"], seed).book.customers.market.unique())) for seed in (1, 2, 3)}
    assert all(len(markets) == 5 for markets in drawn) and len(drawn) > 1
