// Curves: what the server drew up as data, shown without evaluating any text and without styles of its own.
import embed from "vega-embed";
import { expressionInterpreter } from "vega-interpreter";

for (const place of document.querySelectorAll(".follow-chart")) {
  const spec = JSON.parse(document.getElementById(place.dataset.spec).textContent);
  embed(place, spec, { actions: false, ast: true, expr: expressionInterpreter, renderer: "svg", defaultStyle: false, tooltip: false })
    .then((drawn) => addEventListener("resize", () => drawn.view.resize().runAsync()))
    .catch(() => {
      // the table beside it says the same
      place.hidden = true;
    });
}
