// Lets go of all that this browser has of a handle: what waits to be sent, and the page that is kept.

export const DATABASE = "shiftline";
export const STORE = "queues";

// The number is that of how things stand on the shelf: what another release put there in its own way is let go of.
export const SHELF = "survey 1";

// `elsewhere`: where something of theirs is open in this browser, it ends there, too.
export async function forget(handle, elsewhere = true) {
  if (elsewhere && globalThis.BroadcastChannel) new BroadcastChannel(`shiftline ${handle}`).postMessage({ gone: true });
  await Promise.allSettled([unqueue(handle), unshelve(handle)]);
}

// Nobody's page is shown then until the server, or their own link, says whose it is. The service worker goes with the last.
export async function unshelve(handle) {
  await caches.delete(`${SHELF} ${handle}`);
  await caches.delete(SHELF);
  if ((await caches.keys()).some((name) => name.startsWith(SHELF))) return;
  for (const each of await navigator.serviceWorker.getRegistrations()) each.unregister();
}

// What waits of a handle, as `kept.js` keeps it; undefined: nothing, and nothing came back.
export function waits(handle) {
  return inStore("readonly", (store) => store.get(handle));
}

function unqueue(handle) {
  return inStore("readwrite", (store) => store.delete(handle));
}

function inStore(mode, act) {
  return new Promise((done, fail) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "handle" });
    request.onerror = fail;
    request.onsuccess = () => {
      const transaction = request.result.transaction(STORE, mode);
      const asked = act(transaction.objectStore(STORE));
      transaction.oncomplete = () => done(asked.result);
      transaction.onabort = fail;
      request.result.close();
    };
  });
}
