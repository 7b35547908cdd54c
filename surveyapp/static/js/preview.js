// What the map does better with a script: the lines of the row one points at stand out.

const tracks = document.querySelector(".tracks");

function show(stop) {
  const chosen = stop?.dataset.stop;
  const lines = [...tracks.querySelectorAll("[data-of]")].map((line) => {
    const on = chosen !== undefined && (line.dataset.of === chosen || line.dataset.to === chosen);
    line.classList.toggle("on", on);
    return [line, on];
  });
  // A way in is seen all the way from where it begins.
  const sources = new Set(lines.filter(([, on]) => on).map(([line]) => line.dataset.of));
  const ends = new Set(lines.filter(([line, on]) => on && line.dataset.to).flatMap(([line]) => [line.dataset.to, line.dataset.of]));
  for (const line of tracks.querySelectorAll(".trunk")) line.classList.toggle("on", sources.has(line.dataset.of));
  tracks.classList.toggle("choosing", sources.size > 0);
  for (const other of document.querySelectorAll("[data-stop]")) other.classList.toggle("on", sources.size > 0 && (other === stop || ends.has(other.dataset.stop)));
}

if (tracks) {
  for (const type of ["pointerover", "focusin"]) {
    document.addEventListener(type, ({ target }) => show(target.closest("[data-stop]")));
  }
}
