// The page of defects reads without this; it adds search and filters, and opens what a link leads to.
(function () {
  const el = (id) => document.getElementById(id);
  const rows = [...document.querySelectorAll(".defect")], filters = ["search", "found", "oracle", "without"].map(el).filter(Boolean);
  function filter() {
    const want = Object.fromEntries(filters.map((f) => [f.id, f.value.trim()])), query = want.search.toLowerCase();
    let n = 0;
    for (const row of rows) {
      row.hidden = !row.textContent.toLowerCase().includes(query) || want.found && row.dataset.found !== want.found
        || want.oracle && row.dataset.oracle !== want.oracle || want.without && !row.dataset.without.includes(` ${want.without} `);
      if (!row.hidden) n++;
    }
    el("shown").textContent = `${n} of ${rows.length}`;
  }
  filters.forEach((f) => f.addEventListener("input", filter));
  function follow() {
    const row = rows.find((r) => "#" + r.id === location.hash);
    if (!row) return;
    if (row.hidden) { filters.forEach((f) => { f.value = ""; }); filter(); }
    row.querySelector("details").open = true;
    row.scrollIntoView({ block: "center" });
  }
  window.addEventListener("hashchange", follow);
  follow();
  document.documentElement.dataset.ready = "true";
})();
