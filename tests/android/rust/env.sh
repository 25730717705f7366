# What the check needs: Debian's newer Rust (its sources build std for Android), no NDK. Sourced with $work set.
here=$root/tests/android/rust
target=aarch64-linux-android
export PATH=/usr/bin:/bin RUSTC=/usr/bin/rustc RUSTDOC=/usr/bin/rustdoc CARGO=/usr/bin/cargo RUSTC_BOOTSTRAP=1
export STUB_TARGET="${target}30"
export CC_aarch64_linux_android="$here/stubcc" CXX_aarch64_linux_android="$here/stubcc" AR_aarch64_linux_android=/usr/bin/ar
export CARGO_TARGET_DIR="$work/target" CARGO_TERM_COLOR=never
unset RUSTUP_TOOLCHAIN CARGO_MANIFEST_DIR CARGO_PKG_NAME RUSTFLAGS RUSTC_WRAPPER || true

# A copy of the project for what Tauri's build writes into it.
project=$work/project
rm -rf "$project"
mkdir -p "$work"
cp -r "$root/src-tauri/gen/android" "$project"
export TAURI_ANDROID_PROJECT_PATH="$project" WRY_ANDROID_PACKAGE=jp.ekitei.app WRY_ANDROID_LIBRARY=ekitei_app
export WRY_ANDROID_KOTLIN_FILES_OUT_DIR="$project/app/src/main/java/jp/ekitei/app/generated"
mkdir -p "$WRY_ANDROID_KOTLIN_FILES_OUT_DIR"
