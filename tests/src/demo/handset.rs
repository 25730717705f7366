//! A phone as a loopback host with its own line to the office.

use super::{Done, blocking};
use crate::line::{Line, Mode};
use crate::phone::Phone;
use crate::programs::program;
use crate::web;
use reqwest::Client;
use serde_json::{Value, json};
use std::fs::OpenOptions;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;

/// Where a phone's screens and pictures come from, and who may frame it.
#[derive(Clone)]
pub struct Fittings {
    pub ui: PathBuf,
    pub shots: PathBuf,
    pub logs: PathBuf,
    pub stage: String,
}

/// Ended (killed) when dropped.
pub struct Handset {
    pub id: &'static str,
    pub staff: &'static str,
    pub phone: Phone,
    pub line: Line,
    pub url: String,
    addr: SocketAddr,
    child: Mutex<Option<Child>>,
    /// What was set by hand; a program that starts again begins with the usual ones.
    facts: Mutex<Value>,
    fittings: Fittings,
    http: Client,
}

impl Drop for Handset {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Handset {
    /// Starts the host of an enrolled phone.
    pub async fn start(
        id: &'static str,
        staff: &'static str,
        phone: Phone,
        line: Line,
        fittings: Fittings,
        http: Client,
    ) -> Done<Self> {
        let anywhere = SocketAddr::from(([127, 0, 0, 1], 0));
        let (command, name) = (serve(&phone, anywhere, &fittings), format!("phone {id}"));
        let log = fittings.logs.join(format!("phone-{id}.log"));
        let (child, addr) = blocking(move || spawn(command, &log, &name)).await??;
        let url = format!("http://{addr}");
        Ok(Self {
            id,
            staff,
            phone,
            line,
            url,
            addr,
            child: Mutex::new(Some(child)),
            facts: Mutex::new(json!({})),
            fittings,
            http,
        })
    }

    /// As the system ends an app, or an empty battery: SIGKILL. Whether it was running.
    pub fn kill(&self) -> bool {
        let child = self.child.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        let Some(mut child) = child else { return false };
        let _ = child.kill();
        child.wait().is_ok_and(|status| status.code().is_none())
    }

    pub fn running(&self) -> bool {
        let mut child = self.child.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        child.as_mut().is_some_and(|c| matches!(c.try_wait(), Ok(None)))
    }

    /// Up again with the same address.
    pub async fn restart(&self) -> Done<()> {
        self.kill();
        let (command, name) = (serve(&self.phone, self.addr, &self.fittings), format!("phone {}", self.id));
        let log = self.fittings.logs.join(format!("phone-{}.log", self.id));
        let (child, _) = blocking(move || spawn(command, &log, &name)).await??;
        *self.child.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(child);
        let facts = self.facts.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
        self.set_facts(&facts).await
    }

    /// One call of the bridge, as a screen makes it.
    pub async fn call(&self, call: &str, args: Value) -> Done<Value> {
        let body = json!({ "call": call, "args": args });
        let sent = self.http.post(format!("{}/bridge", self.url)).json(&body).send().await;
        let mut answer = web::json(call, sent).await?;
        if answer.get("err").is_some() {
            return Err(format!("{call}: {}", answer["err"]));
        }
        Ok(answer["ok"].take())
    }

    pub async fn status(&self) -> Done<Value> {
        self.call("status", json!({})).await
    }

    /// Puts a photograph where the camera puts it; its name in the inbox.
    pub async fn put_in(&self, name: &str, bytes: Vec<u8>) -> Done<String> {
        let sent = self.http.put(format!("{}/inbox/{name}", self.url)).body(bytes).send().await;
        let answer = web::json("inbox", sent).await?;
        answer["ok"]["name"].as_str().map(str::to_owned).ok_or_else(|| format!("inbox: {answer}"))
    }

    pub async fn facts(&self) -> Done<Value> {
        let answer = web::json("facts", self.http.get(format!("{}/facts", self.url)).send().await).await?;
        Ok(answer["ok"].clone())
    }

    /// Changes the named facts, keeps the others.
    pub async fn set_facts(&self, changed: &Value) -> Done<()> {
        let mut facts = self.facts().await?;
        {
            let mut kept = self.facts.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            for (name, value) in changed.as_object().into_iter().flatten() {
                facts[name.as_str()] = value.clone();
                kept[name.as_str()] = value.clone();
            }
        }
        let sent = self.http.put(format!("{}/facts", self.url)).json(&facts).send().await;
        let answer = web::json("facts", sent).await?;
        if answer.get("err").is_some() { Err(answer.to_string()) } else { Ok(()) }
    }

    /// Changes the line; the phone's system notices, as a real one does.
    pub async fn set_line(&self, mode: Mode) -> Done<()> {
        self.line.set(mode);
        let online = json!(mode != Mode::Cut);
        if self.running() {
            return self.set_facts(&json!({ "online": online })).await;
        }
        self.facts.lock().unwrap_or_else(std::sync::PoisonError::into_inner)["online"] = online;
        Ok(())
    }
}

pub fn line_word(mode: Mode) -> &'static str {
    match mode {
        Mode::Good => "good",
        Mode::Cut => "cut",
        Mode::Limited { .. } | Mode::Lossy { .. } => "weak",
    }
}

pub fn line_of(word: &str) -> Option<Mode> {
    [Mode::Good, Mode::Cut, Mode::WEAK].into_iter().find(|&m| line_word(m) == word)
}

fn serve(phone: &Phone, listen: SocketAddr, fittings: &Fittings) -> Command {
    let mut command = Command::new(program("ekitei-field"));
    command.arg("--home").arg(&phone.home).arg("serve").args(["--listen", &listen.to_string()]);
    command.arg("--ui").arg(&fittings.ui).arg("--ready-shots").arg(&fittings.shots);
    command.args(["--frame-origin", &fittings.stage]);
    command
}

/// Starts it and waits for the line that names its address.
fn spawn(mut command: Command, log: &PathBuf, name: &str) -> Done<(Child, SocketAddr)> {
    let told = |e: std::io::Error| format!("{name}: {e}");
    let log_file = OpenOptions::new().create(true).append(true).open(log).map_err(told)?;
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log_file).spawn().map_err(told)?;
    let mut line = String::new();
    if let Some(stdout) = child.stdout.take() {
        BufReader::new(stdout).read_line(&mut line).map_err(told)?;
    }
    match line.trim_end().strip_prefix("listening http://").and_then(|a| a.parse().ok()) {
        Some(addr) => Ok((child, addr)),
        None => {
            let _ = child.kill();
            let _ = child.wait();
            Err(format!("{name} did not come up: {line:?}; see {}", log.display()))
        }
    }
}
