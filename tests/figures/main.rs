//! One figure, one meaning: every number of every sentence and card is in a row, or follows from rows as docs/methodology.md says (Figures).
//!
//! The real binary answers about sample-data, real archives where they are (`UPLINKS_CORPUS`, or `../shared/corpus`; else those tests are
//! listed as ignored), and ten worlds of `tests/worlds`. Its sentences are read to the last letter, so a new sentence needs a reader here;
//! and each number of a paragraph, made one more, must be found wrong.

mod cards;
mod conflicts;
mod cursor;
mod facts;
mod heads;
mod sentences;
mod series;
mod upstreams;

#[path = "../support/run.rs"]
mod run;

// What makes the worlds.
#[path = "../worlds/archive.rs"]
#[allow(dead_code)]
mod archive;
#[path = "../worlds/ask.rs"]
#[allow(dead_code)]
mod ask;
#[path = "../worlds/log.rs"]
#[allow(dead_code)]
mod log;
#[path = "../worlds/make.rs"]
#[allow(dead_code)]
mod make;
#[path = "../worlds/make_files.rs"]
#[allow(dead_code)]
mod make_files;
#[path = "../support/mrt.rs"]
mod mrt;
#[path = "../sample_data/prng.rs"]
#[allow(dead_code)]
mod prng;
#[path = "../worlds/records.rs"]
#[allow(dead_code)]
mod records;
#[path = "../worlds/truth.rs"]
#[allow(dead_code)]
mod truth;
#[path = "../worlds/world.rs"]
#[allow(dead_code)]
mod world;

use std::path::Path;
use std::process::Command;

use libtest_mimic::{Arguments, Trial};
use serde_json::Value;

use facts::{Facts, Row};

/// What a run is about: options and inputs, and where it runs.
struct Asked<'a> {
    folder: &'a Path,
    words: Vec<String>,
}

impl Asked<'_> {
    fn ask(&self, command: &str, more: &[&str]) -> String {
        let mut run = run::binary();
        let ran = run.arg(command).args(more).args(&self.words).current_dir(self.folder).output().expect("the binary runs");
        let said = String::from_utf8_lossy(&ran.stderr);
        assert!(matches!(ran.status.code(), Some(0 | 1)), "{command} {}: {said}", self.words.join(" "));
        String::from_utf8(ran.stdout).expect("UTF-8")
    }

    fn rows(&self, command: &str, more: &[&str]) -> Vec<Row> {
        Row::read(&self.ask(command, &[&["-f", "csv"], more].concat()))
    }

    /// Summary and caveats of JSON.
    fn told(&self, command: &str, more: &[&str]) -> (Vec<String>, Vec<String>, Value) {
        let json: Value = serde_json::from_str(&self.ask(command, &[&["-f", "json"], more].concat())).expect("JSON");
        let texts =
            |name: &str| json[name].as_array().expect("texts").iter().map(|t| t.as_str().expect("text").to_owned()).collect();
        let mut summary: Vec<String> = texts("summary");
        let is_simulated = json["facts"]["simulated"] == true;
        let is_said = summary.first().is_some_and(|first| first.starts_with("SIMULATED DATA"));
        assert_eq!(is_said, is_simulated, "{summary:?}");
        if is_said {
            summary.remove(0);
        }
        (summary, texts("caveats"), json["facts"].clone())
    }
}

/// Texts on one line, spaces once.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Markdown without its escapes.
fn unescaped(markdown: &str) -> String {
    let codes = [("&#58;", ":"), ("&#64;", "@"), ("&#35;", "#"), ("&#46;", ".")];
    cards::plain(&codes.iter().fold(markdown.replace('\\', ""), |text, (code, c)| text.replace(code, c)))
}

/// What JSON and the page tell of one question.
struct Told {
    facts: Facts,
    summary: Vec<String>,
    html: String,
}

/// Holds the sentences, cards and series of one question against its rows.
fn told(asked: &Asked, by: &[&str]) -> Result<Told, String> {
    let (summary, caveats, json) = asked.told("timeline", by);
    let csv = |command: &str| asked.ask(command, &[&["-f", "csv"], by].concat());
    let facts = Facts::new(&csv("timeline"), &csv("changes"), asked.rows("routes", &[]), json);
    let [headline, paragraph, _] = summary.as_slice() else { return Err(format!("three parts are told, not {summary:?}")) };
    heads::timeline(headline, &facts)?;
    sentences::check(paragraph, &facts).map_err(|wrong| format!("{wrong}, in: {paragraph}"))?;
    caveats.iter().try_for_each(|line| heads::missing(line, &facts))?;
    let html = asked.ask("report", by);
    assert_eq!(cards::paragraph(&html), *paragraph, "the page's paragraph");
    cards::check(cards::cards(&html), &facts)?;
    cards::tables(&html, &facts);
    let shown = asked.rows("visibility", by);
    series::adds_up(&shown);
    series::has_peaks(&shown, &facts);
    let is_exact =
        |row: &Row| row.get("end_basis") == "data-end" || !row.get("ended_before").is_empty() && row.get("end_basis") == "update";
    if facts.routes.iter().all(is_exact) {
        let after = asked.words.iter().zip(asked.words.iter().skip(1));
        let origins: Vec<&str> = after.filter(|(option, _)| *option == "--origin").map(|(_, origin)| origin.as_str()).collect();
        series::is_made_of(&shown, &facts.routes, &origins);
    }
    Ok(Told { facts, summary, html })
}

/// The same for the tables for people, and the lines above them.
fn tables(asked: &Asked, by: &[&str], told: &Told) -> Result<(), String> {
    let Told { facts, summary, .. } = told;
    let table = asked.ask("timeline", by);
    let markdown = asked.ask("timeline", &[&["-f", "markdown"], by].concat());
    for (name, text) in [("table", flat(&table)), ("markdown", flat(&unescaped(&markdown)))] {
        for said in summary {
            assert!(text.contains(&flat(said)), "the {name} lacks: {said}");
        }
    }
    heads::counts(&table, facts);
    heads::counts(&markdown, facts);
    heads::changes(&asked.told("changes", by).0[0], facts)?;
    // What the view does not bear on is asked once.
    if !by.is_empty() {
        return Ok(());
    }
    heads::files(&summary[2], &asked.rows("inventory", &[]), facts)?;
    heads::routes(&asked.told("routes", &[]).0[0], &facts.routes, facts)?;
    let Some(upstream) = facts.told.first().map(|told| told.upstream.as_str()) else { return Ok(()) };
    let more = ["--upstream", upstream];
    heads::first(&asked.told("first", &more).0[0], &asked.rows("first", &more), facts)
}

/// Each figure of a paragraph and of cards, made one more, is found wrong.
fn is_sharp(told: &Told) {
    let paragraph = cards::paragraph(&told.html);
    let is_unseen = |text: &String| sentences::check(text, &told.facts).is_ok();
    let unseen: Vec<String> = changed(&paragraph, told.facts.target()).filter(is_unseen).collect();
    assert!(unseen.is_empty(), "not found wrong: {unseen:#?}");
    // A class of a card is none of its figures.
    let cards = cards::cards(&told.html).replace("card k", "card kind ");
    let unseen: Vec<String> = changed(&cards, "card kind").filter(|text| cards::check(text, &told.facts).is_ok()).collect();
    assert!(unseen.is_empty(), "not found wrong: {unseen:#?}");
}

const VIEWS: [&[&str]; 2] = [&[], &["--by", "target"]];

/// How much to ask.
#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    /// Everything.
    Whole,
    /// Not the tables for people.
    Told,
}

/// Holds what is told of a question against the rows. Returns what is told of each view.
fn holds(folder: &Path, words: &[&str], views: &[&[&str]], how: How) -> Vec<Told> {
    let asked = Asked { folder, words: words.iter().map(|&word| word.to_owned()).collect() };
    let of = |by: &&[&str]| {
        let told = told(&asked, by)?;
        if how == How::Whole {
            tables(&asked, by, &told)?;
        }
        Ok(told)
    };
    let one = |by: &&[&str]| of(by).unwrap_or_else(|wrong: String| panic!("{} {}: {wrong}", words.join(" "), by.join(" ")));
    views.iter().map(one).collect()
}

/// A text with each of its numbers made one more in turn; but not what follows `but`, which is no figure.
fn changed<'a>(text: &'a str, but: &'a str) -> impl Iterator<Item = String> {
    let digit = |at: usize| text.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
    let begins = (0..text.len()).filter(move |at| digit(*at) && (*at == 0 || !digit(*at - 1)));
    let spared: Vec<(usize, usize)> = text.match_indices(but).map(|(at, own)| (at, at + own.len() + 2)).collect();
    begins.filter(move |at| !spared.iter().any(|(from, until)| from <= at && at < until)).map(move |at| {
        let end = (at..text.len()).find(|at| !digit(*at)).unwrap_or(text.len());
        let number: u64 = text[at..end].parse().expect("digits");
        format!("{}{:0width$}{}", &text[..at], number + 1, &text[end..], width = end - at)
    })
}

/// Files are read once: what the answers are made of is the same.
fn cached(folder: &Path, words: &[&str]) -> Vec<Told> {
    let cache = tempfile::tempdir().expect("a folder");
    let cache = ["--cache", cache.path().to_str().expect("a path")];
    let told = holds(folder, &[&cache, words].concat(), &VIEWS, How::Whole);
    told.iter().for_each(is_sharp);
    told
}

fn sample() {
    let told = cached(run::root(), &["sample-data"]);
    let Told { facts, summary, .. } = &told[0];
    let paragraph = &summary[1];
    for (said, wrong) in [("one upstream provider,", "two upstream providers,"), ("Four times", "Five times"), ("to 1m", "to 2m")]
    {
        let other = paragraph.replace(said, wrong);
        assert!(other != *paragraph && sentences::check(&other, facts).is_err(), "{wrong} is not found wrong");
    }
    // What README.md shows is what is told.
    let readme = std::fs::read_to_string(run::root().join("README.md")).expect("README.md");
    let (_, shown) = readme.split_once("-- timeline sample-data\n").expect("an example");
    let (shown, _) = shown.split_once("  ...\n").expect("its end");
    assert!(run::uplinks(&["timeline", "sample-data"]).stdout.starts_with(shown), "README.md shows another answer");
}

fn worlds() {
    for seed in 0..10 {
        let world = make::world(seed);
        let (_, files) = truth::Truth::of(&world);
        let place = ask::Place::of(&world, &files, ask::Packing::Own);
        let inputs = place.inputs.clone();
        let folder = place.keep();
        let origin = world.origin.to_string();
        let mut words: Vec<&str> = if seed % 2 == 0 { vec!["--origin", &origin] } else { Vec::new() };
        words.extend(world.roots.iter().flat_map(|root| ["--prefix", root.as_str()]));
        words.extend(inputs.iter().map(String::as_str));
        let told = std::panic::catch_unwind(|| holds(&folder, &words, &VIEWS, How::Whole));
        std::fs::remove_dir_all(&folder).expect("removed");
        assert!(told.is_ok(), "world {seed}");
    }
}

fn youtube(corpus: &Path) {
    for origin in [&["--origin", "36561"][..], &["--origin", "17557"], &[]] {
        cached(corpus, &[origin, &["--prefix", "208.65.152.0/22", "youtube-2008"]].concat());
    }
}

/// Unpacked for the while: it is kept as one file.
fn telegram(corpus: &Path) {
    let folder = tempfile::tempdir().expect("a folder");
    let packed = corpus.join("telegram-2026.tar.xz");
    let unpacked = Command::new("tar").arg("-xJf").arg(&packed).current_dir(folder.path()).status().expect("tar");
    assert!(unpacked.success(), "{} does not unpack", packed.display());
    let list = corpus.join("telegram-prefixes.txt").display().to_string();
    let hijacked = ["--origin", "18101", "--prefix-file", &list, "telegram-2026"];
    for told in holds(folder.path(), &hijacked, &VIEWS[..1], How::Told) {
        is_sharp(&told);
        // One figure on the card and in the text: that of all prefixes, not of one.
        let seen = cards::seen_by(cards::cards(&told.html));
        let text = cards::paragraph(&told.html);
        assert!(!seen.is_empty() && seen.iter().all(|peers| text.contains(peers)), "{seen:?} of the cards is not in: {text}");
    }
    holds(folder.path(), &["--prefix-file", &list, "telegram-2026"], &VIEWS, How::Told);
}

fn one_dump(corpus: &Path) {
    let dump = "north-korea-2014/routeviews.route-views.jinx.ribs.1401487200.bz2";
    cached(corpus, &[dump]);
    let asked = Asked { folder: corpus, words: vec![dump.to_owned()] };
    let rows = asked.rows("visibility", &["--by", "target"]);
    let peers: Vec<[&str; 3]> = rows.iter().map(|row| ["peers", "peers_total", "share"].map(|name| row.get(name))).collect();
    assert_eq!(peers, [["1", "1", "1"]], "a single dump has its row, and peers of IPv6 do not count");
}

type Real = fn(&Path);

const REAL: [(&str, Real); 3] = [("youtube_2008", youtube), ("telegram_2026", telegram), ("one_dump_of_2014", one_dump)];

fn main() {
    let arguments = Arguments::from_args();
    let corpus = run::corpus();
    if corpus.is_none() {
        eprintln!(
            "\nThe real archives are not here, so their figures ARE NOT CHECKED. Set UPLINKS_CORPUS to the folder that holds them."
        );
    }
    let here = |name: &str, test: fn()| {
        Trial::test(name, move || {
            test();
            Ok(())
        })
    };
    let mut trials = vec![here("sample_data", sample), here("ten_worlds", worlds)];
    for (name, test) in REAL {
        let corpus = corpus.clone();
        let is_here = corpus.is_some();
        let trial = Trial::test(name, move || {
            test(&corpus.unwrap_or_default());
            Ok(())
        });
        trials.push(trial.with_ignored_flag(!is_here));
    }
    libtest_mimic::run(&arguments, trials).exit();
}
