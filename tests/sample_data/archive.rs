//! The files of both collectors, named as in the real archives, and the expected answers.

use std::path::PathBuf;

use crate::tables::World;
use crate::world::{END, START};
use crate::{expected, ris, routeviews};

/// One file of the sample: its path below sample-data, and its content before compression (by the extension).
pub struct SampleFile {
    pub path: PathBuf,
    pub content: Vec<u8>,
}

impl SampleFile {
    fn new(path: &str, content: Vec<u8>) -> Self {
        Self { path: path.into(), content }
    }
}

/// Everything that the generator makes.
pub fn files() -> Vec<SampleFile> {
    const MINUTE: u32 = 60;
    const HOUR: u32 = 3600;
    let world = World::new();
    let mut files = expected::files(&world);
    for from in times(5 * MINUTE) {
        let path = format!("rrc90/2017.10/updates.{}.gz", stamp(from));
        files.push(SampleFile::new(&path, ris::update_file(&world, from, from + 5 * MINUTE)));
    }
    for begin in times(8 * HOUR) {
        files.push(SampleFile::new(&format!("rrc90/2017.10/bview.{}.gz", stamp(begin)), ris::dump_file(&world, begin)));
    }
    for from in times(15 * MINUTE) {
        let path = format!("route-views.sim/bgpdata/2017.10/UPDATES/updates.{}.bz2", stamp(from));
        files.push(SampleFile::new(&path, routeviews::update_file(&world, from, from + 15 * MINUTE)));
    }
    for begin in times(2 * HOUR) {
        let path = format!("route-views.sim/bgpdata/2017.10/RIBS/rib.{}.bz2", stamp(begin));
        files.push(SampleFile::new(&path, routeviews::dump_file(&world, begin)));
    }
    files
}

fn times(spacing: u32) -> impl Iterator<Item = u32> {
    (START..END).step_by(usize::try_from(spacing).expect("some hours"))
}

/// `20171001.0905`: the archive spans two days only.
fn stamp(time: u32) -> String {
    let (minutes, day) = ((time - START) / 60, (time - START) / 86400);
    format!("2017100{}.{:02}{:02}", 1 + day, minutes / 60 % 24, minutes % 60)
}
