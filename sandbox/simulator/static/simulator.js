// Fetches the part of the page that changes, every two seconds, without losing place or typing.
"use strict";

const EVERY_MS = 2000;

function atEnd(part) {
  return part.scrollHeight - part.scrollTop - part.clientHeight < 40;
}

async function refresh(part) {
  if (document.hidden) return;
  let html;
  try {
    const answer = await fetch(part.dataset.refresh, { cache: "no-store" });
    if (!answer.ok) return;
    html = await answer.text();
  } catch {
    return; // The simulator is being restarted: the next round will find it.
  }
  if (html.trim() === part.dataset.shown) return;
  const stick = "stick" in part.dataset && atEnd(part);
  const place = part.scrollTop;
  const open = [...part.querySelectorAll("details")].map((item) => item.open);
  part.innerHTML = html;
  // New items come first, so the open ones are counted from the end.
  const shown = [...part.querySelectorAll("details")];
  open.reverse().forEach((wasOpen, at) => {
    const item = shown[shown.length - 1 - at];
    if (item) item.open = wasOpen;
  });
  part.dataset.shown = html.trim();
  part.scrollTop = stick ? part.scrollHeight : place;
}

for (const part of document.querySelectorAll("[data-refresh]")) {
  part.dataset.shown = part.innerHTML.trim();
  if ("stick" in part.dataset) part.scrollTop = part.scrollHeight;
  setInterval(refresh, EVERY_MS, part);
}
