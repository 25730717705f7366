// Kotlin's commands are those of android/README.md, and Rust asks for no other.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { files, library, root } from "./place.mjs";

/** Words of the wire in Rust's half: the name beside each `ask`, `ask_home` or `run_mobile_plugin`. */
function ofRust() {
  const found = new Set();
  for (const path of files(join(root, "crates/ekitei-native/src"), ".rs")) {
    const text = readFileSync(path, "utf8").split("#[cfg(test)]")[0];
    for (const [, name] of text.matchAll(/(?:\bask(?:_home)?|run_mobile_plugin(?:_async)?)(?:::<[^>]*>)?\(\s*(?:app,\s*)?"([a-zA-Z_]+)"/g)) found.add(name);
  }
  return found;
}

export function names() {
  const kotlin = readFileSync(join(library, "src/main/java/jp/ekitei/android/EkiteiPlugin.kt"), "utf8");
  const commands = new Set([...kotlin.matchAll(/@Command\s+fun ([a-z_]+)\(/g)].map((m) => m[1]));
  const table = readFileSync(join(library, "README.md"), "utf8").split("\n## Commands")[1].split("\n## Checks")[0];
  const written = new Set([...table.matchAll(/^\| `([a-z_]+)` \|/gm)].map((m) => m[1]));
  const rust = ofRust();
  const problems = [];
  if (commands.size < 20 || rust.size < 20) problems.push(`too few to be true: ${commands.size} in Kotlin, ${rust.size} in Rust`);
  for (const name of commands) if (!written.has(name)) problems.push(`${name} is not in android/README.md`);
  for (const name of written) if (!commands.has(name)) problems.push(`${name} stands in android/README.md and nowhere else`);
  // registerListener is Tauri's own.
  for (const name of rust) if (!commands.has(name) && name !== "registerListener") problems.push(`Rust asks for ${name}, which Kotlin does not know`);
  const events = new Set([...kotlin.matchAll(/tell\("([a-z]+)"\)/g)].map((m) => m[1]));
  for (const path of files(join(library, "src/main/java/jp/ekitei/android/plugin"), ".kt")) {
    for (const [, name] of readFileSync(path, "utf8").matchAll(/tell\("([a-z]+)"\)/g)) events.add(name);
  }
  const variants = readFileSync(join(root, "crates/ekitei-native/src/told.rs"), "utf8").split("#[cfg(test)]")[0].matchAll(/^ {4}([A-Z][A-Za-z]+)[,({ ]/gm);
  const told = new Set([...variants].map((m) => m[1].replaceAll(/(?<=.)([A-Z])/g, "_$1").toLowerCase()));
  for (const name of events) if (!told.has(name)) problems.push(`the event ${name} is not known in told.rs`);
  if (problems.length > 0) throw new Error(problems.map((p) => `  ${p}`).join("\n"));
}
