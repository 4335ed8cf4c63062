//! The few things to know of a URL: its host, and where a redirect leads.

use ureq::http::Uri;

/// The address of an archive, or of a mirror of one: `http` or `https`, no credentials, query or fragment. Without a slash at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl(String);

/// An address that cannot be a mirror's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no address of a mirror; write http://host/path or https://host/path")]
pub struct BaseUrlError(String);

impl std::str::FromStr for BaseUrl {
    type Err = BaseUrlError;

    fn from_str(text: &str) -> Result<Self, BaseUrlError> {
        let wrong = || BaseUrlError(text.to_owned());
        let plain = !text.contains(['?', '#', '@', '\\', ' ']) && text.chars().all(|c| c.is_ascii_graphic());
        if !plain || host(text).is_none() {
            return Err(wrong());
        }
        Ok(Self(text.trim_end_matches('/').to_owned()))
    }
}

impl BaseUrl {
    /// As typed, without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// `scheme://name[:port]` of an `http` or `https` URL, in lower case.
pub(super) fn host(url: &str) -> Option<String> {
    let uri: Uri = url.parse().ok()?;
    let scheme = uri.scheme_str().filter(|scheme| matches!(*scheme, "http" | "https"))?;
    let authority = uri.authority()?;
    let plain = !authority.as_str().contains('@') && !authority.host().is_empty();
    plain.then(|| format!("{scheme}://{}", authority.as_str().to_lowercase()))
}

/// Why a redirect is not followed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum RedirectError {
    #[error("a redirect without a usable address")]
    Nowhere,
    #[error("a redirect from https to http")]
    Downgrade,
}

/// Where `Location: to` in an answer from `from` leads. From https never to http.
pub(super) fn redirect(from: &str, to: &str) -> Result<String, RedirectError> {
    let origin = host(from).ok_or(RedirectError::Nowhere)?;
    let (scheme, _) = origin.split_once(':').ok_or(RedirectError::Nowhere)?;
    let to = to.trim();
    let target = if to.is_empty() {
        return Err(RedirectError::Nowhere);
    } else if let Some(rest) = to.strip_prefix("//") {
        format!("{scheme}://{rest}")
    } else if to.starts_with('/') {
        format!("{origin}{to}")
    } else if to.contains("://") {
        to.to_owned()
    } else {
        let directory = from.split(['?', '#']).next().and_then(|path| path.rsplit_once('/')).map_or(from, |(before, _)| before);
        format!("{directory}/{to}")
    };
    let reached = host(&target).ok_or(RedirectError::Nowhere)?;
    if scheme == "https" && !reached.starts_with("https:") { Err(RedirectError::Downgrade) } else { Ok(target) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirects() {
        let from = "https://data.ris.ripe.net/rrc00/2017.10/x.gz";
        for (to, reached) in [
            ("https://elsewhere.example/x.gz", Ok("https://elsewhere.example/x.gz")),
            ("//elsewhere.example/x.gz", Ok("https://elsewhere.example/x.gz")),
            ("/mirror/x.gz", Ok("https://data.ris.ripe.net/mirror/x.gz")),
            ("y.gz", Ok("https://data.ris.ripe.net/rrc00/2017.10/y.gz")),
            ("http://data.ris.ripe.net/x.gz", Err(RedirectError::Downgrade)),
            ("file:///etc/passwd", Err(RedirectError::Nowhere)),
            ("", Err(RedirectError::Nowhere)),
            ("ftp://elsewhere.example/x", Err(RedirectError::Nowhere)),
            ("https://user:secret@elsewhere.example/x", Err(RedirectError::Nowhere)),
        ] {
            assert_eq!(redirect(from, to).as_deref(), reached.as_deref(), "{to}");
        }
        let upgraded = redirect("http://data.ris.ripe.net/x", "https://data.ris.ripe.net/x");
        assert_eq!(upgraded.as_deref(), Ok("https://data.ris.ripe.net/x"));
    }

    #[test]
    fn addresses_of_mirrors() {
        for (text, base) in
            [("http://127.0.0.1:8080/", "http://127.0.0.1:8080"), ("https://m.example/bgp//", "https://m.example/bgp")]
        {
            assert_eq!(text.parse().as_ref().map(BaseUrl::as_str), Ok(base));
        }
        for text in [
            "",
            "m.example",
            "ftp://m.example",
            "http://",
            "http://a@b/",
            "http://m.example/?x",
            "file:///",
            "http://m.example/a b",
        ] {
            assert!(text.parse::<BaseUrl>().is_err(), "{text}");
        }
    }
}
