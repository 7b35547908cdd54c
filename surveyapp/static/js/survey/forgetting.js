// Lets go of all that this browser has of a handle: what waits to be sent, and the page that is kept.

import { DATABASE, STORE, unshelve } from "./places.js";

// `elsewhere`: where something of theirs is open in this browser, it ends there, too.
export async function forget(handle, elsewhere = true) {
  if (elsewhere && globalThis.BroadcastChannel) new BroadcastChannel(`shiftline ${handle}`).postMessage({ gone: true });
  await Promise.allSettled([unqueue(handle), unshelve(handle)]);
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
