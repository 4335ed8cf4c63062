//! Changes an input: bits, bytes, numbers that are interesting as lengths, pieces of other seeds.

use super::dice::Dice;

/// A seed, changed in one to eight places.
pub fn mutated(seeds: &[Vec<u8>], longest: usize, dice: &mut Dice) -> Vec<u8> {
    let seed = |dice: &mut Dice| &seeds[below(dice, seeds.len())];
    let mut input = seed(dice).clone();
    for _ in 0..=dice.roll(8) {
        let at = below(dice, input.len() + 1);
        match dice.roll(10) {
            0..3 => change(&mut input, at, |byte, dice| byte ^ (1 << dice.roll(8)), dice),
            3 => change(&mut input, at, |_, dice| byte(dice), dice),
            4 => change(
                &mut input,
                at,
                |byte, dice| if dice.roll(2) == 0 { byte.wrapping_add(1) } else { byte.wrapping_sub(1) },
                dice,
            ),
            5 => {
                let added: Vec<u8> = (0..=dice.roll(6)).map(|_| byte(dice)).collect();
                drop(input.splice(at..at, added));
            }
            6 => drop(input.drain(at..(at + below(dice, 20)).min(input.len()))),
            7 => {
                let length = number(dice);
                let until = (at + length.len()).min(input.len());
                drop(input.splice(at..until, length));
            }
            8 => {
                let other = seed(dice);
                let from = below(dice, other.len() + 1);
                let until = from + below(dice, other.len() - from + 1);
                let over = if dice.roll(2) == 0 { at } else { (at + until - from).min(input.len()) };
                drop(input.splice(at..over, other[from..until].iter().copied()));
            }
            _ => {
                let piece = input[at..(at + below(dice, 60)).min(input.len())].to_vec();
                let to = below(dice, input.len() + 1);
                drop(input.splice(to..to, piece));
            }
        }
    }
    input.truncate(longest);
    input
}

fn below(dice: &mut Dice, sides: usize) -> usize {
    dice.roll(u32::try_from(sides).expect("short").max(1)) as usize
}

fn byte(dice: &mut Dice) -> u8 {
    u8::try_from(dice.roll(256)).expect("a byte")
}

fn change(input: &mut [u8], at: usize, to: impl Fn(u8, &mut Dice) -> u8, dice: &mut Dice) {
    if let Some(place) = input.get_mut(at) {
        *place = to(*place, dice);
    }
}

/// One, two, four or eight bytes, the largest first.
fn number(dice: &mut Dice) -> Vec<u8> {
    const VALUES: [u64; 14] =
        [0, 1, 4, 16, 0x7F, 0x80, 0xFF, 0x100, 0xFFFF, 0x10_0000, 0x7FFF_FFFF, 0xFFFF_FFFF, 1 << 63, u64::MAX];
    let value = VALUES[below(dice, VALUES.len())];
    let width = 1 << dice.roll(4);
    value.to_be_bytes()[8 - width..].to_vec()
}
