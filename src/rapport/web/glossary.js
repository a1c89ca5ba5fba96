/* Terms of the glossary: their definition on hover, focus and tap; Escape puts it away, and the pointer may go onto it.
   Without this script, or in a browser without popovers, the term is a link to the glossary. */
(function () {
  "use strict";
  if (!HTMLElement.prototype.showPopover) return;

  const LATER = 250; // ms in which the pointer may cross from the term to its definition
  let link = null, box = null, leaving = 0, touched = false, wasOpen = false;

  function place() {
    // of a term that runs over two lines, the line that comes first
    const at = link.getClientRects()[0];
    if (!at || at.bottom < 0 || at.top > innerHeight) return hide();
    const wide = document.documentElement.clientWidth;
    box.style.left = Math.max(8, Math.min(at.left, wide - box.offsetWidth - 8)) + "px";
    const below = at.bottom + 6;
    box.style.top = (below + box.offsetHeight < innerHeight - 8 ? below : Math.max(8, at.top - 6 - box.offsetHeight)) + "px";
  }
  function show(term) {
    clearTimeout(leaving);
    if (term === link) return;
    hide();
    box = document.getElementById(term.getAttribute("aria-describedby"));
    if (!box) return;
    link = term;
    box.showPopover();
    place();
  }
  function hide() {
    clearTimeout(leaving);
    if (box && box.matches(":popover-open")) box.hidePopover();
    link = box = null;
  }
  function later() {
    clearTimeout(leaving);
    leaving = setTimeout(() => { if (!link || document.activeElement !== link) hide(); }, LATER);
  }
  function part(target, selector) {
    return target instanceof Element ? target.closest(selector) : null;
  }

  document.addEventListener("pointerover", (event) => {
    if (event.pointerType === "touch") return;
    const term = part(event.target, "a.term");
    if (term) show(term);
    else if (box && part(event.target, ".term-says") === box) clearTimeout(leaving);
    else if (link) later();
  });
  document.addEventListener("focusin", (event) => {
    const term = part(event.target, "a.term");
    if (term && term.matches(":focus-visible") && !touched) show(term);
    else if (link && !term) hide();
  });
  document.addEventListener("pointerdown", (event) => {
    touched = event.pointerType === "touch";
    wasOpen = Boolean(link) && part(event.target, "a.term") === link;
    if (link && !wasOpen && !part(event.target, ".term-says")) hide();
  });
  document.addEventListener("click", (event) => {
    const term = touched && !wasOpen ? part(event.target, "a.term") : null;
    if (term) { // the first tap explains, a second one leads to the glossary
      event.preventDefault();
      show(term);
    }
    touched = false;
  });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && link) hide(); });
  addEventListener("scroll", () => { if (link) place(); }, { passive: true });
  addEventListener("resize", () => { if (link) place(); });
})();
