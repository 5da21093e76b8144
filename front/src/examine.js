// Examining with the keyboard: answers by one key, arrows between cells, and a spine whose parts choose answers.
// Everything works without this file, by the fields alone.

const form = document.querySelector("form[data-sheet]");
const cellsOf = (part) => [...part.querySelectorAll(".exam-grid .exam-cell")];
const isEmpty = (cell) => cell.value === "";

function mark(cell) {
  if (cell.tagName !== "INPUT" || !cell.dataset.normal) return;
  cell.classList.toggle("is-normal", cell.value.trim() === cell.dataset.normal);
  cell.classList.toggle("is-off", cell.value.trim() !== "" && cell.value.trim() !== cell.dataset.normal);
}

function set(cell, value) {
  cell.value = value;
  cell.dispatchEvent(new Event("change", { bubbles: true }));
}

function has(cell, value) {
  return [...cell.options].some((option) => option.value === value);
}

// the answer that a key stands for in this cell; undefined when it stands for none
function answerOf(cell, key) {
  const small = key.toLowerCase();
  if (/^[0-9]$/.test(key) && has(cell, key)) return key;
  if (small === "y" && has(cell, "yes")) return "yes";
  if (small === "n") return has(cell, "no") ? "no" : cell.dataset.normal || undefined;
  if (key === "?" && has(cell, "unknown")) return "unknown";
  if (key === "Delete" || key === "Backspace") return "";
  return undefined;
}

function move(cell, across, down) {
  const row = cell.closest("tr");
  const column = [...row.querySelectorAll(".exam-cell")].indexOf(cell);
  const rows = [...form.querySelectorAll(".exam-grid tbody tr")].filter((one) => one.offsetParent !== null);
  const target = rows[rows.indexOf(row) + down];
  const cells = target ? [...target.querySelectorAll(".exam-cell")] : [];
  cells[Math.min(Math.max(column + across, 0), cells.length - 1)]?.focus();
}

function moveOn(cell) {
  const all = [...form.querySelectorAll(".exam-cell, .answer-radios input")].filter((one) => one.offsetParent !== null);
  all[all.indexOf(cell) + 1]?.focus();
}

const ARROWS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

function onKey(event) {
  if (event.key === "Enter" && event.ctrlKey) {
    event.preventDefault();
    form.requestSubmit();
    return;
  }
  const cell = event.target;
  if (event.ctrlKey || event.metaKey || event.altKey || !cell.matches?.(".exam-grid .exam-cell")) return;
  const arrow = ARROWS[event.key];
  const isText = cell.tagName === "INPUT";
  if (arrow && !(isText && arrow[0])) {
    event.preventDefault();
    move(cell, ...arrow);
  } else if (event.key === "Enter") {
    event.preventDefault();
    moveOn(cell);
  } else if (isText) {
    if (event.key.toLowerCase() !== "n" || !cell.dataset.normal) return;
    event.preventDefault();
    set(cell, cell.dataset.normal);
    moveOn(cell);
  } else {
    const answer = answerOf(cell, event.key);
    if (answer === undefined) return;
    event.preventDefault();
    set(cell, answer);
    if (answer !== "") moveOn(cell);
  }
}

function fillNormal(button) {
  const part = button.closest("[data-part]");
  for (const cell of part.querySelectorAll(".exam-cell")) if (cell.dataset.normal && isEmpty(cell)) set(cell, cell.dataset.normal);
  for (const radio of part.querySelectorAll("input[type=radio][data-normal]")) {
    if (!part.querySelector(`input[name="${CSS.escape(radio.name)}"]:checked`)) {
      radio.checked = true;
      radio.dispatchEvent(new Event("change", { bubbles: true }));
    }
  }
  const parts = [...form.querySelectorAll("[data-part]")].filter((one) => one.offsetParent !== null);
  parts[parts.indexOf(part) + 1]?.querySelector(".exam-cell, input[type=radio]")?.focus();
}

function count() {
  const names = new Set([...form.querySelectorAll(".exam-cell, .answer-radios input")].map((one) => one.name));
  const data = new FormData(form);
  const filled = [...names].filter((name) => (data.get(name) ?? "") !== "").length;
  const told = form.querySelector("[data-filled]");
  told.textContent = told.dataset.filled.replace("%n", filled).replace("%m", names.size);
}

// the spine: its parts are radio buttons while there is a script
function enhance(root) {
  for (const group of root.querySelectorAll("[data-choices]")) {
    group.setAttribute("role", "radiogroup");
    const parts = [...group.querySelectorAll("[data-picks]")];
    const chosen = parts.find((part) => part.dataset.chosen === "true") ?? parts[0];
    for (const part of parts) {
      part.setAttribute("role", "radio");
      part.setAttribute("aria-checked", part.dataset.chosen);
      part.setAttribute("aria-label", part.dataset.says);
      part.setAttribute("tabindex", part === chosen ? "0" : "-1");
    }
  }
}

function focusOn(part) {
  for (const one of part.closest("[data-choices]").querySelectorAll("[data-picks]")) {
    one.setAttribute("tabindex", one === part ? "0" : "-1");
  }
  part.focus();
}

function pick(part) {
  for (const [name, value] of new URLSearchParams(part.dataset.picks)) {
    const field = form.elements[name];
    if (field) field.value = value;
  }
  const first = form.elements[[...new URLSearchParams(part.dataset.picks).keys()][0]];
  first?.dispatchEvent(new Event("change", { bubbles: true }));
}

function onPartKey(event) {
  const part = event.target.closest?.("[data-picks]");
  if (!part || event.ctrlKey || event.altKey || event.metaKey) return;
  const parts = [...part.closest("[data-choices]").querySelectorAll("[data-picks]")];
  const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
  if (step) {
    event.preventDefault();
    const next = parts[(parts.indexOf(part) + step + parts.length) % parts.length];
    focusOn(next);
    pick(next);
  } else if (event.key === " " || event.key === "Enter") {
    event.preventDefault();
    pick(part);
  }
}

if (form) {
  let dirty = false;
  const drawing = document.getElementById("drawing");
  form.addEventListener("keydown", onKey);
  form.addEventListener("change", (event) => {
    dirty = true;
    mark(event.target);
    count();
    if (drawing) window.htmx.trigger(drawing, "redraw");
  });
  form.addEventListener("input", (event) => { dirty = true; mark(event.target); count(); });
  form.addEventListener("click", (event) => {
    const button = event.target.closest?.("button[name=_normal]");
    if (button) { event.preventDefault(); fillNormal(button); }
    const part = event.target.closest?.("[data-picks]");
    if (part) { focusOn(part); pick(part); }
  });
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    dirty = false;
  });
  window.addEventListener("pageshow", () => { delete form.dataset.sent; });
  window.addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });
  if (drawing) {
    drawing.addEventListener("keydown", onPartKey);
    let was = "";
    drawing.addEventListener("htmx:beforeSwap", () => { was = drawing.contains(document.activeElement) ? document.activeElement.id : ""; });
    drawing.addEventListener("htmx:afterSwap", () => {
      enhance(drawing);
      if (was) focusOn(document.getElementById(was));
    });
    enhance(drawing);
  }
  form.querySelectorAll(".exam-cell").forEach(mark);
  count();
}
