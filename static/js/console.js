// Conveniences of the console; every page works without them.
"use strict";

const BEIJING_OFFSET_MINUTES = 8 * 60;

/** `minutes` from now as the value of a datetime-local field, in Beijing time. */
function beijingTime(minutes) {
  const moment = new Date(Date.now() + (minutes + BEIJING_OFFSET_MINUTES) * 60_000);
  return moment.toISOString().slice(0, 16);
}

/** The minutes promised for what the form now says; undefined while it says nothing. */
function promisedMinutes(form, promises) {
  const impact = form.elements.impact?.value;
  if (impact) return promises[impact];
  const states = [...form.querySelectorAll("select[name^=component_]")].map((one) => one.value);
  const waits = states.map((state) => promises[state]).filter(Boolean);
  return waits.length ? Math.min(...waits) : undefined;
}

/** Fill in "next update by" as the impact changes, until someone sets it by hand. */
function followPromise(holder) {
  const form = holder.closest("form");
  const field = form.elements.next_update_by;
  const promises = JSON.parse(holder.dataset.promises);
  let byHand = false;
  form.addEventListener("change", (event) => {
    if (event.target === field) byHand = true;
    if (byHand || !event.target.matches("[name=impact], [name^=component_]")) return;
    const minutes = promisedMinutes(form, promises);
    if (minutes) field.value = beijingTime(minutes);
  });
}

/** Mark the components for which a state is chosen. */
function markChosen(event) {
  const state = event.target.closest?.(".state");
  if (state) state.classList.toggle("state-chosen", event.target.value !== "");
}

const unfolded = new Set();

/** Remember which parts of the page the reader has unfolded. */
function rememberFold(event) {
  const { id, open } = event.target;
  if (id) open ? unfolded.add(id) : unfolded.delete(id);
}

/** Unfold them again, where a fresh copy of the page has come in folded. */
function unfold() {
  unfolded.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
}

/** Let a form go once; it may go again when the reader comes back to it. */
function goOnce(form) {
  let gone = false;
  form.addEventListener("submit", (event) => {
    if (gone) event.preventDefault();
    gone = true;
  });
  window.addEventListener("pageshow", () => {
    gone = false;
  });
}

/** Keep what was typed last when the page goes away before the preview has asked for it. */
function keepOnLeaving(form) {
  let unsaved = false;
  form.addEventListener("input", () => {
    unsaved = true;
  });
  form.addEventListener("submit", () => {
    unsaved = false;
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful && event.target.id === "preview") unsaved = false;
  });
  const keep = () => {
    if (!unsaved) return;
    const data = new FormData(form);
    data.set("step", "preview");
    unsaved = !navigator.sendBeacon(form.action, data);
  };
  window.addEventListener("pagehide", keep);
  document.addEventListener("visibilitychange", () => document.hidden && keep());
}

/** Show what is left of a promise, to the second; after its time, by how much it is late. */
function countDown(holder) {
  const until = Date.parse(holder.dataset.until);
  const show = () => {
    const left = Math.round((until - Date.now()) / 1000);
    const [hours, minutes, seconds] = [3600, 60, 1].map((unit, place) =>
      Math.floor((Math.abs(left) % (place ? unit * 60 : Infinity)) / unit));
    const two = (number) => String(number).padStart(2, "0");
    holder.textContent = `${left < 0 ? "−" : ""}${hours ? `${hours}:` : ""}${two(minutes)}:${two(seconds)}`;
    holder.classList.toggle("late", left < 0);
  };
  show();
  setInterval(show, 1000);
}

document.querySelectorAll("[data-until]").forEach(countDown);
document.querySelectorAll("form.composer").forEach(keepOnLeaving);
document.querySelectorAll("[data-promises]").forEach(followPromise);
document.querySelectorAll("form[data-once]").forEach(goOnce);
document.querySelectorAll("[data-submit]").forEach((field) => {
  field.addEventListener("change", () => field.form.requestSubmit());
});
document.addEventListener("change", markChosen);
document.addEventListener("toggle", rememberFold, true); // this event does not bubble
document.addEventListener("htmx:afterSwap", unfold);
document.querySelector("[data-focus]")?.focus();
