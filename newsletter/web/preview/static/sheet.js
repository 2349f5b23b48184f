// The sheet of keys, and what copies to the clipboard.

import { areOn, shortcut, shortcuts, turn } from "./keys.js";
import { byId, element, fill } from "./page.js";

const NAMES = { " ": "Space", ArrowUp: "\u2191", ArrowDown: "\u2193", ArrowLeft: "\u2190", ArrowRight: "\u2192", Escape: "Esc" };

export function mountSheet() {
  const sheet = byId("sheet");
  const open = () => {
    fillGroups();
    byId("keys-on").checked = areOn();
    sheet.showModal();
  };
  byId("help").addEventListener("click", open);
  byId("sheet-close").addEventListener("click", () => sheet.close());
  sheet.addEventListener("click", (event) => event.target === sheet && sheet.close());
  byId("keys-on").addEventListener("change", (event) => turn(event.target.checked));
  shortcut({ key: "Click", does: "Where the passage is written", group: "The email" });
  shortcut({ key: "?", does: "These keys", run: () => (sheet.open ? sheet.close() : open()) });
}

function fillGroups() {
  const groups = Map.groupBy ? Map.groupBy(shortcuts(), ({ group }) => group) : grouped(shortcuts());
  fill(byId("sheet-groups"), [...groups], ([group, keys]) =>
    element("section", {}, element("h3", {}, group),
      element("dl", {}, ...keys.map(({ key, does }) =>
        element("div", {}, element("dt", {}, ...key.split(/\+(?=.)/).map((part) => element("kbd", {}, NAMES[part] ?? part))), element("dd", {}, does))))));
}

function grouped(keys) {
  const groups = new Map();
  for (const one of keys) groups.set(one.group, [...(groups.get(one.group) ?? []), one]);
  return groups;
}
