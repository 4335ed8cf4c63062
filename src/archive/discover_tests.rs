use std::io::Write;

use tempfile::TempDir;

use super::*;
use crate::archive::open;

/// A BGP4MP record without content, and a RIB's first.
const UPDATE: &[u8] = b"\x59\xd0\xa4\x80\0\x10\0\x04\0\0\0\0";
const RIB: &[u8] = b"\x59\xd0\xa4\x80\0\x0d\0\x01\0\0\0\0";
const EMPTY_BZIP2: &[u8] = b"BZh9\x17\x72\x45\x38\x50\x90\0\0\0\0";

/// A directory of files that is gone after the test.
struct Tree(TempDir);

impl Tree {
    fn new(files: &[(&str, &[u8])]) -> Self {
        let tree = Self(tempfile::tempdir().expect("a temporary directory"));
        for (path, content) in files {
            let path = tree.path(path);
            fs::create_dir_all(path.parent().expect("a parent")).and_then(|()| fs::write(path, content)).expect("written");
        }
        tree
    }

    fn path(&self, below: &str) -> PathBuf {
        self.0.path().join(below)
    }

    fn find(&self, inputs: &[&str]) -> Result<Found, DiscoverError> {
        let inputs: Vec<OsString> =
            inputs.iter().map(|input| if *input == "-" { (*input).into() } else { self.path(input).into() }).collect();
        discover(&inputs, None, &mut io::empty())
    }

    /// The paths found, without the temporary directory's.
    fn paths(&self, inputs: &[&str]) -> Vec<String> {
        let found = self.find(inputs).unwrap_or_else(|error| panic!("{error}"));
        found.files.iter().map(|file| self.short(&file.shown)).collect()
    }

    fn skipped(&self, inputs: &[&str]) -> Vec<String> {
        self.find(inputs).map(|found| found.skipped.iter().map(|file| self.short(&file.shown)).collect()).unwrap_or_default()
    }

    fn short(&self, shown: &str) -> String {
        shown.replace(&format!("{}/", self.0.path().display()), "")
    }
}

fn archive() -> Tree {
    Tree::new(&[
        ("rrc90/2017.10/updates.20171001.0805.gz", UPDATE),
        ("rrc90/2017.10/updates.20171001.0800.gz", UPDATE),
        ("rrc90/2017.10/bview.20171001.0800.gz", RIB),
        ("rrc90/2017.10/updates.20171001.0810.bad.gz", UPDATE),
        ("rrc90/2017.10/updates.19700101.0000.gz", UPDATE),
        ("rrc90/2017.10/.updates.20171001.0815.gz", UPDATE),
        ("rrc90/.cache/updates.20171001.0815.gz", UPDATE),
        ("rrc90/README", b"These are the archives of"),
        ("rrc90/manifest.json", b"{}"),
        ("rrc90/latest-bview.gz", RIB),
        ("route-views.sim/bgpdata/2017.10/UPDATES/updates.20171001.0800.bz2", EMPTY_BZIP2),
        ("route-views.sim/bgpdata/2017.10/RIBS/rib.20171001.0800.bz2.partial", RIB),
        ("cache/54c8c87e681b-0123456789ab.uplinks", b"\0\0\0\0\0\0\0\x02{}"),
    ])
}

const ALL: [&str; 5] = [
    "route-views.sim/bgpdata/2017.10/UPDATES/updates.20171001.0800.bz2",
    "rrc90/latest-bview.gz",
    "rrc90/2017.10/bview.20171001.0800.gz",
    "rrc90/2017.10/updates.20171001.0800.gz",
    "rrc90/2017.10/updates.20171001.0805.gz",
];

#[test]
fn a_walk_finds_archive_files_and_counts_the_rest_but_its_own() {
    let tree = archive();
    assert_eq!(tree.paths(&[""]), ALL);
    assert_eq!(
        tree.skipped(&[""]),
        ["rrc90/2017.10/updates.19700101.0000.gz", "rrc90/2017.10/updates.20171001.0810.bad.gz", "rrc90/README",]
    );
    let found = tree.find(&[""]).expect("found");
    let first = found.files.first().expect("a file");
    assert_eq!((first.collector.as_str(), first.kind, first.size), ("route-views.sim", Some(NameKind::Updates), 14));
}

#[test]
fn neither_order_nor_way_matters() {
    let tree = archive();
    let ways: [&[&str]; 4] = [
        &["rrc90", "route-views.sim"],
        &["route-views.sim", "rrc90", "rrc90", "rrc90/2017.10"],
        &["rrc90/2017.10/updates.20171001.0800.gz", ""],
        &["rrc90/../rrc90", "r*"],
    ];
    for way in ways {
        assert_eq!(tree.paths(way), ALL, "{way:?}");
    }
    assert_eq!(tree.paths(&["rrc90/2017.10/updates.*.080?.gz"]), ALL[3..]);
    assert_eq!(tree.paths(&["**/bview.*"]), ALL[2..3]);
}

#[test]
fn a_file_reached_twice_was_named_if_it_was_named_once() {
    let tree = archive();
    let named = |inputs: &[&str]| tree.find(inputs).expect("found").files.iter().map(|file| file.named).collect::<Vec<_>>();
    let once = [Named::ByWalking, Named::ByWalking, Named::Explicitly, Named::ByWalking];
    assert_eq!(named(&["rrc90", "rrc90/2017.10/updates.20171001.0800.gz"]), once);
    assert_eq!(named(&["rrc90/2017.10/updates.20171001.0800.gz", "rrc90"]), once);
}

#[cfg(unix)]
#[test]
fn symbolic_links_neither_loop_nor_double() {
    let tree = archive();
    let link = |to: &str, from: &str| std::os::unix::fs::symlink(tree.path(to), tree.path(from)).expect("a link");
    link("", "rrc90/2017.10/all");
    link("rrc90", "a");
    link("rrc90/2017.10/bview.20171001.0800.gz", "rrc90/2017.10/bview.20171001.0801.gz");
    link("nowhere", "rrc90/gone.gz");
    assert_eq!(tree.paths(&[""]), ALL);
    assert_eq!(tree.paths(&["rrc90"]), ALL[1..], "not through the link that leads out");
    assert_eq!(tree.skipped(&["rrc90"]).iter().filter(|path| *path == "rrc90/2017.10/all").count(), 1);
    link("rrc90/2017.10/updates.20171001.0800.gz", "route-views.sim/updates.20171001.0800.gz");
    assert_eq!(tree.paths(&["route-views.sim"]), ALL[..1]);
    let by_link = tree.find(&["a"]).expect("found");
    assert!(by_link.files.iter().filter(|file| file.collector == "rrc90").count() == 4);
}

#[test]
fn inputs_that_cannot_be_are_told_before_reading() {
    let tree = archive();
    let notes = Tree::new(&[
        ("notes/README", b"text"),
        ("notes/x.csv", b"a,b"),
        ("rib.20171001.0800.gz", b"<html>404</html>"),
        ("x", b""),
    ]);
    let message = |found: Result<Found, DiscoverError>| found.err().map(|error| error.to_string()).unwrap_or_default();
    let cases = [
        (message(tree.find(&["rrc90/2017.10/updates.20171001.0830.gz"])), "no such file"),
        (message(tree.find(&["rrc90", "nothing/*.gz"])), "nothing matches"),
        (message(tree.find(&["rrc90", "rrc90/README"])), "README: not an MRT file (it is text)"),
        (message(notes.find(&["rib.20171001.0800.gz"])), "not an MRT file (it is text)"),
        (message(notes.find(&["x"])), "not an MRT file (it is empty)"),
        (message(notes.find(&["notes"])), "no MRT file in this directory (2 other files skipped)"),
        (message(notes.find(&["a[/b"])), "bad pattern"),
        (message(notes.find(&["-"])), "-: not an MRT file (it is empty)"),
        (message(discover(&[], None, &mut io::empty())), "no input"),
    ];
    for (case, (message, expected)) in cases.iter().enumerate() {
        assert!(message.contains(expected), "{case}: {message}");
    }
}

#[test]
fn a_named_archive_file_may_be_empty_or_damaged() {
    let tree = Tree::new(&[
        ("rrc90/updates.20171001.0800.gz", b""),
        ("rrc90/updates.20171001.0805.gz", b"\x1f\x8b\x08\0"),
        ("rrc90/updates.20171001.0810.bz2", EMPTY_BZIP2),
        ("rrc90/updates.20171001.0815.gz", b"\0\0\0\0\0\0\0\0\0\0\0\0\0"),
        ("rrc90/bview.odd-name.gz", b"BZh91AY&SYxxxxxx"),
    ]);
    assert_eq!(tree.paths(&["rrc90/*"]), tree.paths(&["rrc90"]));
    assert_eq!(tree.paths(&["rrc90"]).len(), 5);
}

#[test]
fn junk_that_is_named_and_is_mrt_is_read() {
    let tree = archive();
    let found = tree.find(&["rrc90/2017.10/updates.20171001.0810.bad.gz"]).expect("found");
    assert_eq!(found.files.first().map(|file| (file.collector.as_str(), file.named)), Some(("rrc90", Named::Explicitly)));
}

#[test]
fn collectors_that_no_name_tells() {
    let tree = Tree::new(&[("box/2017.10/rib.20171001.0800.gz", RIB), ("box/dump", UPDATE)]);
    let collectors = |name: Option<&str>| {
        let found = discover(&[tree.path("box").into()], name, &mut io::empty()).expect("found");
        found.files.iter().map(|file| (file.collector.clone(), file.kind)).collect::<Vec<_>>()
    };
    let both = |name: &str| vec![(name.to_owned(), Some(NameKind::Updates)), (name.to_owned(), Some(NameKind::Rib))];
    assert_eq!(collectors(None), both("box"));
    assert_eq!(collectors(Some("my router")), both("my_router"));
}

#[test]
fn standard_input_is_kept_and_can_be_read_again() {
    let mut stored = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    stored.write_all(RIB).expect("memory");
    let stored = stored.finish().expect("memory");
    let found = discover(&["-".into(), "-".into()], Some("rrc90"), &mut stored.as_slice()).expect("found");
    let [file] = found.files.as_slice() else { panic!("one file") };
    assert_eq!((file.shown.as_str(), file.collector.as_str(), file.kind), ("-", "rrc90", Some(NameKind::Rib)));
    assert_eq!((file.project, file.size), (Some(Project::Ris), stored.len() as u64));
    for _ in 0..2 {
        let mut plain = Vec::new();
        open(file).expect("opens").read_to_end(&mut plain).expect("reads");
        assert_eq!(plain, RIB);
    }
    let unnamed = discover(&["-".into()], None, &mut stored.as_slice()).expect("found");
    assert_eq!(unnamed.files.first().map(|file| file.collector.as_str()), Some("unknown"));
}
