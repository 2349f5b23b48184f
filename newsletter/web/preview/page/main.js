// The page: fetches an issue, shows it, and does so again after each save.

import { find, panel as compose } from "../compose/panel.js";
import { begin, panel as issues } from "../issues/panel.js";
import { follow, panel as mailing } from "../mailing/panel.js";
import { Place } from "../place/panel.js";
import { panel as test } from "../test/panel.js";
import { byId, element, fill, kilobytes, problemItem } from "./elements.js";
import { Frame } from "./frame.js";
import { get, listen, trust } from "./http.js";
import { mountKeyList } from "./key-list.js";
import { listenTo, shortcut } from "./keys.js";
import { mountLooks, shortcutsOfLooks } from "./looks.js";
import { Readers } from "./readers.js";
import { Side } from "./side.js";
import { showSource } from "./source.js";
import { Tabs } from "./tabs.js";
import { copy, toast } from "./toast.js";
import { Weights } from "./weights.js";
import { Width } from "./width.js";

const LEVELS = [["error", "Errors"], ["warning", "Warnings"], ["info", "For your information"]];

const desk = {
  issue: slugOf(location),
  look: null,
  mailing: null,
  stopped: false,
  get reader() {
    return sessionStorage.getItem("reader") ?? "";
  },
  go(slug, { replace = !desk.issue } = {}) {
    if (slug === desk.issue) return;
    history[replace ? "replaceState" : "pushState"](null, "", `/issues/${encodeURIComponent(slug)}${location.hash}`);
    arriveAt(slug);
  },
  seeAs(handle) {
    sessionStorage.setItem("reader", handle);
    refresh(null);
  },
  refresh: () => refresh([]),
  openPlace: (where) => place.open(where),
  panel: (id) => side.open(id),
  tab: (name) => chooseTab(name),
  toast,
  copy,
};

const frame = new Frame(byId("frame"), { linked: showLink, picked: (...passage) => place.find(...passage) });
const tabs = new Tabs(byId("tabs"), chooseTab);
const place = new Place(desk);
const weights = new Weights(desk);
const width = new Width();
const side = new Side(desk, [compose, issues, test, mailing]);
const readers = new Readers(desk);

// --- the issue

let asked = 0;
let unseen = []; // files that were saved since the page last saw an answer; null: any

async function refresh(changed) {
  const number = ++asked;
  unseen = changed && unseen ? [...unseen, ...changed] : null;
  const url = desk.issue ? `/api/issues/${encodeURIComponent(desk.issue)}` : "/api/issues";
  try {
    const look = await get(`${url}?${new URLSearchParams({ reader: desk.reader })}`);
    if (number !== asked) return;
    say("live", changed?.length ? `Updated ${new Date().toLocaleTimeString("en-GB")}` : "Live");
    if (!desk.issue && look.issues.length) return desk.go(look.issues[0].slug, { replace: true });
    show(look);
    const seen = unseen;
    unseen = [];
    side.saw(seen);
    place.saw(seen);
    if (desk.issue) await check(url, () => number === asked);
  } catch (error) {
    if (number !== asked) return;
    if (!error.status) stopped();
    else say("lost", error.status === 404 ? "this issue is gone" : error.message);
  }
}

// The check's findings come after the email, which never waits for them.
async function check(url, isWanted) {
  try {
    const { findings } = await get(`${url}/checks`);
    if (isWanted()) showChecks(findings);
  } catch (error) {
    if (!error.status) throw error;
    toast(`The check failed: ${error.message}`, "error");
  }
}

function show(look) {
  desk.look = look;
  trust(look.csrf);
  if (look.reader.handle !== desk.reader) sessionStorage.setItem("reader", look.reader.handle);
  const { mail } = look;
  document.title = `${mail ? mail.subject : look.issue || look.title} \u2013 preview`;
  byId("title").textContent = look.title;
  showIssue(look);
  byId("note").textContent = look.note;
  byId("note").hidden = !look.note;
  byId("device").hidden = byId("inbox").hidden = !mail;
  showBlank(look);
  showProblems(look);
  weights.show(look);
  readers.show(look);
  if (mail) showMail(look, mail);
  else frame.clear();
  fillTab(tabs.selected);
}

function showIssue({ issue, issues }) {
  const one = issues.find(({ slug }) => slug === issue);
  byId("issue-name").textContent = issue ? one?.name ?? issue : "No issue yet";
  byId("issue-state").textContent = one?.state ?? "";
  byId("issue-state").hidden = !one?.state;
}

function showMail(look, mail) {
  frame.show(look.issue, look.version, look.reader.handle);
  byId("subject").textContent = mail.subject;
  byId("inbox").hidden = !byId("inbox-shown").checked;
  for (const row of byId("inbox").children) {
    row.querySelector(".who").textContent = mail.sender;
    row.querySelector(".subject").textContent = mail.subject;
    row.querySelector(".snippet").textContent = mail.snippet;
    row.querySelector("time").textContent = mail.day;
  }
}

// The page of an issue without summaries: a beginning, not an error.
function showBlank({ issue, empty, stale }) {
  const [title, words, does] = issue
    ? ["No summaries yet", "The email appears here with the first summary that you choose.", "Choose summaries"]
    : ["No issue yet", "Make the first one: you choose its summaries and write its words, and the email appears here.", "Make an issue"];
  byId("blank-title").textContent = title;
  byId("blank-words").textContent = words;
  byId("blank-begin").textContent = does;
  byId("blank").hidden = issue ? !empty : stale;
  document.body.toggleAttribute("data-blank", !byId("blank").hidden);
  document.body.toggleAttribute("data-no-issue", !issue);
}

function showProblems({ issue, stale, empty, mail, problems }) {
  byId("broken-title").textContent = issue ? "No email can be made of this issue as it is now" : "This workspace cannot be read as it is now";
  document.body.toggleAttribute("data-broken", stale && !empty);
  fill(byId("problems"), problems, (problem) => problemItem(problem, desk));
  byId("behind").textContent = mail
    ? "Behind this: the last version that was whole. It comes back as soon as the file is mended."
    : `${issue ? "It appears" : "The desk opens"} here as soon as the file is mended.`;
}

function showChecks(findings) {
  desk.look.findings = findings;
  const told = findings.filter(({ silenced }) => !silenced);
  const of = (level) => told.filter((one) => one.level === level);
  fill(byId("badges"), ["error", "warning"].filter((level) => of(level).length), (level) => {
    const { length } = of(level);
    const words = ` ${level}${length === 1 ? "" : "s"}`;
    return element("span", { class: `badge ${level}`, title: length + words }, `${length}`, element("span", { class: "sr" }, words));
  });
  byId("clean").hidden = of("error").length + of("warning").length > 0;
  const groups = [...LEVELS.map(([level, title]) => [title, of(level)]), ["Silenced", findings.filter(({ silenced }) => silenced)]];
  fill(byId("findings"), groups.filter(([, found]) => found.length), ([title, found]) =>
    element("section", { class: "sheet" }, element("h2", {}, title, element("span", { class: "count" }, `${found.length}`)),
      element("ol", { class: "problems" }, ...found.map((finding) => problemItem(finding, desk)))));
}

// --- the tabs; what is costly is filled when it is seen

function chooseTab(name) {
  if (!tabs.select(name)) return;
  byId(`tab-${name}`).scrollIntoView({ block: "nearest", inline: "nearest" });
  history.replaceState(null, "", `#${name}`);
  fillTab(name);
}

async function fillTab(name) {
  const { look } = desk;
  byId("looks").hidden = name !== "email";
  byId("broken").hidden = !look?.stale || look.empty || name === "checks"; // which lists the same
  if (!look?.mail) return;
  const { mail } = look;
  if (name === "text") byId("text").textContent = mail.text;
  if (name === "headers") showHeaders(mail);
  if (name === "html") {
    byId("html-size").textContent = `${kilobytes(mail.weight)}, as it arrives`;
    await fillSource("html", mailUrl("html", { scheme: "none" }), { colours: true });
  }
  if (name === "raw") {
    byId("download").href = mailUrl("eml");
    byId("bytes").textContent = `${kilobytes(mail.bytes)} in all`;
    await fillSource("raw", mailUrl("eml"));
  }
}

function showHeaders(mail) {
  fill(byId("headers"), mail.headers, ([name, value]) =>
    element("tr", {}, element("th", { scope: "row" }, name), element("td", {}, value)));
  showSource(byId("headers-raw"), mail.head);
  const raw = document.querySelector("input[name=headers]:checked").value === "raw";
  byId("headers-raw").hidden = !raw;
  byId("headers-decoded").hidden = raw;
}

async function fillSource(id, url, options) {
  if (byId(id).dataset.shown === url) return;
  const response = await fetch(url);
  if (!response.ok) return;
  const text = (await response.text()).replaceAll("\r\n", "\n");
  if (tabs.selected !== id) return;
  byId(id).dataset.shown = url;
  const top = byId(`panel-${id}`).scrollTop;
  showSource(byId(id), text, options);
  byId(`panel-${id}`).scrollTop = top;
}

function mailUrl(ending, extra = {}) {
  const query = new URLSearchParams({ ...extra, v: desk.look.version });
  if (desk.look.reader.handle) query.set("reader", desk.look.reader.handle);
  return `/mail/${encodeURIComponent(desk.look.issue)}.${ending}?${query}`;
}

// --- the foot and the live mark

function showLink(url) {
  byId("link").replaceChildren(
    url ? element("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, url) : "");
}

function say(state, words) {
  byId("live").dataset.state = state;
  byId("live").textContent = words;
}

function stopped() {
  desk.stopped = true;
  say("lost", "stopped; start it again with: newsletter preview");
}

// --- the address

function slugOf({ pathname }) {
  return decodeURIComponent(pathname.split("/").pop());
}

function arriveAt(slug) {
  desk.issue = slug;
  desk.mailing = null;
  place.close();
  showLink("");
  refresh(null);
}

function mountKeys() {
  const views = [["email", "Email"], ["text", "Plain text"], ["html", "HTML"], ["headers", "Headers"], ["raw", "Raw"], ["checks", "Checks"]];
  for (const [index, [name, does]] of views.entries()) {
    shortcut({ key: `${index + 1}`, does, group: "Views", run: () => chooseTab(name) });
  }
  shortcutsOfLooks();
  const lies = () => side.current && matchMedia("(max-width: 899px)").matches;
  shortcut({ key: "Escape", does: "Close what is open", when: () => place.isOpen || lies(), run: () => (lies() ? side.open("") : place.close()) });
}

mountLooks(desk, frame);
for (const input of document.querySelectorAll("input[name=headers]")) {
  input.addEventListener("change", () => desk.look?.mail && showHeaders(desk.look.mail));
}
for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", () => copy(byId(button.dataset.copy).textContent, "Copied"));
}
mountKeyList();
mountKeys();
listenTo(document);
byId("issue").addEventListener("click", () => side.open("issues"));
byId("blank-begin").addEventListener("click", () => (desk.issue ? find() : begin()));
addEventListener("popstate", () => slugOf(location) !== desk.issue && arriveAt(slugOf(location)));
chooseTab(tabs.select(location.hash.slice(1)) && location.hash ? location.hash.slice(1) : "email");
side.restore();
follow(desk, (told) => {
  desk.mailing = told;
  document.body.toggleAttribute("data-mailing", told.state === "sending");
});

listen("/events", {
  // Also after a lost connection: something may have been saved meanwhile.
  open: () => {
    desk.stopped = false;
    refresh(null);
  },
  saved: ({ version, files }) => {
    if (desk.look?.mail && desk.look.issue === desk.issue) frame.show(desk.issue, version, desk.reader); // beside the words, not after them
    refresh(files);
  },
  lost: stopped,
});
