// Remembers the last signed state of the public log that this reader saw, and checks on the next
// visit that the log has only grown since: so no two readers can be shown two histories for long.
// Nothing leaves the browser but two requests for what is public. Without SubtleCrypto (plain http),
// storage or network it says nothing.
(() => {
  "use strict";

  const head = document.querySelector("[data-log-head]");
  const KEY = "candor.log";
  if (!head || !window.crypto?.subtle) return;

  const bytes = (base64) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const same = (a, b) => a.length === b.length && a.every((byte, place) => byte === b[place]);

  async function join(left, right) {
    const both = Uint8Array.of(1, ...left, ...right); // RFC 6962: a node begins with 0x01
    return new Uint8Array(await crypto.subtle.digest("SHA-256", both));
  }

  function recall() {
    try {
      const kept = JSON.parse(localStorage.getItem(KEY));
      return Number.isInteger(kept?.size) && typeof kept.root === "string" ? kept : null;
    } catch {
      return null;
    }
  }

  function remember(seen) {
    try {
      localStorage.setItem(KEY, JSON.stringify({ ...seen, at: Date.now() }));
    } catch {
      // A full or forbidden storage remembers nothing.
    }
  }

  // Origin, size and root are the first three lines of a checkpoint (c2sp.org/tlog-checkpoint).
  async function ask() {
    const response = await fetch(head.dataset.checkpoint, { cache: "no-store", credentials: "omit" });
    if (!response.ok) throw new Error(String(response.status));
    const [, size, root] = (await response.text()).split("\n");
    if (!/^\d+$/.test(size) || !root) throw new Error("no checkpoint");
    return { size: Number(size), root };
  }

  /** Whether the log of `young` holds all of `old`'s; null where nobody could say. */
  async function fits(old, young) {
    if (old.size === young.size) return old.root === young.root;
    const query = new URLSearchParams({ from: old.size, to: young.size });
    const response = await fetch(`${head.dataset.consistency}?${query}`, { credentials: "omit" });
    if (response.status === 404) return false; // the log no longer reaches as far as it did
    if (!response.ok) return null;
    const { hashes } = await response.json();
    return holds(old, young, hashes.map(bytes));
  }

  // RFC 9162, section 2.1.4.2.
  async function holds(old, young, hashes) {
    if (old.size === 0) return true;
    const oldRoot = bytes(old.root);
    const given = Number.isInteger(Math.log2(old.size)) ? [oldRoot, ...hashes] : hashes;
    let here = old.size - 1;
    let last = young.size - 1;
    const up = () => {
      here = Math.floor(here / 2);
      last = Math.floor(last / 2);
    };
    while (here % 2) up();
    if (!given.length) return false;
    let [first, second] = [given[0], given[0]];
    for (const one of given.slice(1)) {
      if (last === 0) return false;
      if (here % 2 || here === last) {
        first = await join(one, first);
        second = await join(one, second);
        while (here && here % 2 === 0) up();
      } else {
        second = await join(second, one);
      }
      up();
    }
    return last === 0 && same(first, oldRoot) && same(second, bytes(young.root));
  }

  function warn(seen) {
    const { warning, advice, forget, log } = head.dataset;
    const beijing = { timeZone: "Asia/Shanghai", dateStyle: "medium", timeStyle: "short" };
    const when = new Date(seen.at).toLocaleString(document.documentElement.lang, beijing);
    const alert = document.createElement("div");
    alert.className = "container log-warning";
    alert.setAttribute("role", "alert");
    const text = document.createElement("p");
    text.textContent = warning.replace("{when}", when).replace("{size}", seen.size);
    const link = Object.assign(document.createElement("a"), { href: log, textContent: advice });
    alert.append(text, link);
    // Only where the page explains what it means.
    if (location.pathname === log) alert.append(" ", again(alert, forget));
    document.querySelector("main").before(alert);
  }

  function again(alert, label) {
    const button = Object.assign(document.createElement("button"), {
      type: "button",
      className: "button",
      textContent: label,
    });
    button.addEventListener("click", () => {
      localStorage.removeItem(KEY);
      alert.remove();
      check();
    });
    return button;
  }

  async function check() {
    const seen = recall();
    const now = await ask();
    if (!seen) return remember(now);
    // A copy of a moment ago is no shorter log: whichever is shorter has to be part of the other.
    const [old, young] = seen.size <= now.size ? [seen, now] : [now, seen];
    const fit = await fits(old, young);
    if (fit === null) return;
    if (fit) remember(young);
    else warn(seen);
  }

  check().catch(() => {}); // no network, or an answer that is none: nothing can be said
})();
