//! Only files are read, and none without a bound.

use env::fake::FaultyDisk;
use env::{Disk, SystemDisk, read_whole};
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;

#[test]
fn what_is_no_file_is_an_error_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("file"), "x").unwrap();
    assert!(Command::new("mkfifo").arg(at("pipe")).status().unwrap().success());
    let _socket = UnixListener::bind(at("socket")).unwrap();
    symlink(at("file"), at("link")).unwrap();
    symlink("/dev/zero", at("zeroes")).unwrap();
    std::fs::create_dir(at("folder")).unwrap();
    for name in ["pipe", "socket", "zeroes", "folder"] {
        let path = at(name);
        assert!(SystemDisk.open_read(&path).is_err(), "{name}");
        assert!(SystemDisk.open_write(&path).is_err(), "{name}");
        assert!(SystemDisk.read(&path).is_err(), "{name}");
        let said = read_whole(&SystemDisk, &path, 9).unwrap_err().to_string();
        assert!(said.contains("no regular file") || said.contains("directory"), "{name}: {said}");
    }
    assert_eq!(SystemDisk.read(&at("link")).unwrap(), b"x", "what is read may lie elsewhere");
    assert!(SystemDisk.open_write(&at("link")).is_err(), "what is written may not");
    assert!(SystemDisk.sync_dir(&at("pipe")).is_err());
    assert_eq!(read_whole(&SystemDisk, &at("file"), 9).unwrap(), b"x");
}

#[test]
fn a_file_that_is_too_long_is_refused_before_memory_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let file = SystemDisk.create_new(&path).unwrap();
    file.set_len(9).unwrap();
    assert_eq!(read_whole(&SystemDisk, &path, 9).unwrap(), [0; 9]);
    file.set_len(1 << 40).unwrap();
    assert!(read_whole(&SystemDisk, &path, 9).is_err());
}

#[test]
fn a_file_knows_whether_it_has_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let faulty = FaultyDisk::new();
    let disks: [(&dyn Disk, &Path); 2] = [(&SystemDisk, folder.path()), (&faulty, Path::new("/data"))];
    for (disk, dir) in disks {
        disk.create_dir_all(dir).unwrap();
        let path = dir.join("file");
        let other = dir.join("other");
        let file = disk.create_new(&path).unwrap();
        assert!(file.is_named(&path).unwrap());
        disk.rename_replace(&path, &other).unwrap();
        assert!(!file.is_named(&path).unwrap(), "renamed");
        assert!(file.is_named(&other).unwrap());
        disk.create_new(&path).unwrap();
        assert!(!file.is_named(&path).unwrap(), "the name is another file's");
        disk.rename_replace(&path, &other).unwrap();
        assert!(!file.is_named(&other).unwrap(), "replaced");
        disk.remove(&other).unwrap();
        assert!(!file.is_named(&other).unwrap(), "removed");
    }
}
