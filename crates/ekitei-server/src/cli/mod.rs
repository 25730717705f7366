//! The operator's commands. All but `restore` work while the server runs: they only write rows, and the server reads
//! them with the next request.

mod serve;

use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Debug, Parser)]
#[command(name = "ekitei-server", version, about = "駅逓: the office server")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server until it is told to stop (SIGTERM or Ctrl-C)
    Serve(serve::Args),
    /// Print the description of the console's API
    Openapi,
}

/// Where the office's data is; the same for every command.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Office {
    /// The server's own folder: database, keys, blobs
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// PostgreSQL instead of the SQLite file in the data folder
    #[arg(long, value_name = "postgres://…", env = "EKITEI_DATABASE")]
    pub database: Option<String>,
}

/// What a command ends with: a sentence for the operator.
pub(crate) type Done = Result<(), Box<dyn std::error::Error + Send + Sync>>;

/// Reads the arguments and does what they say.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("ekitei-server: {error}");
            return ExitCode::FAILURE;
        }
    };
    let done = runtime.block_on(async {
        match cli.command {
            Command::Serve(args) => serve::run(args).await,
            Command::Openapi => {
                print!("{}", crate::openapi());
                Ok(())
            }
        }
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ekitei-server: {error}");
            ExitCode::FAILURE
        }
    }
}
