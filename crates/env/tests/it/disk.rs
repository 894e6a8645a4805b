//! What every disk must do, the real one and the one in memory.

use env::fake::FaultyDisk;
use env::{Disk, Kind, LockError, SystemDisk, is_not_ours, publish_file, remove_left, replace_file, temporary_path};
use std::io::ErrorKind;
use std::path::Path;

/// Runs a claim on both kinds of disk.
fn on_every_disk(claim: impl Fn(&dyn Disk, &Path)) {
    let folder = tempfile::tempdir().unwrap();
    claim(&SystemDisk, &folder.path().join("data"));
    claim(&FaultyDisk::new(), Path::new("/data"));
}

#[test]
fn bytes_are_read_back_where_they_were_written() {
    on_every_disk(|disk, dir| {
        disk.create_dir_all(&dir.join("a/b")).unwrap();
        let path = dir.join("a/b/file");
        let file = disk.create_new(&path).unwrap();
        assert!(file.is_empty().unwrap());
        file.write_all_at(b"world", 7).unwrap();
        file.write_all_at(b"hello", 0).unwrap();
        file.sync_all().unwrap();
        assert_eq!(disk.read(&path).unwrap(), b"hello\0\0world");
        let mut bytes = [0; 5];
        disk.open_read(&path).unwrap().read_exact_at(&mut bytes, 7).unwrap();
        assert_eq!(&bytes, b"world");
        let beyond = disk.open_read(&path).unwrap().read_exact_at(&mut bytes, 8);
        assert_eq!(beyond.unwrap_err().kind(), ErrorKind::UnexpectedEof);
        disk.open_write(&path).unwrap().set_len(3).unwrap();
        disk.open_write(&path).unwrap().set_len(5).unwrap();
        assert_eq!(disk.read(&path).unwrap(), b"hel\0\0", "what was cut off does not come back");
    });
}

#[test]
fn names_are_taken_once() {
    on_every_disk(|disk, dir| {
        disk.create_dir_all(dir).unwrap();
        let one = dir.join("one");
        let two = dir.join("two");
        publish_file(disk, &one, b"1").unwrap();
        publish_file(disk, &two, b"2").unwrap();
        assert_eq!(disk.create_new(&one).err().unwrap().kind(), ErrorKind::AlreadyExists);
        assert_eq!(disk.rename_noreplace(&one, &two).unwrap_err().kind(), ErrorKind::AlreadyExists);
        assert_eq!(publish_file(disk, &two, b"3").unwrap_err().kind(), ErrorKind::AlreadyExists);
        assert_eq!(disk.read(&two).unwrap(), b"2");
        assert_eq!(disk.list(dir).unwrap(), [one.clone(), two.clone()], "no temporary file is left");
        disk.rename_replace(&one, &two).unwrap();
        assert_eq!(disk.read(&two).unwrap(), b"1");
        disk.remove(&two).unwrap();
        assert!(!disk.exists(&two).unwrap());
        assert_eq!(disk.read(&two).unwrap_err().kind(), ErrorKind::NotFound);
    });
}

#[test]
fn removed_files_stay_readable_while_open() {
    on_every_disk(|disk, dir| {
        disk.create_dir_all(dir).unwrap();
        let path = dir.join("file");
        publish_file(disk, &path, b"here").unwrap();
        let open = disk.open_read(&path).unwrap();
        disk.remove(&path).unwrap();
        let mut bytes = [0; 4];
        open.read_exact_at(&mut bytes, 0).unwrap();
        assert_eq!(&bytes, b"here");
    });
}

#[test]
fn leftovers_of_a_crash_do_not_stand_in_the_way() {
    on_every_disk(|disk, dir| {
        disk.create_dir_all(dir).unwrap();
        let path = dir.join("file");
        for left in [&b""[..], b"wh", b"whole and more", &[0; 600]] {
            disk.create_new(&temporary_path(&path)).unwrap().write_all_at(left, 0).unwrap();
            replace_file(disk, &path, b"whole").unwrap();
        }
        replace_file(disk, &path, b"new").unwrap();
        assert_eq!(disk.read(&path).unwrap(), b"new");
    });
}

#[test]
fn what_nobody_of_ours_left_under_a_temporary_name_stays() {
    on_every_disk(|disk, dir| {
        disk.create_dir_all(dir).unwrap();
        let path = dir.join("file");
        let temporary = temporary_path(&path);
        disk.create_new(&temporary).unwrap().write_all_at(b"my only copy", 0).unwrap();
        for written in [
            publish_file(disk, &path, b"whole"),
            replace_file(disk, &path, b""),
            remove_left(disk, &temporary, b"your"),
        ] {
            assert!(written.is_err_and(|error| is_not_ours(&error)));
        }
        assert_eq!(disk.read(&temporary).unwrap(), b"my only copy");
        assert!(!disk.exists(&path).unwrap());
    });
}

#[test]
fn nothing_is_opened_for_writing_through_a_link_nor_is_a_file_of_two_names() {
    let folder = tempfile::tempdir().unwrap();
    let [file, link, second] = ["file", "link", "second"].map(|name| folder.path().join(name));
    publish_file(&SystemDisk, &file, b"here").unwrap();
    assert_eq!(SystemDisk.kind(&file).unwrap(), Kind::Plain);
    std::os::unix::fs::symlink(&file, &link).unwrap();
    assert!(SystemDisk.open_write(&link).is_err_and(|error| is_not_ours(&error)));
    assert!(matches!(SystemDisk.kind(&link).unwrap(), Kind::Other(_)));
    assert_eq!(SystemDisk.read(&link).unwrap(), b"here", "reading harms nothing");
    SystemDisk.open_write(&file).unwrap();
    std::fs::hard_link(&file, &second).unwrap();
    assert!(SystemDisk.open_write(&file).is_err_and(|error| is_not_ours(&error)));
    // A pipe is not waited for, whatever it is opened for.
    let pipe = folder.path().join("pipe");
    rustix::fs::mknodat(
        rustix::fs::CWD,
        &pipe,
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR,
        0,
    )
    .unwrap();
    for opened in [SystemDisk.open_read(&pipe), SystemDisk.open_write(&pipe)] {
        assert!(opened.is_err_and(|error| is_not_ours(&error)));
    }
    assert!(SystemDisk.read(&pipe).is_err_and(|error| is_not_ours(&error)));
    assert!(matches!(SystemDisk.kind(&pipe).unwrap(), Kind::Other(_)));
}

#[test]
fn real_files_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("data");
    SystemDisk.create_dir_all(&dir).unwrap();
    publish_file(&SystemDisk, &dir.join("file"), b"").unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&dir), mode(&dir.join("file"))), (0o700, 0o600));
}

#[test]
fn everything_in_a_folder_is_listed_and_folders_are_no_files() {
    on_every_disk(|disk, dir| {
        assert_eq!(disk.entries(dir).unwrap_err().kind(), ErrorKind::NotFound);
        disk.create_dir_all(&dir.join("folder/inside")).unwrap();
        disk.create_new(&dir.join("file")).unwrap();
        disk.create_new(&dir.join("folder/other")).unwrap();
        assert_eq!(disk.entries(dir).unwrap(), [dir.join("file"), dir.join("folder")]);
        assert_eq!(disk.list(dir).unwrap(), [dir.join("file")]);
    });
}

#[test]
fn a_folder_is_locked_by_one_at_a_time() {
    on_every_disk(|disk, dir| {
        disk.create_dir_all(dir).unwrap();
        let lock = disk.lock(dir).unwrap();
        for refused in [disk.lock(dir).err(), disk.lock_quietly(dir).err()] {
            assert!(matches!(refused, Some(LockError::Held { .. })), "{refused:?}");
        }
        drop(lock);
        let quiet = disk.lock_quietly(dir).unwrap();
        assert!(matches!(disk.lock(dir).err(), Some(LockError::Held { .. })));
        drop(quiet);
        disk.lock(dir).unwrap();
    });
}
