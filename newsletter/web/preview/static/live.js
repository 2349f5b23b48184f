// The server's events: told when it answers, when something was saved, when it is gone.

export function listen(url, { open, saved, lost }) {
  const source = new EventSource(url);
  source.addEventListener("open", open);
  source.addEventListener("saved", (event) => saved(JSON.parse(event.data)));
  source.addEventListener("error", lost); // the browser tries again by itself
}
