//! The two commands of the window: any call of the bridge, and the picture dialogue (which hands over names, not bytes).

use ekitei_core::{Core, bridge};
use ekitei_model::Fault;
use serde_json::{Value, json};
use std::sync::Arc;
use tauri::{AppHandle, State};
use tauri_plugin_dialog::DialogExt;

fn wrapped(outcome: Result<Value, Fault>) -> Value {
    match outcome {
        Ok(value) => json!({ "ok": value }),
        Err(fault) => json!({ "err": fault }),
    }
}

pub async fn blocking(work: impl FnOnce() -> Result<Value, Fault> + Send + 'static) -> Value {
    let done = tauri::async_runtime::spawn_blocking(work).await;
    wrapped(done.unwrap_or_else(|e| Err(Fault::ask("internal").with("detail", e))))
}

/// `{call, args}` in, `{ok}` or `{err}` out, as on the loopback host.
#[tauri::command]
pub async fn bridge(core: State<'_, Arc<Core>>, call: String, args: Value) -> Result<Value, ()> {
    let core = Arc::clone(&core);
    Ok(blocking(move || bridge::dispatch(&*core, &call, args)).await)
}

/// Lets a person choose pictures; answers the inbox names for `photo_add`.
#[tauri::command]
pub async fn pick_photos(app: AppHandle, core: State<'_, Arc<Core>>) -> Result<Value, ()> {
    let core = Arc::clone(&core);
    Ok(blocking(move || {
        let chosen = app
            .dialog()
            .file()
            .add_filter("JPEG, PNG, WebP", &["jpg", "jpeg", "png", "webp", "heic", "heif"])
            .blocking_pick_files()
            .unwrap_or_default();
        let mut names = Vec::new();
        for file in chosen {
            let path = file.into_path().map_err(|e| Fault::ask("internal").with("detail", e))?;
            names.push(core.copy_in(&path)?);
        }
        Ok(json!({ "names": names }))
    })
    .await)
}
