/* "My progress" and the statement to print: what follows from the learner's record, worked out as rapport.study does and shown.
   Nothing of it is kept; the words, the titles and the days come with the page. */
(function () {
  "use strict";

  // ---- What follows from the events: as rapport.study; tests/record_cases.json holds both to the same --------------

  const DAY = 86400000;
  const SETTLED = ["right", "given_up"];
  const OCCASIONS = ["pre", "post", "30", "90"];

  /** The calendar day of a moment where this computer stands, counted in days. */
  function dayOf(milliseconds) {
    const there = new Date(milliseconds);
    return Date.UTC(there.getFullYear(), there.getMonth(), there.getDate()) / DAY;
  }
  function localDay(at) {
    return dayOf(RapportRecord.instant(at));
  }

  /** When the last exercise of a module was first settled and its last case first played to an end; null while something is open. */
  function finished(module, events) {
    const first = new Map();
    for (const event of events) {
      const part = event.kind === "attempt" && event.module === module.stem && SETTLED.includes(event.outcome) ? "exercise " + event.exercise : event.kind === "run" ? "case " + event.scenario : null;
      if (part && !first.has(part)) first.set(part, event.at);
    }
    const wanted = [...module.exercises.map((each) => "exercise " + each.id), ...module.cases.map((each) => "case " + each.id)];
    if (!wanted.length || !wanted.every((part) => first.has(part))) return null;
    return wanted.map((part) => first.get(part)).reduce((one, other) => (one >= other ? one : other));
  }

  /** Moment from which each module's days are counted, by stem, of those whose reviews run. */
  function begun(modules, events) {
    const starts = new Map();
    for (const module of modules) {
      const seen = events.filter((event) => event.module === module.stem && (event.kind === "review" || (event.kind === "seen" && event.part === "review"))).map((event) => event.at);
      const moments = [...seen, finished(module, events)].filter(Boolean).sort((one, other) => RapportRecord.instant(one) - RapportRecord.instant(other));
      if (moments.length) starts.set(module.stem, moments[0]);
    }
    return starts;
  }

  function answersTo(events, stem, item) {
    return events.filter((event) => event.kind === "review" && event.module === stem && event.item === item);
  }
  function lastAnswer(events, stem, item) {
    return answersTo(events, stem, item).reduce((last, event) => Math.max(last, localDay(event.at)), -Infinity);
  }

  /** Every round of every module whose reviews run, by date. */
  function rounds(modules, events, days) {
    const found = [];
    for (const [stem, start] of begun(modules, events)) {
      const module = modules.find((each) => each.stem === stem);
      const last = module.review.map((item) => lastAnswer(events, stem, item.id));
      for (const day of days) found.push({ stem, day, on: localDay(start) + day, settled: last.every((each) => each >= localDay(start) + day) });
    }
    return found.sort((one, other) => one.on - other.on || (one.stem < other.stem ? -1 : 1));
  }

  /** Questions due on `today`, the longest overdue first; an answer settles all rounds up to its day. */
  function due(modules, events, days, today) {
    const found = [];
    for (const [stem, start] of begun(modules, events)) {
      for (const item of modules.find((each) => each.stem === stem).review) {
        const last = lastAnswer(events, stem, item.id);
        const waiting = days.filter((day) => localDay(start) + day <= today && localDay(start) + day > last);
        if (waiting.length) found.push({ stem, item: item.id, wording: answersTo(events, stem, item.id).length % 2 ? "twin" : "item", day: waiting.at(-1), on: localDay(start) + waiting[0] });
      }
    }
    return found.sort((one, other) => one.on - other.on || (one.stem < other.stem ? -1 : one.stem > other.stem ? 1 : 0)); // the sort leaves a module's questions in their order
  }

  /** State of an exercise over all its draws: right, given_up, tried or open. */
  function stateOf(module, exercise, events) {
    const outcomes = events.filter((event) => event.kind === "attempt" && event.module === module.stem && event.exercise === exercise.id).map((event) => event.outcome);
    return outcomes.includes("right") ? "right" : outcomes.includes("given_up") ? "given_up" : outcomes.length ? "tried" : "open";
  }

  // ---- Saying it ---------------------------------------------------------------------------------------------------

  class Voice {
    constructor(data) {
      this.data = data;
      this.plurals = new Intl.PluralRules(document.documentElement.lang || "en");
    }
    from(table, key, values) {
      const forms = this.data[table][key];
      const text = (values && typeof values.n === "number" && forms[this.plurals.select(values.n)]) || forms.other;
      return text.replace(/\{(\w+)\}/g, (all, name) => (!values || !(name in values) ? all : name === "n" && typeof values.n === "number" ? this.number(values.n) : String(values[name])));
    }
    say(key, values) { return this.from("words", key, values); }
    study(key, values) { return this.from("study", key, values); }
    number(n) { return RapportAnswers.numberText(n, 0, this.data.numbers); }
    date(day) {
      const there = new Date(day * DAY);
      return this.data.dates[there.getUTCMonth()].replace("{d}", there.getUTCDate()).replace("{y}", there.getUTCFullYear());
    }
  }

  /** The statement of a record: title, opening lines, and sections of a head and lines, as rapport.study.statement words it. */
  function statement(data, document_, voice, name) {
    const say = (key, values) => voice.study(key, values);
    const events = document_.events.filter((event) => event.kind !== "erasure");
    const joined = (values) => [...new Set(values.filter(Boolean))].join(", ") || say("not_noted");
    const span = (first, last) => {
      const [one, other] = [first, last].map((at) => voice.date(localDay(at)));
      return one === other ? one : say("span", { first: one, last: other });
    };
    const tongue = (lang) => ({ en: say("English"), gu: say("Gujarati"), lv: say("Latvian") })[lang] || lang;
    const opening = [say("learner", { name: name || say("no_name") })];
    if (events.length) {
      opening.push(say("worked_on", { days: span(events[0].at, events.at(-1).at) }), say("version", { version: joined(events.map((event) => event.version)) }),
        say("language", { language: joined(events.map((event) => event.language && tongue(event.language))) }));
    }
    const done = (module) => {
      const lines = [];
      const attempts = events.filter((event) => event.kind === "attempt" && event.module === module.stem);
      const right = new Map();
      for (const event of attempts) if (event.outcome === "right" && !right.has(event.exercise)) right.set(event.exercise, localDay(event.at));
      if (right.size) {
        lines.push(say("exercises_right", { n: right.size, total: module.exercises.length || right.size }));
        const title = (id) => (module.exercises.find((each) => each.id === id) || { title: id }).title;
        for (const [id, on] of [...right].sort((one, other) => one[1] - other[1] || (one[0] < other[0] ? -1 : 1))) lines.push(say("exercise_right", { title: title(id), date: voice.date(on) }));
      }
      const opened = new Set(attempts.filter((event) => event.outcome === "given_up" && !right.has(event.exercise)).map((event) => event.exercise));
      if (opened.size) lines.push(say("given_up", { n: opened.size }));
      for (const { id, title } of module.cases) {
        const runs = events.filter((event) => event.kind === "run" && event.scenario === id);
        const times = { 1: "once", 2: "twice" }[runs.length];
        if (runs.length) lines.push(say("case_played", { title, times: times ? say(times) : say("times", { n: runs.length }), days: span(runs[0].at, runs.at(-1).at) }));
      }
      const answers = events.filter((event) => event.kind === "review" && event.module === module.stem);
      const days = [...new Set(answers.map((event) => localDay(event.at)))].sort((one, other) => one - other);
      if (answers.length) lines.push(say("answers", { right: answers.filter((event) => event.right).length, n: answers.length, dates: days.map((day) => voice.date(day)).join(", ") }));
      return lines;
    };
    let sections = data.modules.map((module) => [module.number + " · " + module.title, done(module)]).filter(([, lines]) => lines.length);
    const sittings = events.filter((event) => event.kind === "sitting").map((event) => {
      const occasion = event.occasion ? String(event.occasion) : "";
      const told = { form: event.form, occasion: OCCASIONS.includes(occasion) ? say(occasion) : occasion, date: voice.date(localDay(event.at)) };
      return say((event.form ? "sitting" : "sitting_unnamed") + (occasion ? "_when" : ""), told);
    });
    if (sittings.length) sections.push([say("assessment"), sittings]);
    if (!sections.length) sections = [[say("done"), [say("nothing")]]];
    return { title: say("statement"), opening, sections: [...sections, [say("what_it_is"), ["self_reported", "no_certificate", "invented"].map((key) => say(key))]] };
  }

  // ---- Making elements: content enters as text nodes only ---------------------------------------------------------

  const unhyphened = (text) => text.replace(/\u00ad/g, "");
  function el(tag, attributes, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) if (value !== null && value !== false && value !== undefined) node.setAttribute(name, value === true ? "" : unhyphened(String(value)));
    node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
    return node;
  }
  /** A sentence in which commands stand between backticks. */
  function coded(text) {
    return text.split("`").map((part, index) => (index % 2 ? el("code", null, part) : part));
  }
  function button(text, act, attributes) {
    const node = el("button", { type: "button", ...attributes }, text);
    node.addEventListener("click", act);
    return node;
  }
  function download(name, data) {
    const address = URL.createObjectURL(new Blob([data], { type: "application/json" }));
    const link = el("a", { href: address, download: name, hidden: true });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
  }
  function kept(key) {
    try { return JSON.parse(localStorage.getItem(key)); } catch (error) { return null; }
  }
  function isoToday() {
    return new Date(dayOf(Date.now()) * DAY).toISOString().slice(0, 10);
  }

  class Told extends HTMLElement {
    connectedCallback() {
      if (this.data) return;
      this.data = JSON.parse(this.querySelector("script").textContent);
      this.voice = new Voice(this.data);
      this.querySelector(".progress-still").hidden = true;
      this.open();
      addEventListener("rapport:record", () => this.show());
    }
    say(key, values) { return this.voice.say(key, values); }
    part(name) { return this.querySelector("[data-part='" + name + "']"); }
  }

  class RapportProgress extends Told {
    open() {
      this.buildRecord();
      this.buildReview();
      this.show();
    }

    show() {
      this.events = RapportRecord.events();
      this.showNotices();
      this.showGoOn();
      this.showModules();
      if (!this.asking) this.nextQuestion(false);
      this.holds.textContent = this.say("holds", { n: this.events.length });
    }

    showNotices() {
      const told = [];
      if (RapportRecord.newer) told.push(el("p", { class: "progress-notice" }, this.say("newer")));
      else if (!RapportRecord.kept) told.push(el("p", { class: "progress-notice" }, this.say("unkept")));
      if (document.documentElement.dataset.apart === "") told.push(el("p", { class: "progress-notice" }, this.say("apart")));
      const asides = RapportRecord.asides();
      if (asides.length && !RapportRecord.newer) told.push(el("p", { class: "progress-notice" }, this.say("aside")));
      for (const key of asides) {
        const name = key.replace(/[^\w-]+/g, "-") + ".txt";
        told.push(el("p", null, button(this.say("aside_save", { name }), () => download(name, localStorage.getItem(key) || ""), { class: "progress-quiet" })));
      }
      if (!this.events.length) told.push(el("p", null, this.say("nothing_yet")));
      const said = told.map((each) => each.textContent).join("\n");
      if (said === this.noticed) return; // a live region is filled once
      this.noticed = said;
      this.part("notices").replaceChildren(...told);
    }

    // ---- where to go on ----

    showGoOn() {
      const links = [];
      const place = kept("rapport:place");
      const module = place && this.data.modules.find((each) => each.stem === place.page);
      if (module) links.push(el("a", { href: module.href + (typeof place.anchor === "string" && place.anchor ? "#" + encodeURIComponent(place.anchor) : ""), class: "button" }, this.say("go_on", { title: module.title })));
      for (const each of this.data.modules) {
        for (const { id, title } of each.cases) if (this.halfPlayed(id)) links.push(el("a", { href: each.href + "#scenario" }, this.say("half_played", { title })));
      }
      this.part("go-on").replaceChildren(...links.map((link) => el("p", null, link)));
    }

    /** Whether a case is under way: a path that is no finished run's. */
    halfPlayed(id) {
      const state = kept("rapport:scenario:" + id);
      if (!state || !Array.isArray(state.path) || !state.path.length) return false;
      const same = (run) => run.place === state.place && run.draw === state.draw && Array.isArray(run.path) && run.path.join() === state.path.join();
      return !RapportRecord.runs(id).some(same);
    }

    // ---- reviews: one question at a time, as in Jupyter ----

    buildReview() {
      this.ask = el("p", { class: "progress-ask", tabindex: "-1", id: "review-ask" });
      this.which = el("p", { class: "eyebrow" });
      this.options = el("div", { class: "progress-options", role: "radiogroup", "aria-labelledby": "review-ask" });
      this.said = el("div", { role: "status" });
      // One button for both, so that whoever works with the keyboard keeps their place.
      this.go = el("button", { type: "submit" });
      this.form = el("form", { class: "progress-review", autocomplete: "off" }, this.which, this.ask, this.options, this.said, this.go);
      this.form.addEventListener("submit", (event) => {
        event.preventDefault();
        if (this.answered) this.nextQuestion(true);
        else this.answer();
      });
      this.rest = el("p");
      this.part("reviews").replaceChildren(this.form, this.rest);
      this.right = this.asked = 0;
    }

    waiting() {
      return due(this.data.modules, this.events, this.data.days, dayOf(Date.now()));
    }

    nextQuestion(moved) {
      this.events = RapportRecord.events();
      const waiting = this.waiting();
      const over = this.asking && !waiting.length;
      this.asking = this.answered = null;
      this.form.hidden = !waiting.length;
      this.rest.hidden = Boolean(waiting.length);
      if (!waiting.length) {
        const coming = rounds(this.data.modules, this.events, this.data.days).find((each) => !each.settled && each.on > dayOf(Date.now()));
        const title = coming && this.data.modules.find((each) => each.stem === coming.stem).title;
        this.rest.textContent = [over ? this.voice.study("score", { right: this.right, n: this.asked }) : "", this.voice.study("nothing_due"), coming ? this.voice.study("next", { title, n: coming.day, date: this.voice.date(coming.on) }) : ""].filter(Boolean).join(" ");
        if (moved) {
          this.rest.setAttribute("tabindex", "-1");
          this.rest.focus();
        }
        this.right = this.asked = 0;
        return;
      }
      const each = waiting[0];
      const module = this.data.modules.find((one) => one.stem === each.stem);
      this.question = module.review.find((item) => item.id === each.item)[each.wording];
      this.next = each;
      this.which.textContent = [this.say("of", { n: this.asked + 1, total: this.asked + waiting.length }), module.title, this.voice.study("day", { n: each.day })].join(" · ");
      this.ask.textContent = this.question.ask;
      this.options.replaceChildren(...this.question.options.map((option, index) => el("label", null, el("input", { type: "radio", name: "review-option", value: index }), el("span", null, option))));
      this.said.replaceChildren();
      this.go.textContent = this.say("answer");
      if (moved) this.ask.focus();
    }

    answer() {
      const picked = this.form.querySelector("input:checked");
      if (!picked) {
        this.said.replaceChildren(el("p", null, this.say("choose")));
        this.form.querySelector("input").focus();
        return;
      }
      const option = this.question.options[picked.value];
      const right = option === this.question.right;
      this.asking = this.answered = true;
      for (const input of this.form.querySelectorAll("input")) input.disabled = true;
      this.asked += 1;
      this.right += right;
      const { stem, item, wording, day } = this.next;
      RapportRecord.add("review", { module: stem, item, wording, day, answer: unhyphened(option), right });
      this.said.replaceChildren(el("p", null, el("strong", null, right ? this.voice.study("right") : this.voice.study("not_right", { right: this.question.right }))), el("p", null, this.question.because));
      this.go.textContent = this.say(this.waiting().length ? "next_question" : "done");
    }

    // ---- modules ----

    showModules() {
      const role = RapportRecord.role;
      this.showRole(role);
      const path = this.data.roles[role];
      const legs = path ? path.legs : this.data.modules.map((module) => [module.number, null]);
      const coming = rounds(this.data.modules, this.events, this.data.days);
      const waiting = this.waiting();
      const shown = legs.map(([number, part]) => ({ number, part, module: this.data.modules.find((each) => each.number === number) }));
      const next = path && shown.find(({ module }) => module && !finished(module, this.events));
      const open = new Set([...this.querySelectorAll(".progress-module details[open]")].map((each) => each.dataset.module));
      this.part("modules").replaceChildren(...shown.map((each) => (each.module ? this.module(each, each === next, coming, waiting, open) : this.missing(each))));
    }

    missing({ number, part }) {
      const title = this.data.titles[number] || number;
      return el("section", { class: "progress-module" }, el("h3", null, number + " · " + title), el("p", { class: "note" }, [this.voice.study("follows"), part].filter(Boolean).join(" · ")));
    }

    module({ module, part }, isNext, coming, waiting, open) {
      const states = module.exercises.map((exercise) => [exercise, stateOf(module, exercise, this.events)]);
      const count = (...wanted) => states.filter(([, state]) => wanted.includes(state)).length;
      const runs = module.cases.map((each) => [each, RapportRecord.runs(each.id)]);
      const mark = finished(module, this.events) ? this.voice.study("finished") : isNext ? this.voice.study("is_next") : null;
      const lines = [
        states.length ? this.say("exercises_state", { right: count("right"), total: states.length, tried: count("tried", "given_up"), open: count("open") }) : null,
        runs.length ? this.say("cases_state", { played: runs.filter(([, each]) => each.length).length, total: runs.length }) : null,
        this.reviewLine(module, coming, waiting),
      ].filter(Boolean);
      const items = [
        ...states.map(([exercise, state]) => el("li", { "data-state": state }, el("a", { href: exercise.href }, exercise.title), " · ", this.say(state))),
        ...runs.map(([each, played]) => el("li", { "data-state": played.length ? "right" : "open" }, el("a", { href: module.href + "#scenario" }, each.title), " · ", this.played(each, played))),
      ];
      return el("section", { class: "progress-module", "data-module": module.stem },
        el("h3", null, el("a", { href: module.href }, module.number + " · " + module.title), mark ? el("span", { class: "progress-mark" }, " " + mark) : null),
        part ? el("p", { class: "note" }, part) : null,
        lines.map((line) => el("p", null, line)),
        items.length ? el("details", { open: open.has(module.stem), "data-module": module.stem }, el("summary", null, this.say("details")), el("ul", null, items)) : null,
        module.cards_href ? el("p", null, el("a", { href: module.cards_href }, this.say("cards", { title: module.title }))) : null);
    }

    played(each, runs) {
      if (!runs.length) return this.say("not_played");
      const found = new Set(runs.map((run) => run.ending).filter((ending) => each.ends.includes(ending))).size;
      return this.say("played", { n: runs.length }) + ", " + this.say("endings", { found, total: each.ends.length });
    }

    reviewLine(module, coming, waiting) {
      if (!module.review.length) return null;
      const now = waiting.filter((each) => each.stem === module.stem).length;
      if (now) return this.say("review_due", { n: now });
      const own = coming.filter((each) => each.stem === module.stem);
      const next = own.find((each) => !each.settled && each.on > dayOf(Date.now()));
      return !own.length ? this.say("review_waits") : next ? this.say("review_next", { date: this.voice.date(next.on) }) : this.say("review_over");
    }

    showRole(role) {
      const place = this.part("role");
      if (!Object.keys(this.data.roles).length) return;
      if (!this.chosen) {
        this.chosen = el("select", { id: "progress-role" }, el("option", { value: "" }, this.say("all_modules")), Object.entries(this.data.roles).map(([name, each]) => el("option", { value: name }, each.title)));
        this.chosen.addEventListener("change", () => RapportRecord.setRole(this.chosen.value));
        this.why = el("div");
        place.replaceChildren(el("p", { class: "progress-role" }, el("label", { for: "progress-role" }, this.say("role")), " ", this.chosen), this.why);
      }
      this.chosen.value = Object.hasOwn(this.data.roles, role || "") ? role : "";
      const path = this.data.roles[this.chosen.value];
      this.why.replaceChildren(...(path ? [el("p", null, path.who + " " + path.why), path.also ? el("p", { class: "note" }, this.voice.study("and_also", { also: path.also })) : ""] : []));
    }

    // ---- the record as a file ----

    buildRecord() {
      this.holds = el("p", { class: "note" });
      this.file = el("input", { type: "file", id: "progress-file", accept: ".json,application/json", "aria-describedby": "progress-import-says" });
      this.file.addEventListener("change", () => this.take(this.file.files[0]));
      this.news = el("div", { role: "status" });
      this.sure = el("p", { class: "progress-sure", hidden: true });
      const save = () => {
        const name = "rapport-record-" + isoToday() + ".json";
        download(name, RapportRecord.dump(RapportRecord.data));
        this.news.replaceChildren(el("p", null, this.say("exported", { name })));
      };
      this.part("record").replaceChildren(this.holds,
        el("p", null, button(this.say("export"), save, { "data-do": "export" })), el("p", { class: "note" }, coded(this.say("export_says"))),
        el("p", null, el("label", { for: "progress-file" }, this.say("import")), " ", this.file), el("p", { class: "note", id: "progress-import-says" }, coded(this.say("import_says"))),
        this.news, this.sure);
    }

    tell(...sentences) {
      this.news.replaceChildren(...sentences.map((each) => el("p", null, coded(each))));
    }

    async take(file) {
      this.sure.hidden = true;
      if (!file) return;
      const { document: found, state } = RapportRecord.read(await file.text());
      this.file.value = "";
      if (state === "older" || state === "newer") return this.tell(this.say(state === "older" ? "older" : "newer_file"));
      if (state === "foreign" || (state === "damaged" && !found.events.length)) return this.tell(this.say("no_record"));
      const mine = RapportRecord.data;
      const take = () => {
        this.sure.hidden = true;
        const fresh = RapportRecord.takeIn(found, !mine.learner);
        this.tell(...(state === "damaged" ? [this.say("damaged_file")] : []), this.say("taken_in", { n: fresh, old: found.events.length - fresh }));
      };
      if (!mine.learner || !found.learner || found.learner === mine.learner) return take();
      this.tell(this.say("yours", { name: found.profile ? " (" + found.profile + ")" : "" }));
      const leave = () => {
        this.sure.hidden = true;
        this.tell(this.say("left"));
        this.file.focus();
      };
      this.sure.replaceChildren(button(this.say("take_it"), take, { "data-do": "take" }), " ", button(this.say("leave_it"), leave, { "data-do": "leave", class: "progress-quiet" }));
      this.sure.hidden = false;
      this.sure.querySelector("button").focus();
    }
  }

  class RapportStatement extends Told {
    open() {
      const name = RapportRecord.data.profile;
      this.name = el("input", { type: "text", id: "statement-name", autocomplete: "name", maxlength: "120" });
      this.name.value = name && name !== "me" ? name : "";
      this.remember = el("input", { type: "checkbox" });
      this.remember.checked = Boolean(this.name.value);
      const named = () => {
        RapportRecord.setProfile(this.remember.checked ? this.name.value.trim() : "");
        this.show();
      };
      this.name.addEventListener("input", () => this.show());
      this.name.addEventListener("change", () => { if (this.remember.checked) named(); });
      this.remember.addEventListener("change", named);
      this.part("form").replaceChildren(el("form", { class: "statement-form" }, el("p", null, el("label", { for: "statement-name" }, this.say("name")), this.name),
        el("p", null, el("label", null, this.remember, " ", this.say("keep_name"))), el("p", null, button(this.say("print"), () => window.print(), { "data-do": "print" }))));
      this.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
      this.show();
    }

    show() {
      const told = statement(this.data, RapportRecord.data, this.voice, this.name.value.trim());
      this.part("paper").replaceChildren(el("div", { class: "statement-paper" }, el("ul", null, told.opening.map((line) => el("li", null, line))),
        told.sections.map(([head, lines]) => [el("h2", null, head), el("ul", null, lines.map((line) => el("li", null, line)))])));
    }
  }

  globalThis.RapportStudy = { finished, begun, rounds, due, statement, Voice };
  if (!customElements.get("rapport-progress")) {
    customElements.define("rapport-progress", RapportProgress);
    customElements.define("rapport-statement", RapportStatement);
  }
})();
