//! The commands of `plugin:ekitei-native`, as screens call them. Calls block in Kotlin, so each runs on a blocking thread.

use crate::answers::*;
use crate::{Native, Refused};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tauri::ipc::Invoke;
use tauri::{AppHandle, Manager, Runtime, command};

pub fn handler<R: Runtime>() -> impl Fn(Invoke<R>) -> bool + Send + Sync + 'static {
    tauri::generate_handler![
        auto_lock,
        capture,
        captures_left,
        dial,
        duty,
        facts,
        grants,
        insets,
        keystore_confirm,
        keystore_status,
        notify,
        notify_allow,
        notify_clear,
        pick,
        position,
        secure,
        settings_open,
        share_take,
        shutter,
        touched,
    ]
}

async fn ask<R: Runtime, T>(app: AppHandle<R>, command: &'static str, args: Value) -> Result<T, Refused>
where
    T: DeserializeOwned + StandIn + Send + 'static,
{
    let work = move || app.state::<Native<R>>().ask(command, args);
    let done = tauri::async_runtime::spawn_blocking(work).await;
    done.unwrap_or_else(|e| Err(Refused::new("native-failed", e)))
}

/// As [`ask`], for what writes into the installation: its directory goes along, and is never a screen's choice.
async fn ask_home<R: Runtime, T>(
    app: AppHandle<R>,
    command: &'static str,
    args: impl Serialize,
) -> Result<T, Refused>
where
    T: DeserializeOwned + StandIn + Send + 'static,
{
    let home = app.clone();
    let found = tauri::async_runtime::spawn_blocking(move || home.state::<Native<R>>().home()).await;
    let dir = found.unwrap_or_else(|e| Err(Refused::new("native-failed", e)))?;
    let mut args = serde_json::to_value(args).map_err(|e| Refused::new("native-failed", e))?;
    args["dir"] = json!(dir);
    ask(app, command, args).await
}

/// Names only: `capture_begin` made them.
fn plain(names: &[String]) -> Result<(), Refused> {
    let is_plain =
        |name: &String| !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\', '\0']);
    if names.iter().all(is_plain) { Ok(()) } else { Err(Refused::new("inbox-name", "")) }
}

/// Minutes until the screens lock by themselves: `lock_minutes` of the core's status.
#[command(rename_all = "snake_case")]
async fn auto_lock<R: Runtime>(app: AppHandle<R>, minutes: u16, visit_open: bool) -> Result<Done, Refused> {
    ask(app, "auto_lock", json!({ "minutes": minutes, "visit_open": visit_open })).await
}

/// Opens the camera, once for each of `names` (rows of `capture_begin`).
#[command(rename_all = "snake_case")]
async fn capture<R: Runtime>(app: AppHandle<R>, names: Vec<String>) -> Result<Captured, Refused> {
    plain(&names)?;
    ask_home(app, "capture", json!({ "names": names })).await
}

/// What a camera wrote for a process that was ended meanwhile.
#[command(rename_all = "snake_case")]
async fn captures_left<R: Runtime>(app: AppHandle<R>) -> Result<CapturesLeft, Refused> {
    ask_home(app, "captures_left", json!({})).await
}

#[command(rename_all = "snake_case")]
async fn pick<R: Runtime>(
    app: AppHandle<R>,
    several: bool,
    types: Vec<String>,
    limit_bytes: u64,
) -> Result<Picked, Refused> {
    ask_home(app, "pick", json!({ "several": several, "types": types, "limit_bytes": limit_bytes })).await
}

/// What another app handed over.
#[command(rename_all = "snake_case")]
async fn share_take<R: Runtime>(app: AppHandle<R>, limit_bytes: u64) -> Result<Picked, Refused> {
    ask_home(app, "share_take", json!({ "limit_bytes": limit_bytes })).await
}

#[command(rename_all = "snake_case")]
async fn facts<R: Runtime>(app: AppHandle<R>) -> Result<Facts, Refused> {
    ask(app, "facts", json!({})).await
}

#[command(rename_all = "snake_case")]
async fn position<R: Runtime>(app: AppHandle<R>, timeout_ms: u64) -> Result<Place, Refused> {
    ask(app, "position", json!({ "timeout_ms": timeout_ms })).await
}

#[command(rename_all = "snake_case")]
async fn insets<R: Runtime>(app: AppHandle<R>) -> Result<Insets, Refused> {
    ask(app, "insets", json!({})).await
}

/// The volume keys are a shutter while `on`.
#[command(rename_all = "snake_case")]
async fn shutter<R: Runtime>(app: AppHandle<R>, on: bool) -> Result<Done, Refused> {
    ask(app, "shutter", json!({ "on": on })).await
}

/// No screenshots, no content in the list of recent apps; on from the start.
#[command(rename_all = "snake_case")]
async fn secure<R: Runtime>(app: AppHandle<R>, on: bool) -> Result<Done, Refused> {
    ask(app, "secure", json!({ "on": on })).await
}

#[command(rename_all = "snake_case")]
async fn touched<R: Runtime>(app: AppHandle<R>) -> Result<Done, Refused> {
    ask(app, "touched", json!({})).await
}

#[command(rename_all = "snake_case")]
async fn keystore_status<R: Runtime>(app: AppHandle<R>) -> Result<Keystore, Refused> {
    ask(app, "keystore_status", json!({})).await
}

/// Fingerprint, face or the screen lock, asked by the system.
#[command(rename_all = "snake_case")]
async fn keystore_confirm<R: Runtime>(app: AppHandle<R>, title: String) -> Result<Done, Refused> {
    ask(app, "keystore_confirm", json!({ "title": title })).await
}

/// `channel`: `messages` | `emergency` | `unsent`; the words are the catalogue's.
#[command(rename_all = "snake_case")]
async fn notify<R: Runtime>(
    app: AppHandle<R>,
    channel: String,
    count: u64,
    on_duty: bool,
    holidays: Vec<String>,
) -> Result<Shown, Refused> {
    let args = json!({ "channel": channel, "count": count, "on_duty": on_duty, "holidays": holidays });
    ask(app, "notify", args).await
}

#[command(rename_all = "snake_case")]
async fn notify_clear<R: Runtime>(app: AppHandle<R>, channel: String) -> Result<Done, Refused> {
    ask(app, "notify_clear", json!({ "channel": channel })).await
}

#[command(rename_all = "snake_case")]
async fn notify_allow<R: Runtime>(app: AppHandle<R>) -> Result<Allowed, Refused> {
    ask(app, "notify_allow", json!({})).await
}

/// `which`: `tethering` | `mobile_data` | `wifi` | `battery` | `airplane` | `notifications` | `location` | `app`
#[command(rename_all = "snake_case")]
async fn settings_open<R: Runtime>(app: AppHandle<R>, which: String) -> Result<Opened, Refused> {
    ask(app, "settings_open", json!({ "which": which })).await
}

/// Shows the number in the dialler; the person calls.
#[command(rename_all = "snake_case")]
async fn dial<R: Runtime>(app: AppHandle<R>, tel: String) -> Result<Opened, Refused> {
    let is_number = !tel.is_empty() && tel.chars().all(|c| c.is_ascii_digit() || "+-*#(), ".contains(c));
    if !is_number {
        return Err(Refused::new("native-argument", "tel"));
    }
    ask(app, "dial", json!({ "tel": tel })).await
}

#[command(rename_all = "snake_case")]
async fn grants<R: Runtime>(app: AppHandle<R>) -> Result<Grants, Refused> {
    ask(app, "grants", json!({})).await
}

/// The live connection is held while the person is on duty; without `on` it is only told whether it is.
#[command(rename_all = "snake_case")]
async fn duty<R: Runtime>(app: AppHandle<R>, on: Option<bool>) -> Result<Running, Refused> {
    ask(app, "duty", json!({ "on": on })).await
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn names_stay_inside_the_inbox() {
        let names = |name: &str| vec!["a.jpg".to_owned(), name.to_owned()];
        assert!(plain(&names("b.jpg")).is_ok());
        for bad in ["", ".hidden", "../vault.db", "a/b", "a\\b"] {
            assert!(plain(&names(bad)).is_err(), "{bad}");
        }
    }
}
