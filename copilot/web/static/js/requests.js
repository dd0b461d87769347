// Every htmx request: the CSRF token goes along, and a failure is said in words.
"use strict";

document.addEventListener("htmx:configRequest", (event) => {
  const token = document.querySelector('meta[name="csrf-token"]')?.content;
  if (token) event.detail.headers["x-csrftoken"] = token;
});

// A form that htmx sends must never be sent by the browser itself, not even in the moment before htmx knows it.
document.addEventListener("submit", (event) => {
  if (event.target.matches("[hx-post], [hx-get]")) event.preventDefault();
});

document.addEventListener("htmx:responseError", (event) => {
  const { xhr } = event.detail;
  if (xhr.status === 401) {
    location.assign(`/sign-in?next=${encodeURIComponent(location.pathname)}`);
    return;
  }
  showToast({ text: wordsOf(xhr), tone: "bad" });
});

document.addEventListener("htmx:sendError", () => {
  showToast({ text: "No connection to the server. Nothing was changed.", tone: "bad" });
});

function wordsOf(xhr) {
  try {
    const problem = JSON.parse(xhr.responseText);
    return problem.detail || problem.title;
  } catch {
    return xhr.status >= 500 ? "The server could not do that. Please try again." : "That did not work.";
  }
}

function showToast(detail) {
  document.body.dispatchEvent(new CustomEvent("toast", { detail }));
}
