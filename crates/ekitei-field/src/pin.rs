//! Where the PIN comes from: EKITEI_PIN, or a terminal without echo.

use ekitei_model::Fault;
use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
use std::io::{BufRead, IsTerminal, Write};
use zeroize::Zeroizing;

pub const VARIABLE: &str = "EKITEI_PIN";

/// # Errors
/// `pin-missing`: neither the variable nor a terminal is there.
pub fn read(question: &str) -> Result<Zeroizing<String>, Fault> {
    if let Ok(pin) = std::env::var(VARIABLE) {
        return Ok(Zeroizing::new(pin));
    }
    let input = std::io::stdin();
    if !input.is_terminal() {
        return Err(Fault::ask("pin-missing"));
    }
    let failed = |e: std::io::Error| Fault::ask("pin-missing").with("detail", e);
    let before = tcgetattr(&input).map_err(|e| failed(e.into()))?;
    let mut quiet = before.clone();
    quiet.local_modes.remove(LocalModes::ECHO);
    eprint!("{question}: ");
    std::io::stderr().flush().map_err(failed)?;
    tcsetattr(&input, OptionalActions::Flush, &quiet).map_err(|e| failed(e.into()))?;
    let mut line = Zeroizing::new(String::new());
    let read = input.lock().read_line(&mut line);
    // The echo comes back whatever the reading did.
    let restored = tcsetattr(&input, OptionalActions::Flush, &before);
    eprintln!();
    read.map_err(failed)?;
    restored.map_err(|e| failed(e.into()))?;
    Ok(Zeroizing::new(line.trim_end_matches(['\r', '\n']).to_owned()))
}
