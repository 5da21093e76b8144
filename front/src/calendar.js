// The week of the clinic: sessions are shown, and dragged to another time. The server decides whether they may stay.
import { Calendar } from "@fullcalendar/core";
import british from "@fullcalendar/core/locales/en-gb";
import russian from "@fullcalendar/core/locales/ru";
import dayGrid from "@fullcalendar/daygrid";
import interaction from "@fullcalendar/interaction";
import list from "@fullcalendar/list";
import timeGrid from "@fullcalendar/timegrid";

const place = document.getElementById("calendar");
const filter = document.getElementById("calendar-filter");
const says = document.getElementById("calendar-says");
const words = place.dataset;
const isNarrow = window.matchMedia("(max-width: 700px)");

// times are what the clock on the clinic's wall shows; calling them UTC keeps the browser from changing them
const opened = Date.now();
const wall = Date.parse(`${words.now}:00Z`);
const wallNow = () => new Date(wall + (Date.now() - opened)).toISOString();

const calendar = new Calendar(place, {
  plugins: [timeGrid, dayGrid, list, interaction],
  locales: [british, russian],
  locale: words.language === "ru" ? "ru" : "en-gb",
  timeZone: "UTC",
  now: wallNow,
  nowIndicator: true,
  initialView: isNarrow.matches ? "listWeek" : "timeGridWeek",
  firstDay: 1,
  slotMinTime: words.from,
  slotMaxTime: words.until,
  snapDuration: "00:05",
  slotDuration: "00:30",
  height: "auto",
  allDaySlot: false,
  eventDurationEditable: false,
  slotEventOverlap: false,
  headerToolbar: { left: "prev,next today", center: "title", right: "timeGridDay,timeGridWeek,dayGridMonth,listWeek" },
  buttonText: { today: words.wordsToday, day: words.wordsDay, week: words.wordsWeek, month: words.wordsMonth, list: words.wordsList },
  slotLabelFormat: { hour: "2-digit", minute: "2-digit", hour12: false },
  eventTimeFormat: { hour: "2-digit", minute: "2-digit", hour12: false },
  displayEventEnd: false,
  forceEventDuration: true,
  defaultTimedEventDuration: "01:00",
  dayMaxEvents: 4,
  events: { url: words.events, extraParams: () => Object.fromEntries(new FormData(filter)), success: taken },
  eventContent: ({ event, timeText, view }) => {
    const box = document.createElement("div");
    box.append(part("fc-event-time", view.type === "listWeek" || !event.extendedProps.who ? "" : timeText), part("fc-event-title", event.title));
    if (view.type !== "dayGridMonth" && event.extendedProps.who) {
      box.append(part("event__where", `${event.extendedProps.who}, ${event.extendedProps.where}`));
    }
    return { domNodes: [box] };
  },
  eventDidMount: ({ el, event }) => event.extendedProps.who && el.setAttribute("title", `${event.title}, ${event.extendedProps.who}, ${event.extendedProps.where}, ${event.extendedProps.status}`),
  datesSet: () => {
    // the signs on the buttons are only ornament: the buttons have titles
    for (const sign of place.querySelectorAll(".fc-icon")) {
      sign.removeAttribute("role");
      sign.setAttribute("aria-hidden", "true");
    }
  },
  eventDrop: (drop) => move(drop, false),
});
calendar.render();
filter.addEventListener("change", () => calendar.refetchEvents());

function taken(found) {
  document.getElementById("calendar-counted").hidden = !found.counted;
  return found.sessions;
}

function part(name, text) {
  const found = document.createElement("div");
  found.className = name;
  found.textContent = text;
  return found;
}

async function move(drop, setAside) {
  const { event } = drop;
  const [day, start] = event.startStr.split("T");
  const body = new URLSearchParams({
    day,
    start: start.slice(0, 5),
    therapist: event.extendedProps.therapist,
    version: event.extendedProps.version,
    set_aside: setAside ? "yes" : "",
  });
  let answer;
  let status = 0;
  try {
    const got = await fetch(words.move.replace("KEY", event.id), {
      method: "POST",
      headers: { "X-CSRFToken": document.body.dataset.csrf },
      body,
    });
    status = got.status;
    answer = await got.json();
  } catch {
    answer = { says: [words.wordsLost], may_set_aside: false };
  }
  if (status === 200) {
    tell(answer.says, []);
    calendar.refetchEvents();
    return;
  }
  if (!answer.may_set_aside) {
    drop.revert();
    tell([...answer.says, words.wordsRefused], []);
    calendar.refetchEvents();
    return;
  }
  // it lies at its new place until somebody has decided
  tell(answer.says, [
    [words.wordsNevertheless, () => move(drop, true)],
    [words.wordsLeave, () => { drop.revert(); tell([], []); }],
  ]);
}

function tell(texts, acts) {
  says.replaceChildren();
  if (!texts.length) return;
  const list = document.createElement("ul");
  for (const text of texts) {
    const one = document.createElement("li");
    one.textContent = text;
    list.append(one);
  }
  says.append(list);
  for (const [label, act] of acts) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "nhsuk-button nhsuk-button--secondary button-small nhsuk-u-margin-right-2 nhsuk-u-margin-bottom-0";
    button.textContent = label;
    button.addEventListener("click", act);
    says.append(button);
  }
  says.querySelector("button")?.focus();
}
