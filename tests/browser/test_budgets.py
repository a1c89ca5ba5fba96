"""What a page may weigh and whether it keeps still while it loads. How long an answer takes is measured by `benchmarks/page.py`."""

import json
import re
from pathlib import Path
from urllib.parse import unquote, urlparse

import pytest
from test_accessibility import MODULE, address, opened, pages_of  # noqa: F401 (the fixture, by its name)
from test_keyboard import KINDS

from rapport.i18n import LANGUAGES

FRONT, LONG, FRAMES = 300_000, 350_000, 1_500_000  # bytes
SHIFTS = """window.shifts = [];
new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.shifts.push([entry.value, entry.sources.map((each) => each.node && (each.node.outerHTML || each.node.textContent).slice(0, 100))]); })
  .observe({ type: "layout-shift", buffered: true });"""


def loaded(page, url):
    """Files that the browser asked for, the page itself among them, by path."""
    paths = set()
    page.on("request", lambda request: paths.add(unquote(urlparse(request.url).path)) if request.url.startswith("file:") else None)
    page.goto(url)
    page.wait_for_load_state("load")
    page.wait_for_timeout(200)  # fonts
    return paths


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_first_page_with_all_it_loads_is_under_300_kb(built, opened, lang):  # noqa: F811
    paths = loaded(opened("index", lang), address(built, "index", lang))
    weights = {Path(path).name: Path(path).stat().st_size for path in paths}
    assert {"style.css", "page.js"} < set(weights) and sum(weights.values()) < FRONT, weights


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_page_is_heavy_with_text_and_each_loads_only_what_it_needs(built, lang):
    """A module page without its pictures and without the data of cases, exercises and explorers, which nobody waits for to read; nor, on the page of the search, with the texts it looks through."""
    folder = built.index.parent
    for path in pages_of(built, lang):
        html = path.read_text(encoding="utf-8")
        scripts = re.findall(r'<script src="([^"]+)"', html)
        assert ("player.js" in scripts) is ("<rapport-scenario" in html) and ("assessment.js" in scripts) is ("<rapport-assessment" in html), path.name
        text = re.sub(r'data:image/[^"]+|<script type="application/json".*?</script>|<script[^>]*data-rapport[^>]*>.*?</script>', "", html, flags=re.DOTALL)
        size = len(text.encode()) + sum((folder / name).stat().st_size for name in [*(name for name in scripts if not name.startswith("search-texts")), *re.findall(r'<link rel="stylesheet" href="([^"]+)"', html)])
        assert size < (LONG if lang != "gu" else 1.5 * LONG), (path.name, size)  # a Gujarati letter takes three bytes, an English one takes one


def test_the_frames_of_the_explorers_of_a_page_are_under_1_5_mb(built):
    seen = 0
    for path in built.pages:
        explorers = re.findall(r"<rapport-explorer.*?</rapport-explorer>", path.read_text(encoding="utf-8"), re.DOTALL)
        sizes = [len(each.encode()) for each in explorers]
        seen += len(sizes)
        assert sum(sizes) < FRAMES, (path.name, sizes)
    assert seen >= len(LANGUAGES)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_moves_while_a_page_loads(built, page_factory, width, lang):
    moved = []
    for name in KINDS:
        page = page_factory(width=width, height=800)
        page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 4})  # so that what comes late is painted late
        page.add_init_script(SHIFTS)
        for again in (False, True):  # once as a new reader, once with a case begun and an exercise answered
            page.goto(address(built, name, lang))
            page.wait_for_timeout(300)
            moved += [(name, shift) for shift in page.evaluate("window.shifts") if shift[0] >= 0.001]
            if name != MODULE or again:
                break
            page.evaluate("document.querySelector('rapport-scenario .rs-start button').click(); document.querySelector('rapport-exercise form.exercise-answer').requestSubmit()")
        page.context.close()
    assert not moved, json.dumps(moved, ensure_ascii=False, indent=1)


def test_a_move_would_be_seen(built, page_factory):
    page = page_factory()
    page.add_init_script(SHIFTS)
    page.goto(address(built, "about"))
    page.wait_for_timeout(300)
    page.evaluate("document.querySelector('main').prepend(Object.assign(document.createElement('p'), { textContent: 'Late. '.repeat(90) }))")
    page.wait_for_timeout(300)
    assert sum(value for value, _ in page.evaluate("window.shifts")) > 0.001
