// The logic's tests on the JVM.
import { compileTests, testClasses } from "./compile.mjs";
import { files } from "./place.mjs";
import { spawnSync } from "node:child_process";

export function junit() {
  const classpath = compileTests();
  const named = files(testClasses, "Test.class").map((path) => path.slice(testClasses.length + 1, -".class".length).replaceAll("/", "."));
  const ran = spawnSync("java", ["-cp", classpath.join(":"), "org.junit.runner.JUnitCore", ...named], { encoding: "utf8" });
  const output = `${ran.stdout}${ran.stderr}`;
  const fine = /^OK \((\d+) tests?\)$/m.exec(output);
  if (fine) return { passed: Number(fine[1]), failed: 0 };
  const bad = /^Tests run: (\d+),\s+Failures: (\d+)$/m.exec(output);
  // Without JUnit's own frames.
  console.log(output.split("\n").filter((line) => !/^\s+at (org\.junit|java|jdk|sun)\./.test(line)).join("\n"));
  if (!bad) throw new Error("JUnit did not come to its end");
  return { passed: Number(bad[1]) - Number(bad[2]), failed: Number(bad[2]) };
}
