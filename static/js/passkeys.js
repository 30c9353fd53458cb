// Passkeys: asks the browser to make or to show one, and sends its answer with the form.
"use strict";

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

/** The server writes bytes as base64url; the browser wants them as bytes. */
function prepared(options) {
  options.challenge = bytes(options.challenge);
  if (options.user) options.user.id = bytes(options.user.id);
  for (const name of ["excludeCredentials", "allowCredentials"]) {
    for (const one of options[name] ?? []) one.id = bytes(one.id);
  }
  return options;
}

/** And the other way round. */
function written({ id, rawId, type, response }) {
  const told = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[name]) told[name] = text(response[name]);
  }
  return JSON.stringify({ id, rawId: text(rawId), type, response: told, clientExtensionResults: {} });
}

async function ask(form) {
  const publicKey = prepared(JSON.parse(form.dataset.passkey).publicKey);
  const found = "create" in form.dataset
    ? await navigator.credentials.create({ publicKey })
    : await navigator.credentials.get({ publicKey });
  form.elements.passkey.value = written(found);
  form.submit();
}

for (const form of document.querySelectorAll("[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const problem = form.querySelector("[data-problem]");
    problem.hidden = true;
    // Whoever closes the browser's question sees the page again, with a word on it.
    ask(form).catch(() => (problem.hidden = false));
  });
}
