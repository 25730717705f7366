#!/bin/sh
# The app's one library has the second door, too: every function that the generated Kotlin calls is exported by the library
# that carries Tauri. Looked at in the desktop's build of it; the exports are the same lines of Rust on every target.
# doors.sh LIBRARY [BINDINGS]
set -eu
root=$(cd "$(dirname "$0")/../../.." && pwd)
library=${1:?the built library}
bindings=${2:-"$root/android/src/main/java/jp/ekitei/core/ekitei.kt"}
symbols=$(mktemp)
trap 'rm -f "$symbols"' EXIT
nm -D --defined-only "$library" | awk '{print $3}' | sort >"$symbols"
count=0
for name in $(grep -o '\b\(uniffi\|ffi\)_ekitei_ffi_[a-z0-9_]*' "$bindings" | sort -u); do
  grep -qx -- "$name" "$symbols" || { echo "$library has no $name"; exit 1; }
  count=$((count + 1))
done
[ "$count" -ge 20 ] || { echo "only $count functions are named in $bindings"; exit 1; }
echo "doors: $count functions of UniFFI beside Tauri"
