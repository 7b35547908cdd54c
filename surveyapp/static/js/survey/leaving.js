// Leaving at once: a tap on “Leave now”, or Shift three times within five seconds with no other key between. The page is
// empty before anything else happens, then its address is replaced with a blank one: that needs no network, leaves no
// title, and nothing of ours to go back to. Safety comes before completeness: what is unsent is dropped.

const WITHIN = 5000;
const TIMES = 3;
const LEFT = "left";

// What the page has that leaves, whichever script of it began.
const LEAVING = Symbol.for("leaving");

/** Begun again, it takes the later `clear`. `clear` drops what is unsent and may take a moment, of which no more than `patience` milliseconds are waited for.
 *  `address` ends the session on the server, as far as there is a network. */
export function startLeaving({ address, clear = async () => {}, page = window, patience = 300 }) {
  const { document, location } = page;
  if (page[LEAVING]) return Object.assign(page[LEAVING], { clear }).leave;
  const own = { clear, leave };
  page[LEAVING] = own;
  let leaving = false;

  async function leave() {
    if (leaving) return;
    leaving = true;
    document.title = "";
    document.body.textContent = "";
    remember(page.sessionStorage);
    // Not awaited: it is sent even once the page is gone.
    page.fetch(address, { keepalive: true, redirect: "manual" }).catch(() => {});
    await Promise.race([Promise.resolve(own.clear()).catch(() => {}), new Promise((done) => setTimeout(done, patience))]);
    location.replace("about:blank");
  }

  document.addEventListener("click", (event) => {
    if (!event.target.closest?.("a.leave")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    leave();
  }, true);

  let pressed = [];
  document.addEventListener("keydown", (event) => {
    if (event.repeat) return;
    if (event.key !== "Shift") pressed = [];
    else pressed = [...pressed.filter((at) => event.timeStamp - at < WITHIN), event.timeStamp];
    if (pressed.length >= TIMES) leave();
  }, true);

  // Nothing asks whether to stay: first of those who listen.
  page.addEventListener("beforeunload", (event) => leaving && event.stopImmediatePropagation(), true);

  // Whoever goes back to a page that was left finds it left, also where the browser kept it as it was.
  page.addEventListener("pageshow", ({ persisted }) => {
    const back = persisted || page.performance.getEntriesByType("navigation")[0]?.type === "back_forward";
    if (was(page.sessionStorage) && back) leave();
    else page.sessionStorage?.removeItem(LEFT);
  });

  return leave;
}

function remember(storage) {
  try {
    storage.setItem(LEFT, "1");
  } catch {
    // A browser that keeps nothing keeps this neither.
  }
}

function was(storage) {
  try {
    return storage.getItem(LEFT) === "1";
  } catch {
    return false;
  }
}
