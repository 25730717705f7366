//! Tidying up even when xtask itself is ended: a shell that waits for our end of a pipe to close, then acts.

use std::process::{Child, ChildStdin, Command, Stdio};

/// While it lives, nothing happens. When this process ends without dropping it, `script` runs.
pub struct Guard {
    shell: Child,
    pipe: Option<ChildStdin>,
}

impl Guard {
    /// `args` are the script's `$1`, `$2` …. `None` when there is no shell.
    pub fn start(script: &str, args: &[&str]) -> Option<Self> {
        let mut command = Command::new("sh");
        command.args(["-c", &format!("read -r _; {script}"), "xtask-guard"]).args(args);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        own_group(&mut command);
        let mut shell = command.spawn().ok()?;
        let pipe = shell.stdin.take();
        Some(Self { shell, pipe })
    }

    /// What the end of this process would do, then the guard's work is awaited.
    #[cfg(all(test, unix))]
    pub fn let_go(&mut self) {
        drop(self.pipe.take());
        self.shell.wait().expect("the guard was started");
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        // First the shell, then (with the field) the pipe: dropped in order, the script never runs.
        let _ = self.shell.kill();
        let _ = self.shell.wait();
        drop(self.pipe.take());
    }
}

/// A process group of its own: Ctrl-C on the terminal does not reach it.
#[cfg(unix)]
pub fn own_group(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    command.process_group(0);
}

#[cfg(not(unix))]
pub fn own_group(_command: &mut Command) {}
