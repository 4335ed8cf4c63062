//! Years of one simulated RIS collector, told by a script: what three peers hold for one prefix, and when that changes.

use std::collections::BTreeMap;
use std::io::Write;
use std::net::Ipv4Addr;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Utc};

use crate::mrt::{AsnWidth, Attributes, IndexedPeer, RibEntry, Session, Stamp, Update, peer_index_table, rib};
use crate::server::archive::Simulated;

const ORIGIN: u32 = 131_279;
const PREFIX: &str = "175.45.176.0/24";
const PEERS: [(&str, u32); 3] = [("192.0.2.10", 3356), ("192.0.2.11", 1299), ("192.0.2.12", 2914)];
/// Routes that everybody holds and nobody watches.
const OTHERS: [&str; 8] =
    ["10.0.0.0/8", "60.0.0.0/8", "100.0.0.0/8", "150.0.0.0/8", "176.0.0.0/8", "180.0.0.0/8", "200.0.0.0/8", "210.0.0.0/8"];

/// A peer's route changes: at a time, to an upstream or to none.
pub type Step = (&'static str, usize, Option<u32>);

/// rrc00, as the script has it.
pub struct Years {
    first: i64,
    until: i64,
    /// Seconds since the epoch, peer, upstream; in order.
    steps: Vec<(i64, usize, Option<u32>)>,
}

fn seconds(text: &str) -> i64 {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S").expect("a time").and_utc().timestamp()
}

impl Years {
    /// From midnight to midnight; all peers begin with the first upstream.
    pub fn new(first: &str, until: &str, upstream: u32, script: &[Step]) -> Years {
        let midnight = |day: &str| seconds(&format!("{day}T00:00:00"));
        let mut steps: Vec<_> = (0..PEERS.len()).map(|peer| (i64::MIN, peer, Some(upstream))).collect();
        steps.extend(script.iter().map(|(at, peer, upstream)| (seconds(at), *peer, *upstream)));
        steps.sort_by_key(|(at, ..)| *at);
        Years { first: midnight(first), until: midnight(until), steps }
    }

    fn attributes(peer: usize, upstream: u32) -> Attributes {
        let path = [PEERS[peer].1, upstream, ORIGIN];
        Attributes::new(AsnWidth::Four).origin(0).path(&path).next_hop(PEERS[peer].0)
    }

    fn dump(&self, at: i64) -> Vec<u8> {
        let time = u32::try_from(at).expect("after 1970");
        let indexed = PEERS.map(|(ip, asn)| IndexedPeer {
            ip: ip.parse().expect("an address"),
            asn,
            bgp_id: Ipv4Addr::new(192, 0, 2, 99),
            width: AsnWidth::Four,
        });
        let entry = |peer: usize, attributes| RibEntry {
            peer: u16::try_from(peer).expect("few"),
            originated: time - 1000,
            path_id: None,
            attributes,
        };
        let mut records = peer_index_table(time, Ipv4Addr::new(192, 0, 2, 1), "", &indexed);
        let mut sequence = 0;
        for prefix in OTHERS {
            if prefix == "176.0.0.0/8" {
                let held = |peer: usize| self.steps.iter().rfind(|step| step.0 <= at && step.1 == peer)?.2;
                let routes = (0..PEERS.len()).filter_map(|peer| Some(entry(peer, Self::attributes(peer, held(peer)?))));
                let routes: Vec<RibEntry> = routes.collect();
                if !routes.is_empty() {
                    records.extend(rib(time, sequence, PREFIX, &routes));
                    sequence += 1;
                }
            }
            let routes = |peer: usize| {
                let attributes = Attributes::new(AsnWidth::Four).origin(0).path(&[PEERS[peer].1, 64_999]).next_hop(PEERS[peer].0);
                entry(peer, attributes)
            };
            records.extend(rib(time, sequence, prefix, &(0..PEERS.len()).map(routes).collect::<Vec<_>>()));
            sequence += 1;
        }
        records
    }

    fn updates(&self, from: i64) -> Vec<u8> {
        let stamp = |at: i64| Stamp::Seconds(u32::try_from(at).expect("after 1970"));
        let chatter = |at: i64| {
            let attributes = Attributes::new(AsnWidth::Four).origin(0).path(&[PEERS[0].1, 64_999]).next_hop(PEERS[0].0);
            Session::new(PEERS[0].0, PEERS[0].1).update(stamp(at), &Update::new().attributes(attributes).announce(OTHERS[0]))
        };
        let mut records = chatter(from);
        for (at, peer, upstream) in self.steps.iter().filter(|step| (from..from + 300).contains(&step.0)) {
            let update = match upstream {
                Some(upstream) => Update::new().attributes(Self::attributes(*peer, *upstream)).announce(PREFIX),
                None => Update::new().withdraw(PREFIX),
            };
            records.extend(Session::new(PEERS[*peer].0, PEERS[*peer].1).update(stamp(*at), &update));
        }
        records.extend(chatter(from + 299));
        records
    }

    /// The times of a month's files: every 8 hours, every 5 minutes.
    fn times(&self, month: &str, every: i64) -> impl Iterator<Item = i64> {
        let (year, number) = month.split_once('.').expect("a month");
        let first = NaiveDate::from_ymd_opt(year.parse().expect("a year"), number.parse().expect("a month"), 1).expect("a day");
        let next = first.checked_add_months(chrono::Months::new(1)).expect("a day");
        let start = |day: NaiveDate| day.and_hms_opt(0, 0, 0).expect("midnight").and_utc().timestamp();
        let (from, until) = (start(first).max(self.first), start(next).min(self.until));
        (from..until).step_by(usize::try_from(every).expect("positive"))
    }
}

fn name(kind: &str, at: i64) -> String {
    let time = DateTime::<Utc>::from_timestamp(at, 0).expect("a time");
    format!("{kind}.{}.gz", time.format("%Y%m%d.%H%M"))
}

impl Simulated for Years {
    fn directory(&self) -> String {
        "/rrc00/".to_owned()
    }

    fn list(&self, below: &str) -> BTreeMap<String, Option<usize>> {
        if below.is_empty() {
            let mut months = BTreeMap::new();
            let mut day = DateTime::<Utc>::from_timestamp(self.first, 0).expect("a time").date_naive();
            while day.and_hms_opt(0, 0, 0).expect("midnight").and_utc().timestamp() < self.until {
                months.insert(format!("{:04}.{:02}/", day.year(), day.month()), None);
                day = day.succ_opt().expect("a day");
            }
            return months;
        }
        let month = below.trim_end_matches('/');
        let ribs = self.times(month, 28_800).map(|at| (name("bview", at), Some(200_000)));
        ribs.chain(self.times(month, 300).map(|at| (name("updates", at), Some(20_000)))).collect()
    }

    fn file(&self, below: &str) -> Option<Vec<u8>> {
        let (_, file) = below.split_once('/')?;
        let (kind, rest) = file.split_once('.')?;
        let at = NaiveDateTime::parse_from_str(rest.strip_suffix(".gz")?, "%Y%m%d.%H%M").ok()?.and_utc().timestamp();
        let plain = match kind {
            "bview" => self.dump(at),
            "updates" => self.updates(at),
            _ => return None,
        };
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(&plain).expect("in memory");
        Some(gzip.finish().expect("in memory"))
    }
}
