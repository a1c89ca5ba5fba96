/* Market sheets: what time it is there and whether offices are open by the usual hours, minute by minute, and which named days come next.
   Which hours a day has was worked out before and stands in the page; here it is only looked up and turned from one clock to another. */
(function () {
  "use strict";

  const STRINGS = {
    open: "Open until {time}.",
    maybe: "Perhaps open, until {time}.",
    later: "Closed. Opens today at {time}.",
    closed: "Closed.",
    named: "Closed today: {name}.",
    next: "Next opening: {day}, {time}.",
    ask: "Open or closed depends on the employer: ask.",
    ask_named: "{name}: open or closed depends on the firm, ask.",
    unsettled: "The exchanged days of {year} are not settled, so ask.",
    over: "This calendar ends on {day}. Whether today is a day off, it cannot say: ask.",
    early: "This calendar begins on {day}. Whether today is a day off, it cannot say: ask.",
    with_you: "On your clock: {day}, {from} to {to}.",
    none_left: "There is no named day left in this calendar. Get a newer handbook, or ask.",
  };
  const given = document.querySelector("script#rapport-words"); // the page's language, where it is not English
  if (given) Object.assign(STRINGS, JSON.parse(given.textContent).markets);

  const MINUTE = 60000;
  const DAY = 24 * 60 * MINUTE;

  function say(key, values) {
    return STRINGS[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  }

  const clocks = new Map();

  /** Date and minute of the day on the wall of `zone` (the reader's own without one); the names come from the page, not from the browser. */
  function wall(moment, zone) {
    if (!clocks.has(zone)) {
      clocks.set(zone, new Intl.DateTimeFormat("en-US-u-ca-gregory-nu-latn", { timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric" }));
    }
    const part = {};
    for (const { type, value } of clocks.get(zone).formatToParts(moment)) part[type] = Number(value);
    return { date: Date.UTC(part.year, part.month - 1, part.day), minute: part.hour * 60 + part.minute };
  }

  /** The moment at which the wall of `zone` shows this date and minute. */
  function momentOf(date, minute, zone) {
    const wanted = date + minute * MINUTE;
    let moment = wanted;
    for (let round = 0; round < 3; round++) {
      const shown = wall(moment, zone);
      moment += wanted - (shown.date + shown.minute * MINUTE);
    }
    return moment;
  }

  function iso(date) { return new Date(date).toISOString().slice(0, 10); }

  function clock(minute) { return String(Math.floor(minute / 60)).padStart(2, "0") + ":" + String(minute % 60).padStart(2, "0"); }

  class Calendar {
    constructor(data) {
      Object.assign(this, data);
      this.from = Date.parse(data.first);
      this.to = Date.parse(data.last);
    }

    knows(date) { return date >= this.from && date <= this.to; }

    kind(date) { return this.kinds[this.days[Math.round((date - this.from) / DAY)]]; }

    says(date) {
      const day = new Date(date);
      const written = this.pattern.replace("{d}", day.getUTCDate()).replace("{month}", this.months[day.getUTCMonth()]);
      return this.weekdays[(day.getUTCDay() + 6) % 7] + ", " + written;
    }

    /** The next opening after `minute` of `date`: its date and span, or null where the calendar ends first. */
    opening(date, minute) {
      for (let day = date; this.knows(day); day += DAY) {
        const span = this.kind(day).spans.find(([opens]) => day > date || opens > minute);
        if (span) return { date: day, span };
      }
      return null;
    }

    /** What there is to say at a moment in one zone: the state ("open", "closed", "ask" or "unknown"), sentences, the span they speak of. */
    at(moment, zone) {
      const { date, minute } = wall(moment, zone);
      const now = { date, minute, state: "unknown", says: [], date_of: null };
      if (!this.knows(date)) {
        now.says.push(date > this.to ? say("over", { day: this.says_last }) : say("early", { day: this.says_first }));
        return now;
      }
      const kind = this.kind(date);
      const name = this.named[iso(date)];
      const open = kind.spans.find(([opens, closes]) => minute >= opens && minute < closes);
      if (open) {
        now.state = kind.ask ? "ask" : "open";
        now.says.push(say(kind.ask ? "maybe" : "open", { time: clock(open[1]) }));
        Object.assign(now, { date_of: date, span: open });
      } else {
        now.state = "closed";
        const next = this.opening(date, minute);
        if (next && next.date === date) now.says.push(say("later", { time: clock(next.span[0]) }));
        else {
          now.says.push(name && !kind.spans.length ? say("named", { name }) : STRINGS.closed);
          if (next) now.says.push(say("next", { day: this.says(next.date), time: clock(next.span[0]) }));
        }
        if (next) Object.assign(now, { date_of: next.date, span: next.span });
      }
      if (kind.ask && now.date_of === date) now.says.push(name ? say("ask_named", { name }) : STRINGS.ask);
      const year = new Date(date).getUTCFullYear();
      if (this.unsettled.includes(year)) now.says.push(say("unsettled", { year }));
      return now;
    }

    /** The span of `now` on the reader's own clock; empty where the clocks agree. */
    withReader(now, zone) {
      if (now.date_of === null) return "";
      const [from, to] = now.span.map((minute) => wall(momentOf(now.date_of, minute, zone), undefined));
      if (from.date === now.date_of && from.minute === now.span[0]) return "";
      return say("with_you", { day: this.says(from.date), from: clock(from.minute), to: clock(to.minute) });
    }
  }

  function el(tag, attributes, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) node.setAttribute(name, value);
    node.append(...children);
    return node;
  }

  /** Calls `show` now and at the beginning of every minute, as long as `node` stands on the page. */
  function everyMinute(node, show) {
    if (!node.isConnected) return;
    show(Date.now());
    setTimeout(() => everyMinute(node, show), MINUTE - (Date.now() % MINUTE) + 20);
  }

  class MarketNow extends HTMLElement {
    connectedCallback() {
      if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => this.prepare(), { once: true });
      else this.prepare();
    }

    prepare() {
      const script = this.querySelector('script[type="application/json"]');
      if (this._list || !script) return;
      const calendar = new Calendar(JSON.parse(script.textContent));
      const short = this.hasAttribute("compact");
      const zones = short ? calendar.zones.slice(0, 1) : calendar.zones;
      for (const still of this.querySelectorAll(".now-still")) still.remove();
      this._list = el("ul", { class: "now" });
      this.append(this._list);
      everyMinute(this, (moment) => {
        this._list.replaceChildren(...zones.map((zone) => {
          const now = calendar.at(moment, zone.id);
          const clockSays = el("time", { class: "there" }, clock(now.minute));
          const more = [now.says.join(" "), short ? "" : calendar.withReader(now, zone.id)].filter(Boolean).join(" ");
          return el("li", { "data-state": now.state, "data-zone": zone.id }, el("span", { class: "where" }, zone.city), " ", clockSays, " ", el("span", { class: "day" }, calendar.says(now.date)), " ", el("span", { class: "says" }, more));
        }));
      });
    }
  }

  /** The next six named days out of the tables below it, again when the day has changed there. */
  class NextDays extends HTMLElement {
    connectedCallback() {
      if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => this.prepare(), { once: true });
      else this.prepare();
    }

    prepare() {
      let shown = "";
      everyMinute(this, (moment) => {
        const today = iso(wall(moment, this.dataset.zone).date);
        if (today === shown) return;
        shown = today;
        const tables = [...document.querySelectorAll(".years table.named-days")];
        const rows = tables.flatMap((table) => [...table.tBodies[0].rows]).filter((row) => row.dataset.until >= today).slice(0, 6);
        if (!rows.length) {
          this.replaceChildren(el("p", { class: "none-left" }, STRINGS.none_left));
          return;
        }
        const body = el("tbody", {}, ...rows.map((row) => row.cloneNode(true)));
        this.replaceChildren(el("div", { class: "table" }, el("table", { class: "named-days" }, tables[0].tHead.cloneNode(true), body)));
      });
    }
  }

  customElements.define("rapport-market-now", MarketNow);
  customElements.define("rapport-next-days", NextDays);
})();
