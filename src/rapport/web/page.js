/* What every page of the handbook does: light or dark, the contents list, printing one card, erasing what is kept.
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
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
    else delete document.documentElement.dataset.theme;
  }

  dress(kept(THEME));
  document.documentElement.classList.add("js");

  /** The same place in the other language: sections have the same ids everywhere. */
  function languageSwitch() {
    for (const link of document.querySelectorAll(".languages a")) {
      link.addEventListener("click", () => {
        const heads = [...document.querySelectorAll("main [id]")].filter((head) => /^(H2|SECTION)$/.test(head.tagName) && head.getBoundingClientRect().top <= 120);
        const here = heads.length ? heads[heads.length - 1].id : location.hash.slice(1);
        link.hash = here ? "#" + here : "";
      });
    }
  }

  function themeSwitch() {
    const box = document.querySelector(".theme");
    if (!box) return;
    box.hidden = false;
    const now = kept(THEME) || "system";
    for (const input of box.querySelectorAll("input")) {
      input.checked = input.value === now;
      input.addEventListener("change", () => {
        keep(THEME, input.value === "system" ? null : input.value);
        dress(input.value);
      });
    }
  }

  /** On a narrow page the list of contents starts closed; on a wide one the section being read is marked in it. */
  function contents() {
    const list = document.querySelector(".rail details");
    if (!list) return;
    if (matchMedia("(max-width: 63.99rem)").matches) list.open = false;
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
        said.textContent = button.dataset.done;
        dress(null);
        document.querySelector('.theme [value="system"]').checked = true;
      } catch (error) {
        said.textContent = button.dataset.failed;
      }
    });
  }

  document.addEventListener("DOMContentLoaded", () => { themeSwitch(); languageSwitch(); contents(); tables(); printing(); erasing(); });
})();
