//! The office server: HTTP for phones (`/v1`) and for the console (`/api`), filing into the shared folder, and the
//! commands of the operator.
//!
//! Lives here: listener and limits, authentication, tus, jobs, the console's API, command line. May not live here:
//! SQL (ekitei-server-db), rules over records (ekitei-model), image decoding (ekitei-photo), ciphers (ekitei-seal).
//! A handler is at most some twenty lines and decides nothing. Callers: the `ekitei-server` program and tests.

mod app;
mod blobs;
mod body;
mod calendar;
pub mod cli;
mod clock;
pub mod config;
mod console;
mod enrolment;
mod fault;
mod filing;
mod health;
mod hex;
mod hints;
mod holidays;
mod identity;
mod idle;
mod import;
mod jobs;
mod keys;
mod line;
mod listener;
mod lists;
mod metrics;
mod pages;
mod papers;
mod rate;
mod retention;
mod secret;
mod start;
mod storage_fault;
mod store;
mod tus;
mod v1;
mod verify;
mod web;

pub use clock::Clock;
pub use config::{Config, ConfigError, Limits, TlsFiles};
pub use console::openapi;
pub use start::{Running, StartError, start};
