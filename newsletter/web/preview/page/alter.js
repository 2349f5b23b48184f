// The dark that Gmail's apps force on an email, and larger text: done on the shown copy, from the
// colours and sizes that the browser computed.

const TEXT = ["color", "-webkit-text-fill-color", "text-decoration-color", "caret-color"];
const SURFACE = ["background-color", "border-top-color", "border-right-color", "border-bottom-color", "border-left-color", "outline-color"];
const MIDDLE = 50; // of L* in CIELAB
const CANVAS = "rgb(255, 255, 255)";

export function alter(doc, { scheme, zoom }) {
  const forced = { android: partial, ios: whole }[scheme];
  if (!forced && zoom === 1) return;
  const view = doc.defaultView;
  const changes = [];
  // All is read before anything is written: sizes and colours are inherited.
  for (const one of [doc.documentElement, ...doc.body.querySelectorAll("*"), doc.body]) {
    const style = view.getComputedStyle(one);
    if (forced) recolour(one, style, forced, changes);
    if (zoom !== 1) enlarge(one, style, zoom, changes);
  }
  if (forced && isClear(view.getComputedStyle(doc.documentElement).backgroundColor)) {
    changes.push([doc.documentElement, "background-color", forced(CANVAS, "surface")]);
  }
  for (const [one, property, value] of changes) one.style.setProperty(property, value, "important");
}

function recolour(one, style, forced, changes) {
  for (const [names, kind] of [[TEXT, "text"], [SURFACE, "surface"]]) {
    for (const name of names) {
      const before = style.getPropertyValue(name);
      const after = isClear(before) ? before : forced(before, kind);
      if (after !== before) changes.push([one, name, after]);
    }
  }
  const image = style.backgroundImage;
  if (image.includes("gradient(")) {
    changes.push([one, "background-image", image.replace(/rgba?\([^)]*\)/g, (colour) => forced(colour, "surface"))]);
  }
}

function enlarge(one, style, zoom, changes) {
  changes.push([one, "font-size", `${parseFloat(style.fontSize) * zoom}px`]);
  const line = parseFloat(style.lineHeight);
  if (line) changes.push([one, "line-height", `${line * zoom}px`]);
}

// Gmail for Android: light surfaces become dark and dark text light; the rest stays.
function partial(colour, kind) {
  const lab = parsed(colour);
  if (!lab) return colour;
  return (kind === "text" ? lab.l < MIDDLE : lab.l > MIDDLE) ? turned(lab) : colour;
}

// Gmail for iPhone: every colour is turned around, also those of a dark design.
function whole(colour) {
  const lab = parsed(colour);
  return lab ? turned(lab) : colour;
}

// L* is mirrored and hue kept, as Chromium's own forced dark does: white becomes a dark grey
// (L* 10), black white.
function turned({ l, a, b, alpha }) {
  return written({ l: Math.min(110 - l, 100), a, b, alpha });
}

function isClear(colour) {
  return colour === "" || colour === "transparent" || /^rgba\(.*,\s*0\)$/.test(colour);
}

// sRGB to CIELAB and back (CSS Color 4, 10; D65).
const WHITE = [0.95047, 1, 1.08883];

function parsed(colour) {
  const numbers = /^rgba?\(/.test(colour) ? colour.match(/[\d.]+/g).map(Number) : null;
  if (!numbers) return null;
  const [red, green, blue] = numbers.map((value) => linear(value / 255));
  const alpha = numbers[3] ?? 1;
  const [x, y, z] = [
    0.4124 * red + 0.3576 * green + 0.1805 * blue,
    0.2126 * red + 0.7152 * green + 0.0722 * blue,
    0.0193 * red + 0.1192 * green + 0.9505 * blue,
  ].map((value, index) => cube(value / WHITE[index]));
  return { l: 116 * y - 16, a: 500 * (x - y), b: 200 * (y - z), alpha };
}

function written({ l, a, b, alpha }) {
  const y = (l + 16) / 116;
  const [x, fy, z] = [y + a / 500, y, y - b / 200].map((value, index) => uncube(value) * WHITE[index]);
  const channels = [
    3.2406 * x - 1.5372 * fy - 0.4986 * z,
    -0.9689 * x + 1.8758 * fy + 0.0415 * z,
    0.0557 * x - 0.204 * fy + 1.057 * z,
  ].map((value) => Math.round(255 * gamma(Math.min(Math.max(value, 0), 1))));
  return alpha === 1 ? `rgb(${channels.join(", ")})` : `rgba(${channels.join(", ")}, ${alpha})`;
}

const linear = (value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
const gamma = (value) => (value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055);
const cube = (value) => (value > 216 / 24389 ? Math.cbrt(value) : (24389 / 27 * value + 16) / 116);
const uncube = (value) => (value ** 3 > 216 / 24389 ? value ** 3 : (116 * value - 16) * 27 / 24389);
