//! `account`: the password of a console account, from standard input.

use super::{Done, Office, say};
use crate::identity::{MAX_PASSWORD_BYTES, MIN_PASSWORD_CHARS, hash};
use ekitei_model::{Fault, StaffId};
use std::io::Read;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    office: Office,
    /// Staff number
    #[arg(long, value_name = "ID")]
    staff: String,
    /// Read the password from standard input (one line)
    #[arg(long, required = true)]
    password_stdin: bool,
}

pub(crate) async fn run(args: &Args) -> Done {
    let mut text = String::new();
    std::io::stdin().take(MAX_PASSWORD_BYTES as u64 + 2).read_to_string(&mut text)?;
    let password = text.trim_end_matches(['\r', '\n']);
    if password.chars().count() < MIN_PASSWORD_CHARS || password.len() > MAX_PASSWORD_BYTES {
        return Err(Fault::ask("password-length").with("min", MIN_PASSWORD_CHARS).into());
    }
    let storage = args.office.storage().await?;
    let staff = StaffId(args.staff.clone());
    if storage.staff(&staff).await?.is_none() {
        return Err(Fault::ask("staff-unknown").into());
    }
    storage.set_password(&staff, &hash(password)?).await?;
    println!("{}", say("cli.account", &[("staff", &args.staff)]));
    Ok(())
}
