"""The learner's record in a browser: kept, told, taken out and in, erased, damaged, shared by tabs; and the statement, the same as Python's."""

import json
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import record_site
from record_site import ROOT, STEM
from access import RULES
from test_handbook import sideways

from rapport import i18n, study
from rapport.cli import run
from rapport.learner import open_record, read
from rapport.study.parts import modules

HERE = Path(__file__).parent
CASES = json.loads((ROOT / "tests" / "record_cases.json").read_text(encoding="utf-8"))
START = datetime(2026, 11, 25, 12, tzinfo=timezone.utc)
CASE = "the_cold_chain"
TOLD = {"en": "2 of 12 right", "gu": "12માંથી 2 સાચા", "lv": "pareizi 2 no 12"}

PLAY = """limit => {
  const find = (selector) => document.querySelector("rapport-scenario " + selector);
  for (let move = 0; move < limit && !find("[data-do]"); move += 1) {
    const rank = find(".rs-rank");
    if (rank) for (const selector of ["[data-reading=b][data-rank='1']", "[data-reading=a][data-rank='2']", "[data-sure='2']"]) find(selector).click();
    (find("[data-continue]") || find(".rs-start button") || find(".rs-option") || find(".rs-rank button[type=submit]")).click();
  }
  return Boolean(find("[data-do]"));
}"""
TRY = """([number, right]) => {
  const exercise = document.querySelectorAll("rapport-exercise[data-kind=number]")[number];
  const [low, high] = exercise.draw.accept[0];
  const field = exercise.querySelector(".exercise-answer .exercise-number");
  field.value = right ? String(low === high ? low : (low + high) / 2).replace(".", exercise.data.numbers.decimal) : "987654";
  field.form.requestSubmit();
  return exercise.querySelector(".exercise-verdict").dataset.outcome;
}"""
CLIPPED = (HERE / "clipped.js").read_text(encoding="utf-8")
RECORD = "localStorage.getItem('rapport:record')"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    for name, data in record_site.build().items():
        (folder / name).write_bytes(data)
    return folder


@pytest.fixture
def opened(site, page_factory):
    """Open a page by name and language, in a new browser or in that of another page; after the test none has complained or asked for anything."""
    pages = []

    def open_page(name="progress", lang="en", beside=None, at=START, init=None, **options):
        page = beside.context.new_page() if beside else page_factory(**{"timezone_id": "UTC"} | options)
        if beside:
            page.seen = beside.seen
        elif at:
            page.clock.install(time=at)
        if init:
            page.add_init_script(init)
        go(page, site, name, lang)
        pages.append(page)
        return page

    yield open_page
    for page in pages:
        assert page.seen.errors == [] and page.seen.requests == []


def go(page, site, name="progress", lang="en"):
    page.goto((site / (f"{name}.html" if lang == "en" else f"{name}.{lang}.html")).as_uri())


def text(page, selector="main"):
    return " ".join(page.inner_text(selector).replace("\u00ad", "").split())


def kinds(page):
    return [event["kind"] for event in page.evaluate("RapportRecord.events()")]


def exported(page, tmp_path):
    with page.expect_download() as saved:
        page.click("[data-do=export]")
    assert saved.value.suggested_filename.startswith("rapport-record-2026-11-2")
    saved.value.save_as(tmp_path / "record.json")
    return tmp_path / "record.json"


@pytest.fixture
def worked(opened, site):
    """A page of progress after a day's work: two exercises right, one of them failed first, one tried; a case played; a hint and an answer opened."""
    page = opened(STEM)
    assert page.evaluate(TRY, [0, False]) == "wrong" and page.evaluate(TRY, [0, True]) == "right"
    assert page.evaluate(TRY, [1, True]) == "right" and page.evaluate(TRY, [2, False]) == "wrong"
    assert page.evaluate(PLAY, 90)
    page.evaluate("document.querySelectorAll('rapport-exercise .exercise-hints details')[0].open = true")
    page.evaluate("document.querySelector('section.review details').open = true")
    page.wait_for_function("RapportRecord.events('seen').length === 1 && RapportRecord.events('hint').length === 1")
    go(page, site)
    return page


# ---- The same rules as Python's ----------------------------------------------------------------------------------


def test_events_documents_and_texts_are_judged_as_in_python(opened):
    page = opened()
    assert page.evaluate("cases => cases.map(([event]) => RapportRecord.isWhole(event))", CASES["whole"]) == [whole for _, whole in CASES["whole"]]
    assert page.evaluate("cases => cases.map(({ mine, other }) => RapportRecord.merge(mine, other))", CASES["merge"]) == [case["merged"] for case in CASES["merge"]]
    got = page.evaluate("cases => cases.map(({ text }) => RapportRecord.read(text))", CASES["read"])
    for case, found in zip(CASES["read"], got, strict=True):
        assert (found["document"], found["state"] == "sound") == (case["document"], case["sound"]), case["says"]
    assert page.evaluate("[RapportRecord.read('{\"format\": 3}').state, RapportRecord.read('{\"format\": 1}').state, RapportRecord.read('[]').state]") == ["newer", "older", "foreign"]
    whole = CASES["merge"][0]["merged"]
    assert read(page.evaluate("document => RapportRecord.dump(document)", whole).encode()) == (whole, True)


@pytest.mark.parametrize("zone", sorted({case["zone"] for case in CASES["study"]}))
def test_reviews_fall_due_as_in_python(opened, zone):
    page = opened(timezone_id=zone)
    for case in (case for case in CASES["study"] if case["zone"] == zone):
        got = page.evaluate(
            """([{ modules, events, today }, days]) => {
              const listed = modules.map((each) => ({ ...each, exercises: each.exercises.map((id) => ({ id })), cases: each.cases.map((id) => ({ id })), review: each.review.map((id) => ({ id })) }));
              const day = (number) => new Date(number * 86400000).toISOString().slice(0, 10);
              return {
                finished: listed.map((each) => RapportStudy.finished(each, events)),
                rounds: RapportStudy.rounds(listed, events, days).map((each) => [each.stem, each.day, day(each.on), each.settled]),
                due: RapportStudy.due(listed, events, days, Date.parse(today) / 86400000).map((each) => [each.stem, each.item, each.wording, each.day, day(each.on)]),
              };
            }""",
            [case, list(study.DAYS)],
        )
        assert got == {key: case[key] for key in ("finished", "rounds", "due")}, case["says"]


# ---- A day's work --------------------------------------------------------------------------------------------------


def test_what_was_done_is_told_in_every_language_and_after_a_reload(worked, site):
    assert sorted(set(kinds(worked))) == ["attempt", "hint", "run", "seen"]
    for lang in ("en", "gu", "lv", "en"):
        go(worked, site, "progress", lang)
        assert TOLD[lang] in text(worked)
    worked.click(".progress-module summary")
    assert "played 1 time, endings found: 1 of 5" in text(worked) and "Review: next on 26 November 2026" in text(worked)
    assert worked.locator("li[data-state=right]").count() == 3 and worked.locator("li[data-state=tried]").count() == 1
    states = worked.locator(".progress-module li a").all()
    assert all(each.get_attribute("href").startswith(f"{STEM}.html#") for each in states)
    go(worked, site, STEM, "lv")
    verdicts = worked.evaluate("[...document.querySelectorAll('rapport-exercise[data-kind=number]')].slice(0, 3).map((each) => each.querySelector('.exercise-verdict').dataset.outcome)")
    assert verdicts == ["right", "right", "wrong"] and worked.evaluate("RapportRecord.runs('the_cold_chain').length") == 1


def test_it_leads_back_to_where_the_module_was_left_and_to_a_case_half_played(opened, site):
    page = opened(STEM)
    page.evaluate(PLAY, 6)
    page.evaluate("document.querySelector('#data').scrollIntoView()")
    page.wait_for_function("scrollY > 500")
    go(page, site)
    assert "Half played: The cold chain" in text(page)
    page.get_by_role("link", name="Go on where you stopped").click()
    page.wait_for_url(f"**/{STEM}.html#*")
    assert page.evaluate("scrollY") > 500


def test_the_path_of_a_role_is_followed_and_remembered(worked, site):
    worked.select_option("#progress-role", "agent")
    assert worked.locator(".progress-module").count() == len(study.read_paths(ROOT).roles["agent"].modules)
    assert "the short way" in text(worked) and worked.evaluate("RapportRecord.role") == "agent"
    go(worked, site, "progress", "gu")
    assert worked.locator("#progress-role").input_value() == "agent"
    worked.select_option("#progress-role", "")
    assert worked.evaluate("RapportRecord.role") is None


def test_reviews_are_asked_when_due_answered_once_and_come_again(worked, site):
    assert "Nothing is due today. Next: When it goes wrong, day 1, on 26 November 2026." in text(worked, "[data-part=reviews]")
    worked.clock.set_fixed_time(START + timedelta(days=1))
    go(worked, site)
    assert "1 of 3 · When it goes wrong · day 1" in text(worked)
    item = modules(ROOT)[STEM].review[0]
    worked.click(".progress-review button")
    assert "Choose one first." in text(worked) and kinds(worked).count("review") == 0
    for number, option in enumerate((item.wrong[0], None, None)):
        if option:
            worked.get_by_label(study.unmarked(option)).check()
        else:
            worked.locator(".progress-options input").first.check()
        worked.click(".progress-review button")
        assert kinds(worked).count("review") == number + 1
        if option:
            assert f"Not quite. Right is: {study.unmarked(item.right)}" in text(worked) and study.unmarked(item.because)[:40] in text(worked)
        worked.click(".progress-review button")
    assert "of 3 right." in text(worked, "[data-part=reviews]") and "day 7, on 2 December 2026" in text(worked)
    assert worked.evaluate("document.activeElement.textContent").startswith(text(worked, "[data-part=reviews]")[:10])
    first = worked.evaluate("RapportRecord.events('review')[0]")
    assert (first["item"], first["wording"], first["day"], first["right"], first["answer"]) == (item.id, "item", 1, False, study.unmarked(item.wrong[0]))
    worked.clock.set_fixed_time(START + timedelta(days=7))
    go(worked, site)
    assert study.unmarked(item.twin.ask)[:40] in text(worked), "the other wording"


# ---- Out and in ----------------------------------------------------------------------------------------------------


def test_the_file_is_taken_by_the_program_and_the_programs_file_by_the_browser(worked, opened, tmp_path, monkeypatch, capsys):
    file = exported(worked, tmp_path)
    document, sound = read(file.read_bytes())
    assert sound and len(document["events"]) == len(kinds(worked))
    monkeypatch.setenv("RAPPORT_RECORD", str(tmp_path / "mine.json"))
    assert run(["me", "--merge", str(file)]) == 0 and f"{len(document['events'])} new entries" in capsys.readouterr().out
    record = open_record(tmp_path / "mine.json")
    assert {event["outcome"] for event in record.events("attempt")} == {"right", "wrong"} and len(record.runs(CASE)) == 1
    record.add("goal", text="Ask first")
    record.erase_runs(CASE)
    assert run(["me", "--export", str(tmp_path / "theirs.json")]) == 0
    other = opened()
    other.set_input_files("#progress-file", tmp_path / "theirs.json")
    other.wait_for_function("document.querySelector('[data-part=record]').textContent.includes('New entries')")
    assert "goal" in kinds(other) and "run" not in kinds(other)
    worked.set_input_files("#progress-file", tmp_path / "theirs.json")
    worked.get_by_role("button", name="Leave it").click()
    assert "Nothing was taken in" in text(worked) and "run" in kinds(worked)
    worked.set_input_files("#progress-file", tmp_path / "theirs.json")
    worked.wait_for_function("document.querySelector('[data-part=record]').textContent.includes('belongs to another record')")  # the file is read first
    worked.click("[data-do=take]")
    assert "New entries: 2." in text(worked) and "run" not in kinds(worked), "what was erased there is erased here"


@pytest.mark.parametrize(("content", "told"), [
    ("just words", "no record of this course"), ('{"format": 3, "events": []}', "newer version"), ('{"format": 1}', "early version"), ("[]", "no record of this course"),
    (CASES["read"][1]["text"], "The file is damaged."),
])  # fmt: skip
def test_a_file_that_is_none_or_half_of_one_is_told(opened, tmp_path, content, told):
    page = opened()
    (tmp_path / "file.json").write_text(content, encoding="utf-8")
    page.set_input_files("#progress-file", tmp_path / "file.json")
    page.wait_for_function("told => document.querySelector('[data-part=record]').textContent.includes(told)", arg=told)
    assert len(kinds(page)) == ("damaged" in told)


@pytest.mark.parametrize("lang", i18n.LANGUAGES)
def test_the_statement_says_what_pythons_says(worked, opened, site, tmp_path, lang, monkeypatch):
    record = open_record(tmp_path / "own.json")
    record.take_in(read(exported(worked, tmp_path).read_bytes())[0])
    record.add("review", module=STEM, item="x", wording="item", day=1, right=True)
    record.add("sitting", occasion="pre", form="A")
    record.add("attempt", module=STEM, exercise="gone", seed=1, outcome="given_up")
    document = record.data
    worked.evaluate("document => localStorage.setItem('rapport:record', RapportRecord.dump(document))", document)
    go(worked, site, "statement", lang)
    worked.fill("#statement-name", "Asha <b>Patel</b>")
    monkeypatch.setenv("TZ", "UTC")  # as the browser has it
    time.tzset()
    with i18n.speaking(lang):
        own = study.statement(record, ROOT, "Asha <b>Patel</b>")
    got = worked.evaluate("[[...document.querySelectorAll('.statement-paper > ul:first-child li')].map((each) => each.textContent), [...document.querySelectorAll('.statement-paper h2')].map((each) => [each.textContent, [...each.nextElementSibling.children].map((line) => line.textContent)])]")
    plain = json.loads(json.dumps(got, ensure_ascii=False).replace("\u00ad", ""))
    assert plain == [list(own.opening), [[head, list(lines)] for head, lines in own.sections]]
    assert text(worked, "h1") == own.title
    assert worked.evaluate("RapportRecord.data.profile") == "me", "the name is not kept"
    worked.check(".statement-form input[type=checkbox]")
    assert worked.evaluate("RapportRecord.data.profile") == "Asha <b>Patel</b>"


def test_the_statement_prints_alone_on_one_page(worked, site):
    go(worked, site, "statement")
    worked.emulate_media(media="print")
    assert worked.locator(".statement-form").is_hidden() and worked.locator("header.site").is_hidden() and worked.locator(".statement-paper").is_visible()
    assert worked.pdf(format="A4").count(b"/Type /Page\n") == 1


# ---- Erased, damaged, shared -----------------------------------------------------------------------------------------


def test_erasing_takes_two_presses_and_leaves_nothing(worked):
    worked.click("[data-erase]")
    assert worked.evaluate(RECORD)
    worked.click("[data-erase]")
    assert worked.evaluate("Object.keys(localStorage)") == [] and kinds(worked) == []
    assert "Nothing is kept yet" in text(worked) and "0 of 12 right" in text(worked)


def test_an_erased_run_stays_erased_whatever_file_comes_in(worked, site, tmp_path):
    file = exported(worked, tmp_path)
    go(worked, site, STEM)
    worked.click("[data-do=erase]")
    worked.click("[data-do=erase]")
    go(worked, site)
    assert "run" not in kinds(worked) and "erasure" in kinds(worked)
    worked.set_input_files("#progress-file", file)
    worked.wait_for_function("document.querySelector('[data-part=record]').textContent.includes('New entries: 0')")
    assert "run" not in kinds(worked)


@pytest.mark.parametrize("damage", ["", "{", "null", "[1]", '"x"', '{"format": 2, "events": 7}', '{"format": 2, "events": [{"id": 1}]}', '{"format": "2"}', "cut"])
def test_a_damaged_record_is_set_aside_told_and_what_reads_of_it_kept(worked, damage, tmp_path):
    whole, before = worked.evaluate(RECORD), kinds(worked)
    damaged = whole[:-20] if damage == "cut" else damage
    worked.evaluate("damaged => localStorage.setItem('rapport:record', damaged)", damaged)
    worked.reload()
    assert "It was set aside" in text(worked) and len(kinds(worked)) == (len(before) - 1 if damage == "cut" else 0)
    with worked.expect_download() as saved:
        worked.get_by_role("button", name="Save what was set aside").click()
    saved.value.save_as(tmp_path / "aside.txt")
    assert (tmp_path / "aside.txt").read_text(encoding="utf-8") == damaged
    worked.evaluate("RapportRecord.add('goal', { text: 'on' })")
    worked.reload()
    assert "goal" in kinds(worked), "and it goes on"


def test_a_damaged_record_that_cannot_be_set_aside_is_left_where_it_is(worked):
    worked.evaluate("localStorage.setItem('rapport:record', '{damaged')")
    worked.evaluate("() => { const real = Storage.prototype.setItem; Storage.prototype.setItem = function (key, value) { if (key.includes('set-aside')) throw new DOMException('full', 'QuotaExceededError'); real.call(this, key, value); }; }")
    worked.evaluate("RapportRecord.add('goal', { text: 'on' })")
    assert worked.evaluate(RECORD) == "{damaged" and worked.evaluate("RapportRecord.kept") is False and "goal" in kinds(worked)


def test_a_newer_handbooks_record_is_left_alone(worked):
    newer = '{"format": 3, "events": "of another kind"}'
    worked.evaluate("newer => localStorage.setItem('rapport:record', newer)", newer)
    worked.reload()
    assert "written by a newer version" in text(worked)
    worked.evaluate("RapportRecord.add('goal', { text: 'on' })")
    assert worked.evaluate(RECORD) == newer and "goal" in kinds(worked), "what is done is known to this page alone"


def test_two_tabs_lose_nothing_even_when_both_write_at_once(worked, opened):
    other = opened(beside=worked)
    before = len(kinds(worked))
    worked.evaluate("RapportRecord.add('goal', { text: 'one' })")
    other.evaluate("RapportRecord.add('goal', { text: 'two' })")
    stale = other.evaluate(RECORD)
    worked.evaluate("RapportRecord.add('goal', { text: 'three' })")
    other.evaluate("stale => localStorage.setItem('rapport:record', stale)", stale)  # what a write at the same moment does
    worked.wait_for_function("localStorage.getItem('rapport:record').includes('three')")
    for page in (worked, other):
        assert {event["text"] for event in page.evaluate("RapportRecord.events('goal')")} == {"one", "two", "three"} and len(kinds(page)) == before + 3
    other.wait_for_function(f"document.querySelector('[data-part=record]').textContent.includes('It holds {before + 3} entries')")
    other.click("[data-erase]")
    other.click("[data-erase]")
    worked.wait_for_function("document.querySelector('[data-part=notices]').textContent.includes('Nothing is kept yet')")
    worked.evaluate("RapportRecord.add('goal', { text: 'four' })")
    assert [event.get("text") for event in json.loads(other.evaluate(RECORD))["events"]] == ["four"], "what was erased in one tab does not come back from another"


@pytest.mark.parametrize("broken", [
    "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } })",
    "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }",
])  # fmt: skip
def test_without_a_store_or_with_a_full_one_all_works_in_memory_and_says_so_once(opened, broken):
    page = opened(STEM, init=broken)
    assert page.evaluate(TRY, [0, False]) == "wrong" and page.evaluate(TRY, [0, True]) == "right" and page.evaluate(PLAY, 90)
    assert kinds(page) == ["attempt", "attempt", "run"]
    progress = opened("progress", init=broken)
    progress.evaluate("RapportRecord.add('goal', { text: 'on' })")
    assert text(progress, "[data-part=notices]").count("This browser keeps nothing here") == 1


def test_what_an_earlier_handbook_kept_is_carried_over_once(opened, site):
    page = opened(STEM)
    exercise = page.evaluate("(() => { const each = document.querySelector('rapport-exercise[data-kind=number]'); return [each.data.id, each.data.hash, each.draw.seed]; })()")
    assert page.evaluate(PLAY, 90)
    run_ = page.evaluate(f"RapportRecord.runs('{CASE}')[0]")
    state = page.evaluate(f"JSON.parse(localStorage.getItem('rapport:scenario:{CASE}'))")
    page.evaluate("localStorage.clear()")
    old = {
        f"rapport:exercise:{STEM}/{exercise[0]}:{exercise[1]}:{exercise[2]}": {"attempts": ["wrong", "mistake"], "guess": "70 %", "hints": 3, "done": "given_up", "last": ["12.5"]},
        f"rapport:scenario:{CASE}": state | {"runs": [run_, run_]},
        "rapport:hunt:localisation": {"format": 1, "hash": "abc", "marked": [], "done": True, "sittings": [{"marked": ["a.1"]}]},
        f"rapport:exercise:{STEM}/{exercise[0]}:{exercise[1]}:7": "damaged",
    }
    page.evaluate("old => Object.entries(old).forEach(([key, value]) => localStorage.setItem(key, JSON.stringify(value)))", old)
    for _ in range(2):
        page.reload()
        assert sorted(kinds(page)) == sorted(["prediction", "hint", "hint", "attempt", "attempt", "attempt", "solution", "run", "run", "hunt"])
    assert page.evaluate("RapportRecord.events('prediction')[0].guess") == 70
    here = page.locator("rapport-exercise[data-kind=number]").first
    assert here.locator(".exercise-answer .exercise-number").first.input_value() == "12.5" and "Attempts on this draw: 2" in text(page, f"#exercise-{exercise[0]}")
    assert here.locator(".exercise-solution").is_visible() and here.locator(".exercise-hints details:not([hidden])").count() == 3
    assert page.locator("[data-do=again]").is_visible() and "rapport:set-aside:1" in page.evaluate("Object.keys(localStorage)")


APART = """const real = CSS.supports.bind(CSS);
CSS.supports = (...asked) => asked[0] === "-moz-appearance" || real(...asked);
if (!sessionStorage.getItem(location.pathname)) { localStorage.clear(); sessionStorage.setItem(location.pathname, "1"); }"""


def test_where_each_file_has_a_store_of_its_own_links_take_the_record_along(opened):
    page = opened(STEM, init=APART)
    assert page.evaluate(TRY, [0, True]) == "right"
    learner = page.evaluate("RapportRecord.data.learner")
    page.click("[data-tool=progress]")
    page.wait_for_url("**/progress.html*")
    page.wait_for_function("document.querySelector('.progress-module')")
    assert "1 of 12 right" in text(page) and page.evaluate("[RapportRecord.data.learner, location.hash]") == [learner, ""]
    assert "store of its own for each file" in text(page)
    page.evaluate("RapportRecord.add('goal', { text: 'on' })")
    page.click(".languages a[lang=lv]")
    page.wait_for_url("**/progress.lv.html*")
    assert kinds(page) == ["attempt", "goal"]


# ---- How it looks ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("name", ["progress", "statement"])
def test_axe_finds_nothing(worked, site, name, dark):
    worked.emulate_media(color_scheme="dark" if dark else "light")
    worked.clock.set_fixed_time(START + timedelta(days=1))
    go(worked, site, name)
    if name == "progress":
        worked.select_option("#progress-role", "agent")
        worked.click(".progress-module summary")
        worked.locator(".progress-options input").first.check()
        worked.click(".progress-review button")
    worked.evaluate((HERE / "axe.min.js").read_text(encoding="utf-8"))
    found = worked.evaluate("tags => axe.run({ runOnly: tags, preload: false })", RULES[:-1])
    assert len(found["passes"]) > 10 and [(each["id"], [node["html"] for node in each["nodes"]]) for each in found["violations"]] == []


@pytest.mark.parametrize("lang", i18n.LANGUAGES)
def test_nothing_hangs_over_the_edge_of_a_narrow_screen(worked, site, lang):
    worked.clock.set_fixed_time(START + timedelta(days=1))
    for width in (320, 390):
        worked.set_viewport_size({"width": width, "height": 800})
        for name in ("progress", "statement"):
            go(worked, site, name, lang)
            worked.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
            assert sideways(worked) <= 0 and worked.evaluate(CLIPPED) == [], (lang, width, name)


@pytest.mark.parametrize("lang", i18n.LANGUAGES)
def test_without_scripts_the_pages_say_what_they_would_show(opened, lang):
    for name in ("progress", "statement"):
        page = opened(name, lang, at=None, javascript=False)
        assert page.locator(".progress-still").is_visible() and "JavaScript" in text(page)
