//! Any bytes as a row of choices, so that every input makes something and a small change of it changes little.

/// What is left of an input; once nothing is, all that comes is zero.
#[derive(Clone, Copy)]
pub struct Choices<'a>(&'a [u8]);

impl<'a> Choices<'a> {
    pub fn of(data: &'a [u8]) -> Self {
        Choices(data)
    }

    pub fn is_over(&self) -> bool {
        self.0.is_empty()
    }

    pub fn byte(&mut self) -> u8 {
        self.take(1).first().copied().unwrap_or(0)
    }

    pub fn u16(&mut self) -> u16 {
        u16::from_be_bytes([self.byte(), self.byte()])
    }

    pub fn u32(&mut self) -> u32 {
        u32::from(self.u16()) << 16 | u32::from(self.u16())
    }

    /// Below `sides`, which are at most 256.
    pub fn below(&mut self, sides: usize) -> usize {
        usize::from(self.byte()) % sides
    }

    pub fn one_in(&mut self, sides: usize) -> bool {
        self.below(sides) == sides - 1
    }

    pub fn of_these<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }

    /// The next bytes, or as many as there are.
    pub fn take(&mut self, count: usize) -> &'a [u8] {
        let (head, tail) = self.0.split_at(count.min(self.0.len()));
        self.0 = tail;
        head
    }

    pub fn rest(&self) -> &'a [u8] {
        self.0
    }
}

/// Bytes by chance, the same for a number: what seeds of choices are made of.
pub fn noise(mut number: u64, length: usize) -> Vec<u8> {
    let mut all = Vec::with_capacity(length);
    number = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    while all.len() < length {
        number ^= number << 13;
        number ^= number >> 7;
        number ^= number << 17;
        all.push(number.to_le_bytes()[3]);
    }
    all
}
