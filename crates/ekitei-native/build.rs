//! Names the commands (each becomes a permission) and the Gradle module with their Kotlin half.

const COMMANDS: &[&str] = &[
    "auto_lock",
    "capture",
    "captures_left",
    "dial",
    "duty",
    "facts",
    "grants",
    "insets",
    "keystore_confirm",
    "keystore_status",
    "notify",
    "notify_allow",
    "notify_clear",
    "pick",
    "position",
    "secure",
    "settings_open",
    "share_take",
    "shutter",
    "touched",
];

fn main() {
    tauri_plugin::Builder::new(COMMANDS).android_path("../../android").build();
}
