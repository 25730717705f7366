// node drive.mjs LIBRARY HOME purpose=hex …: compiles the bindings, the rules and drive/Drive.kt for the JVM and runs them.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { compileDrive } from "./compile.mjs";
import { here } from "./place.mjs";

const [libraryPath, ...rest] = process.argv.slice(2);
const classpath = compileDrive(join(here, "drive"));
const ran = spawnSync("java", [`-Duniffi.component.ekitei.libraryOverride=${libraryPath}`, "-cp", classpath.join(":"), "jp.ekitei.drive.DriveKt", ...rest], {
  stdio: "inherit",
});
process.exit(ran.status ?? 1);
