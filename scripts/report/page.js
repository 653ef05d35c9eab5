"use strict";
// Draws the pictures, lets them be zoomed and asked, and gives them away. `pictures` holds each
// one's Vega view by its name.
const pictures = {};
const figures = [...document.querySelectorAll("figure[data-picture]")];

// `ast` has expressions interpreted rather than compiled: no eval, which the page forbids.
const options = {
  actions: false,
  ast: true,
  renderer: "svg",
  defaultStyle: false,
  logLevel: 1, // a layer without rows, such as the dots under no pointer, is no fault: errors only
  tooltip: { disableDefaultStyle: true, offsetX: 14, offsetY: 14 },
};

for (const figure of figures) {
  const name = figure.dataset.picture;
  const { page, file, datasets } = JSON.parse(document.getElementById(`${name}-picture`).textContent);
  const rows = Object.fromEntries(Object.entries(datasets).map(([key, table]) => [key, unpacked(table)]));
  vegaEmbed(figure.querySelector(".canvas"), { ...page, datasets: rows }, options).then(({ view }) => {
    pictures[name] = view;
    if (figure.querySelector(".tools")) zoomable(figure, view, rows[name].map((row) => row.month_date));
    givesAway(figure, view, { ...file, datasets: rows }, datasets[name]);
    if (Object.keys(pictures).length === figures.length) {
      document.documentElement.dataset.drawn = "true";
      arrive();
    }
  });
}

/** The rows of a table by the names of its columns, with days as Vega has them, in milliseconds. */
function unpacked({ columns, rows }) {
  const value = (cell) => (/^\d{4}-\d\d-\d\d$/.test(cell) ? Date.parse(cell) : cell);
  return rows.map((row) => Object.fromEntries(columns.map((column, i) => [column, value(row[i])])));
}

// A finger does not hover: a tap asks of the month under it, and scrolling puts the answer away.
for (const picture of document.querySelectorAll(".picture")) {
  picture.addEventListener("click", (event) => {
    if (event.pointerType !== "mouse") point(event.target, event.clientX, event.clientY);
  });
}
window.addEventListener("scroll", hush, { passive: true });

function point(target, clientX, clientY) {
  target?.dispatchEvent(new PointerEvent("pointermove", { bubbles: true, clientX, clientY }));
}

function hush() {
  document.getElementById("vg-tooltip-element").classList.remove("visible");
}

// --- a period, and a month of it

/** Months as "2019-01", which is how links and fields have them. */
function monthOf(time) {
  return new Date(time).toISOString().slice(0, 7);
}

/**
 * A period of years by a button, any by its two months or by dragging across the picture, all by a
 * double click; a month by the arrow keys.
 */
function zoomable(figure, view, months) {
  const buttons = [...figure.querySelectorAll("button[data-years]")];
  const [from, to] = ["from", "to"].map((end) => figure.querySelector(`input[data-end="${end}"]`));
  const picture = figure.querySelector(".picture");
  const [first, last] = [months[0], months[months.length - 1]];
  let dragged = null;
  let asked = null;

  function show(start, end) {
    const [earliest, latest] = [Math.max(start, first), Math.min(end, last)];
    const isAll = earliest <= first && latest >= last;
    view.signal("period_from", isAll ? 0 : earliest).signal("period_to", isAll ? 0 : latest);
    view.runAsync();
    asked = null;
    from.value = monthOf(earliest);
    to.value = monthOf(latest);
    for (const button of buttons) {
      const isThis = isAll ? !button.dataset.years : yearsAgo(button.dataset.years) === earliest && latest >= last;
      button.setAttribute("aria-pressed", String(isThis));
    }
    const period = [earliest > first ? `from=${from.value}` : "", latest < last ? `to=${to.value}` : ""];
    const words = period.filter(String).join("&");
    figure.querySelector(".take a").hash = figure.id + (words && `?${words}`);
  }

  function yearsAgo(years) {
    const start = new Date(last);
    return years ? start.setUTCFullYear(start.getUTCFullYear() - Number(years)) : first;
  }

  for (const button of buttons) {
    button.addEventListener("click", () => show(yearsAgo(button.dataset.years), last));
  }
  for (const field of [from, to]) {
    [field.min, field.max] = [monthOf(first), monthOf(last)];
    field.addEventListener("change", () => {
      const [start, end] = [Date.parse(from.value), Date.parse(to.value)];
      if (start < end) show(start, end);
    });
  }
  view.addSignalListener("drag", (_, selection) => { dragged = selection.month_date ?? null; });
  window.addEventListener("pointerup", () => {
    if (!dragged) return;
    const [start, end] = dragged.map(Number).sort((a, b) => a - b);
    dragged = null;
    view.signal("drag_x", [0, 0]);
    const threeMonths = 3 * 30 * 86400000;
    if (end - start > threeMonths) show(start, end);
    else view.runAsync();
  });
  picture.addEventListener("dblclick", () => show(first, last));
  picture.addEventListener("keydown", (event) => {
    const visible = months.filter((month) => month >= Date.parse(from.value) && month <= Date.parse(to.value));
    const at = visible.indexOf(asked);
    const end = visible.length - 1;
    const before = at < 0 ? end : Math.max(at - 1, 0);
    const next = { ArrowLeft: before, ArrowRight: Math.min(at < 0 ? end : at + 1, end), Home: 0, End: end }[event.key];
    if (event.key === "Escape") hush();
    if (next === undefined) return;
    event.preventDefault();
    asked = visible[next];
    const { left, top, height } = picture.getBoundingClientRect();
    const x = left + view.padding().left + view.origin()[0] + view.scale("x")(asked);
    const y = (Math.max(top, 0) + Math.min(top + height, window.innerHeight)) / 2;
    point(document.elementFromPoint(x, y), x, y);
  });
  picture.addEventListener("blur", hush);
  figure.show = (start, end) => show(start ? Date.parse(start) : first, end ? Date.parse(end) : last);
  show(first, last);
}

/** Where the address names a picture and a period, as in #balance?from=2019-01, show that. */
function arrive() {
  const [name, words] = decodeURIComponent(window.location.hash.slice(1)).split("?");
  const figure = figures.find(({ id }) => id === name);
  if (!figure) return;
  const [from, to] = ["from", "to"].map((end) => new Map((words ?? "").split("&").map((word) => word.split("="))).get(end));
  const isMonth = (text) => !text || !Number.isNaN(Date.parse(text));
  if (figure.show && isMonth(from) && isMonth(to)) figure.show(from, to);
  figure.scrollIntoView();
}
window.addEventListener("hashchange", arrive);

// --- what is given away

/** The numbers as CSV, and the picture as it is shown, with its title, as SVG and PNG. */
function givesAway(figure, view, file, { columns, rows }) {
  const name = figure.dataset.picture;
  const made = {
    csv: () => save(`${name}.csv`, "text/csv", [columns, ...rows].map((row) => `${row.map(field).join(",")}\n`)),
    svg: async () => save(`${name}.svg`, "image/svg+xml", [await (await drawn()).toSVG()]),
    png: async () => save(`${name}.png`, "image/png", [bytes(await (await drawn()).toImageURL("png", 2))]),
  };

  async function drawn() {
    const { view: copy } = await vegaEmbed(document.createElement("div"), file, { ...options, renderer: "none" });
    if (figure.show) {
      for (const end of ["period_from", "period_to"]) copy.signal(end, view.signal(end));
    }
    return copy.runAsync();
  }

  for (const button of figure.querySelectorAll("button[data-take]")) {
    button.addEventListener("click", made[button.dataset.take]);
  }
  figure.querySelector(".take").hidden = false;
}

function field(value) {
  const text = String(value ?? "");
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** What a data URL holds. */
function bytes(url) {
  return Uint8Array.from(atob(url.split(",")[1]), (letter) => letter.charCodeAt(0));
}

function save(name, type, parts) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob(parts, { type }));
  link.download = name;
  link.click(); // the browser reads the URL later, so it is kept
}
