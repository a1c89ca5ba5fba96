//# allFunctionsCalledOnLoad
/* The situational-judgement test: a custom element that asks twelve incidents one at a time, keeps what was answered and adds up.
   No rule of scoring lives here: every credit and the draw of forms come worked out with the page; this looks up and adds. */
(function () {
  "use strict";

  // Every sentence the interface itself says. The incidents are English in every language: a translation would be another test.
  const STRINGS = {
    minutes: "about {n} minutes", begin: "Begin", resume: "Go on with incident {n}", next: "Next sitting", other: "Another sitting instead", all_done: "You have sat all four. Thank you.",
    occasion_pre: "Before the course", occasion_post: "After the course", occasion_day30: "30 days after", occasion_day90: "90 days after",
    due: "Planned for {date} or soon after. You may sit it today, but then it measures another interval.", due_now: "Planned for {date}: that day has come.",
    progress: "Incident {n} of {total}", kept: "Answer kept. Incident {n} of {total}.", finished: "Your sitting is finished. Here is how it went.",
    resumed: "Welcome back. This is where you stopped.", damaged: "What your browser had kept of your sittings could not be read. It has been set aside, and you start afresh.",
    changed: "The incidents have been revised since you last sat. What you had answered is set aside, and you start afresh.",
    unkept: "Your browser keeps nothing here. Sit it in one go, and save the file at the end.", broken: "The sitting cannot be shown: {why}",
    readings: "What is likely going on? Rank the readings.", rank_help: "1 is the likeliest. Give each reading its own number.", rank_1: "likeliest", rank_2: "next", rank_3: "least likely",
    check: "Before you act you can find out one thing. Which?", actions: "Which first step is the best, and which the worst?", best: "Best", worst: "Worst",
    sure: "How likely is it that your best step is also the key's?", sure_1: "a guess", sure_5: "nearly certain", percent: "{n}%",
    go_on: "Send off and go on", finish: "Send off and finish",
    missing_rank: "Give every reading a number first.", missing_twice: "Two readings have the same number. Give each its own.", missing_check: "Choose one thing to find out first.", missing_best: "Choose a best step first.", missing_worst: "Choose a worst step first.", missing_other: "Your best step cannot be the worst as well. Choose another.", missing_sure: "Say how likely it is first.",
    scores: "Your scores: {occasion}", points: "{n} of 100", judgement: "Judgement", reading: "Reading", checking: "Checking", acting: "Acting", over_inference: "Over-inference", calibration: "Calibration (Brier)",
    taken: "{n} of {total}", said: "You said {said}% on average; in {right} of {total} incidents your best step was the key's.",
    means: "What this means, and what not", all: "All your sittings", scale: "Scale, of 100", less: "(less is better)",
    explained: "The twelve moments, looked back on", yours: "Your best step", keys: "The key's best step", same: "Your best step was the key's as well.", your_reading: "Your likeliest reading", key_reading: "The key's likeliest",
    file: "For your trainer", save: "Save the file for your trainer", saved: "Saved as {name}. Look in your downloads.", consent_on: "Consent noted. Save the file again if you had saved it before.", consent_off: "Consent withdrawn in this file. Save it again and hand it over anew.",
  };
  const given = document.getElementById("rapport-words"); // the page's language, where it is not English
  if (given) Object.assign(STRINGS, JSON.parse(given.textContent).assessment);
  const LETTERS = "abcd";
  const KEY = "rapport:assessment";
  const SCALES = ["judgement", "reading", "checking", "acting"];

  // ---- Looking up and adding: pure functions ----------------------------------------------------------------------

  function decode(payload) {
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(payload.key), (c) => c.charCodeAt(0))));
  }

  function scoreAnswer(key, answer) {
    const credit = key.incidents[answer.incident];
    const reading = credit.reading[answer.ranking];
    const checking = credit.check[answer.check];
    const acting = credit.best[answer.best] + credit.worst[answer.worst];
    const right = answer.best === credit.right ? 1 : 0;
    const took = (part, letter) => (credit.over[part].includes(letter) ? 1 : 0);
    return { reading, checking, acting, judgement: (reading + checking + acting) / 3, taken: took("reading", answer.ranking[0]) + took("check", answer.check) + took("action", answer.best),
      chances: credit.chances, right, brier: key.brier[answer.sure - 1][right] };
  }

  /** Scores of a sitting, each 0 … 1 as in Python; `right`, `taken` and `chances` are counts. */
  function scoreSitting(key, answers, confidence) {
    const rows = answers.map((answer) => scoreAnswer(key, answer));
    const sum = (name) => rows.reduce((total, row) => total + row[name], 0);
    const scores = { taken: sum("taken"), chances: sum("chances"), right: sum("right"), confidence: answers.reduce((total, answer) => total + confidence[answer.sure - 1], 0) / rows.length };
    for (const name of [...SCALES, "brier"]) scores[name] = sum(name) / rows.length;
    scores.over_inference = scores.chances ? scores.taken / scores.chances : 0;
    return scores;
  }

  /** Form and order of the incidents that `learner` sits on `occasion`. */
  function drawn(payload, learner, occasion) {
    return payload.draws[Number.parseInt(learner.slice(-1), 16)][occasion];
  }

  function newLearner() {
    return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  function fresh(payload) {
    return { format: 1, version: payload.version, learner: newLearner(), consent: false, sittings: [], current: null };
  }

  function soundAnswer(payload, answer) {
    const incident = answer && payload.incidents[answer.incident];
    const among = (letter, options) => typeof letter === "string" && letter.length === 1 && LETTERS.slice(0, options.length).includes(letter);
    return Boolean(incident) && /^(abc|acb|bac|bca|cab|cba)$/.test(answer.ranking) && among(answer.check, incident.checks) && among(answer.best, incident.actions) && among(answer.worst, incident.actions)
      && answer.best !== answer.worst && Number.isInteger(answer.sure) && answer.sure >= 1 && answer.sure <= payload.confidence.length;
  }

  /** Whether the answers are those of the incidents drawn, all of them or the first few. */
  function soundSitting(payload, learner, sitting, whole) {
    if (!sitting || !payload.occasions.some((each) => each.id === sitting.occasion) || !Array.isArray(sitting.answers)) return false;
    const { form, order } = drawn(payload, learner, sitting.occasion);
    return sitting.form === form && (whole ? sitting.answers.length === order.length : sitting.answers.length < order.length)
      && sitting.answers.every((answer, place) => answer.incident === order[place] && soundAnswer(payload, answer));
  }

  /** A sitting under way, with what of its half-made answer can be shown. */
  function open(current) {
    const draft = current.draft && typeof current.draft === "object" ? current.draft : {};
    const ranks = Object.entries(draft.ranks && typeof draft.ranks === "object" ? draft.ranks : {}).filter(([letter, rank]) => LETTERS.includes(letter) && [1, 2, 3].includes(rank));
    return { ...current, draft: { ...draft, ranks: Object.fromEntries(ranks) } };
  }

  /** A stored state made usable: {state, note}, the note naming what had to be given up ("changed", "damaged" or none). */
  function restore(payload, stored) {
    if (stored === null || stored === undefined) return { state: fresh(payload), note: null };
    try {
      const state = typeof stored === "string" ? JSON.parse(stored) : stored;
      if (!state || state.format !== 1 || !/^[0-9a-f]{32}$/.test(state.learner) || !Array.isArray(state.sittings)) throw new TypeError("not kept sittings");
      if (state.version !== payload.version) return { state: { ...fresh(payload), learner: state.learner }, note: "changed" };
      const occasions = state.sittings.map((sitting) => sitting.occasion);
      if (new Set(occasions).size !== occasions.length || !state.sittings.every((sitting) => soundSitting(payload, state.learner, sitting, true))) throw new TypeError("a sitting is damaged");
      if (state.current && (occasions.includes(state.current.occasion) || !soundSitting(payload, state.learner, state.current, false))) throw new TypeError("the sitting under way is damaged");
      return { state: { format: 1, version: state.version, learner: state.learner, consent: state.consent === true, sittings: state.sittings, current: state.current ? open(state.current) : null }, note: null };
    } catch (error) {
      return { state: fresh(payload), note: "damaged" };
    }
  }

  /** Text of the file to hand over, as rapport.assessment.sitting.to_hand_over writes it. */
  function handOver(payload, state) {
    return JSON.stringify({ ...payload.file, learner: state.learner, consent: state.consent, sittings: state.sittings }, null, 1) + "\n";
  }

  function now() {
    return new Date().toISOString().slice(0, 19) + "Z";
  }

  // ---- Making elements: content enters as text nodes only ---------------------------------------------------------

  function el(tag, attributes, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) if (value !== null && value !== false && value !== undefined) node.setAttribute(name, value === true ? "" : String(value).replace(/\u00ad/g, "")); // soft hyphens are for the eye
    node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
    return node;
  }
  function still() {
    return matchMedia("(prefers-reduced-motion: reduce)").matches;
  }

  /** An element whose text is of the incidents, and so English. */
  function test(tag, attributes, text) {
    return el(tag, { ...attributes, lang: "en" }, text);
  }

  const idly = globalThis.requestIdleCallback || ((work) => setTimeout(work, 300));

  let number = 0;

  class RapportAssessment extends HTMLElement {
    constructor() {
      super();
      this._uid = "ra" + ++number;
      this._kept = true;
      this._note = null;
    }

    connectedCallback() {
      if (this._payload) return;
      const data = this.querySelector("script[type='application/json']");
      if (!data && this._given) return this.open(this._given);
      if (!data) return; // a host sets the payload
      try { this.open(JSON.parse(data.textContent)); } catch (error) { this.replaceChildren(el("p", { role: "alert" }, this.say("broken", { why: error.message }))); }
    }

    /** A sentence of the interface; in Jupyter two languages may share a page, so there the payload brings the words of its own. */
    say(name, values) {
      const words = (this.payload && this.payload.words && this.payload.words[name]) || STRINGS[name];
      return words.replace(/\{(\w+)\}/g, (all, key) => (values && key in values ? String(values[key]) : all));
    }

    get hosted() { return this.getAttribute("store") === "host"; }
    get payload() { return this._payload || this._given; }
    set payload(payload) {
      this._given = payload;
      if (this.isConnected) this.open(payload);
    }
    get state() { return this._state; }
    set state(state) {
      this._stored = state;
      if (this._payload) { this._state = restore(this._payload, state).state; this.show(false); }
    }

    open(payload) {
      this._payload = payload;
      this._key = decode(payload);
      const stored = this.hosted ? this._stored : this.read(KEY);
      const { state, note } = restore(payload, stored);
      this._state = state;
      if (note) {
        this._note = this.say(note);
        if (!this.hosted) this.write(KEY + (note === "damaged" ? ":damaged" : ":earlier"), stored);
      } else if (state.current) this._note = this.say("resumed");
      this.changed();
      this.show(false);
      idly(() => this.rehearse());
    }

    /** While nobody waits, an incident is built and laid out where nobody sees it: what is slow only the first time (functions that have not run,
        styles not matched, letters in sizes that the page has not used) is then no part of the first answer. */
    rehearse() {
      if (!this._card || !this.isConnected || this._open) return;
      const name = Object.keys(this._payload.incidents)[0];
      const box = el("div", { class: "ra-rehearsal", "aria-hidden": "true" }, el("div", { class: "ra-frame" }, el("div", { class: "ra-top" }, this.incident(name, 0, {}, 1).parts)));
      this.append(box);
      box.getBoundingClientRect();
      box.remove();
    }

    read(key) {
      try { return localStorage.getItem(key); } catch (error) { this._kept = false; return null; }
    }
    write(key, value) {
      try { localStorage.setItem(key, value); this._kept = true; } catch (error) { this._kept = false; }
    }
    /** Finished sittings go to the learner's record as well, each once; this key holds what the next sitting and the file need. */
    record() {
      const { learner, version, sittings } = this._state;
      for (const sitting of sittings) {
        if (typeof sitting.ended !== "string" || !/(Z|[+-]\d\d:\d\d)$/.test(sitting.ended) || Number.isNaN(Date.parse(sitting.ended))) continue; // an event needs its moment
        const id = ["sitting", learner, sitting.occasion, sitting.ended].join(":");
        if (!globalThis.RapportRecord.events("sitting").some((event) => event.id === id)) globalThis.RapportRecord.add("sitting", { ...sitting, language: "en", bank: version, scores: this.of(sitting) }, { id, at: sitting.ended });
      }
    }
    changed() {
      if (!this.hosted) {
        this.write(KEY, JSON.stringify(this._state));
        this.record();
      }
      this.dispatchEvent(new CustomEvent("rapport-change", { bubbles: true, detail: { state: this._state } }));
    }

    // ---- what the learner does ----

    begin(occasion) {
      this._note = null;
      this._state = { ...this._state, current: { occasion, form: drawn(this._payload, this._state.learner, occasion).form, answers: [], draft: {}, began: now() } };
      this.changed();
      this.show(true);
    }

    draft(more) {
      this._state = { ...this._state, current: { ...this._state.current, draft: { ...this._state.current.draft, ...more } } };
      this.changed();
    }

    answer(answer) {
      const { occasion, form, answers, began } = this._state.current;
      const total = this.order.length;
      const all = [...answers, answer];
      this._note = null;
      if (all.length < total) {
        this._state = { ...this._state, current: { occasion, form, answers: all, draft: {}, began } };
        this.changed();
        this.show(true);
        this._live.textContent = this.say("kept", { n: all.length + 1, total });
      } else {
        this._state = { ...this._state, current: null, sittings: [...this._state.sittings, { occasion, form, answers: all, began, ended: now() }] };
        this.changed();
        this.show(true);
        this._live.textContent = this.say("finished");
      }
    }

    get order() { return drawn(this._payload, this._state.learner, this._state.current.occasion).order; }

    // ---- views ----

    heading(depth, attributes, ...children) {
      const level = Math.min(6, (Number.parseInt(this.getAttribute("level") || "2", 10) || 2) + depth);
      return el("h" + level, attributes, ...children);
    }

    frame(...children) {
      if (!this._card) {
        for (const child of [...this.childNodes]) if (child.nodeName !== "SCRIPT") child.remove();
        // One live region for good: a region that arrives together with its words is often not read out.
        this._live = el("p", { class: "ra-hidden", role: "status", "aria-live": "polite" });
        this._top = el("div", { class: "ra-top" });
        this._card = el("div", { class: "ra-frame" }, this._live, this._top);
        this.append(this._card);
      }
      if (!this._kept && !this.hosted && !this._note) this._note = this.say("unkept");
      this._live.textContent = "";
      this._top.replaceChildren(...[this._note ? el("p", { class: "ra-note", role: "status" }, this._note) : null, ...children].flat(Infinity).filter(Boolean));
    }

    attend(node, moved) {
      if (!moved) return;
      node.focus({ preventScroll: true });
      const top = this._card.getBoundingClientRect().top;
      if (top < 0 || top > innerHeight * 0.6) this._card.scrollIntoView({ behavior: still() ? "auto" : "smooth", block: "start" });
    }

    show(moved) {
      if (this._state.current && (moved || this._open)) this.showIncident(moved);
      else if (this._state.current) this.showResume();
      else this.showHome(moved);
    }

    /** After a reload: one button, so that nobody lands in the middle of a form unawares. */
    showResume() {
      const { occasion, answers } = this._state.current;
      const button = el("button", { type: "button", class: "ra-button ra-main", "data-do": "resume" }, this.say("resume", { n: answers.length + 1 }));
      button.addEventListener("click", () => { this._note = null; this.showIncident(true); });
      this.frame(this.heading(0, { class: "ra-title" }, this.say("occasion_" + occasion)), this.says("how"), this.english(), el("div", null, button));
    }

    says(name) { return el("p", null, this._payload.says[name]); }

    /** In another language: that the incidents are English, and why. */
    english() { return this._payload.says.english ? el("p", { class: "ra-small" }, this._payload.says.english) : null; }

    showHome(moved) {
      this._open = false;
      const { occasions, minutes, says } = this._payload;
      const sat = this._state.sittings;
      const last = sat[sat.length - 1];
      const left = occasions.slice(last ? occasions.findIndex((each) => each.id === last.occasion) + 1 : 0);
      const button = (occasion, main) => {
        const node = el("button", { type: "button", class: main ? "ra-button ra-main" : "ra-button", "data-begin": occasion.id }, main ? this.say("begin") : this.say("occasion_" + occasion.id));
        node.addEventListener("click", () => this.begin(occasion.id));
        return node;
      };
      const next = left.length
        ? el("section", null, this.heading(last ? 1 : 0, { class: "ra-title", tabindex: "-1" }, last ? this.say("next") + ": " : "", this.say("occasion_" + left[0].id)),
          el("p", { class: "ra-small" }, this.say("minutes", { n: minutes })), this.says(left[0].id), this.due(left[0]), last ? null : this.says("how"), this.english(), el("div", { class: "ra-actions" }, button(left[0], true)),
          left.length > 1 && last ? el("details", { class: "ra-more" }, el("summary", null, this.say("other")), left.slice(1).map((occasion) => [this.says(occasion.id), this.due(occasion), button(occasion, false)])) : null)
        : el("p", null, this.say("all_done"));
      if (!last) {
        this.frame(next);
        return this.attend(next.querySelector("[tabindex]"), moved);
      }
      const title = this.heading(0, { class: "ra-title", tabindex: "-1" }, this.say("scores", { occasion: this.say("occasion_" + last.occasion).toLowerCase() }));
      const explained = occasions.find((each) => each.id === last.occasion).explained;
      this.frame(title, this.scores(last), sat.length > 1 ? this.table() : null,
        el("section", null, this.heading(1, { class: "ra-part" }, this.say("means")), el("p", null, says.meaning), el("p", null, says.rough), explained ? null : el("p", null, says.no_feedback)),
        this.file(), explained ? this.explain(last) : null, next);
      this.attend(title, moved);
    }

    due(occasion) {
      const post = this._state.sittings.find((each) => each.occasion === "post");
      if (!occasion.days || !post) return null;
      const day = new Date(new Date(post.ended).getTime() + occasion.days * 86400000);
      if (Number.isNaN(day.getTime())) return null;
      const date = day.toLocaleDateString(this._payload.lang === "en" ? "en-GB" : this._payload.lang, { day: "numeric", month: "long", year: "numeric" });
      return el("p", { class: "ra-small" }, this.say(day > new Date() ? "due" : "due_now", { date }));
    }

    of(sitting) {
      return scoreSitting(this._key, sitting.answers, this._payload.confidence);
    }

    scores(sitting) {
      const scores = this.of(sitting);
      const points = (value) => this.say("points", { n: Math.round(100 * value) });
      const row = (name, value, text) => el("div", { "data-scale": name }, el("dt", null, this.say(name)), el("dd", null, el("strong", null, value), " ", el("span", { class: "ra-small" }, text)));
      const says = this._payload.says;
      return el("dl", { class: "ra-scores" }, SCALES.map((name) => row(name, points(scores[name]), says[name])),
        row("over_inference", this.say("taken", { n: scores.taken, total: scores.chances }), says.over_inference),
        row("calibration", points(scores.brier), [this.say("said", { said: Math.round(scores.confidence), right: scores.right, total: sitting.answers.length }), says.calibration].join(" ")));
    }

    table() {
      const sat = this._state.sittings;
      const scores = sat.map((sitting) => this.of(sitting));
      const line = (label, name) => el("tr", null, el("th", { scope: "row" }, label), scores.map((each) => el("td", null, String(Math.round(100 * each[name])))));
      return el("section", null, this.heading(1, { class: "ra-part" }, this.say("all")), el("div", { class: "ra-scroll", role: "group", "aria-label": this.say("all"), tabindex: "0" }, el("table", { class: "ra-table" },
        el("thead", null, el("tr", null, el("th", { scope: "col" }, this.say("scale")), sat.map((each) => el("th", { scope: "col" }, this.say("occasion_" + each.occasion))))),
        el("tbody", null, SCALES.map((name) => line(this.say(name), name)), line(this.say("over_inference") + " " + this.say("less"), "over_inference"), line(this.say("calibration") + " " + this.say("less"), "brier")))));
    }

    file() {
      const said = el("p", { class: "ra-small", role: "status" });
      const tick = el("input", { type: "checkbox", "data-do": "consent" });
      tick.checked = this._state.consent;
      tick.addEventListener("change", () => {
        this._state = { ...this._state, consent: tick.checked };
        this.changed();
        said.textContent = this.say(tick.checked ? "consent_on" : "consent_off");
      });
      const save = el("button", { type: "button", class: "ra-button ra-main", "data-do": "save" }, this.say("save"));
      save.addEventListener("click", () => {
        const name = "rapport-sittings-" + this._state.learner.slice(0, 8) + ".json";
        const address = URL.createObjectURL(new Blob([handOver(this._payload, this._state)], { type: "application/json" }));
        const link = el("a", { href: address, download: name, hidden: true });
        this.append(link);
        link.click();
        link.remove();
        setTimeout(() => URL.revokeObjectURL(address), 10000);
        said.textContent = this.say("saved", { name });
      });
      return el("section", null, this.heading(1, { class: "ra-part" }, this.say("file")), this.says("hand_over"), el("label", { class: "ra-pick ra-consent" }, tick, el("span", null, this._payload.says.consent)), el("div", { class: "ra-actions" }, save), said);
    }

    explain(sitting) {
      return el("section", null, this.heading(1, { class: "ra-part" }, this.say("explained")), sitting.answers.map((answer) => {
        const incident = this._payload.incidents[answer.incident];
        const key = this._key.incidents[answer.incident];
        const action = (letter) => incident.actions[LETTERS.indexOf(letter)];
        const pair = (label, text) => el("p", null, el("span", { class: "ra-label" }, label + ": "), test("span", null, text));
        return el("details", { class: "ra-more" }, test("summary", null, incident.title), test("p", { class: "ra-incident" }, incident.incident),
          pair(this.say("your_reading"), incident.readings[LETTERS.indexOf(answer.ranking[0])]),
          answer.best === key.right ? [pair(this.say("yours"), action(answer.best)), el("p", null, this.say("same"))] : [pair(this.say("yours"), action(answer.best)), pair(this.say("keys"), action(key.right))],
          test("p", { class: "ra-feedback" }, key.feedback));
      }));
    }

    // ---- one incident ----

    showIncident(moved) {
      this._open = true;
      const { answers, draft } = this._state.current;
      const { title, parts } = this.incident(this.order[answers.length], answers.length, draft, this.order.length);
      this.frame(...parts);
      this.attend(title, moved);
    }

    incident(name, place, draft, total) {
      const incident = this._payload.incidents[name];
      const id = (part) => this._uid + "-" + place + "-" + part;
      const title = this.heading(0, { class: "ra-title", tabindex: "-1" }, el("span", { class: "ra-small" }, this.say("progress", { n: place + 1, total })), " ", test("span", null, incident.title));
      const form = el("form", { class: "ra-form", novalidate: true, "data-incident": name });
      const missing = el("p", { class: "ra-missing", role: "status" });
      const last = place + 1 === total;
      const rank = this.ranking(incident, id, { ...(draft.ranks || {}) });
      form.append(rank.field, this.choice("check", this.say("check"), incident.checks, id, draft.check), this.steps(incident, id, draft), this.sureness(id, draft.sure),
        missing, el("div", { class: "ra-actions" }, el("button", { type: "submit", class: "ra-button ra-main", "data-do": "next" }, this.say(last ? "finish" : "go_on"))));
      const picked = (part) => form.querySelector("input[data-part='" + part + "']:checked");
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        const first = (part) => form.querySelector("input[data-part='" + part + "']");
        const both = picked("best") && picked("worst") && picked("best").value === picked("worst").value;
        const lacking = rank.lacking() || ["check", "best", "worst"].filter((part) => !picked(part)).map((part) => [part, first(part)])[0]
          || (both ? ["other", picked("worst")] : picked("sure") ? null : ["sure", first("sure")]);
        missing.textContent = lacking ? this.say("missing_" + lacking[0]) : "";
        if (lacking) return lacking[1].focus();
        this.answer({ incident: name, ranking: rank.order(), check: picked("check").value, best: picked("best").value, worst: picked("worst").value, sure: Number(picked("sure").value) });
      });
      const bar = el("progress", { class: "ra-progress", max: total, value: place, "aria-label": this.say("progress", { n: place + 1, total }) });
      return { title, parts: [bar, title, test("p", { class: "ra-incident" }, incident.incident), form] };
    }

    /** Three readings, each with numbers 1 2 3. Nothing moves by itself: arrow keys pass over every number on their way. */
    ranking(incident, id, ranks) {
      const names = [...LETTERS.slice(0, incident.readings.length)];
      const field = el("fieldset", null, el("legend", null, this.say("readings")), el("p", { class: "ra-small" }, this.say("rank_help")), names.map((letter, place) =>
        el("fieldset", { class: "ra-reading" }, test("legend", null, incident.readings[place]), el("div", { class: "ra-ranks" }, [1, 2, 3].map((rank) => {
          const input = el("input", { type: "radio", name: id("rank-" + letter), value: rank, "data-part": "rank", "data-letter": letter });
          input.checked = ranks[letter] === rank;
          input.addEventListener("change", () => { ranks[letter] = rank; this.draft({ ranks: { ...ranks } }); });
          return el("label", { class: "ra-pick" }, input, el("span", null, el("strong", null, String(rank)), " ", this.say("rank_" + rank)));
        })))));
      const input = (letter) => field.querySelector("input[data-letter='" + letter + "']:checked") || field.querySelector("input[data-letter='" + letter + "']");
      const lacking = () => {
        const open = names.find((letter) => !ranks[letter]);
        const twice = names.find((letter, place) => names.slice(0, place).some((other) => ranks[other] === ranks[letter]));
        return open ? ["rank", input(open)] : twice ? ["twice", input(twice)] : null;
      };
      return { field, lacking, order: () => [...names].sort((one, two) => ranks[one] - ranks[two]).join("") };
    }

    radio(part, value, id, chosen, ...label) {
      const input = el("input", { type: "radio", name: id(part), value, "data-part": part });
      input.checked = chosen === value;
      input.addEventListener("change", () => this.draft({ [part]: value }));
      return el("label", { class: "ra-pick" }, input, el("span", null, ...label));
    }

    choice(part, legend, options, id, chosen) {
      return el("fieldset", null, el("legend", null, legend), el("div", { class: "ra-choices" }, options.map((text, place) => this.radio(part, LETTERS[place], id, chosen, test("span", null, text)))));
    }

    /** Four steps, each with Best and Worst. Arrows pass over every step, so that one may be both until it is sent off. */
    steps(incident, id, draft) {
      return el("fieldset", null, el("legend", null, this.say("actions")), incident.actions.map((text, place) => {
        const letter = LETTERS[place];
        const words = test("p", { id: id("step-" + letter) }, text);
        return el("div", { class: "ra-step" }, words, el("div", { class: "ra-ends" }, ["best", "worst"].map((part) => {
          const label = this.radio(part, letter, id, draft[part], this.say(part));
          const input = label.querySelector("input");
          label.querySelector("span").id = id(part + "-" + letter);
          input.setAttribute("aria-labelledby", id(part + "-" + letter) + " " + words.id);
          return label;
        })));
      }));
    }

    sureness(id, chosen) {
      const steps = this._payload.confidence;
      return el("fieldset", null, el("legend", null, this.say("sure")), el("div", { class: "ra-sure" }, steps.map((percent, place) => {
        const words = place === 0 ? this.say("sure_1") : place === steps.length - 1 ? this.say("sure_5") : null;
        return this.radio("sure", String(place + 1), id, chosen, el("strong", null, this.say("percent", { n: percent })), words ? [" ", words] : null);
      })));
    }
  }

  globalThis.RapportAssessment = { strings: STRINGS, decode, scoreAnswer, scoreSitting, drawn, restore, handOver };
  if (!customElements.get("rapport-assessment")) customElements.define("rapport-assessment", RapportAssessment);
})();
