"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const PAGE = 50;
const $ = (id) => document.getElementById(id);
const make = (tag, text, cls) => { const e = document.createElement(tag); if (text !== undefined) e.textContent = text; if (cls) e.className = cls; return e; };

// Control characters and bidi marks are shown as escapes: no answer may paint the page.
const visible = (text) => String(text).replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]/g, (c) => {
  return "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0");
});

// The ends of a span as a reader looks for them: "first ... last", or the word where it is one.
const words = (span) => {
  const [first, last] = span.slice(0, span.lastIndexOf("#")).split(/\.\.(.*)/);
  return first === last ? `"${first}"` : `"${first} ... ${last}"`;
};

// --- what is chosen lives in the address, so that a reload or a link shows the same ---
const chosen = new URLSearchParams(location.search);
function keep(name, value, usual) {
  if (value === usual) chosen.delete(name); else chosen.set(name, value);
  const asked = String(chosen);
  try { history.replaceState(null, "", `${asked ? `?${asked}` : location.pathname}${location.hash}`); } catch { /* a place that lets nobody write its address */ }
}

// --- theme ---
const root = document.documentElement;
const dark = matchMedia("(prefers-color-scheme: dark)");
const usual = () => dark.matches ? "dark" : "light";
const paint = (theme) => { root.dataset.theme = theme; $("theme").textContent = theme === "dark" ? "Light" : "Dark"; };
paint(["dark", "light"].includes(chosen.get("theme")) ? chosen.get("theme") : usual());
dark.addEventListener("change", () => { if (!chosen.has("theme")) paint(usual()); });
$("theme").addEventListener("click", () => {
  paint(root.dataset.theme === "dark" ? "light" : "dark");
  keep("theme", root.dataset.theme, usual());
});

// --- copy buttons ---
document.addEventListener("click", (event) => {
  const button = event.target.closest("button.copy");
  if (!button) return;
  const box = $(button.dataset.from), said = button.textContent;
  const done = () => { button.textContent = "Copied"; setTimeout(() => { button.textContent = said; }, 1500); };
  const pick = () => { getSelection().selectAllChildren(box); if (document.execCommand("copy")) done(); };
  if (navigator.clipboard) navigator.clipboard.writeText(box.textContent).then(done, pick); else pick();
});

// --- mark where expected and actual part ways ---
for (const pair of document.querySelectorAll(".pair.differs")) {
  const [left, right] = pair.querySelectorAll("pre");
  const a = left.textContent, b = right.textContent;
  let start = 0;
  while (start < Math.min(a.length, b.length) && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < Math.min(a.length, b.length) - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
  if (start + end === 0) continue;
  for (const [box, text] of [[left, a], [right, b]]) {
    box.replaceChildren(text.slice(0, start), make("mark", text.slice(start, text.length - end)), text.slice(text.length - end));
  }
}

// --- what a finding is about is in view ---
for (const mark of document.querySelectorAll(".sides mark")) {
  const box = mark.closest("pre");
  box.scrollTop = mark.offsetTop - box.offsetTop - box.clientHeight / 2;
}

// --- the clause browser: rows are made only when shown ---
const sections = (row) => [...new Set(row.sources.map((s) => `${s.document}: ${s.section}`))];
const filters = Object.fromEntries(["verdict", "standing", "family", "operation", "kind"].map((key) => [key, (row) => [row[key]]]));
filters.section = sections;
for (const [id, values] of Object.entries(filters)) {
  for (const value of [...new Set(data.clauses.flatMap(values))].sort()) $(id).append(new Option(value || "(none)", value));
}
const haystack = data.clauses.map((row) => `${row.id} ${row.statement} ${row.sources.map((s) => Object.values(s).join(" ")).join(" ")} ${row.reason}`.toLowerCase());
let hits = [], shown = 0;

let here = "";  // the clause that a link led to, drawn first
const cause = new Map(Object.entries(data.causes).reverse().flatMap(([number, names]) => names.map((name) => [name, number])));

function search() {
  const words = $("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  hits = data.clauses.map((_, n) => n).filter((n) => words.every((word) => haystack[n].includes(word)) &&
    Object.entries(filters).every(([id, values]) => $(id).value === "*" || values(data.clauses[n]).includes($(id).value)));
  const at = hits.findIndex((n) => data.clauses[n].id === here);
  if (at > 0) hits.unshift(...hits.splice(at, 1));
  shown = 0;
  $("rows").replaceChildren();
  more();
  keep("search", $("search").value, "");
  for (const id of Object.keys(filters)) keep(id, $(id).value, "*");
  for (const cell of document.querySelectorAll("button.cell")) {
    cell.setAttribute("aria-pressed", $("family").value === cell.dataset.family && $("operation").value === cell.dataset.operation);
  }
}

// Somebody chose anew: what a link led to is over.
function choose() {
  if (here) { here = ""; history.replaceState(null, "", location.pathname + location.search); }
  search();
}

function restore() {
  $("search").value = chosen.get("search") ?? "";
  for (const id of Object.keys(filters)) {
    const value = chosen.get(id) ?? "*";
    $(id).value = value;
    if ($(id).selectedIndex < 0) $(id).value = "*";
  }
}

function more() {
  const rows = hits.slice(shown, shown + PAGE).map((n) => draw(data.clauses[n]));
  $("rows").append(...rows);
  shown += rows.length;
  $("found").textContent = `${hits.length} of ${data.clauses.length} clauses, ${shown} shown`;
  $("more").hidden = shown >= hits.length;
}

function link(name, text) {
  const made = make("a", text);
  made.href = `#${encodeURIComponent(name)}`;
  return made;
}

function draw(row) {
  const line = make("tr");
  if (row.id === here) line.className = "here";
  const verdict = make("td");
  verdict.append(make("span", row.verdict, `tag ${row.colour}`));
  const saying = make("td");
  saying.append(make("div", visible(row.statement)), make("code", row.id, "soft"));
  if (row.reason) saying.append(make("div", visible(row.reason), "soft"));
  if (cause.has(row.id)) saying.append(" ", link(`cause-${cause.get(row.id)}`, `cause ${cause.get(row.id)}`));
  const where = row.sources.map((s) => `${s.document}: ${[s.section, s.table, s.row].filter(Boolean).join(", ")}${s.line ? `, line ${s.line}` : ""}${s.span ? `, ${words(s.span)}` : ""}`);
  const source = make("td");
  for (const text of where) source.append(make("div", visible(text), "soft"));
  for (const name of row.discrepancies) {
    const known = data.discrepancies[name];
    const note = make("div", known ? `${name}: ${visible(known.ruling)}` : name, "soft");
    source.append(note);
  }
  const seen = make("td", String(row.exchange_count), "num");
  const list = make("div");
  row.exchanges.forEach((name, at) => {
    const button = make("button", String(at + 1), "exchange");
    button.type = "button";
    button.title = name;
    button.setAttribute("aria-label", `${at + 1}: exchange ${name}`);
    button.dataset.exchange = name;
    list.append(button);
  });
  seen.append(list);
  line.append(verdict, saying, make("td", row.standing), source, seen);
  return line;
}

// --- exchanges: packed in the page, unpacked when the first one is asked for ---
let exchanges;
async function unpack() {
  const bytes = Uint8Array.from(atob($("packed").textContent), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const lines = (await new Response(stream).text()).split("\n").filter(Boolean);
  return new Map(lines.map((line) => JSON.parse(line)).map((record) => [record.id, record]));
}

const judged = new Map();  // which clauses an exchange showed
for (const row of data.clauses) for (const name of row.exchanges) note(name, row.id);
for (const [name, id] of data.broken) note(name, id);
function note(name, id) {
  if (!judged.has(name)) judged.set(name, new Set());
  judged.get(name).add(id);
}

const rows = new Map(data.clauses.map((row) => [row.id, row]));

async function show(name) {
  exchanges ??= unpack();
  const held = await exchanges, record = held.get(name);
  const names = [...held.keys()], at = names.indexOf(name);
  for (const [id, next] of [["before", names[at - 1]], ["after", at < 0 ? undefined : names[at + 1]]]) {
    $(id).disabled = next === undefined;
    $(id).onclick = () => show(next);
  }
  $("h-exchange").textContent = name;
  const told = $("told");
  told.replaceChildren();
  if (record) {
    const { request, response } = record;
    told.append(make("p", `${record.started}, ${record.milliseconds} ms, ${record.matched || "no documented answer"}`, "soft"));
    for (const [title, first, side] of [["Request", `${request.method} ${request.url}`, request], ["Answer", `HTTP ${response.status} ${response.reason}`, response]]) {
      const head = side.headers.map(([key, value]) => `${key}: ${value}`);
      told.append(make("h3", title), make("pre", visible([first, ...head, "", pretty(side.body)].join("\n"))));
    }
  } else {
    told.append(make("p", "This exchange is not among those that the page holds; exchanges.jsonl has it."));
  }
  const ids = [...(judged.get(name) ?? [])].filter((id) => rows.has(id));
  ids.sort((one, other) => (rows.get(one).verdict === "pass") - (rows.get(other).verdict === "pass"));
  if (ids.length) told.append(make("h3", `Clauses that it showed: ${ids.length}`));
  const bad = ids.filter((id) => rows.get(id).verdict !== "pass");
  const folded = make("details");
  folded.append(make("summary", `${ids.length - bad.length} kept`), listed(ids.slice(bad.length)));
  if (bad.length) told.append(listed(bad));
  if (ids.length > bad.length) told.append(folded);
  if (!$("exchange").open) $("exchange").showModal();
  reachable();
}

function listed(ids) {
  const list = make("ul");
  for (const id of ids) {
    const item = make("li");
    item.append(make("span", rows.get(id).verdict, `tag ${rows.get(id).colour}`), " ", link(id, id));
    list.append(item);
  }
  return list;
}

// What scrolls can be reached by keyboard.
function reachable() {
  const boxes = [...document.querySelectorAll("pre, .scroll, nav > div")];
  const overflow = boxes.map((box) => box.scrollHeight > box.clientHeight + 1 || box.scrollWidth > box.clientWidth + 1);
  boxes.forEach((box, at) => { if (overflow[at]) box.tabIndex = 0; else box.removeAttribute("tabindex"); });
}

function pretty(text) {
  try { return JSON.stringify(JSON.parse(text), null, 2); } catch { return text; }
}

let timer;
$("search").addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(choose, 120); });
for (const id of Object.keys(filters)) $(id).addEventListener("change", choose);
$("more").addEventListener("click", more);

// --- the ledger: all, or what is not proven ---
$("open").checked = chosen.get("ledger") === "open";
function narrow() { $("outcomes").classList.toggle("open", $("open").checked); }
$("open").addEventListener("change", () => { narrow(); keep("ledger", $("open").checked ? "open" : "", ""); });
narrow();

// --- a cell of the strip shows its operation's clauses, and again all ---
document.addEventListener("click", (event) => {
  const cell = event.target.closest("button.cell");
  if (cell) {
    const on = cell.getAttribute("aria-pressed") === "true";
    $("search").value = "";
    for (const id of Object.keys(filters)) $(id).value = "*";
    if (!on) { $("family").value = cell.dataset.family; $("operation").value = cell.dataset.operation; }
    choose();
    if (!on) $("clauses").scrollIntoView();
  }
  const button = event.target.closest("button[data-exchange]");
  if (button) show(button.dataset.exchange);
  const anchor = event.target.closest('a[href^="#"]');
  if (anchor) { $("exchange").close(); if (anchor.hash === location.hash) follow(); }
});

// A link such as report.html#cdp.getCustomer.record shows its clause, and #cause-2 its cause.
function follow() {
  const name = decodeURIComponent(location.hash.slice(1));
  if (rows.has(name)) {
    here = name;
    $("search").value = name;
    for (const id of Object.keys(filters)) $(id).value = "*";
    search();
    $("rows").querySelector("tr.here").scrollIntoView({ block: "center" });
    return;
  }
  const place = name && $(name);
  if (!place) return;
  for (let box = place.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
  place.scrollIntoView();
}
addEventListener("hashchange", follow);
addEventListener("resize", reachable);
document.addEventListener("toggle", reachable, true);
restore();
search();
follow();
reachable();
