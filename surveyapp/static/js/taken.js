// What leaves a page as a picture or as text is in the audit trail before it does, as every file is.
// data-taken: where that is noted, data-what: what it is of. Without them nothing is noted and all may go.

/** Notes that something is taken in a form; whether it may go. Where it could not be noted, the page says so. */
export async function noted(element, form) {
  const { taken, what } = element.dataset;
  if (!taken) return true;
  const said = document.querySelector("[data-copy-status]");
  const token = document.querySelector("[data-session]")?.dataset.token ?? "";
  try {
    const body = new URLSearchParams({ what, form });
    const answer = await fetch(taken, { method: "POST", body, headers: { "X-CSRFToken": token }, redirect: "manual" });
    if (answer.ok) return true;
  } catch {
    // Said below.
  }
  if (said) said.textContent = said.dataset.refused;
  return false;
}
