/* The customer's screen: shows what the till next to it tells, and tells it what the customer typed and agreed to. */
"use strict";

const till = new BroadcastChannel("shuke-till");
const screen = document.getElementById("screen");
let thanked = 0;

function show(...children) {
  screen.replaceChildren(...children.filter(Boolean));
}

function welcome() {
  const code = h("input", {id: "code", inputmode: "numeric", autocomplete: "off", class: "mono"});
  show(h("h1", {}, words.welcome), h("p", {}, words.welcome_help), h("form", {submit: (event) => {
    event.preventDefault();
    if (code.value.trim()) {
      till.postMessage({kind: "typed", text: code.value.trim()});
      code.value = "";
    }
  }}, h("label", {for: "code"}, words.code), code, h("button", {class: "button primary wide"}, words.enter)));
}

function balance(points) {
  return points && h("p", {class: "big"}, h("span", {}, points.name), h("b", {}, points.available));
}

function sale(told) {
  if (told.done) {
    thanked = Date.now();
    show(h("h1", {}, words.thanks), h("p", {class: "big"}, h("b", {}, told.done.paid)),
      told.done.after && h("p", {class: "big"}, h("span", {}, words.earned), h("b", {}, told.done.earned)), told.done.after && h("p", {class: "big"}, h("span", {}, words.balance), h("b", {}, told.done.after)), told.done.gave && h("p", {}, say(words.gave, {coupons: told.done.gave})));
    setTimeout(() => {
      if (Date.now() - thanked >= 8000) {
        welcome();
      }
    }, 8000);
  } else if (told.member || told.pay) {
    thanked = 0;
    show(h("h1", {}, told.member ? say(words.hello, told.member) : words.welcome), told.member && balance(told.member.points),
      told.pay && h("p", {class: "big pay"}, h("span", {}, words.to_pay), h("b", {}, told.pay)), told.saves && h("p", {}, say(words.saves, {offers: told.saves})), told.earns && h("p", {}, `${words.earns} ${told.earns}`), told.gives && h("p", {}, `${words.gives} ${told.gives}`));
  } else if (Date.now() - thanked > 8000 && !screen.querySelector(".consent, #code")) {
    welcome();
  }
}

/* Boxes are unticked: whoever ticks them did it. */
function consent() {
  const service = h("input", {type: "checkbox", required: true});
  const marketing = h("input", {type: "checkbox"});
  show(h("h1", {}, words.join), h("form", {class: "consent", submit: (event) => {
    event.preventDefault();
    till.postMessage({kind: "agreed", marketing: marketing.checked});
    show(h("h1", {}, words.join_thanks));
  }}, h("label", {class: "tick"}, service, h("span", {}, words.join_service)), h("label", {class: "tick"}, marketing, h("span", {}, words.join_marketing)), h("button", {class: "button primary wide"}, words.join_agree)));
}

till.addEventListener("message", ({data}) => {
  if (data.kind === "sale") {
    sale(data);
  } else if (data.kind === "consent") {
    consent();
  }
});
welcome();
till.postMessage({kind: "opened"});
