// The Kotlin of the whole phone against the framework as it is: Tauri's own, wry's, the app's activity, android/ and the core's bindings.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { app, crate, files, fresh, here, jar, jars, library, run, work } from "./place.mjs";
import { resources } from "./resources.mjs";

const COMPILER = join(here, "node_modules/kotlin-compiler");
/** What the template's Gradle plugin speaks. */
const LANGUAGE = "2.2";
export const classes = join(work, "classes");
export const testClasses = join(work, "test-classes");

const kotlinLibraries = ["kotlin-stdlib.jar", "annotations-13.0.jar", "kotlinx-coroutines-core-jvm.jar"].map((name) =>
  join(COMPILER, "lib", name),
);

/** Libraries that the phone carries besides its framework. */
export function carried() {
  return ["jackson-annotations", "jackson-core", "jackson-databind", "jackson-datatype-json-org", "jna"].map(jar);
}

/** Compiles, unless exactly these sources were compiled there with these arguments. [beside]: what else decides what the classpath holds. */
function kotlinc(sources, into, classpath, platform = [], beside = []) {
  if (!existsSync(COMPILER)) throw new Error(`run "npm ci" in ${here} first`);
  const print = createHash("sha256").update([readFileSync(join(COMPILER, "build.txt")), LANGUAGE, ...platform, ...classpath].join("\n"));
  for (const path of [...sources, ...beside]) {
    print.update(`\0${path}\0`).update(readFileSync(path));
  }
  const stamp = `${into}.stamp`;
  const fingerprint = print.digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === fingerprint) return "";
  rmSync(stamp, { force: true });
  rmSync(into, { recursive: true, force: true });
  mkdirSync(into, { recursive: true });
  const list = `${into}.args`;
  const args = [
    "-kotlin-home", COMPILER, "-no-reflect", "-no-stdlib", ...platform, "-jvm-target", "1.8", "-language-version", LANGUAGE,
    "-api-version", LANGUAGE, "-d", into, "-cp", [...classpath, ...kotlinLibraries].join(":"), ...sources,
  ];
  writeFileSync(list, args.map((arg) => `"${arg}"`).join("\n"));
  const said = run("java", [
    "-Xmx1500m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", join(COMPILER, "lib/kotlin-compiler.jar"),
    "org.jetbrains.kotlin.cli.jvm.K2JVMCompiler", `@${list}`,
  ]);
  // A warning in android/ is an error, each time.
  const own = said.split("\n").filter((line) => line.startsWith(library) && !line.includes("/jp/ekitei/core/") && line.includes("warning:"));
  if (own.length > 0) throw new Error(`warnings in android/:\n${own.join("\n")}`);
  writeFileSync(stamp, fingerprint);
}

/** androidx by hand, and the classes that a build makes from resources. */
function stubs() {
  const sources = fresh("stub-sources");
  for (const paragraph of readFileSync(join(here, "stubs/androidx.txt"), "utf8").split(/\n\n+/)) {
    const lines = paragraph.split("\n").filter((line) => line && !line.startsWith("#"));
    if (lines.length === 0) continue;
    const path = join(sources, `${lines[0]}.java`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, lines.slice(1).join("\n"));
  }
  const into = fresh("stub-classes");
  const java = [...files(sources, ".java"), ...resources().classes];
  run("javac", ["-nowarn", "-source", "11", "-target", "11", "-Xlint:-options", "-cp", jar("android-all"), "-d", into, ...java]);
  return into;
}

/** wry's and Tauri's templates, as the build fills them in. */
function templates() {
  const into = fresh("templates");
  const given = [...files(join(crate("wry"), "src/android/kotlin"), ".kt"), ...files(join(crate("tauri"), "mobile/android-codegen"), ".kt")];
  for (const path of given) {
    const text = readFileSync(path, "utf8")
      .replaceAll("{{package}}", "jp.ekitei.app")
      .replaceAll("{{library}}", "ekitei_app")
      .replaceAll(/\{\{class-(init|extension)\}\}/g, "");
    writeFileSync(join(into, path.split("/").at(-1)), text);
  }
  return into;
}

export function compile() {
  jars();
  const stubClasses = stubs();
  const groups = {
    "Tauri": files(join(crate("tauri"), "mobile/android/src/main"), ".kt"),
    "templates of wry and Tauri": files(templates(), ".kt"),
    "the app's activity": files(join(app, "src/main/java"), ".kt").filter((path) => !path.includes("/generated/")),
    "android/ and the core's bindings": files(join(library, "src/main/java"), ".kt"),
    "functions of androidx": files(join(here, "stubs"), ".kt"),
  };
  kotlinc(Object.values(groups).flat(), classes, [jar("android-all"), stubClasses, ...carried()], [
    // The framework jar has no java.*; every Android of today has at least Java 8's.
    "-Xjdk-release=8",
  ], [...files(join(here, "stubs"), ""), ...files(join(library, "src/main/res"), ".xml")]);
  for (const [name, list] of Object.entries(groups)) console.log(`  ${list.length} files: ${name}`);
}

/** The logic with its tests and without any Android: it must stand by itself. */
export function compileTests() {
  const sources = [...files(join(library, "src/main/java/jp/ekitei/android/logic"), ".kt"), ...files(join(library, "src/test/java"), ".kt")];
  kotlinc(sources, testClasses, [jar("junit")]);
  return [testClasses, jar("junit"), jar("hamcrest-core"), ...kotlinLibraries];
}

/** The bindings and the logic for the JVM, with the program that drives them. */
export function compileDrive(folder) {
  const parts = ["core", "android/logic"].flatMap((part) => files(join(library, "src/main/java/jp/ekitei", part), ".kt"));
  const into = join(work, "drive-classes");
  kotlinc([...parts, ...files(folder, ".kt")], into, [jar("jna")]);
  return [into, jar("jna"), ...kotlinLibraries];
}
