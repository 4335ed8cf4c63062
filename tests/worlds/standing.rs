//! Who truly held routes of a subject, as spans.

use std::collections::BTreeSet;

use crate::count::{Span, Standing};
use crate::log::Steps;
use crate::rows::Route;
use crate::truth::{At, Truth};
use crate::world::{Micros, Subject};

/// A collector and one of its peers.
pub type Who = (usize, usize);

/// Whose word is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lens {
    /// The router's own table, whether its session is up or not.
    Router,
    /// The collector's table.
    View,
    /// The collector's table, and what an unseen loss of the session left there.
    Believed,
}

/// All ways to look.
pub const LENSES: [Lens; 3] = [Lens::View, Lens::Router, Lens::Believed];

/// Which routes count.
#[derive(Debug, Clone, Copy)]
pub enum Which<'a> {
    /// Of this origin and upstream.
    Subject(&'a Subject),
    /// Of this origin.
    Origin(&'a str),
    /// Of this origin, or of several of which it may be one.
    MaybeOf(&'a str),
    /// All with a path.
    Any,
}

impl Which<'_> {
    /// Whether a subject is meant.
    pub fn holds(self, subject: &Subject) -> bool {
        match self {
            Which::Subject(one) => one == subject,
            Which::Origin(origin) => subject.0 == origin,
            Which::MaybeOf(origin) => subject.0 == origin || subject.0 == "ambiguous",
            Which::Any => true,
        }
    }
}

/// Spans of a key: one after the other without a break are one.
pub fn spans(truth: &Truth, at: At, lens: Lens, which: Which) -> Vec<Span> {
    let steps = if lens == Lens::Router { truth.router(at) } else { truth.view(at) };
    let mut out = spans_of(steps, which);
    if lens == Lens::Believed {
        let stale = truth.stale(at).iter().filter(|s| which.holds(&s.path.subject()));
        out.extend(stale.map(|s| (s.from, s.until)));
        out = crate::count::joined(out);
    }
    out
}

fn spans_of(steps: &Steps, which: Which) -> Vec<Span> {
    let mut out: Vec<Span> = Vec::new();
    let mut goes_on = false;
    for (place, (from, path)) in steps.iter().enumerate() {
        let is_meant = path.as_ref().is_some_and(|path| which.holds(&path.subject()));
        let until = steps.get(place + 1).map_or(Micros::MAX, |next| next.0);
        match (is_meant, goes_on, out.last_mut()) {
            (true, true, Some(last)) => last.1 = until,
            (true, ..) => out.push((*from, until)),
            (false, ..) => {}
        }
        goes_on = is_meant;
    }
    out
}

/// Who held what, for one prefix or (`None`) for any; `members`: of these keys only.
pub fn standing(truth: &Truth, prefix: Option<usize>, lens: Lens, which: Which, members: Option<&BTreeSet<At>>) -> Standing<Who> {
    let mut out = Standing::default();
    for at in truth.keys() {
        let (collector, peer, key) = at;
        let is_meant = prefix.is_none_or(|p| p == key.0) && members.is_none_or(|m| m.contains(&at));
        if is_meant {
            for span in spans(truth, at, lens, which) {
                out.add((collector, peer), span);
            }
        }
    }
    out
}

/// Who is known without a doubt to have held what.
pub fn known(truth: &Truth, prefix: Option<usize>, which: Which) -> Standing<Who> {
    let mut out = Standing::default();
    for at in truth.keys().filter(|at| prefix.is_none_or(|p| p == at.2.0)) {
        let spans = truth.known(at).into_iter().filter(|(.., subject)| which.holds(subject));
        spans.for_each(|(from, until, _)| out.add((at.0, at.1), (from, until)));
    }
    out
}

/// What stands by the rows of `routes`, assumed or proven.
pub fn believed(truth: &Truth, rows: &[Route], prefix: &str, which: Which) -> Standing<At> {
    let mut out = Standing::default();
    for row in rows.iter().filter(|row| (prefix == "*" || row.prefix == prefix) && which.holds(&row.subject)) {
        if let Some(at) = crate::check_routes::key_of(truth, row) {
            out.add(at, (row.bounds.by, row.believed_until().max(row.bounds.last)));
        }
    }
    out
}

/// The place of a prefix; `*` is none.
pub fn place(truth: &Truth, prefix: &str) -> Option<usize> {
    truth.world.prefixes.iter().position(|p| p == prefix)
}
