//! Small texts: what is typed on a command line, and names of files and folders. What is understood and written down is understood alike.

use std::ffi::OsStr;
use std::path::Path;

use uplinks::archive::{parse_name, sanitise};
use uplinks::cli::reference::Reference;
use uplinks::cli::values::{parse_bin, parse_duration, parse_octets, parse_prefix, parse_share};
use uplinks::escape;
use uplinks::event::Digest;
use uplinks::fetch::{BaseUrl, FileName, Month};
use uplinks::model::{Asn, Time};

use super::settings::text_of;

pub fn text_inputs(data: &[u8]) {
    let Some(text) = text_of(data) else { return };
    if let Ok(time) = text.parse::<Time>() {
        assert_eq!(time.to_string().parse(), Ok(time), "{text:?}");
    }
    if let Ok(asn) = text.parse::<Asn>() {
        assert_eq!((asn.to_string().parse(), format!("{asn:?}").parse()), (Ok(asn), Ok(asn)));
    }
    if let Ok(digest) = text.parse::<Digest>() {
        assert_eq!(digest.to_string(), text.to_ascii_lowercase());
    }
    if let Ok(prefix) = parse_prefix(text) {
        assert_eq!(parse_prefix(&prefix.to_string()), Ok(prefix));
    }
    assert!(parse_share(text).is_ok_and(|share| (0.0..=1.0).contains(&share)) || parse_share(text).is_err());
    if let Ok(micros) = parse_duration(text) {
        assert!(micros >= 0 && micros % 1_000_000 == 0);
        let secs = micros / 1_000_000;
        assert!(u32::try_from(secs).is_err() || parse_duration(&format!("{secs}s")) == Ok(micros));
        assert_eq!(parse_bin(text).ok(), (micros >= 1_000_000).then_some(micros));
    }
    if let Ok(octets) = parse_octets(text) {
        assert_eq!(parse_octets(&octets.to_string()), Ok(octets));
    }
    if let Ok(number) = text.parse::<u16>() {
        for (unit, octets) in [("K", 1_u64 << 10), ("M", 1 << 20), ("G", 1 << 30), ("T", 1 << 40)] {
            assert_eq!(parse_octets(&format!("{number}{unit}")), Ok(u64::from(number) * octets));
        }
        for (unit, seconds) in [("s", 1), ("m", 60), ("h", 3600), ("d", 86_400), ("w", 604_800)] {
            assert_eq!(parse_duration(&format!("{number}{unit}")), Ok(i64::from(number) * seconds * 1_000_000));
        }
    }
    match Reference::parse(OsStr::new(text)) {
        Ok(Reference::Record(record)) => {
            assert!(
                text.starts_with(&record.path) && text[record.path.len() + 1..].eq_ignore_ascii_case(&record.digest.to_string())
            );
        }
        Ok(Reference::Row { path, line }) => {
            let again = format!("{}:{line}", path.display());
            assert_eq!(Reference::parse(OsStr::new(&again)).ok(), Reference::parse(OsStr::new(text)).ok());
        }
        Err(error) => assert!(error.to_string().chars().all(|c| !c.is_control())),
    }
    named(text);
}

fn named(text: &str) {
    let name = parse_name(Path::new(text));
    if let Some(collector) = &name.collector {
        assert!(!collector.is_empty() && sanitise(collector).as_ref() == Some(collector), "{collector:?}");
    }
    assert!(escape::printable(text).chars().all(|c| !c.is_control()));
    let path = Path::new(text);
    assert_eq!(escape::to_path(&escape::path(path)), path);
    if let Some(safe) = sanitise(text) {
        assert!(safe.chars().all(|c| !c.is_control() && c != '/') && sanitise(&safe) == Some(safe.clone()), "{safe:?}");
    }
    if let Some(file) = FileName::parse(text) {
        assert_eq!((file.as_str(), name.start, name.kind), (text, Some(file.time), Some(file.kind)), "{text:?}");
    }
    if let Some(month) = Month::parse(text) {
        assert_eq!((month.to_string(), month.after().before(), Month::of(month.start())), (text.to_owned(), month, month));
        assert!(month.before().start() < month.start());
    }
    if let Ok(url) = text.parse::<BaseUrl>() {
        assert!(text.starts_with(url.as_str()) && !url.as_str().ends_with('/'));
        assert_eq!(url.as_str().parse::<BaseUrl>().as_ref(), Ok(&url));
    }
}

pub fn seeds() -> Vec<Vec<u8>> {
    [
        "2017-10-01T09:07:51Z",
        "2017-10-01",
        "1999-12-31T23:59:60.5+01:00",
        "AS131279",
        "2.207",
        "0123456789aB",
        "175.45.176.0/22",
        "2001:db8::1",
        "0.05",
        "1h30m",
        "90",
        "2w",
        "1.5T",
        "500M",
        "a/b.gz#0123456789ab",
        "C:/r.csv:12",
        "rrc00/2017.10/updates.20171001.0900.gz",
        "route-views.sydney/bgpdata/2017.10/RIBS/rib.20171001.0800.bz2",
        "updates.20171001.0000.bz2",
        "bview.20171001.0800.gz",
        "http://archive.routeviews.org/route-views4/updates.20171001.0905",
        "ris.rrc03.updates.1506848700",
        "2017.10",
        "2099.12",
        "https://data.ris.ripe.net/",
        "http://[::1]:8080/a/b//",
        "\u{1b}[2J",
    ]
    .map(|text| text.as_bytes().to_vec())
    .to_vec()
}
