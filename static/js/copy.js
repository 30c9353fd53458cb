// Buttons that copy a text: a page's link for readers, a report for staff.
(() => {
  "use strict";

  /** Select the text and copy it: plain http and old browsers have no clipboard. */
  function select(text) {
    const field = Object.assign(document.createElement("textarea"), { value: text });
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }

  async function copy(button) {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
    } catch {
      select(button.dataset.copy);
      button.focus();
    }
    // Kept, so that a second press does not take "Copied" for the button's own words.
    button.dataset.words ??= button.textContent;
    button.textContent = button.dataset.done;
    setTimeout(() => (button.textContent = button.dataset.words), 2000);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-copy]");
    if (button) copy(button);
  });
})();
