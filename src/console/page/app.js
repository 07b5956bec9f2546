// The page: what is where, and the keys.

import { el, render, dialog, shown, announce } from "./dom.js";
import { enter, listen } from "./api.js";
import { store } from "./store.js";
import { t, chooseLanguage, currentLanguage } from "./text.js";
import { Slots } from "./slots.js";
import { Dialogue } from "./dialogue.js";
import { CardView } from "./card.js";
import { openPad } from "./pad.js";

const stage = document.getElementById("stage");
const main = document.getElementById("main");
const dark = matchMedia("(prefers-color-scheme: dark)");

let state = "broken";
let view = "dialogue";

function theme(asked) {
  if (asked) localStorage.setItem("virtuale-theme", asked);
  const chosen = asked ?? new URL(location.href).searchParams.get("theme") ?? localStorage.getItem("virtuale-theme");
  document.documentElement.dataset.theme = chosen ?? (dark.matches ? "dark" : "light");
}

const isDark = () => document.documentElement.dataset.theme === "dark";

function header() {
  const go = (name, narrow) =>
    el("button", { class: narrow ? "narrow" : undefined, "data-key": `view-${name}`, "aria-current": view === name ? "page" : undefined, onclick: () => show(name) }, t(name));
  const views = document.getElementById("views");
  views.setAttribute("aria-label", t("views"));
  render(views, go("slots", true), go("dialogue"), go("card"));
  render(
    document.getElementById("tools"),
    el("span", { class: "state", "data-state": state }, t(`state.${state}`)),
    el("button", { class: "plain", "data-key": "language", lang: currentLanguage() === "fr" ? "en" : "fr", onclick: () => speak(currentLanguage() === "fr" ? "en" : "fr") }, t("language")),
    el("button", { class: "plain", "data-key": "theme", onclick: () => { theme(isDark() ? "light" : "dark"); header(); } }, t(isDark() ? "theme.light" : "theme.dark")),
    el("button", { class: "plain", "data-key": "keys", onclick: help }, t("shortcuts")),
  );
  for (const each of document.querySelectorAll("[data-text]")) each.textContent = t(each.dataset.text);
  if (slots.status) document.getElementById("host").textContent = t("host", shown(slots.status.name), slots.status.pid);
}

function speak(language) {
  chooseLanguage(language);
  header();
  slots.draw();
  dialogue.draw();
  if (view === "card") card.look();
  banner();
}

function show(name) {
  view = name;
  stage.dataset.view = name;
  dialogue.pane.hidden = name === "card";
  card.pane.hidden = name !== "card";
  if (name === "card") card.look();
  else dialogue.list.ask();
  header();
}

function help() {
  const key = (keys, what) => [el("dt", {}, keys.flatMap((one, at) => [at > 0 && " ", el("kbd", {}, one)]).filter(Boolean)), el("dd", {}, t(what))];
  dialog(
    t("keys.title"),
    t("close"),
    el(
      "dl",
      { class: "keys" },
      key(["/"], "keys.search"),
      key(["l"], "keys.list"),
      key(["↑", "↓", "j", "k", "Home", "End"], "keys.move"),
      key(["Enter"], "keys.open"),
      key(["Esc"], "keys.close"),
      key(["p"], "keys.pause"),
      key(["n"], "keys.newest"),
      key(["1", "2", "3"], "keys.views"),
      key(["i"], "keys.insert"),
      key(["c"], "keys.pad"),
      key(["f"], "keys.faults"),
      key(["e"], "keys.export"),
      key(["t"], "keys.theme"),
      key(["?"], "keys.help"),
    ),
  );
}

function keys(event) {
  const isTyping = event.target.closest("input, select, textarea");
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (isTyping) {
    if (event.key !== "Escape") return;
    // Browsers empty such a field themselves, and do not always say so.
    event.preventDefault();
    if (event.target.value && event.target.type === "search") {
      event.target.value = "";
      event.target.dispatchEvent(new Event("input", { bubbles: true }));
    } else event.target.blur();
    return;
  }
  const first = slots.list()[0];
  const padded = slots.list().find((slot) => slot.asks) ?? slots.list().find((slot) => slots.faces[slot.slot]?.pad);
  const does = {
    "/": () => { show("dialogue"); dialogue.search.focus(); },
    l: () => { show("dialogue"); dialogue.scroll.focus(); },
    p: () => dialogue.pause(),
    n: () => dialogue.list.newest(),
    e: () => dialogue.exportAs(),
    1: () => show("dialogue"),
    2: () => show("card"),
    3: () => show("slots"),
    i: () => first && slots.choose(first),
    c: () => padded && openPad(padded),
    f: () => first?.faults && slots.openFaults(first),
    t: () => { theme(isDark() ? "light" : "dark"); header(); },
    "?": help,
    Escape: () => dialogue.detail.seq !== undefined && dialogue.close(),
  }[event.key];
  if (!does) return;
  event.preventDefault();
  does();
}

/** Says what became of the readers, above what is still there of them. */
function banner() {
  const box = document.getElementById("banner");
  const text = { gone: "banner.gone", refused: "banner.refused", broken: slots.status && "banner.broken" }[state];
  box.hidden = !text;
  stage.classList.toggle("stale", state === "gone" || state === "refused");
  render(box, text && el("p", {}, t(text), state === "refused" && [" ", el("code", {}, "virtuale console --url")]));
}

/** Without the token there is nothing to see but how to come in. */
function closed() {
  stage.replaceChildren(
    el("div", { class: "notice", id: "main" }, el("h3", {}, t("closed.title")), el("p", {}, t("closed.about")), el("p", {}, el("code", {}, "virtuale console --url"))),
  );
}

chooseLanguage();
theme();
dark.addEventListener("change", () => theme());

let due;
/** Looks at the card again, soon after something changed. */
function lookAgain() {
  if (view !== "card" || due) return;
  due = setTimeout(() => {
    due = undefined;
    if (view === "card") card.look();
  }, 200);
}

const slots = new Slots({
  look: (slot) => {
    card.slot = slot;
    card.file = undefined;
    show("card");
  },
  changed: () => {
    header();
    dialogue.choices();
    dialogue.wait();
    if (!store.records.length) dialogue.tell();
    lookAgain();
  },
});
const list = () => slots.list();
list.socket = () => slots.status && shown(slots.status.socket);
const dialogue = new Dialogue(list);
const card = new CardView(list);
main.append(dialogue.pane, card.pane);
document.addEventListener("keydown", keys);
header();

if (enter()) {
  listen(
    (kind, data) => {
      if (kind === "slots") slots.hear(data);
      else if (kind === "entries") {
        dialogue.hear(data);
        if (data.some((entry) => entry.slot === card.slot)) lookAgain();
      } else if (kind === "underway") dialogue.hearWaiting(data);
      else if (kind === "lost") {
        store.lost += data.count;
        dialogue.tell();
      }
    },
    (told) => {
      if (told !== state && told !== "live") announce(t(`state.${told}`));
      state = told;
      header();
      if (told === "refused" && !slots.status) closed();
      else banner();
    },
  );
} else closed();
