//! `serve`: the server itself.

use super::{Done, Office};
use crate::config::{Config, TlsFiles, set_name_rule};
use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use tracing_subscriber::EnvFilter;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    office: Office,
    /// The shared folder into which photos and notes are filed
    #[arg(long, value_name = "DIR")]
    share: PathBuf,
    /// Address to listen on; port 0 takes a free one. Beyond loopback only with TLS
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8443")]
    listen: SocketAddr,
    /// Certificate chain, PEM
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// Private key, PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Certificate of the authority that signed it, PEM: phones take its pin from their QR code
    #[arg(long, value_name = "FILE")]
    tls_ca: Option<PathBuf>,
    /// Built console pages to serve instead of the built-in ones
    #[arg(long, value_name = "DIR")]
    console: Option<PathBuf>,
    /// The one loopback origin whose pages may show the console in a frame (for the demo)
    #[arg(long, value_name = "ORIGIN")]
    frame_origin: Option<String>,
    /// How filed things are named: photo=TEMPLATE or note=TEMPLATE, with {date} {time} {caption} {number} {case} {staff} {hash}
    #[arg(long, value_name = "RULE")]
    name_rule: Vec<String>,
    /// The address that phones dial, if it differs from the listening one
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// What phones show as the office's name
    #[arg(long, value_name = "NAME", default_value = "駅逓")]
    server_name: String,
    /// Log lines as JSON
    #[arg(long)]
    log_json: bool,
}

pub(crate) async fn run(args: Args) -> Done {
    let mut config = Config::new(args.office.data, args.share, args.listen);
    config.database = args.office.database;
    config.tls = args.tls_cert.zip(args.tls_key).map(|(cert, key)| TlsFiles { cert, key });
    config.tls_ca = args.tls_ca;
    config.console = args.console;
    config.frame_origin = args.frame_origin;
    config.public_url = args.public_url;
    config.server_name = args.server_name;
    for rule in &args.name_rule {
        set_name_rule(&mut config.name_rule, rule)?;
    }
    log(args.log_json);
    let running = crate::start(config).await?;
    // One line that scripts wait for.
    println!("listening {}", running.url);
    std::io::stdout().flush()?;
    asked_to_stop().await?;
    tracing::info!("stopping");
    running.shutdown().await;
    Ok(())
}

/// Logs go to standard error; `EKITEI_LOG` chooses the level (`info` if absent).
fn log(json: bool) {
    let filter = EnvFilter::try_from_env("EKITEI_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let builder =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    if json {
        builder.json().init();
    } else {
        builder.with_ansi(false).init();
    }
}

#[cfg(unix)]
async fn asked_to_stop() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = terminate.recv() => Ok(()),
        done = tokio::signal::ctrl_c() => done,
    }
}

#[cfg(not(unix))]
async fn asked_to_stop() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
