/* The projector view: one case for a room. A code brings the customer, hands are counted, one option is followed.
   It walks with the player's own functions; counts live in this element's memory only and no name is ever asked for. */
(function () {
  "use strict";

  const { begin, step, labelOf, placeOf, fill, el, svg, inline, prose } = globalThis.RapportPlayer;
  const LETTERS = "ABCDEFGHIJ";
  const STRINGS = {
    code: "Room code", start: "Begin", unknown: "No customer has the code {code}. The codes are on the room key.", screen: "Fill the screen",
    setting: "Where you are", opening: "The message", person: "{person}, {role}, {organisation}, {city}", go_on: "Go on", back: "One step back",
    beat_notice: "Notice", beat_read: "Read", beat_check: "Check", beat_act: "Act", decision: "{beat} · {heading}",
    hands: "Hands for {letter}", counted: "{n} hands", counted_one: "1 hand", follow: "Follow {letter}",
    read_says: "Which is likeliest? One hand each.", check_says: "Ask first, or act?", go: "Act now, without asking further",
    chosen: "You follow {letter}: {words}", back_from: "What came back", next: "What happened next", told: "What was said and done", looking: "Looking back",
    end: "How it ended", who: "Who this was", fitted: "The reading that fitted", principle: "To take with you", sums: "What the room's choices added up to",
    again: "Another customer", invented: "The people and firms are invented. Counts are kept nowhere.", minus: "−",
  };
  const given = document.querySelector("script#rapport-words"); // the page's language, where it is not English
  if (given) Object.assign(STRINGS, JSON.parse(given.textContent).projector);

  function say(key, values) {
    return STRINGS[key].replace(/\{(\w+)\}/g, (all, name) => (values && name in values ? String(values[name]) : all));
  }
  function signed(number) {
    return number > 0 ? "+" + number : number < 0 ? STRINGS.minus + -number : "0";
  }
  /** How many hands of all: the number stands in the field beside it. */
  function bar() {
    const picture = svg("svg", { viewBox: "0 0 100 10", class: "rp-bar", "aria-hidden": "true", focusable: "false", preserveAspectRatio: "none" });
    picture.append(svg("rect", { x: 0, y: 0, width: 100, height: 10, class: "rp-bar-track" }), svg("rect", { x: 0, y: 0, width: 0, height: 10, class: "rp-bar-hands" }));
    return picture;
  }

  let counted = 0;

  class RapportProjector extends HTMLElement {
    connectedCallback() {
      if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => this.prepare(), { once: true });
      else this.prepare();
    }

    prepare() {
      if (this._graph) return;
      const told = JSON.parse(this.querySelector('script[type="application/json"]').textContent);
      this._graph = told.graph;
      this._codes = told.codes;
      this._uid = "rp" + ++counted;
      this.showCode(false);
    }

    get place() { return placeOf(this._graph, this._walk.place); }
    prose(text) { return prose(fill(text, this.place)); }
    inline(text) { return inline(fill(text, this.place)); }
    get node() { return this._graph.nodes[this._walk.node]; }

    /** One screen: a heading, what it says, and its buttons; the heading gets the focus, so that it is read out. */
    screen(title, content, buttons, moved, kind) {
      const heading = el("h2", { tabindex: "-1" }, title);
      this.replaceChildren(el("div", { class: "rp-stage" + (kind ? " " + kind : "") }, heading, content, el("div", { class: "rp-actions" }, buttons)));
      if (!moved) return;
      heading.focus({ preventScroll: true });
      this.scrollIntoView({ block: "start" });
    }
    button(words, act, main) {
      const made = el("button", { type: "button", class: main ? "rp-main" : "rp-less" }, words);
      made.addEventListener("click", act);
      return made;
    }
    /** Show a screen so that “one step back” returns to it. */
    go(show) {
      const walk = this._walk;
      const again = () => { this._walk = walk; show(); };
      this._past.push(again);
      again();
    }
    back() {
      if (this._past.length < 2) return null;
      return this.button(say("back"), () => { this._past.pop(); this._past[this._past.length - 1](); });
    }

    showCode(moved) {
      this._walk = null;
      this._past = [];
      const field = el("input", { type: "text", id: this._uid + "-code", autocomplete: "off", autocapitalize: "characters", spellcheck: "false", maxlength: "4", "aria-describedby": this._uid + "-said" });
      const said = el("p", { class: "rp-said", id: this._uid + "-said", role: "alert" });
      const form = el("form", { class: "rp-code" }, el("label", { for: this._uid + "-code" }, say("code")), field, el("button", { type: "submit", class: "rp-main" }, say("start")));
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        const code = field.value.trim().toUpperCase();
        const meant = Object.hasOwn(this._codes, code) ? this._codes[code] : null;
        if (!meant) {
          said.textContent = say("unknown", { code: code || "…" });
          field.focus();
          return;
        }
        this._walk = { ...begin(this._graph, meant.place, 0), case: meant.case };
        this.go(() => this.showText(say("setting"), this.prose(this._graph.setting), () => this.showOpening()));
      });
      const full = document.fullscreenEnabled ? this.button(say("screen"), () => this.requestFullscreen()) : null;
      this.screen(this._graph.title, [form, said, el("p", { class: "rp-small" }, say("invented"))], [full], moved, "rp-start");
    }

    showText(title, content, next) {
      this.screen(title, el("div", { class: "rp-text" }, content), [this.button(say("go_on"), next, true), this.back()], true);
    }
    showOpening() {
      const words = [el("blockquote", null, this.prose(this._graph.opening)), el("p", { class: "rp-small" }, say("person", this.place))];
      this.go(() => this.showText(say("opening"), words, () => this.showNode()));
    }

    /** The scene of a decision first, then its beat. */
    showNode() {
      const node = this.node;
      if (node.beat === "end") return this.showEnd();
      if (!node.text) return this.go(() => this.showBeat());
      const words = [this.prose(node.text), node.message ? el("blockquote", null, this.prose(node.message)) : null];
      this.go(() => this.showText(fill(node.heading, this.place), words, () => this.go(() => this.showBeat())));
    }

    /** What can be followed: lettered, each with the id of its option and its words. */
    choices() {
      const node = this.node;
      const all = node.kind === "rank" ? node.readings.map((each) => ({ id: each.id, words: each.label }))
        : node.options.map((each) => ({ id: each.id, words: each.id === "go" && !each.label ? say("go") : labelOf(this._graph, node, each.id) }));
      return all.map((each, at) => ({ ...each, letter: LETTERS[at] }));
    }

    showBeat() {
      const node = this.node;
      const total = el("p", { class: "rp-small rp-total", role: "status" });
      const rows = this.choices().map((choice) => {
        const id = this._uid + "-hands-" + choice.letter;
        const field = el("input", { type: "number", id: id, min: "0", max: "999", step: "1", inputmode: "numeric", value: "0", "data-hands": choice.letter });
        const picture = bar();
        const row = el("li", { class: "rp-option" }, el("span", { class: "rp-letter" }, choice.letter), el("span", { class: "rp-words" }, this.inline(choice.words)),
          el("label", { for: id, class: "rp-hidden" }, say("hands", choice)), field, picture,
          this.button(say("follow", choice), () => this.follow(choice, rows.map((each) => ({ id: each.choice.id, hands: each.hands() })))));
        field.addEventListener("focus", () => field.select());
        field.addEventListener("input", count);
        return { choice: choice, row: row, picture: picture, hands: () => Math.max(0, Math.floor(Number(field.value)) || 0) };
      });
      function count() {
        const all = rows.reduce((sum, each) => sum + each.hands(), 0);
        for (const each of rows) each.picture.lastChild.setAttribute("width", all ? String((100 * each.hands()) / all) : "0");
        total.textContent = say(all === 1 ? "counted_one" : "counted", { n: all });
      }
      count();
      const prompt = node.kind === "rank" ? [node.prompt, say("read_says")].join(" ") : node.prompt || say("check_says");
      this.screen(say("decision", { beat: say("beat_" + node.beat), heading: fill(node.heading, this.place) }),
        [el("p", { class: "rp-prompt" }, this.inline(prompt)), el("ol", { class: "rp-options" }, rows.map((each) => each.row))], [this.back(), total], true);
    }

    /** Take an option. For the readings the room's order is that of its hands, and how sure it is nobody is asked. */
    follow(choice, counted) {
      const node = this.node;
      let option = choice.id;
      if (node.kind === "rank") {
        const others = counted.filter((each) => each.id !== choice.id).sort((one, other) => other.hands - one.hands);
        option = [choice.id, ...others.map((each) => each.id)].join("") + "-3";
      }
      this._walk = step(this._graph, this._walk, option);
      const outcome = this._walk.outcome;
      const back = outcome.text || outcome.clue;
      if (!back && !outcome.feedback) return this.showNode();
      const words = [el("p", { class: "rp-small" }, this.inline(say("chosen", choice))),
        back ? el("div", { class: "rp-back" }, this.prose(back)) : null,
        outcome.feedback ? el("details", { class: "rp-feedback", open: !back }, el("summary", null, say("looking")), this.prose(outcome.feedback)) : null];
      const title = say(node.beat === "act" ? "next" : node.beat === "check" ? "back_from" : "told");
      this.go(() => this.showText(title, words, () => this.showNode()));
    }

    showEnd() {
      const graph = this._graph;
      const walk = this._walk;
      const node = this.node;
      const who = graph.personas[graph.cases[walk.case].persona];
      const reads = walk.log.filter((row) => row.beat === "read").map((row) => {
        const fits = graph.outcomes[this.outcomeOf(row)].fits;
        return graph.nodes[row.node].readings.find((each) => each.id === fits).label;
      });
      this.go(() => this.showText(fill(node.heading, this.place), [this.prose(node.text), this.prose(node.epilogues[walk.case])],
        () => this.go(() => this.showText(say("who"), [el("p", null, el("strong", null, this.inline(who.title))), this.prose(who.portrait),
          reads.length ? [el("h3", null, say("fitted")), el("ul", null, reads.map((each) => el("li", null, this.inline(each))))] : null],
        () => this.go(() => this.showLast())))));
    }
    outcomeOf(row) {
      const option = this._graph.nodes[row.node].options.find((each) => each.id === row.option);
      return globalThis.RapportPlayer.edge(this._graph, option, this._walk.case)[0];
    }
    showLast() {
      const graph = this._graph;
      this.screen(say("principle"), [el("div", { class: "rp-text" }, this.prose(graph.principle)), el("h3", null, say("sums")),
        el("dl", { class: "rp-sums" }, graph.axis_labels.map((label, axis) => el("div", null, el("dt", null, label), el("dd", null, signed(this._walk.scores[axis])))))],
      [this.button(say("again"), () => this.showCode(true), true), this.back()], true);
    }
  }

  globalThis.RapportProjector = { strings: STRINGS };
  customElements.define("rapport-projector", RapportProjector);
})();
