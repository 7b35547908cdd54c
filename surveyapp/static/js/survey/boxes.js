// What is answered on a tablet of staff's without a signal: sealed to the server's key, kept in this browser until it was
// taken, and sent by whichever page of staff's is open next. services/security/boxes.py says how a box is closed.

import { AWAY } from "./away_places.js";
import { digitsIn } from "./folding.js";

const DATABASE = "shiftline spot";
const BOXES = "boxes";
const DAYS = "days";

function open() {
  return new Promise((done, fail) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(BOXES, { keyPath: "id" });
      request.result.createObjectStore(DAYS, { keyPath: "address" });
    };
    request.onsuccess = () => done(request.result);
    request.onerror = () => fail(request.error);
  });
}

// Runs `act(store)` in a transaction; resolves to what its request found, once all of it is on the disk.
async function within(name, mode, act) {
  const database = await open();
  try {
    return await new Promise((done, fail) => {
      const transaction = database.transaction(name, mode, { durability: "strict" });
      const request = act(transaction.objectStore(name));
      transaction.oncomplete = () => done(request.result);
      transaction.onabort = () => fail(transaction.error);
    });
  } finally {
    database.close();
  }
}

export const boxes = {
  all: () => within(BOXES, "readonly", (store) => store.getAll()),
  put: (box) => within(BOXES, "readwrite", (store) => store.put(box)),
  remove: (id) => within(BOXES, "readwrite", (store) => store.delete(id)),
};

// The day as the server gave it, sealed with the PIN; by the address of its page.
export const days = {
  all: () => within(DAYS, "readonly", (store) => store.getAll()),
  get: (address) => within(DAYS, "readonly", (store) => store.get(address)),
  put: (day) => within(DAYS, "readwrite", (store) => store.put(day)),
  remove: (address) => within(DAYS, "readwrite", (store) => store.delete(address)),
};

// Closes a box: `key`: `{name, public}` as the server gave it; `content`: what is to be in it.
export async function close(key, content) {
  const { subtle } = crypto;
  const curve = { name: "ECDH", namedCurve: "P-256" };
  const theirs = await subtle.importKey("raw", bytes(key.public), curve, false, []);
  const ours = await subtle.generateKey(curve, true, ["deriveBits"]);
  const made = new Uint8Array(await subtle.exportKey("raw", ours.publicKey));
  const shared = await subtle.deriveBits({ name: "ECDH", public: theirs }, ours.privateKey, 256);
  const base = await subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
  const how = { name: "HKDF", hash: "SHA-256", salt: made, info: new TextEncoder().encode("shiftline box") };
  const own = await subtle.deriveKey(how, base, { name: "AES-GCM", length: 256 }, false, ["encrypt"]);
  const nonce = crypto.getRandomValues(new Uint8Array(12));
  const sealed = await subtle.encrypt({ name: "AES-GCM", iv: nonce }, own, encoded(content));
  return { key: key.name, made: written(made), nonce: written(nonce), sealed: written(new Uint8Array(sealed)) };
}

// What the key of a day is worked out with, besides the PIN: kept by the browser as a cookie of that page alone, which it
// lets go of at the day's end by itself. From then on nothing opens what is kept, whether or not a page is opened again.
// Over HTTPS under a name that a browser takes from no page without it.
const SECURE = globalThis.location?.protocol === "https:";
const SALT = SECURE ? "__Secure-spot_day" : "spot_day";

export function newSalt(address, left) {
  const salt = crypto.getRandomValues(new Uint8Array(32));
  document.cookie = `${SALT}=${written(salt)}; Path=${address}; Max-Age=${left}; SameSite=Strict${SECURE ? "; Secure" : ""}`;
  return salt;
}

// Null once the day is over.
export function saltKept() {
  const found = document.cookie.split("; ").find((each) => each.startsWith(`${SALT}=`));
  return found ? bytes(found.slice(SALT.length + 1)) : null;
}

export function dropSalt(address) {
  document.cookie = `${SALT}=; Path=${address}; Max-Age=0${SECURE ? "; Secure" : ""}`;
}

// A key out of a PIN, for what only this tablet is to open again, until the day's end. Out of its digits, as the server reads
// them: however they are typed the next time, they open it.
export async function keyOf(typed, salt) {
  const pin = new TextEncoder().encode(digitsIn(typed) ?? typed);
  const base = await crypto.subtle.importKey("raw", pin, "PBKDF2", false, ["deriveKey"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: 600_000 };
  return crypto.subtle.deriveKey(how, base, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

export async function sealWith(key, content) {
  const nonce = crypto.getRandomValues(new Uint8Array(12));
  return { nonce, sealed: await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce }, key, encoded(content)) };
}

// Throws where it is another key.
export async function openWith(key, { nonce, sealed }) {
  return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt({ name: "AES-GCM", iv: nonce }, key, sealed)));
}

// Whether there is anything of the kind in this browser: nothing is made where nothing is kept.
async function isThere() {
  const there = await indexedDB.databases?.();
  return !there || there.some(({ name }) => name === DATABASE);
}

// Lets go of days that are over, and of their page once none is left.
export async function tidy() {
  if (!(await isThere())) return;
  const all = await days.all();
  const past = all.filter(({ until }) => Date.now() >= until);
  for (const { address } of past) await days.remove(address);
  if (past.length && past.length === all.length) await caches.delete(AWAY);
}

// Sends what waits, one by one; what was taken, or is not wanted any more, goes. Resolves to how many still wait to be sent.
export async function sendBoxes() {
  if (!(await isThere())) return 0;
  for (const box of await boxes.all()) {
    let answer;
    try {
      answer = await fetch("/sealed", {
        method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(box.closed), credentials: "same-origin",
      });
    } catch {
      break;
    }
    const became = answer.ok ? (await answer.json()).became : null;
    if (became === "taken" || became === "gone") await removeUnlessNewer(box);
    else if (became === "refused" || answer.status === 422) await boxes.put({ ...box, refused: true });
    else break;
  }
  return (await boxes.all()).filter(({ refused }) => !refused).length;
}

const SOON = 500;
const LATE = 30_000;

// Gives back what sends, by `send`, which resolves to how many wait: at once, and while some do again, less and less often. A
// browser may say that a signal is back before anything gets through, and may know nothing of one that was gone.
export function untilSent(send) {
  let timer;
  const now = async (wait = SOON) => {
    const waits = await send().catch(() => 1);
    clearTimeout(timer);
    if (waits) timer = setTimeout(now, wait, Math.min(2 * wait, LATE));
  };
  addEventListener("online", () => now());
  return now;
}

// What was added to it while it was on its way is still to be sent.
async function removeUnlessNewer(box) {
  const now = (await boxes.all()).find(({ id }) => id === box.id);
  if (now && now.count === box.count) await boxes.remove(box.id);
}

function encoded(content) {
  return new TextEncoder().encode(JSON.stringify(content));
}

function bytes(text) {
  return Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
}

function written(data) {
  let text = "";
  for (const each of data) text += String.fromCharCode(each);
  return btoa(text);
}
