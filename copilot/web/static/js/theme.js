// The colour theme: system, light, dark, remembered in a cookie so that the server draws the right one at once.
"use strict";

(() => {
  const ORDER = ["system", "light", "dark"];
  const root = document.documentElement;

  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-theme-toggle]")) return;
    const current = root.dataset.theme ?? "system";
    const next = ORDER[(ORDER.indexOf(current) + 1) % ORDER.length];
    if (next === "system") delete root.dataset.theme;
    else root.dataset.theme = next;
    document.cookie = `theme=${next}; path=/; max-age=31536000; samesite=lax`;
    document.querySelectorAll("[data-theme-name]").forEach((name) => { name.textContent = next; });
  });
})();
