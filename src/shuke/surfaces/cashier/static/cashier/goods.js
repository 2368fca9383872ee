/* Amounts and goods as they are typed or scanned: 12.50, +12.50, 12.50*3, and an article's bar code before its price. */
"use strict";

/* What was typed with a Chinese keyboard left on, in the signs that are meant: １２。５０ is 12.50. */
const plain = (text) => text.normalize("NFKC").replaceAll("。", ".");

/* Whether a text can only be meant as an amount: it has a point, a comma, a minus or pieces, or is nothing but noughts. */
const meansAmount = (text) => /^[+-]?[\d.,]+(\*.*)?$/.test(text) && /[.,*]|^-|^\+?0+$/.test(text);

const AMOUNT = /^\+?(\d{1,7})(?:[.](\d+))?$/;
function minorOf(text) {
  const found = AMOUNT.exec(text);
  if (!found || (found[2] || "").length > shop.digits) {
    return null;
  }
  return Number(found[1] + (found[2] || "").padEnd(shop.digits, "0"));
}

/* The line that an amount means: pieces of an article, or of what has no name. */
function lineOf(text, sku) {
  const [each, pieces] = text.split("*", 2);
  const minor = minorOf(each);
  const quantity = pieces === undefined ? 1 : /^[1-9]\d{0,2}$/.test(pieces) ? Number(pieces) : 0;
  return minor && quantity ? {sku: sku || "", quantity, minor: minor * quantity} : null;
}

/* The article that a text names: #SKU, or 12 to 14 digits with the check digit of a bar code on goods. */
function skuOf(text) {
  const digits = [...text].reverse();
  const bar = /^\d{12,14}$/.test(text) && digits.reduce((sum, digit, at) => sum + Number(digit) * (at % 2 ? 3 : 1), 0) % 10 === 0;
  return bar ? text : /^#.{1,64}$/.test(text) ? text.slice(1) : "";
}

const totalOf = (lines) => lines.reduce((sum, line) => sum + line.minor, 0);

/* What the server is told: an amount where there is nothing more to say. */
const toldLines = (lines) => lines.map((line) => line.sku || line.quantity > 1 ? line : line.minor);

function lineName(line, at) {
  const name = line.sku || `${words.item} ${at + 1}`;
  return line.quantity > 1 ? `${name} × ${line.quantity}` : name;
}

/* What one piece cost when it was last sold at this till, null where it never was. */
const knownPrice = async (sku) => await keeping.get("last", `price:${sku}`) || null;

async function rememberPrices(lines) {
  for (const line of lines.filter((each) => each.sku)) {
    await keeping.put("last", line.minor / line.quantity, `price:${line.sku}`);
  }
}
