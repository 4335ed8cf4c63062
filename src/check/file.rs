//! Claims as TOML: read, checked, and spelled out one prefix at a time. Some files are built in.

use ipnet::IpNet;
use serde::Deserialize;
use toml::Value;

use super::claim::{Claim, Claimed, Claims, When};
use crate::model::{Asn, Span, Time};
use crate::target::{SettingsError, Shelf, asn_of};

const CLAIMS: Shelf = Shelf {
    noun: "file of claims",
    built_in: &[
        ("north-korea", include_str!("claims/north-korea.toml")),
        ("telegram-2026", include_str!("claims/telegram-2026.toml")),
        ("youtube-2008", include_str!("claims/youtube-2008.toml")),
    ],
};

/// Microseconds to either side of a published time that still agree, unless the claim says otherwise.
const TOLERANCE: i64 = 60_000_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    title: String,
    origin: Option<Value>,
    #[serde(default)]
    siblings: Vec<Value>,
    #[serde(default)]
    prefixes: Vec<String>,
    tolerance: Option<String>,
    #[serde(default)]
    claim: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    text: String,
    #[serde(default)]
    source: String,
    what: String,
    prefix: Option<Value>,
    origin: Option<Value>,
    upstream: Option<Value>,
    upstreams: Option<Vec<Value>>,
    hop: Option<u8>,
    at: Option<Value>,
    tolerance: Option<String>,
    from: Option<Value>,
    to: Option<Value>,
    count: Option<usize>,
}

impl Claims {
    /// Built-in claims by name, or a TOML file by path.
    pub fn load(name: &str) -> Result<Claims, SettingsError> {
        Claims::parse(&CLAIMS.text(name)?, name)
    }

    /// Reads the TOML; `path` is for messages.
    pub fn parse(text: &str, path: &str) -> Result<Claims, SettingsError> {
        let wrong = |reason: String| SettingsError::Text { path: path.to_owned(), reason };
        let file: File = toml::from_str(text).map_err(|e| wrong(e.to_string()))?;
        let mut prefixes = Vec::new();
        for prefix in &file.prefixes {
            prefixes.push(parse_prefix(prefix).map_err(|e| wrong(format!("prefixes: {e}")))?);
        }
        let siblings: Result<Vec<Asn>, String> = file.siblings.iter().map(asn_of).collect();
        let siblings = siblings.map_err(|e| wrong(format!("siblings: {e}")))?;
        let mut claims = Vec::new();
        for (at, entry) in file.claim.iter().enumerate() {
            let own = of_entry(at + 1, entry, &file).map_err(|e| wrong(format!("claim {}: {e}", at + 1)))?;
            claims.extend(own);
        }
        if claims.is_empty() {
            return Err(wrong("it holds no claim; write each as [[claim]]".to_owned()));
        }
        prefixes.extend(claims.iter().filter_map(|c| c.prefix));
        prefixes.sort_unstable();
        prefixes.dedup();
        if prefixes.is_empty() {
            return Err(wrong(
                "'*' needs prefixes to stand for: add prefixes = [\"175.45.176.0/22\"] above the claims".to_owned(),
            ));
        }
        let title = if file.title.is_empty() { path.to_owned() } else { file.title };
        Ok(Claims { title, prefixes, siblings, claims })
    }
}

/// The claims of one entry: one a prefix.
fn of_entry(number: usize, entry: &Entry, file: &File) -> Result<Vec<Claim>, String> {
    let what = Claimed::ALL.into_iter().find(|w| w.text() == entry.what).ok_or_else(|| {
        format!("what = '{}' is unknown; it is one of {}", entry.what, Claimed::ALL.map(Claimed::text).join(", "))
    })?;
    let origin = entry.origin.as_ref().or(file.origin.as_ref()).ok_or("say whose routes: origin = 131279")?;
    let origin = asn_of(origin)?;
    let upstream = entry.upstream.as_ref().map(asn_of).transpose()?;
    match (what, upstream) {
        (Claimed::Gained | Claimed::Lost, None) => {
            return Err(format!(
                "'{}' needs an upstream; for all upstreams together use outage-begins, outage-ends or announced",
                entry.what
            ));
        }
        (Claimed::Only, Some(_)) => return Err("'only' takes a list: upstreams = [4837, 20485]".to_owned()),
        (Claimed::OutageBegins | Claimed::OutageEnds, Some(_)) => {
            return Err("an outage is of all upstreams together: leave out upstream, or use gained or lost".to_owned());
        }
        _ => {}
    }
    let upstreams = parse_upstreams(what, entry)?;
    let hop = match (entry.hop, upstream) {
        (None, _) => 1,
        (Some(hop @ 1..=16), _) if upstream.is_some() || what == Claimed::Only => hop.into(),
        (Some(1..=16), _) => return Err("a hop is of an upstream: add upstream = 4837".to_owned()),
        (Some(hop), _) => return Err(format!("hop = {hop} is none from 1 (next to the origin) to 16")),
    };
    let when = parse_when(what, entry, file)?;
    let prefixes = parse_prefixes(entry.prefix.as_ref())?;
    let of = |prefix| Claim {
        number,
        text: entry.text.trim().to_owned(),
        source: entry.source.trim().to_owned(),
        what,
        prefix,
        origin,
        upstream,
        upstreams: upstreams.clone(),
        hop,
        when,
    };
    Ok(prefixes.into_iter().map(of).collect())
}

/// What `only` allows.
fn parse_upstreams(what: Claimed, entry: &Entry) -> Result<Vec<Asn>, String> {
    match (what, &entry.upstreams) {
        (Claimed::Only, Some(list)) if !list.is_empty() => {
            let mut all = list.iter().map(asn_of).collect::<Result<Vec<Asn>, String>>()?;
            all.sort_unstable();
            all.dedup();
            Ok(all)
        }
        (Claimed::Only, _) => Err("'only' needs those that may be there: upstreams = [4837, 20485]".to_owned()),
        (_, Some(_)) => Err(format!("'{}' takes one upstream; a list is for 'only'", what.text())),
        (_, None) => Ok(Vec::new()),
    }
}

fn parse_span(from: &Value, to: &Value) -> Result<Span, String> {
    let span = Span { from: parse_time(from)?, until: parse_time(to)? };
    if span.from >= span.until { Err("from is not before to".to_owned()) } else { Ok(span) }
}

fn parse_when(what: Claimed, entry: &Entry, file: &File) -> Result<When, String> {
    match (&entry.at, &entry.from, &entry.to, entry.count) {
        (None, Some(from), Some(to), None) if what == Claimed::Only && entry.tolerance.is_none() => {
            Ok(When::Throughout { span: parse_span(from, to)? })
        }
        _ if what == Claimed::Only => Err("'only' is of a span: give from and to, no at, tolerance or count".to_owned()),
        (Some(at), None, None, None) => {
            let written = entry.tolerance.as_ref().or(file.tolerance.as_ref());
            let tolerance = written.map_or(Ok(TOLERANCE), |text| parse_duration(text))?;
            Ok(When::At { time: parse_time(at)?, tolerance })
        }
        (None, Some(_), Some(_), Some(_)) if what.is_state() => Err(format!("'{}' is of a time: give at", what.text())),
        (None, Some(from), Some(to), Some(count)) => {
            let span = parse_span(from, to)?;
            if entry.tolerance.is_some() {
                return Err("a count within from and to takes no tolerance".to_owned());
            }
            Ok(When::Within { span, count })
        }
        _ => Err("give either at, or from, to and count".to_owned()),
    }
}

/// A prefix, a list of them, or `*`, which is also meant where nothing is said.
fn parse_prefixes(value: Option<&Value>) -> Result<Vec<Option<IpNet>>, String> {
    let one = |text: &str| if text == "*" { Ok(None) } else { parse_prefix(text).map(Some) };
    let wrong = || "write prefix as \"175.45.176.0/24\", a list of such, or \"*\"".to_owned();
    match value {
        None => Ok(vec![None]),
        Some(Value::String(text)) => Ok(vec![one(text)?]),
        Some(Value::Array(list)) if !list.is_empty() => list.iter().map(|value| one(value.as_str().ok_or_else(wrong)?)).collect(),
        Some(_) => Err(wrong()),
    }
}

fn parse_prefix(text: &str) -> Result<IpNet, String> {
    let prefix: IpNet = text.parse().map_err(|_| format!("'{text}' is no prefix; write one as 175.45.176.0/24"))?;
    Ok(prefix.trunc())
}

/// TOML's own date-time with its offset, its date, or the same as text.
fn parse_time(value: &Value) -> Result<Time, String> {
    let text = match value {
        Value::Datetime(time) => time.to_string(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    text.parse().map_err(|e: crate::model::ParseTimeError| e.to_string())
}

/// The widest tolerance in seconds: a century. Wider ones say nothing and would not stay within our times.
const WIDEST: i64 = 36_525 * 86_400;

/// `60s`, `5m`, `2h` or `1d`, in microseconds.
fn parse_duration(text: &str) -> Result<i64, String> {
    let wrong = || format!("'{text}' is no tolerance; write 60s, 5m, 2h or 1d");
    let unit = text.chars().last().ok_or_else(wrong)?;
    let secs = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 86_400,
        _ => return Err(wrong()),
    };
    let number: u32 = text.strip_suffix(unit).and_then(|digits| digits.parse().ok()).ok_or_else(wrong)?;
    let secs = i64::from(number) * secs;
    if secs > WIDEST {
        Err(format!("'{text}' is too wide a tolerance; a century (36525d) is the most"))
    } else {
        Ok(secs * 1_000_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_claims_read() {
        for (name, _) in CLAIMS.built_in {
            let claims = Claims::load(name).expect(name);
            assert!(claims.claims.iter().all(|c| !c.text.is_empty() && !c.source.is_empty()), "{name}");
        }
    }

    #[test]
    fn a_list_of_prefixes_is_a_claim_for_each() {
        let text = "origin = 1\n[[claim]]\ntext = 'x'\nwhat = 'absent'\nprefix = ['10.0.0.0/8', '10.1.0.0/16']\nat = 2017-10-01";
        let claims = Claims::parse(text, "mine.toml").expect("claims");
        assert_eq!(claims.claims.iter().map(|c| c.number).collect::<Vec<_>>(), [1, 1]);
        assert_eq!(claims.title, "mine.toml");
    }

    #[test]
    fn says_what_is_wrong() {
        let claim = |rest: &str| format!("origin = 1\nprefixes = ['10.0.0.0/8']\n[[claim]]\ntext = 'x'\n{rest}");
        for (text, said) in [
            (String::new(), "it holds no claim"),
            (claim("what = 'exploded'\nat = 2017-10-01"), "claim 1: what = 'exploded' is unknown; it is one of gained, lost"),
            (claim("what = 'gained'\nat = 2017-10-01"), "'gained' needs an upstream"),
            (claim("what = 'outage-begins'\nupstream = 2\nat = 2017-10-01"), "leave out upstream"),
            (claim("what = 'present'"), "give either at, or from, to and count"),
            (claim("what = 'present'\nfrom = 2017-10-01\nto = 2017-10-02\ncount = 1"), "give at"),
            (claim("what = 'present'\nat = '2017-13-01'"), "is not a time"),
            (claim("what = 'present'\nat = 2017-10-01\ntolerance = '1 year'"), "is no tolerance"),
            (claim("what = 'present'\nat = 2017-10-01\ntolerance = '4294967295d'"), "too wide a tolerance"),
            (claim("what = 'present'\nat = 2017-10-01\nprefix = '1.2.3.4/99'"), "is no prefix"),
            (claim("what = 'present'\nat = 2017-10-01\norigin = 'x'"), "is no AS number"),
            (claim("what = 'present'\nwhen = 2017-10-01"), "when"),
            (claim("what = 'only'\nupstreams = [2]\nat = 2017-10-01"), "'only' is of a span"),
            (claim("what = 'only'\nfrom = 2017-10-01\nto = 2017-10-02"), "'only' needs those"),
            (claim("what = 'only'\nupstream = 2\nfrom = 2017-10-01\nto = 2017-10-02"), "'only' takes a list"),
            (claim("what = 'only'\nupstreams = [2]\nfrom = 2017-10-02\nto = 2017-10-01"), "from is not before to"),
            (claim("what = 'present'\nupstreams = [2]\nat = 2017-10-01"), "a list is for 'only'"),
            (claim("what = 'present'\nat = 2017-10-01\nhop = 2"), "a hop is of an upstream"),
            (claim("what = 'present'\nat = 2017-10-01\nupstream = 2\nhop = 0"), "hop = 0 is none from 1"),
            (
                "siblings = ['x']\n[[claim]]\ntext = 'x'\nwhat = 'present'\nat = 2017-10-01".to_owned(),
                "siblings: 'x' is no AS number",
            ),
            ("[[claim]]\ntext = 'x'\nwhat = 'present'\nat = 2017-10-01".to_owned(), "say whose routes"),
            ("origin = 1\n[[claim]]\ntext = 'x'\nwhat = 'present'\nat = 2017-10-01".to_owned(), "'*' needs prefixes"),
        ] {
            let error = Claims::parse(&text, "mine.toml").expect_err(&text).to_string();
            assert!(error.contains(said) && error.starts_with("mine.toml"), "{error}");
        }
        assert!(Claims::load("south-korea").expect_err("unknown").to_string().contains("youtube-2008"));
    }
}
