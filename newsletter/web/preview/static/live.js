// The server's events: told when it answers, when something was saved, when it is gone. A browser
// has six connections for a server: a page that nobody sees gives its one back.

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
