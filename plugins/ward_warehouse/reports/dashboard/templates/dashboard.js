"use strict";
const D = JSON.parse(document.getElementById("data").textContent);
const at = id => document.getElementById(id);
const all = query => [...document.querySelectorAll(query)];
const english = () => at("en").checked;
// What is written in Vietnamese form, 15.983 and 96,8 %, becomes 15,983 and 96.8 %.
const said = text => english() ? text.replace(/[.,]/g, mark => mark === "." ? "," : ".") : text;
const word = (vi, en) => english() ? en : vi;
const still = all(".n, .trend text").map(cell => [cell, cell.textContent]);
const names = new Map(all("[data-en]").map(one => [one, one.textContent]));
const labels = all("[data-label-en]").map(one => [one, one.getAttribute("aria-label")]);
const rows = all("#rows tr:not(.theme)").slice(1);
rows.forEach((row, place) => { row.dataset.f = place; });
const figures = D.figures.map(row => row.split("|").map(unpack));
const whole = () => figures[D.whole][at("period").selectedIndex];
const figure = row => figures[row.dataset.f][at("period").selectedIndex];
const folded = text => text.normalize("NFD").replace(/\p{M}/gu, "").replace(/đ/gi, "d").toLowerCase();
const count = number => said(String(number).replace(/\B(?=(\d{3})+$)/g, "."));

// Null without a row, a number for a note, else what pages.packed_figure wrote.
function unpack(text) {
  if (text === "") return null;
  if (text[0] === "#") return +text.slice(1);
  const [shown, n, of, value] = text.split(";"), side = { "-": -1, "+": 1 }[shown.at(-1)] || 0;
  const known = one => one === undefined || one === "" ? null : +one;
  const one = { side, text: (side ? shown.slice(0, -1) : shown).replace("%", "\u00a0%"), n: known(n), of: known(of), value: known(value), low: null };
  if (one.value === null && one.n !== null) one.value = one.of === null ? one.n : one.n / one.of;
  return D.scale && one.n <= one.of && one.of > 0 ? { ...one, ...wilson(one.n, one.of) } : one;
}

// As analyst.indicators_interval has it.
function wilson(n, of) {
  const z2 = 3.841458820694124, middle = n + z2 / 2, room = Math.sqrt(z2 * (n * (of - n) / of + z2 / 4));
  return { low: (middle - room) / (of + z2), high: (middle + room) / (of + z2) };
}

const STATES = { c: ["đã khóa", "closed"], p: ["tạm tính", "provisional"], o: ["chưa hết kỳ", "not over yet"] };
const isFigure = one => one !== null && typeof one === "object";

function show(cell, one) {
  if (isFigure(one)) cell.textContent = said(one.text);
  else if (one !== null) {
    const note = document.createElement("span");
    note.className = "note";
    note.textContent = D.notes[one][english() ? 1 : 0];
    cell.replaceChildren(note);
  } else cell.textContent = "–";
}

const drawn = (width, height, said, inside) => `<svg ${said} viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">${inside}</svg>`;

function interval(one, beside) {
  if (!isFigure(one) || one.low === null) return "";
  const [low, high, start, length] = D.scale, colour = one.side ? "#a31621" : "#3d4a63";
  const x = value => (start + length * Math.min(Math.max((value - low) / (high - low), 0), 1)).toFixed(1);
  const line = isFigure(beside) ? `<line x1="${x(beside.value)}" x2="${x(beside.value)}" y1="1" y2="15" stroke="#7b8794" stroke-dasharray="2 2"/>` : "";
  const text = bound => said((100 * bound).toFixed(1).replace(".", ",")) + " %";
  return drawn(180, 16, `role="img" aria-label="${text(one.low)} – ${text(one.high)}"`,
    `${line}<line x1="${x(one.low)}" x2="${x(one.high)}" y1="8" y2="8" stroke="${colour}" stroke-width="3"/><circle cx="${x(one.value)}" cy="8" r="4" fill="${colour}"/>`);
}

// The months by what is shown of them, with a gap where there is nothing.
function spark(row) {
  const months = row.filter((_, place) => /-\d\d$/.test(D.periods[place]));
  const values = months.map(one => isFigure(one) ? parseFloat(one.text.replace(/\./g, "").replace(",", ".")) : null);
  const known = values.filter(one => one !== null), low = Math.min(...known), high = Math.max(...known);
  if (!known.length) return "";
  const y = value => high > low ? 19 - 16 * (value - low) / (high - low) : 11;
  let path = "", pen = "M";
  values.forEach((value, place) => {
    if (value !== null) path += `${pen}${(2 + 96 * place / Math.max(values.length - 1, 1)).toFixed(0)},${y(value).toFixed(0)}`;
    pen = value === null ? "M" : "L";
  });
  // The table says each of them, month by month.
  return drawn(100, 22, "aria-hidden=true", `<path d="${path}h.1"/>`);
}

function paintRow(row) {
  const one = figure(row), cell = name => row.querySelector("." + name);
  show(cell("v"), one);
  cell("k").innerHTML = spark(figures[row.dataset.f]);
  if (cell("side")) {
    const side = isFigure(one) ? one.side : 0;
    cell("side").textContent = side < 0 ? word("↓ thấp hơn", "↓ below") : side > 0 ? word("↑ cao hơn", "↑ above") : "";
  }
  if (cell("q")) cell("q").textContent = isFigure(one) && one.n !== null && one.of !== null ? count(one.n) + "/" + count(one.of) : "";
  if (cell("i")) cell("i").innerHTML = +row.dataset.f === D.whole ? "" : interval(one, whole());
}

function filter() {
  const wanted = folded(at("text") ? at("text").value : ""), theme = at("theme") ? at("theme").value : "";
  let shown = 0;
  rows.forEach(row => {
    const side = row.querySelector(".side");
    const differs = !at("only") || !at("only").checked || row.classList.contains("total") || (side && side.textContent);
    row.hidden = !(differs && folded(row.querySelector("th").textContent).includes(wanted) && (!theme || row.parentNode.dataset.t === theme));
    shown += !row.hidden;
  });
  all("tbody").forEach(group => {
    const head = group.querySelector(".theme");
    if (head) head.hidden = !rows.some(row => row.parentNode === group && !row.hidden);
  });
  at("shown").textContent = word(`${shown} dòng`, `${shown} rows`);
}

function sort() {
  if (!at("order")) return;
  const value = row => { const one = figure(row); return isFigure(one) ? one.value : null; };
  const by = { name: (a, b) => a.dataset.f - b.dataset.f, low: (a, b) => value(a) - value(b), high: (a, b) => value(b) - value(a) }[at("order").value];
  const last = row => row.classList.contains("total") ? 2 : at("order").value !== "name" && value(row) === null ? 1 : 0;
  const sorted = [...rows].sort((a, b) => last(a) - last(b) || (last(a) ? 0 : by(a, b)) || a.dataset.f - b.dataset.f);
  sorted.forEach(row => row.parentNode.append(row));
}

function paint() {
  rows.forEach(paintRow);
  const state = D.states[at("period").selectedIndex];
  at("state").textContent = word(...STATES[state]);
  all("td[data-f]").forEach(cell => show(cell, figure(cell)));
  still.forEach(([cell, text]) => { cell.textContent = said(text); });
  names.forEach((text, one) => { one.textContent = word(text, one.dataset.en); one.setAttribute("lang", word("vi", "en")); });
  labels.forEach(([one, text]) => { one.setAttribute("aria-label", word(text, one.dataset.labelEn)); });
  sort();
  filter();
  // The next page opens in the same language and on the same period.
  const kept = new URLSearchParams({ l: english() ? "en" : "vi", p: D.periods[at("period").selectedIndex] }).toString();
  all("a[href*='.html']:not([href^='.'])").forEach(link => { link.hash = kept; });
}

// A cell that a spreadsheet would take for a formula is text.
const field = value => value == null ? "" : typeof value === "number" ? String(value) : `"${(/^[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/.test(value) ? "'" + value : value).replace(/"/g, '""')}"`;

function evidence() {
  const lines = [["indicator_code", "unit_key", "unit_name", "period", "period_state", "numerator", "denominator", "value", "value_low", "value_high", "note"].join(",")];
  const units = rows.map(row => {
    const link = row.querySelector("a");
    return link ? [link.pathname.match(/ward-(.*)\.html$/)[1], names.has(link) ? names.get(link) : link.textContent] : [D.district, D.name];
  });
  figures.forEach((row, unit) => row.forEach((one, period) => {
    if (one === null) return;
    const head = [D.code, ...units[unit], D.periods[period], STATES[D.states[period]][0]];
    const tail = isFigure(one) ? [one.n, one.of, one.value, one.low, one.high, null] : [null, null, null, null, null, D.notes[one][0]];
    lines.push([...head, ...tail].map(field).join(","));
  }));
  return "\ufeff" + lines.join("\r\n") + "\r\n";
}

function begin() {
  // What does nothing without this script is not offered by a page that was sent without it.
  document.documentElement.className = "on";
  const kept = new URLSearchParams(location.hash.slice(1)), period = D.periods.indexOf(kept.get("p"));
  if (kept.get("l") === "en") at("en").checked = true;
  if (period >= 0) at("period").selectedIndex = period;
  for (const name of ["i", "side", "k"]) {
    const head = document.querySelector(`#rows thead .${name}`);
    if (!head) continue;
    head.hidden = false;
    rows.forEach(row => { row.insertCell().className = name; });
  }
  all(".filters").forEach(one => { one.hidden = false; });
  all("select, #only, #text, .lang").forEach(one => one.addEventListener("input", paint));
  if (at("download")) at("download").addEventListener("click", () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([evidence()], { type: "text/csv" }));
    link.download = D.code + ".csv";
    link.click();
  });
  paint();
}
begin();
