/* Turns the member code each minute, says when there is no network, registers the worker that keeps the card at hand, and
   copies texts. Without it the page shows the code that it came with. */
"use strict";

let skew = Number(localStorage.getItem("skew")) || 0; // seconds by which this phone's clock is slow

function seconds() {
  return Math.floor(Date.now() / 1000) + skew;
}

function measure(codes) {
  if (navigator.onLine) { // otherwise these are codes that were kept, and their clock stands still
    skew = Number(codes.dataset.now) - Math.floor(Date.now() / 1000);
    localStorage.setItem("skew", String(skew));
  }
  codes.dataset.measured = "yes";
}

function turn() {
  const codes = document.querySelector("[data-codes]");
  if (!codes) {
    return;
  }
  if (codes.dataset.measured === undefined) {
    measure(codes);
  }
  const now = seconds();
  let shown = null;
  codes.querySelectorAll("figure").forEach((figure) => {
    const good = Number(figure.dataset.from) <= now && now < Number(figure.dataset.until);
    figure.hidden = !good;
    shown = good ? figure : shown;
  });
  codes.querySelector("[data-over]").hidden = shown !== null;
  codes.querySelector("progress").value = shown ? Number(shown.dataset.until) - now : 0;
}

function note() {
  document.querySelectorAll("[data-offline]").forEach((place) => {
    place.hidden = navigator.onLine;
  });
}

function refresh() {
  const codes = document.querySelector("[data-codes]");
  if (codes && !document.hidden && window.htmx) {
    window.htmx.trigger(codes, "turned");
  }
}

/* Copying needs a script; without it the text is there to be selected. */
function offerCopy() {
  document.querySelectorAll("[data-copy]").forEach((button) => {
    const text = document.getElementById(button.dataset.copy);
    button.hidden = false;
    button.addEventListener("click", async () => {
      text.select();
      try {
        await navigator.clipboard.writeText(text.value);
      } catch (refused) { // pages without https may not
        document.execCommand("copy");
      }
      document.querySelector("[data-copied]").hidden = false;
    });
  });
}

turn();
note();
offerCopy();
setInterval(turn, 1000);
window.addEventListener("online", () => { note(); refresh(); });
window.addEventListener("offline", note);
document.addEventListener("visibilitychange", refresh);
document.addEventListener("htmx:load", turn);
if ("serviceWorker" in navigator && document.querySelector(".tabs")) {
  navigator.serviceWorker.register("/m/sw.js").catch(() => undefined); // some browsers allow none; the pages work without
}
