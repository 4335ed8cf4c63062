//! "No upstream but these": each other one that the data name is asked for, and one that they do not, for whose route any peer may hold of
//! which nothing is known.

use super::claim::Claim;
use super::event::Sight;
use super::judge::{Data, Finding, Reason, Verdict};
use super::moment::is_of;
use crate::model::{Asn, Time};
use crate::timeline::{Certainties, Question};

impl Data<'_> {
    /// Fails with another upstream that so many peers surely had at one time; passes where surely none was there, all the time.
    pub(super) fn of_only(&self, claim: &Claim, blindness: Option<Reason>) -> Finding {
        let window = claim.when.window();
        let k = self.options.min_peers.max(1);
        let of =
            |all: &Certainties, asn: Asn| all.of(Question { prefix: claim.prefix, origin: claim.origin, upstream: Some(asn) });
        let shown = |asn: Asn| {
            let certainty = of(&self.certainties, asn);
            Sight { certainty: &certainty, k }.presence(window, window.from).proven
        };
        let mut others = self.of_all_peers.upstreams(claim.prefix, claim.origin);
        others.retain(|asn| !claim.upstreams.contains(asn));
        let found = others.iter().filter_map(|asn| Some((shown(*asn)?, *asn))).min();
        if let Some((time, asn)) = found {
            return self.another(claim, asn, time);
        }
        let unnamed = (1..u32::MAX).map(Asn).find(|asn| !others.contains(asn) && !claim.upstreams.contains(asn));
        // Where nothing blinds there is somebody to see it, all the time.
        let is_none = || {
            others.iter().chain(&unnamed).all(|asn| {
                let certainty = of(&self.of_all_peers, *asn);
                certainty.instants(window.from, window.until).into_iter().all(|time| certainty.at(time).possibly < k)
            })
        };
        if blindness.is_none() && is_none() { Finding::bare(Verdict::Pass, Reason::Agrees) } else { Finding::open(blindness) }
    }

    /// With the record that proves the row in which it was there.
    fn another(&self, claim: &Claim, asn: Asn, time: Time) -> Finding {
        let claim = Claim { upstream: Some(asn), ..claim.clone() };
        let rows = self.timeline(&claim).map_or(&[][..], |timeline| &timeline.rows);
        let here = rows.iter().filter(|row| is_of(row, &claim)).find(|r| r.believed.from <= time && time <= r.believed.until);
        let (record, basis) = (here.map(|row| row.start.record), here.map(|row| row.start.basis));
        Finding { found: Some(time), record, basis, another: Some(asn), ..Finding::bare(Verdict::Fail, Reason::Another) }
    }
}
