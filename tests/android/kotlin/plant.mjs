// Shows that each check can fail: one error at a time in a copy of the tree, which the check must name. README.md keeps the result.
// node plant.mjs [number …]; takes minutes, because some errors are only seen by compiling.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { here, root, work } from "./place.mjs";

const KOTLIN = "android/src/main/java/jp/ekitei/android";
const MANIFEST = "android/src/main/AndroidManifest.xml";
const XML = "android/src/main/res/xml";

/** [check, what is wrong, file, old text, new text, what the check must say] */
const PLANTS = [
  ["texts", "a word of the catalogue has changed", "assets/messages/ja.json", "駅逓に取り込む", "駅逓へ", "is stale"],
  ["names", "a command is renamed in Kotlin", `${KOTLIN}/EkiteiPlugin.kt`, "fun settings_open(", "fun settings(", "Rust asks for settings_open"],
  ["names", "an event that Rust does not know", `${KOTLIN}/EkiteiPlugin.kt`, 'tell("mdm")', 'tell("managed")', "the event managed is not known"],
  ["manifest", "backup is allowed", "src-tauri/gen/android/app/src/main/AndroidManifest.xml", 'android:allowBackup="false"', 'android:allowBackup="true"', "allowBackup is true"],
  ["manifest", "app and library disagree", "src-tauri/gen/android/app/src/main/AndroidManifest.xml", 'android:usesCleartextTraffic="false"', 'android:usesCleartextTraffic="true"', "the app says true, a library false"],
  ["manifest", "a service is open to other apps", MANIFEST, 'SweepJob"\n            android:exported="false"', 'SweepJob"\n            android:exported="true"', "SweepJob: exported is true"],
  ["manifest", "one permission more", MANIFEST, "<uses-permission", '<uses-permission android:name="android.permission.CAMERA" />\n    <uses-permission', "android.permission.CAMERA"],
  ["manifest", "the duty service runs in the screens' process", MANIFEST, 'foregroundServiceType="specialUse"\n            android:process=":sync"', 'foregroundServiceType="specialUse"', "DutyService: process is the app's"],
  ["manifest", "another kind of foreground service", MANIFEST, '"specialUse"', '"dataSync"', "DutyService: foregroundServiceType"],
  ["manifest", "special use without a reason", MANIFEST, "PROPERTY_SPECIAL_USE_FGS_SUBTYPE", "PROPERTY_OTHER", "does not say why"],
  ["manifest", "records before the first unlock", MANIFEST, 'SweepJob"', 'SweepJob"\n            android:directBootAware="true"', "SweepJob runs before the first unlock"],
  ["manifest", "databases move to the next phone", `${XML}/data_extraction_rules.xml`, '    <device-transfer>\n        <exclude domain="root" />\n        <exclude domain="file" />\n        <exclude domain="database" />', '    <device-transfer>\n        <exclude domain="root" />\n        <exclude domain="file" />', "device-transfer takes database along"],
  ["manifest", "cleartext", `${XML}/network_security_config.xml`, 'cleartextTrafficPermitted="false"', 'cleartextTrafficPermitted="true"', "cleartext is permitted"],
  ["manifest", "a setting of the MDM that nobody reads", `${XML}/app_restrictions.xml`, '"lock_minutes"', '"lock_hours"', "managed configuration offers"],
  ["manifest", "a word that does not exist", MANIFEST, "@string/share_label", "@string/share", "resource string/share"],
  ["manifest", "the file chooser may read the installation", "src-tauri/gen/android/app/src/main/res/xml/file_paths.xml", "<cache-path", "<root-path", "file_paths.xml opens more"],
  ["compile", "a misspelt member of the framework", `${KOTLIN}/plugin/Facts.kt`, "EXTRA_TEMPERATURE", "EXTRA_TEMPERATUR", "EXTRA_TEMPERATUR"],
  ["compile", "a method that the core does not have", `${KOTLIN}/background/DutyService.kt`, "setKeepAlive(", "setPause(", "setPause"],
  ["compile,old", "a member that Android 11 does not have", `${KOTLIN}/background/Screens.kt`, "fun areInFront()", "fun lasting() = context.attributionSource\n\n    fun areInFront()", "getAttributionSource"],
  ["junit", "the keep-alive clings to what was good yesterday", `${KOTLIN}/logic/KeepAlive.kt`, "if (before.goodMs < badMs) before.goodMs else badMs / 2", "before.goodMs", "another router than yesterday"],
  ["junit", "the logic leans on Android", `${KOTLIN}/logic/CopyLimit.kt`, "import java.io.InputStream", "import android.util.Log\nimport java.io.InputStream", "unresolved reference 'android'"],
  ["junit", "what biometrics seal is not bound to its purpose", `${KOTLIN}/logic/SealedBox.kt`, "            begun.updateAAD(purpose.toByteArray())\n            val sealed", "            val sealed", "what was sealed opens"],
  ["junit", "an emergency waits for the morning", `${KOTLIN}/logic/NotificationPlan.kt`, "if (ask.count == ask.shown) already() else", "if (heldMs > 0) held(heldMs) else", "an emergency breaks through"],
];

const asked = process.argv.slice(2).map(Number);
let missed = 0;
// A plant whose place has gone shows nothing: said before anything runs.
PLANTS.forEach(([, what, file, before], at) => {
  if (!readFileSync(join(root, file), "utf8").includes(before)) throw new Error(`plant ${at + 1} (${what}): ${file} has no ${before}`);
});
PLANTS.forEach(([checks, what, file, before, after, says], at) => {
  if (asked.length > 0 && !asked.includes(at + 1)) return;
  const tree = join(work, "planted");
  rmSync(tree, { recursive: true, force: true });
  for (const part of ["android/README.md", "android/src", "src-tauri/gen/android/app/src", "crates/ekitei-native/src", "assets/messages"]) {
    cpSync(join(root, part), join(tree, part), { recursive: true });
  }
  const text = readFileSync(join(tree, file), "utf8");
  writeFileSync(join(tree, file), text.replace(before, after));
  mkdirSync(`${work}-planted`, { recursive: true });
  const ran = spawnSync("node", [join(here, "check.mjs"), ...checks.split(",")], {
    encoding: "utf8",
    env: { ...process.env, EKITEI_ANDROID_TREE: tree, EKITEI_ANDROID_WORK: "android-check-planted" },
  });
  const caught = ran.status === 1 && ran.stdout.includes(says);
  if (!caught) missed++;
  console.log(`| ${at + 1} | \`${checks.split(",").at(-1)}\` | ${what} | ${caught ? "caught" : "MISSED"} |`);
  if (!caught) console.log(ran.stdout.slice(-1500), ran.stderr.slice(-500));
});
process.exit(missed > 0 ? 1 : 0);
