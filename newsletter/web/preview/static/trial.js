import { element } from "./page.js";

export const panel = {
  id: "trial",
  title: "Test",
  key: "t",
  mount(host) {
    host.append(element("p", { class: "empty" }, "Test"));
  },
  show() {},
};
