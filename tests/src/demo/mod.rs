//! The demonstration: an invented prefecture with an office, two phones, a line that can be cut and one stage page.
//! The story runs once by itself, and each of its steps is looked at where it really happened.

mod cast;
mod handset;
mod happening;
mod inspection;
mod messages;
mod options;
mod pictures;
mod run;
mod seed;
mod share;
mod signals;
mod stage;
mod story;
mod table;
mod terminal;
mod tethering;
mod view;
mod watch;
mod work;

use std::process::ExitCode;

pub use crate::web::Done;

pub use crate::desk::PASSWORD;
/// The PIN of both phones.
pub use crate::phone::PIN;

/// Reads the arguments and plays.
pub fn main() -> ExitCode {
    let options = match options::parse(std::env::args().skip(1)) {
        Ok(Some(options)) => options,
        Ok(None) => {
            print!("{}", options::HELP);
            return ExitCode::SUCCESS;
        }
        Err(message) => {
            eprintln!("{message}\n\n{}", options::HELP);
            return ExitCode::from(64);
        }
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("demo: {error}");
            return ExitCode::FAILURE;
        }
    };
    let code = runtime.block_on(run::run(options));
    // A picture that is still being drawn need not be waited for.
    runtime.shutdown_background();
    code
}

/// Blocking work (processes, files) off the event loop. A failed fixture panics with its reason.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Done<T> {
    tokio::task::spawn_blocking(work).await.map_err(|error| match error.try_into_panic() {
        Ok(panic) => {
            let text = panic.downcast_ref::<String>().cloned();
            text.or_else(|| panic.downcast_ref::<&str>().map(|&t| t.to_owned()))
                .unwrap_or_else(|| "a step failed".into())
        }
        Err(error) => error.to_string(),
    })
}
