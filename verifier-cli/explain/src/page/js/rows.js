// Many rows of one height, of which those are drawn that can be seen.

/** A list of `count` rows; `draw(index)` gives a row's element. Row height is the style sheet's `--row`. */
class Rows {
  constructor({ label, draw, choose, name }) {
    Object.assign(this, { draw, count: 0, chosen: -1, onChoose: choose, name });
    this.inner = h("div.rows-inner");
    this.element = h(
      "div.rows",
      { tabindex: "0", role: "listbox", "aria-label": label, onscroll: () => this.paint(), onkeydown: (event) => this.key(event) },
      this.inner,
    );
    this.inner.addEventListener("click", (event) => {
      const row = event.target.closest("[data-row]");
      if (row) this.onChoose?.(Number(row.dataset.row));
    });
    new ResizeObserver(() => this.paint()).observe(this.element);
  }

  get height() {
    this.known ??= Number.parseFloat(getComputedStyle(this.element).getPropertyValue("--row")) || 23;
    return this.known;
  }

  show(count) {
    this.count = count;
    this.chosen = -1;
    this.inner.style.height = `${count * this.height}px`;
    // No room for more than there is.
    this.element.style.maxHeight = `${Math.max(1, count) * this.height + 18}px`;
    this.element.scrollTop = 0;
    this.paint();
  }

  key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 12, PageUp: -12 }[event.key];
    if (!step || !this.count || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    this.onChoose?.(Math.min(this.count - 1, Math.max(0, this.chosen + step)));
  }

  /** Marks a row, and brings it into view. */
  choose(index) {
    this.chosen = index;
    const { height } = this;
    const [top, room] = [index * height, this.element.clientHeight];
    if (index >= 0 && (top < this.element.scrollTop + height || top > this.element.scrollTop + room - 2 * height)) {
      this.element.scrollTop = Math.max(0, top - room / 3);
    }
    this.paint();
  }

  paint() {
    const { height } = this;
    const first = Math.max(0, Math.floor(this.element.scrollTop / height) - 6);
    const last = Math.min(this.count, first + Math.ceil(this.element.clientHeight / height) + 12);
    const rows = [];
    for (let index = first; index < last; index += 1) {
      const row = this.draw(index);
      const chosen = index === this.chosen;
      set(row, { role: "option", "aria-selected": String(chosen), "aria-setsize": this.count, "aria-posinset": index + 1, "data-row": index });
      row.id = `${this.name}-${index}`;
      row.classList.add("row");
      row.classList.toggle("at", chosen);
      row.style.top = `${index * height}px`;
      rows.push(row);
    }
    fill(this.inner, rows);
    if (this.chosen >= first && this.chosen < last) this.element.setAttribute("aria-activedescendant", `${this.name}-${this.chosen}`);
    else this.element.removeAttribute("aria-activedescendant");
  }
}

