//! The HTTP client: one request at a time with its redirects, bounded in connections, size and patience. What it is that
//! is fetched, others know.

use std::fmt;
use std::io::{self, Read};
use std::time::{Duration, Instant, SystemTime};

use ureq::http::HeaderMap;
use ureq::{Agent, BodyReader};

use super::host::{Hosts, Permit};
use super::policy::{Policy, TRICKLE, retry_after};
use super::url;

/// A try that brought so many octets was not in vain, however it ended.
pub(super) const PROGRESS: u64 = 64 * 1024;

/// So many redirects lead nowhere.
const MOST_REDIRECTS: usize = 5;

/// Names the program, for the archives' operators.
const USER_AGENT: &str = concat!("uplinks/", env!("CARGO_PKG_VERSION"), " (+", env!("CARGO_PKG_REPOSITORY"), ")");

/// Shared by all threads of a run.
#[derive(Debug)]
pub struct Client {
    agent: Agent,
    hosts: Hosts,
    /// How patient it is.
    pub policy: Policy,
}

/// An answer whose body is still to be read.
pub(super) struct Reply<'a> {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Body<'a>,
}

impl fmt::Debug for Reply<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply").field("status", &self.status).field("headers", &self.headers).finish_non_exhaustive()
    }
}

impl Reply<'_> {
    /// A header's text.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// How the body is encoded, if it is (RFC 9110, section 8.4). Nothing but `identity` was asked for.
    pub(super) fn coding(&self) -> Option<String> {
        let coding = self.headers.get("content-encoding")?.to_str().unwrap_or("?").trim().to_lowercase();
        (!matches!(coding.as_str(), "" | "identity")).then_some(coding)
    }
}

/// Why a request failed.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The server says no.
    #[error("the server answers {status}{}", reason(*.status))]
    Status {
        /// The status code.
        status: u16,
        /// What its `Retry-After` asks.
        retry_after: Option<Duration>,
    },
    /// Nothing comes.
    #[error("no answer within {:.0?}", .0)]
    Silent(Duration),
    /// The connection ended before the body did.
    #[error("the connection was cut off after {got} octets{}", expected.map_or(String::new(), |all| format!(" of {all}")))]
    Cut {
        /// Octets of the body that came.
        got: u64,
        /// That should have come.
        expected: Option<u64>,
    },
    /// The connection did not come about or broke.
    #[error("{0}")]
    Transport(String),
    /// Something that trying again does not mend.
    #[error("{0}")]
    Refused(String),
    /// Something comes, and not enough to wait for.
    #[error("it comes too slowly: under {TRICKLE} octets a second for {:.0?}", .0)]
    Slow(Duration),
    /// The body is in an encoding that was not asked for.
    #[error("the server sends it encoded as {0}, which was not asked for")]
    Encoded(String),
    /// More than anybody would send in good faith.
    #[error("it is longer than {0} octets, which no archive's is")]
    TooLong(u64),
    /// The host failed too often in a row.
    #[error("the host is given up after many failures, the last: {0}")]
    GivenUp(String),
}

impl HttpError {
    /// Whether trying again may help.
    pub(super) fn is_transient(&self) -> bool {
        match self {
            Self::Status { status, .. } => matches!(status, 408 | 425 | 429 | 500 | 502..=504 | 509 | 520..=529),
            Self::Silent(_) | Self::Slow(_) | Self::Cut { .. } | Self::Transport(_) => true,
            Self::Refused(_) | Self::Encoded(_) | Self::TooLong(_) | Self::GivenUp(_) => false,
        }
    }

    /// The server does not have it.
    pub(super) fn is_absent(&self) -> bool {
        matches!(self, Self::Status { status: 404 | 410, .. })
    }
}

fn reason(status: u16) -> String {
    let known = ureq::http::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    known.map_or(String::new(), |text| format!(" ({text})"))
}

impl Client {
    /// Connects to nobody yet.
    pub fn new(policy: Policy) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(USER_AGENT)
            // Otherwise a length would be that of some encoding of the file.
            .accept_encoding("identity")
            .timeout_resolve(Some(policy.connect))
            .timeout_connect(Some(policy.connect))
            .timeout_send_request(Some(policy.idle))
            .timeout_recv_response(Some(policy.idle))
            .timeout_per_read(Some(policy.idle))
            .timeout_per_write(Some(policy.idle))
            .max_idle_connections(4 * policy.connections)
            .max_idle_connections_per_host(policy.connections)
            // RIS closes a connection that idles for 10 s.
            .max_idle_age(Duration::from_secs(8))
            .build();
        // When every connection has used up its tries on a file, and a little more.
        let connections = u32::try_from(policy.connections).unwrap_or(u32::MAX);
        let patience = policy.tries.saturating_mul(connections.saturating_add(2));
        Self { agent: Agent::new_with_config(config), hosts: Hosts::new(policy.connections, patience), policy }
    }

    /// One try: the answer, if it is 2xx or 416, with its body unread.
    pub(super) fn get(&self, url: &str, headers: &[(&str, String)]) -> Result<Reply<'_>, HttpError> {
        let mut url = url.to_owned();
        for _ in 0..=MOST_REDIRECTS {
            let host = url::host(&url).ok_or_else(|| HttpError::Refused(format!("'{url}' is no http or https address")))?;
            let permit = self.hosts.enter(&host).map_err(HttpError::GivenUp)?;
            let mut request = self.agent.get(&url);
            for (name, value) in headers {
                request = request.header(*name, value);
            }
            let response = request.call().map_err(|error| self.failed(&host, error))?;
            let status = response.status().as_u16();
            if matches!(status, 301 | 302 | 303 | 307 | 308) {
                let to = response.headers().get("location").and_then(|to| to.to_str().ok()).unwrap_or_default();
                url = url::redirect(&url, to).map_err(|error| HttpError::Refused(error.to_string()))?;
                continue;
            }
            if status != 416 && !(200..300).contains(&status) {
                let asked = response.headers().get("retry-after").and_then(|value| value.to_str().ok());
                let asked = asked.and_then(|value| retry_after(value, now()));
                let error = HttpError::Status { status, retry_after: asked };
                self.note(&host, &error);
                return Err(error);
            }
            let (parts, body) = response.into_parts();
            let expected = body.content_length();
            let reader = body.into_with_config().limit(u64::MAX).reader();
            let body = Body { reader, expected, got: 0, since: Instant::now(), lately: 0, policy: &self.policy, permit };
            return Ok(Reply { status, headers: parts.headers, body });
        }
        Err(HttpError::Refused(format!("more than {MOST_REDIRECTS} redirects")))
    }

    /// A whole page, tried again as the policy says; refused above `longest` octets.
    pub(super) fn page(&self, url: &str, longest: u64) -> Result<Vec<u8>, HttpError> {
        self.patiently(|| {
            let mut reply = self.get(url, &[])?;
            if reply.body.expected.is_some_and(|octets| octets > longest) {
                return Err(HttpError::TooLong(longest));
            }
            let mut page = Vec::new();
            reply.body.copy(|piece| {
                page.extend_from_slice(piece);
                if page.len() as u64 > longest { Err(HttpError::TooLong(longest)) } else { Ok(()) }
            })?;
            match reply.coding().as_deref() {
                None => Ok(page),
                Some("gzip" | "x-gzip") => unzip(&page, longest),
                Some(other) => Err(HttpError::Encoded(other.to_owned())),
            }
        })
    }

    /// Tries again while that may help.
    fn patiently<T>(&self, mut attempt: impl FnMut() -> Result<T, HttpError>) -> Result<T, HttpError> {
        let mut failures = 0;
        loop {
            match attempt() {
                Err(error) if error.is_transient() && failures + 1 < self.policy.tries => {
                    failures += 1;
                    self.wait(failures, &error);
                }
                result => return result,
            }
        }
    }

    /// Waits before another try.
    pub(super) fn wait(&self, failures: u32, error: &HttpError) {
        let asked = if let HttpError::Status { retry_after, .. } = error { *retry_after } else { None };
        std::thread::sleep(self.policy.wait(failures, asked));
    }

    /// Counts it against the host; one that is overloaded is left alone by all threads.
    fn note(&self, host: &str, error: &HttpError) {
        if let HttpError::Status { status: 429 | 503, retry_after } = error {
            self.hosts.pause(host, self.policy.wait(1, *retry_after));
        }
        if error.is_transient() {
            self.hosts.failed(host, &error.to_string());
        } else {
            self.hosts.answered(host);
        }
    }

    fn failed(&self, host: &str, error: ureq::Error) -> HttpError {
        let error = match error {
            ureq::Error::Timeout(ureq::Timeout::Resolve | ureq::Timeout::Connect) => HttpError::Silent(self.policy.connect),
            ureq::Error::Timeout(_) => HttpError::Silent(self.policy.idle),
            ureq::Error::Io(error) if timed_out(&error) => HttpError::Silent(self.policy.idle),
            ureq::Error::BadUri(_) | ureq::Error::Http(_) | ureq::Error::InvalidProxyUrl | ureq::Error::Rustls(_) => {
                HttpError::Refused(error.to_string())
            }
            ureq::Error::HostNotFound => HttpError::Transport("the host's name cannot be resolved".to_owned()),
            error => HttpError::Transport(error.to_string()),
        };
        self.note(host, &error);
        error
    }
}

fn timed_out(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock)
}

/// Seconds since the epoch.
pub(super) fn now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

/// A page as it was before the server encoded it.
fn unzip(page: &[u8], longest: u64) -> Result<Vec<u8>, HttpError> {
    let mut plain = Vec::new();
    let mut decoder = flate2::read::MultiGzDecoder::new(page).take(longest + 1);
    decoder.read_to_end(&mut plain).map_err(|error| HttpError::Transport(format!("what it sends as gzip is none: {error}")))?;
    if plain.len() as u64 > longest { Err(HttpError::TooLong(longest)) } else { Ok(plain) }
}

/// A body on its way. A server that sends a crumb now and then is as bad as one that sends nothing.
pub(super) struct Body<'a> {
    reader: BodyReader<'static>,
    /// `Content-Length`, where there is one.
    pub(super) expected: Option<u64>,
    got: u64,
    since: Instant,
    lately: u64,
    policy: &'a Policy,
    permit: Permit<'a>,
}

impl Body<'_> {
    /// Hands over each piece as it comes, until the body is whole.
    pub(super) fn copy<E: From<HttpError>>(&mut self, take: impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        let result = self.copy_pieces(take);
        match &result {
            Ok(()) => self.permit.answered(),
            Err(_) if self.got >= PROGRESS => {}
            Err(_) => self.permit.failed("the connection broke within a file"),
        }
        result
    }

    fn copy_pieces<E: From<HttpError>>(&mut self, mut take: impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        let mut buffer = vec![0; 64 * 1024];
        loop {
            let cut = HttpError::Cut { got: self.got, expected: self.expected };
            let read = match self.reader.read(&mut buffer) {
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) if timed_out(&error) || is_timeout(&error) => return Err(HttpError::Silent(self.policy.idle).into()),
                Err(_) => return Err(cut.into()),
            };
            if read == 0 {
                return if self.expected.is_none_or(|all| all == self.got) { Ok(()) } else { Err(cut.into()) };
            }
            self.got += read as u64;
            self.lately += read as u64;
            take(buffer.get(..read).unwrap_or_default())?;
            let within = self.since.elapsed();
            if self.policy.is_trickle(self.lately, within) && self.expected != Some(self.got) {
                return Err(HttpError::Slow(self.policy.idle).into());
            }
            if within >= self.policy.idle {
                (self.since, self.lately) = (Instant::now(), 0);
            }
        }
    }
}

fn is_timeout(error: &io::Error) -> bool {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<ureq::Error>());
    matches!(inner, Some(ureq::Error::Timeout(_)))
}
