"use strict";
// Draws the pictures of months as the reader wants them, and gives away what is shown. Months are
// counted from the year 0, so that one can be taken from another.
const data = JSON.parse(document.getElementById("data").textContent);
const figures = [...document.querySelectorAll("figure")];
const live = figures.filter(({ dataset }) => dataset.numbers);
const drawings = new Map(); // what each of these shows, and where

const FLOWS = { exports: "Exports", imports: "Imports", balance: "Balance" };
const PARTS = { total: "Goods and services", goods: "Goods", services: "Services" };
const UNITS = {
  level: ["Level", "billions of US dollars"],
  change: ["Change on the month", "change on the month before, billions of US dollars"],
  year_ago: ["Percent on the year", "change from a year before, percent"],
  average: ["Three-month average", "three-month average, billions of US dollars"],
  year_to_date: ["Year to date", "year to date, billions of US dollars"],
  quarter: ["Quarterly sums", "quarterly sums, billions of US dollars"],
};
// Exports and imports have one colour everywhere; in grey the dash tells them apart.
const DASHES = { imports: "6 2", goods: "6 2" };
const everything = { series: "total", unit: "level", from: -Infinity, to: Infinity };
let state = everything;

const slices = {
  first_estimates: { lines: [["first", "quiet", "First estimate"], ["current", "balance", "Current"]] },
};
for (const [part, name] of Object.entries(PARTS)) {
  slices[part] = { name, lines: Object.keys(FLOWS).map((flow) => [`${flow}_${part}`, flow, FLOWS[flow]]) };
}
for (const [flow, name] of Object.entries(FLOWS)) {
  const lines = Object.keys(PARTS).map((part) => [`${flow}_${part}`, part === "total" ? flow : part, part === "total" ? "Total" : PARTS[part]]);
  slices[flow] = { name, lines };
}
slices.goods_services = { lines: slices.balance.lines };
for (const [flow, name] of Object.entries(FLOWS)) {
  for (const part of Object.keys(PARTS)) {
    slices[`${flow}_${part}`] = { name: `${name} of ${PARTS[part].toLowerCase()}`, lines: [[`${flow}_${part}`, flow, name]] };
  }
}

// --- words

const counted = (text) => 12 * Number(text.slice(0, 4)) + Number(text.slice(5, 7)) - 1;
const written = (month) => `${Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, "0")}`;

function named(month, form = "long") {
  const options = { month: form, year: "numeric", timeZone: "UTC" };
  return new Date(Date.UTC(Math.floor(month / 12), month % 12)).toLocaleString("en-US", options);
}

function grouped(value, digits, least = 0) {
  const options = { minimumFractionDigits: least, maximumFractionDigits: digits };
  return (value + 0).toLocaleString("en-US", options).replace("-", "−");
}

/** To one decimal, half away from zero; the fraction in binary may be a little less than half. */
function one(value) {
  const tenths = Math.floor(Math.abs(value ?? 0) * 10 + 0.500000001) / 10;
  return value === null ? "–" : grouped(value < 0 && tenths ? -tenths : tenths, 1, 1);
}

// --- what a figure shows, and how it is drawn

for (const numbers of Object.values(data.numbers)) numbers.months = numbers.months.map(counted);
const recessions = data.recessions.map((ends) => ends.map((end) => (end ? counted(end) : Infinity)));
const explored = data.numbers.balance;

const has = (unit) => Object.values(explored.series).some((one) => one[unit].some((value) => value !== null));

function shownBy(figure) {
  const isExplorer = figure.id === "balance";
  const { months, series } = data.numbers[figure.dataset.numbers];
  const unit = isExplorer ? state.unit : "level";
  const slice = slices[isExplorer ? state.series : figure.id];
  // A balance turns about zero: in percent it would dwarf the others.
  const chosen = slice.lines.filter(([, role], _, { length }) => unit !== "year_ago" || role !== "balance" || length === 1);
  const told = months.map((_, at) => at).filter((at) => chosen.some(([id]) => series[id][unit][at] !== null));
  const within = told.filter((at) => months[at] >= state.from && months[at] <= state.to);
  const shown = within.length ? within : told;
  const isDefault = shown.length === told.length && unit === "level" && (!isExplorer || state.series === "total");
  return {
    unit: UNITS[unit][1],
    name: isExplorer ? slice.name : figure.dataset.subject,
    isPercent: unit === "year_ago",
    step: unit === "quarter" ? 3 : 1,
    isDefault,
    months: shown.map((at) => months[at]),
    lines: chosen.map(([id, role, label]) => ({ id, role, label, values: shown.map((at) => series[id][unit][at]) })),
  };
}

/** Round numbers between two others. */
function ticks(low, high, count) {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((times) => times * power >= rough);
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, at) => (first + at) * step);
}

function drawn({ lines, months, step, unit, isPercent }, width, height) {
  const values = lines.flatMap((line) => line.values).filter((value) => value !== null);
  const [lowest, highest, first, last] = [Math.min(0, ...values), Math.max(0, ...values), months[0], months.at(-1)];
  const air = (highest - lowest || 1) / 40;
  const [low, high] = [lowest - air, highest + air];
  const levels = ticks(low, high, height / 50);
  const isNarrow = width < 560;
  const [left, right, top, bottom] = [46, width - (isNarrow ? 8 : 150), 30, height - 24];
  const x = (month) => left + (last > first ? (month - first) / (last - first) : 0.5) * (right - left);
  const y = (value) => bottom - ((value - low) / (high - low)) * (bottom - top);
  const text = (at, height, words, more = "") => `<text x="${at}" y="${height}" font-size="12" fill="var(--quiet)" ${more}>${words}</text>`;
  const rule = (colour, x1, y1, x2, y2) => `<path d="M${x1} ${y1}L${x2} ${y2}" stroke="var(--${colour})"/>`;
  const parts = [text(left, 12, unit[0].toUpperCase() + unit.slice(1))];
  const bands = recessions.map(([from, to]) => [Math.max(from, first), Math.min(to, last)]).filter(([from, to]) => from < to);
  for (const [from, to] of bands) {
    parts.push(`<rect x="${x(from)}" y="${top}" width="${x(to) - x(from)}" height="${bottom - top}" fill="var(--band)"/>`);
  }
  for (const level of levels) {
    parts.push(rule(level ? "line" : "quiet", left, y(level), right, y(level)));
    parts.push(text(left - 8, y(level) + 4, grouped(level, 2), 'text-anchor="end"'));
  }
  const spacing = [1, 3, 6, 12, 24, 60, 120].find((months) => (last - first) / months <= (right - left) / 64) ?? 240;
  for (let month = Math.ceil(first / spacing) * spacing; month <= last; month += spacing) {
    parts.push(rule("line", x(month), bottom, x(month), bottom + 5));
    parts.push(text(x(month), bottom + 19, spacing < 12 ? named(month, "short") : month / 12, 'text-anchor="middle"'));
  }
  const ends = [];
  for (const { role, label, values: own } of lines) {
    let [path, before] = ["", null];
    own.forEach((value, at) => {
      if (value === null) return;
      const isNext = before !== null && months[at] - months[before] <= step && role !== "quiet";
      path += `${isNext ? "L" : "M"}${x(months[at]).toFixed(1)} ${y(value).toFixed(1)}${isNext ? "" : "h0"}`;
      before = at;
    });
    parts.push(`<path d="${path}" fill="none" stroke="var(--${role})" stroke-width="${role === "quiet" ? 3 : 1.8}" stroke-linejoin="round" stroke-linecap="round" stroke-dasharray="${DASHES[role] ?? ""}"/>`);
    if (before !== null && !isNarrow) ends.push([y(own[before]), role, `${label} ${one(own[before])}${isPercent ? "%" : ""}`]);
  }
  let place = -Infinity;
  for (const [height, role, words] of ends.sort(([one], [other]) => one - other)) {
    place = Math.max(height, place + 16);
    parts.push(`<text x="${right + 7}" y="${place + 4}" font-size="12" font-weight="600" fill="var(--${role})">${words}</text>`);
  }
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${parts.join("")}<g class="asked"></g></svg>`;
  return { svg, x, y, left, right, top, bottom, hasBands: bands.length > 0 };
}

function render(figure) {
  const picture = figure.querySelector(".picture");
  const shown = shownBy(figure);
  const made = drawn(shown, Math.max(picture.clientWidth, 240), Math.max(picture.clientHeight, 160));
  picture.firstElementChild.innerHTML = made.svg;
  drawings.set(figure, { ...shown, ...made });
  const period = [...new Set([shown.months[0], shown.months.at(-1)])].map((month) => named(month)).join(" to ");
  figure.dataset.title ??= figure.querySelector("h3").textContent;
  figure.dataset.words ??= picture.getAttribute("aria-label");
  const labels = shown.lines.length > 1 ? `: ${shown.lines.map(({ label }) => label.toLowerCase()).join(", ")}` : "";
  const title = shown.isDefault ? figure.dataset.title : `${shown.name}${labels}; ${shown.unit}`;
  figure.querySelector("h3").textContent = title;
  figure.querySelector(".period").textContent = `${period}.`;
  figure.querySelector(".note").hidden = !made.hasBands;
  picture.setAttribute("aria-label", shown.isDefault ? figure.dataset.words : `${title}, ${period}`);
  tell(figure, null);
  if (figure.querySelector(".numbers").open) tabulate(figure);
}

/** Tell of a month: above the picture its numbers, in it a rule and dots; of none, of the last. */
function tell(figure, month) {
  const { months, lines, isPercent, step, x, y, top, bottom } = drawings.get(figure);
  const at = month === null ? months.length - 1 : months.indexOf(month);
  const marks = lines.filter(({ values }) => values[at] !== null).map(({ role, values }) =>
    `<circle cx="${x(month)}" cy="${y(values[at])}" r="4" fill="var(--${role})"/>`);
  const rule = `<path d="M${x(month)} ${top}V${bottom}" stroke="var(--quiet)"/>`;
  figure.querySelector(".asked").innerHTML = month === null ? "" : rule + marks.join("");
  const numbers = lines.map(({ role, label, values }) =>
    `<span class="${role}">${label} <b>${one(values[at])}${isPercent ? "%" : ""}</b></span>`);
  const quarter = step > 1 ? "three months to " : "";
  figure.querySelector(".readout").innerHTML = `<span>${quarter}${named(months[at])}</span>${numbers.join("")}`;
  figure.asked = month;
}

// --- the reader's choices

const [first, last] = explored ? [explored.months[0], explored.months.at(-1)] : [];
const choices = [...document.querySelectorAll("[data-choice]")];
const fields = [...document.querySelectorAll("[data-end]")];
const buttons = [...document.querySelectorAll("[data-years]")];
const since = (years) => (years ? last - 12 * years : -Infinity);

function choose(changes, figure) {
  state = { ...state, ...changes };
  if (state.from <= first) state.from = -Infinity;
  if (state.to >= last) state.to = Infinity;
  live.forEach(render);
  for (const choice of choices) choice.value = state[choice.dataset.choice];
  for (const field of fields) {
    field.value = written(field.dataset.end === "from" ? Math.max(state.from, first) : Math.min(state.to, last));
  }
  for (const button of buttons) {
    button.setAttribute("aria-pressed", String(since(button.dataset.years) === state.from && state.to === Infinity));
  }
  if (figure) window.history.replaceState(null, "", addressOf(figure));
}

/** The address of a figure as it is shown, such as #balance?unit=year_ago&from=2019-01. */
function addressOf({ id, dataset }) {
  const words = Object.keys(state).filter((key) => state[key] !== everything[key] && dataset.numbers)
    .filter((key) => ["from", "to"].includes(key) || id === "balance")
    .map((key) => `${key}=${typeof state[key] === "number" ? written(state[key]) : state[key]}`);
  return `#${id}${words.length ? `?${words.join("&")}` : ""}`;
}

function arrive() {
  const [id, words = ""] = decodeURIComponent(window.location.hash.slice(1)).split("?");
  const asked = Object.fromEntries(words.split("&").map((word) => word.split("=")));
  const isMonth = (text) => /^\d{4}-(0[1-9]|1[0-2])$/.test(text);
  const [from, to] = [asked.from, asked.to].map((text) => (isMonth(text) ? counted(text) : null));
  if (explored) {
    choose({
      series: asked.series in slices && slices[asked.series].name ? asked.series : "total",
      unit: asked.unit in UNITS && has(asked.unit) ? asked.unit : "level",
      from: from ?? -Infinity,
      to: to ?? Infinity,
    });
  }
  const figure = figures.find((one) => one.id === id);
  for (const one of figures) one.classList.toggle("only", one === figure && "only" in asked);
  document.documentElement.classList.toggle("alone", Boolean(figure) && "only" in asked);
  if (figure) live.forEach(render);
  figure?.scrollIntoView();
}

function listen(figure) {
  const picture = figure.querySelector(".picture");
  let start = null;
  const across = (event) => event.clientX - picture.getBoundingClientRect().left;
  const nearest = (position) => {
    const { months, x } = drawings.get(figure);
    const distance = (month) => Math.abs(x(month) - position);
    return months.reduce((best, month) => (distance(month) < distance(best) ? month : best));
  };
  picture.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "mouse" && event.button === 0) start = across(event);
    else tell(figure, nearest(across(event)));
  });
  picture.addEventListener("pointermove", (event) => {
    tell(figure, nearest(across(event)));
    if (start === null) return;
    const { top, bottom } = drawings.get(figure);
    const [from, to] = [start, across(event)].sort((one, other) => one - other);
    figure.querySelector(".asked").innerHTML += `<rect x="${from}" y="${top}" width="${to - from}" height="${bottom - top}" fill="var(--ink)" opacity="0.1"/>`;
  });
  window.addEventListener("pointerup", (event) => {
    if (start === null) return;
    const [from, to] = [nearest(start), nearest(across(event))].sort((one, other) => one - other);
    start = null;
    if (to - from >= 3) choose({ from, to }, figure);
  });
  picture.addEventListener("pointerleave", ({ pointerType }) => { if (pointerType === "mouse") tell(figure, null); });
  picture.addEventListener("blur", () => tell(figure, null));
  picture.addEventListener("dblclick", () => choose({ from: -Infinity, to: Infinity }, figure));
  picture.addEventListener("keydown", (event) => {
    const { months } = drawings.get(figure);
    const [at, end] = [months.indexOf(figure.asked), months.length - 1];
    const before = at < 0 ? end : Math.max(at - 1, 0);
    const next = { ArrowLeft: before, ArrowRight: at < 0 ? end : Math.min(at + 1, end), Home: 0, End: end }[event.key];
    if (event.key === "Escape") tell(figure, null);
    if (next === undefined) return;
    event.preventDefault();
    tell(figure, months[next]);
  });
}

// --- what is given away

function tableOf(figure) {
  if (!drawings.has(figure)) return data.tables[figure.id];
  const { months, lines } = drawings.get(figure);
  const rows = months.map((month, at) => [written(month), ...lines.map(({ values }) => values[at])]);
  return { columns: ["month", ...lines.map(({ id }) => id)], headings: ["Month", ...lines.map(({ label }) => label)], rows };
}

function tabulate(figure) {
  const { headings, rows } = tableOf(figure);
  const table = document.createElement("table");
  const add = (section, cells, tag) => {
    const row = section.insertRow();
    cells.forEach((value, at) => {
      const cell = row.appendChild(document.createElement(at ? tag : "th"));
      const isNumber = typeof value === "number" && headings[at] !== "Year";
      cell.textContent = isNumber ? grouped(value, 3) : value ?? "–";
      if (cell.tagName === "TH") cell.scope = section.tagName === "THEAD" ? "col" : "row";
      if (typeof rows[0][at] === "number") cell.className = "number";
    });
  };
  add(table.createTHead(), headings, "th");
  const body = table.createTBody();
  for (const row of rows) add(body, row, "td");
  figure.querySelector(".numbers .table").replaceChildren(table);
}

/** What is shown as a picture of its own, in the light page's colours, with its words. */
function standalone(figure) {
  const drawing = figure.querySelector(".picture svg");
  const { width: own, height: tall } = drawing.viewBox.baseVal;
  const [width, height] = drawings.has(figure) ? [780, 400] : [own, tall];
  const inner = drawings.has(figure) ? drawn(shownBy(figure), width, height).svg : drawing.outerHTML;
  let y = 16;
  const words = (selector, size, more) => {
    const lines = [""];
    for (const word of figure.querySelector(selector).innerText.split(/\s+/)) {
      if ((lines.at(-1) + word).length > (width * 1.9) / size) lines.push("");
      lines[lines.length - 1] += `${word} `;
    }
    return lines.map((line) => {
      y += size * 1.35;
      const text = line.trim().replace(/[&<>]/g, (letter) => `&#${letter.charCodeAt(0)};`);
      return `<text x="16" y="${y - size * 0.3}" font-size="${size}" ${more}>${text}</text>`;
    }).join("");
  };
  const title = words("h3", 17, 'font-weight="600" fill="var(--ink)"');
  const at = y + 14;
  y = at + height + 8;
  const source = words("figcaption p", 12, 'fill="var(--quiet)"');
  const light = document.styleSheets[0].cssRules[0].style;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width + 32}" height="${y + 14}" font-family="Liberation Sans, Arial, Helvetica, sans-serif"><rect width="100%" height="100%" fill="var(--paper)"/>${title}${inner.replace("<svg ", `<svg x="16" y="${at}" `)}${source}</svg>`
    .replace(/var\((--[\w-]+)\)/g, (_, name) => light.getPropertyValue(name).trim());
}

async function png(svg) {
  const image = new Image();
  image.src = `data:image/svg+xml,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width: 2 * image.width, height: 2 * image.height });
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((made) => { canvas.toBlob(made); });
}

const delimited = ({ columns, rows }, delimiter) => [columns, ...rows].map((row) => row.map((value) => {
  const text = String(value ?? "");
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}).join(delimiter)).join("\n");

const copied = {
  link: (figure) => window.location.href.split("#")[0] + addressOf(figure),
  citation: (figure) => `“${figure.querySelector("h3").textContent}”. ${data.citation}`,
  numbers: (figure) => delimited(tableOf(figure), "\t"),
  sql: (figure) => figure.querySelector("pre").textContent,
};
const saved = {
  csv: async (figure) => new Blob([`${delimited(tableOf(figure), ",")}\n`], { type: "text/csv" }),
  svg: async (figure) => new Blob([standalone(figure)], { type: "image/svg+xml" }),
  png: (figure) => png(standalone(figure)),
};

async function give(figure, button) {
  const kind = button.dataset.take;
  if (saved[kind]) {
    const href = URL.createObjectURL(await saved[kind](figure));
    Object.assign(document.createElement("a"), { href, download: `${figure.id}.${kind}` }).click();
    return; // the browser reads the address later, so it is kept
  }
  const words = button.textContent;
  const told = await navigator.clipboard.writeText(copied[kind](figure)).then(() => "copied", () => "not allowed");
  button.textContent = told;
  setTimeout(() => { button.textContent = words; }, 1500);
}

// --- all of it

document.documentElement.classList.add("live");
const tip = document.getElementById("tip");
document.addEventListener("pointermove", ({ target, clientX, clientY }) => {
  const mark = target.closest(".picture path[aria-label]");
  tip.hidden = !mark;
  if (!mark) return;
  tip.textContent = mark.getAttribute("aria-label");
  tip.style.left = `${Math.min(clientX + 14, window.innerWidth - tip.offsetWidth - 8)}px`;
  tip.style.top = `${clientY + 14}px`;
});
for (const element of document.querySelectorAll(".tools, .take, .readout, .numbers")) element.hidden = false;
for (const choice of choices) {
  const options = choice.dataset.choice === "unit" ? Object.entries(UNITS).map(([id, [name]]) => [id, name])
    : Object.entries(slices).filter(([, { name }]) => name).map(([id, { name }]) => [id, name]);
  choice.append(...options.map(([id, name]) => new Option(name, id)));
  if (choice.dataset.choice === "unit") for (const option of choice.options) option.disabled = !has(option.value);
  choice.addEventListener("change", () => choose({ [choice.dataset.choice]: choice.value }, choice.closest("figure")));
}
for (const field of fields) {
  [field.min, field.max] = [written(first), written(last)];
  field.addEventListener("change", () => {
    const [from, to] = fields.map(({ value }) => counted(value || "0"));
    if (from < to) choose({ from, to }, field.closest("figure"));
  });
}
for (const button of buttons) {
  button.addEventListener("click", () => choose({ from: since(button.dataset.years), to: Infinity }, button.closest("figure")));
}
live.forEach(listen);
for (const figure of figures) {
  for (const button of figure.querySelectorAll("[data-take]")) button.addEventListener("click", () => give(figure, button));
  figure.querySelector(".numbers").addEventListener("toggle", ({ target }) => { if (target.open) tabulate(figure); });
}
window.addEventListener("resize", () => live.forEach(render));
window.addEventListener("hashchange", arrive);
arrive();
document.documentElement.dataset.drawn = "true";
