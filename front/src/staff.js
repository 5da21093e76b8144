// What every page for staff uses: htmx for parts of pages, and the design system's own behaviour.
import htmx from "htmx.org";
import { initAll } from "nhsuk-frontend";

window.htmx = htmx;
htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false;
htmx.config.selfRequestsOnly = true;
htmx.config.attributesToSettle = ["class", "width", "height"]; // a style attribute is refused by the content security policy
// an answer that refuses is shown where it belongs: the server writes what was wrong into the page
htmx.config.responseHandling = [
  { code: "204", swap: false },
  { code: "[23]..", swap: true },
  { code: "409|422", swap: true },
  { code: "[45]..", swap: false, error: true },
];
document.body.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = document.body.dataset.csrf ?? "";
});
document.body.classList.add("js-enabled", "nhsuk-frontend-supported");
initAll();
