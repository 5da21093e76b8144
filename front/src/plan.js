// Plan: a signature drawn on the screen, and the number of sessions that goes with the course chosen.
const pad = document.querySelector("#pad");
if (pad) {
  pad.hidden = false;
  const svg = pad.querySelector("svg");
  const kept = pad.querySelector("input[name=signature]");
  const strokes = [];
  let line = null;
  const point = (event) => {
    const box = svg.getBoundingClientRect();
    const within = (part, size) => Math.min(size, Math.max(0, part * size));
    const x = within((event.clientX - box.left) / box.width, 1000);
    const y = within((event.clientY - box.top) / box.height, 300);
    return [Math.round(x), Math.round(y)];
  };
  const add = (event) => {
    strokes.at(-1).push(point(event));
    line.setAttribute("points", strokes.at(-1).map((at) => at.join(",")).join(" "));
    kept.value = JSON.stringify(strokes);
  };
  svg.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    svg.setPointerCapture(event.pointerId);
    line = document.createElementNS("http://www.w3.org/2000/svg", "polyline");
    line.setAttribute("class", "pad__stroke");
    svg.append(line);
    strokes.push([]);
    add(event);
  });
  svg.addEventListener("pointermove", (event) => {
    if (line) add(event);
  });
  for (const end of ["pointerup", "pointercancel"]) {
    svg.addEventListener(end, () => {
      line = null;
    });
  }
  pad.querySelector("[data-clear]").addEventListener("click", () => {
    strokes.length = 0;
    kept.value = "";
    for (const drawn of svg.querySelectorAll("polyline")) drawn.remove();
  });
}

const sessions = document.querySelector(".choose #sessions");
for (const radio of document.querySelectorAll("input[name=preset]")) {
  radio.addEventListener("change", () => {
    if (radio.dataset.sessions) sessions.value = radio.dataset.sessions;
  });
}
