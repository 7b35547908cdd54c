// Signing in, and what one signs in with. A passkey's form asks the server what is to be signed, has the browser sign it
// and posts the answer. Without this, or in a browser that has no passkeys, those forms stay hidden and the rest works.

const there = Boolean(window.PublicKeyCredential);
document.querySelectorAll("[data-needs-passkeys]").forEach((each) => { each.hidden = !there; });
document.querySelectorAll("[data-without-passkeys]").forEach((each) => { each.hidden = there; });

for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    answer(form);
  });
}

for (const button of document.querySelectorAll("button[data-shows]")) {
  const field = document.getElementById(button.dataset.shows);
  button.hidden = false;
  button.addEventListener("click", () => {
    const shown = field.type === "text";
    field.type = shown ? "password" : "text";
    button.setAttribute("aria-pressed", String(!shown));
  });
  // What is sent is a password, and a browser that keeps passwords looks for one.
  field.form.addEventListener("submit", () => { field.type = "password"; });
}

async function answer(form) {
  const button = form.querySelector("button");
  const status = form.querySelector("[role=status]");
  button.disabled = true;
  status.textContent = form.dataset.waiting;
  try {
    const asked = await fetch(form.dataset.ask, { method: "POST", body: new FormData(form), redirect: "manual" });
    if (asked.type === "opaqueredirect") return location.reload();
    if (!asked.ok) throw new Error(asked.status);
    const options = await asked.json();
    const credential = form.dataset.passkey === "create"
      ? await navigator.credentials.create({ publicKey: toCreate(options) })
      : await navigator.credentials.get({ publicKey: toGet(options) });
    form.elements.answer.value = JSON.stringify(toJSON(credential));
    form.submit();
  } catch (error) {
    button.disabled = false;
    status.textContent = error.name === "InvalidStateError" ? form.dataset.already : form.dataset.failed;
    button.focus();
  }
}

function toCreate(options) {
  return {
    ...options,
    challenge: bytes(options.challenge),
    user: { ...options.user, id: bytes(options.user.id) },
    excludeCredentials: (options.excludeCredentials ?? []).map(known),
  };
}

function toGet(options) {
  return { ...options, challenge: bytes(options.challenge), allowCredentials: (options.allowCredentials ?? []).map(known) };
}

function known(credential) {
  const { transports, ...rest } = credential;
  return { ...rest, id: bytes(credential.id), ...(transports?.length ? { transports } : {}) };
}

// As PublicKeyCredential.toJSON has it, which browsers of 2024 lack.
function toJSON(credential) {
  const { response } = credential;
  const said = { clientDataJSON: written(response.clientDataJSON) };
  if (response.attestationObject) {
    said.attestationObject = written(response.attestationObject);
    said.transports = response.getTransports?.() ?? [];
  } else {
    said.authenticatorData = written(response.authenticatorData);
    said.signature = written(response.signature);
    if (response.userHandle) said.userHandle = written(response.userHandle);
  }
  return {
    id: credential.id, rawId: written(credential.rawId), type: credential.type,
    clientExtensionResults: {}, response: said,
  };
}

// Base64 for addresses (RFC 4648, 5), without padding.
function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (each) => each.charCodeAt(0));
}

function written(buffer) {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
