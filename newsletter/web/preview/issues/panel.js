// The issues, each with its standing, and a form for a new one.

import { byId, element, fill, problemItem } from "../page/elements.js";
import { button, PLAIN, showError, SILENT } from "../page/field.js";
import { get, post } from "../page/http.js";
import { shortcut } from "../page/keys.js";

const STATES = {
  draft: ["Draft", ""], frozen: ["Frozen", "warning"], sending: ["Sending", "warning"], paused: ["Paused", "warning"],
  finished: ["Sent", "ok"], recorded: ["Sent", "ok"], published: ["Published", "ok"],
};
const TOLD = [["accepted", "accepted"], ["refused", "refused"], ["uncertain", "uncertain"], ["deferred", "to be tried again"], ["pending", "waiting"]];
const DAY = new Intl.DateTimeFormat("en", { day: "numeric", month: "long", year: "numeric" });

let desk = null;
let proposed = "";
const parts = {};

export const panel = {
  id: "issues",
  title: "Issues",
  key: "m",
  mount(host, itsDesk) {
    desk = itsDesk;
    parts.list = element("ol", { class: "issues-list", "aria-label": "Issues" });
    parts.error = element("p", { class: "compose-error", role: "alert", hidden: true });
    parts.misnamed = element("ol", { class: "problems" });
    parts.fresh = button("New issue", () => ask(parts.form.hidden), { "aria-expanded": "false", "aria-controls": "issues-new" });
    host.append(element("div", { class: "side-head" }, element("h2", {}, "Issues"), parts.fresh), form(), parts.error, parts.list, parts.misnamed);
    shortcut({ key: "n", does: "New issue", group: "Issues", run: begin });
  },
  async show() {
    try {
      show(await get("/api/issue-list"));
    } catch (error) {
      showError(parts.error, error.status ? error.problems[0] : { message: SILENT });
    }
  },
};

function show(told) {
  ({ proposed } = told);
  showError(parts.error, null);
  parts.fresh.title = `${proposed} (n)`;
  const focused = document.activeElement.dataset.slug;
  fill(parts.list, told.issues, row);
  if (focused) parts.list.querySelector(`[data-slug="${focused}"]`)?.focus();
  fill(parts.misnamed, told.misnamed, (problem) => problemItem(problem, desk));
  if (!told.issues.length) ask(true);
}

function row({ slug, name, word, state, broken, summaries, counts, when }) {
  const [words, kind] = STATES[state] ?? [state, ""];
  return element("li", {}, button([
    element("span", { class: "issues-name" }, name, word ? element("span", { class: "quiet" }, ` ${word}`) : ""),
    element("span", { class: `chip ${broken ? "error" : kind}` }, broken ? "Cannot be read" : words),
    element("span", { class: "issues-facts" }, facts(summaries, counts, when)),
  ], () => go(slug), { class: "issues-row", "data-slug": slug, "aria-current": slug === desk.issue ? "page" : "false" }));
}

function facts(summaries, counts, when) {
  const told = [];
  if (when) told.push(DAY.format(new Date(when)));
  if (counts) told.push(...TOLD.filter(([state]) => counts[state]).map(([state, words]) => `${counts[state].toLocaleString("en")} ${words}`));
  else if (summaries !== null) told.push(summaries === 1 ? "1 summary" : `${summaries || "no"} summaries`);
  return told.join(" \u00b7 ");
}

function go(slug) {
  desk.go(slug);
  for (const row of parts.list.querySelectorAll(".issues-row")) row.setAttribute("aria-current", row.dataset.slug === slug ? "page" : "false");
}

// --- a new one

function form() {
  parts.month = element("input", { id: "issues-month", type: "text", placeholder: "2026-12", pattern: "\\d{4}-\\d{2}", maxlength: "7", ...PLAIN, "aria-describedby": "issues-error" });
  parts.word = element("input", { id: "issues-word", type: "text", maxlength: "40", ...PLAIN, "aria-describedby": "issues-error" });
  parts.wrong = element("p", { id: "issues-error", class: "compose-error", role: "alert", hidden: true });
  parts.form = element("form", { id: "issues-new", class: "issues-new", novalidate: true, hidden: true },
    element("div", { class: "pair" },
      element("label", { class: "field" }, element("span", {}, "Month"), parts.month),
      element("label", { class: "field" }, element("span", {}, "Word, for an extra issue"), parts.word)),
    parts.wrong,
    element("button", { class: "button primary" }, "Make the issue"));
  parts.form.addEventListener("submit", make);
  parts.form.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    ask(false);
    parts.fresh.focus();
  });
  return parts.form;
}

export function begin() {
  if (byId("side-issues").hidden) desk.panel("issues");
  ask(true);
}

function ask(isOpen) {
  parts.form.hidden = !isOpen;
  parts.fresh.setAttribute("aria-expanded", isOpen);
  if (!isOpen) return;
  parts.month.value = proposed;
  parts.word.value = "";
  showError(parts.wrong, null);
  parts.month.focus();
  parts.month.select();
}

async function make(event) {
  event.preventDefault();
  const word = parts.word.value.trim().toLowerCase().replace(/[\s_]+/g, "-");
  try {
    const { slug } = await post("/api/issue-list", { slug: [parts.month.value.trim(), word].filter(Boolean).join("-"), summaries: [] });
    ask(false);
    desk.go(slug);
    desk.panel("compose");
    desk.toast(`Made issues/${slug}.md`, "ok");
  } catch (error) {
    showError(parts.wrong, error.problems?.[0] ?? { message: SILENT });
    parts.month.focus();
  }
}
