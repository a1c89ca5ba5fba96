"""The real handbook as a reader opens it: by double-click, network off, on a phone, in the dark, on paper, without scripts."""

import json
import shutil
from pathlib import Path

import pytest

from rapport.content import course_root, module_stems
from rapport.exercises import load
from rapport.exercises.checking import key
from rapport.exercises.serving import served, simulated
from rapport.handbook.pages import APART
from rapport.i18n.leftovers import leftovers_in_page

HERE = Path(__file__).parent
COURSE = course_root(HERE)
STEM = next(stem for stem in module_stems(COURSE) if (COURSE / "notebooks" / f"{stem}.ipynb").exists())
EXPLORING = "10_when_it_goes_wrong"  # the module with a data explorer
PAGES = ["index", STEM, f"{STEM}-cards", "about"]


def address(built, name):
    return (built.singles[0] if name == "single" else built.index.parent / f"{name}.html").as_uri()


@pytest.fixture
def opened(built, page_factory):
    """Open a page; after the test, none has complained or asked for anything beyond its own files."""
    pages = []

    def open_page(name, **options):
        page = page_factory(**options)
        page.goto(address(built, name))
        pages.append(page)
        return page

    yield open_page
    for page in pages:
        assert page.seen.errors == [] and page.seen.requests == []


def sideways(page):
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


# ---- Every page -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*PAGES, "single"])
def test_a_page_opened_from_a_file_is_quiet_and_asks_for_nothing(opened, name):
    page = opened(name)
    assert page.locator("h1").count() == 1 and page.title().endswith("Rapport")
    assert page.evaluate("document.documentElement.lang") == "en"
    page.wait_for_timeout(200)  # a late request would come here


@pytest.mark.parametrize("name", [*PAGES, "single"])
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_no_page_scrolls_sideways(opened, name, width):
    page = opened(name, width=width)
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    assert sideways(page) <= 0


@pytest.mark.parametrize("name", [*PAGES, "single"])
def test_every_page_can_be_read_without_javascript(opened, name):
    page = opened(name, javascript=False)
    assert page.locator("h1").is_visible() and page.locator(".rail a").first.is_visible()
    if name in (STEM, "single"):
        assert page.get_by_text("needs JavaScript in your browser").first.is_visible()
        assert page.locator("rapport-scenario blockquote").is_visible()
        assert page.locator("rapport-exercise table").first.is_visible() and page.locator(".sources li").first.is_visible()
        page.locator(".review summary").first.click()
        assert page.locator(".review details[open] p").first.is_visible()
    for control in page.locator("[data-print], [data-erase], .theme").all():
        assert not control.is_visible(), "a control that needs a script is not shown without it"


# ---- Finding one's way ------------------------------------------------------------------------------------------


def test_previous_and_next_lead_through_all_pages_and_back(opened, built):
    page = opened("index")
    seen = [page.url.rsplit("/", 1)[1]]
    while page.locator("a[rel=next]").count():
        with page.expect_navigation():
            page.locator("a[rel=next]").click()
        seen.append(page.url.rsplit("/", 1)[1].partition("#")[0])
    english = [path.name for path in built.pages if path.suffixes == [".html"] and not any(f'<body class="page-{kind}"' in path.read_text(encoding="utf-8") for kind in APART)]
    assert seen == english and len(seen) >= len(PAGES) and len(built.pages) >= 3 * len(PAGES)
    while page.locator("a[rel=prev]").count():
        with page.expect_navigation():
            page.locator("a[rel=prev]").click()
    assert page.url.endswith("index.html")


def test_the_first_tab_stop_skips_to_the_text(opened):
    page = opened(STEM)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip" and page.locator(".skip").is_visible()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_contents_lead_to_their_section_and_mark_where_one_is(opened):
    page = opened(STEM)
    link = page.locator(".rail a[href='#exercises']")
    link.click()
    page.wait_for_function("document.querySelector(\".rail a[href='#exercises']\").getAttribute('aria-current') === 'true'")
    assert 0 <= page.locator("#exercises").bounding_box()["y"] < 200


def test_breadcrumbs_say_where_a_page_belongs(opened):
    page = opened(f"{STEM}-cards")
    assert [each.get_attribute("href") for each in page.locator(".crumbs a").all()] == ["index.html", f"{STEM}.html"]


def test_a_card_link_in_the_module_opens_that_card(built, opened):
    page = opened(f"{EXPLORING}-cards")
    names = page.eval_on_selector_all(".play", "cards => cards.map(card => card.id)")
    assert len(names) == len(set(names)) >= 10
    page.goto(f"{address(built, f'{EXPLORING}-cards')}#{names[-1]}")
    assert page.locator(f"#{names[-1]}").bounding_box()["y"] < 400


def test_light_and_dark_can_be_chosen_and_the_choice_is_kept(opened):
    page = opened("index", dark=True)
    ground = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(ground)
    page.get_by_label("Light").check()
    light = page.evaluate(ground)
    assert light != dark
    page.reload()
    assert page.evaluate(ground) == light and page.locator(".theme input[value=light]").is_checked()
    page.locator(".theme input[value=light]").focus()
    page.keyboard.press("ArrowLeft")
    assert page.evaluate(ground) == dark, "the keyboard chooses too, and System follows the device"


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("name", [STEM, f"{STEM}-cards", "index"])
def test_high_contrast_follows_the_system_or_a_choice_and_every_text_reaches_treble_a(opened, name, dark):
    tokens = "['bg', 'text', 'muted', 'accent', 'bad'].map(name => getComputedStyle(document.body).getPropertyValue('--' + name))"
    page = opened(name, dark=dark, contrast="more")
    asked = page.evaluate(tokens)
    page.emulate_media(contrast="no-preference", color_scheme="dark" if dark else "light")
    assert page.evaluate(tokens) != asked
    page.get_by_label("Contrast").check()
    page.reload()
    assert page.get_by_label("Contrast").is_checked() and page.evaluate(tokens) == asked
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    page.evaluate((HERE / "axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate("axe.run({ runOnly: ['color-contrast-enhanced'], preload: false })")
    assert found["passes"][0]["nodes"], "axe measured"
    assert [(node["target"], node["failureSummary"]) for each in found["violations"] for node in each["nodes"]] == []


def test_in_forced_colours_the_chosen_appearance_and_the_badges_are_still_told_apart(opened):
    page = opened(STEM, forced_colors="active")
    style = "(each, pseudo) => { const found = getComputedStyle(each, pseudo); return found.color + found.backgroundColor; }"
    chosen, other = (page.locator(f".theme input{which} + span").first.evaluate(style) for which in (":checked", ":not(:checked)"))
    assert chosen != other
    shape = page.locator(".claim[data-badge=strong] .badge").first.evaluate("each => getComputedStyle(each, '::before').backgroundColor")
    assert shape == page.evaluate("getComputedStyle(document.body).color"), "the shape beside the word is painted"


def test_what_the_browser_keeps_is_erased_on_request_only_and_only_ours(opened):
    page = opened("about")
    page.evaluate("localStorage.setItem('rapport:x', '1'); localStorage.setItem('other', '1')")
    button = page.locator("[data-erase]")
    button.click()
    assert page.evaluate("localStorage.getItem('rapport:x')") == "1", "the first press asks"
    button.click()
    assert page.evaluate("[localStorage.getItem('rapport:x'), localStorage.getItem('other')]") == [None, "1"]
    assert "Erased" in page.locator(".erase-said").inner_text()


# ---- The module -------------------------------------------------------------------------------------------------

CLICK_ON = """() => {
  const find = (selector) => document.querySelector("rapport-scenario " + selector);
  for (let move = 0; move < 90 && !find("[data-do]"); move += 1) {
    if (find(".rs-rank")) for (const selector of ["[data-reading=b][data-rank='1']", "[data-reading=a][data-rank='2']", "[data-sure='2']"]) find(selector).click();
    (find("[data-continue]") || find(".rs-option") || find(".rs-rank button[type=submit]")).click();
  }
  return Boolean(find("[data-do]"));
}"""

ENDINGS = """() => {
  const graph = document.querySelector("rapport-scenario").graph;
  const found = [];
  for (const place of graph.places) for (const which of Object.keys(graph.cases)) {
    const draw = graph.draws[place.id].indexOf(which);
    if (draw < 0) throw new Error("never drawn: " + which);
    const queue = [RapportPlayer.begin(graph, place.id, draw)], seen = new Set();
    while (queue.length) {
      const walk = queue.shift();
      if (seen.has(walk.node)) continue;
      seen.add(walk.node);
      const node = graph.nodes[walk.node];
      if (node.beat === "end") { found.push({ place: place.id, which, node: walk.node, draw, path: walk.path }); continue; }
      for (const option of node.options) { try { queue.push(RapportPlayer.step(graph, walk, option.id)); } catch (error) { if (!(error instanceof RangeError)) throw error; } }
    }
  }
  return { hash: graph.hash, ends: Object.values(graph.nodes).filter((node) => node.beat === "end").length, found };
}"""


@pytest.mark.parametrize("name", [STEM, "single"])
def test_the_case_is_played_to_an_end_in_its_place_on_the_page(opened, name):
    page = opened(name)
    page.locator("rapport-scenario .rs-start button").click()
    assert page.evaluate(CLICK_ON)
    page.locator("rapport-scenario .rs-scores").wait_for()
    page.reload()
    assert page.locator("rapport-scenario .rs-scores").is_visible(), "the page remembers where one stopped"


def test_every_ending_of_the_case_is_shown_for_every_customer_and_place(opened):
    page = opened(STEM)
    every = page.evaluate(ENDINGS)
    assert len({each["node"] for each in every["found"]}) == every["ends"] > 0
    assert len({(each["place"], each["which"]) for each in every["found"]}) >= 6
    for end in every["found"]:
        state = {"format": 1, "graph": every["hash"], "place": end["place"], "draw": end["draw"], "path": end["path"], "runs": []}
        page.evaluate("state => { document.querySelector('rapport-scenario').state = state; }", state)
        assert page.locator("rapport-scenario .rs-scores").is_visible(), end


@pytest.mark.parametrize("name", [STEM, "single"])
def test_an_exercise_is_failed_with_a_known_slip_and_then_solved(opened, name):
    definition = load(STEM, COURSE)
    exercise = next(each for each in definition if each.answer.kind == "number" and each.table)
    this = key(definition, exercise, simulated(definition, served(definition, 1)[0]))
    slip, value = next((slip, value) for slip, value in this.mistakes if value is not None)
    page = opened(name)
    here = page.locator(f"#exercise-{exercise.id}")
    assert here.locator(".exercise-solution").is_hidden()
    field = here.locator(".exercise-answer .exercise-number")
    field.fill(f"{value:.{exercise.answer.decimals}f}")
    field.press("Enter")
    assert here.locator(".exercise-verdict").get_attribute("data-outcome") == "mistake"
    field.fill(f"{this.value:.{exercise.answer.decimals}f}")
    field.press("Enter")
    assert here.locator(".exercise-verdict").get_attribute("data-outcome") == "right"
    assert here.locator(".exercise-solution").is_visible()


def test_every_exercise_with_a_number_or_a_choice_can_be_answered_on_the_page(opened):
    page = opened(STEM)
    for exercise in load(STEM, COURSE):
        here = page.locator(f"#exercise-{exercise.id}")
        assert here.locator(".exercise-main").is_visible(), exercise.id
        assert here.locator("input:visible, select:visible").count() > 0, exercise.id


def test_the_explorer_changes_its_picture_and_its_sentence(opened):
    page = opened(EXPLORING)
    explorer = page.locator("rapport-explorer")
    picture, sentence = explorer.locator("svg image"), explorer.locator("[role=status]")
    before = picture.get_attribute("href"), sentence.inner_text()
    assert before[0].startswith("data:image/png;base64,")
    explorer.locator("select").nth(2).select_option(index=2)
    assert picture.get_attribute("href") != before[0] and sentence.inner_text() != before[1]


def test_code_is_folded_away_and_one_click_opens_it(opened):
    page = opened(STEM)
    code = page.locator("details.code").first
    assert not code.locator("pre").is_visible()
    code.locator("summary").click()
    assert code.locator("pre").is_visible()


def test_every_figure_says_in_words_what_it_shows(opened):
    page = opened(STEM)
    figures = page.locator("figure.chart")
    assert figures.count() >= 3
    assert all(len(alt.split()) >= 6 for alt in page.eval_on_selector_all("figure.chart img", "images => images.map(image => image.alt)"))
    assert page.locator("details.in-words").count() == figures.count()


# ---- Paper ------------------------------------------------------------------------------------------------------


def pages_in(pdf: bytes) -> int:
    return pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page ")


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_each_card_prints_on_one_page(opened, paper):
    page = opened(f"{STEM}-cards", dark=True)
    cards = page.locator(".play").count()
    assert pages_in(page.pdf(format=paper, prefer_css_page_size=False)) == cards


def test_the_print_button_prints_that_card_alone(opened):
    page = opened(f"{STEM}-cards")
    page.evaluate("window.print = () => { window.printed = [...document.querySelectorAll('.play')].filter(card => card.offsetHeight).map(card => card.id); }")
    page.emulate_media(media="print")
    name = page.locator("[data-print]").nth(2).get_attribute("data-print")
    page.evaluate("name => document.querySelector(`[data-print='${name}']`).click()", name)
    assert page.evaluate("window.printed") == [name]


def test_print_leaves_out_what_only_works_on_a_screen_and_is_light(opened):
    page = opened(STEM, dark=True)
    page.emulate_media(media="print", color_scheme="dark")
    for selector in ("header.site", ".rail", ".pager", "details.code"):
        assert not page.locator(selector).first.is_visible(), selector
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.locator("figure.chart img").first.is_visible()


# ---- Other forms ------------------------------------------------------------------------------------------------


def test_the_unpacked_zip_opens_like_the_folder(built, page_factory, tmp_path):
    shutil.unpack_archive(built.zip, tmp_path)
    page = page_factory()
    page.goto((tmp_path / "rapport-handbook" / "index.html").as_uri())
    with page.expect_navigation():
        page.locator(".module .button").first.click()
    assert page.locator("rapport-scenario .rs-start").is_visible()
    assert page.seen.errors == [] and page.seen.requests == []


def test_the_single_file_works_alone_in_another_folder(built, page_factory, tmp_path):
    alone = Path(shutil.copy(built.singles[0], tmp_path))
    page = page_factory(width=390, touch=True)
    page.goto(alone.as_uri())
    page.locator("rapport-scenario .rs-start button").tap()
    assert page.evaluate(CLICK_ON)
    page.get_by_role("link", name="Play cards").first.tap()
    assert page.locator(".play").first.is_visible()
    assert page.seen.errors == [] and page.seen.requests == []


def test_a_script_put_into_a_page_by_hand_does_not_run(built, page_factory, tmp_path):
    shutil.copytree(built.index.parent, tmp_path / "copy")
    path = tmp_path / "copy" / "about.html"
    path.write_text(path.read_text(encoding="utf-8").replace("</main>", "<script>window.ran = 1</script><img src='https://example.org/x.png' alt='x'></main>"), encoding="utf-8")
    page = page_factory()
    page.goto(path.as_uri())
    page.wait_for_timeout(200)
    assert page.evaluate("window.ran") is None
    assert len([error for error in page.seen.errors if "Content Security Policy" in error]) == 2


def test_without_storage_the_pages_still_work(built, page_factory):
    page = page_factory()
    page.add_init_script("Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no'); } })")
    page.goto(address(built, STEM))
    page.locator("rapport-scenario .rs-start button").click()
    assert page.locator("rapport-scenario .rs-option").first.is_visible()
    page.goto(address(built, "about"))
    page.get_by_label("Dark").check()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.locator("[data-erase]").click()
    page.locator("[data-erase]").click()
    assert "nothing is kept" in page.locator(".erase-said").inner_text()
    assert page.seen.errors == []


def test_the_data_of_a_case_is_whole_in_the_page(built):
    html = (built.index.parent / f"{STEM}.html").read_text(encoding="utf-8")
    block = html.split("<rapport-scenario", 1)[1].split('<script type="application/json">', 1)[1].split("</script>", 1)[0]
    graph = json.loads(block)
    assert graph["format"] == 1 and graph["module"] == STEM


# ---- In another language ------------------------------------------------------------------------------------------

OTHERS = ("gu", "lv")

STATES = """async (pick) => {
  const states = [];
  const keep = (what) => states.push([what, document.querySelector("rapport-scenario").outerHTML]);
  const find = (selector) => document.querySelector("rapport-scenario " + selector);
  keep("before the start");
  find(".rs-start button").click();
  for (let move = 0; move < 90 && !find("[data-do]"); move += 1) {
    keep("move " + move);
    if (find(".rs-rank")) for (const selector of ["[data-reading=b][data-rank='1']", "[data-reading=a][data-rank='2']", "[data-sure='2']"]) find(selector).click();
    const options = [...document.querySelectorAll("rapport-scenario .rs-option:not([disabled])")];
    (find("[data-continue]") || options[pick % Math.max(options.length, 1)] || find(".rs-rank button[type=submit]")).click();
  }
  for (let wait = 0; wait < 500 && document.querySelector("[data-unfinished]"); wait += 1) await new Promise((done) => setTimeout(done, 20));
  keep("the end");
  return states;
}"""

ANSWERED = """(value) => {
  const states = [];
  for (const exercise of document.querySelectorAll("rapport-exercise")) {
    for (const button of exercise.querySelectorAll("button")) if (button.offsetParent) { button.click(); states.push([exercise.id, exercise.outerHTML]); }
    for (const input of exercise.querySelectorAll("input[type=radio], input[type=checkbox]")) if (input.offsetParent) input.click();
    for (const select of exercise.querySelectorAll("select")) { select.selectedIndex = select.options.length - 1; select.dispatchEvent(new Event("change", { bubbles: true })); }
    for (const input of exercise.querySelectorAll("input:not([type=radio]):not([type=checkbox])")) { input.value = value; input.dispatchEvent(new Event("input", { bubbles: true })); }
    for (const form of exercise.querySelectorAll("form")) form.requestSubmit();
    states.push([exercise.id + " answered with " + value, exercise.outerHTML]);
  }
  return states;
}"""


def english(html, lang):
    return sorted({f"{each.words} | {each.around}" for each in leftovers_in_page(html, lang, COURSE)})


@pytest.mark.parametrize("lang", OTHERS)
@pytest.mark.parametrize("name", ["index", "about", "00_start_here", "00_start_here-cards", EXPLORING, f"{EXPLORING}-cards", "meet_aurora"])
def test_a_translated_page_as_it_is_delivered_has_no_english_that_is_not_marked(built, name, lang):
    assert english((built.index.parent / f"{name}.{lang}.html").read_text(encoding="utf-8"), lang) == []


@pytest.mark.parametrize("lang", OTHERS)
def test_no_state_of_the_case_the_exercises_or_the_explorer_says_anything_in_english(opened, lang):
    states = []
    for pick in (0, 1, 3):
        page = opened(f"{EXPLORING}.{lang}")
        states += page.evaluate(STATES, pick)
    assert len(states) > 30
    for value in ("", "1", "0,5", "?"):
        states += page.evaluate(ANSWERED, value)
    explorer = page.locator("rapport-explorer")
    for number in range(explorer.locator("select").count()):
        explorer.locator("select").nth(number).select_option(index=1)
        states.append([f"explorer {number}", explorer.evaluate("each => each.outerHTML")])
    found = {f"{what}: {words}" for what, html in states for words in english(html, lang)}
    assert not found
