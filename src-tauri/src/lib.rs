//! The Tauri shell: carries the bridge, serves thumbnails and display copies to the web view, opens the picture dialogue.
//! It translates and decides nothing. Originals never pass through the web view (what a person keeps goes past it), and no
//! remote content is loaded.
//!
//! A phone enters at [`run`]; its background delivery enters through `ekitei-ffi`, which this library carries, and never
//! comes here.

mod biometrics;
mod bridge;
mod events;
mod keep;
mod media;
mod native;
mod open;

use std::process::ExitCode;
use tauri::{WebviewUrl, WebviewWindowBuilder};

ekitei_ffi::uniffi_reexport_scaffolding!();

/// The desktop's entry: like [`run`], with an exit code.
pub fn start() -> ExitCode {
    match build_and_run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("ekitei: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// The phone's entry.
#[cfg_attr(mobile, tauri::mobile_entry_point)]
pub fn run() {
    start();
}

#[allow(clippy::disallowed_methods, reason = "inside of Tauri's macro, for a context that does not load")]
fn build_and_run() -> Result<(), Box<dyn std::error::Error>> {
    let app = tauri::Builder::default()
        .plugin(tauri_plugin_dialog::init())
        .plugin(ekitei_native::init(native::told))
        .invoke_handler(tauri::generate_handler![
            biometrics::biometrics_forget,
            biometrics::biometrics_set,
            biometrics::biometrics_unlock,
            bridge::bridge,
            bridge::pick_photos,
            keep::keep_file
        ])
        .register_asynchronous_uri_scheme_protocol("ekitei", media::answer)
        .setup(|app| {
            let core = open::core(app.handle())?;
            events::forward(app.handle().clone(), &core);
            open::keep(app.handle(), core);
            native::first_facts(app.handle());
            // The window comes last: its first call finds the core.
            let window = WebviewWindowBuilder::new(app, "main", WebviewUrl::App("index.html".into()))
                .on_navigation(|url| {
                    matches!(url.scheme(), "tauri") || url.host_str() == Some("tauri.localhost")
                });
            #[cfg(desktop)]
            let window = window.title("Ekitei 駅逓").inner_size(400.0, 820.0).min_inner_size(360.0, 560.0);
            window.build()?;
            Ok(())
        })
        .build(tauri::generate_context!())?;
    app.run(|_, _| {});
    Ok(())
}
