// The slots: what is in them, and what a person does there.

import { el, render, dialog, announce, shown } from "./dom.js";
import { does, get } from "./api.js";
import { t, currentLanguage, ofBoth } from "./text.js";
import { drawCard, kindName } from "./art.js";
import { openFaults } from "./faults.js";
import { openPad } from "./pad.js";

/** The kind of what is dragged: no page of others has it. */
const KIND = "application/x-virtuale-card";
/** Beside it, of a card that comes out of a slot. */
const PULLED = "application/x-virtuale-pulled";

/** With more slots than these, cards are drawn smaller. */
const MANY = 4;

export class Slots {
  constructor({ look, changed }) {
    this.look = look;
    this.changed = changed;
    this.status = undefined;
    this.faces = [];
    this.out = new Map();
    this.rail = document.getElementById("rail");
    this.takesPulled(document.getElementById("main"));
  }

  /** The slots as the program tells them. */
  async hear(status) {
    const before = this.status;
    this.status = status;
    this.faces = await get("/api/faces").catch(() => this.faces);
    for (const slot of status.slots) {
      const was = before?.slots[slot.slot];
      if (was?.card && !slot.card) this.out.set(slot.slot, was.card);
      if (slot.card) this.out.delete(slot.slot);
      if (slot.unplugged && !was?.unplugged) announce(t("unplugged.said", shown(slot.reader)));
      else if (was && was.card !== slot.card) announce(t(slot.card ? "inserted" : "removed", shown(slot.reader)));
      if (slot.asks && !was?.asks) announce(t(`asks.${slot.asks.pin}`, slot.asks.shortest, slot.asks.longest));
    }
    this.draw();
    this.faultsAnew?.();
    this.changed();
  }

  list() {
    return this.status?.slots.map((slot) => ({ ...slot, reader: shown(slot.reader) })) ?? [];
  }

  draw() {
    if (!this.status) return;
    render(
      this.rail,
      el("h2", { id: "rail-title" }, t("slots")),
      el("div", { class: this.status.slots.length > MANY ? "slots many" : "slots" }, this.list().map((slot) => this.drawSlot(slot))),
    );
  }

  drawSlot(slot) {
    const face = this.faces[slot.slot];
    const card = slot.card === null ? undefined : (face?.card ?? { name: shown(slot.card), people: [], generation: 0 });
    const contactless = / Contactless /.test(slot.reader);
    const action = (key, label, act, kind) => el("button", { class: kind, "data-key": `${key}-${slot.slot}`, "aria-label": `${label}, ${t("slot", slot.slot)}`, onclick: act }, label);
    const title = card && (currentLanguage() === "fr" ? card.title_fr : card.title_en);
    const box = el(
      "article",
      { class: "slot", "aria-labelledby": `slot-${slot.slot}`, "data-slot": slot.slot },
      el("div", { class: "slot-head" }, el("h3", { id: `slot-${slot.slot}` }, slot.reader), el("span", { class: "slot-number" }, t("slot", slot.slot))),
      card ? this.drawn(card, slot, contactless) : el("div", { class: "vacant" }, slot.awaits ? el("span", { lang: "en" }, shown(slot.awaits)) : t(slot.unplugged ? "unplugged" : "vacant")),
      card && el("p", { class: "slot-name" }, el("strong", { title: card.name }, card.name.replace(/^.*[/\\](?=.)/, "")), title),
      slot.atr && el("p", { class: "slot-atr" }, slot.atr.replace(/(..)(?=.)/g, "$1 ")),
      card && !slot.atr && el("p", { class: "slot-note" }, t("mute")),
      card && slot.kept && el("p", { class: "slot-note" }, t("kept", shown(slot.kept))),
      slot.drivers.length > 0 && el("p", { class: "slot-note" }, t("drivers", slot.drivers.map(shown).join(", "))),
      slot.asks &&
        el(
          "div",
          { class: "prompt" },
          t(`asks.${slot.asks.pin}`, slot.asks.shortest, slot.asks.longest),
          action("prompt", t("type.pin"), () => openPad(slot), "primary"),
        ),
      slot.faults?.some((fault) => !fault.spent) && el("p", { class: "slot-faults" }, slot.faults.filter((fault) => !fault.spent).map((fault) => el("code", {}, shown(fault.fault)))),
      slot.typed_ahead > 0 && el("p", { class: "slot-note" }, t("ahead", slot.typed_ahead)),
      el(
        "div",
        { class: "slot-actions" },
        action("insert", t("insert"), () => this.choose(slot)),
        card && action("remove", t("remove"), () => does(slot, "remove")),
        !card && !slot.unplugged && this.out.has(slot.slot) && action("reinsert", t("reinsert"), () => does(slot, "reinsert")),
        card && action("look", t("look"), () => this.look(slot.slot)),
        face?.pad && action("pad", t("pin"), () => openPad(slot)),
        slot.faults && action("fault", t("faults"), () => this.openFaults(slot)),
      ),
    );
    this.takesDrops(box, slot);
    return box;
  }

  openFaults(slot) {
    const now = (number) => this.list()[number];
    openFaults(slot, now, (draw) => { this.faultsAnew = draw; });
  }

  /** The card, which can be dragged to another slot, or out of all. */
  drawn(card, slot, contactless) {
    const frame = el("div", { draggable: "true" }, drawCard(card, { contactless }));
    frame.addEventListener("dragstart", (event) => {
      event.dataTransfer.setData(KIND, JSON.stringify({ from: slot.slot }));
      event.dataTransfer.setData(PULLED, String(slot.slot));
      event.dataTransfer.effectAllowed = "move";
    });
    return frame;
  }

  /** Beside the slots: a card that is dropped there is pulled. */
  takesPulled(place) {
    place.addEventListener("dragover", (event) => event.dataTransfer.types.includes(PULLED) && event.preventDefault());
    place.addEventListener("drop", (event) => {
      const slot = event.dataTransfer.getData(PULLED);
      if (slot === "") return;
      event.preventDefault();
      does({ slot: Number(slot) }, "remove");
    });
  }

  takesDrops(box, slot) {
    box.addEventListener("dragover", (event) => {
      if (!event.dataTransfer.types.includes(KIND)) return;
      event.preventDefault();
      box.classList.add("over");
    });
    box.addEventListener("dragleave", () => box.classList.remove("over"));
    box.addEventListener("drop", (event) => {
      event.preventDefault();
      box.classList.remove("over");
      const card = JSON.parse(event.dataTransfer.getData(KIND) || "{}");
      if (card.from === slot.slot) return;
      does(slot, "insert", card);
    });
  }

  /** Asks which card is to come into a slot. */
  async choose(slot) {
    const cards = await get("/api/cards").catch(() => undefined);
    if (!cards) return;
    const shelf = el("div", { class: "shelf" });
    // What an author wrote is in one language, and nobody says which.
    const told = (card) => ofBoth(card.about, card.about_fr);
    const entry = (label, about, body) => {
      const button = el("button", { draggable: "true", onclick: async () => (await does(slot, "insert", body)) && box.close() }, el("span", { class: "mono" }, label), el("small", {}, about));
      button.addEventListener("dragstart", (event) => {
        event.dataTransfer.setData(KIND, JSON.stringify(body));
        // The dialog would be in the way of the slots.
        setTimeout(() => box.close());
      });
      return button;
    };
    const find = el("input", { type: "search", "aria-label": t("insert.find"), placeholder: t("insert.find"), oninput: () => draw() });
    const draw = () => {
      const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
      const fits = (...said) => words.every((word) => said.join(" ").toLowerCase().includes(word));
      const part = (title, entries) => entries.length > 0 && [el("h3", {}, title), entries];
      const others = this.list().filter((other) => other.slot !== slot.slot && (other.card || this.out.has(other.slot)));
      const name = (other) => shown(other.card ?? this.out.get(other.slot));
      const parts = [
        cards.folder && part(t("insert.folder", cards.folder.path), cards.folder.cards.filter((card) => fits(card.shown, card.about)).map((card) => entry(card.shown, card.about, { file: card.name }))),
        part(t("insert.other"), others.filter((other) => fits(name(other))).map((other) => entry(name(other), other.reader, { from: other.slot }))),
        [...new Set(cards.built_in.map((card) => card.generation))].map((generation) => {
          const own = cards.built_in.filter((card) => card.generation === generation && fits(card.shown, told(card)));
          return part(t("insert.builtin", kindName(generation)), own.map((card) => entry(card.shown, told(card), { card: card.name })));
        }),
        cards.folder?.more && el("p", {}, t("insert.more")),
      ].flat().filter(Boolean);
      render(shelf, parts.length ? parts : el("p", {}, t("insert.none")));
    };
    // What was found first is what is meant.
    find.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !find.value) return;
      event.preventDefault();
      shelf.querySelector("button")?.click();
    });
    const box = dialog(t("insert.title", slot.reader), t("close"), [find, shelf]);
    box.classList.add("wide");
    draw();
    find.focus();
  }
}
