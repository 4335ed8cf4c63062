//! Options give what can be recomputed by hand from the rows without them.

use std::collections::BTreeMap;

use crate::ask::Answer;
use crate::judge::{Case, in_turn, is_due, words};
use crate::prng::Prng;
use crate::rows::{self, Cells, Episode, Route, shown, time};
use crate::verdict::{Verdict, when};
use crate::world::{MIN, Micros, SEC};

/// One option for each world, in turn.
pub fn check(case: &Case, verdict: &mut Verdict) {
    let world = case.truth.world;
    if !is_due(world, 3, 1) {
        return;
    }
    match in_turn(world, 6) {
        0 => collector(case, verdict),
        1 => filters(case, verdict),
        2 => window(case, verdict),
        3 => by_target(case, verdict),
        4 => merge_within(case, verdict),
        _ => min_duration(case, verdict),
    }
}

/// `--collector` is as if there were no other files.
fn collector(case: &Case, verdict: &mut Verdict) {
    let world = case.truth.world;
    if case.place.inputs.len() < 2 {
        return;
    }
    for name in &case.place.inputs {
        for command in ["routes", "timeline", "changes"] {
            let selected = case.ask(command, &["--collector", name]);
            let alone = case.place.ask_of(&words(world, command, &[]), &[name]);
            if selected.stdout != alone.stdout {
                let truth = format!("its files alone give: {}", differing(&alone, &selected));
                verdict.add("options.collector", &selected, differing(&selected, &alone), truth);
                return;
            }
        }
    }
}

/// The first row that the other result does not have.
pub fn differing(one: &Answer, other: &Answer) -> String {
    let others: Vec<&str> = other.stdout.lines().collect();
    one.stdout.lines().find(|line| !others.contains(line)).unwrap_or("(nothing else)").to_owned()
}

/// What chooses among peers, upstreams and paths selects rows of `routes`.
fn filters(case: &Case, verdict: &mut Verdict) {
    let peers = case.truth.world.collectors.iter().flat_map(|c| &c.peers);
    let Some((asn, row)) = peers.map(|p| p.asn).next().zip(case.routes.1.first()) else { return };
    let (number, upstream) = (asn.to_string(), row.subject.1.clone());
    let has = |row: &Route, asn: &str| row.path.split([' ', ',', '{', '}']).any(|one| one == asn);
    let nearest = row.path.split([' ', ',', '{', '}']).find(|one| !one.is_empty()).unwrap_or("1").to_owned();
    choose(case, &["--peer-asn", &number], |row| row.asn == asn, verdict);
    choose(case, &["--exclude-peer", &number], |row| row.asn != asn, verdict);
    choose(case, &["--exclude-peer", &row.ip], |other| other.ip != row.ip, verdict);
    choose(case, &["--family", "4"], |row| !row.prefix.contains(':'), verdict);
    choose(case, &["--through", &nearest], |row| has(row, &nearest), verdict);
    if upstream.parse::<u32>().is_ok() {
        choose(case, &["--upstream", &upstream], |row| row.subject.1 == upstream, verdict);
    }
}

fn choose(case: &Case, option: &[&str], is_chosen: impl Fn(&Route) -> bool, verdict: &mut Verdict) {
    let answer = case.ask("routes", option);
    // A family that the target does not have is refused.
    if answer.code == Some(2) && option[0] == "--family" {
        return;
    }
    let found: Vec<String> = rows::routes(&answer).iter().map(|row| row.cells.text()).collect();
    let expected: Vec<String> = case.routes.1.iter().filter(|row| is_chosen(row)).map(|row| row.cells.text()).collect();
    if let Some(row) = found.iter().find(|row| !expected.contains(row)) {
        verdict.add("options.filters", &answer, row, "no row of all routes is like it");
    }
    if let Some(row) = expected.iter().find(|row| !found.contains(row)) {
        verdict.add("options.filters", &answer, format!("missing: {row}"), "it is there without the option");
    }
}

/// `--from` and `--to` select what overlaps; what is decided before `--to` stays as it is.
fn window(case: &Case, verdict: &mut Verdict) {
    let (from, to) = {
        let data = case.truth.world.collectors.iter().map(crate::world::Collector::data);
        let (begin, end) = data.fold((Micros::MAX, Micros::MIN), |all, one| (all.0.min(one.0), all.1.max(one.1)));
        let mut prng = Prng::new(case.truth.world.seed, 6);
        let minutes = u32::try_from((end - begin) / MIN).expect("some hours").max(2);
        let from = begin + Micros::from(prng.range(0, minutes - 1)) * MIN;
        (from, from + Micros::from(prng.range(1, minutes)) * MIN)
    };
    let text = |row: &Route| row.cells.text();
    let answer = case.ask("routes", &["--from", &shown(from)]);
    let found = rows::routes(&answer);
    let must = |row: &&Route| row.bounds.last > from;
    let may = |row: &&Route| row.believed_until() >= from;
    compare(case, &answer, &found, must, may, &text, verdict);
    let answer = case.ask("routes", &["--to", &shown(to)]);
    let found = rows::routes(&answer);
    // A dump is understood by what comes within ten minutes of it, and by its neighbours; a gap by what comes after it.
    let dumps = || case.truth.world.collectors.iter().flat_map(|c| &c.dumps);
    if dumps().any(|dump| dump.begin < to + MIN && to < dump.begin + 11 * MIN || dump.fault.is_some()) {
        return;
    }
    let decided = |row: &&Route| is_decided(row, to);
    compare(case, &answer, &found, decided, |row| row.bounds.by <= to, &|row| decided_text(row, to), verdict);
}

/// Its end is told by a message before then.
fn is_decided(row: &Route, to: Micros) -> bool {
    row.bounds.end_basis == "update" && row.bounds.ended_before.is_some_and(|before| before < to)
}

/// A row without what a later record may tell of it.
fn decided_text(row: &Route, to: Micros) -> String {
    let bounds = &row.bounds;
    let ended = bounds.ended_after.filter(|_| is_decided(row, to));
    let end = ended.map_or(String::new(), |ended| format!(" to {} {}", when(bounds.last), when(ended)));
    let after = bounds.after.map_or(String::new(), when);
    let who = format!("{} {} {} {} [{}]", row.prefix, row.id, row.collector, row.ip, row.path);
    format!("{who} {} {after} {} {}{end}", when(bounds.first), when(bounds.by), bounds.start_basis)
}

fn compare<'a>(
    case: &'a Case,
    answer: &Answer,
    found: &'a [Route],
    must: impl Fn(&&'a Route) -> bool,
    may: impl Fn(&&'a Route) -> bool,
    text: &dyn Fn(&Route) -> String,
    verdict: &mut Verdict,
) {
    let all = &case.routes.1;
    let allowed: Vec<String> = all.iter().filter(may).map(text).collect();
    let there: Vec<String> = found.iter().map(text).collect();
    if let Some(row) = all.iter().filter(must).map(text).find(|row| !there.contains(row)) {
        verdict.add("options.window", answer, format!("missing: {row}"), "it is there without the option");
    }
    if let Some(row) = there.iter().find(|row| !allowed.contains(row)) {
        verdict.add("options.window", answer, row, "there is no such row without the option");
    }
}

/// Of the target, an upstream stands when it stands for any prefix.
fn by_target(case: &Case, verdict: &mut Verdict) {
    let origin = case.truth.world.origin.to_string();
    let answer = case.ask("timeline", &["--by", "target", "--origin", &origin]);
    let all = rows::timeline(&answer);
    let each = rows::timeline(&case.ask("timeline", &["--origin", &origin]));
    // Where nothing proves part of a row, a prefix alone may go on while the target does not.
    for row in each.iter().filter(|row| !row.bounds.is(&["stuck", "gap", "sampled"])) {
        let covers = |target: &&Episode| {
            target.subject == row.subject && target.bounds.first <= row.bounds.first && row.bounds.last <= target.bounds.last
        };
        let is_stuck = |target: &Episode| target.subject == row.subject && target.bounds.is(&["stuck"]);
        if !all.iter().any(|target| covers(&target) || is_stuck(target)) {
            verdict.add("options.by-target", &answer, format!("missing: {}", row.cells.text()), "no row of the target covers it");
            return;
        }
    }
    for target in &all {
        let begins = |row: &&Episode| row.subject == target.subject && row.bounds.first == target.bounds.first;
        // Of one prefix it may go on where another's peers came between.
        let came_back = target.cells.get("start_basis") == "peer-up";
        if !each.iter().any(|row| begins(&row)) && !target.bounds.is(&["stuck"]) && !came_back {
            verdict.add("options.by-target", &answer, target.cells.text(), "no prefix begins so");
            return;
        }
    }
}

/// The rows of each prefix and subject, in order.
fn by_subject(rows: &[Episode]) -> BTreeMap<(String, (String, String)), Vec<&Episode>> {
    let mut out: BTreeMap<_, Vec<&Episode>> = BTreeMap::new();
    for row in rows {
        out.entry((row.prefix.clone(), row.subject.clone())).or_default().push(row);
    }
    for rows in out.values_mut() {
        rows.sort_by_key(|row| (row.bounds.first, row.bounds.last));
    }
    out
}

/// Rows not further apart than that are one.
fn merge_within(case: &Case, verdict: &mut Verdict) {
    let plain = rows::timeline(&case.ask("timeline", &[]));
    let within = [30, 100, 400, 1000][in_turn(case.truth.world, 24) / 6];
    let answer = case.ask("timeline", &["--merge-within", &format!("{within}s")]);
    let merged = rows::timeline(&answer);
    let found = by_subject(&merged);
    for (subject, rows) in by_subject(&plain) {
        if rows.iter().any(|row| row.bounds.is(&["stuck"])) {
            continue;
        }
        let mut expected: Vec<(Micros, Micros)> = Vec::new();
        let mut is_open = false;
        for row in rows {
            let (first, last) = (row.bounds.first, row.bounds.last);
            match expected.last_mut() {
                Some(before) if first - before.1 < within * SEC => before.1 = before.1.max(last),
                Some(before) if first - before.1 == within * SEC => is_open = true,
                _ => expected.push((first, last)),
            }
        }
        let found: Vec<_> = found.get(&subject).into_iter().flatten().map(|row| (row.bounds.first, row.bounds.last)).collect();
        if found != expected && !is_open {
            let spans = |all: &[(Micros, Micros)]| {
                all.iter().map(|(from, until)| format!("{} to {}", when(*from), when(*until))).collect::<Vec<_>>().join(", ")
            };
            verdict.add(
                "options.merge-within",
                &answer,
                format!("{subject:?}: {}", spans(&found)),
                format!("by hand: {}", spans(&expected)),
            );
            return;
        }
    }
}

/// Shorter rows are left out, and nothing else changes.
fn min_duration(case: &Case, verdict: &mut Verdict) {
    let plain = rows::cells(&case.ask("timeline", &[]));
    let answer = case.ask("timeline", &["--min-duration", "5m"]);
    let lasts = |row: &Cells| time(row.get("last_seen")).zip(time(row.get("first_seen"))).map_or(0, |(last, first)| last - first);
    let expected: Vec<String> = plain.iter().filter(|row| lasts(row) >= 5 * MIN).map(Cells::text).collect();
    let found: Vec<String> = rows::cells(&answer).iter().map(Cells::text).collect();
    if let Some(row) = expected.iter().find(|row| !found.contains(row)) {
        verdict.add("options.min-duration", &answer, format!("missing: {row}"), "it lasts long enough");
    }
    if let Some(row) = found.iter().find(|row| !expected.contains(row)) {
        verdict.add("options.min-duration", &answer, row, "it is too short, or not there without the option");
    }
}
