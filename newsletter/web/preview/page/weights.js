// The size of the HTML beside Gmail's limit, and the share of each summary.

import { byId, element, fill, kilobytes } from "./elements.js";
import { get } from "./http.js";

export class Weights {
  #desk;

  constructor(desk) {
    this.#desk = desk;
    byId("weights").addEventListener("toggle", ({ newState }) => newState === "open" && this.#open());
  }

  show({ mail }) {
    byId("weighed").hidden = !mail;
    if (!mail) return;
    byId("weight-bar").style.width = `${Math.min(100, (100 * mail.weight) / mail.clip)}%`;
    byId("weighed").dataset.level = mail.weight > mail.too_large ? "error" : mail.weight > mail.large ? "warning" : "ok";
    byId("weight").textContent = `${kilobytes(mail.weight)} of Gmail\u2019s ${kilobytes(mail.clip)}`;
  }

  async #open() {
    const look = this.#desk.look;
    if (!look?.mail) return;
    const all = look.mail.weight;
    this.#rows([["Whole email", all, "total"]], all);
    byId("weighing").textContent = "Weighing each summary\u2026";
    try {
      const { parts } = await get(`/api/issues/${encodeURIComponent(look.issue)}/weights`);
      if (!parts.length) return;
      const rest = all - parts.reduce((sum, { bytes }) => sum + bytes, 0);
      this.#rows([...parts.map(({ title, bytes }) => [title, bytes, ""]), ["All around them", rest, ""], ["Whole email", all, "total"]], all);
    } catch (error) {
      this.#desk.toast(error.message, "error");
    } finally {
      byId("weighing").textContent = "";
    }
  }

  #rows(rows, all) {
    fill(byId("weights-rows"), rows, ([title, bytes, kind]) => {
      const share = element("span", { class: "share" });
      share.style.width = `${Math.max(0, (100 * bytes) / all)}%`;
      return element("tr", kind ? { class: kind } : {},
        element("th", { scope: "row" }, title, element("span", { class: "scale" }, share)), element("td", {}, kilobytes(bytes)));
    });
  }
}
