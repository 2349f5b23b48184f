// The preview's own server: JSON there and back; what it refuses is an error with its problems.

let csrf = "";

export function trust(token) {
  csrf = token;
}

export class Refusal extends Error {
  constructor(status, body) {
    const problems = body?.problems ?? [];
    super(problems[0]?.message ?? `the preview answered ${status}`);
    this.status = status;
    this.body = body;
    this.problems = problems;
  }
}

// What is wrong, with the file where it is: for a line that has room for no more.
export function sentence({ message, problems = [] }) {
  const place = problems[0]?.place;
  return place ? `${place}: ${message}` : message;
}

export async function get(path, options = {}) {
  return answer(await fetch(path, options));
}

export async function post(path, body = {}) {
  const headers = { "content-type": "application/json", "x-newsletter-csrf": csrf };
  return answer(await fetch(path, { method: "POST", headers, body: JSON.stringify(body) }));
}

async function answer(response) {
  const body = await response.json().catch(() => null);
  if (!response.ok) throw new Refusal(response.status, body);
  return body;
}
