//# allFunctionsCalledOnLoad
/* The scenario player: a custom element that walks a compiled graph one decision at a time and remembers the way.
   No rule of scoring lives here: it follows edges and adds up what the compiler wrote on them. */
(function () {
  "use strict";

  // Every sentence the interface itself says. A host may overwrite entries of RapportPlayer.strings before the page is ready.
  const STRINGS = {
    case: "Case", minutes: "about {n} minutes", simulated: "The people and firms are invented.",
    how: "How it goes", where: "Where do you take the case?", person: "{person}, {role}",
    beat_notice: "Notice", beat_read: "Read", beat_check: "Check", beat_act: "Act",
    beat_notice_says: "What was said and done, before anyone explains it.",
    beat_read_says: "Rank three readings and say how sure you are.",
    beat_check_says: "Ask something cheap that could change your mind, or go on without.",
    beat_act_says: "Take a first step and see what this person does next.",
    begin: "Begin", resumed: "Welcome back. This is where you stopped.", changed: "This case has been revised since you last played, so it starts again from the beginning. Your finished runs are kept.",
    damaged: "What your browser had kept for this case could not be read. It has been set aside, and you start afresh.",
    unkept: "Your browser keeps nothing here, so the case starts afresh when you reload the page.",
    erased: "The history of this case is erased.", broken: "This case cannot be shown: {why}",
    played_one: "You have played this case once.", played: "You have played this case {n} times.",
    decision: "Decision {n} of {total}", decision_upto: "Decision {n} of up to {total}", progress: "Where you are", done: "done", now: "now",
    scene: "Read the message again", asked: "What you know from asking", you: "You",
    rank_help: "1 is the likeliest. Give each reading its own number.", rank: "Rank", rank_1: "likeliest", rank_2: "next", rank_3: "least likely",
    sure: "How sure are you of your first reading?", settle: "Settle on this",
    rank_missing: "Give every reading a number first.", rank_twice: "Two readings have the same number. Give each its own.", sure_missing: "Say how sure you are first.",
    check_prompt: "What would you want to know before you act? Some questions cost time and patience.", go: "Act without asking", go_now: "Act now",
    chosen: "You chose", next_notice: "What was said and done", next_check: "What came back", next_act: "What happened next",
    feedback: "Looking back", habit: "The habit behind it", go_on: "Continue",
    end: "How it ended", who: "Who this was", principle: "To take with you", scores: "What your choices added up to",
    scores_says: "Four separate sums over this run. They are not added together, and nobody is ranked by them.",
    check: "Asking before acting", check_says: "You took {n} of {total} chances to ask something that mattered before you acted.", idle_one: "One other question could not have helped, and it cost time or patience.", idle_many: "{n} other questions could not have helped, and each cost time or patience.", check_none: "No decision of this run had a question that would have told you more.",
    calibration: "How sure, and how right",
    calibration_good: "Your confidence fitted what you could know: sure where the signs pointed one way, careful where they did not.",
    calibration_over: "At least once you were sure of a first reading that did not fit. Before you next say how sure you are, name the sign that makes you so.",
    calibration_fair: "Your confidence and the fit of your reading were not far apart, and could be closer.",
    calibration_first: "Your first reading fitted this person {n} of {total} times.", sure_was: "How sure: {words}",
    log: "Every choice you made", log_effects: "Effect", log_none: "none on the four sums", fitted: "The reading that fitted this person", ranked_1: "You ranked it first.", ranked_2: "You ranked it second.", ranked_3: "You ranked it last.", guessed: "This choice guessed from where somebody lives.",
    compare_says: "All your finished runs of this case, counted by place. All places draw from the same kinds of people.", compare_choice: "What you chose", compare_runs: "Finished runs",
    again: "Play again with another customer", same: "Same customer again", other: "Play it in {city}",
    print: "Print the transcript", erase: "Erase the history of this case", erase_sure: "Erase for good? Press once more.",
    run: "Run {n}", minus: "−", effect: "{axis} {value}",
  };
  const given = document.querySelector("script#rapport-words"); // the page's language, where it is not English
  if (given) Object.assign(STRINGS, JSON.parse(given.textContent).player);
  const BEATS = ["notice", "read", "check", "act"];

  /** A sentence of the interface; in Jupyter two languages may share a page, so there the graph brings the words of its own. */
  function say(key, values, graph) {
    return ((graph && graph.words && graph.words[key]) || STRINGS[key]).replace(/\{(\w+)\}/g, (all, name) => (values && name in values ? String(values[name]) : all));
  }
  /** Names of the place and its person set into a text. */
  function fill(text, place) {
    return text ? text.replace(/\{(person|organisation|city|role)\}/g, (all, name) => place[name]) : "";
  }
  function signed(number) {
    return number > 0 ? "+" + number : number < 0 ? STRINGS.minus + -number : "0";
  }

  // ---- Walking: pure functions over the graph ---------------------------------------------------------------------

  /** A walk that has not begun: the case drawn, the four sums at nought. */
  function begin(graph, place, draw) {
    const table = graph.draws[place];
    return { place: place, draw: draw, case: table[draw % table.length], node: graph.start, scores: graph.axes.map(() => 0),
      check: 0, available: 0, idle: 0, calibration: [], reads: [], path: [], log: [] };
  }

  function placeOf(graph, id) {
    return graph.places.find((each) => each.id === id);
  }

  /** Index of the outcome and id of the next node: one for everybody, or listed by the customer's index. */
  function edge(graph, option, which) {
    const at = graph.cases[which].index;
    return [option.outcome, option.next].map((value) => (Array.isArray(value) ? value[at] : value));
  }

  /** The walk after `optionId`; the walk given is left as it was. Throws when the option is not on offer. */
  function step(graph, walk, optionId) {
    const node = graph.nodes[walk.node];
    const option = node.options.find((each) => each.id === optionId);
    if (!option) throw new RangeError("no option " + optionId + " at " + walk.node);
    const [index, next] = edge(graph, option, walk.case);
    const outcome = graph.outcomes[index];
    const effects = outcome.effects || graph.axes.map(() => 0);
    const place = placeOf(graph, walk.place);
    const row = { run: 0, market: place.market, persona: graph.cases[walk.case].persona, step: walk.path.length + 1, node: walk.node,
      beat: node.beat, decision: node.decision, option: optionId, label: fill(labelOf(graph, node, optionId), place), effects: effects,
      feedback: fill(outcome.feedback, place), text: fill(outcome.text || outcome.clue, place) };
    return { place: walk.place, draw: walk.draw, case: walk.case, node: next, scores: walk.scores.map((sum, axis) => sum + effects[axis]),
      check: walk.check + (outcome.check || 0), available: walk.available + (outcome.available || 0), idle: walk.idle + (outcome.idle || 0),
      calibration: "calibration" in outcome ? walk.calibration.concat(outcome.calibration) : walk.calibration,
      reads: "ranked" in outcome ? walk.reads.concat({ right: outcome.ranked === 1, sure: Number(optionId.slice(optionId.lastIndexOf("-") + 1)) }) : walk.reads,
      path: walk.path.concat(optionId), log: walk.log.concat(row), outcome: outcome };
  }

  /** The walk that the option ids of `path` make. */
  function replay(graph, place, draw, path) {
    return path.reduce((walk, optionId) => step(graph, walk, optionId), begin(graph, place, draw));
  }

  /** A ranking's option id ("bca-3") as the readings in the order given and the words of the confidence. */
  function rankingOf(graph, node, optionId) {
    const cut = optionId.lastIndexOf("-");
    return { order: [...optionId.slice(0, cut)].map((id) => node.readings.find((each) => each.id === id).label), sure: graph.confidence[Number(optionId.slice(cut + 1)) - 1] };
  }

  /** What an option says to a reader. */
  function labelOf(graph, node, optionId) {
    if (node.kind === "rank") {
      const ranking = rankingOf(graph, node, optionId);
      return ranking.order.map((label, index) => index + 1 + ". " + label).join(" ") + " (" + ranking.sure + ")";
    }
    const option = node.options.find((each) => each.id === optionId);
    return option.label || say(node.options.length - 1 < node.checks ? "go_now" : "go", null, graph); // fewer left than there were: some were asked
  }

  function ended(graph, walk) {
    return graph.nodes[walk.node].beat === "end";
  }
  function mean(numbers) {
    return numbers.length ? numbers.reduce((sum, each) => sum + each, 0) / numbers.length : null;
  }

  /** What is kept of a finished walk. */
  function runOf(graph, walk) {
    const row = graph.compare && walk.log.filter((each) => each.decision === graph.compare.decision && each.beat === "act").pop();
    const remedy = row ? { option: row.option, label: graph.nodes[row.node].options.find((each) => each.id === row.option).label } : {};
    return { graph: graph.hash, place: walk.place, draw: walk.draw, case: walk.case, path: walk.path, scores: walk.scores, check: walk.check,
      available: walk.available, calibration: mean(walk.calibration), remedy: remedy, ending: walk.node };
  }

  function fresh(graph, place, draw, runs) {
    return { format: 1, graph: graph.hash, place: place, draw: draw, path: [], told: false, runs: runs || [] };
  }

  /** Whether a kept run can be counted and shown; one of an older graph may name places and choices that are gone. */
  function sound(run) {
    return run && typeof run.place === "string" && Array.isArray(run.path) && Array.isArray(run.scores) && (!run.remedy || !run.remedy.label || typeof run.remedy.label === "string");
  }

  /** A stored state made usable: {state, note}, the note naming what had to be given up ("changed", "damaged" or none). */
  function restore(graph, stored, draw) {
    const start = fresh(graph, null, draw, []);
    if (stored === null || stored === undefined) return { state: start, note: null };
    try {
      const whole = typeof stored === "string" ? JSON.parse(stored) : stored;
      if (whole !== null && whole === stored && Object.keys(whole).length === 0) return { state: start, note: null }; // a host with nothing kept yet
      if (!whole || whole.format !== 1 || !Array.isArray(whole.runs) || !Array.isArray(whole.path)) throw new TypeError("not a saved case");
      if (!Number.isInteger(whole.draw) || whole.draw < 0) throw new TypeError("no draw");
      if (!whole.runs.every(sound)) throw new TypeError("a run is damaged");
      if (whole.graph !== graph.hash) return { state: fresh(graph, null, whole.draw, whole.runs), note: "changed" };
      if (whole.place === null || whole.place === undefined) return { state: fresh(graph, null, whole.draw, whole.runs), note: null };
      if (!Object.hasOwn(graph.draws, whole.place)) throw new TypeError("no such place");
      replay(graph, whole.place, whole.draw, whole.path);
      return { state: { format: 1, graph: graph.hash, place: whole.place, draw: whole.draw, path: whole.path, told: whole.told === true, runs: whole.runs }, note: null };
    } catch (error) {
      return { state: start, note: "damaged" };
    }
  }

  /** Log rows of every finished run of this graph and of the run under way (whose person is not named yet). */
  function logOf(graph, state) {
    const rows = [];
    state.runs.forEach((run, index) => {
      if (run.graph !== graph.hash || !Object.hasOwn(graph.draws, run.place) || run.case !== begin(graph, run.place, run.draw).case) return;
      try { rows.push(...replay(graph, run.place, run.draw, run.path).log.map((row) => ({ ...row, run: index + 1 }))); } catch (error) { /* a run that no longer fits is history only */ }
    });
    if (state.place !== null && state.path.length) {
      const walk = replay(graph, state.place, state.draw, state.path);
      if (!ended(graph, walk)) rows.push(...walk.log.map((row) => ({ ...row, run: state.runs.length + 1, persona: null })));
    }
    return rows;
  }

  /** Fewest and most decisions a run can have, for the progress line. */
  function decisionCounts(graph) {
    const known = {};
    const cases = [...new Set(Object.values(graph.draws).flat())];
    function count(id, which) {
      const key = id + " " + which;
      if (key in known) return known[key];
      const node = graph.nodes[id];
      if (node.beat === "end") return (known[key] = [0, 0]);
      const nexts = [...new Set(node.options.map((option) => edge(graph, option, which)[1]))].map((next) => {
        const more = graph.nodes[next].beat !== "end" && graph.nodes[next].decision !== node.decision ? 1 : 0;
        return count(next, which).map((number) => number + more);
      });
      return (known[key] = [Math.min(...nexts.map((each) => each[0])), Math.max(...nexts.map((each) => each[1]))]);
    }
    const all = cases.map((which) => count(graph.start, which));
    return [1 + Math.min(...all.map((each) => each[0])), 1 + Math.max(...all.map((each) => each[1]))];
  }

  // ---- Making elements: content enters as text nodes only ---------------------------------------------------------

  function el(tag, attributes, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) if (value !== null && value !== false) node.setAttribute(name, value === true ? "" : String(value).replace(/\u00ad/g, "")); // soft hyphens are for the eye
    node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
    return node;
  }
  /** Inline **bold** and *italic*; anything else is text. */
  function inline(text) {
    return text.split(/(\*\*[^*]+\*\*|\*[^*\s](?:[^*]*[^*\s])?\*)/).map((part) =>
      part.startsWith("**") && part.length > 4 ? el("strong", null, part.slice(2, -2))
        : part.startsWith("*") && part.endsWith("*") && part.length > 2 ? el("em", null, part.slice(1, -1)) : part);
  }
  /** Paragraphs, and lines that begin with > as a quotation. */
  function prose(text) {
    return (text || "").trim().split(/\n\s*\n/).filter(Boolean).map((block) => {
      const quoted = /^>/.test(block);
      const words = inline(block.replace(quoted ? /^> ?/gm : /^$/, "").replace(/\s*\n\s*/g, " "));
      return quoted ? el("blockquote", { class: "rs-quote" }, el("p", null, words)) : el("p", null, words);
    });
  }
  function svg(tag, attributes) {
    const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    return node;
  }
  /** A bar from the middle; the number beside it says the same. */
  function bar(value, reach) {
    const picture = svg("svg", { viewBox: "0 0 200 14", class: "rs-bar", "aria-hidden": "true", focusable: "false", preserveAspectRatio: "none" });
    const length = Math.min(1, Math.abs(value) / reach) * 98;
    picture.append(svg("rect", { x: 0, y: 5, width: 200, height: 4, rx: 2, class: "rs-bar-track" }),
      svg("rect", { x: value < 0 ? 100 - length : 100, y: 2, width: length, height: 10, rx: 1, class: value < 0 ? "rs-bar-less" : "rs-bar-more" }),
      svg("rect", { x: 99, y: 0, width: 2, height: 14, class: "rs-bar-nought" }));
    return picture;
  }
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  /** Once the picture that answers a click is there; where nothing is painted, soon. */
  function afterPicture(work) {
    let waits = true;
    const go = () => { if (waits) { waits = false; work(); } };
    requestAnimationFrame(() => setTimeout(go));
    setTimeout(go, 250);
  }
  let collator = null;
  /** The order of words in the page's language; it takes a while to make, so it is made once. */
  function inOrder() {
    collator = collator || new Intl.Collator(document.documentElement.lang || "en");
    return collator.compare;
  }
  const idly = globalThis.requestIdleCallback || ((work) => setTimeout(work, 300));

  let counted = 0;

  class RapportScenario extends HTMLElement {
    constructor() {
      super();
      this._graph = null;
      this._state = null;
      this._given = undefined; // a state handed over before the graph was there
      this._kept = true;
      this._uid = "rs" + ++counted;
    }

    connectedCallback() {
      for (const name of ["graph", "state"]) {
        if (Object.hasOwn(this, name)) { const value = this[name]; delete this[name]; this[name] = value; }
      }
      if (document.readyState === "loading" && !this._graph) document.addEventListener("DOMContentLoaded", () => this.prepare(), { once: true });
      else this.prepare();
    }

    /** The compiled graph (an object). */
    get graph() { return this._graph; }
    set graph(graph) {
      this._graph = graph;
      this._beats = null;
      this._state = null;
      if (this.isConnected) this.prepare();
    }
    /** The saved state (an object); setting it shows the place it names and sends no event. */
    get state() { return this._state; }
    set state(state) {
      this._given = state;
      if (this._state) this.resume(state, false);
    }
    /** Log rows of all runs of this graph. */
    get log() { return this._graph && this._state ? logOf(this._graph, this._state) : []; }

    get hosted() { return this.getAttribute("store") === "host"; }
    get key() { return "rapport:scenario:" + this._graph.id; }

    prepare() {
      if (this._state) return;
      const script = this.querySelector('script[type="application/json"]');
      if (!this._graph && script) {
        try {
          this._graph = JSON.parse(script.textContent);
          if (!this._graph || this._graph.format !== 1) throw new TypeError("its format is not known to this player");
        } catch (error) {
          this._graph = null;
          this.frame(el("p", { class: "rs-note", role: "status" }, this.say("broken", { why: error.message })));
          return;
        }
      }
      if (!this._graph) return;
      this._counts = decisionCounts(this._graph);
      let stored = this._given;
      if (stored === undefined && !this.hosted) stored = this.read(this.key);
      this.resume(stored, true);
      idly(() => this.rehearse());
    }

    resume(stored, first) {
      const { state, note } = restore(this._graph, stored, this.firstDraw());
      this._state = state;
      if (!this.hosted) state.runs = this.recorded();
      if (note === "damaged" && !this.hosted && typeof stored === "string") this.write(this.key + ":damaged", stored);
      if (note && !this.hosted) this.save();
      this._note = note ? this.say(note) : null;
      const known = this._graph.places.map((place) => place.id);
      const wanted = this.getAttribute("place");
      this._place = state.place || (known.includes(wanted) ? wanted : state.runs.length ? state.runs[state.runs.length - 1].place : known[0]);
      if (!known.includes(this._place)) this._place = known[0];
      if (state.place === null) return this.showStart(false);
      this._walk = replay(this._graph, state.place, state.draw, state.path);
      if (first && state.path.length && !ended(this._graph, this._walk)) this._note = this.say("resumed");
      if (ended(this._graph, this._walk)) this.showEnd(false);
      else if (state.path.length && !state.told && this.tells(this._walk.outcome)) this.showOutcome(false);
      else this.showDecision(false);
    }

    /** Where this browser's row of draws begins. */
    firstDraw() {
      const table = Object.values(this._graph.draws)[0].length;
      const seed = Number.parseInt(this.getAttribute("seed") || "", 10);
      if (Number.isInteger(seed)) return Math.abs(seed) % table;
      let own = this.read("rapport:browser");
      if (!/^[0-9]{1,10}$/.test(own || "")) {
        own = String(crypto.getRandomValues(new Uint32Array(1))[0]);
        this.write("rapport:browser", own);
      }
      const salt = [...this._graph.id].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 65521, 7);
      return (Number(own) + salt) % table;
    }

    read(key) {
      try { return localStorage.getItem(key); } catch (error) { this._kept = false; return null; }
    }
    write(key, value) {
      try { localStorage.setItem(key, value); this._kept = true; } catch (error) { this._kept = false; }
    }
    /** Only the run under way: finished ones are in the record. */
    save() {
      if (!this.hosted) this.write(this.key, JSON.stringify({ ...this._state, runs: [] }));
    }
    recorded() {
      return globalThis.RapportRecord.runs(this._graph.id).filter(sound);
    }
    /** Keep the state and tell the host. */
    changed() {
      this.save();
      const player = this;
      this.dispatchEvent(new CustomEvent("rapport-change", { bubbles: true, detail: { state: this._state, get log() { return player.log; } } })); // only a host asks for it
    }

    // ---- what the learner does ----

    start(place, draw) {
      this._state = fresh(this._graph, place, draw, this._state.runs);
      this._place = place;
      this._note = null;
      this._walk = begin(this._graph, place, draw);
      this.changed();
      this.showDecision(true);
    }

    choose(optionId) {
      this._walk = step(this._graph, this._walk, optionId);
      this._note = null;
      const tells = this.tells(this._walk.outcome);
      this._state = { ...this._state, path: this._walk.path, told: !tells };
      if (ended(this._graph, this._walk)) this._state.runs = this.finish(runOf(this._graph, this._walk));
      this.changed();
      if (tells) this.showOutcome(true);
      else this.showNext();
    }

    finish(run) {
      if (this.hosted) return [...this._state.runs, run];
      globalThis.RapportRecord.add("run", { ...run, scenario: this._graph.id });
      return this.recorded();
    }

    goOn() {
      this._note = null;
      this._state = { ...this._state, told: true };
      this.save();
      this.showNext();
    }

    showNext() {
      if (ended(this._graph, this._walk)) this.showEnd(true);
      else this.showDecision(true);
    }

    erase() {
      if (!this.hosted) {
        try { localStorage.removeItem(this.key); localStorage.removeItem(this.key + ":damaged"); } catch (error) { this._kept = false; }
        globalThis.RapportRecord.erase((event) => event.kind === "run" && event.scenario === this._graph.id);
      }
      this._state = fresh(this._graph, null, this.firstDraw(), []);
      this._walk = null;
      this._note = this.say("erased");
      this.dispatchEvent(new CustomEvent("rapport-change", { bubbles: true, detail: { state: this._state, log: [] } }));
      this.showStart(true);
    }

    print() {
      const way = [];
      for (let node = this.parentElement; node; node = node.parentElement) way.push(node);
      way.forEach((node) => node.setAttribute("data-rapport-print", "way"));
      this.setAttribute("data-rapport-print", "this");
      const done = () => [...way, this].forEach((node) => node.removeAttribute("data-rapport-print"));
      addEventListener("afterprint", done, { once: true });
      window.print();
    }

    // ---- views ----

    get place() { return this._graph.places.find((each) => each.id === this._place); }
    say(key, values) { return say(key, values, this._graph); }
    fill(text) { return fill(text, this.place); }
    /** What the case says; where it waits for its translation, `said` names the language it is in. */
    prose(text) {
      const blocks = prose(this.fill(text));
      if (this._graph.said) for (const block of blocks) block.lang = this._graph.said;
      return blocks;
    }
    inline(text) {
      const parts = inline(this.fill(text));
      return this._graph.said ? [el("span", { lang: this._graph.said }, parts)] : parts;
    }
    tells(outcome) { return Boolean(outcome && (outcome.text || outcome.clue || outcome.feedback)); }

    heading(depth, attributes, ...children) {
      const level = Math.min(6, (Number.parseInt(this.getAttribute("level") || "3", 10) || 3) + depth);
      return el("h" + level, attributes, ...children);
    }

    /** Replace what is shown; whatever else came with the page goes, but for the data block. */
    frame(...children) {
      if (!this._card) {
        for (const child of [...this.childNodes]) if (child.nodeName !== "SCRIPT") child.remove();
        // One live region for good: a region that arrives together with its words is often not read out.
        this._top = el("div", { class: "rs-top" });
        this._live = el("div", { class: "rs-outcome", role: "status", "aria-live": "polite" });
        this._rest = el("div", { class: "rs-rest" });
        this._card = el("div", { class: "rs-frame" }, this._top, this._live, this._rest);
        this.append(this._card);
      }
      this._later = [];
      // From below: whatever has the focus goes while nothing has changed yet, as its going has the page laid out.
      this._rest.replaceChildren();
      this._live.replaceChildren();
      this._top.replaceChildren(...children.flat(Infinity).filter(Boolean));
    }

    /** What stands further down: after a click one picture after the other, so that its answer does not wait for them; at once otherwise, and before printing. */
    below(moved, later) {
      this._later = later;
      const open = () => later === this._later && later.length; // or something else is shown by now
      const all = () => { while (open()) later.shift()(); };
      const next = () => {
        if (open()) later.shift()();
        this.toggleAttribute("data-unfinished", this._later.length > 0);
        if (open()) return afterPicture(next);
        removeEventListener("beforeprint", all);
      };
      if (!moved) all();
      this.toggleAttribute("data-unfinished", later.length > 0);
      if (!later.length) return;
      addEventListener("beforeprint", all);
      afterPicture(next);
    }

    /** While nobody waits, what may come next is built and laid out where nobody sees it: what is slow only the first time (functions that have
        not run, styles not matched, letters in sizes that the page has not used) is then no part of the first answer. */
    rehearse() {
      const graph = this._graph;
      if (!graph || !this._state) return;
      const views = [];
      const beats = new Set();
      let walk = begin(graph, this._place, this._state.draw);
      while (!ended(graph, walk)) {
        const node = graph.nodes[walk.node];
        if (!beats.has(node.beat)) views.push([walk, () => this.decision().parts]);
        beats.add(node.beat);
        walk = step(graph, walk, node.options[0].id);
        if (walk.log.length === 1) views.push([walk, () => this.outcome().parts]);
      }
      const last = walk;
      views.push([last, () => [this.ending(), this.summary()]], [last, () => (graph.compare && inOrder(), this.actions())], [last, () => el("ol", { class: "rs-log" }, this.logged(last.log[0]))]);
      const next = () => {
        const [other, view] = views.shift();
        if (this.isConnected && this._graph === graph && this._card) {
          const [now, telling] = [this._walk, this._telling];
          Object.assign(this, { _walk: other, _telling: false });
          const box = el("div", { class: "rs-rehearsal", "aria-hidden": "true" }, el("div", { class: "rs-frame" }, el("div", { class: "rs-top" }, this.header(), view())));
          Object.assign(this, { _walk: now, _telling: telling });
          this.append(box);
          box.getBoundingClientRect();
          box.remove();
        }
        if (views.length) idly(next);
      };
      idly(next);
    }

    note() {
      if (!this._note && !this._kept && !this.hosted && !this._warned) {
        this._note = this.say("unkept");
        this._warned = true;
      }
      return this._note ? el("p", { class: "rs-note", role: "status" }, this._note) : null;
    }

    /** Focus without a jump, then bring the top into view if it is not. */
    attend(node, moved) {
      if (!moved) return;
      node.focus({ preventScroll: true });
      const top = this._card.getBoundingClientRect().top;
      if (top < 0 || top > innerHeight * 0.6) this._card.scrollIntoView({ behavior: still.matches ? "auto" : "smooth", block: "start" });
    }

    showStart(moved) {
      const graph = this._graph;
      const many = graph.places.length > 1;
      const played = this._state.runs.length;
      const title = this.heading(0, { class: "rs-title", tabindex: "-1" }, graph.title);
      const form = el("form", { class: "rs-start" });
      if (many) {
        form.append(el("fieldset", { class: "rs-places" }, el("legend", null, this.say("where")), graph.places.map((place) => {
          const input = el("input", { type: "radio", name: this._uid + "-place", value: place.id });
          input.checked = place.id === this._place;
          return el("label", { class: "rs-pick" }, input, el("span", null, el("strong", null, place.city), el("span", { class: "rs-small" }, place.organisation), el("span", { class: "rs-small" }, this.say("person", place))));
        })));
      }
      form.append(el("button", { type: "submit", class: "rs-button rs-main" }, this.say("begin")));
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        const picked = form.querySelector("input:checked");
        this.start(picked ? picked.value : graph.places[0].id, this._state.draw);
      });
      this.frame(
        el("p", { class: "rs-kicker" }, [this.say("case"), this.say("minutes", { n: graph.minutes })].join(" · ")),
        title, this.note(),
        el("div", { class: "rs-prose" }, this.prose(graph.setting)),
        this.heading(1, { class: "rs-subtitle" }, this.say("how")),
        el("dl", { class: "rs-beats-said" }, BEATS.map((beat) => el("div", null, el("dt", null, this.say("beat_" + beat)), el("dd", null, this.say("beat_" + beat + "_says"))))),
        form,
        el("p", { class: "rs-small" }, [this.say("simulated"), played ? this.say(played === 1 ? "played_one" : "played", { n: played }) : ""].join(" ").trim()),
      );
      this.attend(title, moved);
    }

    /** The beats that a decision has; a graph has hundreds of nodes, so they are gone through once. */
    beatsOf(decision) {
      if (!this._beats) {
        this._beats = {};
        for (const node of Object.values(this._graph.nodes)) (this._beats[node.decision] = this._beats[node.decision] || new Set()).add(node.beat);
      }
      return BEATS.filter((beat) => this._beats[decision] && this._beats[decision].has(beat));
    }

    /** Title, place, decision count and the four beats. */
    header() {
      const graph = this._graph;
      const node = graph.nodes[this._walk.node];
      const answered = this._walk.log.length && this._telling ? graph.nodes[this._walk.log[this._walk.log.length - 1].node] : node;
      const decisions = [...new Set(this._walk.log.map((row) => row.decision).concat(answered.decision || []))];
      const number = decisions.indexOf(answered.decision) + 1;
      const [fewest, most] = this._counts;
      const seen = new Set(this._walk.log.filter((row) => row.decision === answered.decision).map((row) => row.beat));
      return el("header", { class: "rs-header" },
        this.heading(0, { class: "rs-title rs-title-small" }, graph.title),
        el("p", { class: "rs-small" }, [this.place.city, this.place.organisation].join(" · ")),
        el("div", { class: "rs-progress", role: "group", "aria-label": this.say("progress") },
          el("span", { class: "rs-count" }, this.say(fewest === most ? "decision" : "decision_upto", { n: number, total: most })),
          el("ol", { class: "rs-beats" }, this.beatsOf(answered.decision).map((beat) => {
            const now = beat === answered.beat;
            const done = !now && seen.has(beat);
            return el("li", { class: now ? "rs-now" : done ? "rs-done" : null, "aria-current": now ? "step" : null }, this.say("beat_" + beat), done ? el("span", { class: "rs-hidden" }, " (" + this.say("done") + ")") : null);
          }))));
    }

    message(text) {
      return el("figure", { class: "rs-message" }, el("figcaption", null, el("strong", null, this.place.person), " ", el("span", { class: "rs-small" }, [this.place.role, this.place.city].join(", "))), el("div", { class: "rs-words" }, this.prose(text)));
    }

    /** What set this decision off: the words and the message of its first node, and the opening where it is the first of all. */
    scene(decision) {
      const id = this.firstNode(decision);
      const node = this._graph.nodes[id];
      const opening = id === this._graph.start && this._graph.opening ? this.message(this._graph.opening) : null;
      const words = el("div", { class: "rs-prose" }, this.prose(node.text));
      const message = node.message ? this.message(node.message) : null;
      return (message ? [opening, words, message] : [words, opening]).filter(Boolean);
    }

    firstNode(decision) {
      const row = this._walk.log.find((each) => each.decision === decision);
      return row ? row.node : this._walk.node;
    }

    sceneHeading(decision) {
      return this.fill(this._graph.nodes[this.firstNode(decision)].heading);
    }

    showDecision(moved) {
      this._telling = false;
      const { heading, parts } = this.decision();
      this.frame(this.header(), this.note(), parts);
      this.attend(heading, moved);
    }

    decision() {
      const graph = this._graph;
      const node = graph.nodes[this._walk.node];
      const rows = this._walk.log.filter((row) => row.decision === node.decision);
      const heading = this.heading(1, { class: "rs-subtitle", tabindex: "-1" }, el("span", { class: "rs-beat-tag" }, this.say("beat_" + node.beat)), " ", this.fill(node.heading));
      const clues = rows.map((row) => this.outcomeOf(row)).filter((outcome) => outcome.clue);
      const parts = [heading];
      if (rows.length === 0) parts.push(...this.scene(node.decision));
      else {
        parts.push(el("details", { class: "rs-again" }, el("summary", null, this.say("scene")), ...this.scene(node.decision)));
        if (clues.length) parts.push(el("section", { class: "rs-asked" }, this.heading(2, { class: "rs-label" }, this.say("asked")), clues.map((outcome) => el("div", { class: "rs-words" }, this.prose(outcome.clue)))));
      }
      const prompt = el("p", { class: "rs-prompt", id: this._uid + "-prompt" }, node.prompt ? this.inline(node.prompt) : node.beat === "check" ? this.say("check_prompt") : "");
      parts.push(prompt, node.kind === "rank" ? this.ranking(node) : this.choices(node));
      return { heading, parts };
    }

    outcomeOf(row) {
      const option = this._graph.nodes[row.node].options.find((each) => each.id === row.option);
      return this._graph.outcomes[edge(this._graph, option, this._walk.case)[0]];
    }

    choices(node) {
      return el("ul", { class: "rs-options", "aria-labelledby": this._uid + "-prompt" }, node.options.map((option) => {
        const button = el("button", { type: "button", class: "rs-option", "data-option": option.id }, el("span", null, this.inline(labelOf(this._graph, node, option.id))));
        button.addEventListener("click", () => this.choose(option.id));
        return el("li", null, button);
      }));
    }

    /** Three readings, each with numbers 1 2 3. Nothing that was chosen moves by itself, as arrow keys pass over every number on
        their way; once two are told apart, the reading that nobody has touched shows what is left. */
    ranking(node) {
      const ranks = {};
      const form = el("form", { class: "rs-rank", "aria-labelledby": this._uid + "-prompt" });
      const inputs = {};
      const names = node.readings.map((each) => each.id);
      const rest = () => [1, 2, 3].filter((each) => !Object.values(ranks).includes(each));
      const order = () => {
        const open = names.filter((each) => !ranks[each]);
        return { ...ranks, ...(open.length === 1 && rest().length === 1 ? { [open[0]]: rest()[0] } : {}) };
      };
      const put = (id, rank) => {
        ranks[id] = rank;
        const shown = order();
        for (const name of names) for (const number of [1, 2, 3]) inputs[name][number].checked = shown[name] === number;
      };
      for (const reading of node.readings) {
        inputs[reading.id] = {};
        form.append(el("fieldset", { class: "rs-reading" }, el("legend", null, this.inline(reading.label)), el("div", { class: "rs-ranks" }, [1, 2, 3].map((number) => {
          const input = el("input", { type: "radio", name: this._uid + "-" + reading.id, value: number, "data-reading": reading.id, "data-rank": number });
          input.addEventListener("change", () => put(reading.id, number));
          inputs[reading.id][number] = input;
          return el("label", { class: "rs-rank-pick" }, input, el("span", null, el("strong", null, String(number)), " ", el("span", { class: "rs-rank-word" }, this.say("rank_" + number))));
        }))));
      }
      form.prepend(el("p", { class: "rs-small" }, this.say("rank_help")));
      form.append(el("fieldset", { class: "rs-sure" }, el("legend", null, this.say("sure")), el("div", { class: "rs-steps" }, this._graph.confidence.map((words, index) =>
        el("label", { class: "rs-pick" }, el("input", { type: "radio", name: this._uid + "-sure", value: index + 1, "data-sure": index + 1 }), el("span", null, words))))));
      const missing = el("p", { class: "rs-missing", role: "status" });
      form.append(missing, el("button", { type: "submit", class: "rs-button rs-main" }, this.say("settle")));
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        const sure = form.querySelector(".rs-sure input:checked");
        const given = order();
        const open = names.find((each) => !given[each]);
        const twice = names.find((each, at) => given[each] && names.slice(0, at).some((other) => given[other] === given[each]));
        missing.textContent = twice ? this.say("rank_twice") : open ? this.say("rank_missing") : sure ? "" : this.say("sure_missing");
        if (twice) return inputs[twice][given[twice]].focus();
        if (open) return inputs[open][1].focus();
        if (!sure) return form.querySelector(".rs-sure input").focus();
        this.choose([...names].sort((one, two) => given[one] - given[two]).join("") + "-" + sure.value);
      });
      return form;
    }

    showOutcome(moved) {
      this._telling = true;
      const button = el("button", { type: "button", class: "rs-button rs-main", "data-continue": true }, this.say("go_on"));
      // Enter held down must not run past what happened.
      button.addEventListener("keydown", (event) => { if (event.repeat) event.preventDefault(); });
      button.addEventListener("click", () => this.goOn());
      const { head, parts } = this.outcome();
      this.frame(this.header(), this.note(), head);
      this._live.append(...parts);
      this._rest.append(button);
      this.attend(button, moved);
    }

    outcome() {
      const outcome = this._walk.outcome;
      const row = this._walk.log[this._walk.log.length - 1];
      const node = this._graph.nodes[row.node];
      const parts = [outcome.clue ? el("div", { class: "rs-message rs-words" }, this.prose(outcome.clue)) : null, // a reply or a thing looked up: its words say which
        outcome.text ? el("div", { class: "rs-prose" }, this.prose(outcome.text)) : null,
        outcome.feedback ? el("div", { class: "rs-feedback" }, this.heading(2, { class: "rs-label" }, this.say("feedback")), this.prose(outcome.feedback), this.habit(outcome)) : null].filter(Boolean);
      return { head: [this.heading(1, { class: "rs-subtitle" }, this.say("next_" + node.beat)), this.chosen(node, row.option)], parts };
    }

    habit(outcome) {
      return outcome.habit ? el("p", { class: "rs-small" }, this.say("habit") + ": ", this.inline(outcome.habit)) : null;
    }

    chosen(node, optionId) {
      const body = node.kind === "rank" ? this.ranked(node, optionId) : [el("p", null, this.inline(labelOf(this._graph, node, optionId)))];
      return el("div", { class: "rs-chosen" }, el("p", { class: "rs-label" }, this.say("chosen")), body);
    }

    ranked(node, optionId) {
      const { order, sure } = rankingOf(this._graph, node, optionId);
      return [el("ol", { class: "rs-order" }, order.map((label) => el("li", null, this.inline(label)))), el("p", { class: "rs-small" }, this.say("sure_was", { words: sure }))];
    }

    effects(row) {
      const words = row.effects.map((value, axis) => (value ? this.say("effect", { axis: this._graph.axis_labels[axis], value: signed(value) }) : null)).filter(Boolean);
      return words.length ? words.join(" · ") : this.say("log_none");
    }

    /** One choice of the finished run, with all that was held back until now. */
    logged(row) {
      const node = this._graph.nodes[row.node];
      const outcome = this.outcomeOf(row);
      const fits = outcome.fits && node.readings.find((each) => each.id === outcome.fits);
      return el("li", null,
        el("p", null, el("span", { class: "rs-beat-tag" }, this.say("beat_" + row.beat))),
        node.kind === "rank" ? this.ranked(node, row.option) : el("p", null, el("strong", null, this.inline(row.label))),
        row.text ? el("div", { class: "rs-prose" }, prose(row.text)) : null,
        fits ? el("div", { class: "rs-feedback" }, el("p", null, this.say("fitted") + ": ", el("em", null, this.inline(fits.label)), " " + this.say("ranked_" + outcome.ranked)), this.prose(node.afterwards)) : null,
        row.feedback ? el("div", { class: "rs-feedback" }, prose(row.feedback), this.habit(outcome), outcome.stereotype ? el("p", { class: "rs-small" }, this.say("guessed")) : null) : null,
        row.beat === "act" || row.effects.some(Boolean) ? el("p", { class: "rs-small" }, this.say("log_effects") + ": " + this.effects(row)) : null);
    }

    showEnd(moved) {
      this._telling = false;
      const graph = this._graph;
      const walk = this._walk;
      const title = this.heading(1, { class: "rs-subtitle", tabindex: "-1" }, this.fill(graph.nodes[walk.node].heading) || this.say("end"));
      this.frame(
        el("header", { class: "rs-header" }, this.heading(0, { class: "rs-title rs-title-small" }, graph.title), el("p", { class: "rs-small" }, [this.place.city, this.place.organisation, this.say("run", { n: this._state.runs.length })].join(" · "))),
        this.note(), title, this.ending());
      this._rest.append(this.actions()); // there from the first, for whoever looks for what to do next
      this.attend(title, moved);
      const log = el("section", null, this.heading(2, { class: "rs-part" }, this.say("log")));
      const decisions = [...new Set(walk.log.map((row) => row.decision))];
      this.below(moved, [
        () => this._top.append(...[...this.summary(), graph.compare ? this.comparison(graph.compare) : null].filter(Boolean)),
        () => this._rest.append(log),
        ...decisions.map((decision) => () => log.append(this.heading(3, { class: "rs-log-part" }, this.sceneHeading(decision)),
          el("ol", { class: "rs-log" }, walk.log.filter((row) => row.decision === decision).map((row) => this.logged(row)))))]);
    }

    /** How it ended, and for whom. */
    ending() {
      const node = this._graph.nodes[this._walk.node];
      const persona = this._graph.personas[this._graph.cases[this._walk.case].persona];
      return [el("div", { class: "rs-prose" }, this.prose(node.text), this.prose((node.epilogues || {})[this._walk.case])),
        el("section", { class: "rs-portrait" }, this.heading(2, { class: "rs-label" }, this.say("who")), el("p", null, el("strong", null, this.fill(persona.title))), this.prose(persona.portrait))];
    }

    /** What the run added up to, and what to take with one. */
    summary() {
      const graph = this._graph;
      const walk = this._walk;
      const reach = Math.max(6, ...walk.scores.map(Math.abs));
      const calibration = mean(walk.calibration);
      return [
        el("section", null, this.heading(2, { class: "rs-part" }, this.say("scores")), el("p", { class: "rs-small" }, this.say("scores_says")),
          el("dl", { class: "rs-scores" }, walk.scores.map((value, axis) => el("div", null, el("dt", null, graph.axis_labels[axis]), el("dd", null, el("span", { class: "rs-number" }, signed(value)), bar(value, reach)))))),
        el("section", null, this.heading(2, { class: "rs-part" }, this.say("check")), el("p", null, walk.available ? this.say("check_says", { n: walk.check, total: walk.available }) : this.say("check_none")),
          walk.idle ? el("p", null, walk.idle === 1 ? this.say("idle_one") : this.say("idle_many", { n: walk.idle })) : null),
        calibration === null ? null : el("section", null, this.heading(2, { class: "rs-part" }, this.say("calibration")), el("p", null,
          [this.say(calibration >= 0.75 ? "calibration_good" : walk.reads.some((read) => read.sure >= 4 && !read.right) ? "calibration_over" : "calibration_fair"),
            this.say("calibration_first", { n: walk.reads.filter((read) => read.right).length, total: walk.reads.length })].join(" "))),
        graph.principle ? el("section", null, this.heading(2, { class: "rs-part" }, this.say("principle")), this.prose(graph.principle)) : null];
    }

    /** What can be done after a run. */
    actions() {
      const others = this._graph.places.filter((place) => place.id !== this._place);
      const next = (this._state.draw + 1) % this._graph.draws[this._place].length;
      const act = (text, what, name, main) => {
        const button = el("button", { type: "button", class: main ? "rs-button rs-main" : "rs-button", "data-do": name }, text);
        button.addEventListener("click", () => what(button));
        return button;
      };
      let armed = false;
      const erase = (button) => {
        if (armed) return this.erase();
        armed = true;
        button.textContent = this.say("erase_sure");
      };
      return el("div", { class: "rs-actions", "aria-live": "polite" }, // so that "Press once more" is read out
        act(this.say("again"), () => this.start(this._place, next), "again", true), act(this.say("same"), () => this.start(this._place, this._state.draw), "same"),
        others.map((place) => act(this.say("other", place), () => this.start(place.id, next), "other")),
        act(this.say("print"), () => this.print(), "print"), act(this.say("erase"), erase, "erase"));
    }

    /** The learner's own choices at one decision, counted by place over all finished runs. */
    comparison(what) {
      const places = this._graph.places;
      const runs = this._state.runs.filter((run) => run.remedy && run.remedy.label);
      if (!runs.length) return null;
      // Runs of all languages count together: what was chosen goes by its id, and is said as the case says it now where it still does.
      const options = Object.values(this._graph.nodes).filter((node) => node.decision === what.decision && node.beat === "act").flatMap((node) => node.options);
      const now = new Map(options.map((option) => [option.id, option.label]));
      const labelled = (remedy) => now.get(remedy.option) || remedy.label;
      const labels = [...new Set(runs.map((run) => labelled(run.remedy)))];
      if (labels.length > 1) labels.sort(inOrder());
      const count = (place, label) => runs.filter((run) => run.place === place.id && (label === null || labelled(run.remedy) === label)).length;
      return el("section", null, this.heading(2, { class: "rs-part" }, what.title), el("p", { class: "rs-small" }, this.say("compare_says")),
        el("div", { class: "rs-wide", role: "group", "aria-label": what.title, tabindex: "0" }, el("table", { class: "rs-table" },
          el("thead", null, el("tr", null, el("th", { scope: "col" }, this.say("compare_choice")), places.map((place) => el("th", { scope: "col" }, place.city)))),
          el("tbody", null, labels.map((label) => el("tr", null, el("th", { scope: "row" }, this.inline(label)), places.map((place) => el("td", null, String(count(place, label))))))),
          el("tfoot", null, el("tr", null, el("th", { scope: "row" }, this.say("compare_runs")), places.map((place) => el("td", null, String(count(place, null)))))))));
    }
  }

  globalThis.RapportPlayer = { strings: STRINGS, fill: fill, begin: begin, step: step, replay: replay, restore: restore, logOf: logOf, edge: edge, labelOf: labelOf, runOf: runOf, placeOf: placeOf, el: el, svg: svg, inline: inline, prose: prose };
  if (!customElements.get("rapport-scenario")) customElements.define("rapport-scenario", RapportScenario);
})();
