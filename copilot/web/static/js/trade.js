// Draws one measure against the reserve, a line for each load, from data-trade; colours come from the style sheet.
"use strict";

(() => {
  const drawn = new Map();
  const INKS = ["promise", "goal"];

  function ink(element, name) {
    const probe = document.createElement("i");
    probe.className = "plot-ink";
    probe.dataset.ink = name;
    element.append(probe);
    const found = getComputedStyle(probe).color;
    probe.remove();
    return found;
  }

  function tooltip(element, data) {
    const tip = document.createElement("div");
    tip.className = "plot-tip";
    tip.hidden = true;
    element.append(tip);
    return (plot) => {
      const index = plot.cursor.idx;
      tip.hidden = index === null || index === undefined;
      if (tip.hidden) return;
      const said = data.loads.map((load, row) => `${data.values[row][index]}${data.unit} at ${load}`).join(", ");
      tip.textContent = `${data.reserves[index]} %: ${said}`;
      const left = plot.over.offsetLeft + plot.cursor.left;
      tip.style.insetInlineStart = `${Math.max(0, Math.min(left, element.clientWidth - tip.offsetWidth))}px`;
      tip.style.insetBlockStart = "0.25rem";
    };
  }

  // an upright line at the reserve in force
  function mark(data, colour) {
    return (plot) => {
      const x = Math.round(plot.valToPos(data.mark, "x", true));
      const { ctx, bbox } = plot;
      ctx.save();
      ctx.strokeStyle = colour;
      ctx.lineWidth = devicePixelRatio;
      ctx.setLineDash([2 * devicePixelRatio, 3 * devicePixelRatio]);
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
      ctx.restore();
    };
  }

  function options(element, data, move) {
    const font = `12px ${getComputedStyle(document.body).fontFamily}`;
    const text = getComputedStyle(element).color;
    const axis = { stroke: text, font, labelFont: font, grid: { stroke: ink(element, "grid"), width: 1 }, ticks: { show: false } };
    const highest = data.most ?? Math.max(10, ...data.values.flat()) * 1.1;
    const line = (load, row) => {
      const colour = ink(element, INKS[row % INKS.length]);
      return { label: load, stroke: colour, width: 2, dash: row % 2 ? [5, 4] : undefined, points: { show: true, size: 6, fill: colour } };
    };
    return {
      width: Math.max(200, element.clientWidth - 24),
      height: element.clientHeight - 12,
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false } },
      scales: { x: { time: false, distr: 3, range: [Math.min(data.reserves[0], data.mark) * 0.8, Math.max(data.reserves.at(-1), data.mark) * 1.25] }, y: { range: [data.least, highest] } },
      axes: [
        { ...axis, size: 30, label: "Time for overdue tickets", labelSize: 22, grid: { show: false }, splits: () => data.reserves, filter: (_, at) => at, values: (_, at) => at.map((x) => `${x} %`) },
        { ...axis, size: 56, values: (_, at) => at.map((y) => `${y}${data.unit}`) },
      ],
      series: [{}, ...data.loads.map(line)],
      hooks: { setCursor: [move], draw: [mark(data, text)] },
    };
  }

  function draw(element) {
    drawn.get(element)?.destroy();
    element.querySelectorAll(".plot-tip").forEach((tip) => tip.remove());
    const data = JSON.parse(element.dataset.trade);
    drawn.set(element, new uPlot(options(element, data, tooltip(element, data)), [data.reserves, ...data.values], element));
  }

  // a saved share comes with a new fragment of the page
  document.addEventListener("htmx:afterSettle", () => drawAll());

  const drawAll = () => document.querySelectorAll("[data-trade]").forEach(draw);

  keepDrawn(drawAll);
})();
