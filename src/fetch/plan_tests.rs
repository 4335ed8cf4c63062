use super::*;
use crate::fetch::catalogue::Layout;

fn rrc00() -> Collector {
    Collector { name: "rrc00".to_owned(), layout: Layout::Ris }
}

fn time(text: &str) -> Time {
    text.parse().expect("a time")
}

fn window(from: &str, to: &str) -> Span {
    Span { from: time(from), until: time(to) }
}

fn month(text: &str) -> Month {
    Month::parse(text).expect("a month")
}

fn listing(names: &[(&str, u64)]) -> Listing {
    let file = |(name, size): &(&str, u64)| (FileName::parse(name).expect("a name"), Some(ListedSize::Exact(*size)));
    Listing { files: names.iter().map(file).collect(), months: vec![] }
}

/// Every 5 minutes of these days, and RIB dumps at 00, 08 and 16 hours.
fn days(month: &str, days: std::ops::RangeInclusive<u32>) -> Listing {
    let month = month.replace('.', "");
    let mut names = Vec::new();
    for day in days {
        for minute in (0..1440).step_by(5) {
            names.push(format!("updates.{month}{day:02}.{:02}{:02}.gz", minute / 60, minute % 60));
        }
        names.extend([0, 8, 16].map(|hour| format!("bview.{month}{day:02}.{hour:02}00.gz")));
    }
    listing(&names.iter().map(|name| (name.as_str(), 50_000)).collect::<Vec<_>>())
}

/// Plays an archive until the plan is made; also the months listed, in order.
fn plan(known: &mut Known, archive: &[(&str, Listing)], kinds: Kinds) -> (Chosen, Vec<String>) {
    let mut asked = Vec::new();
    loop {
        match known.next(kinds, Sampling::Every) {
            Next::Files(chosen) => return (chosen, asked),
            Next::List(months) => {
                assert!(!months.is_empty());
                for wanted in months {
                    asked.push(wanted.to_string());
                    let found = archive.iter().find(|(name, _)| month(name) == wanted);
                    known.add(wanted, found.map(|(_, listing)| listing.clone()).unwrap_or_default());
                }
            }
        }
    }
}

fn of(archive: &[(&str, Listing)], window: Span, kinds: Kinds) -> (Chosen, Vec<String>) {
    let mut known = Known::new(rrc00(), window, archive.iter().map(|(name, _)| month(name)));
    plan(&mut known, archive, kinds)
}

fn ends(chosen: &Chosen, kind: NameKind) -> (usize, String, String) {
    let names: Vec<String> = chosen.files.iter().filter(|f| f.name.kind == kind).map(|f| f.name.to_string()).collect();
    (names.len(), names.first().cloned().unwrap_or_default(), names.last().cloned().unwrap_or_default())
}

#[test]
fn a_morning_needs_the_rib_before_it_and_updates_from_a_minute_before_that() {
    let archive = [("2017.10", days("2017.10", 1..=2))];
    let (chosen, asked) = of(&archive, window("2017-10-01T09:00:00Z", "2017-10-01T12:00:00Z"), Kinds::All);
    assert_eq!(chosen.baseline, Some(time("2017-10-01T08:00:00Z")));
    assert_eq!(ends(&chosen, NameKind::Rib).0, 1);
    let (count, first, last) = ends(&chosen, NameKind::Updates);
    assert_eq!((count, first.as_str(), last.as_str()), (49, "updates.20171001.0755.gz", "updates.20171001.1155.gz"));
    assert_eq!((chosen.holes, asked), (vec![], vec!["2017.10".to_owned()]));
}

#[test]
fn a_window_at_a_months_first_second_needs_the_month_before() {
    let archive = [("2017.09", days("2017.09", 29..=30)), ("2017.10", days("2017.10", 1..=2))];
    let (chosen, asked) = of(&archive, window("2017-10-01", "2017-10-02"), Kinds::All);
    assert_eq!(chosen.baseline, Some(time("2017-10-01")), "a RIB at --from is the baseline");
    assert_eq!(ends(&chosen, NameKind::Rib).0, 3, "the RIB at --to is not needed");
    assert_eq!(ends(&chosen, NameKind::Updates).1, "updates.20170930.2355.gz");
    assert_eq!(asked, ["2017.10", "2017.09"]);
}

#[test]
fn months_before_are_searched_for_a_baseline_within_bounds() {
    let late = || ("2017.10", listing(&[("bview.20171003.0000.gz", 50_000), ("updates.20171001.0000.gz", 99)]));
    let stub = || ("2017.09", listing(&[("bview.20170930.1600.gz", 161)]));
    let far = ("2017.08", listing(&[("bview.20170830.1600.gz", 50_000), ("updates.20170901.0000.gz", 99)]));
    let window = window("2017-10-01", "2017-10-04");
    let (chosen, asked) = of(&[far, stub(), late()], window, Kinds::Ribs);
    assert_eq!(chosen.baseline, Some(time("2017-08-30T16:00:00Z")), "past a dump without routes");
    assert_eq!((chosen.files.len(), asked.len()), (3, 3));
    let farther = ("2017.06", listing(&[("bview.20170630.1600.gz", 50_000)]));
    let (chosen, asked) = of(&[farther, stub(), late()], window, Kinds::All);
    assert_eq!((chosen.baseline, asked.join(" ").as_str()), (None, "2017.10 2017.09"));
}

#[test]
fn holes_are_the_listings() {
    let mut listing = days("2017.10", 1..=1);
    listing.files.retain(|name, _| !(time("2017-10-01T09:05:00Z")..time("2017-10-01T09:20:00Z")).contains(&name.time));
    let (chosen, _) = of(&[("2017.10", listing)], window("2017-10-01T08:30:00Z", "2017-10-02T01:00:00Z"), Kinds::All);
    let hole = |from, to| window(from, to);
    assert_eq!(
        chosen.holes,
        [hole("2017-10-01T09:05:00Z", "2017-10-01T09:20:00Z"), hole("2017-10-02T00:00:00Z", "2017-10-02T01:00:00Z")]
    );
}

#[test]
fn off_the_grid_files_adjoin_up_to_a_tenth() {
    let collector = Collector { name: "route-views2".to_owned(), layout: Layout::RouteViews };
    let starts = ["2008-02-24T18:24:00Z", "2008-02-24T18:40:00Z", "2008-02-24T18:57:00Z"].map(time);
    let found = holes(&collector, starts, window("2008-02-24T18:30:00Z", "2008-02-24T19:10:00Z"));
    assert_eq!(found, [window("2008-02-24T18:55:00Z", "2008-02-24T18:57:00Z")]);
}

#[test]
fn kinds_split_what_all_takes() {
    let archive = [("2017.10", days("2017.10", 1..=1))];
    let window = window("2017-10-01T09:00:00Z", "2017-10-01T12:00:00Z");
    let files = |kinds| of(&archive, window, kinds).0.files;
    let mut both = files(Kinds::Ribs);
    both.extend(files(Kinds::Updates));
    both.sort_by(|a, b| a.name.cmp(&b.name));
    assert_eq!(both, files(Kinds::All));
}

#[test]
fn names_in_pacific_time_are_looked_for_eight_hours_earlier() {
    let collector = Collector { name: "route-views2".to_owned(), layout: Layout::RouteViews };
    let archive = [("2003.01", listing(&[("rib.20030131.1600.bz2", 9_000_000), ("updates.20030131.1615.bz2", 99)]))];
    let mut known = Known::new(collector, window("2003-02-01T00:10:00Z", "2003-02-01T01:00:00Z"), [month("2003.01")]);
    let (chosen, _) = plan(&mut known, &archive, Kinds::All);
    assert_eq!((chosen.files.len(), chosen.holes), (2, vec![]));
}

#[test]
fn an_archive_without_the_month_has_nothing() {
    let (chosen, asked) = of(&[], window("2017-10-01", "2017-10-02"), Kinds::All);
    assert_eq!((chosen.files.len(), chosen.baseline, asked.len()), (0, None, 0));
    assert_eq!(chosen.holes, [Span { from: time("2017-09-30T23:59:00Z"), until: time("2017-10-02") }]);
}

#[test]
fn a_sample_takes_the_first_rib_of_each_stretch_and_the_last_of_all() {
    let archive = [("2017.10", days("2017.10", 1..=5))];
    let mut known = Known::new(rrc00(), window("2017-10-01T12:00:00Z", "2017-10-05T12:00:00Z"), [month("2017.10")]);
    known.add(month("2017.10"), archive[0].1.clone());
    let Next::Files(chosen) = known.next(Kinds::Ribs, Sampling::OneIn(86_400)) else { panic!("all is listed") };
    let names: Vec<String> = chosen.files.iter().map(|file| file.name.to_string()).collect();
    let expected = ["01.0800", "01.1600", "02.1600", "03.1600", "04.1600", "05.0800"].map(|at| format!("bview.201710{at}.gz"));
    assert_eq!(names, expected);
}
