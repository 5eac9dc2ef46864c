// The one way to the API: answers as values, errors as Problem with what to do.

import { _ } from "./words.js";

/** What problem+json says. */
export class Problem extends Error {
  constructor({ detail, remedy = "", code = "", status = 0 }) {
    super(detail);
    this.remedy = remedy;
    this.code = code;
    this.status = status;
  }
}

export const get = (path) => answer(path, {});
export const post = (path, body) => answer(path, { method: "POST", body });
export const postJson = (path, value) => withJson("POST", path, value);
export const putJson = (path, value) => withJson("PUT", path, value);
export const patchJson = (path, value) => withJson("PATCH", path, value);
export const remove = (path) => answer(path, { method: "DELETE" });

/** A page of a long list: what is on it, and how many there are in all. */
export async function list(path) {
  const response = await asked(path, {});
  return { items: await response.json(), total: Number(response.headers.get("X-Total-Count") ?? NaN) };
}

/** For things that may be asked anew before they are answered: each call gives a test that holds until the next call. */
export function turns() {
  let latest = 0;
  return () => {
    const mine = ++latest;
    return () => mine === latest;
  };
}

function withJson(method, path, value) {
  return answer(path, { method, body: JSON.stringify(value), headers: { "Content-Type": "application/json" } });
}

async function answer(path, options) {
  const response = await asked(path, options);
  return response.status === 204 ? null : response.json();
}

async function asked(path, options) {
  let response;
  try {
    response = await fetch(`/api/v1${path}`, options);
  } catch {
    throw new Problem({ detail: _("The kit does not answer."), remedy: _("Check that it is switched on and that you are on its network."), code: "page.no_answer" });
  }
  if (!response.ok) throw new Problem(await said(response));
  return response;
}

async function said(response) {
  try {
    return await response.json();
  } catch {
    return { detail: _("The kit's answer is not understood."), remedy: _("Load the page again."), code: `page.${response.status}`, status: response.status };
  }
}
