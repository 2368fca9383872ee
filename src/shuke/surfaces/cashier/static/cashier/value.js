/* Stored value at the counter: it pays a sale, is topped up with the bonus seen before, and gift cards are sold and loaded. */
"use strict";

/* Pay with stored value: first all that may, again for another amount; `text` is what was typed. */
function payValue(text) {
  const field = place("value");
  if (text === undefined && sale.value && field) {
    field.focus();
    field.select();
    return;
  }
  scan.focus();
  then(async () => {
    const offered = sale.priced && sale.priced.value;
    const wanted = text === undefined ? offered && offered.most : text.trim() ? minorOf(text.trim()) : 0;
    if (sale.offline || !connected) {
      drawBanner("warn", words.offline, h("p", {}, words.offline_no_value));
    } else if (!offered || !offered.most) {
      drawBanner("bad", words.pay_value_none);
    } else if (!sale.code) {
      drawBanner("bad", words.pay_value_code);
    } else if (wanted === null || wanted > offered.most) {
      drawBanner("bad", say(words.pay_value_most, {most: offered.most_text}));
    } else {
      sale.value = wanted;
      await price();
    }
    draw();
  });
}

function valueDialog() {
  if (!shop.value) {
    drawBanner("warn", words.value_none);
  } else if (!connected) {
    drawBanner("warn", words.offline, h("p", {}, words.offline_no_value));
  } else if (!sale.member) {
    scanDialog(words.value_top_up, words.value_scan);
  } else {
    topUpDialog(sale.member);
  }
}

function topUpDialog(member) {
  const {least, most, steps} = shop.value;
  const offers = steps.length ? h("ul", {class: "choices top-ups"}, steps.map((step) => h("li", {}, h("button", {type: "button", click: () => seeTopUp(member, minorOf(step.amount))},
    h("strong", {}, step.text), " ", h("span", {}, say(words.value_step, step)))))) : null;
  openDialog(`${words.value_top_up} · ${member.name}`, member.value && h("p", {class: "quiet"}, `${words.value} ${member.value.total}`), dialogForm([
    field("amount", say(words.value_amount, {least, most}), {inputmode: "decimal", required: true, "data-first": true, "data-testid": "top-up-amount"}),
  ], words.refund_look, async (data) => {
    const minor = minorOf(data.get("amount").trim());
    if (!minor) {
      throw new Refused({sentence: say(words.value_amount, {least, most})}, 409);
    }
    await seeTopUp(member, minor);
  }), offers);
}

async function seeTopUp(member, amount) {
  const body = {member: member.id, amount};
  try {
    topUpSeen(member, body, await sending.ask("/till/top-up-preview", body));
  } catch (error) {
    if (place("dialog").open && !(error instanceof NoAnswer)) {
      throw error;
    }
    tellFailure(error);
  }
}

function topUpSeen(member, body, seen) {
  const rows = [[words.value_take, h("strong", {class: "cash", "data-testid": "take"}, seen.pay)], [words.value_bonus, seen.bonus || "—"], [words.value_gets, h("strong", {}, seen.total)]];
  openDialog(`${words.value_top_up} · ${member.name}`, h("dl", {class: "facts list foreseen"}, rows.flatMap(([label, value]) => [h("dt", {}, label), h("dd", {}, value)])),
    seen.warnings.map((warning) => h("p", {class: "notice warn"}, warning)),
    dialogForm([], words.value_do, async () => {
      const answer = await doNow("/till/top-up", body, {what: seen.pay, who: member.name}, true);
      closeDialog();
      if (answer) {
        drawBanner("good", say(words.value_done, answer), h("p", {class: "change"}, h("span", {}, words.value), h("b", {"data-testid": "change"}, answer.after), answer.bonus && h("small", {}, `${words.value_bonus} ${answer.bonus}`)), receiptNumber(answer.key));
        await freshMember();
      }
      draw();
    }));
  place("dialog").querySelector("button.primary").focus();
}

/* A gift card was scanned: sold where it is not yet, else loaded for the member who is there. */
function cardDialog(card) {
  const member = sale.member;
  const facts = (rows) => h("dl", {class: "facts list foreseen"}, rows.flatMap(([label, text]) => [h("dt", {}, label), h("dd", {}, h("strong", {class: "cash"}, text))]));
  if (card.can_sell) {
    openDialog(words.card_sell, facts([[words.value_take, card.amount]]), h("p", {class: "mono card-code"}, card.code), dialogForm([], words.value_do, () => doCard("/till/card-sell", {code: card.code}, card, words.card_sold)));
  } else if (card.can_load && member) {
    openDialog(`${words.card_load} · ${member.name}`, facts([[words.value_gets, card.amount]]), h("p", {class: "mono card-code"}, card.code), dialogForm([], words.card_load_do, () => doCard("/till/card-load", {code: card.code, member: member.id}, card, words.card_loaded)));
  } else {
    drawBanner(card.can_load ? "warn" : "bad", `${words.card} ${card.amount} · ${card.state}`, card.can_load && h("p", {}, words.value_whose));
    return;
  }
  place("dialog").querySelector("button.primary").focus();
}

async function doCard(path, body, card, done) {
  const answer = await doNow(path, body, {what: `${words.card} ${card.amount}`, who: sale.member ? sale.member.name : ""}, true);
  closeDialog();
  if (answer) {
    drawBanner("good", say(done, answer), answer.after && h("p", {class: "change"}, h("span", {}, words.value), h("b", {"data-testid": "change"}, answer.after)), receiptNumber(answer.key));
    await freshMember();
  }
  draw();
}

/* What the member has now, for the card on the left. */
async function freshMember() {
  if (sale.member) {
    const found = await sending.ask("/till/read", {text: sale.member.id});
    sale.member = found.members[0];
  }
}
