"""What the search finds: text from heading to heading, without answers, hints and code; the file of texts; what may be typed instead."""

import json
import re

import nbformat
import pytest
import small_site
import tiny_course
import yaml

from rapport import i18n, playbooks
from rapport.content import ContentError
from rapport.handbook import search
from rapport.i18n import CLOSE, OPEN

MODULE = f"""
<header class="opening"><h1 id="module">When it goes wrong</h1><p class="lead">About re\u00adpair.</p></header>
<h2 id="idea">The idea</h2><p>Own it <a href="#x">Known 2004</a><span>, first.</span></p><h4>Aside</h4><p>And more.</p>
<div class="cell"><details class="code"><summary>Show the code</summary><pre>secret_code()</pre></details><p>In words.</p></div>
<h2 id="scenario">Case</h2><p>Before.</p>
<rapport-scenario><script type="application/json">{{"ending": "secret ending"}}</script><div class="scenario-still"><p class="eyebrow">Case</p><p class="scenario-title">The cold chain</p><p>You look after a clinic.</p></div></rapport-scenario>
<p>After it, talk.</p>
<h2 id="exercises">Exercises</h2>
<rapport-exercise id="exercise-one"><h3 id="exercise-one-title">How many?</h3><p>What goes on the line?</p><div class="exercise-hints"><details><summary>Hint</summary><p>secret hint</p></details></div><details><p>secret solution</p></details></rapport-exercise>
<h2 id="review">Three to remember</h2>
<section class="review"><ol><li><p class="ask">What comes first?</p><details><summary>Show</summary><p>secret answer</p></details></li></ol></section>
<h2 id="more">{OPEN}Still English{CLOSE}</h2><p lang="en">Of the book.</p><p hidden>secret</p>
"""
CARDS = '<h1>Cards</h1><section class="play" id="own"><h2>Own it</h2><h3>Steps</h3><ol><li>Say so.</li></ol></section><section class="play" id="ask"><h2>Ask</h2><p>Then ask.</p></section>'


def found(body, kind="text", lang="en"):
    return {(each["anchor"], each["kind"]): each for each in search.sections(body, kind, lang)}


# ---- What of a page --------------------------------------------------------------------------------------------------------


def test_a_page_is_cut_at_its_headings_and_its_parts_stand_by_themselves():
    of = found(MODULE)
    assert [(anchor, kind, each["title"]) for (anchor, kind), each in of.items()] == [
        ("module", "text", "When it goes wrong"), ("idea", "text", "The idea"), ("scenario", "text", "Case"), ("scenario", "case", "The cold chain"),
        ("exercise-one-title", "exercise", "How many?"), ("review", "text", "Three to remember"), ("more", "text", "Still English"),
    ]  # fmt: skip
    assert of["idea", "text"]["text"] == "Own it Known 2004, first. Aside: And more. In words."
    assert of["scenario", "case"]["text"] == "You look after a clinic."
    assert of["scenario", "text"]["text"] == "Before. After it, talk.", "what follows a case belongs to the section around it"
    assert of["module", "text"]["text"] == "About repair."


def test_answers_hints_endings_and_code_are_not_found():
    text = json.dumps(search.sections(MODULE, "text", "en"))
    assert "secret" not in text and "What comes first?" in text


def test_each_card_is_one_place_with_the_anchor_of_its_card():
    of = found(CARDS)
    assert list(of) == [("own", "card"), ("ask", "card")] and of["own", "card"]["text"] == "Steps: Say so."


def test_each_term_of_the_glossary_is_one_place():
    of = found('<h1 id="top">Terms</h1><dl><dt id="term-a">Badge</dt><dd>How sure.</dd><dt id="term-b">Beat</dt><dd>One of four.</dd></dl>', "term")
    assert of["term-a", "term"] | {"title": "Badge", "text": "How sure."} == of["term-a", "term"] and of["term-b", "term"]["text"] == "One of four."


def test_each_section_knows_which_language_most_of_it_is_in():
    of = found(MODULE, lang="gu")
    assert (of["more", "text"]["title_lang"], of["more", "text"]["text_lang"]) == ("en", "en")
    assert (of["idea", "text"]["title_lang"], of["idea", "text"]["text_lang"]) == ("gu", "gu")


# ---- The site --------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return small_site.build(small_site.course(tmp_path_factory.mktemp("course")))


def texts(site, lang):
    return json.loads(re.fullmatch(r"globalThis\.rapportTexts = (.*);\n", site[f"search-texts.{lang}.js"].decode(), re.DOTALL)[1])


@pytest.mark.parametrize("lang", i18n.LANGUAGES)
def test_whatever_is_found_leads_to_a_page_and_an_anchor_of_that_language(site, lang):
    data = texts(site, lang)
    assert {kind for _, _, kind, *_ in data["entries"]} >= {"text", "card", "market", "moment"}
    for page, anchor, kind, title, text, *_ in data["entries"]:
        html = site[data["pages"][page][0]].decode()
        assert f'<html lang="{lang}">' in html and (not anchor or f'id="{anchor}"' in html), (title, anchor)
        assert not set("\u00ad\u00a0" + OPEN + CLOSE) & set(title + text)


def test_only_the_page_of_the_search_loads_what_it_needs(site):
    for name, data in site.items():
        if name.endswith(".html"):
            loaded = re.findall(r'<script src="([^"]+)"', data.decode())
            assert ("minisearch.js" in loaded) == ("search.js" in loaded) == name.startswith("search"), name
            assert 'data-tool="search"' in data.decode()
    scripts = re.findall(r'<script src="([^"]+)"', site["search.lv.html"].decode())
    assert scripts.index("search-texts.lv.js") < scripts.index("search.js"), "the texts are there when they are read"


def test_the_lists_hold_every_card_and_page_in_the_order_of_the_alphabet(site):
    html = site["search.lv.html"].decode().replace("\u00ad", "")
    cards, others = re.findall(r'<h2 id="(?:cards|pages)">.*?<ul>(.*?)</ul>', html, re.DOTALL)
    assert re.findall(r'href="([^"]+)"', cards) == [f"{tiny_course.STEM}-cards.lv.html#say-so", f"{tiny_course.STEM}-cards.lv.html#say-when"]
    titles = re.findall(r">([^<]+)</a>", others)
    assert titles.index("Brazīlija") < titles.index("Ķīna") < titles.index("Latvija"), "Ķ comes after K and before L"
    assert "search.lv.html" not in others


def test_the_search_stands_outside_the_order_of_reading(site):
    assert 'rel="prev"' not in site["search.html"].decode() and not any(re.search(r'rel="(?:prev|next)" href="search', data.decode()) for name, data in site.items() if name.endswith(".html"))


def test_two_builds_give_the_same_bytes(site, tmp_path):
    again = small_site.build(small_site.course(tmp_path))
    assert {name: again[name] for name in site if name.startswith("search")} == {name: data for name, data in site.items() if name.startswith("search")}


def test_a_page_with_answers_for_the_trainer_is_listed_and_not_searched(tmp_path):
    from rapport.handbook import parts

    root = tiny_course.make(tmp_path)
    (root / "playbooks" / "facilitator.md").write_text("---\ntitle: For trainers\nlead: Read this.\n---\n\n## First\n\nAsk.\n", encoding="utf-8")
    executed = {path: nbformat.read(path, 4) for path in (root / "notebooks").glob("*.ipynb")}
    made = parts.site(root, executed, "facilitator")
    answers = next(page for page in made if page.kind == "answers")
    assert answers.sections == [] and f'href="{answers.file}"' in next(page for page in made if page.name == search.PAGE).body


# ---- What may be typed instead ---------------------------------------------------------------------------------------------


def test_english_terms_and_rejected_words_lead_to_those_of_the_translation(tmp_path):
    folder = tmp_path / "locales" / "lv"
    folder.mkdir(parents=True)
    (folder / "glossary.yaml").write_text("- term: fault\n  choice: kļūda (sava); vaina\n  rejected:\n    Grēks (smags): no\n  forms:\n    fault: [kļūd]\n")
    (folder / "search.yaml").write_text("words:\n  fault: [kļūm]\n  atvainoties: [atzī]\nfamilies:\n  - iet gāja\n")
    found = search.typed(tmp_path, "lv")
    assert found["words"] == {"atvainoties": ["atzī"], "fault": ["kļūd", "kļūm"], "grēks": ["kļūda", "vaina"]}
    assert found["families"] == [["iet", "gāja"]]
    assert search.typed(tmp_path, "gu") == {"passed_over": [], "families": [], "words": {}, "places": {}}


@pytest.mark.parametrize("text", ["sorry: [acknowledg]\n", "words:\n  sorry: acknowledg\n", "- sorry\n", "words:\n  sorry: [1]\n", "places:\n  cards: [sorry]\n", "words: [\n"])
def test_a_faulty_list_is_told_with_its_file(tmp_path, text):
    (tmp_path / "locales" / "en").mkdir(parents=True)
    (tmp_path / "locales" / "en" / "search.yaml").write_text(text)
    with pytest.raises(ContentError, match=r"search\.yaml"):
        search.typed(tmp_path, "en")


@pytest.mark.parametrize("lang", i18n.LANGUAGES)
def test_the_course_has_words_to_type_in_each_language(lang):
    found = search.typed(small_site.ROOT, lang)
    assert len(found["words"]) > 30 and len(found["passed_over"]) > 30


def named():
    """What has to have names of its own: each card, moment and term, and the sections of a market sheet, by page."""
    read = {stem: yaml.safe_load((small_site.ROOT / "playbooks" / f"{stem}.yaml").read_text(encoding="utf-8")) for stem in ("moments", "glossary")}
    stems = [each.parent.name for each in (small_site.ROOT / "playbooks").glob("*/playbook.md")]
    cards = {f"{stem}-cards": {each.id for each in playbooks.load(stem, small_site.ROOT).plays} for stem in stems}
    return cards | {"five-minutes": {each["id"] for each in read["moments"]["moments"]}, "glossary": {f"term-{each['id']}" for each in read["glossary"]["terms"]}, "market": set("now next questions calendar clock person post law format".split())}


@pytest.mark.parametrize("lang", i18n.LANGUAGES)
def test_every_card_moment_term_and_section_of_a_market_has_names(lang):
    places = search.typed(small_site.ROOT, lang)["places"]
    for page, anchors in named().items():
        assert anchors, page
        assert {anchor for anchor in anchors if not places.get(page, {}).get(anchor)} == set(), page
