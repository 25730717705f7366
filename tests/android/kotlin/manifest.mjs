// The manifest of the whole app, merged as the build merges it, through aapt2 against the framework's resources; then its
// security facts, each one by one.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { app, crate, files, fresh, here, jar, library, run } from "./place.mjs";

const APPLICATION_ID = "jp.ekitei.app";

/** Exactly these, no more and no fewer. */
const PERMISSIONS = [
  "ACCESS_COARSE_LOCATION", "ACCESS_FINE_LOCATION", "ACCESS_NETWORK_STATE", "FOREGROUND_SERVICE", "FOREGROUND_SERVICE_SPECIAL_USE",
  "INTERNET", "POST_NOTIFICATIONS", "RECEIVE_BOOT_COMPLETED", "USE_BIOMETRIC", "WAKE_LOCK",
].map((name) => `android.permission.${name}`);

/** name: [kind, exported, process, further attributes]. Exactly these. */
const COMPONENTS = {
  ".MainActivity": ["activity", true, ""],
  "jp.ekitei.android.plugin.ShareActivity": ["activity", true, ""],
  "androidx.core.content.FileProvider": ["provider", false, ""],
  "jp.ekitei.android.plugin.InboxProvider": ["provider", false, "", { authorities: `${APPLICATION_ID}.inbox`, grantUriPermissions: "true" }],
  "jp.ekitei.android.background.DutyService": ["service", false, ":sync", { foregroundServiceType: "0x40000000" }],
  "jp.ekitei.android.background.SweepJob": ["service", false, ":sync", { permission: "android.permission.BIND_JOB_SERVICE" }],
  "jp.ekitei.android.background.BootReceiver": ["receiver", false, ":sync", { directBootAware: "true" }],
  "jp.ekitei.android.background.TickReceiver": ["receiver", false, ":sync"],
};

const APPLICATION = { allowBackup: "false", fullBackupContent: "false", usesCleartextTraffic: "false" };

/** What other apps may send. */
const FILTERS = {
  ".MainActivity": ["android.intent.action.MAIN"],
  "jp.ekitei.android.plugin.ShareActivity": ["android.intent.action.SEND", "android.intent.action.SEND_MULTIPLE"],
  "jp.ekitei.android.background.BootReceiver": [
    "android.intent.action.BOOT_COMPLETED", "android.intent.action.LOCKED_BOOT_COMPLETED", "android.intent.action.MY_PACKAGE_REPLACED",
  ],
};

const BACKUP_DOMAINS = ["root", "file", "database", "sharedpref", "external", "device_root", "device_file", "device_database", "device_sharedpref"];

export function manifest() {
  const { tree, problems } = built();
  const say = (condition, text) => condition || problems.push(text);
  const list = (values) => [...values].sort().join(", ");
  const root = tree.children.find((node) => node.name === "manifest");
  const application = root.children.find((node) => node.name === "application");

  const permissions = root.children.filter((n) => n.name.startsWith("uses-permission")).map((n) => n.at.name);
  say(list(permissions) === list(PERMISSIONS), `permissions are ${list(permissions)}`);
  say(new Set(permissions).size === permissions.length, "a permission is asked for twice");
  const sdk = root.children.find((node) => node.name === "uses-sdk");
  say(sdk?.at.minSdkVersion === "30", `minSdkVersion is ${sdk?.at.minSdkVersion}`);

  for (const [key, value] of Object.entries(APPLICATION)) say(application.at[key] === value, `application: ${key} is ${application.at[key]}`);
  for (const key of ["dataExtractionRules", "networkSecurityConfig"]) say(application.at[key]?.startsWith("@"), `application: no ${key}`);
  for (const key of ["debuggable", "testOnly", "sharedUserId", "directBootAware"]) {
    say(!(key in application.at) && !(key in root.at), `${key} is set`);
  }
  const restrictions = application.children.find((n) => n.name === "meta-data" && n.at.name === "android.content.APP_RESTRICTIONS");
  say(restrictions?.at.resource?.startsWith("@"), "no managed configuration");

  const components = application.children.filter((n) => ["activity", "activity-alias", "service", "receiver", "provider"].includes(n.name));
  say(list(components.map((n) => n.at.name)) === list(Object.keys(COMPONENTS)), `components are ${list(components.map((n) => n.at.name))}`);
  for (const node of components) {
    const [kind, exported, process, more] = COMPONENTS[node.at.name] ?? [];
    say(node.name === kind, `${node.at.name} is a ${node.name}`);
    say(node.at.exported === String(exported), `${node.at.name}: exported is ${node.at.exported}`);
    say((node.at.process ?? "") === process, `${node.at.name}: process is ${node.at.process ?? "the app's"}`);
    for (const [key, value] of Object.entries(more ?? {})) say(node.at[key] === value, `${node.at.name}: ${key} is ${node.at[key]}`);
    if (!more?.directBootAware) say(node.at.directBootAware === undefined, `${node.at.name} runs before the first unlock`);
    const actions = node.children.filter((n) => n.name === "intent-filter").flatMap((n) => n.children.filter((c) => c.name === "action").map((c) => c.at.name));
    say(list(actions) === list(FILTERS[node.at.name] ?? []), `${node.at.name} listens to ${list(actions)}`);
  }
  const duty = components.find((n) => n.at.name?.endsWith(".DutyService"));
  const reason = duty?.children.find((n) => n.name === "property" && n.at.name === "android.app.PROPERTY_SPECIAL_USE_FGS_SUBTYPE");
  say((reason?.at.value ?? "").length > 20, "DutyService does not say why it is of special use");

  resources(say);
  // Every class that the manifest names is there.
  for (const name of Object.keys(COMPONENTS).filter((name) => name.startsWith("jp.ekitei.android."))) {
    const source = name.split(".").slice(0, -1).join("/");
    const found = files(join(library, "src/main/java", source), ".kt").some((path) => readFileSync(path, "utf8").includes(`class ${name.split(".").at(-1)} `) || readFileSync(path, "utf8").includes(`class ${name.split(".").at(-1)} :`));
    say(found, `there is no class ${name}`);
  }
  if (problems.length > 0) throw new Error(problems.map((p) => `  ${p}`).join("\n"));
}

function resources(say) {
  const xml = (name) => readFileSync(join(library, "src/main/res/xml", name), "utf8");
  const rules = xml("data_extraction_rules.xml");
  for (const part of ["cloud-backup", "device-transfer"]) {
    const inside = new RegExp(`<${part}[^>]*>([\\s\\S]*?)</${part}>`).exec(rules)?.[1] ?? "";
    for (const domain of BACKUP_DOMAINS) say(inside.includes(`<exclude domain="${domain}" />`), `${part} takes ${domain} along`);
    say(!inside.includes("<include"), `${part} includes something`);
  }
  const network = xml("network_security_config.xml");
  say(!network.includes('cleartextTrafficPermitted="true"'), "cleartext is permitted somewhere");
  say(network.includes('<base-config cleartextTrafficPermitted="false">'), "cleartext is not forbidden");
  say(!network.includes('src="user"') && !network.includes("debug-overrides"), "authorities that people install are trusted");
  const keys = [...xml("app_restrictions.xml").matchAll(/android:key="([a-z_]+)"/g)].map((m) => m[1]);
  const read = [...readFileSync(join(library, "src/main/java/jp/ekitei/android/logic/ManagedConfig.kt"), "utf8").matchAll(/const val [A-Z_]+ = "([a-z_]+)"/g)].map((m) => m[1]);
  say(keys.length > 0 && keys.sort().join() === read.sort().join(), `managed configuration offers ${keys} and the code reads ${read}`);
  // No provider may lead into the installation: it lies in the app's data folder itself.
  const paths = readFileSync(join(app, "src/main/res/xml/file_paths.xml"), "utf8");
  say(!/<(root|files|external)-path|path="\.?\/?"/.test(paths.replaceAll(/<!--[\s\S]*?-->/g, "")), "file_paths.xml opens more than one folder of the cache");
}

/** The app's manifest with those of its libraries, compiled and linked. */
function built() {
  const problems = [];
  const folder = fresh("manifest");
  const given = [join(library, "src/main/AndroidManifest.xml"), join(crate("tauri"), "mobile/android/src/main/AndroidManifest.xml")];
  const plugin = join(crate("tauri-plugin-dialog"), "android/src/main/AndroidManifest.xml");
  if (existsSync(plugin)) given.push(plugin);
  let merged = readFileSync(join(app, "src/main/AndroidManifest.xml"), "utf8");
  for (const path of given) merged = merge(merged, readFileSync(path, "utf8"), problems);
  merged = merged
    .replaceAll("${applicationId}", APPLICATION_ID)
    .replace("<manifest ", `<manifest package="${APPLICATION_ID}" `)
    .replace(/(<manifest [^>]*>)/, '$1<uses-sdk android:minSdkVersion="30" android:targetSdkVersion="34" />');
  const path = join(folder, "AndroidManifest.xml");
  writeFileSync(path, merged);

  const compiled = [join(here, "stubs/res"), join(library, "src/main/res"), join(app, "src/main/res")].map((res, at) => {
    const zip = join(folder, `${at}.zip`);
    run("aapt2", ["compile", "--dir", res, "-o", zip]);
    return zip;
  });
  const apk = join(folder, "app.apk");
  // Debian's aapt2 is older than <property>.
  run("aapt2", ["link", "-I", jar("android-all"), "--manifest", path, "--warn-manifest-validation", "--auto-add-overlay", "-o", apk, ...compiled]);
  return { tree: parsed(run("aapt2", ["dump", "xmltree", "--file", "AndroidManifest.xml", apk])), problems };
}

/** A library's manifest into the app's, as the manifest merger does it; where both set an attribute, they must agree. */
function merge(into, from, problems) {
  const plain = from.replaceAll(/<!--[\s\S]*?-->/g, "");
  const application = /<application([^>]*?)(\/>|>([\s\S]*)<\/application>)/.exec(plain);
  const outside = plain.replace(/^[\s\S]*?<manifest[^>]*?>/, "").replace(/<\/manifest>\s*$/, "").replace(application?.[0] ?? "", "").trim();
  if (/^<manifest[^>]*\/>\s*$/m.test(plain)) return into;
  let out = into;
  for (const [line, name] of outside.matchAll(/<uses-permission android:name="([^"]+)"[^>]*\/>/g)) {
    if (!out.includes(`"${name}"`)) out = out.replace("<application", `${line}\n<application`);
  }
  const rest = outside.replaceAll(/<uses-permission [^>]*\/>/g, "").trim();
  if (rest) out = out.replace("<application", `${rest}\n<application`);
  if (!application) return out;
  const head = /<application([^>]*)>/.exec(out)[1];
  for (const [text, key, value] of (application[1] ?? "").matchAll(/(android:[A-Za-z]+)="([^"]*)"/g)) {
    const there = new RegExp(`${key}="([^"]*)"`).exec(head);
    if (!there) out = out.replace("<application", `<application ${text}`);
    else if (there[1] !== value) problems.push(`${key}: the app says ${there[1]}, a library ${value}`);
  }
  return out.replace("</application>", `${application[3] ?? ""}</application>`);
}

/** aapt2's listing as a tree. */
function parsed(listing) {
  const root = { name: "", at: {}, children: [], depth: -1 };
  const open = [root];
  for (const line of listing.split("\n")) {
    const depth = line.search(/\S/);
    const element = /^\s*E: (\S+) \(line=/.exec(line);
    const attribute = /^\s*A: (?:\S+?:)?([A-Za-z]+)(?:\(0x[0-9a-f]+\))?=(.*)$/.exec(line);
    if (element) {
      while (open.at(-1).depth >= depth) open.pop();
      const node = { name: element[1], at: {}, children: [], depth };
      open.at(-1).children.push(node);
      open.push(node);
    } else if (attribute) {
      const value = attribute[2].replace(/ \(Raw: .*\)$/, "");
      open.at(-1).at[attribute[1]] = value.startsWith('"') ? value.slice(1, -1) : value;
    }
  }
  return root;
}
