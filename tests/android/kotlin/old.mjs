// Android 11 is the oldest that is promised: what our classes use and it does not have must stand in old.txt with its guard.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { classes } from "./compile.mjs";
import { here, jar, jars, run } from "./place.mjs";

const OLDEST = "org.robolectric:android-all:11-robolectric-6757853";

export function old() {
  if (!existsSync(join(classes, "jp/ekitei/android/EkiteiPlugin.class"))) throw new Error("compile first");
  const folder = join(jars(), "../oldest");
  const oldest = join(folder, `android-all-${OLDEST.split(":")[2]}.jar`);
  if (!existsSync(oldest)) run("mvn", ["-q", "-B", "dependency:copy", `-Dartifact=${OLDEST}`, `-DoutputDirectory=${folder}`]);
  const said = run("java", ["-cp", jar("asm"), join(here, "Old.java"), oldest, jar("android-all"), classes, "jp/ekitei/"]);
  const used = Number(/^(\d+) members/m.exec(said)?.[1] ?? 0);
  if (used < 300) throw new Error(`only ${used} members of the framework found in the classes`);
  const found = said.split("\n").filter((line) => line.startsWith("android/"));
  const lines = readFileSync(join(here, "old.txt"), "utf8").split("\n").filter((line) => line && !line.startsWith("#"));
  const allowed = new Set(lines.map((line) => line.split(" ")[0]));
  const problems = [
    ...found.filter((member) => !allowed.has(member)).map((member) => `  not on Android 11, and no guard is written down: ${member}`),
    ...[...allowed].filter((member) => !found.includes(member)).map((member) => `  in old.txt and not used: ${member}`),
  ];
  if (problems.length > 0) throw new Error(problems.join("\n"));
}
