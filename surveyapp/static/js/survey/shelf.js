// What this browser keeps of a survey for when there is no signal: the page without what was on it, the slip, and the
// files that both name. On a device of their own alone, by handle; only the page of whoever was here last is shown.
//
// Every file is kept under an address that changes with what is in it, and the page and its slip are one entry: what is
// shown is all of one release, or nothing.

import { SHELF } from "./places.js";

const WHOSE = "/survey/whose";

export const shelved = {
  // Whose page may be shown: the handle that the server answered for last.
  async whose() {
    const found = await caches.match(WHOSE, { cacheName: SHELF });
    return found ? found.text() : null;
  },

  // `still()`: whether that is wanted yet; what is let go of meanwhile is not made again.
  async belongsTo(handle, still = () => true) {
    if ((await shelved.whose()) === handle || !still()) return;
    const shelf = await caches.open(SHELF);
    await (handle ? shelf.put(WHOSE, new Response(handle)) : shelf.delete(WHOSE));
  },

  page: pageOf,

  // Keeps a page in the place of the one before: its files first, and those that nothing names any more last. `pictures`
  // it can do without.
  async keep(handle, page, files, still, pictures = []) {
    if (!still()) return;
    const shelf = await caches.open(nameOf(handle));
    for (const file of files) if (!(await shelf.match(file, { ignoreVary: true }))) await shelf.add(file);
    const before = await shelved.page(handle);
    const link = page.link ?? before?.link ?? null;
    await shelf.put(at(handle), new Response(JSON.stringify({ ...page, link })));
    // From its second page on the worker says whose it is: a tab that is still open on an older link is not asked.
    if (!before && !(await shelved.whose())) await shelved.belongsTo(handle, still);
    for (const each of pictures) if (still() && !(await shelf.match(each))) await shelf.add(each).catch(() => {});
    const named = new Set([at(handle), ...files, ...pictures].map((each) => new URL(each, location.href).href));
    for (const { url } of await shelf.keys()) if (!named.has(url)) await shelf.delete(url);
  },

  // The one whose link this is the mark of.
  async ofLink(link) {
    for (const name of await caches.keys()) {
      if (!name.startsWith(`${SHELF} `)) continue;
      const handle = name.slice(SHELF.length + 1);
      if ((await shelved.page(handle))?.link === link) return handle;
    }
    return null;
  },

  // What other releases put on shelves of another kind.
  async tidy() {
    for (const name of await caches.keys()) {
      if (name.startsWith("survey ") && name !== SHELF && !name.startsWith(`${SHELF} `)) await caches.delete(name);
    }
  },
};

// `{shell, slip, link}` of a handle; null where nothing is kept of it.
export async function pageOf(handle) {
  const found = await caches.match(at(handle), { cacheName: nameOf(handle) });
  return found ? found.json() : null;
}

function nameOf(handle) {
  return `${SHELF} ${handle}`;
}

function at(handle) {
  return `/survey/${handle}/kept`;
}
