use std::fs;
use std::path::Path;

use super::*;
use crate::event::file::KeptRecord;

const QUESTION: &str = "routes of [10.0.0.0/8]";

fn entry(number: u32, record: &[u8]) -> PackEntry {
    let file = PackedFile {
        path: format!("rrc90/updates.20171001.{number:04}.gz"),
        collector: "rrc90".to_owned(),
        kind: Some(NameKind::Updates),
        start: Some(Time::from_secs(1_506_816_000 + 900 * i64::from(number))),
        project: Some(Project::Ris),
        size: 1000 + u64::from(number),
        ends: sha256_hex(&number.to_be_bytes()),
        simulated: number == 1,
    };
    let kept = if record.is_empty() { vec![] } else { vec![KeptRecord { offset: 12, bytes: record.to_vec() }] };
    let said = FileEvents { first: file.start, last: file.start, has_updates: true, kept, ..FileEvents::default() };
    PackEntry::new(file, said, Taken::Whole, vec![])
}

fn write(path: &Path, entries: &[PackEntry]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut pack = PackWriter::begin(&mut bytes, QUESTION).expect("begun");
    for entry in entries {
        pack.add(&entry.encode().expect("encoded")).expect("added");
    }
    let skipped = Skipped { shown: "README".to_owned(), reason: "it is text".to_owned(), unseen: false };
    pack.finish(&[skipped]).expect("finished");
    fs::write(path, &bytes).expect("written");
    bytes
}

fn read(path: &Path) -> Result<Vec<PackEntry>, PackError> {
    let pack = Pack::open(path, QUESTION)?;
    let blocks: Result<Vec<Vec<PackEntry>>, PackError> = (0..pack.blocks()).map(|at| pack.block(at)).collect();
    Ok(blocks?.concat())
}

#[test]
fn what_is_written_is_read_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("pack");
    let large = vec![7; 1 << 20];
    let entries: Vec<PackEntry> = (0..600).map(|number| entry(number, if number == 300 { &large } else { b"" })).collect();
    write(&path, &entries);
    assert_eq!(read(&path).expect("read"), entries);
    let pack = Pack::open(&path, QUESTION).expect("opened");
    assert_eq!((pack.blocks(), pack.skipped.len()), (4, 1), "256 entries, 45 with the large one, 256, and the rest");
    let none = write(&path, &[]);
    assert!(read(&path).expect("read").is_empty() && none.len() < 500);
}

#[test]
fn files_that_say_nothing_cost_little() {
    let folder = tempfile::tempdir().expect("a folder");
    let entries: Vec<PackEntry> = (0..1000).map(|number| entry(number, b"")).collect();
    let all = write(&folder.path().join("pack"), &entries).len();
    assert!(all < 100 * 1000, "{all}");
}

#[test]
fn every_altered_or_missing_byte_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("pack");
    let whole = write(&path, &[entry(0, b"record"), entry(1, b""), entry(2, b"more")]);
    assert_eq!(read(&path).expect("read").len(), 3);
    for at in 0..whole.len() {
        for bit in [1, 0x80] {
            let mut altered = whole.clone();
            altered[at] ^= bit;
            fs::write(&path, &altered).expect("written");
            let told = read(&path).expect_err("altered").to_string();
            assert!(told.contains("damaged") && told.contains("pack"), "byte {at}: {told}");
        }
        fs::write(&path, &whole[..at]).expect("written");
        assert!(matches!(read(&path), Err(PackError::Broken { .. })), "cut at {at}");
    }
    fs::write(&path, [&whole[..], b"x"].concat()).expect("written");
    assert!(matches!(read(&path), Err(PackError::Broken { .. })), "longer");
}

/// As above, of an index that lies with a checksum that holds.
#[test]
fn sizes_that_cannot_be_are_not_believed() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("pack");
    let whole = write(&path, &[entry(0, b"record")]);
    let begins = whole.windows(10).position(|bytes| bytes == b"{\"blocks\":").expect("an index");
    let index = whole.len() - END;
    let honest: Index = serde_json::from_slice(&whole[begins..index]).expect("JSON");
    let head = MAGIC.len() + 8 + usize::from(whole[MAGIC.len() + 7]) + 256 * usize::from(whole[MAGIC.len() + 6]);
    let lie = |change: fn(&mut Block)| {
        let mut index = honest.clone();
        change(&mut index.blocks[0]);
        let index = serde_json::to_vec(&index).expect("JSON");
        let length = (index.len() as u64).to_be_bytes();
        let sum = Sha256::new().chain_update(&whole[..head]).chain_update(&index).chain_update(length).finalize();
        fs::write(&path, [&whole[..begins], &index, &length, &sum, LAST].concat()).expect("written");
        read(&path)
    };
    assert_eq!(lie(|_| ()).expect("honest").len(), 1);
    let lies: [fn(&mut Block); 6] = [
        |block| block.stored = u64::MAX,
        |block| block.stored -= 1,
        |block| block.length = u64::MAX,
        |block| block.length += 1,
        |block| block.length -= 1,
        |block| block.entries = usize::MAX,
    ];
    for (at, change) in lies.into_iter().enumerate() {
        assert!(matches!(lie(change), Err(PackError::Broken { .. })), "lie {at}");
    }
}

#[test]
fn packs_of_others_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("pack");
    write(&path, &[]);
    let other = Pack::open(&path, "routes of [11.0.0.0/8]").expect_err("another question").to_string();
    assert!(other.contains("another target") && other.contains("10.0.0.0/8") && other.contains("11.0.0.0/8"), "{other}");
    let head = serde_json::to_vec(&Head { program: "0.0.9+0".to_owned(), question: QUESTION.to_owned() }).expect("JSON");
    let index = br#"{"blocks":[],"skipped":[]}"#;
    let (length, index_length) = ((head.len() as u64).to_be_bytes(), (index.len() as u64).to_be_bytes());
    let plain = [MAGIC, &length, &head, index, &index_length].concat();
    fs::write(&path, [&plain[..], &Sha256::digest(&plain), LAST].concat()).expect("written");
    assert!(matches!(Pack::open(&path, QUESTION), Err(PackError::Program { .. })));
}
