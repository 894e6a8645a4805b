//! Signed notes and keys: what is accepted and what is not.

use indelible_proof::{
    Checkpoint, CheckpointError, NoteError, SignedNote, SigningKey, TreeSize, VerifierKey, empty_root,
    note::{KeyError, KeyType, NoteSignature, SIGNATURES_MAX},
};
use proptest::prelude::*;

fn key(n: u8) -> SigningKey {
    SigningKey::from_seed(&format!("key{n}.example"), &[n; 32]).unwrap()
}

fn signed(text: &str, keys: &[SigningKey]) -> SignedNote {
    let mut note = SignedNote::new(text).unwrap();
    keys.iter().for_each(|key| note.sign(key));
    note
}

#[test]
fn known_keys_count_and_unknown_ones_are_ignored() {
    let note = signed("text\n", &[key(1), key(2), key(3)]);
    let read: SignedNote = note.to_string().parse().unwrap();
    assert_eq!(read, note);
    let verified = read.verify(&[key(9).verifier(), key(3).verifier(), key(1).verifier()]).unwrap();
    assert_eq!(verified.iter().map(|one| one.key).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(read.verify(&[key(9).verifier()]), Err(NoteError::Unsigned));
    assert_eq!(read.verify(&[]), Err(NoteError::Unsigned));
}

#[test]
fn a_bad_signature_of_a_known_key_rejects_even_beside_good_ones() {
    let mut note = signed("text\n", &[key(1)]);
    let forged = signed("other text\n", &[key(2)]).signatures()[0].clone();
    note.add(forged).unwrap();
    assert!(note.verify(&[key(1).verifier()]).is_ok(), "key 2 is unknown here");
    let both = [key(1).verifier(), key(2).verifier()];
    assert_eq!(note.verify(&both), Err(NoteError::BadSignature { name: "key2.example".to_owned() }));
}

#[test]
fn the_same_name_with_another_key_is_another_key() {
    let impostor = SigningKey::from_seed("key1.example", &[77; 32]).unwrap();
    let note = signed("text\n", &[impostor]);
    assert_eq!(note.verify(&[key(1).verifier()]), Err(NoteError::Unsigned));
}

#[test]
fn the_same_key_as_witness_and_as_log_are_two_keys() {
    let log = key(1).verifier();
    let witness = VerifierKey::new(log.name(), KeyType::CosignatureV1, &log.public_key()).unwrap();
    assert_ne!(log.id(), witness.id());
    assert_eq!(signed("text\n", &[key(1)]).verify(&[witness]), Err(NoteError::Unsigned));
}

#[test]
fn a_key_that_signs_twice_counts_once() {
    let note = signed("text\n", &[key(1), key(1)]);
    assert_eq!(note.verify(&[key(1).verifier()]).unwrap().len(), 1);
}

#[test]
fn a_hundred_signatures_are_read_and_no_more() {
    let mut note = SignedNote::new("text\n").unwrap();
    for n in 0..SIGNATURES_MAX {
        note.add(NoteSignature { name: format!("k{n}"), id: [0; 4], bytes: vec![1; 64] }).unwrap();
    }
    let text = note.to_string();
    assert_eq!(text.parse(), Ok(note.clone()));
    assert!(note.add(NoteSignature { name: "k".to_owned(), id: [0; 4], bytes: vec![1] }).is_err());
    let one_more = format!("{text}— k AAAAAAE=\n");
    assert_eq!(one_more.parse::<SignedNote>(), Err(NoteError::Malformed("it has too many signatures")));
}

#[test]
fn malformed_notes_are_refused() {
    for bad in [
        "",
        "\n",
        "\n\n",
        "text\n",
        "text\n\n",
        "text\n\n\n",
        "text\n\n— k AAAAAAE=",
        "text\n— k AAAAAAE=\n",
        "\n\n— k AAAAAAE=\n",
        "text\n\n- k AAAAAAE=\n",
        "text\n\n— k AAAAAAE\n",
        "text\n\n— k AAAA\n",
        "text\n\n— k AAAAAA==\n",
        "text\n\n—  AAAAAAE=\n",
        "text\n\n— k+k AAAAAAE=\n",
        "text\n\n— k\u{a0}k AAAAAAE=\n",
        "text\n\n— k AAAAAAE= \n",
        "text\r\n\n— k AAAAAAE=\n",
        "te\0xt\n\n— k AAAAAAE=\n",
        "text\n\n— k AAAAAAE=\nmore\n",
        "text\n\n— k AAAAAAF=\n\n",
    ] {
        assert!(matches!(bad.parse::<SignedNote>(), Err(NoteError::Malformed(_))), "{bad:?}");
    }
    assert!(SignedNote::parse(b"t\xff\n\n\xe2\x80\x94 k AAAAAAE=\n").is_err());
    assert!(SignedNote::parse(&vec![b'\n'; 2 << 20]).is_err());
    assert!("text\n\n— k AAAAAAE=\n".parse::<SignedNote>().is_ok());
}

#[test]
fn malformed_keys_are_refused() {
    let good = key(1).verifier().to_string();
    assert_eq!(good.parse(), Ok(key(1).verifier()));
    let (name, rest) = good.split_once('+').unwrap();
    let (id, bytes) = rest.split_once('+').unwrap();
    for (bad, error) in [
        (format!("other.example+{id}+{bytes}"), KeyError::Id),
        (format!("{name}+00000000+{bytes}"), KeyError::Id),
        (format!("{name}+{id}"), KeyError::Malformed),
        (format!("{name}+{id}+"), KeyError::Malformed),
        (format!("{name}+{id}x+{bytes}"), KeyError::Malformed),
        (format!("a b+{id}+{bytes}"), KeyError::Name),
        (format!("+{id}+{bytes}"), KeyError::Name),
        (format!("{name}+{id}+{}", bytes.replacen('A', "B", 1)), KeyError::UnknownType(5)),
        (format!("{name}+{id}+AQ=="), KeyError::NotAKey),
    ] {
        assert_eq!(bad.parse::<VerifierKey>(), Err(error), "{bad}");
    }
    let secret = key(1).to_text();
    assert_eq!(SigningKey::from_text(&secret).unwrap().verifier(), key(1).verifier());
    assert_eq!(SigningKey::from_text(&secret.replace("key1", "key2")).unwrap_err(), KeyError::Id);
    assert_eq!(SigningKey::from_text(&good).unwrap_err(), KeyError::Malformed);
    assert_eq!(SigningKey::from_seed("a+b", &[1; 32]).unwrap_err(), KeyError::Name);
    assert!(!format!("{:?}", key(1)).contains("PRIVATE"));
}

#[test]
fn a_checkpoint_is_believed_only_from_its_own_log() {
    let checkpoint = Checkpoint { origin: "key1.example".to_owned(), size: TreeSize(0), root: empty_root() };
    let note = checkpoint.sign(&key(1)).unwrap().to_string();
    assert_eq!(Checkpoint::open(note.as_bytes(), &key(1).verifier()), Ok(checkpoint.clone()));
    assert!(matches!(checkpoint.sign(&key(2)), Err(CheckpointError::OtherOrigin { .. })));
    // Another log's key under this checkpoint's text.
    let foreign = signed(&checkpoint.to_string(), &[key(2)]).to_string();
    let opened = Checkpoint::open(foreign.as_bytes(), &key(2).verifier());
    assert!(matches!(opened, Err(CheckpointError::OtherOrigin { .. })));
    let opened = Checkpoint::open(foreign.as_bytes(), &key(1).verifier());
    assert_eq!(opened, Err(CheckpointError::Note(NoteError::Unsigned)));
}

#[test]
fn malformed_checkpoints_are_refused() {
    let root = empty_root();
    assert!(format!("o\n5\n{root}\nextension\n").parse::<Checkpoint>().is_ok());
    for bad in [
        String::new(),
        "o\n5\n".to_owned(),
        format!("o\n5\n{root}"),
        format!("\n5\n{root}\n"),
        format!("o\n05\n{root}\n"),
        format!("o\n-5\n{root}\n"),
        format!("o\n\n{root}\n"),
        "o\n5\nAAAA\n".to_owned(),
        format!("o\n5\n{root}\n\n"),
        format!("o\n18446744073709551616\n{root}\n"),
        format!("o\n5\n{root} \n"),
    ] {
        assert!(matches!(bad.parse::<Checkpoint>(), Err(CheckpointError::Malformed(_))), "{bad:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_changed_byte_of_a_signed_text_is_noticed(text in "[a-z\n]{1,60}\n", place in any::<prop::sample::Index>(), bit in 0_u8..8) {
        let note = signed(&text, &[key(1)]);
        let mut bytes = note.to_string().into_bytes();
        let place = place.index(text.len());
        bytes[place] ^= 1 << bit;
        if let Ok(read) = SignedNote::parse(&bytes) {
            prop_assert!(read.verify(&[key(1).verifier()]).is_err());
        }
    }

    #[test]
    fn what_is_read_is_written_the_same(bytes in prop::collection::vec(any::<u8>(), 0..200), text in "\\PC{0,40}\n\n— [a-z]{1,3} [A-Z]{6}==\n") {
        for bytes in [bytes.as_slice(), text.as_bytes()] {
            if let Ok(note) = SignedNote::parse(bytes) {
                prop_assert_eq!(note.to_string().into_bytes(), bytes);
            }
        }
    }
}
