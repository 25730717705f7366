//! Where the installation lives, and the one core of this process.

use ekitei_core::{Core, Options};
use ekitei_model::Fault;
use ekitei_native::Native;
use ekitei_seal::DeviceKeystore;
use std::path::PathBuf;
use std::sync::Arc;
use tauri::{AppHandle, Manager};

/// The phone's own place (which its background process uses, too), `EKITEI_HOME` (development and tests), else the app's
/// data directory.
fn home(app: &AppHandle) -> Result<PathBuf, Fault> {
    let native = app.state::<Native<tauri::Wry>>();
    if let Some(dir) = native.home().map_err(|e| Fault::ask(&e.code).with("detail", e.detail))? {
        return Ok(dir);
    }
    if let Some(dir) = std::env::var_os("EKITEI_HOME") {
        return Ok(dir.into());
    }
    app.path().app_local_data_dir().map_err(|e| Fault::ask("internal").with("detail", e))
}

pub fn core(app: &AppHandle) -> Result<Arc<Core>, Fault> {
    let dir = home(app)?;
    std::fs::create_dir_all(&dir).map_err(|e| Fault::ask("home-unusable").with("detail", e))?;
    Core::open(&dir, keystore(&dir)?, Options::default()).map(Arc::new)
}

/// Android Keystore, which the Kotlin half has handed over; there is no other on a phone.
#[cfg(target_os = "android")]
fn keystore(_: &std::path::Path) -> Result<Arc<dyn DeviceKeystore>, Fault> {
    ekitei_ffi::installed_keystore().ok_or_else(|| Fault::ask("keystore-unavailable"))
}

/// On a desktop the key store is a file and says so on screen.
#[cfg(not(target_os = "android"))]
fn keystore(dir: &std::path::Path) -> Result<Arc<dyn DeviceKeystore>, Fault> {
    Ok(Arc::new(ekitei_seal::FileKeystore::open_or_create(&dir.join("device.key"))?))
}

pub fn keep(app: &AppHandle, core: Arc<Core>) {
    app.manage(core);
}
