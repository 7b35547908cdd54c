// Where things are kept in this browser: what waits, and the page that is shown for when there is no signal. The number is
// that of how things stand there: what another release put there in its own way is let go of.
export const DATABASE = "shiftline";
export const STORE = "queues";
export const SHELF = "survey 1";

// Nobody's page is shown then until the server, or their own link, says whose it is.
export async function unshelve(handle) {
  await Promise.all([`${SHELF} ${handle}`, SHELF].map((each) => globalThis.caches?.delete(each)));
}
