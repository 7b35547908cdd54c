// A page of staff's that is left open says two minutes before the session ends that it does, and can put that off: what does
// has the focus then, which goes back to where it was. Whoever writes is using the page, and is not asked.
// How long there is comes from the server as seconds left, never as a time of day: the clock here may be wrong.

const LENT = 423;
// Milliseconds for which the server is not told again that somebody writes.
const TOLD = 5 * 60_000;

const notice = document.querySelector("[data-session]");
if (notice) watch(notice);

function watch(notice) {
  const { address, warn } = notice.dataset;
  const stay = notice.querySelector("button");
  let ends, since, timer, before = null;
  begin(Number(notice.dataset.left));

  // Seconds go by on a clock that nobody sets. It may stand still while the machine sleeps: the other one is asked too.
  function begin(left) {
    ends = left;
    since = { steady: performance.now(), set: Date.now() };
    plan();
  }

  function left() {
    return ends - Math.max(performance.now() - since.steady, Date.now() - since.set) / 1000;
  }

  function plan() {
    clearTimeout(timer);
    timer = setTimeout(look, Math.min(Math.max(left() - warn, 1), 3600) * 1000);
  }

  // Another page may have put the end off since: the server knows. Asking it does not.
  async function look() {
    if (left() > Number(warn) + 1) return plan();
    show(await ask("GET"));
  }

  async function ask(method) {
    try {
      const headers = { Accept: "application/json" };
      if (method === "POST") headers["X-CSRFToken"] = notice.dataset.token;
      const answer = await fetch(address, { method, headers, redirect: "manual" });
      // The tablet is in somebody else's hands: what stands on this page goes, and the lock comes in its place.
      if (answer.status === LENT) return location.reload();
      return answer.ok ? await answer.json() : { left: 0 };
    } catch {
      return { left: Math.max(left(), 0), last: true };
    }
  }

  function show(told) {
    if (!told) return;
    begin(told.left);
    const soon = told.left <= Number(warn) + 1;
    const over = told.left <= 0;
    if (!soon) return hide();
    const appears = notice.hidden;
    notice.hidden = false;
    say(over ? "over" : told.last ? "last" : "soon");
    stay.hidden = over || Boolean(told.last);
    if (appears && !stay.hidden) take();
    clearTimeout(timer);
    timer = setTimeout(look, over ? 15000 : Math.min(told.left + 1, 15) * 1000);
  }

  // It takes the focus once: nobody has written for a while.
  function take() {
    before = document.activeElement;
    stay.focus({ preventScroll: true });
  }

  function hide() {
    const had = notice.contains(document.activeElement);
    notice.hidden = true;
    if (had) (before?.isConnected && before !== document.body ? before : document.querySelector("main")).focus({ preventScroll: true });
  }

  // Where it is said is there before the words are, or nothing reads them.
  function tell(words) {
    const said = Object.assign(document.createElement("p"), { className: "visually-hidden" });
    said.setAttribute("role", "status");
    notice.after(said);
    setTimeout(() => { said.textContent = words; }, 50);
  }

  function say(which) {
    for (const line of notice.querySelectorAll("[data-say]")) line.hidden = line.dataset.say !== which;
  }

  stay.addEventListener("click", async () => {
    show(await ask("POST"));
    if (notice.hidden) tell(notice.dataset.stays);
  });
  let toldAt = performance.now();
  document.addEventListener("input", async () => {
    if (performance.now() - toldAt < TOLD || left() <= 0) return;
    toldAt = performance.now();
    show(await ask("POST"));
  });
  document.addEventListener("visibilitychange", async () => { if (!document.hidden) show(await ask("GET")); });
  window.addEventListener("pageshow", async ({ persisted }) => { if (persisted) show(await ask("GET")); });
}
