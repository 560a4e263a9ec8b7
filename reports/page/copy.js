"use strict";
// Buttons copy the code before them.
document.querySelectorAll("button.copy").forEach((button) => button.addEventListener("click", async () => {
  const code = button.previousElementSibling;
  try { await navigator.clipboard.writeText(code.textContent); button.textContent = "Copied"; }
  catch { getSelection().selectAllChildren(code); } // a file may not use the clipboard everywhere
}));
