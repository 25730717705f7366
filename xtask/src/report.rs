//! What became of each stage, and what that means for the exit code.

use std::fmt::Write as _;
use std::process::ExitCode;
use std::time::Duration;

use crate::runner::{End, Ran, minutes};
use crate::tally::Tally;

#[derive(Default)]
pub struct Report {
    lines: Vec<Line>,
    not_proven: Vec<String>,
    beyond: Vec<String>,
    tally: Tally,
    failed: bool,
}

struct Line {
    group: String,
    end: &'static str,
    took: Duration,
    budget: Duration,
    tally: Tally,
}

impl Report {
    pub fn ran(&mut self, group: &str, budget: Duration, ran: &Ran) {
        self.tally.add(ran.tally);
        self.failed |= ran.end != End::Passed;
        let end = if ran.end == End::Passed { "passed" } else { "FAILED" };
        self.lines.push(Line { group: group.to_owned(), end, took: ran.took, budget, tally: ran.tally });
    }

    /// A group that could not run: why, and what would run it.
    pub fn not_proven(&mut self, group: &str, reason: &str, command: &str) {
        self.not_proven.push(format!("NOT PROVEN: {group} – {reason} – {command}"));
    }

    /// What no stage of this command can show anywhere; no failure.
    pub fn beyond(&mut self, what: &str) {
        self.beyond.push(format!("not shown by this run: {what}"));
    }

    pub fn text(&self) -> String {
        let mut text = String::new();
        let width = self.lines.iter().map(|line| line.group.len()).max().unwrap_or(0);
        for Line { group, end, took, budget, tally } in &self.lines {
            let (took, budget) = (minutes(*took), minutes(*budget));
            let _ = write!(text, "{group:width$}  {end}  {took:>7} of {budget}");
            if *tally != Tally::default() {
                let _ = write!(text, "  ({} passed, {} failed)", tally.passed, tally.failed);
            }
            text.push('\n');
        }
        for line in self.beyond.iter().chain(&self.not_proven) {
            text.push_str(line);
            text.push('\n');
        }
        if self.tally != Tally::default() {
            let _ = writeln!(text, "total: {} passed, {} failed", self.tally.passed, self.tally.failed);
        }
        text
    }

    pub fn is_success(&self, strict: bool) -> bool {
        !self.failed && (!strict || self.not_proven.is_empty())
    }

    pub fn exit_code(&self, strict: bool) -> ExitCode {
        if self.is_success(strict) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ran(end: End, passed: u64) -> Ran {
        Ran { end, tally: Tally { passed, failed: 0 }, took: Duration::from_secs(61) }
    }

    #[test]
    fn what_could_not_run_fails_only_when_strict() {
        let mut report = Report::default();
        report.ran("unit", Duration::from_secs(600), &ran(End::Passed, 12));
        report.not_proven("browser", "chromium is missing", "sudo apt-get install chromium");
        assert!(report.is_success(false));
        assert!(!report.is_success(true));
        let text = report.text();
        assert!(
            text.contains("NOT PROVEN: browser – chromium is missing – sudo apt-get install chromium\n"),
            "{text}"
        );
        assert!(text.contains("unit  passed    1m01s of 10m00s  (12 passed, 0 failed)"), "{text}");
        assert!(text.ends_with("total: 12 passed, 0 failed\n"), "{text}");
    }

    #[test]
    fn what_no_run_can_show_is_said_and_fails_nothing() {
        let mut report = Report::default();
        report.ran("unit", Duration::from_secs(600), &ran(End::Passed, 1));
        report.beyond("no device");
        assert!(report.is_success(true));
        assert!(report.text().contains("not shown by this run: no device\n"), "{}", report.text());
    }

    #[test]
    fn one_failed_stage_fails_the_run() {
        let mut report = Report::default();
        report.ran("fmt", Duration::from_secs(60), &ran(End::Failed("x".into()), 0));
        report.ran("unit", Duration::from_secs(60), &ran(End::Passed, 1));
        assert!(!report.is_success(false));
        assert!(report.text().contains("fmt   FAILED"));
    }
}
