// Short messages at the bottom, with an undo that counts down.
"use strict";

(() => {
  const place = document.getElementById("toasts");
  if (!place) return;

  document.body.addEventListener("toast", (event) => show(event.detail));

  function show({ text, tone, undo, seconds }) {
    const toast = document.createElement("div");
    toast.className = `toast toast-${tone ?? "plain"}`;
    const words = document.createElement("span");
    words.textContent = text;
    toast.append(words);
    const close = () => toast.remove();
    place.querySelectorAll(".toast").forEach((old) => { if (!old.querySelector("[data-undo]") || undo) old.remove(); });
    place.append(toast);
    if (undo) countDown(toast, words, undo, seconds, close);
    else setTimeout(close, tone === "bad" ? 9000 : 5000);
    toast.append(button("Dismiss", close));
  }

  function countDown(toast, words, undo, seconds, close) {
    const ends = performance.now() + seconds * 1000;
    const clock = document.createElement("span");
    clock.className = "number";
    clock.setAttribute("aria-hidden", "true");
    words.after(clock);
    const taking = button("Undo", () => {
      close();
      htmx.ajax("POST", undo, { target: "#ticket", swap: "innerHTML" });
    });
    taking.dataset.undo = "";
    toast.append(taking);
    const step = () => {
      const left = Math.ceil((ends - performance.now()) / 1000);
      if (left <= 0 || !toast.isConnected) return close();
      clock.textContent = `in ${left} s`;
      setTimeout(step, 250);
    };
    step();
  }

  function button(label, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "button button-small";
    made.textContent = label;
    made.addEventListener("click", act);
    return made;
  }
})();
