//! Unpacks a `.tar.xz`: plain files with short names, which is all that the archives of tests hold.

use std::fs;
use std::io::Read;
use std::path::Path;

const BLOCK: usize = 512;

/// Unpacks the regular files of `archive` into `folder`; tells how many there are.
pub fn unpack(archive: &Path, folder: &Path) -> usize {
    let packed = fs::File::open(archive).expect("the archive");
    let mut bytes = Vec::new();
    xz4rust::XzReader::new(packed).read_to_end(&mut bytes).expect("xz");
    let (mut rest, mut count) = (bytes.as_slice(), 0);
    while let Some((header, after)) = rest.split_at_checked(BLOCK) {
        let name = text(&header[..100]);
        if name.is_empty() {
            break;
        }
        let size = usize::from_str_radix(text(&header[124..136]), 8).expect("a size in octal digits");
        if [b'0', 0].contains(&header[156]) {
            let path = folder.join(name);
            assert!(!name.starts_with('/') && !name.contains(".."), "{name} leads out of the folder");
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(&path, &after[..size]).expect("a file");
            count += 1;
        }
        rest = &after[size.next_multiple_of(BLOCK)..];
    }
    count
}

/// A field: up to its first zero or space.
fn text(field: &[u8]) -> &str {
    let end = field.iter().position(|b| [0, b' '].contains(b)).unwrap_or(field.len());
    std::str::from_utf8(&field[..end]).expect("text")
}
