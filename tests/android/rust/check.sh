#!/bin/sh
# Clippy over everything that a phone carries, for aarch64-linux-android, and the Gradle and Kotlin files that Tauri's
# build writes: android/ must be included. Proves nothing about C code.
set -eu
root=$(cd "$(dirname "$0")/../../.." && pwd)
work=${1:?a folder for the build}
. "$root/tests/android/rust/env.sh"
cd "$root"

# Its build script writes the Gradle files; without this an unchanged one would not run again.
rm -rf "$work"/target/*/debug/build/ekitei-app-* "$work"/target/*/debug/build/ekitei-native-*

# Nothing that is checked here runs but what runs inside the compiler, once.
/usr/bin/cargo-clippy clippy --config 'profile.dev.package."*".opt-level=0' --quiet -j2 -p ekitei-app -p ekitei-native -p ekitei-ffi \
  -Zbuild-std --target "$target" --locked -- -D warnings

must() {
  grep -qF -- "$2" "$1" || { echo "$1 has no line with: $2"; exit 1; }
}
must "$project/tauri.settings.gradle" "include ':tauri-plugin-ekitei-native'"
must "$project/tauri.settings.gradle" "android"
must "$project/app/tauri.build.gradle.kts" 'implementation(project(":tauri-plugin-ekitei-native"))'
module=$(sed -n "s/.*tauri-plugin-ekitei-native').projectDir = new File(\"\(.*\)\").*/\1/p" "$project/tauri.settings.gradle")
[ -n "$module" ] && [ -f "$module/build.gradle.kts" ] && [ "$(cd "$module" && pwd)" = "$root/android" ] || {
  echo "the Gradle module of ekitei-native is not android/ but '$module'"; cat "$project/tauri.settings.gradle"; exit 1
}
for file in TauriActivity Rust RustWebView; do
  [ -s "$WRY_ANDROID_KOTLIN_FILES_OUT_DIR/$file.kt" ] || { echo "$file.kt was not generated"; exit 1; }
done
[ -d "$root/android/.tauri/tauri-api/src" ] || { echo "Tauri's own Kotlin was not copied to android/.tauri"; exit 1; }
echo "android rust check: clean; android/ is included"
