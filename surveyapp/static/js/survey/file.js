// A form that is answered with a file (`data-file`: what is said meanwhile) leaves its page as it is. Once it is sent again
// nothing on the page is wrong any more, so that no fault of before is left to be read as the answer; and that the file is
// being made is said. A second press meanwhile makes no second file.

const MEANWHILE = 10_000;
const LONGEST = 40;

for (const form of document.querySelectorAll("form[data-file]")) {
  // There before it says anything, so that it is read out.
  const said = Object.assign(document.createElement("p"), { className: "visually-hidden" });
  said.setAttribute("role", "status");
  ([...form.querySelectorAll("button")].pop().closest("p") ?? form.lastElementChild).after(said);
  form.addEventListener("submit", (event) => {
    if ("sent" in form.dataset) return event.preventDefault();
    form.dataset.sent = "";
    setTimeout(() => { delete form.dataset.sent; }, MEANWHILE);
    // What is taken out now would not be sent.
    setTimeout(() => {
      mended();
      Object.assign(said, { className: "done-note", textContent: form.dataset.file });
    });
  });
}

function mended() {
  for (const each of document.querySelectorAll(".fault, .error-summary")) each.remove();
  for (const each of document.querySelectorAll(".faulty")) each.classList.remove("faulty");
  for (const each of document.querySelectorAll("[aria-invalid]")) each.removeAttribute("aria-invalid");
  for (const each of document.querySelectorAll("[aria-describedby]")) {
    const left = each.getAttribute("aria-describedby").split(" ").filter((id) => document.getElementById(id));
    if (left.length) each.setAttribute("aria-describedby", left.join(" "));
    else each.removeAttribute("aria-describedby");
  }
  const called = document.querySelector("h1").textContent.trim().slice(0, LONGEST);
  document.title = document.title.slice(Math.max(document.title.indexOf(called), 0));
}
