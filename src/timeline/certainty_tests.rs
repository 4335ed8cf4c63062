//! What is certain of a route, instant by instant.

use crate::replay::script::Case;
use crate::timeline::told::check;

const CERTAINTY: &[Case] = &[
    (
        "surely while proven, maybe while assumed",
        "sure=X/U1 within=0..900: gap 500..550; dump 0..5 A=U1 B=U2 C; 700 A=U1; 710 B=U1; 720 C ?; 730 A down",
        &[
            "0: 1 to 1, 0 without",
            "4.999999: 1 to 1, 0 without",
            "5: 1 to 1, 2 without",
            "500: 1 to 1, 2 without",
            "500.000001: 0 to 3, 0 without",
            "699.999999: 0 to 3, 0 without",
            "700: 1 to 3, 0 without",
            "709.999999: 1 to 3, 0 without",
            "710: 2 to 3, 0 without",
            "729.999999: 2 to 3, 0 without",
            "730: 1 to 2, 0 without",
            "899.999999: 1 to 2, 0 without",
        ],
    ),
    (
        "R18: a stuck route proves nothing",
        "sure=X/U1 within=600..7000: data 0..9000; dump 0..5 A=U1 B=U1 C=U1 D; 700 A- B-; 6200 C-",
        &[
            "600: 3 to 3, 1 without",
            "699.999999: 3 to 3, 1 without",
            "700: 0 to 0 (1), 4 without",
            "6199.999999: 0 to 0 (1), 4 without",
            "6200: 0 to 0, 4 without",
            "6999.999999: 0 to 0, 4 without",
        ],
    ),
    (
        "any prefix: a peer whose table nobody knows",
        "sure=*/U1: dump 0..5 O=U1; 800 N-",
        &[
            "0: 1 to 1, 0 without",
            "799.999999: 1 to 1, 0 without",
            "800: 1 to 2, 0 without",
            "2000: 1 to 2, 0 without",
            "2000.000001: 0 to 18446744073709551615, 0 without",
            "2999.999999: 0 to 18446744073709551615, 0 without",
        ],
    ),
    (
        "the window's end is not in it",
        "sure=X/U1 within=0..2100: 2100 A=U1",
        &[
            "0: 0 to 0, 0 without",
            "2000: 0 to 0, 0 without",
            "2000.000001: 0 to 18446744073709551615, 0 without",
            "2099.999999: 0 to 18446744073709551615, 0 without",
        ],
    ),
    (
        "any prefix of the family: a table of the other is none",
        "sure=*/U1 within=0..2100: dump 0..10 only6 C=U2",
        &[
            "0: 0 to 0, 0 without",
            "9.999999: 0 to 0, 0 without",
            "10: 0 to 1, 0 without",
            "2000: 0 to 1, 0 without",
            "2000.000001: 0 to 18446744073709551615, 0 without",
            "2099.999999: 0 to 18446744073709551615, 0 without",
        ],
    ),
];

#[test]
fn certainty() {
    check(CERTAINTY);
}
