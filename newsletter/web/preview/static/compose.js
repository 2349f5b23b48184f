import { element } from "./page.js";

export const panel = {
  id: "compose",
  title: "Compose",
  key: "c",
  mount(host) {
    host.append(element("p", { class: "empty" }, "Compose"));
  },
  show() {},
};
