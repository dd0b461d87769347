// Draws now, and again whenever width or colours change: what every page with plots needs.
globalThis.keepDrawn = (drawAll) => {
  let waiting;
  const later = () => {
    clearTimeout(waiting);
    waiting = setTimeout(drawAll, 120);
  };
  addEventListener("resize", later);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", later);
  new MutationObserver(later).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  drawAll();
};
