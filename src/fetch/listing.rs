//! Reads an archive's own directory listing, as Apache and nginx write it. Pure, and trusts nothing: of all links only
//! months and archive files by their strict names are taken, and of a link only its target, for servers cut its text off.

use std::collections::BTreeMap;
use std::ops::Range;

use memchr::memmem;

use super::name::{FileName, Month};

/// What a page lists.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    /// Archive files, each once.
    pub files: BTreeMap<FileName, Option<ListedSize>>,
    /// Months, each once, sorted.
    pub months: Vec<Month>,
}

/// What a listing says of a file's size, in octets. Proves nothing: it serves plans and progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListedSize {
    /// To the octet.
    Exact(u64),
    /// `1.2M`, times a power of 1024.
    Rounded(u64),
}

impl ListedSize {
    /// In octets, near enough.
    pub fn octets(self) -> u64 {
        match self {
            Self::Exact(octets) | Self::Rounded(octets) => octets,
        }
    }
}

/// The page is something else: an error page, or a portal that wants a login.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this page is no directory listing")]
pub struct NotAListing;

/// Reads a page.
pub fn parse(page: &[u8]) -> Result<Listing, NotAListing> {
    let mut listing = Listing::default();
    let mut parent = false;
    let mut anchors = anchors(page).peekable();
    while let Some(anchor) = anchors.next() {
        let until = anchors.peek().map_or(page.len(), |next| next.tag.start);
        let href = page.get(anchor.href).and_then(|href| std::str::from_utf8(href).ok()).unwrap_or_default().trim();
        let name = href.strip_prefix("./").unwrap_or(href);
        parent |= matches!(name, "../" | "..");
        if let Some(file) = FileName::parse(name) {
            let size = page.get(anchor.tag.end..until).and_then(size_after);
            listing.files.entry(file).or_insert(size);
        } else if let Some(month) = Month::parse(name.strip_suffix('/').unwrap_or(name)) {
            listing.months.push(month);
        }
    }
    listing.months.sort_unstable();
    listing.months.dedup();
    let marked = parent || memmem::find(page, b"Index of").is_some() || memmem::find(page, b"Parent Directory").is_some();
    if marked || !listing.files.is_empty() || !listing.months.is_empty() { Ok(listing) } else { Err(NotAListing) }
}

/// Where an `<a ...>` stands, and its target within.
struct Anchor {
    tag: Range<usize>,
    href: Range<usize>,
}

fn anchors(page: &[u8]) -> impl Iterator<Item = Anchor> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let start = at + memchr::memchr(b'<', page.get(at..)?)?;
            at = start + 1;
            let [b'a' | b'A', space, ..] = page.get(at..)? else { continue };
            if !space.is_ascii_whitespace() {
                continue;
            }
            let end = at + memchr::memchr(b'>', page.get(at..)?)?;
            let href = href(page, at + 1..end);
            at = end;
            if let Some(href) = href {
                return Some(Anchor { tag: start..end + 1, href });
            }
        }
    })
}

/// The value of `href=` among a tag's attributes: quoted either way, or bare.
fn href(page: &[u8], attributes: Range<usize>) -> Option<Range<usize>> {
    let text = page.get(attributes.clone())?;
    let key = text.windows(5).position(|w| w.eq_ignore_ascii_case(b"href="))? + 5;
    let value = text.get(key..)?;
    let start = attributes.start + key;
    if let quote @ (b'"' | b'\'') = value.first()? {
        let long = memchr::memchr(*quote, value.get(1..)?)?;
        return Some(start + 1..start + 1 + long);
    }
    let long = value.iter().position(u8::is_ascii_whitespace).unwrap_or(value.len());
    Some(start..start + long)
}

/// No server writes a longer line after a link.
const LONGEST_TAIL: usize = 1024;

/// The size after a link, its tags put aside: it stands after the date and time. A `-` means that none is known.
fn size_after(tail: &[u8]) -> Option<ListedSize> {
    let tail = tail.get(..LONGEST_TAIL).unwrap_or(tail);
    let text = String::from_utf8_lossy(tail).replace("&nbsp;", " ");
    let words = text.split('<').enumerate().flat_map(|(at, piece)| {
        // What stands before the first `>` of a later piece is a tag.
        let plain = if at == 0 { piece } else { piece.split_once('>').map_or("", |(_, after)| after) };
        plain.split_ascii_whitespace()
    });
    let mut after_time = words.skip_while(|word| !is_date(word)).skip(1).skip_while(|word| word.contains(':'));
    size(after_time.next()?)
}

/// `2020-04-01` or `01-Apr-2020`.
fn is_date(word: &str) -> bool {
    let parts: Vec<&str> = word.split('-').collect();
    let digits = |text: &str, long| text.len() == long && text.bytes().all(|b| b.is_ascii_digit());
    match parts[..] {
        [a, b, c] => (digits(a, 4) && digits(b, 2) && digits(c, 2)) || (digits(a, 2) && b.len() == 3 && digits(c, 4)),
        _ => false,
    }
}

fn size(word: &str) -> Option<ListedSize> {
    if let Ok(octets) = word.parse() {
        return Some(ListedSize::Exact(octets));
    }
    let unit = match word.bytes().last()? {
        b'K' | b'k' => 1_u64 << 10,
        b'M' => 1 << 20,
        b'G' => 1 << 30,
        b'T' => 1 << 40,
        _ => return None,
    };
    let (whole, tenths) = word.get(..word.len() - 1).map(|number| number.split_once('.').unwrap_or((number, "0")))?;
    let (whole, tenths): (u64, u64) = (whole.parse().ok()?, tenths.get(..1)?.parse().ok()?);
    Some(ListedSize::Rounded(whole.checked_mul(unit)?.checked_add(tenths * unit / 10)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ListedSize::{Exact, Rounded};

    fn files(page: &str) -> Vec<(String, Option<ListedSize>)> {
        let listing = parse(page.as_bytes()).expect("a listing");
        listing.files.into_iter().map(|(name, size)| (name.to_string(), size)).collect()
    }

    fn one(name: &str, size: ListedSize) -> Vec<(String, Option<ListedSize>)> {
        vec![(name.to_owned(), Some(size))]
    }

    #[test]
    fn apache_with_a_table_and_icons() {
        let page = r#"<html><head><title>Index of /route-views.bknix/bgpdata/2020.04/UPDATES</title></head><body><table>
<tr><th valign="top"><img src="/icons/blank.gif" alt="[ICO]"></th><th><a href="?C=N;O=D">Name</a></th><th><a href="?C=S;O=A">Size</a></th></tr>
<tr><td valign="top"><img src="/icons/back.gif" alt="[PARENTDIR]"></td><td><a href="/route-views.bknix/bgpdata/2020.04/">Parent Directory</a></td><td>&nbsp;</td></tr>
<tr><td valign="top"><img src="/icons/unknown.gif" alt="[   ]"></td><td><a href="updates.20200401.0000.bz2">updates.20200401.000..&gt;</a></td><td align="right">2020-04-01 00:00  </td><td align="right"> 14 </td><td>&nbsp;</td></tr>
</table></body></html>"#;
        assert_eq!(files(page), one("updates.20200401.0000.bz2", Exact(14)));
        assert_eq!(
            files(&page.replace("> 14 <", ">1.2M<").replace("C=N;O=D", "C=N&amp;O=D")),
            one("updates.20200401.0000.bz2", Rounded(1_258_291))
        );
    }

    #[test]
    fn apache_without_icons_newest_first() {
        let page = r#"<title>Index of /rrc00/2017.10</title><pre>      <a href="?C=N;O=D">Name</a>   <a href="?C=M;O=A">Last modified</a>
<a href="updates.20171031.2355.gz">updates.20171031.2355.gz</a>  2017-11-01 00:02  4.8M
<a href="bview.20171001.0000.gz">bview.20171001.0000.gz</a>    2017-10-01 02:11  512K
<hr></pre>"#;
        let found = files(page);
        assert_eq!(found[0], ("bview.20171001.0000.gz".to_owned(), Some(Rounded(512 << 10))));
        assert_eq!(found[1], ("updates.20171031.2355.gz".to_owned(), Some(Rounded(5_033_164))));
    }

    #[test]
    fn nginx_in_pre() {
        let page = "<h1>Index of /rrc00/2020.04/</h1><hr><pre><a href=\"../\">../</a>\n<a href=\"bview.20200401.0000.gz\">bview.20200401.0000.gz</a>                             01-Apr-2020 01:35    727M\r\n</pre>";
        assert_eq!(files(page), one("bview.20200401.0000.gz", Rounded(727 << 20)));
        assert_eq!(files(&page.replace("727M", "761234567")), one("bview.20200401.0000.gz", Exact(761_234_567)));
        assert_eq!(files(&page.replace("727M", "-"))[0].1, None);
    }

    #[test]
    fn months_with_and_without_a_slash() {
        let page = "<pre><a href='../'>../</a><A HREF=2017.10/>2017.10/</A> <a class=x href=\"./2017.09/\">x</a><a href=\"2017.10\">2017.10</a>\
                    <a href=\"latest-bview.gz\">latest-bview.gz</a><a href=\"2017.13/\">2017.13/</a><a href=\"/2018.01/\">no</a></pre>";
        let months: Vec<String> = parse(page.as_bytes()).expect("a listing").months.iter().map(ToString::to_string).collect();
        assert_eq!(months, ["2017.09", "2017.10"]);
    }

    #[test]
    fn hostile_names_are_nobodys_files() {
        let long = "A".repeat(1_000_000);
        let page = format!(
            "<h1>Index of /</h1><a href=\"../../etc/cron.d/updates.20171001.0000.gz\">x</a><a href=\"/updates.20171001.0000.gz\">x</a>\
             <a href=\"http://elsewhere/updates.20171001.0000.gz\">x</a><a href=\"..%2fupdates.20171001.0000.gz\">x</a>\
             <a href=\"updates.20171001.0000.gz/../x\">x</a><a href=\"{long}\">x</a><a href=\"updates.20171001.0000.gz&#47;\">x</a>\
             <a href=\"updates.20171001.0000.gz\u{0}\">x</a><a href=\"..\\updates.20171001.0000.gz\">x</a><a href=\"unended"
        );
        assert_eq!(files(&page), []);
    }

    #[test]
    fn other_pages_are_no_listings() {
        for page in ["", "<html><body><form action=login></form></body></html>", "404 not found", "<a", "<a href", "<a href=\""] {
            assert_eq!(parse(page.as_bytes()), Err(NotAListing), "{page}");
        }
        assert_eq!(parse(b"<h1>Index of /rrc00/2099.01/</h1><a href=\"../\">../</a>"), Ok(Listing::default()));
        assert_eq!(parse(&[0xff; 1000]), Err(NotAListing));
    }

    #[test]
    fn sizes_that_cannot_be() {
        for word in ["-", "M", "1.M", "x", "99999999999999999999M", "é"] {
            assert_eq!(size(word), None, "{word}");
        }
    }
}
