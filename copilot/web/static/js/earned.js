// Draws lines with a limit and marks from the figures in data-earned; colours come from the style sheet.
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

  const rounded = (value) => Math.round(value * 100) / 100;

  function tooltip(element, data) {
    const tip = document.createElement("div");
    tip.className = "plot-tip";
    tip.hidden = true;
    element.append(tip);
    return (plot) => {
      const index = plot.cursor.idx;
      tip.hidden = index === null || index === undefined;
      if (tip.hidden) return;
      const said = data.series.map((line) => `${line.label.toLowerCase()} ${rounded(line.y[index])}${data.units[1]}`).join(", ");
      tip.textContent = `${data.labels[0]} ${rounded(data.x[index])}${data.units[0]}: ${said}`;
      const left = plot.over.offsetLeft + plot.cursor.left;
      tip.style.insetInlineStart = `${Math.max(0, Math.min(left, element.clientWidth - tip.offsetWidth))}px`;
      tip.style.insetBlockStart = "0.25rem";
    };
  }

  function stroke(plot, colour, from, to, dash) {
    const { ctx } = plot;
    ctx.save();
    ctx.strokeStyle = colour;
    ctx.lineWidth = 1.5 * devicePixelRatio;
    ctx.setLineDash(dash.map((part) => part * devicePixelRatio));
    ctx.beginPath();
    ctx.moveTo(...from);
    ctx.lineTo(...to);
    ctx.stroke();
    ctx.restore();
  }

  // the limit lies across, thresholds stand upright with their names at the top
  function extras(element, data) {
    const limit = ink(element, "line");
    const marks = data.marks.map((mark) => ({ ...mark, colour: ink(element, mark.ink) }));
    const font = `${12 * devicePixelRatio}px ${getComputedStyle(document.body).fontFamily}`;
    return (plot) => {
      const { bbox, ctx } = plot;
      if (data.line) {
        const y = plot.valToPos(data.line.y, "y", true);
        stroke(plot, limit, [bbox.left, y], [bbox.left + bbox.width, y], [6, 4]);
      }
      marks.forEach((mark, row) => {
        const x = plot.valToPos(mark.x, "x", true);
        stroke(plot, mark.colour, [x, bbox.top], [x, bbox.top + bbox.height], [2, 3]);
        ctx.save();
        ctx.font = font;
        ctx.fillStyle = mark.colour;
        ctx.textAlign = "right";
        ctx.fillText(mark.label, x - 4 * devicePixelRatio, bbox.top + (14 + 16 * row) * devicePixelRatio);
        ctx.restore();
      });
    };
  }

  function options(element, data, move) {
    const font = `12px ${getComputedStyle(document.body).fontFamily}`;
    const text = getComputedStyle(element).color;
    const axis = { stroke: text, font, labelFont: font, grid: { stroke: ink(element, "grid"), width: 1 }, ticks: { show: false } };
    const line = ({ label, ink: name, dash }) => {
      const colour = ink(element, name);
      return { label, stroke: colour, width: 2, dash: dash ? [5, 4] : undefined, points: { show: data.x.length < 25, size: 5, fill: colour } };
    };
    const percent = data.units[0] !== "";
    return {
      width: Math.max(200, element.clientWidth - 24),
      height: element.clientHeight - 12,
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false } },
      scales: { x: { time: false, range: percent ? [0, 100] : [0, Math.max(1, data.x.at(-1))] }, y: { range: [0, data.highest] } },
      axes: [
        { ...axis, size: 30, label: data.labels[0], labelSize: 22, grid: { show: false }, values: (_, at) => at.map((x) => `${x}${data.units[0]}`) },
        { ...axis, size: 54, label: data.labels[1], labelSize: 22, values: (_, at) => at.map((y) => `${y}${data.units[1]}`) },
      ],
      series: [{}, ...data.series.map(line)],
      hooks: { setCursor: [move], draw: [extras(element, data)] },
    };
  }

  function draw(element) {
    drawn.get(element)?.destroy();
    element.querySelectorAll(".plot-tip").forEach((tip) => tip.remove());
    const data = JSON.parse(element.dataset.earned);
    drawn.set(element, new uPlot(options(element, data, tooltip(element, data)), [data.x, ...data.series.map((line) => line.y)], element));
  }

  // saved settings come with a new fragment of the page
  document.addEventListener("htmx:afterSettle", () => drawAll());

  const drawAll = () => document.querySelectorAll("[data-earned]").forEach(draw);

  keepDrawn(drawAll);
})();
