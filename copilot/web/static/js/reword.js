// Another wording of the draft: asked for in a panel, shown while it is written, the former one back when that fails.
"use strict";

(() => {
  const byId = (id) => document.getElementById(id);
  let writing = null;

  globalThis.askRewording = (open) => {
    const panel = byId("reword-panel");
    if (!panel || writing) return;
    panel.hidden = !open;
    document.querySelector("[data-reword-open]")?.setAttribute("aria-expanded", String(open));
    (open ? panel.querySelector("input:checked") : document.querySelector("[data-reword-open]"))?.focus();
  };

  globalThis.stepWording = (by) => {
    const all = [...document.querySelectorAll("[data-version]")];
    const at = all.findIndex((button) => button.getAttribute("aria-current") === "true");
    all[at + by]?.click();
  };

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-reword-open]")) askRewording(byId("reword-panel").hidden);
    if (event.target.closest("[data-reword-cancel]")) askRewording(false);
    // Going to another wording replaces what stands in the field, also what was typed there.
    if (event.target.closest("[data-version]")) delete byId("draft-text")?.dataset.dirty;
    if (event.target.closest("[data-reword-stop]")) writing?.abort();
  });

  document.addEventListener("change", (event) => {
    const form = event.target.closest("[data-reword]");
    if (event.target.id === "reword-style" && event.target.value === "warmer") form.elements.way.value = "free";
    if (event.target.name === "way" && event.target.value === "quoting" && form?.elements.style.value === "warmer") {
      form.elements.style.value = "";
    }
  });

  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-reword]")) return;
    event.preventDefault();
    const text = byId("draft-text");
    if ("dirty" in text.dataset && !confirm("Replace what you typed?")) return;
    write(event.target, text);
  });

  async function write(form, text) {
    const former = text.value;
    const article = form.closest("article");
    const asked = { method: "POST", body: new URLSearchParams(new FormData(form)), headers: headers() };
    form.hidden = true;
    begin(text);
    let result = { problem: "The connection broke off. The draft is as it was." };
    try {
      writing = new AbortController();
      const response = await fetch(form.action, { ...asked, signal: writing.signal });
      result = response.ok ? await follow(response, text) : { problem: await wordsOfProblem(response) };
    } catch (error) {
      if (error.name === "AbortError") result = { problem: "Stopped watching. What is being written appears when it is done." };
    }
    end(text, result.body ?? former);
    if (result.problem) showToast({ text: result.problem, tone: result.body ? "plain" : "bad" });
    else announce("The draft was written anew.");
    htmx.trigger(article, "refresh");
    text.focus();
  }

  function headers() {
    return { "x-csrftoken": document.querySelector('meta[name="csrf-token"]')?.content ?? "", accept: "text/event-stream" };
  }

  function begin(text) {
    text.readOnly = true;
    text.dataset.dirty = "";  // nothing may replace it meanwhile
    text.setAttribute("aria-busy", "true");
    byId("approve").disabled = true;
    byId("writing").hidden = false;
    announce("The draft is being written.");
  }

  function end(text, value) {
    writing = null;
    text.value = value;
    text.readOnly = false;
    delete text.dataset.dirty;
    text.removeAttribute("aria-busy");
    const approve = byId("approve");
    if (approve) approve.disabled = false;
    if (byId("writing")) byId("writing").hidden = true;
    document.querySelector("[data-reword-open]")?.setAttribute("aria-expanded", "false");
  }

  function announce(words) {
    const place = byId("writing-status");
    if (place) place.textContent = words;
  }

  async function follow(response, text) {
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return { problem: "The connection broke off. The draft is as it was." };
      const events = (rest + value).replaceAll("\r\n", "\n").split("\n\n");
      rest = events.pop();
      for (const event of events) {
        const kind = /^event: (.*)$/m.exec(event)?.[1];
        const data = /^data: (.*)$/m.exec(event)?.[1];
        if (!kind || data === undefined) continue;
        const content = JSON.parse(data);
        if (kind === "text") text.value = content;
        if (kind === "done") return content;
        if (kind === "problem") return { problem: content };
      }
    }
  }

  async function wordsOfProblem(response) {
    try {
      const problem = await response.json();
      return problem.detail || problem.title;
    } catch {
      return "That did not work. The draft is as it was.";
    }
  }
})();
