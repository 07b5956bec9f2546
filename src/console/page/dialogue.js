// The dialogue: what programs say to cards, as it happens.

import { el, render, announce, toast, keep, dialog } from "./dom.js";
import { text as fetchText, Refused } from "./api.js";
import { store, add, group, filter } from "./store.js";
import { List } from "./list.js";
import { t, status, number } from "./text.js";
import { Detail } from "./detail.js";

const ROW = 24;
const LEVELS = ["done", "warning", "refused", "silent", "note"];

const CELLS = ["time", "slotno", "what name", "file", "hex", "bytes end", "answer", "took end"];

/** A time as it stands in the list: seconds since the readers were made. */
const time = (micros) => (micros / 1e6).toFixed(4);

/** How long a card took. */
function took(micros) {
  if (micros < 1000) return `${micros} µs`;
  return micros < 1e6 ? `${(micros / 1000).toFixed(1)} ms` : `${(micros / 1e6).toFixed(2)} s`;
}

export class Dialogue {
  constructor(slots) {
    this.slots = slots;
    this.asked = { words: "", slot: "", program: "", levels: new Set() };
    this.rows = [];
    this.folded = new Set();
    this.paused = false;
    this.unseen = 0;
    this.lastGroup = undefined;
    this.pane = el("section", { class: "pane dialogue", "aria-labelledby": "dialogue-title" });
    this.detail = new Detail(() => this.close());
    this.draw();
  }

  /** Draws what does not change with the entries; again when the language changes. */
  draw() {
    const levels = LEVELS.map((level) =>
      el(
        "button",
        {
          "aria-pressed": String(this.asked.levels.has(level)),
          "data-key": `level-${level}`,
          title: t(`level.${level}`),
          onclick: () => this.toggle(level),
        },
        el("span", { class: `dot ${level}`, "aria-hidden": "true" }),
        t(`level.${level}.short`),
      ),
    );
    this.search = el("input", {
      type: "search",
      "aria-label": t("search"),
      placeholder: t("search.hint"),
      value: this.asked.words,
      "data-key": "search",
      oninput: (event) => this.ask({ words: event.target.value }),
    });
    this.slotBox = el("select", { "aria-label": t("filter.slot"), "data-key": "slot", onchange: (event) => this.ask({ slot: event.target.value }) });
    this.programBox = el("select", { "aria-label": t("filter.program"), "data-key": "program", onchange: (event) => this.ask({ program: event.target.value }) });
    this.pauseButton = el("button", { "aria-pressed": String(this.paused), "data-key": "pause", onclick: () => this.pause() }, t("pause"));
    this.count = el("span", { class: "count" });
    const head = el(
      "div",
      { class: "list-head cols", role: "row", "aria-rowindex": "1" },
      [["time", "time"], ["slotno", "slot.short"], ["name", "command"], ["file", "file"], ["hex", "bytes"], ["bytes end", "lengths"], ["answer", "answer"], ["took end", "took"]].map(
        ([kind, key]) => el("span", { class: kind, role: "columnheader" }, t(key)),
      ),
    );
    this.sizer = el("div", { class: "sizer", role: "rowgroup" });
    this.scroll = el("div", { class: "scroll", tabindex: "0", role: "grid", "aria-label": t("dialogue"), "data-key": "list" }, this.sizer);
    this.empty = el("div", { class: "empty" });
    this.newest = el("button", { class: "newest primary", hidden: true, onclick: () => this.list.newest() }, t("newest"));
    this.box = el("div", { class: "list" }, el("div", { role: "presentation" }, head), this.scroll, this.empty, this.newest);
    head.removeAttribute("role");
    for (const cell of head.children) cell.removeAttribute("role");
    head.setAttribute("aria-hidden", "true");
    this.split = el("div", { class: this.detail.seq ? "split open" : "split" }, this.box, this.detail.seq && this.detail.pane);
    const active = this.list?.active ?? -1;
    this.list = new List({
      scroll: this.scroll,
      sizer: this.sizer,
      height: ROW,
      make: () => this.makeRow(),
      draw: (row, index) => this.drawRow(row, index),
      choose: (index, isChosen) => this.choose(index, isChosen),
    });
    this.list.active = active;
    this.scroll.addEventListener("scroll", () => this.atEnd());
    render(
      this.pane,
      el("h2", { id: "dialogue-title", class: "visually-hidden" }, t("dialogue")),
      el(
        "div",
        { class: "filters", role: "search" },
        this.search,
        this.slotBox,
        this.programBox,
        el("span", { class: "levels", role: "group", "aria-label": t("filter.level") }, levels),
        this.pauseButton,
        el("button", { "data-key": "export", onclick: () => this.exportAs() }, t("export")),
        this.count,
      ),
      this.split,
    );
    this.choices();
    this.gather();
  }

  /** The slots and programs that can be chosen. */
  choices() {
    const option = (value, label, chosen) => el("option", { value, selected: value === chosen }, label);
    render(
      this.slotBox,
      option("", t("filter.slot.all"), this.asked.slot),
      this.slots().map((slot) => option(String(slot.slot), `${slot.slot} ${slot.reader}`, this.asked.slot)),
    );
    this.known = store.programs.size;
    render(
      this.programBox,
      option("", t("filter.program.all"), this.asked.program),
      [...store.programs].filter(Boolean).map((program) => option(program, program, this.asked.program)),
    );
  }

  ask(change) {
    Object.assign(this.asked, change);
    this.gather();
  }

  toggle(level) {
    const { levels } = this.asked;
    if (!levels.delete(level)) levels.add(level);
    for (const button of this.pane.querySelectorAll(".levels button")) {
      button.setAttribute("aria-pressed", String(levels.has(button.dataset.key.slice(6))));
    }
    this.gather();
  }

  /** More happened. */
  hear(entries) {
    const gone = add(entries);
    if (store.programs.size !== this.known) this.choices();
    if (this.paused) {
      this.unseen += entries.length;
      this.tell();
      return;
    }
    if (gone) this.gather();
    else {
      const fits = filter(this.asked);
      for (const one of store.records.slice(-entries.length)) this.take(one, fits);
      this.list.set(this.rows.length, { keeps: true });
      this.tell();
    }
  }

  /** Everything anew. */
  gather() {
    const chosen = this.detail.seq;
    this.rows = [];
    this.lastGroup = undefined;
    const fits = filter(this.asked);
    for (const one of store.records) this.take(one, fits);
    this.list.active = chosen === undefined ? -1 : this.rows.findIndex((row) => row.seq === chosen);
    this.list.set(this.rows.length);
    this.tell();
  }

  /** Takes a record into the rows, below the head of its group. */
  take(one, fits) {
    if (!fits(one)) return;
    if (one.kind !== "command") {
      this.rows.push(one);
      return;
    }
    const own = group(one);
    if (own !== this.lastGroup) {
      this.lastGroup = own;
      this.rows.push({ head: own, of: one, key: `${own}@${one.seq}` });
      this.current = this.rows.at(-1);
      this.current.count = 0;
    }
    this.current.count += 1;
    if (!this.folded.has(this.current.key)) this.rows.push(one);
  }

  /** How many there are, and whether there is anything. */
  tell() {
    const commands = this.rows.reduce((sum, row) => sum + (row.kind === "command" ? 1 : 0), 0);
    const counts = [t("count", number(commands), number(store.records.length))];
    if (store.lost) counts.push(t("lost", number(store.lost)));
    if (this.unseen) counts.push(t("unseen", number(this.unseen)));
    this.count.textContent = counts.join(" · ");
    this.empty.hidden = this.rows.length > 0;
    if (!this.empty.hidden) {
      const socket = this.slots.socket?.();
      render(
        this.empty,
        el("p", {}, store.records.length ? t("empty.filtered") : t("empty")),
        !store.records.length && socket && el("code", {}, `PCSCLITE_CSOCK_NAME=${socket} pcsc_scan`),
      );
    }
    this.atEnd();
  }

  atEnd() {
    this.newest.hidden = this.list.follows || !this.rows.length;
  }

  pause() {
    this.paused = !this.paused;
    this.pauseButton.setAttribute("aria-pressed", String(this.paused));
    announce(t(this.paused ? "paused" : "resumed"));
    if (!this.paused) {
      this.unseen = 0;
      this.gather();
    } else this.tell();
  }

  /** A row with all that one may need: to draw it is to set texts. */
  makeRow() {
    const cells = CELLS.map((kind) => el("span", { class: kind, role: "gridcell" }));
    const [, , , file, , , answer] = cells;
    file.append(el("b"), el("span"));
    answer.append(el("span", { class: "dot", "aria-hidden": "true" }), el("span", { class: "sw" }), el("b", { class: "struck" }), el("i"));
    return el("div", { role: "row" }, cells);
  }

  drawRow(row, index) {
    const one = this.rows[index];
    const [when, slot, name, file, hex, bytes, answer, long] = row.children;
    const isCommand = one.kind === "command";
    row.className = isCommand ? `row cols ${one.level}` : one.head ? "row cols group" : "row cols note";
    for (const cell of [file, hex, bytes, answer, long]) cell.hidden = !isCommand;
    when.hidden = slot.hidden = Boolean(one.head);
    if (one.head) {
      name.replaceChildren(...this.headOf(one));
      return;
    }
    when.textContent = time(one.at);
    slot.textContent = one.slot < 0 ? "" : String(one.slot);
    name.textContent = isCommand ? one.name : this.note(one);
    if (!isCommand) return;
    const [fileName, element] = file.children;
    fileName.textContent = one.file;
    element.textContent = one.element && ` ${one.element}`;
    hex.textContent = one.data || one.command;
    bytes.textContent = `${one.sent} → ${one.got}`;
    const [dot, word, struck, meaning] = answer.children;
    dot.className = `dot ${one.level}`;
    word.textContent = one.status;
    struck.textContent = one.faults;
    meaning.textContent = status(one.meaning);
    long.textContent = took(one.took);
  }

  headOf({ of: one, key, count }) {
    const reader = this.slots()[one.slot]?.reader ?? "";
    const who = one.program || (one.session < 0 ? t("driver") : t("program"));
    const folded = this.folded.has(key);
    return [
      el("span", { class: "fold", "aria-hidden": "true" }, folded ? "+" : "−"),
      el("b", {}, who),
      el("span", {}, [one.process && t("process", one.process), one.session >= 0 && t("session", one.session)].filter(Boolean).join(" · ")),
      el("span", {}, t("in.slot", one.slot, reader)),
      folded && el("span", {}, t("folded", number(count))),
    ].filter(Boolean);
  }

  note(one) {
    const more = one.kind === "session_opened" || one.kind === "session_closed" ? `${one.program || t("program")} (${one.process || "?"}), ${t("session", one.session)}` : status(one.meaning);
    return more ? `${t(`note.${one.kind}`)}: ${more}` : t(`note.${one.kind}`);
  }

  choose(index, isChosen) {
    const one = this.rows[index];
    if (one.head) {
      if (isChosen) this.fold(one, index);
      return;
    }
    if (one.kind !== "command") return;
    if (isChosen || this.detail.seq !== undefined) this.open(one);
  }

  fold(one, index) {
    if (!this.folded.delete(one.key)) this.folded.add(one.key);
    this.gather();
    this.list.active = Math.min(index, this.rows.length - 1);
    this.list.follows = false;
    this.list.ask();
  }

  open(one) {
    // It is drawn as wide as it is.
    if (!this.detail.pane.isConnected) {
      this.split.append(this.detail.pane);
      this.split.classList.add("open");
    }
    this.detail.show(one);
  }

  close() {
    this.detail.seq = undefined;
    this.detail.pane.remove();
    this.split.classList.remove("open");
    this.scroll.focus();
  }

  /** Asks how the dialogue is to be kept, and keeps it. */
  exportAs() {
    const first = this.asked.slot || "0";
    const slot = el("select", { id: "export-slot" }, this.slots().map((each) => el("option", { value: each.slot, selected: String(each.slot) === first }, `${each.slot} ${each.reader}`)));
    const secrets = el("input", { type: "checkbox", id: "export-secrets" });
    const save = async (form) => {
      const query = new URLSearchParams(form === "scriptor" || this.asked.slot ? { slot: slot.value } : {});
      if (secrets.checked) query.set("secrets", "show");
      try {
        keep(form === "apdu" ? "dialogue.apdu" : "dialogue.scriptor", await fetchText(`/api/export/${form}?${query}`));
        box.close();
      } catch (error) {
        if (error instanceof Refused) toast(error.message, error.hint, true);
      }
    };
    const box = dialog(t("export.title"), t("close"), [
      el("p", {}, t("export.about")),
      el("div", {}, el("label", { for: "export-slot" }, t("export.slot"), " "), slot),
      el("div", { class: "check" }, secrets, el("label", { for: "export-secrets" }, t("export.secrets"))),
      el(
        "div",
        { class: "slot-actions" },
        el("button", { class: "primary", onclick: () => save("apdu") }, t("export.apdu")),
        el("button", { onclick: () => save("scriptor") }, t("export.scriptor")),
      ),
    ]);
  }
}
