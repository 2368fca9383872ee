/* Stored value at the counter: an amount and its bonus, seen before the money is taken. */
"use strict";

function valueDialog() {
  if (!shop.value) {
    drawBanner("warn", words.value_none);
  } else if (!connected) {
    drawBanner("warn", words.offline, h("p", {}, words.offline_no_value));
  } else if (!sale.member) {
    drawBanner("warn", words.value_whose);
  } else {
    topUpDialog(sale.member);
  }
}

function topUpDialog(member) {
  const {least, most, steps} = shop.value;
  const offers = steps.length ? h("ul", {class: "choices steps"}, steps.map((step) => h("li", {}, h("button", {type: "button", click: () => seeTopUp(member, minorOf(step.amount))},
    h("strong", {}, money(minorOf(step.amount))), " ", h("span", {}, say(words.value_step, step)))))) : null;
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

/* What the member has now, for the card on the left. */
async function freshMember() {
  if (sale.member) {
    const found = await sending.ask("/till/read", {text: sale.member.id});
    sale.member = found.members[0];
  }
}
