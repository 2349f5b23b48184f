// A short message that disappears: what was done, or why it was not.

import { byId } from "./elements.js";

let fading = null;

export function toast(words, kind = "") {
  const box = byId("toast");
  box.textContent = words;
  box.dataset.kind = kind;
  box.hidden = false;
  clearTimeout(fading);
  fading = setTimeout(() => { box.hidden = true; }, kind === "error" ? 8000 : 2500);
}

export async function copy(text, said) {
  try {
    await navigator.clipboard.writeText(text);
    toast(said, "ok");
  } catch {
    toast("The browser does not let the page copy here", "error");
  }
}
