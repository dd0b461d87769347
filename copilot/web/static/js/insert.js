// Puts a passage that was found into the draft, or into the reply where there is none, and says where it came from.
"use strict";

(() => {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-insert]");
    if (!button) return;
    const draft = document.getElementById("draft-text");
    const field = draft ?? document.getElementById("composer-text");
    if (!field) return;
    const at = field.selectionEnd ?? field.value.length;
    const end = field === draft && at === 0 ? field.value.length : at;
    field.setRangeText(padded(field.value, end, button.dataset.insert), end, end, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
    document.getElementById("drawer")?.close?.();
    if (draft) htmx.ajax("POST", `/drafts/${draft.dataset.draftId}/citations`, { source: button, swap: "none", values: { passage: button.dataset.passage } });
    else remember(field.form, button.dataset.passage);
    if (!draft) document.querySelector('.composer [value="outbound"]').checked = true;
    document.body.dataset.view = draft ? "draft" : "ticket";
    field.focus();
  });

  // A paragraph of its own, whatever stands around it.
  function padded(text, at, passage) {
    const before = text.slice(0, at).trimEnd() === "" ? "" : "\n\n".slice(/\n*$/.exec(text.slice(0, at))[0].length);
    const after = text.slice(at).trimStart() === "" ? "" : "\n\n".slice(/^\n*/.exec(text.slice(at))[0].length);
    return `${before}${passage}${after}`;
  }

  function remember(form, passage) {
    const cited = document.createElement("input");
    cited.type = "hidden";
    cited.name = "cited";
    cited.value = passage;
    form.append(cited);
  }
})();
