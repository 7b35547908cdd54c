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

function unqueue(handle) {
  return new Promise((done) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "handle" });
    request.onerror = done;
    request.onsuccess = () => {
      const transaction = request.result.transaction(STORE, "readwrite");
      transaction.objectStore(STORE).delete(handle);
      transaction.oncomplete = transaction.onabort = done;
      request.result.close();
    };
  });
}
