/* The clerk's screen: one field for what is scanned or typed, and keys. What is done goes one after another, in the order
   typed, however slow the network is; after a refusal what was typed ahead is forgotten. */
"use strict";

const fresh = () => ({member: null, code: "", scanned: 0, typed: "", lines: [], goods: null, points: 0, value: 0, coupons: null, priced: null, offline: false, note: ""});
let sale = fresh();
let shop = {digits: 2, sign: ""};
let connected = true;
let waiting = null;  // the entry without whose answer nothing goes on
let escaped = 0;
const display = new BroadcastChannel("shuke-till");
const scan = place("scan");

/* --- one after another --- */

let last = Promise.resolve();
let round = 0;
function then(work) {
  const mine = round;
  last = last.catch(() => {}).then(async () => {  // what failed unforeseen was told; the next is done all the same
    if (mine !== round) {
      return;
    }
    try {
      await work();
    } catch (error) {
      round += 1;
      tellFailure(error);
    }
  });
  return last;
}

function tellFailure(error) {
  if (error instanceof NoAnswer) {
    drawBanner("warn", words.offline, h("p", {}, words.offline_only_sales));
  } else {
    drawBanner("bad", error instanceof Refused ? error.message : words.unknown);
    if (!(error instanceof Refused)) {
      throw error;
    }
  }
}

/* --- the sale --- */

const money = (minor) => shop.sign + plainMoney(minor, shop.digits);

function draw() {
  drawMember(sale);
  drawTrade(sale, money);
  drawOffers(sale, {points: act.points, coupons: chooseCoupons, payValue});
  place("scan-label").textContent = sale.lines.length ? words.take_money : sale.member || sale.typed ? words.type_amount : words.scan_member;
  if (sale.goods) {
    place("scan-label").textContent = say(sale.goods.price ? words.price_known : words.price_of, {sku: sale.goods.sku, price: money(sale.goods.price || 0)});
  }
  showCustomer();
}

/* Whether somebody or something was scanned for this sale: a coupon or article left over would be the next one's. */
const begun = () => Boolean(sale.member || sale.typed || sale.lines.length || sale.goods || sale.coupons);

function startAnew() {
  sale = fresh();
  draw();
  scan.focus();
}

async function entered(text) {
  if (text) {
    drawBanner("");
  }
  const line = lineOf(text, sale.goods);
  const sku = skuOf(text);
  if (!text) {
    if (sale.goods) {
      await takeKnownPrice();
    } else if (sale.lines.length) {
      await sell();
    }
  } else if (line) {
    sale.lines = text.startsWith("+") || sale.goods ? [...sale.lines, line] : [line];
    sale.goods = null;
    await price();
  } else if (meansAmount(text)) {
    throw new Refused({sentence: say(words.amount_wrong, {digits: shop.digits})});
  } else if (sku) {
    await takeKnownPrice();
    sale.goods = await knownGoods(sku);
  } else if (connected) {
    await read(text);
  } else {
    readOffline(text);
  }
  draw();
}

/* An article that was scanned is sold at the price that it had, once nothing else is typed; one without waits for it. */
async function takeKnownPrice() {
  if (sale.goods && sale.goods.price) {
    sale.lines = [...sale.lines, {...named(sale.goods), quantity: 1, minor: sale.goods.price}];
    sale.goods = null;
    await price();
  }
}

async function read(text) {
  try {
    show(await sending.ask("/till/read", {text}));
  } catch (error) {
    if (!(error instanceof NoAnswer) || text.startsWith("/")) {
      throw error;
    }
    readOffline(text);
  }
}

/* Without network the text is kept with the sale, and read when that is sent. */
function readOffline(text) {
  if (text.startsWith("/")) {
    throw new NoAnswer("tail");
  }
  sale.typed = text;
  sale.scanned = Date.now();
  sale.member = null;
  sale.offline = true;
}

function show(found) {
  if (found.kind === "members" && found.members.length === 1) {
    sale.member = found.members[0];
    sale.code = found.code || "";
    sale.scanned = Date.now();
    sale.typed = "";
    return sale.lines.length ? then(price).then(draw) : null;
  }
  return {members: () => chooseMember(found.members), order: () => refundDialog(found), coupon: () => found.good && found.for_sale ? addCoupon(found) : useDialog(found), pickup: () => useDialog(found), gift_card: () => cardDialog(found)}[found.kind]();
}

function chooseMember(members) {
  openDialog(words.several, h("ul", {class: "choices"}, members.map((member) => h("li", {}, h("button", {type: "button", click: () => {
    closeDialog();
    show({kind: "members", members: [member]});
    draw();
  }}, h("strong", {}, member.name), ` ${member.phone} `, member.tier ? member.tier.name : "")))));
}

async function price() {
  const asked = sale;  // Esc may begin another one before the answer comes
  asked.offline = asked.offline || !connected;
  asked.priced = null;
  if (asked.offline) {
    return;
  }
  try {
    asked.priced = await sending.ask("/till/price", {member: asked.member && asked.member.id, lines: toldLines(asked.lines), points: asked.points, value: asked.value, coupons: asked.coupons});
    asked.points = asked.priced.points ? asked.priced.points.used : 0;
    asked.value = asked.priced.value ? asked.priced.value.used : 0;
  } catch (error) {
    if (!(error instanceof NoAnswer)) {
      throw error;
    }
    asked.offline = true;
  }
}

async function sell() {
  const total = totalOf(sale.lines);
  const body = sale.offline
    ? {offline: true, typed: sale.typed || sale.code || (sale.member ? sale.member.id : ""), lines: toldLines(sale.lines), scanned: sale.scanned}
    : {member: sale.member && sale.member.id, code: sale.code, scanned: sale.scanned, lines: toldLines(sale.lines), points: sale.points, value: sale.value, coupons: sale.coupons, expected_minor: sale.priced.pay_minor, note: sale.note};
  const told = {what: sale.offline || !sale.priced ? money(total) : sale.priced.pay, who: sale.member ? sale.member.name : sale.typed || words.guest};
  const mine = sale;
  let answer;
  try {
    answer = await doNow("/till/sell", body, told, Boolean(body.points || body.value || (body.coupons && body.coupons.length)));
  } catch (error) {
    if (error.code === "price_changed") {
      await price();
      draw();
    }
    throw error;
  }
  await rememberGoods(mine.lines);
  if (answer) {
    saleBanner(answer);
    showCustomer(answer);
  }
  if (sale === mine) {  // and not another one since, begun after Esc twice
    sale = fresh();
  }
}

/* Submit, and wait for the answer: for good where goods must not be handed out without it (`must`), else for one try. */
async function doNow(path, body, told, must) {
  const entry = await sending.submit(path, body, told);
  waiting = entry.key;
  try {
    while (true) {
      try {
        return await sending.attempt(entry);
      } catch (error) {
        if (!(error instanceof NoAnswer)) {
          if (!error.locked) {
            await sending.drop(entry);
          }
          throw error;
        }
        if (!must) {
          drawBanner("warn", words.offline, h("p", {}, words.queued));
          return null;
        }
        drawBanner("warn", words.waiting, h("p", {}, words.waiting_help));
        await new Promise((resolve) => { setTimeout(resolve, 1000); });
        if (waiting !== entry.key) {
          return null;  // Esc twice: it stays in the queue
        }
      }
    }
  } finally {
    waiting = null;
  }
}

/* --- what the keys do --- */

const act = {
  enter: () => submitScan(),
  points(text) {
    if (text === undefined) {
      const field = place("points");
      if (sale.points && field) {
        field.focus();
        field.select();
        return;
      }
      then(async () => {
        const points = sale.priced && sale.priced.points;
        if (sale.offline) {
          drawBanner("warn", words.offline, h("p", {}, words.offline_no_points));
        } else if (!points || !points.most) {
          drawBanner("bad", words.pay_points_none);
        } else {
          sale.points = points.most;
          await price();
        }
        draw();
      });
      return;
    }
    scan.focus();
    then(async () => {
      if (!sale.priced || !sale.priced.points) {
        draw();
        return;
      }
      const {scale, least, step, most} = sale.priced.points;
      const wanted = text.trim() ? Math.round(Number(text.replaceAll(",", "")) * 10 ** scale) : 0;
      if (!Number.isInteger(wanted) || wanted < 0 || wanted > most || (wanted && (wanted < least || wanted % step))) {
        draw();
        const shown = (points) => (points / 10 ** scale).toLocaleString("en");
        drawBanner("bad", say(words.pay_points_wrong, {least: shown(least), step: shown(step), most: shown(most)}));
        return;
      }
      sale.points = wanted;
      await price();
      draw();
    });
  },
  payValue: () => payValue(),
  coupons() {
    const first = document.querySelector("#offers .coupons input");
    if (first) {
      first.focus();
    } else {
      drawBanner("warn", words.coupons_none);
    }
  },
  enrol: () => enrolDialog(),
  check: () => scanDialog(words.keys_check, words.check_scan),
  refund: () => scanDialog(words.keys_refund, words.refund_scan),
  value: () => valueDialog(),
  park: () => parkOrFetch(),
  parked: () => parkedDialog(),
  queue: () => queueDialog(),
  shift: () => shiftDialog(),
  help: () => helpDialog(),
  tail() {
    scan.focus();
    scan.value = "/";
  },
  async print() {
    const receipt = await keeping.get("last", "receipt");
    if (!receipt) {
      drawBanner("warn", words.last_receipt_none);
      return;
    }
    drawReceipt(receipt);
    window.print();
  },
  clear() {
    if (!begun() && !scan.value) {
      drawBanner("");
      scan.focus();
      return;
    }
    if (Date.now() - escaped > 2500) {
      escaped = Date.now();
      scan.focus(); // out of coupons and points, back to where Enter takes the money
      drawBanner("warn", words.press_again);
      return;
    }
    escaped = 0;
    round += 1;
    waiting = null;
    scan.value = "";
    drawBanner("");
    startAnew();
  },
};

/* The clerk ticked other coupons than the till proposed: say why, then price it anew. */
function chooseCoupons(codes) {
  whyDialog((note) => then(async () => {
    sale.coupons = codes;
    sale.note = note;
    await price();
    draw();
  }), draw);
}

/* A coupon was scanned that takes something off: it is used with this sale, beside those that are. */
function addCoupon(found) {
  const used = sale.priced ? sale.priced.coupons.filter((coupon) => coupon.used).map((coupon) => coupon.code) : [];
  sale.coupons = [...used, found.code];
  drawBanner("good", found.title, h("p", {}, words.coupon_with_sale));
  return sale.lines.length ? then(price).then(draw) : null;
}

const KEYS = {F2: "points", F3: "coupons", F4: "enrol", F7: "payValue", F6: "check", F8: "refund", F9: "park", F10: "value", "?": "help", Escape: "clear"};

document.addEventListener("keydown", (event) => {
  const name = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "p" ? "print" : event.ctrlKey || event.altKey || event.metaKey ? "" : KEYS[event.key];
  const inDialog = place("dialog").open;
  if (!name || (inDialog && (event.key === "Escape" || event.key === "?"))) {
    if (!inDialog && event.key.length === 1 && !event.ctrlKey && !event.target.closest("input, select, textarea, button, a, summary")) {
      scan.focus();  // a scanner types wherever the focus is
    }
    return;
  }
  if (event.key === "?" && event.target.closest("input") && event.target.value) {
    return;
  }
  event.preventDefault();
  if (inDialog) {
    closeDialog();
  }
  act[name]();
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (button) {
    act[button.dataset.do]();
    if (!place("dialog").open && button.classList.contains("key")) {
      scan.focus();
    }
  }
});

function submitScan() {
  const text = plain(scan.value.trim());
  scan.value = "";
  then(() => entered(text));
}

place("entry").addEventListener("submit", (event) => {
  event.preventDefault();
  submitScan();
});

async function parkOrFetch() {
  if (!sale.lines.length && !sale.member) {
    parkedDialog();
    return;
  }
  const total = totalOf(sale.lines);
  await keeping.put("parked", {key: String(Date.now()), made: Date.now(), what: money(total), sale: {...sale, priced: null}});
  drawBanner("good", words.parked_done);
  await counts();
  startAnew();
}

async function fetchParked(entry) {
  await keeping.take("parked", entry.key);
  sale = {...fresh(), ...entry.sale};
  closeDialog();
  drawBanner("");
  then(async () => {
    if (sale.lines.length) {
      await price();
    }
    draw();
  });
  await counts();
}

async function counts() {
  for (const store of ["queue", "parked"]) {
    const kept = await keeping.all(store);
    place(`${store}-count`).textContent = kept.length;
    place(`${store}-count`).className = `badge ${kept.some((entry) => entry.refused) ? "bad" : kept.length ? "warn" : ""}`;
  }
}

/* --- the customer's screen --- */

function showCustomer(answer) {
  const priced = sale.priced;
  display.postMessage({
    kind: "sale",
    member: sale.member && {name: sale.member.name, points: sale.member.points},
    pay: priced ? priced.pay : "",
    saves: priced && priced.pay !== priced.listed ? priced.offers.map((offer) => offer.name).join(" · ") : "",
    earns: priced ? priced.earns : "",
    gives: priced ? priced.gives : "",
    done: answer ? {earned: answer.earned || "", gave: answer.gave || "", after: answer.after || "", paid: answer.paid} : null,
  });
}

display.addEventListener("message", ({data}) => {
  if (data.kind === "typed" && !sale.member) {
    then(() => entered(data.text));
  } else if (data.kind === "agreed") {
    customerAgreed(data);
  } else if (data.kind === "opened") {
    showCustomer();
  }
});

/* --- the network --- */

Object.assign(sending.listeners, {
  network(up) {
    connected = up;
    place("network").textContent = up ? words.online : words.offline;
    place("network").className = `badge ${up ? "good" : "bad"}`;
  },
  changed: () => { counts(); },
  answered(entry, answer) {
    if (!sale.lines.length && !sale.member) {
      drawBanner("good", say(words.sent_late, {what: answer.paid || entry.told.what}), change(answer));
    }
  },
  refused(entry, error) {
    drawBanner("bad", words.refused_late, h("p", {}, `${entry.told.what}: ${error.message}`));
  },
  locked: () => { window.location.assign("/till/log-in"); },
});

async function begin() {
  shop = await sending.learn() || shop;
  document.querySelectorAll("[data-now]").forEach((element) => { element.textContent = shop[element.dataset.now] || ""; });
  place("lock").elements.csrfmiddlewaretoken.value = shop.token || "";
  await counts();
  startAnew();
  setInterval(async () => {
    if (!connected) {
      await sending.learn().catch(() => {});
    }
    if ((await keeping.all("queue")).length) {
      sending.flush(waiting);
    }
  }, sending.AGAIN);
}

if ("serviceWorker" in navigator) {
  navigator.serviceWorker.register("/till/sw.js", {scope: "/till/"});
}
begin();
