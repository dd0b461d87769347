// Draws one measure against the reserve, a line for each load, from data-trade.
"use strict";

(() => {
  const { ink, axis, drawEach } = plotting;
  const INKS = ["promise", "goal"];

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

  drawEach("trade", (element, data) => {
    const highest = data.most ?? Math.max(10, ...data.values.flat()) * 1.1;
    const line = (load, row) => {
      const colour = ink(element, INKS[row % INKS.length]);
      return { label: load, stroke: colour, width: 2, dash: row % 2 ? [5, 4] : undefined, points: { show: true, size: 6, fill: colour } };
    };
    const said = (index) => data.loads.map((load, row) => `${data.values[row][index]}${data.unit} at ${load}`).join(", ");
    const reserves = { label: "Time for overdue tickets", grid: { show: false }, splits: () => data.reserves, filter: (_, at) => at, values: (_, at) => at.map((x) => `${x} %`) };
    return {
      columns: [data.reserves, ...data.values],
      words: (index) => `${data.reserves[index]} %: ${said(index)}`,
      scales: { x: { time: false, distr: 3, range: [Math.min(data.reserves[0], data.mark) * 0.8, Math.max(data.reserves.at(-1), data.mark) * 1.25] }, y: { range: [data.least, highest] } },
      axes: [axis(element, 30, reserves), axis(element, 56, { values: (_, at) => at.map((y) => `${y}${data.unit}`) })],
      series: [{}, ...data.loads.map(line)],
      over: [mark(data, getComputedStyle(element).color)],
    };
  });
})();
