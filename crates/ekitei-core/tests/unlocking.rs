//! The ways into a phone: a finger beside the PIN, and a program that the MDM finds too old.
#![allow(clippy::unwrap_used)]

mod common;

use common::{PIN, Phone, case_id, keystore};
use ekitei_core::bridge::{Surface, args::*};
use ekitei_core::managed::Managed;
use ekitei_core::{Core, background::Background};
use ekitei_model::Fault;
use ekitei_seal::{DeviceKeystore, SealError, Secret32};
use ekitei_store::queue::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

const PURPOSE: &str = "biometrics";

fn code<T>(refused: Result<T, Fault>) -> String {
    refused.err().map(|fault| fault.code).unwrap_or_default()
}

/// What a finger opens: the development key store, wrapped and unwrapped as a phone's would.
fn set_up(phone: &Phone, core: &Core) -> Result<bool, Fault> {
    let keystore = keystore(&phone.dir());
    Ok(core.set_biometrics(PIN, |key| Ok(keystore.wrap(PURPOSE, key)?))?.biometrics)
}

fn by_finger(phone: &Phone, core: &Core) -> Result<bool, Fault> {
    let keystore = keystore(&phone.dir());
    Ok(!core.unlock_with_biometrics(|sealed| Ok(keystore.unwrap(PURPOSE, sealed)?))?.locked)
}

fn wrong_tries(phone: &Phone) -> u32 {
    phone.home().queue().read(pin::tries).unwrap().wrong
}

#[test]
fn a_finger_opens_what_the_pin_opens_until_it_is_given_up() {
    let phone = Phone::enrolled();
    let core = phone.open();
    assert_eq!(code(by_finger(&phone, &core)), "biometrics-none");
    assert_eq!(
        code(core.set_biometrics("000000", |_| panic!("asked before the PIN was right"))),
        "pin-wrong"
    );
    assert!(set_up(&phone, &core).unwrap());
    drop(core);

    let core = phone.locked();
    assert!(core.status(Nothing {}).unwrap().biometrics);
    assert_eq!(
        code(core.unlock_with_biometrics(|_| Err(Fault::ask("biometrics-cancelled")))),
        "biometrics-cancelled"
    );
    assert_eq!(
        code(core.case_card(serde_json::from_value(serde_json::json!({ "case": case_id("R8-1") })).unwrap())),
        "locked"
    );
    assert!(by_finger(&phone, &core).unwrap(), "a no is not the end");
    core.case_card(serde_json::from_value(serde_json::json!({ "case": case_id("R8-1") })).unwrap()).unwrap();

    // Another PIN re-wraps its own half only.
    core.change_pin(ChangePinArgs { old: PIN.into(), new: "719204".into() }).unwrap();
    core.lock(Nothing {}).unwrap();
    assert!(by_finger(&phone, &core).unwrap());
    assert!(!core.forget_biometrics().unwrap().biometrics);
    core.lock(Nothing {}).unwrap();
    assert_eq!(code(by_finger(&phone, &core)), "biometrics-none");
    core.unlock(PinArgs { pin: "719204".into() }).unwrap();
}

#[test]
fn a_finger_added_later_ends_it_and_the_pin_opens_as_before() {
    let phone = Phone::enrolled();
    let core = phone.open();
    set_up(&phone, &core).unwrap();
    core.lock(Nothing {}).unwrap();
    assert_eq!(
        code(core.unlock_with_biometrics(|_| Err(Fault::ask("biometrics-changed")))),
        "biometrics-changed"
    );
    assert!(!core.status(Nothing {}).unwrap().biometrics);
    core.unlock(PinArgs { pin: PIN.into() }).unwrap();
    // What comes back is no key.
    set_up(&phone, &core).unwrap();
    core.lock(Nothing {}).unwrap();
    assert_eq!(code(core.unlock_with_biometrics(|sealed| Ok(sealed.to_vec().into()))), "seal-damaged");
    assert!(!core.status(Nothing {}).unwrap().biometrics);
    // A lost PIN gives up the vault, and every way into it.
    core.unlock(PinArgs { pin: PIN.into() }).unwrap();
    set_up(&phone, &core).unwrap();
    core.forget_pin(Nothing {}).unwrap();
    assert!(!core.status(Nothing {}).unwrap().biometrics);
}

/// A phone whose own lock was not opened for hours: the key for the PIN is refused, the queue's is not.
struct Asleep {
    inner: Arc<dyn DeviceKeystore>,
    asleep: AtomicBool,
}

impl DeviceKeystore for Asleep {
    fn describe(&self) -> String {
        self.inner.describe()
    }
    fn device_key(&self, purpose: &str) -> Result<Secret32, SealError> {
        if purpose == ekitei_seal::PIN_PURPOSE && self.asleep.load(Ordering::Relaxed) {
            return Err(SealError::KeystoreUnavailable("screen-lock".into()));
        }
        self.inner.device_key(purpose)
    }
}

#[test]
fn a_key_store_that_sleeps_costs_no_try() {
    let phone = Phone::enrolled();
    let store = Arc::new(Asleep { inner: keystore(&phone.dir()), asleep: AtomicBool::new(true) });
    let core = Core::open(&phone.dir(), Arc::<Asleep>::clone(&store), common::options()).unwrap();
    for _ in 0..6 {
        assert_eq!(code(core.unlock(PinArgs { pin: PIN.into() })), "keystore-unavailable");
    }
    assert_eq!(wrong_tries(&phone), 0);
    store.asleep.store(false, Ordering::Relaxed);
    assert_eq!(code(core.unlock(PinArgs { pin: "000000".into() })), "pin-wrong");
    assert_eq!(wrong_tries(&phone), 1);
    core.unlock(PinArgs { pin: PIN.into() }).unwrap();
}

#[test]
fn a_program_that_is_too_old_opens_nothing_and_delivers() {
    let phone = Phone::enrolled();
    let core = phone.open();
    let newer = Managed { minimum_version: Some("999.0".into()), ..Managed::default() };
    core.set_managed(newer).unwrap();
    let status = core.status(Nothing {}).unwrap();
    assert_eq!((status.wants_newer.as_deref(), status.locked), (Some("999.0"), false));
    core.today(Nothing {}).expect("nobody is cut off in the middle of a visit");
    core.note_save(
        serde_json::from_value(serde_json::json!({ "case": case_id("R8-1"), "text": "途中" })).unwrap(),
    )
    .unwrap();
    core.lock(Nothing {}).unwrap();
    let refused = core.unlock(PinArgs { pin: PIN.into() }).unwrap_err();
    assert_eq!(
        (refused.code.as_str(), refused.params.get("version").map(String::as_str)),
        ("app-too-old", Some("999.0"))
    );
    assert_eq!(wrong_tries(&phone), 0);
    drop(core);
    // The background goes on trying: what it meets is the line, not the version.
    let background = Background::open(&phone.dir(), keystore(&phone.dir()), common::options()).unwrap();
    let outcome = background.sync_once(5_000, |_| ()).unwrap();
    assert_eq!(outcome.fault.map(|f| f.code).as_deref(), Some("network"));
    drop(background);
    let core = phone.locked();
    core.set_managed(Managed::default()).unwrap();
    assert!(!core.unlock(PinArgs { pin: PIN.into() }).unwrap().locked);
}
