//! Equal paths and routes once: of the millions of routes of a table, most have a path that others have too.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::model::{AsPath, Asn, Flags, PathReader, Route};

/// The paths of a file.
#[derive(Debug, Default)]
pub(super) struct Paths(HashSet<Arc<AsPath>>);

impl Paths {
    /// The path, shared with all that are equal.
    pub fn share(&mut self, path: AsPath) -> Arc<AsPath> {
        if let Some(known) = self.0.get(&path) {
            return Arc::clone(known);
        }
        let path = Arc::new(path);
        self.0.insert(Arc::clone(&path));
        path
    }

    /// The same of one that is shared already, by those of its message.
    pub fn share_again(&mut self, path: &mut Arc<AsPath>) {
        match self.0.get(&**path) {
            Some(known) => *path = Arc::clone(known),
            None => _ = self.0.insert(Arc::clone(path)),
        }
    }
}

/// What decides what a route is: its path, whose it is, and remarks on how it was read.
type Key = (Arc<AsPath>, Asn, Flags);

/// The routes of a collector.
#[derive(Debug, Default)]
pub(super) struct Routes(HashMap<Key, Option<Arc<Route>>>);

impl Routes {
    /// The path as a route of that peer, with remarks, shared with all that are equal.
    pub fn share(&mut self, path: Arc<AsPath>, peer: Asn, remarks: Flags, reader: &PathReader) -> Option<Arc<Route>> {
        let read = |(path, peer, remarks): &Key| {
            let route = reader.read(Arc::clone(path), *peer)?;
            Some(Arc::new(Route { flags: route.flags.union(*remarks), ..route }))
        };
        let key = (path, peer, remarks);
        if let Some(known) = self.0.get(&key) {
            return known.clone();
        }
        let route = read(&key);
        self.0.insert(key, route.clone());
        route
    }
}
