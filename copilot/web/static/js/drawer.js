// Dialogs: the article drawer with its passage marked, the list of shortcuts, closing both.
"use strict";

(() => {
  const drawer = document.getElementById("drawer");
  if (!drawer) return;

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target !== drawer) return;
    if (!drawer.open) drawer.showModal();
    markQuote(drawer.querySelector("[data-quote]"));
    drawer.querySelector(".cited")?.scrollIntoView({ block: "center" });
  });

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open]");
    if (opener) document.querySelector(opener.dataset.open)?.showModal();
    const dialog = event.target.closest("dialog");
    if (dialog && (event.target === dialog || event.target.closest("[data-close]"))) dialog.close();
    const copier = event.target.closest("[data-copy]");
    if (copier) navigator.clipboard?.writeText(copier.dataset.copy).then(() => { copier.textContent = "Copied"; });
    document.querySelectorAll("details.menu[open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });

  drawer.addEventListener("close", () => {
    globalThis.CSS?.highlights?.delete("quote");
    drawer.replaceChildren();
  });

  function markQuote(prose) {
    if (!prose?.dataset.quote || !globalThis.CSS?.highlights) return;
    const ranges = find(prose, prose.dataset.quote);
    if (ranges.length) CSS.highlights.set("quote", new Highlight(...ranges));
  }

  // Looks for the quote's words in the text as read, whatever elements and white space lie between them.
  function find(root, quote) {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    const spots = [];
    let text = "";
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      for (let index = 0; index < node.data.length; index += 1) {
        const blank = /\s/.test(node.data[index]);
        if (blank && (text === "" || text.endsWith(" "))) continue;
        text += blank ? " " : node.data[index];
        spots.push([node, index]);
      }
    }
    const wanted = quote.replace(/[*_`#>]/g, "").replace(/\s+/g, " ").trim();
    const at = wanted ? text.indexOf(wanted) : -1;
    if (at < 0) return [];
    const range = new Range();
    range.setStart(...spots[at]);
    const [lastNode, lastIndex] = spots[at + wanted.length - 1];
    range.setEnd(lastNode, lastIndex + 1);
    return [range];
  }
})();
