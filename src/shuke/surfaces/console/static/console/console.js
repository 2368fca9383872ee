/* Behaviour of the frame: menu on small screens, dialogs, drawer, keys, table beside chart. Without it pages can be read and
   forms sent; the drawer is then a page, and the dialogs (freeze, reveal) and the menu on a phone do not open. */
"use strict";

const body = document.body;

function closeMenu() {
  body.classList.remove("menu-open");
}

function showDialog(id) {
  const dialog = document.getElementById(id);
  if (dialog && !dialog.open) {
    dialog.showModal();
    const field = dialog.querySelector("[aria-invalid=true]") || dialog.querySelector("input:not([type=hidden]), select");
    if (field) {
      field.focus();
    }
  }
}

document.addEventListener("click", (event) => {
  const target = event.target.closest("[data-menu], [data-shade], [data-open], [data-close], [data-copy], [data-view], [data-print]");
  if (!target) {
    document.querySelectorAll("details.person[open]").forEach((menu) => {
      if (!menu.contains(event.target)) {
        menu.open = false;
      }
    });
    if (event.target.nodeName === "DIALOG") {
      event.target.close();
    }
    return;
  }
  if (target.matches("[data-menu]")) {
    body.classList.toggle("menu-open");
  } else if (target.matches("[data-shade]")) {
    closeMenu();
  } else if (target.matches("[data-open]")) {
    event.preventDefault();
    showDialog(target.dataset.open);
  } else if (target.matches("[data-close]")) {
    target.closest("dialog").close();
  } else if (target.matches("[data-copy]")) {
    copy(target);
  } else if (target.matches("[data-view]")) {
    showView(target);
  } else if (target.matches("[data-print]")) {
    window.print();
  }
});

/* There is no clipboard on plain http; then the text is marked, ready for the keys. */
function copy(button) {
  const text = document.getElementById(button.dataset.copy);
  const mark = () => {
    window.getSelection().selectAllChildren(text);
    button.textContent = button.dataset.failed;
  };
  if (!navigator.clipboard) {
    mark();
    return;
  }
  navigator.clipboard.writeText(text.textContent.trim()).then(() => { button.textContent = button.dataset.done; }, mark);
}

function showView(button) {
  const card = button.closest(".card");
  const table = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", String(table));
  button.querySelector("span").textContent = table ? button.dataset.asChart : button.dataset.asTable;
  card.querySelector(".chart").hidden = table;
  card.querySelector(".chart-table").hidden = !table;
}

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const search = document.querySelector("[data-search]");
    if (search) {
      event.preventDefault();
      search.focus();
      search.select();
    } else if (body.dataset.members) {
      event.preventDefault();
      window.location.assign(body.dataset.members);
    }
  } else if (event.key === "Escape") {
    closeMenu();
    if (typing && typing.matches("[data-search]")) {
      typing.blur();
    }
  }
});

document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (button && button.dataset.once !== undefined) {
    setTimeout(() => { button.disabled = true; }, 0);
  }
});

document.addEventListener("change", (event) => {
  const field = event.target;
  if (field.matches("[data-submits]")) {
    field.form.requestSubmit();
  } else if (field.matches("[data-reads-into]") && field.files.length) {
    field.files[0].text().then((text) => { document.getElementById(field.dataset.readsInto).value = text; });
  }
});

document.querySelectorAll("dialog[data-shown]").forEach((dialog) => { showDialog(dialog.id); });

/* htmx fills the drawer; show it once it is filled. */
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.closest("dialog.drawer")) {
    showDialog("drawer");
  }
});
document.addEventListener("htmx:responseError", (event) => {
  const link = event.detail.elt.getAttribute("href");
  if (link) {
    window.location.assign(link);
  }
});

/* A long list of boxes is narrowed by what is typed; what is ticked stays in sight. */
document.querySelectorAll("input[data-narrows]").forEach((field) => {
  const boxes = [...document.getElementById(field.dataset.narrows).querySelectorAll("label")];
  field.addEventListener("input", () => {
    const wanted = field.value.trim().toLowerCase();
    boxes.forEach((box) => { box.hidden = !box.control.checked && !box.textContent.toLowerCase().includes(wanted); });
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault();  // it finds, and sends nothing
    }
  });
});

/* What is wider than the screen is scrolled with keys too, also where nothing in it takes the focus. */
document.querySelectorAll(".scroll").forEach((wide) => {
  if (wide.scrollWidth > wide.clientWidth && !wide.querySelector("a, button, input:not([type=hidden]), select, summary")) {
    wide.tabIndex = 0;
  }
});

/* Tabs that don't fit are scrolled to the one that is open. */
document.querySelectorAll(".tabs [aria-current]").forEach((tab) => {
  const tabs = tab.closest(".tabs");
  tabs.scrollLeft = tab.offsetLeft - tabs.offsetLeft - (tabs.clientWidth - tab.offsetWidth) / 2;
});

/* The menu is longer than some screens: begin where one is, with a whole row on top. */
const here = document.querySelector(".menu [aria-current]");
if (here) {
  const menu = here.closest(".menu");
  const wanted = here.offsetTop + here.offsetHeight + 60 - menu.clientHeight;
  const tops = [...menu.querySelectorAll("a, h2")].map((row) => row.offsetTop);
  menu.scrollTop = Math.max(0, ...tops.filter((top) => top <= wanted));
}
