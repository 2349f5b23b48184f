// The desk: fetches what there is to see, shows it, and does so again after each save.

import { Frame } from "./frame.js";
import { listen } from "./live.js";
import { byId, element, fill } from "./page.js";
import { Tabs } from "./tabs.js";

const slug = decodeURIComponent(location.pathname.split("/").pop());
let seen = null; // what the server last said
let busy = false;
let again = false; // something was saved while we were fetching
const frame = new Frame(byId("frame"), showLink);
const tabs = new Tabs(byId("tabs"), showTab);

async function refresh() {
  if (busy) {
    again = true;
    return;
  }
  busy = true;
  try {
    const response = await fetch(`/api/issues/${encodeURIComponent(slug)}`);
    if (response.ok) show(await response.json());
    else say("lost", response.status === 404 ? "this issue is gone" : "the preview failed: see the terminal");
  } catch {
    stopped();
  } finally {
    busy = false;
    if (again) {
      again = false;
      refresh();
    }
  }
}

function show(look) {
  seen = look;
  const { mail, findings } = look;
  document.title = `${mail ? mail.subject : look.issue} – preview`;
  byId("title").textContent = look.title;
  showIssues(look);
  byId("subject").textContent = mail ? mail.subject : look.issue;
  byId("from").textContent = mail ? mail.from : "";
  byId("to").textContent = mail ? mail.to : "";
  byId("people").hidden = byId("frame").hidden = byId("weighed").hidden = !mail;
  byId("note").textContent = look.note;
  byId("note").hidden = !look.note;
  showProblems(look);
  showChecks(findings);
  if (mail) showMail(look, mail);
  else frame.clear();
  showTab(tabs.selected);
}

function showIssues({ issue, issues }) {
  const options = issues.map(({ slug: name, name: words, state }) =>
    new Option(`${words}${state ? ` (${state})` : ""}`, name, false, name === issue));
  byId("issue").replaceChildren(...options);
}

function showMail(look, mail) {
  if (!look.stale || frame.empty) frame.show(look.issue, look.version);
  byId("text").textContent = mail.text;
  fill(byId("headers"), mail.headers, ([name, value]) =>
    element("tr", {}, element("th", { scope: "row" }, name), element("td", {}, value)));
  byId("download").href = `/mail/${encodeURIComponent(look.issue)}.eml`;
  byId("bytes").textContent = `${kilobytes(mail.bytes)} in all`;
  const meter = byId("meter");
  meter.low = mail.large;
  meter.high = mail.too_large;
  meter.value = mail.weight;
  byId("weight").textContent = `${kilobytes(mail.weight)} of HTML; Gmail cuts off at 102 KB`;
}

function showProblems({ stale, mail, findings }) {
  document.querySelector("main").toggleAttribute("data-broken", stale);
  fill(byId("problems"), stale ? findings.filter(({ rule, level }) => rule === "render" && level === "error") : [], item);
  byId("behind").textContent = mail
    ? "Behind this: the last version that was whole. It comes back as soon as the file is mended."
    : "It appears here as soon as the file is mended.";
}

function showChecks(findings) {
  fill(byId("findings"), findings, item);
  byId("findings").hidden = findings.length === 0;
  const counts = ["error", "warning"].map((level) => [level, findings.filter((one) => one.level === level).length]);
  byId("clean").hidden = counts.some(([, count]) => count > 0);
  fill(byId("badges"), counts.filter(([, count]) => count > 0), ([level, count]) =>
    element("span", { class: `badge ${level}` }, `${count} ${level}${count === 1 ? "" : "s"}`));
}

function item({ rule, level, message, place, hint }) {
  return element("li", {},
    element("p", { class: "place" },
      element("span", { class: `level ${level}` }, level), ` ${rule}${place ? ` · ${place}` : ""}`),
    element("p", { class: "message" }, message),
    hint ? element("p", { class: "quiet" }, hint) : "");
}

async function showTab(name) {
  byId("looks").hidden = name !== "email";
  byId("broken").hidden = !seen?.stale || name === "checks"; // which lists the same
  if (name !== "raw" || !seen?.mail) return;
  const response = await fetch(`/mail/${encodeURIComponent(seen.issue)}.eml`);
  if (response.ok) byId("raw").textContent = await response.text();
}

function showLink(url) {
  byId("link").replaceChildren(
    url ? element("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, url) : "");
}

function say(state, words) {
  byId("live").dataset.state = state;
  byId("live").textContent = words;
}

function stopped() {
  say("lost", "stopped; start it again with: newsletter preview");
}

function kilobytes(count) {
  return `${Math.round(count / 1000)} KB`;
}

// On a phone the narrow email is the one that fits.
if (innerWidth < 700) document.querySelector("input[name=width]").checked = true;
for (const input of document.querySelectorAll("input[name=width]")) {
  input.addEventListener("change", () => frame.setWidth(Number(input.value)));
  if (input.checked) frame.setWidth(Number(input.value));
}
for (const input of document.querySelectorAll("input[name=scheme]")) {
  input.addEventListener("change", () => frame.setScheme(input.value));
  if (input.checked) frame.setScheme(input.value);
}
byId("issue").addEventListener("change", (event) => {
  location.href = `/issues/${encodeURIComponent(event.target.value)}${location.hash}`;
});

listen("/events", {
  // Also after a lost connection: something may have been saved meanwhile.
  open: () => { say("live", "live"); refresh(); },
  saved: refresh,
  lost: stopped,
});
