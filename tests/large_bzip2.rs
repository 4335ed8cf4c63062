//! bzip2 files of more than 16 MiB are read window by window: the same answer as from memory, and no fault if they are cut short meanwhile.
#![cfg(target_os = "linux")]

#[allow(dead_code)]
#[path = "support/dice.rs"]
mod dice;
#[path = "support/mrt.rs"]
mod mrt;
#[path = "support/run.rs"]
mod run;

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use dice::Dice;
use mrt::{AsnWidth, Attributes, Session, Stamp, Update};
use run::{Ran, binary};

const NOON: u32 = 1_506_859_200;

/// An update file that hardly compresses, as one folder of a collector; a watched route comes and goes in it.
fn archive(folder: &Path) -> PathBuf {
    let mut dice = Dice(7);
    let session = Session::new("192.0.2.10", 3356);
    let path = || Attributes::new(AsnWidth::Four).origin(0).path(&[3356, 131_279]).next_hop("192.0.2.10");
    let mut raw = Vec::new();
    for number in 0..5_400_u32 {
        let at = Stamp::Seconds(NOON + number / 18);
        let noise: Vec<u8> = std::iter::repeat_with(|| u8::try_from(dice.roll(256)).expect("an octet")).take(3_500).collect();
        let update = Update::new().attributes(path().raw(0xd0, 99, &noise)).announce("10.0.0.0/8");
        raw.extend(session.update(at, &update));
        if number % 1_000 == 500 {
            raw.extend(session.update(at, &Update::new().attributes(path()).announce("175.45.176.0/24")));
            raw.extend(session.update(at, &Update::new().withdraw("175.45.176.0/24")));
        }
    }
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::new(9));
    encoder.write_all(&raw).expect("into memory");
    let compressed = encoder.finish().expect("into memory");
    assert!(compressed.len() > 16 << 20, "{} octets", compressed.len());
    let rrc90 = folder.join("rrc90");
    fs::create_dir(&rrc90).expect("made");
    let path = rrc90.join("updates.20171001.1200.bz2");
    fs::write(&path, compressed).expect("written");
    path
}

fn start(archive: &Path, more: &[&str]) -> Child {
    let mut command = binary();
    command.args(["routes", "-f", "csv"]).args(more).arg(archive.parent().expect("a folder"));
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary runs")
}

fn end(child: Child) -> Ran {
    child.wait_with_output().expect("an end").into()
}

/// Waits until a process has a file open.
fn opened(child: &mut Child, path: &Path) {
    let begun = Instant::now();
    let holds = |child: &Child| {
        let open = fs::read_dir(format!("/proc/{}/fd", child.id())).into_iter().flatten().flatten();
        open.filter_map(|entry| fs::read_link(entry.path()).ok()).any(|link| link == path)
    };
    while !holds(child) {
        assert!(child.try_wait().expect("a state").is_none() && begun.elapsed() < Duration::from_secs(30), "never opened");
    }
}

#[test]
fn windows_give_what_everything_gives_and_a_cut_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path().canonicalize().expect("a path");
    let path = archive(&folder);
    let whole = end(start(&path, &["--verify"]));
    assert_eq!(whole.code, Some(0), "{}", whole.stderr);
    assert_eq!(whole.stdout.lines().count(), 6, "{}", whole.stdout);
    for threads in ["1", "3"] {
        let ran = end(start(&path, &["-j", threads]));
        assert_eq!((ran.code, &ran.stdout, &ran.stderr), (whole.code, &whole.stdout, &whole.stderr));
    }
    let bytes = fs::read(&path).expect("there");
    for (left, threads) in [(1_000, "1"), (bytes.len() / 2, "1"), (bytes.len() / 2, "2"), (0, "2")] {
        fs::write(&path, &bytes).expect("whole again");
        let mut child = start(&path, &["--strict", "-j", threads]);
        opened(&mut child, &path);
        std::thread::sleep(Duration::from_millis(30));
        File::options().write(true).open(&path).and_then(|file| file.set_len(left as u64)).expect("cut");
        let ran = end(child);
        assert_eq!(ran.code, Some(3), "{left}: {}", ran.stderr);
        let told = "updates.20171001.1200.bz2: damaged from byte 0 to its end (uncompressed): the file changed while it was read";
        assert!(ran.stderr.contains(told), "{left}: {}", ran.stderr);
    }
}
