"""What the accessibility tests share: axe's findings, where the focus is and whether it can be seen, what a screen reader is told.
Every helper looks at a page that is open and says what it found in words that lead to the place."""

import re
from pathlib import Path

from rapport.handbook.package import WEB

AXE = (Path(__file__).parent / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
THEMES = ["light", *sorted(set(re.findall(r'data-theme="(\w+)"\]', (WEB / "style.css").read_text(encoding="utf-8"))) - {"light"})]

LOOK = """async ([where, runOnly]) => {
  const found = await axe.run(where || document, { runOnly, rules: runOnly.type === "tag" ? { "target-size": { enabled: true } } : {}, preload: false, resultTypes: ["violations"], elementRef: false });
  return { looked: found.passes.length + found.violations.length, faults: found.violations.map((each) => `${each.id}: ${each.nodes.length} × ${each.nodes[0].html.slice(0, 160)} (${each.nodes[0].failureSummary.split("\\n")[1].trim()})`) };
}"""


def whole(page):
    """Wait for what an answer shows further down: it comes a moment after what is looked at first."""
    while page.locator("[data-unfinished]").count():
        page.wait_for_timeout(20)


def faults(page, state="as opened", where=None, themes=THEMES):
    """What axe finds against WCAG 2.2 AA (and its own best practice), then contrast alone in every further theme; one line for each rule broken."""
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(f"{AXE}; undefined")
    whole(page)
    name = page.url.rsplit("/", 1)[1].partition("#")[0]
    told = []
    chosen = page.evaluate("document.documentElement.dataset.theme || null")
    for number, theme in enumerate(themes):
        page.evaluate("theme => { document.documentElement.dataset.theme = theme; }", theme)
        only = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]} if number else {"type": "tag", "values": RULES}
        found = page.evaluate(LOOK, [where, only])
        assert found["looked"] or number, f"axe saw nothing of {name}, {state}"
        told += [f"{name}, {state}, {theme}: {each}" for each in found["faults"]]
    page.evaluate("theme => { if (theme) document.documentElement.dataset.theme = theme; else delete document.documentElement.dataset.theme; }", chosen)
    return told


def unfold(page):
    """Open whatever is folded away."""
    whole(page)
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")


# ---- The focus --------------------------------------------------------------------------------------------------

FOCUS = """() => {
  const here = document.activeElement;
  if (!here || here === document.body) return null;
  const strip = document.querySelector(".languages");
  const stuck = strip && strip.getBoundingClientRect().top <= 0 ? strip.getBoundingClientRect().bottom : 0;
  const seen = here.matches("input") ? here.closest("label") || here : here; // a label shows the ring of the field in it
  const box = seen.getBoundingClientRect();
  const ring = [here, seen, ...(here.nextElementSibling ? [here.nextElementSibling] : [])].some((each) => {
    const style = getComputedStyle(each);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  });
  const path = [];
  for (let node = here; node && node !== document.body && path.length < 3; node = node.parentElement) path.unshift(node.localName + (node.id ? "#" + node.id : node.className && typeof node.className === "string" ? "." + node.className.split(" ")[0] : ""));
  window.stops = window.stops || [];
  const before = window.stops[window.stops.length - 1];
  window.stops.push(here);
  return {
    name: path.join(" > ") + " “" + (here.textContent || here.value || "").trim().slice(0, 30) + "”",
    ring, covered: !here.closest(".languages") && box.bottom <= stuck + 8, out: box.bottom < 0 || box.top > innerHeight,
    main: Boolean(here.closest("main")), left: box.left + scrollX, top: box.top + scrollY, width: box.width, height: box.height,
    follows: !before || before === here || Boolean(before.compareDocumentPosition(here) & Node.DOCUMENT_POSITION_FOLLOWING),
    first: window.stops.indexOf(here) === window.stops.length - 1,
  };
}"""


def focus(page):
    """Where the focus is: its name, whether it shows, whether something covers it; None on the page as such."""
    return page.evaluate(FOCUS)


def walk(page, key="Tab", limit=600):
    """Every stop of the Tab key (or Shift+Tab) until it leaves the page or begins anew."""
    page.evaluate("window.stops = []")
    stops = []
    for _ in range(limit):
        page.keyboard.press(key)
        here = focus(page)
        if here is None or not here["first"]:
            break
        stops.append(here)
    return stops


def tab_to(page, selector, limit=400, key="Tab"):
    """Press Tab until what has the focus matches, as a keyboard must; the focus is to be seen at the end."""
    for _ in range(limit):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            here = focus(page)
            assert here["ring"] and not here["covered"] and not here["out"], f"the focus cannot be seen: {here}"
            return
        page.keyboard.press(key)
    raise AssertionError(f"{limit} presses of {key} do not lead to {selector}")


def kept(page):
    """The focus is on something after an action, and not lost to the page."""
    here = focus(page)
    assert here is not None, "the focus is lost"
    return here


# ---- What is announced ------------------------------------------------------------------------------------------


def live(page):
    """Text of every live region in the accessibility tree, by the node it belongs to."""
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    by_id = {node["nodeId"]: node for node in nodes}

    def text(node):
        if node.get("role", {}).get("value") == "StaticText":
            return node["name"]["value"]
        return " ".join(filter(None, (text(by_id[each]) for each in node.get("childIds", []) if each in by_id)))

    def politeness(node):
        return next((each["value"].get("value") for each in node.get("properties", []) if each["name"] == "live"), "off")

    regions = {node["backendDOMNodeId"]: " ".join(text(node).split()) for node in nodes if not node["ignored"] and politeness(node) in ("polite", "assertive") and "backendDOMNodeId" in node}
    return regions


def announced(page, act):
    """What `act` makes a screen reader say: new text of regions that were in the tree before it."""
    before = live(page)
    act()
    page.wait_for_timeout(50)
    after = live(page)
    return [text.replace("\u00ad", "") for node, text in after.items() if node in before and text != before[node] and text]
