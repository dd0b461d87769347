// The draft and the composer: what was typed is remembered, a rejection asks for its reason, phones change views.
"use strict";

(() => {
  const apple = /Mac|iPhone|iPad/.test(navigator.platform);
  const byId = (id) => document.getElementById(id);

  document.addEventListener("input", (event) => {
    if (event.target.matches(".ticket textarea")) event.target.dataset.dirty = "";
  });

  // What is being sent is no longer "typed and not yet sent": the answer may replace it.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { elt, xhr } = event.detail.requestConfig ? { elt: event.detail.requestConfig.elt, xhr: event.detail.xhr } : {};
    if (!elt?.matches?.("[data-composer], #draft-form, #reject-panel") || xhr.status >= 400) return;
    elt.querySelectorAll("textarea").forEach((text) => { delete text.dataset.dirty; });
    if (elt.matches("[data-composer]")) elt.querySelector("textarea").value = "";
  });

  globalThis.askRejection = (open) => {
    const panel = byId("reject-panel");
    if (!panel) return;
    panel.hidden = !open;
    document.querySelector("[data-reject]")?.setAttribute("aria-expanded", String(open));
    (open ? panel.querySelector("input") : document.querySelector("[data-reject]"))?.focus();
  };

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-reject]")) askRejection(byId("reject-panel").hidden);
    if (event.target.closest("[data-reject-cancel]")) askRejection(false);
    const going = event.target.closest("[data-view-go]");
    if (going) goTo(going.dataset.viewGo);
    const back = event.target.closest("[data-back]");
    if (back && byId("queue-list")) {
      event.preventDefault();
      history.pushState({}, "", "/");
      path = "/";
      goTo("queue");
    }
  });

  function goTo(view) {
    document.body.dataset.view = view;
    const target = { draft: byId("aside"), ticket: byId("ticket-title") }[view];
    (target ?? document.querySelector('#queue-list [aria-current="true"]'))?.focus({ preventScroll: true });
  }

  let path = location.pathname;
  document.addEventListener("htmx:pushedIntoHistory", () => { path = location.pathname; });
  window.addEventListener("popstate", (event) => {
    if (!event.state?.htmx && location.pathname !== path) location.reload();
  });

  function scrollToNewest() {
    const messages = byId("messages");
    if (messages) messages.scrollTop = messages.scrollHeight;
    if (apple) document.querySelectorAll("[data-mod-enter]").forEach((key) => { key.textContent = "⌘↵"; });
  }

  let shown = null;
  document.addEventListener("htmx:afterSwap", () => {
    const open = document.querySelector("#ticket > article")?.id;
    if (open === shown) return;
    shown = open;
    if (document.body.dataset.view === "draft") document.body.dataset.view = "ticket";
    scrollToNewest();
    const active = document.activeElement;
    if (active === document.body || active.matches(".row")) byId("ticket-title")?.focus({ preventScroll: true });
  });
  shown = document.querySelector("#ticket > article")?.id;
  scrollToNewest();
})();
