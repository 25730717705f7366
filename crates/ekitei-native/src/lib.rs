//! The Rust half of the native module whose Kotlin half is `android/`: typed commands for screens, and what the phone
//! tells by itself. On a desktop each command is a stand-in that says so (`stand_in: true`).
//!
//! May not live here: rules, records, paths that a screen chooses (the core's directory is added here). Caller: src-tauri.

mod answers;
mod biometrics;
mod commands;
#[cfg(not(target_os = "android"))]
mod desktop;
#[cfg(target_os = "android")]
mod phone;
mod told;

use serde::Serialize;
use serde::de::DeserializeOwned;
use std::path::{Path, PathBuf};
use tauri::plugin::{Builder, TauriPlugin};
use tauri::{AppHandle, Manager, Runtime};

pub use answers::*;
pub use told::Told;

#[cfg(not(target_os = "android"))]
use desktop::Half;
#[cfg(target_os = "android")]
use phone::Half;

/// Why the phone did not do it; `code` is a key of the message catalogue.
#[derive(Clone, Debug, Serialize, thiserror::Error)]
#[error("{code}: {detail}")]
pub struct Refused {
    pub code: String,
    #[serde(skip)]
    pub detail: String,
    pub params: std::collections::BTreeMap<String, String>,
    pub cure: &'static str,
}

impl Refused {
    pub fn new(code: &str, detail: impl std::fmt::Display) -> Self {
        let detail = detail.to_string();
        // The catalogue's texts name one or the other.
        let params = ["detail", "name"].map(|name| (name.to_owned(), detail.clone())).into();
        Self { code: code.to_owned(), detail, params, cure: "ask" }
    }
}

/// The way to the phone; one in each app.
pub struct Native<R: Runtime> {
    half: Half<R>,
}

impl<R: Runtime> Native<R> {
    /// Runs one command of the Kotlin half. Blocks.
    fn ask<T: DeserializeOwned + StandIn>(&self, command: &str, args: impl Serialize) -> Result<T, Refused> {
        self.half.ask(command, args)
    }

    /// Where the installation lives, the same for the app and for delivery in the background. `None`: the shell decides.
    ///
    /// # Errors
    /// The Kotlin half does not answer.
    pub fn home(&self) -> Result<Option<PathBuf>, Refused> {
        let home: Home = self.ask("home", Nothing {})?;
        Ok(home.dir.map(PathBuf::from))
    }

    /// Everything the phone says about itself, as `DeviceFacts` of the core.
    ///
    /// # Errors
    /// The Kotlin half does not answer.
    pub fn facts(&self) -> Result<serde_json::Value, Refused> {
        self.ask::<Facts>("facts", Nothing {}).map(|facts| facts.0)
    }

    /// The system's "save as" for a file of the private inbox, under `name` and as `media_type`; with `open` another app is
    /// asked to show what was saved. Waits for the person.
    ///
    /// # Errors
    /// `picker-missing`, `file-io`, `disk-full`.
    pub fn save(&self, file: &Path, name: &str, media_type: &str, open: bool) -> Result<Saved, Refused> {
        self.ask("save", serde_json::json!({ "file": file, "name": name, "type": media_type, "open": open }))
    }

    /// What the phone manager (MDM) set, as `Managed` of the core. `None`: no phone said this.
    ///
    /// # Errors
    /// The Kotlin half does not answer.
    pub fn managed(&self) -> Result<Option<serde_json::Value>, Refused> {
        let managed: Managed = self.ask("mdm", Nothing {})?;
        if managed.stand_in {
            return Ok(None);
        }
        serde_json::to_value(managed).map(Some).map_err(|e| Refused::new("native-failed", e))
    }
}

/// `plugin:ekitei-native`. `on_told` hears what the phone tells by itself, on a thread of its own.
pub fn init<R: Runtime>(on_told: impl Fn(&AppHandle<R>, Told) + Send + Sync + 'static) -> TauriPlugin<R> {
    Builder::new("ekitei-native")
        .invoke_handler(commands::handler())
        .setup(move |app, api| {
            let half = Half::start(app, &api, on_told)?;
            app.manage(Native { half });
            Ok(())
        })
        .build()
}
