"""The card set: which cards it holds, where its links lead, and that a course without moments or cards still builds."""

import re
import shutil
from pathlib import Path

import pytest
import small_site
import tiny_course

from rapport import i18n, playbooks
from rapport.content import module_stems
from rapport.handbook import cardset, package, parts

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def whole():
    """The course's own set."""
    return package.card_set(ROOT, i18n.LANGUAGES).decode()


def test_it_holds_every_card_of_every_module_in_each_language_under_an_address_that_lasts(whole):
    cards = [f"{stem[:2]}-{play.id}" for stem in module_stems(ROOT) for play in playbooks.load(stem, ROOT).plays]
    assert len(cards) > 40 and len(cards) == len(set(cards))
    found = re.findall(r'<section class="play" id="([^"]+)">', whole)
    assert found == [f"{card}{ending}" for ending in ("", ".gu", ".lv") for card in cards]


def test_it_weighs_what_a_telephone_takes_and_is_the_same_each_time(whole):
    each = len(whole.encode()) / whole.count('<section class="play"')
    assert each < 5_500, f"{each:.0f} bytes for a card in one language, with its share of fonts, lists and scripts"
    assert package.card_set(ROOT, i18n.LANGUAGES).decode() == whole


def test_english_that_waits_for_its_translation_says_so_and_no_other_text_does(whole):
    for lang in ("gu", "lv"):
        with i18n.speaking(lang, marking=True):
            waits = {f"{stem[:2]}-{play.id}.{lang}" for stem in module_stems(ROOT) for play in playbooks.load(stem, ROOT).plays if i18n.OPEN in playbooks.show.card_html(play, playbooks.bibliography(ROOT))}
        cards = dict(re.findall(r'<section class="play" id="([^"]+)">(.*?)</section>', whole, re.DOTALL))
        assert {name for name, html in cards.items() if name.endswith(lang) and 'lang="en"' in html} == waits


def test_a_link_to_a_card_stays_in_the_set_and_others_are_plain_text(tmp_path):
    root = small_site.course(tmp_path)
    html = package.card_set(root, ("en", "lv")).decode()
    assert 'See <a href="#01-say-when">the other card</a> and <a>the notebook</a>.' in html.replace("\u00ad", "").replace("<a >", "<a>")
    assert 'href="#01-say-when.lv"' in html and 'href="#waiting.lv"' in html and ".html" not in html.partition("<main")[2].partition("</main>")[0]
    assert "<small>" not in html and "<b>courier" not in html


def test_a_course_without_moments_lists_its_cards_by_module_alone(tmp_path):
    html = package.card_set(tiny_course.make(tmp_path), ("en",)).decode()
    assert 'href="#01"' in html and '<span class="trigger">A parcel is late.</span>' in html and "Which moment" not in html and "tongue" not in html.partition("<body")[2].partition("<script")[0]


def test_a_course_without_cards_has_no_set_and_no_link_to_one(tmp_path):
    root = small_site.course(tmp_path)
    made = small_site.build(root, ("en",))
    assert b'href="cards.html"' in made["five-minutes.html"] and made[cardset.FILE] == package.card_set(root, ("en",))
    playbook = root / "playbooks" / tiny_course.STEM / "playbook.md"
    playbook.write_text(playbook.read_text(encoding="utf-8").partition("## ")[0], encoding="utf-8")
    notebook = root / "notebooks" / f"{tiny_course.STEM}.ipynb"
    notebook.write_text(notebook.read_text(encoding="utf-8").replace("[the card](#say-so)", "a card"), encoding="utf-8")
    assert not cardset.has_cards(root)
    assert parts.make(root, "learner", "cardset", "", ["en"])["cardset"] is None
    front = parts.make(root, "learner", "front", "", ([{"stem": tiny_course.STEM, "graphs": {}, "exercises": {}}], [], {}))
    assert not any("cards.html" in page["body"] for page in front["pages"])


def test_a_module_without_a_notebook_is_not_in_it(tmp_path):
    root = small_site.course(tmp_path)
    shutil.copytree(root / "playbooks" / tiny_course.STEM, root / "playbooks" / "02_later")
    playbook = root / "playbooks" / "02_later" / "playbook.md"
    playbook.write_text(playbook.read_text(encoding="utf-8").replace(tiny_course.STEM, "02_later"), encoding="utf-8")
    assert 'id="02' not in package.card_set(root, ("en",)).decode()
