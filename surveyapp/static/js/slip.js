// Copying and printing: the slip of a link or code, the address of a view. Without this a text is selected by hand.
// data-copy-as="address": a path is copied with the site before it.
// data-taken: figures, which are noted before they leave.
import { noted } from "./taken.js";

const said = document.querySelector("[data-copy-status]");

for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    if (!(await noted(button, "text"))) return;
    const text = document.getElementById(button.dataset.copy).textContent.trim();
    const address = button.dataset.copyAs === "address";
    await navigator.clipboard.writeText(address ? new URL(text, window.location.href).href : text);
    said.textContent = button.dataset.copied;
  });
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
