/* Asks the server, and sends what is queued until it is answered. What is sent has a key that is made and kept here before
   it is sent for the first time; the server does it once under that key, and answers every repeat as it answered first. */
"use strict";

/* Nobody knows whether it was done: no network, no server, no answer in time, an answer that is not ours. */
class NoAnswer extends Error {}

/* The server said no, and did nothing. */
class Refused extends Error {
  constructor(answer, status) {
    super(answer.sentence || answer.code);
    this.code = answer.code;
    this.locked = status === 401;
  }
}

const sending = (() => {
  const PATIENCE = 8000;
  const AGAIN = 2000;
  let token = "";
  let ahead = 0;  // how far business time is before this clock, in milliseconds
  let machineAhead = 0;  // and the server's own clock
  let busy = null;
  const listeners = {network: () => {}, answered: () => {}, refused: () => {}, changed: () => {}, locked: () => {}};

  async function ask(path, body) {
    if (body !== undefined && !token) {
      await learn();
    }
    const options = body === undefined ? {} : {
      method: "POST",
      headers: {"Content-Type": "application/json", "X-CSRFToken": token},
      body: JSON.stringify(body),
    };
    let answer, told;
    try {
      answer = await fetch(path, {...options, signal: AbortSignal.timeout(PATIENCE)});
      told = await answer.json();
    } catch (error) {
      throw noAnswer(error);
    }
    if (answer.status >= 500) {
      throw noAnswer(answer.status);
    }
    listeners.network(true);
    if (!answer.ok) {
      const refused = new Refused(told, answer.status);
      if (refused.locked) {
        listeners.locked();
      }
      throw refused;
    }
    return told;
  }

  function noAnswer(why) {
    listeners.network(false);
    token = "";  // maybe it was that which did not fit
    return new NoAnswer(String(why));
  }

  /* Learn who works here and what time it is; what was learned last holds without network. */
  async function learn() {
    let state;
    try {
      state = await ask("/till/state");
      await keeping.put("last", state, "state");
      token = state.token;
      ahead = state.now - Date.now();
      machineAhead = state.machine_now - Date.now();
      await keeping.put("last", {ahead, machineAhead}, "clock");
    } catch (error) {
      if (!(error instanceof NoAnswer)) {
        throw error;
      }
      state = await keeping.get("last", "state");
      const clock = await keeping.get("last", "clock");
      ({ahead, machineAhead} = clock || {ahead: 0, machineAhead: 0});
    }
    return state;
  }

  const LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";  // hard to misread: it is printed, and typed for a refund
  function newKey() {
    const drawn = [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => LETTERS[byte % LETTERS.length]).join("");
    return `${drawn.slice(0, 4)}-${drawn.slice(4, 8)}-${drawn.slice(8)}`;
  }

  /* Keep what shall be done, then try it; the entry stays until it is answered. */
  async function submit(path, body, told) {
    const now = Date.now();
    const key = newKey();
    const {scanned, ...asked} = body;
    const content = {...asked, key, occurred_at: new Date(now + ahead).toISOString(), scanned_at: new Date((scanned || now) + machineAhead).toISOString()};
    const entry = {key, path, body: content, told, made: now, refused: ""};
    await keeping.put("queue", entry);
    listeners.changed();
    return entry;
  }

  async function attempt(entry) {
    const answer = await ask(entry.path, entry.body);
    if (answer.receipt) {
      await keeping.put("last", answer.receipt, "receipt");
    }
    await keeping.take("queue", entry.key);
    listeners.changed();
    return answer;
  }

  async function drop(entry) {
    await keeping.take("queue", entry.key);
    listeners.changed();
  }

  /* Send what waits, oldest first, one run at a time; `but` is what somebody waits for already. */
  function flush(but) {
    busy = busy || run(but).finally(() => { busy = null; });
    return busy;
  }

  async function run(but) {
    for (const entry of await keeping.all("queue")) {
      if (entry.refused || entry.key === but) {
        continue;
      }
      try {
        listeners.answered(entry, await attempt(entry));
      } catch (error) {
        if (!(error instanceof Refused) || error.locked) {
          return;
        }
        await keeping.put("queue", {...entry, refused: error.message});
        listeners.changed();
        listeners.refused(entry, error);
      }
    }
  }

  return {ask, learn, submit, attempt, drop, flush, listeners, AGAIN};
})();
