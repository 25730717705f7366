//! Runs the commands of one stage: output into a log, a sign of life every ten seconds, a minute budget, and no
//! process left behind – not when the budget is spent, and not when xtask itself is ended.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::cmd::Cmd;
use crate::guard::{Guard, own_group};
use crate::tally::{self, Tally};

const TICK: Duration = Duration::from_secs(8);
const POLL: Duration = Duration::from_millis(100);
const TAIL_LINES: usize = 60;
/// Of one fault, and of all together.
const FAULT_LINES: usize = 12;
const FAULTS_LINES: usize = 240;

#[derive(Debug, PartialEq, Eq)]
pub enum End {
    Passed,
    Failed(String),
}

#[derive(Debug)]
pub struct Ran {
    pub end: End,
    pub tally: Tally,
    pub took: Duration,
}

/// Runs `commands` one after the other until one fails or `budget` is spent.
pub fn run(name: &str, commands: &[Cmd], budget: Duration, log_folder: &Path) -> Ran {
    let started = Instant::now();
    let log_path = log_folder.join(format!("{name}.log"));
    let mut watch = Watch {
        name,
        started,
        deadline: started + budget,
        tally: Tally::default(),
        tail: Vec::new(),
        faults: Vec::new(),
        fault_lines: 0,
    };
    let end = match open_log(&log_path) {
        Err(error) => End::Failed(format!("log {}: {error}", log_path.display())),
        Ok(mut log) => commands
            .iter()
            .map(|cmd| watch.one(cmd, &mut log))
            .find(|end| *end != End::Passed)
            .unwrap_or(End::Passed),
    };
    if let End::Failed(reason) = &end {
        println!("[{name}] FAILED: {reason}");
        for line in &watch.faults {
            println!("    {line}");
        }
        println!("[{name}] the end of {}:", log_path.display());
        for line in &watch.tail {
            println!("    {line}");
        }
    }
    Ran { end, tally: watch.tally, took: started.elapsed() }
}

fn open_log(path: &PathBuf) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    File::create(path)
}

struct Watch<'a> {
    name: &'a str,
    started: Instant,
    deadline: Instant,
    tally: Tally,
    tail: Vec<String>,
    /// What each failed test said: it may lie far above the end of the log.
    faults: Vec<String>,
    /// How many of the next lines still belong to it.
    fault_lines: usize,
}

impl Watch<'_> {
    fn one(&mut self, cmd: &Cmd, log: &mut File) -> End {
        println!("[{}] {cmd}", self.name);
        let _ = writeln!(log, "$ {cmd}");
        let mut group = match Group::start(cmd) {
            Ok(group) => group,
            Err(error) => return End::Failed(format!("cannot start {}: {error}", cmd.program)),
        };
        let mut next_tick = Instant::now() + TICK;
        let exit = loop {
            match group.lines.recv_timeout(POLL) {
                Ok(line) => self.line(line, log),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    match group.child.try_wait() {
                        Ok(Some(status)) => break Ok(status),
                        Ok(None) => {}
                        Err(error) => break Err(format!("cannot watch {}: {error}", cmd.program)),
                    }
                    nap();
                }
            }
            let now = Instant::now();
            if now >= self.deadline {
                break Err(format!("over its budget of {}", minutes(self.deadline - self.started)));
            }
            if now >= next_tick {
                let last = self.tail.last().map_or("", String::as_str);
                println!(
                    "[{}] {} … {}",
                    self.name,
                    minutes(self.started.elapsed()),
                    shortened(last.trim(), 100)
                );
                next_tick = now + TICK;
            }
        };
        group.end();
        while let Ok(line) = group.lines.recv_timeout(POLL) {
            self.line(line, log);
        }
        match exit {
            Ok(status) if status.success() => End::Passed,
            Ok(status) => End::Failed(format!("{cmd}: {status}")),
            Err(reason) => End::Failed(reason),
        }
    }

    fn line(&mut self, line: String, log: &mut File) {
        let _ = writeln!(log, "{line}");
        if let Some(found) = tally::of_line(&line) {
            self.tally.add(found);
            if found != Tally::default() {
                println!("{line}");
            }
        }
        if tally::is_fault(&line) {
            self.fault_lines = FAULT_LINES;
        }
        if self.fault_lines > 0 && self.faults.len() < FAULTS_LINES {
            self.fault_lines -= 1;
            self.faults.push(shortened(&line, 400));
        }
        if !line.trim().is_empty() {
            if self.tail.len() == TAIL_LINES {
                self.tail.remove(0);
            }
            self.tail.push(line);
        }
    }
}

/// Output may be closed while the program still works, and std can only poll for its end.
#[expect(clippy::disallowed_methods, reason = "std has no way to wait for a child with a time limit")]
fn nap() {
    thread::sleep(POLL);
}

/// A program with all it starts, as one process group.
struct Group {
    child: Child,
    lines: Receiver<String>,
    guard: Option<Guard>,
}

impl Group {
    fn start(cmd: &Cmd) -> io::Result<Self> {
        let mut command = cmd.to_command();
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        own_group(&mut command);
        let mut child = command.spawn()?;
        let (sender, lines) = channel();
        if let Some(out) = child.stdout.take() {
            forward(out, sender.clone());
        }
        if let Some(err) = child.stderr.take() {
            forward(err, sender);
        }
        let guard = start_guard(child.id());
        Ok(Self { child, lines, guard })
    }

    /// Ends the program and whatever it left running.
    fn end(&mut self) {
        kill_group(self.child.id());
        // Before the number can belong to another group.
        self.guard = None;
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.end();
    }
}

/// Ctrl-C ends xtask but not a group of its own.
fn start_guard(group: u32) -> Option<Guard> {
    Guard::start(r#"kill -s KILL -- "-$1""#, &[&group.to_string()])
}

fn kill_group(group: u32) {
    if cfg!(unix) {
        let _ = Command::new("sh")
            .args(["-c", r#"kill -s KILL -- "-$1" 2>/dev/null"#, "xtask-kill", &group.to_string()])
            .status();
    }
}

/// Sends each line, also those that a progress bar ends with a carriage return.
fn forward(mut source: impl Read + Send + 'static, lines: Sender<String>) {
    thread::spawn(move || {
        let mut pending = Vec::new();
        let mut buffer = [0u8; 8192];
        loop {
            let read = match source.read(&mut buffer) {
                Ok(0) | Err(_) => break,
                Ok(read) => read,
            };
            for byte in &buffer[..read] {
                if matches!(byte, b'\n' | b'\r') {
                    if !pending.is_empty() {
                        let line = String::from_utf8_lossy(&pending).into_owned();
                        pending.clear();
                        if lines.send(line).is_err() {
                            return;
                        }
                    }
                } else {
                    pending.push(*byte);
                }
            }
        }
        if !pending.is_empty() {
            let _ = lines.send(String::from_utf8_lossy(&pending).into_owned());
        }
    });
}

/// `1m20s`.
pub fn minutes(duration: Duration) -> String {
    let seconds = duration.as_secs();
    if seconds < 60 { format!("{seconds}s") } else { format!("{}m{:02}s", seconds / 60, seconds % 60) }
}

fn shortened(text: &str, chars: usize) -> String {
    match text.char_indices().nth(chars) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn shell(folder: &Path, script: &str) -> Cmd {
        Cmd::new(folder, "sh -c").arg(script)
    }

    /// A process that would say so if it came to its own end.
    const LONG: &str = "(sleep 60; touch survived) >/dev/null 2>&1 & echo $! > left";

    /// Whether it was ended from outside. A kill is only on its way when it returns, so its end is awaited.
    fn was_ended(folder: &Path) -> bool {
        let pid = fs::read_to_string(folder.join("left")).unwrap();
        // A zombie waits for its parent's attention only; it no longer runs.
        let runs = || {
            fs::read_to_string(format!("/proc/{}/stat", pid.trim())).is_ok_and(|stat| !stat.contains(") Z "))
        };
        while runs() {
            thread::yield_now();
        }
        !folder.join("survived").exists()
    }

    #[test]
    fn over_budget_ends_the_whole_group() {
        let folder = tempfile::tempdir().unwrap();
        let script = shell(folder.path(), &format!("{LONG}; echo started; wait"));
        let ran = run("slow", &[script], Duration::from_secs(1), folder.path());
        let End::Failed(reason) = ran.end else { panic!("must fail") };
        assert!(reason.contains("over its budget"), "{reason}");
        assert!(was_ended(folder.path()), "the grandchild ran on");
    }

    #[test]
    fn what_a_command_leaves_behind_is_ended() {
        let folder = tempfile::tempdir().unwrap();
        let script = shell(folder.path(), LONG);
        let ran = run("left", &[script], Duration::from_secs(60), folder.path());
        assert_eq!(ran.end, End::Passed);
        assert!(was_ended(folder.path()));
    }

    #[test]
    fn the_end_of_xtask_ends_the_group() {
        let folder = tempfile::tempdir().unwrap();
        let mut group = Group::start(&shell(folder.path(), "sleep 600 & wait")).unwrap();
        group.guard.as_mut().unwrap().let_go();
        assert!(!group.child.wait().unwrap().success());
    }

    #[test]
    fn stops_at_the_first_failure_and_keeps_the_log() {
        let folder = tempfile::tempdir().unwrap();
        let commands = [
            shell(folder.path(), "echo 'test result: ok. 3 passed; 0 failed;'; echo problem >&2"),
            shell(folder.path(), "echo 'test result: FAILED. 1 passed; 2 failed;'; exit 3"),
            shell(folder.path(), "touch not-reached"),
        ];
        let ran = run("stage", &commands, Duration::from_secs(60), folder.path());
        assert!(matches!(&ran.end, End::Failed(reason) if reason.contains('3')), "{:?}", ran.end);
        assert_eq!(ran.tally, Tally { passed: 4, failed: 2 });
        assert!(!folder.path().join("not-reached").exists());
        let log = fs::read_to_string(folder.path().join("stage.log")).unwrap();
        assert!(log.contains("problem") && log.contains("$ sh -c"), "{log}");
    }

    #[test]
    fn what_failed_is_kept_however_much_follows() {
        let folder = tempfile::tempdir().unwrap();
        let said = r"thread 'a_test' panicked at tests/a.rs:3:5:\nleft: 1\n";
        let cmd = shell(folder.path(), &format!("printf \"{said}\"; seq 1 200; exit 1"));
        let mut log = File::create(folder.path().join("log")).unwrap();
        let deadline = Instant::now() + Duration::from_secs(60);
        let mut watch = Watch {
            name: "stage",
            started: Instant::now(),
            deadline,
            tally: Tally::default(),
            tail: Vec::new(),
            faults: Vec::new(),
            fault_lines: 0,
        };
        assert_ne!(watch.one(&cmd, &mut log), End::Passed);
        assert_eq!(watch.faults.len(), FAULT_LINES);
        assert_eq!(watch.faults[1], "left: 1");
        assert_eq!(watch.tail.len(), TAIL_LINES);
    }

    #[test]
    fn a_missing_program_is_a_failure_with_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let ran = run(
            "none",
            &[Cmd::new(folder.path(), "no-such-program-here")],
            Duration::from_secs(5),
            folder.path(),
        );
        assert!(matches!(&ran.end, End::Failed(reason) if reason.contains("no-such-program-here")));
    }

    #[test]
    fn durations_are_shown_in_minutes() {
        assert_eq!(minutes(Duration::from_secs(59)), "59s");
        assert_eq!(minutes(Duration::from_secs(80)), "1m20s");
        assert_eq!(shortened("駅逓の記録", 2), "駅逓…");
    }
}
