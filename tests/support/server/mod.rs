//! A public archive on the loopback address: serves files and listings as RIS and RouteViews do, keeps connections,
//! answers ranges, and misbehaves on demand. No test talks to any other address.
#![allow(dead_code)]

pub mod archive;
mod faults;
pub mod listing;

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write as _;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use archive::Archive;
pub use faults::Fault;

/// A running server; it ends with its owner.
pub struct Server {
    address: String,
    state: Arc<State>,
}

struct State {
    archive: Mutex<Archive>,
    faults: Mutex<BTreeMap<String, Faults>>,
    log: Mutex<Vec<Request>>,
    /// Connections open now, and the most at one time.
    open: AtomicUsize,
    most: AtomicUsize,
    accepted: AtomicUsize,
    stopped: AtomicBool,
    /// Octets at a time and the pause after them, for every body.
    pace: Mutex<Option<(usize, Duration)>>,
}

#[derive(Default)]
struct Faults {
    once: VecDeque<Fault>,
    always: Option<Fault>,
}

/// A request as it was answered.
#[derive(Debug, Clone)]
pub struct Request {
    pub path: String,
    pub range: Option<String>,
    pub agent: String,
    pub encoding: String,
    pub status: u16,
    /// Octets of the body that were written.
    pub sent: usize,
}

impl Server {
    /// Serves an archive on a port of the system's choice.
    pub fn start(archive: Archive) -> Server {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let state = Arc::new(State {
            archive: Mutex::new(archive),
            faults: Mutex::default(),
            log: Mutex::default(),
            open: AtomicUsize::new(0),
            most: AtomicUsize::new(0),
            accepted: AtomicUsize::new(0),
            stopped: AtomicBool::new(false),
            pace: Mutex::new(None),
        });
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if shared.stopped.load(Ordering::SeqCst) {
                    break;
                }
                let shared = Arc::clone(&shared);
                thread::spawn(move || {
                    shared.accepted.fetch_add(1, Ordering::SeqCst);
                    shared.most.fetch_max(shared.open.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    let _ = shared.serve(&stream);
                    shared.open.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Server { address, state }
    }

    /// `http://127.0.0.1:PORT`.
    pub fn url(&self) -> &str {
        &self.address
    }

    /// The next requests for this path meet these, one each.
    pub fn once(&self, path: &str, faults: impl IntoIterator<Item = Fault>) {
        self.state.faults.lock().unwrap().entry(path.to_owned()).or_default().once.extend(faults);
    }

    /// Every request for this path meets this.
    pub fn always(&self, path: &str, fault: Fault) {
        self.state.faults.lock().unwrap().entry(path.to_owned()).or_default().always = Some(fault);
    }

    /// Behaves again.
    pub fn mend(&self) {
        self.state.faults.lock().unwrap().clear();
    }

    /// All bodies go out so many octets at a time, with a pause after each.
    pub fn pace(&self, octets: usize, pause: Duration) {
        *self.state.pace.lock().unwrap() = Some((octets, pause));
    }

    /// Changes what is served.
    pub fn change(&self, change: impl FnOnce(&mut Archive)) {
        change(&mut self.state.archive.lock().unwrap());
    }

    /// What was asked so far.
    pub fn log(&self) -> Vec<Request> {
        self.state.log.lock().unwrap().clone()
    }

    /// Requests for this path so far.
    pub fn asked(&self, path: &str) -> Vec<Request> {
        self.log().into_iter().filter(|request| request.path == path).collect()
    }

    /// Forgets what was asked.
    pub fn forget(&self) {
        self.state.log.lock().unwrap().clear();
    }

    /// The most connections that were open at one time, and all that were ever accepted.
    pub fn connections(&self) -> (usize, usize) {
        (self.state.most.load(Ordering::SeqCst), self.state.accepted.load(Ordering::SeqCst))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.state.stopped.store(true, Ordering::SeqCst);
        // Wakes the accepting thread.
        let _ = TcpStream::connect(self.address.trim_start_matches("http://"));
    }
}

struct Asked {
    path: String,
    headers: BTreeMap<String, String>,
}

impl Asked {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }
}

fn read_request(reader: &mut impl BufRead) -> io::Result<Option<Asked>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 || line.trim().is_empty() {
            return Ok(Some(Asked { path, headers }));
        }
        if let Some((name, value)) = line.split_once(':') {
            headers.insert(name.to_lowercase(), value.trim().to_owned());
        }
    }
}

/// An answer before it meets its fault.
struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Answer {
    fn plain(status: u16, text: &str) -> Answer {
        Answer { status, headers: vec![], body: text.as_bytes().to_vec() }
    }

    fn with(mut self, name: &str, value: impl Into<String>) -> Answer {
        self.headers.push((name.to_owned(), value.into()));
        self
    }
}

impl State {
    fn serve(&self, stream: &TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        let mut reader = BufReader::new(stream.try_clone()?);
        while let Some(asked) = read_request(&mut reader)? {
            if self.stopped.load(Ordering::SeqCst) {
                break;
            }
            if !self.answer(&asked, stream)? {
                break;
            }
        }
        stream.shutdown(std::net::Shutdown::Both)
    }

    fn fault(&self, path: &str) -> Option<Fault> {
        let mut faults = self.faults.lock().unwrap();
        let faults = faults.get_mut(path)?;
        faults.once.pop_front().or_else(|| faults.always.clone())
    }

    /// Whether the connection goes on.
    fn answer(&self, asked: &Asked, stream: &TcpStream) -> io::Result<bool> {
        let fault = self.fault(&asked.path);
        if let Some(Fault::Silent) = fault {
            self.note(asked, 0, 0);
            while !self.stopped.load(Ordering::SeqCst) {
                thread::sleep(Duration::from_millis(20));
            }
            return Ok(false);
        }
        let answer = faults::bend(self.honest(asked, fault.as_ref()), fault.as_ref(), asked.path.as_str());
        let end = faults::end(&answer, fault.as_ref());
        let mut head = format!("HTTP/1.1 {} X\r\n", answer.status);
        for (name, value) in &answer.headers {
            write!(head, "{name}: {value}\r\n").unwrap();
        }
        match end.length {
            Some(length) => write!(head, "Content-Length: {length}\r\n\r\n").unwrap(),
            None => head.push_str("Connection: close\r\n\r\n"),
        }
        let mut out = stream;
        out.write_all(head.as_bytes())?;
        let pace = end.pace.or(*self.pace.lock().unwrap());
        let (piece, pause) = pace.unwrap_or((64 * 1024, Duration::ZERO));
        let body = &answer.body[..end.send.min(answer.body.len())];
        let at = self.note(asked, answer.status, 0);
        for piece in body.chunks(piece) {
            if self.stopped.load(Ordering::SeqCst) {
                return Ok(false);
            }
            out.write_all(piece)?;
            self.log.lock().unwrap()[at].sent += piece.len();
            thread::sleep(pause);
        }
        if end.endless {
            while !self.stopped.load(Ordering::SeqCst) {
                thread::sleep(Duration::from_millis(20));
            }
        }
        Ok(end.goes_on)
    }

    fn honest(&self, asked: &Asked, fault: Option<&Fault>) -> Answer {
        let archive = self.archive.lock().unwrap();
        if let Some(page) = archive.listing(&asked.path) {
            return Answer::plain(200, &page).with("Content-Type", "text/html");
        }
        let Some(bytes) = archive.file(&asked.path) else { return Answer::plain(404, "no such file") };
        let bytes = &bytes[..];
        let tag = archive::etag(bytes);
        let whole = |answer: Answer| {
            if archive.validators { answer.with("ETag", tag.clone()).with("Last-Modified", archive::MODIFIED) } else { answer }
        };
        let same = asked.header("if-range").is_none_or(|known| known == tag || known == archive::MODIFIED);
        let from = asked.header("range").and_then(|r| r.strip_prefix("bytes=")?.strip_suffix('-')?.parse::<usize>().ok());
        match from {
            Some(from) if same && !matches!(fault, Some(Fault::NoRange)) => {
                match bytes.get(from..).filter(|rest| !rest.is_empty()) {
                    Some(rest) => whole(Answer { status: 206, headers: vec![], body: rest.to_vec() })
                        .with("Content-Range", format!("bytes {from}-{}/{}", bytes.len() - 1, bytes.len())),
                    None => whole(Answer::plain(416, "")).with("Content-Range", format!("bytes */{}", bytes.len())),
                }
            }
            _ => whole(Answer { status: 200, headers: vec![], body: bytes.to_vec() }),
        }
    }

    fn note(&self, asked: &Asked, status: u16, sent: usize) -> usize {
        let text = |name| asked.header(name).unwrap_or_default().to_owned();
        let request = Request {
            path: asked.path.clone(),
            range: asked.header("range").map(str::to_owned),
            agent: text("user-agent"),
            encoding: text("accept-encoding"),
            status,
            sent,
        };
        let mut log = self.log.lock().unwrap();
        log.push(request);
        log.len() - 1
    }
}
