/* What both screens are built with: the words of the page, elements, sentences with values. */
"use strict";

const words = JSON.parse(document.getElementById("words").textContent);

/* Make an element: h("p", {class: "quiet"}, "text", other). A property that is a function listens. */
function h(name, properties, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties || {})) {
    if (typeof value === "function") {
      element.addEventListener(key, value);
    } else if (value === true) {
      element.setAttribute(key, "");
    } else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(key, value);
    }
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

function say(sentence, values) {
  return sentence.replace(/%\((\w+)\)[sd]/g, (_all, name) => values[name]);
}

/* Write minor units with their decimals, for what is on the screen before a server has said it. */
function plainMoney(minor, digits) {
  const text = String(minor).padStart(digits + 1, "0");
  return digits ? `${text.slice(0, -digits)}.${text.slice(-digits)}` : text;
}
