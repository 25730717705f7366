//! A PostgreSQL cluster of our own for one stage: fresh folder, free port on loopback, stopped and removed at the end.

use std::fs;
use std::io;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::guard::Guard;
use crate::need::{is_root, newest_match};

pub const INITDB: &str = "/usr/lib/postgresql/*/bin/initdb";

pub struct Cluster {
    programs: PathBuf,
    folder: PathBuf,
    port: u16,
    _guard: Option<Guard>,
}

impl Cluster {
    /// Makes and starts the cluster; durability is off, since it lives for minutes.
    pub fn start() -> Result<Self, String> {
        let initdb = newest_match(INITDB).ok_or_else(|| format!("{INITDB} is missing"))?;
        let programs = initdb.parent().map(Path::to_path_buf).unwrap_or_default();
        let folder = std::env::temp_dir().join(format!("ekitei-postgres-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).map_err(|e| format!("create {}: {e}", folder.display()))?;
        let port = free_port().map_err(|e| format!("no free port: {e}"))?;
        // From here on, Drop tidies up.
        let guard = Guard::start(
            r#"kill -s INT "$(head -n 1 "$1/data/postmaster.pid")"; sleep 2; rm -rf -- "$1""#,
            &[&folder.to_string_lossy()],
        );
        let cluster = Self { programs, folder, port, _guard: guard };
        if is_root() {
            checked(Command::new("chown").arg("postgres").arg(&cluster.folder))?;
        }
        let data = cluster.data();
        checked(
            cluster
                .program("initdb")
                .args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "-D"])
                .arg(&data),
        )?;
        let settings = format!(
            "-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={} -c fsync=off -c max_connections=200",
            cluster.folder.display()
        );
        checked(
            cluster
                .program("pg_ctl")
                .args(["start", "-w", "-t", "60", "-s", "-o", &settings, "-l"])
                .arg(cluster.folder.join("server.log"))
                .arg("-D")
                .arg(&data),
        )?;
        Ok(cluster)
    }

    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}", self.port)
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// PostgreSQL refuses root, so root runs it as the account that Debian's package made.
    fn program(&self, name: &str) -> Command {
        let path = self.programs.join(name);
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(path);
            command
        } else {
            Command::new(path)
        };
        command.current_dir(&self.folder);
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if self.data().join("postmaster.pid").exists() {
            let _ = quiet(
                self.program("pg_ctl").args(["stop", "-w", "-s", "-m", "immediate", "-D"]).arg(self.data()),
            )
            .status();
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// The server inherits pg_ctl's output; a pipe would stay open as long as the server runs.
fn quiet(command: &mut Command) -> &mut Command {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null())
}

fn checked(command: &mut Command) -> Result<(), String> {
    let status = quiet(command).status().map_err(|e| format!("{command:?}: {e}"))?;
    if status.success() { Ok(()) } else { Err(format!("{command:?}: {status}")) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_cluster_answers_and_leaves_nothing() {
        let Some(psql) =
            newest_match("/usr/lib/postgresql/*/bin/psql").filter(|_| newest_match(INITDB).is_some())
        else {
            println!("not run: PostgreSQL is not installed; cargo xtask test --only postgres installs it");
            return;
        };
        let cluster = Cluster::start().unwrap();
        let answer = Command::new(psql).args(["-Atc", "select 6 * 7", &cluster.url()]).output().unwrap();
        assert_eq!(answer.stdout.trim_ascii(), b"42");
        let (folder, port) = (cluster.folder.clone(), cluster.port);
        drop(cluster);
        assert!(!folder.exists());
        assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err());
    }
}
