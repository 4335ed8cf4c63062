//! Asks about a world and holds every answer against the truth.

use crate::archive::Written;
use crate::ask::{Answer, Packing, Place};
use crate::check_changes::Told;
use crate::check_timeline::Asked;
use crate::rows::{self, Route};
use crate::truth::Truth;
use crate::verdict::{Verdict, Violation};
use crate::world::World;
use crate::{
    check_changes, check_claims, check_first, check_hops, check_options, check_routes, check_timeline, check_views,
    check_visibility, check_ways, shrink, story,
};

/// Some checks ask only of every n-th world: those whose seed leaves `place` by `of`.
pub fn is_due(world: &World, of: u64, place: u64) -> bool {
    world.seed % of == place
}

/// Which of several questions is due, of those that are asked of every third world.
pub fn in_turn(world: &World, of: u64) -> usize {
    usize::try_from(world.seed / 3 % of).expect("small")
}

/// A world with its files on disk.
pub struct Case<'a> {
    /// What is true.
    pub truth: Truth<'a>,
    /// Its files.
    pub files: Vec<Written>,
    /// Where they are.
    pub place: Place,
    /// The answer that most others are held against.
    pub routes: (Answer, Vec<Route>),
}

impl Case<'_> {
    /// Asks about what is watched.
    pub fn ask(&self, command: &str, more: &[&str]) -> Answer {
        self.place.ask(&words(self.truth.world, command, more))
    }
}

/// A command line without its inputs.
pub fn words<'a>(world: &'a World, command: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let roots = world.roots.iter().flat_map(|root| ["--prefix", root.as_str()]);
    [command, "-f", "csv"].into_iter().chain(roots).chain(more.iter().copied()).collect()
}

/// A part of the checks: kinds of violations begin with its name.
type Part = (&'static str, fn(&Case, &mut Verdict));

const PARTS: [Part; 10] = [
    ("routes", routes),
    ("timeline changes", timeline),
    ("first", check_first::check),
    ("check", check_claims::check),
    ("options", check_options::check),
    ("visibility", check_visibility::check),
    ("ways", check_ways::check),
    ("explain", check_ways::explain),
    ("hops", check_hops::check),
    ("views", check_views::check),
];

/// All violations of a world; `only`: of the part to which this kind belongs.
pub fn judge(world: &World, only: Option<&str>) -> Vec<Violation> {
    let (truth, files) = Truth::of(world);
    let place = Place::of(world, &files, Packing::Own);
    let mut verdict = Verdict::default();
    let answer = place.ask(&words(world, "routes", &[]));
    if !matches!(answer.code, Some(0 | 1)) {
        verdict.add("run.failed", &answer, answer.stderr.clone(), "the archive can be read");
        return verdict.violations;
    }
    let rows = rows::routes(&answer);
    let case = Case { truth, files, place, routes: (answer, rows) };
    for (name, part) in PARTS {
        if only.is_none_or(|kind| name.split(' ').any(|part| kind.starts_with(part))) {
            part(&case, &mut verdict);
        }
    }
    verdict.violations
}

fn routes(case: &Case, verdict: &mut Verdict) {
    check_routes::check(&case.truth, &case.routes.0, &case.routes.1, verdict);
}

/// Questions to `timeline` and `changes`: peers, whether the origin is given, whether of the target.
const QUESTIONS: [(usize, bool, bool); 12] = [
    (1, false, false),
    (1, true, false),
    (1, false, true),
    (1, true, true),
    (2, false, false),
    (2, true, false),
    (2, false, true),
    (2, true, true),
    (3, false, false),
    (3, true, false),
    (3, false, true),
    (3, true, true),
];

/// Some of them in turn, so that a few hundred worlds ask them all often enough.
fn questions(world: &World) -> impl Iterator<Item = (usize, bool, bool)> {
    let seed = usize::try_from(world.seed % 1_000_000).expect("small");
    let later = (seed % 4, 4 + seed % 8);
    QUESTIONS.into_iter().enumerate().filter(move |(at, _)| *at == later.0 || *at == later.1).map(|(_, question)| question)
}

fn timeline(case: &Case, verdict: &mut Verdict) {
    let origin = case.truth.world.origin.to_string();
    for (k, with_origin, target) in questions(case.truth.world) {
        let peers = k.to_string();
        let mut more = vec!["--min-peers", &peers];
        if with_origin {
            more.extend(["--origin", &origin]);
        }
        if target {
            more.extend(["--by", "target"]);
        }
        let answer = case.ask("timeline", &more);
        let rows = rows::timeline(&answer);
        let asked = Asked { k, origin: with_origin.then_some(origin.as_str()), target };
        check_timeline::check(&case.truth, asked, &answer, &rows, &case.routes.1, verdict);
        let answer = case.ask("changes", &more);
        let told = Told { episodes: &rows, routes: &case.routes.1 };
        check_changes::check(&case.truth, asked, &answer, &rows::changes(&answer), told, verdict);
    }
}

/// The smallest world found that shows this kind of violation, told to people.
pub fn told_small(world: World, kind: &str) -> String {
    let first = |world: &World| judge(world, Some(kind)).into_iter().find(|v| v.kind == kind);
    let small = shrink::shrink(world, |world| first(world).is_some());
    let Some(violation) = first(&small) else { return format!("{kind} is not shown again") };
    let (truth, files) = Truth::of(&small);
    let kept = std::env::var_os("UPLINKS_KEEP").map(|_| Place::of(&small, &files, Packing::Own).keep());
    let kept = kept.map_or(String::new(), |path| format!("kept in {}\n", path.display()));
    story::tell(&truth, &files, &violation) + &kept
}
