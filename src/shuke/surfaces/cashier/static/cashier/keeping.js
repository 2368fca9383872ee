/* What the till keeps in the browser, also when it is closed: what is to be sent, what is parked, what it was last told. */
"use strict";

const keeping = (() => {
  const opened = new Promise((resolve, reject) => {
    const asked = indexedDB.open("shuke-till", 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("queue", {keyPath: "key"});
      asked.result.createObjectStore("parked", {keyPath: "key"});
      asked.result.createObjectStore("last");
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });

  /* Do one thing in one store; it is kept for good when the promise is fulfilled. */
  async function within(store, mode, work) {
    const transaction = (await opened).transaction(store, mode, {durability: "strict"});
    const request = work(transaction.objectStore(store));
    return new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
    });
  }

  return {
    put: (store, value, key) => within(store, "readwrite", (kept) => kept.put(value, key)),
    take: (store, key) => within(store, "readwrite", (kept) => kept.delete(key)),
    get: (store, key) => within(store, "readonly", (kept) => kept.get(key)),
    async all(store) {
      const found = await within(store, "readonly", (kept) => kept.getAll());
      return found.sort((one, other) => one.made - other.made);
    },
  };
})();
