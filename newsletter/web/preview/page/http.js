// Requests to the preview's server: JSON there and back; a refusal is an error with its problems.

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

// A problem and its place in one line.
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

// The server's events: it answers, something was saved, it is gone. A browser has six connections
// for a server: a hidden page closes its one.

export function listen(url, { open, saved, lost }) {
  let source = null;
  const follow = () => {
    if (document.visibilityState === "hidden") {
      source?.close();
      source = null;
    } else if (!source || source.readyState === EventSource.CLOSED) {
      source = new EventSource(url);
      source.addEventListener("open", open);
      source.addEventListener("saved", (event) => saved(JSON.parse(event.data)));
      source.addEventListener("error", lost); // the browser tries again by itself
    }
  };
  document.addEventListener("visibilitychange", follow);
  follow();
}
