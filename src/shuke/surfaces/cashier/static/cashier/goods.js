/* Amounts and goods as they are typed or scanned: 12.50, +12.50, 12.50*3, 12.50 COFFEE of a category, and an article's
   bar code before its price. */
"use strict";

/* What was typed with a Chinese keyboard left on, in the signs that are meant: １２。５０ is 12.50. */
const plain = (text) => text.normalize("NFKC").replaceAll("。", ".");

/* An amount and the category behind it, which begins with a letter: 138 0000 0001 stays a phone number, 12.50 *3 nothing. */
function amountAndCategory(text) {
  const found = /^(\S*\d) +(\p{L}.{0,79})$/u.exec(text);
  return found ? [found[1], found[2]] : [text, ""];
}

/* Whether a text can only be meant as an amount: it has a point, a comma, a minus or pieces, or is nothing but noughts. */
function meansAmount(text) {
  const [amount] = amountAndCategory(text);
  return /^[+-]?[\d.,]+(\*.*)?$/.test(amount) && /[.,*]|^-|^\+?0+$/.test(amount);
}

const AMOUNT = /^\+?(\d{1,7})(?:[.](\d+))?$/;
function minorOf(text) {
  const found = AMOUNT.exec(text);
  if (!found || (found[2] || "").length > shop.digits) {
    return null;
  }
  return Number(found[1] + (found[2] || "").padEnd(shop.digits, "0"));
}

/* The line that an amount means: pieces of an article, or of what has no name; the article's category is known if it was
   ever said here. */
function lineOf(text, goods) {
  const [amount, category] = amountAndCategory(text);
  const [each, pieces] = amount.split("*", 2);
  const minor = minorOf(each);
  const quantity = pieces === undefined ? 1 : /^[1-9]\d{0,2}$/.test(pieces) ? Number(pieces) : 0;
  return minor && quantity ? {...named(goods, category), quantity, minor: minor * quantity} : null;
}

const named = (goods, category) => ({sku: goods ? goods.sku : "", category: category || (goods ? goods.category : "")});

/* The article that a text names: #SKU, or 12 to 14 digits with the check digit of a bar code on goods. */
function skuOf(text) {
  const digits = [...text].reverse();
  const bar = /^\d{12,14}$/.test(text) && digits.reduce((sum, digit, at) => sum + Number(digit) * (at % 2 ? 3 : 1), 0) % 10 === 0;
  return bar ? text : /^#.{1,64}$/.test(text) ? text.slice(1) : "";
}

const totalOf = (lines) => lines.reduce((sum, line) => sum + line.minor, 0);

/* What the server is told: an amount where there is nothing more to say. */
const toldLines = (lines) => lines.map((line) => isNamed(line) || line.quantity > 1 ? line : line.minor);

const isNamed = (line) => Boolean(line.sku || line.category);

function lineName(line, at) {
  const name = [line.sku, line.category].filter(Boolean).join(" · ") || `${words.item} ${at + 1}`;
  return line.quantity > 1 ? `${name} × ${line.quantity}` : name;
}

/* What is known of an article from when it was last sold at this till: the price of a piece, null where it never was. */
const knownGoods = async (sku) => ({sku, price: await keeping.get("last", `price:${sku}`) || null, category: await keeping.get("last", `category:${sku}`) || ""});

async function rememberGoods(lines) {
  for (const line of lines.filter((each) => each.sku)) {
    await keeping.put("last", line.minor / line.quantity, `price:${line.sku}`);
    await keeping.put("last", line.category, `category:${line.sku}`);
  }
}
