/* Passkeys: between a form and the browser's own window. Only on pages that have such a form; all words come from it.
   Reads: form[data-passkey="create" | "get"][data-options data-asking data-stopped data-known data-failed data-lost]
   with input[name="credential"] and [role="status"]; [data-passkey-without]; input#remember of the form beside it. */
(() => {
  if (!(window.PublicKeyCredential && navigator.credentials)) return;

  const toBytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  const toText = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

  function fromServer(options) {
    options.challenge = toBytes(options.challenge);
    if (options.user) options.user.id = toBytes(options.user.id);
    for (const one of [...(options.allowCredentials ?? []), ...(options.excludeCredentials ?? [])]) one.id = toBytes(one.id);
    return options;
  }

  function toServer({ id, rawId, type, response, authenticatorAttachment }) {
    const said = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (response[name]) said[name] = toText(response[name]);
    }
    if (response.getTransports) said.transports = response.getTransports();
    return JSON.stringify({ id, rawId: toText(rawId), type, authenticatorAttachment, response: said });
  }

  // What the browser is to do; nothing if the server wants something else first: then it says so on a page.
  async function ask(form) {
    const answer = await fetch(form.dataset.options, {
      method: "POST", body: new URLSearchParams(new FormData(form)), headers: { Accept: "application/json" },
    });
    if (answer.status === 401 || !answer.headers.get("Content-Type")?.startsWith("application/json")) return;
    const said = await answer.json();
    if (!answer.ok) throw Object.assign(new Error(said.detail), { name: "Refused" });
    return fromServer(said);
  }

  function sentence(error, { stopped, known, failed, lost }) {
    if (error.name === "Refused") return error.message;
    if (error.name === "NotAllowedError" || error.name === "AbortError") return stopped;
    if (error.name === "InvalidStateError") return known;
    return error instanceof TypeError || error instanceof SyntaxError ? lost : failed;
  }

  function prepare(form) {
    const { passkey: act, ...words } = form.dataset, status = form.querySelector("[role=status]");
    let busy = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (busy) return;
      busy = true;
      status.textContent = words.asking;
      try {
        const publicKey = await ask(form);
        if (publicKey) form.elements.credential.value = toServer(await navigator.credentials[act]({ publicKey }));
        if (form.elements.remember) form.elements.remember.disabled = !document.getElementById("remember")?.checked;
        form.submit();
      } catch (error) {
        status.textContent = sentence(error, words);
      } finally {
        busy = false;
      }
    });
    form.hidden = false;
  }

  for (const without of document.querySelectorAll("[data-passkey-without]")) without.remove();
  for (const form of document.querySelectorAll("form[data-passkey]")) prepare(form);
})();
