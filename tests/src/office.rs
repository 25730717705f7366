//! An office server as a process of its own: started, killed, started again on the same port.

use crate::desk::PASSWORD;
use crate::programs::{must, program, root, said};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Ended (killed) when dropped; its folders stay.
pub struct Office {
    child: Option<Child>,
    pub data: PathBuf,
    pub share: PathBuf,
    pub addr: SocketAddr,
    options: Vec<String>,
    /// PostgreSQL instead of the SQLite file in `data`.
    database: Option<String>,
}

impl Office {
    /// An office with the sample prefecture below `dir`, on a free loopback port.
    pub fn start(dir: &Path) -> Office {
        Self::start_with(dir, &[])
    }

    /// The same with further options of `serve`.
    pub fn start_with(dir: &Path, options: &[&str]) -> Office {
        Self::start_on(dir, options, None)
    }

    /// The same on a PostgreSQL database, by its address.
    pub fn start_on(dir: &Path, options: &[&str], database: Option<&str>) -> Office {
        let (data, share) = (dir.join("data"), dir.join("share"));
        for folder in [&data, &share] {
            std::fs::create_dir_all(folder).expect("a temporary folder can be made");
        }
        let sample = root().join("assets/sample");
        let options = options.iter().map(|&o| o.to_owned()).collect();
        let database = database.map(str::to_owned);
        let mut office = Office {
            child: None,
            data,
            share,
            addr: SocketAddr::from(([127, 0, 0, 1], 0)),
            options,
            database,
        };
        office.cli("import-staff", &[sample.join("staff.csv").to_str().expect("the path is text")]);
        office.cli("import-cases", &[sample.join("cases.csv").to_str().expect("the path is text")]);
        office.serve();
        office
    }

    fn serve(&mut self) {
        let mut child = self
            .program()
            .args(["serve", "--data"])
            .arg(&self.data)
            .arg("--share")
            .arg(&self.share)
            .args(["--listen", &self.addr.to_string()])
            .args(&self.options)
            .stdout(Stdio::piped())
            .stderr(log(&self.data))
            .spawn()
            .expect("the server starts");
        let stdout = child.stdout.take().expect("the output is piped");
        let mut lines = BufReader::new(stdout).lines();
        let line = lines.next().and_then(Result::ok).unwrap_or_default();
        let addr = line.strip_prefix("listening ").and_then(|url| url.split("://").nth(1));
        self.addr = addr.and_then(|a| a.trim_end_matches('/').parse().ok()).unwrap_or_else(|| {
            let log = std::fs::read_to_string(self.data.join("server.log")).unwrap_or_default();
            panic!("the server did not come up: {line:?}\n{log}")
        });
        self.child = Some(child);
    }

    fn program(&self) -> Command {
        let mut command = Command::new(program("ekitei-server"));
        if let Some(database) = &self.database {
            command.env("EKITEI_DATABASE", database);
        }
        command
    }

    /// As a power cut would: SIGKILL, no farewell.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            // It may have ended by itself; then there is nothing to kill.
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Up again, same folders, same port.
    pub fn restart(&mut self) {
        self.kill();
        self.serve();
    }

    /// Copies everything into `to`, while it runs.
    pub fn backup(&self, to: &Path) {
        self.cli("backup", &["--to", to.to_str().expect("the path is text")]);
    }

    /// The disk is lost; the office comes up again from the backup, on the same port or (`moved`) elsewhere. The shared
    /// folder stays.
    pub fn restore(&mut self, from: &Path, moved: bool) {
        self.kill();
        std::fs::remove_dir_all(&self.data).expect("the data folder can be deleted");
        self.cli("restore", &["--from", from.to_str().expect("the path is text")]);
        if moved {
            self.addr.set_port(0);
        }
        self.serve();
    }

    /// The process, while it runs; 0 when it does not.
    pub fn pid(&self) -> u32 {
        self.child.as_ref().map_or(0, Child::id)
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// One of the operator's commands, which must succeed.
    pub fn cli(&self, verb: &str, args: &[&str]) -> String {
        said(&must(self.program().arg(verb).arg("--data").arg(&self.data).args(args)))
    }

    /// A one-time code for a person's phone.
    pub fn code(&self, staff: &str) -> String {
        self.cli("enrol", &["--staff", staff, "--plain"])
    }

    /// Gives the people console accounts with the one invented password.
    pub fn accounts(&self, staff: &[&str]) {
        for id in staff {
            let mut command = self.program();
            command.arg("account").arg("--data").arg(&self.data).args(["--staff", id, "--password-stdin"]);
            let mut child =
                command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().expect("the server starts");
            let mut stdin = child.stdin.take().expect("the input is piped");
            stdin.write_all(PASSWORD.as_bytes()).expect("it reads the password");
            drop(stdin);
            assert!(child.wait().expect("it ends").success(), "account of {id}");
        }
    }

    /// Publishes a form of assets/forms to a section in the right of `by`; its id, as visits name it.
    pub fn publish_form(&self, file: &str, by: &str, section: &str) -> String {
        let file = root().join("assets/forms").join(file);
        let file = file.to_str().expect("the path is text");
        self.cli("publish-form", &["--by", by, "--section", section, "--plain", file])
    }

    /// A count that the operator's tools read at `/metrics`. Without TLS.
    ///
    /// # Panics
    /// When it is not there.
    pub fn metric(&self, name: &str) -> u64 {
        let mut stream = TcpStream::connect(self.addr).expect("the office listens");
        let ask = format!("GET /metrics HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n", self.addr);
        stream.write_all(ask.as_bytes()).expect("it listens");
        let mut text = String::new();
        stream.read_to_string(&mut text).expect("it answers");
        let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        value.and_then(|v| v.trim().parse().ok()).unwrap_or_else(|| panic!("no {name} in {text}"))
    }

    /// Log, records, blobs and shared folder agree; the faults otherwise.
    pub fn verify(&self) -> Result<(), String> {
        let out = self
            .program()
            .arg("verify")
            .arg("--data")
            .arg(&self.data)
            .arg("--share")
            .arg(&self.share)
            .output()
            .map_err(|e| e.to_string())?;
        if out.status.success() { Ok(()) } else { Err(said(&out)) }
    }

    /// Files below the shared folder, relative, sorted; half-written ones (which begin with a dot) are not counted.
    pub fn filed(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        collect(&self.share, &self.share, &mut found);
        found.sort();
        found
    }
}

impl Drop for Office {
    fn drop(&mut self) {
        self.kill();
    }
}

fn log(data: &Path) -> Stdio {
    let file = std::fs::OpenOptions::new().create(true).append(true).open(data.join("server.log"));
    file.map_or_else(|_| Stdio::null(), Stdio::from)
}

fn collect(base: &Path, dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(base, &path, found);
        } else if !entry.file_name().to_string_lossy().starts_with('.') {
            found.push(path.strip_prefix(base).expect("it lies below").to_owned());
        }
    }
}
