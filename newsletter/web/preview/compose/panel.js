// Composing: the summaries of the issue, its words, its announcements, and the library beside.

import { byId, element, problemItem } from "../page/elements.js";
import { field, iconButton, showChoice, SILENT } from "../page/field.js";
import { shortcut } from "../page/keys.js";
import { Draft } from "./draft.js";
import { isLibrary, Library } from "./library.js";
import { News, told } from "./news.js";
import { Summaries } from "./summaries.js";

const WORDS = [
  { name: "subject", label: "Subject" },
  { name: "preheader", label: "Preheader", note: "what inboxes show behind the subject" },
  { name: "number", label: "Number", attributes: { inputmode: "numeric", maxlength: "9" } },
  { name: "introduction", label: "Introduction", note: "Markdown", long: true },
];
const STATES = {
  saved: "Saved", changed: "Not saved yet", saving: "Saving", refused: "Not saved: see below", conflict: "Not saved: choose below",
  lost: "Not saved: ", closed: "",
};

let desk = null;
let draft = null;
let isShown = false;
const drafts = new Map(); // slug -> Draft: what was typed stays while another issue is looked at
const fields = new Map();
const parts = {};

export const panel = {
  id: "compose",
  title: "Compose",
  key: "c",
  mount(host, itsDesk) {
    desk = itsDesk;
    mount(host);
    keys();
    addEventListener("beforeunload", (event) => {
      if ([...drafts.values()].some(({ isUnsaved }) => isUnsaved)) event.preventDefault();
    });
  },
  async show(_look, { changed }) {
    isShown = true; // also before there is a look: the fields need not wait for the email
    const isNew = draft?.slug !== desk.issue;
    if (isNew) turnTo(desk.issue);
    if (isNew || isLibrary(changed)) parts.library.outdated();
    await load(draft);
  },
  leave() {
    isShown = false;
    draft?.save();
  },
};

function turnTo(slug) {
  draft?.save();
  if (!drafts.has(slug)) {
    const made = new Draft(slug, (filled) => made === draft && render(filled));
    drafts.set(slug, made);
  }
  draft = drafts.get(slug);
  render(WORDS.map(({ name }) => name));
}

async function load(one) {
  const isFirst = one.now === null;
  try {
    await one.load();
  } catch (error) {
    if (one === draft) parts.state.textContent = error.status ? error.message : SILENT;
    return;
  }
  if (isFirst && one === draft) parts.library.welcome(one.isOpen && one.form.summaries.length < 2);
}

// --- what stands where

function mount(host) {
  parts.state = element("p", { id: "compose-state", class: "quiet compose-state" });
  parts.undo = iconButton("undo", "Undo", undo, { id: "compose-undo" });
  parts.says = element("p", { class: "sr", role: "status", id: "compose-says" });
  parts.stop = element("div", { class: "compose-stop", role: "alert", hidden: true });
  const say = (words) => { parts.says.textContent = words; };
  parts.summaries = new Summaries(desk, say);
  parts.library = new Library(desk, parts.summaries);
  parts.news = new News(say);
  for (const one of WORDS) fields.set(one.name, word(one));
  host.classList.add("compose");
  host.append(
    element("div", { class: "side-head compose-head" }, parts.state, parts.undo), parts.says, parts.stop,
    group("Summaries", parts.summaries.root, parts.library.root),
    group("Words", ...[...fields.values()].map(({ root }) => root)),
    group("Announcements", parts.news.root));
}

function group(title, ...children) {
  const id = `compose-of-${title.toLowerCase()}`;
  return element("section", { class: "compose-group", "aria-labelledby": id }, element("h3", { id }, title), ...children);
}

function word({ name, ...rest }) {
  let stroke = "";
  const made = field({
    name, ...rest,
    typed: (value) => draft?.set(name, value, { stroke }),
    left: () => draft?.save(),
  });
  made.input.addEventListener("focus", () => { stroke = crypto.randomUUID(); });
  return made;
}

function keys() {
  const here = () => isShown && Boolean(draft?.isOpen);
  shortcut({ key: "/", does: "Search the library", group: "Compose", run: find });
  for (const key of ["u", "Ctrl+z"]) shortcut({ key, does: "Undo the last change", group: "Compose", when: here, run: undo });
  for (const [key, does] of [["ArrowUp", "On a handle: move up"], ["ArrowDown", "On a handle: move down"], ["Delete", "On a handle: take out"]]) shortcut({ key, does, group: "Compose" });
}

export function find() {
  if (byId("side-compose").hidden) desk.panel("compose");
  parts.library.find();
}

async function undo() {
  if (!draft?.now?.undo) return;
  const what = draft.now.undo;
  try {
    const done = await draft.undo();
    desk.toast(done ? `Undone: ${what}` : "The file was changed meanwhile: nothing is undone", done ? "ok" : "error");
  } catch (error) {
    desk.toast(error.message, "error");
  }
}

// --- what it says now

function render(filled) {
  const { now, form, errors, conflicts, state } = draft;
  parts.state.textContent = STATES[state] + (state === "lost" ? draft.trouble : "");
  parts.state.dataset.wrong = ["refused", "conflict", "lost"].includes(state);
  stop(now);
  parts.undo.disabled = !now?.undo || !draft.isOpen;
  parts.undo.title = now?.undo ? `Undo: ${now.undo} (u)` : "Nothing to undo";
  for (const { name, label } of WORDS) {
    const own = fields.get(name);
    const value = filled.includes(name) ? form[name] ?? "" : own.input.value;
    own.show(value, errors.get(name) ?? told(draft, name) ?? rendered(name), !draft.isOpen || now.locked.includes(name));
    const theirs = conflicts.get(name);
    showChoice(own.choice, theirs === undefined ? null : { label, theirs, mine: form[name] }, (mine) => draft.choose(name, mine));
  }
  fields.get("subject").input.placeholder = form.subject ? "" : desk.look?.mail?.subject ?? "";
  fields.get("preheader").input.placeholder = form.preheader ? "" : desk.look?.mail?.snippet?.slice(0, 120) ?? "";
  parts.library.held(() => parts.summaries.show(draft));
  parts.news.show(draft);
}

// Why nothing can be changed here: the file is broken, or the issue was sent. Beside these, the
// problems of the file that belong to no field.
function stop(now) {
  const elsewhere = (now?.problems ?? []).filter(({ field: name }) => !name);
  const problems = [...(now?.broken ?? []), ...elsewhere];
  const frozen = (now?.frozen ?? []).map(({ message }) => message);
  const key = JSON.stringify([problems, frozen]);
  parts.stop.hidden = problems.length + frozen.length === 0;
  if (parts.stop.dataset.shown === key) return;
  parts.stop.dataset.shown = key;
  const isBroken = now?.broken.length > 0;
  parts.stop.toggleAttribute("data-broken-file", isBroken || elsewhere.length > 0);
  parts.stop.replaceChildren(
    ...frozen.map((words) => element("p", {}, words)),
    element("h3", { hidden: !problems.length }, isBroken ? "The file cannot be read as it is" : "To be mended in the file"),
    element("ol", { class: "problems" }, ...problems.map((problem) => problemItem(problem, desk))),
    ...(isBroken ? [element("p", { class: "quiet" }, "Your changes are kept. Mend the file to continue.")] : []));
}

// Problems of rendering that belong to a field.
function rendered(name) {
  const { now } = draft;
  if (draft.isUnsaved || !now?.fields || desk.look?.issue !== now.slug) return null;
  const starts = Object.entries(now.lines).sort(([, one], [, other]) => one - other);
  const at = (line) => starts.findLast(([, start]) => start <= line)?.[0].split(".")[0];
  return (desk.look?.problems ?? []).find(({ file, line, level }) => file === now.file && line && level === "error" && at(line) === name) ?? null;
}
