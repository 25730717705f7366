//! Sealed bytes and files: round trips, strangers, damage, truncation, and what a crash leaves behind.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::{self, Read};

use ekitei_seal::{
    Identity, Recipient, SealError, key_id, open_bytes, open_file, open_reader, open_to_file, seal_bytes,
    seal_file,
};
use proptest::prelude::*;
use sha2::{Digest, Sha256};

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

fn pair() -> (Identity, Identity, Vec<Recipient>) {
    let (phone, office) = (Identity::generate(), Identity::generate());
    let recipients = vec![phone.recipient(), office.recipient()];
    (phone, office, recipients)
}

/// Bytes that repeat nowhere near a 64 KiB boundary.
fn sample(len: usize) -> Vec<u8> {
    (0..len).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect()
}

#[test]
fn either_recipient_opens_and_a_stranger_does_not() {
    let (phone, office, recipients) = pair();
    let cipher = seal_bytes("採取場の記録".as_bytes(), &recipients).unwrap();
    for identity in [phone, office] {
        assert_eq!(*open_bytes(&cipher, &[identity]).unwrap(), "採取場の記録".as_bytes());
    }
    let stranger = Identity::generate();
    assert!(matches!(open_bytes(&cipher, std::slice::from_ref(&stranger)), Err(SealError::NoMatchingKey)));
    assert!(matches!(open_bytes(&cipher, &[]), Err(SealError::NoMatchingKey)));
    assert!(matches!(seal_bytes(b"x", &[]), Err(SealError::NoRecipients)));
}

#[test]
fn several_identities_are_tried() {
    let (_, office, recipients) = pair();
    let cipher = seal_bytes(b"old key period", &recipients).unwrap();
    assert_eq!(*open_bytes(&cipher, &[Identity::generate(), office]).unwrap(), b"old key period");
}

#[test]
fn keys_survive_their_text_form() {
    let identity = Identity::generate();
    let again = Identity::from_secret_string(&identity.to_secret_string()).unwrap();
    assert_eq!(again.recipient(), identity.recipient());
    let recipient: Recipient = identity.recipient().to_string().parse().unwrap();
    assert_eq!(recipient, identity.recipient());
    assert_eq!(key_id(&recipient), sha256(recipient.as_str().as_bytes())[..16]);

    let json = serde_json::to_string(&recipient).unwrap();
    assert_eq!(json, format!("\"{recipient}\""));
    assert_eq!(serde_json::from_str::<Recipient>(&json).unwrap(), recipient);

    for wrong in ["", "age1", "AGE-SECRET-KEY-1", "ssh-ed25519 AAAA", "age1qqqqqqqqqqqqqqqqqqqq"] {
        assert_eq!(wrong.parse::<Recipient>().unwrap_err().code(), "seal-key-invalid", "{wrong}");
        assert_eq!(Identity::from_secret_string(wrong).unwrap_err().code(), "seal-key-invalid", "{wrong}");
    }
    let secret = identity.to_secret_string();
    assert!(!format!("{identity:?}").contains(&secret[15..]));
}

#[test]
fn a_file_reports_both_hashes_and_opens_again() {
    let folder = tempfile::tempdir().unwrap();
    let (phone, office, recipients) = pair();
    for len in [0, 1, 65_535, 65_536, 65_537, 200_000, 4 * 65_536] {
        let plain = sample(len);
        let path = folder.path().join(format!("{len}.age"));
        let sealed = seal_file(plain.as_slice(), &path, &recipients).unwrap();
        let cipher = fs::read(&path).unwrap();
        assert_eq!(sealed.plain_sha256, sha256(&plain));
        assert_eq!(sealed.plain_bytes, len as u64);
        assert_eq!(sealed.cipher_sha256, sha256(&cipher));
        assert_eq!(sealed.cipher_bytes, cipher.len() as u64);
        assert!(cipher.starts_with(b"age-encryption.org/v1\n"), "binary age, no armour");

        let mut out = Vec::new();
        let opened = open_file(&path, std::slice::from_ref(&office), &mut out).unwrap();
        assert_eq!(out, plain);
        assert_eq!(opened.plain_sha256, sealed.plain_sha256);

        let copy = folder.path().join("opened");
        open_to_file(&path, std::slice::from_ref(&phone), &copy).unwrap();
        assert_eq!(fs::read(&copy).unwrap(), plain);
    }
}

#[test]
fn a_source_that_fails_leaves_nothing_behind() {
    struct Breaks(u32);
    impl Read for Breaks {
        fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
            if self.0 == 0 {
                return Err(io::Error::other("card pulled out"));
            }
            self.0 -= 1;
            buf.fill(7);
            Ok(buf.len())
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let dest = folder.path().join("photo.age");
    let (_, _, recipients) = pair();
    let error = seal_file(Breaks(9), &dest, &recipients).unwrap_err();
    assert_eq!(error.code(), "file-io");
    assert!(error.to_string().contains("photo.age"), "{error}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_cut_file_never_appears_opened() {
    let folder = tempfile::tempdir().unwrap();
    let (phone, _, recipients) = pair();
    let path = folder.path().join("a.age");
    let plain = sample(150_000);
    seal_file(plain.as_slice(), &path, &recipients).unwrap();
    let cipher = fs::read(&path).unwrap();
    // Also exactly between two chunks, where nothing but the missing end gives it away.
    let header = cipher.len() - 150_000 - 3 * 16;
    let dest = folder.path().join("opened");
    for keep in [0, 10, header - 1, header, header + 65_552, header + 2 * 65_552, cipher.len() - 1] {
        fs::write(&path, &cipher[..keep]).unwrap();
        let error = open_to_file(&path, std::slice::from_ref(&phone), &dest).unwrap_err();
        assert!(matches!(error, SealError::Truncated | SealError::Damaged), "{keep}: {error}");
        assert!(!dest.exists(), "{keep}");
    }
    let mut longer = cipher;
    longer.push(0);
    fs::write(&path, &longer).unwrap();
    assert!(open_to_file(&path, &[phone], &dest).is_err());
}

#[test]
fn passphrase_files_and_endless_headers_are_refused() {
    let (phone, ..) = pair();
    let mut endless: Vec<u8> = b"age-encryption.org/v1\n".to_vec();
    for _ in 0..4000 {
        endless.extend_from_slice(b"-> stanza with arguments\nAAAA\n");
    }
    assert!(matches!(open_bytes(&endless, std::slice::from_ref(&phone)), Err(SealError::Damaged)));
    let scrypt = b"age-encryption.org/v1\n-> scrypt bBjlhJVYZeE4aqUdmtRHfw 32\nZx+ajBgmHnoSnRSpTYOYsvSEFNUz9WPYBuCA7GjLrCM\n--- gKZoKnA3Ad/0qiYYz/hBYUUWCzZ2QdZ1pXZ7g5DJ3nA\n0123456789abcdef0123456789abcdef";
    assert!(matches!(open_bytes(scrypt, &[phone]), Err(SealError::Damaged)));
}

#[test]
fn a_reader_can_be_sent_to_another_thread() {
    let (phone, _, recipients) = pair();
    let cipher = seal_bytes(&sample(100_000), &recipients).unwrap();
    let mut reader = open_reader(io::Cursor::new(cipher), &[phone]).unwrap();
    let read = std::thread::spawn(move || {
        let mut out = Vec::new();
        reader.read_to_end(&mut out).unwrap();
        out
    });
    assert_eq!(read.join().unwrap(), sample(100_000));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn bytes_round_trip(plain in proptest::collection::vec(any::<u8>(), 0..70_000)) {
        let (phone, office, recipients) = pair();
        let cipher = seal_bytes(&plain, &recipients).unwrap();
        prop_assert_eq!(&*open_bytes(&cipher, &[phone]).unwrap(), &plain);
        prop_assert_eq!(&*open_bytes(&cipher, &[office]).unwrap(), &plain);
    }

    #[test]
    fn a_flipped_bit_is_refused(
        plain in proptest::collection::vec(any::<u8>(), 1..2_000),
        place in any::<proptest::sample::Index>(),
        bit in 0..8u8,
    ) {
        let (phone, _, recipients) = pair();
        let mut cipher = seal_bytes(&plain, &recipients).unwrap();
        let at = place.index(cipher.len());
        cipher[at] ^= 1 << bit;
        prop_assert!(open_bytes(&cipher, &[phone]).is_err());
    }

    #[test]
    fn any_cut_is_refused(plain in proptest::collection::vec(any::<u8>(), 1..2_000), place in any::<proptest::sample::Index>()) {
        let (phone, _, recipients) = pair();
        let cipher = seal_bytes(&plain, &recipients).unwrap();
        prop_assert!(open_bytes(&cipher[..place.index(cipher.len())], &[phone]).is_err());
    }

    #[test]
    fn garbage_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..500)) {
        let mut with_magic = b"age-encryption.org/v1\n-> X25519 ".to_vec();
        with_magic.extend_from_slice(&bytes);
        prop_assert!(open_bytes(&bytes, &[Identity::generate()]).is_err());
        prop_assert!(open_bytes(&with_magic, &[Identity::generate()]).is_err());
    }
}
