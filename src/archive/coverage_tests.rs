use super::*;

fn at(text: &str) -> Time {
    let (hour, minute) = text.split_once(':').unwrap_or((text, "0"));
    let number = |text: &str| text.parse::<i64>().unwrap_or_default();
    "2017-10-01".parse::<Time>().unwrap_or_default().plus_secs(number(hour) * 3600 + number(minute) * 60)
}

/// A file named `start` with records from 2 seconds later on for `minutes`.
fn file(start: &str, minutes: i64) -> UpdateFile {
    let first = at(start).plus_secs(2);
    let last = at(start).plus_secs(minutes * 60 - 1);
    UpdateFile { named: Some(at(start)), records: Some(RecordTimes { first, last }), damage: vec![] }
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
    let first = Span { from: at("16:00").plus_secs(2), until: at("16:15") };
    assert_eq!(covered.spans.first(), Some(&Some(first)));
}

#[test]
fn a_name_is_believed_within_its_bounds() {
    let begins = |offset: i64, project| {
        let first = at("8:00").plus_secs(offset);
        let file = UpdateFile { records: Some(RecordTimes { first, last: first }), ..file("8:00", 15) };
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
    let lone = file("8:00", 15);
    let (first, last) = (at("8:00").plus_secs(2), at("8:15").plus_secs(-1));
    assert_eq!(coverage(std::slice::from_ref(&lone), "", Some(Project::Ris)), (first, last, vec![]));
    assert_eq!(coverage(&[lone.clone(), lone], "", None), (first, last, vec![]));
    let apart = coverage(&files("8:00 12:00", 15), "", None);
    assert_eq!(apart, (first, at("12:15").plus_secs(-1), vec![Span { from: last, until: at("12:00").plus_secs(2) }]));
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
        UpdateFile { named: Some(start), records: Some(RecordTimes { first: start, last: start }), damage: vec![] }
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
    let within = Span { from: at("8:07"), until: Time::from_micros(at("8:07").micros() + 1) };
    assert_eq!(hole(&[Damage { after: some("8:07"), before: some("8:07") }]), vec![within]);
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
