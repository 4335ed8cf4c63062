//! What all requests to one host share: how many run at a time, when the host wants to be left alone, and whether it is
//! given up.

use std::collections::HashMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The hosts of a run, by `scheme://name:port`.
#[derive(Debug)]
pub(super) struct Hosts {
    connections: usize,
    /// Failures in a row after which a host is given up.
    patience: u32,
    states: Mutex<HashMap<String, State>>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    busy: usize,
    not_before: Option<Instant>,
    failures: u32,
    /// What the last failure was.
    last: String,
}

/// A connection's place at a host; given back when dropped.
#[derive(Debug)]
pub(super) struct Permit<'a> {
    hosts: &'a Hosts,
    host: String,
}

impl Hosts {
    pub(super) fn new(connections: usize, patience: u32) -> Self {
        Self { connections: connections.max(1), patience, states: Mutex::default(), changed: Condvar::new() }
    }

    /// Waits for a place and for the end of a pause. `Err` has the last failure of a host that is given up.
    pub(super) fn enter(&self, host: &str) -> Result<Permit<'_>, String> {
        let mut states = self.lock();
        loop {
            let state = states.entry(host.to_owned()).or_default();
            if state.failures >= self.patience {
                return Err(state.last.clone());
            }
            let now = Instant::now();
            let pause = state.not_before.map_or(Duration::ZERO, |until| until.saturating_duration_since(now));
            if !pause.is_zero() {
                let woken = self.changed.wait_timeout(states, pause);
                states = woken.unwrap_or_else(PoisonError::into_inner).0;
            } else if state.busy < self.connections {
                state.busy += 1;
                return Ok(Permit { hosts: self, host: host.to_owned() });
            } else {
                states = self.changed.wait(states).unwrap_or_else(PoisonError::into_inner);
            }
        }
    }

    /// The host answers: earlier failures were its bad moments.
    pub(super) fn answered(&self, host: &str) {
        if let Some(state) = self.lock().get_mut(host) {
            state.failures = 0;
        }
    }

    /// The host does not answer, or not now.
    pub(super) fn failed(&self, host: &str, what: &str) {
        let mut states = self.lock();
        let state = states.entry(host.to_owned()).or_default();
        state.failures = state.failures.saturating_add(1);
        what.clone_into(&mut state.last);
        drop(states);
        self.changed.notify_all();
    }

    /// The host asks all of us to wait.
    pub(super) fn pause(&self, host: &str, wait: Duration) {
        let until = Instant::now() + wait;
        let mut states = self.lock();
        let state = states.entry(host.to_owned()).or_default();
        state.not_before = state.not_before.max(Some(until));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, State>> {
        self.states.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Permit<'_> {
    pub(super) fn answered(&self) {
        self.hosts.answered(&self.host);
    }

    pub(super) fn failed(&self, what: &str) {
        self.hosts.failed(&self.host, what);
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        if let Some(state) = self.hosts.lock().get_mut(&self.host) {
            state.busy = state.busy.saturating_sub(1);
        }
        self.hosts.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn no_more_than_so_many_at_a_time() {
        let hosts = Hosts::new(3, 9);
        let (now, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..12 {
                scope.spawn(|| {
                    let _permit = hosts.enter("http://a").expect("a place");
                    most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    std::thread::sleep(Duration::from_millis(10));
                    now.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        assert_eq!(most.load(Ordering::SeqCst), 3);
    }

    #[test]
    fn a_pause_holds_everybody_and_only_this_host() {
        let hosts = Hosts::new(3, 9);
        hosts.pause("http://a", Duration::from_millis(60));
        let start = Instant::now();
        drop(hosts.enter("http://b"));
        assert!(start.elapsed() < Duration::from_millis(50));
        drop(hosts.enter("http://a"));
        assert!(start.elapsed() >= Duration::from_millis(60));
    }

    #[test]
    fn a_host_that_never_answers_is_given_up() {
        let hosts = Hosts::new(3, 2);
        hosts.failed("http://a", "refused");
        hosts.answered("http://a");
        hosts.failed("http://a", "refused");
        assert!(hosts.enter("http://a").is_ok());
        hosts.failed("http://a", "silent");
        assert_eq!(hosts.enter("http://a").err().as_deref(), Some("silent"));
        assert!(hosts.enter("http://b").is_ok());
    }
}
