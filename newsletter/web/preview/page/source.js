// Source with numbered lines. Colours come from ranges over plain text (CSS Custom Highlight API),
// so that no source ever becomes markup; a browser without it shows the same text in one colour.

import { element, fill } from "./elements.js";

const TOKENS = {
  comment: /<!--[\s\S]*?-->|<![^>]*>/g,
  tag: /<\/?[a-zA-Z][\w:-]*|\/?>/g,
  name: /\s[a-zA-Z_:][\w:.-]*(?==)/g,
  value: /=("[^"]*"|'[^']*')/g,
};

export function showSource(host, text, { colours = false } = {}) {
  fill(host, text.split("\n"), (line) => element("span", { class: "source-line" }, `${line}\n`));
  if (colours && globalThis.Highlight) paint(host, text);
}

function paint(host, text) {
  const starts = [];
  let at = 0;
  for (const line of host.children) {
    starts.push(at);
    at += line.firstChild.length;
  }
  const place = (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle] <= offset) low = middle;
      else high = middle - 1;
    }
    return [host.children[low].firstChild, offset - starts[low]];
  };
  const taken = [];
  for (const [kind, pattern] of Object.entries(TOKENS)) {
    const ranges = [];
    for (const match of text.matchAll(pattern)) {
      const end = match.index + match[0].length;
      if (kind !== "comment" && taken.some(([from, to]) => match.index >= from && end <= to)) continue;
      if (kind === "comment") taken.push([match.index, end]);
      const range = new Range();
      range.setStart(...place(match.index));
      range.setEnd(...place(end));
      ranges.push(range);
    }
    CSS.highlights.set(`source-${kind}`, new Highlight(...ranges));
  }
}
