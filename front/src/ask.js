// The questions: touching the body of a pain drawing, keys on a screen of questions, copying a link.

// ---- pain drawing: the ticked lists are the truth, the body shows them
for (const board of document.querySelectorAll("[data-pain-board]")) drawOn(board);

function drawOn(board) {
  const tools = board.querySelector("[data-pain-tools]");
  const says = board.querySelector("[data-pain-says]");
  const kept = board.querySelector("[data-pain-strokes]");
  const undoRow = board.querySelector("[data-pain-undo-row]");
  let strokes = JSON.parse(kept.value || "[]");
  tools.hidden = false;
  const tool = () => tools.querySelector("input[name=tool]:checked");
  const boxOf = (region, kind) => board.querySelector(`#felt-${CSS.escape(kind)}-${CSS.escape(region)}`);

  const parts = [...board.querySelectorAll("[data-region]")];
  const lines = board.querySelector("[data-pain-lines]");
  lines.addEventListener("change", () => board.classList.toggle("pain-board--lines", lines.checked));
  for (const part of parts) {
    part.setAttribute("role", "button");
    part.setAttribute("tabindex", "0");
    part.addEventListener("click", () => {
      if (!lines.checked) toggle(part);
    });
    part.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        toggle(part);
      }
    });
  }
  board.addEventListener("change", showAll); // another kind was chosen, or a list was ticked

  function toggle(part) {
    const box = boxOf(part.dataset.region, tool().value);
    box.checked = !box.checked;
    showAll();
    says.textContent = part.getAttribute("aria-label");
  }

  function showAll() {
    for (const part of parts) {
      const felt = [];
      for (const one of tools.querySelectorAll("input[name=tool]")) {
        const isFelt = boxOf(part.dataset.region, one.value).checked;
        const path = part.querySelector(`[data-kind="${CSS.escape(one.value)}"]`);
        if (isFelt) path.removeAttribute("display");
        else path.setAttribute("display", "none");
        if (isFelt) felt.push(one.dataset.name);
      }
      part.setAttribute("aria-label", felt.length ? `${part.dataset.name}: ${felt.join(", ")}` : part.dataset.name);
      part.setAttribute("aria-pressed", String(boxOf(part.dataset.region, tool().value).checked));
    }
    showStrokes();
  }

  function showStrokes() {
    kept.value = JSON.stringify(strokes);
    undoRow.hidden = strokes.length === 0;
    for (const sheet of board.querySelectorAll("svg[data-view]")) {
      const own = strokes.filter((stroke) => stroke.view === sheet.dataset.view);
      sheet.querySelector("[data-strokes]").replaceChildren(...own.map(pathOf));
    }
  }

  function pathOf(stroke) {
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    const number = tools.querySelector(`input[name=tool][value="${CSS.escape(stroke.kind)}"]`)?.dataset.number;
    path.setAttribute("class", `pain-stroke pain-stroke--${number}`);
    path.setAttribute("d", `M ${stroke.points.map((point) => point.join(" ")).join(" L ")}`);
    return path;
  }

  board.querySelector("[data-pain-undo]").addEventListener("click", () => {
    strokes.pop();
    showStrokes();
  });

  for (const sheet of board.querySelectorAll("svg[data-view]")) {
    let line = null;
    const place = (event) => {
      const box = sheet.getBoundingClientRect();
      const wide = Number(sheet.dataset.width);
      const high = Number(sheet.dataset.height);
      const within = (value, most) => Math.round(Math.min(Math.max(value, 0), most) * 10) / 10;
      return [
        within(((event.clientX - box.left) / box.width) * wide, wide),
        within(((event.clientY - box.top) / box.height) * high, high),
      ];
    };
    sheet.addEventListener("pointerdown", (event) => {
      if (!lines.checked) return; // a touch marks a place, and the page scrolls as usual
      line = { view: sheet.dataset.view, kind: tool().value, points: [place(event)] };
      sheet.setPointerCapture(event.pointerId);
      event.preventDefault();
    });
    sheet.addEventListener("pointermove", (event) => {
      if (!line || line.points.length >= 400) return;
      const [across, down] = place(event);
      const [lastAcross, lastDown] = line.points.at(-1);
      if (Math.hypot(across - lastAcross, down - lastDown) < 2) return;
      line.points.push([across, down]);
      if (line.points.length === 2) strokes.push(line);
      showStrokes();
    });
    const end = () => {
      line = null;
    };
    sheet.addEventListener("pointerup", end);
    sheet.addEventListener("pointercancel", end);
  }
  showAll();
}

// ---- a screen of questions by keyboard
for (const form of document.querySelectorAll("[data-ask-keys]")) {
  const rows = [...form.querySelectorAll("[data-ask-row]")];
  form.querySelector("[data-ask-help]").hidden = false;
  const focusOf = (row) => row?.querySelector("input:checked") ?? row?.querySelector("input:not([type=hidden])");
  form.addEventListener("keydown", (event) => {
    const row = event.target.closest("[data-ask-row]");
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = rows.indexOf(row);
    const isTyping = event.target.matches("input:not([type=radio], [type=checkbox]), select");
    if (event.key === "Enter") {
      event.preventDefault(); // the first button saves; Enter in a field must not press another one
      form.requestSubmit(form.querySelector("button:not([name])"));
      return;
    }
    if (!event.target.matches("select, [type=date]") && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      focusOf(rows[at + (event.key === "ArrowDown" ? 1 : -1)])?.focus();
      return;
    }
    const wanted = [...row.querySelectorAll("input[type=radio]")].filter((one) => one.dataset.key === event.key.toLowerCase());
    if (isTyping || !wanted.length) return;
    event.preventDefault();
    const next = wanted[(wanted.findIndex((one) => one.checked) + 1) % wanted.length];
    next.checked = true;
    if (wanted.length === 1) (focusOf(rows[at + 1]) ?? next).focus();
    else next.focus();
  });
  if (!document.querySelector(".nhsuk-error-summary")) focusOf(rows[0])?.focus();
}

// ---- copying a link
const copy = document.querySelector("[data-copy]");
if (copy && navigator.clipboard) {
  const from = document.querySelector("[data-copy-from]");
  copy.hidden = false;
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(from.value);
    const told = document.querySelector("[data-copied]");
    told.textContent = told.dataset.says;
  });
}
