// strings.xml is made from the one catalogue (keys "android.*"); a stale file is an error.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { library, root } from "./place.mjs";

const PREFIX = "android.";
const FILES = { ja: "values", en: "values-en" };

function escaped(text) {
  const parameters = [...new Set([...text.matchAll(/\{([a-z_]+)\}/g)].map((m) => m[1]))];
  let out = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll("\\", "\\\\").replaceAll("'", "\\'").replaceAll('"', '\\"');
  if (parameters.length > 0) out = out.replaceAll("%", "%%");
  parameters.forEach((name, at) => (out = out.replaceAll(`{${name}}`, `%${at + 1}$s`)));
  return out;
}

function made(language) {
  const catalogue = JSON.parse(readFileSync(join(root, `assets/messages/${language}.json`), "utf8"));
  const lines = Object.entries(catalogue)
    .filter(([key]) => key.startsWith(PREFIX))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, text]) => `    <string name="${key.slice(PREFIX.length).replaceAll("-", "_")}">${escaped(text)}</string>`);
  const head = `<!-- Made from assets/messages/${language}.json (keys "android.*"): node tests/android/kotlin/check.mjs texts write -->`;
  return `<?xml version="1.0" encoding="utf-8"?>\n${head}\n<resources>\n${lines.join("\n")}\n</resources>\n`;
}

export function texts(write) {
  for (const [language, folder] of Object.entries(FILES)) {
    const path = join(library, "src/main/res", folder, "strings.xml");
    const wanted = made(language);
    let there = "";
    try {
      there = readFileSync(path, "utf8");
    } catch {
      // Not made yet.
    }
    if (there === wanted) continue;
    if (!write) throw new Error(`${path} is stale: node tests/android/kotlin/check.mjs texts write`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, wanted);
  }
}
