// Draws lines with a limit and marks from the figures in data-earned.
"use strict";

(() => {
  const { ink, axis, drawEach } = plotting;
  const rounded = (value) => Math.round(value * 100) / 100;

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

  drawEach("earned", (element, data) => {
    const line = ({ label, ink: name, dash }) => {
      const colour = ink(element, name);
      return { label, stroke: colour, width: 2, dash: dash ? [5, 4] : undefined, points: { show: data.x.length < 25, size: 5, fill: colour } };
    };
    const said = (index) => data.series.map((each) => `${each.label.toLowerCase()} ${rounded(each.y[index])}${data.units[1]}`).join(", ");
    const percent = data.units[0] !== "";
    return {
      columns: [data.x, ...data.series.map((each) => each.y)],
      words: (index) => `${data.labels[0]} ${rounded(data.x[index])}${data.units[0]}: ${said(index)}`,
      scales: { x: { time: false, range: percent ? [0, 100] : [0, Math.max(1, data.x.at(-1))] }, y: { range: [0, data.highest] } },
      axes: [
        axis(element, 30, { label: data.labels[0], grid: { show: false }, values: (_, at) => at.map((x) => `${x}${data.units[0]}`) }),
        axis(element, 54, { label: data.labels[1], values: (_, at) => at.map((y) => `${y}${data.units[1]}`) }),
      ],
      series: [{}, ...data.series.map(line)],
      over: [extras(element, data)],
    };
  });
})();
