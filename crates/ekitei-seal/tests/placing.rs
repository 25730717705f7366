//! Durable placement: what stands under the final name after success, failure and a crash.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;
use std::process::Command;

use ekitei_seal::atomic::{
    FileError, Placement, TEMPORARY_PREFIX, create_dirs, remove_leftovers, write_atomic, write_atomic_as,
    write_new,
};

const CRASH_IN: &str = "EKITEI_SEAL_TEST_CRASH_IN";

fn put(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    write_atomic(path, |out| out.write_all(bytes).map_err(|e| FileError::new("write", path, e)))
}

fn names(folder: &Path) -> Vec<String> {
    fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn replaces_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("record");
    put(&path, b"first").unwrap();
    put(&path, b"second").unwrap();
    let failed: Result<(), FileError> = write_atomic(&path, |out| {
        out.write_all(&[0; 200_000]).unwrap();
        Err(FileError::new("write", &path, std::io::Error::from(std::io::ErrorKind::StorageFull)))
    });
    assert_eq!(failed.unwrap_err().code(), "disk-full");
    assert_eq!(fs::read(&path).unwrap(), b"second");
    assert_eq!(names(folder.path()), ["record"]);
}

#[test]
fn new_files_never_overwrite() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("写真.jpg");
    let write = |placement, bytes: &[u8]| {
        write_atomic_as(&path, placement, |out| {
            out.write_all(bytes).map_err(|e| FileError::new("write", &path, e))
        })
    };
    write(Placement::SharedNew, b"filed").unwrap();
    assert_eq!(write(Placement::SharedNew, b"other").unwrap_err().code(), "file-exists");
    let refused: Result<(), FileError> = write_new(&path, |_| Ok(()));
    assert_eq!(refused.unwrap_err().code(), "file-exists");
    assert_eq!(fs::read(&path).unwrap(), b"filed");
    assert_eq!(names(folder.path()), ["写真.jpg"]);
}

#[cfg(unix)]
#[test]
fn private_files_are_private_and_shared_ones_follow_the_umask() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let mode = |name: &str, placement| {
        let path = folder.path().join(name);
        write_atomic_as(&path, placement, |_| Ok::<(), FileError>(())).unwrap();
        fs::metadata(&path).unwrap().permissions().mode() & 0o777
    };
    fs::write(folder.path().join("plain"), b"").unwrap();
    let umask_mode = fs::metadata(folder.path().join("plain")).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode("private", Placement::Private), 0o600);
    assert_eq!(mode("shared", Placement::SharedNew), umask_mode);
}

#[test]
fn errors_name_the_step_and_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("missing").join("file");
    let error = put(&path, b"x").unwrap_err();
    assert_eq!(error.code(), "file-missing");
    assert!(error.to_string().starts_with("create ") && error.to_string().contains("missing"), "{error}");

    let blocked = folder.path().join("a-file");
    fs::write(&blocked, b"").unwrap();
    let error = create_dirs(&blocked.join("below")).unwrap_err();
    assert_eq!(error.code(), "file-exists");
    assert!(error.to_string().contains("a-file"), "{error}");
}

#[test]
fn folders_are_made_with_their_parents() {
    let folder = tempfile::tempdir().unwrap();
    let deep = folder.path().join("A振興局/商工労働観光課/指導保安係");
    create_dirs(&deep).unwrap();
    create_dirs(&deep).unwrap();
    put(&deep.join("x"), b"x").unwrap();
}

/// Run by the next test in a process of its own; alone it does nothing.
#[test]
fn crash_while_writing() {
    let Some(folder) = std::env::var_os(CRASH_IN) else { return };
    let path = Path::new(&folder).join("photo.age");
    let _: Result<(), FileError> = write_atomic(&path, |out| {
        out.write_all(&vec![9; 300_000]).unwrap();
        std::process::abort();
    });
}

#[test]
fn a_crash_leaves_only_a_marked_temporary_file() {
    let folder = tempfile::tempdir().unwrap();
    for existing in [None, Some(b"old".as_slice())] {
        let path = folder.path().join("photo.age");
        if let Some(bytes) = existing {
            put(&path, bytes).unwrap();
        }
        let status = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "crash_while_writing", "--test-threads=1"])
            .env(CRASH_IN, folder.path())
            .output()
            .unwrap()
            .status;
        assert!(!status.success(), "the child was to abort");
        assert_eq!(fs::read(&path).ok().as_deref(), existing);
        let left = names(folder.path());
        assert_eq!(left.iter().filter(|n| n.starts_with(TEMPORARY_PREFIX)).count(), 1, "{left:?}");
        assert_eq!(remove_leftovers(folder.path()).unwrap(), 1);
        assert_eq!(fs::read(&path).ok().as_deref(), existing);
    }
    assert_eq!(remove_leftovers(folder.path()).unwrap(), 0);
    assert_eq!(remove_leftovers(&folder.path().join("none")).unwrap(), 0);
}
