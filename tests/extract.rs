//! `uplinks extract`: packs answer as the archive did, when it is gone.

#[path = "support/run.rs"]
mod run;

use std::fs;
use std::path::{Path, PathBuf};

use run::{Ran, binary, root};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

/// The sample archive, in a folder that may be moved away.
fn sample_copy() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    copy(&root().join("sample-data"), &folder.path().join("archive"));
    folder
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("made");
    for entry in fs::read_dir(from).expect("a folder").map(|entry| entry.expect("an entry")) {
        let to = to.join(entry.file_name());
        if entry.path().is_dir() { copy(&entry.path(), &to) } else { fs::copy(entry.path(), to).map(|_| ()).expect("copied") }
    }
}

/// Archive files below a folder, sorted.
fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() {
            files.extend(files_below(&entry));
        } else if entry.extension().is_some_and(|end| end == "gz" || end == "bz2") {
            files.push(entry);
        }
    }
    files.sort();
    files
}

fn run_in(folder: &Path, args: &[&str]) -> Ran {
    binary().args(args).current_dir(folder).output().expect("the binary runs").into()
}

fn well(folder: &Path, args: &[&str]) -> Ran {
    let ran = run_in(folder, args);
    assert_eq!(ran.code, Some(0), "{args:?}: {}", ran.stderr);
    ran
}

/// Batches of the archive's files, dealt out like cards: no pack has a stretch of time for itself.
fn extract_in_batches(folder: &Path, batches: usize) -> Vec<String> {
    let files = files_below(&folder.join("archive"));
    assert!(files.len() > 500);
    let pack = |batch: usize| {
        let (list, pack) = (format!("batch-{batch}"), format!("part-{batch}.uplinks"));
        let names: Vec<String> = files.iter().skip(batch).step_by(batches).map(|file| file.display().to_string()).collect();
        fs::write(folder.join(&list), names.join("\n")).expect("written");
        well(folder, &["extract", "--root", "archive", "--files-from", &list, "-o", &pack]);
        pack
    };
    (0..batches).map(pack).collect()
}

#[test]
fn packs_answer_as_the_archive_did() {
    let folder = sample_copy();
    let (place, archive) = (folder.path(), folder.path().join("archive"));
    let names: Vec<String> =
        files_below(&archive).iter().map(|file| file.strip_prefix(&archive).expect("below").display().to_string()).collect();
    fs::write(archive.join("all"), names.join("\n")).expect("a list");
    let packs = extract_in_batches(place, 3);
    well(place, &["extract", "--merge", "-o", "all.uplinks", &packs[2], &packs[0], &packs[1]]);
    let reversed: Vec<String> = names.iter().rev().map(|name| format!("archive/{name}")).collect();
    fs::write(place.join("reversed"), reversed.join("\n")).expect("a list");
    well(place, &["extract", "-j", "1", "--root", "archive", "-o", "once.uplinks", "--files-from", "reversed"]);
    let questions: [&[&str]; 10] = [
        &["timeline", "-f", "csv"],
        &["timeline", "-f", "json", "--by", "target"],
        &["changes", "-f", "json"],
        &["routes", "-f", "csv"],
        &["routes", "-f", "json", "--peer-asn", "3356"],
        &["visibility", "-f", "json", "--bin", "5m"],
        &["summary", "-f", "json"],
        &["first", "-f", "json", "--upstream", "20485"],
        &["inventory", "-f", "json"],
        &["timeline", "-f", "csv", "--from", "2017-10-01T09:00:00Z", "--to", "2017-10-01T12:00:00Z", "--collector", "rrc90"],
    ];
    let ask = |folder: &Path, question: &[&str], inputs: &[&str], evidence: bool| {
        let evidence: &[&str] = if evidence { &["--evidence", "evidence.mrt"] } else { &[] };
        let ran = well(folder, &[question, evidence, inputs].concat());
        let records = if evidence.is_empty() { Vec::new() } else { fs::read(folder.join("evidence.mrt")).expect("evidence") };
        (ran.stdout, ran.stderr, records)
    };
    let all = |folder: &Path, inputs: &[&str]| -> Vec<(String, String, Vec<u8>)> {
        let one =
            |question: &&[&str]| ask(folder, question, inputs, ["timeline", "changes", "first", "routes"].contains(&question[0]));
        questions.iter().map(one).collect()
    };
    let from_archive = all(&archive, &["--files-from", "all"]);
    assert!(from_archive.iter().all(|(out, ..)| out.len() > 100));
    assert!(from_archive[0].2.len() > 500 && from_archive[0].0.contains("rrc90/2017.10/updates"));
    assert!(from_archive[0].1.contains("SIMULATED") || from_archive[0].0.contains("SIMULATED"));
    fs::remove_dir_all(&archive).expect("moved away");
    for inputs in [
        vec!["part-*.uplinks"],
        vec!["all.uplinks"],
        vec!["all.uplinks", &packs[1]],
        packs.iter().map(String::as_str).rev().collect(),
    ] {
        for (at, (packed, archived)) in all(place, &inputs).into_iter().zip(&from_archive).enumerate() {
            assert!(packed == *archived, "{inputs:?}, {:?}:\n{}\n{}", questions[at], packed.1, packed.0);
        }
    }
    let bytes = |name: &str| fs::read(place.join(name)).expect("a pack");
    assert!(bytes("all.uplinks") == bytes("once.uplinks"), "any batches, merged, are one pack");
}

/// One collector's half an hour is enough.
fn few_files() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let from = root().join("sample-data/rrc90/2017.10");
    fs::create_dir_all(folder.path().join("rrc90")).expect("made");
    for name in ["bview.20171001.0800.gz", "updates.20171001.0905.gz"] {
        fs::copy(from.join(name), folder.path().join("rrc90").join(name)).expect("copied");
    }
    folder
}

#[test]
fn what_a_pack_cannot_answer_is_refused() {
    let folder = few_files();
    let place = folder.path();
    well(place, &["extract", "-o", "part.uplinks", "rrc90"]);
    let refused = |args: &[&str], said: &str| {
        let ran = run_in(place, args);
        assert_eq!(ran.code, Some(2), "{args:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(said), "{args:?}: {}", ran.stderr);
    };
    let other = ["timeline", "--origin", "131279", "--prefix", "175.45.178.0/24", "part.uplinks"];
    refused(&other, "part.uplinks: this pack is of another target");
    refused(&["timeline", "--covering", "part.uplinks"], "another target");
    refused(&["timeline", "--seek", "always", "part.uplinks"], "another target");
    refused(&["timeline", "--origin", "131279", "part.uplinks"], "prefixes have to be found first");
    refused(&["inventory", "--full", "part.uplinks"], "leave out --full");
    refused(&["explain", "54c8c87e681b", "part.uplinks"], "explain looks for a record in the archive's own files");
    refused(&["timeline", "part.uplinks", "rrc90"], "is an input as well");
    refused(&["timeline", "-f", "csv", "-o", "part.uplinks", "part.uplinks"], "part.uplinks is an input as well");
    refused(&["extract", "-o", "part.uplinks", "part.uplinks"], "part.uplinks is an input as well");
    refused(&["extract", "--merge", "-o", "all.uplinks", "part.uplinks", "rrc90"], "it is no pack");
    refused(&["extract", "--root", "elsewhere", "-o", "b.uplinks", "rrc90"], "--root elsewhere");
    refused(&["extract", "--origin", "131279", "-o", "b.uplinks", "rrc90"], "extract needs to know the prefixes");
    fs::create_dir(place.join("beside")).expect("made");
    refused(&["extract", "--root", "beside", "-o", "b.uplinks", "rrc90"], "it is not below --root beside");

    let whole = fs::read(place.join("part.uplinks")).expect("a pack");
    let mut broken = whole.clone();
    broken[whole.len() / 2] ^= 1;
    fs::write(place.join("broken.uplinks"), broken).expect("written");
    refused(&["timeline", "broken.uplinks"], "broken.uplinks: this pack is damaged");
    fs::write(place.join("broken.uplinks"), &whole[..whole.len() - 1]).expect("written");
    refused(&["timeline", "broken.uplinks"], "broken.uplinks: this pack is damaged");
    fs::write(place.join("other.uplinks"), of_other_program(&whole)).expect("written");
    refused(&["timeline", "other.uplinks"], "other.uplinks: this pack was made by uplinks 9.9");
    fs::write(place.join("format.uplinks"), b"uplinks pack 2\n").expect("written");
    refused(&["timeline", "format.uplinks"], "another format");

    // The same path elsewhere, and another file.
    fs::create_dir_all(place.join("b/rrc90")).expect("made");
    fs::copy(place.join("rrc90/bview.20171001.0800.gz"), place.join("b/rrc90/updates.20171001.0905.gz")).expect("copied");
    well(place, &["extract", "--root", "b", "-o", "second.uplinks", "b"]);
    refused(&["timeline", "part.uplinks", "second.uplinks"], "name only one of them");
    // Beside the files it was made of, a pack is not read a second time; alone in a folder it is.
    let (alone, beside) = (place.join("packs"), place.join("rrc90/part.uplinks"));
    fs::create_dir(&alone).expect("made");
    fs::copy(place.join("part.uplinks"), alone.join("part.uplinks")).expect("copied");
    let rows = well(place, &["timeline", "-f", "csv", "rrc90"]).stdout;
    fs::rename(place.join("part.uplinks"), beside).expect("moved");
    assert_eq!(well(place, &["timeline", "-f", "csv", "rrc90"]).stdout, rows);
    assert_eq!(well(place, &["timeline", "-f", "csv", "packs"]).stdout, rows);
}

/// The pack with another maker in its head, and a checksum that holds.
fn of_other_program(pack: &[u8]) -> Vec<u8> {
    let (magic, rest) = pack.split_at(pack.iter().position(|byte| *byte == b'\n').expect("a line") + 1);
    let (length, rest) = rest.split_first_chunk::<8>().expect("a length");
    let (head, rest) = rest.split_at(usize::try_from(u64::from_be_bytes(*length)).expect("short"));
    let mut head: serde_json::Value = serde_json::from_slice(head).expect("JSON");
    head["program"] = "9.9+0".into();
    let head = head.to_string();
    let (rest, end) = rest.split_at(rest.len() - 48);
    let (index_length, _) = end.split_first_chunk::<8>().expect("a length");
    let (blocks, index) = rest.split_at(rest.len() - usize::try_from(u64::from_be_bytes(*index_length)).expect("short"));
    let begin = [magic, &(head.len() as u64).to_be_bytes(), head.as_bytes()].concat();
    let sum = Sha256::new().chain_update(&begin).chain_update(index).chain_update(index_length).finalize();
    [&begin[..], blocks, index, index_length, &sum, b"uplinks\n"].concat()
}

#[test]
fn what_cannot_be_read_is_told_and_ends_nothing() {
    let folder = few_files();
    let place = folder.path();
    fs::write(place.join("page.html"), "<html>not found</html>").expect("written");
    let status = |args: &[&str]| {
        let ran = run_in(place, &[&["extract", "--status", "status.jsonl", "-o", "part.uplinks"], args].concat());
        let lines = fs::read_to_string(place.join("status.jsonl")).expect("a status");
        let lines: Vec<serde_json::Value> = lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        (ran, lines)
    };
    let (ran, lines) = status(&["page.html", "rrc90"]);
    assert_eq!(ran.code, Some(0), "another try gives no more: {}", ran.stderr);
    assert!(ran.stderr.contains("page.html: not an MRT file"), "{}", ran.stderr);
    let [dump, updates, page] = &lines[..] else { panic!("{lines:?}") };
    let size = fs::metadata(place.join("rrc90/bview.20171001.0800.gz")).expect("there").len();
    assert_eq!((&dump["path"], &dump["collector"]), (&"rrc90/bview.20171001.0800.gz".into(), &"rrc90".into()));
    assert_eq!((dump["bytes"].as_u64(), dump["error"].is_null()), (Some(size), true));
    assert!(updates["records"].as_u64() > Some(0) && updates["damage"] == serde_json::json!([]));
    assert_eq!((&page["path"], &page["try_again"]), (&"page.html".into(), &false.into()));
    assert!(page["error"].as_str().is_some_and(|error| error.starts_with("not an MRT file")), "{page}");

    let (ran, lines) = status(&["gone.gz", "rrc90"]);
    assert_eq!(ran.code, Some(75), "{}", ran.stderr);
    assert!(ran.stderr.contains("gone.gz: no such file") && ran.stderr.contains("try again"), "{}", ran.stderr);
    assert_eq!((lines.len(), &lines[2]["try_again"]), (3, &true.into()));
    // The pack says what it lacks.
    let asked = well(place, &["timeline", "-f", "csv", "part.uplinks"]);
    assert!(asked.stderr.contains("warning: gone.gz: no such file"), "{}", asked.stderr);
    assert_eq!(run_in(place, &["timeline", "--strict", "part.uplinks"]).code, Some(3));

    // Damage of the file itself is kept as what the file says.
    let path = place.join("rrc90/updates.20171001.0905.gz");
    let whole = fs::read(&path).expect("read");
    fs::write(&path, &whole[..whole.len() / 2]).expect("cut");
    let (ran, lines) = status(&["rrc90"]);
    assert_eq!((ran.code, lines[1]["damage"].as_array().map(Vec::len)), (Some(0), Some(1)), "{}", ran.stderr);
    let archived = well(place, &["timeline", "-f", "json", "rrc90"]);
    let packed = well(place, &["timeline", "-f", "json", "part.uplinks"]);
    assert_eq!((archived.stdout, archived.stderr), (packed.stdout, packed.stderr));
    // Nothing at all is an answer, too.
    fs::create_dir(place.join("empty")).expect("made");
    let (ran, lines) = status(&["empty"]);
    assert_eq!((ran.code, lines.len()), (Some(0), 1), "{}", ran.stderr);
}

#[test]
fn files_of_no_interest_cost_under_a_hundred_bytes() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path();
    fs::create_dir(place.join("rrc90")).expect("made");
    for number in 0..200 {
        let name = format!("rrc90/updates.201710{:02}.{:02}{:02}.gz", 1 + number / 96, number / 4 % 24, number % 4 * 15);
        let mut made = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        let record = [&one_of_no_interest(number)[..], &one_of_no_interest(number + 60)].concat();
        std::io::Write::write_all(&mut made, &record).expect("written");
        fs::write(place.join(name), made.finish().expect("finished")).expect("written");
    }
    well(place, &["extract", "--status", "status", "-o", "part.uplinks", "rrc90"]);
    assert_eq!(fs::read_to_string(place.join("status")).expect("a status").lines().count(), 200);
    let size = fs::metadata(place.join("part.uplinks")).expect("a pack").len();
    assert!(size < 200 * 100, "{size}");
}

/// A BGP4MP_MESSAGE_AS4 record with a KEEPALIVE, at a second of the day.
fn one_of_no_interest(number: u32) -> Vec<u8> {
    let seconds = 1_506_816_000 + 900 * number;
    let mut body = [65_001_u32.to_be_bytes(), 12_654_u32.to_be_bytes()].concat();
    body.extend([0, 0, 0, 1, 192, 0, 2, 1, 192, 0, 2, 2]);
    body.extend([0xff; 16]);
    body.extend([0, 19, 4]);
    let mut record = seconds.to_be_bytes().to_vec();
    record.extend([0, 16, 0, 4]);
    record.extend(u32::try_from(body.len()).expect("short").to_be_bytes());
    record.extend(body);
    record
}
