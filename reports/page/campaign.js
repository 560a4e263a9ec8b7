"use strict";
// The page of a sweep reads without this; it adds the search of findings.
(function () {
  const search = document.getElementById("search"), shown = document.getElementById("shown");
  if (search) search.addEventListener("input", () => {
    const query = search.value.trim().toLowerCase(), all = document.querySelectorAll(".finding");
    let n = 0;
    all.forEach((f) => { f.hidden = !f.textContent.toLowerCase().includes(query); if (!f.hidden) n++; });
    shown.textContent = `${n} of ${all.length}`;
  });
  document.documentElement.dataset.ready = "true";
})();
