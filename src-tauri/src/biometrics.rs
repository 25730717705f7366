//! A finger or a face beside the PIN: the core's key, Kotlin's key store, and nothing of it for the window.

use crate::bridge::blocking;
use ekitei_core::Core;
use ekitei_core::bridge::views::StatusView;
use ekitei_model::Fault;
use ekitei_native::{Native, Refused};
use serde_json::Value;
use std::sync::Arc;
use tauri::{AppHandle, Manager, State, Wry};

fn fault(refused: Refused) -> Fault {
    Fault::ask(&refused.code).with("detail", refused.detail)
}

fn shown(status: StatusView) -> Result<Value, Fault> {
    serde_json::to_value(status).map_err(|e| Fault::ask("internal").with("detail", e))
}

/// Sets them up; answers the status.
#[tauri::command]
pub async fn biometrics_set(
    app: AppHandle,
    core: State<'_, Arc<Core>>,
    pin: String,
    title: String,
) -> Result<Value, ()> {
    let core = Arc::clone(&core);
    Ok(blocking(move || {
        let native = app.state::<Native<Wry>>();
        shown(core.set_biometrics(&pin, |key| native.wrap(key, &title).map_err(fault))?)
    })
    .await)
}

/// Answers the status, as unlocking by PIN does.
#[tauri::command]
pub async fn biometrics_unlock(
    app: AppHandle,
    core: State<'_, Arc<Core>>,
    title: String,
) -> Result<Value, ()> {
    let core = Arc::clone(&core);
    Ok(blocking(move || {
        let native = app.state::<Native<Wry>>();
        shown(core.unlock_with_biometrics(|wrapped| native.unwrap(wrapped, &title).map_err(fault))?)
    })
    .await)
}

/// The PIN alone opens again.
#[tauri::command]
pub async fn biometrics_forget(app: AppHandle, core: State<'_, Arc<Core>>) -> Result<Value, ()> {
    let core = Arc::clone(&core);
    Ok(blocking(move || {
        let status = core.forget_biometrics()?;
        // The value is gone already; its key opens nothing any more.
        app.state::<Native<Wry>>().forget_biometrics().map_err(fault)?;
        shown(status)
    })
    .await)
}
