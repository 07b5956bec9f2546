// The dialogue as a file to be kept: a trace, or a script for scriptor.

import { dialog, el, keep } from "./dom.js";
import { complain, text } from "./api.js";
import { t } from "./text.js";

/** Asks how the dialogue is to be kept, and keeps it; `asked` is the slot that is looked at, if it is one. */
export function exportAs(slots, asked) {
  const first = asked || (slots.length === 1 ? "0" : "");
  const all = slots.length !== 1 && el("option", { value: "", selected: first === "" }, t("filter.slot.all"));
  const slot = el("select", { id: "export-slot", onchange: () => { script.disabled = slot.value === ""; } }, all, slots.map((each) => el("option", { value: each.slot, selected: String(each.slot) === first }, `${each.slot} ${each.reader}`)));
  const secrets = el("input", { type: "checkbox", id: "export-secrets" });
  const save = async (form) => {
    const query = new URLSearchParams(slot.value === "" ? {} : { slot: slot.value });
    if (secrets.checked) query.set("secrets", "show");
    try {
      keep(form === "apdu" ? "dialogue.apdu" : "dialogue.scriptor", await text(`/api/export/${form}?${query}`));
      box.close();
    } catch (error) {
      complain(error);
    }
  };
  const script = el("button", { disabled: first === "", title: t("export.one"), onclick: () => save("scriptor") }, t("export.scriptor"));
  const box = dialog(t("export.title"), t("close"), [
    el("p", {}, t("export.about")),
    el("div", {}, el("label", { for: "export-slot" }, t("export.slot"), " "), slot),
    el("div", { class: "check" }, secrets, el("label", { for: "export-secrets" }, t("export.secrets"))),
    el(
      "div",
      { class: "slot-actions" },
      el("button", { class: "primary", onclick: () => save("apdu") }, t("export.apdu")),
      script,
    ),
  ]);
}
