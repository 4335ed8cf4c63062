//! A run is killed at some moment, again and again; the next one is right and leaves nothing of those before it.

use std::time::{Duration, Instant};

use libtest_mimic::{Failed, Trial};

use crate::place::{CASES, Case, Good, Place, YESTERDAY, everything};

/// Kills of each command by default.
const SAMPLE: u32 = 4;

pub fn trials() -> Vec<Trial> {
    let writes = CASES.iter().filter(|case| case.name != "explain");
    writes.map(|case| Trial::test(format!("kills_of_{}", case.name), move || kill(case))).collect()
}

fn kill(case: &Case) -> Result<(), Failed> {
    let place = Place::new(case);
    let begun = Instant::now();
    let good = Good::of(&place, case);
    let takes = begun.elapsed();
    let kills = if everything() { 120 } else { SAMPLE };
    let (mut killed, mut wrong) = (0, Vec::new());
    for number in 0..kills {
        // Now and then on what is there already.
        if number % 3 != 2 {
            place.clear();
        }
        let mut child = place.command(case, &[]).spawn()?;
        // Spread over the run, in no order.
        let share = f64::from(number * 61 % kills) / f64::from(kills);
        std::thread::sleep(Duration::from_secs_f64(takes.as_secs_f64() * share));
        child.kill()?;
        killed += u32::from(child.wait()?.code().is_none());
        for (name, bytes) in place.left() {
            let is_right = bytes == YESTERDAY || good.left.get(&name) == Some(&bytes);
            if name.starts_with("out/") && !name.contains("/.uplinks-") && !is_right {
                wrong.push(format!("{}: after {share} of a run, {name} is half done", case.name));
            }
        }
        let next = place.run(case, &[]);
        if !good.is_reached(&next, &place) {
            wrong.push(format!("{}: after {share} of a run, the next is wrong: {:?}\n{}", case.name, next.code, next.stderr));
        }
        if let Some(name) = place.temporary().first() {
            wrong.push(format!("{}: after {share} of a run, {name} is left by the next", case.name));
        }
    }
    println!("{}: {kills} kills, {killed} of them before the end", case.name);
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}
