// What is the same on every page: the language, and who is signed in.

import { get, remove } from "./api.js";
import { el, icon } from "./dom.js";
import { _ } from "./words.js";

const choice = document.getElementById("lang");
choice?.addEventListener("change", () => {
  const address = new URL(location.href);
  address.searchParams.set("lang", choice.value);
  location.assign(address);
});

const who = document.getElementById("who");
if (who && !document.body.querySelector(".problem")) get("/session").then(showWho).catch(() => { who.hidden = true; });

function showWho({ operator, operators }) {
  who.hidden = !operators;
  who.replaceChildren(icon("person"), el("span", {}, operator ? el("bdi", {}, operator.name) : _("Sign in")));
  who.setAttribute("aria-label", _("Sign in"));
  if (!operator) return;
  who.setAttribute("aria-label", _("Sign out {name}", { name: operator.name }));
  who.title = _("Sign out {name}", { name: operator.name });
  who.addEventListener("click", async (event) => {
    event.preventDefault();
    await remove("/session");
    location.reload();
  });
}
