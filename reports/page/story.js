"use strict";
// The timeline of a story. Only what can be seen is drawn, so that its cost does not grow
// with the number of events that are out of sight.
(function () {
  const story = JSON.parse(document.getElementById("story").textContent);
  // The events are columns of numbers; steps and times are told by how much they grow.
  const sums = (column) => { for (let i = 1; i < column.length; i++) column[i] += column[i - 1]; return column; };
  const steps = sums(Float64Array.from(story.events.step)), times = sums(Float64Array.from(story.events.time));
  const lanes = Uint16Array.from(story.events.lane), classes = Uint8Array.from(story.events.class);
  const kinds = Uint16Array.from(story.events.kind), texts = Uint32Array.from(story.events.text), total = steps.length;
  const el = (id) => document.getElementById(id);
  const canvas = el("canvas"), chart = el("chart"), list = el("list"), rows = el("rows"), detail = el("detail");
  const decided = new Set(story.decisions.map((d) => d.event).filter((e) => e >= 0 && e < total));
  const lives = new Set(story.lives), cuts = new Set(story.cuts.map((c) => Math.min(c.event, total - 1)));
  const light = { schedule: "#8c959f", file: "#4c78a8", sync: "#00838f", append: "#2e7d32", delivery: "#6a4fb3", checkpoint: "#b26a00", frontier: "#b8bfc6", fault: "#d81b60", crash: "#b3261e" };
  const dark = { schedule: "#7d8792", file: "#7aa7d9", sync: "#4dd0e1", append: "#81c784", delivery: "#b39ddb", checkpoint: "#ffb74d", frontier: "#4a535d", fault: "#ff80ab", crash: "#ff8a80" };
  const screenIsDark = matchMedia("screen and (prefers-color-scheme: dark)"); // paper is light
  const colours = () => story.classes.map((c) => (screenIsDark.matches ? dark : light)[c]);
  const rowHeight = 24, laneHeight = 22, top = 22;
  const hidden = new Set();
  let width = 0, gutter = 120, from = 0, to = Math.max(1, total), selected = -1, matches = [], query = "", labels = [];

  const textOf = (i) => `${story.lanes[lanes[i]]} ${story.kinds[kinds[i]]} ${story.texts[texts[i]]}`;
  const time = (i) => (times[i] / 1e6).toFixed(3) + " ms";
  const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  // match finds the events that are shown. Every word is looked at once, however many events have it.
  function match() {
    const found = (words) => Uint8Array.from(words, (word) => word.toLowerCase().includes(query));
    const inLanes = query && found(story.lanes), inKinds = query && found(story.kinds), inTexts = query && found(story.texts);
    const off = story.classes.map((_, c) => hidden.has(c));
    matches = [];
    for (let i = 0; i < total; i++) {
      if (off[classes[i]] && i !== selected) continue;
      if (query && !inLanes[lanes[i]] && !inKinds[kinds[i]] && !inTexts[texts[i]]) continue;
      matches.push(i);
    }
    rows.style.height = matches.length * rowHeight + "px";
  }
  function filter() { match(); draw(); window_(); }

  function place(i) { return gutter + ((i + 0.5 - from) / (to - from)) * (width - gutter - 8); }

  function draw() {
    const ratio = window.devicePixelRatio || 1, height = top + story.lanes.length * laneHeight + 8;
    width = chart.clientWidth; // asking for it is dear: it lays out the page
    gutter = width < 600 ? 86 : 120;
    canvas.style.height = height + "px";
    canvas.width = width * ratio; canvas.height = height * ratio;
    const g = canvas.getContext("2d"), palette = colours();
    g.scale(ratio, ratio);
    g.fillStyle = style("--back"); g.fillRect(0, 0, width, height);
    g.font = "12px system-ui, sans-serif"; g.textBaseline = "middle";
    story.lanes.forEach((name, lane) => {
      const y = top + lane * laneHeight;
      if (lane % 2 === 0) { g.fillStyle = style("--band"); g.fillRect(0, y, width, laneHeight); }
      g.fillStyle = style("--front"); g.fillText(name, 6, y + laneHeight / 2, gutter - 10);
    });
    g.save(); g.beginPath(); g.rect(gutter, 0, width - gutter, height); g.clip();
    const bar = Math.max(2, Math.min(14, (width - gutter) / (to - from) - 1));
    bars(g, palette, bar);
    labels = [];
    g.fillStyle = style("--doubt");
    decided.forEach((i) => { const x = place(i); if (x > gutter) { g.beginPath(); g.moveTo(x - 4, 14); g.lineTo(x + 4, 14); g.lineTo(x, 21); g.fill(); } });
    if (story.broke >= 0) rule(g, story.broke, style("--bad"), "broke", height, 2);
    cuts.forEach((i) => rule(g, i, style("--bad"), "", height));
    if (story.lost) rule(g, Math.min(story.lost.event, total - 1), style("--doubt"), "lost", height, 2);
    story.lives.forEach((i, life) => rule(g, i, style("--quiet"), "life " + life, height));
    if (selected >= 0) {
      g.strokeStyle = style("--link"); g.lineWidth = 2;
      g.strokeRect(place(selected) - bar / 2 - 2, top + lanes[selected] * laneHeight + 1, bar + 4, laneHeight - 2);
    }
    g.restore();
  }

  // bars draws the events, of those that share a pixel of a lane the rarest only, crashes over all others: its
  // cost is that of the screen, not of the events.
  function bars(g, palette, bar) {
    const columns = Math.ceil(width) + 1, cells = new Uint8Array(columns * story.lanes.length), spans = story.classes.map(() => []);
    for (let n = lower(matches, Math.floor(from)); n < matches.length && matches[n] < to; n++) {
      const i = matches[n], cell = lanes[i] * columns + Math.round(place(i));
      if (cells[cell] <= classes[i]) cells[cell] = classes[i] + 1;
    }
    for (let cell = 0; cell < cells.length; cell++) {
      const first = cell, c = cells[cell];
      if (!c) continue;
      while (cells[cell + 1] === c && (cell + 1) % columns) cell++;
      spans[c - 1].push(first, cell - first);
    }
    spans.forEach((places, c) => {
      g.fillStyle = palette[c];
      for (let n = 0; n < places.length; n += 2) {
        g.fillRect((places[n] % columns) - bar / 2, top + Math.floor(places[n] / columns) * laneHeight + 4, bar + places[n + 1], laneHeight - 8);
      }
    });
  }

  // rule draws a line at an event, and its label on the side where there is room, or not at all.
  function rule(g, i, colour, label, height, thick = 1) {
    const x = place(i), long = g.measureText(label).width;
    g.fillStyle = colour; g.fillRect(x, 12, thick, height);
    const start = [x + 4, x - 3 - long].find((at) => at > gutter && at + long < width && labels.every(([from, to]) => at > to || at + long < from));
    if (label && start !== undefined) { labels.push([start - 4, start + long + 4]); g.fillText(label, start, 7); }
  }

  // lower is the place of the first number in the sorted list that is not below n.
  function lower(sorted, n) {
    let low = 0, high = sorted.length;
    while (low < high) { const mid = (low + high) >> 1; if (sorted[mid] < n) low = mid + 1; else high = mid; }
    return low;
  }

  function window_() {
    const first = Math.max(0, Math.floor(list.scrollTop / rowHeight) - 4), last = Math.min(matches.length, first + Math.ceil(list.clientHeight / rowHeight) + 8);
    const palette = colours(), made = [];
    for (let n = first; n < last; n++) {
      const i = matches[n], row = document.createElement("div");
      row.className = "event" + (decided.has(i) ? " decided" : "") + (i === story.broke ? " broke" : "");
      row.id = "row-" + i; row.dataset.event = i; row.style.top = n * rowHeight + "px"; row.style.borderLeftColor = palette[classes[i]];
      row.setAttribute("role", "option"); row.setAttribute("aria-selected", i === selected);
      row.setAttribute("aria-posinset", n + 1); row.setAttribute("aria-setsize", matches.length);
      for (const [name, text] of [["n", i], ["t", time(i)], ["l", story.lanes[lanes[i]]], ["k", story.kinds[kinds[i]]], ["x", story.texts[texts[i]]]]) {
        const cell = document.createElement("span"); cell.className = name; cell.textContent = text; row.append(cell);
      }
      made.push(row);
    }
    rows.replaceChildren(...made);
    const active = document.getElementById("row-" + selected);
    if (active) list.setAttribute("aria-activedescendant", active.id); else list.removeAttribute("aria-activedescendant");
  }

  function select(i, linked) {
    if (!(i >= 0 && i < total)) return;
    selected = i;
    if (matches[lower(matches, i)] !== i) { query = ""; el("search").value = ""; filter(); }
    if (i < from || i >= to) view((to - from), i);
    const y = lower(matches, i) * rowHeight;
    if (y < list.scrollTop || y > list.scrollTop + list.clientHeight - 2 * rowHeight) list.scrollTop = y - list.clientHeight / 2;
    const why = story.decisions.filter((d) => d.event === i).map((d) => ` Decided here: ${d.note || d.text}.`).join("");
    detail.textContent = `Event ${i}, step ${steps[i]}, at ${time(i)}. ${textOf(i)}${i === story.broke ? ". Here the promise is broken." : ""}${story.lost && i === story.lost.event ? ". From here on every continuation fails." : ""}${lives.has(i) ? ". A new incarnation begins." : ""}${why}`;
    el("jump").value = i;
    if (!linked) history.replaceState(null, "", "#event=" + i);
    draw(); window_();
  }

  function view(span, centre) {
    span = Math.max(Math.min(20, total), Math.min(total, span));
    from = Math.max(0, Math.min(total - span, centre - span / 2)); to = from + span;
    draw();
  }
  const middle = () => (selected >= from && selected < to ? selected : (from + to) / 2);
  const zoom = (by) => view((to - from) * by, middle());

  // step goes to the next event that is shown, or by many.
  function step(by) {
    const at = lower(matches, selected);
    const next = Math.max(0, Math.min(matches.length - 1, selected < 0 ? 0 : at + by));
    if (matches.length) select(matches[next]);
  }
  function keys(event) {
    const acts = { ArrowRight: () => step(1), ArrowLeft: () => step(-1), ArrowDown: () => step(1), ArrowUp: () => step(-1), PageDown: () => step(20), PageUp: () => step(-20),
      Home: () => step(-total), End: () => step(total), "+": () => zoom(0.5), "=": () => zoom(0.5), "-": () => zoom(2) };
    if (!acts[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault(); acts[event.key]();
  }
  chart.addEventListener("keydown", keys); list.addEventListener("keydown", keys);
  list.addEventListener("scroll", () => requestAnimationFrame(window_));
  rows.addEventListener("click", (event) => { const row = event.target.closest(".event"); if (row) select(Number(row.dataset.event)); });

  // nearest is the shown event at a point of the timeline, in that lane if one is near.
  function nearest(x, y) {
    const lane = Math.floor((y - top) / laneHeight), at = from + ((x - gutter) / (width - gutter - 8)) * (to - from);
    const reach = Math.max(1, ((to - from) / (width - gutter)) * 12);
    let best = -1, cost = Infinity;
    for (let n = lower(matches, Math.floor(at - reach)); n < matches.length && matches[n] <= at + reach; n++) {
      const c = Math.abs(matches[n] + 0.5 - at) + (lanes[matches[n]] === lane ? 0 : reach * 2);
      if (c < cost) { cost = c; best = matches[n]; }
    }
    return best;
  }
  let drag = null;
  canvas.addEventListener("pointerdown", (event) => { drag = { x: event.offsetX, from, to, moved: false }; canvas.setPointerCapture(event.pointerId); });
  canvas.addEventListener("pointermove", (event) => {
    if (!drag || Math.abs(event.offsetX - drag.x) < 4 && !drag.moved) return;
    drag.moved = true;
    const by = ((event.offsetX - drag.x) / (width - gutter)) * (drag.to - drag.from);
    view(drag.to - drag.from, (drag.from + drag.to) / 2 - by);
  });
  canvas.addEventListener("pointerup", (event) => { if (drag && !drag.moved) select(nearest(event.offsetX, event.offsetY)); drag = null; });
  canvas.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.shiftKey) return; // the page scrolls
    event.preventDefault();
    zoom(event.deltaY > 0 ? 1.25 : 0.8);
  }, { passive: false });

  story.classes.forEach((name, c) => {
    const label = document.createElement("label"), box = document.createElement("input"), swatch = document.createElement("span");
    box.type = "checkbox"; box.checked = true; box.id = "class-" + name;
    swatch.className = "swatch";
    box.addEventListener("change", () => { if (box.checked) hidden.delete(c); else hidden.add(c); filter(); });
    label.append(box, swatch, name); el("filters").append(label);
  });
  function paint() { const palette = colours(); document.querySelectorAll(".swatch").forEach((s, c) => { s.style.background = palette[c]; }); draw(); window_(); }
  screenIsDark.addEventListener("change", paint);
  el("search").addEventListener("input", (event) => { query = event.target.value.trim().toLowerCase(); list.scrollTop = 0; filter(); detail.textContent = `${matches.length} of ${total} events`; });
  el("search").addEventListener("keydown", (event) => { if (event.key === "Enter" && matches.length) select(matches.find((i) => i > selected) ?? matches[0]); });
  el("jump").max = total - 1;
  el("jump").addEventListener("change", (event) => { if (event.target.value !== "") select(Number(event.target.value)); });
  el("in").addEventListener("click", () => zoom(0.5)); el("out").addEventListener("click", () => zoom(2)); el("all").addEventListener("click", () => view(total, total / 2));
  if (el("broke")) el("broke").addEventListener("click", () => { view(80, story.broke); select(story.broke); });
  el("copy").addEventListener("click", async () => {
    try { await navigator.clipboard.writeText(story.again); el("copy").textContent = "Copied"; }
    catch { getSelection().selectAllChildren(el("again")); } // a file may not use the clipboard everywhere
  });
  function follow() {
    const link = /^#event=(\d+)$/.exec(location.hash);
    if (!link || !total) return false;
    const i = Math.min(Number(link[1]), total - 1);
    view(Math.min(total, 120), i); select(i, true);
    return true;
  }
  window.addEventListener("hashchange", () => { if (follow()) el("timeline-title").scrollIntoView(); });
  new ResizeObserver(() => { if (chart.clientWidth !== width) draw(); }).observe(chart);
  match(); paint();
  if (!follow()) {
    detail.textContent = `${total} events. Choose one in the timeline or the list; ▼ marks a decision.`;
    if (story.broke >= 0) { const y = matches.length * rowHeight; list.scrollTop = y; }
  }
  document.documentElement.dataset.ready = "true";
})();
