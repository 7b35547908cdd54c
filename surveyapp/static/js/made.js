// A page of what is being made looks after itself: every few seconds it asks how far things are, while somebody looks.
// data-moving: whether something still goes on. What is read aloud is that something changed, not each share.
const EVERY = 3000;

const states = () => [...document.querySelectorAll("[data-state]")].map((each) => each.dataset.state).join();

async function look() {
  const here = document.querySelector("[data-moving]");
  if (!here || here.dataset.moving !== "yes") return;
  if (!document.hidden && !here.contains(document.activeElement)) {
    try {
      const answer = await fetch(location.href, { redirect: "manual" });
      if (!answer.ok) return; // signed out, or no longer allowed: the page stays as it is
      const now = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-moving]");
      if (!now) {
        location.reload(); // it is through, and another page stands here
        return;
      }
      const before = states();
      here.replaceWith(now);
      if (states() !== before) document.querySelector("[data-said]").textContent = now.dataset.words;
    } catch {
      // No signal: the next time.
    }
  }
  setTimeout(look, EVERY);
}

setTimeout(look, EVERY);
