/* Keeps what the card needs without a network: the page for it, its style and script, and the codes of ten minutes.
   Everything else comes from the network, always; RELEASE and KEPT are said above this line by the server. */
const FILES = `files-${RELEASE}`;
const CODES = "codes";

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(FILES).then((files) => files.addAll(KEPT)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches.keys()
      .then((names) => Promise.all(names.filter((name) => name !== FILES && name !== CODES).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

async function codes(request) {
  try {
    const answer = await fetch(request);
    if (answer.ok && answer.status === 200) {
      const kept = await caches.open(CODES);
      await kept.put("/m/codes", answer.clone());
    } else {
      await caches.delete(CODES); // nobody is logged in any more
    }
    return answer;
  } catch (failure) {
    const kept = await caches.match("/m/codes");
    if (kept) {
      return kept;
    }
    throw failure;
  }
}

self.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  if (event.request.method !== "GET" || address.origin !== location.origin) {
    return;
  }
  if (address.pathname === "/m/codes") {
    event.respondWith(codes(event.request));
  } else if (KEPT.includes(address.pathname + address.search)) {
    event.respondWith(caches.match(event.request).then((kept) => kept || fetch(event.request)));
  } else if (event.request.mode === "navigate") {
    event.respondWith(fetch(event.request).catch(() => caches.match("/m/offline")));
  }
});
