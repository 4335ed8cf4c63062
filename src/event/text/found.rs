//! A line that was looked for, understood for people as a record is.

use std::sync::Arc;

use super::{Route, Statement, What, read_path};
use crate::event::as_path::As4Path;
use crate::event::explain::{Body, Entry, Explained, MessageEnd, PathIds, Prefixes, Session};
use crate::event::explain_path::Attributed;
use crate::event::file::FilePeer;
use crate::model::{self, Time};
use crate::mrt::NlriForm;

/// Where a line stands and what it says.
#[derive(Debug, Clone)]
pub struct Line {
    /// Counted from 1; in JSON, its place in the list that it is in.
    pub number: u64,
    time: Time,
    body: Body,
}

impl Line {
    pub(super) fn of(said: &Statement<'_>) -> Self {
        let peer = said.peer;
        let session = |path_id| Session { peer, local: None, as_len: None, form: form(path_id) };
        let prefixes = |announced: Vec<_>, withdrawn: Vec<_>, path_id| Prefixes {
            announced,
            withdrawn,
            treated_as_withdrawn: None,
            form: form(path_id),
            path_ids: PathIds::AsLabelled,
            end: MessageEnd::There,
        };
        let body = match &said.what {
            What::State { old, new } => Body::State { session: session(0), old: *old, new: *new },
            What::Announced(route) => Body::Update {
                session: session(route.path_id),
                prefixes: Some(prefixes(vec![(route.prefix, route.path_id)], Vec::new(), route.path_id)),
                attributed: Some(Box::new(attributed(route, peer))),
            },
            What::Withdrawn { prefix, path_id } => Body::Update {
                session: session(*path_id),
                prefixes: Some(prefixes(Vec::new(), vec![(*prefix, *path_id)], *path_id)),
                attributed: None,
            },
            What::Entry(route) => Body::Rib {
                sequence: None,
                prefix: Some(route.prefix),
                entries: vec![Entry {
                    number: None,
                    peer: Some(peer),
                    prefix: route.prefix,
                    path_id: route.path_id,
                    originated: None,
                    attributed: attributed(route, peer),
                }],
            },
        };
        Line { number: said.number, time: said.time, body }
    }

    /// As a record is explained.
    pub fn explained(&self) -> Explained {
        Explained { time: self.time, header: None, body: self.body.clone() }
    }
}

fn form(path_id: u32) -> NlriForm {
    if path_id == 0 { NlriForm::Plain } else { NlriForm::PathIds }
}

fn attributed(route: &Route<'_>, peer: FilePeer) -> Attributed {
    let path = read_path(&route.path).map(Arc::new);
    Attributed {
        as_path: Some(route.path.trim().to_owned()),
        as4_path: None,
        as4: As4Path::Absent,
        route: path.clone().and_then(|path| model::Route::read(path, peer.asn, &[])),
        path,
        overruns: None,
        others: Vec::new(),
    }
}
