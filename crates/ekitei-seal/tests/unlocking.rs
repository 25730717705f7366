//! Key store and PIN: what opens, what does not, and that the reason given is the true one.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;

use ekitei_seal::{
    Argon2Params, DeviceKeystore, FileKeystore, SealError, VaultKey, WrappedKey, check_pin, rewrap,
    unwrap_with_pin, wrap_with_pin,
};
use proptest::prelude::*;

const FAST: Argon2Params = Argon2Params::TEST_ONLY;
const PIN: &str = "407129";

fn keystore(folder: &Path) -> FileKeystore {
    FileKeystore::open_or_create(&folder.join("device.key")).unwrap()
}

#[test]
fn the_key_store_keeps_its_keys_and_separates_purposes() {
    let folder = tempfile::tempdir().unwrap();
    let first = keystore(folder.path());
    let again = keystore(folder.path());
    let key = |store: &FileKeystore, purpose| *store.device_key(purpose).unwrap().expose();
    assert_eq!(key(&first, "queue.db"), key(&again, "queue.db"));
    assert_ne!(key(&first, "queue.db"), key(&first, "vault-pin"));
    let other = tempfile::tempdir().unwrap();
    assert_ne!(key(&first, "queue.db"), key(&keystore(other.path()), "queue.db"));
    assert!(first.describe().contains("development"), "{}", first.describe());
    assert_eq!(first.device_key("queue.db").unwrap().to_hex().len(), 64);
    let shown = format!("{:?} {:?}", first, first.device_key("queue.db").unwrap());
    assert!(!shown.contains(first.device_key("queue.db").unwrap().to_hex().as_str()), "{shown}");
}

#[test]
fn wrapped_values_open_only_here_and_for_their_purpose() {
    let folder = tempfile::tempdir().unwrap();
    let store = keystore(folder.path());
    let wrapped = store.wrap("device-credential", b"token").unwrap();
    assert_eq!(*store.unwrap("device-credential", &wrapped).unwrap(), b"token");
    assert!(matches!(store.unwrap("another", &wrapped), Err(SealError::Damaged)));
    let other = tempfile::tempdir().unwrap();
    assert!(keystore(other.path()).unwrap("device-credential", &wrapped).is_err());
    for at in 0..wrapped.len() {
        let mut changed = wrapped.clone();
        changed[at] ^= 1;
        assert!(store.unwrap("device-credential", &changed).is_err(), "byte {at}");
        assert!(store.unwrap("device-credential", &wrapped[..at]).is_err(), "cut at {at}");
    }
}

#[test]
fn a_damaged_key_store_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("device.key");
    drop(keystore(folder.path()));
    let good = fs::read_to_string(&path).unwrap();
    let changed = good.replacen(&good[30..31], if &good[30..31] == "A" { "B" } else { "A" }, 1);
    for bad in ["", "nonsense", &good[..40], changed.as_str(), &format!("{good} more")] {
        fs::write(&path, bad).unwrap();
        let error = FileKeystore::open_or_create(&path).unwrap_err();
        assert_eq!(error.code(), "keystore-damaged", "{bad}");
        assert_eq!(fs::read_to_string(&path).unwrap(), bad);
    }
    fs::write(&path, [0xff, 0xfe, 0x00]).unwrap();
    assert_eq!(FileKeystore::open(&path).unwrap_err().code(), "keystore-damaged");
    assert_eq!(FileKeystore::open(&folder.path().join("none")).unwrap_err().code(), "file-missing");
}

#[cfg(unix)]
#[test]
fn the_key_store_file_is_private() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("device.key");
    drop(keystore(folder.path()));
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(FileKeystore::open_or_create(&path).unwrap_err().code(), "keystore-exposed");
}

#[test]
fn processes_that_start_at_once_share_one_secret() {
    let folder = tempfile::tempdir().unwrap();
    let keys: Vec<[u8; 32]> = std::thread::scope(|scope| {
        let started: Vec<_> = (0..16)
            .map(|_| scope.spawn(|| *keystore(folder.path()).device_key("queue.db").unwrap().expose()))
            .collect();
        started.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(keys.iter().all(|key| *key == keys[0]));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary files stay");
}

#[test]
fn the_pin_opens_the_vault_key() {
    let folder = tempfile::tempdir().unwrap();
    let store = keystore(folder.path());
    let key = VaultKey::generate().unwrap();
    // Once with the real cost.
    let wrapped = wrap_with_pin(&key, PIN, &store, Argon2Params::STANDARD).unwrap();
    let json = serde_json::to_string(&wrapped).unwrap();
    assert!(!json.contains(key.to_hex().as_str()) && !json.contains(PIN));
    let stored: WrappedKey = serde_json::from_str(&json).unwrap();
    assert_eq!(unwrap_with_pin(&stored, PIN, &store).unwrap().to_hex(), key.to_hex());
    assert!(matches!(unwrap_with_pin(&stored, "407128", &store), Err(SealError::WrongPin)));
    assert_eq!(
        *unwrap_with_pin(&stored, "４０７１２９", &store).unwrap().to_hex(),
        *key.to_hex(),
        "a full-width keyboard types the same PIN"
    );
    assert!(!format!("{key:?}").contains(key.to_hex().as_str()));
}

#[test]
fn another_key_store_is_not_called_a_wrong_pin() {
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let key = VaultKey::generate().unwrap();
    let wrapped = wrap_with_pin(&key, PIN, &keystore(here.path()), FAST).unwrap();
    let error = unwrap_with_pin(&wrapped, PIN, &keystore(there.path())).unwrap_err();
    assert_eq!(error.code(), "keystore-changed");
}

#[test]
fn changing_the_pin_keeps_the_vault_key() {
    let folder = tempfile::tempdir().unwrap();
    let store = keystore(folder.path());
    let key = VaultKey::generate().unwrap();
    let old = wrap_with_pin(&key, PIN, &store, FAST).unwrap();
    let new = rewrap(&old, PIN, "旧道の一本桜の下", &store, FAST).unwrap();
    assert_eq!(unwrap_with_pin(&new, "旧道の一本桜の下", &store).unwrap().to_hex(), key.to_hex());
    assert!(matches!(unwrap_with_pin(&new, PIN, &store), Err(SealError::WrongPin)));
    assert!(matches!(rewrap(&old, "999998", "582047", &store, FAST), Err(SealError::WrongPin)));
    assert!(matches!(rewrap(&old, PIN, "111111", &store, FAST), Err(SealError::PinWeak)));
}

#[test]
fn a_changed_wrapped_key_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let store = keystore(folder.path());
    let wrapped = wrap_with_pin(&VaultKey::generate().unwrap(), PIN, &store, FAST).unwrap();
    let json = serde_json::to_value(&wrapped).unwrap();
    let with = |pointer: &str, value: serde_json::Value| {
        let mut changed = json.clone();
        *changed.pointer_mut(pointer).unwrap() = value;
        unwrap_with_pin(&serde_json::from_value(changed).unwrap(), PIN, &store).unwrap_err().code()
    };
    assert_eq!(with("/format", 2.into()), "seal-damaged");
    assert_eq!(with("/argon2/memory_kib", 4_000_000.into()), "seal-damaged");
    assert_eq!(with("/argon2/memory_kib", 1.into()), "seal-damaged");
    assert_eq!(with("/argon2/passes", 2.into()), "pin-wrong");
    assert_eq!(with("/salt", "AAAAAAAAAAAAAAAAAAAAAA".into()), "pin-wrong");
    assert_eq!(with("/salt", "*".into()), "seal-damaged");
    assert_eq!(with("/sealed_key", "".into()), "pin-wrong");
}

#[test]
fn pin_rules() {
    for good in ["407129", "582047", "0193847561", "旧道の一本桜の下", "correct horse", "９１４０２７"]
    {
        assert!(check_pin(good).is_ok(), "{good}");
    }
    for short in ["", "1", "40712", "abcdefg", "４０７１２", "山の上の郵便局"] {
        assert_eq!(check_pin(short).unwrap_err().code(), "pin-short", "{short}");
    }
    for weak in [
        "000000",
        "１１１１１１",
        "123456",
        "234567",
        "654321",
        "567890",
        "098765",
        "012345",
        "121212",
        "123123",
        "12341234",
        "112233",
        "password",
        "PASSWORD",
        "abcdefgh",
        "aaaaaaaa",
        "ああああああああ",
        "98765432",
    ] {
        assert_eq!(check_pin(weak).unwrap_err().code(), "pin-weak", "{weak}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn only_the_same_pin_opens(pin in "[0-9]{6,10}", other in "[0-9]{6,10}") {
        prop_assume!(check_pin(&pin).is_ok());
        let folder = tempfile::tempdir().unwrap();
        let store = keystore(folder.path());
        let key = VaultKey::generate().unwrap();
        let wrapped = wrap_with_pin(&key, &pin, &store, FAST).unwrap();
        prop_assert_eq!(unwrap_with_pin(&wrapped, &pin, &store).unwrap().to_hex(), key.to_hex());
        prop_assert_eq!(unwrap_with_pin(&wrapped, &other, &store).is_ok(), pin == other);
    }
}
