//! Boundaries as tables show them: a mark before each time that is a bound and no exact moment, and the legend that explains it.

use crate::model::{Flags, Time};
use crate::replay::{Basis, End, Start};
use crate::report::context::Context;
use crate::report::remark;
use crate::report::text;

/// Gathers what a view needs explained.
#[derive(Debug, Default)]
pub struct Marks {
    earlier: Seen,
    later: Seen,
    ongoing: Seen,
    cut: Seen,
    /// The flags of all rows.
    pub flags: Flags,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Seen {
    #[default]
    No,
    Yes,
}

impl Marks {
    /// `<` unless a message shows the moment itself.
    pub fn start(&mut self, start: &Start) -> String {
        if is_exact_start(start) { self.exact(start.first_seen) } else { self.at_or_before(start.first_seen) }
    }

    /// `>` unless a message shows the moment itself; `ongoing` at the end of the data.
    pub fn end(&mut self, end: &End) -> String {
        if end.basis == Basis::DataEnd {
            self.ongoing = Seen::Yes;
            return " ongoing".to_owned();
        }
        let shown = self.exact(end.last_seen);
        if is_exact_end(end) {
            return shown;
        }
        self.later = Seen::Yes;
        shown.replacen(' ', ">", 1)
    }

    /// `>` unless both ends are exact.
    pub fn duration(&mut self, start: &Start, end: &End) -> String {
        let length = text::duration(end.last_seen.micros_since(start.first_seen));
        if is_exact_start(start) && is_exact_end(end) {
            return length;
        }
        self.later = Seen::Yes;
        format!(">{length}")
    }

    /// A time that is the moment itself.
    pub fn exact(&mut self, time: Time) -> String {
        if time.subsec_micros() != 0 {
            self.cut = Seen::Yes;
        }
        format!(" {}", text::second(time))
    }

    /// A time by which it had happened.
    pub fn at_or_before(&mut self, time: Time) -> String {
        self.earlier = Seen::Yes;
        self.exact(time).replacen(' ', "<", 1)
    }

    /// The letters of a row's flags.
    pub fn notes(&mut self, flags: Flags) -> String {
        self.flags = self.flags.union(flags);
        remark::letters(flags)
    }

    /// One sentence for each mark that was used.
    pub fn legend(&self, context: &Context) -> Vec<String> {
        let ongoing = format!("ongoing: still there where {}.", context.what_ends());
        let marks = [
            (self.earlier, "< at this time or earlier: the data do not show exactly when."),
            (self.later, "> at this time or later, this long or longer: the data do not show exactly when."),
            (self.ongoing, ongoing.as_str()),
            (self.cut, "Times are cut to whole seconds; the other formats have them in full."),
        ];
        let used = marks.into_iter().filter(|(seen, _)| *seen == Seen::Yes).map(|(_, sentence)| sentence.to_owned());
        used.chain(remark::legend(self.flags)).collect()
    }
}

/// Rule 13: on an update with a baseline all three times are the update's.
pub fn is_exact_start(start: &Start) -> bool {
    start.basis.is_change() && start.after == Some(start.first_seen) && start.by == start.first_seen
}

fn is_exact_end(end: &End) -> bool {
    end.basis.is_change() && end.after == Some(end.last_seen) && end.before == Some(end.last_seen)
}
