// Files dropped anywhere on the page: none is opened by the browser in the page's place, each goes where it is of use.
import { isProgram, isSource } from "./files.js";

/** Catches what is dropped. `shown` is the view that is shown, `views` are all, `go` shows another and then does something. */
export function caught({ views, shown, go }) {
  const over = (event, is) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    document.documentElement.classList.toggle("over", is);
  };
  window.addEventListener("dragover", (event) => over(event, true));
  window.addEventListener("dragleave", (event) => event.relatedTarget === null && over(event, false));
  window.addEventListener("drop", (event) => {
    over(event, false);
    const files = [...(event.dataTransfer?.files ?? [])];
    if (files.length) dropped(files, event.target instanceof Element && Boolean(event.target.closest("#sources")));
  });

  async function dropped(files, onSources) {
    const { run, audit, lie } = views;
    const hasSources = files.some(isSource);
    if (onSources) audit.sources.add(files);
    else if (shown() === "lie" && !hasSources) lie.dropped(files);
    else if (shown() === "run" && !hasSources && (await isProgram(files[0]))) run.dropped(files);
    else go("audit", () => audit.dropped(files), shown() !== "audit");
  }
}
