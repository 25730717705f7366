#!/bin/sh
# `tauri android init` in a scratch copy, with our changes put on it, must be the committed src-tauri/gen/android: nothing
# of the template is lost, and nothing is changed that changes.patch does not tell. Needs no SDK: a folder stands in.
#   compare.sh WORK CLI          CLI: where npm put @tauri-apps/cli
#   compare.sh WORK CLI write    writes changes.patch anew from what is committed
set -eu
root=$(cd "$(dirname "$0")/../../.." && pwd)
work=${1:?a folder}
tauri=$(cd "${2:?the folder of the command line}" && pwd)/node_modules/.bin/tauri
patch=$root/tests/android/gradle/changes.patch

rm -rf "$work"
mkdir -p "$work/sdk/ndk/28.2.13676358" "$work/app/src-tauri"
work=$(cd "$work" && pwd)
echo 'Pkg.Revision = 28.2.13676358' >"$work/sdk/ndk/28.2.13676358/source.properties"
cp -r "$root/src-tauri/tauri.conf.json" "$root/src-tauri/icons" "$root/src-tauri/capabilities" "$work/app/src-tauri/"
# The command line wants a package to ask cargo about; the app's own name and library, nothing else.
mkdir "$work/app/src-tauri/src"
echo >"$work/app/src-tauri/src/lib.rs"
cat >"$work/app/src-tauri/Cargo.toml" <<TOML
[package]
name = "ekitei-app"
version = "0.1.0"
edition = "2024"
[lib]
name = "ekitei_app"
crate-type = ["staticlib", "cdylib", "rlib"]
[workspace]
TOML

cd "$work/app"
export ANDROID_HOME="$work/sdk" NDK_HOME="$work/sdk/ndk/28.2.13676358" CI=true
unset ANDROID_SDK_ROOT CARGO_TARGET_DIR || true
"$tauri" android init --ci --skip-targets-install >init.log 2>&1 || { cat init.log; exit 1; }
"$tauri" icon src-tauri/icons/icon.png >icon.log 2>&1 || { cat icon.log; exit 1; }

made=$work/app/src-tauri/gen/android
kept=$root/src-tauri/gen/android
# What a build writes is no part of either.
rm -rf "$work/kept"
cp -r "$kept" "$work/kept"
for built in .tauri tauri.settings.gradle app/tauri.build.gradle.kts app/tauri.properties app/proguard-tauri.pro \
  app/src/main/assets/tauri.conf.json app/src/main/jniLibs app/build build .gradle buildSrc/build buildSrc/.gradle \
  local.properties keystore.properties; do
  rm -rf "$work/kept/$built" "$made/$built"
done
find "$work/kept" "$made" -name generated -type d -prune -exec rm -rf {} +
mv "$made" "$work/made"
cd "$work"
find made kept -type d -empty -delete
if [ "${3:-}" = write ]; then
  diff -ruN made kept | sed 's/^\(---\|+++\) \([^\t]*\)\t.*/\1 \2/; s/^diff .*//' | sed '/^$/d' >"$patch"
  echo "written: $patch"
  exit 0
fi
patch -s -E -p1 -d made <"$patch"
# Removed by the patch, an empty folder stays behind.
find made -type d -empty -delete
find made -name '*.orig' -delete
if ! diff -r made kept; then
  echo "src-tauri/gen/android is not what the template and tests/android/gradle/changes.patch make"
  exit 1
fi
echo "gen/android: the template of $("$tauri" --version) with our changes, $(find kept -type f | wc -l) files"
