// The real program with folders of its own that go away, driven as a person at the terminal
// would: its output is read, it is stopped by a signal.

import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

const BINARY = resolve(
  process.env.PURSER_BIN || join(import.meta.dirname, "../../../target/debug/purser"),
);
const START_MS = 60_000;
const STOP_MS = 20_000;
const DEMO_MS = 240_000;

export class Folder {
  constructor() {
    if (!existsSync(BINARY)) throw new Error(`build the program first: ${BINARY} is missing`);
    this.path = mkdtempSync(join(tmpdir(), "purser-browser-"));
    this.environment = {
      ...process.env,
      PURSER_DATA: join(this.path, "data"),
      PURSER_CONFIG: join(this.path, "config"),
      // No window of the person who runs the tests may open.
      DISPLAY: "",
      WAYLAND_DISPLAY: "",
    };
  }

  write(name, text) {
    const path = join(this.path, name);
    writeFileSync(path, text);
    return path;
  }

  /** Runs a command; its code and what it wrote. */
  run(...words) {
    const done = spawnSync(BINARY, words, {
      env: this.environment,
      encoding: "utf8",
      timeout: DEMO_MS,
    });
    return { code: done.status, out: done.stdout, err: done.stderr };
  }

  /** Runs a command that has to succeed. */
  must(...words) {
    const done = this.run(...words);
    if (done.code !== 0) throw new Error(`purser ${words.join(" ")}: ${done.code} ${done.err}`);
    return done.out;
  }

  remove() {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** Serves a folder. `link` is the one that the program prints while nobody can sign in yet. */
export async function serve(folder = new Folder()) {
  return start(folder, ["serve", "--listen", "127.0.0.1:0"], (lines) => {
    const url = lines.find((line) => line.startsWith("Purser serves at "))?.split(" ").at(-1);
    const link = lines.find((line) => line.includes("/setup/"));
    return url && (link || folder.isKnown) ? { url, link } : null;
  });
}

/** The made-up shop of the program itself, or null where the program has none. */
export async function demo(orders = 500, seed = 7) {
  const folder = new Folder();
  if (folder.run("demo", "--help").code !== 0) {
    folder.remove();
    return null;
  }
  const words = ["demo", "--orders", `${orders}`, "--seed", `${seed}`, "--listen", "127.0.0.1:0"];
  return start(folder, words, (lines) => {
    const link = lines.flatMap((line) => line.match(/http:\/\/\S+\/link\/\S+/) ?? [])[0];
    return link ? { url: `${new URL(link).origin}/`, link } : null;
  });
}

async function start(folder, words, find) {
  const child = spawn(BINARY, words, { env: folder.environment, stdio: ["ignore", "pipe", "pipe"] });
  const [lines, errors] = [[], []];
  createInterface({ input: child.stderr }).on("line", (line) => errors.push(line));
  const found = await new Promise((done, failed) => {
    const fail = (why) => failed(new Error(`purser ${words[0]} ${why}: ${errors.join("\n")}`));
    const limit = setTimeout(() => fail("did not start"), words[0] === "demo" ? DEMO_MS : START_MS);
    child.on("exit", (code) => fail(`ended with ${code}`));
    createInterface({ input: child.stdout }).on("line", (line) => {
      lines.push(line);
      const answer = find(lines);
      if (answer) {
        clearTimeout(limit);
        done(answer);
      }
    });
  }).catch((error) => {
    child.kill("SIGKILL");
    folder.remove();
    throw error;
  });
  const stop = async () => {
    const ended = new Promise((done) => child.on("exit", (code) => done(code)));
    child.kill("SIGTERM");
    const killed = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
    const code = await ended;
    clearTimeout(killed);
    folder.remove();
    return code;
  };
  return { ...found, folder, lines, errors, stop };
}
