#!/bin/sh
# The shape of the phone's one library: it links, and has both doors – Tauri's (Java_…) and UniFFI's (uniffi_…), with
# every function that the generated Kotlin calls. Not runnable: its C objects and system libraries are empty.
set -eu
root=$(cd "$(dirname "$0")/../../.." && pwd)
work=${1:?a folder for the build}
. "$root/tests/android/rust/env.sh"
cd "$root"

mkdir -p "$STUB_LIBS"
for name in c m dl log android unwind gcc EGL GLESv2; do
  [ -f "$STUB_LIBS/lib$name.so" ] ||
    clang --target="$STUB_TARGET" -shared -nostdlib -fuse-ld=lld -x c /dev/null -o "$STUB_LIBS/lib$name.so"
done
# What is optimised does not matter here, how long it takes does.
export CARGO_TARGET_AARCH64_LINUX_ANDROID_LINKER="$here/stublink"
/usr/bin/cargo rustc --quiet -j2 --profile shape -p ekitei-app --lib --crate-type cdylib -Zbuild-std --target "$target" --locked

library=$CARGO_TARGET_DIR/$target/shape/libekitei_app.so
symbols=$work/symbols.txt
llvm-nm -D --defined-only "$library" 2>/dev/null | awk '{print $3}' | sort >"$symbols" ||
  nm -D --defined-only "$library" | awk '{print $3}' | sort >"$symbols"
must() {
  grep -qx -- "$1" "$symbols" || { echo "the library has no $1"; exit 1; }
}
must 'Java_jp_ekitei_app_Rust_create'
must 'Java_app_tauri_plugin_PluginManager_handlePluginResponse'
count=0
for name in $(grep -o '\b\(uniffi\|ffi\)_ekitei_ffi_[a-z0-9_]*' "$root/android/src/main/java/jp/ekitei/core/ekitei.kt" | sort -u); do
  must "$name"
  count=$((count + 1))
done
[ "$count" -ge 20 ] || { echo "only $count functions are named in ekitei.kt"; exit 1; }
echo "link shape: $(wc -l <"$symbols") symbols, $count of UniFFI, Tauri's doors: $(grep -c '^Java_' "$symbols")"
