// A list of which only the rows that are seen are in the document: each row has the same height, and a few of them serve
// for any number.

/** Rows that are drawn above and below what is seen. */
const AROUND = 6;

/** How long, in milliseconds, nothing moves before rows are put in order. */
const SETTLED = 500;

/** The name of the active row, for who does not see the list. */
const ACTIVE = "active-row";

/** Makes a row the active one, or one as any other. */
function mark(row, isActive) {
  const said = String(isActive);
  if (row.getAttribute("aria-selected") !== said) row.setAttribute("aria-selected", said);
  if (isActive) row.id = ACTIVE;
  else if (row.id) row.removeAttribute("id");
}

/**
 * `make()` gives a row of the document, `draw(row, index)` fills it, `choose(index, isChosen)` hears which row became the
 * active one and whether it is to be opened. The list has the focus as a whole; its active row is told to who does not
 * see it.
 */
export class List {
  constructor({ scroll, sizer, height, make, draw, choose }) {
    Object.assign(this, { scroll, sizer, height, make, draw, choose });
    this.count = 0;
    this.active = -1;
    this.follows = true;
    this.pool = new Map();
    /** Where each row stands, and what it says of itself: what stays as it is costs nothing. */
    this.places = new Map();
    this.spare = [];
    /** Rows of the document that say what is not so any more. */
    this.stale = new Set();
    this.asked = false;
    scroll.addEventListener("scroll", () => {
      // Not by the height that there is: rows that are about to go are still in it.
      const last = this.count * this.height - scroll.clientHeight;
      this.follows = scroll.scrollTop >= last - this.height;
      this.ask();
    });
    scroll.addEventListener("keydown", (event) => this.key(event));
    scroll.addEventListener("click", (event) => {
      const row = event.target.closest("[role=row]");
      if (row) this.select(this.places.get(row), true);
    });
    new ResizeObserver(() => {
      if (this.follows) scroll.scrollTop = this.count * this.height;
      this.ask();
    }).observe(scroll);
  }

  /** There are so many rows now, and those from one on may be others than before. */
  set(count, from = 0) {
    this.count = count;
    this.forget(from);
    if (this.active >= count) this.active = -1;
    this.sizer.style.height = `${count * this.height}px`;
    this.scroll.setAttribute("aria-rowcount", String(count + 1));
    if (this.follows && !this.held) this.scroll.scrollTop = count * this.height;
    this.ask();
  }

  /** Has rows drawn anew, each in its place: who presses one while more comes presses that one. */
  forget(from) {
    for (const index of this.pool.keys()) if (index >= from) this.stale.add(index);
  }

  ask() {
    if (this.asked) return;
    this.asked = true;
    requestAnimationFrame(() => {
      this.asked = false;
      this.show();
    });
  }

  show() {
    const top = this.scroll.scrollTop;
    const first = Math.max(0, Math.floor(top / this.height) - AROUND);
    const last = Math.min(this.count, Math.ceil((top + this.scroll.clientHeight) / this.height) + AROUND);
    for (const [index, row] of this.pool) {
      if (index < first || index >= last) {
        this.pool.delete(index);
        this.spare.push(row);
      }
    }
    for (let index = first; index < last; index += 1) {
      let row = this.pool.get(index);
      if (row && !this.stale.has(index)) continue;
      row ??= this.spare.pop();
      if (!row) {
        row = this.make();
        this.sizer.append(row);
      }
      if (row.hidden) row.hidden = false;
      if (this.places.get(row) !== index) {
        this.places.set(row, index);
        row.style.transform = `translateY(${index * this.height}px)`;
        row.setAttribute("aria-rowindex", String(index + 2));
      }
      mark(row, index === this.active);
      this.draw(row, index);
      this.pool.set(index, row);
    }
    this.stale.clear();
    for (const row of this.spare) {
      if (row.hidden) continue;
      row.hidden = true;
      mark(row, false);
    }
    clearTimeout(this.order);
    this.order = setTimeout(() => this.sort(), SETTLED);
    if (this.pool.has(this.active)) this.scroll.setAttribute("aria-activedescendant", ACTIVE);
    else this.scroll.removeAttribute("aria-activedescendant");
  }

  /** Brings rows into the order in which they are seen, for who hears them. */
  sort() {
    const rows = [...this.pool].sort(([a], [b]) => a - b).map(([, row]) => row);
    const isSorted = rows.every((row, at) => at === 0 || rows[at - 1].compareDocumentPosition(row) & Node.DOCUMENT_POSITION_FOLLOWING);
    if (!isSorted) this.sizer.append(...rows);
  }

  select(index, isChosen = false) {
    if (index < 0 || index >= this.count) return;
    const [before, now] = [this.pool.get(this.active), this.pool.get(index)];
    if (before) mark(before, false);
    this.active = index;
    if (now) mark(now, true);
    this.reveal(index);
    this.ask();
    this.choose(index, isChosen);
  }

  reveal(index) {
    const top = index * this.height;
    const { scrollTop, clientHeight } = this.scroll;
    if (top < scrollTop) this.scroll.scrollTop = top;
    else if (top + this.height > scrollTop + clientHeight) this.scroll.scrollTop = top + this.height - clientHeight;
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.floor(this.scroll.clientHeight / this.height) - 1);
    const from = this.active < 0 ? this.count : this.active;
    const to = {
      ArrowDown: from + 1,
      ArrowUp: from - 1,
      PageDown: from + page,
      PageUp: from - page,
      Home: 0,
      End: this.count - 1,
      j: from + 1,
      k: from - 1,
    }[event.key];
    if (to === undefined) {
      if ((event.key === "Enter" || event.key === " ") && this.active >= 0) {
        event.preventDefault();
        this.choose(this.active, true);
      }
      return;
    }
    event.preventDefault();
    this.select(Math.max(0, Math.min(this.count - 1, to)));
  }

  newest() {
    this.follows = true;
    this.scroll.scrollTop = this.count * this.height;
    this.ask();
  }
}
