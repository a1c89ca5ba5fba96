"""The bug hunt: its key against CLDR and the time zones, counting, habits, faults told with their line, and the notebook's side."""

import random
import re
import unicodedata
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal
from scipy.stats import norm

from rapport import hunt as hunts
from rapport import i18n, learner, widgets
from rapport.content import ContentError, course_root
from rapport.hunt.page import key_html, payload, render

ROOT = course_root()
GUJARATI = str.maketrans("0123456789", "૦૧૨૩૪૫૬૭૮૯")


@pytest.fixture(scope="module")
def hunt():
    return hunts.load("localisation", ROOT)


@pytest.fixture(scope="module")
def pieces(hunt):
    return {each.id: each.piece for each in hunt.pieces}


# ---- the key --------------------------------------------------------------------------------------------------------


def judged(piece, expected):
    """Whether a piece says `expected` where it is sound, or should say it and does not."""
    return expected in piece.right and expected not in piece.text if piece.defect else expected in piece.text


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("order.total", format_currency(12345.6, "EUR", locale="lv")),
        ("renewal.price", format_currency(1150, "EUR", locale="lv")),
        ("reminder.amount", format_currency(2400, "EUR", locale="lv")),
        ("basket.weight", format_decimal(1.5, locale="lv")),
        ("invoice.amount", format_currency(123456, "INR", locale="gu")),
        ("invoice.limit", format_decimal(1000000, locale="gu")),
        ("notice.customers", format_decimal(123456, locale="gu").translate(GUJARATI)),
        ("receipt.price", format_currency(125000, "INR", locale="en_IN")),
        ("receipt.paid", format_currency(125000, "INR", locale="en_IN")),
        ("invitation.day", format_date(date(2026, 12, 4), "full", locale="gu")),
        ("booking.day", format_date(date(2026, 5, 4), "long", locale="en_GB")),
        ("receipt.day", format_date(date(2026, 11, 25), "short", locale="en_IN")[:5]),
        ("invoice.issued", "05/12/2026"),
        ("invoice.due", "20/12/2026"),
        ("order.delivery", format_date(date(2026, 12, 3), "long", locale="lv").removesuffix("is")),
        ("order.day", f"25. {Locale('lv').months['format']['wide'][11].removesuffix('is')}"),
        ("renewal.end", f"31. {Locale('lv').months['format']['wide'][12].removesuffix('is')}"),
        ("notice.open", f"૧૭ {Locale('gu').months['format']['wide'][1]}"),
        ("notice.closed", Locale("gu").months["format"]["wide"][1]),
    ],
)
def test_numbers_amounts_and_dates_are_judged_as_cldr_writes_them(pieces, name, expected):
    assert judged(pieces[name], expected)


def test_the_order_of_day_and_month_is_cldrs(hunt):
    for locale in ("gu", "en_IN", "en_GB"):
        pattern = Locale.parse(locale).date_formats["short"].pattern
        assert pattern.index("d") < pattern.index("M"), locale


@pytest.mark.parametrize(
    ("name", "lang", "number", "forms"),
    [
        ("order.items", "lv", 21, {"zero": "preču", "one": "prece", "other": "preces"}),
        ("basket.basket", "lv", 0, {"zero": "preču", "one": "prece", "other": "preces"}),
        ("basket.history", "lv", 31, {"zero": "preču", "one": "prece", "other": "preces"}),
        ("basket.wishes", "lv", 30, {"zero": "preču", "one": "prece", "other": "preces"}),
        ("help.chosen", "gu", 1, {"one": "વસ્તુ", "other": "વસ્તુઓ"}),
        ("receipt.goods", "en", 1, {"one": "logger", "other": "loggers"}),
        ("receipt.points", "en", 0, {"one": "point", "other": "points"}),
    ],
)
def test_plurals_take_the_form_of_cldrs_category(pieces, name, lang, number, forms):
    piece = pieces[name]
    wanted = f"{number} {forms[Locale(lang).plural_form(number)]}"
    assert (piece.right or piece.text) == wanted and (not piece.defect or piece.text != wanted)


def test_times_are_those_of_the_zones_on_that_day(pieces):
    call = datetime(2026, 5, 4, 10, tzinfo=ZoneInfo("Europe/Riga"))
    for name, zone in (("london", "Europe/London"), ("ahmedabad", "Asia/Kolkata"), ("chicago", "America/Chicago")):
        assert judged(pieces[f"booking.{name}"], call.astimezone(ZoneInfo(zone)).strftime("%H:%M"))
    assert date(2026, 5, 4).weekday() == 0 and date(2026, 12, 4).weekday() == 4


def test_lists_are_sorted_as_their_alphabets_are(pieces):
    latvian = {letter: place for place, letter in enumerate("aābcčdeēfgģhiījkķlļmnņoprsštuūvzž")}
    plain = str.maketrans("āēīū", "aeiu")  # long vowels differ only where all else is equal
    for name, key in (("lists.towns", lambda word: [latvian[c] for c in word.lower().translate(plain)]), ("lists.staff", lambda word: [latvian[c] for c in word.lower().translate(plain)]), ("app.countries", list)):
        for text, wanted in ((pieces[name].right or pieces[name].text, True), *([(pieces[name].text, False)] if pieces[name].defect else [])):
            assert (sorted(text.split(", "), key=key) == text.split(", ")) is wanted, (name, text)


def test_the_garbled_the_cut_the_raw_and_the_english_are_what_they_claim_to_be(hunt, pieces):
    assert pieces["message.parcel"].text == pieces["message.parcel"].right.encode().decode("cp1252")
    assert pieces["labels.street"].text == pieces["labels.street"].right.encode("ascii", "replace").decode()
    for each in hunt.pieces:
        piece, original = each.piece, " ".join(each.specimen.original)
        if piece.kind == "truncated" and piece.defect:
            assert piece.right.startswith(piece.text.removesuffix("…")) and piece.text.endswith("…")
        if piece.kind == "placeholder":
            assert re.search(r"\{\w+\}|%s", piece.text) and not re.search(r"[{%]", piece.right)
        if piece.kind == "untranslated" and piece.defect:
            assert piece.text.isascii() and piece.text in original and not piece.right.isascii()


def test_a_phrase_of_another_direction_is_isolated_where_it_is_right_and_not_where_it_is_wrong(hunt):
    found = 0
    for each in hunt.pieces:
        if any(unicodedata.bidirectional(sign) in ("R", "AL") for sign in each.piece.text):
            found += 1
            isolated = each.piece.text[0] in "\u2066\u2067\u2068"
            assert isolated is not each.piece.defect and (not each.piece.defect or each.piece.right[0] in "\u2067\u2068")
    assert found == 4


def test_there_are_forty_defects_of_every_kind_in_three_languages_and_more_sound_pieces(hunt):
    defects = [each for each in hunt.pieces if each.piece.defect]
    assert len(defects) == 40 and len(hunt.pieces) - 40 >= 40
    assert {each.piece.kind for each in defects} == set(hunts.KINDS)
    assert {each.specimen.lang for each in defects} == set(i18n.LANGUAGES)


# ---- counting -------------------------------------------------------------------------------------------------------


def ids(hunt, wanted=lambda each: True):
    return [each.id for each in hunt.pieces if wanted(each)]


def test_d_prime_is_the_log_linear_one():
    for found, defects, alarms, sound in ((30, 33, 3, 40), (0, 33, 0, 40), (33, 33, 40, 40), (20, 40, 24, 48)):
        wanted = norm.ppf((found + 0.5) / (defects + 1)) - norm.ppf((alarms + 0.5) / (sound + 1))
        assert hunts.d_prime(found, defects, alarms, sound) == pytest.approx(wanted, abs=2e-6)
    assert hunts.d_prime(20, 40, 24, 48) == 0, "half of each"


@pytest.mark.parametrize("counts", [(34, 33, 0, 40), (-1, 33, 0, 40), (0, 33, 41, 40)])
def test_counts_beyond_their_total_are_refused(counts):
    with pytest.raises(ValueError, match="counts lie between"):
        hunts.d_prime(*counts)


def test_a_perfect_reader_and_those_who_mark_all_or_nothing(hunt):
    perfect = hunts.score(hunt, ids(hunt, lambda each: each.piece.defect))
    assert perfect["groups"]["all"] | {"d_prime": 0} == {"found": 40, "defects": 40, "alarms": 0, "sound": 48, "d_prime": 0}
    assert perfect["aim"] and perfect["habits"] == [] and perfect["groups"]["open"]["d_prime"] > 4
    everything, nothing = hunts.score(hunt, ids(hunt)), hunts.score(hunt, [])
    assert everything["habits"] == ["marked_everything"] and nothing["habits"] == ["marked_nothing"]
    for poor in (everything, nothing):
        assert abs(poor["groups"]["open"]["d_prime"]) < 0.1 and not poor["aim"]


def test_who_reads_only_english_can_reach_the_aim(hunt):
    found = hunts.score(hunt, ids(hunt, lambda each: each.piece.defect and not each.piece.needs_language))
    assert found["aim"] and found["groups"]["open"]["found"] == found["groups"]["open"]["defects"]
    assert found["groups"]["gu"]["found"] == found["groups"]["lv"]["found"] == 0 and found["habits"] == []


NUMBERS = ("number", "currency", "date", "time")


@pytest.mark.parametrize(
    ("habit", "wanted"),
    [
        ("only_english", lambda each: each.piece.defect and each.specimen.lang == "en"),
        ("passed_over_gujarati", lambda each: each.piece.defect and each.specimen.lang != "gu"),
        ("passed_over_latvian", lambda each: each.piece.defect and each.specimen.lang != "lv"),
        ("numbers_only", lambda each: each.piece.defect and each.piece.kind in NUMBERS),
        ("words_only", lambda each: each.piece.defect and each.piece.kind not in NUMBERS),
        ("missed_untranslated", lambda each: each.piece.defect and each.piece.kind != "untranslated"),
        ("missed_direction", lambda each: each.piece.defect and each.piece.kind != "direction"),
        ("odd_is_wrong", lambda each: each.piece.kind in ("date", "plural", "number", "name", "time")),
        ("foreign_digits", lambda each: each.piece.defect or each.specimen.id == "notice"),
        ("only_sure_ones", lambda each: each.piece.defect and each.specimen.id in ("order", "help", "labels", "message")),
    ],
)
def test_each_known_way_to_go_wrong_is_recognised(hunt, habit, wanted):
    assert habit in hunts.score(hunt, ids(hunt, wanted))["habits"]


def test_every_habit_is_tested_above_and_chance_shows_none_of_the_narrow_ones(hunt):
    luck = random.Random(1)
    seen = {name for _ in range(200) for name in hunts.score(hunt, luck.sample(ids(hunt), 30))["habits"]}
    assert not seen & {"only_english", "numbers_only", "words_only", "marked_everything", "marked_nothing", "only_sure_ones"}
    tested = {mark.args[1][at][0] for mark in test_each_known_way_to_go_wrong_is_recognised.pytestmark for at in range(len(mark.args[1]))}
    assert {habit.id for habit in hunt.habits} == tested | {"marked_everything", "marked_nothing"}


def test_an_unknown_piece_is_refused(hunt):
    with pytest.raises(ValueError, match="'order.nothing' is no piece"):
        hunts.score(hunt, ["order.nothing"])


@pytest.mark.parametrize("lang", i18n.LANGUAGES)
def test_the_report_says_the_counts_in_the_readers_language(lang):
    with i18n.speaking(lang):
        hunt = hunts.load("localisation", ROOT)
        told = hunts.report(hunt, ["order.total", "order.day"])
        assert all(str(number) in told[0] for number in (33, 40, 1)) and ("0,1" if lang == "lv" else "0.1") in told[1]
        said = [*told, *(habit.says for habit in hunt.habits), *(specimen.fact for specimen in hunt.specimens), *(each.piece.why for each in hunt.pieces)]
    with i18n.speaking("en"):
        source = hunts.load("localisation", ROOT)
        english = {*hunts.report(source, ["order.total", "order.day"]), *(habit.says for habit in source.habits), *(each.fact for each in source.specimens), *(each.piece.why for each in source.pieces)}
    assert len(english & set(said)) == (len(set(said)) if lang == "en" else 0)


# ---- faults ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def course(tmp_path):
    for folder in ("notebooks", "playbooks", "exercises", "hunts"):
        (tmp_path / folder).mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ("planted: 40", "planted: 41", "40 pieces have a right text, and planted says 41"),
        ("        right: 21 prece\n", "        right: 21 preces\n", "text and right are the same"),
        ('"Labdien, [name]!"', '"Labdien!"', "[name] stands 0 times"),
        ('"Labdien, [name]!"', '"Labdien, [nobody]!"', "[nobody], which is no piece"),
        ("kind: joined", "kind: sorting", "no defect of kind joined"),
        ("kind: joined", "kind: glued", "found 'glued'"),
        ("specimens: [notice]", "specimens: [door]", "no specimen is called 'door'"),
        ("{of: all, at_most: 0.03}", "{of: all}", "always holds or never does"),
        ("        text: Mr Shah\n", "        text: Mr Shah\n        needs_language: true\n", "needs_language; everybody reads the English"),
        ("Apstiprin…", "Apstiprin", "ends with …"),
        ("id: localisation", "id: other", "it is the file's name"),
        ("    look: mail", "    loook: mail", "unknown key"),
    ],
)
def test_a_fault_is_told_with_its_line(course, before, after, problem):
    text = (ROOT / "hunts/localisation.yaml").read_text(encoding="utf-8")
    (course / "hunts/localisation.yaml").write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(ContentError) as caught:
        hunts.load("localisation", course)
    assert problem in str(caught.value) and re.search(r"localisation\.yaml:\d+: ", str(caught.value))


def test_fewer_sound_pieces_than_defects_are_refused(course):
    text = (ROOT / "hunts/localisation.yaml").read_text(encoding="utf-8")
    for sound, right in (("Ilze", "Ilzes"), ("25. novembra", "x"), ("12 નંગ", "x"), ("રિફંડ", "x"), ("ઑનલાઇન", "x")):
        text = text.replace(f"        text: {sound}\n", f"        text: {sound}\n        right: {right}\n", 1)
    (course / "hunts/localisation.yaml").write_text(text.replace("planted: 40", "planted: 45"), encoding="utf-8")
    with pytest.raises(ContentError, match="43 sound pieces for 45 defects"):
        hunts.load("localisation", course)


def test_an_unknown_hunt_is_told_with_those_there_are(hunt):
    with pytest.raises(ContentError, match="found the hunt 'insects'; there is localisation"):
        hunts.load("insects", ROOT)


# ---- what a page and a notebook get -----------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", i18n.LANGUAGES)
def test_the_page_holds_no_answer_in_plain_text(lang):
    with i18n.speaking(lang):
        hunt = hunts.load("localisation", ROOT)
        html = str(render(hunt))
        shown = " ".join([line for each in hunt.specimens for line in (*each.original, each.fact, *each.lines, *(piece.text for piece in each.pieces.values()))])
        for each in hunt.pieces:
            assert each.piece.why.strip() not in html
            if each.piece.defect and each.piece.right not in shown and len(each.piece.right) > 8:
                assert each.piece.right not in html, each.id
        assert "defect" not in html.split("</script>")[1], "nothing in the specimens tells which pieces are wrong"
        shapes = {re.sub(r'data-piece="[^"]*"', "", tag) for tag in re.findall(r"<span data-piece[^>]*>", html)}
        assert len(shapes) == 2, "a piece, and the label of a button"


def test_the_label_of_a_button_says_nothing_about_right_or_wrong(hunt):
    assert {each.piece.defect for each in hunt.pieces if each.piece.box} == {True, False}


def test_the_key_prints_every_defect_with_what_is_right(hunt):
    html = key_html(hunt)
    assert html.count("<li>") == 40 and html.count("→") >= 40
    assert all(str(each.piece.text).split("<")[0] in html for each in hunt.pieces if "<" not in each.piece.text)


def test_a_checked_hunt_goes_into_the_record_once_and_comes_back(tmp_path, monkeypatch, capsys, hunt):
    monkeypatch.setenv("RAPPORT_RECORD", str(tmp_path / "record.json"))
    widget = widgets.hunt("localisation", ROOT)
    assert "25" in repr(widget) and widget.state["sittings"] == []
    marked = ["order.total", "order.day"]
    widget.state = widget.state | {"marked": marked}
    assert learner.open_record().events("hunt") == []
    widget.state = widget.state | {"done": True, "sittings": [{"marked": marked}]}
    widget.state = widget.state | {"done": False, "marked": []}
    (event,) = learner.open_record().events("hunt")
    assert event["hunt"] == "localisation" and event["marked"] == marked
    assert event["scores"]["found"] == 1 and event["scores"]["alarms"] == 1 and event["scores"]["habits"] == ["marked_nothing"]
    assert widgets.hunt("localisation", ROOT).state["sittings"] == [{"marked": marked}]
    widgets.my_hunt("localisation", ROOT)
    assert capsys.readouterr().out.splitlines() == hunts.report(hunt, marked)


@pytest.mark.parametrize("lang", i18n.LANGUAGES)
def test_the_notebook_form_speaks_the_readers_language(tmp_path, monkeypatch, lang):
    monkeypatch.setenv("RAPPORT_RECORD", str(tmp_path / "record.json"))
    with i18n.speaking(lang):
        widget = widgets.hunt("localisation", ROOT)
        title = hunts.load("localisation", ROOT).specimens[0].title
        words = payload(hunts.load("localisation", ROOT))["words"]
    assert widget.lang == lang and title in widget.html
    assert (words["check"] == "Check the whole hunt") is (lang == "en")
