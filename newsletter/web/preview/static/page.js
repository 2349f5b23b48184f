// Elements made of data. Text is always text: nothing here takes markup.

export const byId = (id) => document.getElementById(id);

export function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

export function fill(parent, values, make) {
  parent.replaceChildren(...values.map(make));
}
