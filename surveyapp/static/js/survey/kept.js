// What no server has answered for yet, kept on the phone: one record for each handle, changed whole or not at all.
//
// Where the device is theirs that is IndexedDB. Where it is not, or it is not known whose it is, nothing is written to it.
// A storage that is full, forbidden or never answers fails here; whoever asked then says that nothing is kept.

import { DATABASE, STORE } from "./places.js";

const PATIENCE = 3000;

// `saves`: in the order they are to be sent. `after`: for each variable which own save was written over which (“”: over
// nothing), so that one's own never stand in each other's way; `void`: by id, over what those were written that the server
// did not take. `back`: by page, what came back and is to be looked at; `written`: of the page that was shown, what was not taken (`written.js`). `made`:
// tells this record from one made anew.
// `address`: of their pages; `whose`: what tells the server whose they are once nothing else does.
export function emptyRecord(handle) {
  return { handle, made: newId(), saves: [], after: {}, void: {}, back: {} };
}

export class Device {
  // `factory`: an IndexedDB; `clock`: as in `clock.js`.
  constructor(factory, clock) {
    Object.assign(this, { factory, clock, opened: null });
  }

  read(handle) {
    return this.transact("readonly", handle, (_store, record) => record);
  }

  // Lets `change` alter the record, which is then stored; resolves to it once it is on the disk.
  change(handle, change) {
    return this.transact("readwrite", handle, (store, record) => {
      change(record);
      store.put(record);
      return record;
    });
  }

  forget(handle) {
    return this.transact("readwrite", handle, (store) => store.delete(handle));
  }

  async transact(mode, handle, act) {
    const database = await this.open();
    return new Promise((done, fail) => {
      // Without “strict” some browsers say that it is stored while it is still on its way to the disk.
      const transaction = database.transaction(STORE, mode, { durability: "strict" });
      const store = transaction.objectStore(STORE);
      let found, why;
      store.get(handle).onsuccess = ({ target }) => {
        try {
          found = act(store, target.result ?? emptyRecord(handle));
        } catch (error) {
          why = error;
          transaction.abort();
        }
      };
      transaction.oncomplete = () => done(found);
      transaction.onabort = () => fail(why ?? transaction.error);
    });
  }

  // One that fails, or never answers (a private window, another tab that will not let go), is tried anew the next time.
  open() {
    this.opened ??= new Promise((done, fail) => {
      const request = this.factory.open(DATABASE, 1);
      const enough = this.clock.after(PATIENCE, fail);
      request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "handle" });
      request.onerror = () => fail(request.error);
      request.onsuccess = () => {
        enough();
        const database = request.result;
        database.onclose = () => { this.opened = null; };
        database.onversionchange = () => { database.close(); this.opened = null; };
        done(database);
      };
    }).catch((error) => { this.opened = null; throw error; });
    return this.opened;
  }
}

// Where there is no IndexedDB at all, as in some private windows.
export const NOTHING_KEPT = {
  read: (handle) => Promise.resolve(emptyRecord(handle)),
  change: () => Promise.reject(),
  forget: () => Promise.resolve(),
};

// The storage of this browser. Asking for it throws where it is forbidden.
export function browserStorage(clock) {
  try {
    return globalThis.indexedDB ? new Device(globalThis.indexedDB, clock) : NOTHING_KEPT;
  } catch {
    return NOTHING_KEPT;
  }
}

// What a storage has of everybody; nothing is made where nothing is kept.
export async function everybody(storage) {
  const there = await storage.factory?.databases?.() ?? [{ name: DATABASE }];
  if (!storage.factory || !there.some(({ name }) => name === DATABASE)) return [];
  const store = (await storage.open()).transaction(STORE).objectStore(STORE);
  return new Promise((done, fail) => {
    const request = store.getAll();
    request.onsuccess = () => done(request.result);
    request.onerror = () => fail(request.error);
  });
}

// Writes a save into a record, once. Per variable it names the newest own save that was written over what was seen.
export function enter(record, save) {
  if (record.saves.some((each) => each.save === save.save)) return;
  for (const variable of Object.keys(save.over)) {
    const after = (record.after[variable] ??= {});
    let seen = save.over[variable] ?? "";
    while (record.void[seen]) seen = record.void[seen][variable] ?? "";
    while (after[seen] && after[seen] !== save.save) seen = after[seen];
    save.over[variable] = seen || null;
    after[seen] = save.save;
  }
  record.saves.push(save);
  delete record.back[save.page];
  if (record.written?.page === save.page) record.written = null;
}

// Takes a save that the server did not take out of the way of those that were written over it.
export function leaveOut(record, { save, over }) {
  record.void[save] = over;
  for (const [variable, seen] of Object.entries(over)) {
    const after = record.after[variable] ?? {};
    if (after[seen ?? ""] === save) {
      if (after[save]) after[seen ?? ""] = after[save];
      else delete after[seen ?? ""];
    }
    delete after[save];
    for (const each of record.saves) if (each.over[variable] === save) each.over[variable] = seen;
  }
}

// Ids are made where `crypto.randomUUID` is not, as on a demonstration in a local network.
export function newId() {
  return "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx".replace(/[xy]/g, (figure) => {
    const [byte] = crypto.getRandomValues(new Uint8Array(1));
    return (figure === "x" ? byte & 15 : (byte & 3) | 8).toString(16);
  });
}
