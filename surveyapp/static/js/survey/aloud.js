// “Read this to me”: the question and its options, one after another, in a voice of the page's language that lives on this
// device. Some voices send the text to their maker: those are never used, nor one of another language. Without a voice
// there is no button.

/** Puts the button beside Back whenever there is a voice for what is shown. `main` is where the questions are; its content
 *  may change. `markup`: of the button. Returns what stops the reading, to be called when the page turns. */
export function startAloud(main, markup, { speech = window.speechSynthesis, Utterance = window.SpeechSynthesisUtterance } = {}) {
  if (!speech || !Utterance) return () => {};
  const template = document.createElement("template");
  template.innerHTML = markup;
  const button = template.content.querySelector("button");
  const label = button.textContent;
  let reading = 0;

  function hush() {
    reading += 1;
    speech.cancel();
    button.textContent = label;
    button.removeAttribute("aria-pressed");
  }

  function offer() {
    const way = main.querySelector(".way");
    button.hidden = !way || !texts(main).length || texts(main).some(({ language }) => !voice(speech, language));
    if (way && button.parentElement !== way) way.append(button);
  }

  function read() {
    if (button.getAttribute("aria-pressed")) return hush();
    hush();
    const mine = reading;
    const waiting = texts(main);
    button.textContent = button.dataset.stop;
    button.setAttribute("aria-pressed", "true");
    (function next() {
      if (mine !== reading) return;
      const each = waiting.shift();
      if (!each) return hush();
      const said = new Utterance(each.text);
      said.voice = voice(speech, each.language);
      said.lang = said.voice.lang;
      said.onend = next;
      said.onerror = () => mine === reading && hush();
      speech.speak(said);
    })();
  }

  button.addEventListener("click", read);
  speech.addEventListener?.("voiceschanged", offer);
  addEventListener("pagehide", hush);
  new MutationObserver(() => {
    if (main.contains(button)) return;
    hush();
    offer();
  }).observe(main, { childList: true });
  offer();
  return hush;
}

function voice(speech, language) {
  const own = language.toLowerCase().split("-")[0];
  return speech.getVoices().find(({ lang, localService }) => localService && lang.toLowerCase().split(/[-_]/)[0] === own);
}

// What is read, in order, each in its own language: where one is, the question, its hint, what is wrong, each option.
function texts(main) {
  const parts = "h1, .hint, .fault, form > p, .moments thead th, .moments tbody th, label, .end:not(:empty), .moment";
  return [...main.querySelectorAll(parts)]
    .filter((each) => each.getClientRects().length && !(each.matches("label") && (each.closest(".moments") || each.querySelector("h1"))))
    .map((each) => ({ text: each.innerText.trim(), language: (each.querySelector(":scope > [lang]") ?? each).closest("[lang]").lang }))
    .filter(({ text }) => text);
}
