//! A phone and an office with TLS under an authority of its own: enrolled by what the QR code says and by what a phone manager set;
//! another office at the same address hears no code.
#![allow(clippy::unwrap_used)]

use ekitei_core::bridge::{Surface, args::*};
use ekitei_core::managed::Managed;
use ekitei_core::{Core, Options};
use ekitei_model::Fault;
use ekitei_seal::FileKeystore;
use ekitei_tests::office::Office;
use ekitei_tests::phone::PIN;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use std::path::{Path, PathBuf};
use std::sync::Arc;

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Authority {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

struct World {
    folder: tempfile::TempDir,
    office: Office,
}

impl World {
    /// An office whose certificate `authority` signed.
    fn under(authority: &Authority) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        write_certificate(folder.path(), authority);
        std::fs::write(at("ca.pem"), authority.pem()).unwrap();
        let files = ["office.pem", "office.key", "ca.pem"].map(|name| at(name).to_str().unwrap().to_owned());
        let options = ["--tls-cert", &files[0], "--tls-key", &files[1], "--tls-ca", &files[2]];
        let office = Office::start_with(folder.path(), &options);
        Self { folder, office }
    }

    fn url(&self) -> String {
        format!("https://localhost:{}", self.office.addr.port())
    }

    fn phone(&self, name: &str) -> Core {
        core(&self.folder.path().join(name))
    }

    /// Address, code and authority as the office's QR code says them.
    fn invitation(&self, staff: &str) -> EnrolArgs {
        let link = self.office.cli("enrol", &["--staff", staff, "--link"]);
        let query = link.trim().strip_prefix("ekitei://enrol?").unwrap().to_owned();
        let value = |name: &str| {
            let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            let found = pairs.find(|(key, _)| *key == name).map(|(_, value)| value.to_owned());
            found.map(|v| v.replace("%2F", "/").replace("%2B", "+").replace("%3D", "=").replace("%3A", ":"))
        };
        EnrolArgs {
            // What the certificate names; the office knows itself by its number.
            server: self.url(),
            code: value("code").unwrap(),
            pin: PIN.into(),
            ca_pem: value("ca"),
            model: None,
        }
    }
}

/// Another certificate of the office, by the same authority.
fn write_certificate(folder: &Path, authority: &Authority) {
    let pair = KeyPair::generate().unwrap();
    let cert =
        CertificateParams::new(vec!["localhost".to_owned()]).unwrap().signed_by(&pair, authority).unwrap();
    std::fs::write(folder.join("office.pem"), cert.pem()).unwrap();
    std::fs::write(folder.join("office.key"), pair.serialize_pem()).unwrap();
}

fn core(home: &PathBuf) -> Core {
    std::fs::create_dir_all(home).unwrap();
    let keystore = FileKeystore::open_or_create(&home.join("device.key")).unwrap();
    let options = Options { worker: false, ..Options::default() };
    Core::open(home, Arc::new(keystore), options).unwrap()
}

fn sync(core: &Core) -> Option<Fault> {
    core.sync_within(60, false).unwrap().fault
}

fn code(refused: Result<impl Sized, Fault>) -> String {
    refused.err().map(|fault| fault.code).unwrap_or_default()
}

#[test]
fn the_qr_code_names_the_authority_and_a_renewed_certificate_needs_no_new_one() {
    let authority = authority();
    let mut world = World::under(&authority);
    let phone = world.phone("phone");
    let invitation = world.invitation("s001");
    assert!(invitation.ca_pem.as_deref().unwrap().starts_with("sha256/"));
    assert_eq!(code(phone.enrol(EnrolArgs { ca_pem: None, ..invitation.clone() })), "server-ca");
    let status = phone.enrol(invitation).unwrap();
    assert!(status.enrolled && !status.locked && status.last_fault.is_none(), "{:?}", status.last_fault);
    assert!(
        !phone.case_list(CaseListArgs { filter: String::new(), followed_only: false }).unwrap().is_empty()
    );

    write_certificate(world.folder.path(), &authority);
    world.office.restart();
    assert_eq!(sync(&phone), None, "the authority is pinned, not the certificate");

    // Whoever has the address and another authority is not the office.
    let other = self::authority();
    write_certificate(world.folder.path(), &other);
    std::fs::write(world.folder.path().join("ca.pem"), other.pem()).unwrap();
    world.office.restart();
    assert_eq!(sync(&phone).map(|f| f.code).as_deref(), Some("server-untrusted"));
}

#[test]
fn another_office_at_the_address_hears_no_code() {
    let (world, stranger) = (World::under(&authority()), World::under(&authority()));
    let phone = world.phone("phone");
    let invitation = world.invitation("s001");
    let led_astray = EnrolArgs { server: stranger.url(), ..invitation.clone() };
    assert_eq!(code(phone.enrol(led_astray)), "enrol-untrusted");
    assert!(!phone.status(Nothing {}).unwrap().enrolled);
    assert!(phone.enrol(invitation).unwrap().enrolled, "the code is unused");
}

#[test]
fn what_the_mdm_pins_is_trusted_alone() {
    let world = World::under(&authority());
    let phone = world.phone("phone");
    let EnrolArgs { server, code: one_time, ca_pem, .. } = world.invitation("s001");
    let right = ca_pem.unwrap();
    let wrong = format!("sha256/{}=", "A".repeat(43));
    let managed = Managed {
        server_url: Some(server.clone()),
        enrolment_secret: Some(one_time.clone()),
        ca_pin: Some(wrong.clone()),
        ..Managed::default()
    };
    phone.set_managed(managed.clone()).unwrap();
    let invited = phone.status(Nothing {}).unwrap().invitation.unwrap();
    assert_eq!((&invited.server, invited.code.as_deref()), (&server, Some(one_time.as_str())));
    let args =
        EnrolArgs { server, code: one_time, pin: PIN.into(), ca_pem: Some(right.clone()), model: None };
    assert_eq!(code(phone.enrol(args.clone())), "enrol-untrusted", "a code does not widen what the MDM pins");

    phone.set_managed(Managed { ca_pin: Some(right.clone()), ..managed.clone() }).unwrap();
    assert!(phone.enrol(EnrolArgs { ca_pem: None, ..args }).unwrap().enrolled);
    assert_eq!(phone.status(Nothing {}).unwrap().invitation.map(|i| i.server), None);
    assert_eq!(sync(&phone), None);

    // The authority changes: the spare is what comes next. Another process of this phone knows it, too.
    phone.set_managed(Managed { ca_pin: Some(wrong.clone()), ..managed.clone() }).unwrap();
    assert_eq!(sync(&phone).map(|f| f.code).as_deref(), Some("server-untrusted"));
    drop(phone);
    let phone = world.phone("phone");
    assert_eq!(sync(&phone).map(|f| f.code).as_deref(), Some("server-untrusted"));
    phone.set_managed(Managed { ca_pin: Some(wrong), ca_pin_spare: Some(right), ..managed }).unwrap();
    assert_eq!(sync(&phone), None);
}
