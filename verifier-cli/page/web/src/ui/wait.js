// What stands where a result will be, or where there is none; and a result brought before the visitor.
import { h } from "./dom.js";
import { Stopped } from "./engine.js";

/** What is being done, and how to stop it. */
export function working(what, engine) {
  const told = h("span", `${what}…`);
  const element = h("div.working", { role: "status" }, h("span.spinner", { "aria-hidden": "true" }), told, " ", h("button", { type: "button", onclick: () => engine.stop() }, "Stop"));
  element.told = (words) => {
    told.textContent = words;
  };
  return element;
}

/** What stands where there is no result. */
export const failed = (error) =>
  error instanceof Stopped
    ? h("p.note", "Stopped.")
    : h("div.finding.cause", { role: "alert" }, h("h3", "This cannot be used"), " ", h("p", error.message));

/** How much of a result's beginning is enough to see, in pixels. */
const ENOUGH = 120;

/** Brings something to where its beginning is seen, if it is not. */
export function brought(element) {
  const { top } = element.getBoundingClientRect();
  if (top < 0 || top > window.innerHeight - ENOUGH) element.scrollIntoView({ block: "start" });
}
