// The one way to the API: answers as values, errors as Problem with what to do.

import { _ } from "./words.js";

/** What problem+json says. */
export class Problem extends Error {
  constructor({ detail, remedy = "", code = "" }) {
    super(detail);
    this.remedy = remedy;
    this.code = code;
  }
}

export const get = (path) => answer(path, {});
export const post = (path, body) => answer(path, { method: "POST", body });

export function postJson(path, value) {
  const headers = { "Content-Type": "application/json" };
  return answer(path, { method: "POST", body: JSON.stringify(value), headers });
}

async function answer(path, options) {
  let response;
  try {
    response = await fetch(`/api/v1${path}`, options);
  } catch {
    throw new Problem({ detail: _("The kit does not answer."), remedy: _("Check that it is switched on and that you are on its network.") });
  }
  const body = await response.json();
  if (!response.ok) throw new Problem(body);
  return body;
}
