// Faults of a slot: armed by a button or in their language, listed with how often they struck, and taken away.

import { el, render, dialog, shown } from "./dom.js";
import { does } from "./api.js";
import { t } from "./text.js";

/** A fault for each word of docs/faults.md that says what happens, by what it does to a program. */
const KINDS = [
  ["fault.silence", ["mute", "late=2s", "wtx=5s"]],
  ["fault.answers", ["sw=6F00", "61xx=16", "6Cxx", "cut=4", "pad=4", "flip", "atr=3B00"]],
  ["fault.power", ["power=before", "power=during", "power=after", "pull=2s", "unplug=2s", "reset", "cancel"]],
];

/** When it strikes; `power` and those behind it strike once by themselves. */
const WHEN = [["times=1", "fault.when.next"], ["n=3", "fault.when.third"], ["", "fault.when.each"], ["after=5", "fault.when.after"], ["p=0.25", "fault.when.chance"]];

/** What a fault is called: by its word, and the value where that tells it from others. */
const key = (fault) => `fault.kind.${fault.startsWith("power=") ? fault : fault.replace(/=.*/, "")}`;

/** Opens the faults of a slot; `now` gives the slot as it is, `heard` is called with what draws them anew. */
export function openFaults(slot, now, heard) {
  const list = el("ul", { class: "faults" });
  const clear = el("button", { onclick: () => does(slot, "clear-faults", {}) }, t("fault.clear"));
  const field = el("input", { type: "text", "aria-label": t("fault.line"), placeholder: "sw=6F00 ins=B0 n=3", spellcheck: "false", autocomplete: "off" });
  const when = el("select", { id: "fault-when", autofocus: true }, WHEN.map(([words, text]) => el("option", { value: words }, t(text))));
  const arm = (line) => does(slot, "fault", { faults: [line] });
  const draw = () => {
    const faults = now(slot.slot)?.faults ?? [];
    const row = (fault) =>
      el("li", { class: fault.spent ? "spent" : undefined }, el("code", {}, shown(fault.fault)), el("small", {}, [fault.spent && !fault.struck ? t("fault.never") : t("fault.struck", fault.struck), fault.spent && fault.struck > 0 && t("fault.spent"), fault.own && t("fault.own")].filter(Boolean).join(" · ")));
    clear.hidden = !faults.length;
    render(list, faults.length ? faults.map(row) : el("li", { class: "none" }, t("fault.none")));
  };
  const button = (fault) =>
    el("button", { onclick: () => arm([fault, when.value].filter(Boolean).join(" ")) }, el("span", {}, t(key(fault))), el("code", {}, fault));
  const form = el("form", { class: "fault-form" }, field, el("button", {}, t("fault.arm")));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (field.value.trim() && (await arm(field.value.trim()))) field.value = "";
  });
  const box = dialog(t("fault.title", slot.reader), t("close"), [
    el("div", { class: "armed" }, list, clear),
    el("div", { class: "fault-when" }, el("label", { for: "fault-when" }, t("fault.when")), when),
    KINDS.map(([title, faults]) => el("section", { class: "usual" }, el("h3", {}, t(title)), el("div", {}, faults.map(button)))),
    el("h3", {}, t("fault.own.line")),
    form,
    el("p", { class: "slot-note" }, t("fault.about")),
  ]);
  box.classList.add("wide");
  heard(draw);
  box.addEventListener("close", () => heard(undefined));
  draw();
}
