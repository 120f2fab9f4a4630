"use strict";
(() => {
  const one = (id) => document.getElementById(id);
  const data = JSON.parse(one("data").textContent);

  // Pictures: the selector's value is the key of a figure.
  const view = one("view");
  const show = () => {
    for (const figure of document.querySelectorAll("#pictures figure[data-key]")) figure.hidden = figure.dataset.key !== view.value;
  };
  view.addEventListener("change", show);
  show();

  // Cells: sorting by a column, filtering by words, each of which must occur.
  const table = one("cells-table");
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const number = (text) => (text === "" || text === "–" ? NaN : Number(text));
  const sort = (header) => {
    const column = header.cellIndex;
    const down = header.getAttribute("aria-sort") === "ascending";
    for (const other of table.tHead.rows[0].cells) other.setAttribute("aria-sort", "none");
    header.setAttribute("aria-sort", down ? "descending" : "ascending");
    const sign = down ? -1 : 1;
    const keyed = rows.map((row, i) => {
      const text = row.cells[column].dataset.value ?? row.cells[column].textContent;
      return { row, i, text, n: number(text) };
    });
    const numeric = keyed.every((k) => !Number.isNaN(k.n) || k.text === "");
    keyed.sort((a, b) => {
      if ((a.text === "") !== (b.text === "")) return a.text === "" ? 1 : -1;
      const order = numeric ? a.n - b.n : a.text < b.text ? -1 : a.text > b.text ? 1 : 0;
      return sign * (order || 0) || a.i - b.i;
    });
    body.append(...keyed.map((k) => k.row));
  };
  for (const header of table.tHead.rows[0].cells) header.querySelector("button").addEventListener("click", () => sort(header));
  const names = [...table.tHead.rows[0].cells].map((h) => h.textContent.trim());
  const texts = rows.map((row) => [...row.cells].map((c, i) => `${names[i]}=${c.textContent}`).join(" ").toLowerCase() + " ");
  const filter = () => {
    const words = one("filter").value.toLowerCase().split(/\s+/).filter((w) => w);
    let n = 0;
    rows.forEach((row, i) => {
      row.hidden = !words.every((w) => texts[i].includes(w.includes("=") ? `${w} ` : w));
      n += row.hidden ? 0 : 1;
    });
    one("shown").textContent = `${n} of ${rows.length} rows`;
  };
  one("filter").addEventListener("input", filter);
  filter();

  // A cell: all it measured and every bound.
  const short = (v) => (v === null ? "–" : typeof v === "string" ? v : String(Number(v.toPrecision(4))));
  const element = (tag, text, name) => {
    const made = document.createElement(tag);
    made.textContent = text;
    if (name) made.className = name;
    return made;
  };
  const tableOf = (caption, header, lines) => {
    const made = document.createElement("table");
    made.append(element("caption", caption, "text"));
    const head = made.createTHead().insertRow();
    header.forEach((h, i) => { const th = element("th", h, i ? "" : "text"); th.scope = "col"; head.append(th); });
    const inside = made.createTBody();
    for (const line of lines) {
      const row = inside.insertRow();
      line.forEach((text, i) => row.append(element("td", text, i && text !== undefined ? "" : "text")));
    }
    return made;
  };
  const open = (focus) => {
    const id = location.hash.replace(/^#cell-/, "");
    const row = one(`cell-${id}`);
    const cell = data.cells[id];
    if (!location.hash.startsWith("#cell-") || !row || !cell) return;
    if (row.hidden) { one("filter").value = ""; filter(); }
    rows.forEach((r) => r.classList.toggle("chosen", r === row));
    row.scrollIntoView({ block: "center" });
    const box = one("cell");
    const coordinates = names.slice(1).map((n, i) => [n, row.cells[i + 1].textContent]).filter(([n, v]) => data.coordinates.includes(n) && v);
    const measures = data.measures.map((m, i) => [m, short(cell.m[i])]).filter(([, v]) => v !== "–");
    const bounds = cell.e.map(([b, d, s, lhs, rhs]) => {
      const ratio = typeof lhs === "number" && typeof rhs === "number" && rhs > 0 ? short(lhs / rhs) : "–";
      return [`${data.bounds[b][0]} (${data.bounds[b][1]})`, d ? "ba" : "ab", short(lhs), short(rhs), ratio, ["ok", "vacuous", "not applicable", "VIOLATED"][s]];
    });
    const command = document.createElement("pre");
    command.append(element("code", `${data.rerun} ${id}`));
    const columns = element("div", "", "columns");
    columns.append(tableOf("Measures", ["token", "value"], measures), tableOf("Bounds", ["bound", "direction", "lhs", "rhs", "lhs/rhs", "status"], bounds));
    box.replaceChildren(element("h3", `Cell ${id}`), element("p", coordinates.map(([n, v]) => `${n} = ${v}`).join(", ")));
    if (cell.r) box.append(element("p", cell.r));
    box.append(element("p", "Run it again:"), command, columns);
    box.hidden = false;
    if (focus) { box.focus({ preventScroll: true }); box.scrollIntoView({ block: "nearest" }); }
  };
  addEventListener("hashchange", () => open(true));
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    const target = link && link.getAttribute("href");
    if (target && target.startsWith("#cell-") && target === location.hash) open(true);
  });
  open(false);
})();
