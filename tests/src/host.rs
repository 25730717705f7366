//! A phone as a host of screens (`ekitei-field serve`), asked as screens ask it, and killed by whoever holds it.

use crate::phone::Phone;
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Stdio};

pub struct Host {
    child: Child,
    /// `127.0.0.1:8000`
    pub addr: String,
}

impl Host {
    /// `ui`: a folder with an `index.html`.
    ///
    /// # Panics
    /// When it does not come up.
    pub fn start(phone: &Phone, ui: &Path) -> Self {
        let mut command = phone.command(&["serve", "--listen", "127.0.0.1:0", "--ui"]);
        command.arg(ui).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("the program can be started");
        let mut line = String::new();
        let out = child.stdout.take().expect("it is a pipe");
        BufReader::new(out).read_line(&mut line).expect("it says where it listens");
        let addr = line.trim().strip_prefix("listening http://").expect("it listens").to_owned();
        Self { child, addr }
    }

    /// SIGKILL.
    ///
    /// # Panics
    /// When somebody else took it away.
    pub fn kill(mut self) {
        self.child.kill().expect("it is our child");
        self.child.wait().expect("it is our child");
    }

    /// `{"ok": …}` or `{"err": …}`. `None`: it died before it had answered.
    pub fn ask(addr: &str, method: &str, path: &str, body: &[u8]) -> Option<Value> {
        let mut stream = TcpStream::connect(addr).ok()?;
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {addr}\r\nconnection: close\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).ok()?;
        stream.write_all(body).ok()?;
        let mut raw = Vec::new();
        stream.read_to_end(&mut raw).ok()?;
        let at = raw.windows(4).position(|w| w == b"\r\n\r\n")?;
        serde_json::from_slice(&raw[at + 4..]).ok()
    }

    /// One call of the bridge, as [`Host::ask`] answers.
    pub fn call(addr: &str, call: &str, args: &Value) -> Option<Value> {
        Self::ask(addr, "POST", "/bridge", json!({"call": call, "args": args}).to_string().as_bytes())
    }
}
