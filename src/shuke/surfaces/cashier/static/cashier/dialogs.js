/* What opens over the sale: new member, refund, coupon or pickup, parked sales, the queue, the shift, the keys. */
"use strict";

function openDialog(title, ...body) {
  place("dialog-title").textContent = title;
  fill("dialog-body", ...body, h("p", {class: "quiet back"}, words.cancel));
  if (!place("dialog").open) {
    place("dialog").showModal();
  }
  const first = place("dialog").querySelector("[data-first]") || place("dialog").querySelector("input, button");
  if (first) {
    first.focus();
  }
}

function closeDialog() {
  place("dialog").close();
}

/* A form in a dialog: `send` does it; a refusal stands in the dialog, and what was typed stays. */
function dialogForm(fields, label, send) {
  const wrong = h("p", {class: "notice bad", role: "alert", hidden: true});
  const form = h("form", {class: "fields", autocomplete: "off", submit: async (event) => {
    event.preventDefault();
    button.disabled = true;
    try {
      await send(new FormData(form));
    } catch (error) {
      wrong.hidden = false;
      wrong.textContent = error instanceof NoAnswer ? words.offline_only_sales : error instanceof Refused ? error.message : words.unknown;
      sound(196);
    } finally {
      button.disabled = false;
    }
  }});
  const button = h("button", {class: "button primary wide"}, label);
  form.append(wrong, ...fields, button);
  return form;
}

function field(name, label, properties) {
  return h("div", {class: "field"}, h("label", {for: `field-${name}`}, label), h("input", {id: `field-${name}`, name, ...properties}));
}

function tick(name, label, properties) {
  return h("label", {class: "tick"}, h("input", {type: "checkbox", name, ...properties}), h("span", {}, label));
}

/* --- a text to be scanned: what it is decides what opens --- */

function scanDialog(title, label) {
  openDialog(title, dialogForm([field("text", label, {"data-first": true, required: true, class: "mono"})], words.refund_look, async (data) => {
    const found = await sending.ask("/till/read", {text: data.get("text").trim()});
    closeDialog();
    show(found);
    draw();
  }));
}

/* --- new member --- */

function enrolDialog() {
  display.postMessage({kind: "consent"});
  const typed = sale.typed || scan.value.trim();
  openDialog(words.keys_enrol, h("p", {class: "quiet"}, words.enrol_on_display), dialogForm([
    field("phone", words.phone, {type: "tel", inputmode: "tel", required: true, "data-first": true, value: /^\+?\d+$/.test(typed) ? typed : ""}),
    field("name", words.name, {maxlength: 100}),
    tick("agreed", words.enrol_told, {required: true}),
    tick("marketing", words.enrol_marketing),
  ], words.enrol_do, async (data) => {
    const body = {phone: data.get("phone").trim(), name: data.get("name").trim(), agreed: data.has("agreed"), marketing: data.has("marketing")};
    const answer = await doNow("/till/enrol", body, {what: words.keys_enrol, who: body.name || "—"}, false);
    closeDialog();
    scan.value = "";
    if (answer) {
      sale.member = answer.member;
      sale.typed = "";
      drawBanner("good", say(words.enrol_done, answer.member));
      if (sale.lines.length) {
        await price();
      }
    }
    draw();
    scan.focus();
  }));
}

/* The customer ticked on their own screen what the clerk would have ticked for them. */
function customerAgreed(data) {
  const form = place("dialog").querySelector("form");
  if (place("dialog").open && form && form.elements.agreed) {
    form.elements.agreed.checked = true;
    form.elements.marketing.checked = data.marketing;
  }
}

/* --- refund: what comes back, what it would do, doing it --- */

function refundDialog(order) {
  if (!order.left_minor) {
    openDialog(words.keys_refund, h("p", {class: "notice warn"}, words.nothing_left));
    return;
  }
  const facts = h("dl", {class: "facts list"}, [[words.order_of, order.number], [words.sold, `${order.at} ${order.member}`], [words.total, order.total], [words.left, order.left]]
    .flatMap(([label, text]) => [h("dt", {}, label), h("dd", {}, text)]));
  const lines = order.lines.length > 1 ? h("ul", {class: "lines"}, order.lines.map((line) => h("li", {}, tick(`line-${line.number}`, `${line.name} · ${line.left}`, {disabled: !line.minor})))) : null;
  const amount = field("amount", words.refund_what, {inputmode: "decimal", "data-first": true, "data-testid": "refund-amount"});
  openDialog(words.keys_refund, facts, dialogForm([lines, amount].filter(Boolean), words.refund_look, async (data) => {
    const body = refundBody(order, data);
    const seen = await sending.ask("/till/refund-preview", body);
    refundSeen(order, body, seen);
  }));
}

function refundBody(order, data) {
  const chosen = order.lines.filter((line) => data.has(`line-${line.number}`));
  const text = plain(data.get("amount").trim());
  const minor = text ? minorOf(text) : null;
  if (text && !minor) {
    throw new Refused({sentence: words.refund_what}, 409);
  }
  return {order: order.id, all: !chosen.length && !text, amount: minor || 0, lines: text ? [] : chosen.map((line) => ({number: line.number, quantity: line.quantity, minor: line.minor}))};
}

function refundSeen(order, body, seen) {
  const rows = [[words.cash, h("strong", {class: "cash", "data-testid": "cash"}, seen.cash)]];
  if (seen.has_member) {
    rows.push([words.points_taken, h("span", {"data-testid": "taken"}, seen.taken)], [words.points_given, h("span", {"data-testid": "given"}, seen.given)], [words.balance, `${seen.before} → ${seen.after}`]);
  }
  if (seen.value) {
    rows.splice(1, 0, [words.value_back, h("strong", {"data-testid": "value-back"}, seen.value)]);
  }
  if (seen.owed) {
    rows.push([words.owed, h("strong", {class: "minus"}, seen.owed)]);
  }
  openDialog(words.keys_refund, h("dl", {class: "facts list foreseen", "data-testid": "foreseen"}, rows.flatMap(([label, value]) => [h("dt", {}, label), h("dd", {}, value)])),
    dialogForm([], words.refund_do, async () => {
      const answer = await doNow("/till/refund", body, {what: `− ${seen.cash}`, who: order.member || words.guest}, true);
      closeDialog();
      if (answer) {
        refundBanner(answer);
      }
      scan.focus();
    }));
  place("dialog").querySelector("button.primary").focus();
}

/* --- a coupon or a pickup: green or red, then taken --- */

function useDialog(found) {
  if (!found.good) {
    drawBanner("bad", found.title, h("p", {}, found.why));
    return;
  }
  drawBanner("good", found.title, h("p", {}, found.more));
  openDialog(found.title, h("p", {}, found.more), dialogForm([], words.use_do, async () => {
    const answer = await doNow("/till/use", {code: found.code}, {what: found.title, who: ""}, true);
    closeDialog();
    if (answer) {
      drawBanner("good", answer.title, h("p", {}, answer.more));
    }
    scan.focus();
  }));
}

/* --- parked, queued --- */

async function parkedDialog() {
  const parked = await keeping.all("parked");
  openDialog(words.parked, parked.length ? h("ul", {class: "choices"}, parked.map((entry) => h("li", {}, h("button", {type: "button", click: () => fetchParked(entry)},
    h("strong", {}, entry.what), ` ${entry.sale.member ? entry.sale.member.name : entry.sale.typed || words.guest} · ${clockTime(entry.made)}`)))) : h("p", {class: "empty"}, words.parked_none));
}

async function queueDialog() {
  const queue = await keeping.all("queue");
  const actions = (entry) => entry.refused ? h("div", {class: "buttons"},
    h("button", {type: "button", class: "button small", click: () => again(entry, entry.body)}, words.queue_again),
    entry.body.typed ? h("button", {type: "button", class: "button small", click: () => again(entry, {...entry.body, typed: ""})}, words.queue_as_guest) : null,
    h("button", {type: "button", class: "button small danger", click: () => throwAway(entry)}, words.queue_drop)) : null;
  openDialog(words.queue, h("p", {class: "quiet"}, words.queue_help), queue.length ? h("ul", {class: "queue", "data-testid": "queue"}, queue.map((entry) => h("li", {},
    h("div", {}, h("strong", {}, entry.told.what), ` ${entry.told.who} · ${clockTime(entry.made)} `, h("span", {class: `badge ${entry.refused ? "bad" : "warn"}`}, entry.refused ? words.queue_refused : words.queue_waiting), h("small", {class: "mono"}, entry.key), entry.refused && h("p", {class: "wrong"}, entry.refused)),
    actions(entry)))) : h("p", {class: "empty"}, words.queue_none));
}

/* What was refused left nothing, so under its number something else may be sent. */
async function again(entry, body) {
  await keeping.put("queue", {...entry, body, refused: ""});
  await sending.flush();
  await queueDialog();
}

function throwAway(entry) {
  openDialog(words.queue_drop, h("p", {}, `${entry.told.what} ${entry.told.who}`), dialogForm([h("p", {}, words.queue_drop_sure)], words.queue_drop, async () => {
    await sending.drop(entry);
    await queueDialog();
  }));
}

/* Say what time it was at the shop, whatever the tablet's zone. */
function clockTime(at) {
  return new Date(at).toLocaleTimeString("en-GB", {hour: "2-digit", minute: "2-digit", timeZone: shop.time_zone});
}

/* --- the shift --- */

async function shiftDialog() {
  try {
    const report = await sending.ask("/till/shift");
    const queued = (await keeping.all("queue")).length;
    const pin = h("button", {type: "button", class: "button small", click: pinDialog}, words.pin_change);
    openDialog(say(words.shift_of, report), reportTable(report), h("div", {class: "buttons"}, pin), dialogForm([h("p", {class: queued ? "notice warn" : "quiet"}, queued ? words.hand_over_queue : words.hand_over_sure)], words.hand_over, async () => {
      if ((await keeping.all("queue")).length) {
        throw new Refused({sentence: words.hand_over_queue}, 409);
      }
      const last = await sending.ask("/till/hand-over", {});
      openDialog(say(words.shift_of, last), reportTable(last), h("div", {class: "buttons"},
        h("button", {type: "button", class: "button", click: () => { drawReport(last); window.print(); }}, words.print),
        h("a", {class: "button primary", href: "/till/log-in", "data-first": true}, words.close)));
    }));
  } catch (error) {
    tellFailure(error);
  }
}

function pinDialog() {
  const digits = {type: "password", inputmode: "numeric", required: true, maxlength: 6, autocomplete: "off"};
  openDialog(words.pin_change, dialogForm([field("pin", words.pin_now, {...digits, "data-first": true}), field("new", words.pin_new, digits), field("again", words.pin_again, digits)], words.pin_change, async (data) => {
    if (data.get("new") !== data.get("again")) {
      throw new Refused({sentence: words.pin_differs}, 409);
    }
    await sending.ask("/till/pin", {pin: data.get("pin"), new_pin: data.get("new")});
    closeDialog();
    drawBanner("good", words.pin_changed);
  }));
}

function reportTable(report) {
  const cells = (row) => [row.count, row.money || "—", row.points_in || "—", row.points_out || "—"].map((text) => h("td", {class: "number"}, text));
  return h("div", {}, h("p", {class: "quiet"}, `${report.store} · ${report.till} · ${words.since} ${report.began}`),
    h("table", {"data-testid": "report"}, h("thead", {}, h("tr", {}, ["", words.count, words.money, words.points_in, words.points_out].map((text, at) => h("th", {class: at ? "number" : "", scope: "col"}, text)))),
      h("tbody", {}, report.rows.map((row) => h("tr", {}, h("th", {scope: "row"}, row.work), cells(row)))),
      h("tfoot", {}, h("tr", {}, h("th", {scope: "row"}, words.total), cells({count: "", money: report.money, points_in: report.points_in, points_out: report.points_out})))),
    h("p", {class: "quiet"}, [report.offline && say(words.late_lines, {count: report.offline}), report.noted && say(words.noted_lines, {count: report.noted})].filter(Boolean).join(" · ")));
}

function drawReport(report) {
  fill("receipt", h("h2", {}, say(words.shift_of, report)), reportTable(report));
}

/* --- why not what the till proposed --- */

function whyDialog(done, leave) {
  place("dialog").addEventListener("close", leave, {once: true});
  openDialog(words.why, h("p", {class: "quiet"}, words.why_help), dialogForm([field("note", words.reason, {required: true, maxlength: 200, "data-first": true})], words.use_this, async (data) => {
    closeDialog();
    done(data.get("note").trim());
  }));
}

function helpDialog() {
  const rows = [...document.querySelectorAll(".till-keys .key")].map((key) => [key.querySelector("kbd").textContent, key.dataset.does]);
  openDialog(words.help, h("dl", {class: "facts list"}, rows.flatMap(([key, does]) => [h("dt", {}, h("kbd", {}, key)), h("dd", {}, does)])), h("p", {class: "quiet"}, words.help_lines));
}

/* Back to the one field, with its caret: the browser alone gives no caret where what had it in the dialog was replaced, and
   what is typed then goes nowhere. */
place("dialog").addEventListener("close", () => {
  const field = place("scan");
  field.blur();
  field.focus();
});
