// The list of the keys, behind `?`.

import { byId, element, fill } from "./elements.js";
import { areOn, shortcut, shortcuts, turn } from "./keys.js";

const NAMES = { " ": "Space", ArrowUp: "\u2191", ArrowDown: "\u2193", ArrowLeft: "\u2190", ArrowRight: "\u2192", Escape: "Esc" };

export function mountKeyList() {
  const list = byId("key-list");
  const open = () => {
    fillGroups();
    byId("keys-on").checked = areOn();
    list.showModal();
  };
  byId("help").addEventListener("click", open);
  byId("key-list-close").addEventListener("click", () => list.close());
  list.addEventListener("click", (event) => event.target === list && list.close());
  byId("keys-on").addEventListener("change", (event) => turn(event.target.checked));
  shortcut({ key: "Click", does: "Where the passage is written", group: "The email" });
  shortcut({ key: "?", does: "These keys", run: () => (list.open ? list.close() : open()) });
}

function fillGroups() {
  const groups = Map.groupBy ? Map.groupBy(shortcuts(), ({ group }) => group) : grouped(shortcuts());
  fill(byId("key-list-groups"), [...groups], ([group, keys]) =>
    element("section", {}, element("h3", {}, group),
      element("dl", {}, ...keys.map(({ key, does }) =>
        element("div", {}, element("dt", {}, ...key.split(/\+(?=.)/).map((part) => element("kbd", {}, NAMES[part] ?? part))), element("dd", {}, does))))));
}

function grouped(keys) {
  const groups = new Map();
  for (const one of keys) groups.set(one.group, [...(groups.get(one.group) ?? []), one]);
  return groups;
}
