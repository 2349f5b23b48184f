// One issue's fields as they are being filled in, beside those of its file. Only changed fields are
// saved, over the version that they were read from; where the file has changed in the same field
// meanwhile, both texts are kept until the person chooses.

import { get, post } from "../page/http.js";

export const FIELDS = ["summaries", "subject", "preheader", "number", "introduction", "announcements"];
const NEWS = ["title", "text", "url"];
const PAUSE = 400; // ms after the last key
const AGAIN = 3000; // ms after the server did not answer

// As the server reads a text back, so that a blank behind the last word is no change.
const tidy = (text) => text.normalize("NFC").replace(/\r\n?/g, "\n").replace(/^[ \t]+$/gm, "").replace(/^[\n\t ]+|[\n\t ]+$/g, "");

function told(field, value) {
  if (field === "summaries") return JSON.stringify(value);
  if (field !== "announcements") return tidy(value);
  return JSON.stringify(value.map((news) => NEWS.map((key) => tidy(news[key]))));
}

const same = (field, one, other) => told(field, one) === told(field, other);

// A new announcement counts once it has a title and a text.
export const isWhole = (news) => news.was !== null || (tidy(news.title) !== "" && tidy(news.text) !== "");

export class Draft {
  base = null; // what the server told last of a file that could be read
  now = null; // what it told last
  form = {};
  errors = new Map(); // field -> problem, until its value changes
  conflicts = new Map(); // field -> what the file says
  #held = new Map(); // field -> the value that was refused
  #stroke = "";
  #timer = 0;
  #running = null;
  #saving = false;
  #lost = false;

  constructor(slug, changed) {
    this.slug = slug;
    this.changed = changed; // called with the fields whose value came from the file
  }

  get address() {
    return `/api/compose/${encodeURIComponent(this.slug)}`;
  }

  get isOpen() {
    return Boolean(this.now?.fields) && this.now.frozen.length === 0;
  }

  get state() {
    if (!this.isOpen) return "closed";
    if (this.#lost) return "lost";
    if (this.#saving) return "saving";
    if (this.conflicts.size) return "conflict";
    if (this.#held.size) return "refused";
    return this.#dirty().length ? "changed" : "saved";
  }

  get isUnsaved() {
    return this.base !== null && FIELDS.some((field) => this.#isDirty(field));
  }

  async load() {
    this.#take(await get(this.address));
  }

  // `stroke` groups saves that are undone together; `soon` where no more keys are to come.
  set(field, value, { stroke = crypto.randomUUID(), soon = false } = {}) {
    this.form[field] = value;
    this.#stroke = stroke;
    if (this.#held.has(field) && !same(field, this.#held.get(field), value)) this.#letGo(field);
    this.changed([]);
    clearTimeout(this.#timer);
    if (soon) return this.save();
    this.#timer = setTimeout(() => this.save(), PAUSE);
    return null;
  }

  // One at a time: what is typed meanwhile goes next.
  save() {
    clearTimeout(this.#timer);
    this.#running ??= this.#run().finally(() => { this.#running = null; });
    return this.#running;
  }

  async #run() {
    this.#lost = false;
    while (this.isOpen && !this.#lost && this.#dirty().length) {
      this.#saving = true;
      this.changed([]);
      await this.#send(this.#dirty());
      this.#saving = false;
    }
    this.changed([]);
  }

  async undo() {
    await this.save();
    try {
      this.#take(await post(`${this.address}/undo`, { version: this.now.version }), FIELDS);
      return true;
    } catch (error) {
      if (error.status === 409) this.#take(error.body);
      else throw error;
      return false;
    }
  }

  choose(field, mine) {
    if (mine && field === "announcements") {
      // They are named by their number, and the file may have others now.
      const there = [...this.base.fields.announcements];
      for (const [index, news] of this.form.announcements.entries()) {
        const like = NEWS.map((key) => there.findIndex((other) => other && other[key] === tidy(news[key])));
        news.was = [...like, index].find((at) => there[at]) ?? null;
        if (news.was !== null) there[news.was] = null;
      }
    }
    if (!mine) this.#fill(field);
    this.conflicts.delete(field);
    this.changed([field]);
    return this.save();
  }

  async #send(fields) {
    const changes = Object.fromEntries(fields.map((field) => [field, this.#wanted(field)]));
    const sent = this.form.announcements.filter(isWhole);
    try {
      const answer = await post(this.address, { version: this.now.version, changes, stroke: this.#stroke });
      this.#lost = false;
      if ("announcements" in changes) sent.forEach((news, index) => { news.was = index; });
      for (const field of FIELDS) if (!this.#held.has(field) || fields.includes(field)) this.#letGo(field);
      this.now = this.base = answer;
    } catch (error) {
      this.#refused(error, fields, sent);
    }
  }

  #refused(error, fields, sent) {
    if (error.status === 409) return this.#take(error.body);
    if (error.status !== 422 || error.problems.some(({ field }) => !field)) return this.#loose(error);
    for (const problem of error.problems) {
      const path = problem.field.split(".");
      const of = fields.includes(path[0]) ? path[0] : fields[0];
      // Only those that were whole were sent.
      if (path[0] === "announcements" && path[1]) path[1] = this.form.announcements.indexOf(sent[path[1]]);
      this.errors.set(path.join("."), problem);
      this.#held.set(of, structuredClone(this.form[of]));
    }
    return null;
  }

  #loose({ status, message }) {
    this.#lost = true;
    this.trouble = status ? message : "the preview does not answer"; // it may pass: tried again
    this.#timer = setTimeout(() => this.save(), AGAIN);
  }

  // Take the server's answer; a field that was changed here and not there stays.
  #take(answer, over = []) {
    const fresh = this.base === null;
    const filled = [];
    // What was refused over another version is tried over this one.
    if (this.now?.version !== answer.version) for (const field of [...this.#held.keys()]) this.#letGo(field);
    this.now = answer;
    this.#lost = false;
    if (answer.fields) {
      const before = this.base;
      this.base = answer;
      for (const field of FIELDS) {
        const theirs = answer.fields[field];
        const mine = this.form[field];
        const touched = !fresh && !over.includes(field) && !same(field, this.#whole(field), before.fields[field]);
        if (!fresh && same(field, this.#whole(field), theirs)) {
          // Not replaced: a person may be writing in one.
          if (field === "announcements") mine.filter(isWhole).forEach((news, was) => { news.was = was; });
          this.conflicts.delete(field);
        } else if (!touched) {
          this.#fill(field);
          filled.push(field);
          this.conflicts.delete(field);
        } else if (!same(field, before.fields[field], theirs)) this.conflicts.set(field, theirs);
      }
    }
    this.changed(filled);
    if (!fresh && this.#dirty().length) this.#timer = setTimeout(() => this.save(), 0);
    return null;
  }

  #fill(field) {
    const theirs = this.base.fields[field];
    if (field !== "announcements") this.form[field] = structuredClone(theirs);
    else {
      // An unfinished new announcement stays.
      const begun = (this.form.announcements ?? []).filter((news) => !isWhole(news));
      this.form.announcements = [...theirs.map((news, was) => ({ ...news, was })), ...begun];
    }
    this.#letGo(field);
  }

  #letGo(field) {
    this.#held.delete(field);
    for (const key of [...this.errors.keys()]) if (key.split(".")[0] === field) this.errors.delete(key);
  }

  #dirty() {
    return FIELDS.filter((field) => this.#isDirty(field) && !this.conflicts.has(field) && !this.#held.has(field));
  }

  #isDirty(field) {
    return this.base !== null && !same(field, this.#whole(field), this.base.fields[field]);
  }

  #whole(field) {
    return field === "announcements" ? this.form.announcements.filter(isWhole) : this.form[field];
  }

  #wanted(field) {
    if (field !== "announcements") return this.form[field];
    return this.#whole(field).map(({ was, title, text, url }) => ({ was, title, text, url }));
  }
}
