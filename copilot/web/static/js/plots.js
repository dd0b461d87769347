// Draws the plots of a report from the figures in data-plot.
"use strict";

(() => {
  const { ink, axis, drawEach } = plotting;
  const dayMonth = new Intl.DateTimeFormat(document.documentElement.lang, { day: "numeric", month: "short", timeZone: "UTC" });

  function shortened(label) {
    return /^\d{4}-\d{2}-\d{2}$/.test(label) ? dayMonth.format(new Date(`${label}T00:00Z`)) : label.replace(/^(\w{3})\w*day$/, "$1");
  }

  function said(value) {
    return value === null || value === undefined ? "–" : `${Math.floor(value * 10) / 10} %`;
  }

  drawEach("plot", (element, data) => {
    const line = data.kind === "line";
    const bars = (shift) => uPlot.paths.bars({ size: [0.34, 28], align: shift });
    const style = (name, dash, shift) => {
      const colour = ink(element, name);
      return {
        label: name,
        stroke: colour,
        fill: line ? undefined : colour,
        width: line ? 2 : 0,
        dash: line ? dash : undefined,
        spanGaps: true,
        paths: line ? undefined : bars(shift),
        points: { show: line && data.labels.length < 45, size: 5, fill: colour },
      };
    };
    const days = { grid: { show: false }, incrs: [1, 2, 3, 5, 7, 14, 30, 60, 90], values: (_, at) => at.map((x) => (Number.isInteger(x) && data.labels[x] ? shortened(data.labels[x]) : "")) };
    const percent = { splits: [0, 25, 50, 75, 100], values: (_, at) => at.map((y) => `${y} %`) };
    return {
      columns: [data.labels.map((_, index) => index), data.promise, data.goal],
      words: (index) => `${data.labels[index]}: ${said(data.promise[index])} of ${data.totals[index]}, goal ${said(data.goal[index])}`,
      scales: { x: { time: false, range: [-0.6, data.labels.length - 0.4] }, y: { range: [0, 100] } },
      axes: [axis(element, 32, days), axis(element, 52, percent)],
      series: [{}, style("promise", undefined, -1), style("goal", [5, 4], 1)],
    };
  });
})();
