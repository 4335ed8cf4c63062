//! Which dumps are whole, as far as their neighbours tell (rule 8).

use ipnet::IpNet;

use super::file::FileDump;
use crate::model::family_of;
use crate::target::Watch;

/// Dumps smaller than this, in records, are not measured by their neighbours' sizes: a small table may well halve.
const LEAST_COMPARED: u64 = 100;

/// Dumps further apart than this, in seconds, are no neighbours.
const NEIGHBOURS_SECS: i64 = 45 * 86_400;

/// One part in so many of a table may go from its very end within the time between two dumps.
const TAIL: u64 = 1000;

/// Whether others may be measured by this dump.
fn is_yardstick(dump: &FileDump) -> bool {
    dump.broken.is_none() && !dump.excerpt && dump.size > 0
}

/// Why each of a collector's dumps, in order of time, cannot be trusted, if it cannot. What is found wanting measures no other, so that two cut
/// dumps do not vouch for one another.
pub(super) fn verdicts(dumps: &[&FileDump], watch: &Watch) -> Vec<Option<String>> {
    let mut verdicts: Vec<Option<String>> = vec![None; dumps.len()];
    let mut measures: Vec<usize> = (0..dumps.len()).filter(|at| is_yardstick(dumps[*at])).collect();
    loop {
        let neighbours = |at: usize| {
            let behind = measures.partition_point(|other| *other <= at);
            let before = measures.partition_point(|other| *other < at).checked_sub(1);
            [before, Some(behind)].map(|place| measures.get(place?).map(|other| dumps[*other]))
        };
        let open = (0..dumps.len()).filter(|at| verdicts[*at].is_none());
        let found: Vec<(usize, String)> = open.filter_map(|at| Some((at, verdict(dumps[at], &neighbours(at), watch)?))).collect();
        if found.is_empty() {
            return verdicts;
        }
        measures.retain(|at| found.iter().all(|(wanting, _)| wanting != at));
        for (at, reason) in found {
            verdicts[at] = Some(reason);
        }
    }
}

/// Why a dump cannot be trusted, if it cannot; `neighbours` are the dumps before and after it that can be measured by.
fn verdict(dump: &FileDump, neighbours: &[Option<&FileDump>; 2], watch: &Watch) -> Option<String> {
    if let Some(broken) = &dump.broken {
        return Some(broken.clone());
    }
    if dump.size == 0 {
        return Some("it holds no routes".to_owned());
    }
    if dump.excerpt {
        return None;
    }
    let is_near = |d: &&FileDump| d.begin.micros_since(dump.begin).abs() <= NEIGHBOURS_SECS * 1_000_000;
    let near: Vec<&FileDump> = neighbours.iter().copied().flatten().filter(is_near).collect();
    let smallest = near.iter().map(|other| other.size).min()?;
    if smallest >= LEAST_COMPARED && dump.size.saturating_mul(2) < smallest {
        return Some(format!("it has {} records, its neighbour {smallest}", dump.size));
    }
    let (ends, theirs) = near.iter().find_map(|other| ends_early(dump, other, watch))?;
    // Where one of them ends there as well, the table has become shorter.
    let agrees =
        |other: &&FileDump| other.last[family_of(ends)].is_some_and(|last| last == ends || is_tail(dump, other, &ends, &last));
    (!near.iter().any(agrees)).then(|| format!("it ends with {ends}, and its neighbours go on to {theirs}"))
}

/// The last prefixes of a dump and of one that goes on, where more is missing between them than a table loses there: the dump was cut
/// between two records.
fn ends_early(dump: &FileDump, other: &FileDump, watch: &Watch) -> Option<(IpNet, IpNet)> {
    let ends = |family: usize| dump.last[family].zip(other.last[family]);
    let cut = |(own, theirs): &(IpNet, IpNet)| {
        // What is watched may come and go; that is why one looks.
        let watched = watch.covers(theirs) && other.size.saturating_sub(dump.size) <= other.records.len() as u64;
        own < theirs && !is_tail(dump, other, own, theirs) && !watched
    };
    (0..2).filter_map(ends).find(cut)
}

/// Whether the last prefixes of two dumps are no further apart than a table's end may move.
fn is_tail(dump: &FileDump, other: &FileDump, own: &IpNet, theirs: &IpNet) -> bool {
    other.size.saturating_sub(dump.size) <= 1.max(other.size / TAIL) && are_close(own, theirs)
}

/// Whether two prefixes of a family have their first octet (IPv6: two octets) in common.
fn are_close(one: &IpNet, other: &IpNet) -> bool {
    let block = |net: &IpNet| match net {
        IpNet::V4(net) => u32::from(net.network().octets()[0]),
        IpNet::V6(net) => u32::from(net.network().segments()[0]),
    };
    family_of(*one) == family_of(*other) && block(one) == block(other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::file::Digest;
    use crate::model::Time;

    const DAY: i64 = 86_400;

    fn dump(day: i64, size: u64, last: &str) -> FileDump {
        let last: IpNet = last.parse().expect("a prefix");
        let begin = Time::from_secs(DAY * day);
        let mut ends = [None; 2];
        ends[family_of(last)] = Some(last);
        FileDump {
            begin,
            end: begin,
            first: Digest([0; 6]),
            size,
            families: [true, false],
            broken: None,
            excerpt: false,
            last: ends,
            peers: vec![],
            sample: vec![],
            records: vec![],
        }
    }

    #[test]
    fn a_dump_is_measured_by_its_neighbours() {
        let watch = Watch::new(["175.45.176.0/22".parse().expect("a prefix")], []);
        let full = |day, size| dump(day, size, "223.255.254.0/24");
        let cases = [
            ("alone", dump(10, 5, "1.0.0.0/24"), [None, None], true),
            ("no routes", dump(10, 0, "1.0.0.0/24"), [None, None], false),
            ("under half", full(10, 499), [Some(full(9, 1000)), None], false),
            ("exactly half", full(10, 500), [Some(full(9, 1000)), None], true),
            ("half of a small table", full(10, 40), [Some(full(9, 99)), None], true),
            ("half of what is no neighbour", full(100, 400), [Some(full(9, 1000)), None], true),
            ("a neighbour to the day", full(54, 400), [Some(full(9, 1000)), None], false),
            ("the smaller one counts", full(10, 400), [Some(full(9, 1000)), Some(full(11, 700))], true),
            ("cut between two records", dump(10, 900, "202.1.0.0/16"), [Some(full(9, 1000)), Some(full(11, 1000))], false),
            ("cut, the last dump", dump(10, 900, "202.1.0.0/16"), [Some(full(9, 1000)), None], false),
            ("cut within a small table", dump(10, 9, "202.1.0.0/16"), [Some(full(9, 12)), None], false),
            (
                "as early as the next",
                dump(10, 900, "202.1.0.0/16"),
                [Some(full(9, 1000)), Some(dump(11, 900, "202.1.0.0/16"))],
                true,
            ),
            ("ends early, though it is no smaller", dump(10, 1000, "202.1.0.0/16"), [Some(full(9, 1000)), None], false),
            ("goes further", full(10, 900), [Some(dump(9, 1000, "202.1.0.0/16")), None], true),
            ("the very end of the table is gone", dump(10, 9990, "223.255.0.0/16"), [Some(full(9, 10000)), None], true),
            ("and more than that", dump(10, 9989, "223.255.0.0/16"), [Some(full(9, 10000)), None], false),
            (
                "two cut at two places",
                dump(10, 900, "202.1.0.0/16"),
                [Some(dump(9, 800, "150.1.0.0/16")), Some(full(11, 1000))],
                false,
            ),
            ("one record of a small table", dump(10, 11, "223.1.0.0/16"), [Some(full(9, 12)), None], true),
        ];
        for (what, own, neighbours, whole) in cases {
            let verdict = verdict(&own, &[neighbours[0].as_ref(), neighbours[1].as_ref()], &watch);
            assert_eq!(verdict.is_none(), whole, "{what}: {verdict:?}");
        }
    }

    #[test]
    fn what_is_found_wanting_measures_no_other() {
        let watch = Watch::new([], []);
        let full = |day, size| dump(day, size, "223.255.254.0/24");
        let cut = |day, size, last| dump(day, size, last);
        let cases = [
            (
                "the first of two cut ones",
                vec![cut(1, 750, "180.0.0.0/8"), cut(2, 600, "150.0.0.0/8"), full(3, 1000)],
                vec![1, 2],
            ),
            (
                "the second of two cut ones",
                vec![full(1, 1000), cut(2, 600, "150.0.0.0/8"), cut(3, 750, "180.0.0.0/8")],
                vec![2, 3],
            ),
            ("a chain of them", vec![full(1, 1000), full(2, 200), full(3, 90), full(4, 1000)], vec![2, 3]),
            ("all whole", vec![full(1, 1000), full(2, 1010), full(3, 1020)], vec![]),
        ];
        for (what, dumps, wanting) in cases {
            let verdicts = verdicts(&dumps.iter().collect::<Vec<_>>(), &watch);
            let found: Vec<usize> = (1..).zip(&verdicts).filter(|(_, v)| v.is_some()).map(|(day, _)| day).collect();
            assert_eq!(found, wanting, "{what}: {verdicts:?}");
        }
    }
}
