/* What every page of the handbook does: light, dark or high contrast, the contents list, printing one card, erasing what is kept.
   Runs in the head, before anything is painted; nothing here sends a request. */
(function () {
  "use strict";

  const THEME = "rapport:theme";

  function kept(key) {
    try { return localStorage.getItem(key); } catch (error) { return null; }
  }
  function keep(key, value) {
    try { value === null ? localStorage.removeItem(key) : localStorage.setItem(key, value); } catch (error) { /* a browser that keeps nothing */ }
  }

  function dress(theme) {
    if (["light", "dark", "contrast"].includes(theme)) document.documentElement.dataset.theme = theme;
    else delete document.documentElement.dataset.theme;
  }


  // ---- The switch of languages: the same place, and whatever was begun and not sent ----

  const CARRIED = "rapport:carried";
  const RECORD = "rapport:record"; // of record.js
  const ERASED = "rapport:erased"; // when, where pages have storages of their own
  const PLACE = "rapport:place";
  const BLOCKS = "main :is(h1, h2, h3, h4, h5, h6, p, li, dt, dd, figure, tr, pre, button, label, summary)";
  /** A browser of this kind gives every file a storage of its own; there everything travels in the address, and is taken out of it at once. */
  const apart = location.protocol === "file:" && CSS.supports("-moz-appearance", "none");

  function shown(selector) {
    // what a folded part holds has boxes too, but is not to be seen
    return [...document.querySelectorAll(selector)].filter((each) => (each.checkVisibility ? each.checkVisibility() : each.getClientRects().length));
  }
  /** Where reading goes on: just under the strip that stays. */
  function edge() {
    const strip = document.querySelector(".languages");
    return strip ? strip.offsetHeight + 8 : 8;
  }

  /** The place at the top of the view: ids above it, nearest first, and from each the count of blocks down to it. */
  function placeNow() {
    if (scrollY < 60) return null;
    const top = edge();
    const blocks = shown(BLOCKS);
    const at = blocks.findIndex((each) => each.getBoundingClientRect().bottom > top);
    if (at < 0) return null;
    const box = blocks[at].getBoundingClientRect();
    const ids = shown("main [id]").filter((each) => each.getBoundingClientRect().top <= top + 4).reverse().slice(0, 30);
    const section = ids.find((each) => each.matches("h2, .play, rapport-exercise"));
    return { section: section ? section.id : "", ids: ids.map((each) => [each.id, at - firstBlock(blocks, each)]), into: (top - box.top) / Math.max(1, box.height) };
  }
  function firstBlock(blocks, anchor) {
    return blocks.findIndex((each) => each === anchor || anchor.compareDocumentPosition(each) & (Node.DOCUMENT_POSITION_FOLLOWING | Node.DOCUMENT_POSITION_CONTAINED_BY));
  }
  function goTo(place) {
    const [id, steps] = place.ids.find(([name]) => document.getElementById(name)) || [];
    if (!id) return;
    const blocks = shown(BLOCKS);
    const block = blocks[firstBlock(blocks, document.getElementById(id)) + steps] || document.getElementById(id);
    const box = block.getBoundingClientRect();
    scrollTo({ top: scrollY + box.top + place.into * box.height - edge(), behavior: "instant" });
  }

  /** Fields and folded parts of one part of the page; their order is the same in every language. */
  function parts() {
    const found = { main: [] };
    for (const each of document.querySelectorAll("main :is(input, select, textarea, details)")) {
      const host = each.closest("rapport-scenario, rapport-exercise, rapport-explorer, rapport-assessment");
      const name = host ? host.localName + [...document.querySelectorAll(host.localName)].indexOf(host) : "main";
      (found[name] = found[name] || []).push(each);
    }
    return found;
  }
  function stateOf(each) {
    return each.localName === "details" ? each.open : each.type === "radio" || each.type === "checkbox" ? each.checked : each.value;
  }
  function putBack(kept) {
    for (const [name, fields] of Object.entries(parts())) {
      const states = kept[name];
      if (!Array.isArray(states) || states.length !== fields.length) continue;
      fields.forEach((each, index) => {
        if (stateOf(each) === states[index]) return;
        if (each.localName === "details") each.open = states[index] === true;
        else if (each.type !== "radio" && each.type !== "checkbox") each.value = String(states[index]);
        else each.checked = states[index] === true;
        if (each.type !== "radio" || each.checked) each.dispatchEvent(new Event("change", { bubbles: true }));
      });
    }
  }

  /** What this browser keeps, where another page could not look it up itself. */
  function everything() {
    const stored = {};
    if (apart) for (const key of Object.keys(localStorage)) if (key.startsWith("rapport:")) stored[key] = localStorage.getItem(key);
    return stored;
  }
  function packed() {
    const fields = Object.fromEntries(Object.entries(parts()).map(([name, each]) => [name, each.map(stateOf)]));
    return JSON.stringify({ page: document.body.dataset.page, place: placeNow(), fields: fields, stored: everything() });
  }

  /** Take in what came along from a page with a storage of its own; its record is merged by record.js and not put over this one. */
  function unpack(stored) {
    const since = Number(stored[ERASED]) || 0;
    if (since > Number(kept(ERASED))) for (const key of Object.keys(localStorage)) if (key.startsWith("rapport:")) keep(key, null);
    for (const [key, value] of Object.entries(stored)) if (key.startsWith("rapport:") && typeof value === "string") keep(key === RECORD ? RECORD + ":arrived" : key, value);
  }

  /** In such a browser the links between pages carry everything along too, so that there is one record all the same. */
  function carryAlong() {
    if (!apart) return;
    const folder = location.pathname.replace(/[^/]*$/, "");
    document.addEventListener("click", (event) => {
      const link = event.target.closest("a[href]");
      if (!link || link.closest(".languages [hreflang]") || link.protocol !== "file:" || !link.pathname.endsWith(".html") || link.pathname.replace(/[^/]*$/, "") !== folder || link.pathname === location.pathname) return;
      try {
        link.hash = link.hash.slice(1).split("~")[0] + "~" + encodeURIComponent(JSON.stringify({ page: "", stored: everything() }));
      } catch (error) { /* the page opens all the same */ }
    }, true);
  }

  /** What another language's page handed over; read before anything on this page looks into the storage. */
  function arrived() {
    try {
      const inAddress = location.hash.match(/^#([^~]*)~(.+)$/);
      const text = apart && inAddress ? decodeURIComponent(inAddress[2]) : sessionStorage.getItem(CARRIED);
      sessionStorage.removeItem(CARRIED);
      if (apart && inAddress) history.replaceState(null, "", "#" + inAddress[1]);
      const carried = JSON.parse(text);
      if (carried && apart) unpack(carried.stored);
      if (carried && apart && !carried.page && inAddress[1]) carried.anchor = inAddress[1];
      return carried;
    } catch (error) { return null; } // nothing kept, or nothing of ours
  }

  function languageSwitch(carried) {
    const strip = document.querySelector(".languages");
    if (!strip) return;
    for (const link of strip.querySelectorAll("a[hreflang]")) {
      const pack = () => {
        try {
          const text = packed();
          const place = JSON.parse(text).place;
          link.hash = (place ? place.section : "") + (apart ? "~" + encodeURIComponent(text) : "");
          if (!apart) sessionStorage.setItem(CARRIED, text);
        } catch (error) { /* the page opens all the same */ }
      };
      link.addEventListener("click", pack);
    }
    // the same page again, in a newer edition
    addEventListener("rapport:carry", () => { try { sessionStorage.setItem(CARRIED, packed()); } catch (error) { /* it opens all the same */ } });
    if (!carried || carried.page !== document.body.dataset.page) return;
    putBack(carried.fields || {});
    const sound = carried.place && Array.isArray(carried.place.ids) && carried.place.ids.every(Array.isArray) && Number.isFinite(carried.place.into);
    if (!sound) return scrollTo({ top: 0, behavior: "instant" });
    // Fonts and the address's own anchor move the page once more; a reader who has begun to scroll is left alone.
    let left = false;
    for (const sign of ["wheel", "touchmove", "keydown", "pointerdown"]) addEventListener(sign, () => { left = true; }, { once: true, passive: true });
    const again = () => { if (!left) goTo(carried.place); };
    again();
    addEventListener("load", () => { again(); requestAnimationFrame(again); if (document.fonts) document.fonts.ready.then(again); });
  }

  /** Where a module was left, for the page of progress. */
  function remembering() {
    if (!document.body.matches(".page-module[data-page]") || document.querySelector(".mark")) return;
    const remember = () => {
      const place = placeNow();
      keep(PLACE, JSON.stringify({ page: document.body.dataset.page, anchor: place ? place.section : "" }));
    };
    addEventListener("pagehide", remember);
    document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") remember(); });
  }

  /** The key / opens the search, or goes to its field: not where something is being typed, nor where it was switched off (web/search.js). */
  function searchKey() {
    document.addEventListener("keydown", (event) => {
      if (event.key !== "/" || event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented || kept("rapport:no-key") !== null) return;
      if (event.target.closest("input, select, textarea, [contenteditable]")) return;
      const target = document.querySelector('rapport-search input[type="search"]') || document.querySelector('[data-tool="search"]');
      if (!target) return;
      event.preventDefault();
      target.localName === "a" ? target.click() : target.focus();
    });
  }

  /** What is copied has no soft hyphens in it. */
  function copying() {
    document.addEventListener("copy", (event) => {
      const selection = getSelection();
      const text = String(selection);
      if (!text.includes("\u00ad") || !selection.rangeCount) return;
      const box = document.createElement("div");
      box.append(selection.getRangeAt(0).cloneContents());
      event.clipboardData.setData("text/plain", text.replace(/\u00ad/g, ""));
      event.clipboardData.setData("text/html", box.innerHTML.replace(/\u00ad|&shy;/g, ""));
      event.preventDefault();
    });
  }

  function themeSwitch() {
    const box = document.querySelector(".theme");
    if (!box) return;
    const now = ["light", "dark", "contrast"].includes(kept(THEME)) ? kept(THEME) : "system"; // whatever else is kept there says nothing
    for (const input of box.querySelectorAll("input")) {
      input.checked = input.value === now;
      input.addEventListener("change", () => {
        keep(THEME, input.value === "system" ? null : input.value);
        dress(input.value);
      });
    }
  }

  /** The section being read is marked in the list of contents. */
  function contents() {
    const list = document.querySelector(".rail details");
    if (!list) return;
    const links = new Map([...list.querySelectorAll("a")].map((link) => [decodeURIComponent(link.hash.slice(1)), link]));
    const heads = [...links.keys()].map((id) => document.getElementById(id)).filter(Boolean);
    let waiting = false;
    function mark() {
      waiting = false;
      const passed = heads.filter((head) => head.getBoundingClientRect().top < innerHeight * 0.3);
      const here = passed.length ? passed[passed.length - 1].id : null;
      for (const [id, link] of links) id === here ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current");
    }
    addEventListener("scroll", () => { if (!waiting) { waiting = true; requestAnimationFrame(mark); } }, { passive: true });
    mark();
  }

  /** A table that fits needs no stop of its own for the Tab key. */
  function tables() {
    const frames = [...document.querySelectorAll(".table[tabindex]")];
    function fit() {
      for (const frame of frames) frame.scrollWidth > frame.clientWidth ? frame.setAttribute("tabindex", "0") : frame.removeAttribute("tabindex");
    }
    addEventListener("resize", fit);
    fit();
  }

  /** A chart that a narrow page shows at a fraction of its size can be read at full size, in a frame that scrolls. */
  function charts() {
    const main = document.getElementById("main");
    for (const figure of document.querySelectorAll("figure.chart")) {
      const picture = figure.querySelector("img[width]");
      if (!picture) continue;
      const button = Object.assign(document.createElement("button"), { type: "button", className: "chart-size", textContent: main.dataset.larger, hidden: true });
      button.addEventListener("click", () => {
        const large = figure.classList.toggle("larger");
        picture.style.width = large ? picture.getAttribute("width") + "px" : "";
        button.textContent = large ? main.dataset.whole : main.dataset.larger;
        large ? figure.setAttribute("tabindex", "0") : figure.removeAttribute("tabindex"); // what scrolls can be scrolled with keys
      });
      figure.append(button);
      const fit = () => { button.hidden = !figure.classList.contains("larger") && figure.clientWidth > 0.8 * picture.getAttribute("width"); };
      addEventListener("resize", fit);
      fit();
    }
  }

  function printing() {
    for (const button of document.querySelectorAll("[data-print-page]")) {
      button.parentElement.hidden = false;
      button.addEventListener("click", () => window.print());
    }
    for (const button of document.querySelectorAll("[data-print]")) {
      button.parentElement.hidden = false;
      button.addEventListener("click", () => {
        const card = document.querySelector('[data-card="' + button.dataset.print + '"]');
        document.body.classList.add("print-one-card");
        card.classList.add("printing");
        window.print();
        card.classList.remove("printing");
        document.body.classList.remove("print-one-card");
      });
    }
  }

  function erasing() {
    const button = document.querySelector("[data-erase]");
    if (!button) return;
    const said = document.querySelector(".erase-said");
    const words = button.textContent;
    let sure = false;
    document.querySelector(".erase-live").hidden = false;
    document.querySelector(".erase-still").hidden = true;
    button.addEventListener("blur", () => { sure = false; button.textContent = words; });
    button.addEventListener("click", () => {
      if (!sure) {
        sure = true;
        button.textContent = button.dataset.again;
        return;
      }
      sure = false;
      button.textContent = words;
      try {
        for (const key of Object.keys(localStorage)) if (key.startsWith("rapport:")) localStorage.removeItem(key);
        if (apart) keep(ERASED, String(Date.now()));
        dispatchEvent(new CustomEvent("rapport:erased"));
        said.textContent = button.dataset.done;
        dress(null);
        document.querySelector('.theme [value="system"]').checked = true;
      } catch (error) {
        said.textContent = button.dataset.failed;
      }
    });
  }

  /** What changes the height of the page's head happens as soon as it is read, before it is painted, so that nothing moves under the reader's eyes. */
  function asItComes() {
    const todo = {
      ".theme": (box) => { box.hidden = false; },
      ".rail details": (list) => { if (matchMedia("(max-width: 63.99rem)").matches) list.open = false; }, // on a narrow page the contents start closed
    };
    const look = () => {
      for (const selector of Object.keys(todo)) {
        const found = document.querySelector(selector);
        if (!found || !found.nextSibling) continue; // not yet read to its end
        todo[selector](found);
        delete todo[selector];
      }
      if (document.getElementById("main") || !Object.keys(todo).length) watch.disconnect();
    };
    const watch = new MutationObserver(look);
    watch.observe(document.documentElement, { childList: true, subtree: true });
  }

  /** Gujarati waits for its font, a second at the most. */
  function letters() {
    const there = () => document.documentElement.classList.add("lettered");
    if (document.documentElement.lang !== "gu" || !document.fonts) return there();
    Promise.all([400, 700].map((weight) => document.fonts.load(weight + ' 1em "Noto Sans Gujarati"', "\u0a97"))).then(there, there);
    setTimeout(there, 1000);
  }

  const carried = arrived();
  if (carried && carried.anchor) document.addEventListener("DOMContentLoaded", () => location.replace("#" + carried.anchor)); // once what it names is there
  dress(kept(THEME));
  document.documentElement.classList.add("js");
  if (apart) document.documentElement.dataset.apart = "";
  letters();
  asItComes();
  copying();
  document.addEventListener("DOMContentLoaded", () => { document.documentElement.classList.add("ready"); themeSwitch(); languageSwitch(carried); carryAlong(); remembering(); contents(); tables(); charts(); printing(); erasing(); searchKey(); });
})();
