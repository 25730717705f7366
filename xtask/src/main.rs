//! xtask: one place for every command of the project. `cargo xtask help` lists them.
//!
//! Lives here: starting other programs, watching them, reporting. May not live here: any rule of the product; a test
//! or a bench belongs to the package it concerns and is only started from here. Nobody calls this crate.

mod android;
mod bench;
mod cmd;
mod demo;
mod guard;
mod lint;
mod need;
mod phone;
mod postgres;
mod project;
mod report;
mod runner;
mod scratch;
mod stages;
mod tally;
mod test;
mod tools;
mod ui;
mod units;
mod version;

use std::process::ExitCode;

const HELP: &str = "\
cargo xtask COMMAND

  demo [--once] [...]   build and start the office, two phones and the stage page; --once ends after the story
  test [--strict] [--only GROUP[,GROUP]]
                        everything CI runs; --strict: what could not run is a failure
  check                 formatting and lints only
  gen                   regenerate TypeScript types, OpenAPI, message keys, screenshots
  bench [--only sync|photo|shutter|search|line|forms|report|chat]
                        benchmarks beside named peers, into docs/PERFORMANCE.md
  prove                 the long run: full seeds and kills (EKITEI_SIM_SEEDS, EKITEI_KILL_ROUNDS)
  desktop               build the desktop shell and drive its window
  android [--check] [--release --keystore FILE --alias NAME]
                        say what is missing for an APK, or build it
";

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let command = args.next().unwrap_or_default();
    let rest: Vec<String> = args.collect();
    let project = project::Project::find();
    let done = match command.as_str() {
        "android" => android::run(&project, &rest),
        "demo" => demo::run(&project, &rest),
        "test" => test::Options::parse(&rest).and_then(|options| test::run(&project, &options)),
        "check" | "gen" | "bench" | "prove" | "desktop" => test::run_command(&project, &command, &rest),
        // A stage of `test`: not for people, so the help is silent about it.
        "units" => units::run(&project, &rest).map(|()| ExitCode::SUCCESS),
        "help" | "--help" | "-h" => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        other => Err(format!("unknown command '{other}'\n\n{HELP}")),
    };
    match done {
        Ok(code) => code,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}
