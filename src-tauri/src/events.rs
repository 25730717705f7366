//! The core's hints, carried to the window as the event `ekitei`.

use ekitei_core::Core;
use std::sync::Arc;
use tauri::{AppHandle, Emitter};
use tokio::sync::broadcast::error::RecvError;

pub fn forward(app: AppHandle, core: &Arc<Core>) {
    let mut hints = core.subscribe();
    tauri::async_runtime::spawn(async move {
        loop {
            match hints.recv().await {
                Ok(event) => {
                    // A closed window needs no hint.
                    let _ = app.emit("ekitei", event);
                }
                // What was missed is read anew: screens reread on any hint.
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return,
            }
        }
    });
}
