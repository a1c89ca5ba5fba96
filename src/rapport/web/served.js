/* Where a handbook comes from a web server: have it kept for times without a connection, and say quietly when a newer edition is there.
   A page opened from a file asks for none of this. */
(function () {
  "use strict";

  const STRINGS = {
    newer: "A newer edition of this handbook is ready. What you have typed stays.",
    open: "Open it",
    later: "Later",
  };
  const given = document.getElementById("rapport-words"); // the page's language, where it is not English
  if (given) Object.assign(STRINGS, JSON.parse(given.textContent).served);

  if (!/^https?:$/.test(location.protocol) || !isSecureContext) return;

  function el(tag, attributes, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...children);
    return node;
  }

  document.head.append(el("link", { rel: "manifest", href: document.documentElement.lang === "en" ? "app.webmanifest" : "app." + document.documentElement.lang + ".webmanifest" }));
  if (!navigator.serviceWorker || (navigator.connection && navigator.connection.saveData)) return;

  function offer(waiting) {
    if (document.querySelector(".edition")) return;
    const open = el("button", { type: "button" }, STRINGS.open);
    const later = el("button", { type: "button", class: "quiet" }, STRINGS.later);
    const box = el("div", { class: "edition", role: "status" }, el("p", {}, STRINGS.newer), open, later);
    open.addEventListener("click", () => {
      // Only this page is opened again, and it hands what was begun on to itself; others go on with what they show.
      navigator.serviceWorker.addEventListener("controllerchange", () => {
        dispatchEvent(new Event("rapport:carry"));
        location.reload();
      }, { once: true });
      waiting.postMessage("take over");
    });
    later.addEventListener("click", () => {
      box.remove();
      document.documentElement.classList.remove("offered");
    });
    document.body.append(box);
    document.documentElement.classList.add("offered");
  }

  addEventListener("load", async () => {
    try {
      const found = await navigator.serviceWorker.register("sw.js", { updateViaCache: "none" });
      const look = () => { if (found.waiting && navigator.serviceWorker.controller) offer(found.waiting); };
      look();
      found.addEventListener("updatefound", () => found.installing.addEventListener("statechange", look));
    } catch (error) { /* a browser or server that does not allow it: the pages work as they are */ }
  });
})();
