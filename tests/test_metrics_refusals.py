"""What metrics refuse, and what is told of one's own table, is in the reader's language: every sentence is met here, in Gujarati and Latvian."""

import re
from datetime import date, datetime, timedelta, timezone
from html import unescape

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest

from rapport import facts, i18n, metrics
from rapport.i18n.leftovers import leftovers
from rapport.i18n.words import Words
from rapport.metrics import engines, likelihood, own_data, own_words, refusals, report

DAY, LATER = date(2026, 1, 1), date(2026, 6, 30)
NOW = datetime(2026, 6, 30, 12, tzinfo=timezone.utc)
ORDERS = pd.DataFrame({"customer_id": ["a", "b"], "day": pd.to_datetime(["2026-01-01", "2026-02-01"]), "amount_minor": [5, 6]})
PEOPLE = pd.DataFrame({"start_day": pd.to_datetime(["2026-03-01"]), "end_day": pd.to_datetime(["2026-02-01"])})
TRIAL = pd.DataFrame({"outcome": [1.0, 2, 3, 4], "treated": [0, 1, 0, 1], "after": [0, 0, 1, 1], "stage": [0] * 4, "branch": ["B1"] * 4})
RATED = pd.DataFrame({"nps": [11, 3], "csat": [9, 1], "respondent_id": [1, 2], "item": ["x", "y"], "rating": [9, 1], "market": ["DE", "JP"]})
WAITS = pd.DataFrame({"market": ["DE", "DE"], "opened_at": pd.to_datetime(["2026-06-08T12:00Z"] * 2), "responded_at": pd.to_datetime(["2026-06-08T11:00Z"] * 2)})
CALENDAR = facts.calendar_table(["DE"], start=date(2026, 6, 1), end=date(2026, 6, 30))


def fit(x, t_x, T):
    return metrics.fit_bgnbd(x, t_x, T)


REFUSED = [
    lambda: metrics.nps([1]),
    lambda: engines.engine(engines.nw.from_native(pl.DataFrame({"nps": [1]}).to_arrow())),
    lambda: metrics.nps(ORDERS),
    lambda: metrics.nps(RATED.assign(NPS=1)),
    lambda: metrics.rfm(ORDERS.assign(day=ORDERS.day.dt.tz_localize("UTC")), end=LATER),
    lambda: metrics.rfm(ORDERS.assign(day=["1 May", "2 May"]), end=LATER),
    lambda: metrics.rfm(pl.from_pandas(ORDERS).with_columns(day=pl.lit("x")), end=LATER),
    lambda: metrics.answered_within(WAITS.assign(opened_at=pd.to_datetime(["2026-06-08"] * 2)), CALENDAR, minutes=5, as_of=NOW),
    lambda: engines.like(pl.DataFrame({"x": [1]}), engines.wrap(ORDERS)),
    lambda: engines.like(ORDERS, engines.wrap(duckdb.connect().sql("SELECT 1 AS x"))),
    lambda: metrics.rfm(ORDERS.assign(amount_minor=[0.5, 1.5]), end=LATER),
    lambda: metrics.rfm(ORDERS.assign(currency=["EUR", "JPY"]), end=LATER),
    lambda: metrics.escalation_rate(pd.DataFrame({"escalated": [0, 2]})),
    lambda: metrics.nps(RATED),
    lambda: metrics.response_style(RATED),
    lambda: metrics.retention_rate(PEOPLE, start=DAY, end=LATER),
    lambda: metrics.answered_within(WAITS.assign(market="JP"), CALENDAR, minutes=5, as_of=NOW),
    lambda: metrics.answered_within(WAITS, CALENDAR, minutes=5, as_of=NOW),
    lambda: metrics.cohort_table(ORDERS, end=LATER, period="fortnight"),
    lambda: metrics.recovery_rate(RATED, of="all"),
    lambda: metrics.retention_rate(PEOPLE, start=DAY, end=LATER, of="all"),
    lambda: metrics.escalation_rate(pd.DataFrame({"escalated": [0, 1], "market": ["DE", "JP"]}), by="market")["LV"],
    lambda: metrics.Metrics(())["LV"],
    lambda: metrics.rfm(ORDERS, end="2026-06-30"),
    lambda: metrics.answered_within(WAITS, CALENDAR, minutes=5, as_of=datetime(2026, 6, 30)),
    lambda: metrics.retention_rate(PEOPLE, start=LATER, end=DAY),
    lambda: metrics.repeat_purchase_rate(ORDERS, start=DAY, end=LATER, within_days=1000),
    lambda: metrics.funnel(RATED, ["visit"]),
    lambda: metrics.nonresponse_weighted(RATED, column="nps", classes=[]),
    lambda: metrics.vignette_scale(RATED, []),
    lambda: metrics.working_wait(WAITS, CALENDAR, as_of=NOW, quantile=2),
    lambda: metrics.rfm(ORDERS, end=LATER, groups=1),
    lambda: metrics.calibration_table([0.5], [1], bins=0),
    lambda: metrics.common_language_effect_normal(1, within=2),
    lambda: metrics.mean_interval([1, 2], confidence=95),
    lambda: metrics.mean_interval([1]),
    lambda: metrics.mean_interval([1, np.nan]),
    lambda: metrics.proportion_interval([]),
    lambda: metrics.proportion_interval([2]),
    lambda: metrics.log_rank([1, 2], [1, 1], ["a", "a"]),
    lambda: metrics.kaplan_meier([1, 2], [1]),
    lambda: metrics.kaplan_meier([1, -2], [1, 1]),
    lambda: metrics.kaplan_meier([1, 2], [1, 5]),
    lambda: metrics.regression_effect(TRIAL, "outcome ~ treated", "treated", cluster="manager"),
    lambda: metrics.regression_effect(TRIAL, "outcome ~ treated", "treated", cluster="branch"),
    lambda: metrics.regression_effect(TRIAL, "outcome ~ treated", "after"),
    lambda: metrics.difference_in_differences(TRIAL.head(2), outcome="outcome", treated="treated", after="after"),
    lambda: metrics.difference_in_differences(TRIAL.assign(after=3), outcome="outcome", treated="treated", after="after"),
    lambda: metrics.pre_trend(TRIAL, outcome="outcome", treated="treated", time="stage"),
    lambda: metrics.cohen_kappa(["a"], ["a", "b"]),
    lambda: metrics.common_language_effect([], [1]),
    lambda: metrics.qini_curve([1, 0], [1, 0], [1]),
    lambda: metrics.qini_curve([1, 0], [1, 1], [1, 2]),
    lambda: metrics.brier_score([0.5], [1, 0]),
    lambda: metrics.brier_score([50], [1]),
    lambda: metrics.brier_score([0.5], [3]),
    lambda: fit([], [], []),
    lambda: fit([0, 0], [0, 0], [9, 9]),
    lambda: fit([1], [1, 2], [9]),
    lambda: fit([np.nan], [1], [9]),
    lambda: fit([0.5], [1], [9]),
    lambda: fit([1], [10], [9]),
    lambda: fit([0], [1], [9]),
    lambda: fit([1], [0], [9]),
    lambda: fit([3], [20], [30]),
    lambda: likelihood.maximise(("r",), lambda values: (float("nan"), np.ones(1)), (1.0,), 1, "BG/NBD"),
    lambda: metrics.fit_gamma_gamma([1], [1, 2]),
    lambda: metrics.fit_gamma_gamma([1, 2], [0, 2]),
    lambda: metrics.fit_gamma_gamma([1], [2]),
    lambda: metrics.fit_sbg([0], 9),
    lambda: metrics.BGNBD.probability(None, [1], 0),
    lambda: metrics.ParetoNBD.discounted(None, 1, 1, 1, rate=0),
    lambda: metrics.ShiftedBetaGeometric._sum(type("Fitted", (), {"alpha": 0.5})(), 1, 0),
    lambda: metrics.discounted_clv(1, 2, 0),
    lambda: metrics.noncontractual_clv([1], [1], margin=2),
]  # fmt: skip

CODE = (
    {name for kind in own_data.TABLES for name in (kind, *(column.name for column in own_data.TABLES[kind]))} | set(metrics.__all__) | set(engines.PERIODS)
    | set("table end after ever average branch stage manager treated Intercept outcome visit polars alpha PARQUET pyarrow tsv nothing customer true false JPY DE JP LV NPS Day".split())
)  # fmt: skip
AS_IT_IS = re.compile(
    r"rapport\.metrics\.\w+\([^)]*\)|--\w+(=\w+)?|datetime\([^)]*\)|(datetime\.)?date\b(\([\d, ]*\))?|pandas\.to_datetime(\(column, utc=True\))?|connection\.from_df\(calendar\)|facts\.calendar_table"
    r"|astype\('\w+'\)|round\(\)|(groups|bins|within|of)=\S+|'1 May'|'[A-Za-z][^']*'|Datetime\([^)]*\)|BG/NBD|Pareto/NBD|Gamma-Gamma|Shifted-beta-geometric|/\S+\.\w+"
    rf"|(?<![A-Za-z_])(String|Float64|Int64|Object|datetime64\S*|object|str|list|{'|'.join(sorted(CODE, key=len, reverse=True))})(?![A-Za-z_])"
)  # fmt: skip


@pytest.fixture
def met(monkeypatch):
    """The keys of a table that were said so far."""
    tables = {}
    found = Words.__getitem__

    def noted(self, key):
        tables.setdefault(id(self), set()).add(key)
        return found(self, key)

    monkeypatch.setattr(Words, "__getitem__", noted)
    return lambda table: tables.get(id(table), set())


def english_in(said, lang):
    return [(line, left.words) for line in said for left in leftovers(AS_IT_IS.sub(" ", line), lang)]


@pytest.mark.parametrize("lang", ["gu", "lv"])
def test_every_refusal_is_in_the_reader_s_language(lang, met):
    said = []
    for refused in REFUSED:
        with i18n.speaking(lang), pytest.raises((ValueError, KeyError)) as error:
            refused()
        said.append(str(error.value))
    with i18n.speaking(lang), pytest.raises(metrics.MetricError) as error:  # the reason is the library's own
        metrics.regression_effect(TRIAL, "outcome ~ nothing", "treated")
    assert "{" not in "".join(said) and english_in(said, lang) == []
    assert set(refusals.WORDS) - met(refusals.WORDS) == set()


def dirty_tables():
    """Tables with every kind of fault, by the documented table that they claim to be."""
    moments = pd.to_datetime(["2026-01-01T10:00Z"] * 2)
    contacts = pd.DataFrame({"customer_id": ["a", "b"], "opened_at": moments, "responded_at": moments - timedelta(1), "resolved_at": moments, "touches": [0, 1], "reopened": ["no", "no"]})
    yield "orders", pd.DataFrame({
        "order_id": [1, 1, 2, 3, 4], "customer_id": ["a", "b", None, " ", "e"], "day": pd.to_datetime(["2026-01-01", "2030-01-01", None, "2026-01-02", "2026-01-02"]),
        "amount_minor": [10**13, -20, 3, 4, 5], "refunded": [0, 2, 1, 0, 0],
    })  # fmt: skip
    yield "orders", ORDERS.assign(amount_minor=[1.5, 2.0], customer_id=[1.0, 2.0], day=["1 May", "2 May"], currency=[1, 2])
    yield "orders", ORDERS.assign(amount_minor=["x", "y"])
    yield "orders", ORDERS.rename(columns={"customer_id": "customer"})
    yield "orders", ORDERS.assign(Day=1)
    yield "orders", ORDERS.head(0)
    yield "surveys", pd.DataFrame()
    yield "orders", ORDERS
    yield "contacts", contacts
    yield "contacts", contacts.assign(opened_at=[pd.Timestamp("2026-01-01 10:00+02:00"), pd.Timestamp("2026-01-01 10:00+09:00")], responded_at=pd.to_datetime(["2026-01-01"] * 2))
    yield "orders", pl.from_pandas(ORDERS.assign(amount_minor=[10**13, 1])).lazy()
    for kind in own_data.TABLES:
        yield kind, pd.DataFrame({"nothing": []})


def files_and_questions(folder):
    """What can be wrong with a file, and with what is asked of it."""
    empty, none, table, broken = folder / "empty.csv", folder / "none.csv", folder / "sold.csv", folder / "broken.parquet"
    empty.write_bytes(b"")
    broken.write_bytes(b"no Parquet")
    table.write_text("b,a\nx,1\n")
    for path in (folder / "orders", folder / "orders.xlsx", folder, none, empty, broken):
        if path != folder:
            yield lambda path=path: report.open_file(path)
    (folder / "folder.csv").mkdir(exist_ok=True)
    yield lambda: report.open_file(folder / "folder.csv")
    yield lambda: report.kind_of(table, report.open_file(table))
    several = folder / "several.csv"
    several.write_text("customer_id,told_us,recovered,due,kept\nx,1,0,2026-01-01,2026-01-01\n")
    yield lambda: report.kind_of(several, report.open_file(several))
    asked = report.Asked(start=DAY)
    yield lambda: report.within(report.open_file(table), "surveys", asked)
    yield lambda: report.within(report.open_file(table), "promises", asked)
    yield lambda: list(report.measure(report.open_file(table), "orders", report.Asked(), ["nps"]))
    yield lambda: list(report.measure(report.open_file(table), "surveys", report.Asked(by="market")))
    yield lambda: own_data.columns("order")


@pytest.mark.parametrize("lang", ["gu", "lv"])
def test_what_is_told_of_a_table_of_one_s_own_is_in_the_reader_s_language(lang, met, tmp_path):
    said, shown = [], []
    typed = tmp_path / "contacts.csv"
    typed.write_text("customer_id,opened_at,touches,reopened,escalated,complaint\nx,2026-01-01 10:00,two,maybe,0,0\n")
    bought = tmp_path / "orders.csv"
    bought.write_text("customer_id,day,amount_minor\nx,2026-01-01,5\nx,2026-01-20,5\n")
    late = tmp_path / "late.csv"
    late.write_text("customer_id,day,amount_minor\nx,1 May,5\n")
    with i18n.speaking(lang):
        for kind, table in dirty_tables():
            found = metrics.validate(table, kind, as_of=LATER)
            said.append(str(found))
            shown += re.split("<[^>]+>", unescape(found._repr_html_()))
        said.append(str(own_data.Fault("day", 2, "", own_words.WORDS["missing"], own_words.WORDS["missing_allowed"], own_words.WORDS["missing_mend"])))
        said.append(own_data._range(own_data.Column(name="csat", kind="whole", meaning="", high=5)))
        for kind in own_data.TABLES:
            said += [f"{column.meaning}. {column.unit}" for column in metrics.columns(kind)]
        for path, kind in ((typed, "contacts"), (late, "orders"), (bought, "customers")):
            said.append(str(report.held(report.open_file(path), kind)[1]))
        table = report.held(report.open_file(bought), "orders")[0]
        said += [told for asked in (report.Asked(), report.Asked(start=DAY), report.Asked(DAY, DAY)) for _, told in report.measure(table, "orders", asked) if isinstance(told, str)]
        said += [told for _, told in report.measure(report.open_file(late), "surveys", report.Asked()) if isinstance(told, str)]
        for wrong in files_and_questions(tmp_path):
            with pytest.raises(metrics.MetricError) as error:
                wrong()
            said.append(str(error.value).partition("Invalid")[0] if "broken" in str(error.value) else str(error.value))
    assert "{" not in "".join(said) and english_in([line for each in said for line in each.splitlines()], lang) == []
    assert english_in(shown, lang) == []
    assert set(own_words.WORDS) - met(own_words.WORDS) == set()


def test_a_table_of_one_s_own_is_read_alike_in_every_language(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text("customer_id,day\nx,2026-01-01\n")
    for lang in i18n.LANGUAGES:
        with i18n.speaking(lang):
            found = report.held(report.open_file(path), "orders")[1]
            assert [(fault.column, fault.absent) for fault in found.faults] == [("amount_minor", True)] and "--map amount_minor=" in found.faults[0].mend
            assert metrics.validate(ORDERS.head(0), "orders").empty and not metrics.validate(ORDERS, "orders").empty


def test_a_name_with_braces_is_told_as_it_is():
    with pytest.raises(metrics.MetricError, match=re.escape("no column nps (found: {missing}).")):
        metrics.nps(pd.DataFrame({"{missing}": [1]}))
