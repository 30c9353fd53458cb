// What helps a reader but is not needed to read: countdowns to the second minute, a picture with the
// QR code to save or send, and large text remembered. Works in WeChat's browser.
(() => {
  "use strict";

  const root = document.documentElement;
  root.classList.add("scripted");

  // -- Countdowns. The server writes the minutes; here they go on while the page is open.

  // The words stand on <main>, for pages that can be counted on.
  const words = () => document.querySelector("main").dataset;
  const UNITS = [["day", 1440], ["hour", 60], ["minute", 1]];

  /** As the server writes a span: its two largest units, in the page's language. */
  function span(minutes) {
    const parts = [];
    for (const [unit, size] of UNITS) {
      const count = Math.floor(minutes / size);
      minutes -= count * size;
      if (count) parts.push(words()[unit].replace("0", count));
    }
    return parts.slice(0, 2).join(" ") || words().moment;
  }

  function tick() {
    for (const element of document.querySelectorAll("[data-until]")) {
      const left = Math.floor((Date.parse(element.dataset.until) - Date.now()) / 60_000);
      // Past its time the sentence itself is another one, and that is the server's to say.
      const late = "late" in element.dataset;
      if (late === left < 0) {
        const said = words()[late ? "late" : "left"].replace("0", span(Math.abs(late ? left + 1 : left)));
        if (element.textContent !== said) element.textContent = said;
      }
    }
  }
  setInterval(tick, 5000);

  // -- Passing on.

  /** Lines of at most `width`, broken between any two characters of Chinese, else at spaces. */
  function lines(context, text, width) {
    const found = [""];
    for (const piece of text.match(/[\u0020-\u024f]+?(?:\s|$)|[\u0020-\u024f]+|[^]/gu) ?? []) {
      const longer = found.at(-1) + piece;
      if (context.measureText(longer.trimEnd()).width > width && found.at(-1)) found.push(piece.trimStart());
      else found[found.length - 1] = longer;
    }
    return found;
  }

  /** The title and the code as a picture, in the device's own fonts. */
  async function draw(button) {
    const section = button.closest(".share-page");
    const code = new Image();
    const source = section.querySelector(".qr").cloneNode(true);
    source.setAttribute("xmlns", "http://www.w3.org/2000/svg");
    source.setAttribute("width", "480");
    source.setAttribute("height", "480");
    code.src = `data:image/svg+xml,${encodeURIComponent(source.outerHTML)}`;
    await code.decode();
    const canvas = Object.assign(document.createElement("canvas"), { width: 720, height: 960 });
    const context = canvas.getContext("2d");
    const fonts = getComputedStyle(document.body).fontFamily;
    context.fillStyle = "#fff";
    context.fillRect(0, 0, 720, 960);
    context.fillStyle = "#0b5d56";
    context.fillRect(0, 0, 720, 12);
    context.font = `600 30px ${fonts}`;
    context.fillText(button.dataset.from, 60, 92);
    context.fillStyle = "#19211e";
    context.font = `700 44px ${fonts}`;
    const title = lines(context, button.dataset.title || document.title, 600);
    if (title.length > 3) title[2] = `${title[2].slice(0, -1)}…`;
    title.slice(0, 3).forEach((line, place) => context.fillText(line, 60, 164 + place * 62));
    context.drawImage(code, 120, 178 + 62 * Math.min(title.length, 3), 480, 480);
    context.fillStyle = "#46514c";
    context.font = `400 26px ${fonts}`;
    context.textAlign = "center";
    context.fillText(new Date().toLocaleString(root.lang, { timeZone: "Asia/Shanghai", dateStyle: "long", timeStyle: "short" }), 360, 872);
    context.font = `400 22px ${fonts}`;
    context.fillText(location.host, 360, 912);
    show(section, button, canvas.toDataURL("image/png"));
  }

  function show(section, button, source) {
    const figure = section.querySelector(".share-picture") ?? document.createElement("figure");
    const image = Object.assign(new Image(720, 960), { src: source, alt: button.dataset.alt });
    const hint = Object.assign(document.createElement("figcaption"), { textContent: button.dataset.hint });
    figure.className = "share-picture";
    figure.setAttribute("role", "status");
    figure.replaceChildren(image, hint);
    section.append(figure);
    image.decode().then(() => figure.scrollIntoView({ block: "nearest" }));
  }

  // -- Large text: an address of its own. Whoever chose it once is led there the next time.

  const ELDER = "candor.elder";
  const large = root.classList.contains("elder");
  const wish = document.querySelector(".elder-on");
  try {
    if (wish && !large && localStorage.getItem(ELDER)) {
      location.replace(wish.getAttribute("href") + location.search + location.hash);
    }
  } catch {
    // Forbidden storage remembers nothing.
  }

  function remember(link) {
    try {
      if (link.dataset.elder) localStorage.setItem(ELDER, "1");
      else localStorage.removeItem(ELDER);
    } catch {
      // As above.
    }
  }

  // -- A holiday's cards: the reader's own kind of merchant first, also the next time.

  const MERCHANTS = "candor.merchants";
  const cards = [...document.querySelectorAll(".merchant-card")];

  function ownFirst() {
    const chosen = location.hash.slice(1);
    const named = cards.some((card) => card.id === chosen);
    try {
      if (named) localStorage.setItem(MERCHANTS, chosen);
      const own = localStorage.getItem(MERCHANTS);
      for (const card of cards) card.classList.toggle("mine", card.id === own);
    } catch {
      // As above: the address alone decides.
    }
  }

  if (cards.length) {
    ownFirst();
    addEventListener("hashchange", ownFirst);
  }

  document.addEventListener("click", (event) => {
    const choice = event.target.closest?.("[data-elder]");
    if (choice) remember(choice);
    const button = event.target.closest?.("[data-picture]");
    if (button) draw(button);
  });
})();
