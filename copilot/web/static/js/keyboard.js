// Shortcuts. Single letters work only while no field has the focus, and can be switched off by a person who dictates.
"use strict";

(() => {
  const one = (selector) => document.querySelector(selector);
  const rows = () => [...document.querySelectorAll("#queue-list .row")];
  const isTyping = (target) => target.closest("input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]");

  function openRow(row) {
    if (!row) return;
    row.scrollIntoView({ block: "nearest" });
    row.click();
  }

  function step(by) {
    const list = rows();
    const at = list.findIndex((row) => row.getAttribute("aria-current") === "true");
    openRow(list[at < 0 ? 0 : Math.min(Math.max(at + by, 0), list.length - 1)]);
  }

  one('#queue-list [aria-current="true"]')?.scrollIntoView({ block: "center" });

  function focusEnd(field) {
    if (!field) return;
    if (document.body.dataset.view === "ticket" && field.closest("#aside")) document.body.dataset.view = "draft";
    field.focus();
    field.setSelectionRange?.(field.value.length, field.value.length);
  }

  function compose(kind) {
    const choice = one(`.composer [value="${kind}"]`);
    if (choice) choice.checked = true;
    focusEnd(one("#composer-text"));
  }

  const letters = one("[data-letters]");
  if (letters) {
    letters.checked = localStorage.getItem("letters") !== "off";
    letters.addEventListener("change", () => localStorage.setItem("letters", letters.checked ? "on" : "off"));
  }

  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-compose]")) return;
    document.body.dataset.view = "ticket";
    compose("outbound");
  });

  const submit = (selector) => one(selector)?.requestSubmit();
  const KEYS = {
    j: () => step(1),
    ArrowDown: () => step(1),
    k: () => step(-1),
    ArrowUp: () => step(-1),
    n: () => openRow(rows().find((row) => row.getAttribute("aria-current") !== "true")),
    a: () => submit("#draft-form"),
    e: () => focusEnd(one("#draft-text")),
    r: () => askRejection(true),
    w: () => askRewording(true),
    "[": () => stepWording(-1),
    "]": () => stepWording(1),
    c: () => compose("outbound"),
    m: () => compose("note"),
    f: () => focusEnd(one("#find-text")),
    z: () => one("[data-undo]")?.click(),
    "/": () => focusEnd(one("#queue-search") ?? one("main input[type=search]")),
    "?": () => one("#shortcuts")?.showModal(),
  };
  for (const digit of "123456789") KEYS[digit] = () => one(`[data-source="${digit}"]`)?.click();

  function sendFrom(field) {
    const form = field.closest("form");
    if (form?.matches("#draft-form, [data-composer], #reject-panel, #reword-panel")) form.requestSubmit();
    else submit("#draft-form");
  }

  function leave(target) {
    if (target.closest("#reword-panel")) return askRewording(false);
    if (!isTyping(target) && !target.closest("#reject-panel")) return;
    if (target.closest("#reject-panel")) askRejection(false);
    else target.blur();
  }

  function chooseReason(digit) {
    const choice = document.querySelectorAll('#reject-panel [name="choice"]')[digit - 1];
    if (!choice) return;
    choice.checked = true;
    choice.focus();
  }

  document.addEventListener("keydown", (event) => {
    const { target, key } = event;
    if (event.isComposing || event.altKey) return;
    if (key === "Enter" && (event.ctrlKey || event.metaKey) && !one("dialog[open]")) {
      event.preventDefault();
      return sendFrom(target);
    }
    if (event.ctrlKey || event.metaKey || one("dialog[open]")) return;
    if (key === "Escape") return leave(target);
    if (isTyping(target) || (letters && !letters.checked)) return;
    if (one("#reject-panel:not([hidden])") && /^[1-6]$/.test(key)) return chooseReason(Number(key));
    if (key.startsWith("Arrow") && target.closest("[role=radiogroup], fieldset, #messages, .drawer-body")) return;
    if (!KEYS[key] || !one("#ticket")) {
      if (key === "?") one("#shortcuts")?.showModal();
      return;
    }
    event.preventDefault();
    KEYS[key]();
  });
})();
