//! Asks an archive what it has: walks a collector's listings as far as the plan wants to know.

use std::collections::BTreeMap;

use super::catalogue::{Catalogue, Collector, Layout};
use super::client::{Client, HttpError, now};
use super::listing::{self, Listing};
use super::manifest::{Hole, MonthRecord};
use super::name::Month;
use super::parallel::parallel;
use super::plan::{Chosen, Kinds, Known, Listed, Next, Sampling, holes};
use super::url::BaseUrl;
use crate::archive::NameKind;
use crate::model::{Span, Time};

/// What is asked.
#[derive(Debug, Clone)]
pub struct Question {
    /// Of whom.
    pub collectors: Vec<Collector>,
    /// The times that are to be answered for, each with its own baseline.
    pub windows: Vec<Span>,
    /// Which files.
    pub kinds: Kinds,
    /// Which RIB dumps of each window.
    pub sampling: Sampling,
    /// A mirror to ask instead of the archives themselves.
    pub base: Option<BaseUrl>,
}

/// What the archive has of one collector for the question.
#[derive(Debug)]
pub struct Found {
    /// Of whom.
    pub collector: Collector,
    /// For each window the files, and what is not there.
    pub chosen: Vec<(Span, Chosen)>,
    /// What was listed on the way.
    pub listings: Vec<(Month, MonthRecord)>,
    roots: Vec<String>,
}

/// Why an archive cannot be asked.
#[derive(Debug, thiserror::Error)]
pub enum LookError {
    /// The archive has no such collector.
    #[error("{collector}: not in the archive: {url} does not exist")]
    NoCollector {
        /// Of whom.
        collector: String,
        /// The usual place.
        url: String,
    },
    /// The listing cannot be had.
    #[error("{collector}: cannot list {url}: {error}; try again later, or ask a mirror with --base-url")]
    Listing {
        /// Of whom.
        collector: String,
        /// What was asked.
        url: String,
        /// Why.
        error: HttpError,
    },
    /// The address gives something else.
    #[error("{collector}: {url} is no directory listing; a mirror must list its directories, as Apache and nginx do")]
    NoListing {
        /// Of whom.
        collector: String,
        /// What was asked.
        url: String,
    },
}

impl Found {
    /// A file's addresses, the usual one first.
    pub fn urls(&self, file: &Listed) -> Vec<String> {
        let folder = folder(self.collector.layout, file.month, file.name.kind);
        self.roots.iter().map(|root| format!("{root}/{folder}/{}", file.name)).collect()
    }

    /// A file's place in a mirror, relative to it, with `/`.
    pub fn path(&self, file: &Listed) -> String {
        let folder = folder(self.collector.layout, file.month, file.name.kind);
        format!("{}/{folder}/{}", self.collector.directory(), file.name)
    }
}

fn folder(layout: Layout, month: Month, kind: NameKind) -> String {
    match (layout, kind) {
        (Layout::Ris, _) => month.to_string(),
        (Layout::RouteViews, NameKind::Rib) => format!("{month}/RIBS"),
        (Layout::RouteViews, NameKind::Updates) => format!("{month}/UPDATES"),
    }
}

/// Asks about all collectors at once; answers in their order.
pub fn look(client: &Client, question: &Question) -> Vec<Result<Found, LookError>> {
    let threads = client.policy.connections;
    parallel(&question.collectors, threads, |collector| Looker { client, question, collector }.look())
}

struct Looker<'a> {
    client: &'a Client,
    question: &'a Question,
    collector: &'a Collector,
}

impl Looker<'_> {
    fn look(&self) -> Result<Found, LookError> {
        let (roots, months) = self.roots()?;
        let mut listed: BTreeMap<Month, (Listing, MonthRecord)> = BTreeMap::new();
        let mut all: Vec<(Span, Chosen)> = Vec::new();
        for window in &self.question.windows {
            let mut known = Known::new(self.collector.clone(), *window, months.iter().copied());
            loop {
                let wanted = match known.next(self.question.kinds, self.question.sampling) {
                    Next::Files(chosen) => break all.push((*window, chosen)),
                    Next::List(wanted) => wanted,
                };
                let unlisted: Vec<Month> = wanted.iter().filter(|month| !listed.contains_key(month)).copied().collect();
                let answers = parallel(&unlisted, self.client.policy.connections, |month| self.month(&roots, *month));
                for (month, answer) in unlisted.into_iter().zip(answers) {
                    listed.insert(month, answer?);
                }
                for month in wanted {
                    let listing = listed.get(&month).map(|(listing, _)| listing.clone());
                    known.add(month, listing.unwrap_or_default());
                }
            }
        }
        let listings = listed.into_iter().map(|(month, (_, record))| (month, record)).collect();
        Ok(Found { collector: self.collector.clone(), chosen: all, listings, roots })
    }

    /// The directories that hold the collector's months: the first that exists, then those of the other hosts; and the
    /// months that it has.
    fn roots(&self) -> Result<(Vec<String>, Vec<Month>), LookError> {
        let hosts: Vec<&str> = match &self.question.base {
            Some(base) => vec![base.as_str()],
            None => Catalogue::get().hosts(self.collector.layout).iter().map(String::as_str).collect(),
        };
        let places = self.collector.places();
        let mut roots: Vec<String> = Vec::new();
        for place in &places {
            roots.extend(hosts.iter().map(|host| format!("{host}/{place}")));
        }
        for at in 0..roots.len() {
            let Some(root) = roots.get(at) else { break };
            if let Some(listing) = self.list(&format!("{root}/"))? {
                let months = listing.months;
                return Ok((roots.split_off(at), months));
            }
        }
        let url = roots.into_iter().next().unwrap_or_default();
        Err(LookError::NoCollector { collector: self.collector.name.clone(), url })
    }

    fn month(&self, roots: &[String], month: Month) -> Result<(Listing, MonthRecord), LookError> {
        let listed = Time::from_secs(now());
        let kinds: &[NameKind] = match (self.collector.layout, self.question.kinds) {
            (Layout::RouteViews, Kinds::All | Kinds::Updates) => &[NameKind::Rib, NameKind::Updates],
            (Layout::RouteViews, Kinds::Ribs) | (Layout::Ris, _) => &[NameKind::Rib],
        };
        let mut all = Listing::default();
        for kind in kinds {
            let folder = folder(self.collector.layout, month, *kind);
            all.files.extend(self.list_any(roots, &folder)?.files);
        }
        let root = roots.first().map_or("", String::as_str);
        let has_updates = self.collector.layout == Layout::Ris || kinds.contains(&NameKind::Updates);
        let record = self.record(format!("{root}/{month}/"), listed, month, &all, has_updates);
        Ok((all, record))
    }

    fn record(&self, url: String, listed: Time, month: Month, all: &Listing, has_updates: bool) -> MonthRecord {
        let count = |kind| all.files.keys().filter(|name| name.kind == kind).count();
        let starts: Vec<Time> = all.files.keys().filter(|n| n.kind == NameKind::Updates).map(|n| n.time).collect();
        let start = month.start();
        let span = Span { from: start, until: month.after().start().min(listed) };
        let mut found = if has_updates { holes(self.collector, starts, span) } else { Vec::new() };
        // The month before may reach into this one.
        let cadence = self.collector.cadence(start);
        if found.first().is_some_and(|hole| hole.from == start && hole.until <= start.plus_secs(cadence + cadence / 10)) {
            found.remove(0);
        }
        MonthRecord {
            url,
            listed,
            ribs: count(NameKind::Rib),
            updates: has_updates.then(|| count(NameKind::Updates)),
            holes: found.into_iter().map(|hole| Hole { from: hole.from, until: hole.until }).collect(),
        }
    }

    /// A folder's listing from the first root that has it; empty if none has.
    fn list_any(&self, roots: &[String], folder: &str) -> Result<Listing, LookError> {
        for root in roots {
            if let Some(listing) = self.list(&format!("{root}/{folder}/"))? {
                return Ok(listing);
            }
        }
        Ok(Listing::default())
    }

    /// A directory's listing; `None` if there is no such directory.
    fn list(&self, url: &str) -> Result<Option<Listing>, LookError> {
        let collector = || self.collector.name.clone();
        match self.client.page(url, self.client.policy.longest_listing) {
            Ok(page) => match listing::parse(&page) {
                Ok(listing) => Ok(Some(listing)),
                Err(listing::NotAListing) => Err(LookError::NoListing { collector: collector(), url: url.to_owned() }),
            },
            Err(error) if error.is_absent() => Ok(None),
            Err(error) => Err(LookError::Listing { collector: collector(), url: url.to_owned(), error }),
        }
    }
}
