/* Draws the three zones and the banner from the sale; decides nothing. */
"use strict";

const place = (id) => document.getElementById(id);

function fill(id, ...children) {
  place(id).replaceChildren(...children.flat().filter(Boolean));
}

function drawMember(sale) {
  const member = sale.member;
  if (!member) {
    const typed = sale.typed ? h("p", {class: "typed mono"}, sale.typed) : null;
    fill("member", h("div", {class: "nobody"}, h("strong", {}, sale.typed ? words.unverified : words.no_member), typed || h("p", {}, words.no_member_help)));
    return;
  }
  const points = member.points;
  fill("member",
    h("div", {class: "who"}, h("span", {class: "avatar", "aria-hidden": "true"}, member.name.slice(0, 1)),
      h("div", {}, h("strong", {"data-testid": "member-name"}, member.name), h("p", {class: "quiet"}, member.phone))),
    h("p", {class: "chips"}, member.tier && h("span", {class: `badge tier tier-${member.tier.rank}`}, member.tier.name), member.status && h("span", {class: "badge bad"}, member.status)),
    points && h("dl", {class: "balance"}, h("dt", {}, points.name), h("dd", {"data-testid": "available"}, points.available)),
    points && h("ul", {class: "small"}, points.pending && h("li", {}, `${points.pending} ${words.pending}`), points.owed && h("li", {class: "minus"}, `${points.owed} ${words.owed}`), points.expiring && h("li", {}, points.expiring)),
    member.value && h("dl", {class: "balance value"}, h("dt", {}, words.value), h("dd", {"data-testid": "value"}, member.value.total)),
    member.way && h("p", {class: "way"}, member.way));
}

function drawTrade(sale, money) {
  if (!sale.lines.length) {
    fill("trade", sale.member || sale.typed ? null : h("p", {class: "start"}, words.nothing));
    return;
  }
  const priced = sale.priced;
  const total = totalOf(sale.lines);
  const row = (label, amount, kind) => h("li", {class: kind || ""}, h("span", {}, label), h("span", {}, amount));
  const rows = sale.lines.length > 1 || isNamed(sale.lines[0]) || !priced ? sale.lines.map((line, at) => row(lineName(line, at), money(line.minor))) : [row(words.listed, priced.listed)];
  const offers = priced ? priced.offers.map((offer) => row([offer.name, ...offer.more].join(" · "), offer.off, "off")) : [];
  const paying = priced && priced.points && priced.points.used ? [row(`${words.pay_points} (${priced.points.used_text})`, priced.points.used_worth, "off")] : [];
  fill("trade",
    h("ul", {class: "rows"}, rows, offers, paying, priced && priced.value && priced.value.used ? [row(words.value, `\u2212${priced.value.used_text}`, "off"), h("li", {class: "split"}, h("small", {"data-testid": "split"}, valueSplit(priced.value)))] : []),
    h("div", {class: "pay"}, h("span", {}, words.to_pay), h("strong", {"data-testid": "pay"}, priced ? priced.pay : money(total))),
    priced && priced.earns && h("p", {class: "earns"}, `${words.earns} ${priced.earns}`),
    priced && priced.gives && h("p", {class: "earns", "data-testid": "gives"}, `${words.gives} ${priced.gives}`),
    h("p", {class: "next"}, h("kbd", {}, "Enter"), " ", words.take));
}

function drawOffers(sale, act) {
  const priced = sale.priced;
  if (sale.offline) {
    fill("offers", h("p", {class: "notice warn"}, words.offline_no_points));
    return;
  }
  if (!priced) {
    fill("offers", h("p", {class: "quiet"}, words.offers_help));
    return;
  }
  const points = priced.points;
  const offers = priced.offers.filter((offer) => !offer.coupon);  // coupons stand below, where they are chosen
  const list = h("ul", {class: "offers"}, offers.map((offer) => h("li", {}, h("span", {}, offer.name, offer.more.length ? h("small", {}, offer.more.join(" · ")) : null), h("strong", {}, offer.off))));
  fill("offers",
    offers.length ? list : priced.coupons.length ? null : h("p", {class: "quiet"}, words.offers_none),
    priced.value && priced.value.most > 0 ? valueField(priced.value, act) : null,
    points && points.most > 0 ? pointsField(points, act) : sale.member && h("p", {class: "quiet"}, words.pay_points_none),
    priced.coupons.length ? couponList(priced.coupons, act) : null,
    priced.unused.length ? h("details", {class: "unused"}, h("summary", {}, `${words.unused} (${priced.unused.length})`), h("ul", {}, priced.unused.map((offer) => h("li", {}, offer.name, h("small", {}, offer.why))))) : null);
}

function valueSplit(value) {
  return [value.principal_text && `${words.value_principal} ${value.principal_text}`, value.bonus_text && `${words.value_bonus} ${value.bonus_text}`].filter(Boolean).join(" + ");
}

function valueField(value, act) {
  const input = h("input", {id: "value", "data-testid": "value-field", inputmode: "decimal", autocomplete: "off", value: value.used ? value.typed : "", "aria-describedby": "value-help", keydown: (event) => {
    if (event.key === "Enter") {
      event.preventDefault();
      event.stopPropagation();
      act.payValue(event.target.value);
    }
  }});
  return h("div", {class: "points"}, h("label", {for: "value"}, h("kbd", {}, "F7"), " ", words.pay_value), input, h("p", {id: "value-help", class: "quiet"}, say(words.pay_value_most, {most: value.most_text})));
}

function pointsField(points, act) {
  const field = h("input", {id: "points", inputmode: "decimal", value: points.used ? points.used_text : "", "data-testid": "points", "aria-describedby": "points-help",
    keydown: (event) => {
      if (event.key === "Enter") {
        event.preventDefault();
        event.stopPropagation();
        act.points(field.value);
      }
    }});
  const most = say(words.pay_points_most, {points: points.most_text, worth: points.most_worth});
  return h("div", {class: "points"}, h("label", {for: "points"}, h("kbd", {}, "F2"), " ", words.pay_points), field, h("p", {id: "points-help", class: "quiet"}, most));
}

function couponList(coupons, act) {
  return h("fieldset", {class: "coupons"}, h("legend", {}, h("kbd", {}, "F3"), " ", words.coupons),
    coupons.map((coupon) => h("label", {class: coupon.why ? "out" : ""},
      h("input", {type: "checkbox", checked: coupon.used, value: coupon.code, change: () => act.coupons([...document.querySelectorAll("#offers .coupons input:checked")].map((box) => box.value))}),
      h("span", {}, coupon.name, h("small", {}, coupon.why || coupon.until)), h("strong", {}, coupon.off))));
}

/* The banner says what happened: good in green, bad in red, with a sound, for who does not look at the screen. */
function drawBanner(kind, title, ...more) {
  const banner = place("banner");
  banner.hidden = !kind;
  banner.className = `banner-${kind}`;
  banner.replaceChildren(...(kind ? [h("strong", {}, title), ...more.filter(Boolean)] : []));
  if (kind) {
    sound(kind === "good" ? 880 : kind === "bad" ? 196 : 440);
  }
}

let speaker = null;
function sound(hertz) {
  if (!navigator.userActivation || !navigator.userActivation.hasBeenActive) {
    return;  // a browser is silent before the first key
  }
  speaker = speaker || new AudioContext();
  const tone = new OscillatorNode(speaker, {frequency: hertz, type: hertz < 300 ? "square" : "sine"});
  const loud = new GainNode(speaker, {gain: 0.12});
  tone.connect(loud).connect(speaker.destination);
  tone.start();
  tone.stop(speaker.currentTime + (hertz < 300 ? 0.35 : 0.12));
}

function change(answer) {
  if (!answer.after) {
    return null;
  }
  const value = answer.by_value ? h("small", {"data-testid": "by-value"}, `${words.value} ${answer.by_value} · ${words.value_left} ${answer.value_left}`) : null;
  const moved = [answer.earned && `${words.earned} ${answer.earned}`, answer.used && `${words.used} ${answer.used}`].filter(Boolean).join(" · ");
  return h("p", {class: "change"}, h("span", {}, answer.unit || words.balance), h("b", {"data-testid": "change"}, `${answer.before} → ${answer.after}`), h("small", {}, moved), value);
}

function saleBanner(answer) {
  const bad = Boolean(answer.note);
  drawBanner(bad ? "warn" : "good", say(words.sale_done, answer), change(answer),
    answer.gave && h("p", {"data-testid": "gave"}, say(words.gave, {coupons: answer.gave})),
    answer.tier && h("p", {class: "tier-up"}, `${answer.tier} · ${words.tier_next}`), answer.note && h("p", {}, answer.note), receiptNumber(answer.key));
}

function receiptNumber(key) {
  return h("p", {class: "receipt-number"}, `${words.number} `, h("span", {class: "mono", "data-testid": "number"}, key));
}

function refundBanner(answer) {
  const moved = answer.has_member ? h("p", {class: "change"}, h("span", {}, words.balance), h("b", {"data-testid": "change"}, `${answer.before} → ${answer.after}`), h("small", {}, `${words.points_taken} ${answer.taken} · ${words.points_given} ${answer.given}`)) : null;
  drawBanner("good", say(words.refund_done, answer), moved, answer.owed && h("p", {class: "owes"}, `${answer.owed} ${words.owed}`));
}

function drawReceipt(receipt) {
  const row = ([label, amount]) => h("li", {}, h("span", {}, label), h("span", {}, amount));
  fill("receipt", h("h2", {}, receipt.shop), h("p", {}, `${receipt.store} · ${receipt.till}`), h("p", {}, `${receipt.title} ${receipt.at}`), h("p", {}, receipt.clerk),
    h("ul", {}, receipt.rows.map(row), h("li", {class: "total"}, h("span", {}, words.total), h("span", {}, receipt.total)), receipt.points.map(row)), h("p", {class: "mono"}, receipt.number));
}
