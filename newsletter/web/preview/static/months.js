import { element } from "./page.js";

export const panel = {
  id: "months",
  title: "Issues",
  key: "m",
  mount(host) {
    host.append(element("p", { class: "empty" }, "Issues"));
  },
  show() {},
};
