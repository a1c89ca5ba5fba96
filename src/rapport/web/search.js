/* The search. The texts come in a file of their own, the index is made here, by MiniSearch: words of index and query go one way.
   Nothing is sent and nothing is written into the page but text. */
(function () {
  "use strict";

  const STRINGS = {
    field: "What are you looking for?",
    cards_only: "Play cards only",
    preparing: "One moment, the texts are being read.",
    unread: "The texts could not be read. Get the handbook again, with all of its files, or look through the lists below.",
    none: "Nothing found for “{typed}”. Try fewer words, the beginning of a word, or the lists below.",
    one: "1 place found.",
    many: "{n} places found, the likeliest first.",
    more: "Show more",
    key: "The key / opens the search on every page",
    kind_card: "Card",
    kind_case: "Case",
    kind_exercise: "Exercise",
    kind_market: "Market",
    kind_moment: "Moment",
    kind_term: "Term",
    kind_text: "Text",
  };
  const given = document.getElementById("rapport-words"); // the page's language, where it is not English
  if (given) Object.assign(STRINGS, JSON.parse(given.textContent).search);

  const LANG = document.documentElement.lang;
  const SHOWN = 10; // results at a time
  const AT_ONCE = 5; // sections indexed before the page may breathe
  const SNIPPET = 220; // characters
  const KEY = "rapport:no-key"; // kept where the key / is not wanted

  // ---- Words: the one way from what is written to what is compared --------------------------------------------------

  const WORD = /[\p{L}\p{M}\p{N}\u200c\u200d]+/gu;
  const JOINED = /[\p{L}\p{M}]+(?:[-‐‑][\p{L}\p{M}]+)+/gu;
  const GUJARATI = /[\u0a80-\u0aff]/;

  /** Words of a text as they stand, without soft hyphens; what a hyphen joins is also one word: win-back, winback. */
  function words(text) {
    const plain = text.replace(/\u00ad/g, "");
    return [...(plain.match(WORD) || []), ...(plain.match(JOINED) || []).map((each) => each.replace(/[-‐‑]/g, ""))];
  }

  const known = new Map();
  const heads = new Map(); // stems of one family, and the stem that stands for it: sent, send
  /** What of a word is compared: its stem, and the whole word where that is more. */
  function terms(word) {
    if (!known.has(word)) {
      const whole = plainly(word);
      const ending = stemOf(whole);
      const stem = heads.get(whole) || heads.get(ending) || ending;
      known.set(word, stem === whole ? [whole] : [stem, whole]);
    }
    return known.get(word);
  }
  function stemOf(whole) {
    return GUJARATI.test(whole) ? gujarati(whole) : LANG === "lv" ? latvian(whole) : stemmer(whole.replace(/(...)is(?=(?:e[drs]?|ing|ers|ations?)$)/, "$1iz"));
  }
  /** A word in small letters, with one letter or sign for those that are mixed up or left out in typing. */
  function plainly(word) {
    const plain = word.normalize("NFC").toLowerCase().replace(/[\u200c\u200d]/g, "").replace(/[૦-૯]/g, (digit) => String(digit.charCodeAt(0) - 0x0ae6));
    return GUJARATI.test(plain) ? [...plain].map((sign) => (sign in SAME ? SAME[sign] : sign)).join("") : plain.normalize("NFD").replace(/\p{M}/gu, "");
  }

  // Latvian: the endings of nouns and adjectives after K. Krēsliņš, "A stemming algorithm for Latvian" (1996), in the light form of
  // Lucene's analyser: what is taken off, and how many vowels a word needs for it. Marks are off before, so the letters that a
  // softened consonant turns into are led back as they look without them.
  const LATVIAN = [["ajiem", 3], ["ajai", 3], ["ajam", 2], ["ajos", 2], ["ajas", 2], ["iem", 2], ["aja", 2], ["ais", 2], ["ai", 2], ["ei", 2], ["am", 1], ["em", 1], ["im", 1], ["um", 1],
    ["us", 1], ["as", 1], ["es", 1], ["os", 1], ["is", 1], ["ie", 1], ["u", 1], ["a", 1], ["i", 1], ["e", 1], ["o", 1], ["s", 0]];
  function latvian(word) {
    const vowels = (word.match(/[aeiou]/g) || []).length;
    const found = LATVIAN.find(([ending, least]) => word.endsWith(ending) && word.length >= ending.length + 3 && vowels > least);
    return found ? word.slice(0, -found[0].length).replace(/([pbmv])j$/, "$1") : word;
  }

  // Gujarati: signs that are written one way or the other, then endings of number and gender and postpositions written as one word,
  // the longest first, after the way of J. Ameta, N. Joshi and I. Mathur, "A lightweight stemmer for Gujarati" (2012).
  const SAME = { "ઁ": "ં", "ઍ": "એ", "ઑ": "ઓ", "ૅ": "ે", "ૉ": "ો", "ૈ": "ે", "ઐ": "એ", "ૌ": "ો", "ઔ": "ઓ", "ી": "િ", "ૂ": "ુ", "ઈ": "ઇ", "ઊ": "ઉ", "઼": "" };
  const GUJARATI_ENDINGS = ["માંથિ", "વાનાં", "વાનિ", "વાનો", "વાનુ", "નામાં", "નાથિ", "વાનું", "ઓનાં", "ઓમાં", "ઓનિ", "ઓનો", "ઓનું", "ઓના", "ઓને", "ઓથિ", "ઓએ",
    "માં", "નાં", "નું", "વું", "વાં", "તાં", "યાં", "થિ", "નિ", "નો", "ના", "ને", "એ", "ઓ", "વા", "વિ", "વો", "તા", "તિ", "તો", "તું", "યા", "યો", "યું", "શો", "શે", "શું", "ેલો", "ેલિ", "ેલું", "ેલા", "ેલ", "નાર", "નારા", "ાં", "ું", "ે", "ો", "ા", "િ", "ુ"];
  const ENDINGS = [...GUJARATI_ENDINGS].sort((one, other) => other.length - one.length);
  function gujarati(word) {
    let rest = word;
    for (let round = 0; round < 2; round++) { // a postposition, then what is before it
      const ending = ENDINGS.find((each) => rest.endsWith(each) && letters(rest.slice(0, -each.length)) >= 2);
      if (!ending) break;
      rest = rest.slice(0, -ending.length);
    }
    return rest.replace(/્$/, "");
  }

  // Gujarati in Latin letters has no one spelling: what is compared is without a, breaths and doubled letters.
  const LATIN = { "ક": "k", "ખ": "k", "ગ": "g", "ઘ": "g", "ચ": "c", "છ": "c", "જ": "j", "ઝ": "j", "ટ": "t", "ઠ": "t", "ડ": "d", "ઢ": "d", "ણ": "n", "ત": "t", "થ": "t", "દ": "d", "ધ": "d", "ન": "n", "પ": "p", "ફ": "f",
    "બ": "b", "ભ": "b", "મ": "m", "ય": "y", "ર": "r", "લ": "l", "ળ": "l", "વ": "v", "શ": "s", "ષ": "s", "સ": "s", "હ": "h", "ં": "n", "િ": "i", "ુ": "u", "ે": "e", "ો": "o", "ઇ": "i", "ઉ": "u", "એ": "e", "ઓ": "o", "ૃ": "r" };
  function inLatin(word) {
    const plain = GUJARATI.test(word) ? [...word].map((sign) => LATIN[sign] || "").join("") : word.replace(/ee/g, "i").replace(/oo/g, "u").replace(/ph/g, "f").replace(/w/g, "v").replace(/z/g, "j").replace(/x/g, "ks").replace(/([kgctdpbjs])h+/g, "$1");
    return plain.replace(/a/g, "").replace(/n(?=[bcdfgjklmpqrstv])/g, "").replace(/(.)\1+/g, "$1");
  }

  function letters(text) { return (text.match(/\p{Lo}/gu) || []).length; }

  // ---- The index ------------------------------------------------------------------------------------------------------

  const LIKELIER = { card: 1.3, case: 1.1, text: 1, exercise: 0.9, market: 0.8, moment: 0.8, term: 1 };

  const OTHERS = 0.3; // of the score of a section that another market's sheet shows already
  const LITTLE = 0.2; // of what a word of a question counts, beside the others

  class Texts {
    /** `data`: from rapport.handbook.search.texts; `typed`: from rapport.handbook.search.typed. */
    constructor(data, typed) {
      known.clear();
      for (const [head, ...others] of typed.families) for (const each of others.map(plainly)) for (const form of [each, stemOf(each)]) heads.set(form, stemOf(plainly(head)));
      this.passed = new Set(typed.passed_over.map(plainly));
      this.entries = data.entries.map(([page, anchor, kind, title, text, langs], id) => {
        const file = data.pages[page][0];
        const names = kind === "market" && file.startsWith("market-") ? typed.places.market : typed.places[file.replace(/\.html$/, "").replace("." + LANG, "")];
        return { id, kind, title, text, anchor, file, where: data.pages[page][1], langs: langs || [LANG, LANG], called: ((names || {})[anchor] || []).join(", ") };
      });
      this.also = Object.entries(typed.words).map(([said, meant]) => [words(said).map((each) => terms(each)[0]), meant.map((each) => words(each).map(plainly).filter((word, at, all) => word.length > 3 || all.length === 1))]);
      this.written = new Set();
      this.index = new MiniSearch({
        fields: ["title", "called", "where", "text"],
        storeFields: ["kind"],
        tokenize: words,
        processTerm: (word) => { const all = terms(word); for (const each of all) this.written.add(each); return all; },
        searchOptions: { tokenize: (each) => [each], processTerm: (each) => each, boost: { title: 3, called: 4, where: 1 }, boostDocument: (id, each, stored) => LIKELIER[stored.kind] },
      });
      this.ready = this.index.addAllAsync(this.entries, { chunkSize: AT_ONCE });
    }

    /** The ways in which a word of the query may stand there: its terms, and where nobody wrote it so, what was meant. `goesOn`: it may not be ended yet. */
    ways(word, goesOn) {
      const all = terms(word);
      const whole = all.at(-1);
      const slip = !all.some((each) => this.written.has(each));
      const swapped = slip ? [...whole].slice(1).map((sign, at) => whole.slice(0, at) + sign + whole[at] + whole.slice(at + 2)).filter((each) => this.written.has(each)) : [];
      return [...all, ...swapped, ...(slip && LANG === "gu" ? this.sounding(whole) : [])].map((term) => ({
        term, prefix: goesOn && term.length > 1, fuzzy: slip && term.length >= (GUJARATI.test(term) ? 4 : 5) && !/^\d+$/.test(term) ? 0.2 : false,
      }));
    }

    /** Gujarati words that sound like one in Latin letters, as many type it: fariyad. */
    sounding(word) {
      if (!/^[a-z]{3,}$/.test(word)) return [];
      if (!this.sounds) {
        this.sounds = new Map();
        for (const each of this.written) if (GUJARATI.test(each)) this.sounds.set(inLatin(each), [...(this.sounds.get(inLatin(each)) || []), each]);
      }
      return this.sounds.get(inLatin(word)) || [];
    }

    /**
     * What is asked for: for each word, or words that belong together, the `ways` in which it may stand there, and how much it counts. A way is a
     * list of words, each with the terms that it is met by and how near they have to be. Words of a question count for little, and in names only.
     */
    asked(typed) {
      const said = words(typed);
      const stems = said.map((each) => terms(each)[0]);
      const passed = said.map((each) => this.passed.has(plainly(each)));
      const last = /[\p{L}\p{M}\p{N}]$/u.test(typed) ? said.length - 1 : -1; // it may go on
      const groups = [];
      for (let at = 0; at < said.length;) {
        const fits = this.also.filter(([same]) => same.every((each, step) => each === stems[at + step]));
        const taken = Math.max(1, ...fits.map(([same]) => same.length));
        const little = passed[at] && taken === 1;
        const ways = [said.slice(at, at + taken).map((word, step) => this.ways(word, at + step === last && !little))];
        for (const [same, meant] of fits) if (same.length === taken) for (const each of meant) ways.push(each.map((word) => [{ term: word, prefix: true, fuzzy: false }]));
        groups.push({ ways, counts: little ? LITTLE : 1 });
        at += taken;
      }
      return groups;
    }

    find(typed, cardsOnly) {
      const groups = this.asked(typed);
      if (!groups.length) return [];
      const whole = groups.every((each) => each.counts === LITTLE); // nothing but such words: then it is they that are looked for
      const small = new Set(whole ? [] : groups.filter((each) => each.counts === LITTLE).flatMap(({ ways }) => ways.flat(2).map(({ term }) => term))); // not marked
      const one = ({ term, prefix, fuzzy }, little) => ({ queries: [term], prefix, fuzzy, ...(little ? { fields: ["title", "called"], boostTerm: () => LITTLE } : {}) });
      const way = (each, little) => ({ combineWith: "AND", queries: each.map((choices) => ({ combineWith: "OR", queries: choices.map((choice) => one(choice, little)) })) });
      const queries = groups.map(({ ways, counts }) => ({ combineWith: "OR", queries: ways.map((each) => way(each, counts === LITTLE && !whole)) }));
      const found = this.index.search({ combineWith: "OR", queries }, { filter: cardsOnly ? (each) => each.kind === "card" : undefined });
      // Whoever types three words wants the place that has all three; a word that stands everywhere counts for little.
      const meets = (each, ways) => ways.some((said) => said.every((choices) => choices.some(({ term }) => each.queryTerms.includes(term))));
      const weights = groups.map(({ ways, counts }) => counts * Math.log(1 + this.entries.length / (1 + found.filter((each) => meets(each, ways)).length)));
      const all = weights.reduce((sum, weight) => sum + weight, 0);
      for (const each of found) {
        const met = weights.reduce((sum, weight, at) => sum + (meets(each, groups[at].ways) ? weight : 0), 0);
        each.score *= (met / all) ** 1.5;
      }
      const inOrder = () => found.sort((one, other) => other.score - one.score || one.id - other.id);
      // Where no market is named, one sheet stands for all, and the same section of the others comes after what else there is.
      const shown = new Set();
      for (const each of inOrder()) {
        if (each.kind !== "market" || Object.values(each.match).some((fields) => fields.includes("where"))) continue;
        const { anchor } = this.entries[each.id];
        if (shown.has(anchor)) each.score *= OTHERS;
        shown.add(anchor);
      }
      inOrder();
      return found.filter((each) => each.score >= found[0].score / 20).map((each) => ({ ...this.entries[each.id], met: new Set(each.terms.filter((term) => !small.has(term))) }));
    }
  }

  // ---- The page -------------------------------------------------------------------------------------------------------

  function el(name, attributes, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) if (value !== null) made.setAttribute(key, value);
    made.append(...children);
    return made;
  }

  /** `text` as nodes, the words that are met marked. */
  function marked(text, met) {
    const nodes = [];
    let from = 0;
    for (const match of text.matchAll(WORD)) {
      if (!terms(match[0]).some((each) => met.has(each))) continue;
      nodes.push(text.slice(from, match.index), el("mark", null, match[0]));
      from = match.index + match[0].length;
    }
    return [...nodes, text.slice(from)];
  }

  /** The piece of `text` in which the most of the different terms are met. */
  function piece(text, met) {
    const hits = [...text.matchAll(WORD)].map((match) => [match.index, terms(match[0]).find((each) => met.has(each))]).filter(([, each]) => each);
    let best = 0;
    let most = 0;
    hits.forEach(([start], at) => {
      const different = new Set();
      for (let next = at; next < hits.length && hits[next][0] < start + SNIPPET - 60; next++) different.add(hits[next][1]);
      if (different.size > most) [most, best] = [different.size, start];
    });
    if (text.length <= SNIPPET) return text;
    let from = Math.max(0, best - 50);
    if (from) from = text.indexOf(" ", from) + 1 || from;
    let to = Math.min(text.length, from + SNIPPET);
    if (to < text.length) to = Math.max(text.lastIndexOf(" ", to), from + 1);
    return (from ? "… " : "") + text.slice(from, to) + (to < text.length ? " …" : "");
  }

  class RapportSearch extends HTMLElement {
    connectedCallback() {
      if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => this.prepare(), { once: true });
      else this.prepare();
    }

    prepare() {
      if (this._field) return;
      const offline = this.querySelector(".search-offline");
      if (offline) offline.remove();
      this._field = el("input", { type: "search", id: "search-field", name: "q", autocomplete: "off", spellcheck: "false", enterkeyhint: "search", "aria-describedby": "search-told" });
      this._cards = el("input", { type: "checkbox" });
      this._told = el("p", { class: "told", id: "search-told", role: "status" });
      this._list = el("ol", { class: "found" });
      this._more = el("button", { type: "button", class: "more", hidden: "" }, STRINGS.more);
      const form = el("form", { role: "search" }, el("label", { for: "search-field" }, STRINGS.field), this._field, el("label", { class: "choice" }, this._cards, STRINGS.cards_only));
      this.append(form, this._told, this._list, this._more, this.keyChoice());
      form.addEventListener("submit", (event) => { event.preventDefault(); this.show(); });
      this._field.addEventListener("input", () => { clearTimeout(this._waits); this._waits = setTimeout(() => this.show(), 60); });
      for (const field of [this._field, this._cards]) field.addEventListener("change", () => this.show());
      this._more.addEventListener("click", () => this.further());
      const asked = new URLSearchParams(location.search).get("q") || new URLSearchParams(location.hash.slice(1)).get("q");
      if (asked && !this._field.value) this._field.value = asked;
      if (!location.hash || asked) this._field.focus({ preventScroll: true });
      this.read();
    }

    /** Make the index; what is typed in the meantime is looked for when it is there. */
    read() {
      const also = this.querySelector('script[type="application/json"]');
      const block = document.getElementById("rapport-texts"); // where all is in one page
      try {
        const data = block ? JSON.parse(block.textContent) : globalThis.rapportTexts;
        this._texts = new Texts(data, JSON.parse(also.textContent));
      } catch (error) {
        this._told.textContent = STRINGS.unread;
        return;
      }
      this.setAttribute("aria-busy", "true");
      this._texts.ready.then(() => { this.removeAttribute("aria-busy"); this._ready = true; this.show(); });
      if (this._field.value) this._told.textContent = STRINGS.preparing;
    }

    show() {
      const typed = this._field.value.trim();
      if (!this._ready || (typed === this._typed && this._cards.checked === this._only)) return;
      [this._typed, this._only] = [typed, this._cards.checked];
      clearTimeout(this._waits);
      this._found = typed ? this._texts.find(this._field.value, this._only) : [];
      this._list.replaceChildren();
      this.further(false);
      const count = this._found.length;
      this._told.textContent = !typed ? "" : !count ? STRINGS.none.replace("{typed}", () => typed) : count === 1 ? STRINGS.one : STRINGS.many.replace("{n}", count);
      const lists = document.querySelector(".search-lists");
      if (lists) lists.hidden = count > 0;
      try { history.replaceState(null, "", "#" + (typed ? new URLSearchParams({ q: typed }) : "")); } catch (error) { /* the way back begins with an empty field */ }
    }

    /** Show the next results; the first of them gets the focus when it was asked for. */
    further(go = true) {
      const from = this._list.childElementCount;
      const next = this._found.slice(from, from + SHOWN).map((each) => this.result(each));
      this._list.append(...next);
      this._more.hidden = from + SHOWN >= this._found.length;
      if (go && next.length) next[0].querySelector("a").focus();
    }

    result(each) {
      const [titleLang, textLang] = each.langs.map((lang) => (lang === LANG ? null : lang));
      const where = each.where === each.title ? [] : [" ", each.where];
      return el("li", null,
        el("p", { class: "where" }, el("span", { class: "kind" }, STRINGS["kind_" + each.kind]), ...where),
        el("h2", null, el("a", { href: each.file + (each.anchor ? "#" + each.anchor : ""), lang: titleLang }, ...marked(each.title || each.where, each.met))),
        el("p", { class: "snippet", lang: textLang }, ...marked(piece(each.text, each.met), each.met)));
    }

    /** One key of one sign can be in the way of whoever dictates; it can be switched off. */
    keyChoice() {
      const box = el("input", { type: "checkbox" });
      try { box.checked = localStorage.getItem(KEY) === null; } catch (error) { box.checked = true; }
      box.addEventListener("change", () => {
        try { box.checked ? localStorage.removeItem(KEY) : localStorage.setItem(KEY, "1"); } catch (error) { /* a browser that keeps nothing */ }
      });
      return el("label", { class: "choice" }, box, STRINGS.key);
    }
  }

  if (!customElements.get("rapport-search")) customElements.define("rapport-search", RapportSearch);
})();
