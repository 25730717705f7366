//! Runs the stages of a command: provides what is missing where it may, collects what could not be proven.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use crate::cmd::Cmd;
use crate::need::{self, Need};
use crate::postgres::Cluster;
use crate::project::Project;
use crate::report::Report;
use crate::runner::{self, End, Ran};
use crate::scratch::Scratch;
use crate::stages::{self, Around, Stage};
use crate::tally::Tally;
use crate::{bench, phone, tools, ui};

pub const SETUP_MINUTES: u64 = 5;

#[derive(Debug, Default, PartialEq, Eq)]
pub struct Options {
    pub strict: bool,
    /// Empty: all groups.
    pub only: Vec<String>,
}

impl Options {
    pub fn parse(args: &[String]) -> Result<Self, String> {
        let mut options = Self::default();
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            let groups = match arg.as_str() {
                "--strict" => {
                    options.strict = true;
                    continue;
                }
                "--only" => args.next().ok_or("--only needs a group")?.as_str(),
                other => other.strip_prefix("--only=").ok_or_else(|| format!("unknown option '{other}'"))?,
            };
            options.only.extend(groups.split(',').map(str::to_owned));
        }
        Ok(options)
    }
}

/// `cargo xtask test`.
pub fn run(project: &Project, options: &Options) -> Result<ExitCode, String> {
    run_stages(project, "test", stages::test, options)
}

/// The commands that are just stages: check, gen, bench, prove, desktop.
pub fn run_command(project: &Project, command: &str, args: &[String]) -> Result<ExitCode, String> {
    let options = Options::parse(args)?;
    let stages = match command {
        "check" => stages::check,
        "gen" => stages::generate,
        "bench" => stages::bench,
        "prove" => stages::prove,
        "desktop" => stages::desktop,
        other => return Err(format!("unknown command '{other}'")),
    };
    if stages(project).is_empty() {
        return Err(format!("{command}: this tree has nothing to run for it"));
    }
    run_stages(project, command, stages, &options)
}

fn run_stages(
    project: &Project,
    command: &str,
    stages_of: fn(&Project) -> Vec<Stage>,
    options: &Options,
) -> Result<ExitCode, String> {
    tools::check()?;
    let stages = select(stages_of(project), &options.only)?;
    let minutes: u64 = stages.iter().map(|stage| stage.minutes).sum();
    println!("stages: {}; at most {minutes} minutes and {SETUP_MINUTES} for set-up", stages.len());
    let mut report = Report::default();
    let began = Instant::now();
    set_up(project, &stages, &mut report);
    // What the set-up brought may make them others.
    let stages = select(stages_of(project), &options.only)?;
    // What the set-up did not need is the stages'.
    let unused = Duration::from_secs(SETUP_MINUTES * 60).saturating_sub(began.elapsed());
    let mut left: Duration = unused + stages.iter().map(Stage::budget).sum::<Duration>();
    for (i, stage) in stages.iter().enumerate() {
        let mut missing = |need: &Need, what: &str| {
            let reason = format!("{what}{} is missing and could not be installed", need.name());
            let cure = format!("{} && cargo xtask {command} --only {}", need.cure(), stage.group);
            report.not_proven(stage.group, &reason, &cure);
        };
        if let Some(need) = stage.needs.iter().find(|need| !need.is_there()) {
            missing(need, "");
            continue;
        }
        for need in stage.wants.iter().filter(|need| !need.is_there()) {
            missing(need, "in part: ");
        }
        let minutes = at_most(left, stages[i + 1..].iter().map(Stage::budget).sum());
        let ran = run_stage(project, stage, minutes);
        left = left.saturating_sub(ran.took);
        report.ran(stage.group, stage.budget(), &ran);
    }
    if command == "test" && options.only.is_empty() {
        phone::BEYOND.iter().for_each(|what| report.beyond(what));
    }
    print!("\n{}", report.text());
    Ok(report.exit_code(options.strict))
}

/// When a stage is ended: it may use what those before it left, and borrow up to half of what stands `behind` it. The
/// sum stays, a first build or a slow machine finds room, and what hangs cannot eat the run.
fn at_most(left: Duration, behind: Duration) -> Duration {
    left.saturating_sub(behind / 2)
}

fn select(stages: Vec<Stage>, only: &[String]) -> Result<Vec<Stage>, String> {
    let groups: Vec<&str> = stages.iter().map(|stage| stage.group).collect();
    if let Some(unknown) = only.iter().find(|group| !groups.contains(&group.as_str())) {
        return Err(format!("no group '{unknown}'; there are {}", groups.join(", ")));
    }
    Ok(stages
        .into_iter()
        .filter(|stage| only.is_empty() || only.iter().any(|group| group == stage.group))
        .collect())
}

/// One installation for all stages. Its failure is no verdict: the stages that lack something say so themselves.
fn set_up(project: &Project, stages: &[Stage], report: &mut Report) {
    let mut missing: Vec<Need> = Vec::new();
    for need in stages.iter().flat_map(|stage| stage.needs.iter().chain(&stage.wants)) {
        if !missing.contains(need) && !need.is_there() {
            missing.push(need.clone());
        }
    }
    let commands = need::commands_for(&missing, &project.root);
    if commands.is_empty() {
        return;
    }
    // Building a cargo tool takes minutes; packages alone do not.
    let budget = Duration::from_secs(SETUP_MINUTES * 60);
    let ran = runner::run("set-up", &commands, budget, &project.logs());
    if ran.end == End::Passed {
        report.ran("set-up", budget, &ran);
    }
}

fn run_stage(project: &Project, stage: &Stage, minutes: Duration) -> Ran {
    let go = |work: &[Cmd]| runner::run(stage.group, work, minutes, &project.logs());
    let with = |name: &str, value: &str| -> Vec<Cmd> {
        stage.work.iter().map(|cmd| cmd.clone().env(name, value)).collect()
    };
    match stage.around {
        Around::Nothing => go(&stage.work),
        Around::Postgres => match Cluster::start() {
            Ok(cluster) => go(&with("EKITEI_TEST_POSTGRES", &cluster.url())),
            Err(reason) => failed(reason),
        },
        Around::Scratch => match Scratch::new(stage.group) {
            Ok(scratch) => go(&with("TMPDIR", &scratch.folder().to_string_lossy())),
            Err(reason) => failed(reason),
        },
        Around::UiBuilt => finished(go(&stage.work), || ui::built(project)),
        Around::Bench => finished(go(&stage.work), || bench::publish(project, stage.group)),
    }
}

/// What is left to do when the commands have passed.
fn finished(ran: Ran, last: impl FnOnce() -> Result<(), String>) -> Ran {
    match ran.end {
        End::Passed => last().map_or_else(failed, |()| ran),
        End::Failed(_) => ran,
    }
}

fn failed(reason: String) -> Ran {
    println!("{reason}");
    Ran { end: End::Failed(reason), tally: Tally::default(), took: Duration::ZERO }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn parse(line: &str) -> Result<Options, String> {
        Options::parse(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn options() {
        assert_eq!(parse(""), Ok(Options::default()));
        assert_eq!(parse("--strict --only unit,fmt --only=ui").unwrap().only, ["unit", "fmt", "ui"]);
        assert!(parse("--strict").unwrap().strict);
        assert!(parse("--fast").unwrap_err().contains("--fast"));
        assert!(parse("--only").is_err());
    }

    #[test]
    fn a_slow_stage_borrows_from_those_behind_it_and_never_more_than_the_whole() {
        let minutes = |n: u64| Duration::from_secs(n * 60);
        let budgets = [minutes(2), minutes(4), minutes(6)];
        assert_eq!(at_most(minutes(12), minutes(10)), minutes(7));
        // Even when every stage takes all it may, the whole is what was promised, and none stands without a minute.
        let mut left: Duration = budgets.iter().sum();
        for (i, _) in budgets.iter().enumerate() {
            let may = at_most(left, budgets[i + 1..].iter().sum());
            assert!(may > Duration::ZERO);
            left -= may;
        }
        assert_eq!(left, Duration::ZERO);
    }

    #[test]
    fn an_unknown_group_is_named_with_the_known_ones() {
        let project = Project::find();
        let error = select(stages::test(&project), &["browsre".to_owned()]).err().unwrap();
        assert!(error.contains("browsre") && error.contains("unit"), "{error}");
        let chosen = select(stages::test(&project), &["fmt".to_owned()]).unwrap();
        assert_eq!(chosen.len(), 1);
    }
}
