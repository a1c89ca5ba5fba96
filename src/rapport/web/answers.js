//# allFunctionsCalledOnLoad
/* Exercises on the page: a custom element that asks, compares with baked ranges and keeps attempts in this browser.
   Nothing is computed here but comparisons and distances; every sentence comes with the exercise. */
(function () {
  "use strict";

  // ---- Reading: the same rules as rapport.exercises.reading.number ------------------------------------------------

  const ZEROS = [0x0660, 0x06f0, 0x0966, 0x09e6, 0x0a66, 0x0ae6];
  const FOLD = { "\u2212": "-", "\u2013": "-", "\u2019": "'", "\u066b": ".", "\u066c": "'" };

  const BLANK = /[\s\x1c-\x1f\x85]+/g; // what Python takes for space as well

  function folded(text) {
    const plain = Array.from(text.normalize("NFKC"), (c) => {
      const zero = ZEROS.find((z) => c.codePointAt(0) >= z && c.codePointAt(0) < z + 10);
      return zero ? String(c.codePointAt(0) - zero) : FOLD[c] || c;
    }).join("");
    return plain.replace(BLANK, " ").trim();
  }

  /** A number out of `text`: {value}, or {broke: key of a sentence} with "not_tried" for nothing at all.
      `names` are what may stand beside it, `decimal` is the reader's decimal mark. */
  function readNumber(text, names, decimal) {
    const shown = text.replace(BLANK, " ").trim();
    if (shown === "" || shown === "..." || shown === "…") return { broke: "not_tried" };
    const match = /^([^0-9.,]*?)((?:[0-9][0-9\s'.,]*|[.,][0-9]+))(.*)$/s.exec(folded(shown));
    if (!match || match[1].toLowerCase().includes("nan")) return { broke: "not_a_number" };
    const signs = match[1].match(/[+-]/g) || [];
    if (signs.length > 1) return { broke: "not_a_number" };
    const before = match[1].replace(/[+\-\s]/g, "").toLowerCase();
    const after = match[3].trim().toLowerCase();
    const units = [""].concat(names);
    if (!units.includes(before) || !units.includes(after) || (before && after)) return { broke: "wrong_unit" };
    const number = plainNumber(match[2].trim(), decimal);
    if (number === null) return { broke: "ambiguous" };
    return { value: signs[0] === "-" ? -Number(number) : Number(number) };
  }

  /** Key of the sentence that says how a separator before three digits was read; "" where nobody could read it otherwise. */
  function doubtful(text, decimal) {
    const found = /^[^0-9.,]*[1-9][0-9]{0,2}([.,])[0-9]{3}[^0-9.,]*$/.exec(folded(text));
    return !found ? "" : found[1] === "," && decimal === "." ? "thousands_read" : "decimals_read";
  }

  function plainNumber(text, decimal) {
    const body = text.replace(/([0-9])[.,]$/, "$1");
    const last = Math.max(body.lastIndexOf("."), body.lastIndexOf(","));
    const mark = last >= 0 ? body[last] : "";
    let whole = mark ? body.slice(0, last) : body;
    let part = mark ? body.slice(last + 1) : "";
    if (mark && whole.includes(mark)) {
      whole = body; // the same mark twice separates thousands
      part = "";
    } else if (mark === "," && decimal === "." && /^[1-9][0-9]{0,2}$/.test(whole) && part.length === 3) {
      whole = body; // 1,234: a thousand to an English reader, one and a bit to a Latvian one
      part = "";
    }
    const groups = new Set(whole.match(/[^0-9]/g) || []);
    if (groups.size && !(groups.size === 1 && /^([0-9]{1,3}([^0-9][0-9]{3})+|[0-9]{1,2}([^0-9][0-9]{2})+[^0-9][0-9]{3})$/.test(whole))) return null;
    if (part && !/^[0-9]+$/.test(part)) return null;
    return (whole.replace(/[^0-9]/g, "") || "0") + "." + (part || "0");
  }

  // ---- Comparing --------------------------------------------------------------------------------------------------

  const within = (numbers, ranges) => numbers.length === ranges.length && numbers.every((n, i) => ranges[i][0] <= n && n <= ranges[i][1]);

  function agrees(given, accept) {
    return Array.isArray(accept) ? Array.isArray(given) && within(given, accept) : given === accept;
  }

  /** The verdict on `given` (numbers, an option id, or rows with options) for one baked draw. */
  function judge(draw, given) {
    if (draw.accept.rows) {
      const rows = Object.keys(draw.accept.rows);
      const right = rows.filter((row) => given[row] === draw.accept.rows[row]).length;
      if (right >= draw.accept.pass) return { outcome: "right" };
      const slips = draw.mistakes.filter((slip) => Object.values(given).filter((option) => option === slip.when.option).length >= slip.when.at_least);
      return slips.length ? { outcome: "mistake", slips } : { outcome: "wrong", says: "match_says", parts: { right, total: rows.length, passing: draw.accept.pass } };
    }
    if (agrees(given, draw.accept)) return { outcome: "right" };
    const slips = draw.mistakes.filter((slip) => agrees(given, slip.accept));
    if (slips.length) return { outcome: "mistake", slips };
    const share = draw.fraction && given.every((n) => Math.abs(n) <= 1);
    return { outcome: "wrong", says: share ? "fraction_says" : "wrong_says" };
  }

  // ---- Writing out ------------------------------------------------------------------------------------------------

  /** As rapport.i18n.numbers.number: `marks` are its decimal mark, group mark and sizes of groups. */
  function numberText(number, decimals, marks) {
    const [whole, part] = Math.abs(number).toFixed(decimals).split(".");
    const [last, others] = marks.sizes;
    let rest = whole;
    const groups = [];
    for (let size = last; rest.length > size; size = others) {
      groups.unshift(rest.slice(-size));
      rest = rest.slice(0, -size);
    }
    const text = [rest, ...groups].join(marks.group) + (part ? marks.decimal + part : "");
    return number < 0 && /[1-9]/.test(text) ? "−" + text : text;
  }

  const plurals = new Map(); // they take a while to make

  /** The plural rules of a language for numbers of so many decimals. */
  function pluralRules(language, decimals) {
    const key = language + decimals;
    if (!plurals.has(key)) plurals.set(key, new Intl.PluralRules(language, { minimumFractionDigits: decimals, maximumFractionDigits: decimals }));
    return plurals.get(key);
  }

  /** A number in the form of its unit that it takes: {one: "{n} point", other: "{n} points"}. */
  function measured(number, decimals, forms, marks, language) {
    const text = numberText(number, decimals, marks);
    const form = forms[pluralRules(language, decimals).select(Math.abs(number))] || forms.other;
    return text.startsWith("−") ? "−" + form.replace("{n}", text.slice(1)) : form.replace("{n}", text);
  }

  // ---- Building: elements by name, content as text only -----------------------------------------------------------

  const MATHML = "http://www.w3.org/1998/Math/MathML";
  const TAGS = new Set("p em strong s code pre ul ol li a br hr blockquote aside div span table thead tbody tr th td h4 h5 h6".split(" "));
  const ATTRIBUTES = new Set(["class", "role", "aria-label", "tabindex", "data-badge", "scope", "start", "title", "rel", "lang"]);

  function make(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value === true) element.setAttribute(name, "");
      else if (value !== false && value !== null) element.setAttribute(name, value);
    }
    element.append(...children);
    return element;
  }

  /** Nodes of a baked tree: known elements and attributes only, everything else as text. */
  function grow(nodes, inMath) {
    return nodes.map((node) => {
      if (typeof node === "string") return document.createTextNode(node);
      const [tag, attributes, children] = node;
      const math = inMath || tag === "math";
      if (!math && !TAGS.has(tag)) return make("span", {}, ...grow(children, false));
      const element = math ? document.createElementNS(MATHML, tag) : document.createElement(tag);
      for (const [name, value] of Object.entries(attributes)) {
        const link = name === "href" && !math && /^(https?:|#|[\w./-]+(\.html)?(#|$))/.test(value);
        if (link || ATTRIBUTES.has(name) || (math && !/^(on|style$|href$|xlink)/i.test(name))) element.setAttribute(name, value);
      }
      element.append(...grow(children, math));
      return element;
    });
  }

  /** A list box shows one line: what it cuts off is written out below it. */
  function spelled(select) {
    const whole = make("span", { class: "exercise-chosen", "aria-hidden": "true", hidden: true });
    const pen = document.createElement("canvas").getContext("2d");
    const show = () => {
      const style = getComputedStyle(select);
      const text = select.value ? select.selectedOptions[0].textContent : "";
      pen.font = style.font;
      whole.textContent = text;
      whole.hidden = pen.measureText(text).width <= select.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight) - 20;
    };
    select.addEventListener("change", show);
    select.spell = show;
    new ResizeObserver(show).observe(select);
    return whole;
  }

  // ---- Keeping: what happens goes to the record (record.js); which draw is shown stays beside it -------------------

  const record = () => globalThis.RapportRecord;
  function recall(key) {
    try { return JSON.parse(localStorage.getItem(key)); } catch (error) { return null; }
  }
  function keep(key, value) {
    try { localStorage.setItem(key, JSON.stringify(value)); } catch (error) { /* the first draw next time */ }
  }

  // ---- The element ------------------------------------------------------------------------------------------------

  const idly = globalThis.requestIdleCallback || ((work) => setTimeout(work, 300));
  let count = 0;

  class RapportExercise extends HTMLElement {
    connectedCallback() {
      if (this.ready) return;
      const script = this.querySelector('script[data-rapport="exercise"]');
      if (!script) return;
      this.ready = true;
      this.data = JSON.parse(script.textContent);
      this.draws = JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(this.data.draws), (c) => c.charCodeAt(0))));
      this.place = "rapport:exercise:" + this.data.module + "/" + this.data.id;
      this.number = ++count;
      this.build();
      const at = this.draws.findIndex((draw) => draw.seed === recall(this.place + ":draw"));
      this.take(Math.max(at, 0));
      if (this.number === 1) idly(() => this.rehearse());
    }

    /** While nobody waits, a number is read and a verdict laid out where nobody sees it: what is slow only the first time is then no part of the first answer. */
    rehearse() {
      if (!this.isConnected) return;
      for (const typed of ["−1 234,5 x", "1,234"]) readNumber(typed, [], ".");
      doubtful("1,234", ".");
      const says = ["wrong", "right"].map((outcome) => this.verdict(outcome, [make("p", {}, this.say("check"))]));
      const box = make("div", { class: "exercise-rehearsal", "aria-hidden": "true" }, ...says);
      this.append(box);
      box.getBoundingClientRect();
      box.remove();
    }

    say(key, parts) {
      return this.data.words[key].replace(/\{(\w+)\}/g, (all, name) => (parts && name in parts ? String(parts[name]) : all));
    }
    id_(name) {
      return "exercise-" + this.number + "-" + name;
    }
    button(key, action, kind) {
      const button = make("button", { type: "button", class: "exercise-button" + (kind ? " exercise-" + kind : "") }, this.say(key));
      button.addEventListener("click", action);
      return button;
    }

    /** Everything that does not depend on the draw. */
    build() {
      const offline = this.querySelector(".exercise-offline");
      if (offline) offline.remove();
      this.work = make("div", { class: "exercise-work" });
      this.drawLabel = make("p", { class: "exercise-draw", tabindex: "-1" });
      this.anotherButton = this.button("another", () => this.another());
      this.work.append(make("div", { class: "exercise-draws" }, this.drawLabel, this.draws.length > 1 ? this.anotherButton : ""));
      if (this.data.predict) this.work.append(this.buildGuess());
      this.form = make("form", { class: "exercise-answer", novalidate: true, autocomplete: "off" });
      this.buildAnswer();
      this.solutionButton = this.button("show_solution", () => this.giveUp());
      const check = make("button", { type: "submit", class: "exercise-button exercise-main" }, this.say("check"));
      this.form.append(make("div", { class: "exercise-actions" }, check, this.solutionButton));
      this.form.addEventListener("submit", (event) => {
        event.preventDefault();
        this.check();
      });
      this.status = make("div", { class: "exercise-status", role: "status", id: this.id_("status") });
      this.attempts = make("p", { class: "exercise-attempts" });
      this.solution = make("div", { class: "exercise-solution", hidden: true });
      const hints = this.querySelector(".exercise-hints");
      this.work.append(this.form, this.status, this.attempts, this.solution);
      hints.before(this.work);
      this.hints = Array.from(hints.querySelectorAll("details"));
      this.hints.forEach((hint, index) => hint.addEventListener("toggle", () => hint.open && this.showHints(index + 2)));
    }

    buildGuess() {
      const id = this.id_("guess");
      const choice = this.data.kind === "choice";
      this.guessField = choice ? this.list(id) : make("input", { id, type: "text", inputmode: "decimal", class: "exercise-number", "aria-describedby": this.id_("guess-note") });
      this.guessNote = make("p", { class: "exercise-guess-note", id: this.id_("guess-note"), role: "status" });
      this.guessButton = make("button", { type: "submit", class: "exercise-button" }, this.say("keep_guess"));
      this.guessRow = make("div", { class: "exercise-fields" }, ...(choice ? [this.guessField, spelled(this.guessField)] : [this.affixed(this.guessField)]), this.guessButton);
      const form = make("form", { class: "exercise-guess", novalidate: true, autocomplete: "off" }, make("label", { for: id }, this.data.predict), this.guessRow, this.guessNote);
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        this.keepGuess();
      });
      return form;
    }

    /** A field with its unit where the unit is written: € before, % and words after. */
    affixed(field) {
      if (!this.data.unit.name) return field;
      const text = make("span", { class: "exercise-unit", "aria-hidden": "true" }, this.data.unit.name);
      return make("span", { class: "exercise-affixed" }, ...(this.data.unit.forms.other.startsWith("{n}") ? [field, text] : [text, field]));
    }

    list(id) {
      const options = Object.entries(this.data.options).map(([value, text]) => make("option", { value }, text));
      return make("select", { id }, make("option", { value: "" }, this.say("choose")), ...options);
    }

    buildAnswer() {
      const unit = this.data.unit.name;
      const field = (name, label) => {
        const id = this.id_(name);
        const input = make("input", { id, name, type: "text", inputmode: "decimal", class: "exercise-number", "aria-describedby": this.id_("status") });
        this.fields.push(input);
        const spoken = unit ? make("span", { class: "exercise-hidden" }, " (" + unit + ")") : "";
        return make("div", { class: "exercise-field" }, make("label", { for: id }, this.say(label), spoken), this.affixed(input));
      };
      this.fields = [];
      const options = this.querySelector(".exercise-options");
      const note = this.querySelector(".exercise-form");
      if (note) this.form.append(note);
      if (this.data.kind === "number") this.form.append(make("div", { class: "exercise-fields" }, field("answer", "your_answer")));
      if (this.data.kind === "interval") {
        const ends = make("div", { class: "exercise-fields" }, field("low", "lower"), field("high", "upper"));
        this.form.append(make("fieldset", {}, make("legend", {}, this.say("your_answer")), ends));
      }
      if (this.data.kind === "choice") {
        const fieldset = make("fieldset", { "aria-describedby": this.id_("status") }, make("legend", {}, this.say("your_answer")));
        for (const item of options.querySelectorAll("[data-option]")) {
          const input = make("input", { type: "radio", name: this.id_("option"), value: item.dataset.option });
          this.fields.push(input);
          fieldset.append(make("label", { class: "exercise-option" }, input, make("span", {}, ...item.childNodes)));
        }
        options.remove();
        this.form.append(fieldset);
      }
      if (this.data.kind === "match") {
        const rows = this.querySelector(".exercise-rows");
        const list = make("ol", { class: "exercise-match" });
        for (const item of rows.querySelectorAll("[data-row]")) {
          const text = make("span", { id: this.id_("row-" + item.dataset.row) }, ...item.childNodes);
          const select = this.list(this.id_("select-" + item.dataset.row));
          select.name = item.dataset.row;
          select.setAttribute("aria-labelledby", text.id);
          this.fields.push(select);
          list.append(make("li", {}, text, select, spelled(select)));
        }
        rows.remove();
        options.remove();
        this.form.append(list);
      }
    }

    // ---- a draw ----

    get draw() {
      return this.draws[this.at];
    }
    get where() {
      return { module: this.data.module, exercise: this.data.id, seed: this.draw.seed, hash: this.data.hash };
    }

    /** What the record says of this exercise on this draw, as it is asked now. */
    remembered() {
      const { module, exercise, seed, hash } = this.where;
      const mine = record().events().filter((event) => event.exercise === exercise && event.module === module && event.seed === seed && (event.hash === undefined || event.hash === hash));
      const of = (kind) => mine.filter((event) => event.kind === kind);
      const tried = of("attempt").filter((event) => ["right", "wrong", "mistake"].includes(event.outcome));
      const right = tried.findIndex((event) => event.outcome === "right"); // what was tried after it is no attempt
      const last = tried.at(-1);
      const guess = of("prediction").at(-1);
      return {
        attempts: (right < 0 ? tried : tried.slice(0, right + 1)).map((event) => event.outcome),
        guess: guess ? this.guessTyped(guess) : "",
        hints: Math.max(1, ...of("hint").map((event) => event.number + 1)),
        done: right >= 0 ? "right" : of("solution").length || of("attempt").some((event) => event.outcome === "given_up") ? "given_up" : "",
        last: last ? this.typed(last) : null,
      };
    }

    /** A guess as it was typed, or as this page writes one that came from elsewhere; "" for what cannot be one here. */
    guessTyped({ typed, guess }) {
      if (this.data.kind === "choice") return typeof guess === "string" && Object.hasOwn(this.data.options, guess) ? guess : "";
      return typeof typed === "string" ? typed : typeof guess === "number" ? this.valueText(guess) : "";
    }

    /** What stood in the fields at an attempt; null where that is not known or cannot be. */
    typed({ typed, answer }) {
      const given = typed === undefined ? answer : typed;
      if (this.data.kind === "choice") return typeof given === "string" ? given : null;
      if (this.data.kind === "match") return given && typeof given === "object" && !Array.isArray(given) ? given : null;
      if (typed === undefined && answer !== undefined && answer !== null) return [answer].flat().map((number) => String(number).replace(".", this.data.numbers.decimal));
      return Array.isArray(given) && given.every((each) => typeof each === "string") ? given : null;
    }

    /** Ask on draw `at`; what the record knows of it comes back. */
    take(at) {
      this.at = at;
      this.state = this.remembered();
      this.drawLabel.parentElement.hidden = this.draws.length < 2;
      this.drawLabel.textContent = this.say("draw", { number: at + 1, total: this.draws.length });
      this.showTable();
      this.setFields(this.state.last);
      this.mark(false);
      this.status.replaceChildren();
      this.solution.hidden = true;
      this.hints.forEach((hint) => (hint.open = false));
      this.showHints(this.state.hints);
      if (this.guessField) this.showGuess();
      this.showProgress();
      if (this.state.last !== null) {
        const given = this.given();
        if (!given.broke) this.showVerdict(judge(this.draw, given.value));
      }
      if (this.state.done) this.showSolution();
    }

    another() {
      this.take((this.at + 1) % this.draws.length);
      keep(this.place + ":draw", this.draw.seed);
      this.status.replaceChildren(make("p", {}, this.say("new_draw")));
      this.drawLabel.focus();
    }

    showTable() {
      const table = this.querySelector(".exercise-table table");
      const baked = this.draw.table;
      if (!table || !baked) return;
      const head = make("tr", {}, ...baked.columns.map((name) => make("th", { scope: "col" }, name)));
      const rows = baked.rows.map((row) => make("tr", {}, ...row.map((cell) => make("td", {}, cell))));
      table.replaceChildren(make("caption", {}, baked.title), make("thead", {}, head), make("tbody", {}, ...rows));
    }

    showHints(upTo) {
      this.hints.forEach((hint, index) => (hint.hidden = index >= Math.max(1, upTo)));
      if (upTo > this.state.hints) {
        this.state.hints = upTo;
        record().add("hint", { ...this.where, number: upTo - 1 });
      }
    }

    showProgress() {
      const tried = this.state.attempts.length;
      this.solutionButton.hidden = !tried || this.state.done !== "";
      this.attempts.textContent = [tried ? this.say("attempts", { count: tried }) : "", record().kept ? "" : this.say("unkept")].filter(Boolean).join(" · ");
      this.dataset.done = this.state.done;
    }

    // ---- a guess ----

    readNumber(text) {
      return readNumber(text, this.data.unit.names, this.data.numbers.decimal);
    }
    readGuess(text) {
      return this.data.kind === "choice" ? (text ? { value: text } : { broke: "not_tried" }) : this.readNumber(text);
    }
    guessText(guess) {
      return this.data.kind === "choice" ? this.data.numbers.quotes.join(this.data.options[guess]) : this.valueText(guess);
    }

    keepGuess() {
      const read = this.readGuess(this.guessField.value);
      if (read.broke) {
        this.guessNote.textContent = this.reason(read.broke, this.guessField.value);
        this.guessField.focus();
        return;
      }
      this.state.guess = this.guessField.value;
      record().add("prediction", { ...this.where, guess: read.value, typed: this.state.guess });
      this.showGuess();
      this.fields[0].focus();
    }

    showGuess() {
      const read = this.readGuess(this.state.guess || "");
      // A guess made after an attempt would be no guess.
      const late = this.state.attempts.length > 0;
      this.guessField.value = this.state.guess || "";
      this.guessRow.hidden = !read.broke || late;
      this.guessNote.textContent = read.broke ? "" : this.say("guess_kept", { guess: this.guessText(read.value) });
      this.guessRow.parentElement.hidden = late && Boolean(read.broke);
    }

    // ---- an answer ----

    setFields(last) {
      this.fields.forEach((field, index) => {
        if (field.type === "radio") field.checked = last === field.value;
        else if (this.data.kind === "match") {
          field.value = (last && last[field.name]) || "";
          field.spell();
        }
        else field.value = (last && last[index]) || "";
      });
    }

    /** What stands in the fields: {value} to judge, or {broke, field, text}. */
    given() {
      if (this.data.kind === "choice") {
        const picked = this.fields.find((field) => field.checked);
        return picked ? { value: picked.value, last: picked.value } : { broke: "not_tried", field: this.fields[0], text: "" };
      }
      if (this.data.kind === "match") {
        const rows = {};
        this.fields.filter((field) => field.value).forEach((field) => (rows[field.name] = field.value));
        return Object.keys(rows).length ? { value: rows, last: rows } : { broke: "not_tried", field: this.fields[0], text: "" };
      }
      const numbers = [];
      const empty = this.fields.every((field) => this.readNumber(field.value).broke === "not_tried");
      for (const field of this.fields) {
        const read = this.readNumber(field.value);
        if (read.broke) return { broke: read.broke === "not_tried" && !empty ? "two_numbers" : read.broke, field, text: field.value };
        numbers.push(read.value);
      }
      return { value: numbers.sort((a, b) => a - b), last: this.fields.map((field) => field.value) };
    }

    reason(key, text) {
      const example = "1234" + this.data.numbers.decimal + "5";
      return this.say(key === "not_tried" ? "not_tried_says" : key, { text: text.trim(), unit: this.data.unit.name || this.say("plain_number"), example });
    }

    check() {
      const given = this.given();
      if (given.broke) {
        const outcome = given.broke === "not_tried" ? "not_tried" : "broke";
        this.mark(true, given.field);
        this.showStatus(outcome, [make("p", {}, this.reason(given.broke, given.text))]);
        given.field.focus();
        this.tell(outcome);
        return;
      }
      this.mark(false);
      const verdict = judge(this.draw, given.value);
      this.state.last = given.last;
      if (this.state.done !== "right") this.state.attempts.push(verdict.outcome);
      if (verdict.outcome === "right") this.state.done = "right";
      record().add("attempt", { ...this.where, outcome: verdict.outcome, answer: this.data.kind === "number" ? given.value[0] : given.value, mistakes: (verdict.slips || []).map((slip) => slip.id), typed: given.last });
      this.showVerdict(verdict);
      this.showProgress();
      if (this.guessField) this.showGuess();
      if (this.state.done) this.showSolution();
      this.tell(verdict.outcome, (verdict.slips || []).map((slip) => slip.id));
    }

    mark(broken, field) {
      this.fields.forEach((each) => each.removeAttribute("aria-invalid"));
      if (broken && field.type !== "radio") field.setAttribute("aria-invalid", "true");
    }

    tell(outcome, mistakes) {
      const detail = { module: this.data.module, exercise: this.data.id, seed: this.draw.seed, outcome, mistakes: mistakes || [] };
      this.dispatchEvent(new CustomEvent("rapport:attempt", { bubbles: true, detail }));
    }

    showVerdict(verdict) {
      let parts;
      if (verdict.outcome === "right") parts = [make("p", {}, this.say("right_says"))];
      else if (verdict.outcome === "wrong") parts = [make("p", {}, this.say(verdict.says, verdict.says === "fraction_says" ? { percent: this.numberText(12.5, 1), share: this.numberText(0.125, 3) } : verdict.parts))];
      else {
        const several = verdict.slips.length > 1 ? [make("p", {}, this.say("several_says", { count: verdict.slips.length }))] : [];
        parts = several.concat(...verdict.slips.map((slip) => grow(slip.says, false)));
      }
      if (verdict.outcome !== "right" && ["number", "interval"].includes(this.data.kind)) parts = parts.concat(this.asRead());
      this.showStatus(verdict.outcome, parts);
    }

    /** How separators of the typed answer were read, where they could have been read otherwise. */
    asRead() {
      const doubts = this.fields.map((field) => [field.value.trim(), doubtful(field.value, this.data.numbers.decimal)]);
      return doubts.filter(([, key]) => key).map(([text, key]) => make("p", {}, this.say(key, { text })));
    }

    showStatus(outcome, parts) {
      this.status.replaceChildren(this.verdict(outcome, parts));
    }

    verdict(outcome, parts) {
      const mark = make("span", { class: "exercise-mark", "aria-hidden": "true" }, this.data.marks[outcome]);
      const head = make("p", { class: "exercise-outcome" }, mark, " ", make("strong", {}, this.say(outcome)));
      return make("div", { class: "exercise-verdict", "data-outcome": outcome }, head, ...parts);
    }

    // ---- afterwards ----

    giveUp() {
      this.state.done = "given_up";
      record().add("attempt", { ...this.where, outcome: "given_up" });
      record().add("solution", this.where);
      this.showProgress();
      this.showSolution();
      this.solution.querySelector("[tabindex]").focus();
      this.tell("given_up");
    }

    numberText(number, decimals) {
      return numberText(number, decimals, this.data.numbers);
    }
    valueText(number) {
      return measured(number, this.data.decimals, this.data.unit.forms, this.data.numbers, this.data.language);
    }
    distance(one, other) {
      return measured(Math.abs(one - other), this.data.decimals, this.data.distance.forms, this.data.numbers, this.data.language);
    }

    showSolution() {
      const draw = this.draw;
      const title = make("p", { class: "exercise-solution-title", tabindex: "-1" }, make("strong", {}, this.say("solution")));
      const own = this.given();
      const parts = [title, ...grow(draw.after, false)];
      if (draw.truth !== null && !own.broke) parts.push(make("p", {}, this.say("error", { distance: this.distance(own.value[0], draw.truth) })));
      const guess = this.readGuess(this.state.guess || "");
      if (this.guessField && !guess.broke) parts.push(make("p", {}, this.guessBack(guess.value)));
      parts.push(...grow(draw.solution, false));
      this.solution.replaceChildren(...parts);
      this.solution.hidden = false;
    }

    guessBack(value) {
      const draw = this.draw;
      const guess = this.guessText(value);
      if (this.data.kind === "choice") return this.say(value === draw.accept ? "guess_same" : "guess_other", { guess });
      if (draw.within) return this.say(draw.within[0] <= value && value <= draw.within[1] ? "guess_inside" : "guess_outside", { guess });
      return this.say("guess", { guess, distance: this.distance(value, draw.value) });
    }
  }

  window.RapportAnswers = { readNumber, doubtful, judge, numberText, measured };
  if (!customElements.get("rapport-exercise")) customElements.define("rapport-exercise", RapportExercise);
})();
