//# allFunctionsCalledOnLoad
/* The data explorer on a page without a kernel: chooses among pictures and sentences that were worked out beforehand.
   Nothing is computed here; the ring goes where the build said it goes. */
(function () {
  "use strict";

  const STRINGS = { broken: "This explorer cannot be shown: {why}", table: "The designs of this picture as a table" };
  const given = document.querySelector("script#rapport-words"); // the page's language, where it is not English
  if (given) Object.assign(STRINGS, JSON.parse(given.textContent).explorer);

  function el(tag, attributes, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) if (value !== null) node.setAttribute(name, String(value).replace(/\u00ad/g, "")); // soft hyphens are for the eye
    node.append(...children.flat());
    return node;
  }
  function svg(tag, attributes) {
    const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    return node;
  }

  let counted = 0;

  class RapportExplorer extends HTMLElement {
    connectedCallback() {
      if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => this.prepare(), { once: true });
      else this.prepare();
    }

    prepare() {
      const script = this.querySelector('script[type="application/json"]');
      if (this._data || !script) return;
      try {
        const data = JSON.parse(script.textContent);
        if (data.format !== 1) throw new TypeError("its format is not known to this page");
        this._data = data;
      } catch (error) {
        this.prepend(el("p", { role: "status" }, STRINGS.broken.replace("{why}", error.message)));
        return; // the picture, sentence and table that came with the page stay
      }
      for (const child of [...this.childNodes]) if (child !== script) child.remove();
      const data = this._data;
      const uid = "re" + ++counted;
      this._choice = { ...data.start };
      const controls = el("div", { class: "re-controls" }, data.controls.map((control) => {
        const select = el("select", { id: uid + "-" + control.name, "data-control": control.name }, control.options.map(([value, label]) => el("option", { value: value }, label)));
        select.value = data.start[control.name];
        select.addEventListener("change", () => { this._choice[control.name] = select.value; this.show(); });
        return el("div", null, el("label", { for: select.id }, control.label), select);
      }));
      this._line = el("p", { class: "re-line", role: "status" });
      this._picture = svg("svg", { viewBox: "0 0 " + data.width + " " + data.height, role: "img", class: "re-picture" });
      this._image = svg("image", { width: data.width, height: data.height });
      this._ring = svg("circle", { r: 11, class: "re-ring" });
      this._picture.append(this._image, this._ring);
      this._rows = el("tbody");
      this.append(controls, this._line, el("figure", { class: "re-figure" }, this._picture),
        el("details", { class: "re-table" }, el("summary", null, STRINGS.table), el("table", null, el("thead", null, el("tr", null, data.head.map((title) => el("th", { scope: "col" }, title)))), this._rows)));
      this.show();
    }

    show() {
      const data = this._data;
      const frame = data.frames[data.controls.map((control) => this._choice[control.name]).join("/")];
      this._image.setAttribute("href", "data:image/png;base64," + data.pictures[data.pictured.map((name) => this._choice[name]).join("/")]);
      this._picture.setAttribute("aria-label", frame.alt);
      this._ring.setAttribute("cx", frame.mark[0] * data.width);
      this._ring.setAttribute("cy", frame.mark[1] * data.height);
      this._line.textContent = frame.line;
      this._rows.replaceChildren(...frame.rows.map((row) => el("tr", null, row.map((cell) => el("td", null, cell)))));
    }
  }

  globalThis.RapportExplorer = { strings: STRINGS };
  if (!customElements.get("rapport-explorer")) customElements.define("rapport-explorer", RapportExplorer);
})();
