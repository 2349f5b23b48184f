// A test of the issue to one address: sent in the background, answered in the server's own words.

import { element, fill, problemItem } from "../page/elements.js";
import { button, PLAIN, showError, SILENT, text } from "../page/field.js";
import { get, post } from "../page/http.js";

const EVERY = 400; // ms between two looks at how it goes
const VERDICTS = {
  accepted: ["ok", "Accepted by the mail server"],
  deferred: ["warning", "Not now: the server says to try again later"],
  uncertain: ["warning", "Uncertain: the connection was lost at the end. Look into the mailbox before you send it again"],
};

let desk = null;
let about = null;
let timer = 0;
let began = 0;
let shown = "";
const parts = {};
const url = (rest = "") => `/api/test/${encodeURIComponent(desk.issue)}${rest}`;

export const panel = {
  id: "test",
  title: "Test",
  key: "t",
  mount(host, itsDesk) {
    desk = itsDesk;
    parts.says = text("quiet");
    parts.says.id = "test-says";
    parts.stop = element("ol", { class: "problems test-stop", hidden: true });
    parts.result = element("div", { class: "test-result", role: "status" });
    host.append(element("div", { class: "side-head" }, element("h2", {}, "Send a test")), parts.says, parts.stop, form(), parts.result);
    addEventListener("focus", () => host.hidden || panel.show()); // back from the terminal: a password may be at hand now
  },
  async show() {
    try {
      about = await get(url());
      showAbout();
      follow();
    } catch (error) {
      parts.says.textContent = error.status ? error.message : SILENT;
    }
  },
  focus: () => parts.to.focus(),
  leave() {
    clearTimeout(timer);
  },
};

function form() {
  parts.to = element("input", { id: "test-to", type: "email", ...PLAIN, placeholder: "you@example.org", "aria-describedby": "test-error", maxlength: "320" });
  parts.error = element("p", { id: "test-error", class: "compose-error", role: "alert", hidden: true });
  parts.past = element("ul", { class: "test-past", "aria-label": "Addresses of earlier tests" });
  parts.asReader = element("input", { type: "checkbox", checked: true });
  parts.asWho = element("span", {});
  parts.as = element("label", { class: "tool check test-as", hidden: true }, parts.asReader, parts.asWho);
  parts.send = element("button", { class: "button primary" }, "Send the test");
  const made = element("form", { class: "test-form", novalidate: true },
    element("label", { class: "field" }, element("span", {}, "To"), parts.to), parts.error, parts.past, parts.as, parts.send);
  made.addEventListener("submit", send);
  parts.to.addEventListener("input", () => showError(parts.error, null));
  return made;
}

function showAbout() {
  const { kind, where, from, remembered, problems } = about;
  parts.says.textContent = {
    folder: `The settings' transport is a folder: the test is written into ${where}, and nothing leaves this computer.`,
    server: `Over ${where}, from ${from}. Its subject is marked [TEST], its unsubscribe link never acts, and it is not counted.`,
  }[kind] ?? "";
  fill(parts.stop, problems, ({ message, hint }) => element("li", {}, text("", message), text("quiet", hint ?? "")));
  parts.stop.hidden = !problems.length;
  free();
  parts.to.value ||= remembered[0] ?? "";
  showPast(remembered);
  const { reader } = desk.look ?? {};
  parts.as.hidden = reader?.kind !== "listed";
  parts.asWho.textContent = `As ${reader?.name || reader?.email} gets it`;
}

const free = () => { parts.send.disabled = about.problems.length > 0; };

function showPast(remembered) {
  about.remembered = remembered;
  fill(parts.past, remembered, (address) => element("li", {},
    button(address, () => {
      parts.to.value = address;
      showError(parts.error, null);
      parts.to.focus();
    }, { class: "test-address" }),
    button("\u00d7", async () => showPast((await post(url("/forget"), { address })).remembered), { class: "icon-button", "aria-label": `Forget ${address}`, title: "Forget" })));
}

async function send(event) {
  event.preventDefault();
  showError(parts.error, null);
  const seenAs = !parts.as.hidden && parts.asReader.checked ? { as: desk.look.reader.email } : {};
  try {
    const { now } = await post(url(), { to: parts.to.value, ...seenAs });
    began = Date.now();
    showBusy(now);
    timer = setTimeout(follow, EVERY);
  } catch (error) {
    showError(parts.error, error.problems?.[0] ?? { message: SILENT });
    parts.to.focus();
  }
}

async function follow() {
  clearTimeout(timer);
  try {
    const { now, last } = await get("/api/test");
    if (!now) return showEnd(last);
    showBusy(now);
    timer = setTimeout(follow, EVERY);
  } catch {
    showEnd({ problems: [{ level: "error", message: `${SILENT}: whether the test went out is not known` }] });
  }
  return null;
}

function showBusy({ to }) {
  parts.send.disabled = true;
  began ||= Date.now();
  const seconds = Math.floor((Date.now() - began) / 1000);
  if (shown !== "busy") {
    parts.result.replaceChildren(element("p", { class: "test-busy" }, element("span", { class: "test-spinner", "aria-hidden": "true" }), `Sending to ${to}`, element("span", { class: "quiet", "aria-hidden": "true" })));
  }
  shown = "busy";
  parts.result.querySelector(".quiet").textContent = seconds > 2 ? `${seconds} s; given up after 60` : "";
}

function showEnd(last) {
  began = 0;
  free();
  const key = JSON.stringify(last);
  if (shown === key) return;
  shown = key;
  const isHere = last && (!last.slug || last.slug === desk.issue);
  parts.result.replaceChildren(...(isHere ? ended(last) : []));
}

function ended({ to, at, where, verdict, answer, problems }) {
  if (verdict === "accepted") showPast([to, ...about.remembered.filter((address) => address !== to)]);
  const isWritten = about.kind === "folder" && verdict === "accepted";
  const [kind, words] = isWritten ? ["ok", "Written into the folder"] : VERDICTS[verdict] ?? ["error", "Not sent"];
  const told = verdict
    ? element("dl", { class: "test-facts" }, ...Object.entries({ To: to, At: at, Over: where, Answer: answer || "none" })
      .flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]))
    : element("ol", { class: "problems" }, ...(problems ?? [{ level: "error", message: "The test ended without an answer" }]).map((problem) => problemItem(problem, desk)));
  return [text(`test-verdict ${kind}`, words), told];
}
