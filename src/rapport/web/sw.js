/* Keeps a handbook that came from a web server: exactly the files of one build, each under its name and the hash of its bytes.
   The build writes the list below; nothing is asked for that is not on it, and nothing from elsewhere. */
"use strict";

const FILES = {};
const STORE = "rapport " + registration.scope;

function place(name) {
  return name + "?" + FILES[name];
}

/** Fetch a file of this build and keep it; bytes of another build are refused. */
async function keep(store, name) {
  const response = await fetch(name, { integrity: "sha256-" + FILES[name], cache: "no-cache", credentials: "same-origin" });
  if (!response.ok) throw new TypeError(name + ": " + response.status);
  // A browser takes no redirected answer for a page, so what a server sent on is kept as if it had come straight.
  const plain = response.redirected ? new Response(await response.blob(), { headers: response.headers }) : response;
  await store.put(place(name), plain.clone());
  return plain;
}

/** What is missing, four at a time; what an earlier edition or a broken attempt left is not asked for again. */
async function fill() {
  const store = await caches.open(STORE);
  const there = new Set((await store.keys()).map((request) => request.url));
  const missing = Object.keys(FILES).filter((name) => !there.has(new URL(place(name), location).href));
  await Promise.all([1, 2, 3, 4].map(async () => {
    for (let name; (name = missing.shift()); ) await keep(store, name);
  }));
}

async function tidy() {
  const store = await caches.open(STORE);
  const ours = new Set(Object.keys(FILES).map((name) => new URL(place(name), location).href));
  for (const request of await store.keys()) if (!ours.has(request.url)) await store.delete(request);
  await clients.claim();
}

async function answer(request, name) {
  try {
    const store = await caches.open(STORE);
    return (await store.match(place(name), { ignoreVary: true })) || (await keep(store, name));
  } catch (error) {
    return fetch(request); // nothing can be kept here, or the server has another edition by now
  }
}

addEventListener("install", (event) => event.waitUntil(fill()));
addEventListener("activate", (event) => event.waitUntil(tidy()));
addEventListener("message", (event) => { if (event.data === "take over") skipWaiting(); });
addEventListener("fetch", (event) => {
  const address = event.request.url.split(/[?#]/)[0];
  if (event.request.method !== "GET" || !address.startsWith(registration.scope)) return;
  const name = address.slice(registration.scope.length) || "index.html";
  if (Object.hasOwn(FILES, name)) event.respondWith(answer(event.request, name));
});
