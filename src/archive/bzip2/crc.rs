//! The checksum of bzip2: CRC-32 with polynomial `04C11DB7`, most significant bit first, eight bytes at a time.

const POLYNOMIAL: u32 = 0x04C1_1DB7;

/// `TABLES[k][b]`: what byte `b` contributes when `k` more bytes follow it in the same step.
static TABLES: [[u32; 256]; 8] = tables();

#[expect(clippy::cast_possible_truncation, reason = "bytes are below 256")]
const fn tables() -> [[u32; 256]; 8] {
    let mut tables = [[0u32; 256]; 8];
    let mut byte = 0;
    while byte < 256 {
        let mut crc = (byte as u32) << 24;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 0x8000_0000 == 0 { crc << 1 } else { (crc << 1) ^ POLYNOMIAL };
            bit += 1;
        }
        tables[0][byte] = crc;
        byte += 1;
    }
    let mut step = 1;
    while step < 8 {
        let mut byte = 0;
        while byte < 256 {
            let before = tables[step - 1][byte];
            tables[step][byte] = (before << 8) ^ tables[0][(before >> 24) as usize];
            byte += 1;
        }
        step += 1;
    }
    tables
}

/// The bzip2 checksum of `data`.
pub fn crc32(data: &[u8]) -> u32 {
    let (chunks, rest) = data.as_chunks::<8>();
    let crc = chunks.iter().fold(u32::MAX, |crc, chunk| {
        let [a, b, c, d] = crc.to_be_bytes();
        TABLES[7][usize::from(a ^ chunk[0])]
            ^ TABLES[6][usize::from(b ^ chunk[1])]
            ^ TABLES[5][usize::from(c ^ chunk[2])]
            ^ TABLES[4][usize::from(d ^ chunk[3])]
            ^ TABLES[3][usize::from(chunk[4])]
            ^ TABLES[2][usize::from(chunk[5])]
            ^ TABLES[1][usize::from(chunk[6])]
            ^ TABLES[0][usize::from(chunk[7])]
    });
    !rest.iter().fold(crc, |crc, byte| (crc << 8) ^ TABLES[0][usize::from(crc.to_be_bytes()[0] ^ byte)])
}

/// The checksum of a stream, which combines those of its blocks in order.
pub fn combine(stream: u32, block: u32) -> u32 {
    stream.rotate_left(1) ^ block
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogued_check_value() {
        assert_eq!(crc32(b"123456789"), 0xFC89_1918);
        assert_eq!(crc32(b""), 0);
    }

    #[test]
    fn every_length_agrees_with_one_bit_at_a_time() {
        let data: Vec<u8> = (0..100u8).map(|n| n.wrapping_mul(37)).collect();
        for end in 0..data.len() {
            let slow = !data[..end].iter().fold(u32::MAX, |crc, byte| {
                (0..8).fold(crc ^ (u32::from(*byte) << 24), |crc, _| {
                    if crc & 0x8000_0000 == 0 { crc << 1 } else { (crc << 1) ^ POLYNOMIAL }
                })
            });
            assert_eq!(crc32(&data[..end]), slow);
        }
    }
}
