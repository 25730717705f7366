// The checks of the Kotlin half: node check.mjs [texts|compile|names|old|junit|manifest …] (all without arguments).
// The last lines are counted by xtask. Needs: java, mvn, aapt2 (Debian: default-jdk-headless maven aapt) and `npm ci` here.
import { texts } from "./texts.mjs";
import { compile } from "./compile.mjs";
import { junit } from "./junit.mjs";
import { manifest } from "./manifest.mjs";
import { names } from "./names.mjs";
import { old } from "./old.mjs";

const CHECKS = { texts: () => texts(process.argv.includes("write")), names, manifest, compile, old, junit };

const asked = process.argv.slice(2).filter((word) => word !== "write");
for (const word of asked) {
  if (!(word in CHECKS)) {
    console.error(`no check "${word}"; there are: ${Object.keys(CHECKS).join(", ")}`);
    process.exit(2);
  }
}
let passed = 0;
let failed = 0;
for (const [name, check] of Object.entries(CHECKS)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  const began = performance.now();
  try {
    const counted = check() ?? { passed: 1, failed: 0 };
    passed += counted.passed;
    failed += counted.failed;
    console.log(`${counted.failed > 0 ? "FAILED" : "ok    "} ${name} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
  } catch (error) {
    failed++;
    console.log(`FAILED ${name}\n${error.message}`);
  }
}
console.log(`# pass ${passed}`);
console.log(`# fail ${failed}`);
process.exit(failed > 0 ? 1 : 0);
