// Draws curves of percent against percent from the figures in data-curve.
"use strict";

(() => {
  const { ink, axis, drawEach } = plotting;
  const said = (value) => `${Math.round(value * 10) / 10} %`;
  const percent = { values: (_, at) => at.map((value) => `${value} %`), splits: () => [0, 25, 50, 75, 100] };

  drawEach("curve", (element, data) => {
    const line = ink(element, "promise");
    return {
      columns: [data.x, data.y, data.x],
      words: (index) => `${data.labels[0]} ${said(data.x[index])}: ${data.labels[1].toLowerCase()} ${said(data.y[index])}`,
      scales: { x: { time: false, range: [0, 100] }, y: { range: [0, 100] } },
      axes: [axis(element, 30, { ...percent, label: data.labels[0] }), axis(element, 50, { ...percent, label: data.labels[1] })],
      series: [
        {},
        { stroke: line, width: 2, points: { show: data.x.length < 20, size: 6, fill: line } },
        { stroke: ink(element, "goal"), width: 1.5, dash: [5, 4], points: { show: false }, show: data.diagonal },
      ],
    };
  });
})();
