// The word that says where an answer is, always in sight at the bottom of the screen and read out when it changes.

const WARM = new Set(["waiting", "cannot_keep", "ended", "ended_here", "elses"]);

/** Says where the answers are: `stand` as the queue calls it. `again`: what “Try now” does while they wait. */
export function showState(stand, again) {
  const said = document.getElementById("state");
  if (!said) return;
  const words = said.dataset[stand];
  // What is on its way is not saved: nothing is claimed of it.
  unsaved(stand === "saving");
  if (words && said.textContent !== words) said.textContent = words;
  said.classList.toggle("waiting", WARM.has(stand));
  const button = document.getElementById("try");
  const over = stand !== "waiting" || !again;
  // Whoever pressed it goes on from there.
  if (over && document.activeElement === button) document.querySelector("button.main")?.focus();
  button.hidden = over;
  button.onclick = again ?? null;
  for (const main of document.querySelectorAll("button.main[data-waits]")) {
    const waits = stand !== "saved" && stand in said.dataset;
    main.dataset.label ??= main.textContent;
    main.textContent = waits ? main.dataset.waits : main.dataset.label;
    main.classList.toggle("waits", waits);
    if (waits) main.setAttribute("aria-disabled", "true");
    else main.removeAttribute("aria-disabled");
  }
}

/** Shows that what was just tapped or written is not saved yet. It is not read out: whoever listens knows that Continue
 *  follows, and would hear it at every question. */
export function unsaved(yes = true) {
  const said = document.getElementById("state");
  const open = document.getElementById("unsaved");
  if (!said || !open || said.classList.contains("waiting")) return;
  open.hidden = !yes;
  said.classList.toggle("visually-hidden", yes);
}
