//! `check`: a claim that is true never fails, and one that is false never passes.

use std::fmt::Write;

use crate::archive::Seen;
use crate::judge::Case;
use crate::log::Said;
use crate::prng::Prng;
use crate::rows::{cells, shown};
use crate::standing::{LENSES, Lens, Which, Who, known, spans, standing};
use crate::truth::BACKLOG;
use crate::verdict::{Verdict, when};
use crate::world::{Micros, SEC, Subject};

/// What is claimed.
struct Claim {
    what: &'static str,
    prefix: Option<usize>,
    upstream: Option<String>,
    /// Of `only`: the end of its span; `upstream` is the one that may be there.
    until: Option<Micros>,
    at: Micros,
    is_true: bool,
}

/// To either side this still agrees.
const TOLERANCE: Micros = 20 * SEC;

/// Claims both, true and false ones, and holds the verdicts against the truth.
pub fn check(case: &Case, verdict: &mut Verdict) {
    let world = case.truth.world;
    let mut claims = Vec::new();
    let prefixes = (0..world.prefixes.len()).map(Some).chain([None]);
    let mut prng = Prng::new(world.seed, 5);
    for prefix in prefixes {
        let origin = world.origin.to_string();
        let mut found = Vec::new();
        for subject in crate::check_timeline::subjects(&case.truth).into_iter().filter(|s| s.0 == origin && s.1 != "direct") {
            of_upstream(case, prefix, &subject, &mut prng, &mut found);
            only(case, prefix, &subject, &mut prng, &mut found);
        }
        of_origin(case, prefix, &origin, &mut prng, &mut found);
        prng.shuffle(&mut found);
        claims.extend(found.into_iter().take(14));
    }
    if claims.is_empty() {
        return;
    }
    case.place.put("claims.toml", &toml(case, &claims));
    let answer = case.place.ask(&["check", "claims.toml", "-f", "csv"]);
    let rows = cells(&answer);
    if rows.len() != claims.len() {
        verdict.add("check.rows", &answer, format!("{} rows", rows.len()), format!("{} claims; {}", claims.len(), answer.stderr));
        return;
    }
    for (claim, row) in claims.iter().zip(&rows) {
        let wrong = if claim.is_true { "fail" } else { "pass" };
        if row.get("verdict") == wrong {
            let kind = format!("check.{}.{}", claim.what, if claim.is_true { "true-fails" } else { "false-passes" });
            verdict.add(kind, &answer, row.text(), truth_of(case, claim));
        }
    }
}

fn truth_of(case: &Case, claim: &Claim) -> String {
    let name = claim.prefix.map_or("*", |at| case.truth.world.prefixes[at].as_str());
    let said = if claim.is_true { "it is true" } else { "it is false" };
    let origin = case.truth.world.origin.to_string();
    let all: Vec<Subject> = match &claim.upstream {
        Some(upstream) => vec![(origin, upstream.clone())],
        None => crate::check_timeline::subjects(&case.truth).into_iter().filter(|s| s.0 == origin).collect(),
    };
    let stories: Vec<String> =
        all.iter().map(|s| format!("{}: {}", s.1, crate::check_timeline::story(&case.truth, name, s))).collect();
    format!("{said} at {}; {}", when(claim.at), stories.join("; "))
}

fn toml(case: &Case, claims: &[Claim]) -> String {
    let world = case.truth.world;
    let mut out = format!("title = 'claims'\norigin = {}\nprefixes = {:?}\ntolerance = '20s'\n", world.origin, world.roots);
    for claim in claims {
        let prefix = claim.prefix.map_or("*", |at| world.prefixes[at].as_str());
        let _ = write!(out, "\n[[claim]]\ntext = 'x'\nwhat = '{}'\nprefix = '{prefix}'\n", claim.what);
        match (&claim.upstream, claim.until) {
            (Some(upstream), Some(until)) => {
                let _ = writeln!(out, "upstreams = [{upstream}]\nfrom = '{}'\nto = '{}'", shown(claim.at), shown(until));
            }
            (Some(upstream), None) => _ = writeln!(out, "upstream = {upstream}\nat = '{}'", shown(claim.at)),
            (None, _) => _ = writeln!(out, "at = '{}'", shown(claim.at)),
        }
    }
    out
}

/// A moment at which data are to be had; whole seconds.
fn any_moment(case: &Case, prng: &mut Prng) -> Micros {
    let data = case.truth.world.collectors.iter().map(crate::world::Collector::data);
    let (from, until) = data.fold((Micros::MAX, Micros::MIN), |all, one| (all.0.min(one.0), all.1.max(one.1)));
    let seconds = u32::try_from(((until - from) / SEC).max(1)).expect("some hours");
    from + Micros::from(prng.range(0, seconds)) * SEC
}

/// Everything is the same from just before a moment to just after it, give or take what still agrees.
fn is_quiet(case: &Case, prefix: Option<usize>, at: Micros) -> bool {
    let (from, until) = (at - TOLERANCE - 2 * SEC, at + TOLERANCE + 2 * SEC);
    let near_dump = |d: &crate::archive::DumpSeen| d.begin - BACKLOG <= until && from <= d.end + BACKLOG;
    let truth = &case.truth;
    let messages = truth.logs.iter().flatten().flat_map(|log| &log.messages);
    let is_near = |message: &crate::log::Message| {
        let is_meant = match &message.said {
            Said::Announce(key, ..) | Said::Withdraw(key) => prefix.is_none_or(|p| p == key.0),
            Said::State(..) => true,
        };
        is_meant && from <= message.at && message.at <= until
    };
    let losses = truth.logs.iter().flatten().flat_map(|log| &log.losses).flat_map(|loss| [loss.down, loss.up]);
    let steps = truth.keys().flat_map(|at| truth.router(at).iter().map(|(time, _)| *time).collect::<Vec<_>>());
    !messages.into_iter().any(is_near)
        && !losses.chain(steps).any(|time| from <= time && time <= until)
        && !truth.recorded.iter().flat_map(|r| &r.dumps).any(near_dump)
}

/// Moments at which everybody's count leaves zero or falls to it, through a peer of which the data can know.
fn turns(case: &Case, prefix: Option<usize>, which: Which, begins: bool) -> Vec<Micros> {
    let all = LENSES.map(|lens| standing(&case.truth, prefix, lens, which, None));
    let is_turn = |time: &Micros| {
        all.iter().all(|one| {
            let (before, after) = (one.before(*time), one.after(*time));
            if begins { before == 0 && after > 0 } else { before > 0 && after == 0 }
        })
    };
    let is_known = |time: &Micros| {
        let turning = case.truth.keys().filter(|at| prefix.is_none_or(|p| p == at.2.0)).filter(|at| {
            let spans = spans(&case.truth, *at, Lens::View, which);
            spans.iter().any(|span| if begins { span.0 == *time } else { span.1 == *time })
        });
        turning.into_iter().any(|at| {
            let is_read = |event: &(Micros, Seen)| event.0 == *time && event.1 > Seen::No;
            case.truth.events(at).iter().any(is_read) || may_be_known(case, (at.0, at.1), *time)
        })
    };
    let moments = all[0].moments().into_iter().filter(|time| *time > 0 && *time < Micros::MAX);
    moments.filter(is_turn).filter(is_known).collect()
}

fn of_upstream(case: &Case, prefix: Option<usize>, subject: &Subject, prng: &mut Prng, out: &mut Vec<Claim>) {
    let which = Which::Subject(subject);
    let mut add =
        |what, at, is_true| out.push(Claim { what, prefix, upstream: Some(subject.1.clone()), until: None, at, is_true });
    for time in turns(case, prefix, which, true) {
        add("gained", time, true);
        add("announced", time, true);
    }
    for time in turns(case, prefix, which, false) {
        add("lost", time, true);
    }
    let known = known(&case.truth, prefix, which);
    for pair in known.moments().windows(2).filter(|pair| known.between(pair[0], pair[1]) > 0) {
        let middle = i64::midpoint(pair[0], pair[1]);
        add("present", middle - middle % SEC, true);
    }
    let all = LENSES.map(|lens| standing(&case.truth, prefix, lens, which, None));
    for _ in 0..3 {
        let at = any_moment(case, prng);
        if !is_quiet(case, prefix, at) {
            continue;
        }
        for what in ["gained", "lost", "announced"] {
            add(what, at, false);
        }
        if all.iter().all(|one| one.at_most(at) == 0) {
            add("present", at, false);
            add("absent", at, true);
        } else if all[0].at(at).into_iter().any(|who| may_be_known(case, *who, at)) {
            add("absent", at, false);
        }
    }
}

/// No other upstream than this one in a span: true where nobody ever has one, by any lens; false where somebody is known to have one all along.
fn only(case: &Case, prefix: Option<usize>, subject: &Subject, prng: &mut Prng, out: &mut Vec<Claim>) {
    let (at, length) = (any_moment(case, prng), Micros::from(prng.range(1, 1800)) * SEC);
    let until = at + length;
    let all = crate::check_timeline::subjects(&case.truth);
    let others: Vec<&Subject> =
        all.iter().filter(|s| (s.0 == subject.0 || s.0 == "ambiguous") && s.1 != subject.1 && s.1 != "direct").collect();
    let has_any = |other: &&&Subject| {
        LENSES.iter().any(|lens| {
            let standing = standing(&case.truth, prefix, *lens, Which::Subject(other), None);
            let inside = standing.moments().into_iter().filter(|time| (at - BACKLOG..=until + BACKLOG).contains(time));
            inside.chain([at, until]).any(|time| standing.at_most(time) > 0)
        })
    };
    let is_known =
        |other: &&&Subject| other.1 != "ambiguous" && known(&case.truth, prefix, Which::Subject(other)).between(at, until) > 0;
    let is_other = others.iter().any(|other| is_known(&other));
    let is_true = !others.iter().any(|other| has_any(&other));
    if is_true || is_other {
        out.push(Claim { what: "only", prefix, upstream: Some(subject.1.clone()), until: Some(until), at, is_true });
    }
}

fn of_origin(case: &Case, prefix: Option<usize>, origin: &str, prng: &mut Prng, out: &mut Vec<Claim>) {
    let which = Which::Origin(origin);
    let mut add = |what, at, is_true| out.push(Claim { what, prefix, upstream: None, until: None, at, is_true });
    for time in turns(case, prefix, which, true) {
        add("outage-ends", time, true);
    }
    for time in turns(case, prefix, which, false) {
        add("outage-begins", time, true);
    }
    let standing = standing(&case.truth, prefix, Lens::View, which, None);
    let known = known(&case.truth, prefix, which);
    for _ in 0..4 {
        let at = any_moment(case, prng);
        if !is_quiet(case, prefix, at) {
            continue;
        }
        let stands = standing.at(at).into_iter().any(|who| may_be_known(case, *who, at));
        if stands {
            add("outage-begins", at, false);
        }
        if known.between(at - TOLERANCE, at + TOLERANCE) > 0 {
            add("outage-ends", at, false);
        }
    }
}

/// The peer was heard of before, and was not last heard to be down.
fn may_be_known(case: &Case, who: Who, at: Micros) -> bool {
    crate::check_changes::is_believed_up(&case.truth, who, at)
}
