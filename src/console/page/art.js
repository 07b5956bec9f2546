// A card drawn as a card. Colours, lines and chip are our own invention, and like no real card.

import { shown, svg } from "./dom.js";
import { t } from "./text.js";

/** Ground, lines, ink by generation; any other card has the last. */
const COATS = {
  vitale1: ["#6b4a2f", "#a47c55", "#fff7ec"],
  vitale2: ["#17565b", "#3f8a8c", "#f1fbfa"],
  cps3: ["#3a3f73", "#6f76b3", "#f5f5ff"],
  cps4: ["#5b2f55", "#96628f", "#fff4fd"],
  cps: ["#3a3f73", "#6f76b3", "#f5f5ff"],
  other: ["#3b444b", "#717d86", "#f6f8f9"],
};

const W = 320;
const H = 202;

function coat(card) {
  const layout = card.layout ?? "";
  const known = Object.keys(COATS).find((name) => layout.startsWith(name));
  return COATS[known ?? (card.family === "cps" ? "cps" : "other")];
}

/** A layout or generation as people write it: `VITALE 2`. */
export const kindName = (name) => shown(name).toUpperCase().replace(/^([A-Z]+)(\d)/, "$1 $2");

/** A small number that a text always has. */
function hash(text) {
  let value = 7;
  for (const character of text) value = (value * 31 + character.codePointAt(0)) >>> 0;
  return value;
}

function cut(text, most) {
  const characters = [...text];
  return characters.length > most ? `${characters.slice(0, most - 1).join("")}…` : text;
}

/** Lines that each card has in its own way. */
function lines(seed, colour) {
  const paths = [];
  for (let index = 0; index < 9; index += 1) {
    const lift = 14 + ((seed >>> (index * 3)) % 19);
    const y = 30 + index * 21;
    paths.push(svg("path", { d: `M-10 ${y} C 90 ${y - lift} 210 ${y + lift} 330 ${y - lift / 2}`, fill: "none", stroke: colour, "stroke-width": 1, opacity: 0.5 }));
  }
  return paths;
}

function chip() {
  const contact = (d) => svg("path", { d, fill: "none", stroke: "#6e5a2d", "stroke-width": 1.1 });
  return svg(
    "g",
    { transform: "translate(26 70)" },
    svg("rect", { width: 46, height: 38, rx: 7, fill: "#dcc48a" }),
    contact("M0 13h15M0 25h15M31 13h15M31 25h15M15 0v38M31 0v38M15 19h16"),
  );
}

/** The waves of an antenna. */
function antenna(ink) {
  const arc = (r) => svg("path", { d: `M0 ${-r} a ${r} ${r} 0 0 1 0 ${2 * r}`, fill: "none", stroke: ink, "stroke-width": 2.2, "stroke-linecap": "round" });
  return svg("g", { transform: "translate(86 89)", opacity: 0.85 }, [5, 10, 15].map(arc));
}

/** A card as a picture, which says in words whose it is. */
export function drawCard(card, { contactless = false } = {}) {
  const [ground, line, ink] = coat(card);
  const [holder, apart] = card.people[0] ?? [];
  // A real card, whose reader is elsewhere.
  const relayed = card.layout ? undefined : /^reader:(.*)/.exec(card.name)?.[1];
  const name = holder ?? relayed ?? card.name;
  const kind = kindName(card.layout ?? card.family ?? t("card"));
  const clip = `clip-${hash(card.name + card.generation)}`;
  const words = (x, y, size, text, more = {}) =>
    svg("text", { x, y, fill: ink, "font-size": size, "font-family": "system-ui, sans-serif", ...more }, text);
  const others = card.people.length > 1 ? ` +${card.people.length - 1}` : "";
  return svg(
    "svg",
    { class: "face", viewBox: `0 0 ${W} ${H}`, role: "img", "aria-label": `${name}, ${kind}` },
    svg("defs", {}, svg("clipPath", { id: clip }, svg("rect", { width: W, height: H, rx: 14 }))),
    svg(
      "g",
      { "clip-path": `url(#${clip})` },
      svg("rect", { width: W, height: H, fill: ground }),
      lines(hash(card.name), line),
      svg("rect", { y: 148, width: W, height: 54, fill: ground, opacity: 0.72 }),
      words(26, 38, 19, kind, { "font-weight": 700, "letter-spacing": "0.04em" }),
      words(26, 54, 9, t(relayed === undefined ? "face.virtual" : "face.relayed"), { "letter-spacing": "0.18em", opacity: 0.9 }),
      chip(),
      contactless && antenna(ink),
      words(26, 172, 16, cut(name, 28) + others, { "font-weight": 600 }),
      words(26, 189, 11, cut(apart ?? (relayed === undefined ? card.name : ""), 44), { opacity: 0.92 }),
    ),
  );
}
