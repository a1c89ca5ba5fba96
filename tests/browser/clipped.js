/* What a reader would find cut off on a page as it is now: texts beyond their box or the page, clipped boxes, choices that a list box
   does not show whole and nothing spells out, controls that lie upon each other. Gives a list of sentences. */
() => {
  const faults = [];
  const wide = document.documentElement.clientWidth;
  const short = (each) => each.localName + (each.className && typeof each.className === "string" ? "." + each.className.trim().replace(/\s+/g, ".") : "") + " “" + each.textContent.trim().replace(/\u00ad/g, "").slice(0, 40) + "”";
  const hidden = (each) => { for (let node = each; node && node !== document.body; node = node.parentElement) { const style = getComputedStyle(node); if (style.clipPath === "inset(50%)") return true; } return false; };
  const scrolled = (each) => { for (let node = each; node && node !== document.body; node = node.parentElement) if (/auto|scroll/.test(getComputedStyle(node).overflowX)) return node; return null; };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const seen = new Set();
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || ["SCRIPT", "STYLE", "OPTION"].includes(parent.tagName)) continue;
    if (!parent.checkVisibility({ visibilityProperty: true }) || hidden(parent) || parent.closest("math, .skip")) continue;
    const range = document.createRange();
    range.selectNodeContents(walker.currentNode);
    const frame = scrolled(parent);
    const box = parent.closest("button, .button, label, summary, th, td, legend, h1, h2, h3, h4, p, li, dt, dd, figcaption, a") || parent;
    const around = box.getBoundingClientRect();
    for (const rect of range.getClientRects()) {
      if (rect.width < 1) continue;
      if (!frame && (rect.right > wide + 1 || rect.left < -1)) { faults.push("beyond the page: " + short(parent)); break; }
      if (getComputedStyle(box).display !== "inline" && (rect.right > around.right + 1.5 || rect.left < around.left - 1.5)) { faults.push("beyond its box: " + short(box)); break; }
    }
    for (let node = parent; node && node !== document.body; node = node.parentElement) {
      const style = getComputedStyle(node);
      if (/hidden|clip/.test(style.overflowX + style.overflowY) && !/auto|scroll/.test(style.overflowX + style.overflowY) && (node.scrollWidth > node.clientWidth + 1 || node.scrollHeight > node.clientHeight + 1)) { faults.push("clipped: " + short(node)); break; }
    }
  }
  const pen = document.createElement("canvas").getContext("2d");
  for (const select of document.querySelectorAll("select")) {
    if (!select.checkVisibility()) continue;
    const style = getComputedStyle(select);
    pen.font = style.font;
    const room = select.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight) - 16;
    const text = select.selectedOptions[0] ? select.selectedOptions[0].textContent : "";
    const spelled = select.nextElementSibling;
    if (spelled && spelled.matches(".exercise-chosen") && spelled.checkVisibility() && spelled.textContent === text) continue;
    if (pen.measureText(text).width > room) faults.push("chosen text cut: " + select.id + " “" + text.slice(0, 60) + "” " + Math.round(pen.measureText(text).width) + ">" + Math.round(room));
  }
  const parts = [...document.querySelectorAll("button, .button, summary, select, label, input:not([type=radio]):not([type=checkbox]), nav a")].filter((each) => each.checkVisibility() && !hidden(each));
  const boxes = parts.map((each) => each.getBoundingClientRect());
  for (let one = 0; one < parts.length; one += 1) for (let other = one + 1; other < parts.length; other += 1) {
    const a = boxes[one], b = boxes[other];
    if (parts[one].contains(parts[other]) || parts[other].contains(parts[one]) || parts[one].closest(".languages") || parts[other].closest(".languages")) continue;
    if (Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 2) faults.push("overlap: " + short(parts[one]) + " and " + short(parts[other]));
  }
  if (document.documentElement.scrollWidth > wide) faults.push("scrolls sideways by " + (document.documentElement.scrollWidth - wide));
  return [...new Set(faults)];
}
