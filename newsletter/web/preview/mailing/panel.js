// The state of an issue's mailing, from the ledger. It is begun on the command line only.

import { byId, element, fill } from "../page/elements.js";
import { get } from "../page/http.js";

const EVERY = 1000; // ms, while the page is seen
const STATES = [
  ["accepted", "Accepted by the mail server"], ["pending", "Waiting"], ["attempting", "Being handed over"], ["deferred", "To be tried again"],
  ["refused", "Refused"], ["uncertain", "Uncertain"], ["excluded", "Left out"],
];
const count = (number) => number.toLocaleString("en");

let desk = null;
let host = null;

export const panel = {
  id: "mailing",
  title: "Mailing",
  key: "p",
  mount(section, itsDesk) {
    [host, desk] = [section, itsDesk];
    host.append(
      element("div", { class: "side-head" }, element("h2", { id: "mailing-title" }, "Mailing"), element("span", { id: "mailing-state", class: "chip", hidden: true })),
      element("p", { id: "mailing-says", class: "quiet" }),
      element("div", { id: "mailing-bar", class: "progress", role: "progressbar", "aria-labelledby": "mailing-title", hidden: true }, element("span", {})),
      element("table", { id: "mailing-counts", hidden: true }, element("tbody", {})),
      element("p", { id: "mailing-pace", class: "quiet", role: "status" }),
      element("div", { id: "mailing-commands" }),
    );
  },
  show() {
    if (desk.mailing) show(desk.mailing);
  },
};

// Asks for as long as the page is open; while it is hidden, not at all.
export function follow(itsDesk, heard) {
  const ask = async () => {
    if (document.visibilityState === "visible" && itsDesk.issue && !itsDesk.stopped) {
      try {
        const told = await get(`/api/issues/${encodeURIComponent(itsDesk.issue)}/mailing`);
        if (told.issue === itsDesk.issue) {
          heard(told);
          if (host && !host.hidden) show(told);
        }
      } catch {
        // the live mark says whether the server is there
      }
    }
    setTimeout(ask, EVERY);
  };
  ask();
}

function show({ state, says, counts, total, done, pace, commands }) {
  const chip = byId("mailing-state");
  chip.hidden = !state;
  chip.textContent = state ?? "";
  byId("mailing-says").textContent = says;
  const bar = byId("mailing-bar");
  bar.hidden = !state || !total;
  if (total) {
    bar.setAttribute("aria-valuenow", Math.floor((100 * done) / total));
    bar.firstChild.style.width = `${(100 * done) / total}%`;
  }
  const table = byId("mailing-counts");
  table.hidden = !state;
  if (state) {
    fill(table.tBodies[0], STATES.filter(([name]) => counts[name] > 0 || name === "accepted"), ([name, words]) =>
      element("tr", { class: `count-${name}` }, element("th", { scope: "row" }, words), element("td", {}, count(counts[name]))));
  }
  byId("mailing-pace").textContent = pace;
  if (byId("mailing-commands").dataset.shown !== JSON.stringify(commands)) showCommands(commands);
}

function showCommands(commands) {
  const box = byId("mailing-commands");
  box.dataset.shown = JSON.stringify(commands);
  fill(box, commands, ({ says, command }) => {
    const copy = element("button", { class: "button" }, "Copy");
    copy.setAttribute("aria-label", `Copy: ${command}`);
    copy.addEventListener("click", () => desk.copy(command, "Command copied"));
    return element("div", { class: "command" }, element("p", { class: "quiet" }, says), element("div", { class: "command-line" }, element("code", {}, command), copy));
  });
}
