{% load cashier %}/* Keeps the pages of the till for when there is no network. It knows of no sale: those are kept by the page itself. */
"use strict";

const KEPT = "till-{% asset '' %}";
const PAGES = ["/till/", "/till/customer"];
const FILES = ["{% asset 'console/frame.css' %}", "{% asset 'console/parts.css' %}", "{% asset 'cashier/till.css' %}", "{% asset 'console/seal.svg' %}", "/static/vendor/inter/inter-latin-wght-normal.woff2",
  "{% asset 'cashier/parts.js' %}", "{% asset 'cashier/keeping.js' %}", "{% asset 'cashier/sending.js' %}", "{% asset 'cashier/goods.js' %}", "{% asset 'cashier/drawing.js' %}", "{% asset 'cashier/dialogs.js' %}", "{% asset 'cashier/value.js' %}", "{% asset 'cashier/till.js' %}", "{% asset 'cashier/customer.js' %}"];

async function keep(request) {
  const answer = await fetch(request);
  if (answer.ok && !answer.redirected) {
    const cache = await caches.open(KEPT);
    await cache.put(request.url ? request : new Request(request), answer.clone());
  }
  return answer;
}

self.addEventListener("install", (event) => {
  event.waitUntil(Promise.all([...FILES, ...PAGES].map((path) => keep(new Request(path)))).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const drop = (names) => Promise.all(names.filter((name) => name !== KEPT).map((name) => caches.delete(name)));
  event.waitUntil(caches.keys().then(drop).then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const path = new URL(event.request.url).pathname;
  if (event.request.method !== "GET") {
    return;
  }
  if (PAGES.includes(path)) {  // the newest, or else the one that is kept
    event.respondWith(keep(event.request).catch(() => caches.match(path)));
  } else if (path.startsWith("/static/")) {  // an address is new with every release
    event.respondWith(caches.match(event.request).then((kept) => kept || fetch(event.request)));
  }
});
