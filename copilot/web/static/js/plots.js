// Draws the plots of a report from the figures in data-plot; colours come from the style sheet, so that themes apply.
"use strict";

(() => {
  const drawn = new Map();
  const dayMonth = new Intl.DateTimeFormat(document.documentElement.lang, { day: "numeric", month: "short", timeZone: "UTC" });

  function inks(element) {
    const found = { text: getComputedStyle(element).color };
    for (const name of ["promise", "goal", "grid"]) {
      const probe = document.createElement("i");
      probe.className = "plot-ink";
      probe.dataset.ink = name;
      element.append(probe);
      found[name] = getComputedStyle(probe).color;
      probe.remove();
    }
    return found;
  }

  function shortened(label) {
    return /^\d{4}-\d{2}-\d{2}$/.test(label) ? dayMonth.format(new Date(`${label}T00:00Z`)) : label.replace(/^(\w{3})\w*day$/, "$1");
  }

  function said(value) {
    return value === null || value === undefined ? "–" : `${Math.floor(value * 10) / 10} %`;
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
      tip.textContent = `${data.labels[index]}: ${said(data.promise[index])} of ${data.totals[index]}, goal ${said(data.goal[index])}`;
      const left = plot.over.offsetLeft + plot.cursor.left;
      tip.style.insetInlineStart = `${Math.max(0, Math.min(left, element.clientWidth - tip.offsetWidth))}px`;
      tip.style.insetBlockStart = "0.25rem";
    };
  }

  function options(element, data, colours, move) {
    const line = data.kind === "line";
    const bars = (shift) => uPlot.paths.bars({ size: [0.34, 28], align: shift });
    const style = (name, dash, shift) => ({
      label: name,
      stroke: colours[name],
      fill: line ? undefined : colours[name],
      width: line ? 2 : 0,
      dash: line ? dash : undefined,
      spanGaps: true,
      paths: line ? undefined : bars(shift),
      points: { show: line && data.labels.length < 45, size: 5, fill: colours[name] },
    });
    const font = `12px ${getComputedStyle(document.body).fontFamily}`;
    const axis = { stroke: colours.text, font, grid: { stroke: colours.grid, width: 1 }, ticks: { show: false } };
    return {
      width: Math.max(200, element.clientWidth - 24),
      height: element.clientHeight - 12,
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false } },
      scales: { x: { time: false, range: [-0.6, data.labels.length - 0.4] }, y: { range: [0, 100] } },
      axes: [
        { ...axis, size: 32, grid: { show: false }, incrs: [1, 2, 3, 5, 7, 14, 30, 60, 90], values: (_, at) => at.map((x) => (Number.isInteger(x) && data.labels[x] ? shortened(data.labels[x]) : "")) },
        { ...axis, size: 52, splits: [0, 25, 50, 75, 100], values: (_, at) => at.map((y) => `${y} %`) },
      ],
      series: [{}, style("promise", undefined, -1), style("goal", [5, 4], 1)],
      hooks: { setCursor: [move] },
    };
  }

  function draw(element) {
    drawn.get(element)?.destroy();
    element.querySelectorAll(".plot-tip").forEach((tip) => tip.remove());
    const data = JSON.parse(element.dataset.plot);
    const plot = new uPlot(options(element, data, inks(element), tooltip(element, data)), [data.labels.map((_, index) => index), data.promise, data.goal], element);
    drawn.set(element, plot);
  }

  const drawAll = () => document.querySelectorAll("[data-plot]").forEach(draw);

  keepDrawn(drawAll);
})();
