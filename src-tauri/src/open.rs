//! Where the installation lives, and the one core of this process.

use ekitei_core::{Core, Options};
use ekitei_model::Fault;
use ekitei_seal::FileKeystore;
use std::path::PathBuf;
use std::sync::Arc;
use tauri::{AppHandle, Manager};

/// `EKITEI_HOME` (development and tests), else the app's own data directory.
fn home(app: &AppHandle) -> Result<PathBuf, Fault> {
    if let Some(dir) = std::env::var_os("EKITEI_HOME") {
        return Ok(dir.into());
    }
    app.path().app_local_data_dir().map_err(|e| Fault::ask("internal").with("detail", e))
}

pub fn core(app: &AppHandle) -> Result<Arc<Core>, Fault> {
    let dir = home(app)?;
    std::fs::create_dir_all(&dir).map_err(|e| Fault::ask("home-unusable").with("detail", e))?;
    // On a desktop the key store is a file and says so on screen; a phone's own key store comes with the native module.
    let keystore = FileKeystore::open_or_create(&dir.join("device.key"))?;
    Core::open(&dir, Arc::new(keystore), Options::default()).map(Arc::new)
}

pub fn keep(app: &AppHandle, core: Arc<Core>) {
    app.manage(core);
}
