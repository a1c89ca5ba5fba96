//# allFunctionsCalledOnLoad
/* The bug hunt: a custom element that turns the pieces of its specimens into toggles, keeps what was marked and counts at the end.
   No rule lives here: which pieces belong together, which are wrong and every quantile come worked out with the page. */
(function () {
  "use strict";

  // ---- Counting: pure functions over the key ----------------------------------------------------------------------

  function decode(payload) {
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(payload.key), (c) => c.charCodeAt(0))));
  }

  function countRow(row, marks) {
    const among = (ids) => ids.filter((id) => marks.has(id)).length;
    const counts = { found: among(row.defects), defects: row.defects.length, alarms: among(row.sound), sound: row.sound.length };
    return row.z ? { ...counts, d_prime: row.z.defects[counts.found] - row.z.sound[counts.alarms] } : counts;
  }

  /** Counts of what was marked, as rapport.hunt.score gives them. */
  function score(key, marked) {
    const marks = new Set(marked);
    const part = (name) => Object.fromEntries(key[name].map((row) => [row.id, countRow(row, marks)]));
    const holds = (condition) => {
      const share = condition.pieces.filter((id) => marks.has(id)).length / condition.pieces.length;
      return condition.at_least <= share && share <= condition.at_most;
    };
    const groups = part("groups");
    const first = groups.open;
    return { groups, kinds: part("kinds"), languages: part("languages"), aim: first.found >= key.aim.found * first.defects && first.alarms < key.aim.alarms * first.sound,
      habits: key.habits.filter((habit) => habit.when.every(holds)).map((habit) => habit.id) };
  }

  function fresh(payload, sittings) {
    return { format: 1, hash: payload.hash, marked: [], done: false, sittings: sittings || [] };
  }

  /** A stored state made usable: {state, note}, the note naming what had to be given up ("changed", "damaged" or none).
      Checked hunts are `recorded` ones where they are given: a page has them from the learner's record. */
  function restore(payload, key, stored, recorded) {
    if (stored === null || stored === undefined || stored === "") return { state: fresh(payload, recorded), note: null };
    try {
      const state = typeof stored === "string" ? JSON.parse(stored) : stored;
      if (state && recorded) state.sittings = recorded;
      if (!state || state.format !== 1 || typeof state.hash !== "string") throw new TypeError("no kept hunt");
      if (state.hash !== payload.hash) return { state: fresh(payload, recorded), note: "changed" };
      const sound = (marked) => Array.isArray(marked) && new Set(marked).size === marked.length && marked.every((id) => Object.hasOwn(key.pieces, id));
      if (!sound(state.marked) || typeof state.done !== "boolean" || !Array.isArray(state.sittings) || !state.sittings.every((sitting) => sitting && sound(sitting.marked))) throw new TypeError("damaged marks");
      if (state.done && !state.sittings.length) throw new TypeError("a result without a sitting");
      return { state: { format: 1, hash: state.hash, marked: state.marked, done: state.done, sittings: state.sittings.map(({ marked }) => ({ marked })) }, note: null };
    } catch (error) {
      return { state: fresh(payload, recorded), note: "damaged" };
    }
  }

  // ---- Making elements: content enters as text nodes only ---------------------------------------------------------

  function el(tag, attributes, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) if (value !== null && value !== false && value !== undefined) node.setAttribute(name, value === true ? "" : value);
    node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
    return node;
  }

  /** Once the picture that answers a click is there; where nothing is painted, soon. */
  function afterPicture(work) {
    let waits = true;
    const go = () => { if (waits) { waits = false; work(); } };
    requestAnimationFrame(() => setTimeout(go));
    setTimeout(go, 250);
  }

  const SIGNS = { found: "✓", missed: "○", alarm: "✗" };

  class RapportHunt extends HTMLElement {
    connectedCallback() {
      const data = this.querySelector("script[type='application/json']");
      if (this._key || !data) return;
      this._payload = JSON.parse(data.textContent);
      this._key = decode(this._payload);
      this._kept = true;
      this.build();
      const stored = this.hosted ? this._stored : this.read();
      const { state, note } = restore(this._payload, this._key, stored, this.hosted ? undefined : this.recorded());
      if (note && !this.hosted) this.write(":" + (note === "damaged" ? "damaged" : "earlier"), stored);
      this._state = state;
      this.changed();
      this.show(false);
      if (note) this._note.textContent = this.say(note);
      else if (!this._kept && !this.hosted) this._note.textContent = this.say("unkept");
      else if (state.marked.length && !state.done) this._note.textContent = this.say("resumed");
    }

    get hosted() { return this.getAttribute("store") === "host"; }
    get state() { return this._state; }
    set state(state) {
      this._stored = state;
      if (!this._key) return;
      this._state = restore(this._payload, this._key, state).state;
      this.show(false);
    }

    say(name, values) {
      return this._payload.words[name].replace(/\{(\w+)\}/g, (all, key) => (values && key in values ? String(values[key]) : all));
    }
    decimals(number) {
      const text = Math.abs(number).toFixed(1);
      return (number < 0 && text !== "0.0" ? "−" : "") + text.replace(".", this._payload.decimal);
    }
    heading(depth, attributes, ...children) {
      return el("h" + Math.min(6, (Number.parseInt(this.getAttribute("level"), 10) || 3) + depth), attributes, ...children);
    }

    // ---- keeping ----

    get place() { return "rapport:hunt:" + this._payload.hunt; }
    read() {
      try { return localStorage.getItem(this.place); } catch (error) { this._kept = false; return null; }
    }
    write(suffix, value) {
      try { localStorage.setItem(this.place + suffix, value); this._kept = true; } catch (error) { this._kept = false; }
    }
    recorded() {
      const known = (id) => Object.hasOwn(this._key.pieces, id);
      const mine = globalThis.RapportRecord.events("hunt").filter((event) => event.hunt === this._payload.hunt && event.hash === this._payload.hash && event.marked.every(known));
      return mine.map(({ marked }) => ({ marked: [...new Set(marked)] }));
    }
    changed() {
      if (!this.hosted) this.write("", JSON.stringify({ ...this._state, sittings: [] }));
      this.dispatchEvent(new CustomEvent("rapport-change", { bubbles: true, detail: { state: this._state } }));
    }

    // ---- what the learner does ----

    toggle(id) {
      if (this._state.done) return; // its outcome is about to be written on it
      const marked = this._state.marked;
      this._state = { ...this._state, marked: marked.includes(id) ? marked.filter((each) => each !== id) : [...marked, id] };
      this.changed();
      this.showPressed(id);
      this.showCount();
    }

    check() {
      this._state = { ...this._state, done: true, sittings: this.finish(this._state.marked) };
      this.changed();
      this.show(true);
      this._result.querySelector("[tabindex]").focus();
      this._result.scrollIntoView({ block: "start" });
    }

    finish(marked) {
      if (this.hosted) return [...this._state.sittings, { marked }];
      const counts = score(this._key, marked);
      const scores = { ...counts.groups.open, aim: counts.aim, habits: counts.habits };
      globalThis.RapportRecord.add("hunt", { hunt: this._payload.hunt, hash: this._payload.hash, marked, scores });
      return this.recorded();
    }

    again() {
      this._state = { ...this._state, marked: [], done: false };
      this.changed();
      this.show(true);
      this._how.focus();
      this._how.scrollIntoView({ block: "start" });
    }

    // ---- views ----

    build() {
      this.querySelector(".hunt-offline").remove();
      const specimens = this.querySelector(".hunt-specimens");
      this._how = el("p", { class: "hunt-how", tabindex: "-1" }, this.say("how"));
      this._note = el("p", { class: "hunt-note", role: "status" });
      this._result = el("div", { class: "hunt-result", hidden: true });
      this._count = el("p", { class: "hunt-count", role: "status" });
      this._check = el("button", { type: "button", class: "hunt-button", "data-do": "check" }, this.say("check"));
      this._check.addEventListener("click", () => this.check());
      this._bar = el("div", { class: "hunt-bar" }, this._count, this._check);
      specimens.before(this._how, this._note, this._result);
      specimens.after(this._bar);
      this._pieces = new Map();
      for (const span of specimens.querySelectorAll("[data-piece]")) {
        const id = span.dataset.piece;
        const button = el("button", { type: "button", class: ("hunt-piece " + span.className).trim(), "data-piece": id, "aria-pressed": "false" }, ...span.childNodes);
        button.addEventListener("click", () => this.toggle(id));
        span.replaceWith(button);
        this._pieces.set(id, button);
      }
      this._notes = new Map();
      for (const section of specimens.children) {
        const notes = el("div", { class: "hunt-notes", hidden: true });
        section.append(notes);
        this._notes.set(section.dataset.specimen, notes);
      }
    }

    show(moved) {
      const done = this._state.done;
      this._note.textContent = "";
      this._how.hidden = this._bar.hidden = done;
      this._result.hidden = !done;
      if (done) this.showCounts();
      this.showCount();
      this.below(moved, [...(done ? [() => this.showTables()] : []), ...[...this._notes.keys()].map((specimen) => () => this.showSpecimen(specimen))]);
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

    showSpecimen(specimen) {
      const done = this._state.done;
      for (const [id, button] of this._pieces) {
        if (!id.startsWith(specimen + ".")) continue;
        const outcome = done ? this.outcome(id) : null;
        // Once checked a piece is read and not pressed: its outcome stands in its place for everybody, and the reason below the text.
        button.disabled = done;
        if (outcome) button.dataset.outcome = outcome;
        else delete button.dataset.outcome;
        for (const old of button.querySelectorAll(".hunt-mark, .hunt-hidden")) old.remove();
        if (outcome && outcome !== "left") button.prepend(el("span", { class: "hunt-mark", "aria-hidden": "true" }, SIGNS[outcome]));
        if (outcome) button.append(el("span", { class: "hunt-hidden", lang: document.documentElement.lang || null }, " (" + this.say(outcome) + ")"));
        this.showPressed(id);
      }
      const notes = this._notes.get(specimen);
      notes.hidden = !done;
      if (done) this.showNotes(specimen, notes);
      else notes.replaceChildren();
    }

    showPressed(id) {
      if (this._state.done) this._pieces.get(id).removeAttribute("aria-pressed");
      else this._pieces.get(id).setAttribute("aria-pressed", String(this._state.marked.includes(id)));
    }

    showCount() {
      this._count.textContent = this.say("marked_so_far", { n: this._state.marked.length, total: this._pieces.size });
    }

    outcome(id) {
      const marked = this._state.marked.includes(id);
      if (this._key.pieces[id].defect) return marked ? "found" : "missed";
      return marked ? "alarm" : "left";
    }

    showCounts() {
      const counts = score(this._key, this._state.marked);
      const first = counts.groups.open;
      const earlier = this._state.sittings.length > 1 ? score(this._key, this._state.sittings[0].marked).groups.open : null;
      this._result.replaceChildren(
        this.heading(0, { tabindex: "-1" }, this.say("result")),
        el("p", null, this.say("told", first)),
        el("p", null, this.say("d_says", { d: this.decimals(first.d_prime) })),
        el("p", null, this.say(counts.aim ? "aim_yes" : "aim_no")),
        el("p", null, this.say("told_gu", counts.groups.gu)),
        el("p", null, this.say("told_lv", counts.groups.lv)),
        ...(earlier ? [el("p", null, this.say("first", earlier))] : []),
        ...counts.habits.map((id) => el("div", { class: "hunt-habit", "data-habit": id }, el("p", { class: "hunt-label" }, this.say("habit")), el("p", null, this._key.habits.find((habit) => habit.id === id).says))),
      );
    }

    /** The button comes with them and not before, or the tables would push it out of sight when somebody has gone to it. */
    showTables() {
      const counts = score(this._key, this._state.marked);
      const again = el("button", { type: "button", class: "hunt-button", "data-do": "again" }, this.say("again"));
      again.addEventListener("click", () => this.again());
      this._result.append(
        this.table("by_group", this._key.groups, counts.groups, true),
        this.table("by_kind", this._key.kinds, counts.kinds),
        this.table("by_language", this._key.languages, counts.languages),
        el("p", null, again),
      );
    }

    table(title, rows, counts, sensitivity) {
      const of = (n, total) => (total ? this.say("of", { n, total }) : this.say("none"));
      const heads = ["column_found", "column_alarms", ...(sensitivity ? ["column_d"] : [])];
      return el("div", { class: "hunt-table" }, el("table", null, el("caption", null, this.say(title)),
        el("thead", null, el("tr", null, el("td"), ...heads.map((name) => el("th", { scope: "col" }, this.say(name))))),
        el("tbody", null, ...rows.map((row) => {
          const { found, defects, alarms, sound, d_prime } = counts[row.id];
          return el("tr", { "data-row": row.id }, el("th", { scope: "row" }, row.label), el("td", null, of(found, defects)), el("td", null, of(alarms, sound)), sensitivity ? el("td", null, d_prime === undefined ? this.say("too_few") : this.decimals(d_prime)) : null);
        }))));
    }

    showNotes(specimen, notes) {
      const ids = [...this._pieces.keys()].filter((id) => id.startsWith(specimen + "."));
      const open = ids.filter((id) => ["missed", "alarm"].includes(this.outcome(id)));
      const rest = ids.filter((id) => !open.includes(id));
      notes.replaceChildren(
        open.length ? el("ul", null, ...open.map((id) => this.note(id))) : el("p", null, this.say("all_right")),
        ...(rest.length ? [el("details", null, el("summary", null, this._payload.words.rest_forms[rest.length]), el("ul", null, ...rest.map((id) => this.note(id))))] : []),
      );
    }

    note(id) {
      const { label, right, why, needs } = this._key.pieces[id];
      const outcome = this.outcome(id);
      const text = this._pieces.get(id);
      const lang = text.closest("[lang]").getAttribute("lang");
      const words = [...text.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => node.data).join("");
      // Left to right as in the specimen, and set apart, so that neither disturbs the other.
      const quoted = (content) => el("bdi", { lang, dir: "ltr", class: "hunt-quoted" }, content);
      const head = [el("strong", null, (SIGNS[outcome] ? SIGNS[outcome] + " " : "") + this.say(outcome)), " · ", label, needs ? " · " + this.say("needs") : null];
      return el("li", { "data-outcome": outcome, "data-note": id }, el("p", null, quoted(words), " ", head), right ? el("p", null, this.say("should_be"), " ", quoted(right)) : null, el("p", null, why));
    }
  }

  window.RapportHunts = { decode, score, restore };
  if (!customElements.get("rapport-hunt")) customElements.define("rapport-hunt", RapportHunt);
})();
