// Faults of a slot: armed by a button or in their language, listed with how often they struck, and taken away.

import { el, render, dialog, shown } from "./dom.js";
import { does } from "./api.js";
import { t } from "./text.js";

/** Faults that a button arms (docs/faults.md has the language). */
const USUAL = [
  "mute n=1", "mute", "mute after=5", "sw=6F00 n=1", "sw=6982 ins=20", "61xx=16 ins=B0", "6Cxx n=1", "cut=4 n=1", "flip n=1",
  "late=2s", "wtx=5s n=1", "power=before", "power=during", "power=after", "atr=3B00 n=1",
];

/** Opens the faults of a slot; `status` gives the slot as it is now, `heard` is called with what draws them anew. */
export function openFaults(slot, status, heard) {
  const list = el("ul", { class: "faults" });
  const field = el("input", { type: "text", "aria-label": t("fault.line"), placeholder: "sw=6F00 ins=B0 n=3", spellcheck: "false", autocomplete: "off" });
  const arm = (line) => does(slot, "fault", { faults: [line] });
  const draw = () => {
    const faults = status(slot.slot)?.faults ?? [];
    const row = (fault) =>
      el("li", { class: fault.spent ? "spent" : undefined }, el("code", {}, shown(fault.fault)), el("small", {}, [t("fault.struck", fault.struck), fault.spent && t("fault.spent"), fault.own && t("fault.own")].filter(Boolean).join(" · ")));
    render(list, faults.length ? faults.map(row) : el("li", {}, t("fault.none")));
  };
  const form = el("form", { class: "fault-form" }, field, el("button", { class: "primary" }, t("fault.arm")));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (field.value.trim() && (await arm(field.value.trim()))) field.value = "";
  });
  const box = dialog(t("fault.title", slot.reader), t("close"), [
    list,
    el("div", {}, el("button", { onclick: () => does(slot, "clear-faults", {}) }, t("fault.clear"))),
    el("h3", {}, t("fault.arm")),
    el("div", { class: "usual" }, USUAL.map((line) => el("button", { title: t("fault.arm"), onclick: () => arm(line) }, el("code", {}, line)))),
    form,
    el("p", { class: "slot-note" }, t("fault.about")),
  ]);
  heard(draw);
  box.addEventListener("close", () => heard(undefined));
  draw();
}
