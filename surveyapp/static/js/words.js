// Keys on a page of answers: J and K go from answer to answer, / searches, and the buttons of the answer that has the
// focus are pressed by their own letter (data-key). A key typed into a field is text; with Ctrl, Alt or Meta it is not ours.
const hint = document.querySelector("[data-keys]");
const answers = [...document.querySelectorAll(".answer")];

if (location.hash) document.querySelector(location.hash)?.focus({ preventScroll: true });

if (hint?.dataset.keys === "on" && answers.length) {
  hint.hidden = false;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (event.target.closest("input, textarea, select")) return;
    const key = event.key.toLowerCase();
    const here = answers.indexOf(document.activeElement?.closest(".answer"));
    if (key === "j" || key === "k") {
      const to = answers[key === "j" ? Math.min(here + 1, answers.length - 1) : Math.max(here - 1, 0)];
      to.focus();
      to.scrollIntoView({ block: "nearest" });
    } else if (key === "/") {
      document.querySelector("#q")?.focus();
    } else {
      const button = answers[here]?.querySelector(`button[data-key="${CSS.escape(key)}"]`);
      if (!button) return;
      button.click();
    }
    event.preventDefault();
  });
}

// One answer to code: 1 to 9 and the letters tick a code, Enter keeps them.
const coding = document.querySelector("[data-coding]");
if (hint?.dataset.keys === "on" && coding) {
  hint.hidden = false;
  const boxes = [...coding.querySelectorAll("input[name=codes]")];
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.repeat) return;
    if (event.key === "Enter" && !event.target.closest("a, button")) {
      // With none chosen the button is asked for once more: a key pressed too early must not say that no code fits.
      if (boxes.some((box) => box.checked)) coding.requestSubmit();
      else coding.querySelector("button").focus();
    } else {
      const box = event.key.length === 1 && boxes["123456789abcdefghijklmnopqrstuvwxyz".indexOf(event.key.toLowerCase())];
      if (!box) return;
      box.checked = !box.checked;
      box.focus();
    }
    event.preventDefault();
  });
}
