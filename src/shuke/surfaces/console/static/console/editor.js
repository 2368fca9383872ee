/* The editor: an edit of a field is sent with the text, which comes back with that edit alone; facts go to the cursor. */
"use strict";

const draft = document.getElementById("draft");
const panel = document.getElementById("program-form");
const address = draft.querySelector("#program-text").getAttribute("hx-post");
let last = null;

window.htmx.config.attributesToSettle = []; // it would write style attributes, which our pages do not allow

function send(op, path, value) {
  const values = { op, path, value, text: document.getElementById("program-text").value };
  values.csrfmiddlewaretoken = draft.querySelector("[name=csrfmiddlewaretoken]").value;
  window.htmx.ajax("POST", address, { target: "#program-form", values });
}

panel.addEventListener("change", (event) => {
  const field = event.target;
  if (field.matches("[data-value]")) {
    send("set", field.dataset.path, field.value);
  } else if (field.matches("[data-key]") && field.value) {
    send("key", field.dataset.path, field.value);
  }
});

document.addEventListener("focusin", (event) => {
  if (event.target.matches("#program-text, [data-expression]")) {
    last = event.target.id;
  }
});

document.addEventListener("click", (event) => {
  const insert = event.target.closest("[data-insert]");
  const jump = event.target.closest("[data-line]");
  if (insert) {
    insert.closest("dialog").close();
    const field = document.getElementById(last) || document.getElementById("program-text");
    field.focus();
    field.setRangeText(insert.dataset.insert, field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new Event(field.matches("input") ? "change" : "input", { bubbles: true }));
  } else if (jump) {
    const text = document.getElementById("program-text");
    const before = text.value.split("\n").slice(0, Number(jump.dataset.line) - 1);
    const at = before.reduce((sum, line) => sum + line.length + 1, 0) + Number(jump.dataset.column) - 1;
    text.focus();
    text.setSelectionRange(at, at);
    text.scrollTop = (before.length - 5) * 21;
  }
});

const search = document.getElementById("facts-search");
search.addEventListener("input", () => {
  const wanted = search.value.trim().toLowerCase();
  document.querySelectorAll("[data-fact]").forEach((row) => {
    row.hidden = !row.dataset.fact.toLowerCase().includes(wanted);
  });
});

/* What was typed and not saved is asked about before the page is left. */
let kept = document.getElementById("program-text").value;
draft.addEventListener("submit", () => {
  kept = document.getElementById("program-text").value;
});
window.addEventListener("beforeunload", (event) => {
  if (document.getElementById("program-text").value !== kept) {
    event.preventDefault();
  }
});
