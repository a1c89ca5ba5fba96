//# allFunctionsCalledOnLoad
/* The learner's record in this browser: one document of events, the same as rapport.learner keeps in a file.
   It is read, changed and written in one go, so that two open pages lose nothing; what cannot be read is set aside. */
(function () {
  "use strict";

  const FORMAT = 2;
  const KEY = "rapport:record";
  const ASIDE = "rapport:set-aside:";
  const ROLES = ["agent", "account_manager", "small_business", "trainer"];
  const FIRST = ["format", "profile", "learner", "seed", "role", "draws"]; // before the events, so that a cut file still says whose it is

  // ---- The document: the same rules as rapport.learner.document; tests/record_cases.json holds both to them --------

  const text = (value) => typeof value === "string";
  const whole = (value) => Number.isInteger(value);
  const yes = (value) => typeof value === "boolean";
  const anything = () => true;
  const list = Array.isArray;
  const NEEDED = {
    attempt: { module: text, exercise: text, seed: whole, outcome: text },
    prediction: { module: text, exercise: text, seed: whole, guess: anything },
    hint: { module: text, exercise: text, seed: whole, number: whole },
    solution: { module: text, exercise: text, seed: whole },
    run: { scenario: text },
    seen: { module: text, part: text },
    review: { module: text, item: text, wording: text, day: whole, right: yes },
    reflection: { text: text },
    goal: { text: text },
    hunt: { hunt: text, hash: text, marked: list },
    erasure: { ids: (ids) => list(ids) && ids.every(text) },
  };

  function empty() {
    return { format: FORMAT, draws: {}, events: [] };
  }
  function isObject(value) {
    return value !== null && typeof value === "object" && !list(value);
  }

  /** Milliseconds of the moment that an event's `at` names (ISO 8601 with its distance from UTC); NaN for anything else. */
  function instant(at) {
    const found = /^(\d{4}-\d\d-\d\d[T ]\d\d:\d\d)(:\d\d)?(?:[.,](\d+))?(Z|[+-]\d\d:?\d\d)$/.exec(at);
    if (!found) return NaN;
    const zone = found[4].replace(/^(...)(\d\d)$/, "$1:$2");
    return Date.parse(found[1].replace(" ", "T") + (found[2] || ":00") + "." + (found[3] || "0").padEnd(3, "0").slice(0, 3) + zone);
  }

  /** Whether `event` can be kept and used. */
  function isWhole(event) {
    if (!isObject(event) || !["id", "at", "kind"].every((key) => text(event[key]) && event[key]) || Number.isNaN(instant(event.at))) return false;
    const needed = Object.hasOwn(NEEDED, event.kind) ? NEEDED[event.kind] : {};
    return Object.entries(needed).every(([key, fits]) => Object.hasOwn(event, key) && fits(event[key]));
  }

  function isSeed(value) {
    return whole(value) && value >= 0;
  }
  function headFits(key, value) {
    if (key === "learner") return text(value) && /^[0-9a-f]{32}$/.test(value);
    if (key === "seed") return isSeed(value);
    if (key === "profile") return text(value) && value !== "";
    if (key === "role") return ROLES.includes(value);
    if (key === "draws") return isObject(value) && Object.values(value).every(isSeed);
    return true;
  }

  /** The document in a text: {document, state}, the state "sound", "damaged" (the document is what reads as whole), "newer",
      "older" (format 1, which only the program carries over) or "foreign" (then it is empty). */
  function read(data) {
    let found;
    try {
      found = JSON.parse(data.replace(/^\ufeff/, ""));
    } catch (error) {
      return { document: scraped(data), state: "damaged" };
    }
    if (!isObject(found) || found.format !== FORMAT) {
      const state = isObject(found) && whole(found.format) ? (found.format > FORMAT ? "newer" : found.format === 1 ? "older" : "foreign") : "foreign";
      return { document: empty(), state };
    }
    return checked(found);
  }

  function checked(found) {
    const head = Object.entries(found).filter(([key, value]) => key !== "events" && headFits(key, value));
    const events = list(found.events) ? found.events : [];
    const good = [...new Map(events.filter(isWhole).map((event) => [event.id, event])).values()];
    const sound = head.length === Object.keys(found).filter((key) => key !== "events").length && (found.events === undefined || list(found.events)) && good.length === events.length;
    return { document: { ...empty(), ...Object.fromEntries(head), format: FORMAT, events: good }, state: sound ? "sound" : "damaged" };
  }

  /** What can be read of a text that is no JSON any more: its head, and every event that has a line to itself. */
  function scraped(data) {
    const parsed = (each) => { try { return JSON.parse(each); } catch (error) { return undefined; } };
    const [head, ...rest] = data.split(/"events"\s*:\s*\[/);
    const pairs = [...head.matchAll(/"(learner|profile|role|seed|draws)"\s*:\s*("(?:[^"\\]|\\.)*"|\d+|\{[^{}]*\})/g)].map(([, key, value]) => [key, parsed(value)]);
    const events = rest.join("").split("\n").map((line) => parsed(line.trim().replace(/,$/, ""))).filter(isWhole);
    return checked({ ...Object.fromEntries(pairs.filter(([, value]) => value !== undefined)), format: FORMAT, events }).document;
  }

  function before(one, other) {
    return instant(one.at) - instant(other.at) || (one.id < other.id ? -1 : one.id > other.id ? 1 : 0);
  }

  /** Both documents in one: every event once, in the order of time; what either side has erased stays erased, and the head is `mine` where it has it. */
  function merge(mine, other) {
    const events = [...new Map([...other.events, ...mine.events].map((event) => [event.id, event])).values()];
    const gone = new Set(events.filter((event) => event.kind === "erasure").flatMap((event) => event.ids));
    return { ...other, ...mine, draws: { ...other.draws, ...mine.draws }, events: events.filter((event) => event.kind === "erasure" || !gone.has(event.id)).sort(before) };
  }

  /** The document as text: the head first, then an event a line. */
  function dump(document) {
    const keys = [...FIRST.filter((key) => key in document), ...Object.keys(document).filter((key) => !FIRST.includes(key) && key !== "events").sort()];
    const head = JSON.stringify(Object.fromEntries(keys.map((key) => [key, document[key]])));
    const rows = document.events.map((event) => {
      const others = Object.keys(event).filter((key) => !["id", "at", "kind"].includes(key)).sort();
      return JSON.stringify(Object.fromEntries(["id", "at", "kind", ...others].map((key) => [key, event[key]])));
    });
    return head.slice(0, -1) + ', "events": [' + (rows.length ? "\n" + rows.join(",\n") + "\n" : "") + "]}\n";
  }

  // ---- The record of this browser ---------------------------------------------------------------------------------

  let record = empty();
  let added = []; // by this page: it puts them back if another page, writing at the same moment, has overwritten them
  let seen = null; // the text that `record` was read from
  let newer = false; // a later handbook's record is left alone, and this page keeps nothing
  let stuck = false; // so is a damaged one for which there is no room to set it aside
  let writes = true;
  let last = 0;

  function stored(key) {
    try { return localStorage.getItem(key); } catch (error) { writes = false; return undefined; }
  }
  function hex() {
    return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  /** Put a text that cannot be read under a name of its own; whether that could be done. */
  function setAside(data) {
    try {
      let number = 1;
      while (localStorage.getItem(ASIDE + number) !== null) {
        if (localStorage.getItem(ASIDE + number) === data) return true;
        number += 1;
      }
      localStorage.setItem(ASIDE + number, data);
      return true;
    } catch (error) {
      return false;
    }
  }

  /** Take up what another page has written or erased since; whether that lacked something of this page's. */
  function look() {
    const data = stored(KEY);
    if (data === seen || data === undefined) return false;
    if (data === null) { // it was there and is gone: the learner erased it
      forget();
      return false;
    }
    const found = read(data);
    newer = found.state === "newer";
    if (newer) return false;
    const sound = found.state === "sound";
    stuck = !sound && !setAside(data);
    if (stuck) return false;
    if (sound && record.learner && found.document.learner !== record.learner) added = []; // erased and begun anew elsewhere
    const own = sound ? {} : { learner: record.learner, seed: record.seed }; // nobody becomes somebody else over a damaged record
    record = merge({ ...JSON.parse(JSON.stringify(own)), ...found.document }, { ...empty(), events: added });
    seen = data;
    return !sound || record.events.length !== found.document.events.length;
  }

  function forget() {
    record = empty();
    added = [];
    seen = null;
    newer = stuck = false;
  }

  function write() {
    if (newer || stuck) return;
    const data = dump(record);
    try {
      localStorage.setItem(KEY, data);
      seen = data;
      writes = true;
    } catch (error) {
      writes = false; // full, or not allowed: this page goes on in memory and tries again with the next change
    }
  }

  function change(alter) {
    look();
    record.learner = record.learner || hex();
    if (record.seed === undefined) record.seed = crypto.getRandomValues(new Uint32Array(1))[0] >>> 1;
    alter(record);
    write();
    told();
  }
  function told() {
    dispatchEvent(new CustomEvent("rapport:record"));
  }

  function made(kind, row, own) {
    const generator = document.querySelector("meta[name=generator]");
    last = Math.max(Date.now(), last + 1); // in the order in which they happened, however fast
    const stamp = { id: hex(), at: new Date(last).toISOString(), ...own, kind };
    const version = generator ? generator.content.replace(/^rapport /, "") : "unknown";
    const written = JSON.stringify({ version, language: document.documentElement.lang || "en", ...row, ...stamp });
    const event = JSON.parse(written.replace(/\u00ad/g, "").replace(/\\ud[89a-f]../gi, "\\ufffd")); // soft hyphens are for the eye; half a character would spoil the file
    if (!isWhole(event)) throw new TypeError("a " + kind + " lacks what it needs: " + JSON.stringify(row));
    return event;
  }

  /** Keep what happened, and give it back with its id and moment; both can be `own` ones, for what has a name already. */
  function add(kind, row, own) {
    const event = made(kind, row, own);
    change((data) => {
      if (own && data.events.some((each) => each.id === event.id || (each.kind === "erasure" && each.ids.includes(event.id)))) return;
      data.events.push(event);
      added.push(event);
    });
    return event;
  }

  /** Forget the events for which `goes` holds; that they are erased stays, so that no file brings them back. */
  function erase(goes) {
    look();
    const ids = record.events.filter((event) => event.kind !== "erasure" && goes(event)).map((event) => event.id);
    if (!ids.length) return;
    const erasure = made("erasure", { ids });
    change((data) => {
      data.events = data.events.filter((event) => !ids.includes(event.id)).concat(erasure);
      added = added.filter((event) => !ids.includes(event.id)).concat(erasure);
    });
  }

  // ---- What earlier handbooks kept key by key ---------------------------------------------------------------------

  function carried(kind, row) {
    return made(kind, { ...row, carried: true });
  }

  /** Number that a guess was read as, or the id of the option it named. */
  function guessed(typed) {
    if (!/\d/.test(typed)) return typed;
    const number = Number(typed.replace(/[^\d.,-]/g, "").replace(",", "."));
    return Number.isNaN(number) ? null : number;
  }

  function ofExercise(state, module, exercise, hash, seed) {
    const where = { module, exercise, hash, seed: Number(seed) };
    const found = [];
    if (state.guess) found.push(carried("prediction", { ...where, guess: guessed(state.guess), typed: state.guess }));
    for (let number = 1; number < state.hints; number += 1) found.push(carried("hint", { ...where, number }));
    state.attempts.forEach((outcome, index) => found.push(carried("attempt", { ...where, outcome, mistakes: [], ...(index === state.attempts.length - 1 ? { typed: state.last } : {}) })));
    if (state.done === "given_up") found.push(carried("attempt", { ...where, outcome: "given_up" }), carried("solution", where));
    return found;
  }
  function exerciseSound(state) {
    return isObject(state) && list(state.attempts) && state.attempts.every(text) && whole(state.hints) && state.hints < 20 && text(state.guess) && text(state.done);
  }

  /** Take over what earlier handbooks kept in keys of their own: finished things become events, half-done ones stay where they are. */
  function carry() {
    if (newer || stuck) return;
    let keys = [];
    try { keys = Object.keys(localStorage).filter((key) => /^rapport:(exercise|scenario|hunt):/.test(key)); } catch (error) { return; }
    const events = [];
    const after = []; // what becomes of the keys once the record is written
    for (const key of keys) {
      const data = stored(key);
      let state;
      try { state = JSON.parse(data); } catch (error) { state = undefined; }
      const exercise = /^rapport:exercise:(.+)\/([^/:]+):([0-9a-f]+):(\d+)$/.exec(key);
      const [, kind, name] = /^rapport:(scenario|hunt):([^:]+)$/.exec(key) || [];
      if (exercise) {
        if (exerciseSound(state)) events.push(...ofExercise(state, ...exercise.slice(1)));
        else if (!setAside(data)) continue;
        after.push([key, null]);
      } else if (kind === "scenario" && isObject(state) && list(state.runs) && state.runs.length && state.runs.every(isObject)) {
        events.push(...state.runs.map((run) => carried("run", { ...run, scenario: name })));
        after.push([key, JSON.stringify({ ...state, runs: [] })]);
      } else if (kind === "hunt" && isObject(state) && text(state.hash) && list(state.sittings) && state.sittings.length && state.sittings.every((each) => isObject(each) && list(each.marked))) {
        events.push(...state.sittings.map((each) => carried("hunt", { hunt: name, hash: state.hash, marked: each.marked })));
        after.push([key, JSON.stringify({ ...state, sittings: [] })]);
      }
    }
    if (events.length) change((data) => { data.events.push(...events); added.push(...events); });
    if (events.length && !writes) return;
    for (const [key, value] of after) {
      try { value === null ? localStorage.removeItem(key) : localStorage.setItem(key, value); } catch (error) { /* it is carried; what stays is only larger */ }
    }
  }

  /** A record that came along from a page with a storage of its own (see page.js). */
  function arrive() {
    const data = stored(KEY + ":arrived");
    if (!data) return;
    const found = read(data);
    if (["sound", "damaged"].includes(found.state)) takeIn(found.document, true);
    try { localStorage.removeItem(KEY + ":arrived"); } catch (error) { writes = false; }
  }

  /** Merge a document into the record; how many of its events were new. One that only `came` along is the same person's, and hands its head on. */
  function takeIn(other, came) {
    look();
    const known = new Set(record.events.map((event) => event.id));
    const { learner, profile, seed, ...rest } = other;
    if (came && !record.learner && learner) Object.assign(record, { learner, seed });
    let fresh = 0;
    change((data) => {
      record = merge(data, rest);
      const news = record.events.filter((event) => !known.has(event.id));
      fresh = news.length;
      added.push(...news);
    });
    return fresh;
  }

  addEventListener("storage", (event) => {
    if (event.key !== null && event.key !== KEY) return;
    if (look()) write();
    told();
  });
  addEventListener("pageshow", (event) => { if (event.persisted && look()) write(); });
  addEventListener("rapport:erased", () => {
    forget();
    told();
  });

  // A module's questions begin to come back once somebody has looked at an answer of theirs.
  addEventListener("toggle", (event) => {
    const module = document.body.dataset.page;
    if (!module || !event.target.open || !event.target.closest("section.review") || document.querySelector(".mark")) return;
    if (!record.events.some((each) => each.kind === "seen" && each.module === module && each.part === "review")) add("seen", { module, part: "review" });
  }, true);

  if (look()) write();
  arrive();
  carry();

  globalThis.RapportRecord = {
    add, erase, takeIn, instant, read, merge, dump,
    isWhole,
    /** Everything that happened, oldest first, to be read and not changed; of one kind when it is named. */
    events: (kind) => { look(); return kind ? record.events.filter((event) => event.kind === kind) : record.events; },
    /** Finished runs of a case, as the player keeps them. */
    runs: (scenario) => { look(); return record.events.filter((event) => event.kind === "run" && event.scenario === scenario).map(({ id, kind, version, language, scenario: of, ...run }) => run); },
    get data() { look(); return record; },
    get role() { look(); return record.role; },
    setProfile: (name) => change((data) => { if (name) data.profile = name; else delete data.profile; }),
    setRole: (role) => change((data) => { if (ROLES.includes(role)) data.role = role; else delete data.role; }),
    /** Whether what happens now outlives this page. */
    get kept() { return writes && !newer && !stuck; },
    get newer() { return newer; },
    /** Texts that could not be read, by the key they stand under. */
    asides: () => {
      try { return Object.keys(localStorage).filter((key) => key.startsWith(ASIDE) || /^rapport:.*:(damaged|earlier)$/.test(key) || ((newer || stuck) && key === KEY)).sort(); } catch (error) { return []; }
    },
  };
})();
