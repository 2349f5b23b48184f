// How the email is shown: its colours, the size of its text, images, styles, the inbox's row.

import { byId, memory } from "./elements.js";
import { shortcut } from "./keys.js";

const SCHEMES = ["light", "dark", "android", "ios"];

let frame = null;
const boxes = { images: byId("images"), styles: byId("styles") };

function setScheme(scheme) {
  for (const input of byId("schemes").querySelectorAll("input")) input.checked = input.value === scheme;
  byId("device").dataset.scheme = scheme;
  frame.setLooks({ scheme });
  memory.set("scheme", scheme);
}

function setZoom(index) {
  const select = byId("zoom");
  select.selectedIndex = Math.min(Math.max(index, 0), select.options.length - 1);
  frame.setLooks({ zoom: Number(select.value) });
}

function flip(box) {
  box.checked = !box.checked;
  box.dispatchEvent(new Event("change"));
}

export function mountLooks(desk, itsFrame) {
  frame = itsFrame;
  for (const input of byId("schemes").querySelectorAll("input")) {
    input.addEventListener("change", () => setScheme(input.value));
  }
  setScheme(memory.get("scheme", "light"));
  byId("zoom").addEventListener("change", () => setZoom(byId("zoom").selectedIndex));
  for (const [name, box] of Object.entries(boxes)) {
    box.addEventListener("change", () => frame.setLooks({ [name]: box.checked }));
  }
  byId("inbox-shown").checked = memory.get("inbox", true);
  byId("inbox-shown").addEventListener("change", () => {
    memory.set("inbox", byId("inbox-shown").checked);
    byId("inbox").hidden = !byId("inbox-shown").checked || !desk.look?.mail;
  });
}

export function shortcutsOfLooks() {
  const looks = (given) => shortcut({ group: "The email", ...given });
  looks({ key: "d", does: "Next colours: light, dark, forced", run: () => setScheme(SCHEMES[(SCHEMES.indexOf(byId("device").dataset.scheme) + 1) % SCHEMES.length]) });
  looks({ key: "+", does: "Larger text", run: () => setZoom(byId("zoom").selectedIndex + 1) });
  looks({ key: "-", does: "Smaller text", run: () => setZoom(byId("zoom").selectedIndex - 1) });
  looks({ key: "0", does: "Text as it is", run: () => setZoom(0) });
  looks({ key: "i", does: "Images on or off", run: () => flip(boxes.images) });
  looks({ key: "s", does: "Style blocks on or off", run: () => flip(boxes.styles) });
  looks({ key: "e", does: "Inbox row on or off", run: () => flip(byId("inbox-shown")) });
}
