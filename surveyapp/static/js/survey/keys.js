// A key for everything that is asked; what ends a call takes a chord. Single keys can be turned off (in “all keys”) and never
// reach into a text box.

function isTyping(target) {
  return target.matches?.("textarea, select, input:not([type=radio]):not([type=checkbox]):not([type=submit]):not([type=button])");
}

// `stream`: the questions; `advance()`: to the next one, or on after the last; `leave(address)`: goes to another page once
// everything is stored; `open(id)`: opens a dialog; `busy()`: whether what comes next is being looked up, so that no key has
// anything to act on; `single()`: whether single keys work.
export function listen({ stream, advance, leave, open, busy, single: singleKeys }) {
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.altKey || event.metaKey) return;
    // A key held down was meant once, and one pressed while the page turns was never meant for what comes.
    if (busy() || (event.repeat && event.key === "Enter" && !event.target.matches("textarea"))) return void event.preventDefault();
    const dialog = document.querySelector("dialog[open]");
    if (dialog) return void (event.ctrlKey || event.repeat || isTyping(event.target) || press(dialog, event));
    const typing = isTyping(event.target);
    if (event.key === "Enter") return void enter(event, typing);
    if (event.ctrlKey) {
      const end = event.key.toLowerCase() === "e" && document.querySelector("a[data-end]");
      return void (end && stop(event, () => leave(end.href)));
    }
    if (event.key === "Escape" && typing) return void stop(event, () => event.target.closest("[data-item]")?.focus());
    if (typing || event.repeat) return;
    if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      const next = stream?.beside(event.key === "ArrowUp" ? -1 : 1);
      return void (stream?.items.length && stop(event, () => next && stream.go(next)));
    }
    if (singleKeys()) single(event);
  });

  function enter(event, typing) {
    const recording = document.querySelector("form[data-confirm]");
    if (recording) {
      // What came of a call is recorded by a chord, or by a button that somebody went to.
      if (event.ctrlKey) return void stop(event, () => recording.querySelector("[data-primary]").click());
      if (!event.target.closest("a, button, summary, textarea")) event.preventDefault();
      return;
    }
    if (event.target.closest("a, button, summary, dialog") || !stream?.items.length) return;
    const lines = event.target.matches("textarea");
    if (lines && !event.ctrlKey) return;
    if (typing && !event.target.closest("[data-item]") && !event.ctrlKey) return;
    stop(event, advance);
  }

  function single(event) {
    const key = event.key.toLowerCase();
    if (stream?.current && press(stream.current, event, advance)) return;
    const ending = document.querySelector(`a[data-shortcut="${CSS.escape(key)}"]`);
    if (ending) return void stop(event, () => leave(ending.href));
    const dialog = { g: "go-to", "?": "all-keys" }[key];
    if (dialog && document.getElementById(dialog)) stop(event, () => open(dialog));
  }
}

// Presses what a key stands for inside an element; whether there was anything. A choice that leaves nothing to add moves on.
function press(element, event, advance = null) {
  const target = element.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
  if (!target) return false;
  stop(event, () => {
    target.click();
    const after = target.closest(".opt")?.nextElementSibling;
    const line = target.value === "skipped" && target.name?.endsWith(":missing") ? element.querySelector(".why input")
      : after?.matches(".specify") && after.querySelector("input");
    if (line && target.checked) return line.focus();
    if (target.checked && (target.type === "radio" || "alone" in target.dataset) && advance) return advance();
    target.focus?.({ preventScroll: true });
  });
  return true;
}

function stop(event, act) {
  event.preventDefault();
  act();
}
