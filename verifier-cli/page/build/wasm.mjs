// The module: our crates as WebAssembly. By the ordinary target where rustup has it or can bring it;
// else by Debian's rustc-web and rust-web-src, unpacked beside the build and not installed, which
// build the standard library too; else not at all, and the page says what it lacks.
import { existsSync, mkdirSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { run, say, tried } from "./run.mjs";

const TARGET = "wasm32-unknown-unknown";
const PROFILE = "page";

/** The module's bytes; null where no compiler for it can be had. `work` is where things are built. */
export function module(root, work) {
  for (const way of [ordinary, debian]) {
    const environment = way(root, work);
    if (!environment) continue;
    say(`module: ${environment.name}`);
    return built(root, work, environment);
  }
  return null;
}

function built(root, work, { args, env }) {
  const folder = join(work, "module");
  const command = ["build", "--locked", "--package", "iso-evm-page", "--lib"];
  command.push("--profile", PROFILE, "--target", TARGET, "--target-dir", folder, ...args);
  run("cargo", command, { cwd: root, env: { ...process.env, ...env } });
  return readFileSync(join(folder, TARGET, PROFILE, "iso_evm_page.wasm"));
}

function ordinary() {
  const there = () => {
    const folder = tried("rustc", ["--print", "target-libdir", "--target", TARGET])?.trim();
    return Boolean(folder) && existsSync(folder) && readdirSync(folder).length > 0;
  };
  if (!there()) tried("rustup", ["target", "add", TARGET], { timeout: 60_000 });
  return there() ? { name: `the target ${TARGET} of rustup`, args: [], env: {} } : null;
}

function debian(root, work) {
  const version = /^rust-version = "(.*)"/m.exec(readFileSync(join(root, "Cargo.toml"), "utf8"))[1];
  const linker = rustLld();
  const folder = join(work, "debian");
  const compiler = join(folder, "usr/bin/rustc");
  if (!linker || (!existsSync(compiler) && !unpack(folder, version))) return null;
  const libraries = join(folder, "usr/lib", tried("dpkg-architecture", ["-qDEB_HOST_MULTIARCH"])?.trim() ?? "x86_64-linux-gnu");
  return {
    name: "Debian's rustc-web, with the standard library from its sources (ten minutes, once)",
    args: ["-Zbuild-std=std,panic_abort"],
    env: {
      RUSTC: compiler,
      // What a wrapper has kept is of another compiler.
      RUSTC_WRAPPER: "",
      RUSTC_BOOTSTRAP: "1",
      LD_LIBRARY_PATH: libraries,
      CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER: linker,
    },
  };
}

/** The linker that comes with rustup's toolchains, or another of the same. */
function rustLld() {
  const sysroot = tried("rustc", ["--print", "sysroot"])?.trim();
  const host = /^host: (.*)$/m.exec(tried("rustc", ["-vV"]) ?? "")?.[1];
  const own = sysroot && host && join(sysroot, "lib/rustlib", host, "bin/rust-lld");
  if (own && existsSync(own)) return own;
  return tried("sh", ["-c", "command -v rust-lld || command -v wasm-ld"])?.trim() || null;
}

/** Fetches Debian's packages and unpacks them; whether that worked. */
function unpack(folder, needed) {
  const candidate = (name) => /Candidate: (\S+)/.exec(tried("apt-cache", ["policy", name]) ?? "")?.[1];
  const version = candidate("rustc-web");
  if (!version || older(version, needed)) return false;
  const minor = /^\d+\.\d+/.exec(version)[0];
  const library = `libstd-rust-web-${minor}`;
  const llvm = /\blibllvm\d+\b/.exec(tried("apt-cache", ["depends", library]) ?? "")?.[0];
  const names = ["rustc-web", "rust-web-src", "libstd-rust-web-dev", library, llvm];
  if (names.some((name) => !name || !candidate(name))) return false;
  const archives = join(folder, "archives");
  mkdirSync(archives, { recursive: true });
  const fetched = names.every((name) => tried("apt-get", ["download", `${name}=${candidate(name)}`], { cwd: archives }) !== null);
  return fetched && readdirSync(archives).every((file) => tried("dpkg", ["-x", join(archives, file), folder]) !== null);
}

/** Whether a version comes before another, by its first two numbers. */
function older(version, other) {
  const numbers = (text) => text.split(".").slice(0, 2).map((part) => Number.parseInt(part, 10));
  const [[major, minor], [otherMajor, otherMinor]] = [numbers(version), numbers(other)];
  return major < otherMajor || (major === otherMajor && minor < otherMinor);
}
