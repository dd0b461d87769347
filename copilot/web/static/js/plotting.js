// What all plots of the pages have in common: the style sheet's colours, axes, a label at the pointer, and drawing anew
// when the width, the colours or the page change.
"use strict";

globalThis.plotting = (() => {
  function ink(element, name) {
    const probe = document.createElement("i");
    probe.className = "plot-ink";
    probe.dataset.ink = name;
    element.append(probe);
    const found = getComputedStyle(probe).color;
    probe.remove();
    return found;
  }

  // words gives the label for the place of a figure
  function tooltip(element, words) {
    const tip = document.createElement("div");
    tip.className = "plot-tip";
    tip.hidden = true;
    element.append(tip);
    return (plot) => {
      const index = plot.cursor.idx;
      tip.hidden = index === null || index === undefined;
      if (tip.hidden) return;
      tip.textContent = words(index);
      const left = plot.over.offsetLeft + plot.cursor.left;
      tip.style.insetInlineStart = `${Math.max(0, Math.min(left, element.clientWidth - tip.offsetWidth))}px`;
      tip.style.insetBlockStart = "0.25rem";
    };
  }

  function axis(element, size, own) {
    const font = `12px ${getComputedStyle(document.body).fontFamily}`;
    const grid = { stroke: ink(element, "grid"), width: 1 };
    return { stroke: getComputedStyle(element).color, font, labelFont: font, labelSize: own.label ? 22 : undefined, grid, ticks: { show: false }, size, ...own };
  }

  function draw(element, { columns, words, over = [], ...own }) {
    return new uPlot(
      {
        width: Math.max(200, element.clientWidth - 24),
        height: element.clientHeight - 12,
        legend: { show: false },
        cursor: { y: false, drag: { x: false, y: false } },
        hooks: { setCursor: [tooltip(element, words)], draw: over },
        ...own,
      },
      columns,
      element,
    );
  }

  // make turns an element and the figures of its data-name into uPlot's options, with columns, words and what to draw over
  function drawEach(name, make) {
    const drawn = new WeakMap();
    const every = () => [...document.querySelectorAll(`[data-${name}]`)];
    const anew = (elements) => {
      for (const element of elements) {
        drawn.get(element)?.destroy();
        element.querySelectorAll(".plot-tip").forEach((tip) => tip.remove());
        drawn.set(element, draw(element, make(element, JSON.parse(element.dataset[name]))));
      }
    };
    let waiting;
    const later = () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => anew(every()), 120);
    };
    addEventListener("resize", later);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", later);
    new MutationObserver(later).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    // a new fragment of the page comes without its drawing
    document.addEventListener("htmx:afterSettle", () => anew(every().filter((element) => !element.querySelector(".uplot"))));
    anew(every());
  }

  return { ink, axis, drawEach };
})();
