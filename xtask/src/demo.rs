//! `cargo xtask demo`: everything built, then the demo's own program takes over this process.

use std::process::ExitCode;
use std::time::Duration;

use crate::cmd::Cmd;
use crate::project::Project;
use crate::runner::{self, End};
use crate::{tools, ui};

const BUDGET: Duration = Duration::from_secs(30 * 60);

/// `args` go to the demo program unchanged.
pub fn run(project: &Project, args: &[String]) -> Result<ExitCode, String> {
    tools::check()?;
    build(project)?;
    let program = project.built("demo");
    let mut command = std::process::Command::new(&program);
    command.args(args).current_dir(&project.root).env("EKITEI_ROOT", &project.root);
    // Just made above: it need not ask cargo again.
    command.env("EKITEI_BUILT", "1");
    replace_process(command).map_err(|e| format!("cannot start {}: {e}", program.display()))
}

/// Bundles and programs, as far as they are not fresh.
pub fn build(project: &Project) -> Result<(), String> {
    step(project, "demo-packages", &ui::install(project))?;
    let bundles = ui::build(project);
    step(project, "demo-screens", &bundles)?;
    if !bundles.is_empty() {
        ui::built(project)?;
    }
    step(project, "demo-programs", &[programs(project)])
}

/// One cargo call, so that all programs share one set of features.
pub fn programs(project: &Project) -> Cmd {
    Cmd::new(
        &project.root,
        "cargo build -p ekitei-server -p ekitei-field -p ekitei-tests --bin ekitei-server --bin ekitei-field --bin demo",
    )
}

fn step(project: &Project, name: &str, commands: &[Cmd]) -> Result<(), String> {
    if commands.is_empty() {
        return Ok(());
    }
    match runner::run(name, commands, BUDGET, &project.logs()).end {
        End::Passed => Ok(()),
        End::Failed(reason) => Err(format!("the demo could not be built: {reason}")),
    }
}

/// The demo gets the terminal's signals itself.
#[cfg(unix)]
fn replace_process(mut command: std::process::Command) -> std::io::Result<ExitCode> {
    use std::os::unix::process::CommandExt;
    Err(command.exec())
}

#[cfg(not(unix))]
fn replace_process(mut command: std::process::Command) -> std::io::Result<ExitCode> {
    let status = command.status()?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
