//! The core as a command line and as a loopback host: development, tests and benchmarks without a phone.
//!
//! Translates and decides nothing: no rule, no SQL, no text for people (those are in the message catalogue).
//! Nobody calls it but people, scripts, tests and the demo.

mod chat;
mod checklist;
mod cli;
mod happening;
mod host;
mod import;
mod inspection;
mod pin;
mod say;
mod show;
mod verbs;

use clap::Parser;
use clap::error::ErrorKind;
use std::process::ExitCode;

const EXIT_LOCKED: u8 = 3;
const EXIT_NOT_ENROLLED: u8 = 4;
const EXIT_USAGE: u8 = 64;

fn main() -> ExitCode {
    let cli = match cli::Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            let asked = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            return if asked { ExitCode::SUCCESS } else { ExitCode::from(EXIT_USAGE) };
        }
    };
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_env("EKITEI_LOG"))
        .with_writer(std::io::stderr)
        .init();
    let as_json = cli.verb.as_json();
    match verbs::run(cli) {
        Ok(code) => code,
        Err(fault) => {
            say::fault(&fault, as_json);
            match fault.code.as_str() {
                "locked" => ExitCode::from(EXIT_LOCKED),
                "not-enrolled" => ExitCode::from(EXIT_NOT_ENROLLED),
                _ => ExitCode::FAILURE,
            }
        }
    }
}
