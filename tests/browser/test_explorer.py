"""The data explorer on a page without a kernel: it shows what was worked out beforehand for every setting."""

import base64
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from rapport import widgets
from rapport.widgets.explorer import CONTROLS, START

WEB = Path(__file__).parents[2] / "src/rapport/web"
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:"


@pytest.fixture(scope="module")
def explorer():
    luck = np.random.default_rng(7)
    n = 36 * 12
    cells = np.arange(n) % 36
    trial = pd.DataFrame({"owned": cells % 2, "explained": cells // 2 % 2, "updates": cells // 4 % 3, "remedy": np.array(["none", "matched", "mismatched"])[cells // 12]})
    for name in ("fairness", "satisfaction_after"):
        trial[name] = luck.integers(0, 100, n)
    for name in ("repurchased", "escalated"):
        trial[name] = luck.integers(0, 2, n)
    return widgets.recovery_explorer(SimpleNamespace(trial=trial))


@pytest.fixture(scope="module")
def made(explorer):
    return widgets.explorer_html(explorer)


@pytest.fixture
def opened(page_factory, tmp_path, made):
    def make(body=made, **options):
        for part in ("explorer.js", "explorer.css"):
            (tmp_path / part).write_bytes((WEB / part).read_bytes())
        path = tmp_path / "page.html"
        path.write_text(
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Explorer</title><meta http-equiv="Content-Security-Policy" content="{POLICY}">'
            f'<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="stylesheet" href="explorer.css"><script defer src="explorer.js"></script></head><body>{body}</body></html>',
            encoding="utf-8",
        )
        page = page_factory(**options)
        page.goto(path.as_uri())
        return page

    return make


def test_every_setting_shows_its_own_sentence_picture_ring_and_table(opened, explorer):
    page = opened()
    pictures = {name: "data:image/png;base64," + base64.b64encode(png).decode() for name, png in explorer.pictures().items()}
    for frame in list(explorer.frames())[::5]:
        for name, value in frame.choice.items():
            page.select_option(f"[data-control={name}]", value)
        shown = page.evaluate(
            """() => { const find = (selector) => document.querySelector("rapport-explorer " + selector);
              return [find(".re-line").textContent, find("image").getAttribute("href"), find("svg").getAttribute("aria-label"),
                find("circle").getAttribute("cx") / find("svg").viewBox.baseVal.width, [...document.querySelectorAll("rapport-explorer tbody tr")].map((row) => row.textContent)]; }"""
        )
        assert shown[:3] == [frame.line, pictures[frame.picture], frame.alt]
        assert shown[3] == pytest.approx(frame.mark[0])
        assert [text.endswith("yours") for text in shown[4]] == list(frame.table["chosen"])
    assert (page.seen.errors, page.seen.requests) == ([], [])


def test_the_keyboard_turns_a_control_and_the_sentence_is_announced(opened, explorer):
    page = opened()
    for _ in CONTROLS:
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.dataset.control") == "updates"
    page.keyboard.press("ArrowDown")
    assert page.inner_text(".re-line[role=status]") == explorer.frame({**START, "updates": "2"}).line


def test_without_javascript_the_first_picture_its_sentence_and_table_are_there(opened, explorer):
    page = opened(javascript=False)
    assert page.get_attribute("img", "alt") == explorer.frame(START).alt
    assert explorer.frame(START).line in page.inner_text("figcaption") and page.locator("tbody tr").count() == 6


def test_damaged_data_leave_what_the_page_came_with(opened, made):
    page = opened(made.replace('"format": 1', '"format": 9'))
    assert "cannot be shown" in page.inner_text("[role=status]") and page.locator("figure img").count() == 1


def test_nothing_scrolls_sideways_at_320_pixels(opened):
    page = opened(width=320, height=640)
    page.click("summary")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
