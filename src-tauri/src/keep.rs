//! 「保存」: a picture or a file leaves the app for a place that the person chooses. On a phone by the system's own dialogue, which
//! copies from the private inbox; what is laid there goes when it is done, or at the next start.

use crate::bridge::blocking;
use ekitei_core::{Core, HandedOut};
use ekitei_model::{Fault, RecordId};
use serde_json::{Value, json};
use std::sync::Arc;
use tauri::{AppHandle, State};

/// `{saved}` (`false`: the person chose no place), and with `open` whether another app shows it now.
#[tauri::command]
pub async fn keep_file(
    app: AppHandle,
    core: State<'_, Arc<Core>>,
    record: RecordId,
    open: bool,
) -> Result<Value, ()> {
    let core = Arc::clone(&core);
    Ok(blocking(move || place(&app, &core, &core.hand_out(record)?, open)).await)
}

fn failed(error: impl std::fmt::Display) -> Fault {
    Fault::ask("file-io").with("detail", error)
}

#[cfg(not(target_os = "android"))]
fn place(app: &AppHandle, _: &Core, out: &HandedOut, _: bool) -> Result<Value, Fault> {
    use tauri_plugin_dialog::DialogExt;
    let Some(chosen) = app.dialog().file().set_file_name(&out.name).blocking_save_file() else {
        return Ok(json!({ "saved": false, "opened": false }));
    };
    std::fs::write(chosen.into_path().map_err(failed)?, &out.bytes[..]).map_err(failed)?;
    Ok(json!({ "saved": true, "opened": false }))
}

#[cfg(target_os = "android")]
fn place(app: &AppHandle, core: &Core, out: &HandedOut, open: bool) -> Result<Value, Fault> {
    use ekitei_native::Native;
    use tauri::Manager;
    let lying = core.incoming(&out.name)?;
    std::fs::write(lying.path(), &out.bytes[..]).map_err(failed)?;
    let kept = app.state::<Native<tauri::Wry>>().save(lying.path(), &out.name, out.media_type, open);
    let kept = kept.map_err(|refused| Fault::ask(&refused.code).with("detail", &refused.detail))?;
    Ok(json!({ "saved": kept.saved, "opened": kept.opened }))
}
