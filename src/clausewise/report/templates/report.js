"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const PAGE = 100;
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

// --- theme ---
const root = document.documentElement;
const dark = matchMedia("(prefers-color-scheme: dark)");
const paint = (theme) => { root.dataset.theme = theme; $("theme").textContent = theme === "dark" ? "Light" : "Dark"; };
paint(dark.matches ? "dark" : "light");
dark.addEventListener("change", (event) => paint(event.matches ? "dark" : "light"));
$("theme").addEventListener("click", () => paint(root.dataset.theme === "dark" ? "light" : "dark"));

// --- copy buttons ---
document.addEventListener("click", (event) => {
  const button = event.target.closest("button.copy");
  if (!button) return;
  const text = $(button.dataset.from).textContent;
  const done = () => { button.textContent = "Copied"; setTimeout(() => { button.textContent = "Copy"; }, 1500); };
  if (navigator.clipboard) navigator.clipboard.writeText(text).then(done, () => {});
});

// --- mark where expected and actual part ways ---
for (const pair of document.querySelectorAll(".pair")) {
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

// --- the clause browser: rows are made only when shown ---
const sections = (row) => [...new Set(row.sources.map((s) => `${s.document}: ${s.section}`))];
const filters = Object.fromEntries(["verdict", "standing", "family", "operation", "kind"].map((key) => [key, (row) => [row[key]]]));
filters.section = sections;
for (const [id, values] of Object.entries(filters)) {
  for (const value of [...new Set(data.clauses.flatMap(values))].sort()) $(id).append(new Option(value || "(none)", value));
}
const haystack = data.clauses.map((row) => `${row.id} ${row.statement} ${row.sources.map((s) => Object.values(s).join(" ")).join(" ")} ${row.reason}`.toLowerCase());
let hits = [], shown = 0;

function search() {
  const words = $("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  hits = data.clauses.map((_, n) => n).filter((n) => words.every((word) => haystack[n].includes(word)) &&
    Object.entries(filters).every(([id, values]) => $(id).value === "*" || values(data.clauses[n]).includes($(id).value)));
  shown = 0;
  $("rows").replaceChildren();
  more();
}

function more() {
  const rows = hits.slice(shown, shown + PAGE).map((n) => draw(data.clauses[n]));
  $("rows").append(...rows);
  shown += rows.length;
  $("found").textContent = `${hits.length} of ${data.clauses.length} clauses, ${shown} shown`;
  $("more").hidden = shown >= hits.length;
}

function draw(row) {
  const line = make("tr");
  const verdict = make("td");
  verdict.append(make("span", row.verdict, `tag ${row.colour}`));
  const saying = make("td");
  saying.append(make("div", visible(row.statement)), make("code", row.id, "soft"));
  if (row.reason) saying.append(make("div", visible(row.reason), "soft"));
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
    button.setAttribute("aria-label", `Show exchange ${name}`);
    button.addEventListener("click", () => show(name));
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

async function show(name) {
  exchanges ??= unpack();
  const record = (await exchanges).get(name);
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
  $("exchange").showModal();
}

function pretty(text) {
  try { return JSON.stringify(JSON.parse(text), null, 2); } catch { return text; }
}

let timer;
$("search").addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(search, 120); });
for (const id of Object.keys(filters)) $(id).addEventListener("change", search);
$("more").addEventListener("click", more);

// A link such as report.html#cdp.getCustomer.record finds its clause.
function follow() {
  const name = decodeURIComponent(location.hash.slice(1));
  if (name && data.clauses.some((row) => row.id === name)) {
    $("search").value = name;
    search();
    $("clauses").scrollIntoView();
  }
}
addEventListener("hashchange", follow);
search();
follow();
