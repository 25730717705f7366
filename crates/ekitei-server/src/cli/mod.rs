//! The operator's commands. All but `restore` work while the server runs: they only write rows, and the server reads
//! them with the next request.

mod account;
mod backup;
mod calendar;
mod enrol;
mod hand;
mod import;
mod import_checklists;
mod publish_form;
mod purge;
mod restore;
mod room_retention;
mod serve;
mod verify;

use crate::clock::Clock;
use crate::keys::Keys;
use crate::store;
use clap::{Parser, Subcommand};
use ekitei_model::Fault;
use ekitei_model::text::{Language, fault_text, text};
use ekitei_seal::atomic::create_dirs;
use ekitei_server_db::{Storage, StorageError};
use std::fmt;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

#[derive(Debug, Parser)]
#[command(name = "ekitei-server", version, about = "駅逓: the office server")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server until it is told to stop (SIGTERM or Ctrl-C)
    Serve(Box<serve::Args>),
    /// Add and change people: id,name,kana,section,role,extension[,mobile,from,to]
    ImportStaff(import::Args),
    /// Add and change cases: number,name,section,place,lat,lon[,access,assignees,filing]
    ImportCases(import::Args),
    /// Replace one person's calendar by the file that the groupware exports
    ImportCalendar(calendar::CalendarArgs),
    /// Replace the office's list of holidays
    ImportHolidays(calendar::HolidayArgs),
    /// Publish the ready checklists (tethering, before departure, …) where they are not there yet
    ImportChecklists(import_checklists::Args),
    /// Publish a form's definition to a section
    PublishForm(publish_form::Args),
    /// Make a one-time code with which a person's phone comes in
    Enrol(enrol::Args),
    /// Set the password of a person's console account
    Account(account::Args),
    /// Check log, records, blobs and shared folder; one line a fault
    Verify(verify::Args),
    /// Empty what was deleted or settled long ago, and bytes that nobody refers to
    Purge(purge::Args),
    /// Show or set how long rooms keep what is said in them, by type of room
    RoomRetention(room_retention::Args),
    /// Copy database, files and keys into a folder
    Backup(backup::Args),
    /// Make a data folder from a backup; begins a new epoch
    Restore(restore::Args),
    /// Begin a new epoch after the database was restored by its own tools
    NewEpoch(Office),
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
    #[arg(long, value_name = "postgres://…", env = "EKITEI_DATABASE", hide_env_values = true)]
    pub database: Option<String>,
}

impl Office {
    async fn storage(&self) -> Result<Arc<dyn Storage>, Stop> {
        create_dirs(&self.data)?;
        Ok(store::open(&self.data, self.database.as_deref()).await?)
    }

    fn keys(&self) -> Result<Keys, Stop> {
        Ok(Keys::open_or_create(&self.data)?)
    }
}

/// Why a command ends without success; printed in the operator's language.
#[derive(Debug)]
pub(crate) enum Stop {
    Fault(Fault),
    Other(Box<dyn std::error::Error + Send + Sync>),
    /// What is wrong has been printed line by line.
    Told,
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fault(fault) => f.write_str(&fault_text(language(), fault)),
            Self::Other(error) => error.fmt(f),
            Self::Told => Ok(()),
        }
    }
}

impl<E: std::error::Error + Send + Sync + 'static> From<E> for Stop {
    fn from(error: E) -> Self {
        let error: Box<dyn std::error::Error + Send + Sync> = Box::new(error);
        match error.downcast::<StorageError>() {
            Ok(storage) => match *storage {
                StorageError::Refused(fault) => Self::Fault(fault),
                other => Self::Other(Box::new(other)),
            },
            Err(other) => match other.downcast::<Fault>() {
                Ok(fault) => Self::Fault(*fault),
                Err(other) => Self::Other(other),
            },
        }
    }
}

pub(crate) type Done = Result<(), Stop>;

/// Japanese where the terminal is, else English.
pub(crate) fn language() -> Language {
    let set = |name| std::env::var(name).ok().filter(|v| !v.is_empty());
    let lang =
        set("EKITEI_LANG").or_else(|| set("LC_ALL")).or_else(|| set("LC_MESSAGES")).or_else(|| set("LANG"));
    if lang.is_some_and(|l| l.starts_with("ja")) { Language::Japanese } else { Language::English }
}

/// A sentence of the catalogue.
pub(crate) fn say(key: &str, params: &[(&str, &str)]) -> String {
    text(language(), key, params.iter().copied())
}

pub(crate) fn now_ms() -> i64 {
    Clock::default().now_ms()
}

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
    match runtime.block_on(run(cli.command)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Stop::Told) => ExitCode::FAILURE,
        Err(stop) => {
            eprintln!("ekitei-server: {stop}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> Done {
    match command {
        Command::Serve(args) => serve::run(*args).await,
        Command::ImportStaff(args) => import::staff(&args).await,
        Command::ImportCases(args) => import::cases(&args).await,
        Command::ImportCalendar(args) => calendar::run(&args).await,
        Command::ImportHolidays(args) => calendar::holidays(&args).await,
        Command::ImportChecklists(args) => import_checklists::run(&args).await,
        Command::PublishForm(args) => publish_form::run(&args).await,
        Command::Enrol(args) => enrol::run(&args).await,
        Command::Account(args) => account::run(&args).await,
        Command::Verify(args) => verify::run(&args).await,
        Command::Purge(args) => purge::run(&args).await,
        Command::RoomRetention(args) => room_retention::run(&args).await,
        Command::Backup(args) => backup::run(&args).await,
        Command::Restore(args) => restore::run(&args).await,
        Command::NewEpoch(office) => restore::new_epoch(&office).await,
        Command::Openapi => {
            print!("{}", crate::openapi());
            Ok(())
        }
    }
}
