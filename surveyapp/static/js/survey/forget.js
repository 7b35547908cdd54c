// Where somebody is told that nothing is taken, what is kept here of anybody who withdrew or was erased goes. The server is
// asked about each; whatever else it says, or nothing, leaves what is kept as it is.

import { phoneClock } from "./clock.js";
import { browserStorage, everybody } from "./kept.js";
import { isGone, named } from "./sending.js";
import { unshelve } from "./places.js";

forget(browserStorage(phoneClock)).catch(() => {});

async function forget(storage) {
  for (const { handle, address, whose } of await everybody(storage)) {
    if (!address || !(await isUnwanted(address, whose))) continue;
    await storage.forget(handle);
    await unshelve(handle).catch(() => {});
  }
}

async function isUnwanted(address, whose) {
  const options = { headers: named(whose), cache: "no-store", credentials: "same-origin", redirect: "manual" };
  const response = await fetch(`${address}/stand`, options);
  const body = await response.json().catch(() => null);
  return isGone({ status: response.status, body }) || (response.status === 200 && body?.state === "withdrawn");
}
