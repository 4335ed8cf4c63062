//! What comes from servers and what is remembered of it: directory listings and manifests.

use std::fmt::Write;

use uplinks::fetch::{FileName, ListedSize, Listing, Manifest, Month, parse_listing};
use uplinks::model::{Span, Time};

use super::choices::Choices;

pub fn listings(data: &[u8]) {
    let Ok(listing) = parse_listing(data) else { return };
    for (name, size) in &listing.files {
        let text = name.as_str();
        assert!(FileName::parse(text).as_ref() == Some(name) && text.len() <= 25);
        assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.') && !text.contains(".."));
        assert!(data.windows(text.len()).any(|part| part == text.as_bytes()), "{name} is not on the page");
        assert!(size.is_none_or(|size| size.octets() < u64::MAX));
    }
    assert!(listing.months.is_sorted() && listing.months.windows(2).all(|two| two[0] != two[1]));
    assert!(listing.months.iter().all(|month| Month::parse(&month.to_string()) == Some(*month)));
    written(&listing);
}

/// A page of the same is read as the same.
fn written(listing: &Listing) {
    let mut page = "<h1>Index of /</h1><a href=\"../\">../</a>\n".to_owned();
    for month in &listing.months {
        let _ = writeln!(page, "<a href=\"{month}/\">{month}/</a>  2020-04-01 00:00  -");
    }
    for (at, (name, size)) in listing.files.iter().enumerate() {
        let size = size.map_or("-".to_owned(), |size| size.octets().to_string());
        let quote = ["\"", "'"][at % 2];
        let _ = writeln!(page, "<tr><td><A class=x HREF={quote}./{name}{quote}>{name}</a><td> 01-Apr-2020 00:00 <b>{size}</b>");
    }
    let again = parse_listing(page.as_bytes()).expect("a listing");
    let octets = |listing: &Listing| -> Vec<_> {
        listing.files.iter().map(|(name, size)| (name.clone(), size.map(ListedSize::octets))).collect()
    };
    assert_eq!((&again.months, octets(&again)), (&listing.months, octets(listing)));
}

pub fn manifests(data: &[u8]) {
    let Ok(manifest) = Manifest::parse(data) else { return };
    let text = manifest.text().expect("JSON");
    let again = Manifest::parse(&text);
    assert_eq!(again.as_ref(), Ok(&manifest), "{}", String::from_utf8_lossy(&text));
    assert_eq!(again.ok().and_then(|again| again.text().ok()), Some(text));
    let mut choices = Choices::of(data);
    for (collector, months) in &manifest.listings {
        let holes = months.values().flat_map(|month| &month.holes).take(20);
        let gaps = holes.map(|hole| Span { from: hole.from, until: hole.until });
        let any = Span { from: Time::from_secs(choices.u32().into()), until: Time::from_secs(choices.u32().into()) };
        for gap in gaps.chain([any, Span { from: Time::MIN, until: Time::MAX }, Span { from: Time::MAX, until: Time::MIN }]) {
            for margin in [0, 900, i64::MAX] {
                let _ = manifest.archived(collector, gap, margin);
            }
        }
    }
    for (path, record) in manifest.files.iter().take(50) {
        assert!(manifest.knows(path, record.size) && !manifest.knows(path, record.size ^ 1));
    }
    let mut other = manifest.clone();
    for (collector, months) in &manifest.listings {
        for (month, record) in months.iter().filter_map(|(month, record)| Some((Month::parse(month)?, record))) {
            other.list(collector, month, record.clone());
        }
    }
    assert_eq!(other, manifest, "what is listed once more changes nothing");
}

pub fn listing_seeds() -> Vec<Vec<u8>> {
    let apache = r#"<html><head><title>Index of /bgpdata</title></head><body><pre><a href="?C=N;O=D">Name</a>
<a href="/bgpdata/">Parent Directory</a>  -
<img src="/icons/folder.gif"> <a href="2017.10/">2017.10/</a>  01-Oct-2017 00:05    -
<a href="updates.20171001.0900.bz2">updates.20171001.0900.bz2</a>  01-Oct-2017 09:15  1.2M
<a href="rib.20171001.0800.bz2">rib.20171001..&gt;</a>  2017-10-01 08:10  66781234
</pre></body></html>"#;
    let nginx = r"<html><a href='../'>../</a>
<a href='bview.20171001.0000.gz'>bview.20171001.0000.gz</a>&nbsp;01-Oct-2017 00:20&nbsp;123456789
<A HREF=updates.20171001.0005.gz >updates</A><td align=right>2017-10-01 00:10 <td>  9K <td>&nbsp;";
    [apache, nginx, "<h1>404</h1>", "<a href=\"2017.13/\"><a href=\"./1999.12\"><a href=updates.20171332.2500.gz>"]
        .map(|page| page.as_bytes().to_vec())
        .to_vec()
}

pub fn manifest_seeds() -> Vec<Vec<u8>> {
    let full = r#"{"schema":"uplinks/manifest/1","files":{"rrc00/2017.10/updates.20171001.0000.gz":{"url":"https://example.net/a","size":12,
"sha256":"00ff","modified":"Sun, 01 Oct 2017 00:05:00 GMT","fetched":"2020-01-01T00:00:00Z"}},"missing":{"rrc00/x":{"why":"404","tried":
"2020-01-01T00:00:00.000001Z"}},"listings":{"rrc00":{"2017.10":{"url":"u","listed":"2017-11-02T00:00:00+01:00","ribs":93,"updates":8900,
"holes":[{"from":"2017-10-03T00:00:00Z","until":"2017-10-04T00:00:00Z"}]},"2017.11":{"url":"u","listed":"2018-01-01","ribs":1,"updates":null,
"holes":[]}}}}"#;
    [full, r#"{"schema":"uplinks/manifest/1","files":{}}"#, r#"{"schema":"uplinks/manifest/2","files":{}}"#, "{}", "[1e999]"]
        .map(|text| text.as_bytes().to_vec())
        .to_vec()
}
