// Other programs: run, and said what they said if they failed.
import { spawnSync } from "node:child_process";

/** Runs a program to its end and gives its output; null if it is not there or fails. */
export function tried(program, args, options = {}) {
  const done = spawnSync(program, args, { encoding: "utf8", maxBuffer: 1 << 28, ...options });
  if (done.error || done.status !== 0) return null;
  return done.stdout;
}

/** Runs a program to its end, its words going to stderr; an error if it fails. */
export function run(program, args, options = {}) {
  const done = spawnSync(program, args, { stdio: ["ignore", 2, 2], ...options });
  if (done.error) throw new Error(`${program}: ${done.error.message}`);
  if (done.status !== 0) throw new Error(`${program} ${args[0]} failed (status ${done.status})`);
}

/** Says a line to whoever waits. */
export const say = (line) => process.stderr.write(`${line}\n`);
