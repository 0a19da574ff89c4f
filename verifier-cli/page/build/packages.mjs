// What npm brings, at the versions of the lock file, kept where things are built and not committed.
//   node packages.mjs FOLDER        prints where the packages are
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "./run.mjs";

/** The folder of the packages; fetched if they are not there yet. `web` has the lock file. */
export function packages(web, work) {
  const folder = join(work, "npm");
  const lock = readFileSync(join(web, "package-lock.json"), "utf8");
  const done = join(folder, "done");
  if (!existsSync(done) || readFileSync(done, "utf8") !== lock) {
    mkdirSync(folder, { recursive: true });
    for (const file of ["package.json", "package-lock.json"]) copyFileSync(join(web, file), join(folder, file));
    run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: folder });
    writeFileSync(done, lock);
  }
  return join(folder, "node_modules");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log(packages(join(dirname(process.argv[1]), "../web"), process.argv[2]));
}
