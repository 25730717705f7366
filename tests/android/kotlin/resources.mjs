// Manifests and resources through Android's own tools, against the framework's resources.
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { app, files, fresh, jar, library, run, work } from "./place.mjs";

/** Compiles and links the library's resources; the R class that the code refers to. */
export function resources() {
  const res = join(library, "src/main/res");
  const compiled = join(fresh("resources"), "library.zip");
  run("aapt2", ["compile", "--dir", res, "-o", compiled]);
  const java = fresh("resource-classes");
  const manifest = join(work, "resources/AndroidManifest.xml");
  writeFileSync(manifest, `<manifest xmlns:android="http://schemas.android.com/apk/res/android" package="jp.ekitei.android"/>`);
  run("aapt2", [
    "link", "-I", jar("android-all"), "--manifest", manifest, "--java", java, "--min-sdk-version", "30", "--target-sdk-version", "34",
    "-o", join(work, "resources/library.apk"), compiled,
  ]);
  return { classes: files(java, ".java") };
}
