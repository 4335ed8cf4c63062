//! Runs a command to its end and tells its time and its anonymous resident memory (mapped files apart).

use std::fs;
use std::ops::RangeInclusive;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// What a run took.
#[derive(Debug, Clone, Copy)]
pub struct Cost {
    /// Seconds from start to end.
    pub wall: f64,
    /// Seconds of processor time, of all threads, by the system's clock tick.
    pub cpu: f64,
    /// Peak of RssAnon, in MB. Not of what a shell starts for each file in turn.
    pub anonymous_mb: Option<f64>,
}

/// Runs `line` in a shell that becomes the command; its output goes nowhere. `None` if it ends with another code than `answers`.
pub fn run(line: &str, answers: RangeInclusive<i32>) -> Option<Cost> {
    let begin = Instant::now();
    let mut child = Command::new("bash")
        .args(["-c", &format!("exec {line}")])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let (status, stat) = (format!("/proc/{}/status", child.id()), format!("/proc/{}/stat", child.id()));
    let (mut peak, mut cpu) = (0, 0.0);
    loop {
        cpu = ticks(&fs::read_to_string(&stat).unwrap_or_default()).map_or(cpu, |ticks| ticks as f64 / TICKS_A_SECOND);
        let now = fs::read_to_string(&status).unwrap_or_default();
        let kb = now.lines().find_map(|l| l.strip_prefix("RssAnon:")).and_then(|l| l.split_whitespace().next());
        peak = peak.max(kb.and_then(|kb| kb.parse::<u64>().ok()).unwrap_or(0));
        if let Some(ended) = child.try_wait().ok()? {
            let wall = begin.elapsed().as_secs_f64();
            let anonymous_mb = (!line.starts_with("sh ")).then_some(peak as f64 / 1024.0);
            return ended.code().filter(|code| answers.contains(code)).map(|_| Cost { wall, cpu, anonymous_mb });
        }
        sleep(Duration::from_micros(500));
    }
}

/// The median of several runs in turn with others.
pub fn median(mut costs: Vec<Cost>) -> Cost {
    costs.sort_by(|a, b| a.wall.total_cmp(&b.wall));
    let peak = costs.iter().filter_map(|c| c.anonymous_mb).reduce(f64::max);
    Cost { anonymous_mb: peak, ..costs[costs.len() / 2] }
}

/// What every Linux system tells programs.
const TICKS_A_SECOND: f64 = 100.0;

/// User and system time, fields 14 and 15 of `/proc/PID/stat`; the name before them may hold anything but a last parenthesis.
fn ticks(stat: &str) -> Option<u64> {
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    Some(fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?)
}
