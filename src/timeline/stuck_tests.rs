//! Routes that outlive their withdrawal (rule 18).

use crate::replay::script::Case;
use crate::timeline::told::{answer, check};

const STUCK_ROUTES: &[Case] = &[
    (
        "R18: over 90 minutes after the others withdrew",
        "rows: data 0..9000; dump 0..5 A=U1 B=U1 C=U1 D; 700 A- B-; 6101 C-",
        &[
            "X U1: data-start (?,0] 0 unwatched 0 .. update 700 | 3 of 4",
            "X U1: update 700 .. update 6101 | 1 of 4 | single-peer;stuck",
        ],
    ),
    (
        "R18: not after 90 minutes sharp",
        "rows: data 0..9000; dump 0..5 A=U1 B=U1 C=U1 D; 700 A- B-; 6100 C-",
        &["X U1: data-start (?,0] 0 unwatched 0 .. update 6100 | 3 of 4"],
    ),
    (
        "R18: two peers have no majority",
        "rows: data 0..9000; dump 0..5 A=U1 B=U1 D; 700 A-; 6200 B-",
        &["X U1: data-start (?,0] 0 unwatched 0 .. update 6200 | 2 of 3"],
    ),
    (
        "R18: where the others moved, it is a minority's view",
        "changes: data 0..9000; dump 0..5 A=U1 B=U1 C=U1 D; 700 A- B=U2; 6200 C-",
        &["700 X U2 upstream-gained (update), 0 to 1 of 4", "6200 X U1 upstream-lost (update), 1 to 0 of 4"],
    ),
    (
        "R18: what a gap hides of it stays with its part",
        "visible: data 0..9000; gap 500..550; gap 2000..2100; dump 0..5 A=U1 B=U1 C=U1 D; 650 C=U1; 700 A- B-; 2200 C=U1; 7000 C-",
        &[
            "0 X U1: 3 of 4",
            "500 X U1: 3 of 4, 3 assumed",
            "650 X U1: 3 of 4, 2 assumed",
            "700 X U1: 1 of 4",
            "2000 X U1: 1 of 4, 1 assumed",
            "2200 X U1: 1 of 4",
        ],
    ),
    (
        "R18: what is only assumed after 90 minutes is not stuck",
        "rows: data 0..14000; gap 7800..7810; dump 0..0 A=U1 B=U1 C=U1+2; 3260 C-; 4950 B-",
        &["X U1: data-start (?,0] 0 unwatched 0 .. data-end 14000 [?,?] ever | 3 of 3 | peak at 2 | 10 s unobserved | gap"],
    ),
];

#[test]
fn stuck_routes() {
    check(STUCK_ROUTES);
}

// by hand
/// One in twenty of forty is two, and of fewer than forty one. (R18)
#[test]
fn few_are_five_in_a_hundred() {
    let all: String = ('A'..='M').chain('a'..='m').chain('N'..='Z').chain(['n']).take(40).collect();
    for (peers, keeping, rows) in [(40, 2, 2), (40, 3, 1), (39, 1, 2), (39, 2, 1), (3, 1, 2)] {
        let names: Vec<char> = all.chars().filter(|name| name.to_ascii_uppercase() < 'N').take(peers.min(26)).collect();
        let others: Vec<char> = all.chars().filter(|name| name.to_ascii_uppercase() >= 'N').take(peers - names.len()).collect();
        let words = |names: &[char], said: &str| names.iter().map(|name| format!(" {name}{said}")).collect::<Vec<_>>().concat();
        let (stay, leave) = names.split_at(keeping);
        let first =
            format!("data 0..9000; dump 0..5{}; 700{}; 8000{}", words(&names, "=U1"), words(leave, "-"), words(stay, "-"));
        let second = format!("data 0..9000; dump 0..5{} n; 700{}", words(&others, "=U1"), words(&others, "-"));
        let given = if others.is_empty() { first } else { format!("{first} | {second}") };
        assert_eq!(answer(&format!("rows: {given}")).len(), rows, "{keeping} of {peers}");
    }
}
