// A test of the issue to one address: sent in the background, answered in the server's own words.

import { showError } from "./compose-field.js";
import { get, post } from "./http.js";
import { element, fill, memory, problemItem } from "./page.js";

const EVERY = 400; // ms between two looks at how it goes
const VERDICTS = {
  accepted: ["ok", "Accepted by the mail server"],
  deferred: ["warning", "Not now: the server says to try again later"],
  refused: ["error", "Not sent"],
  uncertain: ["warning", "Uncertain: the connection was lost at the end. Look into the mailbox before you send it again"],
  untouched: ["error", "Not sent: the connection was lost before the message"],
};

let desk = null;
let about = null;
let timer = 0;
let began = 0;
const parts = {};

export const panel = {
  id: "trial",
  title: "Test",
  key: "t",
  mount(host, itsDesk) {
    desk = itsDesk;
    parts.says = element("p", { class: "quiet", id: "trial-says" });
    parts.stop = element("ol", { class: "problems trial-stop", hidden: true });
    parts.result = element("div", { class: "trial-result", role: "status", "aria-live": "polite" });
    host.append(element("div", { class: "side-head" }, element("h2", {}, "Send a test")), parts.says, parts.stop, form(), parts.result);
  },
  async show() {
    try {
      about = await get(`/api/trial/${encodeURIComponent(desk.issue)}`);
      showAbout();
      follow();
    } catch (error) {
      parts.says.textContent = error.status ? error.message : "The preview does not answer";
    }
  },
  leave() {
    clearTimeout(timer);
  },
};

function form() {
  parts.to = element("input", { id: "trial-to", type: "email", name: "to", autocomplete: "off", spellcheck: "false", placeholder: "you@example.org", list: "trial-past", "aria-describedby": "trial-error", maxlength: "320" });
  parts.past = element("datalist", { id: "trial-past" });
  parts.error = element("p", { id: "trial-error", class: "compose-error", role: "alert", hidden: true });
  parts.chips = element("ul", { class: "trial-chips", "aria-label": "Addresses of earlier tests" });
  parts.asReader = element("input", { type: "checkbox", id: "trial-as" });
  parts.asWho = element("span", {});
  parts.as = element("label", { class: "tool check trial-as", hidden: true }, parts.asReader, parts.asWho);
  parts.send = element("button", { class: "button primary" }, "Send the test");
  const made = element("form", { class: "trial-form", novalidate: true },
    element("label", { class: "field" }, element("span", {}, "To"), parts.to), parts.past, parts.error, parts.chips, parts.as, parts.send);
  made.addEventListener("submit", send);
  parts.to.addEventListener("input", () => showError(parts.error, null));
  return made;
}

function showAbout() {
  const { kind, where, remembered, problems } = about;
  const way = {
    folder: `The settings' transport is a folder: the test is written into ${where}, and nothing leaves this computer.`,
    server: `Over ${where}, from ${about.from}. Its subject is marked [TEST], its unsubscribe link never acts, and it is not counted.`,
    none: "",
  }[kind];
  parts.says.textContent = way;
  parts.says.hidden = !way;
  fill(parts.stop, problems, (problem) => problemItem(problem, desk));
  parts.stop.hidden = !problems.length;
  parts.send.disabled = kind === "none" || problems.length > 0;
  if (!parts.to.value && remembered.length) [parts.to.value] = remembered;
  showPast(remembered);
  const { reader } = desk.look ?? {};
  parts.as.hidden = reader?.kind !== "listed";
  parts.asWho.textContent = `As ${reader?.name || reader?.email} gets it`;
  parts.asReader.checked = memory.get("trial-as", true);
}

function showPast(remembered) {
  fill(parts.past, remembered, (value) => element("option", { value }));
  fill(parts.chips, remembered.length > 1 || (remembered[0] && remembered[0] !== parts.to.value) ? remembered : [], (address) => {
    const use = element("button", { class: "trial-address", type: "button" }, address);
    use.addEventListener("click", () => {
      parts.to.value = address;
      showError(parts.error, null);
      parts.to.focus();
    });
    const drop = element("button", { class: "icon-button", type: "button", "aria-label": `Forget ${address}`, title: "Forget" }, "\u00d7");
    drop.addEventListener("click", async () => showPast((await post(`/api/trial/${encodeURIComponent(desk.issue)}/forget`, { address })).remembered));
    return element("li", {}, use, drop);
  });
}

async function send(event) {
  event.preventDefault();
  showError(parts.error, null);
  memory.set("trial-as", parts.asReader.checked);
  const seenAs = !parts.as.hidden && parts.asReader.checked ? { as: desk.look.reader.email } : {};
  try {
    const { now } = await post(`/api/trial/${encodeURIComponent(desk.issue)}`, { to: parts.to.value, ...seenAs });
    began = Date.now();
    showBusy(now);
    timer = setTimeout(follow, EVERY);
  } catch (error) {
    showError(parts.error, error.problems?.[0] ?? { message: "The preview does not answer" });
    parts.to.focus();
  }
}

async function follow() {
  clearTimeout(timer);
  try {
    const { now, last } = await get("/api/trial");
    if (now) {
      showBusy(now);
      timer = setTimeout(follow, EVERY);
    } else showEnd(last);
  } catch {
    showEnd({ problems: [{ level: "error", message: "The preview does not answer: whether the test went out is not known" }] });
  }
}

function showBusy({ to }) {
  parts.send.disabled = true;
  began ||= Date.now();
  const seconds = Math.floor((Date.now() - began) / 1000);
  if (!parts.result.querySelector(".trial-spinner")) {
    parts.result.replaceChildren(element("p", { class: "trial-busy" }, element("span", { class: "trial-spinner", "aria-hidden": "true" }), element("span", {}, `Sending to ${to}`), element("span", { class: "quiet", "aria-hidden": "true" })));
  }
  parts.result.querySelector(".quiet").textContent = seconds > 2 ? `${seconds} s; given up after 60` : "";
}

function showEnd(last) {
  began = 0;
  parts.send.disabled = about.kind === "none" || about.problems.length > 0;
  if (!last || (last.slug && last.slug !== desk.issue)) return parts.result.replaceChildren();
  const key = JSON.stringify(last);
  if (parts.result.dataset.shown === key && !parts.result.querySelector(".trial-spinner")) return null;
  parts.result.dataset.shown = key;
  if (last.verdict === "accepted") showPast([last.to, ...about.remembered.filter((address) => address !== last.to)]);
  const problems = last.problems ?? (last.verdict ? [] : [{ level: "error", message: "The test ended without an answer" }]);
  if (!last.verdict) {
    return parts.result.replaceChildren(element("p", { class: "trial-verdict error" }, "Not sent"), element("ol", { class: "problems" }, ...problems.map((problem) => problemItem(problem, desk))));
  }
  const [kind, words] = VERDICTS[last.verdict];
  const isFolder = about.kind === "folder" && last.verdict === "accepted";
  return parts.result.replaceChildren(
    element("p", { class: `trial-verdict ${kind}` }, isFolder ? "Written into the folder" : words),
    element("dl", { class: "trial-facts" },
      ...pair("To", last.to), ...pair("At", last.at), ...pair(isFolder ? "Folder" : "Server", last.where),
      ...pair("Answer", last.answer || "none", "trial-answer")));
}

const pair = (name, value, kind = "") => [element("dt", {}, name), element("dd", { class: kind }, value)];
