// Any picture: selectors choose what is drawn from the values that the page carries.
(() => {
  const one = (id) => document.getElementById(id);
  const data = JSON.parse(one("explorer-data").textContent);
  const { coordinates, quantities, values } = data;
  if (!values.length) { one("choices").textContent = "There are no values to draw."; return; }
  const at = (name) => coordinates.findIndex((c) => c.name === name);
  const [BOUND, SOURCE, DIRECTION] = ["bound", "source", "direction"].map(at);
  const escape = (text) => String(text).replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", "\"": "&quot;" }[c]));
  const holder = one("choices");
  const select = (label) => {
    const made = document.createElement("label");
    const box = document.createElement("select");
    made.append(label, box);
    holder.append(made);
    box.addEventListener("change", draw);
    return box;
  };
  const fill = (box, options, wanted) => {
    box.replaceChildren(...options.map(([value, text]) => new Option(text, value)));
    if (options.some(([value]) => String(value) === String(wanted))) box.value = wanted;
  };
  const y = select("upwards"), bound = select("bound"), x = select("to the right"), colour = select("colours"), panels = select("panels");
  const filters = coordinates.map((c) => select(c.words));
  const axes = coordinates.map((c, i) => [i, c.words]).filter(([i]) => i !== BOUND && i !== DIRECTION);
  fill(y, quantities.map((q, i) => [i, q.words]), 0);
  const numeric = axes.filter(([i]) => coordinates[i].numbers);
  const most = (list) => list.reduce((a, b) => (coordinates[b[0]].levels.length > coordinates[a[0]].levels.length ? b : a), list[0]);
  const others = axes.filter(([i]) => i !== SOURCE);
  const first = others.length ? most(numeric.length ? numeric.filter(([i]) => i !== SOURCE) : others)[0] : axes[0] ? axes[0][0] : -1;
  fill(x, axes, first);
  const all = [["", "(none)"], ...coordinates.map((c, i) => [i, c.words])];
  const distinct = (list) => [...new Set(list)];
  const range = (list) => (list.length ? Math.max(...list) - Math.min(...list) : 0);

  // At first one bound, the one that moves most, with a line for each value of a second axis; where there is none, a line for each bound.
  const second = others.filter(([i]) => i !== first && coordinates[i].levels.length <= 8);
  const moves = (level) => range(values.filter((v) => v[0] === 0 && v[1][BOUND] === level).map((v) => v[2][2]));
  const known = BOUND >= 0 && quantities[0].ofBounds ? distinct(values.filter((v) => v[0] === 0).map((v) => v[1][BOUND])) : [];
  const informative = second.length && known.length ? known.reduce((a, b) => (moves(b) > moves(a) ? b : a), known[0]) : "";
  fill(colour, all, informative !== "" ? most(second)[0] : BOUND >= 0 ? BOUND : "");
  fill(panels, all, SOURCE >= 0 ? SOURCE : "");

  // What is fixed: of each coordinate that is not shown, the level that leaves most values, and of those the one that moves most.
  let asked = "";
  const choose = (rows, shown, own) => {
    for (let i = 0; i < coordinates.length; i++) {
      const levels = distinct(rows.map((r) => r[1][i]).filter((l) => l !== null));
      const box = filters[i];
      const needed = !shown.includes(i) && levels.length > 1;
      box.parentElement.hidden = !needed;
      if (!needed) continue;
      const score = (level) => {
        const left = rows.filter((r) => r[1][i] === null || r[1][i] === level);
        return left.length + 0.5 * Math.min(1, range(left.map((r) => r[2][2])));
      };
      const best = levels.reduce((a, b) => (score(b) > score(a) + 1e-9 ? b : a), levels[0]);
      const kept = own && levels.includes(Number(box.value)) ? Number(box.value) : best;
      fill(box, levels.sort((a, b) => a - b).map((l) => [l, coordinates[i].short[l]]), kept);
      rows = rows.filter((r) => r[1][i] === null || r[1][i] === kept);
    }
    return rows;
  };

  const WIDE = 330, HIGH = 240, LEFT = 52, RIGHT = 12, TOP = 24, BOTTOM = 44;
  const round = (v) => Number(v.toPrecision(3));
  const power = (n) => `10${String(n).replace(/-/, "⁻").replace(/\d/g, (d) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[d])}`;
  const scale = (low, high, log, from, to) => {
    const f = log ? Math.log10 : (v) => v;
    const [a, b] = [f(low), f(high)];
    return (v) => (b > a ? from + ((f(v) - a) / (b - a)) * (to - from) : (from + to) / 2);
  };
  const ticks = (low, high, log) => {
    if (log) {
      const [a, b] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
      const step = Math.max(1, Math.ceil((b - a) / 5));
      const decades = [];
      for (let n = a; n <= b; n += step) decades.push([10 ** n, power(n)]);
      return decades.length > 1 ? decades : [[low, round(low)], [high, round(high)]];
    }
    const raw = (high - low) / 5 || 1, p = 10 ** Math.floor(Math.log10(raw));
    const step = [1, 2, 5, 10].map((m) => m * p).find((s) => s >= raw * (1 - 1e-9));
    const found = [];
    for (let v = Math.ceil(low / step - 1e-9) * step; v <= high + step * 1e-9; v += step) found.push([v, round(v)]);
    return found;
  };

  // The rule of the pictures in the files: what shows the replicates of a panel, and what that is in words.
  const numericOf = (rows, X) => distinct(rows.map((r) => coordinates[X].levels[r[1][X]])).every((text) => text.trim() !== "" && Number.isFinite(Number(text)));
  const spreadOf = (rows, X, C) => {
    const curves = C === null ? 1 : distinct(rows.map((r) => r[1][C])).length;
    if (!rows.some((r) => r[2][3] > r[2][1])) return "";
    if (curves > data.mostBars && numericOf(rows, X)) return "left out";
    return curves > data.mostBands || !numericOf(rows, X) || rows.every((r) => r[2][0] < data.few) ? "bars" : "bands";
  };
  const wordsOf = (parts, X, C) => {
    const counts = parts.flatMap((rows) => rows.map((r) => r[2][0]));
    const [least, most] = [Math.min(...counts), Math.max(...counts)];
    if (most === 1) return "each value is of one pair";
    const drawn = distinct(parts.map((rows) => spreadOf(rows, X, C)));
    const what = ["bands", "bars"].filter((kind) => drawn.includes(kind)).join(" or ");
    const ends = most < data.few ? "from the least to the greatest" : `their 5 and 95 % quantiles${least < data.few ? `, of fewer than ${data.few} the least and the greatest` : ""}`;
    const left = drawn.includes("left out") ? `; where more than ${data.mostBars} curves share a panel, they are left out` : "";
    return `medians of replicates${what ? `; ${what} are ${ends}` : ""}${left}`;
  };

  const panelOf = (rows, title, source, Y, X, C) => {
    const q = quantities[Y.q], c = coordinates[X];
    const levels = distinct(rows.map((r) => r[1][X])).sort((a, b) => a - b);
    const numbers = c.numbers && levels.length > 2 ? levels.map((l) => c.numbers[l]) : null;
    const log = Boolean(numbers && c.log && numbers.every((v) => v > 0));
    const place = (l) => (numbers ? c.numbers[l] : levels.indexOf(l));
    const ends = numbers ? [Math.min(...numbers), Math.max(...numbers)] : [-0.5, levels.length - 0.5];
    const sx = scale(ends[0], ends[1], log, LEFT + (numbers ? 8 : 0), WIDE - RIGHT - (numbers ? 8 : 0));
    const sy = scale(Y.low, Y.high, Y.log, HIGH - BOTTOM, TOP);
    const py = (v) => sy(Y.log ? Math.max(v, Y.low) : v);
    let svg = `<rect width="${WIDE}" height="${HIGH}" fill="#fff"/><text x="${LEFT}" y="14" font-weight="600">${escape(title)}</text>`;
    for (const [v, text] of ticks(Y.low, Y.high, Y.log)) {
      svg += `<path d="M${LEFT} ${sy(v)}H${WIDE - RIGHT}" stroke="#ddd"/><text x="${LEFT - 5}" y="${sy(v) + 4}" text-anchor="end">${text}</text>`;
    }
    const names = numbers && (log || levels.length > 8) ? ticks(ends[0], ends[1], log).map(([v, t]) => [sx(v), t]) : levels.map((l) => [sx(place(l)), c.short[l]]);
    for (const [px, text] of names) svg += `<text x="${px}" y="${HIGH - BOTTOM + 16}" text-anchor="middle">${escape(text)}</text>`;
    const words = source !== null && c.wordsOf.length ? c.wordsOf[source] : c.words;
    svg += `<text x="${(LEFT + WIDE - RIGHT) / 2}" y="${HIGH - 8}" text-anchor="middle">${escape(words)}</text>`;
    svg += `<path d="M${LEFT} ${TOP}V${HIGH - BOTTOM}H${WIDE - RIGHT}" fill="none" stroke="#1a1a1a"/>`;
    const lines = C === null ? [null] : distinct(rows.map((r) => r[1][C])).sort((a, b) => a - b);
    const spread = spreadOf(rows, X, C);
    for (const [i, level] of lines.entries()) {
      // Curves stand a little apart, so that no bar hides another.
      const at = (r) => sx(place(r[1][X])) + (spread === "bars" ? 3 * (i - (lines.length - 1) / 2) : 0);
      const own = rows.filter((r) => C === null || r[1][C] === level).sort((a, b) => place(a[1][X]) - place(b[1][X]));
      const ink = C === null ? "#0072b2" : coordinates[C].colours[level];
      const to = (k) => own.map((r) => `${at(r)} ${py(r[2][k])}`);
      if (spread === "bands" && own.length > 1) svg += `<path d="M${[...to(1), ...to(3).reverse()].join("L")}Z" fill="${ink}" opacity=".13"/>`;
      if (spread === "bars") for (const r of own) svg += `<path class="bar" d="M${at(r)} ${py(r[2][1])}V${py(r[2][3])}" stroke="${ink}" stroke-width="1.8"/>`;
      svg += `<path d="M${to(2).join("L")}" fill="none" stroke="${ink}" stroke-width="1.8"/>`;
      for (const r of own) svg += `<circle cx="${at(r)}" cy="${py(r[2][2])}" r="2.6" fill="${ink}"><title>${escape(C === null ? "" : coordinates[C].short[level])} ${escape(c.short[r[1][X]])}: ${r[2][2]} (${r[2][1]} to ${r[2][3]}, ${r[2][0]} replicates)</title></circle>`;
    }
    return `<svg viewBox="0 0 ${WIDE} ${HIGH}" font-size="12" font-family="DejaVu Sans, Helvetica, Arial, sans-serif" aria-label="${escape(q.words)}: ${escape(title)}">${svg}</svg>`;
  };

  function draw() {
    const q = Number(y.value), own = quantities[q];
    let rows = values.filter((v) => v[0] === q);
    const tokens = BOUND >= 0 && own.ofBounds ? distinct(rows.map((r) => r[1][BOUND])).sort((a, b) => a - b) : [];
    const before = bound.options.length ? bound.value : informative;
    bound.parentElement.hidden = !tokens.length;
    fill(bound, [["", "all"], ...tokens.map((l) => [l, coordinates[BOUND].short[l]])], before);
    if (bound.value !== "") rows = rows.filter((r) => r[1][BOUND] === Number(bound.value));
    const X = Number(x.value), C = colour.value === "" ? null : Number(colour.value), P = panels.value === "" ? null : Number(panels.value);
    const shown = [X, C, P].filter((i) => i !== null);
    rows = rows.filter((r) => r[1][X] !== null && [C, P].every((i) => i === null || r[1][i] !== null || i === BOUND));
    const useC = C !== null && rows.some((r) => r[1][C] !== null) ? C : null;
    const key = [q, bound.value, X, C, P].join("|");
    rows = choose(rows, shown, key === asked);
    asked = key;
    const box = one("drawn");
    const sources = SOURCE < 0 ? [] : distinct(rows.map((r) => r[1][SOURCE]));
    const meanings = P === SOURCE ? 1 : distinct(sources.filter((s) => s !== null).map((s) => coordinates[X].wordsOf[s])).length;
    const command = [];
    if (own.ofBounds && bound.value !== "") command.push(`bound=${coordinates[BOUND].levels[Number(bound.value)]}`);
    command.push(`y=${own.name}`, `x=${coordinates[X].name}`, `colour=${C === null ? "none" : coordinates[C].name}`, `panels=${P === null ? "none" : coordinates[P].name}`);
    const fixed = filters.map((f, i) => [f, i]).filter(([f]) => !f.parentElement.hidden).map(([f, i]) => {
      const text = coordinates[i].levels[Number(f.value)];
      return `${coordinates[i].name}==${/[,| ]/.test(text) ? `'${text}'` : text}`;
    });
    if (fixed.length) command.push(`where='${fixed.join(",").replace(/'/g, "\"")}'`);
    one("command").textContent = `${data.command} --plot "${command.join(" ").replace(/"/g, "\\\"")}"`;
    const no = (text) => { box.textContent = text; };
    if (distinct(shown).length < shown.length) return no("Something is shown twice: take different axes.");
    if (meanings > 1) return no(`Sources mean different things by ${coordinates[X].words}: show them in panels.`);
    const parts = P === null ? [[null, rows]] : distinct(rows.map((r) => r[1][P])).sort((a, b) => a - b).map((l) => [l, rows.filter((r) => r[1][P] === l)]);
    const full = parts.filter(([, list]) => distinct(list.map((r) => r[1][X])).length > 1);
    if (!full.length) return no("There are no two values to draw over this axis.");
    const seen = full.flatMap(([, list]) => list.map((r) => r[2]));
    const positive = seen.map((v) => v[2]).filter((v) => v > 0);
    const log = positive.length > 0 && own.name !== "certified" && own.name !== "vacuous" && seen.every((v) => v[1] >= 0) && Math.min(...positive) < 0.03 * Math.max(...positive);
    const top = Math.max(...seen.map((v) => v[3])), low = Math.min(...seen.map((v) => v[1]));
    const Y = log ? { q, log, low: Math.min(...positive) / 1.5, high: Math.max(top, Math.max(...positive) * 1.5) } : { q, log, low: own.isShare ? 0 : Math.min(0, low), high: own.isShare ? 1 : top || 1 };
    const title = (l) => (P === null ? "" : coordinates[P].numbers ? `${coordinates[P].words} ${coordinates[P].short[l]}` : coordinates[P].short[l]);
    const levels = useC === null ? [] : distinct(full.flatMap(([, list]) => list.map((r) => r[1][useC]))).sort((a, b) => a - b);
    const key2 = levels.map((l) => `<span><i style="background:${coordinates[useC].colours[l]}"></i>${escape(coordinates[useC].numbers ? `${coordinates[useC].words} ${coordinates[useC].short[l]}` : coordinates[useC].short[l])}</span>`).join("");
    const source = (list) => { const all = SOURCE < 0 ? [] : distinct(list.map((r) => r[1][SOURCE])); return all.length === 1 ? all[0] : null; };
    box.innerHTML = `<p class="key">${escape(own.words)}, ${own.name === "vacuous" ? "shares of replicates" : wordsOf(full.map(([, list]) => list), X, useC)}. ${key2}</p><div class="panels">${full.map(([l, list]) => panelOf(list, title(l), source(list), Y, X, useC)).join("")}</div>`;
  }
  draw();
})();
