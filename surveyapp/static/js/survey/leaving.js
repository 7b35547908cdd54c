// Leaving at once: a tap on “Leave now”, or Shift three times within five seconds with no other key between; six times in a
// box that is written in, where assistive technology's own five, and capital letters, would leave by themselves. The page is
// empty before anything else happens, then its address is replaced with a blank one: that needs no network, leaves no
// title, and nothing of ours to go back to. Safety comes before completeness: what is unsent is dropped.

const WITHIN = 5000;
const TIMES = 3;
const TIMES_IN_A_BOX = 6;
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

  // What the next presses do is in sight and read out before they do it: a screen reader's user presses Shift, too. Where it
  // is said is there before the words are, or nothing reads them.
  let said = null;
  function say(left) {
    const link = document.querySelector("a.leave");
    if (!link || !(said || left)) return;
    if (!said) {
      said = document.createElement("p");
      said.setAttribute("role", "status");
      link.parentNode.after(said);
    }
    said.className = left ? "done-note" : "visually-hidden";
    setTimeout(() => { said.textContent = left ? link.dataset.shift.replace("{}", left) : ""; }, 50);
  }

  let pressed = [];
  document.addEventListener("keydown", (event) => {
    if (event.repeat) return;
    if (event.key !== "Shift") pressed = [];
    else pressed = [...pressed.filter((at) => event.timeStamp - at < WITHIN), event.timeStamp];
    const times = pressed.length;
    const isWriting = event.target.matches?.("textarea, input:not([type=radio], [type=checkbox])");
    const left = (isWriting ? TIMES_IN_A_BOX : TIMES) - times;
    // Once in a box is a capital letter.
    if (left > 0) say(times > (isWriting ? 1 : 0) ? left : 0);
    else leave();
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
