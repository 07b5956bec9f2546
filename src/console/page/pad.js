// The PIN pad of a reader. What is typed goes to the program and is kept nowhere.

import { el, dialog, announce } from "./dom.js";
import { complain, post } from "./api.js";
import { t } from "./text.js";

/** Opens the pad of a slot. */
export function openPad(slot) {
  const field = el("input", { type: "password", inputmode: "numeric", autocomplete: "off", "aria-label": t("pad.label"), id: "pad-field" });
  const ahead = el("input", { type: "checkbox", id: "pad-ahead" });
  ahead.checked = !slot.asks;
  const does = async (what, body, said) => {
    try {
      await post(`/api/slots/${slot.slot}/${what}`, body);
      announce(said);
      field.value = "";
      box.close();
    } catch (error) {
      field.value = "";
      complain(error);
    }
  };
  // What is typed for a prompt is for no other one that comes meanwhile.
  const enter = () => {
    const answers = slot.asks && !ahead.checked ? { prompt: slot.asks.number } : { ahead: ahead.checked };
    return does("pin", { pin: field.value, ...answers }, t("pad.typed"));
  };
  const digit = (value) => el("button", { onclick: () => { field.value += value; } }, value);
  const keys = el(
    "div",
    { class: "pad-keys" },
    ["1", "2", "3", "4", "5", "6", "7", "8", "9"].map(digit),
    el("button", { class: "clear", onclick: () => { field.value = ""; } }, t("pad.clear")),
    digit("0"),
    el("button", { class: "enter", onclick: enter }, t("pad.enter")),
  );
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault();
      enter();
    }
  });
  const box = dialog(t("pad.title", slot.reader), t("close"), [
    slot.asks && el("p", {}, t(`asks.${slot.asks.pin}`, slot.asks.shortest, slot.asks.longest)),
    el("div", { class: "pad" }, field, keys, el("button", { class: "cancel", onclick: () => does("cancel", {}, t("pad.cancelled")) }, t("pad.cancel"))),
    el("div", { class: "check" }, ahead, el("label", { for: "pad-ahead" }, t("pad.ahead"))),
    el("p", { class: "slot-note" }, t("pad.hint")),
  ]);
  field.focus();
}
