//! The Tauri shell: carries the bridge, serves thumbnails and display copies to the web view, opens the picture dialogue.
//! It translates and decides nothing. Originals never pass through the web view, and no remote content is loaded.
//!
//! A phone enters at [`run`]; background delivery does not need this crate (`ekitei-core` opens by itself).

mod bridge;
mod events;
mod media;
mod open;

use std::process::ExitCode;
use tauri::{WebviewUrl, WebviewWindowBuilder};

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

fn build_and_run() -> Result<(), Box<dyn std::error::Error>> {
    let app = tauri::Builder::default()
        .plugin(tauri_plugin_dialog::init())
        .invoke_handler(tauri::generate_handler![bridge::bridge, bridge::pick_photos])
        .register_asynchronous_uri_scheme_protocol("ekitei", media::answer)
        .setup(|app| {
            let core = open::core(app.handle())?;
            events::forward(app.handle().clone(), &core);
            open::keep(app.handle(), core);
            // The window comes last: its first call finds the core.
            WebviewWindowBuilder::new(app, "main", WebviewUrl::App("index.html".into()))
                .title("Ekitei 駅逓")
                .inner_size(400.0, 820.0)
                .min_inner_size(360.0, 560.0)
                .on_navigation(|url| {
                    matches!(url.scheme(), "tauri") || url.host_str() == Some("tauri.localhost")
                })
                .build()?;
            Ok(())
        })
        .build(tauri::generate_context!())?;
    app.run(|_, _| {});
    Ok(())
}
