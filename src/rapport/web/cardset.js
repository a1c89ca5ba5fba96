/* The card set: one view at a time in one language, the finder, and a Back button that does what one expects.
   A view is an address within the file (#complaint, #10-own-it); the language is no part of it, so Back never changes it. */
(function () {
  "use strict";

  const KEPT = "rapport:cards-language";
  const sets = new Map([...document.querySelectorAll(".set")].map((set) => [set.lang, set]));
  const choices = [...document.querySelectorAll(".tongue input")];
  const places = new Map(); // by view, how far down it was left
  let lang, name, tapped = false;

  /** Name of a view and, where the address was made without scripts, its language: "#complaint.gu". */
  function address(hash) {
    let text = hash.slice(1);
    try { text = decodeURIComponent(text); } catch (error) { /* not ours */ }
    const ending = text.slice(text.lastIndexOf(".") + 1);
    return text.includes(".") && sets.has(ending) ? [text.slice(0, -ending.length - 1), ending] : [text, ""];
  }

  function kept() {
    try { return localStorage.getItem(KEPT); } catch (error) { return null; }
  }
  function preferred() {
    const wanted = [address(location.hash)[1], kept(), ...(navigator.languages || []).map((tag) => tag.split("-")[0])];
    return wanted.find((each) => sets.has(each)) || [...sets.keys()][0];
  }

  function viewOf(view) {
    const [first] = sets.keys();
    const found = document.getElementById(lang === first ? view : view + "." + lang);
    return found && found.closest(".view");
  }

  function show(moved) {
    name = address(location.hash)[0];
    if (!viewOf(name)) name = "top";
    const view = viewOf(name);
    document.documentElement.lang = lang;
    for (const input of choices) input.checked = input.value === lang;
    for (const set of sets.values()) set.classList.toggle("here", set.lang === lang);
    for (const each of document.querySelectorAll(".view.here")) each.classList.remove("here");
    view.classList.add("here");
    const heading = view.querySelector("h2");
    document.title = heading.textContent.replace(/\u00ad/g, "") + " · Rapport";
    if (!moved) return;
    scrollTo({ top: tapped ? 0 : places.get(name) || 0, behavior: "instant" });
    tapped = false;
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  }

  // ---- Finding ----

  /** The words of a text, without what a hurried thumb leaves out; a page that brings `rapportWords` (word forms) is asked first. */
  function words(text) {
    if (window.rapportWords) return window.rapportWords(text, lang);
    const plain = text.replace(/[\u00ad\u200c\u200d]/g, "").normalize("NFD").replace(/[\u0300-\u036f]/g, "").normalize("NFC").toLowerCase();
    return plain.replace(/[\u0ae6-\u0aef]/g, (digit) => digit.charCodeAt(0) - 0x0ae6).match(/[\p{L}\p{M}\p{N}]+/gu) || [];
  }

  function finder(set) {
    const [box, said, list, ways] = [".find", ".found", ".results", ".ways"].map((part) => set.querySelector(part));
    const input = box.querySelector("input");
    const forms = JSON.parse(said.dataset.forms);
    let cards = null;

    function read() {
      return [...set.querySelectorAll(".view.card")].map((view) => {
        const [title, trigger] = [view.querySelector("h2"), view.querySelector(".trigger")];
        return { title, trigger, first: words(title.textContent + " " + trigger.textContent), rest: words(view.querySelector(".play").textContent) };
      });
    }
    function item(card) {
      const [line, link, when] = ["li", "a", "span"].map((tag) => document.createElement(tag));
      link.href = "#" + address("#" + card.title.closest("[id]").id)[0];
      link.append(...card.title.cloneNode(true).childNodes);
      when.className = "trigger";
      when.append(...[...card.trigger.cloneNode(true).childNodes].slice(1)); // without its label
      line.append(link, when);
      return line;
    }
    function find() {
      const asked = words(input.value);
      cards = cards || read();
      const has = (among) => asked.filter((word) => among.some((each) => each.includes(word))).length;
      const found = asked.length ? cards.filter((card) => has(card.rest) === asked.length).sort((one, other) => has(other.first) - has(one.first)) : [];
      list.replaceChildren(...found.map(item));
      ways.hidden = asked.length > 0;
      const form = forms[new Intl.PluralRules(set.lang).select(found.length)] || forms.other;
      said.textContent = !asked.length ? "" : found.length ? form.replace("{n}", found.length) : said.dataset.none;
    }
    box.hidden = false;
    input.addEventListener("input", find);
    input.addEventListener("keydown", (event) => { if (event.key === "Enter") input.blur(); }); // puts the keyboard away
  }

  for (const link of document.querySelectorAll('.set a[href^="#"]')) link.setAttribute("href", "#" + address(link.hash)[0]);
  for (const set of sets.values()) finder(set);
  for (const input of choices) {
    input.addEventListener("change", () => {
      lang = input.value;
      try { localStorage.setItem(KEPT, lang); } catch (error) { /* a telephone may keep nothing for a file */ }
      show(false);
    });
  }
  addEventListener("click", (event) => { tapped = Boolean(event.target.closest('a[href^="#"]')); });
  addEventListener("scroll", () => places.set(name, scrollY), { passive: true });
  addEventListener("hashchange", () => show(true));
  history.scrollRestoration = "manual";
  lang = preferred();
  show(false);
})();
