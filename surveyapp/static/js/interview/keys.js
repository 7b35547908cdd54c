// A key for everything. Single keys can be turned off (in “all keys”) and never reach into a text box.

const SWITCH = "shiftline-single-keys";

export function singleKeys() {
  return localStorage.getItem(SWITCH) !== "off";
}

export function setSingleKeys(on) {
  localStorage.setItem(SWITCH, on ? "on" : "off");
}

function isTyping(target) {
  return target.matches?.("textarea, select, input:not([type=radio], [type=checkbox], [type=submit], [type=button])");
}

// `stream`: the questions; `leave(address)`: goes to another page once everything is stored; `finish()`: after the last
// question; `open(id)`: opens a dialog.
export function listen({ stream, leave, finish, open }) {
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.altKey || event.metaKey) return;
    const dialog = document.querySelector("dialog[open]");
    if (dialog) return void (event.ctrlKey || isTyping(event.target) || press(dialog, event));
    const typing = isTyping(event.target);
    if (event.key === "Enter") return void enter(event, typing);
    if (event.ctrlKey) return;
    if (event.key === "Escape" && typing) return void stop(event, () => event.target.closest("[data-item]")?.focus());
    if (typing) return;
    if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      const next = stream?.beside(event.key === "ArrowUp" ? -1 : 1);
      return void (stream?.items.length && stop(event, () => next && stream.go(next)));
    }
    if (singleKeys()) single(event);
  });

  function enter(event, typing) {
    if (event.target.closest("a, button, summary, dialog") || !stream?.items.length) return;
    const lines = event.target.matches("textarea");
    if (lines && !event.ctrlKey) return;
    if (typing && !event.target.closest("[data-item]")) {
      if (event.ctrlKey) stop(event, finish);
      return;
    }
    const next = stream.beside(1);
    stop(event, () => (next ? stream.go(next) : finish()));
  }

  function single(event) {
    const key = event.key.toLowerCase();
    if (stream?.current && press(stream.current, event)) return;
    const ending = document.querySelector(`a[data-shortcut="${CSS.escape(key)}"]`);
    if (ending) return void stop(event, () => leave(ending.href));
    const dialog = { g: "go-to", "?": "all-keys" }[key];
    if (dialog && document.getElementById(dialog)) stop(event, () => open(dialog));
  }
}

// Presses what a key stands for inside an element; whether there was anything.
function press(element, event) {
  const target = element.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
  if (!target) return false;
  stop(event, () => {
    target.click();
    target.focus?.({ preventScroll: true });
    const line = target.value === "skipped" && target.name.endsWith(":missing") ? element.querySelector(".why input")
      : element.querySelector(`.opt:has(#${CSS.escape(target.id || "none")}) + .specify input`);
    if (line && target.checked) line.focus();
  });
  return true;
}

function stop(event, act) {
  event.preventDefault();
  act();
}
