"""What browsers of 2020 do not have yet, for which participants' and interviewers' scripts are written: Chrome 85,
Safari 14, Firefox 79 (`static/js/survey/survey.js`). A test looks for it in the scripts, and another takes it away."""

WRITTEN = (
    r"\.at\(-?\d",
    r"\.(findLast|findLastIndex|toSorted|toReversed|toSpliced|replaceChildren|requestSubmit|checkVisibility)\(",
    r"\.(submitter|hasOwn|groupBy|withResolvers|isWellFormed|canParse|randomUUID)\b",
    r"\b(structuredClone|AbortSignal\.(timeout|any)|Promise\.any|Array\.fromAsync|Intl\.Segmenter)\b",
    r":has\(|:is\(|:where\(|:not\([^()]*[ ,>+~]",
    r"\(\?<[=!]",
)
"""As it would be written, by regular expressions. What is asked for first (`?.(`) may be."""

TAKEN_AWAY = r"""(() => {
  const gone = [
    [Array.prototype, "at findLast findLastIndex toSorted toReversed toSpliced with"],
    [String.prototype, "at isWellFormed toWellFormed"],
    [Element.prototype, "replaceChildren checkVisibility setHTML"],
    [Document.prototype, "replaceChildren"], [DocumentFragment.prototype, "replaceChildren"],
    [HTMLFormElement.prototype, "requestSubmit"],
    [SubmitEvent.prototype, "submitter"],
    [Object, "hasOwn groupBy"], [Map, "groupBy"], [Promise, "any withResolvers try"], [Array, "fromAsync"],
    [AbortSignal, "any timeout"], [URL, "canParse parse"], [Intl, "Segmenter DisplayNames"],
    [window, "structuredClone BroadcastChannel scheduler reportError"],
    [Navigator.prototype, "locks"], [Crypto.prototype, "randomUUID"],
  ];
  for (const [of, names] of gone) for (const name of names.split(" ")) delete of[name];
  const newer = /:has\(|:is\(|:where\(|:not\([^()]*[ ,>+~]/;
  for (const of of [Element.prototype, Document.prototype, DocumentFragment.prototype]) {
    for (const name of ["querySelector", "querySelectorAll", "matches", "closest"]) {
      const had = of[name];
      if (had) of[name] = function (selector) {
        if (newer.test(selector)) throw new DOMException(`“${selector}” is not a valid selector`);
        return had.call(this, selector);
      };
    }
  }
  // Safari's buttons take no focus.
  addEventListener("mousedown", (event) => event.target.closest("button") && event.preventDefault(), true);
})()"""
"""A script that makes a browser like them, before any of a page's own."""
