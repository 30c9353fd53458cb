// Keeps an open page up to date: asks again with the last ETag, swaps <main> only when it changed,
// keeps focus and scroll, and says so politely. Without this script the page is complete.
(() => {
  "use strict";

  const MAX_WAIT = 300_000;
  const main = () => document.querySelector("main");
  const seconds = () => Number(main().dataset.refresh) || 15;
  const live = document.createElement("div");
  live.className = "visually-hidden";
  live.setAttribute("role", "status");
  live.setAttribute("aria-live", "polite");
  document.body.append(live);

  let etag = null;
  let shown = main().innerHTML;
  let said = words(main());
  let failures = 0;
  let timer = 0;
  let asking = false;

  // A thousand open pages must not all ask in the same second.
  const jitter = (milliseconds) => milliseconds * (0.8 + Math.random() * 0.4);

  function schedule() {
    clearTimeout(timer);
    const wait = Math.min(seconds() * 1000 * 2 ** failures, MAX_WAIT);
    timer = setTimeout(ask, jitter(wait));
  }

  async function ask() {
    if (asking || document.hidden) return;
    asking = true;
    try {
      const headers = etag ? { "If-None-Match": etag } : {};
      const response = await fetch(location.href, { headers, cache: "no-store", credentials: "omit" });
      if (response.ok) {
        show(await response.text());
        etag = response.headers.get("ETag");
      } else if (response.status !== 304) {
        throw new Error(String(response.status));
      }
      failures = 0;
    } catch {
      failures += 1;
    } finally {
      asking = false;
      schedule();
    }
  }

  function show(html) {
    const page = new DOMParser().parseFromString(html, "text/html");
    const fresh = page.querySelector("main");
    if (!fresh || fresh.innerHTML === shown) return;
    const focused = pathTo(document.activeElement);
    const { scrollX, scrollY } = window;
    const before = said;
    shown = fresh.innerHTML;
    said = words(fresh);
    keep(main(), fresh);
    main().replaceWith(document.adoptNode(fresh));
    document.title = page.title;
    window.scrollTo(scrollX, scrollY);
    focused?.()?.focus({ preventScroll: true });
    if (said === before) return; // a minute has passed, and nothing else
    live.textContent = "";
    live.textContent = main().dataset.announcement;
  }

  /** What a page says, without what only counts the minutes. */
  function words(element) {
    const copy = element.cloneNode(true);
    for (const quiet of copy.querySelectorAll("[data-quiet]")) quiet.remove();
    return copy.textContent;
  }

  /** What the reader opened stays open, and a picture that was made stays there to be saved. */
  function keep(old, fresh) {
    for (const details of old.querySelectorAll("details[id][open]")) {
      fresh.querySelector(`#${CSS.escape(details.id)}`)?.setAttribute("open", "");
    }
    const picture = old.querySelector(".share-picture");
    if (picture) fresh.querySelector(".share-page")?.append(picture);
  }

  // How to find the focused link again among the new elements: by its address, else by its id.
  function pathTo(element) {
    if (!element || !main().contains(element)) return null;
    if (element.id) return () => document.getElementById(element.id);
    const inside = element.closest("details[id]");
    if (inside && element.matches("summary")) {
      return () => document.querySelector(`#${CSS.escape(inside.id)} > summary`);
    }
    for (const name of ["href", "data-copy", "data-title"]) {
      const value = element.getAttribute(name);
      if (value) return () => main().querySelector(`[${name}="${CSS.escape(value)}"]`);
    }
    return null;
  }

  const askNow = () => {
    if (!document.hidden) ask();
  };
  document.addEventListener("visibilitychange", askNow);
  window.addEventListener("pageshow", (event) => event.persisted && askNow());
  window.addEventListener("online", askNow);
  schedule();
})();
