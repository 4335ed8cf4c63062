//! Cache entries: what is not byte for byte an entry of ours is as if it were not there, and one whose checksum holds, whatever it says,
//! is read or not, but never believed of another file.

use std::fs;
use std::io::BufReader;
use std::path::PathBuf;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use uplinks::archive::{Opened, Source, decompress};
use uplinks::event::{Cache, FileEvents, KeptRecord, read_events};
use uplinks::target::{Keep, Watch};

use super::choices::{Choices, noise};
use super::records::{self, WATCHED};

const QUESTION: &str = "what of 175.45.176.0/22";

/// An archive file, a cache, and the entry of the one in the other as it should be.
struct Kept {
    _folder: TempDir,
    opened: Opened,
    cache: Cache,
    place: PathBuf,
    entry: Vec<u8>,
    answer: FileEvents,
    records: Vec<KeptRecord>,
}

thread_local! {
    static KEPT: Kept = kept();
}

fn kept() -> Kept {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("updates.20171001.1200");
    fs::write(&file, archive()).expect("written");
    let opened = Source::Path(file.clone()).open().expect("a file");
    let watch = Watch::new(WATCHED.map(|prefix| prefix.parse().expect("a prefix")), []).keeping(Keep::Bytes);
    let plain = decompress(BufReader::new(fs::File::open(file).expect("a file"))).expect("readable");
    let mut answer = read_events(plain, &watch);
    let records = std::mem::take(&mut answer.kept);
    assert!(!records.is_empty() && !answer.records.is_empty());
    let cache = Cache::open(&folder.path().join("cache")).expect("a cache");
    cache.store(&opened, QUESTION, &answer, &records).expect("stored");
    let place = fs::read_dir(folder.path().join("cache")).expect("a folder").next().expect("an entry").expect("an entry").path();
    let entry = fs::read(&place).expect("an entry");
    Kept { _folder: folder, opened, cache, place, entry, answer, records }
}

fn archive() -> Vec<u8> {
    (0..3).flat_map(|n| records::updates(&mut Choices::of(&noise(n, 300)))).collect()
}

pub fn cache_entries(data: &[u8]) {
    KEPT.with(|kept| kept.try_out(data));
}

impl Kept {
    fn try_out(&self, data: &[u8]) {
        let mut choices = Choices::of(data);
        let how = choices.byte() % 4;
        let entry = match how {
            // Anything.
            0 => choices.rest().to_vec(),
            // Ours, with some bytes changed.
            1 => self.edited(&mut choices),
            // Anything, sealed.
            2 => sealed(choices.rest().to_vec()),
            // Of this file and this question, with another answer and other records.
            _ => self.forged(&mut choices),
        };
        fs::write(&self.place, &entry).expect("written");
        let loaded = self.cache.load::<FileEvents>(&self.opened, QUESTION);
        let found = self.cache.records_of(&self.opened);
        let Some(cached) = loaded else {
            assert!(entry != self.entry, "an entry of ours is read");
            return;
        };
        assert!(how == 3 || entry == self.entry, "another entry than ours is believed");
        assert!(found == cached.records && found.iter().map(|record| record.bytes.len()).sum::<usize>() <= entry.len());
        if entry == self.entry {
            assert!(cached.answer == self.answer && cached.records == self.records);
        }
        assert!(self.cache.load::<FileEvents>(&self.opened, "another").is_none());
        self.cache.store(&self.opened, QUESTION, &cached.answer, &cached.records).expect("stored");
        let again = self.cache.load::<FileEvents>(&self.opened, QUESTION).expect("what was stored");
        assert!(again.answer == cached.answer && again.records == cached.records);
    }

    fn edited(&self, choices: &mut Choices<'_>) -> Vec<u8> {
        let mut entry = self.entry.clone();
        while !choices.is_over() {
            let (at, what) = (usize::from(choices.u16()) % entry.len().max(1), choices.byte());
            match (what % 8, entry.get_mut(at)) {
                (0, _) => entry.truncate(at),
                (1, _) => entry.push(what),
                (_, Some(byte)) => *byte ^= 1 << (what >> 5),
                (_, None) => {}
            }
        }
        entry
    }

    fn forged(&self, choices: &mut Choices<'_>) -> Vec<u8> {
        let (length, rest) = self.entry.split_first_chunk::<8>().expect("a length");
        let head = &rest[..usize::try_from(u64::from_be_bytes(*length)).expect("short")];
        let mut head: Value = serde_json::from_slice(head).expect("JSON");
        let mut lengths: Vec<Value> = (0..choices.below(4)).map(|_| json!([choices.u32(), choices.byte()])).collect();
        if choices.one_in(16) {
            lengths.push(json!([u64::MAX, u64::from(choices.u32()) << choices.below(33)]));
        }
        head["records"] = Value::Array(lengths);
        let told = usize::from(choices.u16());
        let is_json = choices.one_in(2);
        let text = choices.take(told);
        match serde_json::from_slice::<Value>(text) {
            Ok(answer) if is_json => head["answer"] = answer,
            _ => {
                for (at, byte) in text.iter().enumerate() {
                    change(&mut head["answer"], usize::from(*byte).wrapping_mul(at + 1), *byte);
                }
            }
        }
        let head = serde_json::to_vec(&head).expect("JSON");
        sealed([&(head.len() as u64).to_be_bytes()[..], &head, choices.rest()].concat())
    }
}

/// Changes some number, text or list of an answer.
fn change(value: &mut Value, at: usize, byte: u8) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            let place = at % fields.len();
            change(fields.values_mut().nth(place).expect("a field"), at / 3, byte);
        }
        Value::Array(items) if !items.is_empty() => match byte % 8 {
            0 => items.truncate(at % items.len()),
            1 => items.push(items[0].clone()),
            _ => {
                let place = at % items.len();
                change(&mut items[place], at / 3, byte);
            }
        },
        Value::Number(number) => *value = json!(number.as_i64().unwrap_or(0).wrapping_add(i64::from(byte) - 128) << (byte % 5)),
        Value::String(text) => text.push(byte.into()),
        Value::Bool(_) | Value::Null => *value = json!(byte.is_multiple_of(3)),
        Value::Object(_) | Value::Array(_) => {}
    }
}

fn sealed(body: Vec<u8>) -> Vec<u8> {
    let checksum = Sha256::digest(&body);
    [body, checksum.to_vec()].concat()
}

pub fn seeds() -> Vec<Vec<u8>> {
    let answer = br#"{"first":1,"last":2,"has_updates":true,"records":[],"dumps":[],"unreadable":[],"damage":[],"counts":
        {"treated_as_withdrawn":0,"quarantined":0,"unknown_peers":0,"repeated_peers":0,"guessed_path_ids":0},"unread":[]}"#;
    let told = u16::try_from(answer.len()).expect("short").to_be_bytes();
    let forged = [&[3, 1, 0, 0, 0, 9, 4, 0][..], &told, &[1], answer, b"four"].concat();
    let noise = (0..4).map(|n| [&[u8::try_from(n).expect("few")][..], &noise(n, 60)].concat());
    noise.chain([forged, vec![1], vec![0], b"\x02\0\0\0\0\0\0\0\x02{}".to_vec()]).collect()
}
