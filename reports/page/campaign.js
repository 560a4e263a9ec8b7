"use strict";
// The page of a sweep reads without this; it adds copying and the search of findings.
(function () {
  document.querySelectorAll("button.copy").forEach((button) => button.addEventListener("click", async () => {
    const code = button.previousElementSibling;
    try { await navigator.clipboard.writeText(code.textContent); button.textContent = "Copied"; }
    catch { getSelection().selectAllChildren(code); } // a file may not use the clipboard everywhere
  }));
  const search = document.getElementById("search"), shown = document.getElementById("shown");
  if (search) search.addEventListener("input", () => {
    const query = search.value.trim().toLowerCase(), all = document.querySelectorAll(".finding");
    let n = 0;
    all.forEach((f) => { f.hidden = !f.textContent.toLowerCase().includes(query); if (!f.hidden) n++; });
    shown.textContent = `${n} of ${all.length}`;
  });
  document.documentElement.dataset.ready = "true";
})();
