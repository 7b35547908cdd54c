// Loads a draft again when its file is saved. The phone stays on the page it was on, with what was answered.

const own = document.getElementById("draft");
const state = document.getElementById("draft-state");
const frame = document.getElementById("phone");
const key = `phone ${location.pathname}`;

if (frame) {
  const place = sessionStorage.getItem(key);
  if (sessionStorage.getItem("again") && place) frame.src = place;
  frame.addEventListener("load", () => {
    // Where nothing answers, the browser shows a page of its own, of which nothing may be known.
    const there = frame.contentDocument?.location.href;
    if (there) sessionStorage.setItem(key, there);
  });
}
if (frame) sessionStorage.removeItem("again");

async function watch() {
  for (;;) {
    try {
      const answer = await fetch(`${own.dataset.changes}?since=${encodeURIComponent(own.dataset.stamp)}`);
      const { stamp } = await answer.json();
      if (state) state.textContent = "";
      if (stamp !== own.dataset.stamp) {
        sessionStorage.setItem("again", "yes");
        location.reload();
        return;
      }
    } catch {
      if (state) state.textContent = own.dataset.stopped;
      await new Promise((after) => setTimeout(after, 2000));
    }
  }
}

if (own && window === window.top) watch();
