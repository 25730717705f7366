//! `enrol`: a one-time code for a person's phone, with its QR code.

use super::{Done, Office, Stop, now_ms, say};
use crate::config::Limits;
use crate::enrolment::{Door, EnrolmentError, make_code, qr_terminal};
use crate::start::{META_CA_PIN, META_PUBLIC_URL};
use ekitei_model::{StaffId, Stamp};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    office: Office,
    /// Whose phone it will be (staff number)
    #[arg(long, value_name = "ID")]
    staff: String,
    /// The address that the phone dials; absent: the one the server was last started with
    #[arg(long, value_name = "URL")]
    server: Option<String>,
    /// Only the code, for scripts
    #[arg(long)]
    plain: bool,
    /// Only what the QR code says: address, code, and whom to trust
    #[arg(long, conflicts_with = "plain")]
    link: bool,
}

pub(crate) async fn run(args: &Args) -> Done {
    let keys = args.office.keys()?;
    let storage = args.office.storage().await?;
    let server = match &args.server {
        Some(server) => server.clone(),
        None => storage.meta_get(META_PUBLIC_URL).await?.unwrap_or_default(),
    };
    let ca_pin = storage.meta_get(META_CA_PIN).await?.filter(|pin| !pin.is_empty());
    let door = Door { server, ca_pin };
    let staff = StaffId(args.staff.clone());
    let expires_ms = now_ms() + Limits::default().code_ms;
    let made = make_code(&*storage, &keys.signer, &staff, &door, expires_ms).await.map_err(|e| match e {
        EnrolmentError::Storage(e) => Stop::from(e),
        EnrolmentError::Random(e) => Stop::from(e),
    })?;
    if args.plain {
        println!("{}", made.code);
        return Ok(());
    }
    if args.link {
        println!("{}", made.link);
        return Ok(());
    }
    let hms = Stamp::japan(made.expires_ms).local_hms();
    let until = format!("{}:{}", hms.get(..2).unwrap_or(""), hms.get(2..4).unwrap_or(""));
    println!("{}", qr_terminal(&made.link));
    println!("{}", say("cli.enrol", &[("code", &made.code), ("server", &door.server), ("until", &until)]));
    Ok(())
}
