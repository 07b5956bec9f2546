// A row of the dialogue in the document: it serves for one entry after the other, and to draw it is to set texts.

import { el } from "./dom.js";
import { number } from "./text.js";

const CELLS = ["time", "slotno", "what name", "file", "hex", "bytes end", "answer", "took end"];

/** What is known of each row of the document. */
export const drawn = new WeakMap();

/** Puts text, or elements, into a cell, if that is not what is there: most rows of a dialogue are like their neighbours. */
function putIn(cell) {
  let node = document.createTextNode("");
  let there = "";
  cell.append(node);
  return (text, elements) => {
    if (text === undefined) {
      cell.replaceChildren(...elements);
      node = undefined;
      return;
    }
    if (node === undefined) {
      node = document.createTextNode(text);
      cell.replaceChildren(node);
    } else if (text !== there) node.data = text;
    there = text;
  };
}

/** A time as it stands in the list: seconds since the readers were made. */
export const time = (micros) => number(micros / 1e6, 4);

/** How long a card took. */
export function took(micros) {
  if (micros < 1000) return `${micros} µs`;
  return micros < 1e6 ? `${number(micros / 1000, 1)} ms` : `${number(micros / 1e6, 2)} s`;
}

/** A row with all that one may need: to draw it is to set texts. */
export function makeRow() {
  const cells = CELLS.map((kind) => el("span", { class: kind, role: "gridcell" }));
  const [when, slot, name, file, hex, bytes, answer, long] = cells;
  const [fileName, element] = [el("b"), el("span")];
  const [dot, word, struck, meaning] = [el("span", { class: "dot", "aria-hidden": "true" }), el("span", { class: "sw" }), el("b", { class: "struck" }), el("i")];
  file.append(fileName, element);
  answer.append(dot, word, struck, meaning);
  const row = el("div", { role: "row" }, cells);
  const put = {};
  for (const [key, cell] of Object.entries({ when, slot, name, fileName, element, hex, bytes, word, struck, meaning, long })) put[key] = putIn(cell);
  drawn.set(row, { cells, dot, put, kind: "" });
  return row;
}
