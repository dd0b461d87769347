// Draws curves of percent against percent from the figures in data-curve; colours come from the style sheet.
"use strict";

(() => {
  const drawn = new Map();

  function ink(element, name) {
    const probe = document.createElement("i");
    probe.className = "plot-ink";
    probe.dataset.ink = name;
    element.append(probe);
    const found = getComputedStyle(probe).color;
    probe.remove();
    return found;
  }

  const said = (value) => `${Math.round(value * 10) / 10} %`;

  function tooltip(element, data) {
    const tip = document.createElement("div");
    tip.className = "plot-tip";
    tip.hidden = true;
    element.append(tip);
    return (plot) => {
      const index = plot.cursor.idx;
      tip.hidden = index === null || index === undefined;
      if (tip.hidden) return;
      tip.textContent = `${data.labels[0]} ${said(data.x[index])}: ${data.labels[1].toLowerCase()} ${said(data.y[index])}`;
      const left = plot.over.offsetLeft + plot.cursor.left;
      tip.style.insetInlineStart = `${Math.max(0, Math.min(left, element.clientWidth - tip.offsetWidth))}px`;
      tip.style.insetBlockStart = "0.25rem";
    };
  }

  function options(element, data, move) {
    const font = `12px ${getComputedStyle(document.body).fontFamily}`;
    const text = getComputedStyle(element).color;
    const grid = { stroke: ink(element, "grid"), width: 1 };
    const axis = { stroke: text, font, labelFont: font, grid, ticks: { show: false }, values: (_, at) => at.map((value) => `${value} %`), splits: () => [0, 25, 50, 75, 100] };
    const line = ink(element, "promise");
    return {
      width: Math.max(200, element.clientWidth - 24),
      height: element.clientHeight - 12,
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false } },
      scales: { x: { time: false, range: [0, 100] }, y: { range: [0, 100] } },
      axes: [{ ...axis, size: 30, label: data.labels[0], labelSize: 22 }, { ...axis, size: 50, label: data.labels[1], labelSize: 22 }],
      series: [
        {},
        { stroke: line, width: 2, points: { show: data.x.length < 20, size: 6, fill: line } },
        { stroke: ink(element, "goal"), width: 1.5, dash: [5, 4], points: { show: false }, show: data.diagonal },
      ],
      hooks: { setCursor: [move] },
    };
  }

  function draw(element) {
    drawn.get(element)?.destroy();
    element.querySelectorAll(".plot-tip").forEach((tip) => tip.remove());
    const data = JSON.parse(element.dataset.curve);
    drawn.set(element, new uPlot(options(element, data, tooltip(element, data)), [data.x, data.y, data.x], element));
  }

  const drawAll = () => document.querySelectorAll("[data-curve]").forEach(draw);

  keepDrawn(drawAll);
})();
