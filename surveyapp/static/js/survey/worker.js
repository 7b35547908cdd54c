// The service worker of participants' pages: where there is no signal it shows the page that was there, whose script goes
// on with what is kept. The server sends it with `HEADERS` before it, those of its own pages.
//
// It keeps nothing itself. What it shows is on the shelf, and that is there on devices of their own alone.

import { SHELF } from "./places.js";
import { shelved } from "./shelf.js";

const HANDLED = /^\/survey\/([a-z2-7]{20})(?:$|\/(?:q\/[^/]+|check)$)/;
const ANY = /^\/survey\/([a-z2-7]{20})(?:\/|$)/;
const SENT = /^\/survey\/[a-z2-7]{20}\/check$/;
const PATIENCE = 6000;

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(shelved.tidy()));

addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== location.origin) return;
  if (request.method === "POST" && request.mode === "navigate" && SENT.test(pathname)) event.respondWith(sent(request, pathname));
  if (request.method !== "GET") return;
  if (request.mode === "navigate") event.respondWith(pathname.startsWith("/s/") ? link(request, pathname) : page(request, pathname));
  else if (/^\/(static|survey\/(pack|media))\//.test(pathname)) event.respondWith(file(request));
});

// Network first; what is kept where no answer comes, or not in time.
async function page(request, pathname) {
  const handle = ANY.exec(pathname)?.[1];
  const kept = handle && HANDLED.test(pathname) ? await quietly(shelved.page(handle)) : null;
  const show = async () => ((await shelved.whose()) === handle ? new Response(kept.shell, { headers: HEADERS }) : null);
  const answer = fetch(request).then(async (response) => {
    await quietly(note(handle, response));
    // A server that starts again, or the one before it, that says so.
    return (kept && [502, 503, 504].includes(response.status) && (await show())) || response;
  });
  if (!kept) return answer;
  const late = new Promise((done) => setTimeout(done, PATIENCE)).then(show).then((shown) => shown ?? answer);
  return Promise.race([answer.catch(async (error) => (await show()) ?? Promise.reject(error)), late]);
}

// All that was answered is sent by the check page's own form. Where that finds no signal, what is kept says so.
async function sent(request, pathname) {
  const kept = await quietly(shelved.page(ANY.exec(pathname)[1]));
  return fetch(request).catch((error) => (kept ? Response.redirect(pathname, 303) : Promise.reject(error)));
}

// Whose page it is, the server says each time that it answers: nobody's, once it shows it no longer.
async function note(handle, { type, status }) {
  if (!handle || type === "opaqueredirect" || status >= 500) return;
  if (status === 410) await caches.delete(`${SHELF} ${handle}`);
  const shown = status < 400 || status === 400 || status === 422;
  if (shown) await shelved.belongsTo(handle);
  else if ((await shelved.whose()) === handle) await shelved.belongsTo(null);
}

// A personal link leads to the page that was kept of it.
async function link(request, pathname) {
  try {
    return await fetch(request);
  } catch (error) {
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(pathname)));
    const mark = [...digest.slice(0, 16)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    const handle = await quietly(shelved.ofLink(mark));
    if (!handle) throw error;
    await shelved.belongsTo(handle);
    return Response.redirect(`/survey/${handle}`, 303);
  }
}

// What is kept under its address is what is there, whichever release that is of.
async function file(request) {
  const kept = await quietly(caches.match(request, { ignoreVary: true }));
  return kept ?? fetch(request);
}

function quietly(promise) {
  return promise.catch(() => null);
}
