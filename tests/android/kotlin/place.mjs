// Where things are, and how programs are run.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const here = dirname(fileURLToPath(import.meta.url));
const project = resolve(here, "../../..");
/** The tree that is checked; plant.mjs gives a copy with an error in it. */
export const root = process.env.EKITEI_ANDROID_TREE ?? project;
export const library = join(root, "android");
export const app = join(root, "src-tauri/gen/android/app");

// On a new machine this fetches the crates, too: their Kotlin is read from their sources.
const metadata = JSON.parse(
  execFileSync("cargo", ["metadata", "--locked", "--format-version", "1"], {
    cwd: project,
    maxBuffer: 1 << 28,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  }),
);

/** Everything that is made here; kept between runs. */
export const work = join(metadata.target_directory, process.env.EKITEI_ANDROID_WORK ?? "android-check");
mkdirSync(work, { recursive: true });

/** The sources of a crate that the workspace uses. */
export function crate(name) {
  const found = metadata.packages.filter((p) => p.name === name);
  if (found.length === 0) throw new Error(`the workspace does not use ${name}`);
  return dirname(found.at(-1).manifest_path);
}

/** An empty folder of this name. */
export function fresh(name) {
  const folder = join(work, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** All files below with this ending. */
export function files(folder, ending) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, name))
    .filter((path) => path.endsWith(ending) && statSync(path).isFile())
    .sort();
}

/** The output; an error shows it. */
export function run(program, args, options = {}) {
  const ran = spawnSync(program, args, { encoding: "utf8", maxBuffer: 1 << 28, ...options });
  if (ran.error) throw new Error(`${program}: ${ran.error.message}`);
  const output = `${ran.stdout}${ran.stderr}`;
  if (ran.status !== 0) throw new Error(`${program} ended with ${ran.status}\n${output.slice(-8000)}`);
  return output;
}

/** Jars of pom.xml, fetched once. */
export function jars() {
  const folder = join(metadata.target_directory, "android-check/jars");
  const pom = join(here, "pom.xml");
  const done = join(folder, "complete");
  if (!existsSync(done) || statSync(done).mtimeMs < statSync(pom).mtimeMs) {
    rmSync(folder, { recursive: true, force: true });
    run("mvn", ["-q", "-B", "-f", pom, "dependency:copy-dependencies", `-DoutputDirectory=${folder}`]);
    run("touch", [done]);
  }
  return folder;
}

/** The one jar whose name begins so. */
export function jar(name) {
  const found = readdirSync(jars()).filter((file) => file.startsWith(`${name}-`) && /^[-0-9.a-z]+\.jar$/.test(file));
  if (found.length !== 1) throw new Error(`${found.length} jars named ${name}`);
  return join(jars(), found[0]);
}
