// The live connection, and morphing that never takes away what a person is typing or has opened.
"use strict";

(() => {
  const banner = document.getElementById("connection");
  const PATIENCE = 60_000;
  let source = null;
  let leaving = null;

  // A browser opens six connections to a site at most: a page that nobody looks at gives its own back.
  htmx.createEventSource = (url) => {
    source = new EventSource(url, { withCredentials: true });
    return source;
  };
  document.addEventListener("visibilitychange", () => {
    clearTimeout(leaving);
    if (document.hidden) leaving = setTimeout(() => source?.close(), PATIENCE);
    else if (source?.readyState === EventSource.CLOSED) source.dispatchEvent(new Event("error"));
  });
  let lost = null;

  document.addEventListener("htmx:sseError", () => {
    lost ??= setTimeout(() => { banner.hidden = false; }, 1500);
  });
  // Whatever changed before the stream was open has been missed: look once, at first and after every interruption.
  document.addEventListener("htmx:sseOpen", () => {
    clearTimeout(lost);
    lost = null;
    banner.hidden = true;
    htmx.trigger(document.body, "queue-changed");
    const ticket = document.querySelector("#ticket > article");
    if (ticket) htmx.trigger(ticket, "refresh");
  });

  const KEPT = { DETAILS: ["open"], TEXTAREA: ["data-dirty", "data-draft-id"], A: ["aria-current"] };
  const isPanel = (node) => ["reject-panel", "reword-panel", "writing"].includes(node.id) || node.matches?.("[data-draft-changed], [data-reject], [data-reword-open]");

  if (window.Idiomorph) {
    const { callbacks } = Idiomorph.defaults;
    Idiomorph.defaults.ignoreActiveValue = true;
    callbacks.beforeAttributeUpdated = (name, node) => {
      if (KEPT[node.tagName]?.includes(name)) return false;
      return !(isPanel(node) && (name === "hidden" || name === "aria-expanded"));
    };
    callbacks.beforeNodeMorphed = (old, fresh) => {
      if (old.tagName !== "TEXTAREA" || !("dirty" in old.dataset)) return true;
      keepTyped(old, fresh);
      return false;
    };
  }

  function keepTyped(old, fresh) {
    const { draftId } = fresh.dataset;
    if (!draftId || draftId === old.dataset.draftId) return;
    old.dataset.draftId = draftId;
    old.dataset.fresh = fresh.value;
    const notice = old.form?.querySelector("[data-draft-changed]");
    if (notice) notice.hidden = false;
  }

  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-take-new]")) return;
    const text = document.getElementById("draft-text");
    text.value = text.dataset.fresh ?? text.value;
    delete text.dataset.dirty;
    event.target.closest("[data-draft-changed]").hidden = true;
    text.focus();
  });

  function markSelected() {
    const open = document.querySelector("#ticket > article")?.dataset.ticketId;
    document.querySelectorAll("#queue-list .row").forEach((row) => {
      if (row.dataset.ticket === open) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
    });
  }

  function showCounts() {
    const counts = JSON.parse(document.querySelector("#queue-list [data-counts]")?.dataset.counts || "{}");
    for (const [name, count] of Object.entries(counts)) {
      const place = document.querySelector(`[data-filter-count="${CSS.escape(name)}"]`);
      if (place) place.textContent = count;
    }
  }

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target?.id === "ticket" && document.querySelector("#ticket > article")) {
      if (document.body.dataset.view === "queue") document.body.dataset.view = "ticket";
    }
    markSelected();
    showCounts();
  });
})();
