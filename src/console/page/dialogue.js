// The dialogue: what programs say to cards, as it happens.

import { el, render, announce } from "./dom.js";
import { get } from "./api.js";
import { store, add, group, filter } from "./store.js";
import { List } from "./list.js";
import { drawn, makeRow, time, took } from "./row.js";
import { t, ofBoth, number } from "./text.js";
import { Detail } from "./detail.js";
import { exportAs } from "./export.js";
import { openPad } from "./pad.js";

const ROW = 24;
const LEVELS = ["done", "warning", "refused", "silent", "note"];

/** How long nobody types before the program is asked. */
const PAUSE = 200;

export class Dialogue {
  constructor(slots) {
    this.slots = slots;
    this.asked = { words: "", slot: "", program: "", levels: new Set() };
    this.rows = [];
    this.commands = 0;
    /** What has no answer yet: commands, and pads that wait for a person. */
    this.waiting = [];
    this.slow = [];
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
    this.count = el("p", { class: "count" });
    // Of the grid below it, which says what it has in each cell.
    const head = el(
      "div",
      { class: "list-head cols", "aria-hidden": "true" },
      [["time", "time"], ["slotno", "slot.short"], ["name", "command"], ["file", "file"], ["hex", "bytes"], ["bytes end", "lengths"], ["answer", "answer"], ["took end", "took"]].map(
        ([kind, key]) => el("span", { class: kind }, t(key)),
      ),
    );
    this.sizer = el("div", { class: "sizer", role: "rowgroup" });
    this.scroll = el("div", { class: "scroll", tabindex: "0", role: "grid", "aria-label": t("dialogue"), "data-key": "list" }, this.sizer);
    this.empty = el("div", { class: "empty" });
    this.newest = el("button", { class: "newest primary", hidden: true, onclick: () => this.list.newest() }, t("newest"));
    this.box = el("div", { class: "list" }, head, this.scroll, this.empty, this.newest);
    this.split = el("div", { class: this.detail.seq === undefined ? "split" : "split open" }, this.box, this.detail.seq !== undefined && this.detail.pane);
    const active = this.list?.active ?? -1;
    this.list = new List({
      scroll: this.scroll,
      sizer: this.sizer,
      height: ROW,
      make: makeRow,
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
      ),
      this.split,
      this.count,
    );
    this.choices();
    this.gather();
    if (this.detail.seq !== undefined) this.detail.show();
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
    this.slotBox.hidden = this.slots().length < 2;
    this.programBox.hidden = [...store.programs].filter(Boolean).length < 2;
    render(
      this.programBox,
      option("", t("filter.program.all"), this.asked.program),
      [...store.programs].filter(Boolean).map((program) => option(program, program, this.asked.program)),
    );
  }

  ask(change) {
    Object.assign(this.asked, change);
    if (change.words !== undefined) this.seek();
    this.gather();
  }

  /** Has the program look into whole commands and answers, once nobody types any more. */
  seek() {
    clearTimeout(this.due);
    const words = this.asked.words.trim();
    this.deep = undefined;
    this.seeking = words.length > 1;
    if (this.seeking) this.due = setTimeout(() => this.look(words), PAUSE);
  }

  async look(words) {
    this.due = undefined;
    const behind = this.deep?.until ?? 0;
    const found = await get(`/api/search?${new URLSearchParams({ q: words, behind })}`).catch(() => undefined);
    if (words !== this.asked.words.trim()) return;
    this.seeking = false;
    const deep = this.deep ?? { until: 0, seqs: new Set() };
    for (const [first, last] of found?.runs ?? []) for (let seq = first; seq <= last; seq += 1) deep.seqs.add(seq);
    deep.until = found?.until ?? behind;
    this.deep = deep;
    if (!this.paused && (found?.runs.length || !behind)) this.gather();
    else this.tell();
  }

  /** The same of what came since. */
  lookOn() {
    if (this.deep && !this.due) this.due = setTimeout(() => this.look(this.asked.words.trim()), PAUSE);
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
    this.lookOn();
    if (gone) this.gather();
    else {
      const before = this.rows.length;
      const fits = filter(this.asked, this.deep?.seqs);
      for (const one of store.records.slice(-entries.length)) this.take(one, fits);
      this.list.set(this.rows.length + this.waiting.length, before);
      this.tell();
    }
  }

  /** Commands have no answer yet. */
  hearWaiting(commands) {
    const since = performance.now() - PAUSE;
    this.slow = commands.map((one) => this.slow.find((known) => known.slot === one.slot && known.at === one.at) ?? { ...one, kind: "underway", since });
    this.wait();
  }

  /** What waits, as it is now, below all that is over. */
  wait() {
    const { slot, program, levels, words } = this.asked;
    const pads = this.slots().filter((each) => each.asks).map((each) => ({ kind: "asks", slot: each.slot, pad: each, name: t(`asks.${each.asks.pin}`, each.asks.shortest, each.asks.longest), program: "" }));
    const fits = (one) =>
      (slot === "" || one.slot === Number(slot)) && (program === "" || one.program === program) && (!levels.size || levels.has("silent")) && ofBoth(one.name, one.name_fr).toLowerCase().includes(words.trim().toLowerCase());
    this.waiting = [...this.slow, ...pads].filter(fits);
    this.list.set(this.rows.length + this.waiting.length, this.rows.length);
    this.empty.hidden = this.rows.length + this.waiting.length > 0;
    clearTimeout(this.tick);
    if (this.waiting.length) this.tick = setTimeout(() => this.wait(), 1000);
  }

  /** Everything anew. */
  gather() {
    const chosen = this.detail.seq;
    this.rows = [];
    this.lastGroup = undefined;
    this.commands = 0;
    const fits = filter(this.asked, this.deep?.seqs);
    for (const one of store.records) this.take(one, fits);
    this.list.active = chosen === undefined ? -1 : this.rows.findIndex((row) => row.seq === chosen);
    this.list.set(this.rows.length + this.waiting.length);
    this.wait();
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
    if (this.folded.has(this.current.key)) return;
    this.rows.push(one);
    this.commands += 1;
  }

  /** How many there are, and whether there is anything. */
  tell() {
    const counts = [t("count", number(this.commands), number(store.records.length))];
    if (this.seeking) counts.push(t("searching"));
    if (store.lost) counts.push(t("lost", number(store.lost)));
    if (this.unseen) counts.push(t("unseen", number(this.unseen)));
    this.count.textContent = counts.join(" · ");
    this.empty.hidden = this.rows.length + this.waiting.length > 0;
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

  drawRow(row, index) {
    const one = this.rows[index] ?? this.waiting[index - this.rows.length];
    const known = drawn.get(row);
    const isWaiting = one.kind === "underway" || one.kind === "asks";
    const kind = isWaiting ? "waiting" : one.kind === "command" ? one.level : one.head ? "group" : "note";
    if (kind !== known.kind) {
      const isCommand = isWaiting || one.kind === "command";
      const [when, slot, , file, hex, bytes, answer, long] = known.cells;
      row.className = `row cols ${kind}`;
      known.dot.className = `dot ${kind}`;
      for (const cell of [file, hex, bytes, answer, long]) cell.hidden = !isCommand;
      when.hidden = slot.hidden = Boolean(one.head);
      known.kind = kind;
    }
    const { put } = known;
    if (one.head) {
      put.name(undefined, this.headOf(one));
      return;
    }
    put.when(one.at === undefined ? "" : time(one.at));
    put.slot(one.slot < 0 ? "" : String(one.slot));
    if (isWaiting) this.drawWaiting(put, one);
    else if (one.kind === "command") this.drawCommand(put, one);
    else put.name(this.note(one));
  }

  drawCommand(put, one) {
    put.name(ofBoth(one.name, one.nameFr));
    put.fileName(one.file);
    put.element(one.element && ` ${ofBoth(one.element, one.elementFr)}`);
    put.hex(one.data || one.command);
    put.bytes(`${one.sent} → ${one.got}`);
    put.word(one.status);
    put.struck(one.faults);
    put.meaning(ofBoth(one.meaning, one.meaningFr));
    put.long(took(one.took));
  }

  drawWaiting(put, one) {
    put.name(ofBoth(one.name, one.name_fr));
    put.fileName("");
    put.element(one.pad ? one.pad.reader : (one.program ?? ""));
    put.hex(one.command ?? "");
    put.bytes(one.sent === undefined ? "" : `${one.sent} →`);
    put.word("");
    put.struck("");
    put.meaning(one.pad ? t("underway.pin") : t("underway", Math.round((performance.now() - one.since) / 1000)));
    put.long("");
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
    const more = one.kind === "session_opened" || one.kind === "session_closed" ? `${one.program || t("program")} (${one.process || "?"}), ${t("session", one.session)}` : ofBoth(one.meaning, one.meaningFr);
    return more ? t("note.of", t(`note.${one.kind}`), more) : t(`note.${one.kind}`);
  }

  choose(index, isChosen) {
    const one = this.rows[index] ?? this.waiting[index - this.rows.length];
    if (one.pad && isChosen) return openPad(one.pad);
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
    this.detail.show(one.seq);
  }

  close() {
    this.detail.seq = undefined;
    this.detail.pane.remove();
    this.split.classList.remove("open");
    this.scroll.focus();
  }

  exportAs() {
    exportAs(this.slots(), this.asked.slot);
  }
}
