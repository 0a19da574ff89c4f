// Many rows of one height, of which those are drawn that can be seen.
import { fill, h } from "./dom.js";

/**
 * A list of `count` rows; `draw(index)` gives a row's element. Row height is the style sheet's `--row`. `roles` are
 * those of the whole, of what is between, and of a row: a list's, or those of a table's body, which has its label by
 * the table.
 */
export class Rows {
  constructor(label, draw, roles = ["list", "presentation", "listitem"]) {
    const [all, between, one] = roles;
    this.draw = draw;
    this.role = one;
    this.count = 0;
    this.chosen = -1;
    this.inner = h("div.rows-inner", { role: between });
    this.element = h("div.rows", { tabindex: "0", role: all, "aria-label": label, onscroll: () => this.paint() }, this.inner);
    new ResizeObserver(() => this.paint()).observe(this.element);
  }

  get height() {
    return Number.parseFloat(getComputedStyle(this.element).getPropertyValue("--row")) || 22;
  }

  show(count) {
    this.count = count;
    this.inner.style.height = `${count * this.height}px`;
    // No room for more than there is.
    this.element.style.maxHeight = `${Math.max(3, count) * this.height + 12}px`;
    this.element.scrollTop = 0;
    this.paint();
  }

  /** Marks a row, and brings it into view. */
  choose(index) {
    this.chosen = index;
    const { height } = this;
    const [top, room] = [index * height, this.element.clientHeight];
    if (top < this.element.scrollTop + height || top > this.element.scrollTop + room - 2 * height) {
      this.element.scrollTop = Math.max(0, top - room / 3);
    }
    this.paint();
  }

  paint() {
    const { height } = this;
    const first = Math.max(0, Math.floor(this.element.scrollTop / height) - 4);
    const last = Math.min(this.count, first + Math.ceil(this.element.clientHeight / height) + 8);
    const rows = [];
    for (let index = first; index < last; index += 1) {
      const row = this.draw(index);
      row.classList.add("row");
      row.setAttribute("role", this.role);
      row.setAttribute(this.role === "row" ? "aria-rowindex" : "aria-posinset", String(index + 1));
      if (this.role !== "row") row.setAttribute("aria-setsize", String(this.count));
      if (index === this.chosen) {
        row.classList.add("at");
        row.setAttribute("aria-current", "step");
      }
      row.style.top = `${index * height}px`;
      rows.push(row);
    }
    fill(this.inner, rows);
  }
}
