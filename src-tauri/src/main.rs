//! Desktop entry point; a phone enters through `ekitei_app::run`.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

fn main() -> std::process::ExitCode {
    ekitei_app::start()
}
