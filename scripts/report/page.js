"use strict";
// Draws the pictures and lets them be zoomed. `pictures` holds each one's Vega view by its name.
const pictures = {};

for (const figure of document.querySelectorAll("figure[data-picture]")) {
  const name = figure.dataset.picture;
  const specification = JSON.parse(document.getElementById(`${name}-picture`).textContent);
  for (const [key, { columns, rows }] of Object.entries(specification.datasets)) {
    specification.datasets[key] = rows.map((row) => Object.fromEntries(columns.map((column, i) => [column, row[i]])));
  }
  // `ast` has expressions interpreted rather than compiled: no eval, which the page forbids.
  const options = {
    actions: false,
    ast: true,
    renderer: "svg",
    defaultStyle: false,
    logLevel: 1, // a layer without rows, such as the dots under no pointer, is no fault: errors only
    tooltip: { disableDefaultStyle: true, offsetX: 14, offsetY: 14 },
  };
  vegaEmbed(figure.querySelector(".canvas"), specification, options).then(({ view }) => {
    pictures[name] = view;
    if (figure.querySelector(".tools")) zoomable(figure, view);
    if (Object.keys(pictures).length === document.querySelectorAll("figure[data-picture]").length) {
      document.documentElement.dataset.drawn = "true";
    }
  });
}

// A finger does not hover: a tap asks of the month under it, and scrolling puts the answer away.
for (const picture of document.querySelectorAll(".picture")) {
  picture.addEventListener("click", (event) => {
    if (event.pointerType === "mouse") return;
    const { clientX, clientY } = event;
    event.target.dispatchEvent(new PointerEvent("pointermove", { bubbles: true, clientX, clientY }));
  });
}
window.addEventListener("scroll", () => document.getElementById("vg-tooltip-element")?.classList.remove("visible"), { passive: true });

/** A period of years by a button, or any by dragging across the picture; all by a double click. */
function zoomable(figure, view) {
  const buttons = [...figure.querySelectorAll("button[data-years]")];
  const [first, last] = view.scale("x").domain().map(Number);
  let dragged = null;

  function show(from, to) {
    const isAll = from <= first && to >= last;
    view.signal("period_from", isAll ? 0 : from).signal("period_to", isAll ? 0 : to);
    view.runAsync();
    for (const button of buttons) {
      button.setAttribute("aria-pressed", String(isAll ? !button.dataset.years : yearsAgo(button.dataset.years) === from && to >= last));
    }
  }

  function yearsAgo(years) {
    const start = new Date(last);
    return years ? start.setUTCFullYear(start.getUTCFullYear() - Number(years)) : first;
  }

  for (const button of buttons) {
    button.addEventListener("click", () => show(yearsAgo(button.dataset.years), last));
  }
  view.addSignalListener("drag", (_, selection) => { dragged = selection.month_date ?? null; });
  window.addEventListener("pointerup", () => {
    if (!dragged) return;
    const [from, to] = dragged.map(Number).sort((a, b) => a - b);
    dragged = null;
    view.signal("drag_x", [0, 0]);
    const threeMonths = 3 * 30 * 86400000;
    if (to - from > threeMonths) show(from, to);
    else view.runAsync();
  });
  figure.querySelector(".picture").addEventListener("dblclick", () => show(first, last));
}
