// Elements and text. Whatever is shown goes in as text: nothing here, or anywhere in the page, parses markup.

const SVG = "http://www.w3.org/2000/svg";

// What draws nothing and moves, reorders, hides or ends what stands beside it: the rule of the program (src/shown.rs).
const HIDDEN =
  /[\p{Cc}\u{AD}\u{61C}\u{180E}\u{200B}-\u{200F}\u{2028}-\u{202E}\u{2060}-\u{206F}\u{FEFF}\u{FFF9}-\u{FFFB}\u{FFFE}\u{FFFF}\u{E0000}-\u{E007F}]/gu;

/** Foreign text in one line, without what hides in it. */
export function shown(text) {
  return String(text).replace(HIDDEN, (character) => `\\u{${character.codePointAt(0).toString(16)}}`);
}

function fill(element, properties, children) {
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.setAttribute("class", value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat(Infinity).filter((child) => child !== undefined && child !== null && child !== false));
  return element;
}

/** An element with attributes, listeners (`onclick`) and children; text is text. */
export function el(name, properties, ...children) {
  return fill(document.createElement(name), properties, children);
}

/** The same for drawings. */
export function svg(name, properties, ...children) {
  return fill(document.createElementNS(SVG, name), properties, children);
}

const keyed = (key) => `[data-key="${CSS.escape(key)}"]`;

/**
 * Puts children in the place of those that are there. Who has the focus keeps it by its key; if that is gone, such as
 * the button that removed a card, what stands in its place has it.
 */
export function render(parent, ...children) {
  const focused = parent.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  const place = focused && [...parent.querySelectorAll("[data-key]")].indexOf(document.activeElement);
  parent.replaceChildren(...children.flat(Infinity).filter(Boolean));
  if (!focused) return;
  const all = parent.querySelectorAll("[data-key]");
  (parent.querySelector(keyed(focused)) ?? all[Math.min(place, all.length - 1)])?.focus({ preventScroll: true });
}

let announced = "";
let waiting;

/** Says something to who does not see the page: at most once a second, and the last of it counts. */
export function announce(text) {
  announced = text;
  waiting ??= setTimeout(() => {
    waiting = undefined;
    document.getElementById("live").textContent = announced;
  }, 1000);
}

const toasts = document.getElementById("toasts");

/** A note in the corner that goes by itself. Mistakes stay longer. */
export function toast(message, hint, isError = false) {
  const note = el(
    "div",
    { class: isError ? "toast error" : "toast", role: isError ? "alert" : "status" },
    // A report of a card file has lines, and stands as it is.
    message.includes("\n") ? el("pre", {}, message.split("\n").map(shown).join("\n")) : shown(message),
    hint && el("small", {}, shown(hint)),
  );
  // A dialog has all else behind it.
  (document.querySelector("dialog[open]") ?? document.body).append(toasts);
  toasts.append(note);
  setTimeout(() => note.remove(), isError ? 9000 : 4000);
}

/**
 * A dialog with a heading; gives it. It goes when it is closed, and the focus goes back to where it was, also if that was
 * drawn anew meanwhile.
 */
export function dialog(title, close, body) {
  const from = document.activeElement?.dataset.key;
  const heading = el("h2", { id: "dialog-title" }, title);
  const box = el(
    "dialog",
    { class: "dialog", "aria-labelledby": "dialog-title" },
    el("div", { class: "dialog-head" }, heading, el("button", { class: "plain", onclick: () => box.close() }, close)),
    el("div", { class: "dialog-body" }, body),
  );
  box.addEventListener("close", () => {
    if (box.contains(toasts)) document.body.append(toasts);
    box.remove();
    if (from && document.activeElement === document.body) document.querySelector(keyed(from))?.focus();
  });
  box.addEventListener("click", (event) => event.target === box && box.close());
  document.body.append(box);
  box.showModal();
  return box;
}

/** Gives a text to be kept as a file. */
export function keep(name, text) {
  const address = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  el("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
