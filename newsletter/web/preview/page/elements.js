// Elements made of data. Text is set as text only, never as markup.

export const byId = (id) => document.getElementById(id);

export function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "boolean") made.toggleAttribute(key, value);
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

export function fill(parent, values, make) {
  parent.replaceChildren(...values.map(make));
}

// One problem, with a button that opens its file and line.
export function problemItem({ rule, level, message, place, file, line, hint }, desk) {
  const where = file
    ? element("button", { class: "place-link", type: "button" }, place)
    : "";
  if (file) where.addEventListener("click", () => desk.openPlace({ file, line }));
  return element("li", {},
    element("p", { class: "what" },
      element("span", { class: `level ${level}` }, level), rule ? element("span", { class: "rule" }, rule) : "", where),
    element("p", { class: "message" }, message),
    hint ? element("p", { class: "quiet" }, hint) : "");
}

// Decimal, as Gmail's 102 KB are.
export function kilobytes(count) {
  return `${(count / 1000).toFixed(count < 10_000 ? 1 : 0)} KB`;
}

// How the page is arranged, kept in this browser; never a reader's data.
export const memory = {
  get(key, otherwise) {
    try {
      return JSON.parse(localStorage.getItem(`desk.${key}`)) ?? otherwise;
    } catch {
      return otherwise;
    }
  },
  set(key, value) {
    localStorage.setItem(`desk.${key}`, JSON.stringify(value));
  },
};
