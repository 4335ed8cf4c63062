//! Routes by chance, the same ones every time.

/// A small reproducible source of numbers (xorshift).
pub struct Dice(pub u64);

impl Dice {
    /// From 0 to below `sides`.
    pub fn roll(&mut self, sides: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        u32::try_from((self.0 >> 20) % u64::from(sides)).expect("fewer than the sides")
    }

    /// Mostly background; zeros, runs and now and then what is watched.
    pub fn prefix(&mut self, rarity: u32) -> String {
        match self.roll(rarity) {
            0 => format!("175.45.{}.{}/{}", 176 + self.roll(4), self.roll(2), 24 + self.roll(9)),
            1 => "175.45.176.0/22".to_owned(),
            2 => format!("175.45.{}.0/24", self.roll(256)),
            n if n % 3 == 0 => format!("{}.0.0.0/{}", 1 + self.roll(200), 16 + self.roll(17)),
            _ => format!("{}.{}.{}.0/{}", 1 + self.roll(220), self.roll(256), self.roll(256), 17 + self.roll(8)),
        }
    }

    /// A path through a transit or two, now and then of the watched origin.
    pub fn path(&mut self) -> Vec<u32> {
        let transit = 1 + self.roll(400_000);
        vec![174 + self.roll(20), 3356, transit, if self.roll(9) == 0 { 131_279 } else { 2 + self.roll(70_000) }]
    }
}
