//! From the uncertain boundaries of a result to the windows whose files would sharpen them. Pure.

use serde::Deserialize;

use crate::escape::printable;
use crate::model::{Span, Time};

/// What a result leaves uncertain.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Uncertain {
    /// `(after, by]` of each start and `[after, before)` of each end that is bounded but not exact.
    pub boundaries: Vec<Span>,
    /// The collectors whose data the result rests on.
    pub collectors: Vec<String>,
}

/// A file that is no such result.
#[derive(Debug, thiserror::Error)]
pub enum RefineError {
    /// It is something else.
    #[error("this is no JSON result of `uplinks timeline` ({}); make one with `uplinks timeline -f json -o RESULT.json`", printable(.0))]
    Foreign(String),
}

#[derive(Deserialize)]
struct Parsed {
    schema: String,
    #[serde(default)]
    facts: Facts,
    rows: Vec<Row>,
}

#[derive(Deserialize, Default)]
struct Facts {
    #[serde(default)]
    collectors: Vec<Named>,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

#[derive(Deserialize)]
struct Row {
    started_after: Option<String>,
    started_by: Option<String>,
    ended_after: Option<String>,
    ended_before: Option<String>,
}

impl Uncertain {
    /// Reads a timeline in JSON.
    pub fn read(json: &[u8]) -> Result<Self, RefineError> {
        let foreign = |why: &dyn ToString| RefineError::Foreign(why.to_string());
        let result: Parsed = serde_json::from_slice(json).map_err(|error| foreign(&error))?;
        if !result.schema.starts_with("uplinks/timeline/") {
            return Err(foreign(&format!("its schema is {:.40}", result.schema)));
        }
        let time = |text: &Option<String>| text.as_ref().map(|text| text.parse::<Time>()).transpose();
        let mut boundaries = Vec::new();
        for row in &result.rows {
            for (after, by) in [(&row.started_after, &row.started_by), (&row.ended_after, &row.ended_before)] {
                let (after, by) = (time(after).map_err(|e| foreign(&e))?, time(by).map_err(|e| foreign(&e))?);
                boundaries.extend(bounded(after, by));
            }
        }
        let collectors = result.facts.collectors.into_iter().map(|collector| collector.name).collect();
        Ok(Self { boundaries, collectors })
    }

    /// The windows to fetch, sorted and apart from each other.
    pub fn windows(&self) -> Vec<Span> {
        windows(&self.boundaries)
    }
}

/// A boundary as a span, if it is bounded and not exact.
pub fn bounded(after: Option<Time>, by: Option<Time>) -> Option<Span> {
    let (after, by) = after.zip(by)?;
    (after < by).then_some(Span { from: after, until: by })
}

/// The windows whose files hold all that can sharpen these boundaries: the RIB that proves one side, all updates between,
/// and the RIB that proves the other. Overlapping ones are one.
pub fn windows(boundaries: &[Span]) -> Vec<Span> {
    // A window ends before its last instant, and the RIB at the boundary's end belongs to it.
    let whole = |span: &Span| {
        let from = Time::from_secs(span.from.secs());
        Span { from, until: Time::from_secs(span.until.secs()).plus_secs(1) }
    };
    let mut sorted: Vec<Span> = boundaries.iter().map(whole).collect();
    sorted.sort_unstable();
    let mut apart: Vec<Span> = Vec::new();
    for span in sorted {
        match apart.last_mut() {
            Some(last) if span.from <= last.until => last.until = last.until.max(span.until),
            _ => apart.push(span),
        }
    }
    apart
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(from: &str, until: &str) -> Span {
        Span { from: from.parse().expect("a time"), until: until.parse().expect("a time") }
    }

    const ROW: &str = r#"{"schema":"uplinks/timeline/1","version":"0.1.0","facts":{"collectors":[{"name":"rrc00","peers":3}]},"rows":[
        {"started_after":null,"started_by":"2017-10-01T00:00:00Z","ended_after":"2017-10-02T00:00:00Z","ended_before":"2017-10-03T00:00:00Z"},
        {"started_after":"2017-10-02T08:00:00Z","started_by":"2017-10-03T08:00:00Z","ended_after":null,"ended_before":null},
        {"started_after":"2017-10-09T01:02:03Z","started_by":"2017-10-09T01:02:03Z","ended_after":"2017-10-11T00:00:00Z","ended_before":"2017-10-11T00:05:00.5Z"}]}"#;

    #[test]
    fn only_bounded_and_inexact_boundaries_are_worth_a_window() {
        let uncertain = Uncertain::read(ROW.as_bytes()).expect("a result");
        assert_eq!(uncertain.collectors, ["rrc00"]);
        assert_eq!(uncertain.boundaries.len(), 3);
        assert_eq!(uncertain.windows(), [span("2017-10-02", "2017-10-03T08:00:01Z"), span("2017-10-11", "2017-10-11T00:05:01Z")]);
    }

    #[test]
    fn other_files_are_refused() {
        for text in ["", "[]", "{\"schema\":\"uplinks/changes/1\",\"rows\":[]}", &ROW.replace("2017-10-01T00:00:00Z", "soon")] {
            assert!(Uncertain::read(text.as_bytes()).is_err(), "{text:.40}");
        }
    }
}
