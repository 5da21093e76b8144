// The note of a session saves itself. Until the server has confirmed, what was typed is kept in this browser too.
const form = document.getElementById("note-form");
if (form) keepSafe(form);

function keepSafe(note) {
  const told = note.dataset;
  const place = `spinepath-note-${told.session}`;
  const state = document.getElementById("note-state");
  const clash = document.getElementById("note-clash");
  const version = note.elements.version;
  let timer = 0;
  let busy = false;
  let isClashing = false;
  let isLeaving = false;

  const typed = () => {
    const data = new FormData(note);
    data.delete("csrfmiddlewaretoken");
    data.delete("version");
    data.delete("over");
    return JSON.stringify([...data.entries()]);
  };
  let confirmed = typed();

  const say = (text, isLost = false) => {
    state.textContent = text;
    state.classList.toggle("treat-state--lost", isLost);
  };
  const remember = () => {
    try {
      localStorage.setItem(place, JSON.stringify({ version: version.value, typed: typed() }));
    } catch {
      // a browser without room: the server is the only place
    }
  };
  const forget = () => {
    try {
      localStorage.removeItem(place);
    } catch {
      // nothing to forget
    }
  };

  async function save() {
    const now = typed();
    if (busy || isClashing || isLeaving || now === confirmed) return;
    busy = true;
    say(told.waiting);
    try {
      const answer = await fetch(told.draft, {
        method: "POST",
        body: new FormData(note),
        headers: { "X-CSRFToken": document.body.dataset.csrf ?? "" },
        redirect: "manual",
      });
      if (answer.type === "opaqueredirect" || answer.status === 403) say(told.away, true);
      else if (answer.ok) settled(await answer.json(), now);
      else if (answer.status === 409) collide(await answer.json());
      else if (answer.status === 422) say((await answer.json()).says, true);
      else say(told.unsaved, true);
    } catch {
      say(told.unsaved, true);
    }
    busy = false;
  }

  function settled(answer, saved) {
    version.value = answer.version;
    note.elements.over.value = "";
    confirmed = saved;
    say(`${told.saved} ${answer.at}`);
    const isAll = typed() === saved;
    for (const [id, html] of Object.entries(answer.parts ?? {})) renew(document.getElementById(id), html);
    if (isAll && typed() === saved) forget();
    else remember();
  }

  // what the draft changed comes with its answer; only words around the fields are replaced, so nobody loses their place
  function renew(place, html) {
    if (!place) return;
    const before = place.querySelector("select");
    const hadFocus = place.contains(document.activeElement);
    place.innerHTML = html;
    const after = place.querySelector("select");
    if (before && after && [...after.options].some((one) => one.value === before.value)) after.value = before.value;
    if (hadFocus) after?.focus();
    if (place.querySelector("[data-proposed]")) document.getElementById(place.id.replace(/state$/, "done")).checked = true;
  }

  function collide(theirs) {
    isClashing = true;
    if (theirs.signed) {
      // what was typed stays in this browser; the signed page offers it as an addition
      remember();
      location.assign(location.pathname);
      return;
    }
    document.getElementById("note-clash-who").textContent = `${theirs.by}, ${theirs.at}`;
    document.getElementById("note-clash-theirs").textContent = theirs.free || "–";
    clash.hidden = false;
    clash.scrollIntoView({ block: "start" });
    const goOn = (withTheirs) => {
      if (withTheirs && theirs.free) note.elements.free.value = `${note.elements.free.value}\n\n${theirs.by}: ${theirs.free}`;
      version.value = theirs.version;
      note.elements.over.value = "yes";
      clash.hidden = true;
      isClashing = false;
      confirmed = "";
      save();
    };
    document.getElementById("note-both").onclick = () => goOn(true);
    document.getElementById("note-mine").onclick = () => goOn(false);
    document.getElementById("note-both").focus();
  }

  function restore() {
    let kept = null;
    try {
      kept = JSON.parse(localStorage.getItem(place) ?? "null");
    } catch {
      kept = null;
    }
    if (!kept) return forget();
    const entries = new Map(JSON.parse(kept.typed));
    // what was waiting for another answer was no answer: its tick is the server's to propose
    const waiting = new Set([...entries.keys()].filter((name) => name.endsWith("-waits")).map((name) => name.replace(/waits$/, "done")));
    const ownMarks = /-(waits|stands)$/; // the server's words, no answers
    const answers = (text) => JSON.stringify(JSON.parse(text).filter(([name]) => !ownMarks.test(name) && !waiting.has(name)));
    if (answers(kept.typed) === answers(confirmed)) return forget();
    for (const field of note.elements) {
      if (!field.name || ["version", "over", "csrfmiddlewaretoken", "act"].includes(field.name) || ownMarks.test(field.name)) continue;
      if (waiting.has(field.name)) continue;
      if (field.type === "checkbox") field.checked = entries.has(field.name);
      else if (entries.has(field.name)) field.value = entries.get(field.name);
    }
    // an older version than the server's means that somebody saved meanwhile: saving then shows both
    version.value = kept.version;
    say(told.restored);
    save();
    return undefined;
  }

  const changed = () => {
    remember();
    clearTimeout(timer);
    timer = setTimeout(save, 800);
  };
  note.addEventListener("input", changed);
  note.addEventListener("change", changed);
  note.addEventListener("submit", (event) => {
    remember();
    clearTimeout(timer);
    if (!busy) {
      isLeaving = true;
      return;
    }
    // a draft is on its way: its answer brings the version with which the note is signed
    event.preventDefault();
    const by = event.submitter;
    const waiting = setInterval(() => {
      if (busy) return;
      clearInterval(waiting);
      if (!isClashing) note.requestSubmit(by);
    }, 50);
  });
  // who signs out, or goes on to another page, takes what was typed along
  document.querySelector(".frame-who form")?.addEventListener("submit", (event) => {
    if (typed() === confirmed || isClashing) return;
    event.preventDefault();
    const leave = () => event.target.submit();
    save().then(leave, leave);
  });
  addEventListener("pagehide", () => {
    if (busy || isClashing || isLeaving || typed() === confirmed) return;
    fetch(told.draft, {
      method: "POST",
      body: new FormData(note),
      headers: { "X-CSRFToken": document.body.dataset.csrf ?? "" },
      keepalive: true,
    });
  });
  setInterval(save, 4000);
  addEventListener("online", save);
  restore();
}

// a signed note: what was typed here and never arrived is offered as an addition
const signed = document.querySelector("[data-signed-session]");
if (signed) {
  const place = `spinepath-note-${signed.dataset.signedSession}`;
  const field = document.getElementById("says");
  try {
    const kept = JSON.parse(localStorage.getItem(place) ?? "null");
    const free = kept ? (new Map(JSON.parse(kept.typed)).get("free") ?? "").trim() : "";
    if (free && free !== signed.dataset.free.trim() && field && !field.value) {
      field.value = free;
      signed.hidden = false;
      field.form.addEventListener("submit", () => localStorage.removeItem(place));
    } else localStorage.removeItem(place);
  } catch {
    // nothing kept
  }
}
