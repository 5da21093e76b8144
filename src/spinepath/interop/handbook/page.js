"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const query = byId("query"), state = byId("state"), kind = byId("kind");
  const clear = byId("clear"), found = byId("found"), theme = byId("theme");
  const entries = [...document.querySelectorAll(".entry")];
  const holders = [...document.querySelectorAll(".chapter, .page, .table.text")].reverse();
  const front = document.querySelectorAll(".front, .title");
  const grids = document.querySelectorAll(".page > .table.grid");
  const aboutRows = [...document.querySelectorAll("tr[data-about]")];
  let texts = null;

  document.querySelector(".finder").hidden = false;
  theme.hidden = false;

  // finding

  const matches = (words, entry, text) =>
    (!state.value || entry.dataset.state === state.value) &&
    (!kind.value || entry.dataset.kind === kind.value) &&
    words.every((word) => text.includes(word));

  // what other entries say of an entry is not part of its text
  const textOf = (entry) => {
    let text = entry.textContent;
    for (const naming of entry.querySelectorAll(".naming")) text = text.replace(naming.textContent, " ");
    return text.toLowerCase();
  };

  const show = () => {
    texts ??= entries.map(textOf);
    const words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
    const active = words.length > 0 || Boolean(state.value || kind.value);
    let count = 0;
    entries.forEach((entry, place) => {
      entry.hidden = !matches(words, entry, texts[place]);
      count += !entry.hidden;
    });
    for (const row of aboutRows) {
      const entry = byId(row.dataset.about);
      row.hidden = entry !== null && entry.hidden;
      const card = row.closest(".entry");
      if (card && active && !row.hidden) card.hidden = false;
    }
    for (const grid of grids) grid.hidden = active && !grid.querySelector("tr[data-about]:not([hidden])");
    for (const holder of holders) holder.hidden = !holder.querySelector(".entry:not([hidden])");
    for (const part of front) part.hidden = active;
    clear.hidden = !active;
    found.value = active ? `${count} of ${entries.length} entries` : "";
    if (active && window.scrollY > 0) window.scrollTo(0, 0);
  };

  const showAll = () => {
    query.value = state.value = kind.value = "";
    show();
  };

  let waiting = 0;
  query.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(show, 90);
  });
  state.addEventListener("change", show);
  kind.addEventListener("change", show);
  clear.addEventListener("click", () => {
    showAll();
    query.focus();
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, select, textarea");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      query.focus();
      query.select();
    } else if (event.key === "Escape" && event.target === query) {
      showAll();
    }
  });

  // a link to an entry that the filter hides shows everything again

  const reveal = (hash) => {
    const target = byId(decodeURIComponent(hash.slice(1)));
    if (target && target.closest("[hidden]")) showAll();
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    if (link) reveal(link.getAttribute("href"));
  });
  window.addEventListener("hashchange", () => reveal(location.hash));

  // contents: closed on a phone, where it stands above the text

  const contents = document.querySelector("#contents details");
  if (matchMedia("(max-width: 60rem)").matches) contents.open = false;
  document.querySelector(".to-contents").addEventListener("click", () => (contents.open = true));

  // light and dark

  const root = document.documentElement;
  const isDark = () => (root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  const name = () => (theme.textContent = isDark() ? "Light" : "Dark");
  theme.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    name();
  });
  name();
})();
