// The service worker of a day on the spot without a signal: it shows the page that was kept for that, and its files, for as
// long as they are kept. Of everything else under /spot/ it shows what the server says. The server sends it with `HEADERS`.

import { AWAY } from "./away_places.js";

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));

addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  const page = /^\/spot\/[^/]+\/away(?=\/q\/|\/check$|\/consent$|$)/.exec(pathname);
  if (request.mode === "navigate") {
    if (page) event.respondWith(shell(request, page[0]));
  } else if (/^\/(static|survey\/pack)\//.test(pathname)) event.respondWith(file(request));
});

async function shell(request, address) {
  const kept = await caches.match(address, { cacheName: AWAY, ignoreVary: true });
  return kept ? new Response(kept.body, { headers: HEADERS }) : fetch(request);
}

async function file(request) {
  return (await caches.match(request, { cacheName: AWAY, ignoreVary: true })) ?? fetch(request);
}
