use super::*;

fn at(text: &str) -> Time {
    let (hour, minute) = text.split_once(':').unwrap_or((text, "0"));
    let number = |text: &str| text.parse::<i64>().unwrap_or_default();
    "2017-10-01".parse::<Time>().unwrap_or_default().plus_secs(number(hour) * 3600 + number(minute) * 60)
}

/// A file named `start` with records for `minutes`, at its very ends too.
fn file(start: &str, minutes: i64) -> UpdateFile {
    with_records(start, 0, minutes * 60)
}

/// A file named `start` with records from so many seconds after it to so many.
fn with_records(start: &str, first: i64, last: i64) -> UpdateFile {
    let (first, last) = (at(start).plus_secs(first), at(start).plus_secs(last));
    UpdateFile { named: Some(at(start)), covers: None, records: Some(RecordTimes { first, last, median: None }), damage: vec![] }
}

fn files(starts: &str, minutes: i64) -> Vec<UpdateFile> {
    starts.split(' ').map(|start| file(start, minutes)).collect()
}

fn covered(updates: &[UpdateFile], ribs: &str, project: Option<Project>) -> Covered {
    let ribs: Vec<Time> = ribs.split(' ').filter(|text| !text.is_empty()).map(at).collect();
    cover(&CollectorFiles { updates, ribs: &ribs, project, until: None })
}

fn gap(from: &str, until: &str) -> Span {
    Span { from: at(from), until: at(until) }
}

fn coverage(updates: &[UpdateFile], ribs: &str, project: Option<Project>) -> (Time, Time, Vec<Span>) {
    let coverage = covered(updates, ribs, project).coverage.expect("some coverage");
    assert_eq!(coverage.sampled, updates.iter().all(|file| file.records.is_none()));
    (coverage.start, coverage.end, coverage.gaps)
}

#[test]
fn scenario_17_a_missing_5_minute_file_is_a_gap_of_5_minutes() {
    let all = files("9:00 9:05 9:15 9:20", 5);
    assert_eq!(
        coverage(&all, "9:00 16:00", Some(Project::Ris)),
        (at("9:00"), at("16:00"), vec![gap("9:10", "9:15"), gap("9:25", "16:00")])
    );
    assert_eq!(coverage(&all, "8:00 9:22", None), (at("8:00"), at("9:25"), vec![gap("8:00", "9:00"), gap("9:10", "9:15")]));
}

#[test]
fn scenario_20_spacing_may_drift_to_16_minutes_but_not_to_17() {
    let drifting = files("0:00 0:15 0:30 0:46 1:01", 15);
    assert_eq!(coverage(&drifting, "", None), (at("0:00"), at("1:16"), vec![]));
    let once_17 = files("0:00 0:15 0:30 0:47 1:02", 15);
    assert_eq!(coverage(&once_17, "", Some(Project::RouteViews)), (at("0:00"), at("1:17"), vec![gap("0:45", "0:47")]));
}

#[test]
fn scenario_21_a_file_without_records_proves_nothing() {
    let empty = |start| UpdateFile { records: None, ..file(start, 5) };
    let with_hole = [file("9:00", 5), empty("9:05"), file("9:10", 5), file("9:15", 5)];
    assert_eq!(coverage(&with_hole, "", Some(Project::Ris)).2, vec![gap("9:05", "9:10")]);
    assert_eq!(covered(&with_hole, "", None).spans.iter().filter(|span| span.is_none()).count(), 1);
    assert_eq!(covered(&[empty("9:00")], "", None).coverage, None);
    assert_eq!(coverage(&[empty("9:00")], "8:00", None), (at("8:00"), at("8:00"), vec![]));
}

#[test]
fn scenario_49_a_name_in_pacific_time_yields_to_the_records() {
    let mut pacific = file("16:00", 15);
    pacific.named = Some(at("8:00"));
    let covered = covered(&[pacific, file("16:15", 15)], "", Some(Project::RouteViews));
    let first = Span { from: at("16:00"), until: at("16:15") };
    assert_eq!(covered.spans.first(), Some(&Some(first)));
}

#[test]
fn a_name_is_believed_within_its_bounds() {
    let begins = |offset: i64, project| {
        let first = at("8:00").plus_secs(offset);
        let file = UpdateFile { records: Some(RecordTimes { first, last: first, median: None }), ..file("8:00", 15) };
        start(&file, project).map(|start| start.secs() - at("8:00").secs())
    };
    for (offset, starts) in [(-301, -301), (-300, 0), (0, 0), (1200, 0), (1201, 1201)] {
        assert_eq!(begins(offset, None), Some(starts), "{offset}");
        assert_eq!(begins(offset, Some(Project::Ris)), Some(starts), "{offset}");
    }
}

#[test]
fn scenario_56_ribs_alone_are_samples() {
    assert_eq!(coverage(&[], "8:00 16:00 12:00", None), (at("8:00"), at("16:00"), vec![gap("8:00", "16:00")]));
    assert_eq!(coverage(&[], "8:00", None), (at("8:00"), at("8:00"), vec![]));
    assert_eq!(covered(&[], "", None).coverage, None);
}

#[test]
fn the_youtube_day_has_one_gap_of_two_minutes() {
    let starts = "18:24 18:39 18:54 19:09 19:24 19:39 19:54 20:09 20:26 20:41 20:56 21:11";
    for project in [None, Some(Project::RouteViews)] {
        let day = coverage(&files(starts, 15), "", project);
        assert_eq!(day, (at("18:24"), at("21:26"), vec![gap("20:24", "20:26")]));
    }
}

#[test]
fn a_lone_file_covers_its_records() {
    let lone = with_records("8:00", 2, 899);
    let (first, last) = (at("8:00").plus_secs(2), at("8:15").plus_secs(-1));
    assert_eq!(coverage(std::slice::from_ref(&lone), "", Some(Project::Ris)), (first, last, vec![]));
    assert_eq!(coverage(&[lone.clone(), lone], "", None), (first, last, vec![]));
    let apart = coverage(&[with_records("8:00", 2, 899), with_records("12:00", 2, 899)], "", None);
    assert_eq!(apart, (first, at("12:15").plus_secs(-1), vec![Span { from: last, until: at("12:00").plus_secs(2) }]));
}

#[test]
fn without_a_project_the_most_frequent_distance_is_the_spacing() {
    for (what, starts, minutes, end, gaps) in [
        ("not the smallest", "8:00 8:05 8:20 8:35 8:50", 15, "9:05", vec![]),
        ("a short one that is seen once", "8:00 8:15", 5, "8:30", vec![]),
        ("a long one that is seen twice", "8:00 10:00 12:00", 5, "14:00", vec![]),
        ("not a long one that is seen once", "8:00 10:00", 5, "10:05", vec![gap("8:05", "10:00")]),
    ] {
        assert_eq!(coverage(&files(starts, minutes), "", None), (at("8:00"), at(end), gaps), "{what}");
    }
    let records = Some(RecordTimes { first: at("8:00"), last: at("8:00"), median: Some(at("9:00")) });
    let lone = UpdateFile { records, ..file("8:00", 5) };
    assert_eq!(coverage(&[lone], "", None), (at("8:00"), at("9:00"), vec![]), "a lone file of one time at its ends");
}

/// Names are believed at the ends of the data, unless a dump lies beyond: then nothing tells of the time between but records.
#[test]
fn the_first_and_the_last_file_reach_as_far_as_their_names_unless_a_dump_lies_beyond() {
    let secs = |text, secs| at(text).plus_secs(secs);
    let quiet = [with_records("8:00", 60, 290), with_records("8:05", 60, 290)];
    let late = [with_records("8:00", 60, 290), with_records("8:05", 60, 310)];
    let hole = |from, until| vec![Span { from, until }];
    for (what, updates, ribs, expected) in [
        ("no dump", &quiet, "", (at("8:00"), at("8:10"), vec![])),
        ("one at the very begin", &quiet, "8:00", (at("8:00"), at("8:10"), vec![])),
        ("one at the very end", &quiet, "8:10", (at("8:00"), at("8:10"), vec![])),
        ("one before", &quiet, "7:00", (at("7:00"), at("8:10"), hole(at("7:00"), at("8:01")))),
        ("one after: the end of the data", &quiet, "9:00", (at("8:00"), at("9:00"), hole(secs("8:05", 290), at("9:00")))),
        ("records that are late", &late, "", (at("8:00"), secs("8:05", 310), vec![])),
    ] {
        assert_eq!(coverage(updates, ribs, Some(Project::Ris)), expected, "{what}");
    }
}

#[test]
fn the_projects_own_cadence_caps_the_spacing() {
    let every_other = files("8:00 8:10 8:20", 5);
    let gaps = vec![gap("8:05", "8:10"), gap("8:15", "8:20")];
    assert_eq!(coverage(&every_other, "", Some(Project::Ris)), (at("8:00"), at("8:25"), gaps));
    assert_eq!(coverage(&every_other, "", None), (at("8:00"), at("8:30"), vec![]));
    assert_eq!(coverage(&files("8:00 12:00", 5), "", Some(Project::Ris)).2, vec![gap("8:05", "12:00")]);
}

#[test]
fn ris_before_and_after_july_2003() {
    let start = "2003-07-22T23:30:00Z".parse::<Time>().unwrap_or_default();
    let named = |offset: i64| {
        let start = start.plus_secs(offset);
        UpdateFile {
            named: Some(start),
            covers: None,
            records: Some(RecordTimes { first: start, last: start, median: None }),
            damage: vec![],
        }
    };
    let both: Vec<UpdateFile> = [0, 900, 1800, 2100, 2400].map(named).into();
    let coverage = covered(&both, "", Some(Project::Ris)).coverage.expect("some coverage");
    assert_eq!((coverage.end, coverage.gaps), (start.plus_secs(2700), vec![]));
}

#[test]
fn damage_is_a_gap_from_the_last_whole_record_to_the_next_or_the_files_end() {
    let damaged = |damage: &[Damage]| UpdateFile { damage: damage.into(), ..file("8:05", 5) };
    let hole = |damage: &[Damage]| coverage(&[file("8:00", 5), damaged(damage), file("8:10", 5)], "", None).2;
    let (some, none) = (|text| Some(at(text)), None);
    assert_eq!(hole(&[Damage { after: some("8:07"), before: some("8:08") }]), vec![gap("8:07", "8:08")]);
    assert_eq!(hole(&[Damage { after: some("8:07"), before: none }]), vec![gap("8:07", "8:10")]);
    assert_eq!(hole(&[Damage { after: none, before: some("8:06") }]), vec![gap("8:05", "8:06")]);
    assert_eq!(hole(&[Damage { after: some("6:00"), before: some("8:08") }]), vec![gap("8:05", "8:08")], "a wrong clock before");
    assert_eq!(hole(&[Damage { after: some("8:07"), before: some("31:00") }]), vec![gap("8:07", "8:10")], "a wrong clock after");
    assert_eq!(hole(&[Damage { after: some("31:00"), before: none }]), vec![gap("8:05", "8:10")], "and no hole beyond it");
    let within = Span { from: at("8:07"), until: Time::from_micros(at("8:07").micros() + 1) };
    assert_eq!(hole(&[Damage { after: some("8:07"), before: some("8:07") }]), vec![within]);
    let late = Span { from: at("8:10"), until: Time::from_micros(at("8:10").micros() + 1) };
    assert_eq!(hole(&[Damage { after: some("8:10"), before: some("8:10") }]), vec![late], "among its late records");
    let again = [damaged(&[Damage { after: none, before: none }]), file("8:05", 5), file("8:00", 5)];
    assert_eq!(coverage(&again, "", None).2, vec![], "a second, whole copy fills it");
}

#[test]
fn the_window_clips_the_end() {
    let updates = files("8:00 8:05 8:20", 5);
    let until = |to: &str| {
        let files = CollectorFiles { updates: &updates, ribs: &[], project: None, until: Some(at(to)) };
        cover(&files).coverage.map(|coverage| (coverage.end, coverage.gaps))
    };
    assert_eq!(until("8:15"), Some((at("8:15"), vec![gap("8:10", "8:15")])));
    assert_eq!(until("8:05"), Some((at("8:05"), vec![])));
    assert_eq!(until("9:00"), Some((at("8:25"), vec![gap("8:10", "8:20")])));
    assert_eq!(until("8:00"), None);
}

/// Names are cut to the minute, and daemons begin their next file some seconds later.
#[test]
fn a_hole_reaches_from_the_last_record_before_it_to_the_first_after_it() {
    let span = |from: (&str, i64), until: (&str, i64)| Span {
        from: at(from.0).plus_secs(from.1),
        until: at(until.0).plus_secs(until.1),
    };
    let drifting = |start, first, last| with_records(start, first, last);
    let before = || vec![drifting("20:09", 14, 913), drifting("20:26", 18, 915), drifting("20:41", 19, 910)];
    let route_views = Some(Project::RouteViews);
    let hole = span(("20:24", 13), ("20:26", 18));
    assert_eq!(coverage(&before(), "", route_views).2, [hole]);
    // Where files adjoin by name nothing changes, however quiet they are; at a hole, a quiet file widens it.
    let quiet = [drifting("20:00", 60, 60), drifting("20:15", 60, 60), drifting("20:47", 60, 60), drifting("21:02", 60, 60)];
    assert_eq!(coverage(&quiet, "", route_views), (at("20:00"), at("21:17"), vec![span(("20:15", 60), ("20:47", 60))]));
    // So it is between a dump and the first file after it, and after the last one where a dump follows.
    let around = coverage(&before(), "19:00 23:00", route_views).2;
    assert_eq!(around, [span(("19:00", 0), ("20:09", 14)), hole, span(("20:41", 910), ("23:00", 0))]);
}

#[test]
fn one_record_with_a_wrong_clock_moves_no_file() {
    let odd = Time::from_secs(4500);
    let set = |first: Option<Time>, last: Option<Time>, median: Option<Time>| {
        let mut file = file("8:05", 5);
        let times = file.records.expect("records");
        let (first, last) = (first.unwrap_or(times.first), last.unwrap_or(times.last));
        file.records = Some(RecordTimes { first, last, median });
        file
    };
    let most = Some(at("8:07"));
    for (what, file) in [
        ("the first", set(Some(odd), None, None)),
        ("the last", set(None, Some(odd), None)),
        ("both, but most are right", set(Some(odd), Some(odd), most)),
    ] {
        let all = [super::tests::file("8:00", 5), file.clone(), super::tests::file("8:10", 5)];
        assert_eq!(coverage(&all, "", Some(Project::Ris)), (at("8:00"), at("8:15"), vec![]), "{what}");
    }
    for (what, file) in [("the first", set(Some(odd), None, None)), ("the last", set(None, Some(odd), None))] {
        let (start, end, _) = coverage(&[UpdateFile { named: None, ..file }], "", None);
        assert!(start >= at("8:05") && end <= at("8:10"), "{what}, without a name: {start} {end}");
    }
    let end_of_a_hole = [set(None, Some(odd), most), super::tests::file("8:15", 5)];
    assert_eq!(coverage(&end_of_a_hole, "", Some(Project::Ris)).2, [Span { from: at("8:07"), until: at("8:15") }]);
}

/// One record before 8:05 or more than its length and five minutes after it is no bound of the file: neither beside a hole, nor alone.
#[test]
fn one_record_with_a_wrong_clock_moves_no_bound() {
    let odd = |first: &str, last: &str| {
        let (first, last) = (at(first), at(last));
        UpdateFile {
            named: Some(at("8:05")),
            covers: None,
            records: Some(RecordTimes { first, last, median: None }),
            damage: vec![],
        }
    };
    let hole = |odd: UpdateFile| coverage(&[file("8:00", 5), odd, file("8:15", 5)], "", Some(Project::Ris)).2;
    let of = |from: &str| vec![gap(from, "8:15")];
    let cases = [("8:16", "8:06", "8:06"), ("8:15", "8:06", "8:15"), ("8:07", "8:16", "8:07"), ("7:59", "8:06", "8:06")];
    for (first, last, from) in cases {
        let expected = if from == "8:15" { vec![] } else { of(from) };
        assert_eq!(hole(odd(first, last)), expected, "{first} {last}");
    }
    for project in [None, Some(Project::RouteViews)] {
        let lone = |first, last| coverage(&[odd(first, last)], "", project);
        assert_eq!(lone("31:00", "8:19"), (at("8:19"), at("8:19"), vec![]));
        assert_eq!(lone("8:06", "8:19"), (at("8:06"), at("8:19"), vec![]));
    }
    // A file of one's own router may be a day long.
    assert_eq!(coverage(&[odd("8:05", "32:00")], "", None), (at("8:05"), at("32:00"), vec![]));
    assert_eq!(coverage(&[odd("8:05", "32:00")], "", Some(Project::RouteViews)), (at("8:05"), at("8:05"), vec![]));
}
